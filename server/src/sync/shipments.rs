//! What the warehouse has sent goes into the store's books, once.
//!
//! BigCommerce has no key that makes a repeated request harmless, and each shipment writes an e-mail to the shopper. So
//! the shipments an order has are written down before the first try. When the answer is lost, nothing is tried again
//! before the request can no longer be under way; then a shipment that was not there before and has our lines is ours,
//! and only without one there is another try. What BigCommerce takes over later than that would be a second one.

use std::collections::BTreeSet;

use tracing::warn;

use super::{Error, Result, Work};
use crate::{
    bigcommerce,
    db::{Exception, NewParked, Tx},
    domain::{
        carrier::provider_in,
        configuration::ShipmentRule,
        order::OrderLine,
        reason::Reason,
        run::{Counts, PhaseKind, RunKind},
        schedule::SKEW,
    },
    warehouse::{
        changes::Change,
        order_states::{self, Wanted},
        orders::PickingOrder,
        shipments::{self, Shipment, ShipmentState},
    },
};

const PHASE: PhaseKind = PhaseKind::Shipments;

/// Sends what is owed; what was tried is looked for first.
pub(super) async fn send(work: &Work) -> Result<()> {
    if work.dry_run {
        return show(work).await;
    }
    let (mut unsettled, mut unread) = (BTreeSet::new(), None);
    for shipment in shipments::owed(&work.db, work.store.id).await? {
        if work.stop.is_cancelled() {
            return Err(Error::Stopped);
        }
        // A later shipment of an order waits until it is known what became of an earlier one.
        if unsettled.contains(&shipment.of.0)
            || !read(settle(work, &shipment).await, &mut unread)?.unwrap_or(false)
        {
            unsettled.insert(shipment.of.0);
            let tx = work.page().await?;
            work.keep(tx, PHASE, "", Counts { skipped: 1, ..Counts::default() }, 0).await?;
        }
    }
    // A status mail without its tracking number helps nobody, so shipments go first (facts section 11).
    for (order, wanted) in order_states::owed(&work.db, work.store.id).await? {
        if !unsettled.contains(&order) {
            read(set_status(work, order, wanted).await, &mut unread)?;
        }
    }
    if let Some(error) = unread {
        // A run for nothing else says so and is left alone for a while; others have more to do.
        if work.kind == RunKind::Shipments {
            return Err(error.into());
        }
        warn!(error = &error as &dyn std::error::Error, "what is owed waits until its order can be read");
    }
    let tx = work.page().await?;
    work.end(tx, PHASE).await
}

/// What became of something that is owed; none where its order cannot be read, which keeps no other waiting.
fn read<T>(done: Result<T>, unread: &mut Option<bigcommerce::Error>) -> Result<Option<T>> {
    match done {
        Err(Error::BigCommerce(error @ bigcommerce::Error::Unreadable { .. })) => {
            *unread = Some(error);
            Ok(None)
        }
        done => done.map(Some),
    }
}

/// What would be sent, for a dry run.
async fn show(work: &Work) -> Result<()> {
    let owed = shipments::owed(&work.db, work.store.id).await?;
    let exception = |shipment: &Shipment| Exception {
        reason: Reason::WouldSend,
        record: format!("order {}, shipment {}", shipment.of.0, shipment.id),
        detail: format!("{} lines {}", shipment.lines.len(), shipment.tracking_number),
    };
    let exceptions: Vec<Exception> = owed.iter().map(exception).collect();
    let mut tx = work.page().await?;
    work.db.add_exceptions(&mut tx, work.lease.run, &exceptions).await?;
    work.end(tx, PHASE).await
}

/// Sets an order's status where the store has not done so itself.
async fn set_status(work: &Work, order: i64, wanted: Wanted) -> Result<()> {
    let found = work.api.order(order).await?;
    let status = found.as_ref().and_then(|order| order.status_to_set(wanted == Wanted::Completed));
    let mut refused = Vec::new();
    if let Some(status) = status {
        match work.api.set_order_status(order, status).await {
            Ok(()) | Err(bigcommerce::Error::NotFound { .. }) => {}
            Err(error) if error.is_temporary() => return Ok(()),
            Err(error @ bigcommerce::Error::Refused { .. }) => refused.push(NewParked {
                record_id: order,
                part_id: 0,
                record: format!("order {order}"),
                reason: Reason::StatusRefused,
                detail: error.to_string(),
            }),
            Err(error) => return Err(error.into()),
        }
    }
    let mut tx = work.page().await?;
    order_states::settle(&mut tx, work.store.id, order, wanted).await?;
    let mut counts = work.db.park(&mut tx, (work.store.id, work.lease.run, PHASE), &refused).await?;
    counts.updated = i64::from(status.is_some() && refused.is_empty());
    work.keep(tx, PHASE, "", counts, 0).await
}

