//! `StreamStatus`: a snapshot first, then every event; a break is resumed, a slow reader gets a fresh snapshot.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use plugin_host_proto::v1::{self, stream_status_response::Change as Wire};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::convert::{self, Wired as _};
use crate::{
    app::{App, Caller, Error},
    db::Db,
    domain::store::{Store, StoreId},
    events::{Change, Event},
};

/// Streams that one key may have open: enough for a shop's every screen, too few to wear the server out.
const STREAMS_PER_KEY: usize = 2_000;

/// How often it is asked whether the keys of open streams still work: one statement, however many streams there are.
const LOOK: Duration = Duration::from_millis(500);

/// The open streams of each key.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    open: Arc<Mutex<HashMap<String, Open>>>,
}

/// The streams of one key.
#[derive(Debug, Default)]
struct Open {
    count: usize,
    revoked: CancellationToken,
}

/// The right to have one stream open; given back when dropped.
pub(super) struct Place {
    streams: Streams,
    key: String,
    revoked: CancellationToken,
}

impl Streams {
    pub(super) fn enter(&self, key: &str) -> Result<Place, Status> {
        let mut streams = self.lock();
        let open = streams.entry(key.to_owned()).or_default();
        if open.count >= STREAMS_PER_KEY {
            return Err(Status::resource_exhausted("This key has too many open status streams: close some."));
        }
        open.count += 1;
        Ok(Place { streams: self.clone(), key: key.to_owned(), revoked: open.revoked.clone() })
    }

    /// Ends the streams of keys that are revoked, by whichever server, until this one closes.
    pub(super) async fn end_revoked(self, db: Db, closing: CancellationToken) {
        let looking = async {
            loop {
                tokio::time::sleep(LOOK).await;
                let keys: Vec<String> = self.lock().keys().cloned().collect();
                // While the database does not answer, nobody knows; the next look tells.
                for key in db.revoked_among(keys).await.unwrap_or_default() {
                    if let Some(open) = self.lock().get(&key) {
                        open.revoked.cancel();
                    }
                }
            }
        };
        let _: Option<()> = closing.run_until_cancelled(looking).await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut streams = self.streams.lock();
        if let Some(open) = streams.get_mut(&self.key) {
            open.count -= 1;
            if open.count == 0 {
                streams.remove(&self.key);
            }
        }
    }
}

/// One reader of the status of some stores.
pub(super) struct Watcher {
    app: App,
    caller: Caller,
    live: Receiver<Arc<Event>>,
    stores: HashMap<StoreId, Watched>,
    /// Whether stores that are connected later are watched too.
    all: bool,
    ready: VecDeque<v1::StreamStatusResponse>,
}

struct Watched {
    store: Store,
    /// Number of the last event sent.
    last: i64,
    /// Where an earlier stream broke off; taken up before anything else is sent.
    resume: Option<i64>,
    begun: bool,
}

impl Watcher {
    pub(super) fn new(
        app: App,
        caller: Caller,
        stores: Vec<Store>,
        resume: &HashMap<String, i64>,
        all: bool,
    ) -> Self {
        // Before the snapshot is read, so that nothing falls between the two.
        let live = app.bus.subscribe();
        let stores = stores.into_iter().map(|store| {
            let resume = resume.get(&store.hash).copied();
            (store.id, Watched { store, last: 0, resume, begun: false })
        });
        Self {
            live,
            stores: stores.collect(),
            all: all && caller.only_store().is_none(),
            ready: VecDeque::new(),
            app,
            caller,
        }
    }

    /// The events, for as long as the reader wants them and its key works.
    pub(super) fn events(
        self,
        place: Place,
    ) -> impl Stream<Item = Result<v1::StreamStatusResponse, Status>> + Send + use<> {
        futures::stream::try_unfold((self, place), async |(mut watcher, place)| {
            let event = place.revoked.run_until_cancelled(watcher.next()).await;
            let gone = || Status::unauthenticated("This key was revoked. Ask for a new one.");
            Ok(Some((event.ok_or_else(gone)??, (watcher, place))))
        })
    }

