//! What a person sees at a glance: whether the store is in step, what may be done, and what waits for them.

use anyhow::{Context as _, ensure};
use plugin_host_proto::{
    client::Update,
    key::KeyKind,
    v1::{
        AllowedPickingOrderAction, AllowedResolution, CancelPickingOrderRequest, ClosePickingOrderRequest,
        GetOverviewRequest, GetPickingOrderRequest, Health, ListParkedGroupsRequest,
        ListParkedRecordsRequest, ListStoresRequest, OverviewDay, ParkedResolution, PickingOrder,
        PickingOrderAction, Reason, ReopenPickingOrderRequest, ResolveParkedRecordRequest, Run, RunKind,
        RunState, ShipPickingOrderRequest, resolve_parked_record_request::Resolution,
        stream_status_response::Change,
    },
};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, options, store_with, until},
    sandbox::{
        Catalogue, Fault, Matcher, Options, Script,
        store::{NewOrder, Product},
    },
};
use tonic::Code;

use crate::{
    daily::{adjust, end_of_day, goods, imported, pick, picking_orders, sync},
    refusal::refusal,
    scene::{Scene, start},
};

crate::on_both_databases! {
    a_store_says_whether_it_is_in_step_and_its_next_step
    an_order_says_what_may_be_done_with_it_and_the_calls_agree
    a_key_that_only_reads_is_told_so_everywhere
    all_records_of_one_reason_are_decided_about_at_once
    the_last_days_are_counted_on_the_stores_own_calendar
}

async fn health(operator: &Operator) -> anyhow::Result<(Health, String)> {
    let status = operator.status().await?;
    Ok((status.health(), status.health_message))
}

async fn a_store_says_whether_it_is_in_step_and_its_next_step(engine: Engine) -> anyhow::Result<()> {
    let store = store_with(Options { catalogue: Catalogue::clean(3), ..options() }).await?;
    let home = Home::new(engine, &store).await?;
    let server = start(&home).await?;
    let operator = Operator::of_new_store(&home, &store).await?;
    let choose = "Choose the defaults and save the configuration.";
    ensure!(health(&operator).await? == (Health::NotSetUp, choose.to_owned()));
    operator.configure(plugin_host_tests::harness::defaults()).await?;
    let (set_up, words) = health(&operator).await?;
    ensure!(set_up == Health::NotSetUp && words.starts_with("Import"), "{words}");
    let scene = Scene { operator, server, home, store };
    let operator = &scene.operator;
    operator.import_and_wait(false).await?;
    ensure!(health(operator).await?.0 == Health::InStep);
    sync(operator).await?;
    end_of_day(operator, false).await?;
    end_of_day(operator, true).await?;
    let status = operator.status().await?;
    ensure!(status.health() == Health::InStep, "{status:?}");
    let kinds = |run: &Option<Run>| run.as_ref().map(|run| (run.kind(), run.dry_run));
    ensure!(kinds(&status.last_sync) == Some((RunKind::Sync, false)));
    ensure!(kinds(&status.last_end_of_day) == Some((RunKind::EndOfDay, false)));
    ensure!(kinds(&status.last) == Some((RunKind::EndOfDay, true)), "the newest of all is the dry run");
    let quota = status.quota.context("the store has been asked")?;
    ensure!(quota.limit > 0 && quota.left <= quota.limit && quota.window_ms > 0, "{quota:?}");

    let item = goods(&scene).await?.remove(0).item;
    scene.store.with_store(|store| store.insert_product(Product::new("Twin", item)));
    sync(operator).await?;
    ensure!(health(operator).await? == (Health::NeedsAttention, "1 record needs you.".to_owned()));

    let orders = Matcher::path("/v2/orders").method("GET");
    scene.store.script(Script::next(orders, Fault::Status { status: 403 }).times(u32::MAX));
    let failed = sync(operator).await?;
    ensure!(failed.state() == RunState::Failed, "{failed:?}");
    ensure!(health(operator).await?.0 == Health::Failing);

    let stores = operator.client.plugin_host().list_stores(ListStoresRequest {}).await?.into_inner();
    ensure!(stores.server_version.split('.').count() == 3, "{}", stores.server_version);
    Ok(())
}

