//! Asking for runs.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::{App, Caller, Error, Result};
use crate::{
    db::{self, Asked, NewRun, Tx},
    domain::{
        configuration::{Configuration, Violation},
        run::{Run, RunId, RunKind, RunState},
        schedule::{SKEW, is_silent, next_end_of_day, next_reconciliation, next_sync},
        store::{Missing, Store, StoreId, ready_for},
    },
    events::{Change, Severity},
    warehouse::shipments,
};

/// Syncs asked for in one look; what is left is still due a second later.
const DUE_AT_ONCE: i64 = 200;
/// What comes by the clock.
const BY_THE_CLOCK: [RunKind; 3] = [RunKind::Sync, RunKind::EndOfDay, RunKind::Reconciliation];

/// A run as somebody asks for it.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// What it shall do.
    pub kind: RunKind,
    /// Whether it only shows what would happen.
    pub dry_run: bool,
    /// The held run whose excess a person lets it do.
    pub approved: Option<RunId>,
    /// The local date it is for, where the clock asks for an End of Day.
    pub local_date: Option<String>,
    /// Repeats with the same id lead to the same run; may be empty.
    pub request_id: String,
}

impl RunRequest {
    /// A plain request for a kind of run.
    pub fn of(kind: RunKind) -> Self {
        Self { kind, dry_run: false, approved: None, local_date: None, request_id: String::new() }
    }

    fn method(&self) -> String {
        format!("{}{}", self.kind.word(), if self.dry_run { " DRY RUN" } else { "" })
    }
}

impl App {
    /// Asks for a run: joins one that has not ended, takes a failed import up again, or queues a new one.
    ///
    /// Returns the run and whether it was there before.
    pub async fn request_run(
        &self,
        caller: &Caller,
        store: &Store,
        request: &RunRequest,
    ) -> Result<(Run, bool)> {
        let asked_by = caller.name();
        let asked = loop {
            // Whoever asks at the same moment, and the end of a run, wait here: what is read below stays true until the
            // transaction ends.
            let mut tx = self.db.begin().await?;
            self.db.lock_store(&mut tx, store.id).await?;
            match self.ask(&mut tx, &asked_by, store, request).await {
                // Somebody asked at the same moment: now there is a run to join.
                Err(Error::Db(db::Error::Conflict(_))) => {}
                Err(error) => return Err(error),
                Ok(asked) => {
                    if let Some(held) = request.approved {
                        let action = format!("approved the held End of Day of run {}", held.0);
                        self.db
                            .audit(&mut tx, &asked_by, Some(store.id), &action, Default::default())
                            .await?;
                    }
                    tx.commit(&self.bus).await?;
                    break asked;
                }
            }
        };
        self.wake.notify_waiters();
        Ok((self.db.existing_run(asked.id).await?, asked.joined))
    }

    /// Asks for what is due by the clock; each is asked for by one server.
    pub async fn request_due(&self) -> Result<()> {
        let now = self.db.clock.now();
        for id in self.db.scheduled_after(now + SKEW).await? {
            self.schedule_anew(id).await?;
        }
        for kind in BY_THE_CLOCK {
            for (id, due) in self.db.due(kind, now, DUE_AT_ONCE).await? {
                self.take_due(id, kind, due).await?;
            }
        }
        self.repeat_end_of_days(now).await
    }

    /// Works out anew when everything of a store is due: a clock that was ahead has put it off for as long as it was ahead.
    async fn schedule_anew(&self, id: StoreId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        self.db.lock_store(&mut tx, id).await?;
        let (store, saved) = (self.db.store(id).await?, self.db.configuration(id).await?);
        let (Some(store), Some(saved)) = (store, saved) else { return Ok(()) };
        set_schedule(&mut tx, &saved.values, &store, self.db.clock.now()).await?;
        let message = "A server's clock was ahead: what is due by the clock was worked out anew.".to_owned();
        self.db.add_event(&mut tx, id, Severity::Warning, message, Change::Store).await?;
        Ok(tx.commit(&self.bus).await?)
    }

