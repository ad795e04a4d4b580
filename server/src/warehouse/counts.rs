//! Counts of a store's variants: what the warehouse has, what the store says, what it was told.

use jiff::Timestamp;

use super::promised::Promised;
use crate::{
    db::{Db, Result, Row, Tx, insert, list_of},
    domain::{
        catalog::Tracking,
        run::RunId,
        stock::{Baseline, DayEnd, Sold},
        store::StoreId,
    },
};

/// A tracked variant at the End of Day.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// The product and the variant.
    pub of: (i64, i64),
    /// How the store counts it.
    pub tracking: Tracking,
    /// The item that stands for it.
    pub item: i64,
    /// What it amounts to.
    pub end: DayEnd,
    /// What the store has sold of it.
    pub sold: Sold,
    /// Whether nobody knows yet what the store has deducted of it.
    pub in_doubt: bool,
    /// What the store shows, as far as this run knows: what it was told, or else what it said.
    pub in_store: Option<i64>,
    /// What the store said in this run, before it was told anything.
    pub said: Option<i64>,
    /// What the store was told last; none where it never was.
    pub told: Option<i64>,
    /// When the store's count was put right last; none before the first End of Day, and where nobody knows what the store
    /// has made of that.
    pub baseline: Option<Baseline>,
    /// What the store was being told when nobody heard how that ended.
    pub meant: Option<Baseline>,
}

impl Counted {
    /// By how much somebody changed the store's count; 0 as long as nobody can know.
    pub fn drift(&self) -> i64 {
        if self.in_doubt {
            return 0;
        }
        self.heard().zip(self.said).map_or(0, |(told, said)| told.drift(said, self.sold))
    }

    /// What the store was told: what it was being told when a server or a connection broke down, where it shows that.
    fn heard(&self) -> Option<Baseline> {
        let shows = |(meant, said): &(Baseline, i64)| meant.drift(*said, self.sold) == 0;
        self.meant.zip(self.said).filter(shows).map(|(meant, _)| meant).or(self.baseline)
    }

    /// What is kept of it when the store is told its count, or found to agree; nothing where that is in doubt.
    pub fn baseline_now(&self) -> Option<Baseline> {
        (!self.in_doubt).then(|| Baseline {
            published: self.end.publish(),
            sold: self.sold.units(),
            for_nothing: self.sold.for_nothing,
        })
    }
}

/// What counts are worked out for, and from what.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// The store.
    pub store: StoreId,
    /// The run whose readings count.
    pub run: RunId,
    /// The locations whose units count.
    pub locations: &'s [i64],
    /// Units of each item that are never offered.
    pub buffer: i64,
    /// What is promised to shoppers.
    pub promised: &'s Promised,
}

