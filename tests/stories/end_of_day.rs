//! What can be sold, in the store, every evening.

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use plugin_host_proto::v1::{
    AdjustInventoryRequest, Cause, Configuration, EndOfDayRequest, ListRunsRequest, PickItemRequest, Run,
    RunKind, RunState, ShipPickingOrderRequest, SyncRequest,
};
use plugin_host_server::clock::Clock;
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Server, defaults, is_final, store, until},
    sandbox::{
        Catalogue, Fault, Matcher, Sandbox, Script,
        store::{NewOrder, Product, StockBehavior, Tracking, Variant},
    },
};

use crate::{refusal::refusal, scene::Scene};

crate::on_both_databases! {
    what_is_sold_and_still_here_is_not_sold_again
    an_item_that_sold_out_is_published_as_zero_also_without_a_record
    picked_and_shipped_units_leave_both_sides_once
    an_end_of_day_before_the_import_is_refused
    an_end_of_day_that_would_empty_the_store_is_held_until_a_person_approves
    what_is_sold_while_counts_are_sent_is_not_handed_back
    end_of_day_comes_by_the_stores_clock_and_once_a_day
    an_end_of_day_that_is_put_off_after_it_came_waits_for_the_next_day
    an_end_of_day_that_stopped_is_tried_again_while_its_day_lasts
    an_end_of_day_that_stopped_is_tried_again_although_it_was_put_off
    variants_that_share_a_count_are_one_write
    what_was_sold_in_an_order_that_vanished_can_be_sold_again
}

async fn imported(engine: Engine, products: u32) -> anyhow::Result<Scene> {
    let scene = Scene::open(engine, Catalogue::clean(products)).await?;
    scene.operator.import_and_wait(false).await?;
    Ok(scene)
}

async fn end_of_day(operator: &Operator, approved_run_id: i64) -> anyhow::Result<Run> {
    let request = EndOfDayRequest { approved_run_id, ..EndOfDayRequest::default() };
    let answer = operator.client.plugin_host().end_of_day(request).await?.into_inner();
    operator.wait(answer.run.context("there is a run")?.run_id).await
}

/// Variant and item number of each product, in the store's order.
async fn goods(scene: &Scene) -> anyhow::Result<Vec<(u32, String, i64)>> {
    let items = scene.operator.items().await?;
    let variants: Vec<u32> = scene
        .store
        .with_store(|store| store.shelf().products().iter().map(|product| product.variants[0].id).collect());
    let item = |variant: u32| {
        let found =
            items.iter().find(|item| item.bindings.iter().any(|b| b.variant_id == i64::from(variant)));
        found.map(|item| (variant, item.item_number.clone(), item.on_hand))
    };
    variants.into_iter().map(|variant| item(variant).context("it has an item")).collect()
}

fn in_store(store: &Sandbox, variant: u32) -> Option<i64> {
    store.with_store(|store| store.stock(variant, 1))
}

async fn adjust(operator: &Operator, item_number: &str, change: i64) -> anyhow::Result<()> {
    let request = AdjustInventoryRequest {
        site: "HQ".to_owned(),
        location: "A-01".to_owned(),
        item_number: item_number.to_owned(),
        change,
        reason: "counted".to_owned(),
        request_id: format!("{item_number}{change}"),
        ..AdjustInventoryRequest::default()
    };
    operator.client.warehouse().adjust_inventory(request).await?;
    Ok(())
}

async fn what_is_sold_and_still_here_is_not_sold_again(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 5).await?;
    let goods = goods(&scene).await?;
    let (variant, item, on_hand) = &goods[0];
    adjust(&scene.operator, item, 10).await?;
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(*variant, 2)])));
    let before = scene.store.log().counts().total;
    let run = end_of_day(&scene.operator, 0).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    ensure!(
        in_store(&scene.store, *variant) == Some(on_hand + 10 - 2),
        "{:?}",
        in_store(&scene.store, *variant)
    );
    let counts = run.phases.last().and_then(|phase| phase.counts).context("counts")?;
    ensure!((counts.updated, counts.unchanged) == (1, 4), "only what differs is written: {run:?}");
    ensure!(scene.store.log().counts().total - before < 25, "a handful of requests");

    let again = end_of_day(&scene.operator, 0).await?;
    let counts = again.phases.last().and_then(|phase| phase.counts).context("counts")?;
    ensure!((counts.updated, counts.unchanged) == (0, 5), "{again:?}");
    Ok(())
}

