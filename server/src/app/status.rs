//! A store as it is now.

use super::{App, Result};
use crate::{
    db::RunFilter,
    domain::{
        run::{PhaseKind, Run, RunId, RunKind, RunState},
        store::{Missing, Store, offers_import, ready_for},
    },
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
    /// How many records wait for a person.
    pub parked: i64,
    /// Whether Import can be asked for.
    pub import: AllowedAction,
    /// Whether Sync can be asked for.
    pub sync: AllowedAction,
    /// When the last sync was complete.
    pub synced_at: Option<jiff::Timestamp>,
    /// When the next sync is due by the clock.
    pub sync_due_at: Option<jiff::Timestamp>,
    /// Whether End of Day can be asked for.
    pub end_of_day: AllowedAction,
    /// When the next End of Day is due by the clock.
    pub end_of_day_due_at: Option<jiff::Timestamp>,
    /// The phases of the initial dataset that are done, by which run and when.
    pub one_time_flags: Vec<(PhaseKind, RunId, jiff::Timestamp)>,
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
pub(crate) fn run_words(kind: RunKind, dry_run: bool) -> &'static str {
    match (kind, dry_run) {
        (RunKind::Import, false) => "Import Products, Inventory, and Carriers",
        (RunKind::Import, true) => "A dry run of Import Products, Inventory, and Carriers",
        (RunKind::Sync, _) => "Sync",
        (RunKind::Shipments, _) => "Sending shipments",
        (RunKind::EndOfDay, _) => "End of Day",
    }
}

impl App {
    /// A store as it is now.
    pub async fn status(&self, store: Store) -> Result<Status> {
        // The number first: whatever changes while the rest is read comes again as an event.
        let event_number = self.db.last_event(store.id).await?;
        let configuration = self.db.configuration(store.id).await?;
        let open = self.db.runs(store.id, RunFilter { open: true, ..RunFilter::default() }, 100).await?;
        let ended = self.db.runs(store.id, RunFilter { ended: true, ..RunFilter::default() }, 1).await?;
        let one_time_flags = self.db.one_time_flags(store.id).await?;
        let done: Vec<_> = one_time_flags.iter().map(|(phase, ..)| *phase).collect();
        let values = configuration.as_ref().map(|saved| &saved.values);
        let (running, queued) = open.into_iter().partition::<Vec<_>, _>(|run| run.state == RunState::Running);
        let failed = self.db.unfinished_import(store.id, false).await?;
        let resumes = failed.is_some_and(|run| run.state == RunState::Failed);
        let label = if resumes { "Resume import" } else { "Import Products, Inventory, and Carriers" };
        Ok(Status {
            event_number,
            configuration_revision: configuration.as_ref().map_or(0, |saved| saved.revision),
            running: running.into_iter().next(),
            queued,
            last: ended.into_iter().next(),
            parked: self.db.parked_count(store.id, "").await?,
            import: AllowedAction {
                offered: offers_import(store.grants),
                label: label.to_owned(),
                missing: ready_for(RunKind::Import, &store, values, &done),
            },
            sync: AllowedAction {
                offered: store.grants.standard || store.grants.manual_sync,
                label: "Sync now".to_owned(),
                missing: ready_for(RunKind::Sync, &store, values, &done),
            },
            synced_at: self
                .db
                .cursor(store.id, PhaseKind::PickingOrders)
                .await?
                .map(|cursor| cursor.completed_at),
            end_of_day: AllowedAction {
                offered: store.grants.standard || store.grants.manual_sync,
                label: "Run End of Day now".to_owned(),
                missing: ready_for(RunKind::EndOfDay, &store, values, &done),
            },
            end_of_day_due_at: self.db.next_due(store.id, RunKind::EndOfDay).await?,
            sync_due_at: self.db.next_due(store.id, RunKind::Sync).await?,
            one_time_flags,
            store,
        })
    }
}
