//! What ended long ago makes room, except what somebody may still ask for.

use std::time::Duration;

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
}

async fn ended_runs_are_forgotten_except_what_may_still_be_asked_for(engine: Engine) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let url = match engine {
        Engine::Sqlite => format!("sqlite:{}?mode=rwc", folder.path().join("retention.db").display()),
        Engine::Postgres => harness::postgres::database().await?,
    };
    let db = Db::open(&url, Sealer::new(&[7; 32]), Clock::system()).await?;
    let store = store(&db).await?;
    let mut runs = Vec::new();
    for kind in [RunKind::Sync, RunKind::Sync, RunKind::EndOfDay, RunKind::Sync] {
        runs.push(ended(&db, store, kind, runs.is_empty()).await?);
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

async fn store(db: &Db) -> anyhow::Result<StoreId> {
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

/// A run that has ended, and perhaps a record that it has parked.
async fn ended(db: &Db, store: StoreId, kind: RunKind, parks: bool) -> anyhow::Result<RunId> {
    let bus = Bus::new(1);
    let run = NewRun {
        store,
        kind,
        dry_run: false,
        asked_by: String::new(),
        configuration_revision: 1,
        approved: None,
        local_date: None,
    };
    let mut tx = db.begin().await?;
    db.add_run(&mut tx, &run, &[]).await?;
    tx.commit(&bus).await?;
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
        db.park(&mut tx, (store, lease.run, PhaseKind::Products), &[parked]).await?;
    }
    tx.end_run(&lease, RunState::Complete, "", db.clock.now()).await?;
    tx.commit(&bus).await?;
    Ok(lease.run)
}
