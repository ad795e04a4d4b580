//! Picking orders: what the warehouse is asked to pick, and what has been picked.

use std::{collections::HashMap, fmt::Write as _};

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::changes::{Change, ChangeKind};
use crate::{
    db::{Db, Listed, Order, Part, Result, Row, Rows, Source, Tx, Value, insert, list_of, select_in},
    domain::{
        catalog::{fold, sort_key},
        picking::{OrderState, Standing},
        store::StoreId,
    },
};

/// What a picking order says of the store's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// How far it is.
    pub state: OrderState,
    /// Why it is on hold or was cancelled; empty otherwise.
    pub problem: String,
    /// The store's status id.
    pub store_status_id: i64,
    /// Who ordered.
    pub customer: String,
    /// Their e-mail address.
    pub email: String,
    /// The lines of the address; empty for a pickup.
    pub ship_to: String,
    /// The shipping method.
    pub method: String,
    /// When it was placed.
    pub ordered_at: Timestamp,
    /// The number of the customer; none while nobody knows.
    pub customer_id: Option<i64>,
}

/// A line of a picking order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickingLine {
    /// The line's id in BigCommerce.
    pub line_id: i64,
    /// The line whose kit it is a part of; 0 for one of its own.
    pub parent_line_id: i64,
    /// Whether it is nothing but its parts, and picked as far as they are.
    pub is_kit: bool,
    /// The item; none while the product has none.
    pub item_id: Option<i64>,
    /// The product and the variant.
    pub of: (i64, i64),
    /// What it was called.
    pub name: String,
    /// Its SKU then.
    pub sku: String,
    /// Units ordered from the warehouse.
    pub ordered: i64,
    /// Units picked.
    pub picked: i64,
    /// Units that had left, from elsewhere, before there was a picking order.
    pub shipped_before: i64,
}

/// A picking order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickingOrder {
    /// The database's number.
    pub id: i64,
    /// Its number in the division.
    pub number: String,
    /// The store, the order and the consignment it stands for.
    pub of: (StoreId, i64, i64),
    /// What it says of the store's order.
    pub header: Header,
    /// Whether a person closed or cancelled it here, which the store's orders do not undo.
    pub by_hand: bool,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Its lines.
    pub lines: Vec<PickingLine>,
}

impl PickingOrder {
    /// Whether anything of it was picked.
    pub fn is_begun(&self) -> bool {
        self.lines.iter().any(|line| line.picked > 0)
    }

    /// Whether the shopper comes for it, so that there is nothing to ship.
    pub fn is_pickup(&self) -> bool {
        self.of.2 == 0 || self.header.ship_to.is_empty()
    }

    /// What decides about what may be done with it.
    pub fn standing(&self, has_unshipped: bool) -> Standing<'_> {
        Standing {
            number: &self.number,
            state: self.header.state,
            problem: &self.header.problem,
            by_hand: self.by_hand,
            is_begun: self.is_begun(),
            is_picked: self.is_picked(),
            is_pickup: self.is_pickup(),
            has_unshipped,
        }
    }

    /// Whether nothing of it is left to pick.
    pub fn is_picked(&self) -> bool {
        self.lines.iter().all(|line| line.picked == line.ordered)
    }

    /// What is to be picked and has no item, in words.
    pub fn unknown(&self) -> String {
        let unknown = self.lines.iter().filter(|line| line.is_unknown());
        let names: Vec<String> = unknown.map(|line| format!("{} ({})", line.name, line.sku)).collect();
        names.join(", ")
    }

    /// Goes on without it.
    pub fn leave_unknown_out(&mut self) {
        self.lines.iter_mut().filter(|line| line.is_unknown()).for_each(|line| line.ordered = line.picked);
        complete_kits(&mut self.lines);
    }
}

impl PickingLine {
    fn is_unknown(&self) -> bool {
        self.item_id.is_none() && !self.is_kit && self.ordered > self.picked
    }
}

