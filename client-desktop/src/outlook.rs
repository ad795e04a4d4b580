//! How a store looks from outside the window: what the tray shows, and what a person is told.

use plugin_host_proto::v1::{Cause, Severity, Status, StreamStatusResponse, stream_status_response::Change};

/// What is known of one store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outlook {
    /// What it calls itself.
    pub(crate) title: String,
    /// Whether it is heard from.
    pub(crate) line: Line,
    /// Whether it ever was, so that more than before is news.
    pub(crate) was_seen: bool,
    /// How many records wait for a person.
    pub(crate) parked: i64,
    /// What else needs a person, in words; of several what fails first.
    pub(crate) trouble: Option<String>,
}

/// Whether a store is heard from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Line {
    /// Not yet.
    #[default]
    Connecting,
    /// Its changes come as they happen.
    Connected,
    /// Not now, and will be again.
    Lost,
    /// Not any more, and why.
    Ended(String),
}

impl Outlook {
    /// Learns from an event, and answers what a person should hear of at once.
    pub(crate) fn learn(&mut self, event: &StreamStatusResponse) -> Vec<String> {
        self.line = Line::Connected;
        match &event.change {
            Some(Change::Snapshot(status)) => {
                // What was so before the program started is for the tray; what came while nobody listened is news.
                let (was_seen, was_in_trouble) = (self.was_seen, self.trouble.is_some());
                let more = self.know(status).then(|| waiting(status.parked));
                let trouble = self.trouble.clone().filter(|_| !was_in_trouble);
                return trouble.into_iter().chain(more).filter(|_| was_seen).collect();
            }
            Some(Change::Store(store)) => self.title.clone_from(&store.name),
            Some(Change::Run(_) | Change::Progress(_) | Change::ConfigurationRevision(_)) | None => {}
        }
        // Each sync that leaves something parked says so; only `know` tells what is new.
        if event.severity() == Severity::Error { vec![event.message.clone()] } else { Vec::new() }
    }

    /// Learns from the store as it is now, and answers whether more records wait than before.
    pub(crate) fn know(&mut self, status: &Status) -> bool {
        if let Some(store) = &status.store {
            self.title.clone_from(&store.name);
        }
        self.was_seen = true;
        let trouble = status.needs.iter().find(|need| need.cause() != Cause::Parked);
        self.trouble = trouble.map(|need| need.message.clone());
        status.parked > std::mem::replace(&mut self.parked, status.parked)
    }

    /// Whether a person is needed.
    pub(crate) fn has_errors(&self) -> bool {
        self.parked > 0 || self.trouble.is_some() || matches!(self.line, Line::Ended(_))
    }
}

/// Records that wait, as a sentence.
pub(crate) fn waiting(parked: i64) -> String {
    if parked == 1 { "1 record needs you.".to_owned() } else { format!("{parked} records need you.") }
}

#[cfg(test)]
mod tests {
    use plugin_host_proto::v1::{Need, Run};

    use super::*;

    fn need(cause: Cause, message: &str) -> Need {
        Need { cause: cause.into(), message: message.to_owned(), ..Need::default() }
    }

    #[test]
    fn a_run_that_stopped_is_told_and_its_trouble_stays_until_the_server_says_it_is_over() {
        let mut outlook = Outlook::default();
        let told = outlook.learn(&StreamStatusResponse {
            severity: Severity::Error.into(),
            message: "End of Day stopped: no answer.".to_owned(),
            change: Some(Change::Run(Run::default())),
            ..StreamStatusResponse::default()
        });
        assert_eq!(told, ["End of Day stopped: no answer."]);
        let held = [
            need(Cause::EndOfDay, "The last End of Day was held."),
            need(Cause::Parked, "1 record needs you."),
        ];
        let status = |needs: &[Need]| Status { needs: needs.to_vec(), ..Status::default() };
        outlook.know(&status(&held));
        assert_eq!(outlook.trouble.as_deref(), Some("The last End of Day was held."));
        assert!(outlook.has_errors());
        outlook.know(&status(&[]));
        assert!(!outlook.has_errors());
    }

    #[test]
    fn parked_records_are_told_when_there_are_more_than_before() {
        let mut outlook = Outlook::default();
        let parked = |parked| Status { parked, ..Status::default() };
        assert!(outlook.know(&parked(2)));
        assert!(!outlook.know(&parked(2)));
        assert!(!outlook.know(&parked(1)));
        assert!(outlook.know(&parked(3)));
        assert!(outlook.has_errors());
    }

    #[test]
    fn what_happened_while_nobody_listened_is_told_and_what_was_there_at_the_start_is_not() {
        // The server may not have answered at first.
        let mut outlook = Outlook { line: Line::Lost, ..Outlook::default() };
        let snapshot = |parked, needs: &[Need]| {
            let change =
                Some(Change::Snapshot(Status { parked, needs: needs.to_vec(), ..Status::default() }));
            StreamStatusResponse { change, ..StreamStatusResponse::default() }
        };
        let stopped = [need(Cause::Sync, "no answer")];
        let mut learn = |parked, needs: &[Need]| outlook.learn(&snapshot(parked, needs));
        assert!(learn(2, &[]).is_empty());
        assert!(learn(2, &[]).is_empty());
        assert_eq!(learn(3, &[]), ["3 records need you."]);
        assert_eq!(learn(4, &stopped), ["no answer", "4 records need you."]);
        assert!(learn(4, &stopped).is_empty());
    }
}
