//! Inventory records and what changes them.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::items::ItemFilter;
use crate::{
    db::{Db, Listed, Order, Part, Result, Row, Rows, Source, Tx, Value, insert, select_in},
    domain::{
        catalog::{Tracking, fold},
        run::RunId,
        store::StoreId,
    },
};

/// A variant that has an item, as the inventory phase needs it.
#[derive(Clone, Copy, Debug)]
pub struct Countable {
    /// The item.
    pub item_id: i64,
    /// How the store counts it.
    pub tracking: Tracking,
    /// Units of it in the location; none without a record.
    pub on_hand: Option<i64>,
    /// The import that set them; none once the warehouse has changed them.
    pub opening_run: Option<RunId>,
    /// Whether people have ever changed its units in the location, or picked some.
    pub is_touched: bool,
}

/// An inventory record as people see it.
#[derive(Clone, Debug)]
pub struct InventoryRecord {
    /// Code of the site.
    pub site: String,
    /// Code of the location.
    pub location: String,
    /// The item's number.
    pub item_number: String,
    /// The item's name.
    pub name: String,
    /// Code of its unit of measure.
    pub uom: String,
    /// Units on hand.
    pub on_hand: i64,
    /// When that changed last.
    pub changed_at: Timestamp,
}

/// A change by hand.
#[derive(Clone, Debug)]
pub struct Adjustment {
    /// The item.
    pub item_id: i64,
    /// The location.
    pub location_id: i64,
    /// Units to add or take away.
    pub change: i64,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// The request's own id, which makes it happen once.
    pub request_id: String,
}

/// The bound variants of some products with what a location holds of their items, by product and variant.
pub async fn countable(
    tx: &mut Tx,
    store: StoreId,
    location: i64,
    products: BTreeSet<i64>,
) -> Result<HashMap<(i64, i64), Countable>> {
    let head = "SELECT product_id, variant_id, bindings.item_id, tracking, on_hand, opening_run, \
                CASE WHEN EXISTS (SELECT 1 FROM adjustments WHERE adjustments.item_id = bindings.item_id \
                AND adjustments.location_id = ?) OR EXISTS (SELECT 1 FROM picks WHERE picks.item_id = bindings.item_id \
                AND picks.location_id = ?) THEN 1 ELSE 0 END AS touched FROM bindings \
                LEFT JOIN inventory ON inventory.item_id = bindings.item_id AND inventory.location_id = ? \
                WHERE store_id = ?";
    let products = products.into_iter().map(Value::from).collect();
    let rows = select_in(tx, head, &[location, location, location, store.0], "product_id", products).await?;
    let pair = |row| {
        let row = Row(row, "bindings");
        let countable = Countable {
            item_id: row.int("item_id")?,
            tracking: row.word("tracking", Tracking::from_word)?,
            on_hand: row.maybe_int("on_hand")?,
            opening_run: row.maybe_int("opening_run")?.map(RunId),
            is_touched: row.flag("touched")?,
        };
        Ok(((row.int("product_id")?, row.int("variant_id")?), countable))
    };
    rows.iter().map(pair).collect()
}

/// Sets the opening stock of items; a record that anything but this run has touched stays as it is.
pub async fn set_opening(
    tx: &mut Tx,
    location: i64,
    run: RunId,
    at: Timestamp,
    counts: Vec<(i64, i64)>,
) -> Result<()> {
    let rows = counts.into_iter().map(|(item, on_hand)| {
        [item.into(), location.into(), on_hand.into(), run.0.into(), at.as_millisecond().into()]
    });
    let again = "ON CONFLICT (item_id, location_id) DO UPDATE SET on_hand = excluded.on_hand, \
                 changed_at = excluded.changed_at WHERE inventory.opening_run = excluded.opening_run";
    insert(tx, "inventory (item_id, location_id, on_hand, opening_run, changed_at)", rows.collect(), again)
        .await
        .map(drop)
}

/// Deletes the empty records an import has made, where the site does not keep such records.
pub async fn delete_empty_openings(tx: &mut Tx, location: i64, run: RunId) -> Result<u64> {
    let delete = "DELETE FROM inventory WHERE location_id = ? AND opening_run = ? AND on_hand = 0";
    tx.execute(tx.statement(delete).bind(location).bind(run.0)).await
}

/// Units in a location that an import has put there.
pub async fn opening_units(db: &Db, location: i64, run: RunId) -> Result<i64> {
    let sum = "SELECT CAST(COALESCE(SUM(on_hand), 0) AS BIGINT) AS units FROM inventory \
               WHERE location_id = ? AND opening_run = ?";
    let rows = db.rows(db.statement(sum).bind(location).bind(run.0)).await?;
    Row(&rows[0], "inventory").int("units")
}

/// Units of an item, by location.
pub async fn by_location(db: &Db, item: i64) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT location_id, on_hand FROM inventory WHERE item_id = ? ORDER BY location_id";
    let pair = |row| {
        let row = Row(row, "inventory");
        Ok((row.int("location_id")?, row.int("on_hand")?))
    };
    db.rows(db.statement(sql).bind(item)).await?.iter().map(pair).collect()
}

/// Tracked variants beyond some variant for which the location has no record yet: product and variant, by both.
pub async fn uncounted(
    db: &Db,
    store: StoreId,
    location: i64,
    after: (i64, i64),
    limit: usize,
) -> Result<Vec<(i64, i64)>> {
    let statement = db
        .statement(
            "SELECT product_id, variant_id FROM bindings WHERE store_id = ? AND tracking <> 'NONE' \
             AND (product_id > ? OR (product_id = ? AND variant_id > ?)) AND NOT EXISTS (SELECT 1 FROM inventory \
             WHERE inventory.item_id = bindings.item_id AND location_id = ?) ORDER BY product_id, variant_id LIMIT ?",
        )
        .bind(store.0)
        .bind(after.0)
        .bind(after.0)
        .bind(after.1)
        .bind(location)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let pair = |row| {
        let row = Row(row, "bindings");
        Ok((row.int("product_id")?, row.int("variant_id")?))
    };
    db.rows(statement).await?.iter().map(pair).collect()
}

