//! Hearing what other replicas did, over PostgreSQL's NOTIFY on a connection of its own.

use std::{sync::Arc, time::Duration};

use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Db, Engine, Result, events::CHANNEL};
use crate::{
    domain::store::StoreId,
    events::{Bus, Change, Event, Severity},
};

impl Db {
    /// Passes other replicas' events on to this one's watchers and worker until the server stops.
    ///
    /// A lost connection loses no event: watchers see the gap in the numbers with the next one.
    pub async fn relay(&self, url: &str, bus: &Bus, wake: &Arc<Notify>, stop: &CancellationToken) {
        if self.engine != Engine::Postgres {
            return;
        }
        while !stop.is_cancelled() {
            let heard = tokio::select! {
                heard = self.listen(url, bus, wake) => heard,
                () = stop.cancelled() => return,
            };
            if let Err(error) = heard {
                warn!(error = &error as &dyn std::error::Error, "other replicas are not heard for a moment");
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn listen(&self, url: &str, bus: &Bus, wake: &Arc<Notify>) -> Result<()> {
        let mut listener = PgListener::connect(url).await?;
        listener.listen(CHANNEL).await?;
        loop {
            let notification = listener.recv().await?;
            let mut parts = notification.payload().split(':').map(str::parse::<i64>);
            let (Some(Ok(store)), Some(Ok(number)), Some(Ok(replica))) =
                (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            if replica != i64::from(self.replica) {
                self.pass_on(StoreId(store), number, bus).await?;
                wake.notify_waiters();
            }
        }
    }

    async fn pass_on(&self, store: StoreId, number: i64, bus: &Bus) -> Result<()> {
        if number > 0 {
            for event in self.events_after(store, number - 1).await?.unwrap_or_default() {
                bus.publish(event);
            }
            return Ok(());
        }
        let open = self.open_runs(store).await?;
        let running = open.into_iter().find(|run| run.state == crate::domain::run::RunState::Running);
        if let Some(run) = running {
            let change = Change::Progress(Arc::new(run));
            let at = self.clock.now();
            bus.publish(Event {
                store,
                number: 0,
                at,
                severity: Severity::Info,
                message: String::new(),
                change,
                seen: Arc::default(),
            });
        }
        Ok(())
    }
}
