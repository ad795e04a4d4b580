//! Every tracked item's sellable count goes to the store.
//!
//! The store's counts are read first, for what is equal already need not be written: each write could undo what the
//! store has just sold. Then everything is computed before anything is sent, so that a mistake in the warehouse does
//! not empty the store. What was sold while counts were sent is found by reading the orders again; the counts it
//! changes are sent again, until nothing is found.

use std::collections::{BTreeMap, HashSet};

use super::{
    Error, Result, Work, counted_orders,
    drift::{self, Seen},
    orders,
    seen::{self, Sent},
    variant_words,
};
use crate::{
    bigcommerce::{self, BATCH, Counted, NewCount, StoreSettings},
    db::{Exception, NewParked},
    domain::{
        catalog::Tracking,
        configuration::OpenOrders,
        reason::Reason,
        run::{Counts, PhaseKind},
        stock::Excess,
    },
    warehouse::{
        counts, places,
        promised::{self, Promised, Whose},
    },
};

const PHASE: PhaseKind = PhaseKind::Counts;
/// Passes over what was sold meanwhile, before the rest is left to the next day.
const PASSES: u32 = 5;

/// Publishes counts until the store agrees.
pub(super) async fn publish(work: &Work) -> Result<()> {
    let rule = counted_orders::rule(work).await?;
    let seen = drift::look(work, PHASE, rule).await?;
    check_excess(work, &seen).await?;
    let Seen { mut promised, mut until, .. } = seen;
    let mut refused = HashSet::new();
    let (mut settled, mut is_seen) = (false, true);
    for pass in 0..=PASSES {
        if pass > 0 {
            until = orders::take_changes(work, until).await?;
            promised = self::promised(work, rule).await?;
        }
        let sent = send(work, &promised, pass == 0, &mut refused).await?;
        settled = sent.is_empty();
        if settled && pass > 0 {
            break;
        }
        // What shoppers buy before the store shows a count is overwritten by it, so that the next pass must know of it.
        if is_seen && !seen::is_shown(work, &sent).await? {
            is_seen = false;
            note_unseen(work).await?;
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
    if !is_seen {
        // What was sent since, too.
        counts::doubt(&mut tx, (work.store.id, work.lease.run)).await?;
    }
    work.end(tx, PHASE).await
}

/// Writes down at once that the store does not show what it took: whoever goes on with this run does not wait for it again.
async fn note_unseen(work: &Work) -> Result<()> {
    let exception = Exception {
        reason: Reason::CountUnseen,
        record: "End of Day".to_owned(),
        detail: format!("not within {} seconds", work.patience.settled().as_secs()),
    };
    let mut tx = work.page().await?;
    work.db.add_exceptions(&mut tx, work.lease.run, &[exception]).await?;
    counts::doubt(&mut tx, (work.store.id, work.lease.run)).await?;
    Ok(tx.commit(&work.bus).await?)
}

/// What is promised to shoppers, of this store and where it is so configured of every store of the division.
pub(super) async fn promised(work: &Work, rule: StoreSettings) -> Result<Promised> {
    let divisions = places::divisions(&work.db, Some(work.store.id)).await?;
    let neighbours = divisions.into_iter().find(|division| division.id == work.place.division);
    let mut others = neighbours.map(|division| division.stores).unwrap_or_default();
    let all_count = work.configuration.open_orders == OpenOrders::Division;
    others.retain(|store| all_count && *store != work.store.id);
    let deducts_when_placed = rule.decreases_when_placed;
    let whose = Whose { store: work.store.id, deducts_when_placed, others };
    Ok(promised::promised(&work.db, &whose, None).await?)
}

/// Names what somebody changed in the store, and refuses to send what a person should look at first (OQ-20, OQ-43).
async fn check_excess(work: &Work, seen: &Seen) -> Result<()> {
    let restored_to = work.db.restored_to(work.store.id).await?;
    let mut excess = Excess { restored_to, ..Excess::default() };
    let mut after = (0, 0);
    loop {
        let page = page(work, &seen.promised, after).await?;
        let Some(last) = page.last() else { break };
        after = last.of;
        let mut drifted = Vec::new();
        for counted in &page {
            let in_store = counted.in_store.unwrap_or_default();
            excess.selling += i64::from(in_store > 0);
            excess.zeroes += i64::from(in_store > 0 && counted.end.publish() == 0);
            excess.units += (counted.end.publish() - in_store).abs();
            if seen.drifted.contains_key(&counted.of) {
                drifted.push(drift::words(counted));
            }
        }
        excess.drifted += i64::try_from(drifted.len()).unwrap_or(i64::MAX);
        if !drifted.is_empty() {
            let mut tx = work.page().await?;
            work.db.add_exceptions(&mut tx, work.lease.run, &drifted).await?;
            tx.commit(&work.bus).await?;
        }
    }
    let configuration = &work.configuration;
    let words = excess.beyond(configuration.hold, configuration.drift_policy, work.approved);
    if !words.is_empty() {
        list(work, &seen.promised).await?;
        return Err(Error::Held { excess, words });
    }
    if excess.restored_to.is_some() {
        let mut tx = work.page().await?;
        work.db.settle_restore(&mut tx, work.store.id).await?;
        tx.commit(&work.bus).await?;
    }
    Ok(())
}

/// Writes down every count that would be sent, for the person who decides.
async fn list(work: &Work, promised: &Promised) -> Result<()> {
    let mut after = (0, 0);
    loop {
        let page = page(work, promised, after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.of;
        let exceptions: Vec<_> = page.iter().filter_map(would_publish).collect();
        let mut tx = work.page().await?;
        work.db.add_exceptions(&mut tx, work.lease.run, &exceptions).await?;
        tx.commit(&work.bus).await?;
    }
}

/// What sending a count would change; nothing where the store shows it.
fn would_publish(counted: &counts::Counted) -> Option<Exception> {
    let quantity = counted.end.publish();
    let shows = counted.in_store.map_or_else(|| "nothing".to_owned(), |units| units.to_string());
    (counted.in_store != Some(quantity)).then(|| Exception {
        reason: Reason::WouldPublish,
        record: variant_words(counted.of.0, counted.of.1, ""),
        detail: format!("{shows} → {quantity}"),
    })
}

/// Some variants beyond one, with what they amount to.
pub(super) async fn page(
    work: &Work,
    promised: &Promised,
    after: (i64, i64),
) -> Result<Vec<counts::Counted>> {
    let scope = counts::Scope {
        store: work.store.id,
        run: work.lease.run,
        locations: &work.place.counted,
        buffer: work.configuration.safety_buffer,
        promised,
    };
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    Ok(counts::page(&work.db, scope, after, limit).await?)
}

/// Sends every count that differs from what the store shows; returns what was sent last.
async fn send(
    work: &Work,
    promised: &Promised,
    first: bool,
    refused: &mut HashSet<(i64, i64)>,
) -> Result<Vec<Sent>> {
    let mut sent = Vec::new();
    let mut after = (0, 0);
    loop {
        let at = work.db.clock.now();
        let page = page(work, promised, after).await?;
        let Some(last) = page.last() else { return Ok(sent) };
        after = last.of;
        let mut tallied = Counts::default();
        let mut exceptions = Vec::new();
        let mut told = Vec::new();
        let mut changed: BTreeMap<Counted, Sent> = BTreeMap::new();
        for counted in &page {
            if first && counted.end.shortage() > 0 {
                exceptions.push(Exception {
                    reason: Reason::Shortage,
                    record: variant_words(counted.of.0, counted.of.1, ""),
                    detail: format!("{} on hand, {} sold", counted.end.on_hand, counted.end.reserved),
                });
            }
            let quantity = counted.end.publish();
            if is_right(counted) || refused.contains(&counted.of) {
                tallied.unchanged += i64::from(first && !refused.contains(&counted.of));
                // The store agrees; from here on what it does is compared with this. Not where more is sold than there is:
                // its count may have gone below zero since it was read.
                let now = counted.baseline_now();
                let is_new = now.is_some() && counted.baseline != now;
                if is_right(counted) && is_new && counted.end.shortage() == 0 {
                    told.push(*counted);
                }
                continue;
            }
            if work.dry_run {
                exceptions.extend(would_publish(counted));
            }
            let shown = counted.in_store.unwrap_or_default();
            if first && counted.told.is_none() && quantity == 0 && counted.end.on_hand == 0 && shown > 0 {
                exceptions.push(Exception {
                    reason: Reason::NoneOnHand,
                    record: variant_words(counted.of.0, counted.of.1, ""),
                    detail: format!("the store showed {shown}"),
                });
            }
            // Variants that share a count are one write.
            changed.entry(identity(counted)).or_insert(Sent { of: counted.of, before: shown, quantity });
        }
        let differs =
            |counted: &&counts::Counted| changed.contains_key(&identity(counted)) && !is_right(counted);
        if !work.dry_run && !changed.is_empty() {
            // What is written and never noted must not look like somebody else's doing.
            let meant: Vec<_> = page.iter().filter(differs).copied().collect();
            let mut tx = work.page().await?;
            counts::note_meant(&mut tx, work.store.id, &meant).await?;
            tx.commit(&work.bus).await?;
        }
        let parked = if work.dry_run { Vec::new() } else { write(work, &changed).await? };
        refused.extend(parked.iter().map(|parked| (parked.record_id, parked.part_id)));
        changed.retain(|_, change| !refused.contains(&change.of));
        if !changed.is_empty() {
            sent = changed.values().copied().collect();
        }
        tallied.updated = i64::try_from(changed.len()).unwrap_or(i64::MAX);
        told.extend(
            page.iter().filter(|counted| changed.contains_key(&identity(counted)) && !is_right(counted)),
        );
        let mut tx = work.page().await?;
        counts::note_sent(&mut tx, (work.store.id, work.lease.run), at, &told).await?;
        work.db.add_exceptions(&mut tx, work.lease.run, &exceptions).await?;
        let of = (work.store.id, work.lease.run, PHASE);
        tallied += work.db.park(&mut tx, of, &parked).await?;
        // What the store takes again waits for nobody any more.
        let taken = changed.values().map(|change| change.of.0).collect();
        work.db.unpark(&mut tx, of, taken).await?;
        work.keep(tx, PHASE, "", tallied, 0).await?;
    }
}

/// Whether the store shows what it should, and need not be told.
///
/// Where more is sold than there is, it is told once even so: what it shows may have gone below zero since it was read, and
/// nothing could be said of drift from there on.
fn is_right(counted: &counts::Counted) -> bool {
    let is_known = counted.baseline.is_some() || counted.in_doubt || counted.end.shortage() == 0;
    counted.in_store == Some(counted.end.publish()) && is_known
}

/// What the store counts a variant as.
pub(super) fn identity(counted: &counts::Counted) -> Counted {
    match counted.tracking {
        Tracking::Product => Counted::Product(counted.of.0),
        _ => Counted::Variant(counted.of.1),
    }
}

/// Writes counts; where the store refuses a batch, its halves are tried, down to the ones it does not take.
async fn write(work: &Work, changed: &BTreeMap<Counted, Sent>) -> Result<Vec<NewParked>> {
    let location = work.configuration.store_location_id;
    let mut parked = Vec::new();
    let count =
        |(of, change): (&Counted, &Sent)| (change.of, NewCount { of: *of, quantity: change.quantity });
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
