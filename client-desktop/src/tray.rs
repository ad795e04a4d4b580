//! The tray: Success, No Errors or Errors, Show and Exit. It is made only where the desktop has a place for it.

#[cfg(target_os = "linux")]
use futures::StreamExt as _;
use tauri::{
    AppHandle, Manager as _, Wry,
    image::Image,
    include_image,
    menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem},
    tray::{TrayIcon, TrayIconBuilder},
};

use crate::{
    hosted::Hosted,
    outlook::{Line, Outlook, waiting},
    window,
};

const FINE: Image<'static> = include_image!("icons/tray.png");
const NEEDS_ATTENTION: Image<'static> = include_image!("icons/tray-attention.png");
const ERRORS: &str = "errors";
const SHOW: &str = "show";
const EXIT: &str = "exit";

struct Tray {
    icon: TrayIcon,
    connection: MenuItem<Wry>,
    errors: MenuItem<Wry>,
}

/// Makes the tray as soon as this desktop has a place for one: its panel may start later than this program.
pub(crate) async fn make_where_possible(app: AppHandle) {
    if !has_place().await.unwrap_or_default() {
        return;
    }
    let handle = app.clone();
    let made = app.run_on_main_thread(move || {
        // Without it the window closes the program, as where there is no place for it.
        if make(&handle).is_ok() {
            handle.state::<Hosted>().watching.show_in_tray(&handle);
        }
    });
    // Fails when the program is ending.
    drop(made);
}

/// Waits for a place; only on Linux are there desktops without one; where there is one, it has a name on the session's bus.
#[cfg(target_os = "linux")]
async fn has_place() -> zbus::Result<bool> {
    const PLACE: &str = "org.kde.StatusNotifierWatcher";
    let bus = zbus::Connection::session().await?;
    let names = zbus::fdo::DBusProxy::new(&bus).await?;
    let mut comings = names.receive_name_owner_changed_with_args(&[(0, PLACE)]).await?;
    if names.name_has_owner(PLACE.try_into()?).await? {
        return Ok(true);
    }
    Ok(comings.next().await.is_some())
}

#[cfg(not(target_os = "linux"))]
async fn has_place() -> tauri::Result<bool> {
    Ok(true)
}

fn make(app: &AppHandle) -> tauri::Result<()> {
    let connection = MenuItem::new(app, "Connecting…", false, None::<&str>)?;
    let errors = MenuItem::with_id(app, ERRORS, "No Errors", false, None::<&str>)?;
    let menu = Menu::with_items(
        app,
        &[
            &connection,
            &errors,
            &PredefinedMenuItem::separator(app)?,
            &MenuItem::with_id(app, SHOW, "Show…", true, None::<&str>)?,
            &MenuItem::with_id(app, EXIT, "Exit (the server keeps syncing)", true, None::<&str>)?,
        ],
    )?;
    let icon = TrayIconBuilder::with_id("main")
        .icon(FINE)
        .tooltip("Plugin Host")
        .menu(&menu)
        .show_menu_on_left_click(true)
        .on_menu_event(|app, event| pressed(app, &event))
        .build(app)?;
    app.manage(Tray { icon, connection, errors });
    Ok(())
}

/// Whether there is a tray to come back from.
pub(crate) fn is_there(app: &AppHandle) -> bool {
    app.try_state::<Tray>().is_some()
}

fn pressed(app: &AppHandle, event: &MenuEvent) {
    match event.id().as_ref() {
        ERRORS => window::show_attention(app),
        SHOW => window::show(app),
        EXIT => window::leave(app),
        _ => {}
    }
}

/// Shows how the stores are.
pub(crate) fn update(app: &AppHandle, stores: &[(String, Outlook)]) {
    let Some(tray) = app.try_state::<Tray>() else { return };
    let errors = errors(stores);
    let icon = if errors.is_some() { NEEDS_ATTENTION } else { FINE };
    // A tray that has gone meanwhile has nobody to tell.
    let _ = tray.connection.set_text(connection(stores));
    let _ = tray.errors.set_enabled(errors.is_some());
    let _ = tray.errors.set_text(errors.unwrap_or_else(|| "No Errors".to_owned()));
    let _ = tray.icon.set_icon(Some(icon));
}

/// Whether all stores are heard from.
fn connection(stores: &[(String, Outlook)]) -> String {
    let not = |line: &Line| stores.iter().find(|(_, store)| store.line == *line);
    if stores.is_empty() {
        "No store is connected".to_owned()
    } else if let Some(store) = not(&Line::Lost) {
        format!("Offline: {}", called(&store.0, &store.1))
    } else if let Some(store) = not(&Line::Connecting) {
        format!("Connecting: {}", called(&store.0, &store.1))
    } else {
        "Success".to_owned()
    }
}

/// What needs a person: one thing in words, several as their number.
fn errors(stores: &[(String, Outlook)]) -> Option<String> {
    let mut needing = stores.iter().filter(|(_, store)| store.has_errors());
    let (name, store) = needing.next()?;
    if needing.next().is_some() {
        let several = stores.iter().filter(|(_, store)| store.has_errors()).count();
        return Some(format!("Errors: {several} stores need you…"));
    }
    let why = match (&store.line, &store.trouble) {
        (Line::Ended(why), _) | (_, Some(why)) => why.clone(),
        _ => waiting(store.parked),
    };
    Some(format!("Errors: {}: {why}", called(name, store)))
}

fn called<'store>(name: &'store str, store: &'store Outlook) -> &'store str {
    if store.title.is_empty() { name } else { &store.title }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(name: &str, line: Line, parked: i64) -> (String, Outlook) {
        (name.to_owned(), Outlook { title: name.to_owned(), line, parked, ..Outlook::default() })
    }

    #[test]
    fn the_tray_says_success_only_when_all_is_well() {
        let fine = [store("Acme", Line::Connected, 0), store("Bolt", Line::Connected, 0)];
        assert_eq!((connection(&fine).as_str(), errors(&fine)), ("Success", None));
        let lost = [store("Acme", Line::Lost, 0), store("Bolt", Line::Connected, 0)];
        assert_eq!((connection(&lost).as_str(), errors(&lost)), ("Offline: Acme", None));
        let parked = [store("Acme", Line::Connected, 1), store("Bolt", Line::Connected, 0)];
        assert_eq!(errors(&parked).as_deref(), Some("Errors: Acme: 1 record needs you."));
        let several = [store("Acme", Line::Ended("revoked".into()), 0), store("Bolt", Line::Connected, 2)];
        assert_eq!(errors(&several).as_deref(), Some("Errors: 2 stores need you…"));
    }
}
