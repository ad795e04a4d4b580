//! What changed in a division: who, what, when, from what, to what.

use jiff::Timestamp;

use crate::{
    db::{Db, Error, Result, Row, Tx, insert},
    domain::{
        catalog::fold,
        run::{RunId, words},
        store::StoreId,
    },
};

/// The kind of thing that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// An item.
    Item,
    /// The units of an item in a location.
    Inventory,
    /// A picking order.
    PickingOrder,
    /// A customer.
    Customer,
    /// An initial dataset was made.
    Import,
}

words!(ChangeKind {
    Item = "ITEM",
    Inventory = "INVENTORY",
    PickingOrder = "PICKING_ORDER",
    Customer = "CUSTOMER",
    Import = "IMPORT",
});

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The kind of thing.
    pub kind: ChangeKind,
    /// Which one.
    pub record: String,
    /// What of it.
    pub field: String,
    /// What it was; empty for something new.
    pub old: String,
    /// What it is; empty for something that is gone.
    pub new: String,
}

/// Who changes something, and whose business it is.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The division.
    pub division: i64,
    /// The store; none for what belongs to the division alone.
    pub store: Option<StoreId>,
    /// Who.
    pub actor: String,
    /// The run; none where a person does it.
    pub run: Option<RunId>,
}

/// A change as it was kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its number in the division.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// The run; none where a person did it.
    pub run: Option<RunId>,
    /// What.
    pub change: Change,
}

/// Which changes to list.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    /// Only later ones.
    pub after: i64,
    /// Only of this kind.
    pub kind: Option<ChangeKind>,
    /// Only of this record; empty for all.
    pub record: String,
    /// Only those of this store and of the division itself.
    pub store: Option<StoreId>,
    /// Whether the newest come first.
    pub newest_first: bool,
}

impl Change {
    /// A value of a record became another one; none when it did not.
    pub fn of(
        kind: ChangeKind,
        record: &str,
        field: &str,
        old: impl Into<String>,
        new: impl Into<String>,
    ) -> Option<Self> {
        let (old, new) = (old.into(), new.into());
        (old != new).then(|| Self { kind, record: record.to_owned(), field: field.to_owned(), old, new })
    }
}

/// Keeps changes in the transaction that makes them.
pub async fn note(db: &Db, tx: &mut Tx, origin: &Origin, changes: Vec<Change>) -> Result<()> {
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return Ok(());
    }
    // The row is locked until the transaction ends, so that numbers appear in their order and without gaps.
    let take = "UPDATE divisions SET change_number = change_number + ? WHERE id = ? RETURNING change_number";
    let statement = tx.statement(take).bind(count).bind(origin.division);
    let row = tx.row(statement).await?;
    let row = row.ok_or_else(|| Error::Unusable(format!("there is no division {}", origin.division)))?;
    let first = Row(&row, "divisions").int("change_number")? - count + 1;
    let at = db.clock.now().as_millisecond();
    let rows = (first..).zip(changes).map(|(number, change)| {
        [
            origin.division.into(),
            number.into(),
            at.into(),
            origin.actor.clone().into(),
            origin.store.map(|store| store.0).into(),
            origin.run.map(|run| run.0).into(),
            change.kind.word().into(),
            fold(&change.record).into(),
            change.record.into(),
            change.field.into(),
            change.old.into(),
            change.new.into(),
        ]
    });
    let into = "changes (division_id, number, at, actor, store_id, run_id, kind, record_key, record, field, \
                old_value, new_value)";
    insert(tx, into, rows.collect(), "").await.map(drop)
}

/// Changes of a division, oldest first unless the newest are wanted.
pub async fn list(db: &Db, division: i64, filter: &ChangeFilter, limit: i64) -> Result<Vec<Kept>> {
    let (kind, record) = (filter.kind.map_or("", ChangeKind::word), fold(&filter.record));
    // Left out where it is not asked for, so that one record's changes are found by their index.
    let of_record = if record.is_empty() { "? = ''" } else { "record_key = ?" };
    let direction = if filter.newest_first { "DESC" } else { "ASC" };
    let statement = db
        .statement(&format!(
            "SELECT * FROM changes WHERE division_id = ? AND number > ? AND (? = '' OR kind = ?) \
             AND {of_record} AND (? = 0 OR store_id IS NULL OR store_id = ?) \
             ORDER BY number {direction} LIMIT ?"
        ))
        .bind(division)
        .bind(filter.after)
        .bind(kind)
        .bind(kind)
        .bind(record)
        .bind(filter.store.map_or(0, |store| store.0))
        .bind(filter.store.map_or(0, |store| store.0))
        .bind(limit);
    let kept = |row| {
        let row = Row(row, "changes");
        Ok(Kept {
            number: row.int("number")?,
            at: row.at("at")?,
            actor: row.text("actor")?,
            run: row.maybe_int("run_id")?.map(RunId),
            change: Change {
                kind: row.word("kind", ChangeKind::from_word)?,
                record: row.text("record")?,
                field: row.text("field")?,
                old: row.text("old_value")?,
                new: row.text("new_value")?,
            },
        })
    };
    db.rows(statement).await?.iter().map(kept).collect()
}

/// The number of a division's newest change.
pub async fn last(db: &Db, division: i64) -> Result<i64> {
    let statement = db.statement("SELECT change_number FROM divisions WHERE id = ?").bind(division);
    db.row(statement).await?.map_or(Ok(0), |row| Row(&row, "divisions").int("change_number"))
}
