//! Events on their way to the window, a few at a time, so that a thousand a second leave it time to be used.

use std::time::Duration;

use plugin_host_proto::{
    client::{self, StatusStream, Update},
    v1::{Run, StreamStatusResponse, stream_status_response::Change},
};
use tokio::time::{Instant, timeout_at};

/// Between two batches; a change after a quiet time goes at once.
const PAUSE: Duration = Duration::from_millis(75);
/// A batch that grows faster than the clock ticks is sent before it is too large to draw.
const LARGEST: usize = 500;

/// What has happened since the last batch.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// In their order, without progress that newer progress or a change of the same run has overtaken.
    pub(crate) events: Vec<StreamStatusResponse>,
    /// Whether the connection is there again, even where nothing was missed.
    pub(crate) is_resumed: bool,
    /// Why no more came.
    pub(crate) end: Option<End>,
}

/// Why no more events come.
#[derive(Debug)]
pub(crate) enum End {
    /// The connection is lost and being made again.
    Lost(client::Error),
    /// Trying again would not help.
    Final(client::Error),
}

impl Batch {
    /// Waits for something to happen, and then until `PAUSE` is over since `before`.
    pub(crate) async fn next(stream: &mut StatusStream, before: Option<Instant>) -> Self {
        let mut batch = Self::default();
        batch.add(stream.next().await);
        let due = before.map_or_else(Instant::now, |before| before + PAUSE);
        while batch.end.is_none() && batch.events.len() < LARGEST && Instant::now() < due {
            match timeout_at(due, stream.next()).await {
                Ok(update) => batch.add(update),
                Err(_) => break,
            }
        }
        batch
    }

    fn add(&mut self, update: Result<Update, client::Error>) {
        match update {
            Ok(Update::Event(event)) => self.push(*event),
            Ok(Update::Resumed) => self.is_resumed = true,
            Ok(Update::Lost(error)) => self.end = Some(End::Lost(error)),
            Err(error) => self.end = Some(End::Final(error)),
        }
    }

    fn push(&mut self, event: StreamStatusResponse) {
        if let Some(Change::Run(run) | Change::Progress(run)) = &event.change {
            self.events.retain(|earlier| progress(earlier).is_none_or(|passed| passed.run_id != run.run_id));
        }
        self.events.push(event);
    }
}

fn progress(event: &StreamStatusResponse) -> Option<&Run> {
    match &event.change {
        Some(Change::Progress(run)) => Some(run),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: i64, change: Change) -> StreamStatusResponse {
        StreamStatusResponse { number, change: Some(change), ..StreamStatusResponse::default() }
    }

    fn run(run_id: i64) -> Run {
        Run { run_id, ..Run::default() }
    }

    #[test]
    fn the_latest_progress_of_each_run_is_enough_and_no_change_is_lost() {
        let mut batch = Batch::default();
        batch.push(event(1, Change::Run(run(7))));
        for _ in 0..1000 {
            batch.push(event(0, Change::Progress(run(7))));
            batch.push(event(0, Change::Progress(run(8))));
        }
        batch.push(event(2, Change::ConfigurationRevision(3)));
        batch.push(event(3, Change::Run(run(7))));
        let numbers: Vec<_> = batch.events.iter().map(|event| event.number).collect();
        assert_eq!(numbers, [1, 0, 2, 3]);
        assert_eq!(progress(&batch.events[1]).unwrap().run_id, 8, "run 7 has said something newer");
    }
}
