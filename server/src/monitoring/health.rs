//! What a server is fit for.

use std::{fmt, sync::Arc, time::Duration};

use tokio::{sync::watch, task::AbortHandle, time::timeout};
use tracing::{info, warn};

use crate::{
    app::App,
    db,
    rpc::Serving,
    schedule::scheduler::{Beats, Tick},
};

/// What keeps a server from being fit for everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The database is being opened and its tables brought up to date.
    Starting,
    /// It was told to stop.
    Stopping,
    /// The database does not answer.
    Database(String),
    /// The database's secrets belong to another encryption key.
    Key,
    /// A tick has stopped.
    Tick(Tick),
    /// Nobody claims runs any more.
    Worker,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("starting: the database is being opened"),
            Self::Stopping => f.write_str("stopping"),
            Self::Database(what) => write!(f, "database: {what}"),
            Self::Key => f.write_str("encryption key: it does not open the database's secrets"),
            Self::Tick(tick) => write!(f, "ticks: {} has stopped; it is begun again", tick.name()),
            Self::Worker => f.write_str("worker: it has ended; restart the server"),
        }
    }
}

impl Problem {
    /// Whether data can be read and changed nevertheless.
    fn spares_data(&self) -> bool {
        matches!(self, Self::Tick(_) | Self::Worker)
    }
}

/// What a server is fit for, as it was found last.
#[derive(Clone, Debug)]
pub(super) struct Health {
    problems: Arc<watch::Sender<Vec<Problem>>>,
    serving: Arc<watch::Sender<Serving>>,
}

impl Default for Health {
    fn default() -> Self {
        let problems = Arc::new(watch::Sender::new(vec![Problem::Starting]));
        Self { problems, serving: Arc::default() }
    }
}

impl Health {
    pub(super) fn serving(&self) -> watch::Receiver<Serving> {
        self.serving.subscribe()
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        self.problems.borrow().clone()
    }

    pub(super) fn is_ready(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    pub(super) fn leave(&self) {
        self.tell(vec![Problem::Stopping]);
    }

    /// Looks at everything that work depends on.
    pub(super) async fn look(&self, app: &App, beats: &Beats, worker: &AbortHandle) {
        /// What a person would not wait for.
        const PATIENCE: Duration = Duration::from_secs(3);
        let mut problems = Vec::new();
        let looking = async {
            app.db.check().await?;
            app.db.tables().await
        };
        match timeout(PATIENCE, looking).await {
            Ok(Ok(_)) => {}
            Ok(Err(db::Error::Sealed)) => problems.push(Problem::Key),
            Ok(Err(error)) => problems.push(Problem::Database(error.to_string())),
            Err(_) => problems.push(Problem::Database("it does not answer in time".to_owned())),
        }
        problems.extend(beats.silent().map(Problem::Tick));
        if worker.is_finished() {
            problems.push(Problem::Worker);
        }
        self.tell(problems);
    }

    fn tell(&self, problems: Vec<Problem>) {
        let changed = self.problems.send_if_modified(|known| {
            // Who has said that it goes does not come back.
            let changed = *known != problems && !known.contains(&Problem::Stopping);
            if changed {
                *known = problems;
            }
            changed
        });
        if !changed {
            return;
        }
        let problems = self.problems();
        if problems.is_empty() {
            info!("ready");
        } else if !problems.contains(&Problem::Stopping) {
            let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
            warn!("not ready: {}", words.join("; "));
        }
        self.serving.send_replace(Serving {
            data: problems.iter().all(Problem::spares_data),
            runs: problems.is_empty(),
        });
    }
}
