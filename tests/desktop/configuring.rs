//! Basic Configuration.

use anyhow::ensure;
use plugin_host_proto::v1::Configuration;
use plugin_host_tests::{desktop::Shop, harness::defaults, sandbox::Catalogue};

#[tokio::test]
async fn the_defaults_are_chosen_one_after_the_other_and_saved() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    let window = shop.connected().await?;
    window.go("Basic Configuration").await?;
    for (list, option) in [
        ("Default Division", "MAIN*"),
        ("Default UOM", "EA*"),
        ("Default Site", "HQ*"),
        ("Default Location", "A-01*"),
    ] {
        window.choose(list, option).await?;
    }
    window.press("button", "Save Configuration").await?;
    window.sees("Revision 1").await?;
    let saved = shop.operator.configuration().await?;
    let places = [saved.default_division, saved.default_uom, saved.default_site, saved.default_location];
    ensure!(places == ["MAIN", "EA", "HQ", "A-01"], "{places:?}");
    window.close().await
}

#[tokio::test]
async fn what_somebody_else_saved_meanwhile_is_compared_and_nobody_loses() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    shop.operator.configure(defaults()).await?;
    let window = shop.connected().await?;
    window.go("Basic Configuration").await?;
    window.write_number("Safety Buffer", "3").await?;
    shop.operator.configure(Configuration { hold_at_zero_percent: 35, ..defaults() }).await?;
    window.press("button", "Save Configuration").await?;
    window.find("dialog", "Somebody else saved meanwhile").await?;
    window.press("button", "Save my choice").await?;
    window.sees("Revision 3").await?;
    let saved = shop.operator.configuration().await?;
    ensure!((saved.safety_buffer, saved.hold_at_zero_percent) == (3, 35), "{saved:?}");
    window.close().await
}
