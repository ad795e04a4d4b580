//! Plays random histories: `cargo run -p plugin-host-tests --bin histories -- 1000`.

use std::{io::Write as _, process::ExitCode, time::Duration};

use clap::{Parser, ValueEnum};
use futures::future::try_join_all;
use plugin_host_tests::{
    harness::Engine,
    histories::{History, Search, Searched, play, search},
};

/// Plays random histories of a store and its warehouse and shows those that break a promise.
#[derive(Parser)]
struct Arguments {
    /// How many histories on SQLite
    #[arg(default_value_t = 100)]
    count: u64,
    /// How many with two replicas on PostgreSQL; a tenth of the others unless told
    #[arg(long)]
    postgres: Option<u64>,
    /// The first seed; the others follow
    #[arg(long)]
    seed: Option<u64>,
    /// The database
    #[arg(long, value_enum, default_value_t = Choice::Both)]
    engine: Choice,
    /// How many at a time on each database
    #[arg(long, default_value_t = 8)]
    at_once: usize,
    /// After how many failures it stops looking
    #[arg(long, default_value_t = 3)]
    failures: usize,
    /// After how many minutes no more are begun
    #[arg(long, default_value_t = 600)]
    minutes: u64,
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
    let engines = arguments.engine.engines();
    let failed = match &arguments.steps {
        Some(history) => replay(engines, history).await?,
        None => look(engines, &arguments).await?,
    };
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Tells one history; says whether it breaks a promise.
async fn replay(engines: &[Engine], history: &History) -> anyhow::Result<bool> {
    let mut out = std::io::stdout();
    let mut failed = false;
    for &engine in engines {
        let outcome = play(engine, history).await?;
        outcome.story.iter().try_for_each(|sentence| writeln!(out, "  {sentence}"))?;
        if let Some(broken) = outcome.broken {
            writeln!(out, "{engine:?}: {}: {}", broken.promise, broken.detail)?;
            failed = true;
        }
    }
    Ok(failed)
}

/// Plays many histories on all databases at the same time; says whether one broke a promise.
async fn look(engines: &[Engine], arguments: &Arguments) -> anyhow::Result<bool> {
    let mut out = std::io::stdout();
    let first = arguments.seed.unwrap_or_else(|| rand::random_range(0..1_000_000_000));
    let asked = |&engine: &Engine| {
        let count = match engine {
            Engine::Sqlite => arguments.count,
            Engine::Postgres => arguments.postgres.unwrap_or_else(|| arguments.count.div_ceil(10)),
        };
        Search {
            engine,
            seeds: first..first + count,
            without: arguments.without.clone(),
            at_once: arguments.at_once,
            failures: arguments.failures,
            time: Duration::from_mins(arguments.minutes),
        }
    };
    let asked: Vec<Search> = engines.iter().map(asked).collect();
    let mut failed = false;
    for (asked, searched) in asked.iter().zip(try_join_all(asked.iter().map(search)).await?) {
        let Searched { histories, steps, runs, crashes, faults, meanwhile, elapsed, found } = searched;
        for found in &found {
            writeln!(out, "{found}\n")?;
        }
        writeln!(
            out,
            "{:?}: {histories} of {} histories from seed {first}, {steps} steps, {runs} runs, {crashes} crashes, \
             {faults} faults, {meanwhile} things meanwhile, in {:.1} s: {} failed",
            asked.engine,
            asked.seeds.end - asked.seeds.start,
            elapsed.as_secs_f64(),
            found.len()
        )?;
        failed |= !found.is_empty();
    }
    Ok(failed)
}
