//! Orders at the edge of what a sync reads, and shops that call things by names of their own.

use anyhow::{Context as _, ensure};
use jiff::SignedDuration;
use plugin_host_proto::v1::{PickingOrder, PickingOrderState, RunState, Severity};
use plugin_host_tests::{
    harness::Engine,
    sandbox::store::{NewOrder, NewShipment, status},
};

use crate::{
    daily::{adjust, end_of_day, goods, imported, in_store, pick, picking_orders, reconcile, sync},
    scene::{Scene, heard},
};

crate::on_both_databases! {
    an_order_the_store_was_still_writing_down_comes_with_the_next_sync
    statuses_that_the_merchant_renamed_are_still_understood
    what_somebody_else_ships_is_named_and_not_picked_again
}

async fn an_order_the_store_was_still_writing_down_comes_with_the_next_sync(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let variant = goods(&scene).await?[0].variant;
    sync(&scene.operator).await?;
    // Placed before that sync began, and visible only now.
    let place = |minutes: i64| {
        let placed_at = Some(scene.store.clock().now() - SignedDuration::from_mins(minutes));
        let order = NewOrder { placed_at, ..NewOrder::paid([(variant, 1)]) };
        scene.store.with_store(|store| i64::from(store.place_order(order)))
    };
    let late = place(4);
    let run = sync(&scene.operator).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let ids = async || -> anyhow::Result<Vec<i64>> {
        let orders = picking_orders(&scene.operator).await?;
        let mut ids: Vec<i64> = orders.iter().map(|order| order.order_id).collect();
        ids.sort_unstable();
        Ok(ids)
    };
    ensure!(ids().await? == [late]);

    // What comes later than that no window of time shows; the comparison by night reads every open order.
    let very_late = place(90);
    sync(&scene.operator).await?;
    ensure!(ids().await? == [late]);
    reconcile(&scene.operator).await?;
    ensure!(ids().await? == [late, very_late]);
    for _ in 0..2 {
        sync(&scene.operator).await?;
        ensure!(ids().await? == [late, very_late], "and none of them twice");
    }
    Ok(())
}

async fn statuses_that_the_merchant_renamed_are_still_understood(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?.remove(0);
    adjust(&scene.operator, &goods.item, 10).await?;
    let id = scene.store.with_store(|store| {
        // As misleading as can be.
        let labels =
            [(11, "Cancelled"), (5, "Awaiting Fulfillment"), (2, "Incomplete"), (12, "Versandbereit ✔")];
        store.surroundings.status_labels = labels.map(|(id, label)| (id, label.to_owned())).into();
        store.place_order(NewOrder::paid([(goods.variant, 2)]))
    });
    let only = async || picking_orders(&scene.operator).await?.pop().context("it is there");
    for (status, state) in [
        (status::AWAITING_FULFILLMENT, PickingOrderState::Open),
        (status::MANUAL_VERIFICATION, PickingOrderState::OnHold),
        (status::AWAITING_FULFILLMENT, PickingOrderState::Open),
    ] {
        scene.store.with_store(|store| store.set_status(id, status));
        sync(&scene.operator).await?;
        let order = only().await?;
        ensure!(order.state() == state && order.store_status_id == i64::from(status), "{order:?}");
    }
    end_of_day(&scene.operator, false).await?;
    ensure!(in_store(&scene.store, goods.variant) == Some(goods.on_hand + 8));
    scene.store.with_store(|store| store.cancel(id));
    sync(&scene.operator).await?;
    let order = only().await?;
    ensure!(order.state() == PickingOrderState::Cancelled, "{order:?}");
    end_of_day(&scene.operator, false).await?;
    ensure!(in_store(&scene.store, goods.variant) == Some(goods.on_hand + 10));
    Ok(())
}

/// What a run says was sent by somebody else.
async fn elsewhere(scene: &Scene, run_id: i64) -> anyhow::Result<Vec<String>> {
    let named = scene.operator.exceptions(run_id, "SENT_ELSEWHERE").await?;
    Ok(named.into_iter().map(|one| format!("{}: {}", one.record, one.detail)).collect())
}

async fn what_somebody_else_ships_is_named_and_not_picked_again(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?.remove(0);
    adjust(&scene.operator, &goods.item, 20).await?;
    let ids = scene.store.with_store(|store| {
        [4, 3, 2, 5].map(|units| store.place_order(NewOrder::paid([(goods.variant, units)])))
    });
    sync(&scene.operator).await?;
    let mut events = scene.operator.watch();
    // It begins with a snapshot; what comes before that is not heard.
    heard(&mut events, "").await?;
    // Another program sends two of four, all three of the second, and marks the third as done; the fourth is ours.
    let by_id = async || -> anyhow::Result<Vec<PickingOrder>> {
        let mut orders = picking_orders(&scene.operator).await?;
        orders.sort_by_key(|order| order.order_id);
        Ok(orders)
    };
    let ours = by_id().await?.pop().context("the fourth")?;
    pick(&scene.operator, &ours, 5, "").await?;
    let is_done = scene.store.with_store(|store| {
        for (id, units) in [(ids[0], 2), (ids[1], 3), (ids[3], 5)] {
            let order = &store.orders()[&id];
            let (line, address) = (order.lines[0].id, order.consignments[0].id);
            if store.ship(id, NewShipment::of(address, [(line, units)])).is_err() {
                return false;
            }
        }
        store.set_status(ids[2], status::COMPLETED)
    });
    ensure!(is_done);
    let run = sync(&scene.operator).await?;
    let named = |id: u32, units: u32| {
        format!("order {id}, picking order BC-{id}: {units} units fewer are to be picked")
    };
    let wanted = [named(ids[0], 2), named(ids[1], 3), named(ids[2], 2)];
    ensure!(elsewhere(&scene, run.run_id).await? == wanted, "{:?}", elsewhere(&scene, run.run_id).await?);
    let left: Vec<(PickingOrderState, i64)> = by_id()
        .await?
        .iter()
        .map(|order| (order.state(), order.lines.iter().map(|line| line.ordered - line.picked).sum()))
        .collect();
    ensure!(left[0] == (PickingOrderState::Open, 2), "{left:?}");
    ensure!(left[1..3].iter().all(|(state, _)| *state == PickingOrderState::Cancelled), "{left:?}");
    ensure!(left[3] == (PickingOrderState::Closed, 0), "{left:?}");
    let told = heard(&mut events, "another program").await?;
    ensure!(told.severity() == Severity::Warning, "{told:?}");
    ensure!(
        told.message.contains(&format!("order {}", ids[0])) && told.message.contains("2 more"),
        "{told:?}"
    );

    let again = sync(&scene.operator).await?;
    ensure!(elsewhere(&scene, again.run_id).await?.is_empty(), "it is told once");
    Ok(())
}
