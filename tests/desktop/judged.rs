//! Every screen, judged by the rules of accessibility, in both themes.

use anyhow::ensure;
use plugin_host_tests::{
    desktop::{Look, PAGES, Shop, Window},
    harness::defaults,
    sandbox::Catalogue,
};

/// Judges what the window shows now, light and dark.
async fn judge(window: &Window, screen: &str, found: &mut Vec<String>) -> anyhow::Result<()> {
    for look in [Look::Light, Look::Dark] {
        window.wear(look).await?;
        window.settled().await?;
        let violations = window.violations().await?;
        found.extend(violations.into_iter().map(|violation| format!("{screen}, {look:?}: {violation}")));
    }
    Ok(())
}

#[tokio::test]
async fn no_screen_breaks_the_rules_of_accessibility_light_or_dark() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::ugly(40).with_orders(8)).await?;
    let mut found = Vec::new();
    let window = shop.window().await?;
    window.find("textbox", "Store Key").await?;
    judge(&window, "first start", &mut found).await?;
    window.write("Store Key", &shop.store.token()).await?;
    window.sees("access token").await?;
    judge(&window, "wrong key", &mut found).await?;
    window.close().await?;

    let window = shop.connected().await?;
    judge(&window, "overview of a new store", &mut found).await?;
    window.go("Shopping Cart Configuration").await?;
    judge(&window, "import refused with reasons", &mut found).await?;
    shop.operator.configure(defaults()).await?;
    shop.operator.import_and_wait(false).await?;
    shop.sync().await?;
    for page in PAGES {
        window.go(page).await?;
        judge(&window, page, &mut found).await?;
    }
    for page in ["Items", "Orders", "Activity"] {
        window.go(page).await?;
        window.press_first("gridcell", "*").await?;
        window.find("button", "Close").await?;
        judge(&window, &format!("{page}, opened"), &mut found).await?;
    }
    window.go("Needs attention").await?;
    window.press_first("button", "Show records").await?;
    judge(&window, "parked records", &mut found).await?;
    window.with_control('k').await?;
    window.type_text("ten").await?;
    window.sees("result").await?;
    judge(&window, "search", &mut found).await?;
    ensure!(found.is_empty(), "{}", found.join("\n"));
    window.close().await
}
