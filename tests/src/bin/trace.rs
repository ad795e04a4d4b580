//! One import as a trace, from the button to each request: `cargo run -p plugin-host-tests --bin trace`.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Parser;
use plugin_host_proto::v1::ImportRequest;
use plugin_host_server::telemetry::Telemetry;
use plugin_host_tests::{
    harness::{Collector, Engine, Home, Operator, Press, Server, options, store_with},
    sandbox::{Catalogue, Options},
};

/// Starts a store, a server and a collector of traces, presses Import, and prints the trace as a tree.
#[derive(Parser)]
struct Arguments {
    /// How many products the store has
    #[arg(long, default_value_t = 1_000)]
    products: u32,
    /// How many orders were placed in the last thirty days
    #[arg(long, default_value_t = 20)]
    orders: u32,
    /// How long the store takes for each answer
    #[arg(long, default_value_t = 40, value_name = "MS")]
    latency_ms: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let catalogue = Catalogue::ugly(arguments.products).with_orders(arguments.orders);
    let latency = Duration::from_millis(arguments.latency_ms);
    let store = store_with(Options { catalogue, latency, ..options() }).await?;
    let collector = Collector::start().await?;
    let mut home = Home::new(Engine::Sqlite, &store).await?;
    home.set("otlp_endpoint", collector.endpoint());
    home.set("log", "error");
    let telemetry = Telemetry::start(&home.settings()?)?;
    let server = Server::start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    store.log().clear();

    let press = Press::new("press Import");
    let id = press.trace();
    let pressed = operator.client.clone().traced(&press.traceparent());
    let import = pressed.plugin_host().import(ImportRequest::default()).await?.into_inner();
    press.release(collector.endpoint()).await?;
    operator.wait(import.run.context("there is a run")?.run_id).await?;
    server.stop().await?;
    // Sends what is left, and waits for it.
    tokio::task::spawn_blocking(|| telemetry.finish()).await?;

    let (trace, asked) = (collector.trace(&id), store.log().counts().total);
    let requests = trace.spans().iter().filter(|span| span.name.contains(" v")).count();
    anstream::println!("trace {id}: {} spans, {requests} requests to the store\n", trace.spans().len());
    anstream::print!("{}", trace.tree(""));
    ensure!(u64::try_from(requests)? == asked, "the store was asked {asked} times");
    Ok(())
}
