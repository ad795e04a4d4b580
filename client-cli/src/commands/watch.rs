//! A run that was asked for: watches it and says how it ended.

use plugin_host_proto::client::{self, Update};
use plugin_host_proto::v1::stream_status_response::Change;
use plugin_host_proto::v1::{
    GetReportRequest, GetReportResponse, GetRunRequest, GetRunResponse, Run, RunKind, RunState, Status,
    StreamStatusResponse,
};

use crate::Exit;
use crate::error::{Error, in_one_line};
use crate::output::json::AsJson;
use crate::progress::Progress;
use crate::render::{self, is_final};
use crate::session::Session;
use crate::text::{self, Zone, escape};

/// Prints what the server answered and follows its run to the end.
pub(crate) async fn answered(
    session: &mut Session<'_, '_>,
    answer: &impl AsJson,
    run: Option<Run>,
    joined: bool,
    no_wait: bool,
) -> Result<Exit, Error> {
    let run = run.ok_or_else(|| Error::new(Exit::Failed, "the server answered without a run"))?;
    if session.output.is_json() {
        session.output.json(answer)?;
    }
    let verb = if joined { "joined" } else { "asked for" };
    session.output.note(&format!("{verb} {} run {}", text::run_kind(run.kind()), run.run_id));
    if no_wait {
        if !session.output.is_json() {
            let zone = session.zone().await?;
            session.output.line(&render::heading(&run, &zone))?;
        }
        return Ok(Exit::Complete);
    }
    let run = watch(session, run).await?;
    finish(session, run).await
}

/// Follows a run until its final state.
async fn watch(session: &mut Session<'_, '_>, run: Run) -> Result<Run, Error> {
    let kind = text::run_kind(run.kind());
    let program = session.program();
    let again =
        text::command(run.kind()).map_or_else(String::new, |command| format!("`{program} {command}` or "));
    session.output.on_interruption(Some(format!(
        "the {kind} goes on at the server; {again}`{program} status --follow` watches it again"
    )));
    let mut stream = session.client.status_stream(vec![run.store_id.clone()]);
    let mut progress = Progress::start(session.output);
    let mut lost = false;
    let ended = loop {
        let event = match stream.next().await? {
            Update::Event(event) => event,
            Update::Lost(error) => {
                if !lost {
                    let why = escape(&in_one_line(&error));
                    progress.note(
                        &format!("the connection is lost ({why}); the {kind} goes on; trying again"),
                        session.output,
                    );
                }
                lost = true;
                continue;
            }
            Update::Resumed => {
                progress.note("the connection is there again", session.output);
                lost = false;
                continue;
            }
        };
        let seen = match run_in(&event, run.run_id) {
            Seen::Run(run) => *run,
            Seen::NotInSnapshot => get_run(session, run.run_id).await?,
            Seen::Nothing => continue,
        };
        if session.output.is_json() {
            session.output.json(&*event)?;
        }
        progress.show(&seen, session.output);
        if is_final(&seen) {
            break seen;
        }
    };
    progress.end();
    session.output.on_interruption(None);
    Ok(ended)
}

/// What an event says about a run.
enum Seen {
    Run(Box<Run>),
    /// The snapshot knows newer runs only.
    NotInSnapshot,
    Nothing,
}

fn run_in(event: &StreamStatusResponse, run_id: i64) -> Seen {
    match &event.change {
        Some(Change::Snapshot(status)) => {
            runs_of(status).find(|run| run.run_id == run_id).map_or(Seen::NotInSnapshot, seen)
        }
        Some(Change::Run(run) | Change::Progress(run)) if run.run_id == run_id => seen(run),
        _ => Seen::Nothing,
    }
}

fn seen(run: &Run) -> Seen {
    Seen::Run(Box::new(run.clone()))
}

fn runs_of(status: &Status) -> impl Iterator<Item = &Run> {
    status.running.iter().chain(&status.queued).chain(&status.last)
}

