//! Claims runs and does them, several stores at once, one run a store.
//!
//! Long runs and short ones have places of their own, so that no number of stores whose catalogues are read keeps
//! another store's orders waiting.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rand::Rng as _;
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, error, field::Empty, info, info_span, warn};

use super::Figures;
use crate::{
    app::{self, App},
    bigcommerce::{self, Urgency},
    db::{self, Lease},
    domain::{
        run::{Run, RunKind, RunState},
        schedule::is_silent,
        stock::Excess,
    },
    events::{Change, Severity},
    sync::{self, Work},
    trace,
};

/// Long runs done at the same time: few enough for the memory.
const LONG_AT_ONCE: usize = 8;
/// Short runs done at the same time: enough to hide the stores' latency.
const SHORT_AT_ONCE: usize = 32;
/// What the names of dry runs' copies begin with.
const COPY: &str = "dry-run-";
/// How often the worker looks without being woken.
const POLL: Duration = Duration::from_secs(2);

/// Does runs until the server stops.
#[derive(Clone, Debug)]
pub struct Worker {
    /// What runs work with.
    pub app: App,
    /// How long a lease lasts without being renewed.
    pub lease: Duration,
    /// Where the copies of dry runs are put.
    pub scratch: PathBuf,
    /// What is counted of the runs.
    pub figures: Figures,
    /// Set when the server stops.
    pub stop: CancellationToken,
}

impl Worker {
    /// Claims and does runs until the server stops; then waits until each has handed over its page.
    pub async fn work(self) {
        remove_copies(&self.scratch, COPY);
        tokio::join!(self.work_on(true, LONG_AT_ONCE), self.work_on(false, SHORT_AT_ONCE));
    }

    async fn work_on(&self, long: bool, at_once: usize) {
        let free = Arc::new(Semaphore::new(at_once));
        let mut runs = JoinSet::new();
        while !self.stop.is_cancelled() {
            while runs.try_join_next().is_some() {}
            // Subscribed before looking, so that nothing asked for in between is missed.
            let woken = self.app.wake.notified();
            let Ok(place) = Arc::clone(&free).acquire_owned().await else { break };
            match self.app.db.claim_run(token(), self.lease, long).await {
                Ok(Some(lease)) => {
                    self.figures.taken_over.inc_by(u64::from(lease.resumed));
                    let worker = self.clone();
                    let span = info_span!("run", run = lease.run.0, store = lease.store.0, trace_id = Empty);
                    trace::follow(&span, &self.app.db.trace_parent(lease.run).await.unwrap_or_default());
                    runs.spawn(
                        async move {
                            worker.carry_out(lease).await;
                            drop(place);
                            // A run of the other length may wait for the store.
                            worker.app.wake.notify_waiters();
                        }
                        .instrument(span),
                    );
                    continue;
                }
                Ok(None) => {}
                Err(error) => warn!(error = &error as &dyn std::error::Error, "no run can be claimed"),
            }
            tokio::select! {
                () = woken => {}
                () = sleep(POLL) => {}
                () = self.stop.cancelled() => {}
            }
        }
        while runs.join_next().await.is_some() {}
    }

    /// Does one run while keeping its lease alive; whatever happens, the run's row tells.
    async fn carry_out(&self, lease: Lease) {
        let renew = || self.app.db.renew_lease(&lease, self.lease);
        let outcome = tokio::select! {
            // After a standstill nothing more is sent under a lease that ran out meanwhile.
            biased;
            () = keep_alive((lease.until, self.lease), renew) => {
                warn!("the lease was lost; another worker goes on");
                return;
            }
            outcome = self.attempt(lease) => outcome,
        };
        let ended = match outcome {
            Ok(state) => self.end(lease, state, String::new()).await,
            Err(sync::Error::Stopped) => {
                info!("the run is handed over");
                self.app.db.release_lease(&lease).await
            }
            Err(sync::Error::Db(db::Error::LeaseLost)) => return,
            // Nothing can be written down now; the lease runs out and the run is taken up again.
            Err(sync::Error::Db(error @ (db::Error::Unavailable(_) | db::Error::Conflict(_)))) => {
                warn!(
                    error = &error as &dyn std::error::Error,
                    "the run pauses until the database works again"
                );
                return;
            }
            Err(error @ sync::Error::Held { excess, .. }) => {
                warn!(%error, "the run is held");
                self.hold(lease, excess, &error).await
            }
            Err(error) => {
                error!(error = &error as &dyn std::error::Error, "the run failed");
                self.end(lease, RunState::Failed, problem(&error)).await
            }
        };
        if let Err(error) = ended {
            warn!(
                error = &error as &dyn std::error::Error,
                "the end of the run could not be written; it is taken up again"
            );
        }
    }

