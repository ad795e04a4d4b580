//! Both sides compared, and why a number is what it is.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    Configuration, DriftPolicy, EndOfDayRequest, PickingOrderState, RunState, ShipmentRule, StockScope,
};
use plugin_host_tests::{
    harness::{Engine, defaults, until},
    sandbox::{Fault, Matcher, Script, store::NewOrder},
};

use crate::daily::{
    adjust, end_of_day, goods, imported, in_store, pick, picking_orders, reconcile, sync, why,
};

crate::on_both_databases! {
    a_count_that_somebody_changed_in_the_store_is_named_and_put_right
    drift_waits_for_a_person_where_it_is_so_configured
    each_difference_has_its_cause
    what_vanished_from_the_store_keeps_its_item_and_is_told_no_count
    what_was_sent_and_then_ended_is_read_by_whoever_reads_everything
    an_order_that_cannot_be_read_keeps_no_other_waiting
    why_names_every_order_and_place
    the_scope_and_the_buffer_decide_what_is_published
}

async fn a_count_that_somebody_changed_in_the_store_is_named_and_put_right(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    end_of_day(&scene.operator, false).await?;
    let right = in_store(&scene.store, goods[0].variant).context("it is counted")?;
    // A sale is no drift; a hand in the store is.
    scene.store.with_store(|store| {
        store.place_order(NewOrder::paid([(goods[0].variant, 2)]));
        store.set_stock(goods[0].variant, 1, right + 5);
    });
    let run = reconcile(&scene.operator).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let drift = scene.operator.exceptions(run.run_id, "DRIFT").await?;
    let words = format!("the store says {} where {} were left", right + 5, right - 2);
    ensure!(drift.len() == 1 && drift[0].detail == words, "{drift:?}");
    ensure!(in_store(&scene.store, goods[0].variant) == Some(right + 5), "a comparison changes nothing");

    let run = end_of_day(&scene.operator, false).await?;
    ensure!(scene.operator.exceptions(run.run_id, "DRIFT").await?.len() == 1);
    ensure!(in_store(&scene.store, goods[0].variant) == Some(right - 2));
    let run = reconcile(&scene.operator).await?;
    let report = scene.operator.report(run.run_id).await?;
    ensure!(report.exceptions.is_empty() && report.checks.iter().all(|check| check.agrees), "{report:?}");
    Ok(())
}

async fn drift_waits_for_a_person_where_it_is_so_configured(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let hold = Configuration { drift_policy: DriftPolicy::Hold.into(), ..defaults() };
    scene.operator.configure(hold).await?;
    let goods = goods(&scene).await?;
    end_of_day(&scene.operator, false).await?;
    let right = in_store(&scene.store, goods[0].variant).context("it is counted")?;
    scene.store.with_store(|store| store.set_stock(goods[0].variant, 1, right + 5));
    let held = end_of_day(&scene.operator, false).await?;
    ensure!(held.state() == RunState::Held, "{held:?}");
    ensure!(held.excess.is_some_and(|excess| excess.drifted == 1), "{held:?}");
    ensure!(in_store(&scene.store, goods[0].variant) == Some(right + 5));

    let request = EndOfDayRequest { approved_run_id: held.run_id, ..EndOfDayRequest::default() };
    let answer = scene.operator.client.plugin_host().end_of_day(request).await?.into_inner();
    let run = scene.operator.wait(answer.run.context("there is a run")?.run_id).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    ensure!(in_store(&scene.store, goods[0].variant) == Some(right));
    Ok(())
}

