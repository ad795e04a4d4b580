//! `history`: what changed in the warehouse, when, and who did it.

use std::time::Duration;

use plugin_host_proto::client;
use plugin_host_proto::v1::{Change, ChangeKind, ListChangesRequest, ListChangesResponse};

use crate::args::Paging;
use crate::error::{Error, in_one_line};
use crate::output::{Column, Table};
use crate::session::Session;
use crate::text::{Zone, escape};

const LARGEST_PAGE: i32 = 1000;
/// How often a followed history is asked for more.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

const AFTER_HELP: &str = "\
Without --after the newest changes are shown, oldest first.
Another system keeps up by remembering the last number it has seen:
  plugin-host --output json history --after N --follow
A change of the kind \"import\" stands for all records of an initial dataset: list them instead.";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Only this item, picking order or customer: its number or name
    #[arg(long)]
    record: Option<String>,
    /// Only this kind of thing
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Only changes after this number, oldest first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    after: Option<i64>,
    /// Go on with every change as it is made, until ^C; after the number given, all of them
    #[arg(long)]
    follow: bool,
    /// Code of the division, where the key sees several
    #[arg(long, value_name = "CODE")]
    division: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Item,
    Inventory,
    Orders,
    Customers,
}

impl From<Kind> for ChangeKind {
    fn from(kind: Kind) -> ChangeKind {
        match kind {
            Kind::Item => ChangeKind::Item,
            Kind::Inventory => ChangeKind::Inventory,
            Kind::Orders => ChangeKind::PickingOrder,
            Kind::Customers => ChangeKind::Customer,
        }
    }
}

/// Lists changes, and follows them if asked to.
pub(crate) async fn run(args: Args, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let mut request = ListChangesRequest {
        division: args.division.unwrap_or_default(),
        after_number: args.after.unwrap_or_default(),
        kind: args.kind.map_or(ChangeKind::Unspecified, ChangeKind::from).into(),
        record: args.record.unwrap_or_default(),
        page_size: LARGEST_PAGE,
        newest_first: false,
    };
    let everything = args.paging.all || (args.follow && args.after.is_some());
    let limit = if everything { usize::MAX } else { args.paging.limit };
    let changes = match i32::try_from(limit) {
        Ok(size @ 1..=LARGEST_PAGE) if args.after.is_none() => newest(session, &mut request, size).await?,
        size => {
            if args.after.is_some() {
                // One more than is shown tells whether there are more.
                request.page_size =
                    size.map_or(LARGEST_PAGE, |size| size.saturating_add(1)).min(LARGEST_PAGE);
            }
            collect(session, &mut request, limit, args.after.is_some()).await?
        }
    };
    if !args.follow {
        return session.output.list(&changes, "nothing was changed", table);
    }
    print(session, &changes)?;
    follow(session, request).await
}

/// The newest changes, oldest first; the request is left where it shall go on.
async fn newest(
    session: &Session<'_, '_>,
    request: &mut ListChangesRequest,
    page_size: i32,
) -> Result<Vec<Change>, Error> {
    let asked = ListChangesRequest { page_size, newest_first: true, ..request.clone() };
    let mut answer = page(session, &asked).await?;
    answer.changes.reverse();
    request.after_number =
        answer.changes.last().map_or(answer.last_number, |change| change.number.max(answer.last_number));
    Ok(answer.changes)
}

/// Reads to the end, or until there are enough, and leaves the request where it shall go on; of too many the first are
/// shown, or the newest.
async fn collect(
    session: &mut Session<'_, '_>,
    request: &mut ListChangesRequest,
    limit: usize,
    first: bool,
) -> Result<Vec<Change>, Error> {
    let mut changes: Vec<Change> = Vec::new();
    loop {
        let answer = page(session, request).await?;
        let at_the_end = go_on(request, &answer);
        changes.extend(answer.changes);
        let surplus = changes.len().saturating_sub(limit);
        if surplus > 0 && first {
            changes.truncate(limit);
            session.output.note(&format!("there are more than {limit}; --all or --limit N shows them"));
            return Ok(changes);
        }
        changes.drain(..surplus);
        if at_the_end {
            return Ok(changes);
        }
    }
}

/// Lets the request go on after this answer; true when the answer was the end of what there is.
fn go_on(request: &mut ListChangesRequest, answer: &ListChangesResponse) -> bool {
    let partly_filled = i32::try_from(answer.changes.len()).is_ok_and(|read| read < request.page_size);
    let last = answer.changes.last().map_or(request.after_number, |change| change.number);
    request.after_number = if partly_filled { answer.last_number.max(last) } else { last };
    partly_filled
}

