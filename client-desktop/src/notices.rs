//! Tells a person, outside the window, what needs one.

use tauri::{AppHandle, Manager as _};
use tauri_plugin_notification::NotificationExt as _;

use crate::{hosted::Hosted, window};

/// One notification for everything that happened at once.
pub(crate) fn summary(news: &[String]) -> Option<String> {
    match news {
        [] => None,
        [only] => Some(only.clone()),
        [.., last] => Some(format!("{last} And {} more.", news.len() - 1)),
    }
}

/// Shows a notification, unless nobody wants them or the store is looked at anyway.
pub(crate) fn show(app: &AppHandle, name: &str, title: &str, news: &str) {
    let hosted = app.state::<Hosted>();
    let is_looked_at = window::has_focus(app) && hosted.watching.shows(name);
    if is_looked_at || !hosted.remembered.preferences().notifications {
        return;
    }
    // Where there is nobody to show it, the tray and the window still do.
    let _ = app.notification().builder().title(title).body(news).show();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_at_once_is_one_notification() {
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(&["Sync stopped.".into()]).as_deref(), Some("Sync stopped."));
        let news = ["Sync stopped.".into(), "End of Day is held.".into(), "3 records need you.".into()];
        assert_eq!(summary(&news).as_deref(), Some("3 records need you. And 2 more."));
    }
}
