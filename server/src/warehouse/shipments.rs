//! Shipments owed to the store: written down first, sent then, marked last.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::{
    changes::{Change, ChangeKind},
    orders::PickingOrder,
};
use crate::{
    db::{Db, Result, Row, Tx},
    domain::{run::words, store::StoreId},
};

/// How far a shipment is on its way into the store's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShipmentState {
    /// It was not tried yet.
    Owed,
    /// It was tried, and what became of it is not known yet.
    Tried,
    /// The store has it.
    Sent,
    /// The store does not take it.
    Refused,
}

words!(ShipmentState { Owed = "OWED", Tried = "TRIED", Sent = "SENT", Refused = "REFUSED" });

/// A shipment of a picking order.
#[derive(Clone, Debug)]
pub struct Shipment {
    /// The database's number.
    pub id: i64,
    /// The picking order.
    pub picking_order: i64,
    /// The order and the consignment in BigCommerce.
    pub of: (i64, i64),
    /// BigCommerce's code of the provider; may be empty.
    pub provider: String,
    /// The carrier's number; may be empty.
    pub tracking_number: String,
    /// How far it is.
    pub state: ShipmentState,
    /// Shipments the order had before the last try.
    pub known: Vec<i64>,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// Its id in BigCommerce, once that is known.
    pub store_shipment_id: Option<i64>,
    /// Why the store does not take it; empty otherwise.
    pub problem: String,
    /// Its lines: id and units, by id.
    pub lines: Vec<(i64, i64)>,
}

/// A shipment to be owed.
struct NewShipment {
    store: StoreId,
    picking_order: i64,
    provider: String,
    tracking_number: String,
    /// Id and units of each.
    lines: Vec<(i64, i64)>,
    actor: String,
    request_id: String,
}

const COLUMNS: &str = "shipments.*, picking_orders.order_id, picking_orders.consignment_id FROM shipments \
                       JOIN picking_orders ON picking_orders.id = picking_order_id";

fn shipment(row: &AnyRow) -> Result<Shipment> {
    let row = Row(row, "shipments");
    let known = row.text("known")?;
    Ok(Shipment {
        id: row.int("id")?,
        picking_order: row.int("picking_order_id")?,
        of: (row.int("order_id")?, row.int("consignment_id")?),
        provider: row.text("provider")?,
        tracking_number: row.text("tracking_number")?,
        state: row.word("state", ShipmentState::from_word)?,
        known: if known.is_empty() { Vec::new() } else { row.json("known")? },
        tried_at: row.maybe_at("tried_at")?,
        store_shipment_id: row.maybe_int("store_shipment_id")?,
        problem: row.text("problem")?,
        lines: Vec::new(),
    })
}

async fn with_lines(db: &Db, rows: &[AnyRow]) -> Result<Vec<Shipment>> {
    let mut shipments: Vec<Shipment> = rows.iter().map(shipment).collect::<Result<_>>()?;
    shipments.sort_by_key(|shipment| shipment.id);
    let ids = shipments.iter().map(|shipment| shipment.id);
    for row in &db.rows_in("SELECT * FROM shipment_lines WHERE 1 = 1", "shipment_id", ids).await? {
        let row = Row(row, "shipment_lines");
        let (id, line) = (row.int("shipment_id")?, (row.int("line_id")?, row.int("units")?));
        if let Ok(found) = shipments.binary_search_by_key(&id, |shipment| shipment.id) {
            shipments[found].lines.push(line);
        }
    }
    for shipment in &mut shipments {
        shipment.lines.sort_unstable();
    }
    Ok(shipments)
}

/// Shipments of some picking orders, oldest first.
pub async fn of_orders(db: &Db, picking_orders: impl IntoIterator<Item = i64>) -> Result<Vec<Shipment>> {
    let head = format!("SELECT {COLUMNS} WHERE 1 = 1");
    with_lines(db, &db.rows_in(&head, "picking_order_id", picking_orders).await?).await
}

/// Shipments of a store that it does not have yet, oldest first.
pub async fn owed(db: &Db, store: StoreId) -> Result<Vec<Shipment>> {
    let sql =
        format!("SELECT {COLUMNS} WHERE shipments.store_id = ? AND shipments.state IN ('OWED', 'TRIED')");
    with_lines(db, &db.rows(db.statement(&sql).bind(store.0)).await?).await
}

/// How many shipments a store does not have yet.
pub async fn count_owed(db: &Db, store: StoreId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS owed FROM shipments WHERE store_id = ? AND state IN ('OWED', 'TRIED')";
    let row = db.row(db.statement(sql).bind(store.0)).await?;
    row.map_or(Ok(0), |row| Row(&row, "shipments").int("owed"))
}