/// A kit is picked as far as each of its parts is (OQ-36).
pub fn complete_kits(lines: &mut [PickingLine]) {
    for kit in 0..lines.len() {
        let PickingLine { line_id, is_kit, ordered, picked, .. } = lines[kit];
        let parts = lines.iter().filter(|part| part.parent_line_id == line_id && part.ordered > 0);
        let complete = parts.map(|part| part.picked * ordered / part.ordered).min().unwrap_or(ordered);
        if is_kit {
            lines[kit].picked = complete.max(picked).min(ordered);
        }
    }
}

/// What of a picking order differs from what it was, for the history.
pub fn differences(before: Option<&PickingOrder>, after: &PickingOrder) -> Vec<Change> {
    let of = |field: &str, old: String, new: String| {
        Change::of(ChangeKind::PickingOrder, &after.number, field, old, new)
    };
    let state = |order: &PickingOrder| match order.header.problem.as_str() {
        "" => order.header.state.word().to_lowercase().replace('_', " "),
        why => format!("{} ({why})", order.header.state.word().to_lowercase().replace('_', " ")),
    };
    let mut changes = vec![
        of("state", before.map(state).unwrap_or_default(), state(after)),
        of("address", text_of(before, |header| &header.ship_to), after.header.ship_to.clone())
            .filter(|_| before.is_some()),
    ];
    for line in &after.lines {
        let known = before.and_then(|before| before.lines.iter().find(|known| known.line_id == line.line_id));
        let ordered = known.map_or(0, |known| known.ordered);
        let field = format!("ordered of {} ({})", line.name, line.sku);
        changes.push(of(&field, ordered.to_string(), line.ordered.to_string()));
        let field = format!("picked of {} ({})", line.name, line.sku);
        let picked = known.map_or(0, |known| known.picked);
        changes.push(of(&field, picked.to_string(), line.picked.to_string()));
    }
    changes.into_iter().flatten().collect()
}

fn text_of(order: Option<&PickingOrder>, field: impl Fn(&Header) -> &String) -> String {
    order.map(|order| field(&order.header).clone()).unwrap_or_default()
}

fn order(row: &AnyRow) -> Result<PickingOrder> {
    let row = Row(row, "picking_orders");
    Ok(PickingOrder {
        id: row.int("id")?,
        number: row.text("number")?,
        of: (StoreId(row.int("store_id")?), row.int("order_id")?, row.int("consignment_id")?),
        header: Header {
            state: row.word("state", OrderState::from_word)?,
            problem: row.text("problem")?,
            store_status_id: row.int("store_status_id")?,
            customer: row.text("customer")?,
            email: row.text("email")?,
            ship_to: row.text("ship_to")?,
            method: row.text("method")?,
            ordered_at: row.at("ordered_at")?,
            customer_id: row.maybe_int("customer_id")?,
        },
        by_hand: row.flag("by_hand")?,
        changed_at: row.at("changed_at")?,
        lines: Vec::new(),
    })
}

fn line(row: &AnyRow) -> Result<(i64, PickingLine)> {
    let row = Row(row, "picking_lines");
    let line = PickingLine {
        line_id: row.int("line_id")?,
        parent_line_id: row.int("parent_line_id")?,
        is_kit: row.flag("is_kit")?,
        item_id: row.maybe_int("item_id")?,
        of: (row.int("product_id")?, row.int("variant_id")?),
        name: row.text("name")?,
        sku: row.text("sku")?,
        ordered: row.int("ordered")?,
        picked: row.int("picked")?,
        shipped_before: row.int("shipped_before")?,
    };
    Ok((row.int("picking_order_id")?, line))
}

fn with_lines(orders: &[AnyRow], lines: &[AnyRow]) -> Result<Vec<PickingOrder>> {
    let mut of: HashMap<i64, Vec<PickingLine>> = HashMap::new();
    for row in lines {
        let (order, line) = line(row)?;
        of.entry(order).or_default().push(line);
    }
    let mut orders: Vec<PickingOrder> = orders.iter().map(order).collect::<Result<_>>()?;
    for order in &mut orders {
        order.lines = of.remove(&order.id).unwrap_or_default();
        order.lines.sort_by_key(|line| line.line_id);
    }
    Ok(orders)
}

