//! The warehouse at work: picking, shipping, and the question why a number is what it is.

use anyhow::{Context as _, ensure};
use plugin_host_tests::{desktop::Shop, harness::until, sandbox::Catalogue};

#[tokio::test]
async fn an_order_is_picked_with_a_scanner_and_shipped() -> anyhow::Result<()> {
    let (shop, window) = Shop::imported(Catalogue::clean(3)).await?;
    let order = shop.sell(0, 2);
    shop.sync().await?;
    window.go("Orders").await?;
    window.press("row", &format!("BC-{order}*")).await?;
    let item = shop.operator.items().await?;
    let sku = shop.store.with_store(|store| store.shelf().products()[0].variants[0].sku.clone());
    let item = item.into_iter().find(|item| item.item_number == sku).context("the item")?.item_number;
    // A scanner is a keyboard that ends with Enter.
    for said in [&*format!("Picked 1 unit of {item}"), "Everything is picked"] {
        window.find("textbox", "Scan or type an item number").await?;
        window.type_text(&format!("{item}\u{e007}")).await?;
        window.sees(said).await?;
    }
    window.write("Tracking number", "1Z-4711").await?;
    window.press("button", "Ship").await?;
    until("the store has the shipment", async || {
        let shipped = shop.store.with_store(|store| store.orders()[&order].items_shipped());
        Ok((shipped == 2).then_some(()))
    })
    .await?;
    window.sees("1Z-4711").await?;
    window.close().await
}

#[tokio::test]
async fn a_number_is_explained_by_its_terms() -> anyhow::Result<()> {
    let (shop, window) = Shop::imported(Catalogue::clean(3)).await?;
    let order = shop.sell(0, 2);
    shop.sync().await?;
    let sku = shop.store.with_store(|store| store.shelf().products()[0].variants[0].sku.clone());
    let items = shop.operator.items().await?;
    let on_hand = items.iter().find(|item| item.item_number == sku).context("the item")?.on_hand;
    window.go("Items").await?;
    window.press("row", &format!("{sku}*")).await?;
    window.find("region", "Why this number?").await?;
    window.find("button", &format!("{on_hand} On hand*")).await?;
    window.press("button", "2 Promised*").await?;
    window.find("button", &format!("BC-{order}")).await?;
    let text = window.text().await?;
    ensure!(text.contains(&(on_hand - 2).to_string()), "{text}");
    window.close().await
}
