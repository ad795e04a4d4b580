//! A store as it is now.

use super::{App, Caller, Result, runs::zone};
use crate::{
    bigcommerce::Quota,
    db::SavedConfiguration,
    domain::{
        configuration::Configuration,
        health::{Health, Need, Signs, health, needs, run_at_fault},
        run::{PhaseKind, Run, RunId, RunKind, RunState},
        schedule::is_silent,
        store::{Missing, Store, StoreId, StoreState, offers, ready_for},
    },
    warehouse::shipments,
};

/// A store as it is now.
#[derive(Clone, Debug)]
pub struct Status {
    /// The store.
    pub store: Store,
    /// Number of its newest event.
    pub event_number: i64,
    /// Revision of its configuration; 0 before the first save.
    pub configuration_revision: i64,
    /// The run being worked on.
    pub running: Option<Run>,
    /// The runs that wait.
    pub queued: Vec<Run>,
    /// The newest finished run.
    pub last: Option<Run>,
    /// The newest finished sync and the newest finished End of Day, dry runs aside.
    pub last_of: (Option<Run>, Option<Run>),
    /// How many records wait for a person.
    pub parked: i64,
    /// How many shipments are owed to the store.
    pub owed_shipments: i64,
    /// Whether the store is in step, and the same in words.
    pub health: (Health, String),
    /// Everything that needs a person, with the run that is at fault.
    pub needs: Vec<(Need, Option<Run>)>,
    /// Name of the time zone that times of day are meant in.
    pub time_zone: String,
    /// What is left of the store's requests, as this server saw it last.
    pub quota: Option<Quota>,
    /// What can be asked for.
    pub actions: Vec<(RunKind, AllowedAction)>,
    /// When the last sync was complete.
    pub synced_at: Option<jiff::Timestamp>,
    /// When the next sync is due by the clock.
    pub sync_due_at: Option<jiff::Timestamp>,
    /// When the next End of Day is due by the clock.
    pub end_of_day_due_at: Option<jiff::Timestamp>,
    /// What a person must look at now, in a sentence; empty when nothing is wrong.
    pub alarm: String,
    /// The phases of the initial dataset that are done, by which run and when.
    pub one_time_flags: Vec<(PhaseKind, RunId, jiff::Timestamp)>,
}

/// What was read of a store to tell whether it needs somebody.
pub(super) struct Looked {
    pub(super) configuration: Option<SavedConfiguration>,
    done: Vec<PhaseKind>,
    ended: Vec<Run>,
    parked: i64,
    owed_shipments: i64,
    alarm: String,
    is_end_of_day_missed: bool,
}

impl Looked {
    pub(super) fn of<'looked>(&'looked self, store: &'looked Store) -> Signs<'looked> {
        Signs {
            store,
            configuration: self.configuration.as_ref().map(|saved| &saved.values),
            done: &self.done,
            ended: &self.ended,
            parked: self.parked,
            owed_shipments: self.owed_shipments,
            alarm: &self.alarm,
            is_end_of_day_missed: self.is_end_of_day_missed,
        }
    }
}

/// Whether something can be asked for, and what stands in its way.
#[derive(Clone, Debug)]
pub struct AllowedAction {
    /// Whether it belongs to the store's grants.
    pub offered: bool,
    /// The words on its button.
    pub label: String,
    /// Everything that stands in its way.
    pub missing: Vec<Missing>,
}

/// What people call a run.
pub(crate) fn run_words(kind: RunKind, dry_run: bool) -> String {
    let words = plain_words(kind);
    if dry_run { format!("A dry run of {words}") } else { words.to_owned() }
}

fn plain_words(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Import => "Import Products, Inventory, and Carriers",
        RunKind::Sync => "Sync",
        RunKind::Shipments => "Sending shipments",
        RunKind::EndOfDay => "End of Day",
        RunKind::SynchronizeProducts => "Synchronize Products",
        RunKind::ImportInventory => "Import Inventory",
        RunKind::SynchronizeCarriers => "Synchronize Carriers",
        RunKind::SynchronizeCustomers => "Synchronize Customers",
        RunKind::SynchronizePickingOrders => "Synchronize Picking Orders",
        RunKind::Reconciliation => "Reconciliation",
    }
}

/// What clients offer, in the order of their buttons.
const ACTIONS: [RunKind; 9] = [
    RunKind::Import,
    RunKind::SynchronizeProducts,
    RunKind::ImportInventory,
    RunKind::SynchronizeCarriers,
    RunKind::SynchronizeCustomers,
    RunKind::SynchronizePickingOrders,
    RunKind::Sync,
    RunKind::EndOfDay,
    RunKind::Reconciliation,
];

