//! Orders of the store on the shelves of the warehouse.

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    AdjustInventoryRequest, ListPickingOrdersRequest, PickItemRequest, PickingOrder, PickingOrderState, Run,
    RunState, SyncRequest,
};
use plugin_host_tests::{
    harness::{Engine, Operator},
    sandbox::{
        Catalogue, Fault, Matcher, Script,
        store::{NewOrder, NewShipment},
    },
};

use crate::scene::Scene;

crate::on_both_databases! {
    a_paid_order_becomes_one_picking_order_however_often_it_is_synced
    an_order_is_followed_while_nothing_of_it_is_picked
    what_was_picked_is_never_taken_back_silently
    an_order_for_something_unknown_waits_and_opens_when_its_product_comes
    a_pick_takes_units_once_and_the_last_one_closes_the_order
    an_order_to_two_addresses_is_two_picking_orders_of_what_is_left
    an_order_of_sixty_lines_comes_whole
    an_order_that_was_archived_ends_when_everything_is_read_again
    a_sync_that_the_store_interrupts_is_taken_up_and_doubles_nothing
}

/// A store that is imported, with plain products.
async fn imported(engine: Engine) -> anyhow::Result<Scene> {
    let scene = Scene::open(engine, Catalogue::clean(20)).await?;
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    Ok(scene)
}

async fn sync(operator: &Operator) -> anyhow::Result<Run> {
    let answer = operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
    operator.wait(answer.run.context("there is a run")?.run_id).await
}

async fn picking_orders(operator: &Operator) -> anyhow::Result<Vec<PickingOrder>> {
    let request = ListPickingOrdersRequest::default();
    Ok(operator.client.warehouse().list_picking_orders(request).await?.into_inner().picking_orders)
}

/// The one picking order there is.
async fn only(operator: &Operator) -> anyhow::Result<PickingOrder> {
    let mut orders = picking_orders(operator).await?;
    ensure!(orders.len() == 1, "{orders:?}");
    Ok(orders.remove(0))
}

/// The first variants of the store, by id.
fn variants(scene: &Scene, count: usize) -> Vec<u32> {
    scene.store.with_store(|store| {
        let products = store.shelf().products();
        products
            .iter()
            .flat_map(|product| product.variants.iter().map(|variant| variant.id))
            .take(count)
            .collect()
    })
}

fn pick(order: &PickingOrder, units: i64, request_id: &str) -> PickItemRequest {
    PickItemRequest {
        number: order.number.clone(),
        item_number: order.lines[0].item_number.clone(),
        units,
        site: "HQ".to_owned(),
        location: "A-01".to_owned(),
        request_id: request_id.to_owned(),
        ..PickItemRequest::default()
    }
}

/// Puts enough of an item on the shelf.
async fn stock(operator: &Operator, item_number: &str) -> anyhow::Result<()> {
    let request = AdjustInventoryRequest {
        site: "HQ".to_owned(),
        location: "A-01".to_owned(),
        item_number: item_number.to_owned(),
        change: 50,
        reason: "delivery".to_owned(),
        request_id: "delivery".to_owned(),
        ..AdjustInventoryRequest::default()
    };
    operator.client.warehouse().adjust_inventory(request).await?;
    Ok(())
}

async fn a_paid_order_becomes_one_picking_order_however_often_it_is_synced(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine).await?;
    let wanted = variants(&scene, 2);
    let paid = scene.store.with_store(|store| {
        store.place_order(NewOrder::paid([(wanted[0], 2)]).in_status(0));
        store.place_order(NewOrder::paid([(wanted[0], 3), (wanted[1], 1)]))
    });
    let run = sync(&scene.operator).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let order = only(&scene.operator).await?;
    ensure!(order.number == format!("BC-{paid}") && order.state() == PickingOrderState::Open, "{order:?}");
    ensure!(order.lines.iter().map(|line| line.ordered).collect::<Vec<_>>() == [3, 1], "{order:?}");
    ensure!(order.lines.iter().all(|line| !line.item_number.is_empty() && line.picked == 0), "{order:?}");
    ensure!(!order.ship_to.is_empty() && !order.customer.is_empty(), "{order:?}");

    for _ in 0..2 {
        sync(&scene.operator).await?;
        ensure!(only(&scene.operator).await? == order);
    }
    Ok(())
}

