//! What ended long ago makes room, except what somebody may still ask for.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, ensure};
use plugin_host_server::{
    clock::Clock,
    db::{Db, NewParked, NewRun, NewStore, Sealer},
    domain::{
        reason::Reason,
        run::{PhaseKind, RunId, RunKind, RunState},
        store::StoreId,
    },
    events::Bus,
};
use plugin_host_tests::harness::{self, Engine};

crate::on_both_databases! {
    ended_runs_are_forgotten_except_what_may_still_be_asked_for
    the_newest_complete_run_outlives_failures_and_dry_runs
}

async fn ended_runs_are_forgotten_except_what_may_still_be_asked_for(engine: Engine) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let db = open(engine, folder.path()).await?;
    let store = store(&db).await?;
    let mut runs = Vec::new();
    for kind in [RunKind::Sync, RunKind::Sync, RunKind::EndOfDay, RunKind::Sync] {
        queue(&db, store, kind, false).await?;
        runs.push(end(&db, RunState::Complete, runs.is_empty()).await?);
    }
    let later = db.clock.now() + Duration::from_secs(1);
    ensure!(db.forget_runs(db.clock.now() - Duration::from_hours(1), 10).await? == 0, "none is that old");
    ensure!(db.forget_runs(later, 10).await? == 1);
    let mut left = Vec::new();
    for run in &runs {
        left.push(db.run(*run).await?.map(|run| run.phases.len()));
    }
    let sync = RunKind::Sync.phases().len();
    let expected = [Some(sync), None, Some(RunKind::EndOfDay.phases().len()), Some(sync)];
    ensure!(left == expected, "what a parked record points at and the newest of each kind stay: {left:?}");
    ensure!(db.forget_runs(later, 10).await? == 0);
    Ok(())
}

async fn the_newest_complete_run_outlives_failures_and_dry_runs(engine: Engine) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let db = open(engine, folder.path()).await?;
    let store = store(&db).await?;
    let ends = [
        (RunState::Complete, false, "goes"),
        (RunState::CompleteWithParked, false, "stays"),
        (RunState::Failed, false, "goes"),
        (RunState::Failed, false, "stays"),
        (RunState::Complete, true, "goes"),
        (RunState::Complete, true, "stays"),
    ];
    let mut runs = Vec::new();
    for (state, dry_run, _) in ends {
        queue(&db, store, RunKind::EndOfDay, dry_run).await?;
        runs.push(end(&db, state, false).await?);
    }
    db.forget_runs(db.clock.now() + Duration::from_secs(1), 10).await?;
    for (run, (state, dry_run, fate)) in runs.into_iter().zip(ends) {
        let stays = db.run(run).await?.is_some();
        ensure!(stays == (fate == "stays"), "{run:?}, {state:?}, dry run {dry_run}: {fate}");
    }
    // What tells that no End of Day has been complete for long goes on telling it.
    let compared = db.compared().await?;
    ensure!(compared.len() == 1, "{compared:?}");
    let newest = compared[0].2;
    ensure!(newest.state == RunState::Failed && newest.complete_at.is_some(), "{newest:?}");
    Ok(())
}

/// A new database, without a server.
pub(crate) async fn open(engine: Engine, folder: &Path) -> anyhow::Result<Db> {
    let url = match engine {
        Engine::Sqlite => format!("sqlite:{}?mode=rwc", folder.join("plugin-host.db").display()),
        Engine::Postgres => harness::postgres::database().await?,
    };
    Ok(Db::open(&url, Sealer::new(&[7; 32]), Clock::system()).await?)
}

pub(crate) async fn store(db: &Db) -> anyhow::Result<StoreId> {
    let new = NewStore {
        hash: "store".to_owned(),
        name: String::new(),
        domain: String::new(),
        time_zone: "UTC".to_owned(),
        currency: "USD".to_owned(),
        missing_scopes: Vec::new(),
    };
    let mut tx = db.begin().await?;
    let store = db.put_store(&mut tx, &new, &"token".to_owned().into()).await?;
    tx.commit(&Bus::new(1)).await?;
    Ok(store)
}

/// Asks for a run.
pub(crate) async fn queue(db: &Db, store: StoreId, kind: RunKind, dry_run: bool) -> anyhow::Result<()> {
    let run = NewRun {
        store,
        kind,
        dry_run,
        asked_by: String::new(),
        configuration_revision: 1,
        approved: None,
        local_date: None,
    };
    let mut tx = db.begin().await?;
    db.add_run(&mut tx, &run, &[]).await?;
    Ok(tx.commit(&Bus::new(1)).await?)
}

/// Ends the run that waits, and perhaps lets it park a record.
async fn end(db: &Db, state: RunState, parks: bool) -> anyhow::Result<RunId> {
    let lease = db.claim_run(1, Duration::from_secs(30), false).await?.context("there is a run")?;
    let mut tx = db.begin_leased(&lease).await?;
    if parks {
        let parked = NewParked {
            record_id: 1,
            part_id: 0,
            record: "product 1".to_owned(),
            reason: Reason::ItemNumberTaken,
            detail: String::new(),
        };
        db.park(&mut tx, (lease.store, lease.run, PhaseKind::Products), &[parked]).await?;
    }
    tx.end_run(&lease, state, "", db.clock.now()).await?;
    tx.commit(&Bus::new(1)).await?;
    Ok(lease.run)
}
