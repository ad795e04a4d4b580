//! The server's few fixed ticks. What belongs to one store is a durable row, never a tick.

use std::time::Duration;

use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tracing::warn;

use crate::app::App;

/// How long events, repeated requests and ended runs are remembered.
const RETENTION: Duration = Duration::from_hours(24 * 30);
/// How many runs are forgotten in one transaction.
const RUNS_AT_ONCE: i64 = 500;

/// Starts the ticks; they end with the scheduler that is returned.
pub async fn start(app: &App) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    // A lease that ran out is noticed here even when nothing else wakes the worker.
    let wake = app.wake.clone();
    let sweep = Job::new_async("*/5 * * * * *", move |_, _| {
        let wake = wake.clone();
        Box::pin(async move { wake.notify_waiters() })
    })?;
    let syncs = app.clone();
    let due = Job::new_async("* * * * * *", move |_, _| {
        let app = syncs.clone();
        Box::pin(async move {
            let asked = match app.request_due().await {
                Ok(()) => app.request_shipments().await,
                failed => failed,
            };
            if let Err(error) = asked {
                warn!(
                    error = &error as &dyn std::error::Error,
                    "what is due could not be asked for; the next second tries again"
                );
            }
        })
    })?;
    let app = app.clone();
    let housekeeping = Job::new_async("0 17 * * * *", move |_, _| {
        let app = app.clone();
        Box::pin(async move {
            if let Err(error) = forget(&app).await {
                warn!(%error, "housekeeping did not finish; the next hour tries again");
            }
        })
    })?;
    scheduler.add(sweep).await?;
    scheduler.add(due).await?;
    scheduler.add(housekeeping).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

async fn forget(app: &App) -> crate::db::Result<()> {
    let before = app.db.clock.now() - RETENTION;
    app.db.forget_events(before).await?;
    app.db.forget_requests(before).await?;
    // A few at a time: the one writer of SQLite is wanted by others, too.
    while app.db.forget_runs(before, RUNS_AT_ONCE).await? > 0 {}
    Ok(())
}
