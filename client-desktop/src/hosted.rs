//! The stores hosted on this computer: their keys, their connections, and the one being watched.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use plugin_host_proto::{client::Client, key::StoreKey, keyring::Keyring};
use tokio::task::{AbortHandle, spawn_blocking};

use crate::failure::Failure;

/// What the commands share.
#[derive(Debug)]
pub(crate) struct Hosted {
    keyring: Keyring,
    clients: Mutex<HashMap<String, Client>>,
    watching: Mutex<Option<AbortHandle>>,
}

impl Hosted {
    /// Opens the user's keyring, or the one in the folder that `PLUGIN_HOST_HOME` names, as the command line does.
    pub(crate) fn open() -> Result<Self, plugin_host_proto::keyring::Error> {
        #[expect(clippy::disallowed_methods, reason = "the desktop has no other settings")]
        let home = std::env::var_os("PLUGIN_HOST_HOME").map(PathBuf::from);
        Ok(Self {
            keyring: Keyring::open(home.as_deref())?,
            clients: Mutex::default(),
            watching: Mutex::default(),
        })
    }

    /// Works with the keyring where waiting for the system's keychain blocks nothing else.
    pub(crate) async fn with_keyring<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Keyring) -> Result<T, plugin_host_proto::keyring::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let keyring = self.keyring.clone();
        let done = spawn_blocking(move || work(&keyring)).await;
        done.map_err(|error| Failure::new(format!("the keyring failed: {error}")))?.map_err(Failure::from)
    }

    /// The connection of a kept key, made at its first use.
    pub(crate) async fn client(&self, name: String) -> Result<Client, Failure> {
        if let Some(client) = self.clients.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(client.clone());
        }
        let wanted = name.clone();
        let key = self.with_keyring(move |keyring| keyring.key(Some(&wanted))).await?;
        let client = Client::connect(&key)?;
        self.remember(name, client.clone());
        Ok(client)
    }

    /// Keeps a key under a name, and its connection.
    pub(crate) async fn keep(&self, name: String, key: StoreKey, client: Client) -> Result<(), Failure> {
        let kept = name.clone();
        self.with_keyring(move |keyring| keyring.keep(&kept, &key)).await?;
        self.remember(name, client);
        Ok(())
    }

    fn remember(&self, name: String, client: Client) {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).insert(name, client);
    }

    /// Watches one thing in place of another.
    pub(crate) fn watch(&self, task: AbortHandle) {
        let before = self.watching.lock().unwrap_or_else(PoisonError::into_inner).replace(task);
        if let Some(before) = before {
            before.abort();
        }
    }
}

/// Shared by all commands.
pub(crate) type State<'a> = tauri::State<'a, Hosted>;
