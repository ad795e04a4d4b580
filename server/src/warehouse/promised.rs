//! What is promised to shoppers: sold and still here, or picked and unknown to the store.

use std::collections::{HashMap, HashSet};

use crate::{
    db::{Db, Result, Row, list_of},
    domain::store::StoreId,
};

/// Whose orders count, and how the store deducts its stock.
#[derive(Clone, Debug)]
pub struct Whose {
    /// The store.
    pub store: StoreId,
    /// Whether it deducts when an order is placed, or else when it is sent.
    pub deducts_when_placed: bool,
    /// Other stores of the division whose orders count too (OQ-16).
    pub others: Vec<StoreId>,
}

/// Units of each item that are sold and here, and that are picked and unknown to the store.
#[derive(Clone, Debug, Default)]
pub struct Promised {
    /// What shoppers still get, and what the stores keep out of their counts for them.
    reserved: HashMap<i64, (i64, i64)>,
    unsent: HashMap<i64, (i64, i64)>,
    for_nothing: HashMap<i64, (i64, i64)>,
    kept: HashMap<i64, (i64, i64)>,
    picked: HashMap<i64, i64>,
    in_doubt: HashSet<i64>,
}

/// Units of an item that an order has promised.
#[derive(Clone, Debug)]
pub struct PromisedTo {
    /// The store.
    pub store: StoreId,
    /// The order.
    pub order: i64,
    /// Number of its picking order; empty where there is none.
    pub number: String,
    /// Units taken away from what can be sold; negative where they are added.
    pub units: i64,
}

impl Promised {
    /// Units of an item that are sold and still here.
    pub fn reserved(&self, item: i64) -> i64 {
        self.reserved.get(&item).map_or(0, |(units, _)| *units)
    }

    /// Units of an item that the store has deducted and that are still here, also those that were refunded.
    pub fn deducted(&self, item: i64) -> i64 {
        self.reserved.get(&item).map_or(0, |(_, units)| *units)
    }

    /// Units of an item that were picked for the store's orders and that nobody wants any more.
    pub fn for_nothing(&self, item: i64) -> i64 {
        self.for_nothing.get(&item).map_or(0, |(units, _)| *units)
    }

    /// Units of an item that the store kept out of its count for orders which ended, less those it gave back unduly.
    pub fn kept(&self, item: i64) -> i64 {
        self.kept.get(&item).map_or(0, |(_, units)| *units)
    }

    /// Units of an item that were picked for the store's orders, since ever.
    pub fn picked(&self, item: i64) -> i64 {
        self.picked.get(&item).copied().unwrap_or_default()
    }

    /// Whether nobody knows yet if the store has deducted units of an item, for the answer to a shipment was lost.
    pub fn is_in_doubt(&self, item: i64) -> bool {
        self.in_doubt.contains(&item)
    }

    /// Units of an item that were picked and that the store will deduct once it hears of it.
    pub fn unsent(&self, item: i64) -> i64 {
        self.unsent.get(&item).map_or(0, |(units, _)| *units)
    }
}

/// Units of open lines that have left the shelf and that the store did not count as sent when the lines were read.
///
/// Of a shipment whose answer was lost, those count as sent which the store's own sum leaves room for: whether it has
/// taken the shipment over by then or not, its units are neither sold again nor kept back twice.
fn gone(stores: &str) -> String {
    let shipped = |state: &str| {
        format!(
            "COALESCE((SELECT CAST(SUM(units) AS BIGINT) FROM shipment_lines JOIN shipments ON shipments.id = shipment_id \
             WHERE shipments.picking_order_id = picking_orders.id AND shipments.state = '{state}' \
             AND shipment_lines.line_id = picking_lines.line_id), 0)"
        )
    };
    let (sent, tried) = (shipped("SENT"), shipped("TRIED"));
    format!(
        "SELECT store_id, order_id, line_id, picked - sent - CASE WHEN shipped <= sent THEN 0 \
         WHEN shipped - sent < tried THEN shipped - sent ELSE tried END AS units \
         FROM (SELECT o.store_id, o.order_id, o.line_id, o.shipped - shipped_before AS shipped, picking_lines.picked, {sent} AS sent, \
         {tried} AS tried FROM open_order_lines o JOIN picking_orders ON picking_orders.store_id = o.store_id \
         AND picking_orders.order_id = o.order_id JOIN picking_lines ON picking_lines.picking_order_id = picking_orders.id \
         AND picking_lines.line_id = o.line_id WHERE o.store_id IN ({stores})) AS moved"
    )
}