/// The picking orders that stand for some orders of a store.
pub async fn of_orders(tx: &mut Tx, store: StoreId, orders: Vec<i64>) -> Result<Vec<PickingOrder>> {
    let head = "SELECT * FROM picking_orders WHERE store_id = ?";
    let orders = orders.into_iter().map(Value::from).collect();
    let rows = select_in(tx, head, &[store.0], "order_id", orders).await?;
    let ids = rows.iter().map(|row| Row(row, "picking_orders").int("id")).collect::<Result<Vec<_>>>()?;
    let head = "SELECT * FROM picking_lines WHERE 1 = ?";
    let lines =
        select_in(tx, head, &[1], "picking_order_id", ids.into_iter().map(Value::from).collect()).await?;
    with_lines(&rows, &lines)
}

/// Orders of a store with a picking order that is not final, or with units that count as sold and still here, by id.
pub async fn unfinished(db: &Db, store: StoreId) -> Result<Vec<i64>> {
    let unfinished = "SELECT order_id FROM picking_orders WHERE store_id = ? AND state IN ('OPEN', 'ON_HOLD') \
                      UNION SELECT order_id FROM open_order_lines WHERE store_id = ? \
                      UNION SELECT record_id FROM parked_records WHERE store_id = ? AND kind = 'PICKING_ORDERS' \
                      ORDER BY order_id";
    let rows = db.rows(db.statement(unfinished).bind(store.0).bind(store.0).bind(store.0)).await?;
    rows.iter().map(|row| Row(row, "picking_orders").int("order_id")).collect()
}

/// The division of a picking order.
pub async fn division_of(tx: &mut Tx, id: i64) -> Result<i64> {
    let statement = tx.statement("SELECT division_id FROM picking_orders WHERE id = ?").bind(id);
    tx.row(statement).await?.map_or(Ok(0), |row| Row(&row, "picking_orders").int("division_id"))
}

/// Whether goods of a store's order were to be picked up, all of those were picked, and nothing of the order is left to
/// do.
pub async fn is_handed_over(tx: &mut Tx, (store, order): (StoreId, i64)) -> Result<bool> {
    // A pickup has no address.
    let sql = "SELECT 1 AS one FROM picking_orders WHERE store_id = ? AND order_id = ? \
               AND (consignment_id = 0 OR ship_to = '') AND NOT EXISTS (SELECT 1 FROM picking_orders AS other \
               WHERE other.store_id = picking_orders.store_id AND other.order_id = picking_orders.order_id \
               AND (other.state IN ('OPEN', 'ON_HOLD') OR ((other.consignment_id = 0 OR other.ship_to = '') \
               AND EXISTS (SELECT 1 FROM picking_lines WHERE picking_order_id = other.id AND picked < ordered)))) \
               LIMIT 1";
    Ok(tx.row(tx.statement(sql).bind(store.0).bind(order)).await?.is_some())
}

/// How many orders of a store have a picking order and are in one of some statuses, as far as is known.
pub async fn known_in(db: &Db, store: StoreId, statuses: &[i64]) -> Result<i64> {
    let statuses = list_of(statuses.iter().copied());
    let sql = format!(
        "SELECT COUNT(*) AS orders FROM (SELECT DISTINCT order_id FROM picking_orders \
         WHERE store_id = ? AND store_status_id IN ({statuses})) AS known"
    );
    let row = db.row(db.statement(&sql).bind(store.0)).await?;
    row.map_or(Ok(0), |row| Row(&row, "picking_orders").int("orders"))
}

