//! A BigCommerce store on this machine, for a first look and for tests by hand.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use plugin_host_tests::sandbox::{Catalogue, Options, Sandbox};
use tokio::net::TcpListener;

/// Runs a BigCommerce store on this machine.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// How many products the store has.
    #[arg(long, default_value_t = 1_000)]
    products: u32,
    /// How many orders the store has.
    #[arg(long, default_value_t = 50)]
    orders: u32,
    /// What the random goods and orders start from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Mix in the kinds of trouble that real catalogues have (the default).
    #[arg(long, overrides_with = "clean")]
    ugly: bool,
    /// One base variant a product, dense ids, no trouble.
    #[arg(long)]
    clean: bool,
    /// How long every reply takes, at least.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    latency_ms: u64,
    /// How long an accepted stock adjustment stays invisible.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    inventory_delay_ms: u64,
    /// Requests allowed in each 30 seconds; 0 for unlimited.
    #[arg(long, default_value_t = 0)]
    quota: u64,
    /// The token that requests must carry.
    #[arg(long, default_value = "sandboxtoken")]
    token: String,
    /// The hash that names the store.
    #[arg(long, default_value = "sandbox1")]
    store_hash: String,
    /// Speak HTTPS and write the self-signed certificate to this file.
    #[arg(long, value_name = "CERTIFICATE")]
    tls: Option<PathBuf>,
    /// Render the usual pages before the first request.
    #[arg(long)]
    warm: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let options = Options {
        store_hash: arguments.store_hash,
        token: arguments.token,
        catalogue: Catalogue {
            products: arguments.products,
            orders: arguments.orders,
            seed: arguments.seed,
            ugly: arguments.ugly || !arguments.clean,
        },
        quota: arguments.quota,
        latency: Duration::from_millis(arguments.latency_ms),
        inventory_delay: Duration::from_millis(arguments.inventory_delay_ms),
        tls: arguments.tls.is_some(),
        ..Options::default()
    };
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    let sandbox = Sandbox::start(options, listener).await.context("cannot start the store")?;
    if let (Some(path), Some(pem)) = (&arguments.tls, sandbox.certificate_pem()) {
        tokio::fs::write(path, pem).await.with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.warm {
        sandbox.warm().await;
    }
    writeln!(std::io::stdout(), "listening on {} token {}", sandbox.store_url(), sandbox.token())?;
    tokio::signal::ctrl_c().await.context("cannot wait for the signal to stop")?;
    sandbox.stop().await;
    Ok(())
}
