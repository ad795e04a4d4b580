//! What must be true when everything has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use jiff::SignedDuration;
use plugin_host_proto::v1::{EndOfDayRequest, ReconcileRequest, RunState, ShipmentState, SyncRequest};

use super::Fortnight;

/// Causes of a difference between what the store shows and what it should show.
const DIFFERENCES: [&str; 4] = ["DRIFT", "PICKED_FOR_NOTHING", "NOT_YET_PUBLISHED", "NEVER_PUBLISHED"];

impl Fortnight {
    /// Everything comes to rest, and both sides are compared.
    pub(super) async fn end(&mut self) -> anyhow::Result<Vec<String>> {
        self.store.clear_scripts();
        for _ in 0..2 {
            self.set_clocks(self.clock.now() + SignedDuration::from_mins(20));
            self.settle(None).await?;
        }
        let mut client = self.operator.client.plugin_host();
        let run = client.sync(SyncRequest::default()).await?.into_inner().run.context("a sync")?;
        self.operator.wait(run.run_id).await?;
        let mut approved_run_id = 0;
        loop {
            let request = EndOfDayRequest { approved_run_id, ..EndOfDayRequest::default() };
            let run = client.end_of_day(request).await?.into_inner().run.context("an End of Day")?;
            let run = self.operator.wait(run.run_id).await?;
            ensure!(run.state() != RunState::Failed, "{run:?}");
            if run.state() != RunState::Held {
                break;
            }
            approved_run_id = run.run_id;
        }
        let run = client.reconcile(ReconcileRequest::default()).await?.into_inner().run;
        let run = self.operator.wait(run.context("a reconciliation")?.run_id).await?;
        ensure!(run.state() != RunState::Failed, "{run:?}");
        let report = self.operator.report(run.run_id).await?;
        let mut lines = vec!["The final reconciliation:".to_owned()];
        for check in &report.checks {
            let agrees = if check.agrees { "agrees" } else { "DIFFERS" };
            let (name, store, here) = (&check.name, check.store, check.warehouse);
            lines.push(format!("  {name}: {store} / {here}, {agrees}; {}", check.explanation));
        }
        for group in &report.exceptions {
            lines.push(format!("  {} {}: {}", group.count, group.reason, group.explanation));
            if DIFFERENCES.contains(&group.reason.as_str()) {
                for one in self.operator.exceptions(run.run_id, &group.reason).await? {
                    self.broken.push(format!("{}: {}, {}", one.reason, one.record, one.detail));
                }
            }
        }
        lines.push(self.orders_and_shipments().await?);
        Ok(lines)
    }

    async fn orders_and_shipments(&mut self) -> anyhow::Result<String> {
        let picking_orders = self.picking_orders().await?;
        let parked = self.operator.parked().await?;
        let mut of_order: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for order in &picking_orders {
            of_order.entry(order.order_id).or_default().push(order.consignment_id);
        }
        let (mut sent, mut refused, mut owed) = (0, 0, 0);
        for shipment in picking_orders.iter().flat_map(|order| &order.shipments) {
            match shipment.state() {
                ShipmentState::Sent => sent += 1,
                ShipmentState::Refused => refused += 1,
                _ => owed += 1,
            }
        }
        let broken = &mut self.broken;
        let (paid, shipments, emails) = self.store.with_store(|store| {
            let mut paid = 0;
            for order in store.orders().values() {
                let told = format!("order {}", order.id);
                let is_told = parked.iter().any(|one| one.record.split(',').next() == Some(&told));
                let is_paid = matches!(order.status, 3 | 8 | 9 | 11) && !order.is_deleted;
                let consignments = of_order.remove(&i64::from(order.id)).unwrap_or_default();
                let distinct: BTreeSet<i64> = consignments.iter().copied().collect();
                let goes_nowhere = order.consignments.is_empty() && order.pickups.is_empty();
                if distinct.len() != consignments.len() {
                    broken.push(format!("{told} has {consignments:?}"));
                } else if is_paid && consignments.is_empty() && !goes_nowhere && !is_told {
                    broken.push(format!("{told}, in status {}, has no picking order", order.status));
                }
                paid += usize::from(is_paid);
            }
            let shipments: usize = store.orders().values().map(|order| order.shipments.len()).sum();
            (paid, shipments, store.emails().len())
        });
        if owed > 0 || sent != emails || shipments != emails {
            broken.push("shipments, e-mails and what was sent are not the same".to_owned());
        }
        Ok(format!(
            "  {paid} paid orders, {} picking orders; {shipments} shipments in the store, {emails} e-mails, {sent} \
             sent, {refused} refused, {owed} owed; {} records parked",
            picking_orders.len(),
            parked.len()
        ))
    }
}