async fn each_difference_has_its_cause(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    for (goods, units) in [(&goods[2], 20), (&goods[0], 6)] {
        adjust(&scene.operator, &goods.item, units).await?;
    }
    let run = reconcile(&scene.operator).await?;
    let never = scene.operator.exceptions(run.run_id, "NEVER_PUBLISHED").await?;
    ensure!(never.len() == 2, "{never:?}");
    end_of_day(&scene.operator, false).await?;

    adjust(&scene.operator, &goods[1].item, 4).await?;
    // Picked for an order that the shopper takes back.
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods[2].variant, 3)])));
    sync(&scene.operator).await?;
    let order = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    pick(&scene.operator, &order, 2, "").await?;
    scene.store.with_store(|store| store.cancel(id));
    // What was refunded can be sold again, which the store hears at the next End of Day.
    let refunded = scene.store.with_store(|store| {
        let id = store.place_order(NewOrder::paid([(goods[0].variant, 2)]));
        let line = store.orders()[&id].lines[0].id;
        store.refund(id, line, 1).is_ok()
    });
    ensure!(refunded);
    let run = reconcile(&scene.operator).await?;
    let waiting = scene.operator.exceptions(run.run_id, "NOT_YET_PUBLISHED").await?;
    ensure!(waiting.len() == 2, "{waiting:?}");
    let nothing = scene.operator.exceptions(run.run_id, "PICKED_FOR_NOTHING").await?;
    ensure!(nothing.len() == 1 && nothing[0].record.contains(&goods[2].product.to_string()), "{nothing:?}");
    ensure!(scene.operator.exceptions(run.run_id, "DRIFT").await?.is_empty());
    Ok(())
}

async fn what_vanished_from_the_store_keeps_its_item_and_is_told_no_count(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[1].item, 5).await?;
    sync(&scene.operator).await?;
    scene.store.with_store(|store| store.delete_product(goods[1].product));
    // No date filter shows it; a sync does not know.
    sync(&scene.operator).await?;
    let run = reconcile(&scene.operator).await?;
    let vanished = scene.operator.exceptions(run.run_id, "VANISHED").await?;
    ensure!(vanished.len() == 1 && vanished[0].detail.contains(&goods[1].item), "{vanished:?}");
    ensure!(scene.operator.items().await?.iter().any(|item| item.item_number == goods[1].item));
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let explained = why(&scene.operator, &goods[1].item).await?;
    ensure!(explained.not_sent.contains("gone from the store"), "{explained:?}");
    Ok(())
}

async fn why_names_every_order_and_place(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let values = Configuration { safety_buffer: 1, ..defaults() };
    scene.operator.configure(values).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    let ids = scene.store.with_store(|store| {
        let paid = store.place_order(NewOrder::paid([(goods[0].variant, 2)]));
        [paid, store.place_order(NewOrder::paid([(goods[0].variant, 3)]).in_status(7))]
    });
    end_of_day(&scene.operator, false).await?;
    let explained = why(&scene.operator, &goods[0].item).await?;
    let on_hand = goods[0].on_hand + 10;
    ensure!(
        (explained.on_hand, explained.promised, explained.safety_buffer) == (on_hand, 5, 1),
        "{explained:?}"
    );
    ensure!(explained.sellable == on_hand - 6, "{explained:?}");
    ensure!(explained.published == Some(explained.sellable) && explained.in_store == explained.published);
    let orders: Vec<(i64, &str, i64)> =
        explained.orders.iter().map(|one| (one.order_id, one.number.as_str(), one.units)).collect();
    let picking = format!("BC-{}", ids[0]);
    let wanted = [(i64::from(ids[0]), picking.as_str(), 2), (i64::from(ids[1]), "", 3)];
    ensure!(orders == wanted, "{orders:?}");
    ensure!(explained.places.len() == 1 && explained.places[0].counts, "{explained:?}");
    Ok(())
}

