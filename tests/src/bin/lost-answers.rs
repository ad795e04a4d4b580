//! Loses the answers to shipments and kills the server around them: `cargo run -p plugin-host-tests --bin lost-answers`.
//!
//! `plugin-host-server` must have been built before.

use std::{io::Write as _, time::Duration};

use anyhow::{Context as _, ensure};
use clap::Parser;
use plugin_host_proto::v1::{
    AdjustInventoryRequest, ListPickingOrdersRequest, PickItemRequest, PickingOrder, ShipPickingOrderRequest,
    ShipmentState, SyncRequest,
};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Process, options, store_with, until},
    sandbox::{Catalogue, Fault, Matcher, Options, Sandbox, Script, store::NewOrder},
};
use rand::Rng as _;
use tokio::{sync::mpsc, time};

/// Three time-outs of a lost answer are two leases.
const LEASE_MS: i64 = 900;
/// How long the store takes for each answer: long enough that kills fall on both sides of it.
const LATENCY: Duration = Duration::from_millis(15);
/// Only one of them is picked, so that the store would take a second shipment just as well.
const ORDERED: u32 = 4;

/// Cuts the store's answers to shipments and kills the server around them, and counts the shipments and e-mails.
#[derive(Parser)]
struct Arguments {
    /// How many answers are lost on each database
    #[arg(default_value_t = 100)]
    answers: u32,
}

/// What many lost answers came to.
struct Lost {
    kills: u32,
    /// Shipments of which a restarted server did not know what had become.
    in_doubt: u32,
    posts: u64,
    shipments: usize,
    emails: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { answers } = Arguments::parse();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let began = std::time::Instant::now();
        let Lost { kills, in_doubt, posts, shipments, emails } = lose(engine, answers).await?;
        writeln!(
            std::io::stdout(),
            "{engine:?}: {answers} answers lost, {kills} kills, {in_doubt} in doubt after a restart: {posts} POSTs, \
             {shipments} shipments, {emails} e-mails, none owed, in {} s",
            began.elapsed().as_secs()
        )?;
    }
    Ok(())
}

async fn lose(engine: Engine, answers: u32) -> anyhow::Result<Lost> {
    let catalogue = Catalogue::clean(5);
    let store = store_with(Options { catalogue, latency: LATENCY, ..options() }).await?;
    let mut home = Home::new(engine, &store).await?;
    home.set("lease_ms", LEASE_MS);
    let mut server = Process::start(&home).await?;
    let mut operator = Operator::ready(&home, &store).await?;
    operator.import_and_wait(false).await?;
    let orders = picked(&store, &operator, answers).await?;

    let posts = Matcher::path("/v2/orders").method("POST");
    // Every answer that a shipment ever gets is lost, also those of the tries that should not be.
    store.script(Script::next(posts.clone(), Fault::Truncated).once_it_took_effect().times(u32::MAX));
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let mut lost = Lost { kills: 0, in_doubt: 0, posts: 0, shipments: 0, emails: 0 };
    for (place, order) in orders.iter().enumerate() {
        while arrivals.try_recv().is_ok() {}
        let arrived = arrived.clone();
        // Nobody listens any more once the last server was killed.
        store.on_request(posts.clone(), 1, move |_| {
            let _ = arrived.send(());
        });
        ship(&operator, order).await?;
        if place % 2 == 0 {
            // The request is there; whether its answer would be is chance.
            time::timeout(Duration::from_secs(20), arrivals.recv()).await.context("no shipment is sent")?;
            pause(3 * LATENCY).await;
        } else {
            pause(10 * LATENCY).await;
        }
        server.kill().await?;
        lost.kills += 1;
        server = Process::start(&home).await?;
        operator = Operator::with_key(operator.key)?;
        let number = &order.number;
        let tried = picking_orders(&operator).await?.into_iter().find(|order| order.number == *number);
        lost.in_doubt += u32::from(tried.is_some_and(|order| state(&order) == Some(ShipmentState::Tried)));
    }
    until("no shipment is owed", async || {
        let orders = picking_orders(&operator).await?;
        let refused = orders.iter().find(|order| state(order) == Some(ShipmentState::Refused));
        ensure!(refused.is_none(), "the store does not take one: {refused:?}");
        Ok(orders.iter().all(|order| state(order) == Some(ShipmentState::Sent)).then_some(()))
    })
    .await?;
    // What is still under way would be a second shipment.
    time::sleep(Duration::from_secs(3)).await;
    lost.posts = store.log().count("POST", "/v2/orders/{id}/shipments");
    let (shipments, twice) = store.with_store(|store| {
        let of_order = |order: &PickingOrder| {
            u32::try_from(order.order_id)
                .ok()
                .and_then(|id| store.orders().get(&id))
                .map_or(0, |order| order.shipments.len())
        };
        let counts: Vec<usize> = orders.iter().map(of_order).collect();
        (counts.iter().sum(), counts.iter().filter(|&&count| count != 1).count())
    });
    lost.shipments = shipments;
    lost.emails = store.with_store(|store| store.emails().len());
    ensure!(twice == 0, "{twice} orders have not exactly one shipment");
    let expected = orders.len();
    ensure!(lost.shipments == expected, "{} shipments instead of {expected}", lost.shipments);
    ensure!(lost.emails == expected, "{} e-mails instead of {expected}", lost.emails);
    server.kill().await?;
    Ok(lost)
}