/// The next order of a store, from an id on, that is on hold for something that has an item by now.
pub async fn openable(db: &Db, store: StoreId, from: i64) -> Result<Option<i64>> {
    let statement = db
        .statement(
            "SELECT MIN(order_id) AS order_id FROM picking_orders JOIN picking_lines ON picking_order_id = id \
             JOIN bindings ON bindings.store_id = picking_orders.store_id \
             AND bindings.product_id = picking_lines.product_id \
             AND (bindings.variant_id = picking_lines.variant_id OR picking_lines.variant_id = 0) \
             WHERE picking_orders.store_id = ? AND order_id >= ? AND state = 'ON_HOLD' \
             AND picking_lines.item_id IS NULL",
        )
        .bind(store.0)
        .bind(from);
    let row = db.row(statement).await?;
    row.map_or(Ok(None), |row| Row(&row, "picking_orders").maybe_int("order_id"))
}

/// Makes picking orders without lines, except where the division has the number already; returns how many were made.
pub async fn add(tx: &mut Tx, division: i64, new: &[PickingOrder]) -> Result<u64> {
    let rows = new.iter().map(|order| {
        let header = &order.header;
        [
            order.id.into(),
            division.into(),
            order.number.clone().into(),
            fold(&order.number).into(),
            order.of.0.0.into(),
            order.of.1.into(),
            order.of.2.into(),
            header.state.word().into(),
            header.problem.clone().into(),
            header.store_status_id.into(),
            header.customer.clone().into(),
            sort_key(&header.customer).into(),
            header.email.clone().into(),
            header.ship_to.clone().into(),
            header.method.clone().into(),
            header.ordered_at.as_millisecond().into(),
            order.changed_at.as_millisecond().into(),
            header.customer_id.into(),
        ]
    });
    let into = "picking_orders (id, division_id, number, number_key, store_id, order_id, consignment_id, state, \
                problem, store_status_id, customer, customer_key, email, ship_to, method, ordered_at, changed_at, \
                customer_id)";
    insert(tx, into, rows.collect(), "ON CONFLICT (division_id, number_key) DO NOTHING").await
}

/// Which of some numbers a division's picking orders have already: the id of the holder, by folded number.
pub async fn holders(tx: &mut Tx, division: i64, keys: Vec<String>) -> Result<HashMap<String, i64>> {
    let head = "SELECT id, number_key FROM picking_orders WHERE division_id = ?";
    let rows =
        select_in(tx, head, &[division], "number_key", keys.into_iter().map(Value::from).collect()).await?;
    let holder = |row| {
        let row = Row(row, "picking_orders");
        Ok((row.text("number_key")?, row.int("id")?))
    };
    rows.iter().map(holder).collect()
}

/// Makes lines of picking orders or renews them; what was picked of a line stays as it is, but for kits.
pub async fn put_lines(tx: &mut Tx, lines: &[(i64, &PickingLine)]) -> Result<()> {
    let rows = lines.iter().map(|(order, line)| {
        [
            (*order).into(),
            line.line_id.into(),
            line.item_id.into(),
            line.of.0.into(),
            line.of.1.into(),
            line.name.clone().into(),
            line.sku.clone().into(),
            line.ordered.into(),
            line.picked.into(),
            line.parent_line_id.into(),
            i64::from(line.is_kit).into(),
            line.shipped_before.into(),
        ]
    });
    let into = "picking_lines (picking_order_id, line_id, item_id, product_id, variant_id, name, sku, ordered, picked, \
                parent_line_id, is_kit, shipped_before)";
    let again = "ON CONFLICT (picking_order_id, line_id) DO UPDATE SET item_id = excluded.item_id, \
                 product_id = excluded.product_id, variant_id = excluded.variant_id, name = excluded.name, \
                 sku = excluded.sku, ordered = excluded.ordered, parent_line_id = excluded.parent_line_id, \
                 is_kit = excluded.is_kit, \
                 picked = CASE WHEN excluded.is_kit = 1 THEN excluded.picked ELSE picking_lines.picked END";
    insert(tx, into, rows.collect(), again).await.map(drop)
}