async fn order(operator: &Operator, number: &str) -> anyhow::Result<PickingOrder> {
    let request = GetPickingOrderRequest { number: number.to_owned(), ..GetPickingOrderRequest::default() };
    let answer = operator.client.warehouse().get_picking_order(request).await?.into_inner();
    answer.picking_order.context("it is there")
}

fn allowed(order: &PickingOrder) -> Vec<PickingOrderAction> {
    let allowed = order.allowed_actions.iter().filter(|action| action.allowed);
    allowed.map(AllowedPickingOrderAction::action).collect()
}

fn reason(order: &PickingOrder, action: PickingOrderAction) -> Option<String> {
    let found = order.allowed_actions.iter().find(|one| one.action() == action)?;
    found.reasons.first().map(|reason| reason.code.clone())
}

async fn an_order_says_what_may_be_done_with_it_and_the_calls_agree(engine: Engine) -> anyhow::Result<()> {
    use PickingOrderAction::{Cancel, Close, Pick, Reopen, Ship};
    let scene = imported(engine, 2).await?;
    let operator = &scene.operator;
    let goods = goods(&scene).await?;
    adjust(operator, &goods[0].item, 10).await?;
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods[0].variant, 3)])));
    sync(operator).await?;
    let new = picking_orders(operator).await?.remove(0);
    ensure!(allowed(&new) == [Pick, Close, Cancel], "{new:?}");
    ensure!(reason(&new, Ship).as_deref() == Some("NOTHING_TO_SHIP"), "{new:?}");
    ensure!(reason(&new, Reopen).as_deref() == Some("OPEN"), "{new:?}");
    let begun = pick(operator, &new, 1, "").await?;
    ensure!(allowed(&begun) == [Pick, Ship, Close], "{begun:?}");
    ensure!(reason(&begun, Cancel).as_deref() == Some("PICKED"), "{begun:?}");
    ensure!(begun.lines[0].shipped == 0, "{begun:?}");
    let cancel =
        CancelPickingOrderRequest { number: new.number.clone(), ..CancelPickingOrderRequest::default() };
    let refused = refusal(operator.client.warehouse().cancel_picking_order(cancel).await)?;
    ensure!(refused.code == Code::FailedPrecondition && refused.reasons == ["PICKED"], "{refused:?}");

    let close =
        ClosePickingOrderRequest { number: new.number.clone(), ..ClosePickingOrderRequest::default() };
    let closed = operator.client.warehouse().close_picking_order(close.clone()).await?.into_inner();
    let closed = closed.picking_order.context("it is there")?;
    ensure!(allowed(&closed) == [Ship, Reopen], "{closed:?}");
    let again = operator.client.warehouse().close_picking_order(close).await?.into_inner();
    ensure!(again.picking_order.as_ref() == Some(&closed), "a repeat changes nothing");

    let ship = ShipPickingOrderRequest {
        number: new.number.clone(),
        request_id: "ship it".to_owned(),
        ..ShipPickingOrderRequest::default()
    };
    operator.client.warehouse().ship_picking_order(ship.clone()).await?;
    let shipped = order(operator, &new.number).await?;
    ensure!(shipped.lines[0].shipped == 1 && allowed(&shipped) == [Reopen], "{shipped:?}");
    let twice = ShipPickingOrderRequest { request_id: "again".to_owned(), ..ship };
    let refused = refusal(operator.client.warehouse().ship_picking_order(twice).await)?;
    ensure!(refused.reasons == ["NOTHING_TO_SHIP"], "{refused:?}");
    until("the store has heard of it", async || {
        Ok((operator.status().await?.owed_shipments == 0).then_some(()))
    })
    .await?;
    let reopen =
        ReopenPickingOrderRequest { number: new.number.clone(), ..ReopenPickingOrderRequest::default() };
    operator.client.warehouse().reopen_picking_order(reopen).await?;
    ensure!(allowed(&order(operator, &new.number).await?) == [Pick, Close]);
    Ok(())
}

