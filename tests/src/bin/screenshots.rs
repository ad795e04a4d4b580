//! Pictures of every screen and state of the desktop client, light and dark: `scripts/screenshots`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use clap::Parser;
use plugin_host_proto::{
    key::KeyKind,
    v1::{EndOfDayRequest, FeatureGrants, RunState, SetFeatureGrantsRequest},
};
use plugin_host_tests::{
    desktop::{Look, PAGES, Screen, Shop, Window},
    harness::{defaults, options, until},
    sandbox::{
        Catalogue, Fault, Matcher, Options, Script,
        store::{Product, Tracking},
    },
};

/// Takes pictures of every screen and state of the desktop client.
#[derive(Parser)]
struct Arguments {
    /// Where the pictures go
    #[arg(default_value = "target/screenshots")]
    folder: PathBuf,
    /// How many products the store has; 100000 for the longest tables
    #[arg(long, default_value_t = 400)]
    products: u32,
    /// Only the scenes whose names contain this
    #[arg(long, default_value = "")]
    only: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.folder)?;
    let album = Album { folder: &arguments.folder };
    let wanted = |scene: &str| scene.contains(&arguments.only);
    if wanted("first") {
        first_start(&album).await?;
    }
    if wanted("work") {
        work(&album, arguments.products).await?;
    }
    if wanted("manual") {
        manual_sync(&album).await?;
    }
    if wanted("trouble") {
        trouble(&album).await?;
    }
    if wanted("sizes") {
        sizes(&album).await?;
    }
    Ok(())
}

struct Album<'folder> {
    folder: &'folder Path,
}

impl Album<'_> {
    /// A picture of the window as it is, light and dark.
    async fn add(&self, screen: &Screen, window: &Window, name: &str) -> anyhow::Result<()> {
        for look in [Look::Light, Look::Dark] {
            window.wear(look).await?;
            window.settled().await?;
            let word = if look == Look::Light { "light" } else { "dark" };
            std::fs::write(self.folder.join(format!("{name}.{word}.png")), screen.picture().await?)?;
        }
        Ok(())
    }

    /// A picture of each of these pages.
    async fn pages(
        &self,
        screen: &Screen,
        window: &Window,
        prefix: &str,
        pages: &[&str],
    ) -> anyhow::Result<()> {
        for page in pages {
            window.go(page).await?;
            self.add(screen, window, &format!("{prefix}-{}", page.to_lowercase().replace(' ', "-"))).await?;
        }
        Ok(())
    }
}

async fn first_start(album: &Album<'_>) -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(12)).await?;
    let window = shop.window().await?;
    window.find("textbox", "Store Key").await?;
    album.add(&shop.screen, &window, "first-start").await?;
    window.write("Store Key", &shop.store.token()).await?;
    window.sees("access token").await?;
    album.add(&shop.screen, &window, "first-start-wrong-key").await?;
    window.write("Store Key", &shop.operator.key).await?;
    window.sees("127.0.0.1").await?;
    album.add(&shop.screen, &window, "first-start-good-key").await?;
    window.press("button", "Connect").await?;
    window.find("button", "Store: *").await?;
    let pages = ["Overview", "Needs attention", "Activity", "Items", "Orders", "Basic Configuration"];
    album.pages(&shop.screen, &window, "empty", &pages).await?;
    window.go("Shopping Cart Configuration").await?;
    album.add(&shop.screen, &window, "refused-with-reasons").await?;
    window.close().await
}

