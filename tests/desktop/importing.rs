//! Import Products, Inventory, and Carriers.

use std::time::Duration;

use anyhow::ensure;
use plugin_host_tests::{
    desktop::Shop,
    harness::{defaults, options},
    sandbox::{Catalogue, Options},
};

const IMPORT: &str = "Import Products, Inventory, and Carriers*";

#[tokio::test]
async fn an_import_says_what_it_wants_first() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    let window = shop.connected().await?;
    window.go("Shopping Cart Configuration").await?;
    ensure!(!window.find("button", IMPORT).await?.is_enabled().await?, "nothing is chosen yet");
    window.sees("Save the configuration first").await?;
    window.close().await
}

#[tokio::test]
async fn an_import_is_seen_to_its_end_and_comes_once() -> anyhow::Result<()> {
    let catalogue = Catalogue::clean(600);
    let shop = Shop::with(Options { catalogue, latency: Duration::from_millis(300), ..options() }).await?;
    shop.operator.configure(defaults()).await?;
    let window = shop.connected().await?;
    window.go("Shopping Cart Configuration").await?;
    window.press("button", IMPORT).await?;
    window.find("progressbar", "Products").await?;
    // Leaving the page loses nothing.
    window.go("Overview").await?;
    window.go("Shopping Cart Configuration").await?;
    window.sees("Imported").await?;
    ensure!(!window.find("button", IMPORT).await?.is_enabled().await?, "it is done once");
    let items = shop.operator.items().await?.len();
    ensure!(items >= 600, "{items}");
    window.close().await
}
