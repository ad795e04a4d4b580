//! Stock counts become inventory, once.
//!
//! The store's count and the orders it has deducted are read one after the other, and both move. So orders are read
//! first, counts next, and then every order that changed since; the items of those that did are counted again, until
//! a pass finds nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use futures::{StreamExt as _, try_join};
use serde::{Deserialize, Serialize};

use super::{OVERLAP, Result, Work, counted_orders, drift, variant_words};
use crate::{
    bigcommerce::{InventoryPage, InventoryRow, StoreSettings},
    db::{Exception, NewParked, Tx},
    domain::{
        catalog::Tracking,
        reason::Reason,
        run::{Counts, PhaseKind},
        stock::{OpeningStock, StoreCount, opening_stock},
    },
    warehouse::{items, stock},
};

const PHASE: PhaseKind = PhaseKind::Inventory;
/// Pages of 1,000 counts that are written in one transaction when they come faster than they can be written.
const PAGES_AT_ONCE: usize = 2;
/// Variants asked for by id in one request.
const BY_ID: usize = 250;
/// Passes over changed orders before the rest is reported instead.
const PASSES: u32 = 5;

/// How far the counts have been read.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Cursor {
    stage: Stage,
    /// Units applied from the store's counts and from open orders.
    pub(super) units: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    /// Counts are to be read from this page on; orders were read at this instant of the store's clock (ms).
    Pages { next: i64, since: i64 },
    /// Variants beyond this product and variant that came with no page are to be asked for.
    Uncounted { product: i64, variant: i64, since: i64 },
    /// Orders that changed since are to be looked at.
    Closing { since: i64 },
}

/// Reads every count, beginning where an earlier attempt stopped.
pub(super) async fn import(work: &Work, cursor: &str) -> Result<()> {
    let (mut cursor, rule) = match serde_json::from_str(cursor) {
        Ok(cursor) => (cursor, counted_orders::rule(work).await?),
        Err(_) => read_orders(work).await?,
    };
    loop {
        match cursor.stage {
            Stage::Pages { next, since } => read_pages(work, &mut cursor, next, since).await?,
            Stage::Uncounted { product, variant, since } => {
                read_uncounted(work, &mut cursor, (product, variant), since).await?;
            }
            Stage::Closing { since } => {
                settle(work, &mut cursor, rule, since).await?;
                let mut tx = work.page().await?;
                if work.place.auto_delete_zero {
                    stock::delete_empty_openings(&mut tx, work.place.location, work.lease.run).await?;
                }
                return work.end(tx, PHASE).await;
            }
        }
    }
}

impl Cursor {
    fn json(self) -> String {
        serde_json::json!(self).to_string()
    }
}

async fn read_orders(work: &Work) -> Result<(Cursor, StoreSettings)> {
    drift::check_location(work).await?;
    let since = (work.api.store_time().await? - OVERLAP).as_millisecond();
    let (rule, orders) = try_join!(counted_orders::rule(work), counted_orders::fetch_all(work))?;
    let mut tx = work.page().await?;
    counted_orders::read_all(work, &mut tx, rule, orders).await?;
    let cursor = Cursor { stage: Stage::Pages { next: 1, since }, units: 0 };
    work.keep(tx, PHASE, &cursor.json(), Counts::default(), 0).await?;
    Ok((cursor, rule))
}

async fn read_pages(work: &Work, cursor: &mut Cursor, next: i64, since: i64) -> Result<()> {
    let deducted = counted_orders::deducted(work).await?;
    // There should be a count for every variant; the pages tell whether there are more.
    let mut total = items::bound_variants(&work.db, work.store.id).await?;
    let mut next = next;
    loop {
        let began_with = next;
        let mut pages = std::pin::pin!(work.api.inventory(next, total.max(1)).ready_chunks(PAGES_AT_ONCE));
        while let Some(pages) = pages.next().await {
            let page = InventoryPage::join(pages)?;
            let mut tx = work.page().await?;
            let counts = apply(work, &mut tx, cursor, &page.rows, &deducted).await?;
            (next, total) = (page.number + 1, page.total);
            cursor.stage = Stage::Pages { next, since };
            work.keep(tx, PHASE, &cursor.json(), counts, total).await?;
        }
        if next == began_with {
            break;
        }
    }
    cursor.stage = Stage::Uncounted { product: 0, variant: 0, since };
    Ok(())
}

