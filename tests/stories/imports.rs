//! The main job: products, inventory and carriers arrive, once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use futures::future::try_join_all;
use plugin_host_proto::v1::{
    Action, Configuration, ItemNumberRule, ListRunsRequest, PhaseKind, PhaseState, ResetOneTimeFlagRequest,
    Run, RunState, ShipmentRule, StockDecrease, Tracking, UpdateSiteRequest,
};
use plugin_host_tests::{
    harness::{Engine, connect_store, defaults},
    sandbox::{
        Catalogue, Fault, Matcher, Script,
        store::{NewOrder, StockBehavior, status},
    },
};
use tonic::Code;

use crate::{
    daily::{Goods, goods, imported, pick, picking_orders, sync},
    refusal::refusal,
    scene::Scene,
    truth,
};

crate::on_both_databases! {
    the_import_brings_every_variant_and_every_unit
    without_auto_delete_an_item_of_zero_has_its_record
    what_was_picked_to_the_last_unit_is_not_counted_anew
    an_import_that_is_done_is_refused_and_changes_nothing
    ten_presses_at_once_are_one_run
    a_dry_run_keeps_nothing_and_counts_like_the_real_one
}

const CATALOGUE: Catalogue = Catalogue::ugly(150).with_orders(40);

/// Makes sure that the store has one of everything: zero, negative, shared and untracked stock, stock elsewhere.
fn make_difficult(scene: &Scene) {
    scene.store.with_store(|store| {
        let variants: Vec<u32> =
            store.shelf().products().iter().map(|product| product.variants[0].id).collect();
        store.set_stock(variants[30], 1, 0);
        store.set_stock(variants[31], 2, 11);
        store.set_stock(variants[32], 1, -5);
        store.place_order(NewOrder::paid([(variants[32], 3), (variants[33], 2)]));
        store.set_stock(variants[33], 1, -1);
        for tracked in [8, 9] {
            store.place_order(NewOrder::paid([(variants[tracked], 2)]));
        }
        for left in [status::SHIPPED, status::COMPLETED, status::CANCELLED] {
            store.place_order(NewOrder::paid([(variants[34], 4)]).in_status(left));
        }
        store.place_order(NewOrder::paid([(variants[34], 1)]).in_status(7));
    });
}

fn created(run: &Run) -> BTreeMap<PhaseKind, i64> {
    run.phases.iter().map(|phase| (phase.kind(), phase.counts.unwrap_or_default().created)).collect()
}

async fn the_import_brings_every_variant_and_every_unit(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, CATALOGUE).await?;
    make_difficult(&scene);
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    ensure!(run.phases.iter().all(|phase| phase.state() == PhaseState::Done), "{run:?}");

    let dataset = scene.dataset().await?;
    truth::check(&scene.store, &dataset, true)?;
    let counted = [
        (PhaseKind::Products, dataset.items.len()),
        (PhaseKind::Inventory, dataset.inventory.len()),
        (PhaseKind::Carriers, dataset.carriers.len()),
    ];
    for (kind, rows) in counted {
        ensure!(created(&run).get(&kind) == Some(&i64::try_from(rows)?), "{kind:?}: {rows} rows, {run:?}");
    }
    let pooled = dataset.items.values().filter(|item| item.bindings.len() > 1).count();
    let untracked = dataset.items.values().flat_map(|item| item.bindings.values());
    ensure!(pooled > 0 && untracked.into_iter().any(|(_, tracking)| *tracking == Tracking::None));
    let fedex = dataset.carriers.get("FedEx").and_then(|methods| methods.get("FedEx International"));
    ensure!(fedex.is_some_and(|zones| zones.contains("Europe")), "{:?}", dataset.carriers);

    let status = scene.operator.status().await?;
    ensure!(
        status.one_time_flags.len() == 3 && status.parked == i64::try_from(dataset.parked.len())?,
        "{status:?}"
    );
    let report = scene.operator.report(run.run_id).await?;
    ensure!(
        report.checks.len() >= 3 && report.checks.iter().all(|check| check.agrees),
        "{:?}",
        report.checks
    );
    let units = report.checks.iter().find(|check| check.name == "Units on hand");
    ensure!(units.is_some_and(|check| check.warehouse == dataset.units()), "{units:?} {}", dataset.units());
    for group in report.exceptions {
        let listed = scene.operator.exceptions(run.run_id, &group.reason).await?;
        ensure!(i64::try_from(listed.len())? == group.count, "{group:?}: {listed:?}");
    }
    for reason in ["ADDED_BACK", "NEGATIVE_COUNT", "NOT_TRACKED", "OTHER_LOCATION", "ZERO_QUANTITY"] {
        ensure!(!scene.operator.exceptions(run.run_id, reason).await?.is_empty(), "{reason} is missing");
    }
    Ok(())
}