/// Changes an on-hand quantity by hand; none when that would leave less than nothing.
///
/// Returns the quantity after the change. A repeated request answers as the first one did.
pub async fn adjust(db: &Db, tx: &mut Tx, adjustment: &Adjustment, keep_zero: bool) -> Result<Option<i64>> {
    let again = tx.statement("SELECT on_hand FROM adjustments WHERE request_id = ?");
    if let Some(row) = tx.row(again.bind(adjustment.request_id.clone())).await? {
        return Row(&row, "adjustments").int("on_hand").map(Some);
    }
    let at = db.clock.now();
    let (item, location) = (adjustment.item_id, adjustment.location_id);
    // What is taken away is judged by the row that is changed, which somebody may be picking from at this moment.
    let change = if adjustment.change < 0 {
        tx.statement(
            "UPDATE inventory SET on_hand = on_hand + ?, opening_run = NULL, changed_at = ? \
             WHERE item_id = ? AND location_id = ? AND on_hand + ? >= 0 RETURNING on_hand",
        )
        .bind(adjustment.change)
        .bind(at.as_millisecond())
        .bind(item)
        .bind(location)
        .bind(adjustment.change)
    } else {
        tx.statement(
            "INSERT INTO inventory (item_id, location_id, on_hand, opening_run, changed_at) VALUES (?, ?, ?, NULL, ?) \
             ON CONFLICT (item_id, location_id) DO UPDATE SET on_hand = inventory.on_hand + excluded.on_hand, \
             opening_run = NULL, changed_at = excluded.changed_at RETURNING on_hand",
        )
        .bind(item)
        .bind(location)
        .bind(adjustment.change)
        .bind(at.as_millisecond())
    };
    let Some(row) = tx.row(change).await? else { return Ok(None) };
    let on_hand = Row(&row, "inventory").int("on_hand")?;
    if on_hand == 0 && !keep_zero {
        let delete = "DELETE FROM inventory WHERE item_id = ? AND location_id = ?";
        tx.execute(tx.statement(delete).bind(item).bind(location)).await?;
    }
    let id = db.next_id("adjustments").await?;
    let statement = tx
        .statement(
            "INSERT INTO adjustments (id, item_id, location_id, change, on_hand, reason, actor, request_id, at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(item)
        .bind(location)
        .bind(adjustment.change)
        .bind(on_hand)
        .bind(adjustment.reason.clone())
        .bind(adjustment.actor.clone())
        .bind(adjustment.request_id.clone())
        .bind(at.as_millisecond());
    tx.execute(statement).await?;
    Ok(Some(on_hand))
}

/// What inventory records can be sorted by.
pub const ORDERS: [Order; 3] = [
    Order::text("item_number", "number_key"),
    Order::text("name", "name_key"),
    Order::number("on_hand", "inventory.on_hand"),
];

/// Inventory records of a division.
pub async fn list(
    db: &Db,
    division: i64,
    filter: &ItemFilter,
    part: &Part,
) -> Result<Listed<InventoryRecord>> {
    let mut conditions = "items.id = item_id AND division_id = ?".to_owned();
    let mut values = vec![Value::from(division)];
    filter.narrow(&mut conditions, &mut values);
    // Without a wish, what lies in the division's locations is all there is, and need not be looked up by item.
    let whole = || Source {
        from: "inventory",
        conditions: "location_id IN (SELECT locations.id FROM locations JOIN sites ON sites.id = site_id \
                     WHERE sites.division_id = ?)"
            .to_owned(),
        values: vec![division.into()],
    };
    let is_whole = fold(&filter.item_number).is_empty() && !filter.is_search();
    let by_units = is_whole && part.order == ORDERS[2];
    let rows = Rows {
        columns: "item_id, location_id",
        ids: &["item_id", "location_id"],
        source: if by_units { whole() } else { Source { from: "items, inventory", conditions, values } },
        counted: is_whole.then(whole),
        is_searched: filter.is_search(),
    };
    let listed = db.listed(&rows, part).await?;
    let keys: Vec<(i64, i64)> = listed.rows.iter().map(key).collect::<Result<_>>()?;
    let head = "SELECT item_id, location_id, sites.code AS site, locations.code AS location, number, name, \
                uoms.code AS uom, on_hand, changed_at FROM inventory JOIN items ON items.id = item_id \
                JOIN uoms ON uoms.id = uom_id JOIN locations ON locations.id = location_id \
                JOIN sites ON sites.id = site_id WHERE 1 = 1";
    let items: BTreeSet<i64> = keys.iter().map(|(item, _)| *item).collect();
    let mut records = HashMap::new();
    for row in &db.rows_in(head, "item_id", items).await? {
        records.insert(key(row)?, record(row)?);
    }
    let found = keys.iter().filter_map(|key| records.remove(key)).collect();
    Ok(listed.with(found))
}

fn key(row: &AnyRow) -> Result<(i64, i64)> {
    let row = Row(row, "inventory");
    Ok((row.int("item_id")?, row.int("location_id")?))
}

fn record(row: &AnyRow) -> Result<InventoryRecord> {
    let row = Row(row, "inventory");
    Ok(InventoryRecord {
        site: row.text("site")?,
        location: row.text("location")?,
        item_number: row.text("number")?,
        name: row.text("name")?,
        uom: row.text("uom")?,
        on_hand: row.int("on_hand")?,
        changed_at: row.at("changed_at")?,
    })
}
