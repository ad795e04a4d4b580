//! Syncs that nobody presses a button for.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use plugin_host_proto::v1::{Configuration, ListRunsRequest, Run, RunKind, Severity};
use plugin_host_server::clock::Clock;
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Server, defaults, is_final, store, until},
    sandbox::{ALL_SCOPES, Catalogue},
};

use crate::scene::heard;

crate::on_both_databases! {
    auto_sync_runs_at_its_interval_until_it_is_switched_off
    a_sync_that_was_missed_while_the_server_was_down_runs_once_at_its_start
    a_clock_that_was_ahead_for_a_while_puts_nothing_off
    nothing_is_missed_before_there_is_anything
    silence_is_told_after_four_intervals_and_ends_with_the_next_success
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

async fn silence_is_told_after_four_intervals_and_ends_with_the_next_success(
    engine: Engine,
) -> anyhow::Result<()> {
    let store = store(Catalogue::clean(5)).await?;
    let home = Home::new(engine, &store).await?;
    let clock = Clock::manual(Clock::system().now());
    let _server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::ready(&home, &store).await?;
    operator.import_and_wait(false).await?;
    operator.configure(every_fifteen_minutes(true)).await?;
    let token = store.token();
    // Somebody has made the token anew and left out what orders need.
    let scopes = |orders: bool| {
        let wanted = ALL_SCOPES.iter().filter(move |scope| orders || !scope.starts_with("store_v2_orders"));
        wanted.map(|scope| (*scope).to_owned())
    };
    store.issue_token(&token, scopes(false));
    let mut told = operator.watch();
    // It begins with a snapshot; what comes before that is not heard.
    heard(&mut told, "").await?;
    for times in 1..=4 {
        clock.set(due(&operator).await?);
        synced(&operator, times).await?;
        ensure!(operator.status().await?.alarm.is_empty(), "after {times} intervals");
    }
    clock.set(due(&operator).await?);
    synced(&operator, 5).await?;
    let alarm = operator.status().await?.alarm;
    ensure!(alarm.contains("4 intervals") && alarm.contains("store_v2_orders"), "{alarm}");
    let event = heard(&mut told, "4 intervals").await?;
    ensure!(event.severity() == Severity::Error && event.message == alarm, "{event:?}");
    clock.set(due(&operator).await?);
    synced(&operator, 6).await?;

    store.issue_token(&token, scopes(true));
    clock.set(due(&operator).await?);
    synced(&operator, 7).await?;
    ensure!(operator.status().await?.alarm.is_empty());
    let mut alarms = 0;
    let event = loop {
        let event = heard(&mut told, "").await?;
        alarms += u32::from(event.message.contains("intervals"));
        if event.message.contains("succeeds again") {
            break event;
        }
    };
    ensure!(alarms == 0 && event.severity() == Severity::Info, "it is told once: {event:?}");
    Ok(())
}

async fn a_clock_that_was_ahead_for_a_while_puts_nothing_off(engine: Engine) -> anyhow::Result<()> {
    let store = store(Catalogue::clean(5)).await?;
    let home = Home::new(engine, &store).await?;
    let now = Clock::system().now();
    let clock = Clock::manual(now);
    let _server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::ready(&home, &store).await?;
    operator.import_and_wait(false).await?;
    operator.configure(every_fifteen_minutes(true)).await?;
    clock.set(now + SignedDuration::from_hours(11));
    synced(&operator, 1).await?;
    clock.set(now);
    until("the next one is due soon", async || {
        let wait = due(&operator).await?.duration_since(now);
        Ok((wait <= SignedDuration::from_mins(15)).then_some(()))
    })
    .await?;
    clock.set(due(&operator).await?);
    synced(&operator, 2).await
}

async fn nothing_is_missed_before_there_is_anything(engine: Engine) -> anyhow::Result<()> {
    let store = store(Catalogue::clean(5)).await?;
    let home = Home::new(engine, &store).await?;
    let clock = Clock::manual(Clock::system().now());
    let _server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::ready(&home, &store).await?;
    operator.configure(Configuration { end_of_day: true, ..every_fifteen_minutes(true) }).await?;
    let mut day = 0;
    while day < 6 {
        let next = due(&operator).await?;
        clock.set(next.max(clock.now() + SignedDuration::from_hours(6)));
        until("it has been due", async || Ok((due(&operator).await? > clock.now()).then_some(()))).await?;
        day += 1;
    }
    operator.import_and_wait(false).await?;
    let status = operator.status().await?;
    ensure!(status.alarm.is_empty() && status.needs.is_empty(), "{status:?}");
    Ok(())
}
