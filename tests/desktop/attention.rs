//! What needs a person.

use anyhow::ensure;
use plugin_host_tests::{
    desktop::Shop,
    harness::until,
    sandbox::{Catalogue, store::Product},
};

#[tokio::test]
async fn a_parked_record_is_explained_and_fixed() -> anyhow::Result<()> {
    let (shop, window) = Shop::imported(Catalogue::clean(3)).await?;
    let taken = shop.operator.items().await?.remove(0).item_number;
    shop.store.with_store(|store| store.insert_product(Product::new("Twin", taken.clone())));
    shop.sync().await?;
    window.sees("1 parked").await?;
    window.go("Needs attention").await?;
    window.press("button", "Show records").await?;
    window.press("button", "Give it a number…").await?;
    window.write("Item number", "TWIN-2").await?;
    window.press("button", "Use this number").await?;
    // For some seconds it can be taken back.
    window.find("button", "Undo").await?;
    until("the record is an item", async || {
        let items = shop.operator.items().await?;
        Ok(items.iter().any(|item| item.item_number == "TWIN-2").then_some(()))
    })
    .await?;
    window.sees("Nothing needs you").await?;
    ensure!(shop.operator.parked().await?.is_empty());
    window.close().await
}

#[tokio::test]
async fn a_decision_that_is_taken_back_was_never_made() -> anyhow::Result<()> {
    let (shop, window) = Shop::imported(Catalogue::clean(3)).await?;
    let taken = shop.operator.items().await?.remove(0).item_number;
    shop.store.with_store(|store| store.insert_product(Product::new("Twin", taken.clone())));
    shop.sync().await?;
    window.go("Needs attention").await?;
    window.press("button", "Show records").await?;
    window.press("button", "Skip").await?;
    window.press("button", "Undo").await?;
    window.find("button", "Skip").await?;
    ensure!(shop.operator.parked().await?.len() == 1);
    window.close().await
}
