//! Versions that follow one another on the same database, also while both of them run.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::future::try_join_all;
use plugin_host_proto::v1::{ListRunsRequest, RunKind, RunState, SyncRequest};
use plugin_host_server::{
    api,
    clock::Clock,
    operations::{State, back_up, examine},
};
use plugin_host_tests::{
    harness::{Dataset, Engine, Home, Operator, Process, earlier, options, store_with, until},
    sandbox::{Catalogue, Options},
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};

use crate::{
    daily::{picking_orders, reconcile},
    scene::start,
    truth,
};

crate::on_both_databases! {
    what_an_earlier_version_had_begun_is_finished_by_this_one
    a_database_from_which_a_later_version_has_taken_something_is_refused_with_the_way_out
}

async fn what_an_earlier_version_had_begun_is_finished_by_this_one(engine: Engine) -> anyhow::Result<()> {
    let store = earlier::store().await?;
    let (home, key) = earlier::restore(engine, &store).await?;
    let mut homes = vec![home];
    if engine == Engine::Postgres {
        homes.push(homes[0].replica()?);
    }
    // All at once: one of them brings the tables up to date, the others wait for it.
    let _servers = try_join_all(homes.iter().map(start)).await?;
    let operator = Operator::with_key(key)?;
    let listed = operator.client.plugin_host().list_runs(ListRunsRequest::default()).await?.into_inner().runs;
    let kinds: Vec<RunKind> = listed.iter().map(plugin_host_proto::v1::Run::kind).collect();
    ensure!(kinds == [RunKind::EndOfDay, RunKind::Sync, RunKind::Sync, RunKind::Import], "{kinds:?}");
    let sync = operator.wait(listed[1].run_id).await?;
    ensure!(sync.state() == RunState::Complete && sync.resumptions > 0, "what ran goes on: {sync:?}");
    let end_of_day = operator.wait(listed[0].run_id).await?;
    ensure!(end_of_day.state() == RunState::Complete, "what waited is done: {end_of_day:?}");
    let dataset = Dataset::read(&operator).await?;
    ensure!(dataset.items.len() == 40, "{} items", dataset.items.len());
    let orders = picking_orders(&operator).await?;
    let picked: i64 = orders.iter().flat_map(|order| &order.lines).map(|line| line.picked).sum();
    ensure!(orders.len() == 2 && picked == 1, "orders and picks are there once: {orders:?}");
    let reconciled = reconcile(&operator).await?;
    ensure!(reconciled.state() == RunState::Complete, "both sides agree: {reconciled:?}");
    Ok(())
}

/// What a later version does to the tables when it starts: its migration, and the note that it is done.
async fn migrate(home: &Home, name: &str, statements: &[String]) -> anyhow::Result<()> {
    sqlx::any::install_default_drivers();
    let mut database = AnyConnection::connect(&home.settings()?.database()).await?;
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut database).await?;
    }
    let note = format!(
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
         SELECT 9001, '{name}', installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1"
    );
    sqlx::query(AssertSqlSafe(note)).execute(&mut database).await?;
    Ok(database.close().await?)
}

/// A column more in every table of a PostgreSQL database, and one more table.
async fn additions(home: &Home) -> anyhow::Result<Vec<String>> {
    sqlx::any::install_default_drivers();
    let mut database = AnyConnection::connect(&home.settings()?.database()).await?;
    let tables = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations'";
    let tables = sqlx::query(tables).fetch_all(&mut database).await?;
    ensure!(tables.len() > 20, "{} tables", tables.len());
    let add = |table: String| format!("ALTER TABLE {table} ADD COLUMN later TEXT NOT NULL DEFAULT 'later'");
    let mut statements: Vec<String> = tables.iter().map(|row| add(row.get(0))).collect();
    statements.push("CREATE TABLE later (id BIGINT PRIMARY KEY)".to_owned());
    Ok(statements)
}

#[tokio::test]
async fn while_a_later_version_adds_to_every_table_no_run_is_lost_and_this_one_can_start_again()
-> anyhow::Result<()> {
    let catalogue = Catalogue::ugly(1_500).with_orders(20);
    let store = store_with(Options { catalogue, latency: Duration::from_millis(40), ..options() }).await?;
    let mut first = Home::new(Engine::Postgres, &store).await?;
    let mut second = first.replica()?;
    let monitors = [first.monitor()?, second.monitor()?];
    let (one, other) = (Process::start(&first).await?, Process::start(&second).await?);
    let operator = Operator::ready(&first, &store).await?;
    let run_id = operator.import().await?.run.context("there is a run")?.run_id;
    until("the run is in its first pages", async || {
        let run = operator.run(run_id).await?;
        Ok(run.phases[0].counts.is_some_and(|counts| counts.created > 0).then_some(()))
    })
    .await?;
    migrate(&first, "later", &additions(&first).await?).await?;
    let then = operator.run(run_id).await?;
    ensure!(then.state() == RunState::Running, "it ran meanwhile: {then:?}");

    // Whichever works on it: the second one goes as in any roll-out, and comes back to newer tables.
    other.kill().await?;
    let other = Process::start(&second).await?;
    let run = operator.wait(run_id).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    truth::check(&store, &Dataset::read(&operator).await?, true)?;
    for monitor in &monitors {
        let (status, body) = monitor.get("/readyz").await.context("it answers")?;
        ensure!(status == 200, "{body}");
    }
    // What follows is done by the one that began before there was anything new.
    other.kill().await?;
    for dry_run in [true, false] {
        let request = SyncRequest { dry_run, ..SyncRequest::default() };
        let asked = operator.client.plugin_host().sync(request).await?.into_inner();
        let run = operator.wait(asked.run.context("there is a run")?.run_id).await?;
        ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    }
    for home in [&first, &second] {
        let log = home.log()?;
        ensure!(!log.contains("cached plan"), "a prepared statement met another answer: {log}");
    }

    let settings = first.settings()?;
    let findings = examine(&settings, &api(&settings)?, &Clock::system()).await;
    let tables =
        findings.iter().find(|finding| finding.what == "tables").context("it looks at the tables")?;
    ensure!(tables.state == State::Look && tables.words.contains("newer version has added"), "{tables:?}");
    // What this version does not know would be missing in its backup.
    let refused = back_up(&settings, &first.path().join("backup"), Clock::system()).await.err();
    let refused = refused.context("it made half a backup")?.to_string();
    ensure!(refused.contains("that version's program"), "{refused}");
    one.kill().await
}

async fn a_database_from_which_a_later_version_has_taken_something_is_refused_with_the_way_out(
    engine: Engine,
) -> anyhow::Result<()> {
    let store = store_with(options()).await?;
    let mut home = Home::new(engine, &store).await?;
    let monitor = home.monitor()?;
    let server = start(&home).await?;
    migrate(&home, "after 9000 without excess", &[]).await?;
    let words = "start a version that knows migration 9000, or restore a backup from before the upgrade";
    until("the running server says that it is unfit", async || {
        let (status, body) = monitor.get("/readyz").await.context("it answers")?;
        Ok((status == 503 && body.contains(words)).then_some(()))
    })
    .await?;
    server.stop().await?;
    let refused = start(&home).await.err().context("it was let in")?;
    ensure!(format!("{refused:#}").contains(words), "{refused:#}");
    let settings = home.settings()?;
    let findings = examine(&settings, &api(&settings)?, &Clock::system()).await;
    let tables =
        findings.iter().find(|finding| finding.what == "tables").context("it looks at the tables")?;
    ensure!(tables.state == State::Bad && tables.words.contains(words), "{tables:?}");
    Ok(())
}
