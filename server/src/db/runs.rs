//! Runs and phases as rows.

use std::{collections::HashMap, fmt::Write as _};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use super::{Db, Error, Lease, Listed, Order, Part, Result, Row, Rows, Source, Tx, Value, bulk::change_in};
use crate::domain::{
    run::{Counts, Phase, PhaseKind, PhaseState, Run, RunId, RunKind, RunState},
    stock::Excess,
    store::StoreId,
};
use crate::trace;

/// A run to be asked for.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The store.
    pub store: StoreId,
    /// What it does.
    pub kind: RunKind,
    /// Whether nothing is kept.
    pub dry_run: bool,
    /// Who asks.
    pub asked_by: String,
    /// Revision of the configuration in force.
    pub configuration_revision: i64,
    /// The held run whose excess a person lets this one do.
    pub approved: Option<RunId>,
    /// The local date it is for, where the clock asks for an End of Day.
    pub local_date: Option<String>,
}

/// The run a request led to.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The run.
    pub id: RunId,
    /// Whether it was there before.
    pub joined: bool,
}

/// What runs can be sorted by.
pub const RUN_ORDERS: [Order; 2] = [Order::number("run_id", "id"), Order::text("kind", "kind")];

/// The JSON an excess is kept as.
#[derive(Serialize, Deserialize)]
struct KeptExcess {
    zeroes: i64,
    selling: i64,
    units: i64,
    drifted: i64,
    restored_to: Option<Timestamp>,
}

impl From<KeptExcess> for Excess {
    fn from(kept: KeptExcess) -> Self {
        let KeptExcess { zeroes, selling, units, drifted, restored_to } = kept;
        Self { zeroes, selling, units, drifted, restored_to }
    }
}

fn run(row: &AnyRow) -> Result<Run> {
    let row = Row(row, "runs");
    Ok(Run {
        id: RunId(row.int("id")?),
        store: StoreId(row.int("store_id")?),
        kind: row.word("kind", RunKind::from_word)?,
        dry_run: row.flag("dry_run")?,
        state: row.word("state", RunState::from_word)?,
        asked_by: row.text("asked_by")?,
        asked_at: row.at("asked_at")?,
        began_at: row.maybe_at("began_at")?,
        ended_at: row.maybe_at("ended_at")?,
        configuration_revision: row.int("configuration_revision")?,
        problem: row.text("problem")?,
        resumptions: row.int("resumptions")?,
        excess: match row.text("excess")?.as_str() {
            "" => None,
            _ => Some(row.json::<KeptExcess>("excess")?.into()),
        },
        phases: Vec::new(),
    })
}

/// What came of a phase.
pub(super) fn counts(row: &AnyRow) -> Result<Counts> {
    let row = Row(row, "phases");
    Ok(Counts {
        created: row.int("created")?,
        updated: row.int("updated")?,
        unchanged: row.int("unchanged")?,
        skipped: row.int("skipped")?,
        parked: row.int("parked")?,
    })
}

fn phase(row: &AnyRow) -> Result<Phase> {
    let counts = counts(row)?;
    let row = Row(row, "phases");
    Ok(Phase {
        kind: row.word("kind", PhaseKind::from_word)?,
        state: row.word("state", PhaseState::from_word)?,
        cursor: row.text("cursor")?,
        counts,
        expected: row.int("expected")?,
        began_at: row.maybe_at("began_at")?,
        ended_at: row.maybe_at("ended_at")?,
    })
}

impl Db {
    /// One run with its phases.
    pub async fn run(&self, id: RunId) -> Result<Option<Run>> {
        let rows = self.rows(self.statement("SELECT * FROM runs WHERE id = ?").bind(id.0)).await?;
        Ok(self.with_phases(&rows).await?.pop())
    }

    /// Runs of a store, of some kinds or of all.
    pub async fn list_runs(&self, store: StoreId, kinds: &[RunKind], part: &Part) -> Result<Listed<Run>> {
        let mut conditions = "store_id = ?".to_owned();
        let mut values = vec![Value::from(store.0)];
        if !kinds.is_empty() {
            let _ = write!(conditions, " AND kind IN ({})", vec!["?"; kinds.len()].join(", "));
            values.extend(kinds.iter().map(|kind| kind.word().into()));
        }
        let source = Source { from: "runs", conditions, values };
        let rows = Rows { columns: "*", ids: &["id"], source, counted: None, is_searched: false };
        let listed = self.listed(&rows, part).await?;
        let runs = self.with_phases(&listed.rows).await?;
        Ok(listed.with(runs))
    }

    /// Runs of a store that wait or are being worked on, newest first.
    pub async fn open_runs(&self, store: StoreId) -> Result<Vec<Run>> {
        let sql = "SELECT * FROM runs WHERE store_id = ? AND state IN ('QUEUED', 'RUNNING') ORDER BY id DESC";
        let rows = self.rows(self.statement(sql).bind(store.0)).await?;
        self.with_phases(&rows).await
    }

