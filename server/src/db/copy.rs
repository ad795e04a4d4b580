//! A throw-away copy of one store, on which a dry run does everything a real one would.

use std::path::Path;

use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Column as _, Row as _, TypeInfo as _, any::AnyRow};

use super::{Db, Engine, Exception, Lease, Result, Tx, Value, bulk, schema, sqlite_pool};
use crate::domain::{reason::Reason, run::PhaseState};

/// The tables a run reads or writes, parents first, with the condition that selects one store's rows.
const TABLES: [(&str, &str); 27] = [
    ("sequences", "1 = 1"),
    ("stores", "id = :store"),
    ("configurations", "store_id = :store"),
    ("runs", "id = :run"),
    ("phases", "run_id = :run"),
    ("divisions", "id IN (:divisions)"),
    ("division_stores", "division_id IN (:divisions)"),
    ("uoms", "division_id IN (:divisions)"),
    ("sites", "division_id IN (:divisions)"),
    ("locations", "site_id IN (SELECT id FROM sites WHERE division_id IN (:divisions))"),
    ("items", "division_id IN (:divisions)"),
    ("inventory", "item_id IN (SELECT id FROM items WHERE division_id IN (:divisions))"),
    ("adjustments", "item_id IN (SELECT id FROM items WHERE division_id IN (:divisions))"),
    ("carriers", "division_id IN (:divisions)"),
    ("shipping_methods", "carrier_id IN (SELECT id FROM carriers WHERE division_id IN (:divisions))"),
    ("bindings", "store_id IN (:neighbours)"),
    ("open_order_lines", "store_id IN (:neighbours)"),
    ("cursors", "store_id = :store"),
    ("counts", "store_id = :store"),
    ("parked_records", "store_id = :store"),
    ("resolutions", "store_id = :store"),
    ("customers", "division_id IN (:divisions)"),
    ("picking_orders", "division_id IN (:divisions)"),
    (
        "picking_lines",
        "picking_order_id IN (SELECT id FROM picking_orders WHERE division_id IN (:divisions))",
    ),
    ("picks", "picking_order_id IN (SELECT id FROM picking_orders WHERE division_id IN (:divisions))"),
    ("shipments", "picking_order_id IN (SELECT id FROM picking_orders WHERE division_id IN (:divisions))"),
    (
        "shipment_lines",
        "shipment_id IN (SELECT shipments.id FROM shipments JOIN picking_orders ON picking_orders.id = \
         picking_order_id WHERE division_id IN (:divisions))",
    ),
];

/// The copy leaves out rows that others refer to, such as the runs that parked a record.
pub(super) const PARTIAL: &str = "PRAGMA foreign_keys = OFF";

