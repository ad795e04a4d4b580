//! How late status events arrive when many watch: `cargo run --release --bin watchers -- 1000 50`.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;
use jiff::Timestamp;
use plugin_host_proto::{client::Update, v1::stream_status_response::Change};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Process, defaults, store},
    sandbox::Catalogue,
};
use tokio::{sync::mpsc, task::JoinSet, time::interval};

/// Connects watchers over TLS, each with a connection of its own, saves configurations, and tells how late each event
/// came: from when the server numbered it until a watcher had read it.
#[derive(Parser)]
struct Args {
    /// How many watch
    #[arg(default_value_t = 1_000)]
    watchers: usize,
    /// Events in a second
    #[arg(default_value_t = 50)]
    rate: u64,
    /// For how many seconds
    #[arg(default_value_t = 10)]
    secs: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let store = store(Catalogue::clean(1)).await?;
    let home = Home::new(Engine::Sqlite, &store).await?;
    let server = Process::start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let events = args.rate * args.secs;
    let began = Instant::now();
    let (ready, mut connected) = mpsc::channel(args.watchers);
    let mut watching = JoinSet::new();
    for _ in 0..args.watchers {
        watching.spawn(watch(operator.key.clone(), i64::try_from(events)? + 1, ready.clone()));
    }
    for _ in 0..args.watchers {
        connected.recv().await.context("a watcher is connected")?;
    }
    let connected_ms = began.elapsed().as_millis();
    let (began, cpu) = (Instant::now(), server.cpu_ticks().unwrap_or_default());
    let mut tick = interval(Duration::from_secs(1) / u32::try_from(args.rate)?);
    for revision in 1..=i64::try_from(events)? {
        tick.tick().await;
        operator.configure_from(revision, defaults()).await?;
    }
    let mut delays = Vec::new();
    while let Some(watched) = watching.join_next().await {
        delays.extend(watched??);
    }
    delays.sort_unstable();
    let took = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    let cores = server.cpu_ticks().unwrap_or_default().saturating_sub(cpu) as f64 / 100.0 / took;
    let at =
        |share: usize| delays.get((delays.len() * share / 1_000).min(delays.len() - 1)).copied().unwrap_or(0);
    anstream::println!(
        "{} watchers over TLS, connected in {connected_ms} ms; {events} events in {took:.1} s, {} deliveries\n\
         delay p50 {} ms, p99 {} ms, max {} ms; the server took {cores:.2} cores and {} MiB at most",
        args.watchers,
        delays.len(),
        at(500),
        at(990),
        at(1_000),
        server.peak_memory_kib().unwrap_or_default() / 1_024,
    );
    Ok(())
}

/// Reads events until the last revision; returns how late each was, in milliseconds.
async fn watch(key: String, last: i64, ready: mpsc::Sender<()>) -> anyhow::Result<Vec<i64>> {
    let mut stream = Operator::with_key(key)?.watch();
    let mut delays = Vec::new();
    loop {
        let Update::Event(event) = stream.next().await? else { continue };
        match event.change {
            Some(Change::Snapshot(_)) => ready.send(()).await?,
            Some(Change::ConfigurationRevision(revision)) => {
                #[expect(clippy::disallowed_methods, reason = "server and watcher share the machine's clock")]
                let now = Timestamp::now();
                let at = event.at.context("an event has its instant")?;
                delays.push(now.as_millisecond() - (at.seconds * 1_000 + i64::from(at.nanos) / 1_000_000));
                if revision >= last {
                    return Ok(delays);
                }
            }
            _ => {}
        }
    }
}
