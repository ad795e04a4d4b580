//! What the store hears of what the warehouse did.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    CancelPickingOrderRequest, ClosePickingOrderRequest, Configuration, ListDivisionsRequest,
    PickItemRequest, PickingOrder, PickingOrderState, PickupRule, ReopenPickingOrderRequest,
    ResolveParkedRecordRequest, ShipmentRule, ShipmentState, resolve_parked_record_request::Resolution,
};
use plugin_host_server::{
    events::Bus,
    warehouse::order_states::{self, Wanted},
};
use plugin_host_tests::{
    harness::{Engine, defaults, until},
    sandbox::{
        Fault, Matcher, Script,
        store::{NewLine, NewOrder},
    },
};
use sqlx::{Connection as _, PgConnection};

use crate::{
    daily::{
        Goods, adjust, commit_once_waited_for, end_of_day, goods, imported, in_store, pick, picking_orders,
        sync,
    },
    refusal::refusal,
    retention,
    scene::Scene,
};

crate::on_both_databases! {
    an_order_is_shipped_when_its_last_unit_is_picked
    each_pick_may_be_a_shipment
    closing_ships_what_was_picked_and_reopening_goes_on
    the_status_is_set_where_the_store_does_not_do_it
    a_pickup_is_completed_where_it_is_so_configured_and_never_shipped
    the_first_of_several_pickups_leaves_the_order_open_and_the_last_one_completes_it
    an_order_whose_parcel_leaves_after_its_last_pickup_is_completed_then
    an_order_whose_last_units_two_people_pick_at_the_same_moment_is_shipped
    what_more_is_wanted_of_an_order_meanwhile_stays_owed
    two_stores_may_use_the_same_request_id
    an_order_that_was_cancelled_here_stays_so
    what_is_picked_for_a_store_that_left_is_shipped_once_it_comes_back
    each_order_of_a_page_has_its_own_lines_and_shipments
}

/// An order of three units of a product of which there is enough.
async fn ordered(engine: Engine, values: Configuration) -> anyhow::Result<(Scene, u32, PickingOrder)> {
    let scene = imported(engine, 3).await?;
    scene.operator.configure(values).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods[0].variant, 3)])));
    sync(&scene.operator).await?;
    let order = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    Ok((scene, id, order))
}

/// A store whose picked up orders are completed, with enough of its first product.
async fn completing_pickups(engine: Engine) -> anyhow::Result<(Scene, Vec<Goods>)> {
    let values = Configuration { pickup_rule: PickupRule::Complete.into(), ..rule(ShipmentRule::OnClose) };
    let scene = imported(engine, 3).await?;
    scene.operator.configure(values).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    Ok((scene, goods))
}

fn rule(rule: ShipmentRule) -> Configuration {
    Configuration { shipment_rule: rule.into(), ..defaults() }
}

/// Waits until so many shipments of an order are in the store, and none is owed.
async fn shipped(scene: &Scene, id: u32, shipments: usize) -> anyhow::Result<()> {
    until("the store has the shipments", async || {
        let there = scene.store.with_store(|store| store.orders()[&id].shipments.len());
        ensure!(there <= shipments, "{there} shipments instead of {shipments}");
        let orders = picking_orders(&scene.operator).await?;
        let sent = orders.iter().flat_map(|order| &order.shipments);
        let is_sent = sent.clone().count() == shipments
            && sent.into_iter().all(|shipment| shipment.state() == ShipmentState::Sent);
        Ok((there == shipments && is_sent).then_some(()))
    })
    .await
}

async fn status_becomes(scene: &Scene, id: u32, status: u8) -> anyhow::Result<()> {
    until("the order has its status", async || {
        let now = scene.store.with_store(|store| store.orders()[&id].status);
        Ok((now == status).then_some(()))
    })
    .await
}

