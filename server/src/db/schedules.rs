//! When what is due by the clock is due next, a row for each store and kind of run.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Db, Result, Row, Tx};
use crate::domain::{run::RunKind, store::StoreId};

/// A kind of run that comes by the clock.
#[derive(Clone, Copy, Debug)]
pub struct Scheduled {
    /// When it is due next.
    pub due_at: Timestamp,
    /// How often it was due since it last succeeded.
    pub unanswered: i64,
    /// When it last succeeded.
    pub answered_at: Option<Timestamp>,
}

impl Db {
    /// Stores for which a kind of run is due, and since when, the longest first.
    pub async fn due(&self, kind: RunKind, now: Timestamp, limit: i64) -> Result<Vec<(StoreId, Timestamp)>> {
        let statement = self
            .statement("SELECT store_id, due_at FROM schedules WHERE kind = ? AND due_at <= ? ORDER BY due_at LIMIT ?")
            .bind(kind.word())
            .bind(now.as_millisecond())
            .bind(limit);
        let pair = |row| {
            let row = Row(row, "schedules");
            Ok((StoreId(row.int("store_id")?), row.at("due_at")?))
        };
        self.rows(statement).await?.iter().map(pair).collect()
    }

    /// Stores for which something that is due was worked out after an instant.
    pub async fn scheduled_after(&self, instant: Timestamp) -> Result<Vec<StoreId>> {
        let statement = self.statement("SELECT DISTINCT store_id FROM schedules WHERE set_at > ?");
        let rows = self.rows(statement.bind(instant.as_millisecond())).await?;
        rows.iter().map(|row| Ok(StoreId(Row(row, "schedules").int("store_id")?))).collect()
    }

    /// Everything that is due by the clock, by store and kind of run.
    pub async fn schedules(&self) -> Result<HashMap<(StoreId, RunKind), Scheduled>> {
        let scheduled = |row| {
            let row = Row(row, "schedules");
            let of = (StoreId(row.int("store_id")?), row.word("kind", RunKind::from_word)?);
            let scheduled = Scheduled {
                due_at: row.at("due_at")?,
                unanswered: row.int("unanswered")?,
                answered_at: row.maybe_at("answered_at")?,
            };
            Ok((of, scheduled))
        };
        self.rows(self.statement("SELECT * FROM schedules")).await?.iter().map(scheduled).collect()
    }

    /// When a kind of run is due next for a store.
    pub async fn next_due(&self, store: StoreId, kind: RunKind) -> Result<Option<Timestamp>> {
        let statement = self
            .statement("SELECT due_at FROM schedules WHERE store_id = ? AND kind = ?")
            .bind(store.0)
            .bind(kind.word());
        let row = self.row(statement).await?;
        row.as_ref().map(|row| Row(row, "schedules").at("due_at")).transpose()
    }

    /// Stores whose newest End of Day was due by the clock and stopped between two instants, and when it did.
    pub async fn stopped_end_of_days(
        &self,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<(StoreId, Timestamp)>> {
        let statement = self
            .statement(
                "SELECT schedules.store_id, ended_at FROM schedules JOIN runs ON runs.id = (SELECT MAX(id) \
                 FROM runs AS newest WHERE newest.store_id = schedules.store_id AND newest.kind = schedules.kind \
                 AND newest.dry_run = 0) WHERE schedules.kind = ? AND unanswered > 0 AND state = 'FAILED' \
                 AND ended_at >= ? AND ended_at <= ?",
            )
            .bind(RunKind::EndOfDay.word())
            .bind(from.as_millisecond())
            .bind(until.as_millisecond());
        let pair = |row| {
            let row = Row(row, "runs");
            Ok((StoreId(row.int("store_id")?), row.at("ended_at")?))
        };
        self.rows(statement).await?.iter().map(pair).collect()
    }

    /// How often a kind of run was due since it last succeeded.
    pub async fn unanswered(&self, store: StoreId, kind: RunKind) -> Result<i64> {
        let statement = self
            .statement("SELECT unanswered FROM schedules WHERE store_id = ? AND kind = ?")
            .bind(store.0)
            .bind(kind.word());
        let row = self.row(statement).await?;
        row.map_or(Ok(0), |row| Row(&row, "schedules").int("unanswered"))
    }
}

impl Tx {
    /// Writes down, as worked out at an instant, when a kind of run is due next, or that it is not; what is due then stays so.
    pub async fn set_due(
        &mut self,
        store: StoreId,
        kind: RunKind,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<()> {
        let statement = match due {
            Some(due) => self
                .statement(
                    "INSERT INTO schedules (store_id, kind, due_at, set_at) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (store_id, kind) DO UPDATE SET due_at = excluded.due_at, set_at = excluded.set_at \
                     WHERE schedules.due_at > excluded.set_at",
                )
                .bind(store.0)
                .bind(kind.word())
                .bind(due.as_millisecond())
                .bind(at.as_millisecond()),
            None => self
                .statement("DELETE FROM schedules WHERE store_id = ? AND kind = ?")
                .bind(store.0)
                .bind(kind.word()),
        };
        self.execute(statement).await.map(drop)
    }

    /// Moves what is due to its next instant; none when another server was faster.
    ///
    /// Returns how often it was due since it last succeeded, this time included.
    pub async fn take_due(
        &mut self,
        store: StoreId,
        kind: RunKind,
        (due, next, now): (Timestamp, Timestamp, Timestamp),
    ) -> Result<Option<i64>> {
        let statement = self
            .statement(
                "UPDATE schedules SET due_at = ?, set_at = ?, unanswered = unanswered + 1 \
                 WHERE store_id = ? AND kind = ? AND due_at = ? RETURNING unanswered",
            )
            .bind(next.as_millisecond())
            .bind(now.as_millisecond())
            .bind(store.0)
            .bind(kind.word())
            .bind(due.as_millisecond());
        let row = self.row(statement).await?;
        row.as_ref().map(|row| Row(row, "schedules").int("unanswered")).transpose()
    }

    /// Takes back that a kind of run was due once more: nothing was to come of it.
    pub async fn excuse_due(&mut self, store: StoreId, kind: RunKind) -> Result<()> {
        let excuse = "UPDATE schedules SET unanswered = unanswered - 1 WHERE store_id = ? AND kind = ? AND unanswered > 0";
        let statement = self.statement(excuse).bind(store.0).bind(kind.word());
        self.execute(statement).await.map(drop)
    }

    /// Notes that a kind of run succeeded at an instant; returns how often it had been due since it last did.
    pub async fn answer_due(&mut self, store: StoreId, kind: RunKind, at: Timestamp) -> Result<i64> {
        let sql = "SELECT unanswered FROM schedules WHERE store_id = ? AND kind = ?";
        let statement = self.statement(sql).bind(store.0).bind(kind.word());
        let Some(row) = self.row(statement).await? else { return Ok(0) };
        let answer = self
            .statement("UPDATE schedules SET unanswered = 0, answered_at = ? WHERE store_id = ? AND kind = ?")
            .bind(at.as_millisecond())
            .bind(store.0)
            .bind(kind.word());
        self.execute(answer).await?;
        Row(&row, "schedules").int("unanswered")
    }
}
