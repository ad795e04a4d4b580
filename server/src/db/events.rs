//! Events as rows: numbered without gaps per store, in the transaction that caused them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use super::{Db, Engine, Error, Result, Row, Tx};
use crate::{
    domain::{run::RunId, store::StoreId},
    events::{Change, Event, Severity},
};

/// The PostgreSQL channel on which replicas hear of each other's events: `store:number:replica`.
pub(crate) const CHANNEL: &str = "plugin_host_events";

/// What is kept of a change: what to look at, not what it looked like.
#[derive(Serialize, Deserialize)]
enum Kept {
    Run(i64),
    Configuration(i64),
    Store,
}

fn event(row: &AnyRow) -> Result<Event> {
    let row = Row(row, "events");
    Ok(Event {
        store: StoreId(row.int("store_id")?),
        number: row.int("number")?,
        at: row.at("at")?,
        severity: row.word("severity", Severity::from_word)?,
        message: row.text("message")?,
        change: match row.json("change")? {
            Kept::Run(id) => Change::Run(RunId(id)),
            Kept::Configuration(revision) => Change::Configuration(revision),
            Kept::Store => Change::Store,
        },
        seen: Arc::default(),
    })
}

impl Db {
    /// Numbers and keeps an event; watchers hear of it when the transaction is committed.
    pub async fn add_event(
        &self,
        tx: &mut Tx,
        store: StoreId,
        severity: Severity,
        message: String,
        change: Change,
    ) -> Result<()> {
        let kept = match &change {
            Change::Run(id) => Kept::Run(id.0),
            Change::Configuration(revision) => Kept::Configuration(*revision),
            Change::Store => Kept::Store,
            Change::Progress(_) => return Ok(()),
        };
        let next = "UPDATE stores SET event_number = event_number + 1 WHERE id = ? RETURNING event_number";
        let row = tx.row(tx.statement(next).bind(store.0)).await?;
        let row = row.ok_or_else(|| Error::Unusable(format!("there is no store {}", store.0)))?;
        let number = Row(&row, "stores").int("event_number")?;
        let at = self.clock.now();
        let insert = tx
            .statement("INSERT INTO events (store_id, number, at, severity, message, change) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(store.0)
            .bind(number)
            .bind(at.as_millisecond())
            .bind(severity.word())
            .bind(message.clone())
            .bind(serde_json::json!(kept).to_string());
        tx.execute(insert).await?;
        if tx.engine == Engine::Postgres {
            let notify = tx.statement("SELECT 1 AS one FROM (SELECT pg_notify(?, ?)) AS sent");
            tx.row(notify.bind(CHANNEL).bind(format!("{}:{number}:{}", store.0, tx.replica))).await?;
        }
        tx.published.push(Event { store, number, at, severity, message, change, seen: Arc::default() });
        Ok(())
    }

    /// Tells other replicas that a run went on.
    pub async fn notify_progress(&self, store: StoreId) -> Result<()> {
        if self.engine == Engine::Postgres {
            let notify = self.statement("SELECT 1 AS one FROM (SELECT pg_notify(?, ?)) AS sent");
            self.row(notify.bind(CHANNEL).bind(format!("{}:0:{}", store.0, self.replica))).await?;
        }
        Ok(())
    }

    /// A store's events after a number, oldest first; none at all when some of them are no longer kept.
    pub async fn events_after(&self, store: StoreId, number: i64) -> Result<Option<Vec<Event>>> {
        let statement = self
            .statement("SELECT * FROM events WHERE store_id = ? AND number > ? ORDER BY number")
            .bind(store.0)
            .bind(number);
        let events: Vec<Event> = self.rows(statement).await?.iter().map(event).collect::<Result<_>>()?;
        match events.first() {
            Some(first) if first.number != number + 1 => Ok(None),
            Some(_) => Ok(Some(events)),
            None => Ok((self.last_event(store).await? == number).then_some(events)),
        }
    }

    /// The number of a store's newest event.
    pub async fn last_event(&self, store: StoreId) -> Result<i64> {
        let statement = self.statement("SELECT event_number FROM stores WHERE id = ?").bind(store.0);
        let row = self.row(statement).await?;
        row.map_or(Ok(0), |row| Row(&row, "stores").int("event_number"))
    }

    /// Forgets events from before an instant; the numbers go on.
    pub async fn forget_events(&self, before: jiff::Timestamp) -> Result<u64> {
        let statement = self.statement("DELETE FROM events WHERE at < ?").bind(before.as_millisecond());
        Ok(statement.execute(&self.writer).await?.rows_affected())
    }
}
