//! What the server can be asked to do. Scheduler and clients alike only ask here; a worker does the work.

mod configure;
mod cursor;
mod explain;
mod keys;
mod notifications;
mod orders;
mod overview;
mod parked;
mod places;
mod runs;
mod standing;
mod status;
mod stores;

use std::sync::Arc;

use plugin_host_proto::key::KeyKind;
use tokio::sync::Notify;

use crate::{
    bigcommerce::{self, Api},
    db::{self, Db, Key},
    domain::{
        configuration::Violation,
        store::{Missing, Store, StoreId},
    },
    events::Bus,
    post::Post,
    sync::Patience,
};

pub use configure::Examined;
pub use cursor::Preview;
pub use explain::Explanation;
pub use keys::{Connected, Issued, working_key};
pub use orders::{Parcel, PickRequest, ShipRequest};
pub use overview::Overview;
pub use parked::Decision;
pub use places::AdjustmentRequest;
pub use runs::RunRequest;
pub use standing::{Standing, StoreStanding};
pub(crate) use status::run_words;
pub use status::{AllowedAction, Status};

/// Why a request was not granted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields cannot be taken as they are.
    #[error("{}", words(.0))]
    Invalid(Vec<Violation>),
    /// Things are missing first.
    #[error("{}", .0.iter().map(|missing| missing.message.as_str()).collect::<Vec<_>>().join(" "))]
    NotReady(Vec<Missing>),
    /// There is no such thing, or this key may not see it.
    #[error("there is no {0}")]
    NotFound(String),
    /// It exists already.
    #[error("{0} exists already; choose another code")]
    Exists(String),
    /// Somebody else changed it first.
    #[error("the configuration is at revision {current} by now; read it again and repeat the change")]
    Stale {
        /// The revision in force.
        current: i64,
    },
    /// The key may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// It cannot be done as things are.
    #[error("{0}")]
    Refused(String),
    /// BigCommerce.
    #[error(transparent)]
    BigCommerce(#[from] bigcommerce::Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// What a request answers.
pub type Result<T> = std::result::Result<T, Error>;

fn words(violations: &[Violation]) -> String {
    violations.iter().map(|v| format!("{}: {}", v.field, v.message)).collect::<Vec<_>>().join(" ")
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The key that was shown.
    pub key: Key,
}

impl Caller {
    /// Who it is, for audit and runs.
    pub fn name(&self) -> String {
        let kind = match self.key.kind {
            KeyKind::Admin => "admin",
            KeyKind::Operator => "operator",
            KeyKind::Monitor => "monitor",
            KeyKind::MonitorAll => "monitor-all",
        };
        match self.key.label.as_str() {
            "" => format!("{kind} key {}", self.key.id),
            label => format!("{kind} key {} ({label})", self.key.id),
        }
    }

    /// Everything that stands in the way of something this caller would do, from what else does.
    pub fn obstacles(&self, others: impl IntoIterator<Item = Missing>) -> Vec<Missing> {
        let reads = matches!(self.key.kind, KeyKind::Monitor | KeyKind::MonitorAll);
        let read_only = reads.then(|| Missing {
            code: "READ_ONLY_KEY",
            message: "This key only reads: connect with a store key to change something.".to_owned(),
            field: "",
        });
        read_only.into_iter().chain(others).collect()
    }

    /// The only store this key may see; none when it may see all.
    pub fn only_store(&self) -> Option<StoreId> {
        self.key.store
    }
}

/// The server's parts that requests need.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Tells watchers.
    pub bus: Bus,
    /// BigCommerce.
    pub api: Api,
    /// Mail and posts.
    pub post: Post,
    /// Wakes the worker.
    pub wake: Arc<Notify>,
    /// How long writes to stores may take.
    pub patience: Patience,
    /// How clients reach this server, which store keys carry.
    pub address: String,
    /// SHA-256 of the authority's public key, which store keys carry; none behind a publicly trusted certificate.
    pub pin: Option<[u8; 32]>,
}

impl App {
    /// The store a request is about: the one it names, or the key's own.
    pub async fn store(&self, caller: &Caller, hash: &str) -> Result<Store> {
        let own = match caller.only_store() {
            Some(id) => self.db.store(id).await?,
            None if hash.is_empty() => {
                let message = "No store was named, and this key is not of one alone: name it by its store hash, \
                               with --store on the command line.";
                return Err(Error::Invalid(vec![Violation::new("store_id", message)]));
            }
            None => self.db.store_by_hash(hash).await?,
        };
        own.filter(|store| hash.is_empty() || store.hash == hash)
            .ok_or_else(|| Error::NotFound(format!("store {hash} for this key")))
    }

    /// The stores a key may see.
    pub async fn stores(&self, caller: &Caller) -> Result<Vec<Store>> {
        let mut stores = self.db.stores().await?;
        stores.retain(|store| caller.only_store().is_none_or(|only| only == store.id));
        Ok(stores)
    }
}