    async fn attempt(&self, lease: Lease) -> Result<RunState, sync::Error> {
        let app = &self.app;
        let run = app.db.existing_run(lease.run).await?;
        let missing = |what: &str| sync::Error::Missing(format!("{what} of run {} is gone", lease.run.0));
        let store = app.db.store(lease.store).await?.ok_or_else(|| missing("the store"))?;
        let revision = app.db.configuration_revision(lease.store, run.configuration_revision).await?;
        let configuration = revision.ok_or_else(|| missing("the configuration"))?.values;
        let gone = |error| match error {
            app::Error::Db(error) => sync::Error::Db(error),
            other => sync::Error::Missing(other.to_string()),
        };
        let place = app.resolve_place(&store, &configuration).await.map_err(gone)?;
        let (token, sealed) = app.db.kept_token(&store).await?;
        let mut work = Work {
            db: app.db.clone(),
            live: app.db.clone(),
            bus: app.bus.clone(),
            api: app.api.store(&store.hash, token, Urgency::Background),
            kind: run.kind,
            lease,
            patience: self.app.patience,
            asked_by: run.asked_by.clone(),
            approved: app.db.approved(lease.run).await?,
            order_prefix: app.order_prefix(&store, &configuration, place.division).await.map_err(gone)?,
            store,
            configuration,
            place,
            stop: self.stop.clone(),
            dry_run: run.dry_run,
            told: Arc::default(),
            // What a dry run does is counted by nobody.
            figures: if run.dry_run { sync::Figures::default() } else { self.figures.sync.clone() },
        };
        let done = if run.dry_run {
            self.dry_run(&mut work, &run).await
        } else {
            info!(kind = run.kind.word(), resumed = lease.resumed, "the run begins");
            work.finish().await
        };
        if let Err(sync::Error::BigCommerce(bigcommerce::Error::Unauthorized { .. })) = &done {
            app.note_refused(&work.store, &sealed).await.map_err(gone)?;
        }
        done?;
        let counts = app.db.existing_run(lease.run).await?.counts();
        Ok(if counts.parked > 0 { RunState::CompleteWithParked } else { RunState::Complete })
    }

    /// Does everything on a copy and brings back only what was found.
    async fn dry_run(&self, work: &mut Work, run: &Run) -> Result<(), sync::Error> {
        let copy = Copy { folder: &self.scratch, name: format!("{COPY}{}.db", run.id.0) };
        // One that a killed server left is not for this attempt.
        remove_copies(copy.folder, &copy.name);
        work.db = self.app.db.copy_for_dry_run(&work.lease, &copy.folder.join(&copy.name)).await?;
        let done = work.finish().await;
        let taken = match done {
            Err(error) if !matches!(error, sync::Error::Held { .. }) => Err(error),
            done => {
                self.app.db.take_findings(&work.db, &work.lease).await?;
                done
            }
        };
        work.db.close().await;
        drop(copy);
        taken
    }

    /// Ends a run that a person must look at first.
    async fn hold(&self, lease: Lease, excess: Excess, error: &sync::Error) -> db::Result<()> {
        let mut tx = self.app.db.begin_leased(&lease).await?;
        tx.note_excess(&lease, excess).await?;
        tx.commit(&self.app.bus).await?;
        let problem = format!("{error}. If that is right, approve it: End of Day is then computed anew.");
        self.end(lease, RunState::Held, problem).await
    }

