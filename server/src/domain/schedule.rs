//! When a store's auto sync is due, by the store's own clock on the wall; always on a whole second, for that is when the
//! server looks.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned, civil::Time, tz::TimeZone};

use super::{
    configuration::{Configuration, MORNING},
    store::StoreId,
};

/// How far the clocks of servers that share the work may be apart; what was written down later than that from now on was
/// written down by a clock that was wrong.
pub const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// When auto sync runs next after an instant; none where it is switched off.
///
/// Stores that share an interval are spread over it, so that a thousand of them are not due in one second. Outside the
/// active hours the next opening counts; an hour that the change of the clocks skips opens at its end.
pub fn next_sync(
    configuration: &Configuration,
    store: StoreId,
    zone: &TimeZone,
    after: Timestamp,
) -> Option<Timestamp> {
    if !configuration.auto_sync {
        return None;
    }
    let interval = i64::from(configuration.sync_interval_minutes.max(1)) * 60;
    let soonest = after.as_second() + 1;
    let phase = spread(store) % interval;
    let due = Timestamp::from_second(soonest + (phase - soonest).rem_euclid(interval)).ok()?;
    let Some(hours) = configuration.active_hours else { return Some(due) };
    if is_active(hours, due.to_zoned(zone.clone()).time()) {
        return Some(due);
    }
    let opening = next_opening(hours.0, &after.to_zoned(zone.clone()))?;
    // A quarter of an hour is enough to spread stores that open together.
    opening.checked_add(delay(store, interval.min(900))).ok()
}

/// When End of Day is next, after an instant; none where it is switched off.
///
/// An hour that the change of the clocks skips is taken at its end, one that it repeats at its first time (OQ-21).
pub fn next_end_of_day(
    configuration: &Configuration,
    zone: &TimeZone,
    after: Timestamp,
) -> Option<Timestamp> {
    if !configuration.end_of_day {
        return None;
    }
    next_opening(configuration.end_of_day_time, &after.to_zoned(zone.clone()))
}

/// When everything is read again and compared, once a night; none where auto sync is off (amendment M).
pub fn next_reconciliation(
    configuration: &Configuration,
    store: StoreId,
    zone: &TimeZone,
    after: Timestamp,
) -> Option<Timestamp> {
    if !configuration.auto_sync {
        return None;
    }
    // Stores are spread over an hour, so that one is not due twice where the clocks are put back.
    let delay = delay(store, 3_600);
    let after = after.checked_sub(delay).ok()?.to_zoned(zone.clone());
    let opening = next_opening(configuration.reconciliation_time, &after)?;
    opening.checked_add(delay).ok()
}

/// When what needs a person is told next, where that is done once a day.
pub fn next_digest(zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    next_opening(MORNING, &after.to_zoned(zone.clone()))
}

/// Whether nothing has come of auto sync for so long that a person must be told, where it was due so often in vain.
///
/// Four whole intervals: the fifth time it is due, the first of them has had all of that time.
pub fn is_silent(unanswered: i64) -> bool {
    unanswered > 4
}

/// Whether a time of day lies within hours that may pass midnight.
fn is_active((from, until): (Time, Time), time: Time) -> bool {
    if from < until { from <= time && time < until } else { from <= time || time < until }
}

/// The next instant at which clocks on the wall show a time of day.
fn next_opening(time: Time, after: &Zoned) -> Option<Timestamp> {
    (0..=2).find_map(|days| {
        let date = after.date().checked_add(days.days()).ok()?;
        let opening = date.to_datetime(time).to_zoned(after.time_zone().clone()).ok()?;
        (opening > *after).then(|| opening.timestamp())
    })
}

/// Where a store has its place within so many seconds.
fn delay(store: StoreId, secs: i64) -> Duration {
    Duration::from_secs(u64::try_from(spread(store) % secs).unwrap_or_default())
}

