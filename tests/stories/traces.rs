//! What a collector of traces sees.

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{ImportRequest, RunState, SyncRequest};
use plugin_host_tests::{
    harness::{Collector, Engine, Home, Operator, Process, store, until},
    sandbox::Catalogue,
};

/// Who presses the button: a trace and a span of W3C's own example.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PRESS: &str = "b7ad6b7169203331";
/// Another one, who does not want to be traced.
const QUIET: &str = "11111111111111111111111111111111";

#[tokio::test]
async fn one_trace_leads_from_the_button_to_every_request_to_the_store() -> anyhow::Result<()> {
    let collector = Collector::start().await?;
    let store = store(Catalogue::ugly(300).with_orders(10)).await?;
    let mut home = Home::new(Engine::Sqlite, &store).await?;
    home.set("otlp_endpoint", collector.endpoint());
    home.set("log_format", "json");
    let _server = Process::start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    store.log().clear();

    let pressed = operator.client.clone().traced(&format!("00-{TRACE}-{PRESS}-01"));
    let import = pressed.plugin_host().import(ImportRequest::default()).await?.into_inner();
    let run = operator.wait(import.run.context("there is a run")?.run_id).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let asked = usize::try_from(store.log().counts().total)?;

    // Spans come in batches, the one of the run among the last.
    let trace = until("the whole trace is there", async || {
        let trace = collector.trace(TRACE);
        Ok(trace.spans().iter().any(|span| span.name == "run").then_some(trace))
    })
    .await?;
    eprintln!("{}", trace.tree(PRESS));
    let only = |parent: &str, name: &str| match trace.below(parent, name).as_slice() {
        [one] => Ok(one.clone()),
        other => anyhow::bail!("{} spans {name}", other.len()),
    };
    let rpc = only(PRESS, "pluginhost.v1.PluginHostService/Import")?;
    let done = only(&rpc, "run")?;
    let phases = ["Products", "Inventory", "Carriers"].map(|phase| only(&done, phase));
    let phases = phases.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(trace.below(&phases[0], "GET v3/catalog/products").len() >= 2);
    ensure!(!trace.below(&phases[1], "GET v3/inventory/items").is_empty());
    // Each request that the store has seen is there, and under the run or one of its phases.
    let requests = trace.spans().iter().filter(|span| span.name.contains(" v"));
    ensure!(requests.count() == asked, "{asked} requests");
    let tree = trace.tree(PRESS);
    let lines: Vec<&str> = tree.lines().filter(|line| line.contains(" v")).collect();
    ensure!(lines.len() == asked, "each is in the tree:\n{tree}");
    ensure!(lines.iter().all(|line| line.starts_with("   ") && line.contains(" 20")), "{tree}");

    // Log lines have the same id, on standard error and at the collector.
    let log = home.log()?;
    let ended = log.lines().find(|line| line.contains("the run ended")).context("the run has ended")?;
    ensure!(ended.contains(&format!("\"trace_id\":\"{TRACE}\"")), "{ended}");
    until("log records come, too", async || Ok((collector.logged(TRACE) > 0).then_some(()))).await?;

    // Who does not want to be traced is not.
    let quiet = operator.client.clone().traced(&format!("00-{QUIET}-{PRESS}-00"));
    let synced = quiet.plugin_host().sync(SyncRequest::default()).await?.into_inner();
    let synced = operator.wait(synced.run.context("there is a run")?.run_id).await?;
    let last = operator.client.clone().traced(&format!("00-{}-{PRESS}-01", "2".repeat(32)));
    last.plugin_host().get_run(plugin_host_proto::v1::GetRunRequest { run_id: synced.run_id }).await?;
    until("what came later is there", async || {
        Ok((!collector.trace(&"2".repeat(32)).spans().is_empty()).then_some(()))
    })
    .await?;
    ensure!(collector.trace(QUIET).spans().is_empty());
    Ok(())
}