    async fn end(&self, lease: Lease, state: RunState, problem: String) -> db::Result<()> {
        let db = &self.app.db;
        let run = db.existing_run(lease.run).await?;
        let words = app::run_words(run.kind, run.dry_run);
        let (severity, message) = match state {
            RunState::Complete => (Severity::Info, format!("{words} is complete.")),
            RunState::CompleteWithParked => {
                let parked = run.counts().parked;
                (Severity::Warning, format!("{words} is complete; {parked} records wait for a person."))
            }
            RunState::Held => (Severity::Error, format!("{words} is held: {problem}")),
            _ => (Severity::Error, format!("{words} stopped: {problem}")),
        };
        let mut tx = db.begin_leased(&lease).await?;
        tx.end_run(&lease, state, &problem, db.clock.now()).await?;
        db.add_event(&mut tx, lease.store, severity, message, Change::Run(lease.run)).await?;
        if !run.dry_run && matches!(state, RunState::Complete | RunState::CompleteWithParked) {
            let unanswered = tx.answer_due(lease.store, run.kind, db.clock.now()).await?;
            if run.kind == RunKind::Sync && is_silent(unanswered) {
                let message = "Auto sync succeeds again.".to_owned();
                db.add_event(&mut tx, lease.store, Severity::Info, message, Change::Store).await?;
            }
        }
        tx.commit(&self.app.bus).await?;
        if !run.dry_run {
            self.figures.end(run.kind, state);
        }
        info!(state = state.word(), "the run ended");
        Ok(())
    }
}

/// Renews a lease that is held until an instant, for a length each time; returns when it is lost.
async fn keep_alive<Renewal: Future<Output = db::Result<Instant>>>(
    (mut until, length): (Instant, Duration),
    renew: impl Fn() -> Renewal,
) {
    loop {
        let renewal = async {
            sleep(length / 4).await;
            renew().await
        };
        match timeout_at(until, renewal).await {
            Ok(Ok(renewed)) => until = renewed,
            // It has run out, and somebody else may have it: the database says so, or does not answer in time.
            Ok(Err(db::Error::LeaseLost)) | Err(_) => return,
            Ok(Err(_)) => {}
        }
    }
}

/// What stopped a run, with what to do next.
fn problem(error: &sync::Error) -> String {
    match error {
        sync::Error::BigCommerce(error) if error.is_temporary() => {
            format!(
                "{error}. Nothing is lost: start it again when the store answers, and it goes on where it stopped."
            )
        }
        other => {
            format!(
                "{other}. Nothing is lost: start it again once that is mended, and it goes on where it stopped."
            )
        }
    }
}

/// The database of one dry run, which is removed with it, however it ends.
struct Copy<'w> {
    folder: &'w Path,
    name: String,
}

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        remove_copies(self.folder, &self.name);
    }
}

/// Removes the copies whose names begin so, with what SQLite put beside them.
fn remove_copies(folder: &Path, begin: &str) {
    let Ok(files) = std::fs::read_dir(folder) else { return };
    for file in files.flatten() {
        if file.file_name().to_string_lossy().starts_with(begin) {
            let _ = std::fs::remove_file(file.path());
        }
    }
}

/// A number that tells this claim from every other.
fn token() -> i64 {
    rand::rng().random_range(1..i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, future::pending};

    use super::*;

    const LEASE: Duration = Duration::from_secs(30);

    /// For how many seconds a lease is held that is renewed so.
    async fn held<Renewal: Future<Output = db::Result<Instant>>>(renew: impl Fn() -> Renewal) -> f64 {
        let began = Instant::now();
        keep_alive((began + LEASE, LEASE), renew).await;
        began.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_lost_when_it_ends_also_while_nobody_answers() {
        let held = held(pending).await;
        assert!((30.0..30.1).contains(&held), "{held}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_lost_when_it_ends_however_long_each_failure_takes() {
        let fail = || async {
            sleep(Duration::from_secs(10)).await;
            Err(db::Error::Unusable("no connection is free".to_owned()))
        };
        let held = held(fail).await;
        assert!((30.0..30.1).contains(&held), "{held}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_lasts_as_long_as_its_last_renewal_says() {
        let renewals = Cell::new(0);
        let renew = || async {
            renewals.set(renewals.get() + 1);
            match renewals.get() {
                1..=8 => Ok(Instant::now() + LEASE),
                _ => Err(db::Error::Unusable("the database is gone".to_owned())),
            }
        };
        let held = held(renew).await;
        assert!((90.0..90.1).contains(&held), "eight renewals, and what the last one gave: {held}");
    }
}