/// A number that differs from store to store and stays the same for each.
fn spread(store: StoreId) -> i64 {
    // Fibonacci hashing: neighbours end up far from each other.
    let hash = store.0.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    i64::try_from(hash).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration(minutes: i32, hours: Option<(i8, i8)>) -> Configuration {
        let time = |hour| Time::constant(hour, 30, 0, 0);
        Configuration {
            auto_sync: true,
            sync_interval_minutes: minutes,
            active_hours: hours.map(|(from, until)| (time(from), time(until))),
            ..Configuration::default()
        }
    }

    fn chicago() -> TimeZone {
        TimeZone::get("America/Chicago").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn next(configuration: &Configuration, after: &str) -> Timestamp {
        next_sync(configuration, StoreId(1), &chicago(), at(after)).unwrap()
    }

    #[test]
    fn one_sync_follows_the_other_at_the_interval() {
        let configuration = configuration(15, None);
        let first = next(&configuration, "2026-11-23T12:00:00Z");
        let second = next_sync(&configuration, StoreId(1), &chicago(), first).unwrap();
        assert_eq!(second.duration_since(first), jiff::SignedDuration::from_mins(15));
        assert!(first > at("2026-11-23T12:00:00Z") && first <= at("2026-11-23T12:15:00Z"));
    }

    #[test]
    fn stores_with_one_interval_are_spread_over_it() {
        let configuration = configuration(15, None);
        let due = |store| {
            let due = next_sync(&configuration, StoreId(store), &chicago(), at("2026-11-23T12:00:00Z"));
            (due.unwrap().as_second() - 1) / 60
        };
        let minutes: std::collections::BTreeSet<i64> = (1..=2_000).map(due).collect();
        assert_eq!(minutes.len(), 15, "in each minute some of them");
    }

    #[test]
    fn a_sync_is_due_on_a_whole_second_and_never_at_once() {
        let due = next(&configuration(1, None), "2026-11-23T12:00:00.999Z");
        assert_eq!(due.subsec_nanosecond(), 0);
        assert_ne!(next(&configuration(1, None), &due.to_string()), due);
    }

    #[test]
    fn outside_its_hours_a_store_waits_until_they_begin() {
        // 06:30 to 20:30 in Chicago, which is six hours behind UTC in November.
        let due = next(&configuration(15, Some((6, 20))), "2026-11-24T03:00:00Z");
        assert!(due >= at("2026-11-24T12:30:00Z") && due < at("2026-11-24T12:45:00Z"), "{due}");
    }

    #[test]
    fn hours_may_pass_midnight() {
        let night = configuration(60, Some((20, 6)));
        let due = next(&night, "2026-11-24T05:00:00Z");
        assert!(due <= at("2026-11-24T06:00:00Z"), "23:00 in Chicago is within the hours: {due}");
        let due = next(&night, "2026-11-24T18:00:00Z");
        assert!(due >= at("2026-11-25T02:30:00Z"), "noon is not: {due}");
    }

    #[test]
    fn an_opening_that_the_clocks_skip_is_at_the_end_of_the_gap() {
        // On 8 March 2026 clocks in Chicago go from 02:00 to 03:00.
        let due = next(&configuration(1, Some((2, 4))), "2026-03-08T06:00:00Z");
        assert!(due >= at("2026-03-08T08:30:00Z") && due < at("2026-03-08T08:32:00Z"), "{due}");
    }

    #[test]
    fn an_opening_that_comes_twice_counts_once() {
        // On 1 November 2026 clocks in Chicago show 01:30 twice; the first is at 06:30 UTC.
        let due = next(&configuration(1, Some((1, 2))), "2026-11-01T05:00:00Z");
        assert!(due >= at("2026-11-01T06:30:00Z") && due < at("2026-11-01T06:32:00Z"), "{due}");
    }

    #[test]
    fn end_of_day_comes_once_a_day_also_when_the_clocks_change() {
        let configuration = Configuration {
            end_of_day: true,
            end_of_day_time: Time::constant(2, 30, 0, 0),
            ..configuration(15, None)
        };
        let mut days = Vec::new();
        let mut now = at("2026-03-06T12:00:00Z");
        for _ in 0..4 {
            now = next_end_of_day(&configuration, &chicago(), now).unwrap();
            days.push(now.to_zoned(chicago()).strftime("%d %H:%M").to_string());
        }
        assert_eq!(days, ["07 02:30", "08 03:30", "09 02:30", "10 02:30"]);
        let first = next_end_of_day(
            &Configuration { end_of_day_time: Time::constant(1, 30, 0, 0), ..configuration },
            &chicago(),
            at("2026-11-01T05:00:00Z"),
        );
        assert_eq!(first.unwrap(), at("2026-11-01T06:30:00Z"), "the first of the two");
    }

    #[test]
    fn both_sides_are_compared_within_the_hour_that_was_chosen_and_once_a_night() {
        let configuration =
            Configuration { reconciliation_time: Time::constant(1, 0, 0, 0), ..configuration(15, None) };
        for store in 1..=50 {
            let mut nights = Vec::new();
            // On 1 November 2026 the hour after 01:00 comes twice in Chicago.
            let mut now = at("2026-10-31T12:00:00Z");
            for _ in 0..3 {
                now = next_reconciliation(&configuration, StoreId(store), &chicago(), now).unwrap();
                nights.push(now.to_zoned(chicago()).strftime("%d %H").to_string());
            }
            assert_eq!(nights, ["01 01", "02 01", "03 01"]);
        }
    }

    #[test]
    fn nothing_is_due_where_auto_sync_is_off() {
        let off = Configuration::default();
        assert_eq!(next_sync(&off, StoreId(1), &chicago(), at("2026-11-23T12:00:00Z")), None);
    }
}
