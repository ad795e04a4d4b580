//! The window among others: the tray, notifications, one instance, and what closing it means.

use anyhow::ensure;
use plugin_host_tests::{
    desktop::{Panel, Shop},
    harness::{defaults, until},
    sandbox::{Catalogue, store::Product},
};

#[tokio::test]
async fn without_a_tray_closing_the_window_ends_the_program() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    let mut program = shop.program().await?;
    shop.screen.close_window().await?;
    ensure!(program.wait().await?.success());
    Ok(())
}

#[tokio::test]
async fn a_second_start_shows_the_first_window() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    let mut first = shop.program().await?;
    let mut second = shop.start()?;
    ensure!(second.wait().await?.success(), "it hands over and goes");
    ensure!(first.try_wait()?.is_none(), "the first one stays");
    shop.screen.close_window().await?;
    ensure!(first.wait().await?.success());
    Ok(())
}

#[tokio::test]
async fn with_a_tray_the_window_comes_back_and_exit_leaves_the_server_running() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    shop.connected().await?.close().await?;
    let panel = Panel::on(&shop.screen).await?;
    let mut program = shop.program().await?;
    panel.shows("Success").await?;
    panel.shows("No Errors").await?;
    shop.screen.close_window().await?;
    ensure!(program.try_wait()?.is_none(), "the program stays in the tray");
    panel.press("Show").await?;
    until("the window is back", async || Ok(shop.screen.has_window().await?.then_some(()))).await?;
    panel.press("Exit (the server keeps syncing)").await?;
    ensure!(program.wait().await?.success());
    shop.operator.status().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_not_saved_is_asked_about_before_the_program_ends() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    shop.operator.configure(defaults()).await?;
    let window = shop.connected().await?;
    window.go("Basic Configuration").await?;
    window.write_number("Safety Buffer", "3").await?;
    window.sees("1 change not saved").await?;
    let question = async || {
        until("the question is asked", async || {
            shop.screen.ask_to_close().await?;
            Ok(window.has("dialog", "Save your changes first?").await?.then_some(()))
        })
        .await
    };
    question().await?;
    window.answer("Save your changes first?", "Stay here").await?;
    window.sees("1 change not saved").await?;
    question().await?;
    window.answer_and_end("Save your changes first?", "Save Configuration").await?;
    ensure!(shop.operator.configuration().await?.safety_buffer == 3);
    Ok(())
}

#[tokio::test]
async fn exit_in_the_tray_brings_back_a_window_that_holds_something() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(1)).await?;
    shop.operator.configure(defaults()).await?;
    let panel = Panel::on(&shop.screen).await?;
    let window = shop.connected().await?;
    window.go("Basic Configuration").await?;
    window.write_number("Safety Buffer", "3").await?;
    window.sees("1 change not saved").await?;
    shop.screen.close_window().await?;
    panel.press("Exit").await?;
    until("the window is back", async || Ok(shop.screen.has_window().await?.then_some(()))).await?;
    window.answer_and_end("Save your changes first?", "Discard changes").await?;
    ensure!(shop.operator.configuration().await?.safety_buffer == defaults().safety_buffer);
    Ok(())
}

#[tokio::test]
async fn what_needs_a_person_is_told_outside_the_window() -> anyhow::Result<()> {
    let shop = Shop::open(Catalogue::clean(3)).await?;
    shop.operator.configure(defaults()).await?;
    shop.operator.import_and_wait(false).await?;
    shop.connected().await?.close().await?;
    let panel = Panel::on(&shop.screen).await?;
    let mut program = shop.program().await?;
    panel.shows("Success").await?;
    // Nobody looks at the window.
    shop.screen.close_window().await?;
    let taken = shop.operator.items().await?.remove(0).item_number;
    shop.store.with_store(|store| store.insert_product(Product::new("Twin", taken)));
    shop.sync().await?;
    panel.tells("1 record needs you.").await?;
    panel.shows(&format!("Errors: {}: 1 record needs you.", shop.name())).await?;
    panel.press("Exit").await?;
    ensure!(program.wait().await?.success());
    Ok(())
}
