//! Both sides compared: what the store should show, what it was told, and what it shows (spec failure mode 15).

use super::{Result, Work, counted_orders, drift, end_of_day, report, variant_words};
use crate::{
    db::{Check, Exception},
    domain::{
        reason::Reason,
        run::{Counts, PhaseKind},
    },
    warehouse::{counts, orders},
};

const PHASE: PhaseKind = PhaseKind::Comparison;

/// Compares every tracked variant, and how many orders are to be picked; nothing is sent.
pub(super) async fn compare(work: &Work) -> Result<()> {
    let rule = counted_orders::rule(work).await?;
    let seen = drift::look(work, PHASE, rule).await?;
    let (mut in_store, mut should_be) = (0, 0);
    // Kept with the end: a run that is resumed compares everything anew.
    let mut tallied = Counts::default();
    let (mut after, mut before) = ((0, 0), None);
    loop {
        let page = end_of_day::page(work, &seen.promised, after).await?;
        let Some(last) = page.last() else { break };
        after = last.of;
        let mut exceptions = Vec::new();
        for counted in &page {
            let (shows, should) = (counted.in_store.unwrap_or_default(), counted.end.publish());
            // Variants that share a count follow one another.
            let identity = Some(end_of_day::identity(counted));
            if identity != before {
                in_store += shows;
                should_be += should;
            }
            before = identity;
            if shows == should {
                tallied.unchanged += 1;
                continue;
            }
            tallied.updated += 1;
            exceptions.push(cause(counted, seen.drifted.contains_key(&counted.of)));
        }
        let mut tx = work.page().await?;
        work.db.add_exceptions(&mut tx, work.lease.run, &exceptions).await?;
        tx.commit(&work.bus).await?;
    }
    let checks = vec![
        Check {
            name: "Units that can be sold".to_owned(),
            store: in_store,
            warehouse: should_be,
            explanation: match tallied.updated {
                0 => "no count differs".to_owned(),
                differing => format!("{differing} counts differ; each has its cause below"),
            },
        },
        open_orders(work).await?,
    ];
    report::keep(work, checks).await?;
    let tx = work.page().await?;
    work.end_with(tx, PHASE, tallied, 0).await
}

/// Why a count differs.
fn cause(counted: &counts::Counted, is_drift: bool) -> Exception {
    let (shows, should) = (counted.in_store.unwrap_or_default(), counted.end.publish());
    let detail = match counted.told {
        Some(told) => format!("the store shows {shows}, was told {told}, should show {should}"),
        None => format!("the store shows {shows}, was never told, should show {should}"),
    };
    let record = variant_words(counted.of.0, counted.of.1, "");
    let reason = match counted.baseline {
        _ if counted.told.is_none() => Reason::NeverPublished,
        None if !counted.in_doubt => Reason::CountUnseen,
        Some(_) if is_drift => return drift::words(counted),
        Some(told) if counted.sold.for_nothing > told.for_nothing => Reason::PickedForNothing,
        _ => Reason::NotYetPublished,
    };
    Exception { reason, record, detail }
}

/// Orders that are to be picked, counted on both sides.
async fn open_orders(work: &Work) -> Result<Check> {
    let imported = &work.configuration.imported_statuses;
    let counts = work.api.order_counts().await?;
    let store = counts.iter().filter(|(status, _)| imported.contains(status)).map(|(_, count)| count).sum();
    let known = orders::known_in(&work.db, work.store.id, imported).await?;
    let waiting = work.db.parked_ids(work.store.id, PhaseKind::PickingOrders, 0, i64::from(i32::MAX)).await?;
    let explanation = format!(
        "{store} in the store in the statuses that are imported; {} orders wait for a person",
        waiting.len()
    );
    Ok(Check { name: "Orders to be picked".to_owned(), store, warehouse: known, explanation })
}
