//! Who changed what, when, from what, to what; and what would change.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    ChangeKind, ImportRequest, ListChangesRequest, ListRunsRequest, Run, RunState, SetSyncCursorRequest,
    SyncRequest,
};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Process, options, store_with, until},
    sandbox::{Catalogue, Options, store::NewOrder},
};
use sqlx::{AnyConnection, Connection as _};

use crate::{
    daily::{adjust, changes, end_of_day, goods, imported, in_store, pick, picking_orders, sync},
    scene::{Scene, start},
};

crate::on_both_databases! {
    every_change_is_numbered_and_says_who_made_it
    a_dry_run_of_a_sync_shows_what_would_change_and_keeps_nothing
    a_dry_run_of_an_end_of_day_shows_the_counts_and_sends_none
    a_dry_run_whose_server_is_killed_before_its_end_is_done_again
    the_cursor_is_cleared_after_a_preview_and_nothing_is_doubled
}

async fn every_change_is_numbered_and_says_who_made_it(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let initial = changes(&scene.operator, 0).await?;
    ensure!(initial.iter().all(|change| change.kind() == ChangeKind::Import), "{initial:?}");
    let import = scene.operator.run(initial[0].run_id).await?;
    for (change, phase) in initial.iter().zip(&import.phases) {
        let counts = phase.counts.unwrap_or_default();
        let came = format!("{} made, {} changed", counts.created, counts.updated);
        ensure!(change.new_value == came && counts.created > 0, "{change:?} {phase:?}");
    }
    let known = initial.last().map_or(0, |change| change.number);

    let goods = goods(&scene).await?;
    let before = goods[0].on_hand;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    scene.store.with_store(|store| {
        store.place_order(NewOrder::paid([(goods[0].variant, 2)]));
        store.edit_product(goods[0].product, |product| product.name = "Better".into());
    });
    sync(&scene.operator).await?;
    let order = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    pick(&scene.operator, &order, 2, "").await?;

    let new = changes(&scene.operator, known).await?;
    let numbers: Vec<i64> = new.iter().map(|change| change.number).collect();
    ensure!(numbers == (known + 1..=known + i64::try_from(new.len())?).collect::<Vec<_>>(), "{numbers:?}");
    let find = |kind, field: &str| new.iter().find(|one| one.kind() == kind && one.field.contains(field));
    let counted = find(ChangeKind::Inventory, "HQ / A-01").context("the adjustment")?;
    ensure!(counted.old_value == before.to_string(), "{counted:?}");
    ensure!(counted.new_value == format!("{} (counted)", before + 10), "{counted:?}");
    ensure!(counted.actor.contains("operator key") && counted.run_id == 0, "{counted:?}");
    let renamed = find(ChangeKind::Item, "name").context("the name")?;
    ensure!(renamed.new_value.starts_with("Better") && renamed.run_id > 0, "{renamed:?}");
    let made = find(ChangeKind::PickingOrder, "state").context("the order")?;
    ensure!((made.old_value.as_str(), made.new_value.as_str()) == ("", "open"), "{made:?}");
    ensure!(new.iter().any(|one| one.record == order.number && one.new_value == "closed"), "{new:?}");

    let one = ListChangesRequest { record: goods[0].item.clone(), ..ListChangesRequest::default() };
    let of_item = scene.operator.client.warehouse().list_changes(one).await?.into_inner();
    ensure!(of_item.changes.iter().all(|change| change.record == goods[0].item), "{of_item:?}");
    ensure!(of_item.last_number >= new.last().map_or(0, |change| change.number), "{of_item:?}");
    Ok(())
}

async fn a_dry_run_of_a_sync_shows_what_would_change_and_keeps_nothing(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods[0].variant, 2)])));
    let request = SyncRequest { dry_run: true, ..SyncRequest::default() };
    let answer = scene.operator.client.plugin_host().sync(request).await?.into_inner();
    let run = scene.operator.wait(answer.run.context("there is a run")?.run_id).await?;
    ensure!(run.state() == RunState::Complete && run.dry_run, "{run:?}");
    let would = scene.operator.exceptions(run.run_id, "WOULD_CHANGE").await?;
    ensure!(would.iter().any(|one| one.record.contains(&format!("BC-{id}"))), "{would:?}");
    ensure!(picking_orders(&scene.operator).await?.is_empty(), "nothing was kept");
    sync(&scene.operator).await?;
    ensure!(picking_orders(&scene.operator).await?.len() == 1, "and the cursor stayed where it was");
    Ok(())
}

async fn a_dry_run_of_an_end_of_day_shows_the_counts_and_sends_none(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 7).await?;
    let before = in_store(&scene.store, goods[0].variant).context("it is counted")?;
    let run = end_of_day(&scene.operator, true).await?;
    ensure!(run.state() == RunState::Complete && run.dry_run, "{run:?}");
    let would = scene.operator.exceptions(run.run_id, "WOULD_PUBLISH").await?;
    ensure!(would.len() == 1 && would[0].detail == format!("{before} → {}", before + 7), "{would:?}");
    ensure!(in_store(&scene.store, goods[0].variant) == Some(before), "nothing was sent");
    end_of_day(&scene.operator, false).await?;
    ensure!(in_store(&scene.store, goods[0].variant) == Some(before + 7));
    Ok(())
}

