//! What monitoring tools see: figures that are true, health that is real.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use plugin_host_proto::v1::{
    Configuration, EndOfDayRequest, Run, RunState, SyncRequest, admin_service_server,
    plugin_host_service_server, warehouse_service_server,
};
use plugin_host_server::{clock::Clock, domain::run::RunKind};
use plugin_host_tests::{
    harness::{
        Engine, Figures, Home, Monitor, Operator, Server, defaults, options, store, store_with, until,
    },
    sandbox::{Catalogue, Fault, Matcher, Options, Sandbox, Script},
};
use sqlx::{Connection as _, PgConnection};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};

use crate::{
    retention,
    scene::{Scene, start},
};

crate::on_both_databases! {
    figures_say_what_happened_and_state_outlives_a_restart
    what_is_overdue_shows_and_so_does_a_refused_token
    a_store_that_left_is_neither_due_nor_watched_until_it_comes_back
    a_sync_makes_up_for_no_end_of_day
    runs_that_read_a_catalogue_may_wait_for_each_other
}

/// A server that is watched, with a store whose defaults are chosen.
async fn watched(engine: Engine, options: Options) -> anyhow::Result<(Scene, Monitor)> {
    let store = store_with(options).await?;
    let mut home = Home::new(engine, &store).await?;
    let monitor = home.monitor()?;
    let server = start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    Ok((Scene { operator, server, home, store }, monitor))
}

async fn sync(operator: &Operator) -> anyhow::Result<Run> {
    let answer = operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
    operator.wait(answer.run.context("there is a run")?.run_id).await
}

async fn end_of_day(operator: &Operator) -> anyhow::Result<Run> {
    let answer = operator.client.plugin_host().end_of_day(EndOfDayRequest::default()).await?.into_inner();
    operator.wait(answer.run.context("there is a run")?.run_id).await
}

/// What the store says it was asked, as the server's figures would put it.
fn asked(store: &Sandbox) -> BTreeMap<(String, String, String), u64> {
    let counters = store.log().counts().counters.into_iter();
    let counted = counters.map(|counter| {
        let status = if counter.status == 0 { "none".to_owned() } else { counter.status.to_string() };
        ((counter.method, counter.template.trim_start_matches('/').to_owned(), status), counter.count)
    });
    counted.collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]
fn counted(figures: &Figures) -> BTreeMap<(String, String, String), u64> {
    let requests = figures.all().iter().filter(|one| one.name == "plugin_host_bigcommerce_requests_total");
    let counted = requests.map(|one| {
        let label = |name: &str| one.labels.iter().find(|label| label.0 == name).map(|label| label.1.clone());
        let of = ["method", "endpoint", "status"].map(|name| label(name).unwrap_or_default());
        (of.into(), one.value as u64)
    });
    counted.collect()
}

async fn figures_say_what_happened_and_state_outlives_a_restart(engine: Engine) -> anyhow::Result<()> {
    let (scene, monitor) =
        watched(engine, Options { catalogue: Catalogue::ugly(400).with_orders(20), ..options() }).await?;
    for status in [500, 503] {
        scene.store.script(Script::next(Matcher::path("/v3/catalog/products"), Fault::Status { status }));
    }
    scene.store.script(Script::next(Matcher::path("/v3/inventory/items"), Fault::Reset));
    let import = scene.operator.import_and_wait(false).await?;
    ensure!(import.state() == RunState::CompleteWithParked, "{import:?}");
    sync(&scene.operator).await?;
    let evening = end_of_day(&scene.operator).await?;

    let figures = monitor.figures().await?;
    let ended = |kind: &str| figures.sum("plugin_host_runs_total", &[("kind", kind)]);
    ensure!((ended("IMPORT"), ended("SYNC"), ended("END_OF_DAY")) == (Some(1.0), Some(1.0), Some(1.0)));
    let products = import.phases[0].counts.unwrap_or_default();
    let made = [("phase", "PRODUCTS"), ("outcome", "created")];
    let records = figures.sum("plugin_host_records_total", &made).unwrap_or_default();
    ensure!((records - number(products.created)).abs() < 0.5, "{records} of {products:?}");
    ensure!(figures.sum("plugin_host_phase_duration_seconds_count", &[("phase", "COUNTS")]) == Some(1.0));
    // What one side counted, the other side counted, too.
    ensure!(asked(&scene.store) == counted(&figures), "{:#?}\n{:#?}", asked(&scene.store), counted(&figures));
    ensure!(figures.sum("plugin_host_bigcommerce_retries_total", &[]) == Some(3.0));
    ensure!(figures.sum("plugin_host_ready", &[]) == Some(1.0));
    let hash = [("store", scene.store.store_hash())];
    ensure!(figures.sum("plugin_host_store_quota_left", &hash).is_some_and(|left| left > 0.0));
    let state = evening.state().as_str_name().trim_start_matches("RUN_STATE_");
    let of_evening = [hash[0], ("state", state)];
    ensure!(figures.sum("plugin_host_store_end_of_day", &of_evening) == Some(1.0), "{state}");

    // What is state is read from the database, so it is the same for the next server.
    let parked = number(scene.operator.status().await?.parked);
    ensure!(parked > 0.0);
    scene.server.stop().await?;
    ensure!(monitor.get("/healthz").await.is_none(), "the listener is still open");
    let _server = start(&scene.home).await?;
    let after = monitor.figures().await?;
    for name in ["plugin_host_parked_records", "plugin_host_store_parked_records"] {
        ensure!(figures.sum(name, &[]) == Some(parked) && after.sum(name, &[]) == Some(parked), "{name}");
    }
    let same = "plugin_host_store_synced_timestamp_seconds";
    ensure!(figures.sum(same, &hash).is_some() && figures.sum(same, &hash) == after.sum(same, &hash));
    ensure!(after.sum("plugin_host_runs_total", &[]).is_none(), "the new process has done nothing yet");
    Ok(())
}

