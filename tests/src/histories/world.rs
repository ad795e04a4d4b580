//! A store, its servers and its people, who do what a history says.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use jiff::SignedDuration;
use plugin_host_proto::v1::{
    Configuration, DriftPolicy, EndOfDayRequest, GuestRule, OpenOrders, PickupRule, Run, RunState,
    ShipmentRule, StockScope, SyncRequest,
};
use plugin_host_server::clock::Clock;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{
    check,
    machine::Machine,
    model::Model,
    shop,
    step::{History, Step},
    trouble::Signal,
};
use crate::{
    harness::{Engine, Home, Operator, defaults, options, store_with},
    sandbox::{Catalogue, Options, Sandbox},
};

/// How long a history may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A promise that was broken.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Which one, in a few words that stay the same.
    pub promise: &'static str,
    /// What was found.
    pub detail: String,
}

/// What a history came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What happened, one sentence each.
    pub story: Vec<String>,
    /// The first promise that was broken.
    pub broken: Option<Broken>,
    /// How often a server was stopped dead.
    pub crashes: u32,
    /// How many requests went wrong.
    pub faults: u32,
    /// How many things happened while a server was at work.
    pub meanwhile: u32,
    /// How many runs there were.
    pub runs: u32,
}

/// Why a history ends early: a promise, or the test itself.
#[derive(Debug)]
pub(super) enum Stop {
    /// A promise was broken.
    Broken(Broken),
    /// Something that is no promise failed.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) type Result<T> = std::result::Result<T, Stop>;

/// A broken promise.
pub(super) fn broken<T>(promise: &'static str, detail: impl Into<String>) -> Result<T> {
    Err(Stop::Broken(Broken { promise, detail: detail.into() }))
}

/// Everything a history runs in.
pub(super) struct World {
    pub(super) sandbox: Sandbox,
    pub(super) operator: Operator,
    homes: Vec<Home>,
    pub(super) machines: Vec<Machine>,
    pub(super) clock: Clock,
    pub(super) model: Arc<Mutex<Model>>,
    pub(super) signals: UnboundedReceiver<Signal>,
    pub(super) sender: UnboundedSender<Signal>,
    /// What is to happen during the next run.
    pub(super) armed: Vec<Step>,
    /// How many requests there were before, which tells the keys of requests apart.
    pub(super) requests: u32,
    /// Whether anything happened while the newest run was at work.
    pub(super) disturbed: bool,
    pub(super) outcome: Outcome,
}

/// Lets a history happen, and says what it came to.
pub async fn play(engine: Engine, history: &History) -> anyhow::Result<Outcome> {
    let mut world = World::open(engine, history).await?;
    let whole = async {
        world.tell(history).await?;
        check::after_quiet(&mut world).await
    };
    let ended = match tokio::time::timeout(PATIENCE, whole).await {
        Ok(ended) => ended,
        Err(_) => broken("a history comes to its end", format!("not within {} seconds", PATIENCE.as_secs())),
    };
    let World { mut outcome, machines, sandbox, .. } = world;
    match ended {
        Ok(()) => {}
        Err(Stop::Broken(broken)) => outcome.broken = Some(broken),
        Err(Stop::Failed(error)) => {
            let detail = format!("{error:#}");
            outcome.broken = Some(Broken { promise: "everything can be asked", detail });
        }
    }
    for machine in machines {
        machine.crash().await?;
    }
    drop(sandbox);
    Ok(outcome)
}

impl World {
    async fn open(engine: Engine, history: &History) -> anyhow::Result<Self> {
        let sandbox = store_with(Options { catalogue: Catalogue::clean(0), ..options() }).await?;
        let model = sandbox.with_store(|store| shop::open(history.shop, store));
        let mut homes = vec![Home::new(engine, &sandbox).await?];
        let address = format!("http://127.0.0.1:{}", homes[0].port());
        homes[0].set("tls", "off");
        homes[0].set("public_address", address);
        if engine == Engine::Postgres {
            homes[0].set("lease_ms", 600);
            homes.push(homes[0].replica()?);
        }
        let clock = Clock::manual(Clock::system().now());
        let mut machines = Vec::new();
        for home in &homes {
            machines.push(Machine::start(home, clock.clone()).await?);
        }
        let operator = Operator::of_new_store(&homes[0], &sandbox).await?;
        operator.configure(configuration()).await?;
        let run = operator.import_and_wait(false).await?;
        anyhow::ensure!(run.state() == RunState::Complete, "the import: {run:?}");
        let (sender, signals) = unbounded_channel();
        let outcome = Outcome { runs: 1, ..Outcome::default() };
        let mut world = Self {
            sandbox,
            operator,
            homes,
            machines,
            clock,
            model: Arc::new(Mutex::new(model)),
            signals,
            sender,
            armed: Vec::new(),
            requests: 0,
            disturbed: false,
            outcome,
        };
        let opening = world.opening(history);
        world.say(opening);
        Ok(world)
    }

