//! Syncs that nobody presses a button for.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use plugin_host_proto::v1::{Configuration, ListRunsRequest, Run, RunKind};
use plugin_host_server::clock::Clock;
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Server, defaults, is_final, store, until},
    sandbox::Catalogue,
};

crate::on_both_databases! {
    auto_sync_runs_at_its_interval_until_it_is_switched_off
    a_sync_that_was_missed_while_the_server_was_down_runs_once_at_its_start
}

fn every_fifteen_minutes(auto_sync: bool) -> Configuration {
    Configuration { auto_sync, ..defaults() }
}

async fn syncs(operator: &Operator) -> anyhow::Result<Vec<Run>> {
    let runs = operator.client.plugin_host().list_runs(ListRunsRequest::default()).await?.into_inner().runs;
    Ok(runs.into_iter().filter(|run| run.kind() == RunKind::Sync).collect())
}

/// Waits until this many syncs have ended.
async fn synced(operator: &Operator, times: usize) -> anyhow::Result<()> {
    until("the syncs have ended", async || {
        let syncs = syncs(operator).await?;
        ensure!(syncs.len() <= times, "{syncs:?}");
        Ok((syncs.len() == times && syncs.iter().all(is_final)).then_some(()))
    })
    .await
}

async fn due(operator: &Operator) -> anyhow::Result<Timestamp> {
    let due = operator.status().await?.next_sync_due_at.context("a sync is due")?;
    Ok(Timestamp::new(due.seconds, due.nanos)?)
}

async fn auto_sync_runs_at_its_interval_until_it_is_switched_off(engine: Engine) -> anyhow::Result<()> {
    let store = store(Catalogue::clean(5)).await?;
    let home = Home::new(engine, &store).await?;
    let clock = Clock::manual(Clock::system().now());
    let _server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::ready(&home, &store).await?;
    operator.import_and_wait(false).await?;
    operator.configure(every_fifteen_minutes(true)).await?;
    for times in 1..=3 {
        let next = due(&operator).await?;
        let wait = next.duration_since(clock.now());
        ensure!(wait > SignedDuration::ZERO && wait <= SignedDuration::from_mins(15), "{wait:?}");
        clock.set(next);
        synced(&operator, times).await?;
    }
    ensure!(syncs(&operator).await?.iter().all(|run| run.asked_by == "auto sync"));

    operator.configure(every_fifteen_minutes(false)).await?;
    ensure!(operator.status().await?.next_sync_due_at.is_none());
    clock.set(clock.now() + SignedDuration::from_hours(24));
    // Longer than the server takes to look.
    tokio::time::sleep(Duration::from_secs(3)).await;
    synced(&operator, 3).await
}

async fn a_sync_that_was_missed_while_the_server_was_down_runs_once_at_its_start(
    engine: Engine,
) -> anyhow::Result<()> {
    let store = store(Catalogue::clean(5)).await?;
    let home = Home::new(engine, &store).await?;
    let clock = Clock::manual(Clock::system().now());
    let server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::ready(&home, &store).await?;
    operator.import_and_wait(false).await?;
    operator.configure(every_fifteen_minutes(true)).await?;
    server.stop().await?;
    clock.set(clock.now() + SignedDuration::from_hours(10));
    let _server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::with_key(operator.key)?;
    synced(&operator, 1).await?;
    ensure!(due(&operator).await? > clock.now());
    Ok(())
}
