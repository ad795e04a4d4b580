//! Orders nobody has sent: their goods are still here (amendments A and B).
//!
//! An import writes down what the store has deducted for them, for that explains its counts; from then on it is what
//! their shoppers still get.

use std::collections::{BTreeMap, HashMap};

use futures::future::try_join_all;
use jiff::Timestamp;

use super::{Result, Work};
use crate::{
    bigcommerce::{OrderFilter, StoreSettings},
    db::{Row, Tx, insert},
    domain::{
        configuration::StockDecrease,
        order::{DEDUCTED_STATUS_IDS, OrderLine, StoreOrder},
    },
};

/// Deducted units of each line, by product and variant, of one order.
type Lines = BTreeMap<i64, (i64, i64, i64)>;

/// Whether, and how, the store deducts open orders, as configured or as the store says.
pub(super) async fn rule(work: &Work) -> Result<StoreSettings> {
    let mut settings = work.api.settings().await?;
    match work.configuration.stock_decrease {
        StockDecrease::FollowStore => {}
        StockDecrease::On => settings.decreases_when_placed = true,
        StockDecrease::Off => settings.decreases_when_placed = false,
    }
    Ok(settings)
}

/// Reads every order the store has deducted; replaces what was known of them.
pub(super) async fn read_all(
    work: &Work,
    tx: &mut Tx,
    rule: StoreSettings,
    orders: Vec<StoreOrder>,
) -> Result<()> {
    let delete = tx.statement("DELETE FROM open_order_lines WHERE store_id = ?").bind(work.store.id.0);
    tx.execute(delete).await?;
    for order in &orders {
        put(work, tx, order.id, &lines(order, rule)).await?;
    }
    Ok(())
}

/// The orders in every status the store deducts.
pub(super) async fn fetch_all(work: &Work) -> Result<Vec<StoreOrder>> {
    let statuses = DEDUCTED_STATUS_IDS.map(|status| fetch(work, OrderFilter::Status(status)));
    Ok(try_join_all(statuses).await?.concat())
}

/// Orders changed since an instant of the store's clock, whatever their status.
pub(super) async fn fetch_changed(work: &Work, since: Timestamp) -> Result<Vec<StoreOrder>> {
    fetch(work, OrderFilter::ChangedSince(since)).await
}

async fn fetch(work: &Work, filter: OrderFilter) -> Result<Vec<StoreOrder>> {
    let mut orders: Vec<StoreOrder> = Vec::new();
    let mut next = 1;
    loop {
        // What cannot be read is parked by the sync, which reads the same orders.
        let page = work.api.orders(filter, next).await?;
        orders.extend(page.orders);
        match page.last_id {
            Some(last) if page.more => next = last + 1,
            _ => return Ok(orders),
        }
    }
}

/// The products and variants whose deducted units these orders change.
pub(super) async fn affected(
    work: &Work,
    rule: StoreSettings,
    orders: &[StoreOrder],
) -> Result<Vec<(i64, i64)>> {
    let mut affected = Vec::new();
    for order in orders {
        let known = known(work, order.id).await?;
        let now = lines(order, rule);
        if known != now {
            affected
                .extend(known.values().chain(now.values()).map(|(product, variant, _)| (*product, *variant)));
        }
    }
    affected.sort_unstable();
    affected.dedup();
    Ok(affected)
}

/// Replaces what was known of some orders by what the store has deducted for them.
pub(super) async fn take_over(
    work: &Work,
    tx: &mut Tx,
    rule: StoreSettings,
    orders: &[StoreOrder],
) -> Result<()> {
    for order in orders {
        replace(work, tx, order.id, &lines(order, rule)).await?;
    }
    Ok(())
}

/// Replaces what was known of some orders by what their shoppers still get, whenever the store deducts it.
pub(super) async fn take_promises(work: &Work, tx: &mut Tx, orders: &[StoreOrder]) -> Result<()> {
    for order in orders {
        replace(work, tx, order.id, &open_lines(order, OrderLine::promised)).await?;
    }
    Ok(())
}