async fn an_order_is_followed_while_nothing_of_it_is_picked(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine).await?;
    let wanted = variants(&scene, 1)[0];
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(wanted, 3)])));
    sync(&scene.operator).await?;
    scene.store.with_store(|store| store.edit_order(id, |order| order.lines[0].quantity = 5));
    sync(&scene.operator).await?;
    ensure!(only(&scene.operator).await?.lines[0].ordered == 5);

    scene.store.with_store(|store| store.set_status(id, 12));
    sync(&scene.operator).await?;
    let held = only(&scene.operator).await?;
    ensure!(held.state() == PickingOrderState::OnHold && held.problem.contains("verifies"), "{held:?}");
    scene.store.with_store(|store| store.set_status(id, 11));
    sync(&scene.operator).await?;
    ensure!(only(&scene.operator).await?.state() == PickingOrderState::Open);

    scene.store.with_store(|store| store.cancel(id));
    let run = sync(&scene.operator).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let cancelled = only(&scene.operator).await?;
    ensure!(cancelled.state() == PickingOrderState::Cancelled, "{cancelled:?}");
    Ok(())
}

async fn what_was_picked_is_never_taken_back_silently(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine).await?;
    let wanted = variants(&scene, 1)[0];
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(wanted, 3)])));
    sync(&scene.operator).await?;
    let order = only(&scene.operator).await?;
    stock(&scene.operator, &order.lines[0].item_number).await?;
    scene.operator.client.warehouse().pick_item(pick(&order, 2, "first")).await?;

    scene.store.with_store(|store| store.edit_order(id, |order| order.lines[0].quantity = 1));
    let run = sync(&scene.operator).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let order = only(&scene.operator).await?;
    ensure!((order.lines[0].ordered, order.lines[0].picked) == (2, 2), "{order:?}");
    let parked = scene.operator.parked().await?;
    ensure!(parked.len() == 1 && parked[0].reason == "ORDER_CHANGED_AFTER_PICK", "{parked:?}");

    scene.store.with_store(|store| store.cancel(id));
    sync(&scene.operator).await?;
    let parked = scene.operator.parked().await?;
    ensure!(parked.len() == 1 && parked[0].reason == "ORDER_ENDED_AFTER_PICK", "{parked:?}");
    Ok(())
}

async fn an_order_for_something_unknown_waits_and_opens_when_its_product_comes(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::ugly(60)).await?;
    scene.operator.import_and_wait(false).await?;
    // Two products with one SKU: the second has no item.
    let parked = scene.operator.parked().await?;
    let taken = parked.iter().find(|record| record.reason == "ITEM_NUMBER_TAKEN").context("one is parked")?;
    let number = |word: &str| -> anyhow::Result<u32> {
        let rest = taken.record.split(&format!("{word} ")).nth(1).context("the record names it")?;
        Ok(rest.split(',').next().unwrap_or_default().trim().parse()?)
    };
    let (product, variant) = (number("product")?, number("variant")?);
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(variant, 1)])));
    sync(&scene.operator).await?;
    let order = only(&scene.operator).await?;
    ensure!(order.state() == PickingOrderState::OnHold && order.problem.contains("no item"), "{order:?}");
    let reasons = |parked: Vec<plugin_host_proto::v1::ParkedRecord>| -> Vec<String> {
        parked.into_iter().map(|record| record.reason).collect()
    };
    ensure!(reasons(scene.operator.parked().await?).contains(&"ORDER_ITEM_UNKNOWN".to_owned()));

    scene.store.with_store(|store| {
        store.edit_product(product, |product| {
            if product.variants.len() == 1 {
                product.sku = "A-SKU-OF-ITS-OWN".into();
            }
            for variant in product.variants.iter_mut().filter(|other| other.id == variant) {
                variant.sku = "A-SKU-OF-ITS-OWN".into();
            }
        })
    });
    sync(&scene.operator).await?;
    let order = only(&scene.operator).await?;
    ensure!(order.state() == PickingOrderState::Open, "{order:?}");
    ensure!(order.lines[0].item_number == "A-SKU-OF-ITS-OWN", "{order:?}");
    ensure!(!reasons(scene.operator.parked().await?).contains(&"ORDER_ITEM_UNKNOWN".to_owned()));
    Ok(())
}

