//! How far each kind of data of a store has been read.

use jiff::Timestamp;

use super::{Db, Lease, Result, Row, Tx};
use crate::domain::{run::PhaseKind, store::StoreId};

/// How far one kind of data has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncCursor {
    /// Changes from this instant of the store's clock on are still to be read.
    pub since: Timestamp,
    /// When the last sync of it was complete, by the server's clock.
    pub completed_at: Timestamp,
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
            Ok(SyncCursor { since: row.at("since")?, completed_at: row.at("completed_at")? })
        };
        self.row(statement).await?.as_ref().map(cursor).transpose()
    }
}

impl Tx {
    /// Moves the cursor of a kind of data to where this run began, less an overlap (OQ-9).
    pub async fn move_cursor(&mut self, lease: &Lease, phase: PhaseKind, to: SyncCursor) -> Result<()> {
        let statement = self
            .statement(
                "INSERT INTO cursors (store_id, phase, since, completed_at) VALUES (?, ?, ?, ?) \
                 ON CONFLICT (store_id, phase) DO UPDATE SET since = excluded.since, \
                 completed_at = excluded.completed_at",
            )
            .bind(lease.store.0)
            .bind(phase.word())
            .bind(to.since.as_millisecond())
            .bind(to.completed_at.as_millisecond());
        self.execute(statement).await.map(drop)
    }
}
