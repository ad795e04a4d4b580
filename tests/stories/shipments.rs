//! What left the warehouse, in the store's books, once.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    AdjustInventoryRequest, GetPickingOrderRequest, ListRunsRequest, PickItemRequest, PickingOrder,
    ResolveParkedRecordRequest, Run, RunKind, RunState, ShipPickingOrderRequest, ShipmentState, SyncRequest,
    resolve_parked_record_request::Resolution,
};
use plugin_host_tests::{
    harness::{Engine, Operator, until},
    sandbox::{
        Catalogue, Fault, Matcher, Sandbox, Script,
        store::{NewOrder, NewShipment},
    },
};

use crate::{
    daily,
    scene::{Scene, start},
};

crate::on_both_databases! {
    what_was_picked_is_shipped_once_however_often_it_is_asked_for
    a_shipment_whose_answer_was_lost_is_found_and_not_made_again
    a_shipment_that_never_arrived_is_made_again
    a_shipment_the_store_does_not_take_waits_for_a_person
    a_refused_shipment_is_not_tried_again_once_its_units_were_shipped_anew
    a_shipment_whose_order_cannot_be_read_keeps_no_other_waiting_and_is_not_tried_all_the_time
    a_shipment_that_was_owed_when_the_server_stopped_is_sent_at_its_next_start
}

/// An order of three, picked, ready to be shipped.
async fn picked(engine: Engine) -> anyhow::Result<(Scene, u32, PickingOrder)> {
    picked_of(engine, 3).await
}

/// Three units of an order of some, picked, ready to be shipped.
async fn picked_of(engine: Engine, ordered: u32) -> anyhow::Result<(Scene, u32, PickingOrder)> {
    let scene = Scene::open(engine, Catalogue::clean(5)).await?;
    scene.operator.import_and_wait(false).await?;
    let id = scene.store.with_store(|store| {
        let variant = store.shelf().products()[0].variants[0].id;
        store.place_order(NewOrder::paid([(variant, ordered)]))
    });
    let run = scene.operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner().run;
    scene.operator.wait(run.context("there is a run")?.run_id).await?;
    let order = order(&scene.operator, id).await?;
    let mut warehouse = scene.operator.client.warehouse();
    let item_number = order.lines[0].item_number.clone();
    let place = || ("HQ".to_owned(), "A-01".to_owned());
    let (site, location) = place();
    let delivery = AdjustInventoryRequest {
        site,
        location,
        item_number: item_number.clone(),
        change: 10,
        reason: "delivery".to_owned(),
        request_id: "delivery".to_owned(),
        ..AdjustInventoryRequest::default()
    };
    warehouse.adjust_inventory(delivery).await?;
    let (site, location) = place();
    let pick = PickItemRequest {
        number: order.number.clone(),
        item_number,
        units: 3,
        site,
        location,
        request_id: "pick".to_owned(),
        ..PickItemRequest::default()
    };
    warehouse.pick_item(pick).await?;
    Ok((scene, id, order))
}

async fn order(operator: &Operator, id: u32) -> anyhow::Result<PickingOrder> {
    let request = GetPickingOrderRequest { number: format!("BC-{id}"), ..GetPickingOrderRequest::default() };
    let answer = operator.client.warehouse().get_picking_order(request).await?.into_inner();
    answer.picking_order.context("the order is there")
}

async fn ship(operator: &Operator, order: &PickingOrder) -> anyhow::Result<()> {
    ship_as(operator, order, "ship").await
}

async fn ship_as(operator: &Operator, order: &PickingOrder, request_id: &str) -> anyhow::Result<()> {
    let request = ShipPickingOrderRequest {
        number: order.number.clone(),
        provider: "ups".to_owned(),
        tracking_number: "1Z999".to_owned(),
        request_id: request_id.to_owned(),
        ..ShipPickingOrderRequest::default()
    };
    operator.client.warehouse().ship_picking_order(request).await?;
    Ok(())
}