    fn opening(&self, history: &History) -> String {
        let model = self.model();
        let rule = if history.shop.deducts_when_placed { "is placed" } else { "is shipped" };
        let mut words = format!("a store that deducts when an order {rule}");
        if !history.shop.shipping_moves_status {
            words.push_str(" and leaves the status to its people");
        }
        for (number, good) in model.goods.iter().enumerate() {
            let _ = write!(words, ", {} of {}", good.shelf, Model::name(number));
        }
        for order in &model.orders {
            let lines: Vec<String> = order
                .lines
                .iter()
                .map(|line| format!("{} of {} ({} sent)", line.quantity, Model::name(line.good), line.before))
                .collect();
            let _ = write!(words, "; order {} for {}", order.id, lines.join(", "));
        }
        words
    }

    /// The truth.
    pub(super) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the orders of the store as they are now.
    pub(super) fn look(&self) {
        self.sandbox.with_store(|store| self.model().look(store));
    }

    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        self.outcome.story.push(sentence.into());
    }

    async fn tell(&mut self, history: &History) -> Result<()> {
        check::stock(self).await?;
        let mut steps = history.steps.iter().copied().peekable();
        while let Some(step) = steps.next() {
            if let Step::Meanwhile { request } = step {
                let next = steps.next_if(|next| next.is_in_store() || next.is_in_warehouse());
                if let Some(next) = next {
                    self.arm_meanwhile(request, next);
                }
            } else {
                self.take(step).await?;
            }
        }
        Ok(())
    }

