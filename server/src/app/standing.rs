//! How all stores stand, for monitoring.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use jiff::Timestamp;

use super::{App, Result, runs::next_due};
use crate::{
    db::{Compared, OpenRuns},
    domain::{
        configuration::Configuration,
        reason::Reason,
        run::{RunKind, RunState},
        store::{Store, StoreId, StoreState},
    },
    warehouse::shipments::{self, Owed},
};

/// How all stores stand.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Each store.
    pub stores: Vec<StoreStanding>,
    /// The records that wait for a person, by reason.
    pub parked: HashMap<Reason, i64>,
    /// How many shipments and order states stores are owed.
    pub owed: (i64, i64),
    /// The runs that have not ended.
    pub open_runs: OpenRuns,
    /// How long the oldest of them that takes a moment has waited for nothing but a worker.
    pub waiting: Duration,
}

/// How a store stands.
#[derive(Clone, Debug)]
pub struct StoreStanding {
    /// The store hash.
    pub hash: String,
    /// Whether BigCommerce takes its token.
    pub connected: bool,
    /// When its last sync was complete, or its initial dataset before the first.
    pub synced_at: Option<Timestamp>,
    /// For how long a sync has been due and not complete; none where none is due by the clock.
    pub sync_overdue: Option<Duration>,
    /// When its last End of Day was complete.
    pub end_of_day_at: Option<Timestamp>,
    /// How its newest End of Day ended.
    pub end_of_day: Option<RunState>,
    /// For how long an End of Day has been due and not complete; none where none is due by the clock.
    pub end_of_day_overdue: Option<Duration>,
    /// How many counts the newest comparison found changed in the store.
    pub drifted: i64,
    /// How many of its records wait for a person.
    pub parked: i64,
    /// How long the oldest thing it is owed has waited.
    pub owed_for: Duration,
}

impl App {
    /// How all stores stand, by a number of statements that does not depend on how many there are; a store that has left
    /// is left out.
    pub async fn standing(&self) -> Result<Standing> {
        let now = self.db.clock.now();
        let mut stores = self.db.stores().await?;
        stores.retain(|store| store.grants.any());
        let watched: HashSet<StoreId> = stores.iter().map(|store| store.id).collect();
        let (configurations, granted_at) = (self.db.configurations().await?, self.db.granted_at().await?);
        let schedules = self.db.schedules().await?;
        let (synced_at, initial_at) = (self.db.synced_at().await?, self.db.initial_at().await?);
        let mut parked: HashMap<Reason, i64> = HashMap::new();
        let mut parked_of: HashMap<StoreId, i64> = HashMap::new();
        let counts = self.db.parked_counts().await?.into_iter();
        for (store, reason, count) in counts.filter(|(store, ..)| watched.contains(store)) {
            *parked.entry(reason).or_default() += count;
            *parked_of.entry(store).or_default() += count;
        }
        let owed = shipments::outbox(&self.db).await?.into_iter();
        let owed: HashMap<StoreId, Owed> = owed.filter(|(store, _)| watched.contains(store)).collect();
        let (mut end_of_days, mut drifted) = (HashMap::new(), HashMap::new());
        for (store, kind, compared) in self.db.compared().await? {
            // The newer comes later.
            drifted.insert(store, compared.drifted);
            if kind == RunKind::EndOfDay {
                end_of_days.insert(store, compared);
            }
        }
        let stores = stores.into_iter().map(|store| {
            let end_of_day: Option<&Compared> = end_of_days.get(&store.id);
            let end_of_day_at = end_of_day.and_then(|compared| compared.complete_at);
            let synced_at = synced_at.get(&store.id).copied();
            let saved = configurations.get(&store.id);
            // Who saves a configuration or grants something begins the schedule anew.
            let begun = saved.map(|saved| saved.saved_at).max(granted_at.get(&store.id).copied());
            let overdue = |kind, at: Timestamp| {
                let scheduled = schedules.get(&(store.id, kind));
                // Who sets a cursor back takes back nothing that has succeeded since.
                let answered_at = scheduled.and_then(|scheduled| scheduled.answered_at);
                let at = at.max(begun?).max(answered_at.unwrap_or(Timestamp::MIN));
                let late = overdue(kind, &saved?.values, &store, at, now)?;
                // What came before its new time is not owed another one.
                let is_due = scheduled.is_none_or(|known| known.unanswered > 0 || known.due_at <= now);
                Some(if is_due { late } else { Duration::ZERO })
            };
            StoreStanding {
                connected: store.state == StoreState::Connected,
                synced_at,
                sync_overdue: synced_at.and_then(|at| overdue(RunKind::Sync, at)),
                end_of_day_at,
                end_of_day: end_of_day.map(|compared| compared.state),
                // Before the first one, what counts is the initial dataset: a sync makes up for no End of Day.
                end_of_day_overdue: end_of_day_at
                    .or_else(|| initial_at.get(&store.id).copied())
                    .and_then(|at| overdue(RunKind::EndOfDay, at)),
                drifted: drifted.get(&store.id).copied().unwrap_or_default(),
                parked: parked_of.get(&store.id).copied().unwrap_or_default(),
                owed_for: owed.get(&store.id).map_or(Duration::ZERO, |owed| since(owed.since, now)),
                hash: store.hash,
            }
        });
        let stores = stores.collect();
        let open_runs = self.db.count_open_runs().await?;
        Ok(Standing {
            stores,
            parked,
            owed: owed.values().fold((0, 0), |sum, owed| (sum.0 + owed.shipments, sum.1 + owed.order_states)),
            waiting: open_runs.waits_since.map_or(Duration::ZERO, |at| since(at, now)),
            open_runs,
        })
    }
}

/// For how long a kind of run has been due by the clock that was done or begun anew at an instant.
fn overdue(
    kind: RunKind,
    configuration: &Configuration,
    store: &Store,
    at: Timestamp,
    now: Timestamp,
) -> Option<Duration> {
    next_due(kind, configuration, store, at).map(|due| since(due, now))
}

/// How long ago an instant was; nothing where it is still to come.
fn since(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(at)).unwrap_or_default()
}
