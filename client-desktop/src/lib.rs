//! The desktop client: a window that shows what the server says, and asks for what a person wants.
//!
//! This half keeps keys and speaks gRPC; the other, in `ui/`, draws. What passes between them is proto3 JSON and the
//! few types here, from which the TypeScript ones are made. Keys never enter the window, except the one being pasted
//! and the one a person asked to see.
//!
//! - [`commands`] is all that the window may ask for.
//! - [`hosted`] is what they share: keys, connections, what is remembered.
//! - [`known`] is what the server said last, for the time when it cannot be reached.
//! - [`watching`] follows every kept store, in [`batch`]es; [`outlook`] is what is made of it for the [`tray`] and the
//!   [`notices`].

mod batch;
mod commands;
mod failure;
mod hosted;
mod known;
mod notices;
mod outlook;
mod preferences;
mod tray;
mod watching;
mod window;

use std::time::Duration;

use anyhow::Context as _;
use plugin_host_proto::keyring::Keyring;
use tauri::{AppHandle, Manager as _, RunEvent};
use tauri_plugin_notification::NotificationExt as _;
use tauri_plugin_window_state::StateFlags;
use tokio::task::spawn_blocking;

use crate::{
    commands::{computer, keys, server},
    failure::Failure,
    hosted::Hosted,
};

/// Opens the window and serves it until it is closed.
#[expect(
    clippy::disallowed_methods,
    reason = "Tauri's macro has an exit for a context that does not fit the program"
)]
pub fn run() -> anyhow::Result<()> {
    // Fails only when something has installed one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let hosted = Hosted::open().context("the kept keys can't be read")?;
    // A window that was hidden in the tray is not hidden at the next start.
    let remembered = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app)))
        .plugin(tauri_plugin_window_state::Builder::default().with_state_flags(remembered).build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_notification::init())
        .manage(hosted)
        .invoke_handler(tauri::generate_handler![
            keys::kept_stores,
            keys::look_at_key,
            keys::look_at_key_file,
            keys::ask_store,
            keys::connect,
            keys::connect_from_file,
            keys::choose_store,
            keys::forget_store,
            keys::copy_key,
            keys::show_key,
            server::call,
            server::read,
            server::watch,
            computer::preferences,
            computer::save_preferences,
            computer::about,
            computer::save_file,
            computer::note_unsaved,
            computer::leave,
        ])
        .on_window_event(window::on_event)
        .setup(|app| Ok(start(app.handle())?))
        .build(tauri::generate_context!())
        .context("the window can't be opened")?
        .run(|app, event| {
            if matches!(event, RunEvent::Exit) {
                app.state::<Hosted>().keep_known();
            }
        });
    Ok(())
}

/// What goes on beside the window.
fn start(app: &AppHandle) -> tauri_plugin_notification::Result<()> {
    app.set_theme(app.state::<Hosted>().remembered.preferences().theme.into());
    let pressed = app.clone();
    app.notification().on_action(move |_| window::show_attention(&pressed))?;
    tauri::async_runtime::spawn(tray::make_where_possible(app.clone()));
    tauri::async_runtime::spawn(watch_all(app.clone()));
    tauri::async_runtime::spawn(write_known(app.clone()));
    Ok(())
}

/// Writes what is known now and then, for nobody can say when a computer is switched off.
async fn write_known(app: AppHandle) {
    let mut tick = tokio::time::interval(Duration::from_secs(2));
    loop {
        tick.tick().await;
        let hosted = app.clone();
        // What can't be written now is tried again; without it a window begins without what was known.
        let _ = spawn_blocking(move || hosted.state::<Hosted>().known.write()).await;
    }
}

/// Follows every kept store; the window asks again for the one that it shows.
async fn watch_all(app: AppHandle) -> Result<(), Failure> {
    let hosted = app.state::<Hosted>();
    for kept in hosted.with_keyring(Keyring::list).await? {
        if kept.kind.is_of_one_store()
            && let Ok(client) = hosted.client(&kept.name).await
        {
            hosted.watching.begin_unless_begun(&app, &kept.name, client);
        }
    }
    Ok(())
}
