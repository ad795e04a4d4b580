//! One field, and everything is there.

use anyhow::ensure;
use plugin_host_tests::{desktop::Shop, sandbox::Catalogue};

#[tokio::test]
async fn a_pasted_key_is_all_that_a_computer_needs() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(3)).await?;
    let window = shop.window().await?;
    let connect = window.find("button", "Connect").await?;
    ensure!(!connect.is_enabled().await?, "there is nothing to connect with yet");
    window.write("Store Key", &shop.operator.key).await?;
    window.sees(&format!("127.0.0.1:{}", shop.home.port())).await?;
    window.press("button", "Connect").await?;
    window.sees(&shop.name()).await?;
    window.close().await?;

    // The next start needs no key.
    let again = shop.window().await?;
    again.sees(&shop.name()).await?;
    again.close().await
}

#[tokio::test]
async fn a_key_can_be_opened_from_a_file_and_is_not_shown() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    let file = shop.home.path().join("store.key");
    std::fs::write(&file, format!("{}\n", shop.operator.key))?;
    let window = shop.window().await?;
    window.press("button", "Open from a file…").await?;
    shop.screen.choose_file("Open a Store Key", &file).await?;
    window.sees(&shop.name()).await?;
    let page = window.run("return document.documentElement.outerHTML;").await?.to_string();
    ensure!(!page.contains(&shop.operator.key), "the key stays in the program");
    window.press("button", "Connect").await?;
    window.find("button", &format!("Store: {}", shop.name())).await?;
    window.close().await
}

#[tokio::test]
async fn a_wrong_key_is_told_apart_before_anything_is_sent() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    let window = shop.window().await?;
    let key = &shop.operator.key;
    for (wrong, said) in [
        (&key[..key.len() - 4], "4 characters are missing"),
        (shop.store.store_hash(), "store hash"),
        (&shop.store.token(), "access token"),
    ] {
        window.write("Store Key", wrong).await?;
        window.sees(said).await?;
        ensure!(!window.find("button", "Connect").await?.is_enabled().await?, "{wrong} is no key");
    }
    window.close().await
}
