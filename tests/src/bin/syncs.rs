//! What a sync and an End of Day cost: `cargo run --release -p plugin-host-tests --bin syncs`.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use clap::{Parser, ValueEnum};
use comfy_table::Table;
use plugin_host_proto::v1::{EndOfDayRequest, Run, RunState, SyncRequest};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Process, is_final, options, store_with},
    sandbox::{Catalogue, Entry, Matcher, Options, Sandbox, store::NewOrder},
};

/// The most rows of a list that one request brings.
const PAGE: usize = 250;
/// The most counts that one write takes.
const BATCH: usize = 2_000;

/// Measures syncs and End of Days of a server that is a process of its own.
#[derive(Parser)]
struct Args {
    /// What to measure; all of it, unless told
    scene: Option<Scene>,
    /// Orders in the scene with new orders
    #[arg(long, default_value_t = 10_000)]
    orders: usize,
    /// Requests allowed in 30 seconds in the scene with new orders; 0 for unlimited
    #[arg(long, default_value_t = 0)]
    quota: u64,
    /// Items in the scene where all of them change
    #[arg(long, default_value_t = 100_000)]
    items: u32,
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scene {
    /// A sync in a store of 10,000 products where nothing changed
    Nothing,
    /// New orders with three lines each
    Orders,
    /// An End of Day where every item changes
    EndOfDay,
}

/// A store that is imported, and the server beside it.
struct Place {
    store: Sandbox,
    server: Process,
    operator: Operator,
    _home: Home,
}

/// What one run cost.
struct Cost {
    run: Run,
    wall: Duration,
    cpu_ms: u64,
    requests: Vec<Entry>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let wanted = |scene| args.scene.is_none_or(|one| one == scene);
    if wanted(Scene::Nothing) {
        nothing().await?;
    }
    if wanted(Scene::Orders) {
        new_orders(args.orders, args.quota).await?;
    }
    if wanted(Scene::EndOfDay) {
        end_of_day(args.items).await?;
    }
    Ok(())
}

impl Place {
    async fn open(products: u32, quota: u64) -> anyhow::Result<Self> {
        let store = store_with(Options { catalogue: Catalogue::clean(products), quota, ..options() }).await?;
        let home = Home::new(Engine::Sqlite, &store).await?;
        let server = Process::start(&home).await?;
        let operator = Operator::ready(&home, &store).await?;
        let place = Self { store, server, operator, _home: home };
        let imported = place.operator.import_and_wait(false).await?;
        ensure!(imported.state() == RunState::Complete, "{imported:?}");
        // The first sync reads everything once; those after it are the ones of every day.
        place.sync().await?;
        Ok(place)
    }

    fn variants(&self) -> Vec<u32> {
        self.store.with_store(|store| store.shelf().products().iter().map(|one| one.variants[0].id).collect())
    }

    /// Places orders of three lines each.
    fn place_orders(&self, count: usize) {
        let variants = self.variants();
        self.store.with_store(|store| {
            for lines in variants.chunks_exact(3).cycle().take(count) {
                store.place_order(NewOrder::paid(lines.iter().map(|variant| (*variant, 1))));
            }
        });
    }

    async fn sync(&self) -> anyhow::Result<Cost> {
        self.measure(async || {
            let answer = self.operator.client.plugin_host().sync(SyncRequest::default()).await?;
            answer.into_inner().run.context("there is a run")
        })
        .await
    }

    async fn end_of_day(&self, approved_run_id: i64) -> anyhow::Result<Cost> {
        self.measure(async || {
            let request = EndOfDayRequest { approved_run_id, ..EndOfDayRequest::default() };
            let answer = self.operator.client.plugin_host().end_of_day(request).await?;
            answer.into_inner().run.context("there is a run")
        })
        .await
    }

    async fn measure(&self, ask: impl AsyncFn() -> anyhow::Result<Run>) -> anyhow::Result<Cost> {
        self.store.log().clear();
        let (began, cpu) = (Instant::now(), self.server.cpu_ticks().unwrap_or_default());
        let mut run = ask().await?;
        // Not the harness's wait: asking every 15 ms would be charged to the server, and it gives up too early.
        while !is_final(&run) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            run = self.operator.run(run.run_id).await?;
        }
        let ticks = self.server.cpu_ticks().unwrap_or_default().saturating_sub(cpu);
        let requests = self.store.log().entries();
        Ok(Cost { run, wall: began.elapsed(), cpu_ms: ticks * 10, requests })
    }
}

impl Cost {
    fn writes(&self) -> usize {
        self.requests.iter().filter(|request| request.method != "GET").count()
    }

    fn refused(&self) -> usize {
        self.requests.iter().filter(|request| request.status == 429).count()
    }

