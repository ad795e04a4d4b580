//! Kills the server at random moments of imports, as often as asked: `cargo run --release --bin kills -- 200`.

use std::io::Write as _;

use clap::Parser;
use plugin_host_tests::harness::{Engine, kills::survive};

/// Kills the server at random moments of imports and compares the results with an undisturbed import.
#[derive(Parser)]
struct Arguments {
    /// How many kills on each database
    #[arg(default_value_t = 200)]
    kills: u32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { kills } = Arguments::parse();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let began = std::time::Instant::now();
        let survived = survive(engine, kills).await?;
        let secs = began.elapsed().as_secs();
        writeln!(
            std::io::stdout(),
            "{engine:?}: {} kills in {} imports, all equal to an undisturbed one, in {secs} s",
            survived.kills,
            survived.imports
        )?;
    }
    Ok(())
}
