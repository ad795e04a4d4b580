//! Asking for runs.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::{App, Caller, Error, Result};
use crate::{
    db::{self, Asked, NewRun, Tx},
    domain::{
        configuration::Configuration,
        run::{Run, RunId, RunKind, RunState},
        schedule::next_sync,
        store::{Store, ready_for},
    },
    events::{Change, Severity},
    warehouse::shipments,
};

/// Syncs asked for in one look; what is left is still due a second later.
const DUE_AT_ONCE: i64 = 200;

impl App {
    /// Asks for a run: joins one that has not ended, takes a failed import up again, or queues a new one.
    ///
    /// Returns the run and whether it was there before.
    pub async fn request_run(
        &self,
        caller: &Caller,
        store: &Store,
        kind: RunKind,
        dry_run: bool,
        request_id: &str,
    ) -> Result<(Run, bool)> {
        let asked_by = caller.name();
        let asked = loop {
            // Whoever asks at the same moment, and the end of a run, wait here: what is read below stays true until the
            // transaction ends.
            let mut tx = self.db.begin().await?;
            self.db.lock_store(&mut tx, store.id).await?;
            match self.ask(&mut tx, &asked_by, store, kind, dry_run, request_id).await {
                // Somebody asked at the same moment: now there is a run to join.
                Err(Error::Db(db::Error::Conflict(_))) => {}
                Err(error) => return Err(error),
                Ok(asked) => {
                    tx.commit(&self.bus).await?;
                    break asked;
                }
            }
        };
        self.wake.notify_one();
        Ok((self.db.existing_run(asked.id).await?, asked.joined))
    }

    /// Asks for the syncs that are due by the clock; each is asked for by one server.
    pub async fn request_due_syncs(&self) -> Result<()> {
        let now = self.db.clock.now();
        for (id, due) in self.db.due(RunKind::Sync, now, DUE_AT_ONCE).await? {
            let Some(store) = self.db.store(id).await? else { continue };
            let next = self.next_sync(&store).await?;
            let mut tx = self.db.begin().await?;
            self.db.lock_store(&mut tx, id).await?;
            let Some(next) = next else {
                tx.set_due(id, RunKind::Sync, None).await?;
                tx.commit(&self.bus).await?;
                continue;
            };
            if !tx.take_due(id, RunKind::Sync, (due, next)).await? {
                continue;
            }
            match self.ask(&mut tx, "auto sync", &store, RunKind::Sync, false, "").await {
                // The store's own state says what is missing; the next one is due in any case.
                Ok(_) | Err(Error::NotReady(_) | Error::Invalid(_)) => tx.commit(&self.bus).await?,
                // Whoever asked at the same moment has what this one is for.
                Err(Error::Db(db::Error::Conflict(_))) => {}
                Err(error) => return Err(error),
            }
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Asks for runs that send the shipments owed to stores, as soon as something can be done for them.
    pub async fn request_shipments(&self) -> Result<()> {
        /// How long a run that failed is not repeated: the store is probably closed.
        const PAUSE: Duration = Duration::from_mins(1);
        let now = self.db.clock.now();
        for id in shipments::stores_owed(&self.db, now - self.patience.settled(), now - PAUSE).await? {
            let Some(store) = self.db.store(id).await? else { continue };
            let mut tx = self.db.begin().await?;
            self.db.lock_store(&mut tx, id).await?;
            match self.ask(&mut tx, "the outbox", &store, RunKind::Shipments, false, "").await {
                Ok(_) => tx.commit(&self.bus).await?,
                Err(Error::NotReady(_) | Error::Invalid(_) | Error::Db(db::Error::Conflict(_))) => {}
                Err(error) => return Err(error),
            }
            self.wake.notify_one();
        }
        Ok(())
    }

    /// When auto sync is due next for a store, as it is configured.
    pub(super) async fn next_sync(&self, store: &Store) -> Result<Option<Timestamp>> {
        let Some(saved) = self.db.configuration(store.id).await? else { return Ok(None) };
        Ok(next_sync(&saved.values, store.id, &zone(&saved.values, store), self.db.clock.now()))
    }

    pub(super) async fn ask(
        &self,
        tx: &mut Tx,
        asked_by: &str,
        store: &Store,
        kind: RunKind,
        dry_run: bool,
        request_id: &str,
    ) -> Result<Asked> {
        let method = match (kind, dry_run) {
            (RunKind::Import, false) => "Import",
            (RunKind::Import, true) => "Import dry run",
            (RunKind::Sync, _) => "Sync",
            (RunKind::Shipments, _) => "Shipments",
        };
        if let Some(outcome) = self.db.request_outcome(store.id, method, request_id).await?
            && let Ok(id) = outcome.parse()
        {
            return Ok(Asked { id: RunId(id), joined: true });
        }
        let unfinished = match kind {
            RunKind::Import => self.db.unfinished_import(store.id, dry_run).await?,
            RunKind::Sync | RunKind::Shipments => None,
        };
        let waiting = match &unfinished {
            Some(run) => (!run.state.is_final()).then_some(run.id),
            None => self.db.queued_run(store.id, kind, dry_run).await?,
        };
        if let Some(id) = waiting {
            return Ok(Asked { id, joined: true });
        }
        let configuration = self.db.configuration(store.id).await?;
        let flags = self.db.one_time_flags(store.id).await?;
        let done: Vec<_> = flags.into_iter().map(|(phase, ..)| phase).collect();
        let missing = ready_for(kind, store, configuration.as_ref().map(|saved| &saved.values), &done);
        let (Some(configuration), true) = (configuration, missing.is_empty()) else {
            return Err(Error::NotReady(missing));
        };
        self.resolve_place(store, &configuration.values).await?;

        let id = if let Some(run) = unfinished.filter(|run| run.state == RunState::Failed) {
            self.db.requeue_run(tx, run.id).await?;
            run.id
        } else {
            let new = NewRun {
                store: store.id,
                kind,
                dry_run,
                asked_by: asked_by.to_owned(),
                configuration_revision: configuration.revision,
            };
            let done = if kind == RunKind::Import { &done[..] } else { &[] };
            self.db.add_run(tx, &new, done).await?
        };
        self.db.keep_request(tx, store.id, method, request_id, id.0.to_string()).await?;
        let message = format!("{} was asked for by {asked_by}.", super::status::run_words(kind, dry_run));
        self.db.add_event(tx, store.id, Severity::Info, message, Change::Run(id)).await?;
        Ok(Asked { id, joined: false })
    }

    /// A run the caller may see.
    pub async fn run(&self, caller: &Caller, id: RunId) -> Result<Run> {
        let run = self.db.run(id).await?;
        run.filter(|run| caller.only_store().is_none_or(|only| only == run.store))
            .ok_or_else(|| Error::NotFound(format!("run {} for this key", id.0)))
    }
}

/// The zone a configuration's times are meant in.
pub(super) fn zone(configuration: &Configuration, store: &Store) -> TimeZone {
    let names = [&configuration.time_zone, &store.time_zone];
    names.into_iter().find_map(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}