async fn get_run(session: &Session<'_, '_>, run_id: i64) -> Result<Run, Error> {
    let read =
        client::read(session.client.plugin_host(), GetRunRequest { run_id }, async |mut service, request| {
            service.get_run(request).await
        });
    read.await?.run.ok_or_else(|| Error::new(Exit::Failed, "the server answered without a run"))
}

/// Shows how a run ended.
async fn finish(session: &mut Session<'_, '_>, run: Run) -> Result<Exit, Error> {
    let zone = session.zone().await?;
    if session.output.is_json() {
        session.output.json(&GetRunResponse { run: Some(run.clone()) })?;
    } else {
        render::run(&run, &zone, session.output)?;
    }
    if has_report(&run) {
        show_report(&run, &zone, session).await?;
    }
    session.output.note(&last_words(&run, &session.program()));
    Ok(exit_of(&run))
}

/// Whether a report is what the run was asked for.
fn has_report(run: &Run) -> bool {
    let done = matches!(run.state(), RunState::Complete | RunState::CompleteWithParked | RunState::Held);
    done && (run.dry_run || run.kind() == RunKind::Reconciliation)
}

async fn show_report(run: &Run, zone: &Zone, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let request = GetReportRequest { store_id: run.store_id.clone(), run_id: run.run_id };
    let read = client::read(session.client.plugin_host(), request, async |mut service, request| {
        service.get_report(request).await
    });
    let answer: GetReportResponse = read.await?;
    if session.output.is_json() {
        return session.output.json(&answer);
    }
    match &answer.report {
        None => Ok(()),
        Some(report) => {
            session.output.line("")?;
            render::report(report, zone, session.output)
        }
    }
}

fn last_words(run: &Run, program: &str) -> String {
    let kind = text::run_kind(run.kind());
    let parked = text::number(render::parked(run));
    match run.state() {
        RunState::Failed if run.dry_run => {
            format!("this was a dry run: nothing was kept; the {kind} would have failed")
        }
        RunState::Failed => match text::command(run.kind()) {
            Some(command) => {
                format!("the {kind} failed; `{program} {command}` resumes it where it stopped")
            }
            None => format!("the {kind} failed; `{program} status` says more"),
        },
        RunState::Held if run.dry_run => {
            format!("this was a dry run: nothing was sent; the {kind} would be held for a person to approve")
        }
        RunState::Held => {
            format!("the {kind} is held: nothing was sent. {}", approval(run, program))
        }
        RunState::Unspecified => {
            format!("the {kind} ended in a way that this program does not know; update this program")
        }
        RunState::CompleteWithParked if run.dry_run => {
            format!("this was a dry run: nothing was kept; {parked} records would wait for a person")
        }
        RunState::CompleteWithParked => format!(
            "the {kind} is complete, but {parked} records wait for a person; `{program} parked` lists them"
        ),
        _ if run.dry_run => "this was a dry run: nothing was kept".to_owned(),
        _ => format!("the {}", success(run, program)),
    }
}

/// What has come of a run that is complete.
fn success(run: &Run, program: &str) -> String {
    let kind = text::run_kind(run.kind());
    match run.kind() {
        RunKind::EndOfDay => "store shows what can be sold".to_owned(),
        RunKind::Sync | RunKind::SynchronizePickingOrders => {
            format!("{kind} is complete; `{program} orders list` shows what is to be picked")
        }
        RunKind::SynchronizeCustomers => {
            format!("{kind} is complete; `{program} customers` lists them")
        }
        RunKind::Reconciliation => format!(
            "{kind} is complete; `{program} report {} --exceptions` lists the exceptions one by one",
            run.run_id
        ),
        RunKind::Shipments | RunKind::Unspecified => format!("{kind} is complete"),
        RunKind::Import
        | RunKind::SynchronizeProducts
        | RunKind::ImportInventory
        | RunKind::SynchronizeCarriers => {
            format!("{kind} is complete; `{program} report` compares both sides")
        }
    }
}

/// The way to let a held End of Day do what it would have done.
pub(crate) fn approval(run: &Run, program: &str) -> String {
    format!("If that is right, approve it: {program} end-of-day --approve {}", run.run_id)
}

