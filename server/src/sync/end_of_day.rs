//! Every tracked item's sellable count goes to the store.
//!
//! The store's counts are read first, for what is equal already need not be written: each write could undo what the
//! store has just sold. Then everything is computed before anything is sent, so that a mistake in the warehouse does
//! not empty the store. What was sold while counts were sent is found by reading the orders again; the counts it
//! changes are sent again, until nothing is found.

use std::collections::{BTreeMap, HashSet};

use futures::StreamExt as _;

use super::{Error, Result, Work, counted_orders, orders, variant_words};
use crate::{
    bigcommerce::{self, BATCH, Counted, NewCount},
    db::{Exception, NewParked},
    domain::{
        catalog::Tracking,
        reason::Reason,
        run::{Counts, PhaseKind},
        stock::is_mass_change,
    },
    warehouse::{
        counts::{self, Promised},
        items,
    },
};

const PHASE: PhaseKind = PhaseKind::Counts;
/// Passes over what was sold meanwhile, before the rest is left to the next day.
const PASSES: u32 = 5;

/// Publishes counts until the store agrees.
pub(super) async fn publish(work: &Work) -> Result<()> {
    read_store(work).await?;
    let rule = counted_orders::rule(work).await?;
    // From before the orders were read: reading the store's counts takes a while, and it goes on selling.
    let mut since = match work.db.store_start(work.lease.run).await? {
        Some(start) => start,
        None => work.api.store_time().await?,
    };
    let mut refused = HashSet::new();
    let mut settled = false;
    for pass in 0..=PASSES {
        let from = since - jiff::SignedDuration::from_secs(2);
        since = work.api.store_time().await?;
        orders::take_changes(work, rule, from).await?;
        let promised = counts::promised(&work.db, work.store.id, rule.decreases_when_placed).await?;
        if pass == 0 {
            check_mass_change(work, &promised).await?;
        }
        settled = send(work, &promised, pass == 0, &mut refused).await? == 0;
        if settled && pass > 0 {
            break;
        }
    }
    let mut tx = work.page().await?;
    if !settled {
        let exception = Exception {
            reason: Reason::OrdersUnsettled,
            record: "End of Day".to_owned(),
            detail: format!("counts still changed in the last of {PASSES} passes"),
        };
        work.db.add_exceptions(&mut tx, work.lease.run, &[exception]).await?;
    }
    work.end(tx, PHASE).await
}

/// Reads what the store says it has, at the configured location.
async fn read_store(work: &Work) -> Result<()> {
    let mut total = items::bound_variants(&work.db, work.store.id).await?.max(1);
    let mut next = 1;
    loop {
        let began_with = next;
        let mut pages = std::pin::pin!(work.api.inventory(next, total));
        while let Some(page) = pages.next().await {
            let page = page?;
            (next, total) = (page.number + 1, page.total);
            // A list without an order may show a row twice.
            let mut rows = BTreeMap::new();
            for row in page.rows {
                let here = row.on_hand.iter().find(|(at, _)| *at == work.configuration.store_location_id);
                rows.insert((row.product_id, row.variant_id), here.map_or(0, |(_, units)| *units));
            }
            let mut tx = work.page().await?;
            counts::note_read(&mut tx, (work.store.id, work.lease.run), rows.into_iter().collect()).await?;
            work.keep(tx, PHASE, "", Counts::default(), total).await?;
        }
        if next == began_with {
            return Ok(());
        }
    }
}

/// Refuses to send what would empty the store (OQ-20).
async fn check_mass_change(work: &Work, promised: &Promised) -> Result<()> {
    let (mut selling, mut to_zero) = (0, 0);
    let mut after = (0, 0);
    loop {
        let page = page(work, promised, after).await?;
        let Some(last) = page.last() else { break };
        after = last.of;
        for counted in &page {
            let sells = counted.in_store.is_some_and(|units| units > 0);
            selling += i64::from(sells);
            to_zero += i64::from(sells && counted.end.publish() == 0);
        }
    }
    if is_mass_change(selling, to_zero, work.approved) {
        return Err(Error::Held { to_zero, selling });
    }
    Ok(())
}

