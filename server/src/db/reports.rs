//! What a finished run found: comparisons and exceptions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Db, Result, Row, Tx, bulk};
use crate::domain::{reason::Reason, run::RunId, store::StoreId};

/// Both sides of a run, compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Where the data went.
    pub place: Place,
    /// The comparisons.
    pub checks: Vec<Check>,
}

/// Where imported data is put, by codes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The division.
    pub division: String,
    /// The site.
    pub site: String,
    /// The location.
    pub location: String,
    /// The unit of measure.
    pub uom: String,
}

/// One number counted on both sides.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Check {
    /// What is counted.
    pub name: String,
    /// The store's side.
    pub store: i64,
    /// The warehouse's side.
    pub warehouse: i64,
    /// How the numbers came about.
    pub explanation: String,
}

/// One record that is not simply equal on both sides.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Why.
    pub reason: Reason,
    /// What it is in the store, in words.
    pub record: String,
    /// The particulars.
    pub detail: String,
}

impl Db {
    /// Adds exceptions to a run's report.
    pub async fn add_exceptions(&self, tx: &mut Tx, run: RunId, exceptions: &[Exception]) -> Result<()> {
        // The last word on each record: PostgreSQL refuses a statement that has two.
        let last: BTreeMap<(&str, &str), &str> = exceptions
            .iter()
            .map(|one| ((one.reason.words().code, one.record.as_str()), one.detail.as_str()))
            .collect();
        let rows = last
            .into_iter()
            .map(|((code, record), detail)| [run.0.into(), code.into(), record.into(), detail.into()]);
        let again = "ON CONFLICT (run_id, reason, record) DO UPDATE SET detail = excluded.detail";
        bulk::insert(tx, "run_exceptions (run_id, reason, record, detail)", rows.collect(), again)
            .await
            .map(drop)
    }

    /// Keeps a run's report.
    pub async fn put_report(&self, tx: &mut Tx, run: RunId, report: &Report) -> Result<()> {
        let statement = tx
            .statement(
                "INSERT INTO run_reports (run_id, made_at, body) VALUES (?, ?, ?) \
                 ON CONFLICT (run_id) DO UPDATE SET made_at = excluded.made_at, body = excluded.body",
            )
            .bind(run.0)
            .bind(self.clock.now().as_millisecond())
            .bind(serde_json::json!(report).to_string());
        tx.execute(statement).await.map(drop)
    }

    /// A run's report, and when it was made.
    pub async fn report(&self, run: RunId) -> Result<Option<(Report, Timestamp)>> {
        let row = self.row(self.statement("SELECT * FROM run_reports WHERE run_id = ?").bind(run.0)).await?;
        let Some(row) = row else { return Ok(None) };
        let row = Row(&row, "run_reports");
        Ok(Some((row.json("body")?, row.at("made_at")?)))
    }

    /// The newest run of a store that has compared both sides.
    pub async fn newest_report(&self, store: StoreId) -> Result<Option<RunId>> {
        let newest = "SELECT MAX(run_id) AS id FROM run_reports JOIN runs ON runs.id = run_id WHERE store_id = ? \
             AND (dry_run = 1 OR kind <> 'END_OF_DAY')";
        let row = self.row(self.statement(newest).bind(store.0)).await?;
        Ok(row.map(|row| Row(&row, "run_reports").maybe_int("id")).transpose()?.flatten().map(RunId))
    }

    /// How many exceptions of each reason a run has, most frequent first.
    pub async fn exception_groups(&self, run: RunId) -> Result<Vec<(Reason, i64)>> {
        let statement = self
            .statement(
                "SELECT reason, COUNT(*) AS count FROM run_exceptions WHERE run_id = ? GROUP BY reason \
                 ORDER BY count DESC, reason",
            )
            .bind(run.0);
        let group = |row| {
            let row = Row(row, "run_exceptions");
            Ok((row.word("reason", Reason::from_code)?, row.int("count")?))
        };
        self.rows(statement).await?.iter().map(group).collect()
    }

    /// Exceptions of a run, by reason and record, after one of them.
    pub async fn exceptions(
        &self,
        run: RunId,
        reason: &str,
        (reason_before, record_before, skip): (&str, &str, i64),
        limit: i64,
    ) -> Result<Vec<Exception>> {
        let statement = self
            .statement(
                "SELECT * FROM run_exceptions WHERE run_id = ? AND (? = '' OR reason = ?) \
                 AND (reason > ? OR (reason = ? AND record > ?)) ORDER BY reason, record LIMIT ? OFFSET ?",
            )
            .bind(run.0)
            .bind(reason.to_owned())
            .bind(reason.to_owned())
            .bind(reason_before.to_owned())
            .bind(reason_before.to_owned())
            .bind(record_before.to_owned())
            .bind(limit)
            .bind(skip);
        let exception = |row| {
            let row = Row(row, "run_exceptions");
            Ok(Exception {
                reason: row.word("reason", Reason::from_code)?,
                record: row.text("record")?,
                detail: row.text("detail")?,
            })
        };
        self.rows(statement).await?.iter().map(exception).collect()
    }
}