/// What the stores have deducted and is still here: store, order, item, units of each line.
fn reserved(stores: &str) -> String {
    let gone = gone(stores);
    format!(
        "SELECT o.store_id, o.order_id, o.line_id, MIN(b.item_id) AS item_id, \
         MAX(CASE WHEN o.quantity > COALESCE(gone.units, 0) THEN o.quantity - COALESCE(gone.units, 0) ELSE 0 END) \
         AS units, MAX(CASE WHEN o.deducted > COALESCE(gone.units, 0) THEN o.deducted - COALESCE(gone.units, 0) \
         ELSE 0 END) AS deducted FROM open_order_lines o JOIN bindings b ON b.store_id = o.store_id \
         AND b.product_id = o.product_id AND (b.variant_id = o.variant_id OR o.variant_id = 0) \
         LEFT JOIN ({gone}) AS gone \
         ON gone.store_id = o.store_id AND gone.order_id = o.order_id AND gone.line_id = o.line_id \
         WHERE o.store_id IN ({stores}) GROUP BY o.store_id, o.order_id, o.line_id"
    )
}

/// What was picked for shoppers and will be deducted when it is sent: store, order, item, units of each line.
///
/// No more than the shopper still gets: the store never deducts what was picked for nothing.
fn unsent(stores: &str) -> String {
    let gone = gone(stores);
    format!(
        "SELECT o.store_id, o.order_id, o.line_id, MIN(b.item_id) AS item_id, \
         MAX(CASE WHEN gone.units < o.quantity THEN gone.units ELSE o.quantity END) AS units, 0 AS deducted \
         FROM open_order_lines o JOIN bindings b ON b.store_id = o.store_id \
         AND b.product_id = o.product_id AND (b.variant_id = o.variant_id OR o.variant_id = 0) \
         JOIN ({gone}) AS gone ON gone.store_id = o.store_id AND gone.order_id = o.order_id \
         AND gone.line_id = o.line_id WHERE o.store_id IN ({stores}) GROUP BY o.store_id, o.order_id, o.line_id"
    )
}

/// What was picked for a store's orders and is not wanted any more: store, order, item, units of each line.
///
/// The store has taken it back into its count, or never took it out; people put it back and adjust the inventory.
fn for_nothing(whose: &Whose) -> String {
    let store = whose.store.0;
    let gone = gone(&list_of([store]));
    let wanted = if whose.deducts_when_placed { "deducted" } else { "quantity" };
    format!(
        "SELECT o.store_id, o.order_id, o.line_id, MIN(b.item_id) AS item_id, \
         MAX(CASE WHEN gone.units > o.{wanted} THEN gone.units - o.{wanted} ELSE 0 END) AS units, 0 AS deducted \
         FROM open_order_lines o JOIN bindings b ON b.store_id = o.store_id \
         AND b.product_id = o.product_id AND (b.variant_id = o.variant_id OR o.variant_id = 0) \
         JOIN ({gone}) AS gone ON gone.store_id = o.store_id AND gone.order_id = o.order_id \
         AND gone.line_id = o.line_id WHERE o.store_id = {store} GROUP BY o.store_id, o.order_id, o.line_id \
         UNION ALL SELECT picking_orders.store_id, picking_orders.order_id, line_id, item_id, picked \
         - COALESCE((SELECT CAST(SUM(units) AS BIGINT) FROM shipment_lines JOIN shipments ON shipments.id = shipment_id \
         WHERE shipments.picking_order_id = picking_orders.id AND shipments.state IN ('SENT', 'TRIED') \
         AND shipment_lines.line_id = picking_lines.line_id), 0) AS units, 0 AS deducted \
         FROM picking_lines JOIN picking_orders ON picking_orders.id = picking_order_id \
         WHERE picking_orders.store_id = {store} AND item_id IS NOT NULL AND picked > 0 AND store_status_id NOT IN (2, 10) \
         AND NOT EXISTS (SELECT 1 FROM open_order_lines o WHERE o.store_id = picking_orders.store_id \
         AND o.order_id = picking_orders.order_id AND o.line_id = picking_lines.line_id)"
    )
}

/// What a store kept out of its count for orders that ended, less what it gave back unduly: store, item, units.
fn kept(whose: &Whose) -> String {
    let kept = if whose.deducts_when_placed { "kept" } else { "0" };
    format!(
        "SELECT counts.store_id, item_id, 0 AS units, {kept} - returned AS deducted FROM counts JOIN bindings \
         ON bindings.store_id = counts.store_id AND bindings.product_id = counts.product_id \
         AND bindings.variant_id = counts.variant_id WHERE counts.store_id = {} AND (kept <> 0 OR returned <> 0)",
        whose.store.0
    )
}

