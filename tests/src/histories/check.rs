//! What must be true once everything has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use plugin_host_proto::v1::{
    InventoryRecord, ParkedRecord, PickingOrder, PickingOrderState, Run, RunState, ShipmentState,
};

use super::{
    model::{Line, Model, Order, Standing},
    places::PLACE,
    published,
    staff::{is_pickup, packed},
    world::{Result, World, broken},
};

/// Lets everything come to rest and looks at what there is.
pub(super) async fn after_quiet(world: &mut World) -> Result<()> {
    world.say("everything comes to rest");
    world.disarm();
    // The server's clock may have been put back, and lost answers are waited for.
    world.catch_up().await;
    world.idle().await?;
    calm(world.sync().await?)?;
    if world.shop.shipments == 0 {
        let orders = world.model().orders.len();
        for order in 0..orders {
            world.ship(order).await?;
        }
    }
    calm(world.day().await?)?;
    world.idle().await?;
    world.look();
    published::nothing_differs(world).await?;
    let picking_orders = world.picking_orders().await?;
    let parked = world.operator.parked().await?;
    stock(world).await?;
    let known = world.items().await?;
    let model = world.model().clone();
    for order in &model.orders {
        let of_order: Vec<_> =
            picking_orders.iter().filter(|one| one.order_id == i64::from(order.id)).collect();
        check_order(order, &of_order, &parked, |line: &Line| {
            known.contains_key(&model.goods[line.good].variants[0])
        })?;
    }
    shipments(world, &model, &picking_orders, &parked)?;
    bound(&model, &known, &parked)
}

/// A run that nothing disturbs does not fail.
fn calm(run: Run) -> Result<()> {
    if run.state() == RunState::Failed {
        return broken("an undisturbed run does not fail", run.problem);
    }
    Ok(())
}

/// Every product that the store sells has an item, or a person is told why not.
fn bound(model: &Model, known: &BTreeMap<u32, String>, parked: &[ParkedRecord]) -> Result<()> {
    for (number, good) in model.goods.iter().enumerate() {
        let told = parked.iter().any(|record| record.record.contains(&format!("product {}", good.product)));
        if !good.vanished && !good.variants.iter().all(|variant| known.contains_key(variant)) && !told {
            return broken("nothing is lost", format!("{} has no item", Model::name(number)));
        }
    }
    Ok(())
}

/// What the warehouse has on hand is what is on the shelf, place by place.
pub(super) async fn stock(world: &mut World) -> Result<()> {
    let known = world.items().await?;
    let records = world.operator.inventory().await?;
    let model = world.model().clone();
    for (number, good) in model.goods.iter().enumerate() {
        let Some(item) = known.get(&good.variants[0]) else { continue };
        if good.variants.iter().any(|variant| known.get(variant).is_some_and(|other| other != item)) {
            return broken("variants that share a count are one item", format!("{good:?}: {known:?}"));
        }
        for ((site, location), shelf) in PLACE.iter().zip(good.shelf) {
            let of = |record: &&InventoryRecord| {
                record.item_number == *item && record.site == *site && record.location == *location
            };
            let on_hand = records.iter().find(of).map_or(0, |record| record.on_hand);
            if on_hand != shelf {
                let name = Model::name(number);
                let detail =
                    format!("{name} ({item}) in {site}/{location}: {on_hand} on hand, {shelf} there");
                return broken("what is on hand is on the shelf", detail);
            }
        }
    }
    Ok(())
}

fn check_order(
    order: &Order,
    picking_orders: &[&PickingOrder],
    parked: &[ParkedRecord],
    has_item: impl Fn(&Line) -> bool,
) -> Result<()> {
    let describe = || format!("order {} in status {}: {order:?}, {picking_orders:?}", order.id, order.status);
    let consignments: BTreeSet<i64> = picking_orders.iter().map(|one| one.consignment_id).collect();
    if consignments.len() != picking_orders.len() {
        return broken("an order is imported once", describe());
    }
    let of_order = format!("order {}", order.id);
    let names = |record: &&ParkedRecord| {
        record.record == of_order || record.record.starts_with(&format!("{of_order},"))
    };
    let is_told = parked.iter().any(|record| names(&record));
    for line in &order.lines {
        let found: Vec<_> = picking_orders
            .iter()
            .flat_map(|one| one.lines.iter().map(move |line| (one, line)))
            .filter(|(_, found)| found.line_id == i64::from(line.id))
            .collect();
        let picked: i64 = found.iter().map(|(_, found)| found.picked).sum();
        if found.len() > 1 || picked != line.picked {
            return broken("a pick is kept, once", describe());
        }
        let state = found.first().map(|(one, _)| one.state());
        let to_pick = found.first().map_or(0, |(_, found)| found.ordered - found.picked);
        let fits = match order.standing() {
            Standing::Paid | Standing::PartlyRefunded if line.to_take() > 0 => match state {
                Some(PickingOrderState::Open) => to_pick == line.to_take(),
                Some(PickingOrderState::OnHold) => {
                    let same = |other: &&Line| other.consignment == line.consignment;
                    is_told && order.lines.iter().filter(same).any(|line| !has_item(line))
                }
                Some(PickingOrderState::Closed | PickingOrderState::Cancelled) => {
                    is_told || order.closed.contains(&i64::from(line.consignment))
                }
                // One that was refunded in part before it was first read waits for a person.
                None if order.standing() == Standing::PartlyRefunded => is_told,
                _ => is_told,
            },
            Standing::Paid | Standing::PartlyRefunded => {
                (line.surplus() == 0 || is_told) && (state != Some(PickingOrderState::Open) || to_pick == 0)
            }
            Standing::Waits => state != Some(PickingOrderState::Open),
            Standing::Ended | Standing::Done | Standing::Unplaced => {
                let for_nothing =
                    order.standing() == Standing::Ended && line.picked > line.sent - line.before;
                !matches!(state, Some(PickingOrderState::Open | PickingOrderState::OnHold))
                    && (!for_nothing || is_told)
            }
        };
        // Nobody but the warehouse or a person of the store says so of an order.
        if order.status == 10 && !order.collected && line.to_take() > 0 {
            return broken("an order is completed when all of it is picked", describe());
        }
        if !fits {
            return broken("an order is picked as the shopper wants it, or a person is told", describe());
        }
    }
    Ok(())
}

