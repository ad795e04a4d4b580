//! What the Plugin Host promises, as stories: a store, a server and the people who use it.

mod auto_sync;
mod bad_days;
mod book;
mod boundaries;
mod carriers;
mod changes;
mod claims;
mod configuration;
mod connecting;
mod counts;
mod customers;
mod daily;
mod end_of_day;
mod faults;
mod fulfilment;
mod glance;
mod histories;
mod history;
mod imports;
mod in_doubt;
mod keys;
mod kills;
mod kits;
mod lists;
mod lost_access;
mod manual_sync;
mod messages;
mod monitoring;
mod notifications;
mod opening;
mod operations;
mod orders;
mod parked;
mod raw;
mod reconciliation;
mod refusal;
mod replicas;
mod retention;
mod rules;
mod scene;
mod secrets;
mod shipments;
mod stores;
mod stream;
mod traces;
mod truth;
mod unseen;
mod upgrades;

/// Tells each story on both databases.
macro_rules! on_both_databases {
    ($($story:ident)*) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $story() -> anyhow::Result<()> {
                super::$story(plugin_host_tests::harness::Engine::Sqlite).await
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $story() -> anyhow::Result<()> {
                super::$story(plugin_host_tests::harness::Engine::Postgres).await
            })*
        }
    };
}
pub(crate) use on_both_databases;
