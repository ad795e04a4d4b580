//! The claim alone: whoever looks at the same moment, a run has one worker.

use std::time::Duration;

use anyhow::ensure;
use futures::future::try_join_all;
use plugin_host_server::{
    clock::Clock,
    db::{Db, Lease, NewRun, NewStore, Sealer},
    domain::run::{RunKind, RunState},
    events::Bus,
};
use plugin_host_tests::harness::postgres;

const LEASE: Duration = Duration::from_secs(30);

/// A replica's connections to a database, without the rest of it.
async fn replica(url: &str) -> anyhow::Result<Db> {
    Ok(Db::open(url, Sealer::new(&[7; 32]), Clock::system()).await?)
}

/// Queues an import of a store of its own.
async fn queue(db: &Db, hash: &str) -> anyhow::Result<()> {
    let store = NewStore {
        hash: hash.to_owned(),
        name: String::new(),
        domain: String::new(),
        time_zone: "UTC".to_owned(),
        currency: "USD".to_owned(),
        missing_scopes: Vec::new(),
    };
    let mut tx = db.begin().await?;
    let store = db.put_store(&mut tx, &store, &"token".to_owned().into()).await?;
    let run = NewRun {
        store,
        kind: RunKind::Import,
        dry_run: false,
        asked_by: String::new(),
        configuration_revision: 1,
        approved: None,
        local_date: None,
    };
    db.add_run(&mut tx, &run, &[]).await?;
    Ok(tx.commit(&Bus::new(1)).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_sessions_that_claim_at_once_one_gets_the_run() -> anyhow::Result<()> {
    let url = postgres::database().await?;
    let replicas = [replica(&url).await?, replica(&url).await?];
    for round in 0..40 {
        queue(&replicas[0], &format!("store{round}")).await?;
        let claims = (1..=8).map(|token| {
            let db = replicas[token % 2].clone();
            tokio::spawn(async move { db.claim_run(i64::try_from(token).unwrap_or(0), LEASE, true).await })
        });
        let claims = try_join_all(claims.collect::<Vec<_>>()).await?;
        let leases: Vec<Lease> =
            claims.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
        ensure!(leases.len() == 1, "round {round}: {leases:?}");
        ensure!(!leases[0].resumed, "it was begun once");
        let mut tx = replicas[0].begin_leased(&leases[0]).await?;
        tx.end_run(&leases[0], RunState::Complete, "", Clock::system().now()).await?;
        tx.commit(&Bus::new(1)).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_lease_was_taken_over_can_write_nothing_more() -> anyhow::Result<()> {
    let url = postgres::database().await?;
    let (first, second) = (replica(&url).await?, replica(&url).await?);
    queue(&first, "store").await?;
    let Some(old) = first.claim_run(1, Duration::from_millis(200), true).await? else {
        anyhow::bail!("there was a run to claim")
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let Some(new) = second.claim_run(2, LEASE, true).await? else { anyhow::bail!("the lease had run out") };
    ensure!(new.run == old.run && new.resumed);
    let refused = first.begin_leased(&old).await;
    ensure!(matches!(refused, Err(plugin_host_server::db::Error::LeaseLost)));
    ensure!(first.renew_lease(&old, LEASE).await.is_err());
    second.begin_leased(&new).await?.commit(&Bus::new(1)).await?;
    Ok(())
}
