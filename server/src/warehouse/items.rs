//! Items and their bindings to the variants of stores.

use std::{
    collections::{BTreeSet, HashMap},
    ops::RangeInclusive,
};

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    db::{Db, Listed, Order, Part, Result, Row, Rows, Source, Tx, Value, insert, select_in},
    domain::{
        catalog::{Tracking, fold, sort_key},
        run::words,
        store::StoreId,
    },
};

words!(Tracking { None = "NONE", Product = "PRODUCT", Variant = "VARIANT" });

/// What the store owns of an item (OQ-42); the rest belongs to the warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFields {
    /// Its name.
    pub name: String,
    /// Its UPC.
    pub upc: String,
    /// Its price in ten-thousandths.
    pub price: Option<i64>,
    /// Its weight in ten-thousandths of the store's unit.
    pub weight: Option<i64>,
}

/// An item to be made.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// The database's number for it.
    pub id: i64,
    /// Its item number.
    pub number: String,
    /// The item number, folded.
    pub key: String,
    /// What the store says of it.
    pub fields: StoreFields,
}

/// A binding to be made.
#[derive(Clone, Debug)]
pub struct NewBinding {
    /// The product.
    pub product_id: i64,
    /// The variant.
    pub variant_id: i64,
    /// The item that stands for it.
    pub item_id: i64,
    /// The SKU as read.
    pub sku: String,
    /// How the store counts it.
    pub tracking: Tracking,
}

/// What a variant is bound to.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The item.
    pub item_id: i64,
    /// What the item holds of the store's fields.
    pub fields: StoreFields,
    /// The SKU as last read.
    pub sku: String,
    /// How the store counted it when last read.
    pub tracking: Tracking,
    /// Number of the item.
    pub number: String,
    /// Whether the variant was found to be gone from the store.
    pub is_orphaned: bool,
}

/// An item as people see it.
#[derive(Clone, Debug)]
pub struct Item {
    /// The database's number.
    pub id: i64,
    /// Its item number.
    pub number: String,
    /// Code of its unit of measure.
    pub uom: String,
    /// What the store says of it.
    pub fields: StoreFields,
    /// ISO 4217 code of its price's currency.
    pub currency: String,
    /// Units on hand in all locations.
    pub on_hand: i64,
    /// The variants it stands for: store, product, variant, SKU, tracking.
    pub bindings: Vec<(StoreId, i64, i64, String, Tracking)>,
}

fn store_fields(row: &AnyRow) -> Result<StoreFields> {
    let row = Row(row, "items");
    Ok(StoreFields {
        name: row.text("name")?,
        upc: row.text("upc")?,
        price: row.maybe_int("price")?,
        weight: row.maybe_int("weight")?,
    })
}

const BOUND: &str = "SELECT product_id, variant_id, item_id, sku, tracking, orphaned_at, number, name, upc, price, \
    weight FROM bindings JOIN items ON items.id = item_id WHERE store_id = ?";

fn bound_rows(rows: &[AnyRow]) -> Result<HashMap<(i64, i64), Bound>> {
    let mut found = HashMap::new();
    for row in rows {
        let fields = store_fields(row)?;
        let row = Row(row, "bindings");
        let bound = Bound {
            item_id: row.int("item_id")?,
            fields,
            sku: row.text("sku")?,
            tracking: row.word("tracking", Tracking::from_word)?,
            number: row.text("number")?,
            is_orphaned: row.maybe_int("orphaned_at")?.is_some(),
        };
        found.insert((row.int("product_id")?, row.int("variant_id")?), bound);
    }
    Ok(found)
}

/// What the variants of a range of products are bound to, by product and variant.
pub async fn bound(
    tx: &mut Tx,
    store: StoreId,
    products: &RangeInclusive<i64>,
) -> Result<HashMap<(i64, i64), Bound>> {
    let statement = tx
        .statement(&format!("{BOUND} AND product_id BETWEEN ? AND ?"))
        .bind(store.0)
        .bind(*products.start())
        .bind(*products.end());
    bound_rows(&tx.rows(statement).await?)
}

