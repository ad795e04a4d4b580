//! What the window may ask for.

use plugin_host_proto::{
    client::{self, Client, Update},
    key::StoreKey,
    keyring::{Kept, Keyring},
    v1::{GetStatusRequest, ImportRequest, ListStoresRequest, Run, Status, StreamStatusResponse},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use tauri::ipc::Channel;
use ts_rs::TS;

use crate::{
    failure::{Failure, words},
    hosted::State,
};

/// A store whose key is kept on this computer.
#[derive(Debug, Serialize, TS)]
#[ts(export)]
pub(crate) struct KeptStore {
    /// What its key is called here.
    name: String,
    /// The store's own name; empty until the server has said it.
    title: String,
    /// Its server.
    address: String,
    /// Whether it is the one to show first.
    current: bool,
}

/// What a text says as a key.
#[derive(Debug, Serialize, TS)]
#[ts(export)]
pub(crate) struct KeyLook {
    /// Why it is no usable key; empty when it is one.
    problem: String,
    /// What the key may do.
    kind: String,
    /// Its server.
    address: String,
    /// The beginning of the pinned authority's fingerprint; empty where public certificates are trusted.
    fingerprint: String,
}

/// What watching a store brings.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Watched {
    /// Something happened, or a snapshot, in proto3 JSON.
    Event {
        /// The event.
        #[ts(type = "unknown")]
        event: Box<StreamStatusResponse>,
    },
    /// The connection is lost and being made again.
    Lost {
        /// Why.
        message: String,
    },
    /// Nothing more will come, because trying again would not help.
    Ended {
        /// Why.
        message: String,
    },
}

impl From<Kept> for KeptStore {
    fn from(kept: Kept) -> Self {
        Self { name: kept.name, title: String::new(), address: kept.address, current: kept.current }
    }
}

#[tauri::command]
pub(crate) async fn kept_stores(hosted: State<'_>) -> Result<Vec<KeptStore>, Failure> {
    let kept = hosted.with_keyring(Keyring::list).await?;
    let of_stores = kept.into_iter().filter(|kept| kept.kind.is_of_one_store());
    Ok(of_stores.map(KeptStore::from).collect())
}

#[tauri::command]
pub(crate) fn look_at_key(text: String) -> KeyLook {
    let none = |problem| KeyLook {
        problem,
        kind: String::new(),
        address: String::new(),
        fingerprint: String::new(),
    };
    match usable(&text.into()) {
        Err(failure) => none(failure),
        Ok(key) => KeyLook {
            kind: key.kind().to_string(),
            address: key.address().to_owned(),
            fingerprint: key.pin().map(|pin| fingerprint(&pin)).unwrap_or_default(),
            ..none(String::new())
        },
    }
}

/// The key in a text, if it is one that this window can use.
fn usable(text: &SecretString) -> Result<StoreKey, String> {
    let key = StoreKey::parse(text.expose_secret().trim()).map_err(|error| words(&error))?;
    if key.kind().is_of_one_store() {
        Ok(key)
    } else {
        Err(format!("this is a key of kind {}; the Plugin Host works with the key of one store", key.kind()))
    }
}

/// Enough of a fingerprint to be compared by eye.
fn fingerprint(pin: &[u8; 32]) -> String {
    pin[..8].chunks(2).map(|pair| format!("{:02x}{:02x}", pair[0], pair[1])).collect::<Vec<_>>().join(" ")
}

#[tauri::command]
pub(crate) async fn connect(hosted: State<'_>, text: String) -> Result<KeptStore, Failure> {
    let key = usable(&text.into()).map_err(Failure::new)?;
    let client = Client::connect(&key)?;
    let answer = client::read(client.plugin_host(), ListStoresRequest {}, async |mut service, request| {
        service.list_stores(request).await
    });
    let stores = answer.await?.stores;
    let [store] = &stores[..] else {
        return Err(Failure::new(
            "the server knows no store for this key; ask whoever runs the server for a new one",
        ));
    };
    let address = key.address().to_owned();
    hosted.keep(store.store_id.clone(), key, client).await?;
    Ok(KeptStore { name: store.store_id.clone(), title: store.name.clone(), address, current: true })
}

#[tauri::command]
pub(crate) async fn read_status(hosted: State<'_>, name: String) -> Result<Status, Failure> {
    let client = hosted.client(name).await?;
    let answer =
        client::read(client.plugin_host(), GetStatusRequest::default(), async |mut service, request| {
            service.get_status(request).await
        });
    let status = answer.await?.status;
    status.ok_or_else(|| Failure::new("the server answered without a status; update the server"))
}

#[tauri::command]
pub(crate) async fn start_import(hosted: State<'_>, name: String) -> Result<Run, Failure> {
    let client = hosted.client(name).await?;
    let answer = client.plugin_host().import(ImportRequest::default()).await.map_err(client::Error::from)?;
    answer
        .into_inner()
        .run
        .ok_or_else(|| Failure::new("the server answered without a run; update the server"))
}

#[tauri::command]
pub(crate) async fn watch(hosted: State<'_>, name: String, channel: Channel<Watched>) -> Result<(), Failure> {
    let mut stream = hosted.client(name).await?.status_stream(Vec::new());
    let task = tokio::spawn(async move {
        loop {
            let (update, last) = match stream.next().await {
                Ok(Update::Event(event)) => (Watched::Event { event }, false),
                Ok(Update::Lost(error)) => (Watched::Lost { message: words(&error) }, false),
                Err(error) => (Watched::Ended { message: words(&error) }, true),
            };
            // Fails when the window is gone.
            if channel.send(update).is_err() || last {
                return;
            }
        }
    });
    hosted.watch(task.abort_handle());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_text_is_judged_before_anything_is_sent() {
        assert!(look_at_key("abc123".into()).problem.contains("store hash"));
        assert!(look_at_key("  ".into()).problem.contains("empty"));
    }
}
