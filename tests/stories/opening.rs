//! The first evening of a store that has sold before: what is imported, what is to be picked, what is published.
//!
//! Worked by hand (spec amendments A to C). A shelf is what lies in the warehouse; the store shows what it has not sold,
//! or all of it where it deducts when it sends.
//!
//! - **A**: whatever the store has deducted and nobody has sent is not for sale, also where nobody may pick it yet.
//! - **B**: imported on hand = the store's count + what it has deducted and nobody has sent, so that it is the shelf.
//! - **C**: only the configured location counts, by what is on hand there and never by what is available to sell.

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{RunState, SyncRequest};
use plugin_host_tests::{
    harness::Engine,
    sandbox::{
        Catalogue,
        store::{NewOrder, NewShipment, Product, StockBehavior, Store, status},
    },
};

use crate::{
    daily::{end_of_day, in_store, picking_orders, reconcile, why},
    scene::Scene,
};

crate::on_both_databases! {
    the_first_evening_of_a_store_that_deducts_when_an_order_is_placed
    the_first_evening_of_a_store_that_deducts_when_it_sends
}

/// What became of an order for an item before anything was connected.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sold {
    Nothing,
    /// So many, in this status.
    In(u8, u32),
    /// So many, of which one has left.
    OneLeft(u32),
}
use Sold::{In, Nothing, OneLeft};

/// An item, from the delivery to the end of the first day.
#[derive(Debug)]
struct Line {
    sku: &'static str,
    /// Units delivered to the warehouse, and to the outlet that is none of our business.
    delivered: i64,
    outlet: i64,
    /// What the store keeps back from shoppers at the warehouse's location.
    safety: i32,
    sold: Sold,
    /// What the store shows at the configured location when it is connected.
    shows: i64,
    /// What is imported; where there is nothing, the site keeps no record.
    imported: i64,
    /// What the first sync asks to be picked.
    to_pick: i64,
    /// What the store shows after End of Day.
    published: i64,
    /// What the report of the import says about it, or the one of End of Day.
    said: &'static str,
}

const fn line(
    sku: &'static str,
    (delivered, outlet, safety): (i64, i64, i32),
    sold: Sold,
    (shows, imported, to_pick, published): (i64, i64, i64, i64),
    said: &'static str,
) -> Line {
    Line { sku, delivered, outlet, safety, sold, shows, imported, to_pick, published, said }
}

/// A store that deducts when an order is placed.
///
/// | Item  | Why its numbers are what they are |
/// |-------|-----------------------------------|
/// | TENT  | 10 on the shelf, 2 sold and not sent: the store shows 8. Import 8 + 2 = 10, pick 2, publish 10 − 2 = 8. |
/// | STOVE | All 3 are sold and still here: the store shows 0. Import 0 + 3 = 3, pick 3, publish 3 − 3 = 0. |
/// | ROPE  | Sold out and nothing promised: no record is kept, and 0 is published all the same. |
/// | LAMP  | 4 are kept back in the store, which offers 11 − 4 = 7. Import 11 + 1 = 12, not 7 + 1; publish 12 − 1 = 11. |
/// | MUG   | 9 more in the outlet: neither imported nor published, but named. |
/// | HAT   | 2 wait for their payment: deducted, so import 3 + 2 = 5; nobody picks them, but 5 − 2 = 3 are for sale. |
/// | MAP   | 1 is verified by hand, the same: import 3 + 1 = 4, pick none, publish 3. |
/// | CUP   | 4 sold and 1 of them sent: 9 are here, the store shows 6. Import 6 + 3 = 9, pick 3, publish 9 − 3 = 6. |
/// | PEN   | 2 sold and sent: the store shows 5, and 5 are here. |
/// | BAG   | 3 sold of 2: the store shows −1. Import −1 + 3 = 2, pick 3, publish 0 and name the shortage. |
/// | CAP   | An order that was never paid for has taken nothing. |
const PLACED: [Line; 11] = [
    //     delivered, outlet, safety                                       shows, imported, to pick, published
    line("TENT", (10, 0, 0), In(status::AWAITING_FULFILLMENT, 2), (8, 10, 2, 8), "ADDED_BACK"),
    line("STOVE", (3, 0, 0), In(status::AWAITING_SHIPMENT, 3), (0, 3, 3, 0), "ADDED_BACK"),
    line("ROPE", (0, 0, 0), Nothing, (0, 0, 0, 0), "ZERO_QUANTITY"),
    line("LAMP", (12, 0, 4), In(status::AWAITING_FULFILLMENT, 1), (11, 12, 1, 11), "ADDED_BACK"),
    line("MUG", (6, 9, 0), Nothing, (6, 6, 0, 6), "OTHER_LOCATION"),
    line("HAT", (5, 0, 0), In(status::AWAITING_PAYMENT, 2), (3, 5, 0, 3), "ADDED_BACK"),
    line("MAP", (4, 0, 0), In(status::MANUAL_VERIFICATION, 1), (3, 4, 0, 3), "ADDED_BACK"),
    line("CUP", (10, 0, 0), OneLeft(4), (6, 9, 3, 6), "ADDED_BACK"),
    line("PEN", (7, 0, 0), In(status::SHIPPED, 2), (5, 5, 0, 5), ""),
    line("BAG", (2, 0, 0), In(status::AWAITING_FULFILLMENT, 3), (-1, 2, 3, 0), "SHORTAGE"),
    line("CAP", (4, 0, 0), In(status::INCOMPLETE, 1), (4, 4, 0, 4), ""),
];