    /// The newest run that has ended, and the newest of each kind that was no dry run; newest first.
    pub async fn ended_runs(&self, store: StoreId) -> Result<Vec<Run>> {
        let newest = "SELECT MAX(id) FROM runs WHERE store_id = ? AND state NOT IN ('QUEUED', 'RUNNING')";
        let of_kinds =
            RunKind::ALL.map(|kind| format!("{newest} AND dry_run = 0 AND kind = '{}'", kind.word()));
        let sql = format!(
            "SELECT * FROM runs WHERE id IN (({newest}), ({})) ORDER BY id DESC",
            of_kinds.join("), (")
        );
        let ids = 0..=of_kinds.len();
        let statement = ids.fold(self.statement(&sql), |statement, _| statement.bind(store.0));
        let rows = self.rows(statement).await?;
        self.with_phases(&rows).await
    }

    async fn with_phases(&self, rows: &[AnyRow]) -> Result<Vec<Run>> {
        let mut runs: Vec<Run> = rows.iter().map(run).collect::<Result<_>>()?;
        let ids = runs.iter().map(|run| run.id.0);
        let rows = self.rows_in("SELECT * FROM phases WHERE 1 = 1", "run_id", ids).await?;
        let mut phases: HashMap<i64, Vec<(i64, Phase)>> = HashMap::new();
        for row in &rows {
            let (run, position) = (Row(row, "phases").int("run_id")?, Row(row, "phases").int("position")?);
            phases.entry(run).or_default().push((position, phase(row)?));
        }
        for run in &mut runs {
            let mut of_run = phases.remove(&run.id.0).unwrap_or_default();
            of_run.sort_by_key(|(position, _)| *position);
            run.phases = of_run.into_iter().map(|(_, phase)| phase).collect();
        }
        Ok(runs)
    }

    /// The newest run of a kind that happens once, while it is not final or stopped before its end.
    ///
    /// One that failed is taken up again rather than begun anew: its cursors say where.
    pub async fn unfinished(&self, store: StoreId, kind: RunKind, dry_run: bool) -> Result<Option<Run>> {
        let states = if dry_run { "'QUEUED', 'RUNNING'" } else { "'QUEUED', 'RUNNING', 'FAILED'" };
        let sql = format!(
            "SELECT * FROM runs WHERE id = (SELECT MAX(id) FROM runs WHERE store_id = ? AND kind = ? \
             AND dry_run = ?) AND state IN ({states})"
        );
        let statement = self.statement(&sql).bind(store.0).bind(kind.word()).bind(i64::from(dry_run));
        let rows = self.rows(statement).await?;
        Ok(self.with_phases(&rows).await?.pop())
    }

    /// The run of a kind that waits for its turn.
    pub async fn queued_run(&self, store: StoreId, kind: RunKind, dry_run: bool) -> Result<Option<RunId>> {
        let statement = self
            .statement(
                "SELECT id FROM runs WHERE store_id = ? AND kind = ? AND dry_run = ? AND state = 'QUEUED'",
            )
            .bind(store.0)
            .bind(kind.word())
            .bind(i64::from(dry_run));
        let id = |row| Row(row, "runs").int("id").map(RunId);
        self.row(statement).await?.as_ref().map(id).transpose()
    }

    /// Whether the clock has asked for the End of Day of a local date.
    pub async fn has_end_of_day(&self, store: StoreId, local_date: &str) -> Result<bool> {
        let statement = self
            .statement("SELECT 1 AS one FROM runs WHERE store_id = ? AND local_date = ?")
            .bind(store.0)
            .bind(local_date.to_owned());
        Ok(self.row(statement).await?.is_some())
    }