/// What the variants of some products are bound to, by product and variant.
pub async fn bound_of(tx: &mut Tx, store: StoreId, products: &[i64]) -> Result<HashMap<(i64, i64), Bound>> {
    let products = products.iter().map(|product| Value::from(*product)).collect();
    bound_rows(&select_in(tx, BOUND, &[store.0], "product_id", products).await?)
}

/// Notes that variants are gone from the store.
pub async fn orphan(tx: &mut Tx, store: StoreId, at: Timestamp, variants: &[(i64, i64)]) -> Result<()> {
    for (product, variant) in variants {
        let statement = tx
            .statement(
                "UPDATE bindings SET orphaned_at = ? WHERE store_id = ? AND product_id = ? AND variant_id = ?",
            )
            .bind(at.as_millisecond())
            .bind(store.0)
            .bind(*product)
            .bind(*variant);
        tx.execute(statement).await?;
    }
    Ok(())
}

/// What stands for something that a store sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sold {
    /// The item.
    pub item_id: i64,
    /// Whether the store counts its stock.
    pub is_tracked: bool,
}

/// The items of the bound variants of some products; under variant 0 that of a product with a single item.
pub async fn of_products(
    tx: &mut Tx,
    store: StoreId,
    products: BTreeSet<i64>,
) -> Result<HashMap<(i64, i64), Sold>> {
    let head = "SELECT product_id, variant_id, item_id, tracking FROM bindings WHERE store_id = ?";
    let products = products.into_iter().map(Value::from).collect();
    let mut found = HashMap::new();
    let mut ambiguous = BTreeSet::new();
    for row in &select_in(tx, head, &[store.0], "product_id", products).await? {
        let row = Row(row, "bindings");
        let product = row.int("product_id")?;
        let is_tracked = row.word("tracking", Tracking::from_word)? != Tracking::None;
        let sold = Sold { item_id: row.int("item_id")?, is_tracked };
        found.insert((product, row.int("variant_id")?), sold);
        if *found.entry((product, 0)).or_insert(sold) != sold {
            ambiguous.insert(product);
        }
    }
    found.retain(|(product, variant), _| *variant != 0 || !ambiguous.contains(product));
    Ok(found)
}

/// The numbers of some items, by id.
pub async fn numbers(db: &Db, ids: BTreeSet<i64>) -> Result<HashMap<i64, String>> {
    let rows = db.rows_in("SELECT id, number FROM items WHERE 1 = 1", "id", ids).await?;
    let pair = |row| {
        let row = Row(row, "items");
        Ok((row.int("id")?, row.text("number")?))
    };
    rows.iter().map(pair).collect()
}

/// The highest product of a store that is bound; 0 when none is.
pub async fn highest_bound(db: &Db, store: StoreId) -> Result<i64> {
    let highest = "SELECT COALESCE(MAX(product_id), 0) AS product_id FROM bindings WHERE store_id = ?";
    let rows = db.rows(db.statement(highest).bind(store.0)).await?;
    Row(&rows[0], "bindings").int("product_id")
}

/// The items of a division that hold some numbers: id and number, by folded number.
pub async fn holders(
    tx: &mut Tx,
    division: i64,
    keys: Vec<String>,
) -> Result<HashMap<String, (i64, String)>> {
    let head = "SELECT id, number_key, number FROM items WHERE division_id = ?";
    let keys = keys.into_iter().map(Value::from).collect();
    let rows = select_in(tx, head, &[division], "number_key", keys).await?;
    let holder = |row| {
        let row = Row(row, "items");
        Ok((row.text("number_key")?, (row.int("id")?, row.text("number")?)))
    };
    rows.iter().map(holder).collect()
}