/// So many orders, one unit of each picked.
async fn picked(store: &Sandbox, operator: &Operator, count: u32) -> anyhow::Result<Vec<PickingOrder>> {
    store.with_store(|store| {
        let variant = store.shelf().products()[0].variants[0].id;
        for _ in 0..count {
            store.place_order(NewOrder::paid([(variant, ORDERED)]));
        }
    });
    let run = operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner().run;
    operator.wait(run.context("there is no run")?.run_id).await?;
    let orders = picking_orders(operator).await?;
    ensure!(orders.len() == usize::try_from(count)?, "{} picking orders", orders.len());
    let (site, location) = ("HQ".to_owned(), "A-01".to_owned());
    let mut warehouse = operator.client.warehouse();
    let item_number = orders.first().map(|order| order.lines[0].item_number.clone()).unwrap_or_default();
    let delivery = AdjustInventoryRequest {
        site: site.clone(),
        location: location.clone(),
        item_number: item_number.clone(),
        change: i64::from(count),
        reason: "delivery".to_owned(),
        request_id: "delivery".to_owned(),
        ..AdjustInventoryRequest::default()
    };
    warehouse.adjust_inventory(delivery).await?;
    for order in &orders {
        let pick = PickItemRequest {
            number: order.number.clone(),
            item_number: item_number.clone(),
            units: 1,
            site: site.clone(),
            location: location.clone(),
            request_id: format!("pick {}", order.number),
            ..PickItemRequest::default()
        };
        warehouse.pick_item(pick).await?;
    }
    Ok(orders)
}

async fn ship(operator: &Operator, order: &PickingOrder) -> anyhow::Result<()> {
    let request = ShipPickingOrderRequest {
        number: order.number.clone(),
        provider: "ups".to_owned(),
        tracking_number: format!("1Z{}", order.order_id),
        request_id: format!("ship {}", order.number),
        ..ShipPickingOrderRequest::default()
    };
    operator.client.warehouse().ship_picking_order(request).await?;
    Ok(())
}

async fn picking_orders(operator: &Operator) -> anyhow::Result<Vec<PickingOrder>> {
    let (mut orders, mut page_token) = (Vec::new(), String::new());
    loop {
        let request =
            ListPickingOrdersRequest { page_size: 1_000, page_token, ..ListPickingOrdersRequest::default() };
        let page = operator.client.warehouse().list_picking_orders(request).await?.into_inner();
        orders.extend(page.picking_orders);
        if page.next_page_token.is_empty() {
            return Ok(orders);
        }
        page_token = page.next_page_token;
    }
}

fn state(order: &PickingOrder) -> Option<ShipmentState> {
    order.shipments.last().map(plugin_host_proto::v1::Shipment::state)
}

async fn pause(most: Duration) {
    let pause = rand::rng().random_range(Duration::ZERO..most);
    time::sleep(pause).await;
}
