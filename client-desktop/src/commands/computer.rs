//! This computer: preferences, files, the program's end, and what it is.

use plugin_host_proto::keyring::Keyring;
use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt as _;
use ts_rs::TS;

use super::keys::in_background;
use crate::{failure::Failure, hosted::State, preferences::Preferences};

/// What this program is.
#[derive(Debug, Serialize, TS)]
#[ts(export)]
pub(crate) struct About {
    /// Its version.
    version: String,
    /// Under which terms it may be used.
    licence: String,
    /// Where the keys are, in words; empty while there are none.
    keys: String,
    /// What it is made of.
    parts: Vec<Part>,
}

/// Something that is part of the program, and its terms.
#[derive(Debug, Deserialize, Serialize, TS)]
#[ts(export)]
struct Part {
    /// What it is called.
    name: String,
    /// Its version.
    version: String,
    /// Under which terms it may be used.
    licence: String,
}

#[expect(clippy::needless_pass_by_value, reason = "commands are handed what they work with")]
#[tauri::command]
pub(crate) fn preferences(hosted: State<'_>) -> Preferences {
    hosted.remembered.preferences()
}

#[tauri::command]
pub(crate) async fn save_preferences(
    app: AppHandle,
    hosted: State<'_>,
    preferences: Preferences,
) -> Result<(), Failure> {
    let saved = hosted.remembered.prefer(preferences);
    saved.map_err(|error| Failure::new(format!("the preferences can't be written: {error}")))?;
    app.set_theme(preferences.theme.into());
    Ok(())
}

#[tauri::command]
pub(crate) async fn about(app: AppHandle, hosted: State<'_>) -> Result<About, Failure> {
    let kept = hosted.with_keyring(Keyring::list).await?;
    let mut places: Vec<_> = kept.iter().map(|kept| kept.place.to_string()).collect();
    places.sort();
    places.dedup();
    Ok(About {
        version: app.package_info().version.to_string(),
        licence: env!("CARGO_PKG_LICENSE").to_owned(),
        keys: places.join(" and "),
        parts: parts()?,
    })
}

fn parts() -> Result<Vec<Part>, Failure> {
    let parts = serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/parts.json")));
    parts.map_err(|error| Failure::new(format!("the list of parts can't be read: {error}")))
}

/// Notes whether the window holds something that would be lost with it.
#[expect(clippy::needless_pass_by_value, reason = "commands are handed what they work with")]
#[tauri::command]
pub(crate) fn note_unsaved(hosted: State<'_>, unsaved: bool) {
    hosted.unsaved().note(unsaved);
}

/// Ends the program, because nothing in the window is lost by it.
#[expect(clippy::needless_pass_by_value, reason = "commands are handed what they work with")]
#[tauri::command]
pub(crate) fn leave(app: AppHandle) {
    app.exit(0);
}

/// Lets a person choose where to save a text, and answers where that was.
#[tauri::command]
pub(crate) async fn save_file(
    app: AppHandle,
    suggested_name: String,
    contents: String,
) -> Result<Option<String>, Failure> {
    let dialog = app.dialog().file().set_file_name(suggested_name);
    let picked = in_background(move || dialog.blocking_save_file()).await?;
    let Some(path) = picked.and_then(|file| file.into_path().ok()) else { return Ok(None) };
    let shown = path.display().to_string();
    let written = in_background(move || std::fs::write(path, contents)).await?;
    written.map_err(|error| Failure::new(format!("{shown} can't be written: {error}")))?;
    Ok(Some(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_compiled_in_is_named_with_its_terms() {
        let parts = parts().unwrap();
        for name in ["tauri", "tonic", "svelte"] {
            assert!(parts.iter().any(|part| part.name == name), "{name}");
        }
        assert!(parts.iter().all(|part| !part.licence.is_empty() && !part.version.is_empty()), "{parts:?}");
    }
}
