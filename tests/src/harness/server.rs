//! A server in this process.

use anyhow::{Context as _, anyhow};
use plugin_host_proto::{client::Client, key::StoreKey};
use plugin_host_server::clock::Clock;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};

use super::{Home, until};

/// A running server; dropping it stops it.
pub struct Server {
    stop: CancellationToken,
    serving: JoinHandle<Result<(), plugin_host_server::Error>>,
}

impl Server {
    /// Starts a server and waits until it serves, or says why it does not.
    pub async fn start(home: &Home) -> anyhow::Result<Self> {
        Self::start_at(home, Clock::system()).await
    }

    /// Starts a server with a clock of its own.
    pub async fn start_at(home: &Home, clock: Clock) -> anyhow::Result<Self> {
        let listener =
            TcpListener::bind(("127.0.0.1", home.port())).await.context("the server cannot listen")?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(plugin_host_server::run(home.settings()?, listener, clock, stop.clone()));
        let mut server = Self { stop, serving };
        until("the server serves", async || {
            if server.serving.is_finished() {
                let ended = (&mut server.serving).await?;
                return Err(ended.err().map_or_else(|| anyhow!("the server ended at once"), Into::into));
            }
            Ok(serves(home).await.then_some(()))
        })
        .await?;
        Ok(server)
    }

    /// Stops the server and waits until it has handed over its work.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        Ok((&mut self.serving).await??)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Whether a server of this home has made its admin key and says that it serves.
pub(super) async fn serves(home: &Home) -> bool {
    let Ok(Ok(key)) = std::fs::read_to_string(home.admin_key_file()).map(|text| StoreKey::parse(&text))
    else {
        return false;
    };
    // Not through the balancer, whose address the key carries; to ask for health no key is needed.
    let (scheme, _) = key.address().split_once("://").unwrap_or_default();
    let address = format!("{scheme}://127.0.0.1:{}", home.port());
    let nobody = StoreKey::new(key.kind(), address, key.pin(), key.id(), [0; 32]);
    let Ok(Ok(client)) = nobody.map(|key| Client::connect(&key)) else { return false };
    let health = client.health().check(HealthCheckRequest::default()).await;
    health.is_ok_and(|health| health.into_inner().status() == ServingStatus::Serving)
}
