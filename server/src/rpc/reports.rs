//! Reports, parked records and explanations as the contract has them.

use jiff::Timestamp;
use plugin_host_proto::v1::{self, resolve_parked_record_request::Resolution as Wire};

use super::convert::{self, Wired, same};
use crate::{
    app::{Caller, Decision, Explanation, Overview},
    db::{Check, ParkedGroup, ParkedRecord, Report, Resolution},
    domain::{
        parked::ParkedResolution,
        reason::Reason,
        store::{Missing, Store},
    },
    warehouse::{
        overview::{Day, Progress},
        promised::PromisedTo,
    },
};

same!(ParkedResolution: Link, Number, Skip, Retry);

/// A report of a run.
pub(super) fn report(
    run: v1::Run,
    (report, made_at): (Report, Timestamp),
    groups: Vec<(Reason, i64)>,
) -> v1::Report {
    let check = |check: Check| v1::Check {
        agrees: check.store == check.warehouse,
        name: check.name,
        store: check.store,
        warehouse: check.warehouse,
        explanation: check.explanation,
    };
    let group = |(reason, count): (Reason, i64)| {
        let words = reason.words();
        v1::ExceptionGroup {
            reason: words.code.into(),
            count,
            explanation: words.explanation.into(),
            way_out: words.way_out.into(),
        }
    };
    v1::Report {
        run: Some(run),
        place: Some(v1::Place {
            division: report.place.division,
            site: report.place.site,
            location: report.place.location,
            uom: report.place.uom,
        }),
        checks: report.checks.into_iter().map(check).collect(),
        exceptions: groups.into_iter().map(group).collect(),
        made_at: Some(convert::at(made_at)),
    }
}

/// A record that waits for a person.
pub(super) fn parked(parked: ParkedRecord, caller: &Caller, store: &Store) -> v1::ParkedRecord {
    let words = parked.reason.words();
    let obstacle = |resolution: ParkedResolution| resolution.obstacle(parked.kind, parked.reason);
    v1::ParkedRecord {
        parked_id: parked.id,
        store_id: store.hash.clone(),
        run_id: parked.run.0,
        kind: parked.kind.wire(),
        record: parked.record,
        reason: words.code.into(),
        explanation: format!("{} ({})", words.explanation, parked.detail),
        way_out: words.way_out.into(),
        parked_at: Some(convert::at(parked.parked_at)),
        allowed_resolutions: resolutions(&ParkedResolution::ALL, caller, obstacle),
    }
}

/// The records that wait for the same reason.
pub(super) fn parked_group(group: &ParkedGroup, caller: &Caller) -> v1::ParkedGroup {
    let words = group.reason.words();
    let obstacle = |resolution: ParkedResolution| {
        group.kinds.iter().find_map(|kind| resolution.obstacle(*kind, group.reason))
    };
    v1::ParkedGroup {
        reason: words.code.into(),
        count: group.count,
        explanation: words.explanation.into(),
        way_out: words.way_out.into(),
        oldest_at: Some(convert::at(group.oldest_at)),
        allowed_resolutions: resolutions(&ParkedResolution::OF_MANY, caller, obstacle),
    }
}

/// Some resolutions with what stands in their way.
fn resolutions(
    all: &[ParkedResolution],
    caller: &Caller,
    obstacle: impl Fn(ParkedResolution) -> Option<Missing>,
) -> Vec<v1::AllowedResolution> {
    let allowed = |resolution: &ParkedResolution| {
        let obstacles = caller.obstacles(obstacle(*resolution));
        v1::AllowedResolution {
            resolution: resolution.wire(),
            allowed: obstacles.is_empty(),
            reasons: obstacles.into_iter().map(convert::missing).collect(),
        }
    };
    all.iter().map(allowed).collect()
}

/// What a person decided about one; none where nothing was said.
pub(super) fn decision(wire: Option<Wire>) -> Option<Decision> {
    Some(match wire? {
        Wire::LinkToItem(number) => Decision::Keep(Resolution::Link(number.trim().to_owned())),
        Wire::ItemNumber(number) => Decision::Keep(Resolution::Number(number.trim().to_owned())),
        Wire::Skip(true) => Decision::Keep(Resolution::Skip),
        Wire::Retry(true) => Decision::Retry,
        Wire::Skip(false) | Wire::Retry(false) => return None,
    })
}

/// Why an item has its count.
pub(super) fn explanation(found: Explanation, store: &Store) -> v1::ExplainCountResponse {
    let place = |(site, location, on_hand, counts)| v1::CountedPlace { site, location, on_hand, counts };
    let order = |order: PromisedTo| v1::CountedOrder {
        order_id: order.order,
        explanation: match order.units {
            _ if order.store != store.id => "sold by another store of the division, and still here",
            units if units < 0 => "picked, and the store deducts it when it hears of the shipment",
            _ if order.number.is_empty() => "sold and deducted by the store, and not to be picked yet",
            _ => "sold and deducted by the store, and still here",
        }
        .to_owned(),
        number: order.number,
        units: order.units,
    };
    let (published, published_at, in_store) = found.told;
    v1::ExplainCountResponse {
        item_number: found.number,
        name: found.name,
        places: found.places.into_iter().map(place).collect(),
        on_hand: found.end.on_hand,
        orders: found.orders.into_iter().map(order).collect(),
        promised: found.end.reserved - found.end.unsent,
        safety_buffer: found.end.buffer,
        sellable: found.end.publish(),
        shortage: found.end.shortage(),
        published,
        published_at: published_at.map(convert::at),
        in_store,
        not_sent: found.not_sent,
    }
}

/// The last days of a store.
pub(super) fn overview(overview: Overview) -> v1::GetOverviewResponse {
    let day = |(date, day): (jiff::civil::Date, Day)| v1::OverviewDay {
        date: date.to_string(),
        orders: day.orders,
        units_picked: day.units_picked,
        shipments: day.shipments,
        counts_published: day.counts_published,
    };
    let Progress { came, picked, shipped } = overview.today;
    v1::GetOverviewResponse {
        days: overview.days.into_iter().map(day).collect(),
        today: Some(v1::TodaysOrders { came, picked, shipped }),
        cursor: overview.cursor.map(|cursor| convert::at(cursor.since)),
        last_sync_completed_at: overview.cursor.and_then(|cursor| cursor.completed_at).map(convert::at),
        time_zone: overview.time_zone,
    }
}
