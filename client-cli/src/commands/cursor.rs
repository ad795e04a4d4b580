//! `sync cursor`: from when on the next sync reads.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use plugin_host_proto::v1::{SetSyncCursorRequest, SetSyncCursorResponse, Status, Store};

use crate::error::Error;
use crate::output::{Column, Output, Table};
use crate::session::Session;
use crate::text::{Zone, number};

const SET_HELP: &str = "\
Examples: plugin-host sync cursor set 2026-11-01
          plugin-host sync cursor set 2026-11-01T08:30 --yes
          plugin-host sync cursor set 2026-11-01T08:30:00-06:00 --yes";

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Action {
    /// Show when the last sync was complete and when the next is due
    Show,
    /// Let the next sync read everything; without --yes only a preview
    ///
    /// What is in the warehouse already is brought up to date and never made twice.
    Clear {
        /// Do it
        #[arg(long)]
        yes: bool,
    },
    /// Let the next sync read what changed since then; without --yes only a preview
    #[command(after_help = SET_HELP)]
    Set {
        /// RFC 3339, or YYYY-MM-DD[THH:MM] in the store's time
        #[arg(value_parser = since)]
        since: Since,
        /// Do it
        #[arg(long)]
        yes: bool,
    },
}

/// An instant as people type it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    Instant(Timestamp),
    InTheStore(DateTime),
}

/// Shows or changes the cursor.
pub(crate) async fn run(action: Action, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let (since, yes) = match action {
        Action::Show => {
            let status = session.status().await?;
            return show(&status, session.output);
        }
        Action::Clear { yes } => (None, yes),
        Action::Set { since, yes } => (Some(since), yes),
    };
    let zone = Zone::of_store(&session.status().await?);
    let since = since.map(|since| instant(since, &zone)).transpose()?;
    let request = SetSyncCursorRequest { store_id: session.store_id.clone(), since, confirm: yes };
    let answer = session.client.plugin_host().set_sync_cursor(request).await?.into_inner();
    if session.output.is_json() {
        return session.output.json(&answer);
    }
    session.output.line(&heading(since.as_ref(), answer.done, &zone))?;
    session.output.table(&preview(&answer))?;
    if !answer.done {
        session.output.note("nothing was changed; add --yes to do it");
    }
    Ok(())
}

fn instant(since: Since, zone: &Zone) -> Result<pbjson_types::Timestamp, Error> {
    let instant = match since {
        Since::Instant(instant) => instant,
        Since::InTheStore(time) => zone
            .instant(time)
            .ok_or_else(|| Error::usage(format!("{time} is beyond the times that can be told")))?,
    };
    Ok(pbjson_types::Timestamp { seconds: instant.as_second(), nanos: instant.subsec_nanosecond() })
}

fn show(status: &Status, output: &mut Output<'_>) -> Result<(), Error> {
    if output.is_json() {
        return output.json(&Status {
            store: status
                .store
                .as_ref()
                .map(|store| Store { store_id: store.store_id.clone(), ..Store::default() }),
            last_sync_completed_at: status.last_sync_completed_at,
            next_sync_due_at: status.next_sync_due_at,
            ..Status::default()
        });
    }
    let zone = Zone::of_store(status);
    let at = |at: Option<&pbjson_types::Timestamp>, none: &str| match zone.time_in_words(at) {
        none_yet if none_yet.is_empty() => none.to_owned(),
        time => time,
    };
    let last = status.last_sync_completed_at.as_ref();
    let reads = if last.is_some() { "what changed since then" } else { "everything" };
    let mut table = Table::of_pairs();
    table.row(["Last Auto Sync Completed On", &at(last, "(blank)")]);
    table.row([
        "next sync",
        &at(status.next_sync_due_at.as_ref(), "when somebody asks for it: auto sync is off"),
    ]);
    table.row(["it reads", reads]);
    output.table(&table)
}

