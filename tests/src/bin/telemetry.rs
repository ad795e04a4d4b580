//! What full telemetry costs an import: `cargo run --release -p plugin-host-tests --bin telemetry -- 100000 12`.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Parser;
use comfy_table::Table;
use plugin_host_proto::v1::{Run, RunState};
use plugin_host_tests::{
    harness::{Collector, Engine, Home, Operator, Process, is_final, store},
    sandbox::{Catalogue, Sandbox},
};

/// How often figures are read: fifteen times as often as Prometheus does unless told.
const SCRAPES: Duration = Duration::from_secs(1);

/// Imports in pairs, one with full telemetry and one with none, in the order ABBA; each by a new server with a new database.
///
/// Full: every trace and log record to a collector on this computer, figures read each second, log lines as JSON.
/// None: warnings alone are logged.
#[derive(Parser)]
struct Arguments {
    /// How many products the store has
    #[arg(default_value_t = 100_000)]
    products: u32,
    /// How many pairs
    #[arg(default_value_t = 12)]
    pairs: usize,
}

/// What one import cost the server, in seconds.
#[derive(Clone, Copy, Debug)]
struct Cost {
    wall: f64,
    cpu: f64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { products, pairs } = Arguments::parse();
    let store = store(Catalogue::clean(products)).await?;
    store.warm().await;
    // The first one finds the store's answers to our questions not rendered yet.
    import(&store, false).await?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for pair in 0..pairs {
        for full in [pair % 2 == 1, pair % 2 == 0] {
            let kept = if full { &mut with } else { &mut without };
            kept.push(import(&store, full).await?);
        }
    }
    let mut table = Table::new();
    table.set_header(["", "without, median", "with, median", "difference in pairs, median", "95 % interval"]);
    for (what, of) in [("time", (|cost| cost.wall) as fn(&Cost) -> f64), ("processor time", |cost| cost.cpu)]
    {
        let (without, with): (Vec<f64>, Vec<f64>) =
            (without.iter().map(of).collect(), with.iter().map(of).collect());
        let differences =
            without.iter().zip(&with).map(|(none, full)| (full / none - 1.0) * 100.0).collect::<Vec<_>>();
        let (median_difference, interval) = (median(&differences), interval(&differences));
        table.add_row([
            what.to_owned(),
            format!("{:.3} s", median(&without)),
            format!("{:.3} s", median(&with)),
            format!("{median_difference:+.1} %"),
            interval.map_or_else(
                || "more pairs are needed".to_owned(),
                |(low, high)| format!("{low:+.1} … {high:+.1} %"),
            ),
        ]);
    }
    anstream::println!("{pairs} pairs of imports of {products} products\n{table}");
    Ok(())
}

/// One import by a new server.
async fn import(store: &Sandbox, full: bool) -> anyhow::Result<Cost> {
    let mut home = Home::new(Engine::Sqlite, store).await?;
    let collector = Collector::start().await?;
    let monitor = if full {
        home.set("otlp_endpoint", collector.endpoint());
        home.set("trace_ratio", 1.0);
        home.set("log_format", "json");
        Some(home.monitor()?)
    } else {
        home.set("log", "warn");
        None
    };
    let server = Process::start(&home).await?;
    let operator = Operator::ready(&home, store).await?;
    let scraping = tokio::spawn(async move {
        while let Some(monitor) = &monitor {
            let _ = monitor.figures().await;
            tokio::time::sleep(SCRAPES).await;
        }
    });
    let cpu = server.cpu_ticks().context("the system says what a process used")?;
    let run_id = operator.import().await?.run.context("there is a run")?.run_id;
    // Seldom, for each question costs the server something.
    let run = loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let run = operator.run(run_id).await?;
        if is_final(&run) {
            break run;
        }
    };
    let ticks = server.cpu_ticks().context("it still runs")? - cpu;
    scraping.abort();
    ensure!(run.state() == RunState::Complete, "{run:?}");
    server.kill().await?;
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    Ok(Cost { wall: wall(&run)?, cpu: ticks as f64 / 100.0 })
}

fn wall(run: &Run) -> anyhow::Result<f64> {
    let (began, ended) = (run.began_at.context("it began")?, run.ended_at.context("it ended")?);
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    Ok((ended.seconds - began.seconds) as f64 + f64::from(ended.nanos - began.nanos) / 1e9)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.as_slice() {
        [] => f64::NAN,
        some if some.len() % 2 == 1 => some[middle],
        some => f64::midpoint(some[middle - 1], some[middle]),
    }
}

/// Between which two of the values the true median is, with 95 % probability whatever they are spread like.
fn interval(values: &[f64]) -> Option<(f64, f64)> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let (mut below, mut chance, mut outside) = (0, 0.5_f64.powi(i32::try_from(values.len()).ok()?), 0.0);
    // As many as can lie beyond on each side: heads and tails of a fair coin.
    while outside + chance <= 0.025 {
        outside += chance;
        #[expect(clippy::cast_precision_loss, reason = "few")]
        {
            chance *= (values.len() - below) as f64 / (below + 1) as f64;
        }
        below += 1;
    }
    let low = values.get(below.checked_sub(1)?)?;
    Some((*low, values[values.len() - below]))
}
