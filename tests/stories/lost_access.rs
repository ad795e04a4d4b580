//! A token that is good no more, or good for less.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use plugin_host_proto::v1::{Configuration, RunState, StoreState, SyncRequest};
use plugin_host_server::clock::Clock;
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Server, connect_store, defaults, store},
    sandbox::{ALL_SCOPES, Catalogue, Fault, Matcher, Sandbox, Script, store::NewOrder},
};
use tokio::sync::oneshot;

use crate::{
    daily::{adjust, end_of_day, picking_orders, sync},
    refusal::refusal,
};

crate::on_both_databases! {
    a_token_that_is_refused_stops_everything_until_the_store_is_connected_again
    a_token_that_is_refused_after_the_store_was_given_another_says_nothing_of_the_store
    a_permission_that_is_lost_is_named_and_costs_nothing_once_it_is_back
}

struct Unattended {
    operator: Operator,
    _server: Server,
    home: Home,
    store: Sandbox,
    clock: Clock,
}

/// An imported store with auto sync, and a clock that is moved by hand.
async fn unattended(engine: Engine) -> anyhow::Result<Unattended> {
    let store = store(Catalogue::clean(5)).await?;
    let home = Home::new(engine, &store).await?;
    let clock = Clock::manual(Clock::system().now());
    let server = Server::start_at(&home, clock.clone()).await?;
    let operator = Operator::ready(&home, &store).await?;
    operator.import_and_wait(false).await?;
    operator.configure(Configuration { auto_sync: true, ..defaults() }).await?;
    Ok(Unattended { operator, _server: server, home, store, clock })
}

fn scopes_but(left_out: &str) -> Vec<String> {
    let kept = ALL_SCOPES.iter().filter(|scope| **scope != left_out);
    kept.map(|scope| (*scope).to_owned()).collect()
}

async fn a_token_that_is_refused_stops_everything_until_the_store_is_connected_again(
    engine: Engine,
) -> anyhow::Result<()> {
    let Unattended { operator, _server, home, store, clock } = unattended(engine).await?;
    let variant = store.with_store(|store| {
        let variant = store.shelf().products()[0].variants[0].id;
        store.place_order(NewOrder::paid([(variant, 1)]));
        variant
    });
    // The app was authorised again, which makes the token before it worthless.
    store.issue_token("another0access1token2of3a4store0", scopes_but(""));
    let failed = sync(&operator).await?;
    ensure!(failed.state() == RunState::Failed, "{failed:?}");
    ensure!(failed.problem.contains("refused the access token"), "{failed:?}");
    let status = operator.status().await?;
    ensure!(status.store.context("the store")?.state() == StoreState::Refused);
    let offered = status.allowed_actions.iter().filter(|action| action.offered);
    for action in offered {
        let reasons: Vec<&str> = action.reasons.iter().map(|reason| reason.code.as_str()).collect();
        ensure!(!action.allowed && reasons.contains(&"CREDENTIALS_REFUSED"), "{action:?}");
    }

    // Whatever is due by the clock, and whoever asks: nobody knocks at the store any more.
    let knocks = store.log().counts().total;
    for _ in 0..6 {
        let due = operator.status().await?.next_sync_due_at.context("it stays due")?;
        clock.set(Timestamp::new(due.seconds, due.nanos)? + SignedDuration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(1_200)).await;
    }
    let refused = refusal(operator.client.plugin_host().sync(SyncRequest::default()).await)?;
    ensure!(refused.reasons.iter().any(|reason| reason == "CREDENTIALS_REFUSED"), "{refused:?}");
    ensure!(store.log().counts().total == knocks, "{} requests more", store.log().counts().total - knocks);
    let alarm = operator.status().await?.alarm;
    ensure!(alarm.contains("refuses the access token"), "{alarm}");

    connect_store(&home, &store).await?;
    ensure!(operator.status().await?.store.context("the store")?.state() == StoreState::Connected);
    store.with_store(|store| store.place_order(NewOrder::paid([(variant, 2)])));
    let run = sync(&operator).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    ensure!(picking_orders(&operator).await?.len() == 2, "what was ordered meanwhile is there");
    ensure!(operator.status().await?.alarm.is_empty());
    Ok(())
}

async fn a_token_that_is_refused_after_the_store_was_given_another_says_nothing_of_the_store(
    engine: Engine,
) -> anyhow::Result<()> {
    let Unattended { operator, _server, home, store, .. } = unattended(engine).await?;
    let orders = Matcher::path("/v2/orders").method("GET");
    let (comes, came) = oneshot::channel();
    store.on_request(orders.clone(), 1, move |_| {
        let _ = comes.send(());
    });
    store.script(Script::next(orders, Fault::Delay { ms: 3_000 }));
    let answer = operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
    came.await?;
    // The run waits for an answer to its old token; meanwhile there is a new one.
    store.issue_token("another0access1token2of3a4store0", scopes_but(""));
    connect_store(&home, &store).await?;
    let failed = operator.wait(answer.run.context("there is a run")?.run_id).await?;
    ensure!(failed.state() == RunState::Failed, "{failed:?}");
    ensure!(failed.problem.contains("refused the access token"), "{failed:?}");
    let status = operator.status().await?;
    ensure!(status.store.context("the store")?.state() == StoreState::Connected, "its token is good");
    let run = sync(&operator).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    Ok(())
}

async fn a_permission_that_is_lost_is_named_and_costs_nothing_once_it_is_back(
    engine: Engine,
) -> anyhow::Result<()> {
    let Unattended { operator, _server, store, .. } = unattended(engine).await?;
    let item = operator.items().await?.remove(0);
    adjust(&operator, &item.item_number, 7).await?;
    let token = store.token();
    // With the first set counts can be read and not be written; with the second no order is readable.
    let read_only = scopes_but("store_inventory").into_iter().chain(["store_inventory_read_only".to_owned()]);
    for (scopes, named) in [
        (read_only.collect::<Vec<_>>(), "store_inventory."),
        (scopes_but("store_v2_orders"), "store_v2_orders."),
    ] {
        store.issue_token(&token, scopes);
        let failed = end_of_day(&operator, false).await?;
        ensure!(failed.state() == RunState::Failed, "{failed:?}");
        let words = format!("create an API account with the scope {named}");
        ensure!(failed.problem.contains(&words), "{named}: {failed:?}");
        let status = operator.status().await?;
        ensure!(status.store.context("the store")?.state() == StoreState::Connected, "the token is good");
    }
    store.issue_token(&token, scopes_but(""));
    let run = end_of_day(&operator, false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let variant = u32::try_from(item.bindings[0].variant_id)?;
    ensure!(store.with_store(|store| store.stock(variant, 1)) == Some(item.on_hand + 7));
    Ok(())
}