async fn replace(work: &Work, tx: &mut Tx, order: i64, lines: &Lines) -> Result<()> {
    let delete = tx.statement("DELETE FROM open_order_lines WHERE store_id = ? AND order_id = ?");
    tx.execute(delete.bind(work.store.id.0).bind(order)).await?;
    put(work, tx, order, lines).await
}

/// Units of each item that the store has deducted, over all open orders; the condition is the store's number.
const DEDUCTED: &str = "SELECT item_id, CAST(SUM(quantity) AS BIGINT) AS units FROM (SELECT o.order_id, o.line_id, \
    o.quantity, MIN(b.item_id) AS item_id FROM open_order_lines o JOIN bindings b ON b.store_id = o.store_id \
    AND b.product_id = o.product_id AND (b.variant_id = o.variant_id OR o.variant_id = 0) \
    WHERE o.store_id = ? GROUP BY o.order_id, o.line_id, o.quantity) AS lines GROUP BY item_id";

/// Units of each item that the store has deducted, as committed.
pub(super) async fn deducted(work: &Work) -> Result<HashMap<i64, i64>> {
    by_item(&work.db.rows(work.db.statement(DEDUCTED).bind(work.store.id.0)).await?)
}

/// Units of each item that the store has deducted, as this transaction sees it.
pub(super) async fn deducted_in(work: &Work, tx: &mut Tx) -> Result<HashMap<i64, i64>> {
    let statement = tx.statement(DEDUCTED).bind(work.store.id.0);
    by_item(&tx.rows(statement).await?)
}

fn by_item(rows: &[sqlx::any::AnyRow]) -> Result<HashMap<i64, i64>> {
    let pair = |row| {
        let row = Row(row, "open_order_lines");
        Ok((row.int("item_id")?, row.int("units")?))
    };
    rows.iter().map(pair).collect()
}

/// What the store has deducted for an order whose goods are still here.
fn lines(order: &StoreOrder, rule: StoreSettings) -> Lines {
    if rule.decreases_when_placed { open_lines(order, OrderLine::deducted) } else { Lines::new() }
}

fn open_lines(order: &StoreOrder, units: impl Fn(&OrderLine) -> i64) -> Lines {
    if order.is_archived || !DEDUCTED_STATUS_IDS.contains(&order.status_id) {
        return Lines::new();
    }
    order
        .lines()
        .map(|line| (line, units(line)))
        .filter(|(line, units)| *units > 0 && line.product_id > 0)
        .map(|(line, units)| (line.line_id, (line.product_id, line.variant_id, units)))
        .collect()
}

async fn known(work: &Work, order: i64) -> Result<Lines> {
    let statement = work
        .db
        .statement("SELECT * FROM open_order_lines WHERE store_id = ? AND order_id = ?")
        .bind(work.store.id.0)
        .bind(order);
    let line = |row| {
        let row = Row(row, "open_order_lines");
        Ok((row.int("line_id")?, (row.int("product_id")?, row.int("variant_id")?, row.int("quantity")?)))
    };
    work.db.rows(statement).await?.iter().map(line).collect()
}

async fn put(work: &Work, tx: &mut Tx, order: i64, lines: &Lines) -> Result<()> {
    let rows = lines.iter().map(|(line, (product, variant, units))| {
        [
            work.store.id.0.into(),
            order.into(),
            (*line).into(),
            (*product).into(),
            (*variant).into(),
            (*units).into(),
        ]
    });
    let into = "open_order_lines (store_id, order_id, line_id, product_id, variant_id, quantity)";
    let again = "ON CONFLICT (store_id, order_id, line_id) DO UPDATE SET quantity = excluded.quantity, \
                 product_id = excluded.product_id, variant_id = excluded.variant_id";
    insert(tx, into, rows.collect(), again).await?;
    Ok(())
}