async fn a_pick_takes_units_once_and_the_last_one_closes_the_order(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine).await?;
    let wanted = variants(&scene, 1)[0];
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(wanted, 3)])));
    sync(&scene.operator).await?;
    let order = only(&scene.operator).await?;
    let item = order.lines[0].item_number.clone();
    stock(&scene.operator, &item).await?;
    let on_hand = async || -> anyhow::Result<i64> {
        let items = scene.operator.items().await?;
        Ok(items.iter().find(|found| found.item_number == item).context("the item is there")?.on_hand)
    };
    let before = on_hand().await?;
    let mut warehouse = scene.operator.client.warehouse();
    for _ in 0..2 {
        let picked = warehouse.pick_item(pick(&order, 2, "same request")).await?.into_inner();
        ensure!(picked.picking_order.context("the order")?.lines[0].picked == 2);
    }
    ensure!(on_hand().await? == before - 2);

    let refused =
        warehouse.pick_item(pick(&order, 2, "too many")).await.err().context("it was let through")?;
    ensure!(refused.message().contains("fewer than 2"), "{refused:?}");
    let closed = warehouse.pick_item(pick(&order, 1, "the last")).await?.into_inner().picking_order;
    ensure!(closed.context("the order")?.state() == PickingOrderState::Closed);
    ensure!(on_hand().await? == before - 3);
    let refused =
        warehouse.pick_item(pick(&order, 1, "one more")).await.err().context("it was let through")?;
    ensure!(refused.message().contains("closed"), "{refused:?}");
    Ok(())
}

async fn an_order_to_two_addresses_is_two_picking_orders_of_what_is_left(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine).await?;
    let wanted = variants(&scene, 2);
    let id = scene.store.with_store(|store| {
        let mut new = NewOrder::paid([(wanted[0], 4), (wanted[1], 2)]);
        new.addresses = 2;
        new.lines[1].address = 1;
        let id = store.place_order(new);
        // The shop has sent one of the four itself, and given the price of another one back.
        let (line, address) = {
            let order = &store.orders()[&id];
            (order.lines[0].id, order.consignments[0].id)
        };
        let sent = store.ship(id, NewShipment::of(address, [(line, 1)])).is_ok();
        let refunded = store.refund(id, line, 1).is_ok();
        store.set_status(id, 3);
        (sent && refunded).then_some(id)
    });
    let id = id.context("the store does it")?;
    sync(&scene.operator).await?;
    let orders = picking_orders(&scene.operator).await?;
    let numbers: Vec<&str> = orders.iter().map(|order| order.number.as_str()).collect();
    ensure!(numbers == [format!("BC-{id}-1"), format!("BC-{id}-2")], "{numbers:?}");
    let ordered: Vec<i64> = orders.iter().map(|order| order.lines[0].ordered).collect();
    ensure!(ordered == [2, 2], "{orders:?}");
    Ok(())
}

async fn an_order_of_sixty_lines_comes_whole(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(80)).await?;
    scene.operator.import_and_wait(false).await?;
    let wanted = variants(&scene, 60);
    scene
        .store
        .with_store(|store| store.place_order(NewOrder::paid(wanted.iter().map(|variant| (*variant, 1)))));
    sync(&scene.operator).await?;
    let order = only(&scene.operator).await?;
    ensure!(order.lines.len() == 60 && !order.ship_to.is_empty(), "{} lines", order.lines.len());
    Ok(())
}

async fn an_order_that_was_archived_ends_when_everything_is_read_again(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine).await?;
    let wanted = variants(&scene, 1)[0];
    let id = scene.store.with_store(|store| {
        let id = store.place_order(NewOrder::paid([(wanted, 1)]));
        store.place_order(NewOrder::paid([(wanted, 2)]));
        id
    });
    sync(&scene.operator).await?;
    scene.store.with_store(|store| store.edit_order(id, |order| order.is_deleted = true));
    sync(&scene.operator).await?;
    let state = |orders: &[PickingOrder]| -> Vec<PickingOrderState> {
        orders.iter().map(PickingOrder::state).collect()
    };
    let orders = picking_orders(&scene.operator).await?;
    ensure!(state(&orders) == [PickingOrderState::Cancelled, PickingOrderState::Open], "{orders:?}");
    ensure!(orders[0].problem.contains("archived"), "{orders:?}");
    Ok(())
}

async fn a_sync_that_the_store_interrupts_is_taken_up_and_doubles_nothing(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine).await?;
    let wanted = variants(&scene, 3);
    scene.store.with_store(|store| {
        for variant in &wanted {
            store.place_order(NewOrder::paid([(*variant, 1)]));
        }
    });
    let orders = Matcher::path("/v2/orders").query("status_id=11");
    scene.store.script(Script::next(orders, Fault::Status { status: 503 }).times(u32::MAX));
    let failed = sync(&scene.operator).await?;
    ensure!(failed.state() == RunState::Failed, "{failed:?}");
    ensure!(picking_orders(&scene.operator).await?.is_empty());
    scene.store.clear_scripts();
    sync(&scene.operator).await?;
    ensure!(picking_orders(&scene.operator).await?.len() == 3);
    sync(&scene.operator).await?;
    ensure!(picking_orders(&scene.operator).await?.len() == 3);
    Ok(())
}
