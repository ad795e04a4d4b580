//! Keys: what is no key, what is no longer one, and that one key is all a person needs.

use std::{ffi::OsString, time::Duration};

use anyhow::{Context as _, bail, ensure};
use plugin_host_cli::{Look, Surroundings};
use plugin_host_proto::{
    client::{Client, Error, StatusStream},
    key::{self, KeyKind, StoreKey},
    v1::{ImportRequest, ListKeysRequest, ListStoresRequest, RevokeKeyRequest, RotateKeyRequest},
};
use plugin_host_tests::{
    harness::{Balancer, Engine, Home, Operator, TOKEN, connect_store, defaults, store},
    sandbox::Catalogue,
};
use tonic::Code;

use crate::{
    refusal::refusal,
    scene::{Scene, issue, start},
};

async fn list_stores(client: &Client) -> Result<usize, tonic::Status> {
    Ok(client.plugin_host().list_stores(ListStoresRequest {}).await?.into_inner().stores.len())
}

#[tokio::test]
async fn what_is_no_key_is_told_before_anything_is_sent() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let key = &scene.operator.key;
    let mistyped = format!("{}{}", &key[..30], if &key[30..31] == "A" { "B" } else { "A" }) + &key[31..];
    ensure!(StoreKey::parse(&mistyped).err() == Some(key::Error::Mistyped));
    ensure!(matches!(StoreKey::parse(&key[..key.len() - 4]), Err(key::Error::Missing(4))));
    ensure!(StoreKey::parse(TOKEN).err() == Some(key::Error::AccessToken));
    ensure!(StoreKey::parse(scene.store.store_hash()).err() == Some(key::Error::StoreHash));
    ensure!(StoreKey::parse(&format!(" {key}\n")).is_ok());
    Ok(())
}

#[tokio::test]
async fn a_key_with_another_secret_opens_nothing() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let key = StoreKey::parse(&scene.operator.key)?;
    for kind in KeyKind::ALL {
        let forged = StoreKey::new(kind, key.address(), key.pin(), key.id(), [7; 32])?;
        let refused = refusal(list_stores(&Client::connect(&forged)?).await)?;
        ensure!(refused.code == Code::Unauthenticated, "{kind}: {refused:?}");
    }
    // The kind is in the key's text and not only there.
    let raised = scene.operator.key.replacen("phk1o_", "phk1a_", 1);
    ensure!(StoreKey::parse(&raised).is_err());
    Ok(())
}

#[tokio::test]
async fn a_key_of_the_wrong_kind_is_told_so() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let (_, monitor) = scene.issue(KeyKind::Monitor).await?;
    let refused = refusal(monitor.import().await)?;
    ensure!(refused.code == Code::PermissionDenied && refused.words.contains("monitor"), "{refused:?}");
    monitor.status().await?;
    Ok(())
}

#[tokio::test]
async fn a_revoked_key_stops_working_also_where_it_watches() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let (id, monitor) = scene.issue(KeyKind::Monitor).await?;
    let mut watching = monitor.watch();
    watching.next().await?;
    let admin = scene.home.admin().await?;
    admin.admin().revoke_key(RevokeKeyRequest { key_id: id.clone() }).await?;
    let refused = refusal(monitor.status().await)?;
    ensure!(refused.code == Code::Unauthenticated, "{refused:?}");
    ends(watching).await?;
    let keys = admin.admin().list_keys(ListKeysRequest::default()).await?.into_inner().keys;
    ensure!(keys.iter().any(|key| key.key_id == id && key.revoked_at.is_some()), "{keys:?}");
    Ok(())
}

