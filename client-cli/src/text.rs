//! Words, numbers and times as people read them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use plugin_host_proto::v1::{KeyKind, PhaseKind, PhaseState, RunKind, RunState, Severity, Status};

/// Makes text from a store harmless for a terminal: control characters and those that reorder text are spelled out.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_harmful(letter) {
            safe.extend(letter.escape_default());
        } else {
            safe.push(letter);
        }
    }
    safe
}

fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Writes a number with its thousands apart.
pub(crate) fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0 { format!("-{grouped}") } else { grouped }
}

/// The time zone that times are shown in.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// The zone of this IANA name; UTC when it is empty or unknown here.
    pub(crate) fn of(name: &str) -> Zone {
        match TimeZone::get(name) {
            Ok(zone) => Zone { name: name.to_owned(), zone },
            Err(_) => Zone { name: "UTC".to_owned(), zone: TimeZone::UTC },
        }
    }

    /// The zone that a store's times are shown in; a server of an earlier version names only the store's own.
    pub(crate) fn of_store(status: &Status) -> Zone {
        let own = status.store.as_ref().map_or("", |store| &store.time_zone);
        Zone::of(if status.time_zone.is_empty() { own } else { &status.time_zone })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Date and time for a column whose head names the zone; empty when there is none.
    pub(crate) fn time(&self, at: Option<&pbjson_types::Timestamp>) -> String {
        let Some(at) = at.and_then(|at| Timestamp::new(at.seconds, at.nanos).ok()) else {
            return String::new();
        };
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The instant at which clocks of the zone show this; the later one where they skip it, the first where they repeat it.
    pub(crate) fn instant(&self, time: DateTime) -> Option<Timestamp> {
        self.zone.to_timestamp(time).ok()
    }

    /// Date, time and the zone's name.
    pub(crate) fn time_in_words(&self, at: Option<&pbjson_types::Timestamp>) -> String {
        match self.time(at) {
            time if time.is_empty() => time,
            time => format!("{time} {}", self.name),
        }
    }
}

/// How long something took, in its two largest units.
pub(crate) fn duration(
    from: Option<&pbjson_types::Timestamp>,
    until: Option<&pbjson_types::Timestamp>,
) -> String {
    let (Some(from), Some(until)) = (from, until) else { return String::new() };
    let secs = (until.seconds - from.seconds).max(0);
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => format!("{} min {} s", secs / 60, secs % 60),
        _ => format!("{} h {} min", secs / 3600, secs / 60 % 60),
    }
}

pub(crate) fn run_kind(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Unspecified => "unknown",
        RunKind::Import => "import",
        RunKind::Sync => "sync",
        RunKind::Shipments => "shipments",
        RunKind::EndOfDay => "end-of-day",
        RunKind::SynchronizeProducts => "products synchronization",
        RunKind::ImportInventory => "inventory import",
        RunKind::SynchronizeCarriers => "carriers synchronization",
        RunKind::SynchronizeCustomers => "customers synchronization",
        RunKind::SynchronizePickingOrders => "orders synchronization",
        RunKind::Reconciliation => "reconciliation",
    }
}

/// The command that asks for such a run; there is none for what only the server begins.
pub(crate) fn command(kind: RunKind) -> Option<&'static str> {
    Some(match kind {
        RunKind::Unspecified | RunKind::Shipments => return None,
        RunKind::Import => "import",
        RunKind::Sync => "sync",
        RunKind::EndOfDay => "end-of-day",
        RunKind::SynchronizeProducts => "manual products",
        RunKind::ImportInventory => "manual inventory",
        RunKind::SynchronizeCarriers => "manual carriers",
        RunKind::SynchronizeCustomers => "manual customers",
        RunKind::SynchronizePickingOrders => "manual orders",
        RunKind::Reconciliation => "reconcile",
    })
}

pub(crate) fn run_state(state: RunState) -> &'static str {
    match state {
        RunState::Unspecified => "unknown",
        RunState::Queued => "queued",
        RunState::Running => "running",
        RunState::Complete => "complete",
        RunState::CompleteWithParked => "complete with parked records",
        RunState::Failed => "failed",
        RunState::Held => "held",
    }
}

pub(crate) fn phase_kind(kind: PhaseKind) -> &'static str {
    match kind {
        PhaseKind::Unspecified => "unknown",
        PhaseKind::Products => "products",
        PhaseKind::Inventory => "inventory",
        PhaseKind::Carriers => "carriers",
        PhaseKind::PickingOrders => "orders",
        PhaseKind::Shipments => "shipments",
        PhaseKind::Counts => "counts",
        PhaseKind::Customers => "customers",
        PhaseKind::Comparison => "comparison",
    }
}

pub(crate) fn phase_state(state: PhaseState) -> &'static str {
    match state {
        PhaseState::Unspecified => "unknown",
        PhaseState::Waiting => "waiting",
        PhaseState::Running => "running",
        PhaseState::Done => "done",
        PhaseState::AlreadyDone => "done earlier",
    }
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Unspecified | Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

pub(crate) fn key_kind(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Unspecified => "unknown",
        KeyKind::Admin => "admin",
        KeyKind::Operator => "operator",
        KeyKind::Monitor => "monitor",
        KeyKind::MonitorAll => "monitor-all",
    }
}

pub(crate) fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> pbjson_types::Timestamp {
        pbjson_types::Timestamp { seconds, nanos: 0 }
    }

    #[test]
    fn what_could_take_over_a_terminal_is_spelled_out() {
        assert_eq!(escape("Zelt \"Größe L\" 帳篷"), "Zelt \"Größe L\" 帳篷");
        assert_eq!(escape("a\u{1b}[2Jb\r\n\tc\u{7f}\u{9b}"), "a\\u{1b}[2Jb\\r\\n\\tc\\u{7f}\\u{9b}");
        assert_eq!(escape("abc\u{202e}fdp\u{feff}"), "abc\\u{202e}fdp\\u{feff}");
    }

    #[test]
    fn thousands_stand_apart() {
        let all = [0, 7, 999, 1_000, 100_000, 1_234_567, -12_345].map(number);
        assert_eq!(all, ["0", "7", "999", "1,000", "100,000", "1,234,567", "-12,345"]);
        assert_eq!(number(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn times_are_shown_in_the_stores_zone_over_a_clock_change() {
        let zone = Zone::of("America/Chicago");
        assert_eq!(zone.time(Some(&at(1_793_516_399))), "2026-11-01 01:59:59");
        assert_eq!(zone.time(Some(&at(1_793_516_400))), "2026-11-01 01:00:00");
        assert_eq!(zone.time_in_words(Some(&at(0))), "1969-12-31 18:00:00 America/Chicago");
        assert_eq!(zone.time_in_words(None), "");
    }

    #[test]
    fn an_unknown_zone_is_shown_as_utc() {
        let zone = Zone::of("Middle/Earth");
        assert_eq!(zone.time_in_words(Some(&at(0))), "1970-01-01 00:00:00 UTC");
    }

    #[test]
    fn durations_have_two_units() {
        assert_eq!(duration(Some(&at(0)), Some(&at(59))), "59 s");
        assert_eq!(duration(Some(&at(0)), Some(&at(61))), "1 min 1 s");
        assert_eq!(duration(Some(&at(0)), Some(&at(3 * 3600 + 61))), "3 h 1 min");
        assert_eq!(duration(Some(&at(0)), None), "");
    }
}
