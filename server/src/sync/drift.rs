//! What somebody changed in the store: what it shows of a variant though it has neither sold nor taken back as much.
//!
//! Counts and orders are read one after the other, so that what a shopper buys between the two looks as if somebody had
//! changed a count. What looks so is read again, both of it, until two looks find the same.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use jiff::Timestamp;

use super::{Error, Result, Work, end_of_day, orders, variant_words};
use crate::{
    bigcommerce::{InventoryRow, StoreSettings},
    db::{Exception, Tx},
    domain::{
        reason::Reason,
        run::{Counts, PhaseKind},
    },
    warehouse::{
        counts::{self, Counted},
        items,
        promised::Promised,
    },
};

/// Looks at what seems changed, before what still does is taken for it.
const LOOKS: u32 = 5;
/// Variants that are looked at again in one request.
const AT_ONCE: usize = 250;
/// More that seem changed than this are not looked at again: so many are nobody's shopping between two readings.
const MANY: usize = 1000;

/// What both sides say at one time.
pub(super) struct Seen {
    /// What is promised to shoppers.
    pub(super) promised: Promised,
    /// By how much somebody changed counts in the store, by product and variant.
    pub(super) drifted: BTreeMap<(i64, i64), i64>,
    /// Up to when orders were read, by the store's clock.
    pub(super) until: Timestamp,
}

/// Reads the store's counts and what it sold since this run began.
pub(super) async fn look(work: &Work, phase: PhaseKind, rule: StoreSettings) -> Result<Seen> {
    check_location(work).await?;
    read_counts(work, phase).await?;
    // From before the orders were read: reading the store's counts takes a while, and it goes on selling.
    let until = match work.db.store_start(work.lease.run).await? {
        Some(start) => start,
        None => work.api.store_time().await?,
    };
    let mut seen = look_at_orders(work, rule, until).await?;
    for _ in 1..LOOKS {
        if seen.drifted.is_empty() || seen.drifted.len() > MANY {
            break;
        }
        let variants: Vec<i64> = seen.drifted.keys().map(|of| of.1).collect();
        for some in variants.chunks(AT_ONCE) {
            let rows = work.api.inventory_of(some).await?;
            let mut tx = work.page().await?;
            note_counts(work, &mut tx, rows).await?;
            tx.commit(&work.bus).await?;
        }
        let before = std::mem::take(&mut seen.drifted);
        seen = look_at_orders(work, rule, seen.until).await?;
        seen.drifted.retain(|of, _| before.contains_key(of));
        if seen.drifted == before {
            break;
        }
    }
    Ok(seen)
}

/// Sees to it that the location whose counts are ours is there: one that is not shows zero of everything, and one that is
/// disabled takes no count.
pub(super) async fn check_location(work: &Work) -> Result<()> {
    let id = work.configuration.store_location_id;
    let known = work.api.locations().await?.into_iter().find(|known| known.id == id);
    let problem = match known {
        Some(location) if location.enabled => return Ok(()),
        Some(location) => format!("({}) is disabled in the store. Enable it there", location.label),
        None => "is not among the store's locations. Add it there".to_owned(),
    };
    Err(Error::Missing(format!("location {id} {problem}, or choose another one as Store Location")))
}

/// Takes over what was sold since, and compares it with the store's counts as they were read last.
async fn look_at_orders(work: &Work, rule: StoreSettings, since: Timestamp) -> Result<Seen> {
    let until = orders::take_changes(work, since).await?;
    let promised = end_of_day::promised(work, rule).await?;
    let mut drifted = BTreeMap::new();
    let mut after = (0, 0);
    loop {
        let page = end_of_day::page(work, &promised, after).await?;
        let Some(last) = page.last() else { return Ok(Seen { promised, drifted, until }) };
        after = last.of;
        drifted.extend(
            page.iter().map(|counted| (counted.of, counted.drift())).filter(|(_, units)| *units != 0),
        );
    }
}

/// Reads what the store says it has, at the configured location.
async fn read_counts(work: &Work, phase: PhaseKind) -> Result<()> {
    let mut total = items::bound_variants(&work.db, work.store.id).await?.max(1);
    let mut next = 1;
    loop {
        let began_with = next;
        let mut pages = std::pin::pin!(work.api.inventory(next, total));
        while let Some(page) = pages.next().await {
            let page = page?;
            (next, total) = (page.number + 1, page.total);
            let mut tx = work.page().await?;
            note_counts(work, &mut tx, page.rows).await?;
            work.keep(tx, phase, "", Counts::default(), total).await?;
        }
        if next == began_with {
            return Ok(());
        }
    }
}

async fn note_counts(work: &Work, tx: &mut Tx, read: Vec<InventoryRow>) -> Result<()> {
    // A list without an order may show a row twice.
    let mut rows = BTreeMap::new();
    for row in read {
        let here = row.on_hand.iter().find(|(at, _)| *at == work.configuration.store_location_id);
        rows.insert((row.product_id, row.variant_id), here.map_or(0, |(_, units)| *units));
    }
    Ok(counts::note_read(tx, (work.store.id, work.lease.run), rows.into_iter().collect()).await?)
}

/// A count that somebody changed in the store.
pub(super) fn words(counted: &Counted) -> Exception {
    let says = counted.said.unwrap_or_default();
    Exception {
        reason: Reason::Drift,
        record: variant_words(counted.of.0, counted.of.1, ""),
        detail: format!("the store says {says} where {} were left", says - counted.drift()),
    }
}
