//! Orders nobody has sent: their goods are still here (amendments A and B).
//!
//! An import writes down what the store has deducted for them, for that explains its counts; from then on it is what
//! their shoppers still get.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::future::try_join_all;
use jiff::Timestamp;

use super::{Error, Result, Work};
use crate::{
    bigcommerce::{OrderFilter, StoreSettings},
    db::{Row, Tx, insert, list_of, select_in},
    domain::{
        configuration::StockDecrease,
        order::{Consignment, DEDUCTED_STATUS_IDS, OrderLine, StoreOrder},
    },
    warehouse::counts,
};

/// The lines of one order whose goods have not left.
type Lines = BTreeMap<i64, OpenLine>;

/// A line whose goods have not left.
#[derive(Clone, Copy, PartialEq, Eq)]
struct OpenLine {
    /// The product and the variant.
    of: (i64, i64),
    /// Units the shopper still gets.
    quantity: i64,
    /// Units the store keeps out of its count.
    deducted: i64,
    /// Units that it counts as sent.
    shipped: i64,
}

/// Whether the store deducts open orders, as configured or as it says; an error where it has more than one rule.
pub(super) async fn rule(work: &Work) -> Result<StoreSettings> {
    let decreases_when_placed = match work.configuration.stock_decrease {
        StockDecrease::FollowStore => {
            let settings = work.api.settings().await?;
            let apart = work.api.channels_apart(settings).await?;
            if !apart.is_empty() {
                let apart = apart.join(", ");
                return Err(Error::Missing(format!(
                    "these channels lower stock at another moment than the store does: {apart}. Give them the store's \
                     setting, or switch Stock decreased when order placed on or off"
                )));
            }
            settings.decreases_when_placed
        }
        StockDecrease::On => true,
        StockDecrease::Off => false,
    };
    Ok(StoreSettings { decreases_when_placed })
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
            affected.extend(known.values().chain(now.values()).map(|line| line.of));
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
    let imported = note_given_back(work, tx, orders).await?;
    for order in orders {
        let lines = open_lines(order, true);
        if lines.is_empty() {
            note_end(work, tx, order, &imported).await?;
        }
        replace(work, tx, order.id, &lines).await?;
    }
    Ok(())
}

/// Whether the store has given back all of an order to its count, also what has left.
fn is_given_back(order: &StoreOrder) -> bool {
    !order.is_archived && [4, 5].contains(&order.status_id)
}

/// Writes down what the store gave back of imported lines though it had left, or took again when an order was opened
/// again; returns the lines that this has dealt with.
async fn note_given_back(work: &Work, tx: &mut Tx, orders: &[StoreOrder]) -> Result<HashSet<i64>> {
    let given_back = list_of(orders.iter().filter(|order| is_given_back(order)).map(|order| order.id));
    let head = format!(
        "SELECT order_id, picking_order_id, line_id, given_back FROM picking_lines JOIN picking_orders \
         ON picking_orders.id = picking_order_id WHERE store_id = ? AND (given_back <> 0 OR order_id IN ({given_back}))"
    );
    let asked = orders.iter().filter(|order| !order.is_archived).map(|order| order.id.into()).collect();
    let rows = select_in(tx, &head, &[work.store.id.0], "order_id", asked).await?;
    let orders: HashMap<i64, &StoreOrder> = orders.iter().map(|order| (order.id, order)).collect();
    let mut imported = HashSet::new();
    for row in &rows {
        let row = Row(row, "picking_lines");
        let (order, line) = (orders[&row.int("order_id")?], row.int("line_id")?);
        let Some(now) = order.lines().find(|now| now.line_id == line) else { continue };
        let units = if is_given_back(order) { now.shipped } else { 0 };
        let more = units - row.int("given_back")?;
        if more != 0 {
            let update = "UPDATE picking_lines SET given_back = ? WHERE picking_order_id = ? AND line_id = ?";
            let update = tx.statement(update).bind(units).bind(row.int("picking_order_id")?).bind(line);
            tx.execute(update).await?;
            let of = (now.product_id, now.variant_id);
            counts::note_end(tx, work.store.id, of, (0, more)).await?;
        }
        imported.insert(line);
    }
    Ok(imported)
}

