//! What must be true of the store's counts after an End of Day.

use std::collections::BTreeSet;

use anyhow::Context as _;
use plugin_host_proto::v1::{ReconcileRequest, Run, RunState, ShipmentState};

use super::{
    model::Model,
    world::{Result, World, broken},
};

/// What the store shows after an End of Day is what can be sold.
pub(super) async fn published(world: &mut World) -> Result<()> {
    world.look();
    let known = world.items().await?;
    let unknown = anything_in_doubt(world).await?;
    let model = world.model().clone();
    for (number, good) in model.goods.iter().enumerate() {
        if good.vanished || !known.contains_key(&good.variants[0]) {
            continue;
        }
        let (Some(shown), sellable) = (world.shown(good.variants[0]), model.sellable(number)) else {
            continue;
        };
        let detail = format!("{}: the store shows {shown}, {sellable} can be sold", Model::name(number));
        // What people write into the store while counts are sent stays until the next End of Day. So does what comes
        // back to the store from an order that was short: no count below zero can be published (OQ-15).
        let disturbed = world.disturbed;
        let (counted, short) = world.model().goods[number].was_told(disturbed, unknown);
        if world.disturbed && (counted || short) {
            continue;
        }
        if !model.deducts_when_placed && world.disturbed {
            continue;
        }
        if shown > sellable {
            return broken("nothing is published that cannot be sold", detail);
        }
        // What happens while counts are sent, and what nobody knows yet, may wait for the next End of Day, as long as
        // nothing is sold twice.
        if shown < sellable && !world.disturbed && !unknown {
            return broken("everything that can be sold is published", detail);
        }
    }
    Ok(())
}

/// Whether nobody knows what became of a shipment.
async fn anything_in_doubt(world: &World) -> Result<bool> {
    let orders = world.picking_orders().await?;
    let mut shipments = orders.iter().flat_map(|order| &order.shipments);
    Ok(shipments.any(|shipment| shipment.state() == ShipmentState::Tried))
}

/// What is called drift is what people did to the store's counts, and all of that is.
pub(super) async fn drift(world: &mut World, run: &Run) -> Result<()> {
    let exceptions = world.operator.exceptions(run.run_id, "DRIFT").await?;
    let unknown = anything_in_doubt(world).await?;
    let model = world.model().clone();
    let mut named = BTreeSet::new();
    for exception in &exceptions {
        let variant: Option<u32> = exception
            .record
            .split(", ")
            .find_map(|part| part.strip_prefix("variant "))
            .and_then(|variant| variant.parse().ok());
        let variant = variant.with_context(|| format!("{exception:?}"))?;
        let good = model.goods.iter().position(|good| good.variants.contains(&variant));
        let good = good.with_context(|| format!("{exception:?}"))?;
        named.insert(good);
        // As long as nobody knows of a shipment, its units are kept back.
        // Such a store takes refunded units out of its count when the rest is sent.
        let refunded = !model.deducts_when_placed && model.goods[good].refunded;
        if !model.goods[good].may_drift && !unknown && !refunded {
            let detail = format!("{}: {}", Model::name(good), exception.detail);
            return broken("only what people did in the store is called drift", detail);
        }
    }
    let missed = model.goods.iter().enumerate().find(|(number, good)| {
        let seen = good.told && !good.vanished && !world.disturbed && !unknown;
        seen && good.recounted != 0 && !named.contains(number)
    });
    if let Some((number, good)) = missed {
        let detail = format!("{}: {:+} in the store", Model::name(number), good.recounted);
        return broken("what people did in the store is called drift", detail);
    }
    Ok(())
}

/// A comparison finds nothing that it cannot explain.
pub(super) async fn compare(world: &mut World) -> Result<Run> {
    world.arm();
    let request = ReconcileRequest::default();
    let asked = world.operator.client.plugin_host().reconcile(request).await?.into_inner();
    let run = world.finish(asked.run.context("there is no run")?.run_id).await?;
    drift(world, &run).await?;
    Ok(run)
}

/// Right after an End of Day that nothing disturbed, both sides agree.
pub(super) async fn nothing_differs(world: &mut World) -> Result<()> {
    let run = compare(world).await?;
    if run.state() == RunState::Failed {
        return broken("an undisturbed run does not fail", run.problem);
    }
    let reasons = ["NOT_YET_PUBLISHED", "PICKED_FOR_NOTHING", "NEVER_PUBLISHED"];
    for reason in reasons {
        if let Some(exception) = world.operator.exceptions(run.run_id, reason).await?.first() {
            return broken("both sides agree in the end", format!("{exception:?}"));
        }
    }
    Ok(())
}
