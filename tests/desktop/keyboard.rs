//! Everything without a mouse.

use anyhow::ensure;
use plugin_host_tests::{
    desktop::Shop,
    harness::{defaults, until},
    sandbox::Catalogue,
};

const ENTER: char = '\u{e007}';
const ESCAPE: char = '\u{e00c}';
const DOWN: char = '\u{e015}';

#[tokio::test]
async fn a_day_of_work_needs_no_mouse() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(3)).await?;
    shop.operator.configure(defaults()).await?;
    let window = shop.window().await?;
    // The field has the focus.
    window.find("textbox", "Store Key").await?;
    window.type_text(&shop.operator.key).await?;
    window.tab_to("button", "Connect").await?;
    window.key(ENTER).await?;
    window.find("button", &format!("Store: {}", shop.name())).await?;

    // Import.
    window.with_control('k').await?;
    window.type_text("shopping").await?;
    window.find("option", "Shopping Cart Configuration*").await?;
    window.key(ENTER).await?;
    window.tab_to("button", "Import Products, Inventory, and Carriers*").await?;
    window.key(ENTER).await?;
    until("the import is complete", async || {
        Ok((!shop.operator.status().await?.one_time_flags.is_empty()).then_some(()))
    })
    .await?;

    // Open an item and close it again.
    window.with_control('k').await?;
    window.type_text("items").await?;
    window.find("option", "Items*").await?;
    window.key(ENTER).await?;
    window.tab_to("grid", "Items").await?;
    window.key(DOWN).await?;
    window.key(ENTER).await?;
    window.find("region", "Why this number?").await?;
    window.key(ESCAPE).await?;
    until("the panel is closed", async || {
        Ok((!window.has("region", "Why this number?").await?).then_some(()))
    })
    .await?;
    ensure!(window.has("grid", "Items").await?);
    window.close().await
}
