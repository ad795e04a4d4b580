//! Lives through fourteen days of a store and its warehouse: `cargo run -p plugin-host-tests --bin fortnight`.
//!
//! The days are two weeks of America/Chicago in 2026, one around each change of the clocks.

mod end;
mod staff;

use std::{collections::BTreeSet, io::Write as _, process::ExitCode, time::Duration};

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use plugin_host_proto::v1::{Configuration, ListRunsRequest, Run, RunKind, RunState};
use plugin_host_server::clock::Clock;
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Server, defaults, is_final, options, store_with, until},
    sandbox::{
        Catalogue, Options, Sandbox,
        shopper::{Act, Habits, Shopper},
    },
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

const ZONE: &str = "America/Chicago";
/// The first days of the two weeks; the clocks change on the fourth day of each.
const WEEKS: [Date; 2] = [Date::constant(2026, 3, 5), Date::constant(2026, 10, 29)];

/// Lives through fourteen days of a store and its warehouse, and says whether every promise held.
#[derive(Parser)]
struct Arguments {
    /// Where all chance comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The database
    #[arg(long, value_enum, default_value_t = Choice::Sqlite)]
    engine: Choice,
    /// How far the clocks jump at a time during opening hours, in minutes
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(i64).range(15..=300))]
    every: i64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Choice {
    Sqlite,
    Postgres,
}

/// What a day came to.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    orders: usize,
    picks: u32,
    shipments: usize,
    written: i64,
    drift: usize,
    syncs: usize,
    failed: usize,
    faults: u32,
    restarts: u32,
}

