//! Secrets appear nowhere: not in logs, not in the database, not in what watchers see.

use std::path::Path;

use anyhow::ensure;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use plugin_host_proto::{
    client::Update,
    v1::{ListAuditRequest, ListKeysRequest, stream_status_response::Change},
};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Process, TOKEN, connect_store, is_final, postgres::dump, store},
    sandbox::{Catalogue, Fault, Matcher, Script},
};

crate::on_both_databases! {
    after_an_import_token_and_key_are_nowhere_to_be_found
}

/// The ways in which a secret could be written down.
fn spellings(key: &str) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let body = key.split_once('_').map_or(key, |(_, body)| body);
    let bytes = URL_SAFE_NO_PAD.decode(body)?;
    let secret = &bytes[bytes.len() - 36..bytes.len() - 4];
    let hex: Vec<String> = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(vec![
        ("the key's text".to_owned(), key.as_bytes().to_vec()),
        ("the key's end".to_owned(), body.as_bytes()[body.len() - 40..].to_vec()),
        ("the key's secret".to_owned(), secret.to_vec()),
        ("the key's secret in hexadecimal".to_owned(), hex.concat().into_bytes()),
        ("the access token".to_owned(), TOKEN.as_bytes().to_vec()),
        ("the access token in base64".to_owned(), URL_SAFE_NO_PAD.encode(TOKEN).into_bytes()),
    ])
}

fn search(spellings: &[(String, Vec<u8>)], place: &str, content: &[u8]) -> anyhow::Result<()> {
    for (what, bytes) in spellings {
        let found = content.windows(bytes.len()).any(|window| window == bytes);
        ensure!(!found, "{what} is in {place}");
    }
    Ok(())
}

fn search_folder(spellings: &[(String, Vec<u8>)], folder: &Path) -> anyhow::Result<usize> {
    let mut searched = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.display().to_string();
        // The first admin key is in its file on purpose, and it is not the one that is looked for.
        search(spellings, &name, &std::fs::read(&path)?)?;
        searched += 1;
    }
    Ok(searched)
}

async fn after_an_import_token_and_key_are_nowhere_to_be_found(engine: Engine) -> anyhow::Result<()> {
    let store = store(Catalogue::ugly(60).with_orders(10)).await?;
    let mut home = Home::new(engine, &store).await?;
    home.set("log", "trace,h2=debug,hyper=trace,reqwest=trace,rustls=debug");
    let server = Process::start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let spellings = spellings(&operator.key)?;

    // Errors are told as well as successes.
    store.script(Script::next(Matcher::path("/v3/catalog"), Fault::Reset));
    store.script(Script::next(Matcher::path("/v3/inventory"), Fault::Html { status: 200 }));
    let mut watching = operator.watch();
    operator.import().await?;
    loop {
        let Update::Event(event) = watching.next().await? else { continue };
        search(&spellings, "an event", format!("{event:?}").as_bytes())?;
        if matches!(&event.change, Some(Change::Run(run)) if is_final(run)) {
            break;
        }
    }
    let wrong = operator.client.admin().list_keys(ListKeysRequest::default()).await;
    search(&spellings, "a refusal", format!("{wrong:?}").as_bytes())?;
    connect_store(&home, &store).await?;
    let admin = home.admin().await?.admin();
    let audit = admin.clone().list_audit(ListAuditRequest::default()).await?;
    search(&spellings, "the audit", format!("{audit:?}").as_bytes())?;
    let keys = admin.clone().list_keys(ListKeysRequest::default()).await?;
    search(&spellings, "the list of keys", format!("{keys:?}").as_bytes())?;

    let log = home.log()?;
    ensure!(log.len() > 10_000, "the log is too short to prove anything: {log}");
    search(&spellings, "the log", log.as_bytes())?;
    ensure!(search_folder(&spellings, &home.data_folder())? >= 1);
    server.kill().await?;
    search_folder(&spellings, &home.data_folder())?;
    if let Some(url) = home.database_url() {
        search(&spellings, "the database", dump(url).await?.as_bytes())?;
    }
    Ok(())
}