    /// Each kind of request with how often it was made.
    fn kinds(&self) -> BTreeMap<String, usize> {
        let mut kinds = BTreeMap::new();
        for request in &self.requests {
            *kinds.entry(format!("{} {}", request.method, request.template)).or_default() += 1;
        }
        kinds
    }

    fn rows(&self) -> Vec<(String, String)> {
        let mut rows = vec![
            ("run".to_owned(), format!("{:?}", self.run.state())),
            ("wall time".to_owned(), format!("{:.2} s", self.wall.as_secs_f64())),
            ("our processor time".to_owned(), format!("{} ms", self.cpu_ms)),
            ("requests".to_owned(), self.requests.len().to_string()),
        ];
        rows.extend(self.kinds().into_iter().map(|(kind, count)| (format!("  {kind}"), count.to_string())));
        rows
    }
}

async fn nothing() -> anyhow::Result<()> {
    /// So many syncs, since the system counts processor time in hundredths of a second.
    const SYNCS: u64 = 20;
    let place = Place::open(10_000, 0).await?;
    place.place_orders(50);
    place.sync().await?;
    let mut cpu_ms = 0;
    let mut last = place.sync().await?;
    for _ in 0..SYNCS {
        last = place.sync().await?;
        cpu_ms += last.cpu_ms;
    }
    let mut rows = last.rows();
    rows.push(("our processor time, mean".to_owned(), format!("{} ms (wanted: under 50)", cpu_ms / SYNCS)));
    for request in &last.requests {
        rows.push(("request".to_owned(), format!("{} {}?{}", request.method, request.path, request.query)));
    }
    show("nothing changed, 10,000 products, 50 open orders", rows);
    Ok(())
}

async fn new_orders(count: usize, quota: u64) -> anyhow::Result<()> {
    let place = Place::open(30_000, quota).await?;
    place.place_orders(count);
    let cost = place.sync().await?;
    let mut rows = cost.rows();
    rows.push(("pages of 250 orders".to_owned(), count.div_ceil(PAGE).to_string()));
    rows.push(("answered with 429".to_owned(), cost.refused().to_string()));
    show(&format!("{count} new orders of three lines, quota {quota}"), rows);
    Ok(())
}

async fn end_of_day(items: u32) -> anyhow::Result<()> {
    let place = Place::open(items, 0).await?;
    let variants = place.variants();
    place.store.with_store(|store| {
        for variant in &variants {
            let units = store.stock(*variant, 1).unwrap_or_default();
            store.set_stock(*variant, 1, units + 1);
        }
    });
    let (cost, gap) = tokio::join!(place.end_of_day(0), read_to_write(&place.store));
    let (mut cost, mut gap) = (cost?, gap);
    if cost.run.state() == RunState::Held {
        let again = tokio::join!(place.end_of_day(cost.run.run_id), read_to_write(&place.store));
        (cost, gap) = (again.0?, again.1);
    }
    let mut rows = cost.rows();
    let floor = variants.len().div_ceil(BATCH);
    rows.push(("writes".to_owned(), format!("{} (wanted: {floor})", cost.writes())));
    rows.push((
        "from the last answer to the first write".to_owned(),
        gap.map_or_else(|| "nothing was written".to_owned(), |gap| format!("{} ms", gap.as_millis())),
    ));
    let peak = place.server.peak_memory_kib().unwrap_or_default() / 1_024;
    rows.push(("peak memory".to_owned(), format!("{peak} MiB")));
    show(&format!("End of Day, all of {items} items change"), rows);
    Ok(())
}

/// How long nothing was asked before the first count was sent, to a few milliseconds; none when nothing is sent.
async fn read_to_write(store: &Sandbox) -> Option<Duration> {
    /// A run that was held or done, and not one that still computes.
    const SILENCE: Duration = Duration::from_secs(30);
    let (tell, mut told) = tokio::sync::oneshot::channel();
    let adjustments = Matcher::path("/v3/inventory/adjustments").method("PUT");
    store.on_request(adjustments, 1, move |_| {
        // Nobody listens where the run was given up before.
        let _ = tell.send(Instant::now());
    });
    let (mut total, mut changed_at) = (0, Instant::now());
    while changed_at.elapsed() < SILENCE {
        if let Ok(written_at) = told.try_recv() {
            return Some(written_at.saturating_duration_since(changed_at));
        }
        let now = store.log().counts().total;
        if now != total {
            (total, changed_at) = (now, Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    store.clear_scripts();
    None
}

fn show(title: &str, rows: Vec<(String, String)>) {
    let mut table = Table::new();
    table.set_header([title, ""]);
    for (what, figure) in rows {
        table.add_row([what, figure]);
    }
    anstream::println!("{table}");
}