/// Waits until the order's one shipment is in a state.
async fn reaches(operator: &Operator, id: u32, state: ShipmentState) -> anyhow::Result<PickingOrder> {
    until("the shipment gets there", async || {
        let order = order(operator, id).await?;
        ensure!(order.shipments.len() == 1, "{order:?}");
        Ok((order.shipments[0].state() == state).then_some(order))
    })
    .await
}

/// How many shipments the store has of an order, each of which wrote an e-mail.
fn in_store(store: &Sandbox, id: u32) -> usize {
    store.with_store(|store| store.orders()[&id].shipments.len())
}

fn posts() -> Matcher {
    Matcher::path("/v2/orders").method("POST")
}

async fn what_was_picked_is_shipped_once_however_often_it_is_asked_for(engine: Engine) -> anyhow::Result<()> {
    let (scene, id, order) = picked(engine).await?;
    for _ in 0..3 {
        ship(&scene.operator, &order).await?;
    }
    let shipped = reaches(&scene.operator, id, ShipmentState::Sent).await?;
    ensure!(in_store(&scene.store, id) == 1);
    let (tracking, provider, units) = scene.store.with_store(|store| {
        let shipment = &store.orders()[&id].shipments[0];
        (shipment.tracking_number.clone(), shipment.provider.clone(), shipment.items[0].1)
    });
    ensure!((tracking.as_str(), provider.as_str(), units) == ("1Z999", "ups", 3));
    ensure!(shipped.shipments[0].store_shipment_id > 0, "{shipped:?}");

    let again = ShipPickingOrderRequest {
        number: order.number.clone(),
        request_id: "another".to_owned(),
        ..ShipPickingOrderRequest::default()
    };
    let refused = scene.operator.client.warehouse().ship_picking_order(again).await.err();
    ensure!(refused.context("it was let through")?.message().contains("not shipped yet"));
    Ok(())
}

async fn a_shipment_whose_answer_was_lost_is_found_and_not_made_again(engine: Engine) -> anyhow::Result<()> {
    let (scene, id, order) = picked(engine).await?;
    scene.store.script(Script::next(posts(), Fault::Truncated).once_it_took_effect());
    ship(&scene.operator, &order).await?;
    reaches(&scene.operator, id, ShipmentState::Sent).await?;
    ensure!(in_store(&scene.store, id) == 1);
    Ok(())
}

async fn a_shipment_that_never_arrived_is_made_again(engine: Engine) -> anyhow::Result<()> {
    let (scene, id, order) = picked(engine).await?;
    scene.store.script(Script::next(posts(), Fault::Reset).times(2));
    ship(&scene.operator, &order).await?;
    reaches(&scene.operator, id, ShipmentState::Sent).await?;
    ensure!(in_store(&scene.store, id) == 1);
    Ok(())
}

async fn a_shipment_the_store_does_not_take_waits_for_a_person(engine: Engine) -> anyhow::Result<()> {
    let (scene, id, order) = picked(engine).await?;
    // Somebody has shipped one of the three by hand.
    let by_hand = scene.store.with_store(|store| {
        let (line, address) = {
            let order = &store.orders()[&id];
            (order.lines[0].id, order.consignments[0].id)
        };
        store.ship(id, NewShipment::of(address, [(line, 1)])).is_ok()
    });
    ensure!(by_hand);
    ship(&scene.operator, &order).await?;
    let refused = reaches(&scene.operator, id, ShipmentState::Refused).await?;
    ensure!(refused.shipments[0].problem.contains("2 units left"), "{refused:?}");
    let parked = scene.operator.parked().await?;
    ensure!(parked.iter().any(|record| record.reason == "SHIPMENT_REFUSED"), "{parked:?}");
    ensure!(in_store(&scene.store, id) == 1);
    Ok(())
}

