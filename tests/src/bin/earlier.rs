//! Makes the databases of an earlier version: `cargo run -p plugin-host-tests --bin earlier -- PROGRAM FOLDER`.

use std::path::PathBuf;

use clap::Parser;
use plugin_host_tests::harness::earlier;

/// Lets an earlier version's server begin what it cannot finish, kills it, and keeps its databases as SQL.
#[derive(Parser)]
struct Arguments {
    /// The earlier version's `plugin-host-server`
    program: PathBuf,
    /// Where the SQL goes
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { program, folder } = Arguments::parse();
    earlier::make(&program, &folder).await
}
