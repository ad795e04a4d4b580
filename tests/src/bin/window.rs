//! What the desktop client costs: `cargo run --release --features desktop --bin window`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use plugin_host_tests::{
    desktop::{Screen, Shop, Window, memory_kib},
    harness::{Engine, defaults, options, until},
    sandbox::Catalogue,
};
use sqlx::postgres::PgPoolOptions;
use tokio::time::{MissedTickBehavior, interval};

/// Starts that are measured; the first one warms the disk.
const STARTS: usize = 6;
/// Events of each second, and for how many seconds.
const RATE: u32 = 1_000;
const SECONDS: u32 = 10;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let shop = Shop::at(
        Engine::Postgres,
        plugin_host_tests::sandbox::Options { catalogue: Catalogue::clean(200), ..options() },
    )
    .await?;
    starts(&shop).await?;
    memory(&shop).await?;
    events(&shop).await
}

/// From the start of the process to the first paint of the page, which can be used from then on.
async fn starts(shop: &Shop) -> anyhow::Result<()> {
    let mut took = Vec::new();
    for _ in 0..STARTS {
        let window = shop.window().await?;
        window.find("textbox", "Store Key").await?;
        took.push(window.first_paint_ms().await?);
        window.close().await?;
    }
    let mut warm = took.split_off(1);
    warm.sort_unstable();
    anstream::println!(
        "start: usable after {} ms (median of {}, most {} ms; cold {} ms)",
        warm[warm.len() / 2],
        warm.len(),
        warm[warm.len() - 1],
        took[0],
    );
    Ok(())
}

/// The memory of the whole, beside that of a window with nothing in it.
async fn memory(shop: &Shop) -> anyhow::Result<()> {
    shop.operator.configure(defaults()).await?;
    shop.operator.import_and_wait(false).await?;
    shop.connected().await?.close().await?;
    let ours = settled(&shop.screen, &shop.desk(), &Window::program()?).await?;
    let empty = settled(&shop.screen, &shop.home.path().join("empty"), &empty()?).await?;
    anstream::println!(
        "memory: {} MiB with a store shown, {} MiB more than an empty window ({} MiB)",
        ours / 1024,
        ours.saturating_sub(empty) / 1024,
        empty / 1024,
    );
    Ok(())
}

/// What a program takes a while after its window has opened.
async fn settled(screen: &Screen, home: &Path, program: &Path) -> anyhow::Result<u64> {
    std::fs::create_dir_all(home)?;
    let mut child = screen.command(program, home).spawn()?;
    until("the window opens", async || Ok(screen.has_window().await?.then_some(()))).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let memory = memory_kib(child.id().context("it runs")?)?;
    child.kill().await?;
    Ok(memory)
}

/// The example of the desktop's package, beside the programs.
fn empty() -> anyhow::Result<PathBuf> {
    let folder = std::env::current_exe()?.parent().context("a folder")?.join("examples");
    let program = folder.join("empty");
    anyhow::ensure!(
        program.is_file(),
        "build it: cargo build --release -p plugin-host-desktop --example empty"
    );
    Ok(program)
}

/// How long a key press waits while events pour in.
async fn events(shop: &Shop) -> anyhow::Result<()> {
    let window = shop.window().await?;
    window.sees("Connected").await?;
    window.with_control('k').await?;
    window.find("combobox", "Search*").await?;
    let quiet = typed(&window).await?;

    let url = shop.home.database_url().context("a PostgreSQL")?;
    let pool = PgPoolOptions::new().max_connections(4).connect(url).await?;
    let pouring = tokio::spawn(async move {
        // What another server's events do: a row, and a notice that names it.
        let statement = "WITH next AS (UPDATE stores SET event_number = event_number + 1 RETURNING id, event_number), \
            kept AS (INSERT INTO events SELECT id, event_number, 0, 'INFO', 'Something happened.', '\"Store\"' FROM next \
            RETURNING store_id, number) \
            SELECT pg_notify('plugin_host_events', store_id || ':' || number || ':0') FROM kept";
        let mut tick = interval(Duration::from_secs(1) / RATE);
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for _ in 0..RATE * SECONDS {
            tick.tick().await;
            sqlx::query(statement).execute(&pool).await?;
        }
        anyhow::Ok(())
    });
    let busy = typed(&window).await?;
    let began = std::time::Instant::now();
    pouring.await??;
    anstream::println!(
        "events: a key press is painted after {} ms at most (p50 {} ms) while {RATE} events a second come; \
         {} ms (p50 {} ms) without",
        busy.1,
        busy.0,
        quiet.1,
        quiet.0,
    );
    anstream::println!(
        "        the last event was written {} ms after the last key",
        began.elapsed().as_millis()
    );
    window.close().await
}

/// Types letters into the search and returns how long each took to be painted: the median and the most.
async fn typed(window: &Window) -> anyhow::Result<(u64, u64)> {
    window
        .run(
            "window.delays = [];
             window.onkeydown = (event) => requestAnimationFrame(() =>
                 setTimeout(() => window.delays.push(Math.round(performance.now() - event.timeStamp))));
             return null;",
        )
        .await?;
    for _ in 0..40 {
        window.type_text("t").await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let delays = window.run("return window.delays;").await?;
    let mut delays: Vec<u64> =
        delays.as_array().context("a list")?.iter().filter_map(serde_json::Value::as_u64).collect();
    delays.sort_unstable();
    anyhow::ensure!(delays.len() == 40, "{} of 40 key presses were seen", delays.len());
    Ok((delays[20], delays[39]))
}