/// Makes items, except where an item of the division has the number already; returns how many were made.
pub async fn add(
    tx: &mut Tx,
    (division, uom, currency): (i64, i64, &str),
    items: Vec<NewItem>,
) -> Result<u64> {
    let rows = items.into_iter().map(|item| {
        [
            item.id.into(),
            division.into(),
            item.key.into(),
            item.number.into(),
            sort_key(&item.fields.name).into(),
            item.fields.name.into(),
            uom.into(),
            item.fields.upc.into(),
            item.fields.price.into(),
            currency.into(),
            item.fields.weight.into(),
        ]
    });
    let into =
        "items (id, division_id, number_key, number, name_key, name, uom_id, upc, price, currency, weight)";
    insert(tx, into, rows.collect(), "ON CONFLICT (division_id, number_key) DO NOTHING").await
}

/// Makes bindings, or renews what was read with them.
pub async fn bind(tx: &mut Tx, store: StoreId, bindings: Vec<NewBinding>) -> Result<()> {
    let rows = bindings.into_iter().map(|new| {
        [
            store.0.into(),
            new.product_id.into(),
            new.variant_id.into(),
            new.item_id.into(),
            new.sku.into(),
            new.tracking.word().into(),
        ]
    });
    let into = "bindings (store_id, product_id, variant_id, item_id, sku, tracking)";
    let again = "ON CONFLICT (store_id, product_id, variant_id) DO UPDATE SET sku = excluded.sku, \
                 tracking = excluded.tracking, orphaned_at = NULL";
    insert(tx, into, rows.collect(), again).await.map(drop)
}

/// Takes over what the store says of an item.
pub async fn update(tx: &mut Tx, item: i64, fields: &StoreFields) -> Result<()> {
    let statement = tx
        .statement("UPDATE items SET name = ?, name_key = ?, upc = ?, price = ?, weight = ? WHERE id = ?")
        .bind(fields.name.clone())
        .bind(sort_key(&fields.name))
        .bind(fields.upc.clone())
        .bind(fields.price)
        .bind(fields.weight)
        .bind(item);
    tx.execute(statement).await.map(drop)
}

/// Whether every variant of a store that an item stands for is gone from it.
pub async fn is_orphaned(db: &Db, store: StoreId, item: i64) -> Result<bool> {
    let sql =
        "SELECT 1 AS one FROM bindings WHERE store_id = ? AND item_id = ? AND orphaned_at IS NULL LIMIT 1";
    Ok(db.row(db.statement(sql).bind(store.0).bind(item)).await?.is_none())
}

/// How many variants of a store are bound.
pub async fn bound_variants(db: &Db, store: StoreId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS variants FROM bindings WHERE store_id = ?";
    let rows = db.rows(db.statement(sql).bind(store.0)).await?;
    Row(&rows[0], "bindings").int("variants")
}

/// How many items stand for variants of a store.
pub async fn bound_items(db: &Db, store: StoreId) -> Result<i64> {
    // Not COUNT(DISTINCT), which would hold every one of them in memory.
    let sql = "SELECT COUNT(*) AS items FROM items \
               WHERE EXISTS (SELECT 1 FROM bindings WHERE item_id = items.id AND store_id = ?)";
    let rows = db.rows(db.statement(sql).bind(store.0)).await?;
    Row(&rows[0], "items").int("items")
}

/// What items can be sorted by.
pub const ORDERS: [Order; 3] = [
    Order::text("item_number", "number_key"),
    Order::text("name", "name_key"),
    Order::number("on_hand", UNITS),
];

/// The units on hand of an item.
const UNITS: &str =
    "CAST((SELECT COALESCE(SUM(on_hand), 0) FROM inventory WHERE item_id = items.id) AS BIGINT)";

/// Which items to list, or whose inventory.
#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    /// Only those whose number or name contains this text.
    pub search: String,
    /// Only the one with this number.
    pub item_number: String,
}

