//! Random histories keep every promise; those that once did not are told again.

use std::time::Duration;

use anyhow::ensure;
use plugin_host_tests::{
    harness::Engine,
    histories::{Search, play, search},
};

/// How many histories each test run plays on SQLite and on PostgreSQL; the environment variable `HISTORIES` raises the
/// first, and the second by a tenth of it. `cargo run -p plugin-host-tests --bin histories` plays as many as asked.
const HISTORIES: (u64, u64) = (60, 10);
/// Where the seeds begin, the same in every run.
const FIRST_SEED: u64 = 1;
/// How many are played at a time.
const AT_ONCE: usize = 6;

/// Histories that broke a promise once, each with the promise.
const ONCE_BROKEN: &[(&str, &str)] = &[
    (
        "a shipment whose answer was lost during an End of Day sold its goods once more",
        "shop 1 1 3 0 5; order 0 2 0; sync; pick 0 0 1; fault 3 2 1; ship 0; wait 30; day",
    ),
    (
        "the same where the store deducts when it ships",
        "shop 0 1 3 0 5; order 0 2 0; sync; pick 0 0 1; fault 3 2 1; ship 0; wait 30; day",
    ),
    (
        "goods of a cancelled order that were put back were published twice",
        "shop 0 1 3 0 5; order 0 2 0; sync; pick 0 0 2; cancel 0; sync; put-back 0; day",
    ),
    (
        "goods picked for what was refunded were published twice",
        "shop 0 1 3 1 5; day; refund 0 0 0; pick 0 0 1",
    ),
    ("what was refunded could not be sold until the order was done", "shop 1 1 5 1 6; refund 0 0 0"),
    (
        "what had left of an order before it was archived was taken for kept by the store",
        "shop 1 1 3 1 6 0 2; day; meanwhile 0; archive 0; pick 0 0 0 0",
    ),
    (
        "what an edit gave back before its order was archived was taken for kept by the store",
        "shop 1 1 4 1 5; day; edit 0 0 0; archive 0",
    ),
    (
        "what had left of an order before it was archived, and some of it before the import, was taken for kept",
        "shop 1 1 3 2 6 0 2; day; meanwhile 0; archive 1; pick 1 0 0 0",
    ),
    ("what had left before the import was to be picked again", "shop 1 1 5 2 3 0 1; compare; pick 1 0 0 0"),
    (
        "what was picked was never shipped when the shopper wanted no more",
        "shop 1 1 3 0 5 0 1; order 0 2 0; sync; pick 0 0 1; edit 0 0 1",
    ),
    (
        "a pickup was completed though something of it was missing",
        "shop 1 1 3 0 5 0 0 0 0 0 1; order 0 2 5; sync; pick 0 0 0; close 0",
    ),
    (
        "what was picked in a place that the store does not sell from was called drift",
        "shop 1 1 3 0 8; order 0 2 0; day; move 0 3 0 3; day; pick 0 0 2 7; day",
    ),
    (
        "what was counted after the clock was put back was called drift",
        "shop 1 1 3 0 8; day; back 60; adjust 0 8; day",
    ),
    ("what the store kept of a declined order was called drift", "shop 1 1 4 1 4; day; status 0 5"),
    (
        "what was refunded was called drift once the rest was sent",
        "shop 1 1 3 0 8; order 0 2 0; day; refund 0 0 0; day; pick 0 0 1; ship 0; day",
    ),
    (
        "what the store gave back of an order that had left as a whole was called drift",
        "shop 1 1 5 1 6 0 2; day; pick 0 0 1 0; sync; cancel 0",
    ),
    (
        "what it took again when that order was wanted after all was called drift",
        "shop 1 1 5 1 6 0 2; day; pick 0 0 1 0; sync; cancel 0; day; reopen 0; day",
    ),
    (
        "what was sold of nothing between two readings of an End of Day was called drift by the next",
        "shop 1 1 5 0 1; sync; meanwhile 7; order 1 0 3; crash 4 0; day",
    ),
    (
        "what the store gave back though it had left was called drift",
        "shop 1 1 3 0 8; order 0 2 0; sync; pick 0 0 1; ship 0; day; cancel 0; day",
    ),
    (
        "what people did to a count that the first End of Day found right while it was oversold was never called drift",
        "shop 1 0 5 2 2 1 2 3; sync; cancel 1; count 0 6; sync; order 5 2 2; sync; status 5 5; order 0 1 4; day; sync; \
         edit 3 2 5; count 0 9",
    ),
    (
        "what was sold while an End of Day read was called drift",
        "shop 1 1 3 2 0 1 2 2 0 1 1; adjust 6 10 2; order 6 0 0; edit 0 1 6; adjust 1 2 0; edit 7 0 3; order 0 1 4; sync; \
         adjust 1 4 0; order 6 2 0; close 1; day; edit 4 1 0; meanwhile 4; order 5 0 1; edit 0 0 5; day",
    ),
    (
        "what was sent of a cancelled order after an End of Day that did not know whether it was, was called drift",
        "shop 0 1 5 1 8 0 2; sync; fault 0 2 0; cancel 0; pick 0 0 0 0; day",
    ),
];

#[expect(clippy::disallowed_methods, reason = "who runs the tests decides how long they take")]
fn asked_for() -> Option<u64> {
    std::env::var("HISTORIES").ok()?.parse().ok()
}

async fn every_history_keeps_the_promises(engine: Engine, count: u64) -> anyhow::Result<()> {
    let asked = Search {
        engine,
        seeds: FIRST_SEED..FIRST_SEED + count,
        without: Vec::new(),
        at_once: AT_ONCE,
        failures: 1,
        time: Duration::MAX,
    };
    let searched = search(&asked).await?;
    for found in &searched.found {
        ensure!(false, "{found}");
    }
    ensure!(searched.histories == count && searched.runs > 0, "{searched:?}");
    Ok(())
}

#[tokio::test]
async fn random_histories_keep_every_promise_on_sqlite() -> anyhow::Result<()> {
    every_history_keeps_the_promises(Engine::Sqlite, asked_for().unwrap_or(HISTORIES.0)).await
}

#[tokio::test]
async fn random_histories_keep_every_promise_with_two_replicas_on_postgres() -> anyhow::Result<()> {
    let count = asked_for().map_or(HISTORIES.1, |count| count.div_ceil(10));
    every_history_keeps_the_promises(Engine::Postgres, count).await
}

#[tokio::test]
async fn what_once_broke_a_promise_keeps_it() -> anyhow::Result<()> {
    for (what, history) in ONCE_BROKEN {
        let outcome = play(Engine::Sqlite, &history.parse()?).await?;
        ensure!(outcome.broken.is_none(), "{what}: {outcome:#?}");
    }
    Ok(())
}
