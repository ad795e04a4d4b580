//! Claiming runs, and writing under a claim.
//!
//! A claim is a lease in the run's row, never a transaction held while the run lasts. Every page is one
//! transaction that begins by checking the lease, so that a worker which lost it can write nothing more.

use std::time::Duration;

use tokio::time::Instant;

use super::{Db, Error, Result, Row, Tx};
use crate::domain::{
    run::{Counts, PhaseKind, PhaseState, RunId, RunKind, RunState},
    store::StoreId,
};

/// The right to work on a run.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    /// The run.
    pub run: RunId,
    /// The store it is for.
    pub store: StoreId,
    /// Whether somebody else began it.
    pub resumed: bool,
    /// Until when it is held without being renewed; never later than the database has it.
    pub until: Instant,
    token: i64,
}

impl Db {
    /// Claims the oldest long or short run that waits, or whose worker has not been heard of for too long.
    pub async fn claim_run(&self, token: i64, length: Duration, long: bool) -> Result<Option<Lease>> {
        let now = self.engine.now();
        let kinds = RunKind::LONG.map(|kind| format!("'{}'", kind.word())).join(", ");
        let of_length = format!("kind {} IN ({kinds})", if long { "" } else { "NOT" });
        // No lease is as long as ten minutes: what seems to be was given by a clock that has been put back since.
        let claimable = format!(
            "state IN ('QUEUED', 'RUNNING') AND {of_length} AND ((state = 'RUNNING' AND (lease_until < {now} OR lease_until > {now} + 600000)) OR \
             (state = 'QUEUED' AND NOT EXISTS (SELECT 1 FROM runs AS other \
             WHERE other.store_id = runs.store_id AND other.state = 'RUNNING')))"
        );
        // The condition stands outside the subselect too: without it two PostgreSQL sessions claim the same run.
        let sql = format!(
            "UPDATE runs SET resumptions = resumptions + CASE WHEN state = 'RUNNING' THEN 1 ELSE 0 END, \
             began_at = COALESCE(began_at, ?), state = 'RUNNING', lease_token = ?, lease_until = {now} + ? \
             WHERE id = (SELECT id FROM runs WHERE {claimable} ORDER BY id LIMIT 1) AND {claimable} \
             RETURNING id, store_id, resumptions"
        );
        let statement = self
            .statement(&sql)
            .bind(self.clock.now().as_millisecond())
            .bind(token)
            .bind(i64::try_from(length.as_millis()).unwrap_or(i64::MAX));
        let mut connection = self.writer.acquire().await?;
        // From before it is asked: an answer that takes its time makes no lease longer.
        let until = Instant::now() + length;
        let row = match statement.fetch_optional(&mut *connection).await.map_err(Error::from) {
            Ok(row) => row,
            // Another worker began another run of the store at the same moment.
            Err(Error::Conflict(_)) => None,
            Err(error) => return Err(error),
        };
        let Some(row) = row else { return Ok(None) };
        let row = Row(&row, "runs");
        Ok(Some(Lease {
            run: RunId(row.int("id")?),
            store: StoreId(row.int("store_id")?),
            resumed: row.int("resumptions")? > 0,
            until,
            token,
        }))
    }

    /// Keeps a claim alive; returns until when, as [`Lease::until`] counts.
    pub async fn renew_lease(&self, lease: &Lease, length: Duration) -> Result<Instant> {
        let now = self.engine.now();
        let sql = format!(
            "UPDATE runs SET lease_until = {now} + ? WHERE id = ? AND lease_token = ? AND state = 'RUNNING' \
             AND lease_until >= {now}"
        );
        let statement = self
            .statement(&sql)
            .bind(i64::try_from(length.as_millis()).unwrap_or(i64::MAX))
            .bind(lease.run.0)
            .bind(lease.token);
        let mut connection = self.writer.acquire().await?;
        let until = Instant::now() + length;
        match statement.execute(&mut *connection).await?.rows_affected() {
            1 => Ok(until),
            _ => Err(Error::LeaseLost),
        }
    }