struct Fortnight {
    store: Sandbox,
    home: Home,
    server: Option<Server>,
    operator: Operator,
    clock: Clock,
    zone: TimeZone,
    random: StdRng,
    shopper: Shopper,
    requests: u32,
    /// The newest run that a day was charged with.
    seen_run: i64,
    broken: Vec<String>,
    /// The variants that somebody has counted by hand.
    recounted: Vec<String>,
    /// Drift of other variants.
    drifted: Vec<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Arguments { seed, engine, every } = Arguments::parse();
    let engine = match engine {
        Choice::Sqlite => Engine::Sqlite,
        Choice::Postgres => Engine::Postgres,
    };
    let began = std::time::Instant::now();
    let mut out = std::io::stdout();
    let mut fortnight = Fortnight::open(engine, seed).await?;
    writeln!(out, "date        orders picks shipped written drift  syncs failed faults restarts")?;
    for first in WEEKS {
        fortnight.skip_to(first).await?;
        for day in 0..7 {
            let date = first.checked_add(day.days())?;
            let Day { orders, picks, shipments, written, drift, syncs, failed, faults, restarts } =
                fortnight.day(date, every).await?;
            writeln!(
                out,
                "{date}  {orders:6} {picks:5} {shipments:7} {written:7} {drift:5} {syncs:6} {failed:6} \
                 {faults:6} {restarts:8}"
            )?;
        }
    }
    for line in fortnight.end().await? {
        writeln!(out, "{line}")?;
    }
    for drifted in &fortnight.drifted {
        writeln!(out, "Drift of what nobody counted by hand: {drifted}")?;
    }
    for broken in &fortnight.broken {
        writeln!(out, "BROKEN: {broken}")?;
    }
    let secs = began.elapsed().as_secs();
    writeln!(out, "{engine:?}, seed {seed}: {} promises broken, in {secs} s", fortnight.broken.len())?;
    Ok(if fortnight.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Fortnight {
    async fn open(engine: Engine, seed: u64) -> anyhow::Result<Self> {
        let zone = TimeZone::get(ZONE)?;
        let start = WEEKS[0].yesterday()?.at(20, 0, 0, 0).to_zoned(zone.clone())?.timestamp();
        let catalogue = Catalogue::clean(40);
        let store = store_with(Options { catalogue, starts_at: Some(start), ..options() }).await?;
        let mut home = Home::new(engine, &store).await?;
        // Certificates of a server in March are not good in the machine's present.
        home.set("tls", "off");
        home.set("public_address", format!("http://127.0.0.1:{}", home.port()));
        let clock = Clock::manual(start);
        let server = Some(Server::start_at(&home, clock.clone()).await?);
        let operator = Operator::ready(&home, &store).await?;
        operator.import_and_wait(false).await?;
        let configuration = Configuration {
            auto_sync: true,
            sync_interval_minutes: 15,
            end_of_day: true,
            time_zone: ZONE.to_owned(),
            ..defaults()
        };
        operator.configure(configuration).await?;
        let habits = Habits::usual().with(Act::Recount, 0);
        Ok(Self {
            store,
            home,
            server,
            operator,
            clock,
            zone,
            random: StdRng::seed_from_u64(seed),
            shopper: Shopper::with_habits(seed, habits),
            requests: 0,
            seen_run: 0,
            broken: Vec::new(),
            recounted: Vec::new(),
            drifted: Vec::new(),
        })
    }

    /// Nothing runs until the evening before a day.
    async fn skip_to(&mut self, first: Date) -> anyhow::Result<()> {
        self.restart(first.yesterday()?.at(22, 0, 0, 0).to_zoned(self.zone.clone())?.timestamp()).await
    }

    async fn restart(&mut self, now: Timestamp) -> anyhow::Result<()> {
        if let Some(server) = self.server.take() {
            server.stop().await?;
        }
        self.set_clocks(now);
        self.server = Some(Server::start_at(&self.home, self.clock.clone()).await?);
        self.operator = Operator::with_key(self.operator.key.clone())?;
        self.settle(None).await
    }

    /// The store's clock runs on by itself, so it may be some seconds ahead.
    fn set_clocks(&self, now: Timestamp) {
        let ahead = now.duration_since(self.store.clock().now());
        self.store.clock().advance(Duration::try_from(ahead).unwrap_or_default());
        self.clock.set(now.max(self.clock.now()));
    }

    async fn day(&mut self, date: Date, every: i64) -> anyhow::Result<Day> {
        let mut day = Day::default();
        let (orders, emails) = self.store.with_store(|store| (store.orders().len(), store.emails().len()));
        let mut steps: BTreeSet<i64> = (8 * 60..18 * 60).step_by(usize::try_from(every)?).collect();
        // The hour in which the night's reconciliation begins is over, the day ends, and it is late.
        steps.extend([4 * 60 + 5, 18 * 60, 22 * 60]);
        let restart_at = self.random.random_ratio(1, 3).then(|| self.random.random_range(1..steps.len()));
        for (place, minutes) in steps.into_iter().enumerate() {
            let now = date.at(0, 0, 0, 0).checked_add(minutes.minutes())?.to_zoned(self.zone.clone())?;
            if (8 * 60..18 * 60).contains(&minutes) {
                for _ in 0..self.random.random_range(1..=3) {
                    self.store.with_store(|store| self.shopper.act(store));
                }
                day.picks += self.work().await?;
            }
            if self.random.random_ratio(2, 5) {
                self.fault();
                day.faults += 1;
            }
            if minutes == 18 * 60 {
                self.recount();
            }
            if restart_at == Some(place) {
                day.restarts += 1;
                self.restart(now.timestamp()).await?;
            } else {
                self.set_clocks(now.timestamp());
            }
            self.settle((minutes < 8 * 60).then_some(date)).await?;
        }
        let (orders_now, emails_now) =
            self.store.with_store(|store| (store.orders().len(), store.emails().len()));
        (day.orders, day.shipments) = (orders_now - orders, emails_now - emails);
        self.charge(&mut day, date).await?;
        Ok(day)
    }

    /// Counts what the runs of a day did, and whether its End of Day came, once.
    async fn charge(&mut self, day: &mut Day, date: Date) -> anyhow::Result<()> {
        let runs = self.runs().await?;
        let mut evenings = Vec::new();
        for run in runs.iter().filter(|run| run.run_id > self.seen_run) {
            day.syncs += usize::from(run.kind() == RunKind::Sync);
            day.failed += usize::from(run.state() == RunState::Failed);
            if matches!(run.kind(), RunKind::EndOfDay | RunKind::Reconciliation) {
                let drifted = self.operator.exceptions(run.run_id, "DRIFT").await?;
                day.drift += drifted.len();
                let kind = if run.kind() == RunKind::EndOfDay { "End of Day" } else { "reconciliation" };
                let words =
                    drifted.iter().map(|one| format!("{date}, {kind}: {}, {}", one.record, one.detail));
                self.drifted
                    .extend(words.filter(|words| !self.recounted.iter().any(|one| words.contains(one))));
            }
            if run.kind() == RunKind::EndOfDay {
                day.written += run.phases.last().and_then(|phase| phase.counts).map_or(0, |c| c.updated);
                if run.asked_by == "the clock" {
                    evenings.push(self.local(run)?);
                }
            }
        }
        self.seen_run = runs.iter().map(|run| run.run_id).max().unwrap_or_default();
        if evenings != [format!("{date} 18:00")] {
            self.broken.push(format!("{date}: End of Day came at {evenings:?}"));
        }
        Ok(())
    }

    fn local(&self, run: &Run) -> anyhow::Result<String> {
        let at = run.asked_at.context("it was asked for")?;
        let at = Timestamp::new(at.seconds, at.nanos)?.to_zoned(self.zone.clone());
        Ok(at.strftime("%Y-%m-%d %H:%M").to_string())
    }

    async fn runs(&self) -> anyhow::Result<Vec<Run>> {
        let request = ListRunsRequest { page_size: 1_000, ..ListRunsRequest::default() };
        Ok(self.operator.client.plugin_host().list_runs(request).await?.into_inner().runs)
    }

    /// Waits until everything that is due was asked for and has ended, with the reconciliation of a night.
    async fn settle(&self, night: Option<Date>) -> anyhow::Result<()> {
        let now = self.clock.now();
        until("everything that is due has ended", async || {
            let status = self.operator.status().await?;
            let due = [status.next_sync_due_at, status.next_end_of_day_due_at];
            let is_later = |(seconds, nanos)| Timestamp::new(seconds, nanos).is_ok_and(|due| due > now);
            let is_done = due.iter().flatten().all(|due| is_later((due.seconds, due.nanos)))
                && status.running.is_none()
                && status.queued.is_empty();
            if !is_done {
                return Ok(None);
            }
            let Some(night) = night else { return Ok(Some(())) };
            for run in self.runs().await? {
                let is_of_night = run.kind() == RunKind::Reconciliation && is_final(&run);
                if is_of_night && self.local(&run)?.starts_with(&night.to_string()) {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await
    }
}