/// What a store is owed.
#[derive(Clone, Copy, Debug)]
pub struct Owed {
    /// How many shipments.
    pub shipments: i64,
    /// How many orders are to be set to another state.
    pub order_states: i64,
    /// Since when the oldest of them.
    pub since: Timestamp,
}

/// What each store is owed that is owed anything.
pub async fn outbox(db: &Db) -> Result<Vec<(StoreId, Owed)>> {
    let sql = "SELECT store_id, COUNT(shipment) AS shipments, COUNT(*) - COUNT(shipment) AS order_states, \
               MIN(asked_at) AS since FROM (SELECT store_id, id AS shipment, asked_at FROM shipments \
               WHERE state IN ('OWED', 'TRIED') UNION ALL SELECT store_id, NULL, asked_at FROM order_states) AS owed \
               GROUP BY store_id";
    let owed = |row| {
        let row = Row(row, "shipments");
        let (shipments, order_states) = (row.int("shipments")?, row.int("order_states")?);
        Ok((StoreId(row.int("store_id")?), Owed { shipments, order_states, since: row.at("since")? }))
    };
    db.rows(db.statement(sql)).await?.iter().map(owed).collect()
}

/// Stores that are owed shipments for which something can be done now and no run is on its way.
///
/// What was tried can be looked for from `settled` on; a run that failed after `failed` is not repeated yet. Nothing waits
/// for an instant beyond `wrong`, which only a wrong clock can have written down.
pub async fn stores_owed(
    db: &Db,
    (settled, failed, wrong): (Timestamp, Timestamp, Timestamp),
) -> Result<Vec<StoreId>> {
    let statement = db
        .statement(
            "SELECT store_id FROM (SELECT DISTINCT store_id FROM shipments WHERE state IN ('OWED', 'TRIED') \
             AND (state = 'OWED' OR tried_at <= ? OR tried_at > ?) \
             AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.store_id = shipments.store_id AND runs.kind = 'SHIPMENTS' \
             AND (runs.state IN ('QUEUED', 'RUNNING') OR (runs.state = 'FAILED' AND runs.ended_at > ? AND runs.ended_at <= ?))) \
             UNION SELECT store_id FROM order_states WHERE NOT EXISTS (SELECT 1 FROM runs \
             WHERE runs.store_id = order_states.store_id AND runs.kind = 'SHIPMENTS' \
             AND (runs.state IN ('QUEUED', 'RUNNING') OR (runs.ended_at > ? AND runs.ended_at <= ?)))) AS owed \
             JOIN stores ON stores.id = store_id WHERE standard + manual_sync > 0",
        )
        .bind(settled.as_millisecond())
        .bind(wrong.as_millisecond())
        .bind(failed.as_millisecond())
        .bind(wrong.as_millisecond())
        .bind(failed.as_millisecond())
        .bind(wrong.as_millisecond());
    let rows = db.rows(statement).await?;
    rows.iter().map(|row| Ok(StoreId(Row(row, "shipments").int("store_id")?))).collect()
}

/// Which of some shipments in the store are ours already.
pub async fn are_ours(db: &Db, store: StoreId, there: impl Iterator<Item = i64>) -> Result<Vec<i64>> {
    let head =
        format!("SELECT store_shipment_id FROM shipments WHERE store_id = {} AND state = 'SENT'", store.0);
    let rows = db.rows_in(&head, "store_shipment_id", there).await?;
    rows.iter().map(|row| Row(row, "shipments").int("store_shipment_id")).collect()
}

/// Units of each line of a picking order that were picked and neither shipped nor owed, as the transaction sees it.
pub async fn unshipped(tx: &mut Tx, picking_order: i64) -> Result<Vec<(i64, i64)>> {
    let statement = tx
        .statement(
            "SELECT line_id, picked - COALESCE((SELECT CAST(SUM(units) AS BIGINT) FROM shipment_lines JOIN shipments \
             ON shipments.id = shipment_id WHERE shipments.picking_order_id = picking_lines.picking_order_id \
             AND state <> 'REFUSED' AND shipment_lines.line_id = picking_lines.line_id), 0) AS units \
             FROM picking_lines WHERE picking_order_id = ? ORDER BY line_id",
        )
        .bind(picking_order);
    let pair = |row| {
        let row = Row(row, "picking_lines");
        Ok((row.int("line_id")?, row.int("units")?))
    };
    let all: Vec<(i64, i64)> = tx.rows(statement).await?.iter().map(pair).collect::<Result<_>>()?;
    Ok(all.into_iter().filter(|(_, units)| *units > 0).collect())
}

