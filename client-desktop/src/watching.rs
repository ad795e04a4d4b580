//! Watches every kept store: for the tray and the notifications always, for the window while it shows the store.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use plugin_host_proto::{
    client::{self, Client, StatusStream},
    json,
    v1::{GetStatusRequest, Status, stream_status_response::Change},
};
use prost_reflect::DynamicMessage;
use serde::Serialize;
use serde_json::value::RawValue;
use tauri::{AppHandle, Manager as _, ipc::Channel};
use tokio::{task::AbortHandle, time::Instant};
use ts_rs::TS;

use crate::{
    batch::{Batch, End},
    failure::{Failure, FailureKind},
    hosted::Hosted,
    notices,
    outlook::{Line, Outlook, waiting},
    tray,
};

/// What watching a store brings.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Watched {
    /// How the store was when it was heard from last, before anything else.
    Known {
        /// The store's status, in proto3 JSON.
        #[ts(type = "unknown")]
        status: Box<RawValue>,
        /// When it was known to be so, in milliseconds since 1970.
        #[ts(type = "number")]
        at: i64,
    },
    /// What happened, in its order; after each connection a snapshot comes first, or what was missed, or nothing.
    Events {
        /// The events, in proto3 JSON.
        #[ts(type = "Array<unknown>")]
        events: Vec<DynamicMessage>,
    },
    /// The connection is lost and being made again.
    Lost(Failure),
    /// Nothing more will come, because trying again would not help.
    Ended(Failure),
    /// Somebody asked for a page outside the window.
    Asked {
        /// The store, by the name of its key.
        name: String,
        /// The page.
        page: Page,
    },
    /// The program is asked to end, and ends once nothing in the window would be lost by it.
    Leaving,
}

/// A page that is asked for outside the window.
#[derive(Clone, Copy, Debug, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Page {
    /// What waits for a person.
    Attention,
}

/// The stores that are watched, and the one that the window shows.
#[derive(Default)]
pub(crate) struct Watching {
    stores: Mutex<BTreeMap<String, Store>>,
    shown: Mutex<Option<(String, Channel<Watched>)>>,
}

#[derive(Default)]
struct Store {
    outlook: Outlook,
    task: Option<AbortHandle>,
}

impl Watching {
    /// Watches a store anew, from a snapshot on, in place of an earlier watch of the same store.
    pub(crate) fn begin(&self, app: &AppHandle, name: &str, client: Client) {
        let mut stores = self.stores();
        let store = stores.entry(name.to_owned()).or_default();
        let task = tauri::async_runtime::spawn(follow(app.clone(), name.to_owned(), client));
        if let Some(before) = store.task.replace(task.inner().abort_handle()) {
            before.abort();
        }
    }

    /// Watches a store that is not watched yet.
    pub(crate) fn begin_unless_begun(&self, app: &AppHandle, name: &str, client: Client) {
        let begun = self.stores().contains_key(name);
        if !begun {
            self.begin(app, name, client);
        }
    }

    /// Shows in the tray, which has just been made, what is known so far.
    pub(crate) fn show_in_tray(&self, app: &AppHandle) {
        tray::update(app, &self.outlooks());
    }

    /// Sends what happens in a store to the window, in place of what it showed before.
    pub(crate) fn show(&self, name: String, channel: Channel<Watched>) {
        *self.shown() = Some((name, channel));
    }

    /// Stops watching a store.
    pub(crate) fn end(&self, app: &AppHandle, name: &str) {
        if let Some(Store { task: Some(task), .. }) = self.stores().remove(name) {
            task.abort();
        }
        self.show_in_tray(app);
    }

    /// Asks the window for what waits for a person: in the store shown if something does, else in the first other.
    pub(crate) fn ask_for_attention(&self) {
        let Some((shown, channel)) = self.shown().clone() else { return };
        let needing: Vec<_> = self.outlooks().into_iter().filter(|(_, store)| store.has_errors()).collect();
        let other = || needing.first().map(|(name, _)| name.clone());
        let name = if needing.iter().any(|(name, _)| *name == shown) { Some(shown) } else { other() };
        if let Some(name) = name {
            // Fails when the window is gone.
            let _ = channel.send(Watched::Asked { name, page: Page::Attention });
        }
    }

    /// Asks the window to end the program, and answers whether it can be asked.
    pub(crate) fn ask_to_leave(&self) -> bool {
        self.shown().as_ref().is_some_and(|(_, channel)| channel.send(Watched::Leaving).is_ok())
    }

