//! Picking: units leave their location for an order, once.

use crate::{
    db::{Db, Result, Row, Tx},
    domain::{picking::OrderState, store::StoreId},
};

/// Units taken for a line of an order.
#[derive(Clone, Debug)]
pub struct Pick {
    /// The store whose order it is.
    pub store: StoreId,
    /// The picking order.
    pub order: i64,
    /// The line.
    pub line: i64,
    /// The item.
    pub item: i64,
    /// Where they are taken from.
    pub location: i64,
    /// How many, at least one.
    pub units: i64,
    /// Who takes them.
    pub actor: String,
    /// The request's own id, which makes it happen once.
    pub request_id: String,
}

/// Why units were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPicked {
    /// The order is not open, or fewer units of the line are left.
    NothingLeft,
    /// The location has fewer units.
    NotThere,
}

/// Whether a request has picked before.
pub async fn is_done(db: &Db, request_id: &str) -> Result<bool> {
    let statement =
        db.statement("SELECT 1 AS one FROM picks WHERE request_id = ?").bind(request_id.to_owned());
    Ok(db.row(statement).await?.is_some())
}

/// Takes units from their location for a line; what is wrong is undone with the transaction.
///
/// Returns what is left of the item there.
pub async fn pick(
    db: &Db,
    tx: &mut Tx,
    pick: &Pick,
    keep_zero: bool,
) -> Result<std::result::Result<i64, NotPicked>> {
    let at = db.clock.now().as_millisecond();
    let line = tx
        .statement(
            "UPDATE picking_lines SET picked = picked + ? WHERE picking_order_id = ? AND line_id = ? \
             AND picked + ? <= ordered AND EXISTS (SELECT 1 FROM picking_orders WHERE id = ? AND state = 'OPEN')",
        )
        .bind(pick.units)
        .bind(pick.order)
        .bind(pick.line)
        .bind(pick.units)
        .bind(pick.order);
    if tx.execute(line).await? != 1 {
        return Ok(Err(NotPicked::NothingLeft));
    }
    let stock = tx
        .statement(
            "UPDATE inventory SET on_hand = on_hand - ?, opening_run = NULL, changed_at = ? \
             WHERE item_id = ? AND location_id = ? AND on_hand >= ? RETURNING on_hand",
        )
        .bind(pick.units)
        .bind(at)
        .bind(pick.item)
        .bind(pick.location)
        .bind(pick.units);
    let Some(row) = tx.row(stock).await? else { return Ok(Err(NotPicked::NotThere)) };
    let on_hand = Row(&row, "inventory").int("on_hand")?;
    if on_hand == 0 && !keep_zero {
        let delete = tx.statement("DELETE FROM inventory WHERE item_id = ? AND location_id = ?");
        tx.execute(delete.bind(pick.item).bind(pick.location)).await?;
    }
    let id = db.next_id("picks").await?;
    let history = tx
        .statement(
            "INSERT INTO picks (id, store_id, picking_order_id, line_id, item_id, location_id, units, actor, \
             request_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(pick.store.0)
        .bind(pick.order)
        .bind(pick.line)
        .bind(pick.item)
        .bind(pick.location)
        .bind(pick.units)
        .bind(pick.actor.clone())
        .bind(pick.request_id.clone())
        .bind(at);
    tx.execute(history).await?;
    let kits = tx
        .statement(
            "UPDATE picking_lines SET picked = (SELECT MIN(part.picked * picking_lines.ordered / part.ordered) \
             FROM picking_lines AS part WHERE part.picking_order_id = picking_lines.picking_order_id \
             AND part.parent_line_id = picking_lines.line_id AND part.ordered > 0) \
             WHERE picking_order_id = ? AND is_kit = 1 AND line_id = \
             (SELECT parent_line_id FROM picking_lines AS taken WHERE taken.picking_order_id = ? AND taken.line_id = ?)",
        )
        .bind(pick.order)
        .bind(pick.order)
        .bind(pick.line);
    tx.execute(kits).await?;
    // An order whose last unit was picked closes by itself (OQ-30).
    let close = tx
        .statement(
            "UPDATE picking_orders SET changed_at = ?, state = CASE WHEN EXISTS (SELECT 1 FROM picking_lines \
             WHERE picking_order_id = ? AND picked < ordered) THEN state ELSE 'CLOSED' END WHERE id = ?",
        )
        .bind(at)
        .bind(pick.order)
        .bind(pick.order);
    tx.execute(close).await?;
    Ok(Ok(on_hand))
}

/// Gives an order the state that a person wants.
pub async fn set_state(db: &Db, tx: &mut Tx, order: i64, (to, problem): (OrderState, &str)) -> Result<()> {
    let statement = tx
        .statement(
            "UPDATE picking_orders SET state = ?, problem = ?, by_hand = ?, changed_at = ? WHERE id = ?",
        )
        .bind(to.word())
        .bind(problem.to_owned())
        .bind(i64::from(to != OrderState::Open))
        .bind(db.clock.now().as_millisecond())
        .bind(order);
    tx.execute(statement).await.map(drop)
}
