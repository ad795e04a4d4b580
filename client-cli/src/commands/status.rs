//! `status`: the store as it is now, and as it goes on.

use std::collections::BTreeMap;
use std::time::Duration;

use plugin_host_proto::client::Update;
use plugin_host_proto::v1::stream_status_response::Change;
use plugin_host_proto::v1::{RunState, Status, StreamStatusResponse};
use tokio::time::Instant;

use super::connect::state;
use super::watch::approval;
use crate::error::{Error, in_one_line};
use crate::output::{Output, Table};
use crate::progress;
use crate::render;
use crate::session::Session;
use crate::text::{self, Zone, escape, number};

/// How often a run's progress becomes a line.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Go on with every change as it happens, until ^C; with --output json one event a line
    #[arg(long)]
    follow: bool,
}

/// Shows the present state, or follows it.
pub(crate) async fn run(args: &Args, session: &mut Session<'_, '_>) -> Result<(), Error> {
    if args.follow {
        return follow(session).await;
    }
    let status = session.status().await?;
    show(&status, session.output)?;
    if let Some(held) = status.last.as_ref().filter(|run| run.state() == RunState::Held && !run.dry_run) {
        let hint = approval(held, &session.program());
        session.output.note(&hint);
    }
    Ok(())
}

async fn follow(session: &mut Session<'_, '_>) -> Result<(), Error> {
    let stores = if session.store_id.is_empty() { Vec::new() } else { vec![session.store_id.clone()] };
    let mut stream = session.client.status_stream(stores);
    let mut followed = Followed::default();
    let mut known = false;
    let mut lost = false;
    loop {
        match stream.next().await? {
            Update::Event(event) => {
                known = true;
                if session.output.is_json() {
                    session.output.json(&*event)?;
                } else {
                    followed.show(&event, session.output)?;
                }
            }
            // A server that never answered is more likely a mistake than an interruption.
            Update::Lost(error) if !known => return Err(error.into()),
            Update::Lost(error) => {
                if !lost {
                    let why = escape(&in_one_line(&error));
                    session.output.note(&format!("the connection is lost ({why}); trying again"));
                }
                lost = true;
            }
            Update::Resumed => {
                session.output.note("the connection is there again");
                lost = false;
            }
        }
    }
}

/// What is remembered of the stores while following them.
#[derive(Default)]
struct Followed {
    zones: BTreeMap<String, Zone>,
    progress_shown_at: BTreeMap<i64, Instant>,
}

impl Followed {
    fn show(&mut self, event: &StreamStatusResponse, output: &mut Output<'_>) -> Result<(), Error> {
        if let Some(Change::Snapshot(status)) = &event.change {
            self.zones.insert(event.store_id.clone(), Zone::of_store(status));
            return show(status, output);
        }
        if let Some(Change::Progress(run)) = &event.change {
            let shown_at = self.progress_shown_at.get(&run.run_id);
            if shown_at.is_some_and(|at| at.elapsed() < PROGRESS_INTERVAL) {
                return Ok(());
            }
            self.progress_shown_at.insert(run.run_id, Instant::now());
        }
        let zone = self.zones.entry(event.store_id.clone()).or_insert_with(|| Zone::of("UTC"));
        output.line(&line(event, zone))
    }
}

/// An event as one line: when, which store, how much it matters, what happened.
fn line(event: &StreamStatusResponse, zone: &Zone) -> String {
    let message = match &event.change {
        Some(Change::Progress(run)) => progress::line(run),
        _ => escape(&event.message),
    };
    format!(
        "{}  {}  {:7}  {message}",
        zone.time_in_words(event.at.as_ref()),
        escape(&event.store_id),
        text::severity(event.severity())
    )
}

