//! The commands, one file for each group.

pub(crate) mod admin;
pub(crate) mod configure;
pub(crate) mod connect;
pub(crate) mod cursor;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod orders;
pub(crate) mod parked;
pub(crate) mod runs;
pub(crate) mod status;
pub(crate) mod stores;
pub(crate) mod warehouse;
pub(crate) mod watch;
pub(crate) mod why;

use clap::CommandFactory;

use crate::args::Cli;
use crate::error::Error;
use crate::output::Output;

/// Prints a completion script.
pub(crate) fn completions(shell: clap_complete::Shell, output: &mut Output<'_>) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "plugin-host", &mut script);
    output.raw(&script)
}