/// Fails unless a stream ends soon though nothing happens, and says that its key is not known any more.
async fn ends(mut watching: StatusStream) -> anyhow::Result<()> {
    let ending = async {
        loop {
            match watching.next().await {
                Ok(_) => {}
                Err(Error::Unauthorized(_)) => return Ok(()),
                Err(other) => bail!("{other:?}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(2), ending).await.context("the stream goes on")?
}

#[tokio::test]
async fn a_key_that_one_replica_revokes_watches_no_longer_at_the_other() -> anyhow::Result<()> {
    let store = store(Catalogue::clean(1)).await?;
    let balancer = Balancer::start().await?;
    let mut first = Home::new(Engine::Postgres, &store).await?;
    first.set("public_address", balancer.address());
    let second = first.replica()?;
    let _servers = [start(&first).await?, start(&second).await?];
    balancer.add(&first);
    connect_store(&first, &store).await?;
    let (key_id, monitor) = issue(&first, KeyKind::Monitor, store.store_hash()).await?;
    balancer.add(&second);
    // The balancer takes turns: of two new connections one is to each replica.
    let mut watching = Vec::new();
    for _ in 0..2 {
        let mut stream = Operator::with_key(monitor.key.clone())?.watch();
        stream.next().await?;
        watching.push(stream);
    }
    first.admin().await?.admin().revoke_key(RevokeKeyRequest { key_id }).await?;
    for stream in watching {
        ends(stream).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_rotated_key_is_replaced_by_another_of_its_kind() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let (key_id, old) = scene.issue(KeyKind::Operator).await?;
    let rotated =
        scene.home.admin().await?.admin().rotate_key(RotateKeyRequest { key_id }).await?.into_inner();
    let new = Operator::with_key(rotated.text)?;
    ensure!(refusal(old.status().await)?.code == Code::Unauthenticated);
    new.status().await?;
    new.configure(defaults()).await?;
    // Connecting the store again does not issue a second store key.
    ensure!(connect_store(&scene.home, &scene.store).await?.store_key.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_key_of_another_server_is_not_sent_to_this_one() -> anyhow::Result<()> {
    let mut scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    scene.server.stop().await?;
    // Another server takes the same address: new folder, new authority.
    scene.home.set("data_folder", scene.home.path().join("other").to_string_lossy().into_owned());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", scene.home.port())).await?;
    let stop = tokio_util::sync::CancellationToken::new();
    let clock = plugin_host_server::clock::Clock::system();
    let other = tokio::spawn(plugin_host_server::run(scene.home.settings()?, listener, clock, stop.clone()));
    let stranger = Operator::with_key(scene.operator.key.clone())?;
    let told = stranger.client.plugin_host().list_stores(ListStoresRequest {}).await;
    let told = told.err().map(Error::from);
    ensure!(matches!(told, Some(Error::NotThisServer(_))), "{told:?}");
    stop.cancel();
    Ok(other.await??)
}

#[tokio::test]
async fn an_admin_key_that_could_not_be_written_is_made_by_the_next_start() -> anyhow::Result<()> {
    let store = store(Catalogue::clean(1)).await?;
    let home = Home::new(Engine::Sqlite, &store).await?;
    // In the place of a folder nobody can write a file, whatever the rights.
    std::fs::create_dir_all(home.admin_key_file())?;
    ensure!(start(&home).await.is_err());
    std::fs::remove_dir(home.admin_key_file())?;
    let _server = start(&home).await?;
    connect_store(&home, &store).await?;
    Ok(())
}

/// Runs the command line client of a computer that has only `home`.
async fn client_says(home: &std::path::Path, args: &[&str]) -> anyhow::Result<String> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = {
        let surroundings = Surroundings {
            input: Box::new(std::io::empty()),
            out: Box::new(&mut out),
            err: Box::new(&mut err),
            look: Look::default(),
            interrupted: Box::pin(std::future::pending()),
        };
        let before = [OsString::from("plugin-host"), "--home".into(), home.as_os_str().to_owned()];
        plugin_host_cli::run(before.into_iter().chain(args.iter().map(OsString::from)), surroundings).await
    };
    ensure!(exit.code() == 0, "{args:?}: {exit:?} {}", String::from_utf8_lossy(&err));
    Ok(String::from_utf8(out)?)
}

#[tokio::test]
async fn with_just_the_store_key_another_computer_shows_the_same_store() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::ugly(60).with_orders(10)).await?;
    scene.operator.import_and_wait(false).await?;
    let mut shown = Vec::new();
    for computer in ["office", "depot"] {
        let home = scene.home.path().join(computer);
        let key_file = scene.home.path().join("store.key");
        std::fs::write(&key_file, &scene.operator.key)?;
        client_says(&home, &["connect", "--key-file", &key_file.to_string_lossy()]).await?;
        std::fs::remove_file(&key_file)?;
        let mut pages = Vec::new();
        for command in [
            "configure show",
            "status",
            "runs",
            "report",
            "parked --all",
            "items --all",
            "inventory --all",
            "carriers",
            "divisions",
            "--output json items --all",
            "--output json configure show",
        ] {
            let page = client_says(&home, &command.split(' ').collect::<Vec<_>>()).await?;
            ensure!(!page.is_empty(), "{command}");
            pages.push(page);
        }
        shown.push(pages);
    }
    ensure!(shown[0] == shown[1]);
    Ok(())
}

#[tokio::test]
async fn keys_survive_a_restart_and_a_renewed_certificate() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let (_, monitor) = issue(&scene.home, KeyKind::MonitorAll, "").await?;
    scene.server.stop().await?;
    // The leaf is made anew at each start; the keys pin the authority.
    let _server = start(&scene.home).await?;
    let again = Operator::with_key(monitor.key.clone())?;
    ensure!(list_stores(&again.client).await? == 1);
    let refused = again.client.plugin_host().import(ImportRequest::default()).await;
    ensure!(refusal(refused)?.code == Code::PermissionDenied);
    Ok(())
}
