//! The keys that this computer keeps. Their texts stay here, except the one a person asked to see.

use std::{io::Read as _, path::Path};

use plugin_host_proto::{
    client::{self, Client},
    key::{KeyKind, StoreKey},
    keyring::{Kept, Keyring},
    v1::{ListStoresRequest, Store},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use tauri::AppHandle;
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use tauri_plugin_dialog::DialogExt as _;
use tokio::task::spawn_blocking;
use ts_rs::TS;

use crate::{
    failure::{Failure, words},
    hosted::{Hosted, State},
};

/// No key is nearly as long; a file that is longer is something else.
const LONGEST_FILE: u64 = 4096;

/// A store whose key is kept on this computer.
#[derive(Debug, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeptStore {
    /// What its key is called here.
    name: String,
    /// The store's own name; empty until the server has said it.
    title: String,
    /// Its server.
    address: String,
    /// Whether it is the one to show first.
    current: bool,
    /// Whether its key may only look.
    reads_only: bool,
    /// Where its key is kept, in words.
    place: String,
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

/// The store that a key belongs to, as the server knows it.
#[derive(Debug, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoreLook {
    /// Its id.
    store_id: String,
    /// What it calls itself.
    name: String,
    /// Where shoppers find it.
    domain: String,
}

impl KeyLook {
    fn of(text: &SecretString) -> Self {
        match usable(text) {
            Ok(key) => Self {
                problem: String::new(),
                kind: key.kind().to_string(),
                address: key.address().to_owned(),
                fingerprint: key.pin().map(|pin| fingerprint(&pin)).unwrap_or_default(),
            },
            Err(problem) => {
                Self { problem, kind: String::new(), address: String::new(), fingerprint: String::new() }
            }
        }
    }
}

impl KeptStore {
    fn of(kept: Kept, hosted: &Hosted) -> Self {
        Self {
            title: hosted.remembered.title(&kept.name),
            reads_only: kept.kind == KeyKind::Monitor,
            place: kept.place.to_string(),
            name: kept.name,
            address: kept.address,
            current: kept.current,
        }
    }
}

#[tauri::command]
pub(crate) async fn kept_stores(hosted: State<'_>) -> Result<Vec<KeptStore>, Failure> {
    let kept = hosted.with_keyring(Keyring::list).await?;
    let of_stores = kept.into_iter().filter(|kept| kept.kind.is_of_one_store());
    Ok(of_stores.map(|kept| KeptStore::of(kept, &hosted)).collect())
}

#[tauri::command]
pub(crate) fn look_at_key(text: String) -> KeyLook {
    KeyLook::of(&text.into())
}

/// Lets a person choose a file, and looks at the key in it, which stays here.
#[tauri::command]
pub(crate) async fn look_at_key_file(app: AppHandle, hosted: State<'_>) -> Result<Option<KeyLook>, Failure> {
    let dialog = app.dialog().file().set_title("Open a Store Key");
    let picked = in_background(move || dialog.blocking_pick_file()).await?;
    let Some(file) = picked.and_then(|file| file.into_path().ok()) else { return Ok(None) };
    let text = in_background(move || read_key_file(&file)).await??;
    hosted.take_from_file(usable(&text).ok());
    Ok(Some(KeyLook::of(&text)))
}

/// Asks the server which store the key belongs to: the key in the text, or else that of the file looked at last.
#[tauri::command]
pub(crate) async fn ask_store(hosted: State<'_>, text: Option<String>) -> Result<StoreLook, Failure> {
    let key = match text {
        Some(text) => usable(&text.into()).map_err(Failure::new)?,
        None => hosted.key_from_file()?,
    };
    let Store { store_id, name, domain, .. } = store_of(&Client::connect(&key)?).await?;
    Ok(StoreLook { store_id, name, domain })
}

#[tauri::command]
pub(crate) async fn connect(app: AppHandle, hosted: State<'_>, text: String) -> Result<KeptStore, Failure> {
    let key = usable(&text.into()).map_err(Failure::new)?;
    keep(&app, &hosted, key).await
}

