//! The verbs: one file per kind of data.
//!
//! A run is a list of phases, a phase a cursor over pages. A page, or the few that are there already, is one
//! transaction that holds the data, the bindings, the counts and the cursor, so that a kill at any moment costs no more
//! than these pages read again.

mod carriers;
mod comparison;
mod counted_orders;
mod customers;
mod drift;
mod elsewhere;
mod end_of_day;
mod figures;
mod inventory;
mod order_lists;
mod orders;
mod products;
mod report;
mod seen;
mod shipments;
mod translation;

pub use figures::Figures;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::try_join;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::{Instrument as _, debug_span, info};

use crate::{
    bigcommerce::{self, ShippingOption, StoreApi},
    db::{self, Db, Lease, Place, SyncCursor, Tx},
    domain::{
        configuration::Configuration,
        run::{Counts, Phase, PhaseKind, PhaseState, Run, RunKind},
        stock::Excess,
        store::Store,
    },
    events::{self, Bus, Event, Severity},
    warehouse::{
        changes::{self, Change, ChangeKind, Origin},
        places::PlaceIds,
    },
};

/// Why a run did not get to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// BigCommerce.
    #[error(transparent)]
    BigCommerce(#[from] bigcommerce::Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The server is stopping; another one, or its next start, goes on.
    #[error("the server is stopping")]
    Stopped,
    /// Too much would change at once; a person must look at it (OQ-20).
    #[error("{}, so nothing was sent", words.join(", "))]
    Held {
        /// How much would change.
        excess: Excess,
        /// What of it is too much, in words.
        words: Vec<String>,
    },
    /// What the run needs is no longer there.
    #[error("{0}")]
    Missing(String),
}

type Result<T> = std::result::Result<T, Error>;

/// What the store may still have been writing down when it was read (OQ-9).
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);

/// How long a write to the store may take, and how long its traces are waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long a lease lasts.
    pub lease: Duration,
}

impl Patience {
    /// A write's time-out: shorter than a lease, so that no two workers ever have one under way.
    pub fn time_out(self) -> Duration {
        (self.lease * 2 / 3).min(Duration::from_secs(20))
    }

    /// When a write that was not answered can no longer be under way.
    pub fn settled(self) -> Duration {
        self.time_out() * 3
    }
}

/// Everything a run works with.
#[derive(Debug)]
pub struct Work {
    /// Where it writes: the database, or a copy in a dry run.
    pub db: Db,
    /// The server's database, which watchers read.
    pub live: Db,
    /// Tells watchers how it goes.
    pub bus: Bus,
    /// The store.
    pub api: StoreApi,
    /// What the run does.
    pub kind: RunKind,
    /// The right to work on it.
    pub lease: Lease,
    /// The store as the server knows it.
    pub store: Store,
    /// The configuration it began with.
    pub configuration: Configuration,
    /// Where its data goes.
    pub place: PlaceIds,
    /// How long a write may take.
    pub patience: Patience,
    /// Who asked for the run.
    pub asked_by: String,
    /// What a person lets this End of Day do.
    pub approved: Excess,
    /// What the numbers of its picking orders begin with.
    pub order_prefix: String,
    /// Set when the server stops.
    pub stop: CancellationToken,
    /// Whether nothing is kept.
    pub dry_run: bool,
    /// When watchers heard of it last.
    pub told: Arc<Mutex<Option<Instant>>>,
    /// What is counted of it.
    pub figures: Figures,
}

impl Work {
    /// Does what is left of a run, up to its report.
    pub async fn finish(&self) -> Result<()> {
        let run = self.db.existing_run(self.lease.run).await?;
        match self.kind {
            RunKind::Import => {
                try_join!(self.note_store_start(), self.phases(&run))?;
            }
            RunKind::Shipments => self.phases(&run).await?,
            _ => {
                // The cursor will stand where the store's clock stands now, before anything is read.
                self.note_store_start().await?;
                let done = self.phases(&run).await;
                if let Err(Error::Held { .. }) = &done {
                    // What a person must look at is kept with it.
                    report::keep(self, Vec::new()).await?;
                }
                done?;
            }
        }
        match self.kind {
            RunKind::Import | RunKind::SynchronizeProducts | RunKind::ImportInventory => {
                report::make(self).await
            }
            RunKind::Reconciliation => Ok(()),
            RunKind::EndOfDay => report::keep(self, Vec::new()).await,
            _ if self.dry_run => report::keep(self, Vec::new()).await,
            _ => Ok(()),
        }
    }