async fn the_scope_and_the_buffer_decide_what_is_published(engine: Engine) -> anyhow::Result<()> {
    use plugin_host_proto::v1::{AdjustInventoryRequest, CreateLocationRequest, CreateSiteRequest};
    let scene = imported(engine, 2).await?;
    let goods = goods(&scene).await?;
    let mut warehouse = scene.operator.client.warehouse();
    let annex = CreateSiteRequest { site: "ANNEX".into(), division: "MAIN".into(), ..Default::default() };
    warehouse.create_site(annex).await?;
    for (site, location, units) in [("ANNEX", "B-01", 100), ("HQ", "DAMAGED", 50)] {
        let (site, location) = (site.to_owned(), location.to_owned());
        let place =
            CreateLocationRequest { division: "MAIN".into(), site: site.clone(), location: location.clone() };
        warehouse.create_location(place).await?;
        let delivery = AdjustInventoryRequest {
            request_id: location.clone(),
            site,
            location,
            item_number: goods[0].item.clone(),
            change: units,
            reason: "delivery".into(),
            ..Default::default()
        };
        warehouse.adjust_inventory(delivery).await?;
    }
    let usual = goods[0].on_hand;
    let published = async |values: Configuration| -> anyhow::Result<i64> {
        scene.operator.configure(values).await?;
        let run = end_of_day(&scene.operator, false).await?;
        let drift = scene.operator.exceptions(run.run_id, "DRIFT").await?;
        ensure!(drift.is_empty(), "what counts has changed, not the store: {drift:?}");
        in_store(&scene.store, goods[0].variant).context("it is counted")
    };
    ensure!(published(defaults()).await? == usual + 50);
    let excluded = Configuration { excluded_locations: vec!["HQ/DAMAGED".into()], ..defaults() };
    ensure!(published(excluded.clone()).await? == usual);
    let division = Configuration { stock_scope: StockScope::Division.into(), ..excluded.clone() };
    ensure!(published(division).await? == usual + 100);
    let annex = Configuration {
        stock_scope: StockScope::Sites.into(),
        stock_sites: vec!["annex".into()],
        safety_buffer: 30,
        ..excluded
    };
    ensure!(published(annex).await? == 70);
    let location = Configuration { stock_scope: StockScope::DefaultLocation.into(), ..defaults() };
    ensure!(published(location).await? == usual);
    Ok(())
}

async fn what_was_sent_and_then_ended_is_read_by_whoever_reads_everything(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods[0].variant, 2)])));
    let on_close = Configuration { shipment_rule: ShipmentRule::OnClose.into(), ..defaults() };
    scene.operator.configure(on_close).await?;
    sync(&scene.operator).await?;
    let order = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    pick(&scene.operator, &order, 2, "1Z999").await?;
    until("it is sent", async || {
        Ok(scene.store.with_store(|store| store.orders()[&id].status == 2).then_some(()))
    })
    .await?;
    sync(&scene.operator).await?;

    // After the shop has closed; what is read at night has a cursor of its own that moves on.
    scene.store.with_store(|store| store.cancel(id));
    scene.store.clock().advance(Duration::from_hours(3));
    reconcile(&scene.operator).await?;
    scene.store.clock().advance(Duration::from_hours(3));
    sync(&scene.operator).await?;
    let parked = scene.operator.parked().await?;
    ensure!(parked.len() == 1 && parked[0].reason == "ORDER_ENDED_AFTER_PICK", "{parked:?}");
    Ok(())
}

async fn an_order_that_cannot_be_read_keeps_no_other_waiting(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    let ids = scene.store.with_store(|store| {
        [0, 1].map(|number| store.place_order(NewOrder::paid([(goods[number].variant, 1)])))
    });
    sync(&scene.operator).await?;
    // Archived, so that no list has it, and by now in a form that nobody knows.
    scene.store.with_store(|store| store.edit_order(ids[0], |order| order.is_deleted = true));
    let odd = Fault::Rewrite { pointer: "/status_id".to_owned(), value: "eleven".into() };
    let path = format!("/v2/orders/{}", ids[0]);
    scene.store.script(Script::next(Matcher::path(&path), odd).times(100));
    scene.store.with_store(|store| store.cancel(ids[1]));
    let run = sync(&scene.operator).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let orders = picking_orders(&scene.operator).await?;
    ensure!(orders[1].state() == PickingOrderState::Cancelled, "{orders:?}");
    let parked = scene.operator.parked().await?;
    ensure!(parked.len() == 1, "{parked:?}");
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() != RunState::Failed, "{run:?}");
    Ok(())
}