async fn work(album: &Album<'_>, products: u32) -> anyhow::Result<()> {
    let catalogue = Catalogue::ugly(products).with_orders(products.min(60));
    let shop =
        Shop::with(Options { catalogue, latency: Duration::from_millis(250), quota: 450, ..options() })
            .await?;
    shop.store.with_store(|store| {
        for name in [
            "حقيبة ظهر للتخييم مقاومة للماء بسعة ستين لترًا",
            "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzeszelt für vier Personen und einen Hund",
        ] {
            store.insert_product(Product::new(name, name.chars().take(3).collect::<String>()).tracked(Tracking::Product));
        }
    });
    shop.operator.configure(defaults()).await?;
    let window = shop.connected().await?;
    window.go("Shopping Cart Configuration").await?;
    window.press("button", "Import Products, Inventory, and Carriers*").await?;
    window.find("progressbar", "Products").await?;
    album.add(&shop.screen, &window, "running").await?;
    window.sees("Imported").await?;
    album.add(&shop.screen, &window, "complete").await?;
    shop.sync().await?;
    let request = EndOfDayRequest::default();
    let asked = shop.operator.client.plugin_host().end_of_day(request).await?.into_inner();
    shop.operator.wait(asked.run.context("there is a run")?.run_id).await?;
    album.pages(&shop.screen, &window, "work", &PAGES).await?;
    window.go("Activity").await?;
    window.press_first("row", "Import*").await?;
    album.add(&shop.screen, &window, "work-run").await?;
    window.go("Needs attention").await?;
    window.press_first("button", "Show records").await?;
    album.add(&shop.screen, &window, "work-parked-records").await?;
    window.go("Items").await?;
    window.press_first("gridcell", "*").await?;
    window.find("region", "Why this number?").await?;
    album.add(&shop.screen, &window, "work-item").await?;
    window.go("Orders").await?;
    window.press_first("row", "BC-*").await?;
    album.add(&shop.screen, &window, "work-order").await?;
    window.with_control('k').await?;
    window.type_text("ten").await?;
    window.sees("result").await?;
    album.add(&shop.screen, &window, "work-search").await?;
    window.close().await
}

async fn manual_sync(album: &Album<'_>) -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(20)).await?;
    shop.operator.configure(defaults()).await?;
    let grants = Some(FeatureGrants { standard: false, manual_sync: true });
    let request = SetFeatureGrantsRequest { store_id: shop.store.store_hash().to_owned(), grants };
    shop.home.admin().await?.admin().set_feature_grants(request).await?;
    let window = shop.connected().await?;
    album.pages(&shop.screen, &window, "manual", &["Synchronization"]).await?;
    window.close().await
}

async fn trouble(album: &Album<'_>) -> anyhow::Result<()> {
    let mut shop = Shop::open(Catalogue::clean(20)).await?;
    shop.operator.configure(defaults()).await?;
    let monitor = shop.issue(KeyKind::Monitor).await?;
    let window = shop.connected_with(&monitor).await?;
    album.pages(&shop.screen, &window, "read-only", &["Overview", "Basic Configuration"]).await?;
    window.close().await?;

    // Another computer.
    std::fs::remove_dir_all(shop.desk())?;
    let window = shop.connected().await?;
    let products = Matcher::path("/v3/catalog/products");
    shop.store.script(Script::next(products, Fault::Status { status: 404 }).times(1_000));
    shop.operator.import().await?;
    until("the import has failed", async || {
        let last = shop.operator.status().await?.last;
        Ok(last.filter(|run| run.state() == RunState::Failed).map(|_| ()))
    })
    .await?;
    album
        .pages(
            &shop.screen,
            &window,
            "failed",
            &["Overview", "Needs attention", "Shopping Cart Configuration"],
        )
        .await?;
    shop.store.clear_scripts();
    shop.kill_server().await?;
    window.sees("Offline since").await?;
    album.pages(&shop.screen, &window, "offline", &["Overview"]).await?;
    shop.restart_server().await?;
    window.sees("Connected").await?;
    window.close().await?;

    std::fs::remove_dir_all(shop.desk())?;
    let key = shop.issue(KeyKind::Operator).await?;
    let window = shop.connected_with(&key).await?;
    shop.revoke(&key).await?;
    shop.operator.configure(defaults()).await?;
    window.sees("no longer good").await?;
    album.add(&shop.screen, &window, "revoked-key").await?;
    window.close().await
}

async fn sizes(album: &Album<'_>) -> anyhow::Result<()> {
    let (mut shop, window) = Shop::imported(Catalogue::ugly(60).with_orders(12)).await?;
    shop.sync().await?;
    let pages = ["Overview", "Items", "Orders", "Basic Configuration"];
    window.resize(480, 720).await?;
    for page in pages {
        window.press("button", "Menu").await?;
        window.go(page).await?;
        album
            .add(&shop.screen, &window, &format!("narrow-{}", page.to_lowercase().replace(' ', "-")))
            .await?;
    }
    window.close().await?;

    // Twice as large on a screen of the same size.
    shop.screen = Screen::start(1280, 800).await?.zoomed(2);
    let window = shop.window().await?;
    window.find("button", "Store: *").await?;
    for page in pages {
        if window.has("button", "Menu").await? {
            window.press("button", "Menu").await?;
        }
        window.go(page).await?;
        album
            .add(&shop.screen, &window, &format!("zoomed-{}", page.to_lowercase().replace(' ', "-")))
            .await?;
    }
    window.close().await
}