    /// Lets one thing happen.
    async fn take(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Sync {} => self.sync().await.map(drop),
            Step::Day {} => self.day().await.map(drop),
            Step::Fault { .. } | Step::Crash { .. } => {
                self.armed.push(step);
                Ok(())
            }
            Step::Restart {} => {
                self.say("the server is restarted");
                for machine in std::mem::take(&mut self.machines) {
                    machine.stop().await?;
                }
                self.start().await
            }
            Step::Wait { minutes } => {
                self.say(format!("{minutes} minutes pass"));
                self.advance(i64::from(minutes));
                Ok(())
            }
            Step::StoreAhead { minutes } => {
                self.say(format!("the store's clock goes {minutes} minutes ahead"));
                self.sandbox.clock().advance(Duration::from_mins(minutes.into()));
                Ok(())
            }
            Step::Back { minutes } => {
                self.say(format!("the server's clock is put back by {minutes} minutes"));
                self.clock.set(self.clock.now() - SignedDuration::from_mins(minutes.into()));
                Ok(())
            }
            step if step.is_in_store() => {
                // The store first and then the model, as requests do it.
                let told = self.sandbox.with_store(|store| shop::happen(step, store, &mut self.model()));
                if let Some(told) = told {
                    self.say(told);
                }
                Ok(())
            }
            step => self.work(step).await,
        }
    }

    /// Lets time pass for everybody.
    pub(super) fn advance(&mut self, minutes: i64) {
        self.clock.set(self.clock.now() + SignedDuration::from_mins(minutes));
        self.sandbox.clock().advance(Duration::from_mins(minutes.unsigned_abs()));
    }

    pub(super) async fn sync(&mut self) -> Result<Run> {
        self.arm();
        let asked = self.operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
        let run = self.finish(asked.run.context("there is no run")?.run_id).await?;
        self.say(format!("sync: {}", ending(&run)));
        Ok(run)
    }

    pub(super) async fn day(&mut self) -> Result<Run> {
        self.arm();
        let mut approved_run_id = 0;
        loop {
            let request = EndOfDayRequest { approved_run_id, ..EndOfDayRequest::default() };
            let asked = self.operator.client.plugin_host().end_of_day(request).await?.into_inner();
            let run = self.finish(asked.run.context("there is no run")?.run_id).await?;
            self.say(format!("End of Day: {}", ending(&run)));
            if run.state() == RunState::Held {
                approved_run_id = run.run_id;
                continue;
            }
            if run.state() != RunState::Failed {
                check::published(self).await?;
            }
            return Ok(run);
        }
    }

    /// Waits for the end of a run, through whatever happens meanwhile.
    async fn finish(&mut self, run_id: i64) -> Result<Run> {
        self.disturbed = false;
        let began = std::time::Instant::now();
        let run = loop {
            self.heed().await?;
            let run = self.operator.run(run_id).await?;
            if !matches!(run.state(), RunState::Queued | RunState::Running) {
                break run;
            }
            if began.elapsed() > PATIENCE {
                return broken("no run is stuck", format!("{run:?}"));
            }
        };
        self.disarm();
        self.heed().await?;
        self.outcome.runs += 1;
        Ok(run)
    }

    /// Waits until no run is queued or at work.
    pub(super) async fn idle(&mut self) -> Result<()> {
        let began = std::time::Instant::now();
        loop {
            self.heed().await?;
            let status = self.operator.status().await?;
            if status.running.is_none() && status.queued.is_empty() {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                return broken("no run is stuck", format!("{:?}", status.running));
            }
        }
    }

    /// Starts the servers again.
    pub(super) async fn start(&mut self) -> Result<()> {
        for home in &self.homes {
            self.machines.push(Machine::start(home, self.clock.clone()).await?);
        }
        self.operator = Operator::with_key(self.operator.key.clone())?;
        Ok(())
    }

    /// What the store shows of some goods.
    pub(super) fn shown(&self, variant: u32) -> Option<i64> {
        self.sandbox.with_store(|store| store.stock(variant, 1))
    }

    /// The item numbers of variants that have one.
    pub(super) async fn items(&self) -> Result<BTreeMap<u32, (String, i64)>> {
        let items = self.operator.items().await?;
        let of_item = |item: plugin_host_proto::v1::Item| {
            let (number, on_hand) = (item.item_number, item.on_hand);
            item.bindings
                .into_iter()
                .filter_map(move |one| Some((u32::try_from(one.variant_id).ok()?, (number.clone(), on_hand))))
        };
        Ok(items.into_iter().flat_map(of_item).collect())
    }
}

/// What the store's people chose: shipments are asked for by hand, everything else is as usual.
fn configuration() -> Configuration {
    Configuration {
        imported_status_ids: vec![11, 9, 8, 3],
        stock_scope: StockScope::DefaultSite.into(),
        open_orders: OpenOrders::Division.into(),
        guest_rule: GuestRule::ByEmail.into(),
        shipment_rule: ShipmentRule::ByHand.into(),
        hold_at_zero_percent: 20,
        drift_policy: DriftPolicy::WarehouseWins.into(),
        pickup_rule: PickupRule::Leave.into(),
        ..defaults()
    }
}

fn ending(run: &Run) -> String {
    match run.state() {
        RunState::Complete => "complete".to_owned(),
        RunState::CompleteWithParked => "complete, with parked records".to_owned(),
        RunState::Held => format!("held: {}", run.problem),
        _ => format!("failed: {}", run.problem),
    }
}
