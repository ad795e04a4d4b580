//! Both sides of an import, compared: what replaces "log in and verify".

use futures::try_join;

use super::{Result, Work, counted_orders, inventory, products};
use crate::{
    db::{Check, Exception, Report},
    domain::{
        reason::Reason,
        run::{Counts, PhaseKind, Run},
    },
    warehouse::{items, stock},
};

/// Counts both sides and keeps the comparison.
pub(super) async fn make(work: &Work) -> Result<()> {
    let run = work.db.existing_run(work.lease.run).await?;
    let (variants, items) = try_join!(
        items::bound_variants(&work.db, work.store.id),
        items::bound_items(&work.db, work.store.id)
    )?;
    let read: Option<products::Cursor> = cursor(&run, PhaseKind::Products);
    let counted: Option<inventory::Cursor> = cursor(&run, PhaseKind::Inventory);
    let mut checks = Vec::new();
    let mut orphans = Vec::new();
    if let Some(read) = read {
        let parked = read.parked_variants;
        let mut in_store = read.in_store;
        if in_store != variants + parked {
            (in_store, orphans) = try_join!(work.api.variant_count(), work.api.orphan_variants())?;
        }
        let left_out = i64::try_from(orphans.len()).unwrap_or(i64::MAX);
        checks.push(check(
            "Variants",
            (in_store, variants + parked + left_out),
            format!(
                "{in_store} in the store's own summary; {variants} have an item, {parked} are parked, \
                 {left_out} belong to no product"
            ),
        ));
        let counts = counts(&run, PhaseKind::Products);
        let wanted = counts.created + counts.updated + counts.unchanged;
        checks.push(check(
            "Items",
            (wanted, items),
            format!("made from {} products with {} variants", read.products, read.variants),
        ));
    }
    if let Some(counted) = counted {
        let units = stock::opening_units(&work.db, work.place.location, work.lease.run).await?;
        let added_back: i64 = counted_orders::deducted(work).await?.values().sum();
        let own = counted.units - added_back;
        checks.push(check(
            "Units on hand",
            (counted.units, units),
            format!("{own} counted in the store and {added_back} added back for open orders"),
        ));
    }
    let mut tx = work.db.begin_leased(&work.lease).await?;
    let orphans: Vec<Exception> = orphans
        .into_iter()
        .map(|id| Exception {
            reason: Reason::Orphan,
            record: format!("variant {id}"),
            detail: String::new(),
        })
        .collect();
    work.db.add_exceptions(&mut tx, work.lease.run, &orphans).await?;
    work.db.put_report(&mut tx, work.lease.run, &Report { place: work.place_codes(), checks }).await?;
    Ok(tx.commit(&work.bus).await?)
}

/// Keeps a comparison of a run.
pub(super) async fn keep(work: &Work, checks: Vec<Check>) -> Result<()> {
    let mut tx = work.db.begin_leased(&work.lease).await?;
    work.db.put_report(&mut tx, work.lease.run, &Report { place: work.place_codes(), checks }).await?;
    Ok(tx.commit(&work.bus).await?)
}

fn check(name: &str, (store, warehouse): (i64, i64), explanation: String) -> Check {
    Check { name: name.into(), store, warehouse, explanation }
}

fn counts(run: &Run, kind: PhaseKind) -> Counts {
    run.phases.iter().find(|phase| phase.kind == kind).map(|phase| phase.counts).unwrap_or_default()
}

fn cursor<T: serde::de::DeserializeOwned>(run: &Run, kind: PhaseKind) -> Option<T> {
    let phase = run.phases.iter().find(|phase| phase.kind == kind)?;
    serde_json::from_str(&phase.cursor).ok()
}
