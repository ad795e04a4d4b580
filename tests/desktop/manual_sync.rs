//! Manual Sync: five actions of their own.

use anyhow::ensure;
use plugin_host_proto::v1::{FeatureGrants, RunKind, SetFeatureGrantsRequest};
use plugin_host_tests::{
    desktop::Shop,
    harness::{defaults, until},
    sandbox::Catalogue,
};

#[tokio::test]
async fn manual_sync_makes_the_initial_dataset_from_top_to_bottom() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(5)).await?;
    shop.operator.configure(defaults()).await?;
    let window = shop.connected().await?;
    window.go("Overview").await?;
    let menu = ["Shopping Cart Configuration", "Basic Configuration"];
    for page in menu {
        ensure!(window.has("button", page).await?, "{page} is in the menu");
    }
    ensure!(!window.has("button", "Synchronization").await?, "only Manual Sync has this page");

    let grants = Some(FeatureGrants { standard: false, manual_sync: true });
    let request = SetFeatureGrantsRequest { store_id: shop.store.store_hash().to_owned(), grants };
    shop.home.admin().await?.admin().set_feature_grants(request).await?;
    window.go("Synchronization").await?;
    let inventory = window.find("button", "Import Inventory").await?;
    ensure!(!inventory.is_enabled().await?, "products come first");
    for (action, kind) in [
        ("Synchronize Products", RunKind::SynchronizeProducts),
        ("Import Inventory", RunKind::ImportInventory),
        ("Synchronize Carriers", RunKind::SynchronizeCarriers),
    ] {
        window.press("button", action).await?;
        until("the action has run", async || {
            Ok(shop.operator.status().await?.last.filter(|run| run.kind() == kind))
        })
        .await?;
    }
    ensure!(shop.operator.items().await?.len() == 5);
    ensure!(!window.find("button", "Import Inventory").await?.is_enabled().await?, "inventory comes once");
    window.close().await
}
