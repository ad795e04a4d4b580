//! What people are told of a store's troubles, and when: once, not at every turn of them.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    configuration::NotifyWhen,
    health::{Cause, Need},
    run::words,
    schedule::next_digest,
};

/// How long something must last before it is told, so that others join it and what passes by itself is not told.
const LASTING: Duration = Duration::from_mins(5);
/// How long more records of the same kind are no news.
const MORE: Duration = Duration::from_hours(24);
/// How many notifications a store may send within an hour; what comes to more is told together.
pub const MOST: usize = 4;
const SPAN: Duration = Duration::from_hours(1);
/// How long a notification is tried.
const TRIED_FOR: Duration = Duration::from_hours(12);

/// How somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A person, by mail.
    Email,
    /// A program, by a post.
    Webhook,
}

words!(Channel { Email = "EMAIL", Webhook = "WEBHOOK" });

/// What became of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationState {
    /// Nothing yet.
    Owed,
    /// It was taken.
    Sent,
    /// Nobody took it for too long.
    GivenUp,
    /// Whom it is for is named no more.
    Withdrawn,
}

words!(NotificationState { Owed = "OWED", Sent = "SENT", GivenUp = "GIVEN_UP", Withdrawn = "WITHDRAWN" });

/// A need from its beginning until people were told of its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it is, as it was seen last.
    pub need: Need,
    /// When it was seen first.
    pub since: Timestamp,
    /// When it was seen to be over.
    pub over_at: Option<Timestamp>,
    /// When people were told last that it is there, and of how many records.
    pub told: Option<(Timestamp, i64)>,
}

impl Trouble {
    /// Since when there is something about it that people do not know.
    fn news_since(&self) -> Option<Timestamp> {
        match (self.told, self.over_at) {
            (None, _) => Some(self.since),
            (_, Some(over_at)) => Some(over_at),
            (Some((at, count)), None) if self.need.count > count => at.checked_add(MORE).ok(),
            _ => None,
        }
    }

    /// Whether people do not know of it, or of how much it has grown.
    pub fn is_news(&self, now: Timestamp) -> bool {
        self.news_since().is_some_and(|since| since <= now)
    }
}

/// A store's troubles after another look at what needs a person.
///
/// What is over before anybody was told of it has never been; what comes back before anybody was told that it is over
/// goes on. While the access token is refused nobody knows how the rest is, so that it stays as it was.
pub fn look(known: Vec<Trouble>, needs: Vec<Need>, now: Timestamp) -> Vec<Trouble> {
    let is_refused = needs.iter().any(|need| need.cause == Cause::Access);
    let needs_still = |cause: Cause| is_refused || needs.iter().any(|need| need.cause == cause);
    let mut troubles: Vec<Trouble> = known
        .into_iter()
        .filter(|trouble| trouble.told.is_some() || needs_still(trouble.need.cause))
        .map(|trouble| {
            let over_at = match trouble.over_at {
                over_at if is_refused && trouble.need.cause != Cause::Access => over_at,
                _ if needs_still(trouble.need.cause) => None,
                over_at => over_at.or(Some(now)),
            };
            Trouble { over_at, ..trouble }
        })
        .collect();
    for need in needs {
        match troubles.iter_mut().find(|trouble| trouble.need.cause == need.cause) {
            Some(trouble) => trouble.need = need,
            None => troubles.push(Trouble { need, since: now, over_at: None, told: None }),
        }
    }
    troubles
}

/// When the next notification is due, where the newest ones were made at these instants; none while all is known.
pub fn due_at(
    when: NotifyWhen,
    troubles: &[Trouble],
    made: &[Timestamp],
    zone: &TimeZone,
) -> Option<Timestamp> {
    let newest_first = || {
        let mut made = made.to_vec();
        made.sort_unstable_by(|one, other| other.cmp(one));
        made
    };
    match when {
        NotifyWhen::AtOnce => {
            let lasts = troubles.iter().filter_map(Trouble::news_since).min()?.checked_add(LASTING).ok()?;
            let free = newest_first().get(MOST - 1).and_then(|at| at.checked_add(SPAN).ok());
            Some(free.map_or(lasts, |free| lasts.max(free)))
        }
        NotifyWhen::Daily => {
            let first = troubles.iter().map(|trouble| trouble.since).min()?;
            let last = newest_first().first().copied();
            next_digest(zone, last.map_or(first, |last| first.max(last)))
        }
    }
}

