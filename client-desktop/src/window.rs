//! The one window.

use std::time::{Duration, Instant};

use tauri::{AppHandle, Manager as _, WebviewWindow, WindowEvent};

use crate::{hosted::Hosted, tray};

const LABEL: &str = "main";

fn of(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(LABEL)
}

/// Brings the window before everything else, from wherever it is.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = of(app) {
        // What fails here leaves the window where it was; a person can press again.
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Brings the window to the front with what waits for a person.
pub(crate) fn show_attention(app: &AppHandle) {
    show(app);
    app.state::<Hosted>().watching.ask_for_attention();
}

pub(crate) fn has_focus(app: &AppHandle) -> bool {
    of(app).is_some_and(|window| window.is_focused().unwrap_or_default())
}

/// Closing hides the window where the tray can bring it back; elsewhere it ends the program.
pub(crate) fn on_event(window: &tauri::Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event {
        api.prevent_close();
        if tray::is_there(window.app_handle()) {
            let _ = window.hide();
        } else {
            leave(window.app_handle());
        }
    }
}

/// Ends the program; where that would lose something, the window is asked first, and ends it when a person has decided.
pub(crate) fn leave(app: &AppHandle) {
    let hosted = app.state::<Hosted>();
    if hosted.unsaved().may_go(Instant::now()) || !hosted.watching.ask_to_leave() {
        app.exit(0);
    } else {
        show(app);
    }
}

/// Whether the window holds something that would be lost with it.
#[derive(Default)]
pub(crate) struct Unsaved {
    holds: bool,
    asked: Option<Instant>,
}

impl Unsaved {
    /// Notes what the window says.
    pub(crate) fn note(&mut self, holds: bool) {
        *self = Self { holds, asked: None };
    }

    /// Whether the program may end without asking the window, which says something as soon as it is asked: one that has
    /// said nothing for a while hangs, and keeps nobody.
    fn may_go(&mut self, now: Instant) -> bool {
        const PATIENCE: Duration = Duration::from_secs(5);
        !self.holds || now.duration_since(*self.asked.get_or_insert(now)) >= PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_saved_is_asked_about_unless_the_window_hangs() {
        let (mut unsaved, start) = (Unsaved::default(), Instant::now());
        let later = |seconds| start + Duration::from_secs(seconds);
        assert!(unsaved.may_go(start), "nothing would be lost");
        unsaved.note(true);
        assert!(!unsaved.may_go(start) && !unsaved.may_go(later(1)), "it is asked");
        unsaved.note(true);
        assert!(!unsaved.may_go(later(10)), "it has answered, and is asked again");
        assert!(unsaved.may_go(later(15)), "it says nothing");
    }
}
