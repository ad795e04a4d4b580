//! `import` and `sync`: ask for a run and watch it.

use plugin_host_proto::client::{self, Update};
use plugin_host_proto::v1::stream_status_response::Change;
use plugin_host_proto::v1::{
    EndOfDayRequest, GetReportRequest, GetRunRequest, GetRunResponse, ImportRequest, Run, RunKind, RunState,
    Status, StreamStatusResponse, SyncRequest,
};
use serde::Serialize;

use crate::Exit;
use crate::error::{Error, in_one_line};
use crate::progress::Progress;
use crate::render::{self, is_final};
use crate::session::{Session, request_id};
use crate::text::{self, escape};

const AFTER_HELP: &str = "\
An import happens once for each store; an interrupted one goes on where it was. Asking while one runs joins it.
^C ends the watching and not the import.

With --output json: first the server's answer, then each event of the run, last {\"run\": …} in its final state
(of a dry run then also {\"report\": …}).";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// See what would happen: nothing is kept
    #[arg(long)]
    dry_run: bool,
    /// Ask for the import and don't watch it
    #[arg(long)]
    no_wait: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SyncArgs {
    /// Ask for the sync and don't watch it
    #[arg(long)]
    no_wait: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct EndOfDayArgs {
    /// Let this many items go to zero at once, after an End of Day that was held because of them
    #[arg(long, value_name = "ITEMS", default_value_t = 0)]
    approve: i64,
    /// Ask for it and don't watch it
    #[arg(long)]
    no_wait: bool,
}

/// Asks for an End of Day.
pub(crate) async fn run_end_of_day(
    args: &EndOfDayArgs,
    session: &mut Session<'_, '_>,
) -> Result<Exit, Error> {
    let request = EndOfDayRequest {
        store_id: session.store_id.clone(),
        approved_zeroes: args.approve,
        request_id: request_id(),
    };
    let answer = session.client.plugin_host().end_of_day(request).await?.into_inner();
    answered(session, &answer, answer.run.clone(), answer.joined, args.no_wait).await
}

/// Asks for an import.
pub(crate) async fn run(args: &Args, session: &mut Session<'_, '_>) -> Result<Exit, Error> {
    let request =
        ImportRequest { store_id: session.store_id.clone(), dry_run: args.dry_run, request_id: request_id() };
    let answer = session.client.plugin_host().import(request).await?.into_inner();
    answered(session, &answer, answer.run.clone(), answer.joined, args.no_wait).await
}

/// Asks for a sync.
pub(crate) async fn run_sync(args: &SyncArgs, session: &mut Session<'_, '_>) -> Result<Exit, Error> {
    let request = SyncRequest { store_id: session.store_id.clone(), request_id: request_id() };
    let answer = session.client.plugin_host().sync(request).await?.into_inner();
    answered(session, &answer, answer.run.clone(), answer.joined, args.no_wait).await
}

async fn answered(
    session: &mut Session<'_, '_>,
    answer: &impl Serialize,
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
    session.output.on_interruption(Some(format!(
        "the {kind} goes on at the server; `plugin-host {kind}` or `plugin-host status --follow` watches it again"
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
        };
        lost = false;
        let seen = match run_in(&event, run.run_id) {
            Seen::Run(run) => *run,
            Seen::NotInSnapshot => get_run(session, run.run_id).await?,
            Seen::Nothing => continue,
        };
        if session.output.is_json() {
            session.output.json(&event)?;
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
    if run.dry_run && run.state() != RunState::Failed {
        let request = GetReportRequest { store_id: run.store_id.clone(), run_id: run.run_id };
        let read = client::read(session.client.plugin_host(), request, async |mut service, request| {
            service.get_report(request).await
        });
        let answer = read.await?;
        if session.output.is_json() {
            session.output.json(&answer)?;
        } else if let Some(report) = &answer.report {
            session.output.line("")?;
            render::report(report, &zone, session.output)?;
        }
    }
    session.output.note(&last_words(&run));
    Ok(exit_of(&run))
}

fn last_words(run: &Run) -> String {
    let kind = text::run_kind(run.kind());
    match run.state() {
        RunState::Failed => format!("the {kind} failed; `plugin-host {kind}` resumes it where it stopped"),
        RunState::CompleteWithParked if run.dry_run => format!(
            "this was a dry run: nothing was kept; {} records would wait for a person",
            text::number(render::parked(run))
        ),
        RunState::CompleteWithParked => format!(
            "the {kind} is complete, but {} records wait for a person; `plugin-host parked` lists them",
            text::number(render::parked(run))
        ),
        _ if run.dry_run => "this was a dry run: nothing was kept".to_owned(),
        _ if run.kind() == RunKind::EndOfDay => "the store shows what can be sold".to_owned(),
        _ if run.kind() == RunKind::Sync => {
            "the sync is complete; `plugin-host orders list` shows what is to be picked".to_owned()
        }
        _ => format!("the {kind} is complete; `plugin-host report` compares both sides"),
    }
}

fn exit_of(run: &Run) -> Exit {
    match run.state() {
        RunState::CompleteWithParked => Exit::CompleteWithParked,
        RunState::Failed => Exit::Failed,
        _ => Exit::Complete,
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
    }

    #[test]
    fn a_run_with_parked_records_is_never_called_plainly_complete() {
        assert!(last_words(&run(1, RunState::CompleteWithParked)).contains("wait for a person"));
    }
}
