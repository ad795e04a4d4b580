//! A store, its servers and its people, who do what a history says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use jiff::SignedDuration;
use plugin_host_proto::{
    client::StatusStream,
    v1::{EndOfDayRequest, Run, RunState, SetSyncCursorRequest, SyncRequest},
};
use plugin_host_server::clock::Clock;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tonic::Code;

use super::{
    check,
    history::{History, Shop},
    machine::Machine,
    model::Model,
    opening::configuration,
    published, shop,
    step::Step,
    trouble::{LATE, Signal},
};
use crate::{
    harness::{Balancer, Engine, Home, Operator, until},
    sandbox::Sandbox,
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
    pub(super) began: std::time::Instant,
    /// What its people chose.
    pub(super) shop: Shop,
    pub(super) sandbox: Sandbox,
    pub(super) operator: Operator,
    /// Tells when it is worth looking again.
    pub(super) watch: StatusStream,
    /// In front of two replicas.
    pub(super) balancer: Option<Balancer>,
    pub(super) homes: Vec<Home>,
    /// The server of each home, unless it stands still.
    pub(super) machines: Vec<Option<Machine>>,
    pub(super) clock: Clock,
    /// By how many minutes the server's clock was put back in all.
    pub(super) behind: i64,
    /// Whether a request may still take effect that nobody waits for.
    pub(super) late: bool,
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
    for machine in machines.into_iter().flatten() {
        machine.crash().await?;
    }
    drop(sandbox);
    Ok(outcome)
}