async fn page(work: &Work, promised: &Promised, after: (i64, i64)) -> Result<Vec<counts::Counted>> {
    let of = (work.store.id, work.lease.run, work.place.location);
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    Ok(counts::page(&work.db, of, promised, after, limit).await?)
}

/// Sends every count that differs from what the store shows; returns how many.
async fn send(
    work: &Work,
    promised: &Promised,
    first: bool,
    refused: &mut HashSet<(i64, i64)>,
) -> Result<usize> {
    let mut sent = 0;
    let mut after = (0, 0);
    loop {
        let page = page(work, promised, after).await?;
        let Some(last) = page.last() else { return Ok(sent) };
        after = last.of;
        let mut tallied = Counts::default();
        let mut shortages = Vec::new();
        let mut changed: BTreeMap<Counted, ((i64, i64), i64)> = BTreeMap::new();
        for counted in &page {
            if first && counted.end.shortage() > 0 {
                shortages.push(Exception {
                    reason: Reason::Shortage,
                    record: variant_words(counted.of.0, counted.of.1, ""),
                    detail: format!("{} on hand, {} sold", counted.end.on_hand, counted.end.reserved),
                });
            }
            let quantity = counted.end.publish();
            if counted.in_store == Some(quantity) || refused.contains(&counted.of) {
                tallied.unchanged += i64::from(first && !refused.contains(&counted.of));
                continue;
            }
            // Variants that share a count are one write.
            changed.entry(identity(counted)).or_insert((counted.of, quantity));
        }
        let parked = write(work, &changed).await?;
        refused.extend(parked.iter().map(|parked| (parked.record_id, parked.part_id)));
        changed.retain(|_, (of, _)| !refused.contains(of));
        sent += changed.len();
        tallied.updated = i64::try_from(changed.len()).unwrap_or(i64::MAX);
        tallied.parked = i64::try_from(parked.len()).unwrap_or(i64::MAX);
        let told = page.iter().filter(|counted| changed.contains_key(&identity(counted)));
        let told = told.map(|counted| (counted.of, counted.end.publish())).collect();
        let mut tx = work.page().await?;
        counts::note_sent(&mut tx, (work.store.id, work.lease.run), told).await?;
        work.db.add_exceptions(&mut tx, work.lease.run, &shortages).await?;
        work.db.park(&mut tx, (work.store.id, work.lease.run, PHASE), &parked).await?;
        work.keep(tx, PHASE, "", tallied, 0).await?;
    }
}

/// What the store counts a variant as.
fn identity(counted: &counts::Counted) -> Counted {
    match counted.tracking {
        Tracking::Product => Counted::Product(counted.of.0),
        _ => Counted::Variant(counted.of.1),
    }
}

/// Writes counts; where the store refuses a batch, its halves are tried, down to the ones it does not take.
async fn write(work: &Work, changed: &BTreeMap<Counted, ((i64, i64), i64)>) -> Result<Vec<NewParked>> {
    let location = work.configuration.store_location_id;
    let mut parked = Vec::new();
    let count = |(of, (variant, quantity)): (&Counted, &((i64, i64), i64))| {
        (*variant, NewCount { of: *of, quantity: *quantity })
    };
    let mut batches = vec![changed.iter().map(count).collect::<Vec<_>>()];
    while let Some(batch) = batches.pop() {
        if batch.is_empty() {
            continue;
        }
        let counts: Vec<NewCount> = batch.iter().map(|(_, count)| *count).collect();
        match work.api.set_counts(location, &counts).await {
            Ok(()) => {}
            Err(bigcommerce::Error::Refused { message, .. }) if batch.len() == 1 => {
                let (product_id, variant_id) = batch[0].0;
                parked.push(NewParked {
                    record_id: product_id,
                    part_id: variant_id,
                    record: variant_words(product_id, variant_id, ""),
                    reason: Reason::CountRefused,
                    detail: message,
                });
            }
            Err(bigcommerce::Error::Refused { .. }) => {
                let (left, right) = batch.split_at(batch.len() / 2);
                batches.extend([right.to_vec(), left.to_vec()]);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(parked)
}
