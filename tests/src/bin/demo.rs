//! The main job from end to end on this computer alone: `cargo demo`.
//!
//! A BigCommerce store of its own, the real server on a SQLite file and the real command line client run in this one
//! process and speak TLS over loopback. Everything they write is in one temporary folder, which goes when they end.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::{IsTerminal as _, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context as _, ensure};
use clap::Parser;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::NOTHING};
use plugin_host_cli::{Exit, Look, Surroundings};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, Server, options, store_with},
    sandbox::{Catalogue, Fault, Matcher, Options, Sandbox, Script, store::Store},
};

/// Widest that tables and rules get, for comfortable reading.
const WIDEST: u16 = 100;
/// What the store of the demo is known by.
const STORE: &str = "northridge";

/// Shows the main job from end to end: a store is connected, imported and verified.
#[derive(Parser)]
#[command(name = "cargo demo", bin_name = "cargo demo", version)]
struct Arguments {
    /// How many products the store has
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    products: u32,
    /// How many orders were placed in the last thirty days
    #[arg(long, default_value_t = 60)]
    orders: u32,
    /// How long the store takes for each answer
    #[arg(long, default_value_t = 100, value_name = "MS")]
    latency_ms: u64,
    /// Keep store and server running afterwards, until ^C
    #[arg(long)]
    stay: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // What is dropped on the way out removes the folder, also when ^C ends the story.
    let outcome = tokio::select! {
        outcome = demo(&arguments) => outcome,
        () = stopped() => Err(anyhow::anyhow!("interrupted; everything is removed")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "\nthe demo stopped: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn demo(arguments: &Arguments) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut stage = Stage::new();
    let store = open_store(arguments).await?;
    let home = Home::new(Engine::Sqlite, &store).await?;
    let server = Server::start(&home).await?;
    stage.client = home.path().join("client");
    let token = stage.file("token.txt", &store.token())?;

    stage.heading("A BigCommerce store and a Plugin Host server, both on this computer")?;
    let (name, goods) = store.with_store(|store| (store.surroundings.name.clone(), goods(store)));
    stage.say(&format!("store   {name}, {goods}"))?;
    stage.say(&format!(
        "        at {}, answering in {} ms and more",
        store.base_url(),
        arguments.latency_ms
    ))?;
    stage.say(&format!("server  at https://127.0.0.1:{}, with an embedded SQLite file", home.port()))?;
    stage.say(&format!("files   in {}, removed at the end", home.path().display()))?;

    stage.heading("1. The administrator connects the store and gets its store key")?;
    let admin_key = home.admin_key_file().to_string_lossy().into_owned();
    stage.quietly(&["connect", "--key-file", &admin_key]).await?;
    stage.shown("admin connect-store northridge --access-token-file token.txt")?;
    let key = stage.quietly(&["admin", "connect-store", STORE, "--access-token-file", &token]).await?;
    let key = key.trim();
    stage.say(&format!("{}…  (shortened here)", key.get(..60).unwrap_or(key)))?;

    stage.heading("2. Any computer needs only that key")?;
    let key_file = stage.file("store.key", key)?;
    stage.shown("connect -")?;
    stage.run(&["connect", "--key-file", &key_file], Exit::Complete).await?;

    stage.heading("3. The operator says where imported goods go")?;
    stage
        .command(
            "configure set --default-division MAIN --default-uom EA \\\n    \
             --default-site HQ --default-location A-01",
        )
        .await?;

    stage.heading("4. What would an import do? Nothing is kept yet")?;
    stage.shown("import --dry-run")?;
    let found = stage.quietly(&["import", "--dry-run"]).await?;
    stage.say(found.split("\n\n").next().unwrap_or_default().trim_end())?;

    stage.heading("5. Import Products, Inventory, and Carriers")?;
    slow_down(&store);
    stage.shown("import")?;
    stage.run(&["import"], Exit::CompleteWithParked).await?;

    stage.heading("6. Verification: both sides compared")?;
    stage.command("report").await?;

    stage.heading("7. What arrived in the warehouse")?;
    let operator = Operator::with_key(key.to_owned())?;
    stage.table(&arrived(&operator).await?)?;
    stage.say("")?;
    stage.command("inventory --limit 6").await?;
    stage.heading("8. What waits for a person")?;
    stage.table(&parked(&operator).await?)?;

    stage.heading(&format!("Done in {} seconds. What you would type next", began.elapsed().as_secs()))?;
    let stays = arguments.stay && std::io::stdin().is_terminal();
    stage.say(&next(stays, home.path()))?;
    if stays {
        stopped().await;
    }
    server.stop().await?;
    store.stop().await;
    Ok(())
}

/// A store with a believable catalogue, some trouble and open orders.
async fn open_store(arguments: &Arguments) -> anyhow::Result<Sandbox> {
    let store = store_with(Options {
        store_hash: STORE.to_owned(),
        catalogue: Catalogue::ugly(arguments.products).with_orders(arguments.orders),
        latency: Duration::from_millis(arguments.latency_ms),
        tls: true,
        ..options()
    })
    .await?;
    store.with_store(|store| {
        let variants: Vec<u32> =
            store.shelf().products().iter().map(|product| product.variants[0].id).collect();
        for variant in variants.iter().skip(30).step_by(60) {
            store.set_stock(*variant, 2, 7);
        }
        for variant in variants.iter().skip(50).step_by(45) {
            store.set_stock(*variant, 1, 0);
        }
    });
    Ok(store)
}

/// Lets pages come one after the other, as from a store far away, so that the progress can be seen.
fn slow_down(store: &Sandbox) {
    for path in ["/v3/catalog/products", "/v3/inventory/items"] {
        for page in 1..=12 {
            let later = Fault::Delay { ms: 350 * u64::from(page) };
            store.script(Script::next(Matcher::path(path).query("page="), later).after_first(page - 1));
        }
    }
}

fn goods(store: &Store) -> String {
    let products = store.shelf().products();
    let variants: usize = products.iter().map(|product| product.variants.len()).sum();
    let open = store.orders().values().filter(|order| matches!(order.status, 3 | 7..=9 | 11..=14)).count();
    format!("{} products with {} variants and {open} open orders", number(products.len()), number(variants))
}

async fn arrived(operator: &Operator) -> anyhow::Result<Table> {
    let place = operator.report(0).await?.place.unwrap_or_default();
    let items = operator.items().await?;
    let inventory = operator.inventory().await?;
    let units: i64 = inventory.iter().map(|record| record.on_hand).sum();
    let carriers = operator.carriers().await?;
    let methods: usize = carriers.iter().map(|carrier| carrier.methods.len()).sum();
    let offering =
        carriers.iter().filter(|carrier| !carrier.methods.is_empty()).map(|carrier| &*carrier.name);
    let offering = offering.collect::<Vec<_>>().join(", ");
    let shared = items.iter().filter(|item| item.bindings.len() > 1).count();
    let mut table = table(&["division", "site", "location", "what", "how many", "remarks"]);
    let rows = [
        (
            "",
            "",
            "items",
            number(items.len()),
            format!("unit {}; {shared} stand for several variants", place.uom),
        ),
        (
            &place.site,
            &place.location,
            "inventory records",
            number(inventory.len()),
            "on hand above 0".to_owned(),
        ),
        (
            &place.site,
            &place.location,
            "units on hand",
            number(units.unsigned_abs().try_into()?),
            String::new(),
        ),
        ("", "", "carriers", number(carriers.len()), "all that BigCommerce knows".to_owned()),
        ("", "", "shipping methods", number(methods), format!("of {offering}")),
    ];
    for (site, location, what, count, remarks) in rows {
        table.add_row([place.division.as_str(), site, location, what, &count, &remarks]);
    }
    align_right(&mut table, 4);
    Ok(table)
}

async fn parked(operator: &Operator) -> anyhow::Result<Table> {
    let mut reasons: BTreeMap<String, (usize, String, String)> = BTreeMap::new();
    for record in operator.parked().await? {
        let first = || (0, shortened(&record.record), record.way_out);
        reasons.entry(record.reason).or_insert_with(first).0 += 1;
    }
    let mut table = table(&["reason", "records", "for example", "what can be done"]);
    for (reason, (count, example, way_out)) in reasons {
        table.add_row([reason, number(count), example, way_out]);
    }
    align_right(&mut table, 1);
    Ok(table)
}

fn next(stays: bool, folder: &Path) -> String {
    if stays {
        let client = folder.join("client");
        return format!(
            "  export PLUGIN_HOST_HOME={}\n  plugin-host status --follow\n  plugin-host parked\n\n\
             Store and server run until ^C.",
            client.display()
        );
    }
    "  cargo demo --stay                      the same, left running for a look around\n\
     \n\
     With a store of your own:\n\
     \n\
     \x20 plugin-host-server serve               starts the server and makes plugin-host-data/admin.key\n\
     \x20 plugin-host connect --key-file plugin-host-data/admin.key\n\
     \x20 plugin-host admin connect-store HASH --access-token-file token.txt > store.key\n\
     \x20 plugin-host connect --key-file store.key\n\
     \x20 plugin-host configure set --default-division MAIN --default-uom EA \\\n\
     \x20     --default-site HQ --default-location A-01\n\
     \x20 plugin-host import --dry-run && plugin-host import\n\
     \x20 plugin-host status --follow            watches, also from another computer"
        .to_owned()
}

/// Where the story is told: headings and the client's own output.
struct Stage {
    client: PathBuf,
    look: Look,
    out: AutoStream<std::io::Stdout>,
}

impl Stage {
    fn new() -> Self {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        let width = out.is_terminal().then(|| Table::new().width()).flatten();
        let look = Look {
            width: Some(width.unwrap_or(WIDEST).min(WIDEST)),
            color_out: AutoStream::choice(&out) != ColorChoice::Never,
            color_err: AutoStream::choice(&err) != ColorChoice::Never,
            live: err.is_terminal(),
        };
        Self { client: PathBuf::new(), look, out: AutoStream::auto(out) }
    }

    fn heading(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "\n\x1b[1m{text}\x1b[0m\n")?)
    }