async fn an_order_is_shipped_when_its_last_unit_is_picked(engine: Engine) -> anyhow::Result<()> {
    let (scene, id, order) = ordered(engine, rule(ShipmentRule::OnClose)).await?;
    pick(&scene.operator, &order, 2, "").await?;
    ensure!(scene.store.with_store(|store| store.orders()[&id].shipments.is_empty()));
    let closed = pick(&scene.operator, &order, 1, "1Z999").await?;
    ensure!(closed.state() == PickingOrderState::Closed, "{closed:?}");
    shipped(&scene, id, 1).await?;
    let tracking = scene.store.with_store(|store| store.orders()[&id].shipments[0].tracking_number.clone());
    ensure!(tracking == "1Z999", "{tracking}");
    ensure!(scene.store.with_store(|store| store.emails().len()) == 1);
    Ok(())
}

async fn what_is_picked_for_a_store_that_left_is_shipped_once_it_comes_back(
    engine: Engine,
) -> anyhow::Result<()> {
    let (scene, id, order) = ordered(engine, rule(ShipmentRule::OnClose)).await?;
    scene.grant(false, false).await?;
    pick(&scene.operator, &order, 3, "1Z999").await?;
    // What is owed is looked for each second.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let there = scene.store.with_store(|store| store.orders()[&id].shipments.len());
    ensure!(there == 0, "nothing is done for a store that is granted nothing");
    scene.grant(true, false).await?;
    shipped(&scene, id, 1).await
}

async fn what_more_is_wanted_of_an_order_meanwhile_stays_owed(engine: Engine) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let db = retention::open(engine, folder.path()).await?;
    let store = retention::store(&db).await?;
    let bus = Bus::new(1);
    for wanted in [Wanted::Shipped, Wanted::Completed] {
        let mut tx = db.begin().await?;
        order_states::owe(&db, &mut tx, store, 100, wanted).await?;
        tx.commit(&bus).await?;
    }
    // A run that had read that it is to be shipped has told the store so.
    let mut tx = db.begin().await?;
    order_states::settle(&mut tx, store, 100, Wanted::Shipped).await?;
    tx.commit(&bus).await?;
    ensure!(order_states::owed(&db, store).await? == [(100, Wanted::Completed)]);
    Ok(())
}

/// What one person takes from a shelf, another one who counts at that moment cannot take away, too.
#[tokio::test]
async fn nothing_is_taken_away_that_was_picked_at_the_same_moment() -> anyhow::Result<()> {
    let scene = imported(Engine::Postgres, 3).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 100).await?;
    let mut picker = PgConnection::connect(scene.home.database_url().context("there is a database")?).await?;
    for (left, sql) in [
        (30, "UPDATE inventory SET on_hand = 30 WHERE on_hand >= 100"),
        (0, "DELETE FROM inventory WHERE on_hand = 30"),
    ] {
        let mut picked = picker.begin().await?;
        sqlx::query(sql).execute(&mut *picked).await?;
        let change = if left == 30 { -50 } else { -25 };
        let (adjusted, committed) =
            tokio::join!(adjust(&scene.operator, &goods[0].item, change), commit_once_waited_for(picked));
        committed?;
        let refused = adjusted.err().context("so many are not there any more")?;
        ensure!(refused.to_string().contains("fewer"), "{refused}");
        let items = scene.operator.items().await?;
        ensure!(items.iter().any(|item| item.item_number == goods[0].item && item.on_hand == left));
    }
    Ok(())
}

async fn each_pick_may_be_a_shipment(engine: Engine) -> anyhow::Result<()> {
    let (scene, id, order) = ordered(engine, rule(ShipmentRule::EachPick)).await?;
    pick(&scene.operator, &order, 2, "first").await?;
    shipped(&scene, id, 1).await?;
    pick(&scene.operator, &order, 1, "second").await?;
    shipped(&scene, id, 2).await?;
    Ok(())
}