async fn an_item_that_sold_out_is_published_as_zero_also_without_a_record(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 5).await?;
    let goods = goods(&scene).await?;
    let (variant, item, on_hand) =
        goods.iter().find(|(.., on_hand)| *on_hand > 0).context("something is on hand")?;
    adjust(&scene.operator, item, -on_hand).await?;
    let records = scene.operator.inventory().await?;
    ensure!(records.iter().all(|record| record.item_number != *item), "the site deletes empty records");
    ensure!(in_store(&scene.store, *variant) > Some(0));
    end_of_day(&scene.operator, 0).await?;
    ensure!(in_store(&scene.store, *variant) == Some(0));
    Ok(())
}

async fn picked_and_shipped_units_leave_both_sides_once(engine: Engine) -> anyhow::Result<()> {
    for behavior in [StockBehavior::OrderPlaced, StockBehavior::OrderCompletedOrShipped] {
        let scene = imported(engine, 3).await?;
        scene
            .store
            .with_store(|store| store.surroundings.inventory_settings.update_stock_behavior = behavior);
        let goods = goods(&scene).await?;
        let (variant, item, on_hand) = &goods[0];
        adjust(&scene.operator, item, 20).await?;
        let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(*variant, 5)])));
        let run = scene.operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner().run;
        scene.operator.wait(run.context("there is a run")?.run_id).await?;
        // A store that deducts when it ships goes on showing what is sold until then.
        let (before, after) = match behavior {
            StockBehavior::OrderPlaced => (on_hand + 15, on_hand + 15),
            StockBehavior::OrderCompletedOrShipped => (on_hand + 20, on_hand + 15),
        };
        let mut warehouse = scene.operator.client.warehouse();
        let number = format!("BC-{id}");
        let pick = |units, request_id: &str| PickItemRequest {
            number: number.clone(),
            item_number: item.clone(),
            units,
            site: "HQ".to_owned(),
            location: "A-01".to_owned(),
            request_id: request_id.to_owned(),
            ..PickItemRequest::default()
        };
        let shows = async |units: i64, when: &str| -> anyhow::Result<()> {
            end_of_day(&scene.operator, 0).await?;
            let shown = in_store(&scene.store, *variant);
            ensure!(shown == Some(units), "{behavior:?}, {when}: {shown:?} instead of {units}");
            Ok(())
        };
        shows(before, "nothing is picked").await?;
        warehouse.pick_item(pick(2, "two")).await?;
        shows(before, "two are picked").await?;
        warehouse.pick_item(pick(3, "three")).await?;
        shows(before, "all are picked").await?;
        let ship = ShipPickingOrderRequest {
            number: number.clone(),
            request_id: "ship".to_owned(),
            ..ShipPickingOrderRequest::default()
        };
        warehouse.ship_picking_order(ship).await?;
        shows(after, "all are shipped").await?;
        shows(after, "nothing happened").await?;
        ensure!(scene.store.with_store(|store| store.orders()[&id].shipments.len()) == 1);
    }
    Ok(())
}

async fn an_end_of_day_before_the_import_is_refused(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(3)).await?;
    let answer = scene.operator.client.plugin_host().end_of_day(EndOfDayRequest::default()).await;
    let refused = refusal(answer)?;
    ensure!(refused.code == tonic::Code::FailedPrecondition, "{refused:?}");
    ensure!(format!("{refused:?}").contains("INVENTORY_NOT_IMPORTED"), "{refused:?}");
    Ok(())
}

async fn an_end_of_day_that_would_empty_the_store_is_held_until_a_person_approves(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 60).await?;
    let goods = goods(&scene).await?;
    let selling: Vec<_> = goods.iter().filter(|(.., on_hand)| *on_hand > 0).take(30).collect();
    for (_, item, on_hand) in &selling {
        adjust(&scene.operator, item, -on_hand).await?;
    }
    let held = end_of_day(&scene.operator, 0).await?;
    ensure!(held.state() == RunState::Held && held.problem.contains("would go to zero"), "{held:?}");
    ensure!(held.problem.contains("approve"), "{held:?}");
    let listed = scene.operator.exceptions(held.run_id, "WOULD_PUBLISH").await?;
    ensure!(
        listed.len() == selling.len() && listed.iter().all(|one| one.detail.ends_with("→ 0")),
        "{listed:?}"
    );
    ensure!(
        selling.iter().all(|(variant, ..)| in_store(&scene.store, *variant) > Some(0)),
        "nothing was sent"
    );

    let approved = end_of_day(&scene.operator, held.run_id).await?;
    ensure!(approved.state() == RunState::Complete, "{approved:?}");
    ensure!(selling.iter().all(|(variant, ..)| in_store(&scene.store, *variant) == Some(0)));
    Ok(())
}