    async fn next(&mut self) -> Result<v1::StreamStatusResponse, Status> {
        let fresh: Vec<StoreId> =
            self.stores.iter().filter(|(_, watched)| !watched.begun).map(|(id, _)| *id).collect();
        for id in fresh {
            self.begin(id).await?;
        }
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            match self.live.recv().await {
                Ok(event) => self.take(&event).await?,
                Err(RecvError::Lagged(_)) => {
                    for id in self.stores.keys().copied().collect::<Vec<_>>() {
                        self.snapshot(id).await?;
                    }
                }
                Err(RecvError::Closed) => {
                    return Err(Status::unavailable("The server is stopping: connect again."));
                }
            }
        }
    }

    /// Goes on where an earlier stream broke off, or begins with a snapshot.
    async fn begin(&mut self, id: StoreId) -> Result<(), Status> {
        let Some(watched) = self.stores.get_mut(&id) else { return Ok(()) };
        watched.begun = true;
        if let Some(number) = watched.resume.take()
            && let Some(events) = self.app.db.events_after(id, number).await.map_err(db)?
        {
            watched.last = number;
            for event in events {
                self.send(&event).await?;
            }
            return Ok(());
        }
        self.snapshot(id).await
    }

    async fn snapshot(&mut self, id: StoreId) -> Result<(), Status> {
        let Some(store) = self.app.db.store(id).await.map_err(db)? else { return Ok(()) };
        let status = self.app.status(&self.caller, store.clone()).await.map_err(convert::status)?;
        if let Some(watched) = self.stores.get_mut(&id) {
            watched.last = status.event_number;
            watched.store = store;
            self.ready.push_back(v1::StreamStatusResponse {
                store_id: watched.store.hash.clone(),
                number: status.event_number,
                at: Some(convert::at(self.app.db.clock.now())),
                severity: v1::Severity::Info.into(),
                message: String::new(),
                change: Some(Wire::Snapshot(convert::store_status(status))),
            });
        }
        Ok(())
    }

    /// Sends a live event, with those that another replica wrote before it.
    async fn take(&mut self, event: &Event) -> Result<(), Status> {
        let Some(watched) = self.stores.get(&event.store) else {
            if self.all
                && let Some(store) = self.app.db.store(event.store).await.map_err(db)?
            {
                let watched = Watched { store, last: 0, resume: None, begun: true };
                self.stores.insert(event.store, watched);
                self.snapshot(event.store).await?;
            }
            return Ok(());
        };
        let last = watched.last;
        if event.number == 0 || event.number == last + 1 {
            return self.send(event).await;
        }
        if event.number <= last {
            return Ok(());
        }
        match self.app.db.events_after(event.store, last).await.map_err(db)? {
            Some(events) => {
                for event in events {
                    self.send(&event).await?;
                }
                Ok(())
            }
            None => self.snapshot(event.store).await,
        }
    }

    async fn send(&mut self, event: &Event) -> Result<(), Status> {
        let Some(watched) = self.stores.get_mut(&event.store) else { return Ok(()) };
        let change = match &event.change {
            Change::Progress(run) => Some(Wire::Progress(convert::run(run, &watched.store))),
            Change::Run(id) => {
                let run = event.seen.run.get_or_try_init(|| self.app.db.run(*id)).await.map_err(db)?;
                run.as_ref().map(|run| Wire::Run(convert::run(run, &watched.store)))
            }
            Change::Configuration(revision) => Some(Wire::ConfigurationRevision(*revision)),
            Change::Store => {
                let store =
                    event.seen.store.get_or_try_init(|| self.app.db.store(event.store)).await.map_err(db)?;
                if let Some(store) = store {
                    watched.store = store.clone();
                }
                Some(Wire::Store(convert::store(&watched.store)))
            }
        };
        if event.number > 0 {
            watched.last = event.number;
        }
        self.ready.push_back(v1::StreamStatusResponse {
            store_id: watched.store.hash.clone(),
            number: event.number,
            at: Some(convert::at(event.at)),
            severity: event.severity.wire(),
            message: event.message.clone(),
            change,
        });
        Ok(())
    }
}

fn db(error: crate::db::Error) -> Status {
    convert::status(Error::Db(error))
}