    /// Asks once more for an End of Day that stopped, as long as its day lasts.
    async fn repeat_end_of_days(&self, now: Timestamp) -> Result<()> {
        /// How long the store is left alone; what stopped it has probably not passed before.
        const PAUSE: Duration = Duration::from_mins(15);
        let stopped = (now - Duration::from_hours(24), now - PAUSE);
        for (id, ended_at) in self.db.stopped_end_of_days(stopped).await? {
            let (store, saved) = (self.db.store(id).await?, self.db.configuration(id).await?);
            let (Some(store), Some(saved)) = (store, saved) else { continue };
            let date = |at: Timestamp| at.to_zoned(zone(&saved.values, &store)).date();
            if date(ended_at) == date(now) {
                self.ask_by_itself(&store, "the clock", RunKind::EndOfDay).await?;
            }
        }
        Ok(())
    }

    /// Asks for a run that nobody waits for, unless something stands in its way or somebody else has asked.
    async fn ask_by_itself(&self, store: &Store, asked_by: &str, kind: RunKind) -> Result<()> {
        let mut tx = self.db.begin().await?;
        self.db.lock_store(&mut tx, store.id).await?;
        match self.ask(&mut tx, asked_by, store, &RunRequest::of(kind)).await {
            Ok(_) => tx.commit(&self.bus).await?,
            Err(Error::NotReady(_) | Error::Invalid(_) | Error::Db(db::Error::Conflict(_))) => {}
            Err(error) => return Err(error),
        }
        self.wake.notify_waiters();
        Ok(())
    }

    async fn take_due(&self, id: StoreId, kind: RunKind, due: Timestamp) -> Result<()> {
        let now = self.db.clock.now();
        let mut tx = self.db.begin().await?;
        // What is read from here on stays so until the transaction ends.
        self.db.lock_store(&mut tx, id).await?;
        let Some(store) = self.db.store(id).await? else { return Ok(()) };
        let (store, saved) = (&store, self.db.configuration(id).await?);
        let next = saved.as_ref().and_then(|saved| next_due(kind, &saved.values, store, now));
        let (Some(saved), Some(next)) = (saved, next) else {
            tx.set_due(store.id, kind, None, now).await?;
            return Ok(tx.commit(&self.bus).await?);
        };
        let Some(unanswered) = tx.take_due(store.id, kind, (due, next, now)).await? else { return Ok(()) };
        if kind == RunKind::Sync && is_silent(unanswered) && !is_silent(unanswered - 1) {
            let message = self.alarm(store, unanswered).await?;
            self.db.add_event(&mut tx, store.id, Severity::Error, message, Change::Store).await?;
        }
        let date = |at: Timestamp| at.to_zoned(zone(&saved.values, store)).date();
        let local_date = (kind == RunKind::EndOfDay).then(|| date(due).to_string());
        // Its time was put off after it had come: a day has one End of Day by the clock, whatever became of it.
        if let Some(day) = &local_date
            && self.db.has_end_of_day(store.id, day).await?
        {
            let message =
                format!("End of Day of {day} came before its new time; the next one is due tomorrow.");
            self.db.add_event(&mut tx, store.id, Severity::Warning, message, Change::Store).await?;
            // One that stopped is tried again all the same.
            tx.excuse_due(store.id, kind).await?;
            return Ok(tx.commit(&self.bus).await?);
        }
        if kind == RunKind::EndOfDay && date(due) != date(now) {
            // Yesterday's counts are nobody's business today (OQ-21).
            let message = format!("End of Day of {} was missed: the server was not running.", date(due));
            self.db.add_event(&mut tx, store.id, Severity::Error, message, Change::Store).await?;
            return Ok(tx.commit(&self.bus).await?);
        }
        let request = RunRequest { local_date, ..RunRequest::of(kind) };
        match self.ask(&mut tx, by_the_clock(kind), store, &request).await {
            Ok(_) => tx.commit(&self.bus).await?,
            // The next one is due in any case. What a sync lacks the store's own state says, all the time.
            Err(error @ (Error::NotReady(_) | Error::Invalid(_))) => {
                if let Error::NotReady(missing) = &error
                    && missing.iter().any(Missing::is_initial)
                {
                    tx.excuse_due(store.id, kind).await?;
                }
                if kind == RunKind::EndOfDay {
                    let message = format!("End of Day did not run: {error}");
                    self.db.add_event(&mut tx, store.id, Severity::Error, message, Change::Store).await?;
                }
                tx.commit(&self.bus).await?;
            }
            // Whoever asked at the same moment has what this one is for.
            Err(Error::Db(db::Error::Conflict(_))) => {}
            Err(error) => return Err(error),
        }
        self.wake.notify_waiters();
        Ok(())
    }

