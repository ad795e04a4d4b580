//! What the window says when the server does not answer, or does not want it any more.

use anyhow::ensure;
use plugin_host_proto::key::KeyKind;
use plugin_host_tests::{desktop::Shop, harness::defaults, sandbox::Catalogue};

#[tokio::test]
async fn a_server_that_comes_back_is_found_again_and_what_was_known_stays() -> anyhow::Result<()> {
    let mut shop = Shop::open(Catalogue::clean(3)).await?;
    let window = shop.connected().await?;
    window.sees("Connected").await?;
    shop.kill_server().await?;
    window.sees("Offline since").await?;
    ensure!(window.text().await?.contains(&shop.name()), "what was known stays");
    shop.restart_server().await?;
    window.sees("Connected").await?;
    window.close().await
}

#[tokio::test]
async fn a_window_that_opens_without_its_server_shows_what_was_known_last() -> anyhow::Result<()> {
    let (mut shop, window) = Shop::imported(Catalogue::clean(3)).await?;
    let item = shop.operator.items().await?.remove(0).item_number;
    window.go("Items").await?;
    window.find("row", &format!("{item}*")).await?;
    shop.remembers(&item).await?;
    window.close().await?;
    shop.kill_server().await?;

    let window = shop.window().await?;
    window.find("button", &format!("Store: {}", shop.name())).await?;
    window.sees("last known at").await?;
    window.go("Items").await?;
    window.find("row", &format!("{item}*")).await?;
    // What nobody has read is not made up.
    window.go("Customers").await?;
    window.sees("Not read yet").await?;

    shop.restart_server().await?;
    window.sees("Connected").await?;
    window.sees("No customers yet").await?;
    ensure!(!window.text().await?.contains("last known at"), "it is live again");
    window.close().await
}

#[tokio::test]
async fn a_revoked_key_is_said_to_be_one_and_another_takes_its_place() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    let first = shop.issue(KeyKind::Operator).await?;
    let window = shop.connected_with(&first).await?;
    window.sees("Connected").await?;
    shop.revoke(&first).await?;
    // A server looks at the keys of its streams with the next thing that happens.
    shop.operator.configure(defaults()).await?;
    window.sees("This store key is no longer good").await?;
    window.press("button", "Paste another key").await?;
    window.write("Store Key", &shop.operator.key).await?;
    window.press("button", "Connect").await?;
    window.sees("Connected").await?;
    window.close().await
}

#[tokio::test]
async fn a_key_that_only_reads_shows_everything_and_changes_nothing() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(2)).await?;
    shop.operator.configure(defaults()).await?;
    let monitor = shop.issue(KeyKind::Monitor).await?;
    let window = shop.connected_with(&monitor).await?;
    window.sees("Read only").await?;
    window.go("Shopping Cart Configuration").await?;
    let import = window.find("button", "Import Products, Inventory, and Carriers*").await?;
    ensure!(!import.is_enabled().await?, "this key may only look");
    window.go("Basic Configuration").await?;
    window.find("button", "Save Configuration").await?;
    ensure!(!window.find("button", "Save Configuration").await?.is_enabled().await?);
    window.close().await
}
