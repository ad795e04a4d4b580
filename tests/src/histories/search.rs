//! Many histories, several at a time; what fails is made as short as it can be.

use std::time::{Duration, Instant};

use futures::{StreamExt as _, stream};

use super::{
    history::History,
    step::Step,
    world::{Broken, Outcome, play},
};
use crate::harness::Engine;

/// How many histories are tried to make one shorter.
const TRIES: usize = 200;

/// What is to be searched.
#[derive(Clone, Debug)]
pub struct Search {
    /// The database.
    pub engine: Engine,
    /// The seeds of the histories.
    pub seeds: std::ops::Range<u64>,
    /// Steps that are left out.
    pub without: Vec<String>,
    /// How many histories are played at a time.
    pub at_once: usize,
    /// After how many failures it ends.
    pub failures: usize,
    /// For how long histories are begun.
    pub time: Duration,
}

/// A history that breaks a promise.
#[derive(Clone, Debug)]
pub struct Found {
    /// The seed it came from.
    pub seed: u64,
    /// It, as short as it could be made.
    pub history: History,
    /// What happens in it, one sentence each.
    pub story: Vec<String>,
    /// The promise.
    pub broken: Broken,
    /// Whether it broke it again when it was repeated.
    pub again: bool,
}

/// What a search came to.
#[derive(Clone, Debug, Default)]
pub struct Searched {
    /// How many histories there were.
    pub histories: u64,
    /// How many things happened in them.
    pub steps: usize,
    /// How many runs there were.
    pub runs: u32,
    /// How often servers were stopped dead.
    pub crashes: u32,
    /// How many faults were prepared.
    pub faults: u32,
    /// How many things happened while a server was at work.
    pub meanwhile: u32,
    /// How long it took.
    pub elapsed: Duration,
    /// What was found.
    pub found: Vec<Found>,
}

/// Plays histories until there are enough of them, or failures, or the time is over; then makes what failed short.
pub async fn search(asked: &Search) -> anyhow::Result<Searched> {
    let (engine, at_once, began) = (asked.engine, asked.at_once, Instant::now());
    let mut searched = Searched::default();
    let mut broken = Vec::new();
    let in_time = asked.seeds.clone().take_while(|_| began.elapsed() < asked.time);
    let mut playing = stream::iter(in_time)
        .map(|seed| async move {
            let history = History::of_seed(seed).without(&asked.without);
            (seed, alone(engine, history.clone()).await, history)
        })
        .buffer_unordered(at_once);
    while let Some(played) = playing.next().await {
        let (seed, outcome, history) = played;
        let outcome = outcome?;
        searched.histories += 1;
        searched.steps += history.len();
        searched.runs += outcome.runs;
        searched.crashes += outcome.crashes;
        searched.faults += outcome.faults;
        searched.meanwhile += outcome.meanwhile;
        if let Some(Broken { promise, detail }) = &outcome.broken {
            eprintln!(
                "seed {seed} on {engine:?}: {promise}: {detail}; will be made shorter: --steps '{history}'"
            );
            broken.push((seed, history, outcome));
            if broken.len() >= asked.failures {
                break;
            }
        }
    }
    drop(playing);
    searched.elapsed = began.elapsed();
    for (seed, history, outcome) in broken {
        searched.found.push(shorten(engine, seed, history, outcome, at_once).await?);
    }
    Ok(searched)
}

/// Plays a history in a thread of its own, which takes everything with it that the history has left behind.
async fn alone(engine: Engine, history: History) -> anyhow::Result<Outcome> {
    let playing = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(play(engine, &history))
    };
    tokio::task::spawn_blocking(playing).await?
}

/// Leaves out of a history what its failure does not need.
async fn shorten(
    engine: Engine,
    seed: u64,
    history: History,
    outcome: Outcome,
    at_once: usize,
) -> anyhow::Result<Found> {
    let Some(first) = outcome.broken else { anyhow::bail!("seed {seed} breaks nothing") };
    let mut found = Found { seed, history, story: outcome.story, broken: first, again: false };
    let mut tries = 0;
    let same = vec![found.history.clone()];
    if !adopt(engine, &mut found, same, at_once, &mut tries).await? {
        return Ok(found);
    }
    found.again = true;
    let mut size = found.history.len().div_ceil(2).max(1);
    loop {
        let steps = &found.history.steps;
        let without = (0..steps.len()).step_by(size).map(|at| {
            let mut steps = steps.clone();
            steps.drain(at..(at + size).min(steps.len()));
            History { steps, ..found.history.clone() }
        });
        let shorter: Vec<_> = without.collect();
        let shortened = adopt(engine, &mut found, shorter, at_once, &mut tries).await?;
        if tries > TRIES {
            return Ok(found);
        }
        if !shortened && size == 1 {
            break;
        }
        if !shortened {
            size = size.div_ceil(2).min(size - 1).max(1);
        }
        size = size.min(found.history.len().max(1));
    }
    loop {
        let simpler = simpler(&found.history);
        if tries > TRIES || !adopt(engine, &mut found, simpler, at_once, &mut tries).await? {
            return Ok(found);
        }
    }
}

/// The same history with one number smaller.
fn simpler(history: &History) -> Vec<History> {
    let at_step = |at: usize| {
        history.steps[at].simpler().into_iter().map(move |step: Step| {
            let mut steps = history.steps.clone();
            steps[at] = step;
            History { steps, ..history.clone() }
        })
    };
    let plainer = history.shop.simpler().map(|shop| History { shop, ..history.clone() });
    let mut simpler: Vec<History> = plainer.collect();
    simpler.extend((0..history.len()).flat_map(at_step));
    simpler
}

/// Takes the first of some histories that breaks the same promise.
async fn adopt(
    engine: Engine,
    found: &mut Found,
    candidates: Vec<History>,
    at_once: usize,
    tries: &mut usize,
) -> anyhow::Result<bool> {
    let mut playing = stream::iter(candidates)
        .map(|history| async move { (alone(engine, history.clone()).await, history) })
        .buffered(at_once);
    while let Some(played) = playing.next().await {
        let (outcome, history) = played;
        *tries += 1;
        if let Ok(Outcome { broken: Some(broken), story, .. }) = outcome
            && broken.promise == found.broken.promise
        {
            (found.history, found.story, found.broken) = (history, story, broken);
            return Ok(true);
        }
        if *tries > TRIES {
            break;
        }
    }
    Ok(false)
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, history, story, broken, again } = self;
        writeln!(f, "seed {seed} breaks a promise: {}", broken.promise)?;
        for (number, sentence) in (1..).zip(story) {
            writeln!(f, "  {number}. {sentence}")?;
        }
        writeln!(f, "  {}", broken.detail)?;
        if !again {
            writeln!(f, "  (when it was repeated, it did not happen again)")?;
        }
        write!(f, "  --steps '{history}'")
    }
}
