//! The book's helper: makes its reference and runs its pages.
//!
//! `cargo book write` writes the reference anew and puts what commands really print into the pages; `cargo book check`
//! changes nothing and says what is wrong. Both take names of pages, such as `tutorial.md`; without any, all are run.

use std::{io::Write as _, process::ExitCode};

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use plugin_host_tests::book::{self, Page};

/// Checks or writes what the book shows.
#[derive(Parser)]
#[command(name = "cargo book", bin_name = "cargo book")]
struct Arguments {
    /// Whether pages are changed.
    what: What,
    /// Pages below docs/src; all of them otherwise.
    pages: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Check,
    Write,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let write = arguments.what == What::Write;
    let mut out = std::io::stdout();
    let mut wrong = 0;
    for (name, text) in book::reference()? {
        let file = book::folder().join(&name);
        if write {
            std::fs::create_dir_all(file.parent().context("a page is in a folder")?)?;
            std::fs::write(&file, text)?;
        } else if std::fs::read_to_string(&file).ok().as_deref() != Some(&*text) {
            writeln!(out, "WRONG: docs/src/{name} is not what the programs say: `cargo book write`")?;
            wrong += 1;
        }
    }
    let pages: Vec<Page> = if arguments.pages.is_empty() {
        book::pages()?
    } else {
        arguments.pages.iter().map(|name| Page::read(name)).collect::<Result<_, _>>()?
    };
    for mut page in pages {
        let outcome = book::run(&page).await?;
        writeln!(out, "{}: {} commands ran", page.name, outcome.commands)?;
        for line in &outcome.not_run {
            writeln!(out, "  NOT RUN: {line}")?;
        }
        if write && !outcome.printed.is_empty() {
            page.rewrite(outcome.printed)?;
            writeln!(out, "  written: look at the difference")?;
        } else {
            wrong += outcome.wrong.len();
            for line in &outcome.wrong {
                writeln!(out, "  WRONG: {line}")?;
            }
        }
    }
    for link in book::dead_links()? {
        writeln!(out, "WRONG: {link} leads nowhere")?;
        wrong += 1;
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