impl Db {
    /// Copies what a run of this store may touch into a new SQLite file; the same statements then work on it.
    pub async fn copy_for_dry_run(&self, lease: &Lease, file: &Path) -> Result<Self> {
        self.forget_findings(lease).await?;
        let url = format!("sqlite:{}?mode=rwc", file.display());
        let (writer, reader) = (sqlite_pool(&url, 1, &[PARTIAL]).await?, sqlite_pool(&url, 2, &[]).await?);
        schema::bring_up_to_date(Engine::Sqlite, &writer).await?;
        // With figures of its own: what is done to a throw-away copy is not the database's work.
        let copy = Self::over(Engine::Sqlite, (writer, reader), self.clock.clone(), self.sealer.clone());
        let mut tx = copy.begin().await?;
        for (table, condition) in TABLES {
            let condition = condition
                .replace(
                    ":neighbours",
                    "SELECT store_id FROM division_stores WHERE division_id IN (:divisions)",
                )
                .replace(":divisions", "SELECT division_id FROM division_stores WHERE store_id = :store")
                .replace(":store", &lease.store.0.to_string())
                .replace(":run", &lease.run.0.to_string());
            // Those of this version alone: a newer one may have added to the tables meanwhile.
            let columns = columns(&copy, table).await?;
            let sql = format!("SELECT {columns} FROM {table} WHERE {condition}");
            let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&self.reader).try_chunks(500);
            while let Some(chunk) = rows.try_next().await.map_err(|error| error.1)? {
                insert_rows(&mut tx, table, &chunk).await?;
            }
        }
        // The copy is nobody else's: its lease never runs out.
        let endless = tx.statement("UPDATE runs SET lease_until = ?").bind(i64::MAX);
        tx.execute(endless).await?;
        tx.inner.commit().await?;
        Ok(copy)
    }

    /// Brings what a dry run found back from its copy: counts, exceptions and report.
    pub async fn take_findings(&self, copy: &Self, lease: &Lease) -> Result<()> {
        let mut tx = self.begin_leased(lease).await?;
        for table in ["run_exceptions", "run_reports"] {
            let sql = format!("SELECT * FROM {table} WHERE run_id = {}", lease.run.0);
            let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&copy.reader).try_chunks(500);
            while let Some(chunk) = rows.try_next().await.map_err(|error| error.1)? {
                insert_rows(&mut tx, table, &chunk).await?;
            }
        }
        // What the copy would have changed is what a person wants to see before it happens.
        let changes = tx
            .statement(
                "SELECT record || ', ' || field AS record, CASE WHEN old_value = '' THEN 'new: ' || new_value \
                 ELSE old_value || ' → ' || new_value END AS detail FROM changes WHERE run_id = ? AND kind <> 'IMPORT' ORDER BY number",
            )
            .bind(lease.run.0);
        let mut rows = changes.fetch(&copy.reader).try_chunks(500);
        while let Some(chunk) = rows.try_next().await.map_err(|error| error.1)? {
            let would = |row| {
                let row = super::Row(row, "changes");
                let (record, detail) = (row.text("record")?, row.text("detail")?);
                Ok(Exception { reason: Reason::WouldChange, record, detail })
            };
            let exceptions: Vec<Exception> = chunk.iter().map(would).collect::<Result<_>>()?;
            self.add_exceptions(&mut tx, lease.run, &exceptions).await?;
        }
        for phase in copy.existing_run(lease.run).await?.phases {
            // What another run did is not this one's to do again.
            if phase.state == PhaseState::AlreadyDone {
                continue;
            }
            let (begun, ended) =
                (phase.began_at.unwrap_or(self.clock.now()), phase.ended_at.unwrap_or(self.clock.now()));
            tx.begin_phase(lease, phase.kind, begun).await?;
            tx.advance_phase(lease, phase.kind, "", phase.counts, phase.expected).await?;
            tx.end_phase(lease, phase.kind, false, ended).await?;
        }
        Ok(tx.inner.commit().await?)
    }

    /// Forgets what an attempt brought back that was stopped before its end: the next one does everything again.
    async fn forget_findings(&self, lease: &Lease) -> Result<()> {
        let mut tx = self.begin_leased(lease).await?;
        for forget in [
            "DELETE FROM run_exceptions WHERE run_id = ?",
            "DELETE FROM run_reports WHERE run_id = ?",
            "UPDATE phases SET state = 'WAITING', created = 0, updated = 0, unchanged = 0, skipped = 0, parked = 0, \
             expected = 0, began_at = NULL, ended_at = NULL WHERE run_id = ? AND state = 'DONE'",
        ] {
            let forget = tx.statement(forget).bind(lease.run.0);
            tx.execute(forget).await?;
        }
        Ok(tx.inner.commit().await?)
    }
}

/// The columns of a table of the copy.
async fn columns(copy: &Db, table: &str) -> Result<String> {
    let names = copy.statement("SELECT name FROM pragma_table_info(?)").bind(table.to_owned());
    let names = copy.rows(names).await?;
    let names: Vec<String> =
        names.iter().map(|row| super::Row(row, "pragma_table_info").text("name")).collect::<Result<_>>()?;
    Ok(names.join(", "))
}

async fn insert_rows(tx: &mut Tx, table: &str, rows: &[AnyRow]) -> Result<()> {
    for row in rows {
        let columns: Vec<&str> = row.columns().iter().map(sqlx::Column::name).collect();
        let values = vec!["?"; columns.len()].join(", ");
        let sql = format!("INSERT INTO {table} ({}) VALUES ({values})", columns.join(", "));
        let mut statement = tx.statement(&sql);
        for column in row.columns() {
            let index = column.ordinal();
            let value = match column.type_info().name() {
                "TEXT" => row.try_get::<Option<String>, _>(index)?.map_or(Value::MaybeInt(None), Value::Text),
                _ => row.try_get::<Option<i64>, _>(index).map(Value::MaybeInt)?,
            };
            statement = bulk::bind(statement, value);
        }
        tx.execute(statement).await?;
    }
    Ok(())
}
