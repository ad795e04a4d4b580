//! The command line client: it prints what the server says and knows no rule of its own.
//!
//! Data goes to standard output, everything else to standard error. With `--output json` standard output has one JSON
//! object a line, in the proto3 spelling of the contract's messages.
//!
//! | Exit code | Means |
//! |---|---|
//! | 0 | complete |
//! | 2 | the command line or the key can't be understood |
//! | 3 | the run is complete with parked records: a person should look |
//! | 4 | the run, the server or this program failed |
//! | 5 | the server refused, and said why |
//! | 6 | the server can't be reached, or is not the one that issued the key |
//! | 7 | the key is not, or no longer, good for this |
//! | 9 | held: nothing was sent, and a person must approve |
//! | 130 | interrupted; what the server had begun goes on |

mod args;
mod commands;
mod error;
mod output;
mod progress;
mod render;
mod session;
mod text;

use std::ffi::OsString;
use std::io::{Read, Write};
use std::pin::Pin;

use clap::Parser;

use crate::args::{Cli, Command, ServerCommand};
use crate::error::Error;
use crate::output::Output;
use crate::session::Session;

/// What the program touches of the world around it.
pub struct Surroundings<'io> {
    /// Standard input, for keys and tokens that are piped in.
    pub input: Box<dyn Read + 'io>,
    /// Standard output, for data.
    pub out: Box<dyn Write + 'io>,
    /// Standard error, for everything else.
    pub err: Box<dyn Write + 'io>,
    /// How it may look.
    pub look: Look,
    /// Completes when the user interrupts the program.
    pub interrupted: Pin<Box<dyn Future<Output = ()> + 'io>>,
}

/// What the terminal can do; the default is a plain file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// Columns of the terminal that shows standard output; `None` when it is no terminal.
    pub width: Option<u16>,
    /// Whether standard output may be coloured when the user has no say.
    pub color_out: bool,
    /// Whether standard error may be coloured when the user has no say.
    pub color_err: bool,
    /// Whether progress bars may be drawn on standard error.
    pub live: bool,
}

/// How the program ended; the module's table says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Complete,
    /// The command line or the key can't be understood.
    Usage,
    /// The run left records for a person.
    CompleteWithParked,
    /// The run, the server or this program failed.
    Failed,
    /// The server refused.
    Refused,
    /// The server can't be reached.
    Unreachable,
    /// The key is not good for this.
    Unauthorized,
    /// The run was held for a person to approve.
    Held,
    /// The user interrupted.
    Interrupted,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Complete => 0,
            Exit::Usage => 2,
            Exit::CompleteWithParked => 3,
            Exit::Failed => 4,
            Exit::Refused => 5,
            Exit::Unreachable => 6,
            Exit::Unauthorized => 7,
            Exit::Held => 9,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> std::process::ExitCode {
        exit.code().into()
    }
}

/// Runs the program with its arguments, the program's name first.
pub async fn run(args: impl IntoIterator<Item = OsString>, surroundings: Surroundings<'_>) -> Exit {
    let Surroundings { mut input, out, err, look, interrupted } = surroundings;
    let mut output = Output::new(out, err, look);
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return output.usage(&error),
    };
    output.obey(&cli.global);
    let outcome = tokio::select! {
        biased;
        () = interrupted => None,
        outcome = dispatch(cli, &mut *input, &mut output) => Some(outcome),
    };
    match outcome {
        Some(Ok(exit)) => exit,
        Some(Err(error)) => output.report(&error),
        None => {
            output.note_interruption();
            Exit::Interrupted
        }
    }
}

async fn dispatch(cli: Cli, input: &mut dyn Read, output: &mut Output<'_>) -> Result<Exit, Error> {
    let Cli { global, command } = cli;
    match command {
        Command::Connect(args) => commands::connect::run(args, &global, input, output).await?,
        Command::Stores { action } => commands::stores::run(action, &global, output)?,
        Command::Completions { shell } => commands::completions(shell, output)?,
        Command::Admin { action } => {
            let mut session = session::open_as_admin(&global, input, output).await?;
            commands::admin::run(action, input, &mut session).await?;
        }
        Command::Server(command) => {
            return ask_server(command, &mut session::open(&global, input, output).await?).await;
        }
    }
    Ok(Exit::Complete)
}

async fn ask_server(command: ServerCommand, session: &mut Session<'_, '_>) -> Result<Exit, Error> {
    match command {
        ServerCommand::Import(args) => return commands::import::run(&args, session).await,
        ServerCommand::Sync(args) => return commands::import::run_sync(args, session).await,
        ServerCommand::EndOfDay(args) => return commands::import::run_end_of_day(&args, session).await,
        ServerCommand::Manual(args) => return commands::import::run_manual(&args, session).await,
        ServerCommand::Reconcile(args) => return commands::import::run_reconciliation(&args, session).await,
        ServerCommand::Parked(args) => return commands::parked::run(args, session).await,
        ServerCommand::Configure { action } => commands::configure::run(action, session).await?,
        ServerCommand::Status(args) => commands::status::run(&args, session).await?,
        ServerCommand::Runs(args) => commands::runs::runs(&args, session).await?,
        ServerCommand::Report(args) => commands::runs::report(args, session).await?,
        ServerCommand::Why(args) => commands::why::run(args, session).await?,
        ServerCommand::History(args) => commands::history::run(args, session).await?,
        ServerCommand::Items(args) => commands::warehouse::items(args, session).await?,
        ServerCommand::Inventory(args) => commands::warehouse::inventory(args, session).await?,
        ServerCommand::Carriers(args) => commands::warehouse::carriers(args, session).await?,
        ServerCommand::Customers(args) => commands::warehouse::customers(args, session).await?,
        ServerCommand::Divisions => commands::warehouse::divisions(session).await?,
        ServerCommand::Adjust(args) => commands::warehouse::adjust(args, session).await?,
        ServerCommand::Orders { action } => commands::orders::run(action, session).await?,
    }
    Ok(Exit::Complete)
}

#[cfg(test)]
mod tests;