async fn closing_ships_what_was_picked_and_reopening_goes_on(engine: Engine) -> anyhow::Result<()> {
    let (scene, id, order) = ordered(engine, rule(ShipmentRule::OnClose)).await?;
    pick(&scene.operator, &order, 1, "").await?;
    let mut warehouse = scene.operator.client.warehouse();
    let close = ClosePickingOrderRequest { number: order.number.clone(), ..Default::default() };
    warehouse.close_picking_order(close).await?;
    shipped(&scene, id, 1).await?;
    sync(&scene.operator).await?;
    let closed = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    ensure!(closed.state() == PickingOrderState::Closed, "{closed:?}");

    let reopen = ReopenPickingOrderRequest { number: order.number.clone(), ..Default::default() };
    let opened = warehouse.reopen_picking_order(reopen.clone()).await?.into_inner().picking_order;
    ensure!(opened.is_some_and(|order| order.state() == PickingOrderState::Open));
    pick(&scene.operator, &order, 2, "rest").await?;
    shipped(&scene, id, 2).await?;
    let refused = refusal(warehouse.reopen_picking_order(reopen).await)?;
    ensure!(refused.words.contains("nothing left to pick"), "{refused:?}");
    Ok(())
}

async fn the_status_is_set_where_the_store_does_not_do_it(engine: Engine) -> anyhow::Result<()> {
    let (scene, id, order) = ordered(engine, rule(ShipmentRule::EachPick)).await?;
    scene.store.with_store(|store| store.surroundings.shipping_moves_status = false);
    pick(&scene.operator, &order, 1, "one").await?;
    status_becomes(&scene, id, 3).await?;
    pick(&scene.operator, &order, 2, "two").await?;
    status_becomes(&scene, id, 2).await?;
    Ok(())
}

async fn a_pickup_is_completed_where_it_is_so_configured_and_never_shipped(
    engine: Engine,
) -> anyhow::Result<()> {
    let values = Configuration { pickup_rule: PickupRule::Complete.into(), ..rule(ShipmentRule::OnClose) };
    let (scene, ..) = ordered(engine, values).await?;
    let goods = goods(&scene).await?;
    let id = scene.store.with_store(|store| {
        let line = NewLine::variant(goods[0].variant, 2).picked_up_at(1);
        store.place_order(NewOrder::of([line]).in_status(8))
    });
    sync(&scene.operator).await?;
    let pickup = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    ensure!(pickup.order_id == i64::from(id) && pickup.ship_to.is_empty(), "{pickup:?}");
    pick(&scene.operator, &pickup, 2, "").await?;
    status_becomes(&scene, id, 10).await?;
    ensure!(scene.store.with_store(|store| store.orders()[&id].shipments.is_empty()));
    Ok(())
}

async fn the_first_of_several_pickups_leaves_the_order_open_and_the_last_one_completes_it(
    engine: Engine,
) -> anyhow::Result<()> {
    let (scene, goods) = completing_pickups(engine).await?;
    let id = scene.store.with_store(|store| {
        let at = |location| NewLine::variant(goods[0].variant, 2).picked_up_at(location);
        store.place_order(NewOrder::of([at(1), at(2), NewLine::variant(goods[0].variant, 1)]).in_status(8))
    });
    sync(&scene.operator).await?;
    let parts = picking_orders(&scene.operator).await?;
    ensure!(parts.len() == 3, "{parts:?}");
    let (pickups, sent): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.ship_to.is_empty());
    for part in [pickups[0], sent[0]] {
        let units = part.lines[0].ordered;
        pick(&scene.operator, part, units, "").await?;
    }
    until("the parcel is in the store", async || {
        Ok((scene.store.with_store(|store| store.orders()[&id].shipments.len()) == 1).then_some(()))
    })
    .await?;
    sync(&scene.operator).await?;
    let now = picking_orders(&scene.operator).await?;
    let last = now.iter().find(|part| part.number == pickups[1].number).context("it is there")?;
    ensure!(last.state() == PickingOrderState::Open, "{last:?}");
    end_of_day(&scene.operator, false).await?;
    let shown = in_store(&scene.store, goods[0].variant);
    ensure!(shown == Some(goods[0].on_hand + 10 - 5), "{shown:?}: two of them wait for their shopper");
    pick(&scene.operator, last, 2, "").await?;
    status_becomes(&scene, id, 10).await
}

