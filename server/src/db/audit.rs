//! Who changed what.

use jiff::Timestamp;

use super::{Db, Engine, Result, Row, Tx};
use crate::domain::store::StoreId;

/// One change a person or client made.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// Its number; newer entries have higher ones.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// The store concerned.
    pub store: Option<StoreId>,
    /// What was done, in words.
    pub action: String,
    /// The old value as JSON; empty when there was none.
    pub old_value: String,
    /// The new value as JSON; empty when there is none.
    pub new_value: String,
}

impl Db {
    /// Writes down what somebody does, in the transaction that does it.
    pub async fn audit(
        &self,
        tx: &mut Tx,
        actor: &str,
        store: Option<StoreId>,
        action: &str,
        (old_value, new_value): (String, String),
    ) -> Result<()> {
        // SQLite numbers it: a program beside the server knows nothing of the numbers that the server has in hand.
        let id = match self.engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(self.next_id("audit").await?),
        };
        let statement = tx
            .statement(
                "INSERT INTO audit (id, at, actor, store_id, action, old_value, new_value) VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(self.clock.now().as_millisecond())
            .bind(actor.to_owned())
            .bind(store.map(|store| store.0))
            .bind(action.to_owned())
            .bind(old_value)
            .bind(new_value);
        tx.execute(statement).await.map(drop)
    }

    /// The audit of a store, or of all, newest first; entries before a number.
    pub async fn audit_entries(
        &self,
        store: Option<StoreId>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>> {
        let statement = self
            .statement(
                "SELECT * FROM audit WHERE (CAST(? AS BIGINT) IS NULL OR store_id = ?) AND id < ? ORDER BY id DESC LIMIT ?",
            )
            .bind(store.map(|store| store.0))
            .bind(store.map(|store| store.0))
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit);
        let rows = self.rows(statement).await?;
        let entry = |row| {
            let row = Row(row, "audit");
            Ok(AuditEntry {
                id: row.int("id")?,
                at: row.at("at")?,
                actor: row.text("actor")?,
                store: row.maybe_int("store_id")?.map(StoreId),
                action: row.text("action")?,
                old_value: row.text("old_value")?,
                new_value: row.text("new_value")?,
            })
        };
        rows.iter().map(entry).collect()
    }
}