#[tauri::command]
pub(crate) async fn connect_from_file(app: AppHandle, hosted: State<'_>) -> Result<KeptStore, Failure> {
    let kept = keep(&app, &hosted, hosted.key_from_file()?).await?;
    hosted.take_from_file(None);
    Ok(kept)
}

#[tauri::command]
pub(crate) async fn choose_store(hosted: State<'_>, name: String) -> Result<(), Failure> {
    hosted.with_keyring(move |keyring| keyring.make_current(&name)).await
}

#[tauri::command]
pub(crate) async fn forget_store(app: AppHandle, hosted: State<'_>, name: String) -> Result<(), Failure> {
    // Nobody listens any more who could write down again what is forgotten.
    hosted.watching.end(&app, &name);
    hosted.forget(&name).await
}

#[tauri::command]
pub(crate) async fn copy_key(app: AppHandle, hosted: State<'_>, name: String) -> Result<(), Failure> {
    let text = hosted.key(&name).await?.to_text();
    let copied = app.clipboard().write_secret(text.expose_secret().to_owned());
    copied.map_err(|error| Failure::new(format!("the clipboard does not take the key: {error}")))
}

#[tauri::command]
pub(crate) async fn show_key(hosted: State<'_>, name: String) -> Result<String, Failure> {
    Ok(hosted.key(&name).await?.to_text().expose_secret().to_owned())
}

/// Tries a key and keeps it.
async fn keep(app: &AppHandle, hosted: &Hosted, key: StoreKey) -> Result<KeptStore, Failure> {
    let client = Client::connect(&key)?;
    let store = store_of(&client).await?;
    let name = store.store_id.clone();
    hosted.keep(&name, key, client.clone()).await?;
    hosted.remember_title(&name, Some(&store));
    hosted.watching.begin(app, &name, client);
    let kept = hosted.with_keyring(Keyring::list).await?.into_iter().find(|kept| kept.name == name);
    kept.map(|kept| KeptStore::of(kept, hosted))
        .ok_or_else(|| Failure::new("the key was forgotten at the same time; connect again"))
}

/// The one store that a key belongs to.
async fn store_of(client: &Client) -> Result<Store, Failure> {
    let answer = client::read(client.plugin_host(), ListStoresRequest {}, async |mut service, request| {
        service.list_stores(request).await
    });
    match <[Store; 1]>::try_from(answer.await?.stores) {
        Ok([store]) => Ok(store),
        Err(_) => Err(Failure::new(
            "the server knows no store for this key; ask whoever runs the server for a new one",
        )),
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

fn read_key_file(path: &Path) -> Result<SecretString, Failure> {
    let mut text = String::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LONGEST_FILE).read_to_string(&mut text));
    read.map_err(|error| Failure::new(format!("{} can't be read: {error}", path.display())))?;
    Ok(text.into())
}

/// Enough of a fingerprint to be compared by eye.
fn fingerprint(pin: &[u8; 32]) -> String {
    pin[..8].chunks(2).map(|pair| format!("{:02x}{:02x}", pair[0], pair[1])).collect::<Vec<_>>().join(" ")
}

/// Waits for a person, or a disk, without keeping anything else waiting.
pub(super) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work).await.map_err(|error| Failure::new(format!("this program failed: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_text_is_judged_before_anything_is_sent() {
        assert!(look_at_key("abc123".into()).problem.contains("store hash"));
        assert!(look_at_key("  ".into()).problem.contains("empty"));
    }

    #[test]
    fn a_file_that_is_no_key_is_said_to_be_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo.jpg");
        std::fs::write(&path, vec![0xff; 100_000]).unwrap();
        assert!(read_key_file(&path).unwrap_err().message.contains("photo.jpg can't be read"));
        std::fs::write(&path, "  \n").unwrap();
        assert!(KeyLook::of(&read_key_file(&path).unwrap()).problem.contains("empty"));
    }
}
