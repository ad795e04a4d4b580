//! The central server: owns configuration, sync state and the scheduler.
//!
//! Rooms, in the order in which they may know each other (`ARCHITECTURE.md` says why, a test sees to it):
//!
//! - [`domain`]: nouns and rules; pure
//! - [`clock`]: time as a parameter
//! - [`events`]: what has just happened, told to whoever watches
//! - [`bigcommerce`]: the only room that speaks HTTP with stores
//! - [`post`]: mail, and posts to programs
//! - [`db`]: the server's own state
//! - [`warehouse`]: the IntelliTrack dataset
//! - [`sync`]: the verbs, one file per kind of data
//! - [`app`]: what the server can be asked to do
//! - [`schedule`]: when runs are asked for, and the worker that does them
//! - [`rpc`]: the only room that knows gRPC
//! - [`operations`]: what an operator does beside the running server
//! - [`monitoring`]: what monitoring tools see
//! - [`settings`]: what the operator decides
//! - [`trace`], [`telemetry`]: traces and logs

pub mod app;
pub mod bigcommerce;
pub mod clock;
pub mod db;
pub mod domain;
pub mod events;
pub mod monitoring;
pub mod operations;
pub mod post;
pub mod rpc;
pub mod schedule;
mod secrets;
mod serve;
pub mod settings;
pub mod sync;
pub mod telemetry;
mod tls;
pub mod trace;
pub mod warehouse;

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::Notify};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::{
    app::{App, Issued},
    bigcommerce::{Api, BaseUrls},
    clock::Clock,
    db::{Db, Sealer, Tables},
    events::Bus,
    monitoring::{Monitoring, Watched},
    post::Post,
    schedule::{
        scheduler::{self, Beats},
        worker::Worker,
    },
    settings::{Settings, Switch},
    tls::Tls,
};

/// Events held for a watcher that is busy, before it gets a snapshot instead.
const EVENTS_HELD: usize = 1_024;