async fn read_uncounted(work: &Work, cursor: &mut Cursor, after: (i64, i64), since: i64) -> Result<()> {
    let location = work.place.location;
    let missing = stock::uncounted(&work.db, work.store.id, location, after, BY_ID).await?;
    let Some(&(product, variant)) = missing.last() else {
        cursor.stage = Stage::Closing { since };
        return Ok(());
    };
    let deducted = counted_orders::deducted(work).await?;
    let rows = read_by_id(work, &missing).await?;
    let mut tx = work.page().await?;
    let counts = apply(work, &mut tx, cursor, &rows, &deducted).await?;
    cursor.stage = Stage::Uncounted { product, variant, since };
    work.keep(tx, PHASE, &cursor.json(), counts, 0).await
}

/// The counts of some variants; one the store says nothing about counts as a row without locations.
async fn read_by_id(work: &Work, variants: &[(i64, i64)]) -> Result<Vec<InventoryRow>> {
    let ids: Vec<i64> = variants.iter().map(|(_, variant)| *variant).collect();
    let mut rows = work.api.inventory_of(&ids).await?;
    let known: HashSet<(i64, i64)> = rows.iter().map(|row| (row.product_id, row.variant_id)).collect();
    rows.extend(variants.iter().filter(|key| !known.contains(key)).map(|&(product_id, variant_id)| {
        InventoryRow { product_id, variant_id, sku: String::new(), on_hand: Vec::new() }
    }));
    Ok(rows)
}

/// Counts items again whose orders changed while counts were read, until none did.
async fn settle(work: &Work, cursor: &mut Cursor, rule: StoreSettings, since: i64) -> Result<()> {
    if !rule.decreases_when_placed {
        return Ok(());
    }
    let mut unsettled = Vec::new();
    for pass in 0..=PASSES {
        let since = jiff::Timestamp::from_millisecond(since).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let changed = counted_orders::fetch_changed(work, since).await?;
        let affected = counted_orders::affected(work, rule, &changed).await?;
        if affected.is_empty() {
            return Ok(());
        }
        if pass == PASSES {
            unsettled = affected;
            break;
        }
        let mut rows = Vec::new();
        for some in bound_keys(work, &affected).await?.chunks(BY_ID) {
            rows.extend(read_by_id(work, some).await?);
        }
        // The orders are kept with the counts they explain, or not at all.
        let mut tx = work.page().await?;
        counted_orders::take_over(work, &mut tx, rule, &changed).await?;
        let deducted = counted_orders::deducted_in(work, &mut tx).await?;
        let counts = apply(work, &mut tx, cursor, &rows, &deducted).await?;
        work.keep(tx, PHASE, &cursor.json(), counts, 0).await?;
    }
    let mut tx = work.page().await?;
    let exception = |(product, variant)| Exception {
        reason: Reason::OrdersUnsettled,
        record: variant_words(product, variant, ""),
        detail: format!("changed in each of {PASSES} passes"),
    };
    let exceptions: Vec<_> = unsettled.into_iter().map(exception).collect();
    work.db.add_exceptions(&mut tx, work.lease.run, &exceptions).await?;
    work.keep(tx, PHASE, &cursor.json(), Counts::default(), 0).await
}

/// The bound variants among products and variants of order lines.
async fn bound_keys(work: &Work, affected: &[(i64, i64)]) -> Result<Vec<(i64, i64)>> {
    let products: BTreeSet<i64> = affected.iter().map(|(product, _)| *product).collect();
    let location = work.place.location;
    let countable = stock::countable(&mut work.page().await?, work.store.id, location, products).await?;
    let mut keys: Vec<(i64, i64)> = countable
        .into_iter()
        .filter(|((product, variant), countable)| {
            countable.tracking == Tracking::Product
                || affected.contains(&(*product, *variant))
                || affected.contains(&(*product, 0))
        })
        .map(|(key, _)| key)
        .collect();
    keys.sort_unstable();
    Ok(keys)
}

/// A page of counts, sorted out.
#[derive(Default)]
struct Sorted {
    counts: Counts,
    openings: Vec<(i64, i64)>,
    exceptions: Vec<Exception>,
    parked: Vec<NewParked>,
}

