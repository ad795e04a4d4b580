//! The server's few fixed ticks. What belongs to one store is a durable row, never a tick.
//!
//! The scheduler can stop for ever without a word, so the ticks are watched: one that is silent for too long shows, and
//! all of them are begun again.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use prometheus_client::metrics::counter::Counter;
use tokio::time::{Instant, sleep, timeout};
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::app::App;

/// How long events, repeated requests and ended runs are remembered.
const RETENTION: Duration = Duration::from_hours(24 * 30);
/// How many runs are forgotten in one transaction.
const RUNS_AT_ONCE: i64 = 500;

/// Something that is done again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// A lease that ran out is noticed even when nothing else wakes the worker.
    Sweep,
    /// What is due by the clock, and what stores are owed, is asked for.
    Due,
    /// People are told what needs them.
    Notify,
    /// What is old is forgotten.
    Housekeeping,
}

impl Tick {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sweep, Self::Due, Self::Notify, Self::Housekeeping];

    /// What operators call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Due => "due",
            Self::Notify => "notify",
            Self::Housekeeping => "housekeeping",
        }
    }

    /// When it is done, and how often that is.
    const fn schedule(self) -> (&'static str, Duration) {
        match self {
            Self::Sweep => ("*/5 * * * * *", Duration::from_secs(5)),
            Self::Due => ("* * * * * *", Duration::from_secs(1)),
            Self::Notify => ("2/5 * * * * *", Duration::from_secs(5)),
            Self::Housekeeping => ("0 17 * * * *", Duration::from_hours(1)),
        }
    }

    /// How long it may be silent.
    pub const fn patience(self) -> Duration {
        let (_, period) = self.schedule();
        Duration::from_secs(10 + 3 * period.as_secs())
    }

    async fn act(self, app: &App) {
        let done = match self {
            Self::Sweep => {
                app.wake.notify_waiters();
                Ok(())
            }
            Self::Due => match app.request_due().await {
                Ok(()) => app.request_shipments().await,
                failed => failed,
            },
            Self::Notify => app.notify().await,
            Self::Housekeeping => forget(app).await.map_err(Into::into),
        };
        if let Err(error) = done {
            warn!(
                error = &error as &dyn std::error::Error,
                tick = self.name(),
                "a tick did not finish; the next one tries again"
            );
        }
    }
}

/// When each tick was done last.
#[derive(Clone, Debug)]
pub struct Beats {
    last: Arc<Mutex<[Instant; Tick::ALL.len()]>>,
    /// How often the ticks were begun again.
    pub restarts: Counter,
}

impl Default for Beats {
    fn default() -> Self {
        Self { last: Arc::new(Mutex::new([Instant::now(); Tick::ALL.len()])), restarts: Counter::default() }
    }
}

impl Beats {
    fn beat(&self, tick: Tick) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)[tick as usize] = Instant::now();
    }

    /// How long a tick has been silent.
    pub fn age(&self, tick: Tick) -> Duration {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)[tick as usize].elapsed()
    }

    /// The first tick that has been silent for too long.
    pub fn silent(&self) -> Option<Tick> {
        Tick::ALL.into_iter().find(|tick| self.age(*tick) > tick.patience())
    }
}

/// Keeps the ticks of a server going until it stops.
pub async fn keep(app: &App, beats: &Beats, stop: &CancellationToken) {
    keep_going(|| start(app, beats), beats, stop).await;
}

async fn keep_going<Start: Future<Output = Result<JobScheduler, JobSchedulerError>>>(
    start: impl Fn() -> Start,
    beats: &Beats,
    stop: &CancellationToken,
) {
    /// What is not waited for longer: a scheduler that has stopped by itself may not answer.
    const GOODBYE: Duration = Duration::from_secs(1);
    while !stop.is_cancelled() {
        let mut ticks = match start().await {
            Ok(ticks) => ticks,
            Err(error) => {
                error!(%error, "the ticks cannot be started; the next second tries again");
                sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let begun = Instant::now();
        let silent = async {
            loop {
                sleep(Duration::from_secs(1)).await;
                // One that was begun again is given as long as before.
                if let Some(tick) = beats.silent().filter(|tick| begun.elapsed() > tick.patience()) {
                    break tick;
                }
            }
        };
        tokio::select! {
            tick = silent => {
                error!(tick = tick.name(), "a tick has stopped; all of them are begun again");
                beats.restarts.inc();
            }
            () = stop.cancelled() => {}
        }
        let _ = timeout(GOODBYE, ticks.shutdown()).await;
    }
}

async fn start(app: &App, beats: &Beats) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    for tick in Tick::ALL {
        let (app, beats, turn) = (app.clone(), beats.clone(), Arc::new(tokio::sync::Mutex::new(())));
        let job = Job::new_async(tick.schedule().0, move |_, _| {
            let (app, beats, turn) = (app.clone(), beats.clone(), Arc::clone(&turn));
            Box::pin(async move {
                // One that takes longer than its period is not begun once more meanwhile.
                let Ok(_turn) = turn.try_lock() else { return };
                tick.act(&app).await;
                beats.beat(tick);
            })
        })?;
        scheduler.add(job).await?;
    }
    scheduler.start().await?;
    Ok(scheduler)
}

async fn forget(app: &App) -> crate::db::Result<()> {
    let before = app.db.clock.now() - RETENTION;
    app.db.forget_events(before).await?;
    app.db.forget_requests(before).await?;
    app.db.forget_notifications(before).await?;
    // A few at a time: the one writer of SQLite is wanted by others, too.
    while app.db.forget_runs(before, RUNS_AT_ONCE).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ticks_that_stopped_are_begun_again() {
        let (beats, stop, starts) = (Beats::default(), CancellationToken::new(), AtomicUsize::new(0));
        let start = || {
            // The first scheduler is one that has stopped for ever: it has nothing to do.
            if starts.fetch_add(1, Ordering::SeqCst) > 0 {
                for tick in Tick::ALL {
                    beats.beat(tick);
                }
                stop.cancel();
            }
            JobScheduler::new()
        };
        let began = Instant::now();
        keep_going(start, &beats, &stop).await;
        assert_eq!((starts.load(Ordering::SeqCst), beats.restarts.get()), (2, 1));
        assert!(began.elapsed() > Tick::Due.patience() && began.elapsed() < Tick::Sweep.patience());
        assert_eq!(beats.silent(), None);
    }
}
