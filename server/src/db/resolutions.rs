//! What people decided about records that were parked.

use std::collections::HashMap;

use super::{
    Db, ParkedRecord, Result, Row, Tx, Value, bulk,
    parked::{parked, problem},
};
use crate::domain::{run::PhaseKind, store::StoreId};

/// What shall become of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The item with this number stands for it.
    Link(String),
    /// It becomes an item with this number.
    Number(String),
    /// It is left out while nothing about it changes.
    Skip,
}

impl Tx {
    /// Those of some records that are parked for the same problem as when they were read.
    pub async fn still_parked(
        &mut self,
        store: StoreId,
        records: &[ParkedRecord],
    ) -> Result<Vec<ParkedRecord>> {
        let ids = records.iter().map(|record| record.id.into()).collect();
        let head = "SELECT * FROM parked_records WHERE store_id = ?";
        let found = bulk::select_in(self, head, &[store.0], "id", ids).await?;
        let now: Vec<ParkedRecord> = found.iter().map(parked).collect::<Result<_>>()?;
        let is_same = |one: &ParkedRecord, other: &ParkedRecord| {
            (one.id, one.reason, &one.detail) == (other.id, other.reason, &other.detail)
        };
        Ok(now.into_iter().filter(|now| records.iter().any(|then| is_same(now, then))).collect())
    }

    /// Keeps what a person decided about records, in place of what was decided before.
    pub async fn resolve(
        &mut self,
        db: &Db,
        (store, records): (StoreId, &[ParkedRecord]),
        resolution: &Resolution,
        actor: &str,
    ) -> Result<()> {
        let at = db.clock.now().as_millisecond();
        let rows = records.iter().map(|record| {
            let (word, value) = match resolution {
                Resolution::Link(number) => ("LINK", number.clone()),
                Resolution::Number(number) => ("NUMBER", number.clone()),
                Resolution::Skip => ("SKIP", problem(record.reason, &record.detail)),
            };
            [
                store.0.into(),
                record.kind.word().into(),
                record.of.0.into(),
                record.of.1.into(),
                word.into(),
                value.into(),
                actor.into(),
                at.into(),
            ]
        });
        let into = "resolutions (store_id, kind, record_id, part_id, resolution, value, actor, at)";
        let again = "ON CONFLICT (store_id, kind, record_id, part_id) DO UPDATE SET \
                     resolution = excluded.resolution, value = excluded.value, actor = excluded.actor, at = excluded.at";
        bulk::insert(self, into, rows.collect(), again).await?;
        if matches!(resolution, Resolution::Skip) {
            let ids = records.iter().map(|record| record.id.into()).collect();
            bulk::change_in(self, "DELETE FROM parked_records WHERE store_id = ?", &[store.0], "id", ids)
                .await?;
        }
        Ok(())
    }

    /// What was decided about some products, by product and variant.
    pub async fn decided(
        &mut self,
        store: StoreId,
        products: Vec<i64>,
    ) -> Result<HashMap<(i64, i64), Resolution>> {
        let head = "SELECT * FROM resolutions WHERE kind = 'PRODUCTS' AND store_id = ?";
        let products = products.into_iter().map(Value::from).collect();
        let mut found = HashMap::new();
        for row in &bulk::select_in(self, head, &[store.0], "record_id", products).await? {
            let row = Row(row, "resolutions");
            let value = row.text("value")?;
            let resolution = |word: &str| match word {
                "LINK" => Some(Resolution::Link(value.clone())),
                "NUMBER" => Some(Resolution::Number(value.clone())),
                "SKIP" => Some(Resolution::Skip),
                _ => None,
            };
            let resolution = row.word("resolution", resolution)?;
            found.insert((row.int("record_id")?, row.int("part_id")?), resolution);
        }
        Ok(found)
    }

    /// The problems of some products or orders that a person has skipped, by record and part.
    pub async fn skipped(
        &mut self,
        (store, kind): (StoreId, PhaseKind),
        records: Vec<i64>,
    ) -> Result<HashMap<(i64, i64), String>> {
        let head = format!(
            "SELECT record_id, part_id, value FROM resolutions WHERE resolution = 'SKIP' AND kind = '{}' AND store_id = ?",
            kind.word()
        );
        let records = records.into_iter().map(Value::from).collect();
        let pair = |row| {
            let row = Row(row, "resolutions");
            Ok(((row.int("record_id")?, row.int("part_id")?), row.text("value")?))
        };
        bulk::select_in(self, &head, &[store.0], "record_id", records).await?.iter().map(pair).collect()
    }
}
