//! Evenings on which nobody knows yet what became of a shipment.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::future::try_join_all;
use plugin_host_proto::v1::{
    Configuration, DriftPolicy, PickingOrder, RunState, ShipPickingOrderRequest, ShipmentState,
};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, defaults, store, until},
    sandbox::{
        Catalogue, Fault, Matcher, Script,
        store::{NewOrder, StockBehavior},
    },
};

use crate::{
    daily::{adjust, end_of_day, goods, in_store, pick, picking_orders, sync},
    scene::{Scene, start},
};

crate::on_both_databases! {
    a_shipment_in_doubt_changes_no_count_before_or_after_it_is_found
}

/// A server that waits twelve seconds before it looks for what became of a shipment.
async fn patient(engine: Engine, behavior: StockBehavior) -> anyhow::Result<Scene> {
    let store = store(Catalogue::clean(3)).await?;
    store.with_store(|store| store.surroundings.inventory_settings.update_stock_behavior = behavior);
    let mut home = Home::new(engine, &store).await?;
    home.set("lease_ms", 6_000);
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

async fn a_shipment_in_doubt_changes_no_count_before_or_after_it_is_found(
    engine: Engine,
) -> anyhow::Result<()> {
    let behaviors = [StockBehavior::OrderPlaced, StockBehavior::OrderCompletedOrShipped];
    try_join_all(behaviors.map(|behavior| in_doubt(engine, behavior))).await.map(drop)
}

async fn in_doubt(engine: Engine, behavior: StockBehavior) -> anyhow::Result<()> {
    let scene = patient(engine, behavior).await?;
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
    let ship = ShipPickingOrderRequest {
        number: order.number.clone(),
        request_id: "ship".to_owned(),
        ..ShipPickingOrderRequest::default()
    };
    scene.operator.client.warehouse().ship_picking_order(ship).await?;
    let reaches = async |state: ShipmentState| {
        until("the shipment gets there", async || {
            let order = only(&scene.operator).await?;
            Ok(order.shipments.iter().any(|shipment| shipment.state() == state).then_some(()))
        })
        .await
    };
    reaches(ShipmentState::Tried).await?;
    evening(before, "the shipment is in doubt").await?;
    let there = scene.store.with_store(|store| store.orders()[&id].shipments.len());
    ensure!(there == 0, "it was in doubt all evening");

    reaches(ShipmentState::Sent).await?;
    evening(after, "the store has the shipment").await?;
    let there = scene.store.with_store(|store| store.orders()[&id].shipments.len());
    ensure!(there == 1, "{there} shipments");
    Ok(())
}