    /// Keeps the store's clock as it was when the run first began.
    async fn note_store_start(&self) -> Result<()> {
        if self.db.store_start(self.lease.run).await?.is_none() {
            let now = self.api.store_time().await?;
            self.db.keep_store_start(&self.lease, now).await?;
        }
        Ok(())
    }

    async fn phases(&self, run: &Run) -> Result<()> {
        // Small and independent of the rest, so it is read meanwhile.
        let mut shipping = run.phases.iter().any(|phase| phase.kind == PhaseKind::Carriers).then(|| {
            let api = self.api.clone();
            let reading = async move { api.shipping_options().await };
            AbortOnDropHandle::new(tokio::spawn(reading.in_current_span()))
        });
        for phase in &run.phases {
            if matches!(phase.state, PhaseState::Done | PhaseState::AlreadyDone) {
                continue;
            }
            if self.is_not_for_this_run(phase.kind).await? {
                let mut tx = self.page().await?;
                tx.end_phase(&self.lease, phase.kind, false, self.db.clock.now()).await?;
                tx.commit(&self.bus).await?;
                continue;
            }
            self.begin(phase.kind, phase.state == PhaseState::Running).await?;
            let began = Instant::now();
            let span = debug_span!("phase", otel.name = label(phase.kind), phase = phase.kind.word());
            self.phase(phase, &mut shipping).instrument(span).await?;
            self.figures.done(phase.kind, began.elapsed());
            info!(phase = phase.kind.word(), "phase done");
        }
        Ok(())
    }

    async fn phase(
        &self,
        phase: &Phase,
        shipping: &mut Option<AbortOnDropHandle<bigcommerce::Result<Vec<ShippingOption>>>>,
    ) -> Result<()> {
        match phase.kind {
            PhaseKind::Products => products::read(self, &phase.cursor).await,
            PhaseKind::Inventory => inventory::import(self, &phase.cursor).await,
            PhaseKind::Carriers => {
                let options = match shipping.take() {
                    Some(reading) => reading.await.map_err(|failed| Error::Missing(failed.to_string()))??,
                    None => self.api.shipping_options().await?,
                };
                carriers::import(self, &options).await
            }
            PhaseKind::Customers => customers::sync(self, &phase.cursor).await,
            PhaseKind::PickingOrders => orders::sync(self, &phase.cursor).await,
            PhaseKind::Shipments => shipments::send(self).await,
            PhaseKind::Counts => end_of_day::publish(self).await,
            PhaseKind::Comparison => comparison::compare(self).await,
        }
    }

    /// Whether a phase has nothing to do in this run.
    async fn is_not_for_this_run(&self, phase: PhaseKind) -> Result<bool> {
        // Under Manual Sync products come by their own action first, and blank means customers and orders (spec 1.2).
        if phase == PhaseKind::Products && self.kind == RunKind::Sync && self.store.grants.manual_sync {
            return Ok(self.db.cursor(self.store.id, phase).await?.is_none());
        }
        // Grants may have changed since the run was asked for, and another run have made the initial dataset.
        if self.kind.makes_initial(phase) && phase == PhaseKind::Inventory && !self.dry_run {
            let flags = self.db.one_time_flags(self.store.id).await?;
            return Ok(flags.iter().any(|(done, by, _)| *done == phase && *by != self.lease.run));
        }
        Ok(false)
    }

    /// From which instant of the store's clock on a kind of data is to be read; none where all of it is.
    async fn since(&self, phase: PhaseKind) -> Result<Option<Timestamp>> {
        if !self.kind.reads_changes() {
            return Ok(None);
        }
        Ok(self.db.cursor(self.store.id, phase).await?.map(|cursor| cursor.since))
    }

    /// Keeps the history of what a page changed.
    async fn note(&self, tx: &mut Tx, changes: Vec<Change>) -> Result<()> {
        let origin = Origin {
            division: self.place.division,
            store: Some(self.store.id),
            actor: format!("run {} ({})", self.lease.run.0, self.asked_by),
            run: Some(self.lease.run),
        };
        Ok(changes::note(&self.db, tx, &origin, changes).await?)
    }

    /// The codes of the place the data goes to.
    pub(crate) fn place_codes(&self) -> Place {
        Place {
            division: self.configuration.division.clone(),
            site: self.configuration.site.clone(),
            location: self.configuration.location.clone(),
            uom: self.configuration.uom.clone(),
        }
    }