    /// Whether the window shows this store.
    pub(crate) fn shows(&self, name: &str) -> bool {
        self.shown().as_ref().is_some_and(|(shown, _)| shown == name)
    }

    /// Whether a store has not been heard from yet, or not for a while, and will be.
    pub(crate) fn waits_for(&self, name: &str) -> bool {
        let stores = self.stores();
        stores.get(name).is_some_and(|store| matches!(store.outlook.line, Line::Connecting | Line::Lost))
    }

    /// The stores that are heard from.
    pub(crate) fn heard(&self) -> Vec<String> {
        let heard = self.outlooks().into_iter().filter(|(_, outlook)| outlook.line == Line::Connected);
        heard.map(|(name, _)| name).collect()
    }

    fn send(&self, name: &str, watched: Watched) {
        if let Some((shown, channel)) = &*self.shown()
            && shown == name
        {
            let _ = channel.send(watched);
        }
    }

    /// Changes what is known of a store, and shows it in the tray if that made a difference.
    fn learn<T>(&self, app: &AppHandle, name: &str, learn: impl FnOnce(&mut Outlook) -> T) -> Option<T> {
        let (answer, changed) = {
            let mut stores = self.stores();
            let outlook = &mut stores.get_mut(name)?.outlook;
            let before = outlook.clone();
            (learn(outlook), *outlook != before)
        };
        if changed {
            self.show_in_tray(app);
        }
        Some(answer)
    }

    fn outlooks(&self) -> Vec<(String, Outlook)> {
        self.stores().iter().map(|(name, store)| (name.clone(), store.outlook.clone())).collect()
    }

    fn stores(&self) -> MutexGuard<'_, BTreeMap<String, Store>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(&self) -> MutexGuard<'_, Option<(String, Channel<Watched>)>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn follow(app: AppHandle, name: String, client: Client) {
    let hosted = app.state::<Hosted>();
    let watching = &hosted.watching;
    let mut stream: StatusStream = client.status_stream(Vec::new());
    let mut sent = None;
    loop {
        let Batch { events, is_resumed, end } = Batch::next(&mut stream, sent).await;
        sent = Some(Instant::now());
        let mut news = Vec::new();
        watching.learn(&app, &name, |outlook| {
            if is_resumed {
                outlook.line = Line::Connected;
            }
            news.extend(events.iter().flat_map(|event| outlook.learn(event)));
        });
        for event in &events {
            if let Some(Change::Snapshot(status)) = &event.change {
                hosted.known.keep_status(&name, &json::of(status));
            }
        }
        // The events do not say how many records wait.
        let is_change = |change: &Change| !matches!(change, Change::Progress(_) | Change::Snapshot(_));
        let changed = events.iter().filter_map(|event| event.change.as_ref()).any(is_change);
        if is_resumed || !events.is_empty() {
            watching.send(&name, Watched::Events { events: events.iter().map(json::of).collect() });
        }
        if changed && let Ok(status) = status(&client).await {
            hosted.remember_title(&name, status.store.as_ref());
            hosted.known.keep_status(&name, &json::of(&status));
            if watching.learn(&app, &name, |outlook| outlook.know(&status)).unwrap_or_default() {
                news.push(waiting(status.parked));
            }
        }
        if let Some(news) = notices::summary(&news) {
            let title = watching.learn(&app, &name, |outlook| outlook.title.clone()).unwrap_or_default();
            notices::show(&app, &name, &title, &news);
        }
        match end {
            None => {}
            Some(End::Lost(error)) => {
                let before =
                    watching.learn(&app, &name, |outlook| std::mem::replace(&mut outlook.line, Line::Lost));
                if before == Some(Line::Connected) {
                    hosted.known.confirm(&name);
                }
                watching.send(&name, Watched::Lost(error.into()));
            }
            Some(End::Final(error)) => {
                let failure = Failure::from(error);
                if failure.kind == FailureKind::Unauthorized {
                    // Who may not look any more keeps nothing; it is tried again at the next start.
                    let _ = hosted.known.forget(&name);
                }
                watching.learn(&app, &name, |outlook| outlook.line = Line::Ended(failure.message.clone()));
                watching.send(&name, Watched::Ended(failure));
                return;
            }
        }
    }
}

async fn status(client: &Client) -> Result<Status, client::Error> {
    let answer =
        client::read(client.plugin_host(), GetStatusRequest::default(), async |mut service, request| {
            service.get_status(request).await
        });
    Ok(answer.await?.status.unwrap_or_default())
}
