//! Every screen, judged by the rules of accessibility, in both themes.

use anyhow::ensure;
use plugin_host_tests::{
    desktop::{Look, PAGES, Shop, Window},
    harness::defaults,
    sandbox::Catalogue,
};

async fn judge(window: &Window, screen: &str, found: &mut Vec<String>) -> anyhow::Result<()> {
    let violations = window.violations().await?;
    found.extend(violations.into_iter().map(|violation| format!("{screen}: {violation}")));
    Ok(())
}

async fn no_screen_breaks_the_rules(look: Look) -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::ugly(40).with_orders(8)).await?;
    shop.prefer(look)?;
    let mut found = Vec::new();
    let window = shop.window().await?;
    window.find("textbox", "Store Key").await?;
    judge(&window, "first start", &mut found).await?;
    window.close().await?;

    let window = shop.connected().await?;
    ensure!(window.is_dark().await? == (look == Look::Dark), "the page is not {look:?}");
    judge(&window, "overview of a new store", &mut found).await?;
    shop.operator.configure(defaults()).await?;
    shop.operator.import_and_wait(false).await?;
    shop.sync().await?;
    for page in PAGES {
        window.go(page).await?;
        window.settled().await?;
        judge(&window, page, &mut found).await?;
    }
    ensure!(found.is_empty(), "{}", found.join("\n"));
    window.close().await
}

#[tokio::test]
async fn no_light_screen_breaks_the_rules_of_accessibility() -> anyhow::Result<()> {
    no_screen_breaks_the_rules(Look::Light).await
}

#[tokio::test]
async fn no_dark_screen_breaks_the_rules_of_accessibility() -> anyhow::Result<()> {
    no_screen_breaks_the_rules(Look::Dark).await
}
