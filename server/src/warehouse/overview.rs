//! What a store's days were like, counted from the rows of what was done.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::{
    db::{Db, Result, Row},
    domain::{run::RunKind, store::StoreId},
};

/// What was done in one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Picking orders whose order was placed.
    pub orders: i64,
    /// Units picked.
    pub units_picked: i64,
    /// Shipments that reached the store's books.
    pub shipments: i64,
    /// Counts that End of Day changed in the store.
    pub counts_published: i64,
}

/// How far the picking orders of some time are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// All of them.
    pub came: i64,
    /// Those that are closed.
    pub picked: i64,
    /// Those of them that have left.
    pub shipped: i64,
}

/// What was done between each instant and the next.
pub async fn days(db: &Db, store: StoreId, bounds: &[Timestamp]) -> Result<Vec<Day>> {
    // Each is answered from an index alone.
    let orders = "SELECT COUNT(*) FROM picking_orders WHERE division_id IN (SELECT division_id FROM division_stores \
                  WHERE store_id = :store) AND store_id = :store AND ordered_at >= :from AND ordered_at < :until";
    let units =
        "SELECT COALESCE(SUM(units), 0) FROM picks WHERE store_id = :store AND at >= :from AND at < :until";
    let shipments = "SELECT COUNT(*) FROM shipments WHERE store_id = :store AND state = 'SENT' \
                     AND tried_at >= :from AND tried_at < :until";
    let counts = "SELECT COALESCE(SUM(updated), 0) FROM runs JOIN phases ON run_id = runs.id \
                  WHERE store_id = :store AND runs.kind = ':end' AND dry_run = 0 AND phases.kind = 'COUNTS' \
                  AND runs.ended_at >= :from AND runs.ended_at < :until";
    let counts = counts.replace(":end", RunKind::EndOfDay.word());
    let mut sql = String::new();
    for (day, bound) in bounds.windows(2).enumerate() {
        let figure = |select: &str| {
            select
                .replace(":store", &store.0.to_string())
                .replace(":from", &bound[0].as_millisecond().to_string())
                .replace(":until", &bound[1].as_millisecond().to_string())
        };
        let _ = write!(
            sql,
            "{} SELECT CAST({day} AS BIGINT) AS day, ({}) AS orders, CAST(({}) AS BIGINT) AS units, \
             ({}) AS shipments, CAST(({}) AS BIGINT) AS counts",
            if day == 0 { "" } else { " UNION ALL" },
            figure(orders),
            figure(units),
            figure(shipments),
            figure(&counts),
        );
    }
    let mut days = vec![Day::default(); bounds.len().saturating_sub(1)];
    for row in &db.rows(db.statement(&sql)).await? {
        let row = Row(row, "picking_orders");
        let day = usize::try_from(row.int("day")?).unwrap_or_default();
        days[day] = Day {
            orders: row.int("orders")?,
            units_picked: row.int("units")?,
            shipments: row.int("shipments")?,
            counts_published: row.int("counts")?,
        };
    }
    Ok(days)
}

/// How far the picking orders are whose order was placed from an instant on.
pub async fn progress(db: &Db, store: StoreId, from: Timestamp) -> Result<Progress> {
    let statement = db
        .statement(
            "SELECT COUNT(*) AS came, CAST(COALESCE(SUM(CASE WHEN state = 'CLOSED' THEN 1 ELSE 0 END), 0) AS BIGINT) \
             AS picked, CAST(COALESCE(SUM(CASE WHEN state = 'CLOSED' AND (ship_to = '' OR EXISTS (SELECT 1 \
             FROM shipments WHERE picking_order_id = picking_orders.id AND shipments.state = 'SENT')) THEN 1 ELSE 0 \
             END), 0) AS BIGINT) AS shipped FROM picking_orders WHERE division_id IN (SELECT division_id \
             FROM division_stores WHERE store_id = ?) AND store_id = ? AND ordered_at >= ?",
        )
        .bind(store.0)
        .bind(store.0)
        .bind(from.as_millisecond());
    let Some(row) = db.row(statement).await? else { return Ok(Progress::default()) };
    let row = Row(&row, "picking_orders");
    Ok(Progress { came: row.int("came")?, picked: row.int("picked")?, shipped: row.int("shipped")? })
}
