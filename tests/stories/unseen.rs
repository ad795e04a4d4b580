//! What one side does and the other cannot see: found by random histories, told here one at a time.

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    ClosePickingOrderRequest, Configuration, CreateLocationRequest, CreateSiteRequest, PickItemRequest,
    PickingOrder, PickingOrderState, PickupRule, RunState, ShipmentRule, ShipmentState,
};
use plugin_host_tests::{
    harness::{Engine, Operator, defaults, until},
    sandbox::{
        Catalogue,
        store::{NewLine, NewOrder, NewShipment},
    },
};

use crate::{
    daily::{adjust, end_of_day, goods, imported, pick, picking_orders, sync},
    scene::Scene,
};

crate::on_both_databases! {
    what_had_left_before_the_import_is_not_picked_again
    what_was_picked_is_shipped_when_the_shopper_wants_no_more
    a_pickup_of_which_something_is_missing_is_not_completed
    what_the_store_cannot_know_of_is_no_drift
}

async fn newest(operator: &Operator) -> anyhow::Result<PickingOrder> {
    picking_orders(operator).await?.pop().context("there is a picking order")
}

async fn what_had_left_before_the_import_is_not_picked_again(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(3)).await?;
    scene.store.with_store(|store| {
        let variant = store.shelf().products()[0].variants[0].id;
        store.set_stock(variant, 1, 20);
        let id = store.place_order(NewOrder::paid([(variant, 3)]));
        let (line, address) = (store.orders()[&id].lines[0].id, store.orders()[&id].lines[0].address_id);
        store.ship(id, NewShipment::of(address, [(line, 1)])).is_ok()
    });
    scene.operator.import_and_wait(false).await?;
    sync(&scene.operator).await?;
    let order = newest(&scene.operator).await?;
    ensure!(order.lines[0].ordered == 2, "{order:?}");
    pick(&scene.operator, &order, 1, "").await?;
    sync(&scene.operator).await?;
    let order = newest(&scene.operator).await?;
    ensure!((order.lines[0].ordered, order.lines[0].picked) == (2, 1), "{order:?}");
    Ok(())
}

async fn what_was_picked_is_shipped_when_the_shopper_wants_no_more(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let rule = Configuration { shipment_rule: ShipmentRule::OnClose.into(), ..defaults() };
    scene.operator.configure(rule).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods[0].variant, 3)])));
    sync(&scene.operator).await?;
    pick(&scene.operator, &newest(&scene.operator).await?, 2, "").await?;
    scene.store.with_store(|store| {
        let line = store.orders()[&id].lines[0].id;
        store.refund(id, line, 1).is_ok()
    });
    sync(&scene.operator).await?;
    let shipped = until("what was picked is shipped", async || {
        let order = newest(&scene.operator).await?;
        let sent = order.shipments.iter().any(|shipment| shipment.state() == ShipmentState::Sent);
        Ok(sent.then_some(order))
    })
    .await?;
    ensure!(shipped.state() == PickingOrderState::Closed && shipped.shipments.len() == 1, "{shipped:?}");
    ensure!(scene.store.with_store(|store| store.orders()[&id].lines[0].shipped) == 2);
    Ok(())
}

async fn a_pickup_of_which_something_is_missing_is_not_completed(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let rule = Configuration { pickup_rule: PickupRule::Complete.into(), ..defaults() };
    scene.operator.configure(rule).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    let id = scene.store.with_store(|store| {
        let line = NewLine::variant(goods[0].variant, 3).picked_up_at(1);
        store.place_order(NewOrder::of([line]).in_status(8))
    });
    sync(&scene.operator).await?;
    let pickup = newest(&scene.operator).await?;
    pick(&scene.operator, &pickup, 1, "").await?;
    let close = ClosePickingOrderRequest { number: pickup.number, ..ClosePickingOrderRequest::default() };
    scene.operator.client.warehouse().close_picking_order(close).await?;
    // Whatever is owed to the store is sent before its counts.
    end_of_day(&scene.operator, false).await?;
    ensure!(scene.store.with_store(|store| store.orders()[&id].status) == 8);
    Ok(())
}

async fn what_the_store_cannot_know_of_is_no_drift(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 4).await?;
    let goods = goods(&scene).await?;
    for one in &goods {
        adjust(&scene.operator, &one.item, 10).await?;
    }
    let operator = &scene.operator;
    let mut warehouse = operator.client.warehouse();
    let site = CreateSiteRequest { site: "WEST".to_owned(), ..CreateSiteRequest::default() };
    warehouse.create_site(site).await?;
    let location = CreateLocationRequest {
        site: "WEST".to_owned(),
        location: "B-01".to_owned(),
        ..CreateLocationRequest::default()
    };
    warehouse.create_location(location).await?;
    adjust_in(operator, &goods[0].item, ("WEST", "B-01"), 5).await?;
    let order = |good: usize| {
        scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods[good].variant, 3)])))
    };
    let ids = [order(0), order(1), order(2), order(3)];
    ensure!(end_of_day(operator, false).await?.state() == RunState::Complete);

    // Picked in a site that the store does not sell from.
    let orders = picking_orders(operator).await?;
    let elsewhere = PickItemRequest {
        number: orders[0].number.clone(),
        item_number: goods[0].item.clone(),
        units: 3,
        site: "WEST".to_owned(),
        location: "B-01".to_owned(),
        request_id: "elsewhere".to_owned(),
        ..PickItemRequest::default()
    };
    warehouse.pick_item(elsewhere).await?;
    // Archived and declined, which gives nothing back; and picked, then wanted by nobody.
    pick(operator, &orders[3], 2, "").await?;
    scene.store.with_store(|store| {
        store.edit_order(ids[1], |order| order.is_deleted = true);
        store.set_status(ids[2], 6);
        store.cancel(ids[3]);
    });
    for _ in 0..2 {
        let run = end_of_day(operator, false).await?;
        let drift = operator.exceptions(run.run_id, "DRIFT").await?;
        ensure!(drift.is_empty(), "{drift:?}");
    }
    Ok(())
}

async fn adjust_in(
    operator: &Operator,
    item_number: &str,
    (site, location): (&str, &str),
    change: i64,
) -> anyhow::Result<()> {
    let request = plugin_host_proto::v1::AdjustInventoryRequest {
        site: site.to_owned(),
        location: location.to_owned(),
        item_number: item_number.to_owned(),
        change,
        reason: "delivery".to_owned(),
        request_id: format!("{item_number} in {location}"),
        ..Default::default()
    };
    operator.client.warehouse().adjust_inventory(request).await?;
    Ok(())
}