    /// Gives a claim back, so that another worker can go on at once.
    pub async fn release_lease(&self, lease: &Lease) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE runs SET lease_until = 0 WHERE id = ? AND lease_token = ? AND state = 'RUNNING'",
            )
            .bind(lease.run.0)
            .bind(lease.token);
        statement.execute(&self.writer).await?;
        Ok(())
    }

    /// Gives back every lease: on SQLite, whoever held one is this server's former self.
    pub(super) async fn give_back_leases(&self) -> Result<()> {
        self.statement("UPDATE runs SET lease_until = 0 WHERE state = 'RUNNING'")
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Begins a transaction that can only be committed by the holder of the lease.
    pub async fn begin_leased(&self, lease: &Lease) -> Result<Tx> {
        let mut tx = self.begin().await?;
        let now = self.engine.now();
        // An update rather than a read: it locks the row, so that a take-over waits for this page.
        let sql = format!(
            "UPDATE runs SET lease_token = lease_token WHERE id = ? AND lease_token = ? AND state = 'RUNNING' \
             AND lease_until >= {now}"
        );
        let statement = tx.statement(&sql).bind(lease.run.0).bind(lease.token);
        match tx.execute(statement).await? {
            1 => Ok(tx),
            _ => Err(Error::LeaseLost),
        }
    }

    /// The store's clock when the run first began, which `first` sets unless it was set before.
    pub async fn keep_store_start(&self, lease: &Lease, first: jiff::Timestamp) -> Result<()> {
        let mut tx = self.begin_leased(lease).await?;
        let statement = tx
            .statement("UPDATE runs SET store_started_at = COALESCE(store_started_at, ?) WHERE id = ?")
            .bind(first.as_millisecond())
            .bind(lease.run.0);
        tx.execute(statement).await?;
        Ok(tx.inner.commit().await?)
    }

    /// The store's clock when the run first began.
    pub async fn store_start(&self, run: RunId) -> Result<Option<jiff::Timestamp>> {
        let row =
            self.row(self.statement("SELECT store_started_at FROM runs WHERE id = ?").bind(run.0)).await?;
        row.map_or(Ok(None), |row| Row(&row, "runs").maybe_at("store_started_at"))
    }
}

impl Tx {
    /// Moves a phase on: its cursor, and what became of the records of this page.
    pub async fn advance_phase(
        &mut self,
        lease: &Lease,
        phase: PhaseKind,
        cursor: &str,
        counts: Counts,
        expected: i64,
    ) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE phases SET cursor = ?, created = created + ?, updated = updated + ?, \
                 unchanged = unchanged + ?, skipped = skipped + ?, parked = parked + ?, \
                 expected = CASE WHEN ? > 0 THEN ? ELSE expected END WHERE run_id = ? AND kind = ?",
            )
            .bind(cursor.to_owned())
            .bind(counts.created)
            .bind(counts.updated)
            .bind(counts.unchanged)
            .bind(counts.skipped)
            .bind(counts.parked)
            .bind(expected)
            .bind(expected)
            .bind(lease.run.0)
            .bind(phase.word());
        self.execute(statement).await.map(drop)
    }

    /// Notes that a phase begins.
    pub async fn begin_phase(&mut self, lease: &Lease, phase: PhaseKind, at: jiff::Timestamp) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE phases SET state = 'RUNNING', began_at = COALESCE(began_at, ?) \
                 WHERE run_id = ? AND kind = ? AND state IN ('WAITING', 'RUNNING')",
            )
            .bind(at.as_millisecond())
            .bind(lease.run.0)
            .bind(phase.word());
        self.execute(statement).await.map(drop)
    }

    /// Notes that a phase is done, and for a real run that it is done for ever; says what came of it.
    pub async fn end_phase(
        &mut self,
        lease: &Lease,
        phase: PhaseKind,
        once: bool,
        at: jiff::Timestamp,
    ) -> Result<Counts> {
        let statement = self
            .statement("UPDATE phases SET state = ?, ended_at = ? WHERE run_id = ? AND kind = ? RETURNING *")
            .bind(PhaseState::Done.word())
            .bind(at.as_millisecond())
            .bind(lease.run.0)
            .bind(phase.word());
        let ended = self.rows(statement).await?;
        if once {
            let flag = self
                .statement(
                    "INSERT INTO one_time_flags (store_id, phase, run_id, set_at) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (store_id, phase) DO NOTHING",
                )
                .bind(lease.store.0)
                .bind(phase.word())
                .bind(lease.run.0)
                .bind(at.as_millisecond());
            self.execute(flag).await?;
        }
        ended.first().map_or(Ok(Counts::default()), super::runs::counts)
    }

    /// Gives a run its final state.
    pub async fn end_run(
        &mut self,
        lease: &Lease,
        state: RunState,
        problem: &str,
        at: jiff::Timestamp,
    ) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE runs SET state = ?, problem = ?, ended_at = ?, lease_token = NULL, lease_until = NULL \
                 WHERE id = ?",
            )
            .bind(state.word())
            .bind(problem.to_owned())
            .bind(at.as_millisecond())
            .bind(lease.run.0);
        self.execute(statement).await.map(drop)
    }
}
