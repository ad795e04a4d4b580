//! Evenings on which nobody knows yet what became of a shipment.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::future::try_join_all;
use plugin_host_proto::v1::{
    Configuration, DriftPolicy, GetConfigurationRequest, PickingOrder, RunState, ShipPickingOrderRequest,
    ShipmentState,
};
use plugin_host_server::clock::Clock;
use plugin_host_tests::{
    harness::{Engine, Home, Operator, defaults, options, store, store_with, until},
    sandbox::{
        Catalogue, Fault, Matcher, Options, Sandbox, Script,
        store::{NewOrder, StockBehavior},
    },
};
use tokio::sync::oneshot;

use crate::{
    daily::{adjust, end_of_day, goods, in_store, pick, picking_orders, sync},
    scene::{Scene, start},
};

crate::on_both_databases! {
    a_shipment_in_doubt_changes_no_count_before_or_after_it_is_found
}

/// A server that waits for two leases before it looks for what became of a shipment.
async fn patient(engine: Engine, store: Sandbox, lease_ms: i64) -> anyhow::Result<Scene> {
    let mut home = Home::new(engine, &store).await?;
    home.set("lease_ms", lease_ms);
    let server = start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let hold = Configuration { drift_policy: DriftPolicy::Hold.into(), ..defaults() };
    operator.configure(hold).await?;
    operator.import_and_wait(false).await?;
    Ok(Scene { operator, server, home, store })
}

async fn only(operator: &Operator) -> anyhow::Result<PickingOrder> {
    picking_orders(operator).await?.pop().context("the order is there")
}

async fn ship(operator: &Operator, order: &PickingOrder) -> anyhow::Result<()> {
    let request = ShipPickingOrderRequest {
        number: order.number.clone(),
        request_id: "ship".to_owned(),
        ..ShipPickingOrderRequest::default()
    };
    operator.client.warehouse().ship_picking_order(request).await?;
    Ok(())
}

/// Waits until the order's shipment is in a state.
async fn reaches(operator: &Operator, state: ShipmentState) -> anyhow::Result<()> {
    until("the shipment gets there", async || {
        let order = only(operator).await?;
        Ok(order.shipments.iter().any(|shipment| shipment.state() == state).then_some(()))
    })
    .await
}

async fn a_shipment_in_doubt_changes_no_count_before_or_after_it_is_found(
    engine: Engine,
) -> anyhow::Result<()> {
    let behaviors = [StockBehavior::OrderPlaced, StockBehavior::OrderCompletedOrShipped];
    try_join_all(behaviors.map(|behavior| in_doubt(engine, behavior))).await.map(drop)
}

async fn in_doubt(engine: Engine, behavior: StockBehavior) -> anyhow::Result<()> {
    let store = store(Catalogue::clean(3)).await?;
    store.with_store(|store| store.surroundings.inventory_settings.update_stock_behavior = behavior);
    let scene = patient(engine, store, 6_000).await?;
    let goods = goods(&scene).await?.remove(0);
    adjust(&scene.operator, &goods.item, 20).await?;
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods.variant, 5)])));
    sync(&scene.operator).await?;
    let order = pick(&scene.operator, &only(&scene.operator).await?, 3, "").await?;
    // On the shelf are 17 of the 20 and what was there; two of them are sold. A store that deducts when it sends
    // still counts those, and the three that are on their way.
    let (before, after) = match behavior {
        StockBehavior::OrderPlaced => (goods.on_hand + 15, goods.on_hand + 15),
        StockBehavior::OrderCompletedOrShipped => (goods.on_hand + 20, goods.on_hand + 17),
    };
    let evening = async |units: i64, when: &str| -> anyhow::Result<()> {
        let run = end_of_day(&scene.operator, false).await?;
        ensure!(run.state() == RunState::Complete, "{behavior:?}, {when}: {run:?}");
        let drift = scene.operator.exceptions(run.run_id, "DRIFT").await?;
        ensure!(drift.is_empty(), "{behavior:?}, {when}: {drift:?}");
        let shown = in_store(&scene.store, goods.variant);
        ensure!(shown == Some(units), "{behavior:?}, {when}: {shown:?} instead of {units}");
        Ok(())
    };
    evening(before, "three are picked").await?;

    let late = Fault::LateCommit { after: Duration::from_secs(9) };
    scene.store.script(Script::next(Matcher::path("/v2/orders").method("POST"), late));
    ship(&scene.operator, &order).await?;
    reaches(&scene.operator, ShipmentState::Tried).await?;
    evening(before, "the shipment is in doubt").await?;
    let there = scene.store.with_store(|store| store.orders()[&id].shipments.len());
    ensure!(there == 0, "it was in doubt all evening");

    reaches(&scene.operator, ShipmentState::Sent).await?;
    evening(after, "the store has the shipment").await?;
    let there = scene.store.with_store(|store| store.orders()[&id].shipments.len());
    ensure!(there == 1, "{there} shipments");
    Ok(())
}

#[tokio::test]
async fn a_try_that_waited_for_the_quota_is_counted_from_when_it_is_sent() -> anyhow::Result<()> {
    /// Longer than two leases of three seconds, and than a person waits for a read.
    const WINDOW_MS: u64 = 20_000;
    let opened = Clock::system().now();
    let store = store_with(Options {
        catalogue: Catalogue::clean(3),
        quota_window: Duration::from_millis(WINDOW_MS),
        starts_at: Some(opened),
        ..options()
    })
    .await?;
    let scene = patient(Engine::Sqlite, store, 3_000).await?;
    let goods = goods(&scene).await?.remove(0);
    adjust(&scene.operator, &goods.item, 20).await?;
    // Three of six are sent, so that the store would take the same parcel once more.
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods.variant, 6)])));
    sync(&scene.operator).await?;
    let order = pick(&scene.operator, &only(&scene.operator).await?, 3, "").await?;

    let looks = Matcher::path(format!("/v2/orders/{id}/shipments")).method("GET");
    let (comes, came) = oneshot::channel();
    scene.store.on_request(looks.clone(), 1, move |_| {
        let _ = comes.send(());
    });
    scene.store.script(Script::next(looks, Fault::Delay { ms: 2_000 }));
    let locations = Matcher::path("/v3/inventory/locations");
    scene.store.script(Script::next(locations, Fault::Throttled { headers: true }));
    let late = Fault::LateCommit { after: Duration::from_secs(4) };
    scene.store.script(Script::next(Matcher::path("/v2/orders").method("POST"), late));
    // A window has just begun; between the last look and the parcel the store says that nothing is left of it.
    let open_ms = u64::try_from(scene.store.clock().now().duration_since(opened).as_millis())?;
    scene.store.clock().advance(Duration::from_millis(WINDOW_MS - open_ms % WINDOW_MS));
    ship(&scene.operator, &order).await?;
    came.await?;
    let request =
        GetConfigurationRequest { with_store_locations: true, ..GetConfigurationRequest::default() };
    let spent = scene.operator.client.plugin_host().get_configuration(request).await;
    ensure!(spent.is_err(), "{spent:?}");

    reaches(&scene.operator, ShipmentState::Sent).await?;
    let posts = scene.store.log().count("POST", "/v2/orders/{id}/shipments");
    ensure!(posts == 1, "{posts} parcels were posted");
    Ok(())
}
