//! `parked`: the records that wait for a person, and what shall become of them.

use plugin_host_proto::client;
use plugin_host_proto::v1::resolve_parked_record_request::Resolution;
use plugin_host_proto::v1::{
    ListParkedGroupsRequest, ListParkedRecordsRequest, ParkedGroup, ParkedRecord, ResolveParkedRecordRequest,
};

use super::watch::answered;
use crate::Exit;
use crate::args::Paging;
use crate::error::Error;
use crate::output::{Column, Table};
use crate::session::Session;
use crate::text::{Zone, number};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Only this reason
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List them, oldest first
    List(ListArgs),
    /// Count them by reason, with what each reason means
    Groups,
    /// Let an item that is there stand for the product from now on
    Link {
        /// Number of the parked record
        id: i64,
        /// Number of the item
        item: String,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Make an item of the product, with this number
    Number {
        /// Number of the parked record
        id: i64,
        /// Number of the new item
        number: String,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Leave the record out from now on, also when it is read again
    Skip {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Try the record again as it is, after something else was put right
    Retry {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        waiting: Waiting,
    },
}

/// One record, or all that share a reason.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// Number of the parked record
    id: Option<i64>,
    /// All records that are parked for this reason, instead of one
    #[arg(long = "all-of", value_name = "REASON")]
    all_of: Option<String>,
}

#[derive(Debug, Clone, Copy, clap::Args)]
struct Waiting {
    /// Don't watch the run that does it
    #[arg(long)]
    no_wait: bool,
}

/// Lists parked records, or says what shall become of one.
pub(crate) async fn run(args: Args, session: &mut Session<'_, '_>) -> Result<Exit, Error> {
    // clap's own check would refuse the options of every command, too.
    if args.action.is_some() && (args.list.reason.is_some() || args.list.paging.all) {
        return Err(Error::usage("--reason and --all stand after `list`"));
    }
    let one = |id| Which { id: Some(id), all_of: None };
    let (which, resolution, waiting) = match args.action {
        None => return list(args.list, session).await,
        Some(Action::List(args)) => return list(args, session).await,
        Some(Action::Groups) => return groups(session).await,
        Some(Action::Link { id, item, waiting }) => (one(id), Resolution::LinkToItem(item), waiting),
        Some(Action::Number { id, number, waiting }) => (one(id), Resolution::ItemNumber(number), waiting),
        Some(Action::Skip { which, waiting }) => (which, Resolution::Skip(true), waiting),
        Some(Action::Retry { which, waiting }) => (which, Resolution::Retry(true), waiting),
    };
    let request = ResolveParkedRecordRequest {
        store_id: session.store_id.clone(),
        parked_id: which.id.unwrap_or_default(),
        reason: which.all_of.unwrap_or_default(),
        resolution: Some(resolution),
    };
    let answer = session.client.plugin_host().resolve_parked_record(request).await?.into_inner();
    if answer.run.is_some() {
        return answered(session, &answer, answer.run.clone(), false, waiting.no_wait).await;
    }
    if session.output.is_json() {
        session.output.json(&answer)?;
    }
    session.output.note(&match answer.resolved {
        1 => "done: 1 record waits no more".to_owned(),
        resolved => format!("done: {resolved} records wait no more"),
    });
    Ok(Exit::Complete)
}

async fn list(args: ListArgs, session: &mut Session<'_, '_>) -> Result<Exit, Error> {
    let store_id = session.store_id.clone();
    let reason = args.reason.unwrap_or_default();
    let records = session
        .pages(&args.paging, async |client, page_size, page_token| {
            let (store_id, reason) = (store_id.clone(), reason.clone());
            let request = ListParkedRecordsRequest {
                store_id,
                reason,
                page_size,
                page_token,
                ..ListParkedRecordsRequest::default()
            };
            let answer = client::read(client.plugin_host(), request, async |mut service, request| {
                service.list_parked_records(request).await
            });
            let answer = answer.await?;
            Ok((answer.parked_records, answer.next_page_token))
        })
        .await?;
    let zone = session.zone().await?;
    session.output.list(&records, "nothing waits for a person", |records| table(records, &zone))?;
    Ok(Exit::Complete)
}

async fn groups(session: &mut Session<'_, '_>) -> Result<Exit, Error> {
    let request = ListParkedGroupsRequest { store_id: session.store_id.clone() };
    let answer = client::read(session.client.plugin_host(), request, async |mut service, request| {
        service.list_parked_groups(request).await
    });
    let groups = answer.await?.groups;
    session.output.list(&groups, "nothing waits for a person", groups_table)?;
    Ok(Exit::Complete)
}

fn groups_table(groups: &[ParkedGroup]) -> Table {
    let mut table = Table::new(vec![
        Column::text("reason"),
        Column::Number("records"),
        Column::text("what happened"),
        Column::text("what can be done"),
    ]);
    for group in groups {
        table.row([&group.reason, &number(group.count), &group.explanation, &group.way_out]);
    }
    table
}

fn table(records: &[ParkedRecord], zone: &Zone) -> Table {
    let mut table = Table::new(vec![
        Column::Number("parked"),
        Column::text(format!("at ({})", zone.name())),
        Column::text("record"),
        Column::text("reason"),
        Column::text("what happened"),
        Column::text("what can be done"),
    ]);
    for record in records {
        table.row([
            &record.parked_id.to_string(),
            &zone.time(record.parked_at.as_ref()),
            &record.record,
            &record.reason,
            &record.explanation,
            &record.way_out,
        ]);
    }
    table
}
