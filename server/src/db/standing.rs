//! How all stores stand: a fixed number of statements, however many stores there are.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Db, Result, Row, SavedConfiguration, Statement, configurations::saved};
use crate::domain::{
    reason::Reason,
    run::{PhaseKind, RunKind, RunState},
    store::StoreId,
};

/// The newest run of a store that compared counts and has ended.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// How it ended.
    pub state: RunState,
    /// When a run of its kind was complete last.
    pub complete_at: Option<Timestamp>,
    /// How many counts it found changed in the store.
    pub drifted: i64,
}

/// The runs that have not ended.
#[derive(Clone, Copy, Debug)]
pub struct OpenRuns {
    /// How many wait.
    pub queued: i64,
    /// How many are being worked on.
    pub running: i64,
    /// When the oldest was asked for that takes a moment and that nothing but a free worker is missing for.
    pub waits_since: Option<Timestamp>,
}

impl Db {
    /// The configuration in force of every store that has one.
    pub async fn configurations(&self) -> Result<HashMap<StoreId, SavedConfiguration>> {
        let newest = "SELECT configurations.* FROM configurations JOIN (SELECT store_id AS id, MAX(revision) AS newest \
             FROM configurations GROUP BY store_id) AS latest ON store_id = latest.id AND revision = latest.newest";
        let rows = self.rows(self.statement(newest)).await?;
        rows.iter()
            .map(|row| Ok((StoreId(Row(row, "configurations").int("store_id")?), saved(row)?)))
            .collect()
    }

    /// When the last sync of each store was complete; before the first, when the initial dataset was.
    pub async fn synced_at(&self) -> Result<HashMap<StoreId, Timestamp>> {
        let statement = self
            .statement(
                "SELECT store_id, MAX(at) AS at FROM (SELECT store_id, set_at AS at FROM one_time_flags UNION ALL \
                 SELECT store_id, completed_at FROM cursors WHERE phase = ? AND completed_at IS NOT NULL) AS done \
                 GROUP BY store_id",
            )
            .bind(PhaseKind::PickingOrders.word());
        self.instants(statement).await
    }

    /// When the initial dataset of each store was made.
    pub async fn initial_at(&self) -> Result<HashMap<StoreId, Timestamp>> {
        let made = "SELECT store_id, MAX(set_at) AS at FROM one_time_flags GROUP BY store_id";
        self.instants(self.statement(made)).await
    }

    /// Since when stores have a grant again that had none for a while.
    pub async fn granted_at(&self) -> Result<HashMap<StoreId, Timestamp>> {
        let again = "SELECT id AS store_id, granted_at AS at FROM stores WHERE granted_at IS NOT NULL";
        self.instants(self.statement(again)).await
    }

    /// An instant of each store that has one.
    async fn instants(&self, statement: Statement) -> Result<HashMap<StoreId, Timestamp>> {
        let pair = |row| {
            let row = Row(row, "stores");
            Ok((StoreId(row.int("store_id")?), row.at("at")?))
        };
        self.rows(statement).await?.iter().map(pair).collect()
    }

    /// The newest End of Day and the newest reconciliation of each store, the older of the two first.
    pub async fn compared(&self) -> Result<Vec<(StoreId, RunKind, Compared)>> {
        // The conditions on kind and dry run are those of an index.
        let statement = self
            .statement(
                "SELECT runs.store_id, runs.kind, runs.state, newest.complete_at, (SELECT COUNT(*) FROM run_exceptions \
                 WHERE run_id = runs.id AND reason = ?) AS drifted FROM (SELECT \
                 MAX(CASE WHEN ended_at IS NOT NULL THEN id END) AS id, \
                 MAX(CASE WHEN state IN ('COMPLETE', 'COMPLETE_WITH_PARKED') THEN ended_at END) AS complete_at \
                 FROM runs WHERE kind IN ('END_OF_DAY', 'RECONCILIATION') AND dry_run = 0 GROUP BY kind, store_id) \
                 AS newest JOIN runs ON runs.id = newest.id ORDER BY runs.id",
            )
            .bind(Reason::Drift.words().code);
        let compared = |row| {
            let row = Row(row, "runs");
            let compared = Compared {
                state: row.word("state", RunState::from_word)?,
                complete_at: row.maybe_at("complete_at")?,
                drifted: row.int("drifted")?,
            };
            Ok((StoreId(row.int("store_id")?), row.word("kind", RunKind::from_word)?, compared))
        };
        self.rows(statement).await?.iter().map(compared).collect()
    }

    /// How many records wait, by store and reason.
    pub async fn parked_counts(&self) -> Result<Vec<(StoreId, Reason, i64)>> {
        let count =
            "SELECT store_id, reason, COUNT(*) AS count FROM parked_records GROUP BY store_id, reason";
        let counted = |row| {
            let row = Row(row, "parked_records");
            Ok((StoreId(row.int("store_id")?), row.word("reason", Reason::from_code)?, row.int("count")?))
        };
        self.rows(self.statement(count)).await?.iter().map(counted).collect()
    }

    /// The runs that have not ended.
    pub async fn count_open_runs(&self) -> Result<OpenRuns> {
        let now = self.engine.now();
        // Long runs may wait for each other: their places are few.
        let long = RunKind::LONG.map(|kind| format!("'{}'", kind.word())).join(", ");
        // A run whose server fell silent keeps nobody waiting: it can be claimed as well.
        let sql = format!(
            "SELECT (SELECT COUNT(*) FROM runs WHERE state = 'QUEUED') AS queued, \
             (SELECT COUNT(*) FROM runs WHERE state = 'RUNNING') AS running, \
             (SELECT MIN(asked_at) FROM runs WHERE state = 'QUEUED' AND kind NOT IN ({long}) \
             AND NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.store_id = runs.store_id \
             AND other.state = 'RUNNING' AND other.lease_until >= {now})) AS waits_since"
        );
        let row = self.statement(&sql).fetch_one(&self.reader).await?;
        let row = Row(&row, "runs");
        Ok(OpenRuns {
            queued: row.int("queued")?,
            running: row.int("running")?,
            waits_since: row.maybe_at("waits_since")?,
        })
    }
}
