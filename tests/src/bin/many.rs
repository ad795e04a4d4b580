//! Many stores on one server: `cargo run --release -p plugin-host-tests --bin many -- --stores 2000`.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use clap::{Parser, ValueEnum};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use plugin_host_proto::v1::{Configuration, ListRunsRequest, Run, RunKind, RunState};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Process, connect_store, defaults, is_final, options, store_with},
    sandbox::{Catalogue, Options, Sandbox},
};

/// Connects many stores to a server, switches auto sync on, and tells how late their runs begin; then lets all of them
/// have their End of Day in one minute.
#[derive(Parser)]
struct Args {
    /// How many stores
    #[arg(long, default_value_t = 2_000)]
    stores: usize,
    /// Minutes between two syncs of a store; that long it is watched
    #[arg(long, default_value_t = 15)]
    interval: i32,
    /// Products of each store
    #[arg(long, default_value_t = 20)]
    products: u32,
    /// How long each store takes for an answer, in milliseconds
    #[arg(long, default_value_t = 80)]
    latency_ms: u64,
    /// The database
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    engine: Database,
    /// How many servers share it; more than one needs PostgreSQL
    #[arg(long, default_value_t = 1)]
    replicas: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

/// The servers, and somebody for each store.
struct Place {
    servers: Vec<(Home, Process)>,
    operators: HashMap<String, Operator>,
    _stores: Vec<Sandbox>,
}

/// What the servers had used at an instant.
struct Used {
    at: Instant,
    ticks: Vec<u64>,
    began: Vec<usize>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let began = Instant::now();
    let place = Place::open(&args).await?;
    say(&format!("{} stores connected and imported in {:.0} s", args.stores, began.elapsed().as_secs_f64()));
    place.syncs(args.interval).await?;
    place.ends_of_day().await
}

impl Place {
    async fn open(args: &Args) -> anyhow::Result<Self> {
        let options_of = |number: usize| Options {
            store_hash: format!("store{number:04}"),
            catalogue: Catalogue::clean(args.products).with_orders(3),
            latency: Duration::from_millis(args.latency_ms),
            ..options()
        };
        let first = store_with(options_of(0)).await?;
        let mut stores: Vec<_> =
            (1..args.stores).map(|number| first.open_beside(options_of(number))).collect();
        let engine = match args.engine {
            Database::Sqlite => Engine::Sqlite,
            Database::Postgres => Engine::Postgres,
        };
        let mut home = Home::new(engine, &first).await?;
        home.set("lease_ms", 30_000);
        stores.insert(0, first);
        let replicas: Vec<_> = (1..args.replicas).map(|_| home.replica()).collect::<Result<_, _>>()?;
        let mut servers = Vec::new();
        for home in std::iter::once(home).chain(replicas) {
            let server = Process::start(&home).await?;
            servers.push((home, server));
        }
        let home = &servers[0].0;
        // Several at a time, as eight administrators would; each waits for its store several times.
        let operators =
            stream::iter(&stores).map(|store| ready(home, store)).buffer_unordered(8).try_collect().await?;
        Ok(Self { servers, operators, _stores: stores })
    }

    /// Lets each store sync once by the clock.
    async fn syncs(&self, interval: i32) -> anyhow::Result<()> {
        let values = Configuration { auto_sync: true, sync_interval_minutes: interval, ..defaults() };
        let due = self.configure(&values, |status| status.next_sync_due_at).await?;
        let used = self.used()?;
        let window = Duration::from_secs(u64::try_from(interval)? * 60);
        say(&format!("watching for {interval} minutes"));
        tokio::time::sleep(window + Duration::from_secs(30)).await;
        let runs = self.runs(RunKind::Sync, &due).await?;
        self.tell("syncs", window, &used, &due, &runs)
    }

    /// Lets all stores have their End of Day in the same minute.
    async fn ends_of_day(&self) -> anyhow::Result<()> {
        #[expect(clippy::disallowed_methods, reason = "the servers go by the machine's clock")]
        let now = Timestamp::now();
        // Late enough for all configurations to be saved before.
        let minute = now.checked_add(4.minutes())?.to_zoned(TimeZone::UTC);
        let time = minute.strftime("%H:%M").to_string();
        let values = Configuration {
            auto_sync: true,
            sync_interval_minutes: 1_440,
            end_of_day: true,
            end_of_day_time: time,
            time_zone: "UTC".to_owned(),
            ..defaults()
        };
        let due = self.configure(&values, |status| status.next_end_of_day_due_at).await?;
        let first = due.values().min().context("there are stores")?;
        #[expect(clippy::disallowed_methods, reason = "the servers go by the machine's clock")]
        let wait = first.duration_since(Timestamp::now());
        tokio::time::sleep(wait.try_into().unwrap_or_default()).await;
        let used = self.used()?;
        let began = Instant::now();
        let runs = loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            let runs = self.runs(RunKind::EndOfDay, &due).await?;
            if runs.len() == due.len() && runs.values().all(is_final) {
                break runs;
            }
            ensure!(began.elapsed() < Duration::from_mins(20), "{} of {} runs", runs.len(), due.len());
        };
        self.tell("Ends of Day", began.elapsed(), &used, &due, &runs)
    }