async fn what_is_sold_while_counts_are_sent_is_not_handed_back(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 5).await?;
    let goods = goods(&scene).await?;
    let (variant, item, on_hand) = goods[0].clone();
    adjust(&scene.operator, &item, 10).await?;
    // Just before the store takes the count over, a shopper buys three.
    let adjustments = Matcher::path("/v3/inventory/adjustments").method("PUT");
    scene.store.on_request(adjustments, 1, move |store| {
        store.place_order(NewOrder::paid([(variant, 3)]));
    });
    end_of_day(&scene.operator, 0).await?;
    ensure!(
        in_store(&scene.store, variant) == Some(on_hand + 10 - 3),
        "{:?}",
        in_store(&scene.store, variant)
    );
    Ok(())
}

#[tokio::test]
async fn an_order_placed_at_any_step_is_not_handed_back() -> anyhow::Result<()> {
    let mut steps = 1;
    for step in 0..=40 {
        let scene = imported(Engine::Sqlite, 5).await?;
        let (variant, item, on_hand) = goods(&scene).await?[0].clone();
        adjust(&scene.operator, &item, 10).await?;
        if step > 0 {
            scene.store.on_request(Matcher::default(), step, move |store| {
                store.place_order(NewOrder::paid([(variant, 3)]));
                // As in a large store, where each step takes its time.
                store.clock().advance(std::time::Duration::from_mins(1));
            });
        }
        let before = scene.store.log().counts().total;
        end_of_day(&scene.operator, 0).await?;
        if step == 0 {
            steps = u32::try_from(scene.store.log().counts().total - before)?;
            ensure!(steps > 8, "it takes {steps} requests");
            continue;
        }
        let shown = in_store(&scene.store, variant);
        ensure!(shown == Some(on_hand + 10 - 3), "at request {step} of {steps}: {shown:?}, {on_hand} before");
        if step == steps {
            break;
        }
    }
    Ok(())
}

async fn variants_that_share_a_count_are_one_write(engine: Engine) -> anyhow::Result<()> {
    let store = store(Catalogue::clean(1)).await?;
    store.with_store(|store| {
        let variants = (0..4).map(|number| Variant::new(format!("POOL-{number}"))).collect();
        store.insert_product(Product::new("Pool", "POOL").with_variants(variants).tracked(Tracking::Product));
    });
    let home = Home::new(engine, &store).await?;
    let _server = Server::start_at(&home, Clock::system()).await?;
    let operator = Operator::ready(&home, &store).await?;
    operator.import_and_wait(false).await?;
    adjust(&operator, "POOL", 7).await?;
    for written in [1, 0] {
        let run = end_of_day(&operator, 0).await?;
        let counts = run.phases.last().and_then(|phase| phase.counts).context("counts")?;
        ensure!(counts.updated == written, "{run:?}");
    }
    Ok(())
}

async fn what_was_sold_in_an_order_that_vanished_can_be_sold_again(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let (variant, item, on_hand) = goods(&scene).await?[0].clone();
    adjust(&scene.operator, &item, 10).await?;
    // Nobody picks an order that waits for its payment, but its goods are promised.
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(variant, 2)]).in_status(7)));
    end_of_day(&scene.operator, 0).await?;
    ensure!(in_store(&scene.store, variant) == Some(on_hand + 8));
    scene.store.with_store(|store| store.edit_order(id, |order| order.is_deleted = true));
    end_of_day(&scene.operator, 0).await?;
    ensure!(in_store(&scene.store, variant) == Some(on_hand + 10), "{:?}", in_store(&scene.store, variant));
    Ok(())
}

/// An imported store, with a server whose clock is moved by hand.
async fn by_the_clock(engine: Engine) -> anyhow::Result<(Sandbox, Home, Server, Operator, Clock)> {
    let store = store(Catalogue::clean(3)).await?;
    let home = Home::new(engine, &store).await?;
    // In the past, so that a certificate made days later is good already.
    let clock = Clock::manual(Clock::system().now() - SignedDuration::from_hours(96));
    let server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::ready(&home, &store).await?;
    operator.import_and_wait(false).await?;
    Ok((store, home, server, operator, clock))
}

/// An End of Day by the clock, at a time of day in Berlin.
fn daily_at(time: &str) -> Configuration {
    Configuration {
        auto_sync: true,
        sync_interval_minutes: 1440,
        end_of_day: true,
        end_of_day_time: time.to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        ..defaults()
    }
}

/// When End of Day is due next.
async fn due(operator: &Operator) -> anyhow::Result<Timestamp> {
    let due = operator.status().await?.next_end_of_day_due_at.context("it is due")?;
    Ok(Timestamp::new(due.seconds, due.nanos)?)
}

/// How many days have ended.
async fn days(operator: &Operator) -> anyhow::Result<usize> {
    let runs = operator.client.plugin_host().list_runs(ListRunsRequest::default()).await?.into_inner().runs;
    Ok(runs.iter().filter(|run| run.kind() == RunKind::EndOfDay && is_final(run)).count())
}