fn show(status: &Status, output: &mut Output<'_>) -> Result<(), Error> {
    if output.is_json() {
        return output.json(status);
    }
    let store = status.store.clone().unwrap_or_default();
    let zone = Zone::of_store(status);
    let configuration = match status.configuration_revision {
        0 => "not saved yet".to_owned(),
        revision => format!("revision {revision}"),
    };
    let done: Vec<String> = status
        .one_time_flags
        .iter()
        .map(|flag| {
            format!("{} {}", text::phase_kind(flag.phase()), zone.time_in_words(flag.set_at.as_ref()))
        })
        .collect();
    let mut table = Table::of_pairs();
    table.row(["store", &format!("{} ({}), {}", store.name, store.store_id, store.domain)]);
    table.row(["BigCommerce", state(store.state())]);
    if !store.missing_scopes.is_empty() {
        table.row(["missing scopes", &store.missing_scopes.join(", ")]);
    }
    table.row(["configuration", &configuration]);
    if !status.health_message.is_empty() {
        table.row(["health", &status.health_message]);
    }
    for need in status.needs.iter().filter(|need| !status.health_message.contains(&need.message)) {
        table.row([if need.failing { "failing" } else { "needs you" }, &need.message]);
    }
    table.row(["parked records", &number(status.parked)]);
    if !done.is_empty() {
        table.row(["imported", &done.join(", ")]);
    }
    for (what, at) in [
        ("last sync", status.last_sync_completed_at.as_ref()),
        ("next sync", status.next_sync_due_at.as_ref()),
        ("next End of Day", status.next_end_of_day_due_at.as_ref()),
    ] {
        if at.is_some() {
            table.row([what, &zone.time_in_words(at)]);
        }
    }
    for action in status.allowed_actions.iter().filter(|action| action.offered) {
        let reasons: Vec<_> = action.reasons.iter().map(|reason| reason.message.as_str()).collect();
        let words = if action.allowed { "possible now".to_owned() } else { reasons.join("; ") };
        table.row([action.label.as_str(), &words]);
    }
    output.table(&table)?;
    for (title, run) in status
        .running
        .iter()
        .map(|run| ("running", run))
        .chain(status.queued.iter().map(|run| ("waiting", run)))
        .chain(status.last.iter().map(|run| ("last", run)))
    {
        output.line(&format!("\n{title}:"))?;
        render::run(run, &zone, output)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use plugin_host_proto::v1::{Action, AllowedAction, Excess, Reason, Run, RunKind, Severity, Store};

    use super::*;

    fn shown(status: &Status) -> String {
        let mut out = Vec::new();
        let mut output = Output::new(Box::new(&mut out), Box::new(std::io::sink()), crate::Look::default());
        show(status, &mut output).unwrap();
        drop(output);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_status_shows_what_is_possible_and_what_stands_in_the_way_and_hides_what_is_not_offered() {
        let action = |label: &str, offered, allowed| AllowedAction {
            action: Action::Import.into(),
            offered,
            allowed,
            label: label.to_owned(),
            reasons: vec![Reason { message: "choose a Default Site".to_owned(), ..Reason::default() }],
        };
        let text = shown(&Status {
            store: Some(Store {
                store_id: "abc12".to_owned(),
                name: "Tents\u{7}".to_owned(),
                domain: "tents.example".to_owned(),
                ..Store::default()
            }),
            parked: 1234,
            allowed_actions: vec![
                action("Import", true, false),
                action("Sync now", true, true),
                action("Hidden", false, false),
            ],
            last: Some(Run { run_id: 3, state: RunState::Failed.into(), ..Run::default() }),
            ..Status::default()
        });
        assert!(text.starts_with("store           Tents\\u{7} (abc12), tents.example\n"), "{text}");
        assert!(text.contains("Import          choose a Default Site\n"), "{text}");
        assert!(text.contains("Sync now        possible now\n"), "{text}");
        assert!(text.contains("parked records  1,234\n"), "{text}");
        assert!(!text.contains("Hidden"), "{text}");
        assert!(text.ends_with("\nlast:\nrun 3: unknown, failed\n"), "{text}");
    }

    #[test]
    fn the_actions_of_manual_sync_and_a_held_run_are_shown() {
        let action = |action: Action, label: &str, reasons: &[&str]| AllowedAction {
            action: action.into(),
            offered: true,
            allowed: reasons.is_empty(),
            label: label.to_owned(),
            reasons: reasons
                .iter()
                .map(|message| Reason { message: (*message).to_owned(), ..Reason::default() })
                .collect(),
        };
        let text = shown(&Status {
            allowed_actions: vec![
                action(Action::SynchronizeProducts, "Synchronize Products", &[]),
                action(Action::ImportInventory, "Import Inventory", &["it was imported already"]),
            ],
            last: Some(Run {
                run_id: 9,
                kind: RunKind::EndOfDay.into(),
                state: RunState::Held.into(),
                excess: Some(Excess { zeroes: 30, selling: 40, ..Excess::default() }),
                ..Run::default()
            }),
            ..Status::default()
        });
        assert!(text.contains("Synchronize Products  possible now\n"), "{text}");
        assert!(text.contains("Import Inventory      it was imported already\n"), "{text}");
        assert!(
            text.ends_with(
                "run 9: end-of-day, held\n  of 40 items that the store sells, 30 would go to zero\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn an_event_is_one_line_in_the_stores_time() {
        let event = StreamStatusResponse {
            store_id: "abc12".to_owned(),
            number: 4,
            at: Some(pbjson_types::Timestamp { seconds: 0, nanos: 0 }),
            severity: Severity::Warning.into(),
            message: "two\nlines".to_owned(),
            change: None,
        };
        assert_eq!(
            line(&event, &Zone::of("Europe/Berlin")),
            "1970-01-01 01:00:00 Europe/Berlin  abc12  warning  two\\nlines"
        );
    }
}
