//! Records that wait for a person.

use std::collections::HashSet;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::{Db, Result, Row, Tx, Value, bulk};
use crate::domain::{
    reason::Reason,
    run::{Counts, PhaseKind, RunId},
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
    /// Ids of the product or order, and of the variant, consignment or shipment, in BigCommerce.
    pub of: (i64, i64),
    /// What it is in the store, in words.
    pub record: String,
    /// Why.
    pub reason: Reason,
    /// The particulars.
    pub detail: String,
    /// When it was parked first.
    pub parked_at: Timestamp,
}

/// The records of a store that are parked for the same reason.
#[derive(Clone, Debug)]
pub struct ParkedGroup {
    /// Why.
    pub reason: Reason,
    /// Their kinds of data.
    pub kinds: Vec<PhaseKind>,
    /// How many there are.
    pub count: i64,
    /// When the first of them was parked.
    pub oldest_at: Timestamp,
}

impl NewParked {
    /// What is wrong, as a person has to skip it.
    fn problem(&self) -> String {
        problem(self.reason, &self.detail)
    }
}

/// What is wrong with a record, as one text.
pub(super) fn problem(reason: Reason, detail: &str) -> String {
    format!("{}: {detail}", reason.words().code)
}

pub(super) fn parked(row: &AnyRow) -> Result<ParkedRecord> {
    let row = Row(row, "parked_records");
    Ok(ParkedRecord {
        id: row.int("id")?,
        run: RunId(row.int("run_id")?),
        kind: row.word("kind", PhaseKind::from_word)?,
        of: (row.int("record_id")?, row.int("part_id")?),
        record: row.text("record")?,
        reason: row.word("reason", Reason::from_code)?,
        detail: row.text("detail")?,
        parked_at: row.at("parked_at")?,
    })
}

impl Db {
    /// Parks records, or notes that they are still parked; returns how many wait now, and how many are left out.
    ///
    /// What a person has skipped stays so while nothing about it changes.
    pub async fn park(
        &self,
        tx: &mut Tx,
        (store, run, kind): (StoreId, RunId, PhaseKind),
        records: &[NewParked],
    ) -> Result<Counts> {
        let all = records.len();
        let ids = records.iter().map(|new| new.record_id).collect();
        let left_out = tx.skipped((store, kind), ids).await?;
        let records: Vec<&NewParked> = records
            .iter()
            .filter(|new| left_out.get(&(new.record_id, new.part_id)) != Some(&new.problem()))
            .collect();
        let ids = self.next_ids("parked_records", records.len()).await?;
        let at = self.clock.now().as_millisecond();
        let rows = ids.zip(&records).map(|(id, new)| {
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
        // A record that comes twice in a run waits once.
        let head = format!(
            "SELECT record_id, part_id FROM parked_records WHERE store_id = ? AND run_id = ? AND kind = '{}'",
            kind.word()
        );
        let ids = records.iter().map(|new| new.record_id.into()).collect();
        let here: HashSet<(i64, i64)> = bulk::select_in(tx, &head, &[store.0, run.0], "record_id", ids)
            .await?
            .iter()
            .map(|row| {
                Ok((Row(row, "parked_records").int("record_id")?, Row(row, "parked_records").int("part_id")?))
            })
            .collect::<Result<_>>()?;
        let fresh = records.iter().filter(|new| !here.contains(&(new.record_id, new.part_id)));
        let count = |records: usize| i64::try_from(records).unwrap_or(i64::MAX);
        let counts =
            Counts { parked: count(fresh.count()), skipped: count(all - records.len()), ..Counts::default() };
        bulk::insert(tx, into, rows.collect(), again).await.map(|_| counts)
    }

    /// One record of a store that waits.
    pub async fn parked_record(&self, store: StoreId, id: i64) -> Result<Option<ParkedRecord>> {
        let statement = self.statement("SELECT * FROM parked_records WHERE store_id = ? AND id = ?");
        self.row(statement.bind(store.0).bind(id)).await?.as_ref().map(parked).transpose()
    }

    /// Frees a record.
    pub async fn free(&self, tx: &mut Tx, id: i64) -> Result<()> {
        let statement = tx.statement("DELETE FROM parked_records WHERE id = ?").bind(id);
        tx.execute(statement).await.map(drop)
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

    /// The products or orders of a kind of data that wait, in their order, beyond one.
    pub async fn parked_ids(
        &self,
        store: StoreId,
        kind: PhaseKind,
        after: i64,
        limit: i64,
    ) -> Result<Vec<i64>> {
        let statement = self
            .statement(
                "SELECT DISTINCT record_id FROM parked_records WHERE store_id = ? AND kind = ? AND record_id > ? \
                 ORDER BY record_id LIMIT ?",
            )
            .bind(store.0)
            .bind(kind.word())
            .bind(after)
            .bind(limit);
        self.rows(statement).await?.iter().map(|row| Row(row, "parked_records").int("record_id")).collect()
    }

    /// How many records of a store wait.
    pub async fn parked_count(&self, store: StoreId, reason: &str) -> Result<i64> {
        let count =
            "SELECT COUNT(*) AS count FROM parked_records WHERE store_id = ? AND (? = '' OR reason = ?)";
        let statement = self.statement(count).bind(store.0).bind(reason.to_owned()).bind(reason.to_owned());
        self.row(statement).await?.map_or(Ok(0), |row| Row(&row, "parked_records").int("count"))
    }

    /// The records of a store that wait, by reason, the largest group first.
    pub async fn parked_groups(&self, store: StoreId) -> Result<Vec<ParkedGroup>> {
        let sql = "SELECT reason, kind, COUNT(*) AS count, MIN(parked_at) AS oldest_at FROM parked_records \
                   WHERE store_id = ? GROUP BY reason, kind";
        let mut groups: Vec<ParkedGroup> = Vec::new();
        for row in &self.rows(self.statement(sql).bind(store.0)).await? {
            let row = Row(row, "parked_records");
            let reason = row.word("reason", Reason::from_code)?;
            let (kind, count) = (row.word("kind", PhaseKind::from_word)?, row.int("count")?);
            let oldest_at = row.at("oldest_at")?;
            if let Some(group) = groups.iter_mut().find(|group| group.reason == reason) {
                group.kinds.push(kind);
                group.count += count;
                group.oldest_at = group.oldest_at.min(oldest_at);
            } else {
                groups.push(ParkedGroup { reason, kinds: vec![kind], count, oldest_at });
            }
        }
        groups.sort_by_key(|group| (-group.count, group.reason.words().code));
        Ok(groups)
    }

    /// The records of a store that wait, oldest first, after a number.
    pub async fn parked_records(
        &self,
        store: StoreId,
        reason: &str,
        (after, skip): (i64, i64),
        limit: i64,
    ) -> Result<Vec<ParkedRecord>> {
        let statement = self
            .statement(
                "SELECT * FROM parked_records WHERE store_id = ? AND (? = '' OR reason = ?) AND id > ? \
                 ORDER BY id LIMIT ? OFFSET ?",
            )
            .bind(store.0)
            .bind(reason.to_owned())
            .bind(reason.to_owned())
            .bind(after)
            .bind(limit)
            .bind(skip);
        self.rows(statement).await?.iter().map(parked).collect()
    }
}