async fn a_dry_run_whose_server_is_killed_before_its_end_is_done_again(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::ugly(200)).await?;
    let first = scene.operator.import_and_wait(true).await?;
    let found = scene.operator.report(first.run_id).await?;
    scene.server.stop().await?;
    // As a kill leaves it when everything is found and the end is not written.
    sqlx::any::install_default_drivers();
    let mut database = AnyConnection::connect(&scene.home.settings()?.database()).await?;
    let running = "UPDATE runs SET state = 'RUNNING', ended_at = NULL, lease_until = 0";
    ensure!(sqlx::query(running).execute(&mut database).await?.rows_affected() == 1);
    database.close().await?;

    let _server = start(&scene.home).await?;
    let operator = Operator::with_key(scene.operator.key.clone())?;
    let again = operator.wait(first.run_id).await?;
    ensure!(again.state() == first.state() && again.resumptions == 1, "{again:?}");
    let counts = |run: &Run| run.phases.iter().map(|phase| (phase.kind(), phase.counts)).collect::<Vec<_>>();
    ensure!(counts(&again) == counts(&first), "{again:?}\n{first:?}");
    let found_again = operator.report(first.run_id).await?;
    ensure!(found_again.checks == found.checks, "{found_again:?}\n{found:?}");
    ensure!(found_again.exceptions == found.exceptions, "{found_again:?}\n{found:?}");
    Ok(())
}

async fn preview(scene: &Scene, confirm: bool) -> anyhow::Result<(Option<i64>, i64, i64)> {
    let request = SetSyncCursorRequest { confirm, ..SetSyncCursorRequest::default() };
    let answer = scene.operator.client.plugin_host().set_sync_cursor(request).await?.into_inner();
    ensure!(answer.done == confirm, "{answer:?}");
    Ok((answer.products, answer.customers, answer.orders))
}

async fn the_cursor_is_cleared_after_a_preview_and_nothing_is_doubled(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    let customers = scene.store.with_store(|store| store.customers().len());
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods[0].variant, 2)])));
    sync(&scene.operator).await?;
    let order = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    pick(&scene.operator, &order, 2, "").await?;
    let orders = picking_orders(&scene.operator).await?;
    ensure!(scene.operator.status().await?.last_sync_completed_at.is_some());

    let shown = preview(&scene, false).await?;
    ensure!(shown == (Some(3), i64::try_from(customers)?, 1), "{shown:?}");
    ensure!(scene.operator.status().await?.last_sync_completed_at.is_some(), "a preview changes nothing");
    preview(&scene, true).await?;
    ensure!(scene.operator.status().await?.last_sync_completed_at.is_none());
    let run = sync(&scene.operator).await?;
    let counts = run.phases.iter().filter_map(|phase| phase.counts);
    ensure!(
        counts.map(|counts| counts.created).sum::<i64>() == 0,
        "everything was read, nothing is new: {run:?}"
    );
    ensure!(picking_orders(&scene.operator).await? == orders, "an order that is closed stays closed");
    let runs = scene.operator.client.plugin_host().list_runs(ListRunsRequest::default()).await?.into_inner();
    ensure!(runs.runs[0].run_id == run.run_id);
    Ok(())
}

#[tokio::test]
async fn what_a_dry_run_left_behind_is_removed_at_the_next_start() -> anyhow::Result<()> {
    let catalogue = Catalogue::clean(2_000);
    let store = store_with(Options { catalogue, latency: Duration::from_millis(150), ..options() }).await?;
    let home = Home::new(Engine::Sqlite, &store).await?;
    let server = Process::start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let copies = || -> anyhow::Result<Vec<PathBuf>> {
        let files = std::fs::read_dir(home.data_folder())?.map(|file| Ok(file?.path()));
        let files: Vec<PathBuf> = files.collect::<anyhow::Result<_>>()?;
        Ok(files.into_iter().filter(|file| file.to_string_lossy().contains("dry-run")).collect())
    };
    let request = ImportRequest { dry_run: true, ..ImportRequest::default() };
    operator.client.plugin_host().import(request).await?;
    until("the copy is made", async || Ok((!copies()?.is_empty()).then_some(()))).await?;
    server.kill().await?;
    // As where another replica has finished the run meanwhile, so that nobody here tries it again.
    for copy in copies()? {
        std::fs::rename(&copy, copy.to_string_lossy().replace("dry-run-", "dry-run-9"))?;
    }
    let _server = Process::start(&home).await?;
    until("they are gone", async || {
        Ok(copies()?.iter().all(|copy| !copy.to_string_lossy().contains("dry-run-9")).then_some(()))
    })
    .await
}
