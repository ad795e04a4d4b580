//! Starts a store and servers for it, and speaks with them as their users do.
//!
//! A [`Home`] is what outlives a server: its settings, its data folder and its database. On it run a [`Server`] in
//! this process or a [`Process`] that can be killed, one after the other. An [`Operator`] has nothing but a store key.

mod balancer;
mod collector;
mod dataset;
pub mod earlier;
mod home;
pub mod kills;
mod line;
mod mailbox;
mod monitor;
mod operator;
pub mod postgres;
mod process;
mod receiver;
mod server;
mod trace;

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::net::TcpListener;

pub use self::balancer::Balancer;
pub use self::collector::Collector;
pub use self::dataset::{Dataset, ItemRow, VariantKey, variant_in};
pub(crate) use self::home::free_port;
pub use self::home::{Engine, Home};
pub use self::line::Line;
pub use self::mailbox::{Mail, Mailbox};
pub use self::monitor::{Figure, Figures, Monitor};
pub use self::operator::{Operator, connect_store, defaults, is_final};
pub use self::process::Process;
pub(crate) use self::process::program;
pub use self::receiver::{Posted, Receiver};
pub use self::server::Server;
pub use self::trace::{Press, Trace};
use crate::sandbox::{Catalogue, Options, Sandbox};

/// The access token of the sandboxes: as long and as plain as BigCommerce's.
pub const TOKEN: &str = "sandbox0access1token2of3a4store";

/// How long anything may take before a test gives it up.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(15);

/// Starts a store with these goods.
pub async fn store(catalogue: Catalogue) -> anyhow::Result<Sandbox> {
    store_with(Options { catalogue, ..options() }).await
}

/// Starts a store set up in any way.
pub async fn store_with(options: Options) -> anyhow::Result<Sandbox> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("the store cannot listen")?;
    Sandbox::start(options, listener).await.context("the store cannot start")
}

/// How stores are set up unless a test says otherwise.
pub fn options() -> Options {
    Options { token: TOKEN.to_owned(), ..Options::default() }
}

/// Asks again and again until there is an answer, for as long as anything may take.
pub async fn until<T>(
    what: &str,
    mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if began.elapsed() > PATIENCE {
            bail!("{what}: not within {} seconds", PATIENCE.as_secs());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
