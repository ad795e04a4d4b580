//! The desktop client: a window that shows what the server says, and asks for what a person wants.
//!
//! This half keeps keys and speaks gRPC; the other, in `ui/`, draws. What passes between them is proto3 JSON and the
//! few types here, from which the TypeScript ones are made. Keys never enter the window, except the one being pasted.

mod commands;
mod failure;
mod hosted;

use anyhow::Context as _;

/// Opens the window and serves it until it is closed.
#[expect(
    clippy::disallowed_methods,
    reason = "Tauri's macro has an exit for a context that does not fit the program"
)]
pub fn run() -> anyhow::Result<()> {
    // Fails only when something has installed one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tauri::Builder::default()
        .manage(hosted::Hosted::open().context("the kept keys can't be read")?)
        .invoke_handler(tauri::generate_handler![
            commands::kept_stores,
            commands::look_at_key,
            commands::connect,
            commands::read_status,
            commands::start_import,
            commands::watch,
        ])
        .run(tauri::generate_context!())
        .context("the window can't be opened")
}