/// Lets a shipment that the store refused be tried again, unless what it held was shipped anew meanwhile.
pub async fn owe_again(tx: &mut Tx, store: StoreId, id: i64) -> Result<()> {
    let refused = "SELECT picking_order_id, line_id, units FROM shipments JOIN shipment_lines ON shipment_id = id \
                   WHERE store_id = ? AND id = ? AND state = 'REFUSED'";
    let rows = tx.rows(tx.statement(refused).bind(store.0).bind(id)).await?;
    let Some(first) = rows.first() else { return Ok(()) };
    let picking_order = Row(first, "shipments").int("picking_order_id")?;
    let left: HashMap<i64, i64> = unshipped(tx, picking_order).await?.into_iter().collect();
    for row in &rows {
        let row = Row(row, "shipment_lines");
        let (line, units) = (row.int("line_id")?, row.int("units")?);
        if left.get(&line).is_none_or(|left| *left < units) {
            return Ok(());
        }
    }
    let again = "UPDATE shipments SET state = 'OWED', problem = '' WHERE store_id = ? AND id = ? AND state = 'REFUSED'";
    tx.execute(tx.statement(again).bind(store.0).bind(id)).await.map(drop)
}

/// Whether a request has shipped before.
pub async fn is_done(db: &Db, request_id: &str) -> Result<bool> {
    let statement =
        db.statement("SELECT 1 AS one FROM shipments WHERE request_id = ?").bind(request_id.to_owned());
    Ok(db.row(statement).await?.is_some())
}

/// Writes down a shipment of what is picked of an order and not shipped, with provider and tracking number, by somebody
/// for a request; returns what that changes, none when there is nothing to ship.
pub async fn owe_picked(
    db: &Db,
    tx: &mut Tx,
    order: &PickingOrder,
    (provider, tracking_number): (&str, &str),
    (actor, request_id): (String, String),
) -> Result<Option<Change>> {
    let lines = unshipped(tx, order.id).await?;
    if lines.is_empty() {
        return Ok(None);
    }
    let units: i64 = lines.iter().map(|(_, units)| units).sum();
    let new = NewShipment {
        store: order.of.0,
        picking_order: order.id,
        provider: provider.to_owned(),
        tracking_number: tracking_number.to_owned(),
        lines,
        actor,
        request_id,
    };
    owe(db, tx, &new).await?;
    let words = format!("{units} units {provider} {tracking_number}");
    Ok(Change::of(ChangeKind::PickingOrder, &order.number, "shipment", "", words.trim_end()))
}

/// Writes down that a shipment is owed.
async fn owe(db: &Db, tx: &mut Tx, new: &NewShipment) -> Result<()> {
    let id = db.next_id("shipments").await?;
    let statement = tx
        .statement(
            "INSERT INTO shipments (id, store_id, picking_order_id, provider, tracking_number, state, actor, \
             request_id, asked_at) VALUES (?, ?, ?, ?, ?, 'OWED', ?, ?, ?)",
        )
        .bind(id)
        .bind(new.store.0)
        .bind(new.picking_order)
        .bind(new.provider.clone())
        .bind(new.tracking_number.clone())
        .bind(new.actor.clone())
        .bind(new.request_id.clone())
        .bind(db.clock.now().as_millisecond());
    tx.execute(statement).await?;
    for (line, units) in &new.lines {
        let statement = tx
            .statement("INSERT INTO shipment_lines (shipment_id, line_id, units) VALUES (?, ?, ?)")
            .bind(id)
            .bind(*line)
            .bind(*units);
        tx.execute(statement).await?;
    }
    Ok(())
}

/// Writes down that a shipment is about to be tried, and what the order has before.
pub async fn note_try(tx: &mut Tx, id: i64, known: &[i64], at: Timestamp) -> Result<()> {
    let statement = tx
        .statement(
            "UPDATE shipments SET state = 'TRIED', known = ?, tried_at = ?, tries = tries + 1 WHERE id = ?",
        )
        .bind(serde_json::json!(known).to_string())
        .bind(at.as_millisecond())
        .bind(id);
    tx.execute(statement).await.map(drop)
}

/// Writes down that a shipment was tried at another instant than somebody thought.
pub async fn date_try(tx: &mut Tx, id: i64, at: Timestamp) -> Result<()> {
    let statement = tx.statement("UPDATE shipments SET tried_at = ? WHERE id = ?");
    tx.execute(statement.bind(at.as_millisecond()).bind(id)).await.map(drop)
}

/// Writes down that the store has a shipment.
pub async fn note_sent(tx: &mut Tx, id: i64, store_shipment: i64) -> Result<()> {
    let statement = tx
        .statement("UPDATE shipments SET state = 'SENT', store_shipment_id = ? WHERE id = ?")
        .bind(store_shipment)
        .bind(id);
    tx.execute(statement).await.map(drop)
}

/// Writes down that the store does not take a shipment.
pub async fn note_refused(tx: &mut Tx, id: i64, problem: &str) -> Result<()> {
    let statement = tx
        .statement("UPDATE shipments SET state = 'REFUSED', problem = ? WHERE id = ?")
        .bind(problem.to_owned())
        .bind(id);
    tx.execute(statement).await.map(drop)
}