async fn a_refused_shipment_is_not_tried_again_once_its_units_were_shipped_anew(
    engine: Engine,
) -> anyhow::Result<()> {
    let (scene, id, order) = picked_of(engine, 6).await?;
    scene.store.script(Script::next(posts(), Fault::Status { status: 400 }));
    ship(&scene.operator, &order).await?;
    reaches(&scene.operator, id, ShipmentState::Refused).await?;
    ship_as(&scene.operator, &order, "anew").await?;
    until("the store has it", async || Ok((in_store(&scene.store, id) == 1).then_some(()))).await?;
    let parked = scene.operator.parked().await?;
    let refused = parked.iter().find(|record| record.reason == "SHIPMENT_REFUSED").context("it waits")?;
    let retry = ResolveParkedRecordRequest {
        parked_id: refused.parked_id,
        resolution: Some(Resolution::Retry(true)),
        ..ResolveParkedRecordRequest::default()
    };
    let run = scene.operator.client.plugin_host().resolve_parked_record(retry).await?.into_inner().run;
    scene.operator.wait(run.context("a run looks")?.run_id).await?;
    ensure!(in_store(&scene.store, id) == 1, "three units were picked, and six are shipped");
    ensure!(scene.operator.parked().await?.is_empty());
    Ok(())
}

async fn a_shipment_whose_order_cannot_be_read_keeps_no_other_waiting_and_is_not_tried_all_the_time(
    engine: Engine,
) -> anyhow::Result<()> {
    let (scene, id, first) = picked(engine).await?;
    daily::adjust(&scene.operator, &first.lines[0].item_number, 10).await?;
    let other = scene.store.with_store(|store| {
        let variant = store.shelf().products()[0].variants[0].id;
        store.place_order(NewOrder::paid([(variant, 1)]))
    });
    daily::sync(&scene.operator).await?;
    let odd = Fault::Rewrite { pointer: "/status_id".to_owned(), value: "eleven".into() };
    scene
        .store
        .script(Script::next(Matcher::path(format!("/v2/orders/{id}")).method("GET"), odd).times(1_000));
    ship(&scene.operator, &first).await?;
    let tries = async || -> anyhow::Result<Vec<Run>> {
        let runs = scene.operator.client.plugin_host().list_runs(ListRunsRequest::default()).await?;
        Ok(runs.into_inner().runs.into_iter().filter(|run| run.kind() == RunKind::Shipments).collect())
    };
    let failed = |run: &Run| run.state() == RunState::Failed;
    until("it is said", async || Ok(tries().await?.iter().any(failed).then_some(()))).await?;
    let before = tries().await?.len();
    // What is owed is looked for each second.
    tokio::time::sleep(Duration::from_secs(4)).await;
    ensure!(tries().await?.len() == before, "{:?}", tries().await?);

    let second = order(&scene.operator, other).await?;
    daily::pick(&scene.operator, &second, 1, "").await?;
    ship_as(&scene.operator, &second, "second").await?;
    let run = daily::end_of_day(&scene.operator, false).await?;
    ensure!(run.state() != RunState::Failed, "{run:?}");
    ensure!((in_store(&scene.store, id), in_store(&scene.store, other)) == (0, 1));
    scene.store.clear_scripts();
    daily::end_of_day(&scene.operator, false).await?;
    ensure!(in_store(&scene.store, id) == 1);
    Ok(())
}

async fn a_shipment_that_was_owed_when_the_server_stopped_is_sent_at_its_next_start(
    engine: Engine,
) -> anyhow::Result<()> {
    let (scene, id, order) = picked(engine).await?;
    scene.store.set_maintenance(true);
    ship(&scene.operator, &order).await?;
    scene.server.stop().await?;
    scene.store.set_maintenance(false);
    let mut home = scene.home;
    home.set("lease_ms", 900);
    let _server = start(&home).await?;
    let operator = Operator::with_key(scene.operator.key)?;
    until("the store has it", async || Ok((in_store(&scene.store, id) == 1).then_some(()))).await?;
    reaches(&operator, id, ShipmentState::Sent).await?;
    Ok(())
}
