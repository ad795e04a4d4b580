//! What has just happened, told to everybody who watches.
//!
//! Durable events are rows first (see `db`); this bus only carries them to the watchers of this server. A watcher
//! that is too slow misses some, notices it, and asks for a snapshot.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{OnceCell, broadcast};

use crate::domain::{
    run::{Run, RunId},
    store::{Store, StoreId},
};

/// One thing that happened to a store.
#[derive(Clone, Debug)]
pub struct Event {
    /// The store.
    pub store: StoreId,
    /// Its number within the store; 0 for progress, which is not kept.
    pub number: i64,
    /// When it happened.
    pub at: Timestamp,
    /// How much it matters.
    pub severity: Severity,
    /// What happened, in one sentence.
    pub message: String,
    /// What to look at.
    pub change: Change,
    /// What that looked like.
    pub seen: Arc<Seen>,
}

/// What the database said when an event was first looked at: with a thousand watchers, one of them asks.
#[derive(Debug, Default)]
pub struct Seen {
    /// The run, if it is there.
    pub run: OnceCell<Option<Run>>,
    /// The store, if it is there.
    pub store: OnceCell<Option<Store>>,
}

/// What an event is about.
#[derive(Clone, Debug)]
pub enum Change {
    /// A run was queued, began, changed its phase, or ended.
    Run(RunId),
    /// A run went on, with the run as it is.
    Progress(Arc<Run>),
    /// The configuration was saved with this revision.
    Configuration(i64),
    /// The store itself changed.
    Store,
}

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing to do.
    Info,
    /// A person should look when there is time.
    Warning,
    /// A person should look now.
    Error,
}

crate::domain::run::words!(Severity { Info = "INFO", Warning = "WARNING", Error = "ERROR" });

/// Carries events to the watchers of this server.
#[derive(Clone, Debug)]
pub struct Bus {
    sender: broadcast::Sender<Arc<Event>>,
}

impl Bus {
    /// A bus that holds this many events for a watcher that is busy.
    pub fn new(capacity: usize) -> Self {
        Self { sender: broadcast::Sender::new(capacity) }
    }

    /// Tells everybody who watches.
    pub fn publish(&self, event: Event) {
        // Nobody watching is no error.
        let _ = self.sender.send(Arc::new(event));
    }

    /// How many watch on this server.
    pub fn watchers(&self) -> usize {
        self.sender.receiver_count()
    }

    /// Everything published from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Event>> {
        self.sender.subscribe()
    }
}