impl World {
    /// The truth.
    pub(super) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the orders of the store as they are now.
    pub(super) fn look(&self) {
        self.sandbox.with_store(|store| self.model().look(store));
    }

    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        let ms = self.began.elapsed().as_millis();
        self.outcome.story.push(format!("{ms:>5} ms  {}", sentence.into()));
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
                // Of two crashes during one run, the second would meet a request that nobody waits for.
                self.armed.retain(|armed| !matches!((armed, step), (Step::Crash { .. }, Step::Crash { .. })));
                self.armed.push(step);
                Ok(())
            }
            Step::Compare {} => published::compare(self).await.map(drop),
            Step::Forget {} => {
                // While a run that the clock has begun is being worked on, it is refused.
                until("the cursor can be cleared", async || {
                    let request = SetSyncCursorRequest { confirm: true, ..SetSyncCursorRequest::default() };
                    match self.operator.client.plugin_host().set_sync_cursor(request).await {
                        Ok(_) => Ok(Some(())),
                        Err(status) if status.code() == Code::FailedPrecondition => Ok(None),
                        Err(status) => Err(status.into()),
                    }
                })
                .await?;
                self.say("the cursor is cleared");
                Ok(())
            }
            Step::Choose { scope, buffer } => {
                self.shop = Shop { scope, buffer, ..self.shop };
                self.operator.configure(configuration(self.shop)).await?;
                self.model().choose(self.shop);
                self.say(format!("other places are sold from, and {buffer} of each are never offered"));
                Ok(())
            }
            Step::Restart { dead: 0 } => {
                self.say("the server is restarted");
                for machine in self.machines.iter_mut().filter_map(Option::take) {
                    machine.stop().await?;
                }
                self.start().await
            }
            Step::Restart { dead } => {
                self.say("the server crashes and is started again");
                self.crash(dead).await
            }
            Step::Wait { minutes } => {
                self.say(format!("{minutes} minutes pass"));
                self.advance(i64::from(minutes)).await;
                Ok(())
            }
            Step::StoreAhead { minutes } => {
                self.say(format!("the store's clock goes {minutes} minutes ahead"));
                self.sandbox.clock().advance(Duration::from_mins(minutes.into()));
                Ok(())
            }
            Step::Ahead { hours } => {
                self.say(format!("the server's clock goes {hours} hours ahead"));
                self.let_late_ones_arrive().await;
                self.clock.set(self.clock.now() + SignedDuration::from_hours(hours.into()));
                Ok(())
            }
            Step::Back { minutes } => {
                self.say(format!("the server's clock is put back by {minutes} minutes"));
                self.clock.set(self.clock.now() - SignedDuration::from_mins(minutes.into()));
                self.behind += i64::from(minutes);
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
    async fn advance(&mut self, minutes: i64) {
        self.let_late_ones_arrive().await;
        self.clock.set(self.clock.now() + SignedDuration::from_mins(minutes));
        self.sandbox.clock().advance(Duration::from_mins(minutes.unsigned_abs()));
    }

    /// Lets so much time pass that nothing is waited for any more.
    pub(super) async fn catch_up(&mut self) {
        self.advance(30 + self.behind).await;
    }

    /// Time of the rules is time in which such requests arrive, if ever.
    async fn let_late_ones_arrive(&mut self) {
        if std::mem::take(&mut self.late) {
            tokio::time::sleep(2 * LATE).await;
        }
    }

    pub(super) async fn sync(&mut self) -> Result<Run> {
        self.meet_next_replica()?;
        self.arm();
        let asked = self.operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
        let run = self.finish(asked.run.context("there is no run")?.run_id).await?;
        self.say(format!("sync: {}", ending(&run)));
        Ok(run)
    }

    pub(super) async fn day(&mut self) -> Result<Run> {
        self.meet_next_replica()?;
        self.arm();
        let mut approved_run_id = 0;
        loop {
            let request = EndOfDayRequest { approved_run_id, ..EndOfDayRequest::default() };
            let asked = self.operator.client.plugin_host().end_of_day(request).await?.into_inner();
            let run = self.finish(asked.run.context("there is no run")?.run_id).await?;
            self.say(format!("End of Day: {}", ending(&run)));
            if run.state() != RunState::Failed {
                published::drift(self, &run).await?;
            }
            if run.state() == RunState::Held {
                approved_run_id = run.run_id;
                continue;
            }
            if run.state() != RunState::Failed {
                published::published(self).await?;
            }
            return Ok(run);
        }
    }

    /// Waits for the end of a run, through whatever happens meanwhile.
    pub(super) async fn finish(&mut self, run_id: i64) -> Result<Run> {
        self.disturbed = false;
        let began = std::time::Instant::now();
        let placed = self.model().orders.len();
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
        if run.state() != RunState::Failed {
            self.model().orders[..placed].iter_mut().for_each(|order| order.seen = true);
        }
        self.note_closings().await?;
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

    /// Servers stop dead and are started again: of two replicas one, the other, or both.
    pub(super) async fn crash(&mut self, which: u8) -> Result<()> {
        self.outcome.crashes += 1;
        let both = self.machines.len() == 1 || which % 3 == 2;
        for (number, machine) in self.machines.iter_mut().enumerate() {
            if (both || number == usize::from(which % 3))
                && let Some(machine) = machine.take()
            {
                machine.crash().await?;
            }
        }
        self.start().await
    }

    /// Starts the servers that stand still.
    async fn start(&mut self) -> Result<()> {
        for (home, machine) in self.homes.iter().zip(&mut self.machines) {
            if machine.is_none() {
                *machine = Some(Machine::start(home, self.clock.clone()).await?);
            }
        }
        self.meet()
    }

    /// Connects anew.
    fn meet(&mut self) -> Result<()> {
        self.operator = Operator::with_key(self.operator.key.clone())?;
        self.watch = self.operator.watch();
        Ok(())
    }

    /// A new connection leads to the other one of two replicas.
    fn meet_next_replica(&mut self) -> Result<()> {
        if self.balancer.is_some() { self.meet() } else { Ok(()) }
    }

    /// What the store shows of some goods.
    pub(super) fn shown(&self, variant: u32) -> Option<i64> {
        self.sandbox.with_store(|store| store.stock(variant, 1))
    }

    /// The item numbers of variants that have one.
    pub(super) async fn items(&self) -> Result<BTreeMap<u32, String>> {
        let items = self.operator.items().await?;
        let of_item = |item: plugin_host_proto::v1::Item| {
            let number = item.item_number;
            let variants = item.bindings.into_iter().filter_map(|one| u32::try_from(one.variant_id).ok());
            variants.map(move |variant| (variant, number.clone()))
        };
        Ok(items.into_iter().flat_map(of_item).collect())
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
