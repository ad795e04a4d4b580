//! Counts of a store's variants: what the warehouse has, what the store says, what it was told.

use std::collections::HashMap;

use sqlx::any::AnyRow;

use crate::{
    db::{Db, Result, Row, Tx, insert},
    domain::{catalog::Tracking, run::RunId, stock::DayEnd, store::StoreId},
};

/// A tracked variant at the End of Day.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// The product and the variant.
    pub of: (i64, i64),
    /// How the store counts it.
    pub tracking: Tracking,
    /// What it amounts to.
    pub end: DayEnd,
    /// What the store shows, as far as this run knows: what it was told, or else what it said.
    pub in_store: Option<i64>,
}

/// Units of each item that are sold and here, and that are picked and unknown to the store.
#[derive(Clone, Debug, Default)]
pub struct Promised {
    reserved: HashMap<i64, i64>,
    unsent: HashMap<i64, i64>,
}

/// Units of a picking line that have left the shelf and that the store does not count as sent yet.
const GONE: &str = "SELECT picking_orders.order_id, picking_lines.line_id, picking_lines.item_id, \
    picking_lines.picked - COALESCE((SELECT CAST(SUM(units) AS BIGINT) FROM shipment_lines JOIN shipments \
    ON shipments.id = shipment_id WHERE shipments.picking_order_id = picking_orders.id AND state = 'SENT' \
    AND shipment_lines.line_id = picking_lines.line_id), 0) AS units FROM picking_lines \
    JOIN picking_orders ON picking_orders.id = picking_lines.picking_order_id WHERE picking_orders.store_id = ?";

/// What is promised of each item of a store that deducts its stock when an order is placed, or else when it is sent.
pub async fn promised(db: &Db, store: StoreId, deducts_when_placed: bool) -> Result<Promised> {
    let by_item = |rows: Vec<AnyRow>| -> Result<HashMap<i64, i64>> {
        let pair = |row| {
            let row = Row(row, "open_order_lines");
            Ok((row.int("item_id")?, row.int("units")?))
        };
        rows.iter().map(pair).collect()
    };
    if !deducts_when_placed {
        let sql = format!(
            "SELECT item_id, CAST(SUM(units) AS BIGINT) AS units FROM ({GONE}) AS gone \
             WHERE item_id IS NOT NULL AND units > 0 GROUP BY item_id"
        );
        let unsent = by_item(db.rows(db.statement(&sql).bind(store.0)).await?)?;
        return Ok(Promised { unsent, reserved: HashMap::new() });
    }
    let sql = format!(
        "SELECT item_id, CAST(SUM(units) AS BIGINT) AS units FROM (SELECT o.order_id, o.line_id, \
         MIN(b.item_id) AS item_id, MAX(CASE WHEN o.quantity > COALESCE(gone.units, 0) \
         THEN o.quantity - COALESCE(gone.units, 0) ELSE 0 END) AS units FROM open_order_lines o \
         JOIN bindings b ON b.store_id = o.store_id AND b.product_id = o.product_id \
         AND (b.variant_id = o.variant_id OR o.variant_id = 0) LEFT JOIN ({GONE} AND EXISTS (SELECT 1 \
         FROM open_order_lines AS still WHERE still.store_id = picking_orders.store_id \
         AND still.order_id = picking_orders.order_id)) AS gone \
         ON gone.order_id = o.order_id AND gone.line_id = o.line_id WHERE o.store_id = ? \
         GROUP BY o.order_id, o.line_id) AS lines GROUP BY item_id"
    );
    let reserved = by_item(db.rows(db.statement(&sql).bind(store.0).bind(store.0)).await?)?;
    Ok(Promised { reserved, unsent: HashMap::new() })
}

/// Some tracked variants beyond one, by product and variant, with what they amount to.
pub async fn page(
    db: &Db,
    (store, run, location): (StoreId, RunId, i64),
    promised: &Promised,
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<Counted>> {
    let statement = db
        .statement(
            "SELECT bindings.product_id, bindings.variant_id, item_id, tracking, \
             CAST((SELECT COALESCE(SUM(on_hand), 0) FROM inventory JOIN locations ON locations.id = location_id \
             WHERE inventory.item_id = bindings.item_id AND site_id = (SELECT site_id FROM locations WHERE id = ?)) \
             AS BIGINT) AS on_hand, CASE WHEN sent_in = ? THEN published WHEN read_in = ? THEN in_store END AS in_store \
             FROM bindings LEFT JOIN counts ON counts.store_id = bindings.store_id \
             AND counts.product_id = bindings.product_id AND counts.variant_id = bindings.variant_id \
             WHERE bindings.store_id = ? AND tracking <> 'NONE' AND (bindings.product_id > ? \
             OR (bindings.product_id = ? AND bindings.variant_id > ?)) \
             ORDER BY bindings.product_id, bindings.variant_id LIMIT ?",
        )
        .bind(location)
        .bind(run.0)
        .bind(run.0)
        .bind(store.0)
        .bind(after.0)
        .bind(after.0)
        .bind(after.1)
        .bind(limit);
    let counted = |row| {
        let row = Row(row, "counts");
        let item = row.int("item_id")?;
        Ok(Counted {
            of: (row.int("product_id")?, row.int("variant_id")?),
            tracking: row.word("tracking", Tracking::from_word)?,
            end: DayEnd {
                on_hand: row.int("on_hand")?,
                reserved: promised.reserved.get(&item).copied().unwrap_or_default(),
                unsent: promised.unsent.get(&item).copied().unwrap_or_default(),
            },
            in_store: row.maybe_int("in_store")?,
        })
    };
    db.rows(statement).await?.iter().map(counted).collect()
}

/// Writes down what the store says it has.
pub async fn note_read(tx: &mut Tx, of: (StoreId, RunId), counts: Vec<((i64, i64), i64)>) -> Result<()> {
    note(tx, of, ("in_store", "read_in"), counts).await
}

/// Writes down what the store was told.
pub async fn note_sent(tx: &mut Tx, of: (StoreId, RunId), counts: Vec<((i64, i64), i64)>) -> Result<()> {
    note(tx, of, ("published", "sent_in"), counts).await
}

async fn note(
    tx: &mut Tx,
    (store, run): (StoreId, RunId),
    (count, by): (&str, &str),
    counts: Vec<((i64, i64), i64)>,
) -> Result<()> {
    let rows = counts.into_iter().map(|((product, variant), units)| {
        [store.0.into(), product.into(), variant.into(), units.into(), run.0.into()]
    });
    let into = format!("counts (store_id, product_id, variant_id, {count}, {by})");
    let again = format!(
        "ON CONFLICT (store_id, product_id, variant_id) DO UPDATE SET {count} = excluded.{count}, {by} = excluded.{by}"
    );
    insert(tx, &into, rows.collect(), &again).await.map(drop)
}
