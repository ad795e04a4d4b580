//! What the server said last, in a file for each store, for the time when it cannot be reached.
//!
//! A file holds what its owner could see in the window anyway, no key, and goes with the key that read it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::failure::Failure;

/// How many answers are kept of each store, the newest.
const MOST: usize = 200;
/// How much room they may take together.
const ROOM: usize = 4 * 1024 * 1024;

/// What is known of every kept store.
#[derive(Debug)]
pub(crate) struct Known {
    folder: PathBuf,
    stores: Mutex<BTreeMap<String, Store>>,
}

/// What is known of a store.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Store {
    /// How it is, as its status stream would say first.
    status: Option<Said>,
    /// What else was read, by question, the newest last.
    answers: Vec<(String, Said)>,
    /// Whether the file is behind.
    #[serde(skip)]
    changed: bool,
}

/// Something the server said, in proto3 JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Said {
    /// When it was known to be so, in milliseconds since 1970.
    pub(crate) at: i64,
    /// What it said.
    pub(crate) said: Box<RawValue>,
}

impl Known {
    /// What is known by the files in a folder; one that can't be read is as if there were none.
    pub(crate) fn open(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), stores: Mutex::default() }
    }

    /// How the store was last.
    pub(crate) fn status(&self, name: &str) -> Option<Said> {
        self.with(name, |store| store.status.clone())
    }

    /// The last answer to a question.
    pub(crate) fn answer(&self, name: &str, question: &str) -> Option<Said> {
        self.with(name, |store| {
            store.answers.iter().find(|(asked, _)| asked == question).map(|(_, said)| said.clone())
        })
    }

    /// Keeps how the store is.
    pub(crate) fn keep_status(&self, name: &str, status: &impl Serialize) {
        if let Ok(said) = Said::now(status) {
            self.with(name, |store| {
                store.status = Some(said);
                store.changed = true;
            });
        }
    }

    /// Keeps an answer, and forgets the oldest ones where there is no room for all.
    pub(crate) fn keep(&self, name: &str, question: &str, said: Said) {
        self.with(name, |store| {
            store.answers.retain(|(asked, _)| asked != question);
            store.answers.push((question.to_owned(), said));
            store.make_room();
            store.changed = true;
        });
    }

    /// The store is still as it was last: nothing else was heard until now.
    pub(crate) fn confirm(&self, name: &str) {
        self.with(name, |store| {
            if let Some(status) = &mut store.status {
                status.at = now();
                store.changed = true;
            }
        });
    }

    /// Forgets a store, on the disk as well.
    pub(crate) fn forget(&self, name: &str) -> io::Result<()> {
        let mut stores = self.stores();
        stores.insert(name.to_owned(), Store::default());
        match fs::remove_file(self.file(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes what has changed beside its place and moves it there, for its owner alone.
    pub(crate) fn write(&self) -> io::Result<()> {
        let mut stores = self.stores();
        for (name, store) in stores.iter_mut().filter(|(_, store)| store.changed) {
            fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            serde_json::to_writer(&mut file, store)?;
            file.persist(self.file(name))?;
            store.changed = false;
        }
        Ok(())
    }

    fn with<T>(&self, name: &str, work: impl FnOnce(&mut Store) -> T) -> T {
        let mut stores = self.stores();
        let store = stores.entry(name.to_owned()).or_insert_with(|| {
            fs::read(self.file(name))
                .ok()
                .and_then(|bytes| serde_json::from_slice(&bytes).ok())
                .unwrap_or_default()
        });
        work(store)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("known-{name}.json"))
    }

    fn stores(&self) -> MutexGuard<'_, BTreeMap<String, Store>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    fn make_room(&mut self) {
        let room = |(question, said): &(String, Said)| question.len() + said.said.get().len();
        let mut taken: usize = self.answers.iter().map(room).sum();
        while self.answers.len() > MOST || (taken > ROOM && !self.answers.is_empty()) {
            taken -= room(&self.answers.remove(0));
        }
    }
}

impl Said {
    /// What was said just now.
    pub(crate) fn now(said: &impl Serialize) -> Result<Self, Failure> {
        let written = serde_json::value::to_raw_value(said);
        let said = written.map_err(|error| Failure::new(format!("the answer can't be written: {error}")))?;
        Ok(Self { at: now(), said })
    }
}

#[expect(clippy::disallowed_methods, reason = "the only question about time of this half")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(value: &Value) -> Said {
        Said::now(value).unwrap()
    }

    #[test]
    fn what_was_said_last_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let known = Known::open(folder.path());
        known.keep_status("abc12", &json!({"parked": "3"}));
        known.keep("abc12", "ListItems {}", said(&json!({"items": []})));
        known.keep("abc12", "ListItems {}", said(&json!({"items": [{"itemNumber": "TENT-2"}]})));
        known.write().unwrap();
        let again = Known::open(folder.path());
        assert_eq!(again.status("abc12").unwrap().said.get(), "{\"parked\":\"3\"}");
        assert!(again.answer("abc12", "ListItems {}").unwrap().said.get().contains("TENT-2"));
        assert!(again.answer("abc12", "ListOrders {}").is_none(), "nothing is made up");
        assert!(again.answer("xyz99", "ListItems {}").is_none(), "stores are told apart");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_file_and_forgetting_removes_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let known = Known::open(folder.path());
        known.keep_status("abc12", &json!({}));
        known.write().unwrap();
        let file = folder.path().join("known-abc12.json");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        known.forget("abc12").unwrap();
        known.write().unwrap();
        assert!(!file.exists());
        assert!(known.status("abc12").is_none());
    }

    #[test]
    fn the_oldest_answers_make_room_for_new_ones() {
        let folder = tempfile::tempdir().unwrap();
        let known = Known::open(folder.path());
        for number in 0..=MOST {
            known.keep("abc12", &number.to_string(), said(&json!(number)));
        }
        assert!(known.answer("abc12", "0").is_none());
        assert!(known.answer("abc12", "1").is_some());
        known.keep("abc12", "long", said(&json!("x".repeat(ROOM - 1000))));
        assert!(known.answer("abc12", "1").is_none());
        known.keep("abc12", "too long", said(&json!("x".repeat(ROOM))));
        assert!(known.answer("abc12", "too long").is_none());
    }

    #[test]
    fn a_damaged_file_stops_nobody() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("known-abc12.json"), "{\"answers\": [").unwrap();
        assert!(Known::open(folder.path()).status("abc12").is_none());
    }
}
