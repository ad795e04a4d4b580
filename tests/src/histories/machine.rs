//! A server that can be stopped dead: it has threads of its own, which end in the middle of what they do.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use plugin_host_server::clock::Clock;
use tokio::{net::TcpListener, runtime::Runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::harness::{Home, until};

/// A running server.
pub(super) struct Machine {
    runtime: Option<Runtime>,
    serving: JoinHandle<Result<(), plugin_host_server::Error>>,
    stop: CancellationToken,
}

impl Machine {
    /// Starts a server and waits until it listens.
    pub(super) async fn start(home: &Home, clock: Clock) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let stop = CancellationToken::new();
        let (settings, port, stopping) = (home.settings()?, home.port(), stop.clone());
        let listener = runtime.spawn(TcpListener::bind(("127.0.0.1", port))).await;
        let listener = listener.map_err(anyhow::Error::from).and_then(|bound| Ok(bound?));
        let listener = match listener {
            Ok(listener) => listener,
            Err(error) => {
                runtime.shutdown_background();
                return Err(error.context("the server cannot listen"));
            }
        };
        let serving = runtime.spawn(plugin_host_server::run(settings, listener, clock, stopping));
        let mut machine = Self { runtime: Some(runtime), serving, stop };
        // From here on connections wait until they are served; only the first key must be there before one is made.
        until("the first key is there", async || {
            if machine.serving.is_finished() {
                let ended = (&mut machine.serving).await?;
                return Err(ended.err().map_or_else(|| anyhow!("the server ended at once"), Into::into));
            }
            Ok(home.admin_key_file().is_file().then_some(()))
        })
        .await?;
        Ok(machine)
    }

    /// Stops it as a person does, and waits until it has handed over its work.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(20), &mut self.serving)
            .await
            .context("the server does not stop")???;
        Ok(())
    }

    /// Stops it as a power failure does.
    pub(super) async fn crash(mut self) -> anyhow::Result<()> {
        let Some(runtime) = self.runtime.take() else { return Ok(()) };
        Ok(tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(10))).await?)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