/// Some tracked variants beyond one, by product and variant, with what they amount to.
pub async fn page(db: &Db, scope: Scope<'_>, after: (i64, i64), limit: i64) -> Result<Vec<Counted>> {
    let locations = list_of(scope.locations.iter().copied());
    let statement = db
        .statement(&format!(
            "SELECT bindings.product_id, bindings.variant_id, bindings.item_id, tracking, \
             CAST((SELECT COALESCE(SUM(on_hand), 0) FROM inventory WHERE inventory.item_id = bindings.item_id \
             AND location_id IN ({locations})) AS BIGINT) AS on_hand, \
             CASE WHEN sent_in = ? THEN published WHEN read_in = ? THEN in_store END AS in_store, \
             CASE WHEN read_in = ? AND (sent_in IS NULL OR sent_in <> read_in) THEN in_store END AS said, \
             published, COALESCE(baseline, 'null') AS baseline, COALESCE(being_told, 'null') AS being_told \
             FROM bindings LEFT JOIN counts ON counts.store_id = bindings.store_id \
             AND counts.product_id = bindings.product_id AND counts.variant_id = bindings.variant_id \
             WHERE bindings.store_id = ? AND tracking <> 'NONE' AND orphaned_at IS NULL \
             AND (bindings.product_id > ? OR (bindings.product_id = ? AND bindings.variant_id > ?)) \
             ORDER BY bindings.product_id, bindings.variant_id LIMIT ?"
        ))
        .bind(scope.run.0)
        .bind(scope.run.0)
        .bind(scope.run.0)
        .bind(scope.store.0)
        .bind(after.0)
        .bind(after.0)
        .bind(after.1)
        .bind(limit);
    let counted = |row| {
        let row = Row(row, "counts");
        let item = row.int("item_id")?;
        Ok(Counted {
            of: (row.int("product_id")?, row.int("variant_id")?),
            tracking: row.word("tracking", Tracking::from_word)?,
            item,
            end: DayEnd {
                on_hand: row.int("on_hand")?,
                reserved: scope.promised.reserved(item),
                unsent: scope.promised.unsent(item),
                buffer: scope.buffer,
            },
            sold: Sold {
                picked: scope.promised.picked(item),
                deducted: scope.promised.deducted(item),
                unsent: scope.promised.unsent(item),
                for_nothing: scope.promised.for_nothing(item),
                kept: scope.promised.kept(item),
            },
            in_doubt: scope.promised.is_in_doubt(item),
            in_store: row.maybe_int("in_store")?,
            said: row.maybe_int("said")?,
            told: row.maybe_int("published")?,
            baseline: baseline(&row, "baseline")?,
            meant: baseline(&row, "being_told")?,
        })
    };
    db.rows(statement).await?.iter().map(counted).collect()
}

fn json(told: Option<Baseline>) -> String {
    serde_json::json!(told.map(|told| [told.published, told.sold, told.for_nothing])).to_string()
}

fn baseline(row: &Row<'_>, column: &'static str) -> Result<Option<Baseline>> {
    let told = row.json::<Option<(i64, i64, i64)>>(column)?;
    Ok(told.map(|(published, sold, for_nothing)| Baseline { published, sold, for_nothing }))
}

/// Writes down what the store says it has.
pub async fn note_read(
    tx: &mut Tx,
    (store, run): (StoreId, RunId),
    counts: Vec<((i64, i64), i64)>,
) -> Result<()> {
    let rows = counts.into_iter().map(|((product, variant), units)| {
        [store.0.into(), product.into(), variant.into(), units.into(), run.0.into()]
    });
    let into = "counts (store_id, product_id, variant_id, in_store, read_in)";
    let again = "ON CONFLICT (store_id, product_id, variant_id) DO UPDATE SET in_store = excluded.in_store, \
                 read_in = excluded.read_in";
    insert(tx, into, rows.collect(), again).await.map(drop)
}

/// Writes down what the store is about to be told, and what it has heard of an earlier attempt.
pub async fn note_meant(tx: &mut Tx, store: StoreId, counts: &[Counted]) -> Result<()> {
    let rows = counts.iter().map(|counted| {
        let heard = counted.heard().filter(|_| !counted.in_doubt);
        let told = [counted.baseline_now(), heard].map(json);
        let [being_told, baseline] = told.map(Into::into);
        [store.0.into(), counted.of.0.into(), counted.of.1.into(), being_told, baseline]
    });
    let into = "counts (store_id, product_id, variant_id, being_told, baseline)";
    let again = "ON CONFLICT (store_id, product_id, variant_id) DO UPDATE SET being_told = excluded.being_told, \
                 baseline = excluded.baseline";
    insert(tx, into, rows.collect(), again).await.map(drop)
}

