//! `connect`: takes a key, tries it, keeps it.

use std::io::Read;
use std::path::Path;

use plugin_host_proto::client::{self, Client};
use plugin_host_proto::key::StoreKey;
use plugin_host_proto::keyring::{Keyring, Place};
use plugin_host_proto::v1::{ListStoresRequest, Store, StoreState};
use secrecy::{ExposeSecret, SecretString};

use crate::Exit;
use crate::args::Global;
use crate::error::Error;
use crate::output::{Column, Output, Table};
use crate::session::secret_from;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The key, or "-" to read it from standard input, where no other user sees it
    #[arg(value_name = "KEY|-")]
    pasted: Option<String>,
    /// What to call it here; usually the store hash
    #[arg(long)]
    name: Option<String>,
}

/// Connects with a key and keeps it as the current one.
pub(crate) async fn run(
    args: Args,
    global: &Global,
    input: &mut dyn Read,
    output: &mut Output<'_>,
) -> Result<(), Error> {
    let text: SecretString = match (args.pasted, &global.key_file, &global.key_text) {
        (Some(_), Some(_), _) => {
            return Err(Error::usage("a key is given twice: on the command line and by --key-file"));
        }
        (Some(text), None, _) if text == "-" => secret_from(Path::new("-"), input)?,
        (Some(text), None, _) => text.into(),
        (None, Some(path), _) => secret_from(path, input)?,
        (None, None, Some(text)) if !text.is_empty() => text.clone().into(),
        (None, None, _) => {
            return Err(Error::usage("no key is given")
                .with_hint("plugin-host connect -                  paste it, then press Enter and ^D")
                .with_hint("plugin-host connect --key-file FILE    read it from a file"));
        }
    };
    let key = StoreKey::parse(text.expose_secret())?;
    output.speaks_with(key.address());
    let client = Client::connect(&key)?;
    let answer = client::read(client.plugin_host(), ListStoresRequest {}, async |mut service, request| {
        service.list_stores(request).await
    });
    let stores = answer.await?.stores;
    let name = args.name.unwrap_or_else(|| usual_name(&key, &stores));
    let place = keep(global, name.clone(), key.clone()).await?;
    if !output.is_json() {
        output.line(&format!("connected to {} with {} key {}", key.address(), key.kind(), key.id()))?;
    }
    output.list(&stores, "the server has no store yet: plugin-host admin connect-store HASH", table)?;
    output.note(&format!("the key is kept as {name:?} in {place} and is the current one"));
    Ok(())
}

/// Keeping may wait for the keychain, and the program must stay interruptible.
async fn keep(global: &Global, name: String, key: StoreKey) -> Result<Place, Error> {
    let keyring = Keyring::open(global.home.as_deref())?;
    let kept = tokio::task::spawn_blocking(move || keyring.keep(&name, &key)).await;
    let kept = kept.map_err(|error| Error::new(Exit::Failed, format!("the keyring failed: {error}")))?;
    Ok(kept?)
}

fn usual_name(key: &StoreKey, stores: &[Store]) -> String {
    match stores {
        [store] if key.kind().is_of_one_store() => store.store_id.clone(),
        _ => key.kind().to_string(),
    }
}

fn table(stores: &[Store]) -> Table {
    let heads = ["store", "name", "domain", "time zone", "currency", "state"];
    let mut table = Table::new(heads.map(Column::text).into());
    for store in stores {
        table.row([
            &store.store_id,
            &store.name,
            &store.domain,
            &store.time_zone,
            &store.currency,
            state(store.state()),
        ]);
    }
    table
}

/// The state of a store's credentials, in words.
pub(crate) fn state(state: StoreState) -> &'static str {
    match state {
        StoreState::Unspecified => "unknown",
        StoreState::Connected => "connected",
        StoreState::Refused => "BigCommerce refuses the token",
    }
}