/// Finds out or brings about what becomes of a shipment; false while that is not known.
async fn settle(work: &Work, shipment: &Shipment) -> Result<bool> {
    let Some(order) = work.api.order(shipment.of.0).await? else {
        return refuse(work, shipment, "the store does not have the order any more").await;
    };
    let there = work.api.shipments(shipment.of.0).await?;
    if shipment.state == ShipmentState::Tried {
        let now = work.db.clock.now();
        if shipment.tried_at.is_some_and(|at| at > now + SKEW) {
            // A clock was ahead then: as if it had been tried just now.
            let mut tx = work.page().await?;
            shipments::date_try(&mut tx, shipment.id, now).await?;
            tx.commit(&work.bus).await?;
            return Ok(false);
        }
        let settled = shipment.tried_at.is_none_or(|at| at + work.patience.settled() <= work.db.clock.now());
        if let Some(found) = find(work, shipment, &shipment.known, &there).await? {
            return sent(work, shipment, found).await;
        }
        if !settled {
            return Ok(false);
        }
    }
    let lines: Vec<&OrderLine> = order.lines().collect();
    for (line, units) in &shipment.lines {
        let left = lines.iter().find(|known| known.line_id == *line).map_or(0, |line| line.to_pick(0));
        if left < *units {
            let problem = format!("line {line} of the order has {left} units left to ship, not {units}");
            return refuse(work, shipment, &problem).await;
        }
    }
    attempt(work, shipment, &there).await
}

/// The shipment among those of its order that was not there before the last try and is ours.
async fn find(
    work: &Work,
    shipment: &Shipment,
    known: &[i64],
    there: &[bigcommerce::Shipment],
) -> Result<Option<i64>> {
    let ids = there.iter().map(|there| there.id);
    let ours = shipments::are_ours(&work.db, work.store.id, ids).await?;
    let found = there.iter().find(|there| {
        !known.contains(&there.id)
            && !ours.contains(&there.id)
            && there.consignment_id == shipment.of.1
            && there.lines == shipment.lines
    });
    Ok(found.map(|found| found.id))
}

/// One try: written down, then made, then marked.
async fn attempt(work: &Work, shipment: &Shipment, there: &[bigcommerce::Shipment]) -> Result<bool> {
    let known: Vec<i64> = there.iter().map(|shipment| shipment.id).collect();
    // First, for it may take an hour: a try, and the lease that outlasts it, are counted from when it is sent.
    let slot = work.api.slot().await;
    let mut tx = work.page().await?;
    shipments::note_try(&mut tx, shipment.id, &known, work.db.clock.now()).await?;
    tx.commit(&work.bus).await?;
    // From here on the lease outlasts the request, so that nobody else can try meanwhile.
    work.db.renew_lease(&work.lease, work.patience.lease).await?;
    let new = bigcommerce::NewShipment {
        order_id: shipment.of.0,
        consignment_id: shipment.of.1,
        provider: shipment.provider.clone(),
        tracking_number: shipment.tracking_number.clone(),
        lines: shipment.lines.clone(),
    };
    match work.api.ship(&new, slot, work.patience.time_out()).await {
        Ok(id) => sent(work, shipment, id).await,
        // Most of the time it is there by now; counts that do not know of it would sell what it holds once more.
        Err(error) if error.is_temporary() => {
            let Ok(there) = work.api.shipments(shipment.of.0).await else { return Ok(false) };
            match find(work, shipment, &known, &there).await? {
                Some(found) => sent(work, shipment, found).await,
                None => Ok(false),
            }
        }
        Err(error @ (bigcommerce::Error::Refused { .. } | bigcommerce::Error::NotFound { .. })) => {
            refuse(work, shipment, &error.to_string()).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn sent(work: &Work, shipment: &Shipment, store_shipment: i64) -> Result<bool> {
    let mut tx = work.page().await?;
    shipments::note_sent(&mut tx, shipment.id, store_shipment).await?;
    let order = (work.store.id, shipment.of.0);
    let rule = work.configuration.pickup_rule;
    let is_complete = order_states::owe_completed(&work.db, &mut tx, order, rule).await?;
    if !is_complete && work.configuration.set_order_status {
        order_states::owe(&work.db, &mut tx, order.0, order.1, Wanted::Shipped).await?;
    }
    work.keep(tx, PHASE, "", Counts { created: 1, ..Counts::default() }, 0).await?;
    Ok(true)
}

async fn refuse(work: &Work, shipment: &Shipment, problem: &str) -> Result<bool> {
    let mut tx = work.page().await?;
    shipments::note_refused(&mut tx, shipment.id, problem).await?;
    let parked = NewParked {
        record_id: shipment.of.0,
        part_id: shipment.id,
        record: format!("order {}, shipment {}", shipment.of.0, shipment.id),
        reason: Reason::ShipmentRefused,
        detail: problem.to_owned(),
    };
    let counts = work.db.park(&mut tx, (work.store.id, work.lease.run, PHASE), &[parked]).await?;
    work.keep(tx, PHASE, "", counts, 0).await?;
    Ok(true)
}

/// Owes the store what the end of picking orders brings about, as if a person had picked their last unit (OQ-30); returns
/// what that changes.
pub(super) async fn report_closed(work: &Work, tx: &mut Tx, closed: &[PickingOrder]) -> Result<Vec<Change>> {
    let values = &work.configuration;
    let mut changes = Vec::new();
    for order in closed {
        let of = (work.store.id, order.of.1);
        order_states::owe_completed(&work.db, tx, of, values.pickup_rule).await?;
        if !order.is_pickup() && values.shipment_rule == ShipmentRule::OnClose {
            let parcel = (provider_in(&order.header.method), "");
            // A run may close an order that a person has reopened meanwhile once more.
            let number = work.db.next_id("shipments").await?;
            let by = (format!("run {}", work.lease.run.0), format!("closed/{}/{number}", order.id));
            changes.extend(shipments::owe_picked(&work.db, tx, order, parcel, by).await?);
        }
    }
    Ok(changes)
}
