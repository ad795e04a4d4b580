//! What orders of the store are to be set to: the outbox of statuses.

use super::orders;
use crate::{
    db::{Db, Result, Row, Tx},
    domain::{configuration::PickupRule, run::words, store::StoreId},
};

/// What an order is to be set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Shipped, or Partially Shipped while something is left.
    Shipped,
    /// Completed.
    Completed,
}

words!(Wanted { Shipped = "SHIPPED", Completed = "COMPLETED" });

/// Writes down that an order is to be set to something; what is complete is not only shipped.
pub async fn owe(db: &Db, tx: &mut Tx, store: StoreId, order: i64, wanted: Wanted) -> Result<()> {
    let statement = tx
        .statement(
            "INSERT INTO order_states (store_id, order_id, wanted, asked_at) VALUES (?, ?, ?, ?) \
             ON CONFLICT (store_id, order_id) DO UPDATE SET asked_at = excluded.asked_at, wanted = CASE \
             WHEN order_states.wanted = 'COMPLETED' THEN order_states.wanted ELSE excluded.wanted END",
        )
        .bind(store.0)
        .bind(order)
        .bind(wanted.word())
        .bind(db.clock.now().as_millisecond());
    tx.execute(statement).await.map(drop)
}

/// Writes down that an order is complete, where pickups are to complete theirs and all of this one was handed over;
/// returns whether that is so.
pub async fn owe_completed(
    db: &Db,
    tx: &mut Tx,
    (store, order): (StoreId, i64),
    rule: PickupRule,
) -> Result<bool> {
    let is_complete = rule == PickupRule::Complete && orders::is_handed_over(tx, (store, order)).await?;
    if is_complete {
        owe(db, tx, store, order, Wanted::Completed).await?;
    }
    Ok(is_complete)
}

/// The orders of a store that are to be set to something.
pub async fn owed(db: &Db, store: StoreId) -> Result<Vec<(i64, Wanted)>> {
    let sql = "SELECT order_id, wanted FROM order_states WHERE store_id = ? ORDER BY order_id";
    let pair = |row| {
        let row = Row(row, "order_states");
        Ok((row.int("order_id")?, row.word("wanted", Wanted::from_word)?))
    };
    db.rows(db.statement(sql).bind(store.0)).await?.iter().map(pair).collect()
}

/// Writes down that an order is as it should be, or that nothing more can be done; not where more is wanted by now.
pub async fn settle(tx: &mut Tx, store: StoreId, order: i64, wanted: Wanted) -> Result<()> {
    let statement =
        tx.statement("DELETE FROM order_states WHERE store_id = ? AND order_id = ? AND wanted = ?");
    tx.execute(statement.bind(store.0).bind(order).bind(wanted.word())).await.map(drop)
}