/// Writes down what the end of an order does to the store's count that nobody can see from the order afterwards.
async fn note_end(work: &Work, tx: &mut Tx, order: &StoreOrder, imported: &HashSet<i64>) -> Result<()> {
    let statement = tx
        .statement(
            "SELECT o.*, COALESCE((SELECT CAST(SUM(picked) AS BIGINT) FROM picking_lines JOIN picking_orders \
             ON picking_orders.id = picking_order_id WHERE picking_orders.store_id = o.store_id \
             AND picking_orders.order_id = o.order_id AND picking_lines.line_id = o.line_id), 0) AS picked \
             FROM open_order_lines o WHERE o.store_id = ? AND o.order_id = ?",
        )
        .bind(work.store.id.0)
        .bind(order.id);
    let before = tx.rows(statement).await?;
    if is_given_back(order) {
        let known = |line: &&OrderLine| !before.is_empty() && !imported.contains(&line.line_id);
        for line in order.lines().filter(|line| line.shipped > 0).filter(known) {
            let of = (line.product_id, line.variant_id);
            counts::note_end(tx, work.store.id, of, (0, line.shipped)).await?;
        }
        return Ok(());
    }
    let is_sent = !order.is_archived && [2, 10].contains(&order.status_id);
    for row in &before {
        let row = Row(row, "open_order_lines");
        let (line, picked) = (row.int("line_id")?, row.int("picked")?);
        let kept = match order.lines().find(|now| now.line_id == line) {
            // What was refunded stayed here, unless it was picked all the same.
            Some(now) if is_sent => now.refunded.min(now.quantity - picked),
            // What left or was given back before its end, no sync need have seen.
            Some(now) => now.deducted(),
            // Of an order that is gone, what was known is all that there is.
            None if order.lines().next().is_none() => row.int("deducted")?,
            None => 0,
        };
        if kept > 0 {
            let of = (row.int("product_id")?, row.int("variant_id")?);
            counts::note_end(tx, work.store.id, of, (kept, 0)).await?;
        }
    }
    Ok(())
}

async fn replace(work: &Work, tx: &mut Tx, order: i64, lines: &Lines) -> Result<()> {
    let delete = tx.statement("DELETE FROM open_order_lines WHERE store_id = ? AND order_id = ?");
    tx.execute(delete.bind(work.store.id.0).bind(order)).await?;
    put(work, tx, order, lines).await
}

/// Units of each item that the store has deducted, over all open orders; the condition is the store's number.
const DEDUCTED: &str = "SELECT item_id, CAST(SUM(deducted) AS BIGINT) AS units FROM (SELECT o.order_id, o.line_id, \
    o.deducted, MIN(b.item_id) AS item_id FROM open_order_lines o JOIN bindings b ON b.store_id = o.store_id \
    AND b.product_id = o.product_id AND (b.variant_id = o.variant_id OR o.variant_id = 0) \
    WHERE o.store_id = ? GROUP BY o.order_id, o.line_id, o.deducted) AS lines GROUP BY item_id";

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

/// The lines of an order whose goods are still here, with what the store has deducted for them.
fn lines(order: &StoreOrder, rule: StoreSettings) -> Lines {
    open_lines(order, rule.decreases_when_placed)
}

fn open_lines(order: &StoreOrder, is_deducted: bool) -> Lines {
    let awaits_pickup = order.awaits_pickup();
    if order.is_archived || !(awaits_pickup || DEDUCTED_STATUS_IDS.contains(&order.status_id)) {
        return Lines::new();
    }
    let is_here = |consignment: &&Consignment| !awaits_pickup || consignment.ship_to.is_empty();
    let open = |line: &OrderLine| OpenLine {
        of: (line.product_id, line.variant_id),
        quantity: line.promised(),
        deducted: if is_deducted { line.deducted() } else { 0 },
        shipped: line.shipped,
    };
    let lines = order.consignments.iter().filter(is_here).flat_map(|consignment| &consignment.lines);
    let lines = lines.filter(|line| line.product_id > 0).map(|line| (line.line_id, open(line)));
    lines.filter(|(_, line)| line.quantity > 0 || line.deducted > 0).collect()
}

async fn known(work: &Work, order: i64) -> Result<Lines> {
    let statement = work
        .db
        .statement("SELECT * FROM open_order_lines WHERE store_id = ? AND order_id = ?")
        .bind(work.store.id.0)
        .bind(order);
    let line = |row| {
        let row = Row(row, "open_order_lines");
        let open = OpenLine {
            of: (row.int("product_id")?, row.int("variant_id")?),
            quantity: row.int("quantity")?,
            deducted: row.int("deducted")?,
            shipped: row.int("shipped")?,
        };
        Ok((row.int("line_id")?, open))
    };
    work.db.rows(statement).await?.iter().map(line).collect()
}

async fn put(work: &Work, tx: &mut Tx, order: i64, lines: &Lines) -> Result<()> {
    let rows = lines.iter().map(|(line, open)| {
        [
            work.store.id.0.into(),
            order.into(),
            (*line).into(),
            open.of.0.into(),
            open.of.1.into(),
            open.quantity.into(),
            open.deducted.into(),
            open.shipped.into(),
        ]
    });
    let into =
        "open_order_lines (store_id, order_id, line_id, product_id, variant_id, quantity, deducted, shipped)";
    let again = "ON CONFLICT (store_id, order_id, line_id) DO UPDATE SET quantity = excluded.quantity, \
                 deducted = excluded.deducted, shipped = excluded.shipped, product_id = excluded.product_id, variant_id = excluded.variant_id";
    insert(tx, into, rows.collect(), again).await?;
    Ok(())
}
