//! A BigCommerce store that runs on this machine: a real HTTP server with a real store's behaviour.
//!
//! Start one with [`Sandbox::start`] on a bound listener, point a client at [`Sandbox::base_url`], and
//! change or inspect the store with [`Sandbox::with_store`] while requests arrive. The same can be done
//! over HTTP at `/_sandbox/...`, see [`admin`].

pub mod admin;
mod cache;
mod call;
mod clock;
mod cursor;
mod faults;
mod json;
mod log;
mod paging;
mod query;
mod quota;
mod reply;
mod routes;
mod seed;
mod server;
pub mod shopper;
pub mod store;
mod tls;
mod v2;
mod v3;
mod warm;
mod wire;
mod world;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::clock::Clock;
pub use self::faults::{Fault, Matcher, Script};
pub use self::log::{Counter, Counts, Entry, RequestLog};
pub use self::routes::ALL_SCOPES;
pub use self::seed::Catalogue;
use self::store::Store;
use self::world::World;

/// How a sandbox is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// The hash that names the store in every path.
    pub store_hash: String,
    /// The token that every request must carry.
    pub token: String,
    /// The scopes of that token.
    pub scopes: BTreeSet<String>,
    /// What the store starts with.
    pub catalogue: Catalogue,
    /// Requests allowed in each window; 0 for unlimited.
    pub quota: u64,
    /// How long a window is.
    pub quota_window: Duration,
    /// How long every reply takes, at least.
    pub latency: Duration,
    /// How long an accepted stock adjustment stays invisible.
    pub inventory_delay: Duration,
    /// What the store's clock reads at the start; the machine's time, unless told.
    pub starts_at: Option<Timestamp>,
    /// Whether it speaks HTTPS, with a certificate of its own.
    pub tls: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            store_hash: "sandbox1".to_owned(),
            token: "sandboxtoken".to_owned(),
            scopes: ALL_SCOPES.map(str::to_owned).into(),
            catalogue: Catalogue::clean(10),
            quota: 0,
            quota_window: Duration::from_secs(30),
            latency: Duration::ZERO,
            inventory_delay: Duration::ZERO,
            starts_at: None,
            tls: false,
        }
    }
}

/// A running sandbox; dropping it stops it.
pub struct Sandbox {
    world: Arc<World>,
    certificate_pem: Option<String>,
    stop: watch::Sender<bool>,
    /// None for a store beside another, which is served with that one.
    accepting: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Fills the store and serves it on a listener that is bound already.
    pub async fn start(options: Options, listener: TcpListener) -> io::Result<Self> {
        let identity = options.tls.then(tls::Identity::generate).transpose()?;
        let scheme = if identity.is_some() { "https" } else { "http" };
        let origin = format!("{scheme}://{}", listener.local_addr()?);
        let world = tokio::task::spawn_blocking(move || Arc::new(World::open(options, origin))).await?;
        let (stop, stopped) = watch::channel(false);
        let (acceptor, certificate_pem) = match identity {
            Some(identity) => (Some(identity.acceptor), Some(identity.certificate_pem)),
            None => (None, None),
        };
        let accepting = Some(tokio::spawn(server::accept(listener, acceptor, Arc::clone(&world), stopped)));
        Ok(Self { world, certificate_pem, stop, accepting })
    }

    /// Opens another store on the same listener, with a hash, goods, a clock and a quota of its own; it is served for
    /// as long as this one.
    #[must_use]
    pub fn open_beside(&self, options: Options) -> Self {
        let world = Arc::new(World::open(options, self.world.origin.clone()));
        self.world.add_neighbour(Arc::clone(&world));
        Self {
            world,
            certificate_pem: self.certificate_pem.clone(),
            stop: watch::Sender::new(false),
            accepting: None,
        }
    }

    /// Scheme and authority, such as `http://127.0.0.1:40123`; clients append `/stores/{hash}/v3/...`.
    pub fn base_url(&self) -> &str {
        &self.world.origin
    }

    /// Where the store's API begins: `http://127.0.0.1:40123/stores/{hash}`.
    pub fn store_url(&self) -> String {
        self.world.store_url()
    }

    /// The hash that names the store.
    pub fn store_hash(&self) -> &str {
        &self.world.options.store_hash
    }

    /// The token that requests must carry.
    pub fn token(&self) -> String {
        self.world.access.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Issues another token with these scopes; the one before is worth nothing any more.
    pub fn issue_token(&self, token: &str, scopes: impl IntoIterator<Item = String>) {
        let access = (token.to_owned(), scopes.into_iter().collect());
        *self.world.access.write().unwrap_or_else(PoisonError::into_inner) = access;
    }

    /// The certificate to trust, when it speaks HTTPS.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }

    /// The store's clock.
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// What has been asked so far.
    pub fn log(&self) -> &RequestLog {
        &self.world.log
    }

    /// Changes the store, or looks at it; no request is answered meanwhile.
    pub fn with_store<R>(&self, change: impl FnOnce(&mut Store) -> R) -> R {
        self.world.write(change)
    }

    /// Lets requests go wrong.
    pub fn script(&self, script: Script) {
        self.world.faults.add(script);
    }

    /// Changes the store when the `nth` matching request (from 1) arrives, before it is answered.
    pub fn on_request(&self, matcher: Matcher, nth: u32, change: impl FnOnce(&mut Store) + Send + 'static) {
        self.world.faults.on_request(matcher, nth, Box::new(change));
    }

    /// Forgets all scripts and hooks.
    pub fn clear_scripts(&self) {
        self.world.faults.clear();
    }

    /// Closes the store for maintenance (503 for everything), or opens it again.
    pub fn set_maintenance(&self, closed: bool) {
        self.world.maintenance.store(closed, Ordering::Relaxed);
    }

    /// Renders ahead the pages that clients usually ask for, and says how many.
    pub async fn warm(&self) -> usize {
        let world = Arc::clone(&self.world);
        tokio::task::spawn_blocking(move || warm::render(&world)).await.unwrap_or(0)
    }

    /// Renders ahead so many pages of one list, exactly as a client asks for them: `path` below the store,
    /// `query` without `page`.
    pub async fn warm_list(&self, path: &str, query: &str, pages: usize) {
        let (world, path, query) = (Arc::clone(&self.world), path.to_owned(), query.to_owned());
        let rendering = tokio::task::spawn_blocking(move || warm::render_list(&world, &path, &query, pages));
        // A page that could not be rendered ahead is rendered when it is asked for.
        let _ = rendering.await;
    }

    /// Stops accepting, lets the requests under way finish for a moment, and waits for the end.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(accepting) = &mut self.accepting {
            // The task ends by itself; that it was cancelled is an end, too.
            let _ = accepting.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
    }
}