    /// Asks for runs that send the shipments owed to stores, as soon as something can be done for them.
    pub async fn request_shipments(&self) -> Result<()> {
        /// How long a run that failed is not repeated: the store is probably closed.
        const PAUSE: Duration = Duration::from_mins(1);
        let now = self.db.clock.now();
        let since = (now - self.patience.settled(), now - PAUSE, now + SKEW);
        for id in shipments::stores_owed(&self.db, since).await? {
            let Some(store) = self.db.store(id).await? else { continue };
            self.ask_by_itself(&store, "the outbox", RunKind::Shipments).await?;
        }
        Ok(())
    }

    async fn ask(&self, tx: &mut Tx, asked_by: &str, store: &Store, request: &RunRequest) -> Result<Asked> {
        let (kind, dry_run, method) = (request.kind, request.dry_run, request.method());
        if let Some(outcome) = self.db.request_outcome(store.id, &method, &request.request_id).await?
            && let Ok(id) = outcome.parse()
        {
            return Ok(Asked { id: RunId(id), joined: true });
        }
        if let Some(held) = request.approved {
            self.check_held(store, held).await?;
        }
        let unfinished =
            if kind.happens_once() { self.db.unfinished(store.id, kind, dry_run).await? } else { None };
        let waiting = match &unfinished {
            Some(run) => (!run.state.is_final()).then_some(run.id),
            None => self.db.queued_run(store.id, kind, dry_run).await?,
        };
        if let Some(id) = waiting {
            let waits_still = match request.approved {
                Some(held) => self.db.approve(tx, id, held).await?,
                None => true,
            };
            if waits_still {
                self.db.keep_request(tx, store.id, &method, &request.request_id, id.0.to_string()).await?;
                return Ok(Asked { id, joined: true });
            }
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
                approved: request.approved,
                local_date: request.local_date.clone(),
            };
            let done = if kind == RunKind::Import { &done[..] } else { &[] };
            self.db.add_run(tx, &new, done).await?
        };
        self.db.keep_request(tx, store.id, &method, &request.request_id, id.0.to_string()).await?;
        let message = format!("{} was asked for by {asked_by}.", super::status::run_words(kind, dry_run));
        self.db.add_event(tx, store.id, Severity::Info, message, Change::Run(id)).await?;
        Ok(Asked { id, joined: false })
    }

    async fn check_held(&self, store: &Store, id: RunId) -> Result<()> {
        let run = self.db.run(id).await?.filter(|run| run.store == store.id && run.state == RunState::Held);
        let message = || format!("Run {} is no End of Day of this store that was held.", id.0);
        run.map(drop).ok_or_else(|| Error::Invalid(vec![Violation::new("approved_run_id", message())]))
    }

    /// A run the caller may see.
    pub async fn run(&self, caller: &Caller, id: RunId) -> Result<Run> {
        let run = self.db.run(id).await?;
        run.filter(|run| caller.only_store().is_none_or(|only| only == run.store))
            .ok_or_else(|| Error::NotFound(format!("run {} for this key", id.0)))
    }
}

/// When a kind of run is due next for a store, as it is configured.
pub(super) fn next_due(
    kind: RunKind,
    configuration: &Configuration,
    store: &Store,
    after: Timestamp,
) -> Option<Timestamp> {
    if !store.grants.any() {
        return None;
    }
    let zone = zone(configuration, store);
    match kind {
        RunKind::Sync => next_sync(configuration, store.id, &zone, after),
        RunKind::EndOfDay => next_end_of_day(configuration, &zone, after),
        RunKind::Reconciliation => next_reconciliation(configuration, store.id, &zone, after),
        _ => None,
    }
}

/// Writes down when everything is due next that comes by the clock; what is due already stays so.
pub(super) async fn set_schedule(
    tx: &mut Tx,
    configuration: &Configuration,
    store: &Store,
    after: Timestamp,
) -> Result<()> {
    for kind in BY_THE_CLOCK {
        tx.set_due(store.id, kind, next_due(kind, configuration, store, after), after).await?;
    }
    Ok(())
}

/// Who asks for what is due by the clock.
fn by_the_clock(kind: RunKind) -> &'static str {
    if kind == RunKind::Sync { "auto sync" } else { "the clock" }
}

/// The zone a configuration's times are meant in.
pub(super) fn zone(configuration: &Configuration, store: &Store) -> TimeZone {
    let names = [&configuration.time_zone, &store.time_zone];
    names.into_iter().find_map(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}
