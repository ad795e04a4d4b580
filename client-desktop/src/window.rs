//! The one window.

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

/// Closing hides the window where the tray can bring it back; elsewhere it closes the program.
pub(crate) fn on_event(window: &tauri::Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event
        && tray::is_there(window.app_handle())
    {
        api.prevent_close();
        let _ = window.hide();
    }
}