/// Writes down what the store was told, or was found to agree with.
pub async fn note_sent(
    tx: &mut Tx,
    (store, run): (StoreId, RunId),
    at: Timestamp,
    counts: &[Counted],
) -> Result<()> {
    let rows = counts.iter().map(|counted| {
        [
            store.0.into(),
            counted.of.0.into(),
            counted.of.1.into(),
            counted.end.publish().into(),
            json(counted.baseline_now()).into(),
            run.0.into(),
            at.as_millisecond().into(),
        ]
    });
    let into = "counts (store_id, product_id, variant_id, published, baseline, sent_in, sent_at)";
    let again = "ON CONFLICT (store_id, product_id, variant_id) DO UPDATE SET published = excluded.published, \
                 baseline = excluded.baseline, being_told = NULL, sent_in = excluded.sent_in, \
                 sent_at = excluded.sent_at";
    insert(tx, into, rows.collect(), again).await.map(drop)
}

/// Notes that the store does not show what a run has sent, so that nobody takes what it shows for somebody's doing.
pub async fn doubt(tx: &mut Tx, (store, run): (StoreId, RunId)) -> Result<()> {
    let statement = tx
        .statement(
            "UPDATE counts SET baseline = NULL WHERE store_id = ? AND sent_in = ? \
             AND (in_store IS NULL OR in_store <> published)",
        )
        .bind(store.0)
        .bind(run.0);
    tx.execute(statement).await.map(drop)
}

/// What the store was told about a variant, when, and what it said last.
pub async fn told(
    db: &Db,
    store: StoreId,
    of: (i64, i64),
) -> Result<(Option<i64>, Option<Timestamp>, Option<i64>)> {
    let statement = db
        .statement("SELECT * FROM counts WHERE store_id = ? AND product_id = ? AND variant_id = ?")
        .bind(store.0)
        .bind(of.0)
        .bind(of.1);
    let Some(row) = db.row(statement).await? else { return Ok((None, None, None)) };
    let row = Row(&row, "counts");
    let (sent_in, read_in) = (row.maybe_int("sent_in")?, row.maybe_int("read_in")?);
    let (published, in_store) = (row.maybe_int("published")?, row.maybe_int("in_store")?);
    // What was written after the last reading is what the store shows, as far as anybody knows.
    let shows = if sent_in >= read_in { published } else { in_store };
    Ok((published, row.maybe_at("sent_at")?, shows))
}

/// Writes down units of an ended order that the store never gives back though they are here, and those that it gave back
/// though they had left; fewer than none where it took some of these again.
pub async fn note_end(
    tx: &mut Tx,
    store: StoreId,
    of: (i64, i64),
    (kept, returned): (i64, i64),
) -> Result<()> {
    let statement = tx
        .statement(
            "INSERT INTO counts (store_id, product_id, variant_id, kept, returned) SELECT store_id, product_id, \
             MIN(variant_id), CAST(? AS BIGINT), CAST(? AS BIGINT) FROM bindings WHERE store_id = ? AND product_id = ? AND (variant_id = ? OR ? = 0) \
             GROUP BY store_id, product_id \
             ON CONFLICT (store_id, product_id, variant_id) DO UPDATE SET kept = counts.kept + excluded.kept, \
             returned = counts.returned + excluded.returned",
        )
        .bind(kept)
        .bind(returned)
        .bind(store.0)
        .bind(of.0)
        .bind(of.1)
        .bind(of.1);
    tx.execute(statement).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_before_a_server_broke_down_is_no_drift() {
        let told = Baseline { published: 8, ..Baseline::default() };
        let counted = Counted {
            of: (1, 1),
            tracking: Tracking::Variant,
            item: 1,
            end: DayEnd { on_hand: 11, ..DayEnd::default() },
            sold: Sold::default(),
            in_doubt: false,
            in_store: Some(11),
            said: Some(11),
            told: Some(8),
            baseline: Some(told),
            meant: Some(Baseline { published: 11, ..told }),
        };
        assert_eq!((counted.drift(), counted.heard()), (0, counted.meant), "a third attempt keeps it");
        assert_eq!(Counted { said: Some(8), ..counted }.drift(), 0, "it never got there");
        assert_eq!(Counted { said: Some(8), ..counted }.heard(), Some(told));
        assert_eq!(Counted { said: Some(9), ..counted }.drift(), 1, "somebody was there, too");
    }
}
