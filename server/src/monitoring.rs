//! What monitoring tools see of a server: its figures and its health, over plain HTTP and in gRPC's health service.
//!
//! The rooms to the left count in plain values and know nothing of this one, which gives them their names.

mod figures;
mod health;
mod process;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::encoding::{prometheus_text, text};
use tokio::{
    net::TcpListener,
    sync::{Mutex, watch},
    task::{AbortHandle, JoinHandle},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use self::{figures::Figures, health::Health};
use crate::{
    app::App,
    rpc::Serving,
    schedule::{self, scheduler::Beats},
};

/// How long one look at the figures may take; Prometheus gives up after ten seconds.
const PATIENCE: Duration = Duration::from_secs(9);

/// A server as monitoring tools see it: alive from its first moment, ready when it is, with figures once there are any.
#[derive(Clone, Debug, Default)]
pub struct Monitoring {
    health: Health,
    figures: Arc<OnceLock<Figures>>,
    /// One looks at a time, so that the database is asked by one of any number of tools.
    turn: Arc<Mutex<()>>,
}

/// The parts of a server that are watched.
#[derive(Debug)]
pub struct Watched {
    /// What requests need.
    pub app: App,
    /// The ticks.
    pub beats: Beats,
    /// What the worker counts.
    pub figures: schedule::Figures,
    /// The worker.
    pub worker: AbortHandle,
}

impl Monitoring {
    /// What clients can count on, for gRPC's health service.
    pub fn serving(&self) -> watch::Receiver<Serving> {
        self.health.serving()
    }

    /// Answers monitoring tools until the server has ended.
    pub async fn listen(&self, at: SocketAddr, ended: CancellationToken) -> io::Result<JoinHandle<()>> {
        let listener = TcpListener::bind(at).await?;
        let router = Router::new()
            .route("/metrics", get(metrics))
            .route("/healthz", get(|| async { "alive\n" }))
            .route("/readyz", get(readyz))
            .with_state(self.clone());
        let serving = axum::serve(listener, router).with_graceful_shutdown(ended.cancelled_owned());
        Ok(tokio::spawn(async move {
            let _ = serving.await;
        }))
    }

    /// Looks after a server that has been started, until it is told to stop.
    pub async fn watch(&self, watched: Watched, stop: CancellationToken) {
        let Watched { app, beats, figures, worker } = watched;
        let _ = self.figures.set(Figures { app: app.clone(), beats: beats.clone(), runs: figures });
        let health = self.health.clone();
        health.look(&app, &beats, &worker).await;
        tokio::spawn(async move {
            let looking = async {
                loop {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    health.look(&app, &beats, &worker).await;
                }
            };
            let _ = stop.run_until_cancelled(looking).await;
        });
    }

    /// Tells everybody that the server stops.
    pub fn leave(&self) {
        self.health.leave();
    }
}

async fn metrics(State(monitoring): State<Monitoring>, headers: HeaderMap) -> Response {
    let Some(figures) = monitoring.figures.get() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server is starting\n").into_response();
    };
    let looked = timeout(PATIENCE, async {
        let _turn = monitoring.turn.lock().await;
        figures.registry(monitoring.health.is_ready()).await
    });
    let Ok(registry) = looked.await else {
        return (StatusCode::SERVICE_UNAVAILABLE, "the database is too slow\n").into_response();
    };
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut page = String::new();
    let (encoded, kind) = if accepted.contains("application/openmetrics-text") {
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        (text::encode(&mut page, &registry), kind)
    } else {
        (prometheus_text::encode(&mut page, &registry), prometheus_text::CONTENT_TYPE)
    };
    match encoded {
        Ok(()) => ([(header::CONTENT_TYPE, kind)], page).into_response(),
        Err(std::fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn readyz(State(monitoring): State<Monitoring>) -> Response {
    let problems = monitoring.health.problems();
    if problems.is_empty() {
        return "ready\n".into_response();
    }
    let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
    (StatusCode::SERVICE_UNAVAILABLE, words.join("\n") + "\n").into_response()
}