/// Takes over what the store says of an order that is there.
pub async fn update(tx: &mut Tx, id: i64, header: &Header, at: Timestamp) -> Result<()> {
    let statement = tx
        .statement(
            "UPDATE picking_orders SET state = ?, problem = ?, store_status_id = ?, customer = ?, customer_key = ?, email = ?, \
             ship_to = ?, method = ?, customer_id = COALESCE(?, customer_id), changed_at = ? WHERE id = ?",
        )
        .bind(header.state.word())
        .bind(header.problem.clone())
        .bind(header.store_status_id)
        .bind(header.customer.clone())
        .bind(sort_key(&header.customer))
        .bind(header.email.clone())
        .bind(header.ship_to.clone())
        .bind(header.method.clone())
        .bind(header.customer_id)
        .bind(at.as_millisecond())
        .bind(id);
    tx.execute(statement).await.map(drop)
}

/// What picking orders can be sorted by.
pub const ORDERS: [Order; 4] = [
    Order::number("ordered_at", "ordered_at"),
    Order::number("number", "order_id"),
    Order::text("customer", "customer_key"),
    // As it happens, the words of the states stand in the order of the alphabet turned round.
    Order::text("state", "state").reversed(),
];

/// Which picking orders to list.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// Only those of these stores.
    pub stores: Vec<StoreId>,
    /// Only those in one of these states; all where there is none.
    pub states: Vec<OrderState>,
    /// Only those whose number or customer contains this text.
    pub search: String,
}

/// Picking orders of a division.
pub async fn list(db: &Db, division: i64, filter: &OrderFilter, part: &Part) -> Result<Listed<PickingOrder>> {
    let stores = list_of(filter.stores.iter().map(|store| store.0));
    let mut conditions = format!("division_id = ? AND store_id IN ({stores})");
    let mut values = vec![Value::from(division)];
    if !filter.states.is_empty() {
        let marks = vec!["?"; filter.states.len()].join(", ");
        let _ = write!(conditions, " AND state IN ({marks})");
        values.extend(filter.states.iter().map(|state| state.word().into()));
    }
    let is_searched = !fold(&filter.search).is_empty();
    if is_searched {
        conditions += " AND (number_key LIKE ? ESCAPE '!' OR customer_key LIKE ? ESCAPE '!')";
        values.extend(vec![Value::from(super::items::pattern(&filter.search)); 2]);
    }
    let source = Source { from: "picking_orders", conditions, values };
    let rows = Rows { columns: "id", ids: &["id"], source, counted: None, is_searched };
    let listed = db.listed(&rows, part).await?;
    let ids =
        listed.rows.iter().map(|row| Row(row, "picking_orders").int("id")).collect::<Result<Vec<_>>>()?;
    let rows = db.rows_in("SELECT * FROM picking_orders WHERE 1 = 1", "id", ids.iter().copied()).await?;
    let mut found: HashMap<i64, PickingOrder> =
        read(db, &rows).await?.into_iter().map(|order| (order.id, order)).collect();
    let orders = ids.iter().filter_map(|id| found.remove(id)).collect();
    Ok(listed.with(orders))
}

/// The picking order of a division with a number.
pub async fn by_number(db: &Db, division: i64, number: &str) -> Result<Option<PickingOrder>> {
    let sql = "SELECT * FROM picking_orders WHERE division_id = ? AND number_key = ?";
    let rows = db.rows(db.statement(sql).bind(division).bind(fold(number))).await?;
    Ok(read(db, &rows).await?.pop())
}

async fn read(db: &Db, rows: &[AnyRow]) -> Result<Vec<PickingOrder>> {
    let ids = rows.iter().map(|row| Row(row, "picking_orders").int("id")).collect::<Result<Vec<_>>>()?;
    let lines = db.rows_in("SELECT * FROM picking_lines WHERE 1 = 1", "picking_order_id", ids).await?;
    with_lines(rows, &lines)
}