/// The troubles that are left when people were told of them.
pub fn told(troubles: Vec<Trouble>, now: Timestamp) -> Vec<Trouble> {
    let left = troubles.into_iter().filter(|trouble| trouble.over_at.is_none());
    left.map(|trouble| Trouble { told: Some((now, trouble.need.count)), ..trouble }).collect()
}

/// When a notification that was tried so often is tried once more: each time later than the last, at most an hour.
///
/// The first pause is longer than any try takes, so that nobody tries beside somebody who still does.
pub fn next_try(tries: i64, now: Timestamp) -> Timestamp {
    let minutes = 1_u64 << tries.clamp(1, 6);
    now.checked_add(Duration::from_mins(minutes.min(60))).unwrap_or(Timestamp::MAX)
}

/// Notifications that were made until then are not tried any more.
pub fn given_up_until(now: Timestamp) -> Timestamp {
    now.checked_sub(TRIED_FOR).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-{time}:00Z").parse().unwrap()
    }

    fn need(cause: Cause, count: i64) -> Need {
        Need { cause, words: format!("{} needs you.", cause.name()), is_failing: false, count }
    }

    /// A store whose needs are looked at, and what it tells.
    struct Told {
        when: NotifyWhen,
        troubles: Vec<Trouble>,
        made: Vec<Timestamp>,
    }

    impl Told {
        fn new(when: NotifyWhen) -> Self {
            Self { when, troubles: Vec::new(), made: Vec::new() }
        }

        /// Looks at what there is then, and tells what is due.
        fn look(&mut self, now: &str, needs: &[(Cause, i64)]) -> Option<Vec<Cause>> {
            let needs = needs.iter().map(|(cause, count)| need(*cause, *count)).collect();
            self.troubles = look(std::mem::take(&mut self.troubles), needs, at(now));
            self.tell(now)
        }

        fn tell(&mut self, now: &str) -> Option<Vec<Cause>> {
            let chicago = TimeZone::get("America/Chicago").unwrap();
            due_at(self.when, &self.troubles, &self.made, &chicago).filter(|due| *due <= at(now))?;
            self.made.push(at(now));
            let causes = self.troubles.iter().map(|trouble| trouble.need.cause).collect();
            self.troubles = told(std::mem::take(&mut self.troubles), at(now));
            Some(causes)
        }
    }

    #[test]
    fn a_trouble_is_told_once_with_what_joins_it_and_once_more_when_it_is_over() {
        let mut told = Told::new(NotifyWhen::AtOnce);
        let (sync, evening) = ((Cause::Sync, 1), (Cause::EndOfDay, 1));
        assert_eq!(told.look("24T12:00", &[sync]), None);
        assert_eq!(told.look("24T12:04", &[sync, evening]), None);
        assert_eq!(told.tell("24T12:05"), Some(vec![Cause::Sync, Cause::EndOfDay]));
        for hour in 13..20 {
            assert_eq!(told.look(&format!("24T{hour}:00"), &[sync, evening]), None);
        }
        assert_eq!(told.look("24T20:00", &[evening]), None);
        assert_eq!(told.tell("24T20:05"), Some(vec![Cause::Sync, Cause::EndOfDay]));
        assert_eq!(told.look("24T21:00", &[]), None);
        assert_eq!(told.tell("24T21:05"), Some(vec![Cause::EndOfDay]));
        assert_eq!(told.tell("28T21:05"), None);
    }

    #[test]
    fn while_the_token_is_refused_nothing_else_is_said_to_be_over() {
        let mut told = Told::new(NotifyWhen::AtOnce);
        told.look("24T12:00", &[(Cause::EndOfDay, 1)]);
        assert!(told.tell("24T12:05").is_some());
        assert_eq!(told.look("24T13:00", &[(Cause::Access, 1)]), None);
        assert_eq!(told.tell("24T13:05"), Some(vec![Cause::EndOfDay, Cause::Access]));
        assert!(told.troubles.iter().all(|trouble| trouble.over_at.is_none()), "{:?}", told.troubles);
        told.look("24T14:00", &[(Cause::EndOfDay, 1)]);
        assert_eq!(
            told.tell("24T14:05"),
            Some(vec![Cause::EndOfDay, Cause::Access]),
            "the token is good again"
        );
        assert_eq!(told.tell("25T14:05"), None);
    }

    #[test]
    fn what_passes_by_itself_is_not_told_and_what_comes_back_never_ended() {
        let mut told = Told::new(NotifyWhen::AtOnce);
        assert_eq!(told.look("24T12:00", &[(Cause::Sync, 1)]), None);
        assert_eq!(told.look("24T12:04", &[]), None);
        assert_eq!(told.tell("24T13:00"), None);
        told.look("24T14:00", &[(Cause::Sync, 1)]);
        assert!(told.tell("24T14:05").is_some());
        assert_eq!(told.look("24T15:00", &[]), None);
        assert_eq!(told.look("24T15:04", &[(Cause::Sync, 1)]), None);
        assert_eq!(told.tell("24T16:00"), None);
    }

    #[test]
    fn what_comes_and_goes_all_the_time_is_told_at_most_four_times_an_hour() {
        let mut told = Told::new(NotifyWhen::AtOnce);
        let mut count = 0;
        for minute in 0..120 {
            let now = format!("24T{}:{:02}", 12 + minute / 60, minute % 60);
            let needs: &[_] = if minute / 6 % 2 == 0 { &[(Cause::Sync, 1)] } else { &[] };
            count += usize::from(told.look(&now, needs).is_some());
        }
        assert_eq!(count, 2 * MOST);
    }

    #[test]
    fn more_records_are_news_only_a_day_later() {
        let mut told = Told::new(NotifyWhen::AtOnce);
        told.look("24T12:00", &[(Cause::Parked, 3)]);
        assert!(told.tell("24T12:05").is_some());
        assert_eq!(told.look("24T13:00", &[(Cause::Parked, 9)]), None);
        assert_eq!(told.look("25T12:04", &[(Cause::Parked, 9)]), None);
        assert_eq!(told.tell("25T12:10"), Some(vec![Cause::Parked]));
        assert_eq!(told.look("26T13:00", &[(Cause::Parked, 9)]), None, "as many are no news");
        assert_eq!(told.look("27T13:00", &[(Cause::Parked, 2)]), None, "fewer neither");
    }

    #[test]
    fn a_digest_comes_each_morning_of_the_store_while_there_is_something() {
        let mut told = Told::new(NotifyWhen::Daily);
        // 07:00 in Chicago is 13:00 UTC in November.
        assert_eq!(told.look("24T14:00", &[(Cause::Sync, 1)]), None);
        assert_eq!(told.look("25T12:59", &[(Cause::Sync, 1), (Cause::Parked, 2)]), None);
        assert_eq!(told.tell("25T13:00"), Some(vec![Cause::Sync, Cause::Parked]));
        assert_eq!(told.look("25T20:00", &[(Cause::Parked, 2)]), None);
        assert_eq!(told.tell("26T13:00"), Some(vec![Cause::Sync, Cause::Parked]), "one of them is over");
        assert_eq!(told.tell("27T13:00"), Some(vec![Cause::Parked]), "it still waits");
        assert_eq!(told.look("27T14:00", &[]), None);
        assert_eq!(told.tell("28T13:00"), Some(vec![Cause::Parked]), "over");
        assert_eq!(told.tell("29T13:00"), None);
    }

    #[test]
    fn a_digest_that_was_missed_comes_late_and_once() {
        let mut told = Told::new(NotifyWhen::Daily);
        told.look("20T12:00", &[(Cause::Sync, 1)]);
        assert!(told.tell("24T18:00").is_some());
        assert_eq!(told.tell("25T12:59"), None);
    }

    #[test]
    fn tries_are_further_and_further_apart_and_end() {
        let now = at("24T12:00");
        let mut pauses = (1..=8).map(|tries| next_try(tries, now).duration_since(now).as_mins());
        assert_eq!(pauses.by_ref().collect::<Vec<_>>(), [2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(given_up_until(at("25T00:00")), now);
    }
}