async fn without_auto_delete_an_item_of_zero_has_its_record(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::ugly(60)).await?;
    make_difficult(&scene);
    let (division, site) = ("MAIN".to_owned(), "HQ".to_owned());
    let off = UpdateSiteRequest { division, site, auto_delete_zero_quantity: false };
    scene.operator.client.warehouse().update_site(off).await?;
    scene.operator.import_and_wait(false).await?;
    let dataset = scene.dataset().await?;
    truth::check(&scene.store, &dataset, false)?;
    ensure!(dataset.inventory.values().any(|units| *units == 0));
    Ok(())
}

async fn an_import_that_is_done_is_refused_and_changes_nothing(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(20)).await?;
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let before = scene.dataset().await?;
    for _ in 0..2 {
        let refused = refusal(scene.operator.import().await)?;
        ensure!(
            refused.code == Code::FailedPrecondition && refused.reasons == ["ALREADY_IMPORTED"],
            "{refused:?}"
        );
        // Neither a new token nor other grants make it possible again.
        connect_store(&scene.home, &scene.store).await?;
    }
    ensure!(scene.dataset().await? == before);
    let runs =
        scene.operator.client.plugin_host().list_runs(ListRunsRequest::default()).await?.into_inner().runs;
    ensure!(runs.len() == 1, "{runs:?}");
    Ok(())
}

async fn ten_presses_at_once_are_one_run(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(300)).await?;
    let answers = try_join_all((0..10).map(|_| scene.operator.import())).await?;
    let began = answers.iter().filter(|answer| !answer.joined).count();
    let runs: BTreeSet<i64> = answers.iter().filter_map(|answer| Some(answer.run.as_ref()?.run_id)).collect();
    ensure!(began == 1 && runs.len() == 1, "{began} presses began the runs {runs:?}");
    for run in runs {
        scene.operator.wait(run).await?;
    }
    truth::check(&scene.store, &scene.dataset().await?, true)
}

async fn a_dry_run_keeps_nothing_and_counts_like_the_real_one(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, CATALOGUE).await?;
    make_difficult(&scene);
    let before = scene.dataset().await?;
    let writes = scene.store.log().writes().len();
    let dry = scene.operator.import_and_wait(true).await?;
    ensure!(dry.state() == RunState::CompleteWithParked && dry.dry_run, "{dry:?}");
    ensure!(scene.dataset().await? == before, "the dry run changed something");
    ensure!(scene.operator.status().await?.one_time_flags.is_empty());
    ensure!(scene.store.log().writes().len() == writes);
    let left = std::fs::read_dir(scene.home.data_folder())?
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name.contains("dry-run"))
        .collect::<Vec<_>>();
    ensure!(left.is_empty(), "{left:?} are left behind");

    let real = scene.operator.import_and_wait(false).await?;
    let counts = |run: &Run| run.phases.iter().map(|phase| (phase.kind(), phase.counts)).collect::<Vec<_>>();
    ensure!(counts(&dry) == counts(&real), "{dry:?}\n{real:?}");
    let (dry, real) = (scene.operator.report(dry.run_id).await?, scene.operator.report(real.run_id).await?);
    ensure!(dry.exceptions == real.exceptions, "{:?}\n{:?}", dry.exceptions, real.exceptions);
    ensure!(dry.checks == real.checks, "{:?}\n{:?}", dry.checks, real.checks);
    truth::check(&scene.store, &scene.dataset().await?, true)
}

/// The store keeps picked units out of its count until it hears of their shipment, so that a count of them is no news.
async fn what_was_picked_to_the_last_unit_is_not_counted_anew(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 10).await?;
    scene
        .operator
        .configure(Configuration { shipment_rule: ShipmentRule::ByHand.into(), ..defaults() })
        .await?;
    let goods = goods(&scene).await?;
    let Goods { variant, item, on_hand, .. } =
        goods.into_iter().find(|goods| goods.on_hand > 0).context("something is there")?;
    let all = u32::try_from(on_hand)?;
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(variant, all)])));
    sync(&scene.operator).await?;
    let order = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    pick(&scene.operator, &order, on_hand, "").await?;

    let reset = ResetOneTimeFlagRequest {
        store_id: scene.store.store_hash().to_owned(),
        phase: PhaseKind::Inventory.into(),
        confirmation: scene.store.store_hash().to_owned(),
    };
    scene.home.admin().await?.admin().reset_one_time_flag(reset).await?;
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let parked = scene.operator.parked().await?;
    ensure!(parked.len() == 1 && parked[0].reason == "INVENTORY_EXISTS", "{parked:?}");
    let items = scene.operator.items().await?;
    let picked = items.iter().find(|known| known.item_number == item).context("the item")?;
    ensure!(picked.on_hand == 0, "{on_hand} units that are not there: {picked:?}");
    Ok(())
}

