//! How far each kind of data of a store has been read.

use jiff::Timestamp;

use super::{Db, Result, Row, Tx};
use crate::domain::{run::PhaseKind, store::StoreId};

/// How far one kind of data has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncCursor {
    /// Changes from this instant of the store's clock on are still to be read.
    pub since: Timestamp,
    /// When a sync was complete last, by the server's clock; none before the first.
    pub completed_at: Option<Timestamp>,
}

impl Db {
    /// The cursor of a kind of data; none when everything is still to be read.
    pub async fn cursor(&self, store: StoreId, phase: PhaseKind) -> Result<Option<SyncCursor>> {
        let statement = self
            .statement("SELECT since, completed_at FROM cursors WHERE store_id = ? AND phase = ?")
            .bind(store.0)
            .bind(phase.word());
        let cursor = |row| {
            let row = Row(row, "cursors");
            Ok(SyncCursor { since: row.at("since")?, completed_at: row.maybe_at("completed_at")? })
        };
        self.row(statement).await?.as_ref().map(cursor).transpose()
    }
}

impl Tx {
    /// Moves the cursor of a kind of data; where nothing was completed, what was completed before stays.
    pub async fn move_cursor(&mut self, store: StoreId, phase: PhaseKind, to: SyncCursor) -> Result<()> {
        let statement = self
            .statement(
                "INSERT INTO cursors (store_id, phase, since, completed_at) VALUES (?, ?, ?, ?) \
                 ON CONFLICT (store_id, phase) DO UPDATE SET since = excluded.since, \
                 completed_at = COALESCE(excluded.completed_at, cursors.completed_at)",
            )
            .bind(store.0)
            .bind(phase.word())
            .bind(to.since.as_millisecond())
            .bind(to.completed_at.map(Timestamp::as_millisecond));
        self.execute(statement).await.map(drop)
    }

    /// Forgets how far a kind of data has been read.
    pub async fn clear_cursor(&mut self, store: StoreId, phase: PhaseKind) -> Result<()> {
        let statement = self
            .statement("DELETE FROM cursors WHERE store_id = ? AND phase = ?")
            .bind(store.0)
            .bind(phase.word());
        self.execute(statement).await.map(drop)
    }
}
