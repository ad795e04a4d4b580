//! Records that wait for a person.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::{Db, Result, Row, Tx, Value, bulk};
use crate::domain::{
    reason::Reason,
    run::{PhaseKind, RunId},
    store::StoreId,
};

/// A record to be parked.
#[derive(Clone, Debug)]
pub struct NewParked {
    /// Id of the product or the order in BigCommerce.
    pub record_id: i64,
    /// Id of the variant or the consignment; 0 for the whole.
    pub part_id: i64,
    /// What it is in the store, in words.
    pub record: String,
    /// Why.
    pub reason: Reason,
    /// The particulars.
    pub detail: String,
}

/// A record that waits for a person.
#[derive(Clone, Debug)]
pub struct ParkedRecord {
    /// Its number.
    pub id: i64,
    /// The run that parked it last.
    pub run: RunId,
    /// The kind of data.
    pub kind: PhaseKind,
    /// What it is in the store, in words.
    pub record: String,
    /// Why.
    pub reason: Reason,
    /// The particulars.
    pub detail: String,
    /// When it was parked first.
    pub parked_at: Timestamp,
}

fn parked(row: &AnyRow) -> Result<ParkedRecord> {
    let row = Row(row, "parked_records");
    Ok(ParkedRecord {
        id: row.int("id")?,
        run: RunId(row.int("run_id")?),
        kind: row.word("kind", PhaseKind::from_word)?,
        record: row.text("record")?,
        reason: row.word("reason", Reason::from_code)?,
        detail: row.text("detail")?,
        parked_at: row.at("parked_at")?,
    })
}

impl Db {
    /// Parks records, or notes that they are still parked.
    pub async fn park(
        &self,
        tx: &mut Tx,
        (store, run, kind): (StoreId, RunId, PhaseKind),
        records: &[NewParked],
    ) -> Result<()> {
        let ids = self.next_ids("parked_records", records.len()).await?;
        let at = self.clock.now().as_millisecond();
        let rows = ids.zip(records).map(|(id, new)| {
            [
                id.into(),
                store.0.into(),
                run.0.into(),
                kind.word().into(),
                new.record_id.into(),
                new.part_id.into(),
                new.record.clone().into(),
                new.reason.words().code.into(),
                new.detail.clone().into(),
                at.into(),
            ]
        });
        let into = "parked_records (id, store_id, run_id, kind, record_id, part_id, record, reason, detail, \
                    parked_at)";
        let again = "ON CONFLICT (store_id, kind, record_id, part_id) DO UPDATE SET run_id = excluded.run_id, \
                     record = excluded.record, reason = excluded.reason, detail = excluded.detail";
        bulk::insert(tx, into, rows.collect(), again).await.map(drop)
    }

    /// Frees records that a run has read again and has not parked again.
    pub async fn unpark(
        &self,
        tx: &mut Tx,
        (store, run, kind): (StoreId, RunId, PhaseKind),
        read: Vec<i64>,
    ) -> Result<()> {
        let head = format!(
            "DELETE FROM parked_records WHERE store_id = ? AND run_id <> ? AND kind = '{}'",
            kind.word()
        );
        bulk::change_in(
            tx,
            &head,
            &[store.0, run.0],
            "record_id",
            read.into_iter().map(Value::from).collect(),
        )
        .await
    }

    /// How many records of a store wait.
    pub async fn parked_count(&self, store: StoreId, reason: &str) -> Result<i64> {
        let count =
            "SELECT COUNT(*) AS count FROM parked_records WHERE store_id = ? AND (? = '' OR reason = ?)";
        let statement = self.statement(count).bind(store.0).bind(reason.to_owned()).bind(reason.to_owned());
        self.row(statement).await?.map_or(Ok(0), |row| Row(&row, "parked_records").int("count"))
    }

    /// The records of a store that wait, oldest first, after a number.
    pub async fn parked_records(
        &self,
        store: StoreId,
        reason: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ParkedRecord>> {
        let statement = self
            .statement(
                "SELECT * FROM parked_records WHERE store_id = ? AND (? = '' OR reason = ?) AND id > ? \
                 ORDER BY id LIMIT ?",
            )
            .bind(store.0)
            .bind(reason.to_owned())
            .bind(reason.to_owned())
            .bind(after)
            .bind(limit);
        self.rows(statement).await?.iter().map(parked).collect()
    }
}
