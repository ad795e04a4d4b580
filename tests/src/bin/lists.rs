//! What a page of a long list costs: `cargo run --release -p plugin-host-tests --bin lists`.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Parser;
use comfy_table::Table;
use plugin_host_proto::{
    client::Client,
    v1::{
        GetOverviewRequest, GetStatusRequest, ListCustomersRequest, ListInventoryRequest, ListItemsRequest,
        ListPickingOrdersRequest, PickingOrderState, RunState, SyncRequest,
    },
};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Process, is_final, options, store_with},
    sandbox::{Catalogue, Options, Sandbox, store::NewOrder},
};

/// How often each question is asked.
const TIMES: usize = 21;
/// Rows of a page.
const PAGE: i32 = 100;

/// Measures the answers of a server that is a process of its own, as a client gets them over TLS.
#[derive(Parser)]
struct Args {
    /// Items
    #[arg(long, default_value_t = 100_000)]
    items: u32,
    /// Orders, of one line each
    #[arg(long, default_value_t = 100_000)]
    orders: u32,
    /// PostgreSQL instead of SQLite
    #[arg(long)]
    postgres: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let engine = if args.postgres { Engine::Postgres } else { Engine::Sqlite };
    let catalogue = Catalogue::clean(args.items);
    let store = store_with(Options { catalogue, quota: 0, ..options() }).await?;
    let home = Home::new(engine, &store).await?;
    let server = Process::start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let imported = operator.import_and_wait(false).await?;
    ensure!(imported.state() == RunState::Complete, "{imported:?}");
    place_orders(&store, args.orders);
    sync(&operator).await?;

    let mut table = Table::new();
    table.set_header(["question", "rows of", "shortest", "median", "longest"]);
    measure(&operator.client, &args, &mut table).await?;
    anstream::println!("{table}\n{engine:?}, {} items, {} orders", args.items, args.orders);
    let peak = server.peak_memory_kib().unwrap_or_default() / 1_024;
    anstream::println!("peak memory of the server, import and sync included: {peak} MiB");
    Ok(())
}

fn place_orders(store: &Sandbox, count: u32) {
    store.with_store(|store| {
        let variants: Vec<u32> = store.shelf().products().iter().map(|one| one.variants[0].id).collect();
        for variant in variants.into_iter().cycle().take(usize::try_from(count).unwrap_or_default()) {
            store.place_order(NewOrder::paid([(variant, 1)]));
        }
    });
}

async fn sync(operator: &Operator) -> anyhow::Result<()> {
    let answer = operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
    let mut run = answer.run.context("there is a run")?;
    while !is_final(&run) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        run = operator.run(run.run_id).await?;
    }
    ensure!(run.state() == RunState::Complete, "{run:?}");
    Ok(())
}

/// Asks a question often; how long that took, in order, and what it answered.
async fn ask<T>(answer: impl AsyncFn() -> Result<T, tonic::Status>) -> anyhow::Result<(Vec<Duration>, T)> {
    let mut last = answer().await?;
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let began = Instant::now();
        last = answer().await?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    Ok((took, last))
}

async fn measure(client: &Client, args: &Args, table: &mut Table) -> anyhow::Result<()> {
    let (items, orders) = (i32::try_from(args.items)?, i32::try_from(args.orders)?);
    let ms = |took: Duration| format!("{:.1} ms", took.as_secs_f64() * 1_000.0);
    let mut row = |question: &str, took: &[Duration], total: i64| {
        let [shortest, median, longest] = [0, TIMES / 2, TIMES - 1].map(|at| ms(took[at]));
        table.add_row([question.to_owned(), total.to_string(), shortest, median, longest]);
    };
    for (order_by, skip, search) in [
        ("", 0, ""),
        ("", items / 2, ""),
        ("", items - PAGE, ""),
        ("name", items / 2, ""),
        ("name desc", items - PAGE, ""),
        ("on_hand desc", 0, ""),
        ("on_hand desc", items / 2, ""),
        ("", 0, "77"),
        ("name", 0, "tent"),
        ("", 0, "nothing has this name"),
        ("", items / 3, "e"),
    ] {
        let request = ListItemsRequest {
            page_size: PAGE,
            skip,
            order_by: order_by.to_owned(),
            search: search.to_owned(),
            ..ListItemsRequest::default()
        };
        let asked = ask(async || client.warehouse().list_items(request.clone()).await).await?;
        row(&format!("items {order_by:?} from {skip} {search:?}"), &asked.0, asked.1.get_ref().total);
    }
    for (order_by, skip, search) in
        [("", 0, ""), ("", items / 2, ""), ("on_hand desc", items / 2, ""), ("", 0, "77")]
    {
        let request = ListInventoryRequest {
            page_size: PAGE,
            skip,
            order_by: order_by.to_owned(),
            search: search.to_owned(),
            ..ListInventoryRequest::default()
        };
        let asked = ask(async || client.warehouse().list_inventory(request.clone()).await).await?;
        row(&format!("inventory {order_by:?} from {skip} {search:?}"), &asked.0, asked.1.get_ref().total);
    }
    let waiting: &[PickingOrderState] = &[PickingOrderState::Open, PickingOrderState::OnHold];
    let all: &[PickingOrderState] = &[];
    for (order_by, skip, search, states) in [
        ("", 0, "", all),
        ("", orders / 2, "", all),
        ("ordered_at desc", orders - PAGE, "", all),
        ("number desc", orders / 2, "", all),
        ("customer", orders / 2, "", all),
        ("state", orders / 2, "", all),
        ("", orders / 2, "", waiting),
        ("", 0, "77", all),
        ("", 0, "an", all),
        ("", orders / 3, "e", all),
    ] {
        let request = ListPickingOrdersRequest {
            page_size: PAGE,
            skip,
            order_by: order_by.to_owned(),
            search: search.to_owned(),
            states: states.iter().map(|state| (*state).into()).collect(),
            ..ListPickingOrdersRequest::default()
        };
        let asked = ask(async || client.warehouse().list_picking_orders(request.clone()).await).await?;
        let states = if states.is_empty() { "" } else { ", open or on hold" };
        row(
            &format!("orders {order_by:?} from {skip} {search:?}{states}"),
            &asked.0,
            asked.1.get_ref().total,
        );
    }
    for (order_by, search) in [("", ""), ("email desc", ""), ("", "an")] {
        let request = ListCustomersRequest {
            page_size: PAGE,
            order_by: order_by.to_owned(),
            search: search.to_owned(),
            ..ListCustomersRequest::default()
        };
        let asked = ask(async || client.warehouse().list_customers(request.clone()).await).await?;
        row(&format!("customers {order_by:?} {search:?}"), &asked.0, asked.1.get_ref().total);
    }
    let overview = async || client.plugin_host().get_overview(GetOverviewRequest::default()).await;
    let asked = ask(overview).await?;
    let came = asked.1.get_ref().days.iter().map(|day| day.orders).sum::<i64>();
    row("overview of 14 days", &asked.0, came);
    let status = async || client.plugin_host().get_status(GetStatusRequest::default()).await;
    let asked = ask(status).await?;
    row("status", &asked.0, 1);
    Ok(())
}
