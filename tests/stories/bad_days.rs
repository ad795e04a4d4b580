//! The server's own bad days: its database, its disk and its clock.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::ToSpan as _;
use plugin_host_proto::v1::RunState;
use plugin_host_server::clock::Clock;
use plugin_host_tests::{
    harness::{Dataset, Engine, Home, Line, Operator, Process, Server, options, store_with, until},
    sandbox::{
        Catalogue, Options, Sandbox,
        store::{Product, Tracking, Variant},
    },
};
use sqlx::Connection as _;

use crate::{
    scene::{Scene, start},
    truth,
};

const CATALOGUE: Catalogue = Catalogue::ugly(2_000).with_orders(20);

/// A store that takes its time, so that something can happen to an import.
async fn slow_store() -> anyhow::Result<Sandbox> {
    store_with(Options { catalogue: CATALOGUE, latency: Duration::from_millis(40), ..options() }).await
}

/// Begins an import and waits until its first products are in the warehouse.
async fn begun(operator: &Operator) -> anyhow::Result<i64> {
    let run = operator.import().await?.run.context("there is a run")?;
    until("the first products are there", async || {
        let run = operator.run(run.run_id).await?;
        Ok(run.phases[0].counts.is_some_and(|counts| counts.created > 0).then_some(()))
    })
    .await?;
    Ok(run.run_id)
}

/// Waits until a run is complete and everything is where it belongs.
async fn check(operator: &Operator, run_id: i64, store: &Sandbox) -> anyhow::Result<()> {
    let run = operator.wait(run_id).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    truth::check(store, &Dataset::read(operator).await?, true)
}

#[tokio::test]
async fn a_database_that_goes_away_is_named_and_costs_an_import_nothing() -> anyhow::Result<()> {
    let store = slow_store().await?;
    let mut home = Home::new(Engine::Postgres, &store).await?;
    let line = Line::to(home.database_url().context("it is PostgreSQL")?)?;
    home.set("database_url", line.url());
    let _server = start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let run_id = begun(&operator).await?;

    line.cut();
    let refused = operator.status().await.err().context("it answered without its database")?;
    ensure!(refused.code() == tonic::Code::Unavailable, "{refused:?}");
    ensure!(refused.message().contains("database"), "{refused:?}");
    // Longer than a lease, so that the run has to be claimed again.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    line.mend();

    until("the server answers again", async || Ok(operator.status().await.ok())).await?;
    check(&operator, run_id, &store).await
}

#[tokio::test]
async fn a_database_that_something_else_holds_locked_costs_an_import_nothing() -> anyhow::Result<()> {
    let store = slow_store().await?;
    let home = Home::new(Engine::Sqlite, &store).await?;
    let _server = start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let run_id = begun(&operator).await?;

    let file = home.data_folder().join("plugin-host.db");
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await?;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await?;
    let before = operator.run(run_id).await?;
    // Longer than the server waits for a lock, and than a lease.
    tokio::time::sleep(Duration::from_secs(7)).await;
    let meanwhile = operator.run(run_id).await?;
    ensure!(meanwhile.phases == before.phases, "reading goes on, and nothing was written past the lock");
    sqlx::query("ROLLBACK").execute(&mut other).await?;

    check(&operator, run_id, &store).await
}

#[tokio::test]
async fn a_disk_that_is_full_stops_an_import_until_there_is_room() -> anyhow::Result<()> {
    let store = slow_store().await?;
    let home = Home::new(Engine::Sqlite, &store).await?;
    let server = Process::start_with_room(&home, 1_500).await?;
    let operator = Operator::ready(&home, &store).await?;
    let run_id = operator.import().await?.run.context("there is a run")?.run_id;
    until("the disk is full", async || Ok(home.log()?.contains("its disk has room").then_some(()))).await?;
    let run = operator.run(run_id).await?;
    ensure!(run.state() == RunState::Running, "the server still answers, and the run waits: {run:?}");

    server.give_room()?;
    check(&operator, run_id, &store).await
}

#[tokio::test]
async fn a_clock_that_jumps_changes_nothing_but_what_the_clock_says() -> anyhow::Result<()> {
    let store = slow_store().await?;
    let home = Home::new(Engine::Sqlite, &store).await?;
    let clock = Clock::manual(Clock::system().now());
    let _server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::ready(&home, &store).await?;
    let run_id = begun(&operator).await?;
    clock.set(clock.now() - 36.hours());
    until("another page is there", async || {
        Ok((operator.run(run_id).await?.phases[0].counts.is_some_and(|counts| counts.created > 600))
            .then_some(()))
    })
    .await?;
    clock.set(clock.now() + 72.hours());
    check(&operator, run_id, &store).await?;

    // The cursor is on the store's clock, which did not jump.
    let mut stream = operator.watch();
    let events = stream.next().await?;
    ensure!(matches!(events, plugin_host_proto::client::Update::Event(_)), "{events:?}");
    Ok(())
}

#[tokio::test]
async fn a_lease_from_the_future_is_not_waited_for() -> anyhow::Result<()> {
    let scene = Scene::with(
        Engine::Postgres,
        Options { catalogue: CATALOGUE, latency: Duration::from_millis(40), ..options() },
    )
    .await?;
    let run_id = begun(&scene.operator).await?;
    // As after a crash under a database whose clock was a day ahead and has been put right since.
    scene.server.stop().await?;
    let url = scene.home.database_url().context("it is PostgreSQL")?;
    let mut database = sqlx::PgConnection::connect(url).await?;
    let changed = sqlx::query(
        "UPDATE runs SET lease_until = lease_until + 86400000 + \
        CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) WHERE state = 'RUNNING'",
    );
    ensure!(changed.execute(&mut database).await?.rows_affected() == 1);
    let _server = start(&scene.home).await?;
    let operator = Operator::with_key(scene.operator.key.clone())?;
    check(&operator, run_id, &scene.store).await
}

#[tokio::test]
async fn products_with_six_hundred_variants_each_stay_within_memory() -> anyhow::Result<()> {
    /// The most that a server may use beside its program, in KiB.
    const MOST: u64 = 48 * 1_024;
    let store = store_with(Options { catalogue: Catalogue::clean(1), ..options() }).await?;
    store.with_store(|store| {
        for product in 0..120 {
            let variants = (0..600).map(|variant| Variant::new(format!("HEAVY-{product}-{variant}")));
            let product = Product::new(format!("Heavy {product}"), format!("HEAVY-{product}"));
            store.insert_product(product.with_variants(variants.collect()).tracked(Tracking::Variant));
        }
    });
    let home = Home::new(Engine::Sqlite, &store).await?;
    let server = Process::start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let run = operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    ensure!(run.phases[0].counts.is_some_and(|counts| counts.created == 120 * 600 + 1), "{run:?}");
    if let Some(peak) = server.peak_own_memory_kib() {
        ensure!(peak < MOST, "{} MiB", peak / 1_024);
    }
    Ok(())
}
