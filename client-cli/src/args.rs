//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{
    admin, configure, connect, history, import, orders, parked, runs, status, stores, warehouse, why,
};

const EXAMPLES: &str = "\
First steps:
  plugin-host connect -                      paste the store key, then press Enter and ^D
  plugin-host configure set --default-division MAIN --default-site HQ \\
      --default-location A-01 --default-uom EA
  plugin-host import --dry-run               see what would happen
  plugin-host import                         make the initial dataset and watch it
  plugin-host report                         compare both sides
  plugin-host parked                         see what waits for a person

Every day:
  plugin-host sync                           take over what changed in the store
  plugin-host end-of-day --dry-run           see which counts would go to the store
  plugin-host why TENT-2                     how an item's count comes about
  plugin-host reconcile                      read everything again and compare both sides
  plugin-host configure explain              what every field of the configuration means

In scripts:
  plugin-host --output json status | jq .running
  plugin-host --output json status --follow
  PLUGIN_HOST_KEY=phk1… plugin-host sync

Exit codes:
  0  complete                                5  refused by the server, with reasons
  2  wrong usage, or a wrong key             6  the server can't be reached or trusted
  3  complete, with parked records           7  the key is not good for this
  4  failed                                  9  held: a person must approve
                                           130  interrupted; the server goes on

Environment:
  PLUGIN_HOST_KEY   the key to use, instead of a kept one
  PLUGIN_HOST_HOME  as --home";

/// Connects a BigCommerce store with its warehouse: asks the Plugin Host server and prints what it says
///
/// A client holds nothing but a key. Everything else is on the server, so that another computer with the same key
/// shows the same store in the same state.
#[derive(Debug, Parser)]
#[command(name = "plugin-host", version, after_long_help = EXAMPLES, after_help = "See --help for examples and exit codes.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Use the key in this file ("-" for standard input), instead of a kept one
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Use this key; in the environment only, since other users see command lines
    #[arg(
        long,
        global = true,
        env = "PLUGIN_HOST_KEY",
        hide = true,
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub(crate) key_text: Option<String>,
    /// The store: the name of a kept key, or a store hash with a key for several stores
    #[arg(long, global = true, value_name = "STORE")]
    pub(crate) store: Option<String>,
    /// How to print data: tables, or one JSON object a line
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) output: Format,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorWhen,
    /// The trace that the caller takes part in, as W3C says; scripts and CI systems set the variable
    #[arg(long, global = true, env = "TRACEPARENT", hide = true, value_name = "CONTEXT")]
    pub(crate) traceparent: Option<String>,
    /// Keep keys in this folder, instead of the keychain and the user's own folder
    #[arg(long, global = true, env = "PLUGIN_HOST_HOME", hide_env = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Human,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ColorWhen {
    #[default]
    Auto,
    Always,
    Never,
}

/// On or off, as people type it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

impl Switch {
    pub(crate) fn is_on(self) -> bool {
        self == Switch::On
    }
}

/// How much of a long list is asked for.
#[derive(Debug, Clone, Args)]
pub(crate) struct Paging {
    /// Show at most this many
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) limit: usize,
    /// Show all
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Keep a key and show the store it opens
    Connect(connect::Args),
    /// List the kept keys, choose one, or forget one
    Stores {
        #[command(subcommand)]
        action: Option<stores::Action>,
    },
    #[command(flatten)]
    Server(ServerCommand),
    /// Do what only an administrator may
    Admin {
        #[command(subcommand)]
        action: admin::Action,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What the server does, with a key that is kept or given.
#[derive(Debug, Subcommand)]
pub(crate) enum ServerCommand {
    /// Show or change what the user decides for the store
    Configure {
        #[command(subcommand)]
        action: configure::Action,
    },
    /// Import products, inventory and carriers, and watch it
    Import(import::Args),
    /// Take over what changed in the store since the last sync
    Sync(import::SyncArgs),
    /// Do one of the five actions of Manual Sync, and watch it
    Manual(import::ManualArgs),
    /// Send every item's sellable count to the store, and watch it
    EndOfDay(import::EndOfDayArgs),
    /// Read everything again and compare both sides; no count is changed
    Reconcile(import::ReconcileArgs),
    /// Show the store as it is now
    Status(status::Args),
    /// List what was run, newest first
    Runs(runs::RunsArgs),
    /// Compare store and warehouse after a run
    Report(runs::ReportArgs),
    /// List the records that wait for a person, or say what shall become of one
    Parked(parked::Args),
    /// Explain the count that the store shows, or shall show, for an item
    Why(why::Args),
    /// List what changed in the warehouse and who did it
    History(history::Args),
    /// List items of the warehouse
    Items(warehouse::SearchArgs),
    /// List inventory of the warehouse
    Inventory(warehouse::SearchArgs),
    /// List carriers of the warehouse
    Carriers(warehouse::DivisionArgs),
    /// List customers of the warehouse
    Customers(warehouse::CustomersArgs),
    /// List divisions with their sites, locations and units of measure
    Divisions,
    /// Change the on-hand quantity of an item
    Adjust(warehouse::AdjustArgs),
    /// Show and pick what the store's shoppers ordered
    Orders {
        #[command(subcommand)]
        action: orders::Action,
    },
}
