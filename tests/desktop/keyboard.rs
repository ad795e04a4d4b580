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
async fn from_the_first_start_to_a_saved_configuration_needs_no_mouse() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    let window = shop.window().await?;
    window.find("textbox", "Store Key").await?;
    window.type_text(&shop.operator.key).await?;
    window.tab_to("button", "Connect").await?;
    window.key(ENTER).await?;
    window.find("button", &format!("Store: {}", shop.name())).await?;
    window.tab_to("button", "Open Basic Configuration").await?;
    window.key(ENTER).await?;
    window.find("heading", "Basic Configuration").await?;
    for (list, beginning) in [
        ("Default Division", "MA"),
        ("Default UOM", "EA"),
        ("Default Site", "HQ"),
        ("Default Location", "A-0"),
    ] {
        window.tab_to("combobox", list).await?;
        window.type_text(beginning).await?;
        window.find("option", &format!("{beginning}*")).await?;
        window.key(ENTER).await?;
    }
    window.tab_to("button", "Save Configuration").await?;
    window.key(ENTER).await?;
    window.sees("Revision 1").await?;
    let saved = shop.operator.configuration().await?;
    let places = [saved.default_division, saved.default_uom, saved.default_site, saved.default_location];
    ensure!(places == ["MAIN", "EA", "HQ", "A-01"], "{places:?}");
    window.close().await
}

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
