//! Plays random histories: `cargo run -p plugin-host-tests --bin histories -- 1000`.

use std::{io::Write as _, process::ExitCode};

use clap::{Parser, ValueEnum};
use plugin_host_tests::{
    harness::Engine,
    histories::{History, Searched, play, search},
};

/// Plays random histories of a store and its warehouse and shows those that break a promise.
#[derive(Parser)]
struct Arguments {
    /// How many histories on each database
    #[arg(default_value_t = 100)]
    count: u64,
    /// The first seed; the others follow
    #[arg(long)]
    seed: Option<u64>,
    /// The database
    #[arg(long, value_enum, default_value_t = Choice::Both)]
    engine: Choice,
    /// How many at a time
    #[arg(long, default_value_t = 8)]
    at_once: usize,
    /// After how many failures it stops looking
    #[arg(long, default_value_t = 3)]
    failures: usize,
    /// Leaves these steps out of the histories, such as `refund`
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
    /// Plays this one history, as a failure shows it
    #[arg(long)]
    steps: Option<History>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Choice {
    Sqlite,
    Postgres,
    Both,
}

impl Choice {
    fn engines(self) -> &'static [Engine] {
        match self {
            Self::Sqlite => &[Engine::Sqlite],
            Self::Postgres => &[Engine::Postgres],
            Self::Both => &[Engine::Sqlite, Engine::Postgres],
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout();
    let mut failed = false;
    let first = arguments.seed.unwrap_or_else(|| rand::random_range(0..1_000_000_000));
    for &engine in arguments.engine.engines() {
        if let Some(history) = &arguments.steps {
            let outcome = play(engine, history).await?;
            outcome.story.iter().try_for_each(|sentence| writeln!(out, "  {sentence}"))?;
            if let Some(broken) = outcome.broken {
                writeln!(out, "{engine:?}: {}: {}", broken.promise, broken.detail)?;
                failed = true;
            }
            continue;
        }
        let seeds = first..first + arguments.count;
        let Searched { histories, steps, runs, crashes, faults, meanwhile, elapsed, found } =
            search(engine, seeds, &arguments.without, arguments.at_once, arguments.failures).await?;
        for found in &found {
            writeln!(out, "{found}\n")?;
        }
        writeln!(
            out,
            "{engine:?}: {histories} histories from seed {first}, {steps} steps, {runs} runs, {crashes} crashes, \
             {faults} faults, {meanwhile} things meanwhile, in {:.1} s: {} failed",
            elapsed.as_secs_f64(),
            found.len()
        )?;
        failed |= !found.is_empty();
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
