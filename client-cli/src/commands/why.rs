//! `why`: the count of an item as a sum that can be followed on paper.

use plugin_host_proto::client;
use plugin_host_proto::v1::{CountedOrder, ExplainCountRequest, ExplainCountResponse};

use crate::error::Error;
use crate::output::{Column, Output, Table};
use crate::session::Session;
use crate::text::{Zone, escape, number};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Number of the item
    item: String,
}

/// Explains the count of an item.
pub(crate) async fn run(args: Args, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let request = ExplainCountRequest { store_id: session.store_id.clone(), item_number: args.item };
    let read = client::read(session.client.plugin_host(), request, async |mut service, request| {
        service.explain_count(request).await
    });
    let answer = read.await?;
    if session.output.is_json() {
        return session.output.json(&answer);
    }
    let zone = session.zone().await?;
    show(&answer, &zone, session.output)
}

fn show(answer: &ExplainCountResponse, zone: &Zone, output: &mut Output<'_>) -> Result<(), Error> {
    output.line(&escape(format!("{}  {}", answer.item_number, answer.name).trim_end()))?;
    output.line("")?;
    output.table(&worked(answer))?;
    output.line("")?;
    output.table(&in_store(answer, zone))?;
    output.line(&outlook(answer))
}

/// The sum, from what is there to what can be sold.
fn worked(answer: &ExplainCountResponse) -> Table {
    let mut table = Table::new(vec![Column::text(""), Column::Number(""), Column::text("")]);
    for place in &answer.places {
        let remark = if place.counts { "" } else { "not counted" };
        table.row([&format!("  {} / {}", place.site, place.location), &number(place.on_hand), remark]);
    }
    table.row(["on hand", &number(answer.on_hand), ""]);
    for order in &answer.orders {
        table.row([&format!("  {}", order_words(order)), &signed(-order.units), &order.explanation]);
    }
    table.row(["for orders", &signed(-answer.promised), ""]);
    table.row(["safety buffer", &signed(-answer.safety_buffer), ""]);
    let below_zero = answer.on_hand - answer.promised - answer.safety_buffer < 0;
    let remark = if below_zero { "never below zero" } else { "" };
    table.row(["can be sold", &number(answer.sellable), remark]);
    if answer.shortage > 0 {
        table.row(["sold and not there", &number(answer.shortage), "units are short"]);
    }
    table
}

fn order_words(order: &CountedOrder) -> String {
    match order.number.as_str() {
        "" => format!("order {}", order.order_id),
        number => format!("{number} (order {})", order.order_id),
    }
}

/// A number with its sign, as a step of a sum.
fn signed(change: i64) -> String {
    if change > 0 { format!("+{}", number(change)) } else { number(change) }
}

fn in_store(answer: &ExplainCountResponse, zone: &Zone) -> Table {
    let mut table = Table::new(vec![Column::text(""), Column::Number(""), Column::text("")]);
    match answer.published {
        Some(told) => table.row([
            "the store was told",
            &number(told),
            &zone.time_in_words(answer.published_at.as_ref()),
        ]),
        None => table.row(["the store was told", "", "nothing yet"]),
    }
    match answer.in_store {
        Some(shows) => table.row(["the store shows", &number(shows), "when it was last read"]),
        None => table.row(["the store shows", "", "not read yet"]),
    }
    table
}

/// What becomes of the count.
fn outlook(answer: &ExplainCountResponse) -> String {
    if !answer.not_sent.is_empty() {
        return format!("no count is sent: {}", escape(&answer.not_sent));
    }
    if answer.in_store.or(answer.published) == Some(answer.sellable) {
        return "the store shows what can be sold".to_owned();
    }
    format!("the next End of Day tells the store {}", number(answer.sellable))
}

#[cfg(test)]
mod tests {
    use plugin_host_proto::v1::CountedPlace;

    use super::*;

    fn shown(answer: &ExplainCountResponse) -> String {
        let mut out = Vec::new();
        let mut output = Output::new(Box::new(&mut out), Box::new(std::io::sink()), crate::Look::default());
        show(answer, &Zone::of("America/Chicago"), &mut output).unwrap();
        drop(output);
        String::from_utf8(out).unwrap()
    }

    fn example() -> ExplainCountResponse {
        let place = |location: &str, on_hand, counts| CountedPlace {
            site: "HQ".to_owned(),
            location: location.to_owned(),
            on_hand,
            counts,
        };
        let order = |order_id, number: &str, units, explanation: &str| CountedOrder {
            order_id,
            number: number.to_owned(),
            units,
            explanation: explanation.to_owned(),
        };
        ExplainCountResponse {
            item_number: "TENT-2".to_owned(),
            name: "Tent for two".to_owned(),
            places: vec![place("A-01", 1007, true), place("DAMAGED", 2, false)],
            on_hand: 1007,
            orders: vec![
                order(1001, "BC-1001", 4, "to be picked"),
                order(1002, "", 2, "not paid yet"),
                order(1003, "BC-1003", -1, "picked, and the store does not know yet"),
            ],
            promised: 5,
            safety_buffer: 2,
            sellable: 1000,
            published: Some(1000),
            published_at: Some(pbjson_types::Timestamp { seconds: 1_793_516_400, nanos: 0 }),
            in_store: Some(998),
            ..ExplainCountResponse::default()
        }
    }

    #[test]
    fn a_count_is_a_sum_that_can_be_followed_on_paper() {
        assert_eq!(
            shown(&example()),
            "TENT-2  Tent for two\n\n\
             \x20 HQ / A-01             1,007\n\
             \x20 HQ / DAMAGED              2  not counted\n\
             on hand                 1,007\n\
             \x20 BC-1001 (order 1001)     -4  to be picked\n\
             \x20 order 1002               -2  not paid yet\n\
             \x20 BC-1003 (order 1003)     +1  picked, and the store does not know yet\n\
             for orders                 -5\n\
             safety buffer              -2\n\
             can be sold             1,000\n\n\
             the store was told  1,000  2026-11-01 01:00:00 America/Chicago\n\
             the store shows       998  when it was last read\n\
             the next End of Day tells the store 1,000\n"
        );
    }

    #[test]
    fn what_is_sold_and_not_there_is_said() {
        let short = ExplainCountResponse { on_hand: 3, sellable: 0, shortage: 4, ..example() };
        let text = shown(&short);
        assert!(text.contains("can be sold                 0  never below zero\n"), "{text}");
        assert!(text.contains("sold and not there          4  units are short\n"), "{text}");
    }

    #[test]
    fn a_count_that_is_not_sent_says_why() {
        let mut answer =
            ExplainCountResponse { not_sent: "the store does not track it".to_owned(), ..example() };
        assert!(shown(&answer).ends_with("no count is sent: the store does not track it\n"));
        answer.not_sent.clear();
        (answer.published, answer.in_store) = (None, None);
        let text = shown(&answer);
        assert!(text.contains("the store was told     nothing yet\n"), "{text}");
        answer.in_store = Some(1000);
        assert!(shown(&answer).ends_with("the store shows what can be sold\n"));
    }
}