async fn an_order_whose_parcel_leaves_after_its_last_pickup_is_completed_then(
    engine: Engine,
) -> anyhow::Result<()> {
    let (scene, goods) = completing_pickups(engine).await?;
    let id = scene.store.with_store(|store| {
        let picked_up = NewLine::variant(goods[0].variant, 1).picked_up_at(1);
        store.place_order(NewOrder::of([picked_up, NewLine::variant(goods[0].variant, 1)]).in_status(8))
    });
    sync(&scene.operator).await?;
    // The store does not take the parcel's shipment at first.
    scene
        .store
        .script(Script::next(Matcher::path("/v2/orders").method("POST"), Fault::Status { status: 400 }));
    for part in picking_orders(&scene.operator).await? {
        pick(&scene.operator, &part, 1, "").await?;
    }
    let refused = until("the shipment waits for a person", async || {
        let parked = scene.operator.parked().await?;
        Ok(parked.into_iter().find(|record| record.reason == "SHIPMENT_REFUSED"))
    })
    .await?;
    let status = scene.store.with_store(|store| store.orders()[&id].status);
    ensure!(status != 10, "the parcel is still to leave");
    let retry = ResolveParkedRecordRequest {
        parked_id: refused.parked_id,
        resolution: Some(Resolution::Retry(true)),
        ..ResolveParkedRecordRequest::default()
    };
    scene.operator.client.plugin_host().resolve_parked_record(retry).await?;
    until("the parcel is in the store and the order is completed", async || {
        let (shipments, status) = scene.store.with_store(|store| {
            let order = &store.orders()[&id];
            (order.shipments.len(), order.status)
        });
        Ok((shipments == 1 && status == 10).then_some(()))
    })
    .await
}

async fn an_order_whose_last_units_two_people_pick_at_the_same_moment_is_shipped(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    scene.operator.configure(rule(ShipmentRule::OnClose)).await?;
    let goods = goods(&scene).await?;
    let mut ids = Vec::new();
    for one in &goods[..2] {
        adjust(&scene.operator, &one.item, 20).await?;
    }
    scene.store.with_store(|store| {
        for _ in 0..8 {
            ids.push(store.place_order(NewOrder::paid([(goods[0].variant, 1), (goods[1].variant, 1)])));
        }
    });
    sync(&scene.operator).await?;
    for order in picking_orders(&scene.operator).await? {
        let take = |item: &str| PickItemRequest {
            number: order.number.clone(),
            item_number: item.to_owned(),
            units: 1,
            site: "HQ".to_owned(),
            location: "A-01".to_owned(),
            request_id: format!("{} {item}", order.number),
            ..PickItemRequest::default()
        };
        let (mut one, mut other) = (scene.operator.client.warehouse(), scene.operator.client.warehouse());
        tokio::try_join!(one.pick_item(take(&goods[0].item)), other.pick_item(take(&goods[1].item)))?;
    }
    until("each order has its shipment", async || {
        let store = |id: &u32| scene.store.with_store(|store| store.orders()[id].shipments.len() == 1);
        Ok(ids.iter().all(store).then_some(()))
    })
    .await
}