fn exit_of(run: &Run) -> Exit {
    match run.state() {
        RunState::CompleteWithParked => Exit::CompleteWithParked,
        RunState::Held => Exit::Held,
        RunState::Failed | RunState::Unspecified => Exit::Failed,
        RunState::Complete | RunState::Queued | RunState::Running => Exit::Complete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(run_id: i64, state: RunState) -> Run {
        Run { run_id, state: state.into(), ..Run::default() }
    }

    fn event(change: Change) -> StreamStatusResponse {
        StreamStatusResponse { change: Some(change), ..StreamStatusResponse::default() }
    }

    #[test]
    fn a_run_is_found_in_its_events_and_in_snapshots() {
        let found = |change, run_id| match run_in(&event(change), run_id) {
            Seen::Run(run) => Some(run.run_id),
            Seen::NotInSnapshot => Some(0),
            Seen::Nothing => None,
        };
        assert_eq!(found(Change::Progress(run(7, RunState::Running)), 7), Some(7));
        assert_eq!(found(Change::Run(run(8, RunState::Running)), 7), None);
        assert_eq!(found(Change::ConfigurationRevision(3), 7), None);
        let status = Status {
            running: Some(run(5, RunState::Running)),
            queued: vec![run(6, RunState::Queued)],
            last: Some(run(4, RunState::Complete)),
            ..Status::default()
        };
        for run_id in [4, 5, 6] {
            assert_eq!(found(Change::Snapshot(status.clone()), run_id), Some(run_id));
        }
        assert_eq!(found(Change::Snapshot(status), 3), Some(0));
    }

    #[test]
    fn the_exit_code_says_how_the_run_ended() {
        assert_eq!(exit_of(&run(1, RunState::Complete)).code(), 0);
        assert_eq!(exit_of(&run(1, RunState::CompleteWithParked)).code(), 3);
        assert_eq!(exit_of(&run(1, RunState::Failed)).code(), 4);
        assert_eq!(exit_of(&run(1, RunState::Held)).code(), 9);
        assert_eq!(exit_of(&Run { state: 77, ..Run::default() }).code(), 4, "never called complete");
    }

    fn said(run: &Run) -> String {
        last_words(run, "plugin-host --store abc12")
    }

    #[test]
    fn a_run_with_parked_records_is_never_called_plainly_complete() {
        assert!(said(&run(1, RunState::CompleteWithParked)).contains("wait for a person"));
    }

    #[test]
    fn a_held_run_shows_the_command_that_approves_it_and_a_dry_run_can_not_be_approved() {
        let held = Run { kind: RunKind::EndOfDay.into(), ..run(17, RunState::Held) };
        assert_eq!(
            said(&held),
            "the end-of-day is held: nothing was sent. If that is right, approve it: plugin-host --store abc12 \
             end-of-day --approve 17"
        );
        assert!(!said(&Run { dry_run: true, ..held }).contains("--approve"));
    }

    #[test]
    fn each_kind_of_run_says_how_to_go_on() {
        for kind in (1..=10).map(|kind| RunKind::try_from(kind).unwrap()) {
            let of_kind = |state| Run { kind: kind.into(), ..run(3, state) };
            let (complete, failed) = (said(&of_kind(RunState::Complete)), said(&of_kind(RunState::Failed)));
            assert!(!complete.contains("unknown") && complete.starts_with("the "), "{complete}");
            let resumes = text::command(kind).map(|command| format!("--store abc12 {command}` resumes it"));
            assert!(resumes.is_none_or(|words| failed.contains(&words)), "{failed}");
        }
    }

    #[test]
    fn a_report_is_shown_of_what_kept_nothing_and_of_a_reconciliation() {
        let complete = run(1, RunState::Complete);
        assert!(!has_report(&complete));
        assert!(has_report(&Run { dry_run: true, ..complete.clone() }));
        assert!(!has_report(&Run { dry_run: true, ..run(1, RunState::Failed) }));
        assert!(has_report(&Run { kind: RunKind::Reconciliation.into(), ..complete }));
    }
}