impl App {
    /// A store as it is now, for somebody who looks at it.
    pub async fn status(&self, caller: &Caller, store: Store) -> Result<Status> {
        // The number first: whatever changes while the rest is read comes again as an event.
        let event_number = self.db.last_event(store.id).await?;
        let signs = self.signs(&store).await?;
        let open = self.db.open_runs(store.id).await?;
        let one_time_flags = self.db.one_time_flags(store.id).await?;
        let values = signs.configuration.as_ref().map(|saved| &saved.values);
        let (running, queued) = open.into_iter().partition::<Vec<_>, _>(|run| run.state == RunState::Running);
        let mut actions = Vec::new();
        for kind in ACTIONS {
            let label = match kind {
                RunKind::Sync => "Sync now",
                RunKind::EndOfDay => "Run End of Day now",
                RunKind::Reconciliation => "Compare both sides",
                kind if kind.happens_once() && self.is_broken_off(store.id, kind).await? => {
                    if kind == RunKind::Import { "Resume import" } else { "Resume Import Inventory" }
                }
                kind => plain_words(kind),
            };
            let missing = caller.obstacles(ready_for(kind, &store, values, &signs.done));
            let offered = offers(kind, store.grants);
            actions.push((kind, AllowedAction { offered, label: label.to_owned(), missing }));
        }
        let health = health(signs.of(&store));
        let at_fault = |need: Need| {
            let run = run_at_fault(signs.of(&store), need.cause).cloned();
            (need, run)
        };
        let needs = needs(signs.of(&store)).into_iter().map(at_fault).collect();
        let zone = zone(values.unwrap_or(&Configuration::default()), &store);
        let ended = &signs.ended;
        let last = |kind| ended.iter().find(|run| run.kind == kind && !run.dry_run).cloned();
        Ok(Status {
            event_number,
            configuration_revision: signs.configuration.as_ref().map_or(0, |saved| saved.revision),
            running: running.into_iter().next(),
            queued,
            last: ended.first().cloned(),
            last_of: (last(RunKind::Sync), last(RunKind::EndOfDay)),
            parked: signs.parked,
            owed_shipments: signs.owed_shipments,
            health,
            needs,
            time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            quota: self.api.quota(&store.hash),
            actions,
            synced_at: self
                .db
                .cursor(store.id, PhaseKind::PickingOrders)
                .await?
                .and_then(|cursor| cursor.completed_at),
            end_of_day_due_at: self.db.next_due(store.id, RunKind::EndOfDay).await?,
            sync_due_at: self.db.next_due(store.id, RunKind::Sync).await?,
            alarm: signs.alarm,
            one_time_flags,
            store,
        })
    }

    /// What tells whether a store needs somebody.
    pub(super) async fn signs(&self, store: &Store) -> Result<Looked> {
        let alarm = match self.db.unanswered(store.id, RunKind::Sync).await? {
            unanswered if is_silent(unanswered) => self.alarm(store, unanswered).await?,
            _ => String::new(),
        };
        let flags = self.db.one_time_flags(store.id).await?;
        let is_due = self.db.unanswered(store.id, RunKind::EndOfDay).await? > 0;
        let is_under_way = |run: &Run| run.kind == RunKind::EndOfDay && !run.dry_run;
        let is_end_of_day_missed = is_due && !self.db.open_runs(store.id).await?.iter().any(is_under_way);
        Ok(Looked {
            configuration: self.db.configuration(store.id).await?,
            done: flags.into_iter().map(|(phase, ..)| phase).collect(),
            ended: self.db.ended_runs(store.id).await?,
            parked: self.db.parked_count(store.id, "").await?,
            owed_shipments: shipments::count_owed(&self.db, store.id).await?,
            alarm,
            is_end_of_day_missed,
        })
    }

    /// What is said when nothing has come of auto sync for long.
    pub(super) async fn alarm(&self, store: &Store, unanswered: i64) -> Result<String> {
        let ended = self.db.ended_runs(store.id).await?;
        let why = match ended.iter().find(|run| run.kind == RunKind::Sync) {
            _ if store.state == StoreState::Refused => "BigCommerce refuses the access token.",
            Some(run) if !run.problem.is_empty() => &run.problem,
            _ => "Look at its runs.",
        };
        Ok(format!("Nothing was synced for {} intervals of auto sync. {why}", unanswered - 1))
    }

    async fn is_broken_off(&self, store: StoreId, kind: RunKind) -> Result<bool> {
        let unfinished = self.db.unfinished(store, kind, false).await?;
        Ok(unfinished.is_some_and(|run| run.state == RunState::Failed))
    }
}