async fn end_of_day_comes_by_the_stores_clock_and_once_a_day(engine: Engine) -> anyhow::Result<()> {
    let (_store, home, server, operator, clock) = by_the_clock(engine).await?;
    operator.configure(daily_at("18:00")).await?;
    let first = due(&operator).await?;
    let berlin = TimeZone::get("Europe/Berlin")?;
    ensure!(first.to_zoned(berlin).strftime("%H:%M").to_string() == "18:00", "{first}");
    clock.set(first);
    until("the day ends", async || Ok((days(&operator).await? == 1).then_some(()))).await?;
    ensure!(due(&operator).await? > first);

    // Down over the next evening and until the morning after: that day is missed, and said to be.
    server.stop().await?;
    clock.set(first + SignedDuration::from_hours(38));
    let _server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::with_key(operator.key)?;
    until("the next one is due", async || Ok((due(&operator).await? > clock.now()).then_some(()))).await?;
    ensure!(days(&operator).await? == 1, "yesterday's counts are not sent today");
    let needs = operator.status().await?.needs;
    let missed = needs.iter().find(|need| need.cause() == Cause::EndOfDay).context("somebody has to know")?;
    ensure!(missed.failing && missed.message.contains("did not run"), "{missed:?}");
    Ok(())
}

/// An End of Day at six that the store did not let through.
async fn stopped(engine: Engine) -> anyhow::Result<((Sandbox, Home, Server), Operator, Clock, Timestamp)> {
    let (store, home, server, operator, clock) = by_the_clock(engine).await?;
    operator.configure(daily_at("18:00")).await?;
    let item = operator.items().await?.remove(0).item_number;
    adjust(&operator, &item, 10).await?;
    let adjustments = Matcher::path("/v3/inventory/adjustments").method("PUT");
    store.script(Script::next(adjustments, Fault::Status { status: 403 }));
    let first = due(&operator).await?;
    clock.set(first);
    until("it stops", async || {
        let needs = operator.status().await?.needs;
        Ok(needs.iter().any(|need| need.cause() == Cause::EndOfDay && need.failing).then_some(()))
    })
    .await?;
    ensure!(days(&operator).await? == 1);
    Ok(((store, home, server), operator, clock, first))
}

/// Waits until the second try has gone well, and nobody is needed any more.
async fn goes_well(operator: &Operator) -> anyhow::Result<()> {
    until("it goes well", async || {
        let ended = operator.status().await?.last_end_of_day;
        Ok(ended.filter(|run| run.state() == RunState::Complete))
    })
    .await?;
    ensure!(days(operator).await? == 2);
    let needs = operator.status().await?.needs;
    ensure!(needs.is_empty(), "{needs:?}");
    Ok(())
}

async fn an_end_of_day_that_stopped_is_tried_again_while_its_day_lasts(engine: Engine) -> anyhow::Result<()> {
    let (_kept, operator, clock, first) = stopped(engine).await?;
    clock.set(first + SignedDuration::from_mins(16));
    goes_well(&operator).await
}

async fn an_end_of_day_that_stopped_is_tried_again_although_it_was_put_off(
    engine: Engine,
) -> anyhow::Result<()> {
    let (_kept, operator, clock, first) = stopped(engine).await?;
    operator.configure(daily_at("18:10")).await?;
    let later = due(&operator).await?;
    ensure!(later == first + SignedDuration::from_mins(10), "{later}");
    clock.set(later);
    until("its new time has come", async || Ok((due(&operator).await? > later).then_some(()))).await?;
    clock.set(first + SignedDuration::from_mins(16));
    goes_well(&operator).await
}

async fn an_end_of_day_that_is_put_off_after_it_came_waits_for_the_next_day(
    engine: Engine,
) -> anyhow::Result<()> {
    let (_store, _home, _server, operator, clock) = by_the_clock(engine).await?;
    operator.configure(daily_at("18:00")).await?;
    let first = due(&operator).await?;
    clock.set(first);
    until("the day ends", async || Ok((days(&operator).await? == 1).then_some(()))).await?;
    operator.configure(daily_at("20:00")).await?;
    let later = due(&operator).await?;
    ensure!(later == first + SignedDuration::from_hours(2), "{later}");
    clock.set(later);
    let next =
        until("the next one is due", async || Ok(Some(due(&operator).await?).filter(|next| *next > later)))
            .await?;
    ensure!(days(&operator).await? == 1, "a day has one");
    clock.set(next);
    until("the next day ends", async || Ok((days(&operator).await? == 2).then_some(()))).await
}
