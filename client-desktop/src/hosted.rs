//! The stores hosted on this computer: their keys, their connections, and what is remembered about them.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use plugin_host_proto::{
    client::Client,
    key::StoreKey,
    keyring::{self, Keyring},
    v1,
};
use tokio::task::spawn_blocking;

use crate::{failure::Failure, known::Known, preferences::Remembered, watching::Watching, window::Unsaved};

/// What the commands share.
pub(crate) struct Hosted {
    keyring: Keyring,
    clients: Mutex<HashMap<String, Client>>,
    /// The key of the file that was looked at last.
    from_file: Mutex<Option<StoreKey>>,
    unsaved: Mutex<Unsaved>,
    pub(crate) known: Known,
    pub(crate) remembered: Remembered,
    pub(crate) watching: Watching,
}

impl Hosted {
    /// Opens the user's keyring, or the one in the folder that `PLUGIN_HOST_HOME` names, as the command line does.
    pub(crate) fn open() -> Result<Self, keyring::Error> {
        #[expect(clippy::disallowed_methods, reason = "the desktop has no other settings")]
        let home = std::env::var_os("PLUGIN_HOST_HOME").map(PathBuf::from);
        let keyring = Keyring::open(home.as_deref())?;
        Ok(Self {
            known: Known::open(keyring.folder()),
            remembered: Remembered::open(keyring.folder()),
            keyring,
            clients: Mutex::default(),
            from_file: Mutex::default(),
            unsaved: Mutex::default(),
            watching: Watching::default(),
        })
    }

    /// Works with the keyring where waiting for the system's keychain blocks nothing else.
    pub(crate) async fn with_keyring<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Keyring) -> Result<T, keyring::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let keyring = self.keyring.clone();
        let done = spawn_blocking(move || work(&keyring)).await;
        done.map_err(|error| Failure::new(format!("the keyring failed: {error}")))?.map_err(Failure::from)
    }

    /// The connection of a kept key, made at its first use.
    pub(crate) async fn client(&self, name: &str) -> Result<Client, Failure> {
        if let Some(client) = self.clients.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(client.clone());
        }
        let client = Client::connect(&self.key(name).await?)?;
        self.connected(name, client.clone());
        Ok(client)
    }

    pub(crate) async fn key(&self, name: &str) -> Result<StoreKey, Failure> {
        let name = name.to_owned();
        self.with_keyring(move |keyring| keyring.key(Some(&name))).await
    }

    /// Keeps a key under a name, and its connection.
    pub(crate) async fn keep(&self, name: &str, key: StoreKey, client: Client) -> Result<(), Failure> {
        let kept = name.to_owned();
        self.with_keyring(move |keyring| keyring.keep(&kept, &key)).await?;
        self.connected(name, client);
        Ok(())
    }

    pub(crate) async fn forget(&self, name: &str) -> Result<(), Failure> {
        let forgotten = name.to_owned();
        self.with_keyring(move |keyring| keyring.forget(&forgotten)).await?;
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        // The name of a store that is gone is no secret and does no harm.
        let _ = self.remembered.forget(name);
        let gone = self.known.forget(name);
        gone.map_err(|error| Failure::new(format!("what was known of the store can't be removed: {error}")))
    }

    /// Keeps what is known for the next start, as of now where the line stands.
    pub(crate) fn keep_known(&self) {
        for name in self.watching.heard() {
            self.known.confirm(&name);
        }
        // Without it the next window begins without what was known.
        let _ = self.known.write();
    }

    /// Remembers what the store calls itself.
    pub(crate) fn remember_title(&self, name: &str, store: Option<&v1::Store>) {
        if let Some(store) = store {
            // Without it the store is shown by its id until the server answers.
            let _ = self.remembered.call(name, &store.name);
        }
    }

    /// What would be lost with the window.
    pub(crate) fn unsaved(&self) -> MutexGuard<'_, Unsaved> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn take_from_file(&self, key: Option<StoreKey>) {
        *self.from_file.lock().unwrap_or_else(PoisonError::into_inner) = key;
    }

    pub(crate) fn key_from_file(&self) -> Result<StoreKey, Failure> {
        let key = self.from_file.lock().unwrap_or_else(PoisonError::into_inner).clone();
        key.ok_or_else(|| Failure::new("no file with a key was opened; open one first"))
    }

    fn connected(&self, name: &str, client: Client) {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), client);
    }
}

/// Shared by all commands.
pub(crate) type State<'a> = tauri::State<'a, Hosted>;