async fn two_stores_may_use_the_same_request_id(engine: Engine) -> anyhow::Result<()> {
    let (scene, _, order) = ordered(engine, rule(ShipmentRule::ByHand)).await?;
    let request = |order: &PickingOrder| PickItemRequest {
        number: order.number.clone(),
        item_number: order.lines[0].item_number.clone(),
        units: 1,
        site: "HQ".to_owned(),
        location: "A-01".to_owned(),
        request_id: "wms-pick-1".to_owned(),
        ..PickItemRequest::default()
    };
    scene.operator.client.warehouse().pick_item(request(&order)).await?;
    let both = scene.with_second_store().await?;
    let mut warehouse = both.operator.client.warehouse();
    let divisions = warehouse.list_divisions(ListDivisionsRequest::default()).await?.into_inner().divisions;
    let default_division = divisions.into_iter().next().context("a division of its own")?.division;
    both.operator.configure(Configuration { default_division, ..rule(ShipmentRule::ByHand) }).await?;
    both.operator.import_and_wait(false).await?;
    both.store.with_store(|store| {
        let variant = store.shelf().products()[0].variants[0].id;
        store.place_order(NewOrder::paid([(variant, 3)]))
    });
    sync(&both.operator).await?;
    let order = picking_orders(&both.operator).await?.pop().context("it is there")?;
    adjust(&both.operator, &order.lines[0].item_number, 10).await?;
    let picked = warehouse.pick_item(request(&order)).await?.into_inner().picking_order;
    ensure!(picked.is_some_and(|order| order.lines[0].picked == 1));
    Ok(())
}

async fn an_order_that_was_cancelled_here_stays_so(engine: Engine) -> anyhow::Result<()> {
    let (scene, id, order) = ordered(engine, rule(ShipmentRule::OnClose)).await?;
    let mut warehouse = scene.operator.client.warehouse();
    let cancel = CancelPickingOrderRequest { number: order.number.clone(), ..Default::default() };
    warehouse.cancel_picking_order(cancel.clone()).await?;
    scene.store.with_store(|store| store.edit_order(id, |order| order.lines[0].quantity = 5));
    sync(&scene.operator).await?;
    let cancelled = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    ensure!(cancelled.state() == PickingOrderState::Cancelled, "{cancelled:?}");
    ensure!(cancelled.problem.contains("cancelled here"), "{cancelled:?}");

    let reopen = ReopenPickingOrderRequest { number: order.number.clone(), ..Default::default() };
    warehouse.reopen_picking_order(reopen).await?;
    pick(&scene.operator, &order, 1, "").await?;
    let refused = refusal(warehouse.cancel_picking_order(cancel).await)?;
    ensure!(refused.words.contains("is picked"), "{refused:?}");
    Ok(())
}

async fn each_order_of_a_page_has_its_own_lines_and_shipments(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    scene.operator.configure(rule(ShipmentRule::EachPick)).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    scene.store.with_store(|store| {
        for units in 1..=3 {
            let lines = [(goods[0].variant, units), (goods[1].variant, 1), (goods[2].variant, units)];
            store.place_order(NewOrder::paid(lines));
        }
    });
    sync(&scene.operator).await?;
    for order in picking_orders(&scene.operator).await?.iter().skip(1) {
        pick(&scene.operator, order, 1, "a").await?;
        pick(&scene.operator, order, 1, "b").await?;
    }
    let page = picking_orders(&scene.operator).await?;
    let shape = |order: &PickingOrder| {
        let ordered: Vec<i64> = order.lines.iter().map(|line| line.ordered).collect();
        let tracking: Vec<String> =
            order.shipments.iter().map(|shipment| shipment.tracking_number.clone()).collect();
        (ordered, order.lines[0].picked, tracking.concat())
    };
    let shapes: Vec<_> = page.iter().map(shape).collect();
    let wanted = [(vec![1, 1, 1], 0, ""), (vec![2, 1, 2], 2, "ab"), (vec![3, 1, 3], 2, "ab")];
    ensure!(shapes == wanted.map(|(lines, picked, words)| (lines, picked, words.to_owned())), "{page:?}");
    for order in &page {
        let shipped = order.shipments.iter().flat_map(|shipment| &shipment.lines);
        ensure!(shipped.clone().all(|line| line.line_id == order.lines[0].line_id), "{order:?}");
        ensure!(order.lines.iter().all(|line| !line.item_number.is_empty()), "{order:?}");
    }
    Ok(())
}
