//! What a person has chosen on this computer, and the names of the stores, in a file beside the list of keys.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the window looks and when it speaks up.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(default)]
pub(crate) struct Preferences {
    /// Light or dark.
    pub(crate) theme: Theme,
    /// Whether the desktop says what needs a person while the window is not looked at.
    pub(crate) notifications: bool,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Theme {
    /// As the desktop is.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { theme: Theme::System, notifications: true }
    }
}

impl From<Theme> for Option<tauri::Theme> {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::System => None,
            Theme::Light => Some(tauri::Theme::Light),
            Theme::Dark => Some(tauri::Theme::Dark),
        }
    }
}

/// The file.
#[derive(Debug)]
pub(crate) struct Remembered {
    path: PathBuf,
    content: Mutex<Content>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct Content {
    #[serde(flatten)]
    preferences: Preferences,
    /// What each store calls itself, by the name of its key, to have it before the server answers.
    titles: BTreeMap<String, String>,
}

impl Remembered {
    /// Reads what is remembered in a folder; what can't be read is as if it had never been chosen.
    pub(crate) fn open(folder: &Path) -> Self {
        let path = folder.join("desktop.json");
        let content =
            fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { path, content: Mutex::new(content) }
    }

    pub(crate) fn preferences(&self) -> Preferences {
        self.content.lock().unwrap_or_else(PoisonError::into_inner).preferences
    }

    pub(crate) fn prefer(&self, preferences: Preferences) -> io::Result<()> {
        self.change(|content| content.preferences = preferences)
    }

    pub(crate) fn title(&self, name: &str) -> String {
        let content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        content.titles.get(name).cloned().unwrap_or_default()
    }

    pub(crate) fn call(&self, name: &str, title: &str) -> io::Result<()> {
        self.change(|content| drop(content.titles.insert(name.to_owned(), title.to_owned())))
    }

    pub(crate) fn forget(&self, name: &str) -> io::Result<()> {
        self.change(|content| drop(content.titles.remove(name)))
    }

    /// Changes the file beside its place and moves it there, so that it is never half written.
    fn change(&self, change: impl FnOnce(&mut Content)) -> io::Result<()> {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = content.clone();
        change(&mut changed);
        if changed == *content {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, &changed)?;
        file.persist(&self.path)?;
        *content = changed;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::open(folder.path());
        assert_eq!(remembered.preferences(), Preferences::default());
        let dark = Preferences { theme: Theme::Dark, notifications: false };
        remembered.prefer(dark).unwrap();
        remembered.call("abc12", "Acme Outdoor").unwrap();
        let again = Remembered::open(folder.path());
        assert_eq!(again.preferences(), dark);
        assert_eq!(again.title("abc12"), "Acme Outdoor");
    }

    #[test]
    fn a_damaged_file_stops_nobody() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("desktop.json"), "{\"theme\": \"pink\"").unwrap();
        let remembered = Remembered::open(folder.path());
        assert_eq!(remembered.preferences(), Preferences::default());
        remembered.call("abc12", "Acme Outdoor").unwrap();
        assert_eq!(Remembered::open(folder.path()).title("abc12"), "Acme Outdoor");
    }
}