async fn follow(session: &mut Session<'_, '_>, mut request: ListChangesRequest) -> Result<(), Error> {
    let mut lost = false;
    loop {
        match page(session, &request).await {
            Ok(answer) => {
                lost = false;
                let at_the_end = go_on(&mut request, &answer);
                print(session, &answer.changes)?;
                if !at_the_end {
                    continue;
                }
            }
            Err(error @ client::Error::Unreachable(_)) => {
                if !lost {
                    let why = escape(&in_one_line(&error));
                    session.output.note(&format!("the connection is lost ({why}); trying again"));
                }
                lost = true;
            }
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

async fn page(
    session: &Session<'_, '_>,
    request: &ListChangesRequest,
) -> Result<ListChangesResponse, client::Error> {
    client::read(session.client.warehouse(), request.clone(), async |mut service, request| {
        service.list_changes(request).await
    })
    .await
}

fn print(session: &mut Session<'_, '_>, changes: &[Change]) -> Result<(), Error> {
    if session.output.is_json() {
        return changes.iter().try_for_each(|change| session.output.json(change));
    }
    changes.iter().try_for_each(|change| session.output.line(&line(change)))
}

/// A change as one line, for a list that has no end.
fn line(change: &Change) -> String {
    let at = Zone::of("UTC").time_in_words(change.at.as_ref());
    escape(&format!(
        "{}  {at}  {} {}: {}, by {}",
        change.number,
        kind_words(change.kind()),
        change.record,
        change_words(change),
        who(change)
    ))
}

fn change_words(change: &Change) -> String {
    let field = match change.field.as_str() {
        "" => String::new(),
        field => format!("{field} "),
    };
    match (change.old_value.as_str(), change.new_value.as_str()) {
        ("", "") => change.field.clone(),
        ("", new) => format!("{field}is {new}"),
        (old, "") => format!("{field}was {old}, is gone"),
        (old, new) => format!("{field}{old} -> {new}"),
    }
}

fn who(change: &Change) -> String {
    match change.run_id {
        0 => change.actor.clone(),
        run => format!("{}, run {run}", change.actor),
    }
}

/// The warehouse belongs to no single store, so that its times are shown in UTC.
fn table(changes: &[Change]) -> Table {
    let zone = Zone::of("UTC");
    let mut table = Table::new(vec![
        Column::Number("change"),
        Column::text(format!("at ({})", zone.name())),
        Column::text("kind"),
        Column::text("record"),
        Column::text("what"),
        Column::text("before"),
        Column::text("after"),
        Column::text("who"),
    ]);
    for change in changes {
        table.row([
            &change.number.to_string(),
            &zone.time(change.at.as_ref()),
            kind_words(change.kind()),
            &change.record,
            &change.field,
            &change.old_value,
            &change.new_value,
            &who(change),
        ]);
    }
    table
}

fn kind_words(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Unspecified => "unknown",
        ChangeKind::Item => "item",
        ChangeKind::Inventory => "inventory",
        ChangeKind::PickingOrder => "order",
        ChangeKind::Customer => "customer",
        ChangeKind::Import => "import",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(number: i64) -> Change {
        Change {
            number,
            at: Some(pbjson_types::Timestamp { seconds: 0, nanos: 0 }),
            actor: "operator key 3f9a".to_owned(),
            kind: ChangeKind::Inventory.into(),
            record: "TENT-2".to_owned(),
            field: "on hand in HQ / A-01".to_owned(),
            old_value: "7".to_owned(),
            new_value: "5".to_owned(),
            ..Change::default()
        }
    }

    #[test]
    fn a_followed_change_is_one_line() {
        assert_eq!(
            line(&change(3)),
            "3  1970-01-01 00:00:00 UTC  inventory TENT-2: on hand in HQ / A-01 7 -> 5, by operator key 3f9a"
        );
        let new =
            Change { old_value: String::new(), new_value: "Tent\n2".to_owned(), run_id: 8, ..change(4) };
        assert!(line(&new).ends_with("A-01 is Tent\\n2, by operator key 3f9a, run 8"), "{}", line(&new));
        let gone = Change { new_value: String::new(), ..change(5) };
        assert!(line(&gone).contains("A-01 was 7, is gone"), "{}", line(&gone));
    }

    #[test]
    fn a_table_of_changes_names_who_did_it() {
        let text = table(&[Change { run_id: 8, ..change(12) }]).render(None, false);
        let row = text.lines().nth(1).unwrap();
        assert!(row.contains("12  1970-01-01 00:00:00  inventory  TENT-2"), "{text}");
        assert!(row.ends_with("7       5      operator key 3f9a, run 8"), "{text}");
    }

    #[test]
    fn the_next_request_goes_on_after_a_full_page_and_after_everything_at_the_end() {
        let mut request =
            ListChangesRequest { page_size: 2, after_number: 4, ..ListChangesRequest::default() };
        let answer = |changes: &[i64]| ListChangesResponse {
            changes: changes.iter().copied().map(change).collect(),
            last_number: 90,
        };
        assert!(!go_on(&mut request, &answer(&[7, 9])));
        assert_eq!(request.after_number, 9, "others of this kind may follow before 90");
        assert!(go_on(&mut request, &answer(&[11])));
        assert_eq!(request.after_number, 90);
    }
}