    fn say(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "{text}")?)
    }

    fn table(&mut self, table: &Table) -> anyhow::Result<()> {
        for line in table.lines() {
            self.say(line.trim_end())?;
        }
        Ok(())
    }

    /// Shows what a person would type.
    fn shown(&mut self, command: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "\x1b[2m$\x1b[0m \x1b[36mplugin-host {command}\x1b[0m")?)
    }

    /// Shows a command and runs it.
    async fn command(&mut self, command: &str) -> anyhow::Result<()> {
        self.shown(command)?;
        let args = command.split_whitespace().filter(|word| *word != "\\");
        self.run(&args.collect::<Vec<_>>(), Exit::Complete).await
    }

    /// Runs the client as it is in life.
    async fn run(&self, args: &[&str], expected: Exit) -> anyhow::Result<()> {
        let (out, err) = (Box::new(std::io::stdout()), Box::new(std::io::stderr()));
        let exit = plugin_host_cli::run(self.args(args), self.surroundings(out, err)).await;
        ensure!(
            exit == expected || exit == Exit::Complete,
            "`plugin-host {}` ended with {exit:?}",
            args.join(" ")
        );
        Ok(())
    }

    /// Runs the client without a word and returns what it printed.
    async fn quietly(&self, args: &[&str]) -> anyhow::Result<String> {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = {
            let mut surroundings = self.surroundings(Box::new(&mut out), Box::new(&mut err));
            surroundings.look.live = false;
            plugin_host_cli::run(self.args(args), surroundings).await
        };
        let said = String::from_utf8_lossy(&err);
        let fine = matches!(exit, Exit::Complete | Exit::CompleteWithParked);
        ensure!(fine, "`plugin-host {}` ended with {exit:?}: {said}", args.join(" "));
        String::from_utf8(out).context("the client printed something else than text")
    }

    fn args(&self, args: &[&str]) -> Vec<OsString> {
        let before = ["plugin-host".into(), "--home".into(), self.client.clone().into_os_string()];
        before.into_iter().chain(args.iter().map(OsString::from)).collect()
    }

    fn surroundings<'io>(&self, out: Box<dyn Write + 'io>, err: Box<dyn Write + 'io>) -> Surroundings<'io> {
        let input = Box::new(std::io::empty());
        Surroundings { input, out, err, look: self.look, interrupted: Box::pin(std::future::pending()) }
    }

    /// Writes a file beside the client's own.
    fn file(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let path = self.client.with_file_name(name);
        std::fs::write(&path, text)?;
        Ok(path.to_string_lossy().into_owned())
    }
}

fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDEST);
    table.set_header(heads.iter().map(|head| head.to_uppercase()));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

fn align_right(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// What a record is in the store, harmless for a terminal and not too long for a table.
fn shortened(record: &str) -> String {
    let letters = record.chars().map(|letter| if letter.is_control() { '·' } else { letter });
    match letters.clone().nth(44) {
        Some(_) => letters.take(43).chain(['…']).collect(),
        None => letters.collect(),
    }
}

/// A number with its thousands apart.
fn number(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// Waits until the user or the system wants the demo to end.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
