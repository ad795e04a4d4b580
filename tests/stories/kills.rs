//! `kill -9` at any moment loses nothing and doubles nothing.

use anyhow::ensure;
use plugin_host_tests::harness::{Engine, kills::survive};

crate::on_both_databases! {
    an_import_whose_server_is_killed_ends_like_an_undisturbed_one
}

/// How many kills; `cargo run -p plugin-host-tests --bin kills -- 200` does more.
const KILLS: u32 = 12;

async fn an_import_whose_server_is_killed_ends_like_an_undisturbed_one(engine: Engine) -> anyhow::Result<()> {
    let survived = survive(engine, KILLS).await?;
    ensure!(survived.kills >= KILLS, "{survived:?}");
    Ok(())
}
