//! Where clients keep keys.
//!
//! A folder of the user's holds the list `keys.json`: the names of the keys, which of them is current, and where each
//! one's text is. The text itself is in the system's keychain; where there is none, or it does not answer within two
//! seconds, it is in the list, which only its owner may read. It is never left in both. Command line and desktop share
//! this, so that a store connected in one is there in the other.
//!
//! A keyring opened in a folder of the caller's choice uses that folder and nothing else.

mod file;
mod keychain;

use std::fmt;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::key::{self, KeyKind, StoreKey};

/// The keys that a user has, by name, one of them current.
#[derive(Debug, Clone)]
pub struct Keyring {
    folder: PathBuf,
    uses_keychain: bool,
}

/// One kept key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What the user calls it; a store key's usual name is the store's id.
    pub name: String,
    /// What it may do.
    pub kind: KeyKind,
    /// Its server.
    pub address: String,
    /// Whether it is the one that is used when none is named.
    pub current: bool,
    /// Where its text is.
    pub place: Place,
}

/// Where a key's text is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the operating system's keychain.
    Keychain,
    /// In a file that only its owner may read.
    File(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Keychain => f.write_str("the system's keychain"),
            Place::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

impl Keyring {
    /// Opens the user's keyring, or the one in `folder`, which then holds everything.
    pub fn open(folder: Option<&Path>) -> Result<Keyring, Error> {
        if let Some(folder) = folder {
            return Ok(Keyring { folder: folder.to_owned(), uses_keychain: false });
        }
        let strategy = etcetera::base_strategy::choose_native_strategy().map_err(Error::NoHome)?;
        Ok(Keyring { folder: strategy.config_dir().join("plugin-host"), uses_keychain: true })
    }

    /// The folder of the list, where clients keep what else they remember.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lists the kept keys by name.
    pub fn list(&self) -> Result<Vec<Kept>, Error> {
        let list = file::read(&self.folder)?;
        let current = list.current.as_deref();
        Ok(list.keys.iter().map(|entry| self.describe(entry, current)).collect())
    }

    /// Keeps a key under a name, in place of any other of that name, and makes it current.
    ///
    /// A key that only reads takes the place of none that does more: that one may be kept nowhere else.
    ///
    /// The answer says where it is kept. May take two seconds; call it where blocking is harmless.
    pub fn keep(&self, name: &str, key: &StoreKey) -> Result<Place, Error> {
        check_name(name)?;
        file::change(&self.folder, |list| {
            let known = list.keys.iter().find(|other| other.name == name);
            if known.is_some_and(|known| !known.kind.only_reads()) && key.kind().only_reads() {
                return Err(Error::DoesMore(name.to_owned()));
            }
            let text = key.to_text();
            let in_keychain = self.uses_keychain && keychain::set(name, &text).is_ok();
            let entry = Entry {
                name: name.to_owned(),
                kind: key.kind(),
                address: key.address().to_owned(),
                text: (!in_keychain).then(|| text.expose_secret().to_owned()),
            };
            let place = self.describe(&entry, None).place;
            list.keys.retain(|other| other.name != name);
            list.keys.push(entry);
            list.keys.sort_by(|a, b| a.name.cmp(&b.name));
            list.current = Some(name.to_owned());
            Ok(place)
        })
    }

    /// Returns the key of a name, or the current one; asks the keychain for it where it is kept there.
    pub fn key(&self, name: Option<&str>) -> Result<StoreKey, Error> {
        let list = file::read(&self.folder)?;
        let name = name.or(list.current.as_deref()).ok_or(Error::NoCurrent)?;
        let entry = list.find(name)?;
        let text: SecretString = match &entry.text {
            Some(text) => text.clone().into(),
            None => {
                keychain::get(name).map_err(|source| Error::Keychain { name: name.to_owned(), source })?
            }
        };
        StoreKey::parse(text.expose_secret())
            .map_err(|source| Error::Damaged { name: name.to_owned(), source })
    }

    /// Makes a kept key the current one.
    pub fn make_current(&self, name: &str) -> Result<(), Error> {
        file::change(&self.folder, |list| {
            list.find(name)?;
            list.current = Some(name.to_owned());
            Ok(())
        })
    }

    /// Forgets a key here; the server still accepts it until it is revoked there.
    pub fn forget(&self, name: &str) -> Result<(), Error> {
        file::change(&self.folder, |list| {
            let in_keychain = list.find(name)?.text.is_none();
            if self.uses_keychain {
                let deleted = keychain::delete(name);
                if in_keychain {
                    deleted.map_err(|source| Error::Keychain { name: name.to_owned(), source })?;
                }
            }
            list.keys.retain(|entry| entry.name != name);
            if list.current.as_deref() == Some(name) {
                // With one key left there is no choice to make.
                list.current = match list.keys.as_slice() {
                    [only] => Some(only.name.clone()),
                    _ => None,
                };
            }
            Ok(())
        })
    }

    fn describe(&self, entry: &Entry, current: Option<&str>) -> Kept {
        Kept {
            name: entry.name.clone(),
            kind: entry.kind,
            address: entry.address.clone(),
            current: current == Some(&entry.name),
            place: match entry.text {
                Some(_) => Place::File(file::path(&self.folder)),
                None => Place::Keychain,
            },
        }
    }
}

/// Why a key could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is kept, or nothing is chosen.
    #[error("no key is chosen; connect with one, or choose one that is kept")]
    NoCurrent,
    /// No key of this name is kept.
    #[error("no key named {0:?} is kept here")]
    NotKept(String),
    /// A key that only reads would take the place of one that does more.
    #[error("the key kept as {0:?} does more than this one and would be lost; forget it first")]
    DoesMore(String),
    /// The name can't be used.
    #[error("{0:?} can't name a key; use 1 to 64 letters, digits, dots, dashes and underscores")]
    Name(String),
    /// The keychain does not give the key.
    #[error("the system's keychain does not answer for {name:?}; unlock it, or connect with the key again")]
    Keychain {
        /// The key's name.
        name: String,
        /// What the keychain says.
        source: KeychainError,
    },
    /// What is kept is no key.
    #[error("the key kept as {name:?} is damaged; connect with the key again")]
    Damaged {
        /// The key's name.
        name: String,
        /// What is wrong with it.
        source: key::Error,
    },
    /// The list of keys can't be understood.
    #[error("the list of keys {path} is damaged; move it away and connect with the keys again")]
    List {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file or folder can't be read or written.
    #[error("{path} can't be read or written; check its owner and permissions")]
    File {
        /// The file or folder.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The user has no home folder.
    #[error("this user has no home folder; name a folder for the keys")]
    NoHome(#[source] etcetera::HomeDirError),
}

pub use self::keychain::Error as KeychainError;

/// The list as it is in its file.
#[derive(Default, Serialize, Deserialize)]
struct List {
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    keys: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    name: String,
    kind: KeyKind,
    address: String,
    /// The key's text; absent when the keychain has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl List {
    fn find(&self, name: &str) -> Result<&Entry, Error> {
        self.keys.iter().find(|entry| entry.name == name).ok_or_else(|| Error::NotKept(name.to_owned()))
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(Error::Name(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
