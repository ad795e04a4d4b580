//! A command's connection: which key it uses, for which store, and where it prints.

use std::io::Read;
use std::path::Path;

use plugin_host_proto::client::{self, Client};
use plugin_host_proto::key::{KeyKind, StoreKey};
use plugin_host_proto::keyring::{Kept, Keyring};
use plugin_host_proto::v1::{GetStatusRequest, Status};
use secrecy::{ExposeSecret, SecretString};

use crate::Exit;
use crate::args::{Global, Paging};
use crate::error::Error;
use crate::output::Output;
use crate::text::Zone;

const LARGEST_PAGE: usize = 1000;

/// What a command works with.
pub(crate) struct Session<'output, 'io> {
    pub(crate) output: &'output mut Output<'io>,
    pub(crate) client: Client,
    /// The store that was named; empty where the key says it.
    pub(crate) store_id: String,
    /// The store as it was typed, for commands that are shown.
    named: Option<String>,
}

/// Opens a session with the key that was given, or with the kept key of the store that was named, or the current one.
pub(crate) async fn open<'output, 'io>(
    global: &Global,
    input: &mut dyn Read,
    output: &'output mut Output<'io>,
) -> Result<Session<'output, 'io>, Error> {
    if let Some(key) = given_key(global, input)? {
        return start(&key, global.store.clone().unwrap_or_default(), global, output);
    }
    let keyring = Keyring::open(global.home.as_deref())?;
    let kept = keyring.list()?;
    let (name, store_id) = choose(&kept, global.store.as_deref())?;
    start(&take_key(keyring, name).await?, store_id, global, output)
}

/// Opens a session with the key that was given, or with the kept admin key.
pub(crate) async fn open_as_admin<'output, 'io>(
    global: &Global,
    input: &mut dyn Read,
    output: &'output mut Output<'io>,
) -> Result<Session<'output, 'io>, Error> {
    let store_id = global.store.clone().unwrap_or_default();
    if let Some(key) = given_key(global, input)? {
        return start(&key, store_id, global, output);
    }
    let keyring = Keyring::open(global.home.as_deref())?;
    let name = choose_admin(&keyring.list()?)?;
    start(&take_key(keyring, Some(name)).await?, store_id, global, output)
}

fn start<'output, 'io>(
    key: &StoreKey,
    store_id: String,
    global: &Global,
    output: &'output mut Output<'io>,
) -> Result<Session<'output, 'io>, Error> {
    output.speaks_with(key.address());
    let client = Client::connect(key)?.traced(global.traceparent.as_deref().unwrap_or_default());
    Ok(Session { client, output, store_id, named: global.store.clone() })
}

/// The key in a file or in the environment, which goes before every kept one.
fn given_key(global: &Global, input: &mut dyn Read) -> Result<Option<StoreKey>, Error> {
    let text = match (&global.key_file, &global.key_text) {
        (Some(path), _) => secret_from(path, input)?,
        (None, Some(text)) if !text.is_empty() => text.clone().into(),
        (None, _) => return Ok(None),
    };
    Ok(Some(StoreKey::parse(text.expose_secret())?))
}

/// Reads a secret from a file, or from standard input for "-".
pub(crate) fn secret_from(path: &Path, input: &mut dyn Read) -> Result<SecretString, Error> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        input.read_to_string(&mut text).map(drop)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)).map(drop)
    };
    read.map_err(|error| Error::usage(format!("{} can't be read: {error}", path.display())))?;
    Ok(text.into())
}

/// The kept key to use and the store to name to the server.
fn choose(kept: &[Kept], store: Option<&str>) -> Result<(Option<String>, String), Error> {
    let Some(store) = store else { return Ok((None, String::new())) };
    if kept.iter().any(|kept| kept.name == store) {
        return Ok((Some(store.to_owned()), String::new()));
    }
    match kept.iter().find(|kept| kept.current) {
        Some(current) if !current.kind.is_of_one_store() => Ok((None, store.to_owned())),
        _ => Err(Error::usage(format!("no key for the store {store:?} is kept here"))
            .with_hint("plugin-host stores      lists the kept keys")
            .with_hint("plugin-host connect -   paste this store's key")),
    }
}

