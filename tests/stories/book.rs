//! The book says what is so.

use anyhow::ensure;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use plugin_host_tests::book;

#[test]
fn the_reference_is_what_the_programs_say() -> anyhow::Result<()> {
    for (name, text) in book::reference()? {
        let written = std::fs::read_to_string(book::folder().join(&name)).unwrap_or_default();
        ensure!(written == text, "docs/src/{name} is out of date: `cargo book write` writes it anew");
    }
    Ok(())
}

#[test]
fn every_link_of_the_book_leads_somewhere() -> anyhow::Result<()> {
    let dead = book::dead_links()?;
    ensure!(dead.is_empty(), "{dead:#?}");
    Ok(())
}

#[tokio::test]
async fn every_command_of_the_book_works_and_prints_what_the_book_shows() -> anyhow::Result<()> {
    let pages = book::pages()?;
    let outcomes: Vec<_> = stream::iter(&pages).map(book::run).buffered(2).try_collect().await?;
    let mut commands = 0;
    for outcome in outcomes {
        commands += outcome.commands;
        ensure!(outcome.wrong.is_empty(), "`cargo book write` shows it anew: {}", outcome.wrong.join("\n\n"));
        for line in outcome.not_run {
            println!("NOT RUN: {line}");
        }
    }
    ensure!(commands > 50, "{commands} commands");
    Ok(())
}
