//! Makes the context of the Tauri window and the permissions of its commands.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&[
        "kept_stores",
        "look_at_key",
        "connect",
        "read_status",
        "start_import",
        "watch",
    ]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("tauri.conf.json and capabilities/ are read");
}