/// Why the server cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] settings::Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// A first request.
    #[error(transparent)]
    App(#[from] app::Error),
    /// The network.
    #[error("the server cannot listen")]
    Listen(#[source] std::io::Error),
    /// It is refused, with the reason and the way out.
    #[error("{0}")]
    Refused(String),
    /// A part that could not be started.
    #[error("the server cannot start: {0}")]
    Start(String),
}

/// Runs a server until it is told to stop; then hands over the pages in hand and returns.
pub async fn run(
    settings: Settings,
    listener: TcpListener,
    clock: Clock,
    stop: CancellationToken,
) -> Result<(), Error> {
    let monitoring = Monitoring::default();
    let Some(at) = settings.metrics_listen else {
        return run_watched(settings, listener, clock, stop, &monitoring).await;
    };
    let ended = CancellationToken::new();
    // From before the database is opened to after it is closed: both may take a while.
    let listening = monitoring.listen(at, ended.clone()).await.map_err(Error::Listen)?;
    info!(%at, "metrics and health are there");
    let served = run_watched(settings, listener, clock, stop, &monitoring).await;
    ended.cancel();
    let _ = listening.await;
    served
}

async fn run_watched(
    settings: Settings,
    listener: TcpListener,
    clock: Clock,
    stop: CancellationToken,
    monitoring: &Monitoring,
) -> Result<(), Error> {
    let outside = (api(&settings)?, post(&settings)?);
    secrets::make_folder(&settings.data_folder)?;
    let port = listener.local_addr().map_err(Error::Listen)?.port();
    let address = settings.address(port);
    let tls = tls(&settings, &address, &clock)?;
    let sealer = Sealer::new(&secrets::encryption_key(&settings)?);
    let db = Db::open(&settings.database(), sealer, clock.clone()).await?;
    let app = app(&settings, db.clone(), outside, (&address, tls.as_ref()));
    if let Some((tx, first)) = app.first_admin_key().await? {
        let file = settings.data_folder.join("admin.key");
        // A file whose key never came to be is overwritten by the next start; a key without a file is lost.
        secrets::write_secret(&file, secrecy::ExposeSecret::expose_secret(&first.text))?;
        tx.commit(&app.bus).await?;
        info!(file = %file.display(), "the first admin key was written");
    }

    let (beats, figures) = (Beats::default(), schedule::Figures::default());
    let ticks = {
        let (app, beats, stop) = (app.clone(), beats.clone(), stop.clone());
        tokio::spawn(async move { scheduler::keep(&app, &beats, &stop).await })
    };
    let worker = Worker {
        app: app.clone(),
        lease: Duration::from_millis(settings.lease_ms),
        scratch: settings.data_folder.clone(),
        figures: figures.clone(),
        stop: stop.clone(),
    };
    let worker = tokio::spawn(worker.work());
    let relay = {
        let (app, url, stop) = (app.clone(), settings.database(), stop.clone());
        tokio::spawn(async move { app.db.relay(&url, &app.bus, &app.wake, &stop).await })
    };
    let watched = Watched { app: app.clone(), beats, figures, worker: worker.abort_handle() };
    monitoring.watch(watched, stop.clone()).await;
    let closing = CancellationToken::new();
    let routes = rpc::routes(app, monitoring.serving(), closing.clone()).await.map_err(start)?;
    info!(%address, listen = %settings.listen.ip(), port, "serving");
    let leaving = async {
        stop.cancelled().await;
        // Load balancers stop sending before the listener closes.
        monitoring.leave();
        tokio::time::sleep(Duration::from_millis(settings.drain_ms)).await;
        closing.cancel();
    };
    let (served, ()) = tokio::join!(
        async {
            let served = serve::serve(listener, routes, tls, clock, closing.clone()).await;
            // Whatever ended the serving, the work is handed over before the database closes.
            stop.cancel();
            served
        },
        leaving
    );

    let _ = worker.await;
    let _ = relay.await;
    let _ = ticks.await;
    db.close().await;
    info!("stopped");
    served.map_err(start)
}

/// Issues another admin key beside a server that may be running, for an operator who has lost the others.
pub async fn spare_admin_key(settings: &Settings, clock: Clock) -> Result<Issued, Error> {
    let authority = tls::authority_files(settings).0;
    let is_own = !settings.is_plain() && settings.certificate_file.as_os_str().is_empty();
    if is_own && !authority.exists() {
        // A new one would be pinned by a key that the server's clients then refuse.
        return Err(Error::Refused(format!(
            "{} is not there: use the settings, the options and the environment of the server",
            authority.display()
        )));
    }
    let outside = (api(settings)?, post(settings)?);
    let sealer = Sealer::new(&secrets::existing_key(settings)?);
    let db = Db::beside(&settings.database(), sealer, clock.clone()).await?;
    db.check().await?;
    if db.tables().await? == Tables::Older {
        return Err(Error::Refused(
            "the tables are older than this version: start the server first, which brings them up to date"
                .into(),
        ));
    }
    let address = settings.address(settings.listen.port());
    let tls = tls(settings, &address, &clock)?;
    let issued = app(settings, db.clone(), outside, (&address, tls.as_ref())).spare_admin_key().await;
    db.close().await;
    Ok(issued?)
}

/// What the server can be asked to do, by clients that reach it at an address.
fn app(settings: &Settings, db: Db, (api, post): (Api, Post), (address, tls): (&str, Option<&Tls>)) -> App {
    App {
        db,
        bus: Bus::new(EVENTS_HELD),
        api,
        post,
        wake: Arc::new(Notify::new()),
        patience: sync::Patience { lease: Duration::from_millis(settings.lease_ms) },
        address: address.to_owned(),
        pin: tls.and_then(|tls| tls.pin),
    }
}

fn tls(settings: &Settings, address: &str, clock: &Clock) -> Result<Option<Tls>, Error> {
    if settings.is_plain() { Ok(None) } else { Ok(Some(Tls::new(settings, address, clock)?)) }
}

/// The connection to BigCommerce that the settings describe.
pub fn api(settings: &Settings) -> Result<Api, Error> {
    // Another part of the process may have installed it already; it is the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut authorities = Vec::new();
    if settings.bigcommerce_authority_file != PathBuf::new() {
        let pem = secrets::read(&settings.bigcommerce_authority_file)?;
        authorities.push(reqwest::Certificate::from_pem(pem.as_bytes()).map_err(start)?);
    }
    Api::new(BaseUrls { api: settings.bigcommerce_api.clone() }, &authorities).map_err(start)
}

/// Mail and posts as the settings describe them.
fn post(settings: &Settings) -> Result<Post, Error> {
    let allows_private = settings.webhook_private == Switch::On;
    Post::new(&settings.smtp_url, &settings.mail_from, allows_private).map_err(start)
}

fn start(error: impl std::fmt::Display) -> Error {
    Error::Start(error.to_string())
}
