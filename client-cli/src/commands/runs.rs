//! `runs` and `report`: what was done, and how both sides compare.

use plugin_host_proto::client;
use plugin_host_proto::v1::{
    GetReportRequest, ListReportExceptionsRequest, ListRunsRequest, ReportException, Run,
};

use crate::Exit;
use crate::args::Paging;
use crate::error::Error;
use crate::output::{Column, Table};
use crate::render;
use crate::session::Session;
use crate::text::{self, Zone};

#[derive(Debug, clap::Args)]
pub(crate) struct RunsArgs {
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// Number of the run; the newest with a report otherwise
    run: Option<i64>,
    /// List the exceptions one by one, of one reason or of all
    #[arg(long, value_name = "REASON", num_args = 0..=1, default_missing_value = "")]
    exceptions: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// Lists runs, newest first.
pub(crate) async fn runs(args: &RunsArgs, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let store_id = session.store_id.clone();
    let runs = session
        .pages(&args.paging, async |client, page_size, page_token| {
            let request = ListRunsRequest {
                store_id: store_id.clone(),
                page_size,
                page_token,
                ..ListRunsRequest::default()
            };
            let answer = client::read(client.plugin_host(), request, async |mut service, request| {
                service.list_runs(request).await
            });
            let answer = answer.await?;
            Ok((answer.runs, answer.next_page_token))
        })
        .await?;
    let zone = session.zone().await?;
    session.output.list(&runs, "nothing was run yet", |runs| runs_table(runs, &zone))
}

fn runs_table(runs: &[Run], zone: &Zone) -> Table {
    let mut table = Table::new(vec![
        Column::Number("run"),
        Column::text("what"),
        Column::text("state"),
        Column::text(format!("asked at ({})", zone.name())),
        Column::text("took"),
        Column::Number("parked"),
        Column::text("asked by"),
        Column::text("problem"),
    ]);
    for run in runs {
        let dry = if run.dry_run { ", dry run" } else { "" };
        table.row([
            run.run_id.to_string().as_str(),
            &format!("{}{dry}", text::run_kind(run.kind())),
            text::run_state(run.state()),
            &zone.time(run.asked_at.as_ref()),
            &text::duration(run.began_at.as_ref(), run.ended_at.as_ref()),
            &text::number(render::parked(run)),
            &run.asked_by,
            &run.problem,
        ]);
    }
    table
}

/// Shows the comparison of both sides, or its exceptions one by one.
pub(crate) async fn report(args: ReportArgs, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let request =
        GetReportRequest { store_id: session.store_id.clone(), run_id: args.run.unwrap_or_default() };
    let needs_report = args.exceptions.is_none() || args.run.is_none();
    let answer = if needs_report {
        let read = client::read(session.client.plugin_host(), request, async |mut service, request| {
            service.get_report(request).await
        });
        read.await?
    } else {
        plugin_host_proto::v1::GetReportResponse::default()
    };
    let Some(reason) = args.exceptions else {
        if session.output.is_json() {
            return session.output.json(&answer);
        }
        let report =
            answer.report.ok_or_else(|| Error::new(Exit::Failed, "the server answered without a report"))?;
        let zone = session.zone().await?;
        return render::report(&report, &zone, session.output);
    };
    let newest = || answer.report.as_ref()?.run.as_ref().map(|run| run.run_id);
    let run_id = args.run.or_else(newest).unwrap_or_default();
    let exceptions = session
        .pages(&args.paging, async |client, page_size, page_token| {
            let request = ListReportExceptionsRequest {
                run_id,
                reason: reason.clone(),
                page_size,
                page_token,
                ..ListReportExceptionsRequest::default()
            };
            let answer = client::read(client.plugin_host(), request, async |mut service, request| {
                service.list_report_exceptions(request).await
            });
            let answer = answer.await?;
            Ok((answer.exceptions, answer.next_page_token))
        })
        .await?;
    session.output.list(&exceptions, "no exceptions", exceptions_table)
}

fn exceptions_table(exceptions: &[ReportException]) -> Table {
    let mut table = Table::new(["reason", "record", "detail"].map(Column::text).into());
    for exception in exceptions {
        table.row([&exception.reason, &exception.record, &exception.detail]);
    }
    table
}
