//! The book: its commands are run as a reader would run them, and its reference is made from the programs.
//!
//! A fenced block of a page says by its language what it is. `console` has commands after `$ ` and what they print;
//! `console,exit=3` ends with that code; `console,stays=server` is one command that goes on running under that name.
//! `toml,file=settings.toml` is a file that the reader writes. Anything else is for reading. Comments direct the rest:
//!
//! ```text
//! <!-- after: tutorial.md -->          everything of that page has been done before
//! <!-- needs: postgresql -->           the page is left out where that is not installed
//! <!-- not run: needs a real store --> the next block is not run, and why
//! <!-- stop: server -->                ^C in the terminal of what stays under that name
//! <!-- run: COMMANDS -->               what happens meanwhile, without being shown
//! ```
//!
//! What a command prints must be what the page shows, but for times, keys, numbers of processes and widths of columns.
//! A line `…` stands for any lines, a line that ends with `…` for any rest.

mod compare;
mod page;
mod reference;
mod run;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::harness;

pub use self::{
    page::{Page, dead_links},
    reference::reference,
    run::{Outcome, run},
};

/// A program of the book, which must not be older than what it is made of.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    let own = if name == "plugin-host" { "../client-cli/src" } else { "../server/src" };
    harness::program(name, &[own, "../proto/src", "../proto/pluginhost"])
}

/// Where the pages are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src")
}

/// Every page that has something to run, in the order of the table of contents.
pub fn pages() -> anyhow::Result<Vec<Page>> {
    let mut pages = Vec::new();
    for name in page::contents()? {
        let page = Page::read(&name).with_context(|| format!("docs/src/{name}"))?;
        if !page.steps.is_empty() {
            pages.push(page);
        }
    }
    Ok(pages)
}
