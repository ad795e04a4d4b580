//! Asking for runs.

use super::{App, Caller, Error, Result};
use crate::{
    db::{self, Asked, NewRun},
    domain::{
        run::{Run, RunId, RunKind, RunState},
        store::{Store, ready_for},
    },
    events::{Change, Severity},
};

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
        let asked = loop {
            match self.ask(caller, store, kind, dry_run, request_id).await {
                // Somebody asked at the same moment: now there is a run to join.
                Err(Error::Db(db::Error::Conflict(_))) => {}
                asked => break asked?,
            }
        };
        self.wake.notify_one();
        Ok((self.db.existing_run(asked.id).await?, asked.joined))
    }

    async fn ask(
        &self,
        caller: &Caller,
        store: &Store,
        kind: RunKind,
        dry_run: bool,
        request_id: &str,
    ) -> Result<Asked> {
        // Whoever asks at the same moment, and the end of a run, wait here: what is read below stays true until the
        // transaction ends.
        let mut tx = self.db.begin().await?;
        self.db.lock_store(&mut tx, store.id).await?;
        let method = match (kind, dry_run) {
            (RunKind::Import, false) => "Import",
            (RunKind::Import, true) => "Import dry run",
            (RunKind::Sync, _) => "Sync",
        };
        if let Some(outcome) = self.db.request_outcome(store.id, method, request_id).await?
            && let Ok(id) = outcome.parse()
        {
            return Ok(Asked { id: RunId(id), joined: true });
        }
        let unfinished = match kind {
            RunKind::Import => self.db.unfinished_import(store.id, dry_run).await?,
            RunKind::Sync => None,
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
            self.db.requeue_run(&mut tx, run.id).await?;
            run.id
        } else {
            let new = NewRun {
                store: store.id,
                kind,
                dry_run,
                asked_by: caller.name(),
                configuration_revision: configuration.revision,
            };
            let done = if kind == RunKind::Import { &done[..] } else { &[] };
            self.db.add_run(&mut tx, &new, done).await?
        };
        self.db.keep_request(&mut tx, store.id, method, request_id, id.0.to_string()).await?;
        let message =
            format!("{} was asked for by {}.", super::status::run_words(kind, dry_run), caller.name());
        self.db.add_event(&mut tx, store.id, Severity::Info, message, Change::Run(id)).await?;
        tx.commit(&self.bus).await?;
        Ok(Asked { id, joined: false })
    }

    /// A run the caller may see.
    pub async fn run(&self, caller: &Caller, id: RunId) -> Result<Run> {
        let run = self.db.run(id).await?;
        run.filter(|run| caller.only_store().is_none_or(|only| only == run.store))
            .ok_or_else(|| Error::NotFound(format!("run {} for this key", id.0)))
    }
}