async fn a_key_that_only_reads_is_told_so_everywhere(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 2).await?;
    let goods = goods(&scene).await?;
    scene.store.with_store(|store| {
        store.place_order(NewOrder::paid([(goods[0].variant, 1)]));
        store.insert_product(Product::new("Twin", goods[0].item.clone()))
    });
    sync(&scene.operator).await?;
    let (_, monitor) = scene.issue(KeyKind::Monitor).await?;
    let status = monitor.status().await?;
    let told = |reasons: &[Reason]| reasons.iter().any(|one| one.code == "READ_ONLY_KEY");
    ensure!(!status.allowed_actions.is_empty());
    for action in &status.allowed_actions {
        ensure!(!action.allowed && told(&action.reasons), "{action:?}");
    }
    for action in &picking_orders(&monitor).await?[0].allowed_actions {
        ensure!(!action.allowed && told(&action.reasons), "{action:?}");
    }
    for resolution in &monitor.parked().await?[0].allowed_resolutions {
        ensure!(!resolution.allowed && told(&resolution.reasons), "{resolution:?}");
    }
    let mut stream = monitor.watch();
    let snapshot = loop {
        if let Update::Event(event) = stream.next().await?
            && let Some(Change::Snapshot(status)) = event.change
        {
            break status;
        }
    };
    ensure!(snapshot.allowed_actions.iter().all(|action| told(&action.reasons)), "{snapshot:?}");
    let own = scene.operator.status().await?;
    ensure!(own.allowed_actions.iter().any(|action| action.allowed), "a store key may do more");
    Ok(())
}

async fn all_records_of_one_reason_are_decided_about_at_once(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let operator = &scene.operator;
    let item = goods(&scene).await?.remove(0).item;
    scene.store.with_store(|store| {
        for name in ["Twin", "Triplet", "Quadruplet"] {
            store.insert_product(Product::new(name, item.clone()));
        }
        store.insert_product(Product::new("Long", "far too long for an item number of the warehouse"));
    });
    sync(operator).await?;
    let groups = async || -> anyhow::Result<_> {
        let request = ListParkedGroupsRequest::default();
        Ok(operator.client.plugin_host().list_parked_groups(request).await?.into_inner())
    };
    let before = groups().await?;
    let counted: Vec<_> = before.groups.iter().map(|group| (group.reason.as_str(), group.count)).collect();
    ensure!(counted == [("ITEM_NUMBER_TAKEN", 3), ("ITEM_NUMBER_TOO_LONG", 1)], "{before:?}");
    ensure!(before.total == 4 && before.groups.iter().all(|group| !group.way_out.is_empty()), "{before:?}");
    let ways = &before.groups[0].allowed_resolutions;
    ensure!(
        ways.iter().map(AllowedResolution::resolution).eq([ParkedResolution::Retry, ParkedResolution::Skip])
    );
    ensure!(ways.iter().all(|way| way.allowed), "{ways:?}");
    let taken = ListParkedRecordsRequest {
        reason: "ITEM_NUMBER_TAKEN".to_owned(),
        skip: 1,
        ..ListParkedRecordsRequest::default()
    };
    let page = operator.client.plugin_host().list_parked_records(taken).await?.into_inner();
    ensure!(page.parked_records.len() == 2 && page.total == 3, "{page:?}");
    ensure!(page.parked_records[0].allowed_resolutions.iter().filter(|way| way.allowed).count() == 4);

    let all = |resolution| ResolveParkedRecordRequest {
        reason: "ITEM_NUMBER_TAKEN".to_owned(),
        resolution: Some(resolution),
        ..ResolveParkedRecordRequest::default()
    };
    let resolve = async |request| operator.client.plugin_host().resolve_parked_record(request).await;
    let refused = refusal(resolve(all(Resolution::LinkToItem(item.clone()))).await)?;
    ensure!(refused.reasons == ["resolution"], "{refused:?}");
    let other = ResolveParkedRecordRequest {
        parked_id: page.parked_records[0].parked_id,
        reason: "ITEM_NUMBER_TOO_LONG".to_owned(),
        ..all(Resolution::Skip(true))
    };
    let refused = refusal(resolve(other).await)?;
    ensure!(refused.words.contains("something else by now"), "{refused:?}");
    let unknown = ResolveParkedRecordRequest { reason: "NOTHING".to_owned(), ..all(Resolution::Skip(true)) };
    ensure!(refusal(resolve(unknown).await)?.reasons == ["reason"]);

    let retried = resolve(all(Resolution::Retry(true))).await?.into_inner();
    ensure!(retried.resolved == 3, "{retried:?}");
    operator.wait(retried.run.context("something is left to do")?.run_id).await?;
    ensure!(groups().await?.total == 4, "their cause is still there");
    let skipped = resolve(all(Resolution::Skip(true))).await?.into_inner();
    ensure!(skipped.resolved == 3 && skipped.run.is_none(), "{skipped:?}");
    sync(operator).await?;
    let after = groups().await?;
    ensure!(after.total == 1 && after.groups[0].reason == "ITEM_NUMBER_TOO_LONG", "{after:?}");
    Ok(())
}

