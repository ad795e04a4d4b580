//! Every figure with its name, its help and its unit: this file is the list of them.
//!
//! What is counted lives in this process. What is state is read from the database at each look, so that it is right
//! after a restart and the same on every replica: alerts take the highest of the replicas'. A figure has a label for the
//! store only where an alert names the store: eleven a store on each replica, so 22,000 for 2,000 stores; all others
//! together are fewer than 1,500, whatever the number of stores.

use std::{
    sync::atomic::AtomicU64,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};

use super::process;
use crate::{
    app::{App, Standing, StoreStanding},
    schedule::{
        self,
        scheduler::{Beats, Tick},
    },
};

/// The labels of a figure.
type Labels = Vec<(&'static str, String)>;

/// Where figures come from.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) app: App,
    pub(super) beats: Beats,
    pub(super) runs: schedule::Figures,
}

impl Figures {
    /// All figures as they are now.
    pub(super) async fn registry(&self, ready: bool) -> Registry {
        let mut registry = Registry::default();
        process::name(&mut registry);
        let ours = registry.sub_registry_with_prefix("plugin_host");
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        ours.register("build", "The version of this server", version);
        single(ours, "ready", "Whether this server is fit for everything, 1 or 0", None, f64::from(ready));
        self.name_runs(ours);
        self.name_bigcommerce(ours);
        self.name_ticks(ours);
        self.name_database(ours).await;
        registry
    }

    fn name_runs(&self, registry: &mut Registry) {
        let runs = &self.runs;
        let help = "Runs that ended on this server, by kind and outcome; dry runs are left out";
        registry.register("runs", help, runs.ended.clone());
        let help = "Runs this server has taken up that another, or its own last start, had begun";
        registry.register("runs_taken_over", help, runs.taken_over.clone());
        let help = "How long phases took from their start, or from being taken up again, to their end";
        registry.register_with_unit("phase_duration", help, Unit::Seconds, runs.sync.phases.clone());
        let help = "Records by phase and by what became of them";
        registry.register("records", help, runs.sync.records.clone());
    }

    fn name_bigcommerce(&self, registry: &mut Registry) {
        let calls = &self.app.api.figures;
        let help =
            "Requests to BigCommerce by endpoint and HTTP status; the status is none without an answer";
        registry.register("bigcommerce_requests", help, calls.calls.clone());
        let help = "How long requests to BigCommerce took, to the end of the answer";
        let seconds = calls.seconds.clone();
        registry.register_with_unit("bigcommerce_request_duration", help, Unit::Seconds, seconds);
        registry.register("bigcommerce_retries", "Requests that were made again", calls.retries.clone());
        let help = "How long was waited before requests were made again";
        registry.register_with_unit("bigcommerce_back_off", help, Unit::Seconds, calls.back_off.clone());
        let quotas = self.app.api.quotas();
        let left =
            quotas.iter().filter_map(|(hash, quota, _)| Some((of_store(hash), number((*quota)?.left))));
        let help = "Requests a store's quota has left in its present window";
        gauge(registry, "store_quota_left", help, None, left);
        let waited = quotas.iter().map(|(hash, _, waited)| (of_store(hash), waited.as_secs_f64()));
        let help = "How long requests have waited for a store's quota, all of them together";
        seconds_counted(registry, "store_quota_wait", help, waited);
    }

    fn name_ticks(&self, registry: &mut Registry) {
        let ages = Tick::ALL.map(|tick| (label("tick", tick.name()), self.beats.age(tick).as_secs_f64()));
        let help = "How long ago each tick of the scheduler was done last";
        gauge(registry, "tick_age", help, Some(Unit::Seconds), ages);
        let help = "How often the ticks were begun again because one had stopped";
        registry.register("tick_restarts", help, self.beats.restarts.clone());
        let watchers = number(self.app.bus.watchers() as u64);
        single(registry, "stream_watchers", "Status streams that are open on this server", None, watchers);
    }

    async fn name_database(&self, registry: &mut Registry) {
        let figures = &self.app.db.figures;
        let help = "How long transactions waited until they could begin";
        registry.register_with_unit("database_wait", help, Unit::Seconds, figures.waited.clone());
        let help = "How long it took until the changes of transactions were safe";
        registry.register_with_unit("database_commit", help, Unit::Seconds, figures.committed.clone());
        let began = Instant::now();
        let standing = self.app.standing().await;
        let help = "Whether the database answered when it was asked for these figures, 1 or 0";
        single(registry, "database_up", help, None, f64::from(standing.is_ok()));
        let help = "How long the database took to answer when it was asked for these figures";
        let took = began.elapsed().as_secs_f64();
        single(registry, "database_read", help, Some(Unit::Seconds), took);
        match standing {
            Ok(standing) => name_state(registry, &standing),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "figures are missing");
            }
        }
    }
}