fn number(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// A server whose clock is moved by hand, with a store that is imported at noon, synced by the clock and due at six.
async fn by_the_clock(engine: Engine) -> anyhow::Result<(Scene, Monitor, Clock)> {
    let store = store(Catalogue::clean(5)).await?;
    let mut home = Home::new(engine, &store).await?;
    let monitor = home.monitor()?;
    let clock = Clock::manual("2026-11-23T12:00:00Z".parse()?);
    let server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::ready(&home, &store).await?;
    operator.import_and_wait(false).await?;
    let by_the_clock = Configuration {
        auto_sync: true,
        end_of_day: true,
        end_of_day_time: "18:00".to_owned(),
        time_zone: "UTC".to_owned(),
        ..defaults()
    };
    operator.configure(by_the_clock).await?;
    Ok((Scene { operator, server, home, store }, monitor, clock))
}

/// By how much a sync and an End of Day are overdue, and whether the token is taken.
async fn late(monitor: &Monitor) -> anyhow::Result<(f64, f64, f64)> {
    let figures = monitor.figures().await?;
    let of = |name: &str| figures.sum(name, &[]).with_context(|| name.to_owned());
    let sync = of("plugin_host_store_sync_overdue_seconds")?;
    let evening = of("plugin_host_store_end_of_day_overdue_seconds")?;
    Ok((sync, evening, of("plugin_host_store_connected")?))
}

async fn what_is_overdue_shows_and_so_does_a_refused_token(engine: Engine) -> anyhow::Result<()> {
    let (scene, monitor, clock) = by_the_clock(engine).await?;
    let before = late(&monitor).await?;
    ensure!(before == (0.0, 0.0, 1.0), "{before:?}");

    scene.store.script(Script::next(Matcher::path("/"), Fault::Status { status: 401 }).times(1_000));
    clock.set("2026-11-23T20:00:00Z".parse()?);
    until("the token is refused", async || Ok((late(&monitor).await?.2 == 0.0).then_some(()))).await?;
    let (sync, evening, _) = late(&monitor).await?;
    // A sync was due by a quarter past twelve at the latest, and End of Day at six.
    ensure!((27_900.0..=28_800.0).contains(&sync) && (evening - 7_200.0).abs() < 1.0, "{sync} {evening}");
    Ok(())
}

async fn a_store_that_left_is_neither_due_nor_watched_until_it_comes_back(
    engine: Engine,
) -> anyhow::Result<()> {
    let (scene, monitor, clock) = by_the_clock(engine).await?;
    scene.grant(false, false).await?;
    clock.set("2026-11-23T20:00:00Z".parse()?);
    let status = scene.operator.status().await?;
    ensure!(status.next_sync_due_at.is_none() && status.next_end_of_day_due_at.is_none(), "{status:?}");
    let figures = monitor.figures().await?;
    ensure!(figures.sum("plugin_host_store_connected", &[]).is_none());
    ensure!(figures.sum("plugin_host_store_sync_overdue_seconds", &[]).is_none());

    scene.grant(true, false).await?;
    let status = scene.operator.status().await?;
    let next = status.next_end_of_day_due_at.context("it is due again")?;
    ensure!(next.seconds == "2026-11-24T18:00:00Z".parse::<Timestamp>()?.as_second(), "{next:?}");
    let back = late(&monitor).await?;
    ensure!(back == (0.0, 0.0, 1.0), "what was due meanwhile is nobody's business: {back:?}");
    clock.set("2026-11-23T20:20:00Z".parse()?);
    until("it is synced again", async || Ok((late(&monitor).await?.0 == 0.0).then_some(()))).await
}

async fn a_sync_makes_up_for_no_end_of_day(engine: Engine) -> anyhow::Result<()> {
    let (scene, monitor, clock) = by_the_clock(engine).await?;
    // The first evening is missed.
    clock.set("2026-11-24T12:00:00Z".parse()?);
    sync(&scene.operator).await?;
    let late = late(&monitor).await?;
    ensure!(late == (0.0, 64_800.0, 1.0), "{late:?}");
    Ok(())
}

async fn runs_that_read_a_catalogue_may_wait_for_each_other(engine: Engine) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let db = retention::open(engine, folder.path()).await?;
    let store = retention::store(&db).await?;
    retention::queue(&db, store, RunKind::Reconciliation, false).await?;
    let open = db.count_open_runs().await?;
    ensure!(open.queued == 1 && open.waits_since.is_none(), "their places may all be taken: {open:?}");
    retention::queue(&db, store, RunKind::Sync, false).await?;
    let open = db.count_open_runs().await?;
    ensure!(open.queued == 2 && open.waits_since.is_some(), "a server would do it at once: {open:?}");
    Ok(())
}