/// A store that deducts when it sends: what is sold and still here is still in its count, so nothing is added back, and
/// what End of Day publishes goes on containing it.
const SENT: [Line; 5] = [
    line("TENT", (10, 0, 0), In(status::AWAITING_FULFILLMENT, 2), (10, 10, 2, 10), ""),
    line("STOVE", (3, 0, 0), In(status::AWAITING_SHIPMENT, 3), (3, 3, 3, 3), ""),
    line("ROPE", (0, 0, 0), Nothing, (0, 0, 0, 0), "ZERO_QUANTITY"),
    line("MUG", (6, 9, 0), Nothing, (6, 6, 0, 6), "OTHER_LOCATION"),
    line("CUP", (10, 0, 0), OneLeft(4), (9, 9, 3, 9), ""),
];

async fn the_first_evening_of_a_store_that_deducts_when_an_order_is_placed(
    engine: Engine,
) -> anyhow::Result<()> {
    first_evening(engine, StockBehavior::OrderPlaced, &PLACED).await
}

async fn the_first_evening_of_a_store_that_deducts_when_it_sends(engine: Engine) -> anyhow::Result<()> {
    first_evening(engine, StockBehavior::OrderCompletedOrShipped, &SENT).await
}

async fn first_evening(engine: Engine, behavior: StockBehavior, lines: &[Line]) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(0)).await?;
    let variants = scene.store.with_store(|store| {
        store.surroundings.inventory_settings.update_stock_behavior = behavior;
        lines.iter().map(|line| sell(store, line)).collect::<anyhow::Result<Vec<_>>>()
    })?;
    let shown = |line: &Line, variant: u32, units: i64, when: &str| {
        let shows = in_store(&scene.store, variant);
        ensure!(shows == Some(units), "{when}, the store shows {shows:?} of {line:?}");
        Ok(())
    };

    let dry = scene.operator.import_and_wait(true).await?;
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let records = scene.operator.inventory().await?;
    for (line, variant) in lines.iter().zip(&variants) {
        shown(line, *variant, line.shows, "before anything was sent")?;
        let of_item = records.iter().find(|record| record.item_number == line.sku);
        let imported = of_item.map(|record| record.on_hand);
        ensure!(imported == Some(line.imported).filter(|units| *units > 0), "{imported:?} of {line:?}");
    }
    let units: i64 = lines.iter().map(|line| line.imported).sum();
    for report in [scene.operator.report(dry.run_id).await?, scene.operator.report(run.run_id).await?] {
        let check = report.checks.iter().find(|check| check.name == "Units on hand").context("units")?;
        ensure!((check.store, check.warehouse, check.agrees) == (units, units, true), "{check:?}");
    }

    let sync = scene.operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner().run;
    scene.operator.wait(sync.context("there is a run")?.run_id).await?;
    let orders = picking_orders(&scene.operator).await?;
    for line in lines {
        let asked = orders.iter().flat_map(|order| &order.lines).filter(|one| one.item_number == line.sku);
        let to_pick: i64 = asked.map(|one| one.ordered - one.picked).sum();
        ensure!(to_pick == line.to_pick, "{to_pick} are to be picked of {line:?}");
    }

    let evening = end_of_day(&scene.operator, false).await?;
    ensure!(evening.state() == RunState::Complete, "{evening:?}");
    for (line, variant) in lines.iter().zip(&variants) {
        shown(line, *variant, line.published, "in the evening")?;
        let outlet = scene.store.with_store(|store| store.stock(*variant, 2));
        ensure!(outlet == Some(line.outlet), "the outlet is nobody's business: {outlet:?} of {line:?}");
        let explained = why(&scene.operator, line.sku).await?;
        ensure!(explained.on_hand == line.imported && explained.sellable == line.published, "{explained:?}");
        if !line.said.is_empty() {
            let run = if line.said == "SHORTAGE" { &evening } else { &run };
            let said = scene.operator.exceptions(run.run_id, line.said).await?;
            let product = scene.store.with_store(|store| {
                store.shelf().variant(*variant).map(|(product, _)| format!("product {},", product.id))
            });
            let product = product.context("it is there")?;
            ensure!(said.iter().any(|one| one.record.starts_with(&product)), "{line:?}: {said:?}");
        }
    }
    let compared = reconcile(&scene.operator).await?;
    let report = scene.operator.report(compared.run_id).await?;
    ensure!(report.exceptions.is_empty() && report.checks.iter().all(|check| check.agrees), "{report:?}");
    Ok(())
}

/// Puts an item into the store, and lets it be sold as the line says; returns its variant.
fn sell(store: &mut Store, line: &Line) -> anyhow::Result<u32> {
    let product = store.insert_product(Product::new(line.sku, line.sku));
    let variant = store.shelf().product(product).context("it was added")?.variants[0].id;
    store.set_stock(variant, 1, line.delivered);
    store.set_stock(variant, 2, line.outlet);
    store.edit_product(product, |product| product.variants[0].levels[0].safety_stock = line.safety);
    let (status, units) = match line.sold {
        Nothing => return Ok(variant),
        In(status, units) => (status, units),
        OneLeft(units) => (status::AWAITING_FULFILLMENT, units),
    };
    let order = store.place_order(NewOrder::paid([(variant, units)]).in_status(status));
    if let OneLeft(_) = line.sold {
        let (row, address) = (store.orders()[&order].lines[0].id, store.orders()[&order].consignments[0].id);
        let sent = store.ship(order, NewShipment::of(address, [(row, 1)]));
        ensure!(sent.is_ok(), "{sent:?}");
    }
    Ok(variant)
}