    /// Adds a queued run with its phases; a conflict when its twin was faster.
    pub async fn add_run(&self, tx: &mut Tx, new: &NewRun, done: &[PhaseKind]) -> Result<RunId> {
        let id = self.next_id("runs").await?;
        let statement = tx
            .statement(
                "INSERT INTO runs (id, store_id, kind, dry_run, state, asked_by, asked_at, configuration_revision, \
                 approved_run, local_date, trace_parent) VALUES (?, ?, ?, ?, 'QUEUED', ?, ?, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(new.store.0)
            .bind(new.kind.word())
            .bind(i64::from(new.dry_run))
            .bind(new.asked_by.clone())
            .bind(self.clock.now().as_millisecond())
            .bind(new.configuration_revision)
            .bind(new.approved.map(|run| run.0))
            .bind(new.local_date.clone())
            .bind(trace::current());
        tx.execute(statement).await?;
        for (position, kind) in (0_i64..).zip(new.kind.phases()) {
            let state = if done.contains(kind) { PhaseState::AlreadyDone } else { PhaseState::Waiting };
            let statement = tx
                .statement("INSERT INTO phases (run_id, position, kind, state) VALUES (?, ?, ?, ?)")
                .bind(id)
                .bind(position)
                .bind(kind.word())
                .bind(state.word());
            tx.execute(statement).await?;
        }
        Ok(RunId(id))
    }

    /// Lets a run that waits do what a held one would have done; false where it does not wait any more.
    pub async fn approve(&self, tx: &mut Tx, id: RunId, held: RunId) -> Result<bool> {
        let statement = tx
            .statement("UPDATE runs SET approved_run = ? WHERE id = ? AND state = 'QUEUED'")
            .bind(held.0)
            .bind(id.0);
        Ok(tx.execute(statement).await? == 1)
    }

    /// What a person lets a run do: what a held one would have done.
    pub async fn approved(&self, id: RunId) -> Result<Excess> {
        let held = "SELECT * FROM runs WHERE id = (SELECT approved_run FROM runs WHERE id = ?)";
        let row = self.row(self.statement(held).bind(id.0)).await?;
        Ok(row.as_ref().map(run).transpose()?.and_then(|run| run.excess).unwrap_or_default())
    }

    /// Puts a failed run back into the queue.
    pub async fn requeue_run(&self, tx: &mut Tx, id: RunId) -> Result<bool> {
        let requeue = "UPDATE runs SET state = 'QUEUED', problem = '', ended_at = NULL, trace_parent = ? \
                       WHERE id = ? AND state = 'FAILED'";
        Ok(tx.execute(tx.statement(requeue).bind(trace::current()).bind(id.0)).await? == 1)
    }

    /// The trace that a run belongs to; empty where nobody traced when it was asked for.
    pub async fn trace_parent(&self, id: RunId) -> Result<String> {
        let row = self.row(self.statement("SELECT trace_parent FROM runs WHERE id = ?").bind(id.0)).await?;
        row.map_or(Ok(String::new()), |row| Row(&row, "runs").text("trace_parent"))
    }

    /// The phases of the initial dataset that are done for ever, with the run that did them and when.
    pub async fn one_time_flags(&self, store: StoreId) -> Result<Vec<(PhaseKind, RunId, Timestamp)>> {
        let statement = self
            .statement("SELECT * FROM one_time_flags WHERE store_id = ? ORDER BY set_at, phase")
            .bind(store.0);
        let flag = |row| {
            let row = Row(row, "one_time_flags");
            Ok((row.word("phase", PhaseKind::from_word)?, RunId(row.int("run_id")?), row.at("set_at")?))
        };
        self.rows(statement).await?.iter().map(flag).collect()
    }

    /// Lets a phase run once more; false when it was not done.
    pub async fn reset_one_time_flag(&self, tx: &mut Tx, store: StoreId, phase: PhaseKind) -> Result<bool> {
        let statement = tx
            .statement("DELETE FROM one_time_flags WHERE store_id = ? AND phase = ?")
            .bind(store.0)
            .bind(phase.word());
        Ok(tx.execute(statement).await? == 1)
    }

    /// Forgets runs that ended before an instant, with what belongs to them, so many at most; returns how many.
    ///
    /// The newest of each kind stays, and the newest complete one, and what a parked record or a one-time flag points at.
    pub async fn forget_runs(&self, before: Timestamp, most: i64) -> Result<usize> {
        let forgettable = "SELECT id FROM runs WHERE ended_at < ? \
            AND EXISTS (SELECT 1 FROM runs AS newer WHERE newer.store_id = runs.store_id AND newer.kind = runs.kind \
                AND newer.dry_run = runs.dry_run AND newer.id > runs.id \
                AND (runs.state NOT IN ('COMPLETE', 'COMPLETE_WITH_PARKED') \
                    OR newer.state IN ('COMPLETE', 'COMPLETE_WITH_PARKED'))) \
            AND NOT EXISTS (SELECT 1 FROM parked_records WHERE run_id = runs.id) \
            AND NOT EXISTS (SELECT 1 FROM one_time_flags WHERE run_id = runs.id) LIMIT ?";
        let mut tx = self.begin().await?;
        let statement = tx.statement(forgettable).bind(before.as_millisecond()).bind(most);
        let rows = tx.rows(statement).await?;
        let ids = rows.iter().map(|row| Row(row, "runs").int("id")).collect::<Result<Vec<i64>>>()?;
        for (table, column) in
            [("phases", "run_id"), ("run_exceptions", "run_id"), ("run_reports", "run_id"), ("runs", "id")]
        {
            let ids = ids.iter().map(|id| (*id).into()).collect();
            change_in(&mut tx, &format!("DELETE FROM {table} WHERE TRUE"), &[], column, ids).await?;
        }
        tx.inner.commit().await?;
        Ok(ids.len())
    }

    /// The run with this number, or an error that says it is gone.
    pub async fn existing_run(&self, id: RunId) -> Result<Run> {
        self.run(id).await?.ok_or_else(|| Error::Unusable(format!("run {} has disappeared", id.0)))
    }
}

impl Tx {
    /// Keeps what a run would have done.
    pub async fn note_excess(&mut self, lease: &Lease, excess: Excess) -> Result<()> {
        let Excess { zeroes, selling, units, drifted, restored_to } = excess;
        let kept = serde_json::json!(KeptExcess { zeroes, selling, units, drifted, restored_to }).to_string();
        let statement =
            self.statement("UPDATE runs SET excess = ? WHERE id = ?").bind(kept).bind(lease.run.0);
        self.execute(statement).await.map(drop)
    }
}
