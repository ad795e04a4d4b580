//! A Tauri window with nothing in it, to compare the memory of the desktop client with.

use tauri::{WebviewUrl, WebviewWindowBuilder, http::Response};

#[expect(
    clippy::disallowed_methods,
    reason = "Tauri's macro has an exit for a context that does not fit the program"
)]
fn main() {
    let mut context = tauri::generate_context!();
    context.config_mut().app.windows.clear();
    tauri::Builder::default()
        // About:blank starts no process for a page, which any window that shows something has.
        .register_uri_scheme_protocol("empty", |_, _| {
            Response::builder()
                .header("content-type", "text/html")
                .body(b"<!doctype html>".as_slice())
                .unwrap_or_default()
        })
        .setup(|app| {
            let page = WebviewUrl::CustomProtocol("empty://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "empty", page)
                .title("Plugin Host")
                .inner_size(1180.0, 780.0)
                .build()?;
            Ok(())
        })
        .run(context)
        .expect("the window opens");
}