    async fn begin(&self, phase: PhaseKind, again: bool) -> Result<()> {
        let mut tx = self.db.begin_leased(&self.lease).await?;
        tx.begin_phase(&self.lease, phase, self.db.clock.now()).await?;
        if !self.dry_run {
            let verb = if again { "goes on" } else { "begins" };
            let message = format!("{} {verb}.", label(phase));
            let change = events::Change::Run(self.lease.run);
            self.db.add_event(&mut tx, self.lease.store, Severity::Info, message, change).await?;
        }
        tx.commit(&self.bus).await?;
        Ok(())
    }

    /// A transaction for one page, unless the server is stopping.
    async fn page(&self) -> Result<Tx> {
        if self.stop.is_cancelled() {
            return Err(Error::Stopped);
        }
        Ok(self.db.begin_leased(&self.lease).await?)
    }

    /// Keeps a page and moves the phase on.
    async fn keep(
        &self,
        mut tx: Tx,
        phase: PhaseKind,
        cursor: &str,
        counts: Counts,
        expected: i64,
    ) -> Result<()> {
        tx.advance_phase(&self.lease, phase, cursor, counts, expected).await?;
        tx.commit(&self.bus).await?;
        self.figures.count(phase, counts);
        self.tell().await
    }

    /// Keeps the last page of a phase and notes that the phase is done, both or neither.
    async fn end_with(&self, mut tx: Tx, phase: PhaseKind, counts: Counts, expected: i64) -> Result<()> {
        tx.advance_phase(&self.lease, phase, "", counts, expected).await?;
        self.end(tx, phase).await?;
        self.figures.count(phase, counts);
        Ok(())
    }

    /// Notes that a phase is done: by an import for ever, by a sync up to where the store's clock stood.
    async fn end(&self, mut tx: Tx, phase: PhaseKind) -> Result<()> {
        let now = self.db.clock.now();
        let initial = self.kind.makes_initial(phase);
        let Counts { created, updated, .. } =
            tx.end_phase(&self.lease, phase, initial && !self.dry_run, now).await?;
        if initial {
            let new = format!("{created} made, {updated} changed");
            let change = Change::of(ChangeKind::Import, label(phase), "initial dataset", "", new);
            self.note(&mut tx, change.into_iter().collect()).await?;
        }
        if matches!(phase, PhaseKind::Products | PhaseKind::Customers | PhaseKind::PickingOrders)
            && self.kind != RunKind::Import
            && let Some(start) = self.db.store_start(self.lease.run).await?
        {
            let completed_at = (self.kind == RunKind::Sync).then_some(now);
            let cursor = SyncCursor { since: start - OVERLAP, completed_at };
            tx.move_cursor(self.store.id, phase, cursor).await?;
        }
        tx.commit(&self.bus).await?;
        Ok(())
    }

    /// Tells watchers how it goes, at most four times a second.
    async fn tell(&self) -> Result<()> {
        {
            let mut told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if told.is_some_and(|last| last.elapsed() < Duration::from_millis(250)) {
                return Ok(());
            }
            *told = Some(Instant::now());
        }
        let run: Run = self.db.existing_run(self.lease.run).await?;
        self.bus.publish(Event {
            store: self.lease.store,
            number: 0,
            at: self.live.clock.now(),
            severity: Severity::Info,
            message: String::new(),
            change: events::Change::Progress(Arc::new(run)),
            seen: Arc::default(),
        });
        Ok(self.live.notify_progress(self.lease.store).await?)
    }
}

/// What people call a phase.
pub(crate) fn label(phase: PhaseKind) -> &'static str {
    match phase {
        PhaseKind::Products => "Products",
        PhaseKind::Inventory => "Inventory",
        PhaseKind::Carriers => "Carriers",
        PhaseKind::PickingOrders => "Picking orders",
        PhaseKind::Shipments => "Shipments",
        PhaseKind::Counts => "Counts",
        PhaseKind::Customers => "Customers",
        PhaseKind::Comparison => "Comparison",
    }
}

/// A variant of the store in words people can search for.
fn variant_words(product: i64, variant: i64, sku: &str) -> String {
    // Some stores have SKUs of 255 characters; the ids tell records apart.
    let (sku, cut) = match sku.trim().char_indices().nth(40) {
        Some((end, _)) => (&sku.trim()[..end], "…"),
        None => (sku.trim(), ""),
    };
    let variant = if variant == 0 { String::new() } else { format!(", variant {variant}") };
    let sku = if sku.is_empty() { String::new() } else { format!(", SKU {sku}{cut}") };
    format!("product {product}{variant}{sku}")
}