fn heading(since: Option<&pbjson_types::Timestamp>, done: bool, zone: &Zone) -> String {
    let since = match since {
        Some(since) => format!("what changed since {}", zone.time_in_words(Some(since))),
        None => "everything".to_owned(),
    };
    if done { format!("the next sync reads {since}:") } else { format!("the next sync would read {since}:") }
}

fn preview(answer: &SetSyncCursorResponse) -> Table {
    let mut table = Table::new(vec![Column::text(""), Column::Number("")]);
    if let Some(products) = answer.products {
        table.row(["  products", &number(products)]);
    }
    table.row(["  customers", &number(answer.customers)]);
    table.row(["  orders", &number(answer.orders)]);
    table
}

fn since(text: &str) -> Result<Since, String> {
    // Told apart by their forms, since a time with a zone also reads as one without.
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00"));
    let date = Date::strptime("%Y-%m-%d", date);
    let time = Time::strptime("%H:%M", time).or_else(|_| Time::strptime("%H:%M:%S", time));
    match (date, time, text.parse::<Timestamp>()) {
        (Ok(date), Ok(time), _) => Ok(Since::InTheStore(date.to_datetime(time))),
        (_, _, Ok(instant)) => Ok(Since::Instant(instant)),
        _ => Err("use 2026-11-01, 2026-11-01T08:30, or 2026-11-01T08:30:00Z".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> pbjson_types::Timestamp {
        pbjson_types::Timestamp { seconds, nanos: 0 }
    }

    fn shown(show: impl FnOnce(&mut Output<'_>) -> Result<(), Error>) -> String {
        let mut out = Vec::new();
        let mut output = Output::new(Box::new(&mut out), Box::new(std::io::sink()), crate::Look::default());
        show(&mut output).unwrap();
        drop(output);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_time_without_a_zone_is_the_stores() {
        let chicago = Zone::of("America/Chicago");
        let seconds = |text| instant(since(text).unwrap(), &chicago).unwrap().seconds;
        assert_eq!(seconds("2026-11-02"), 1_793_599_200);
        assert_eq!(seconds("2026-11-02T00:00"), 1_793_599_200);
        assert_eq!(seconds("2026-11-02T00:00:30"), 1_793_599_230);
        assert_eq!(seconds("2026-11-02T00:00:00Z"), 1_793_577_600);
        assert_eq!(seconds("2026-11-02T01:00:00+01:00"), 1_793_577_600);
        assert_eq!(seconds("2026-11-01T01:30"), 1_793_514_600, "the first of the two");
        assert_eq!(seconds("2026-03-08T02:30"), 1_772_958_600, "03:30, since 02:30 was skipped");
    }

    #[test]
    fn what_is_no_time_is_a_mistake() {
        for wrong in
            ["", "yesterday", "2026-13-01", "2026-11-01T25:00", "2026-11-01T08:30[Europe/Berlin]", "08:30"]
        {
            assert!(since(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_preview_says_what_would_be_read() {
        let zone = Zone::of("UTC");
        assert_eq!(heading(None, false, &zone), "the next sync would read everything:");
        assert_eq!(
            heading(Some(&at(0)), true, &zone),
            "the next sync reads what changed since 1970-01-01 00:00:00 UTC:"
        );
        let answer = SetSyncCursorResponse { products: None, customers: 1200, orders: 7, done: false };
        assert_eq!(preview(&answer).render(None, false), "  customers  1,200\n  orders         7\n");
        let with_products = SetSyncCursorResponse { products: Some(0), ..answer };
        assert!(preview(&with_products).render(None, false).starts_with("  products       0\n"));
    }

    #[test]
    fn a_blank_cursor_is_called_blank() {
        let text = shown(|output| show(&Status::default(), output));
        assert!(text.starts_with("Last Auto Sync Completed On  (blank)\n"), "{text}");
        assert!(text.ends_with("it reads                     everything\n"), "{text}");
        let status = Status { last_sync_completed_at: Some(at(0)), ..Status::default() };
        let text = shown(|output| show(&status, output));
        assert!(text.contains("1970-01-01 00:00:00 UTC\n"), "{text}");
        assert!(text.ends_with("what changed since then\n"), "{text}");
    }
}
