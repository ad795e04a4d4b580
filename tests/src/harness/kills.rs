//! An import whose server is killed again and again.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::RunState;
use rand::Rng as _;

use super::{Dataset, Engine, Home, Operator, Process, Server, is_final, options, store_with};
use crate::sandbox::{Catalogue, Options, Sandbox};

/// What is imported.
const CATALOGUE: Catalogue = Catalogue::ugly(3_000).with_orders(60);
/// How long the store takes for each answer: long enough that kills meet the import everywhere.
const LATENCY: Duration = Duration::from_millis(15);
const LEASE_MS: i64 = 500;

/// What many kills came to.
#[derive(Clone, Copy, Debug)]
pub struct Survived {
    /// How many kills met a run that was not done.
    pub kills: u32,
    /// How many imports they were spread over.
    pub imports: u32,
}

/// Kills the server so many times at random moments of imports, and compares each with an undisturbed one.
pub async fn survive(engine: Engine, kills: u32) -> anyhow::Result<Survived> {
    let store = store_with(Options { catalogue: CATALOGUE, latency: LATENCY, ..options() }).await?;
    store.warm().await;
    let (undisturbed, took) = undisturbed(engine, &store).await?;
    let mut survived = Survived { kills: 0, imports: 0 };
    while survived.kills < kills {
        let left = kills - survived.kills;
        // Several in one import, so that a run that was resumed is resumed again.
        survived.kills += one_import(engine, &store, &undisturbed, took, left.min(4)).await?;
        survived.imports += 1;
    }
    Ok(survived)
}

async fn undisturbed(engine: Engine, store: &Sandbox) -> anyhow::Result<(Dataset, Duration)> {
    let home = Home::new(engine, store).await?;
    let server = Server::start(&home).await?;
    let operator = Operator::ready(&home, store).await?;
    let began = Instant::now();
    let run = operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let (took, dataset) = (began.elapsed(), Dataset::read(&operator).await?);
    server.stop().await?;
    Ok((dataset, took))
}

async fn one_import(
    engine: Engine,
    store: &Sandbox,
    undisturbed: &Dataset,
    took: Duration,
    most: u32,
) -> anyhow::Result<u32> {
    let mut home = Home::new(engine, store).await?;
    home.set("lease_ms", LEASE_MS);
    let mut server = Process::start(&home).await?;
    let mut operator = Operator::ready(&home, store).await?;
    let run_id = operator.import().await?.run.context("the answer has no run")?.run_id;
    let mut kills = 0;
    while kills < most {
        tokio::time::sleep(rand::rng().random_range(Duration::ZERO..took / 2)).await;
        server.kill().await?;
        server = Process::start(&home).await?;
        operator = Operator::with_key(operator.key)?;
        if is_final(&operator.run(run_id).await?) {
            break;
        }
        kills += 1;
    }
    let run = operator.wait(run_id).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "after {kills} kills: {run:?}");
    let dataset = Dataset::read(&operator).await?;
    ensure!(dataset == *undisturbed, "after {kills} kills: {}", dataset.difference(undisturbed));
    let report = operator.report(run_id).await?;
    ensure!(report.checks.iter().all(|check| check.agrees), "after {kills} kills: {:?}", report.checks);
    server.kill().await?;
    Ok(kills)
}