#[tokio::test]
async fn under_manual_sync_the_import_is_not_offered() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(5)).await?;
    scene.grant(true, true).await?;
    let actions = scene.operator.status().await?.allowed_actions;
    let import = actions.iter().find(|action| action.action() == Action::Import);
    ensure!(import.is_none_or(|import| !import.offered && !import.allowed), "{actions:?}");
    let refused = refusal(scene.operator.import().await)?;
    ensure!(refused.reasons == ["MANUAL_SYNC_GRANTED"], "{refused:?}");
    ensure!(scene.dataset().await?.items.is_empty());
    Ok(())
}

#[tokio::test]
async fn open_orders_are_added_back_only_where_the_store_has_deducted_them() -> anyhow::Result<()> {
    for (behavior, configured, added_back) in [
        (StockBehavior::OrderPlaced, StockDecrease::FollowStore, 3),
        (StockBehavior::OrderCompletedOrShipped, StockDecrease::FollowStore, 0),
        (StockBehavior::OrderPlaced, StockDecrease::Off, 0),
        (StockBehavior::OrderCompletedOrShipped, StockDecrease::On, 3),
    ] {
        let scene = Scene::open(Engine::Sqlite, Catalogue::clean(3)).await?;
        let in_store = scene.store.with_store(|store| {
            store.surroundings.inventory_settings.update_stock_behavior = behavior;
            store.place_order(NewOrder::paid([(1, 3)]));
            store.set_stock(1, 1, 20);
            20
        });
        let values = Configuration { stock_decreased_when_order_placed: configured.into(), ..defaults() };
        scene.operator.configure(values).await?;
        scene.operator.import_and_wait(false).await?;
        let dataset = scene.dataset().await?;
        let number = (*dataset.item_of().get(&(1, 1)).expect("the variant has an item")).to_owned();
        let on_hand = dataset.inventory.get(&(number, "HQ".to_owned(), "A-01".to_owned()));
        ensure!(on_hand == Some(&(in_store + added_back)), "{behavior:?} {configured:?}: {on_hand:?}");
    }
    Ok(())
}

#[tokio::test]
async fn what_already_left_of_a_partly_shipped_order_is_not_added_back() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(3)).await?;
    scene.store.with_store(|store| {
        let order = store.place_order(NewOrder::paid([(1, 5), (2, 1)]));
        let (line, address) = (store.orders()[&order].lines[0].id, store.orders()[&order].consignments[0].id);
        let parcel = plugin_host_tests::sandbox::store::NewShipment::of(address, [(line, 2)]);
        store.ship(order, parcel).expect("the parcel is allowed");
    });
    scene.operator.import_and_wait(false).await?;
    truth::check(&scene.store, &scene.dataset().await?, true)
}

#[tokio::test]
async fn items_are_numbered_by_the_chosen_rule() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::ugly(40)).await?;
    let rules = vec![ItemNumberRule::ProductId.into()];
    scene.operator.configure(Configuration { create_item_number_using: rules, ..defaults() }).await?;
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let dataset = scene.dataset().await?;
    truth::check(&scene.store, &dataset, true)?;
    for ((product, variant), number) in dataset.item_of() {
        let fits = [format!("P{product}"), format!("P{product}-V{variant}")].iter().any(|fit| fit == number);
        ensure!(fits, "{product} {variant} {number}");
    }
    Ok(())
}

#[tokio::test]
async fn a_price_may_be_a_number_a_text_or_missing() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(3)).await?;
    for (position, price) in [(0, "\"12.50\""), (1, "null"), (2, "7")] {
        let products = Matcher::path("/v3/catalog/products").query("include=variants");
        let (pointer, value) = (format!("/data/{position}/price"), serde_json::from_str(price)?);
        scene.store.script(Script::next(products, Fault::Rewrite { pointer, value }).times(u32::MAX));
        let run = scene.operator.import_and_wait(true).await?;
        ensure!(run.state() == RunState::Complete, "a price of {price}: {run:?}");
        scene.store.clear_scripts();
    }
    Ok(())
}