/// What the database says, the same on every replica.
fn name_state(registry: &mut Registry, standing: &Standing) {
    let open = standing.open_runs;
    let states = [(label("state", "QUEUED"), open.queued), (label("state", "RUNNING"), open.running)];
    let help = "Runs that have not ended, by state";
    gauge(registry, "open_runs", help, None, states.map(|(labels, count)| (labels, count_of(count))));
    let help =
        "How long the oldest run that takes a moment has waited for nothing but a server that claims it";
    single(registry, "run_waiting", help, Some(Unit::Seconds), standing.waiting.as_secs_f64());
    let parked = standing.parked.iter();
    let parked = parked.map(|(reason, count)| (label("reason", reason.words().code), count_of(*count)));
    gauge(registry, "parked_records", "Records that wait for a person, by reason", None, parked);
    let owed = [
        (label("kind", "SHIPMENTS"), count_of(standing.owed.0)),
        (label("kind", "ORDER_STATES"), count_of(standing.owed.1)),
    ];
    gauge(registry, "outbox_depth", "What stores are owed and have not got yet, by kind", None, owed);

    let stores = &standing.stores;
    let mut each = |name, help, unit, value: &dyn Fn(&StoreStanding) -> Option<f64>| {
        let rows = stores.iter().filter_map(|store| Some((of_store(&store.hash), value(store)?)));
        gauge(registry, name, help, unit, rows);
    };
    let seconds = |duration: Option<Duration>| duration.map(|duration| duration.as_secs_f64());
    let help = "Whether BigCommerce takes the store's access token, 1 or 0";
    each("store_connected", help, None, &|store| Some(f64::from(store.connected)));
    let help = "When the store's last sync was complete, since 1970; before the first, its initial dataset";
    each("store_synced_timestamp", help, Some(Unit::Seconds), &|store| store.synced_at.map(instant));
    let help = "How long a sync of the store has been due by its schedule and not complete";
    each("store_sync_overdue", help, Some(Unit::Seconds), &|store| seconds(store.sync_overdue));
    let help = "When the store's last End of Day was complete, since 1970";
    let at: &dyn Fn(&StoreStanding) -> Option<f64> = &|store| store.end_of_day_at.map(instant);
    each("store_end_of_day_timestamp", help, Some(Unit::Seconds), at);
    let help = "How long an End of Day of the store has been due by its schedule and not complete";
    let overdue: &dyn Fn(&StoreStanding) -> Option<f64> = &|store| seconds(store.end_of_day_overdue);
    each("store_end_of_day_overdue", help, Some(Unit::Seconds), overdue);
    let help = "Records of the store that wait for a person";
    each("store_parked_records", help, None, &|store| Some(count_of(store.parked)));
    let help = "How long the oldest thing that the store is owed has waited; 0 when it is owed nothing";
    each("store_outbox_age", help, Some(Unit::Seconds), &|store| seconds(Some(store.owed_for)));
    let help = "Counts that the store's newest End of Day or reconciliation found changed in the store";
    each("store_drifted_counts", help, None, &|store| Some(count_of(store.drifted)));
    let ends = stores.iter().filter_map(|store| {
        let state = store.end_of_day?.word().to_owned();
        Some((vec![("store", store.hash.clone()), ("state", state)], 1.0))
    });
    let help = "How the store's newest End of Day ended: always 1, the label says how";
    gauge(registry, "store_end_of_day", help, None, ends);
}

/// Names a figure that is what it is now.
pub(super) fn gauge(
    registry: &mut Registry,
    name: &str,
    help: &str,
    unit: Option<Unit>,
    rows: impl IntoIterator<Item = (Labels, f64)>,
) {
    let family = Family::<Labels, Gauge<f64, AtomicU64>>::default();
    for (labels, value) in rows {
        family.get_or_create(&labels).set(value);
    }
    match unit {
        Some(unit) => registry.register_with_unit(name, help, unit, family),
        None => registry.register(name, help, family),
    }
}

/// Names seconds that were counted elsewhere.
pub(super) fn seconds_counted(
    registry: &mut Registry,
    name: &str,
    help: &str,
    rows: impl IntoIterator<Item = (Labels, f64)>,
) {
    let family = Family::<Labels, Counter<f64, AtomicU64>>::default();
    for (labels, value) in rows {
        family.get_or_create(&labels).inc_by(value);
    }
    registry.register_with_unit(name, help, Unit::Seconds, family);
}

fn single(registry: &mut Registry, name: &str, help: &str, unit: Option<Unit>, value: f64) {
    gauge(registry, name, help, unit, [(Vec::new(), value)]);
}

fn label(name: &'static str, value: &str) -> Labels {
    vec![(name, value.to_owned())]
}

fn of_store(hash: &str) -> Labels {
    label("store", hash)
}

#[expect(clippy::cast_precision_loss, reason = "figures beyond 2^53 are no longer told apart")]
pub(super) fn number(value: u64) -> f64 {
    value as f64
}

fn count_of(count: i64) -> f64 {
    number(u64::try_from(count).unwrap_or_default())
}

fn instant(at: Timestamp) -> f64 {
    at.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64()
}