/// Items of shipments of a store that were tried, and of which nobody has heard.
const IN_DOUBT: &str = "SELECT DISTINCT item_id FROM shipments JOIN shipment_lines ON shipment_id = shipments.id \
    JOIN picking_orders ON picking_orders.id = shipments.picking_order_id JOIN picking_lines \
    ON picking_lines.picking_order_id = picking_orders.id AND picking_lines.line_id = shipment_lines.line_id \
    WHERE shipments.state = 'TRIED' AND picking_orders.store_id = ? AND item_id IS NOT NULL";

/// Every line that takes something away from what can be sold.
fn taking(whose: &Whose) -> String {
    let own = whose.deducts_when_placed.then_some(whose.store.0);
    let deducting = list_of(own.into_iter().chain(whose.others.iter().map(|store| store.0)));
    reserved(&deducting)
}

/// What is promised of each item, or of only one, all of it as it is at one instant: a pick moves units from one sum to
/// another.
pub async fn promised(db: &Db, whose: &Whose, only: Option<i64>) -> Result<Promised> {
    let mut view = db.view().await?;
    let of_item = only.map_or_else(String::new, |item| format!(" AND item_id = {item}"));
    let mut by_item = async |lines: String| -> Result<HashMap<i64, (i64, i64)>> {
        let sql = format!(
            "SELECT item_id, CAST(SUM(CASE WHEN units > 0 THEN units ELSE 0 END) AS BIGINT) AS units, \
             CAST(SUM(CASE WHEN store_id = {} THEN deducted ELSE 0 END) AS BIGINT) AS deducted \
             FROM ({lines}) AS lines WHERE 1 = 1{of_item} GROUP BY item_id",
            whose.store.0
        );
        let pair = |row| {
            let row = Row(row, "open_order_lines");
            Ok((row.int("item_id")?, (row.int("units")?, row.int("deducted")?)))
        };
        view.rows(db.statement(&sql)).await?.iter().map(pair).collect()
    };
    let reserved = by_item(taking(whose)).await?;
    let unsent = if whose.deducts_when_placed {
        HashMap::new()
    } else {
        by_item(unsent(&list_of([whose.store.0]))).await?
    };
    let (for_nothing, kept) = (by_item(for_nothing(whose)).await?, by_item(kept(whose)).await?);
    let picks = format!(
        "SELECT item_id, CAST(SUM(units) AS BIGINT) AS units FROM picks WHERE store_id = ?{of_item} GROUP BY item_id"
    );
    let pair = |row| {
        let row = Row(row, "picks");
        Ok((row.int("item_id")?, row.int("units")?))
    };
    let picked =
        view.rows(db.statement(&picks).bind(whose.store.0)).await?.iter().map(pair).collect::<Result<_>>()?;
    let in_doubt = view.rows(db.statement(IN_DOUBT).bind(whose.store.0)).await?;
    let in_doubt =
        in_doubt.iter().map(|row| Row(row, "picking_lines").int("item_id")).collect::<Result<_>>()?;
    Ok(Promised { reserved, unsent, for_nothing, kept, picked, in_doubt })
}

/// To which orders an item is promised, by order.
pub async fn promised_to(db: &Db, whose: &Whose, item: i64) -> Result<Vec<PromisedTo>> {
    let mut lines = format!("SELECT store_id, order_id, item_id, units FROM ({}) AS taking", taking(whose));
    if !whose.deducts_when_placed {
        let unsent = unsent(&list_of([whose.store.0]));
        lines =
            format!("{lines} UNION ALL SELECT store_id, order_id, item_id, -units FROM ({unsent}) AS unsent");
    }
    let sql = format!(
        "SELECT lines.store_id, lines.order_id, CAST(SUM(units) AS BIGINT) AS units, COALESCE((SELECT MIN(number) \
         FROM picking_orders WHERE picking_orders.store_id = lines.store_id \
         AND picking_orders.order_id = lines.order_id), '') AS number FROM ({lines}) AS lines \
         WHERE item_id = ? AND units <> 0 GROUP BY lines.store_id, lines.order_id \
         ORDER BY lines.store_id, lines.order_id"
    );
    let one = |row| {
        let row = Row(row, "open_order_lines");
        Ok(PromisedTo {
            store: StoreId(row.int("store_id")?),
            order: row.int("order_id")?,
            number: row.text("number")?,
            units: row.int("units")?,
        })
    };
    db.rows(db.statement(&sql).bind(item)).await?.iter().map(one).collect()
}