async fn the_last_days_are_counted_on_the_stores_own_calendar(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let operator = &scene.operator;
    let goods = goods(&scene).await?;
    adjust(operator, &goods[0].item, 10).await?;
    scene.store.with_store(|store| {
        for _ in 0..2 {
            store.place_order(NewOrder::paid([(goods[0].variant, 2)]));
        }
    });
    sync(operator).await?;
    let order = picking_orders(operator).await?.remove(0);
    pick(operator, &order, 2, "").await?;
    let ship = ShipPickingOrderRequest {
        number: order.number.clone(),
        request_id: "ship it".to_owned(),
        ..ShipPickingOrderRequest::default()
    };
    operator.client.warehouse().ship_picking_order(ship).await?;
    until("the store has heard of it", async || {
        Ok((operator.status().await?.owed_shipments == 0).then_some(()))
    })
    .await?;
    end_of_day(operator, true).await?;
    let published = end_of_day(operator, false).await?;
    let overview = async |days| {
        operator
            .client
            .plugin_host()
            .get_overview(GetOverviewRequest { days, ..GetOverviewRequest::default() })
            .await
    };
    let found = overview(0).await?.into_inner();
    ensure!(found.days.len() == 14 && found.days.is_sorted_by(|a, b| a.date < b.date), "{found:?}");
    let zone = operator.status().await?.store.context("a store")?.time_zone;
    ensure!(found.time_zone == zone, "{found:?}");
    let counts = published.phases.last().and_then(|phase| phase.counts).context("counts")?;
    ensure!(counts.updated > 0, "the ten that were found are told");
    // At midnight the two may lie on two days.
    let sum = |of: fn(&OverviewDay) -> i64| found.days.iter().map(of).sum::<i64>();
    ensure!(sum(|day| day.orders) == 2 && sum(|day| day.units_picked) == 2, "{found:?}");
    ensure!(sum(|day| day.shipments) == 1 && sum(|day| day.counts_published) == counts.updated, "{found:?}");
    let today = found.today.context("today")?;
    ensure!((today.came, today.picked, today.shipped) == (2, 1, 1), "{today:?}");
    ensure!(found.cursor.is_some() && found.last_sync_completed_at.is_some(), "{found:?}");
    ensure!(overview(1).await?.into_inner().days == found.days[13..], "only today");
    ensure!(refusal(overview(91).await)?.reasons == ["days"]);
    Ok(())
}