fn shipments(
    world: &World,
    model: &Model,
    picking_orders: &[PickingOrder],
    parked: &[ParkedRecord],
) -> Result<()> {
    for (number, order) in model.orders.iter().enumerate() {
        let of_order: Vec<_> =
            picking_orders.iter().filter(|one| one.order_id == i64::from(order.id)).collect();
        let asked: Vec<_> = model.asked.iter().filter(|asked| asked.order == number).collect();
        let mut in_store: BTreeMap<i64, BTreeMap<i64, i64>> = world.sandbox.with_store(|store| {
            let shipments =
                store.orders().get(&order.id).map(|order| order.shipments.clone()).unwrap_or_default();
            let lines = |items: Vec<(u32, u32)>| {
                items.into_iter().map(|(line, units)| (i64::from(line), i64::from(units))).collect()
            };
            shipments.into_iter().map(|shipment| (i64::from(shipment.id), lines(shipment.items))).collect()
        });
        let describe = |what: &str| format!("order {}, {what}: {asked:?}, {of_order:?}", order.id);
        let before = usize::from(order.lines.iter().any(|line| line.before > 0));
        let ours: Vec<_> = of_order.iter().flat_map(|one| &one.shipments).collect();
        if ours.len() != asked.len() {
            return broken("a shipment is kept, once", describe("asked for and kept differ"));
        }
        for one in &of_order {
            left_behind(world.shop.shipments, order, one)?;
            let asked_of = asked.iter().filter(|asked| asked.consignment == one.consignment_id);
            for (shipment, asked) in one.shipments.iter().zip(asked_of) {
                let lines: BTreeMap<i64, i64> =
                    shipment.lines.iter().map(|line| (line.line_id, line.units)).collect();
                match shipment.state() {
                    ShipmentState::Sent if lines == asked.lines => {
                        if in_store.remove(&shipment.store_shipment_id) != Some(lines) {
                            return broken("a shipment is in the store", describe("it is not there"));
                        }
                    }
                    ShipmentState::Refused if asked.refusable => {
                        let told = |record: &ParkedRecord| record.reason == "SHIPMENT_REFUSED";
                        if !parked.iter().any(told) {
                            return broken("a refused shipment is told", describe("refused"));
                        }
                    }
                    ShipmentState::Refused => {
                        return broken("a shipment is refused for a reason", describe("refused"));
                    }
                    _ => return broken("a shipment gets there", describe("not there")),
                }
            }
        }
        if in_store.len() != before {
            return broken("a shipment is in the store once", describe(&format!("left over: {in_store:?}")));
        }
    }
    Ok(())
}

/// What is picked is reported to the store as people chose, as long as the shopper still wants it; where more of one line
/// was picked than that, the whole order is for a person.
fn left_behind(rule: u8, order: &Order, of: &PickingOrder) -> Result<()> {
    let is_due = match rule {
        0 => false,
        1 => of.state() == PickingOrderState::Closed,
        _ => true,
    };
    let is_refused = of.shipments.iter().any(|shipment| shipment.state() == ShipmentState::Refused);
    if !is_due || is_refused || is_pickup(of) || order.put_back || !order.is_promised() {
        return Ok(());
    }
    let left = packed(&of.lines, &of.shipments);
    let lines: Vec<&Line> =
        order.lines.iter().filter(|line| i64::from(line.consignment) == of.consignment_id).collect();
    let has_surplus = lines.iter().any(|line| line.surplus() > 0);
    if !has_surplus && lines.iter().any(|line| line.picked > 0 && left.contains_key(&i64::from(line.id))) {
        return broken("what is picked is reported as sent", format!("{order:?}, {of:?}"));
    }
    Ok(())
}