#[tokio::test]
async fn there_are_eleven_figures_for_each_store_and_all_others_are_few() -> anyhow::Result<()> {
    let (scene, monitor) =
        watched(Engine::Sqlite, Options { catalogue: Catalogue::ugly(200), ..options() }).await?;
    scene.operator.import_and_wait(false).await?;
    sync(&scene.operator).await?;
    end_of_day(&scene.operator).await?;
    let figures = monitor.figures().await?;
    let of_store =
        |one: &&plugin_host_tests::harness::Figure| one.labels.iter().any(|label| label.0 == "store");
    let stores = figures.all().iter().filter(of_store).count();
    // Eight that every store has, two of its evenings, one of its schedule's two: no sync is due by the clock here.
    ensure!(stores <= 11, "{stores} figures of one store");
    ensure!(figures.all().len() - stores < 1_000, "{} figures", figures.all().len());
    Ok(())
}

async fn health(operator: &Operator, service: &str) -> anyhow::Result<ServingStatus> {
    let request = HealthCheckRequest { service: service.to_owned() };
    Ok(operator.client.health().check(request).await?.into_inner().status())
}

#[tokio::test]
async fn a_tick_that_hangs_shows_in_health_and_is_begun_again() -> anyhow::Result<()> {
    let (scene, monitor) =
        watched(Engine::Postgres, Options { catalogue: Catalogue::clean(2), ..options() }).await?;
    ensure!(monitor.get("/readyz").await == Some((200, "ready\n".to_owned())));
    // Something is due for a store that somebody else has locked and does not let go.
    let mut other = PgConnection::connect(scene.home.database_url().context("it is PostgreSQL")?).await?;
    let due = "INSERT INTO schedules (store_id, kind, due_at) SELECT id, 'SYNC', 0 FROM stores";
    for sql in ["BEGIN", "SELECT id FROM stores FOR NO KEY UPDATE"] {
        sqlx::query(sql).execute(&mut other).await?;
    }
    let mut hasty = PgConnection::connect(scene.home.database_url().context("it is PostgreSQL")?).await?;
    sqlx::query(due).execute(&mut hasty).await?;
    let hangs = until("it shows", async || {
        Ok(monitor.get("/readyz").await.filter(|answer| answer.0 == 503).map(|answer| answer.1))
    });
    ensure!(hangs.await? == "ticks: due has stopped; it is begun again\n");
    // What needs no tick goes on.
    let plugin_host = plugin_host_service_server::SERVICE_NAME;
    until("gRPC says so, too", async || {
        Ok((health(&scene.operator, plugin_host).await? == ServingStatus::NotServing).then_some(()))
    })
    .await?;
    ensure!(health(&scene.operator, "").await? == ServingStatus::NotServing);
    for service in [warehouse_service_server::SERVICE_NAME, admin_service_server::SERVICE_NAME] {
        ensure!(health(&scene.operator, service).await? == ServingStatus::Serving, "{service}");
    }
    ensure!(monitor.get("/healthz").await.is_some_and(|answer| answer.0 == 200));
    until("the ticks are begun again", async || {
        let restarts = monitor.figures().await?.sum("plugin_host_tick_restarts_total", &[]);
        Ok((restarts >= Some(1.0)).then_some(()))
    })
    .await?;

    sqlx::query("ROLLBACK").execute(&mut other).await?;
    until("it is fit again", async || {
        Ok((health(&scene.operator, plugin_host).await? == ServingStatus::Serving).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_says_so_before_it_closes() -> anyhow::Result<()> {
    let store = store(Catalogue::clean(2)).await?;
    let mut home = Home::new(Engine::Sqlite, &store).await?;
    home.set("drain_ms", 1_500);
    let monitor = home.monitor()?;
    let server = start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let watching = operator.client.health().watch(HealthCheckRequest::default()).await?;
    let mut watching = watching.into_inner();
    let first = watching.message().await?.context("health is told at once")?;
    ensure!(first.status() == ServingStatus::Serving);

    let stopping = tokio::spawn(server.stop());
    let next = watching.message().await?.context("health is told when it changes")?;
    ensure!(next.status() == ServingStatus::NotServing);
    // It can still be reached, also by whoever comes only now.
    ensure!(monitor.get("/readyz").await == Some((503, "stopping\n".to_owned())));
    Operator::with_key(operator.key.clone())?.status().await?;
    ensure!(!stopping.is_finished());
    tokio::time::timeout(Duration::from_secs(30), stopping).await???;
    ensure!(Operator::with_key(operator.key)?.status().await.is_err());
    Ok(())
}