/// Applies counts to the items that stand for their variants.
async fn apply(
    work: &Work,
    tx: &mut Tx,
    cursor: &mut Cursor,
    rows: &[InventoryRow],
    deducted: &HashMap<i64, i64>,
) -> Result<Counts> {
    let products: BTreeSet<i64> = rows.iter().map(|row| row.product_id).collect();
    // Whoever picks waits: what they leave without a record must not be counted anew.
    work.db.lock_store(tx, work.store.id).await?;
    let countable = stock::countable(tx, work.store.id, work.place.location, products).await?;
    let mut sorted = Sorted::default();
    let mut seen = HashSet::new();
    for row in rows {
        let Some(known) = countable.get(&(row.product_id, row.variant_id)) else {
            sorted.counts.skipped += 1;
            sorted.except(row, Reason::UnknownProduct, String::new());
            continue;
        };
        if known.tracking == Tracking::None {
            sorted.counts.skipped += 1;
            sorted.except(row, Reason::NotTracked, String::new());
            continue;
        }
        // Variants that share a count are one item, counted once.
        if !seen.insert(known.item_id) {
            continue;
        }
        let opening = sorted.opening(work, row, deducted.get(&known.item_id).copied().unwrap_or_default());
        let ours = match known.on_hand {
            Some(_) => known.opening_run == Some(work.lease.run),
            None => !known.is_touched,
        };
        let before = known.on_hand.unwrap_or_default();
        if !ours {
            sorted.keep_theirs(row, before, opening.on_hand);
            continue;
        }
        sorted.recount(known.on_hand, &opening, work.place.auto_delete_zero);
        cursor.units += opening.on_hand - before;
        sorted.openings.push((known.item_id, opening.on_hand));
    }
    let at = work.db.clock.now();
    stock::set_opening(tx, work.place.location, work.lease.run, at, sorted.openings).await?;
    work.db.add_exceptions(tx, work.lease.run, &sorted.exceptions).await?;
    work.db.park(tx, (work.store.id, work.lease.run, PHASE), &sorted.parked).await?;
    Ok(sorted.counts)
}

impl Sorted {
    fn except(&mut self, row: &InventoryRow, reason: Reason, detail: String) {
        let record = variant_words(row.product_id, row.variant_id, &row.sku);
        self.exceptions.push(Exception { reason, record, detail });
    }

    /// What the store's count amounts to, with everything the report must say about it.
    fn opening(&mut self, work: &Work, row: &InventoryRow, deducted: i64) -> OpeningStock {
        let ours = work.configuration.store_location_id;
        let here = row.on_hand.iter().find(|(location, _)| *location == ours).map(|(_, units)| *units);
        let elsewhere: i64 =
            row.on_hand.iter().filter(|(location, _)| *location != ours).map(|(_, units)| units).sum();
        if here.is_none() {
            self.except(row, Reason::NoCount, String::new());
        }
        if elsewhere != 0 {
            self.except(row, Reason::OtherLocation, format!("{elsewhere} units elsewhere"));
        }
        let on_hand = here.unwrap_or_default();
        let opening = opening_stock(StoreCount { on_hand, deducted }, work.place.auto_delete_zero);
        for reason in &opening.remarks {
            let detail = match reason {
                Reason::NegativeCount => format!("the store says {on_hand}"),
                Reason::AddedBack => {
                    format!("{on_hand} in the store + {deducted} in open orders = {}", opening.on_hand)
                }
                _ => String::new(),
            };
            self.except(row, *reason, detail);
        }
        opening
    }

    /// The warehouse's own quantity stays; a person compares (amendment E).
    fn keep_theirs(&mut self, row: &InventoryRow, theirs: i64, store: i64) {
        if theirs == store {
            self.counts.unchanged += 1;
            return;
        }
        self.counts.parked += 1;
        self.parked.push(NewParked {
            record_id: row.product_id,
            part_id: row.variant_id,
            record: variant_words(row.product_id, row.variant_id, &row.sku),
            reason: Reason::InventoryExists,
            detail: format!("the warehouse has {theirs}, the store would make it {store}"),
        });
    }

    /// Counts an item, which may have been counted before in this run.
    fn recount(&mut self, before: Option<i64>, opening: &OpeningStock, auto_delete_zero: bool) {
        match before.map(|units| units > 0 || !auto_delete_zero) {
            Some(true) => self.counts.created -= 1,
            Some(false) => self.counts.skipped -= 1,
            None => {}
        }
        if opening.has_record { self.counts.created += 1 } else { self.counts.skipped += 1 }
    }
}