fn choose_admin(kept: &[Kept]) -> Result<String, Error> {
    let admins: Vec<_> = kept.iter().filter(|kept| kept.kind == KeyKind::Admin).collect();
    match admins.iter().find(|kept| kept.current).or(admins.first()) {
        Some(admin) if admin.current || admins.len() == 1 => Ok(admin.name.clone()),
        Some(_) => Err(Error::usage("several admin keys are kept here and none of them is current")
            .with_hint("plugin-host stores use NAME")),
        None => Err(Error::new(Exit::Unauthorized, "this needs an admin key, and none is kept here")
            .with_hint("plugin-host connect --key-file FILE   keeps the admin key that the server made at its first start")),
    }
}

/// The keychain may wait for its user; the program must stay interruptible meanwhile.
async fn take_key(keyring: Keyring, name: Option<String>) -> Result<StoreKey, Error> {
    let key = tokio::task::spawn_blocking(move || keyring.key(name.as_deref()));
    let key = key.await.map_err(|error| Error::new(Exit::Failed, format!("the keyring failed: {error}")))?;
    Ok(key?)
}

impl Session<'_, '_> {
    /// How a command for the same store begins.
    pub(crate) fn program(&self) -> String {
        match &self.named {
            None => "plugin-host".to_owned(),
            Some(store) => format!("plugin-host --store {store}"),
        }
    }

    /// The present state of the store.
    pub(crate) async fn status(&self) -> Result<Status, Error> {
        let request = GetStatusRequest { store_id: self.store_id.clone() };
        let read = client::read(self.client.plugin_host(), request, async |mut service, request| {
            service.get_status(request).await
        });
        Ok(read.await?.status.unwrap_or_default())
    }

    /// The time zone of the store; programs get UTC anyway.
    pub(crate) async fn zone(&self) -> Result<Zone, Error> {
        if self.output.is_json() {
            return Ok(Zone::of("UTC"));
        }
        Ok(Zone::of_store(&self.status().await?))
    }

    /// Reads pages until there are enough, and says on standard error when there are more.
    pub(crate) async fn pages<T>(
        &mut self,
        paging: &Paging,
        page: impl AsyncFn(&Client, i32, String) -> Result<(Vec<T>, String), client::Error>,
    ) -> Result<Vec<T>, Error> {
        let limit = if paging.all { usize::MAX } else { paging.limit };
        let mut records = Vec::new();
        let mut token = String::new();
        loop {
            let size = (limit - records.len()).clamp(1, LARGEST_PAGE);
            let (more, next) = page(&self.client, i32::try_from(size).unwrap_or(i32::MAX), token).await?;
            records.extend(more);
            token = next;
            if token.is_empty() {
                return Ok(records);
            }
            if records.len() >= limit {
                records.truncate(limit);
                self.output.note(&format!("there are more than {limit}; --all or --limit N shows them"));
                return Ok(records);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use plugin_host_proto::keyring::Place;

    use super::*;

    fn kept(name: &str, kind: KeyKind, current: bool) -> Kept {
        Kept { name: name.to_owned(), kind, address: String::new(), current, place: Place::Keychain }
    }

    #[test]
    fn a_named_store_is_a_kept_key_or_a_store_of_a_key_for_several() {
        let kept = [kept("admin", KeyKind::Admin, true), kept("abc12", KeyKind::Operator, false)];
        assert_eq!(choose(&kept, None).unwrap(), (None, String::new()));
        assert_eq!(choose(&kept, Some("abc12")).unwrap(), (Some("abc12".to_owned()), String::new()));
        assert_eq!(choose(&kept, Some("xyz99")).unwrap(), (None, "xyz99".to_owned()));
        assert!(choose(&kept[1..], Some("xyz99")).is_err());
    }

    #[test]
    fn an_admin_command_finds_the_admin_key_although_another_is_current() {
        let mut all = vec![kept("abc12", KeyKind::Operator, true), kept("admin", KeyKind::Admin, false)];
        assert_eq!(choose_admin(&all).unwrap(), "admin");
        all.push(kept("other", KeyKind::Admin, false));
        assert!(choose_admin(&all).is_err());
        assert!(choose_admin(&all[..1]).is_err());
    }
}
