//! Several servers on one database, and servers that must not share one.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use futures::future::try_join_all;
use plugin_host_proto::v1::{ListRunsRequest, RunState};
use plugin_host_tests::{
    harness::{Balancer, Dataset, Engine, Home, Operator, Process, options, store, store_with, until},
    sandbox::{Catalogue, Options},
};

use crate::{
    scene::{Scene, start},
    truth,
};

#[tokio::test]
async fn ten_clients_and_two_replicas_make_one_run_and_the_replica_that_is_left_finishes_it()
-> anyhow::Result<()> {
    let latency = std::time::Duration::from_millis(40);
    let catalogue = Catalogue::ugly(1_500).with_orders(20);
    let store = store_with(Options { catalogue, latency, ..options() }).await?;
    let balancer = Balancer::start().await?;
    let mut homes = vec![Home::new(Engine::Postgres, &store).await?];
    homes[0].set("public_address", balancer.address());
    homes.push(homes[0].replica()?);
    let mut replicas = Vec::new();
    for home in &homes {
        replicas.push(Process::start(home).await?);
        balancer.add(home);
    }
    let operator = Operator::ready(&homes[0], &store).await?;
    let clients =
        (0..10).map(|_| Operator::with_key(operator.key.clone())).collect::<anyhow::Result<Vec<_>>>()?;
    let answers = try_join_all(clients.iter().map(Operator::import)).await?;
    let began = answers.iter().filter(|answer| !answer.joined).count();
    let runs: BTreeSet<i64> = answers.iter().filter_map(|answer| Some(answer.run.as_ref()?.run_id)).collect();
    let run_id = *runs.first().context("there is a run")?;
    ensure!(began == 1 && runs.len() == 1, "{began} presses began the runs {runs:?}");

    // The log tells which of them works on it; that one is killed in the middle.
    until("the run is in its first pages", async || {
        let run = operator.run(run_id).await?;
        Ok(run.phases[0].counts.is_some_and(|counts| counts.created > 0).then_some(()))
    })
    .await?;
    let works = |home: &Home| home.log().is_ok_and(|log| log.contains("the run begins"));
    let worker = homes.iter().position(works).context("a replica works on it")?;
    ensure!(homes.iter().filter(|home| works(home)).count() == 1, "both replicas work on it");
    replicas.remove(worker).kill().await?;

    let left = Operator::with_key(operator.key.clone())?;
    let run = left.wait(run_id).await?;
    ensure!(run.state() == RunState::CompleteWithParked && run.resumptions >= 1, "{run:?}");
    ensure!(works(&homes[1 - worker]));
    truth::check(&store, &Dataset::read(&left).await?, true)?;
    let listed = left.client.plugin_host().list_runs(ListRunsRequest::default()).await?.into_inner().runs;
    ensure!(listed.len() == 1, "{listed:?}");
    Ok(())
}

#[tokio::test]
async fn what_one_replica_does_watchers_of_the_other_see() -> anyhow::Result<()> {
    let store = store(Catalogue::clean(400)).await?;
    let balancer = Balancer::start().await?;
    let mut first = Home::new(Engine::Postgres, &store).await?;
    first.set("public_address", balancer.address());
    let second = first.replica()?;
    let _servers = [start(&first).await?, start(&second).await?];
    balancer.add(&first);
    let operator = Operator::ready(&first, &store).await?;
    balancer.add(&second);
    // The balancer takes turns: of two new connections one is to the second replica.
    let others = [Operator::with_key(operator.key.clone())?, Operator::with_key(operator.key.clone())?];
    let mut watching = Vec::new();
    for other in &others {
        let mut stream = other.watch();
        stream.next().await?;
        watching.push(stream);
    }
    let run_id = operator.import_and_wait(false).await?.run_id;
    for mut stream in watching {
        let mut numbers = Vec::new();
        loop {
            let plugin_host_proto::client::Update::Event(event) = stream.next().await? else { continue };
            if event.number != 0 {
                numbers.push(event.number);
            }
            let change = event.change;
            let ended = matches!(&change, Some(plugin_host_proto::v1::stream_status_response::Change::Run(run))
                if run.run_id == run_id && plugin_host_tests::harness::is_final(run));
            if ended {
                break;
            }
        }
        ensure!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_replica_with_another_encryption_key_is_refused() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Postgres, Catalogue::clean(1)).await?;
    let mut other = scene.home.replica()?;
    other.change_encryption_key()?;
    let refused = start(&other).await.err().context("it was let in")?;
    ensure!(format!("{refused:#}").contains("encryption key"), "{refused:#}");
    // The first one works on.
    scene.operator.import_and_wait(false).await?;
    Ok(())
}

#[tokio::test]
async fn after_a_change_of_the_encryption_key_the_server_does_not_start() -> anyhow::Result<()> {
    let mut scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    scene.server.stop().await?;
    scene.home.change_encryption_key()?;
    let refused = start(&scene.home).await.err().context("it was let in")?;
    ensure!(format!("{refused:#}").contains("encryption key"), "{refused:#}");
    Ok(())
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() -> anyhow::Result<()> {
    let mut scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let mut second = scene.home.replica()?;
    second.set("data_folder", scene.home.data_folder().to_string_lossy().into_owned());
    let refused = start(&second).await.err().context("it was let in")?;
    ensure!(format!("{refused:#}").contains("another server is using this data folder"), "{refused:#}");
    scene.operator.import_and_wait(false).await?;
    scene.server.stop().await?;
    scene.server = start(&scene.home).await?;
    Ok(())
}