    /// Saves a configuration for each store and returns when it is due.
    async fn configure(
        &self,
        values: &Configuration,
        due: impl Fn(&plugin_host_proto::v1::Status) -> Option<pbjson_types::Timestamp>,
    ) -> anyhow::Result<HashMap<String, Timestamp>> {
        let due = &due;
        let saved = self.operators.iter().map(|(hash, operator)| async move {
            let division = operator.configuration().await?.default_division;
            operator.configure(Configuration { default_division: division, ..values.clone() }).await?;
            let status = operator.status().await?;
            let at = due(&status).with_context(|| format!("nothing is due for {hash}"))?;
            anyhow::Ok((hash.clone(), instant(at)?))
        });
        stream::iter(saved).buffer_unordered(8).try_collect().await
    }

    /// The first run of a kind that each store had from when it was due.
    async fn runs(
        &self,
        kind: RunKind,
        due: &HashMap<String, Timestamp>,
    ) -> anyhow::Result<HashMap<String, Run>> {
        let mut found = HashMap::new();
        for (hash, operator) in &self.operators {
            let request = ListRunsRequest { page_size: 10, ..ListRunsRequest::default() };
            let runs = operator.client.plugin_host().list_runs(request).await?.into_inner().runs;
            let first = runs.into_iter().rev().find(|run| {
                let asked_at = run.asked_at.and_then(|at| instant(at).ok());
                run.kind() == kind && asked_at.is_some_and(|at| at >= due[hash])
            });
            found.extend(first.map(|run| (hash.clone(), run)));
        }
        Ok(found)
    }

    fn used(&self) -> anyhow::Result<Used> {
        let ticks = self.servers.iter().map(|(_, server)| server.cpu_ticks().unwrap_or_default()).collect();
        let began = |(home, _): &(Home, Process)| Ok(home.log()?.matches("the run begins").count());
        let began = self.servers.iter().map(began).collect::<anyhow::Result<_>>()?;
        Ok(Used { at: Instant::now(), ticks, began })
    }

    fn tell(
        &self,
        what: &str,
        took: Duration,
        before: &Used,
        due: &HashMap<String, Timestamp>,
        runs: &HashMap<String, Run>,
    ) -> anyhow::Result<()> {
        let mut delays = Vec::new();
        let mut failed = 0;
        for (hash, due) in due {
            let run = runs.get(hash).with_context(|| format!("{hash} had no run"))?;
            let began = instant(run.began_at.context("the run has not begun")?)?;
            delays.push(began.as_millisecond() - due.as_millisecond());
            failed += usize::from(!matches!(run.state(), RunState::Complete | RunState::CompleteWithParked));
        }
        delays.sort_unstable();
        let at = |share: usize| delays[(delays.len() * share / 1_000).min(delays.len() - 1)];
        say(&format!(
            "{} {what} in {:.0} s, {failed} not complete; from due to claimed: p50 {} ms, p99 {} ms, max {} ms",
            delays.len(),
            took.as_secs_f64(),
            at(500),
            at(990),
            at(1_000)
        ));
        let now = self.used()?;
        let elapsed = now.at.duration_since(before.at).as_secs_f64();
        for (number, (_, server)) in self.servers.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
            let cores = now.ticks[number].saturating_sub(before.ticks[number]) as f64 / 100.0 / elapsed;
            say(&format!(
                "  server {}: {} runs, {cores:.2} cores, {} MiB at most",
                number + 1,
                now.began[number] - before.began[number],
                server.peak_memory_kib().unwrap_or_default() / 1_024
            ));
        }
        Ok(())
    }
}

/// Connects a store, configures it in its own division, and imports it.
async fn ready(home: &Home, store: &Sandbox) -> anyhow::Result<(String, Operator)> {
    let connected = connect_store(home, store).await?;
    let operator = Operator::with_key(connected.store_key)?;
    operator.configure(Configuration { default_division: connected.division, ..defaults() }).await?;
    let run = operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    Ok((store.store_hash().to_owned(), operator))
}

fn instant(at: pbjson_types::Timestamp) -> anyhow::Result<Timestamp> {
    Ok(Timestamp::new(at.seconds, at.nanos)?)
}

fn say(line: &str) {
    anstream::println!("{line}");
}