impl ItemFilter {
    /// Adds what is asked for to the conditions of a query of items.
    pub(super) fn narrow(&self, conditions: &mut String, values: &mut Vec<Value>) {
        let (item, search) = (fold(&self.item_number), fold(&self.search));
        if !item.is_empty() {
            *conditions += " AND number_key = ?";
            values.push(item.into());
        }
        if !search.is_empty() {
            *conditions += " AND (number_key LIKE ? ESCAPE '!' OR name_key LIKE ? ESCAPE '!')";
            values.extend(vec![Value::from(pattern(&search)); 2]);
        }
    }

    /// Whether a text is sought.
    pub(super) fn is_search(&self) -> bool {
        !fold(&self.search).is_empty()
    }
}

/// Items of a division.
pub async fn list(db: &Db, division: i64, filter: &ItemFilter, part: &Part) -> Result<Listed<Item>> {
    let mut conditions = "division_id = ?".to_owned();
    let mut values = vec![division.into()];
    filter.narrow(&mut conditions, &mut values);
    let is_searched = filter.is_search();
    let source = Source { from: "items", conditions, values };
    let rows = Rows { columns: "id", ids: &["id"], source, counted: None, is_searched };
    let listed = db.listed(&rows, part).await?;
    let ids: Vec<i64> = listed.rows.iter().map(|row| Row(row, "items").int("id")).collect::<Result<_>>()?;
    let mut items = of_ids(db, &ids).await?;
    let found = ids.iter().filter_map(|id| items.remove(id)).collect();
    Ok(listed.with(found))
}

/// The item of a division with a number.
pub async fn by_number(db: &Db, division: i64, number: &str) -> Result<Option<Item>> {
    let statement = db.statement("SELECT id FROM items WHERE division_id = ? AND number_key = ?");
    let Some(row) = db.row(statement.bind(division).bind(fold(number))).await? else { return Ok(None) };
    let id = Row(&row, "items").int("id")?;
    Ok(of_ids(db, &[id]).await?.remove(&id))
}

/// Some items, by id.
async fn of_ids(db: &Db, ids: &[i64]) -> Result<HashMap<i64, Item>> {
    let items = format!(
        "SELECT items.*, uoms.code AS uom, {UNITS} AS on_hand FROM items JOIN uoms ON uoms.id = uom_id WHERE 1 = 1"
    );
    let bindings = "SELECT * FROM bindings WHERE 1 = 1";
    let (items, bindings) = futures::try_join!(
        db.rows_in(&items, "items.id", ids.iter().copied()),
        db.rows_in(bindings, "item_id", ids.iter().copied())
    )?;
    let mut found: HashMap<i64, Item> =
        items.iter().map(|row| item(row).map(|item| (item.id, item))).collect::<Result<_>>()?;
    for row in &bindings {
        let row = Row(row, "bindings");
        let binding = (
            StoreId(row.int("store_id")?),
            row.int("product_id")?,
            row.int("variant_id")?,
            row.text("sku")?,
            row.word("tracking", Tracking::from_word)?,
        );
        if let Some(item) = found.get_mut(&row.int("item_id")?) {
            item.bindings.push(binding);
        }
    }
    for item in found.values_mut() {
        item.bindings.sort_unstable_by_key(|binding| (binding.0, binding.1, binding.2));
    }
    Ok(found)
}

fn item(row: &AnyRow) -> Result<Item> {
    let fields = store_fields(row)?;
    let row = Row(row, "items");
    Ok(Item {
        id: row.int("id")?,
        number: row.text("number")?,
        uom: row.text("uom")?,
        fields,
        currency: row.text("currency")?,
        on_hand: row.int("on_hand")?,
        bindings: Vec::new(),
    })
}

/// What finds a text anywhere in a folded column, with LIKE and `!` as its escape.
pub(super) fn pattern(search: &str) -> String {
    format!("%{}%", fold(search).replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}
