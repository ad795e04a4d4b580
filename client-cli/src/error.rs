//! What is said when something does not work, and the exit code that goes with it.

use std::error::Error as StdError;
use std::io;

use plugin_host_proto::v1::Reason;
use plugin_host_proto::{client, key, keyring};
use tonic::Code;

use crate::Exit;
use crate::text::escape;

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) enum Error {
    /// Something to tell the user.
    Told(Box<Told>),
    /// Nobody reads the output any more, which is no failure: `plugin-host items | head`.
    BrokenPipe,
}

/// One line of error, the single things that stand in the way, and the ways out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) reasons: Vec<String>,
    pub(crate) hints: Vec<String>,
}

impl Error {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Error {
        Error::Told(Box::new(Told { exit, message: message.into(), reasons: Vec::new(), hints: Vec::new() }))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Error {
        Error::new(Exit::Usage, message)
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Error {
        if let Error::Told(told) = &mut self {
            told.hints.push(hint.into());
        }
        self
    }
}

impl From<client::Error> for Error {
    fn from(error: client::Error) -> Error {
        let message = escape(&in_one_line(&error));
        match error {
            client::Error::Unreachable(_) => Error::new(Exit::Unreachable, message)
                .with_hint("check that the server runs and that this computer's network reaches it"),
            client::Error::NotThisServer(_) => Error::new(Exit::Unreachable, message).with_hint(
                "don't go on if you did not expect this; ask whoever runs the server for its new key",
            ),
            client::Error::Unauthorized(_) | client::Error::Forbidden(_) => {
                Error::new(Exit::Unauthorized, message).with_hint(
                    "`plugin-host stores` shows which key is used; `plugin-host connect -` takes another",
                )
            }
            client::Error::Refused { code, reasons, .. } => {
                let hints = hints(code, &reasons);
                // The server's message says them all in one line, which suits one reason and no more.
                let (message, reasons) = match reasons.len() {
                    0 | 1 => (message, Vec::new()),
                    several => {
                        (format!("{several} things stand in the way"), reasons.iter().map(reason).collect())
                    }
                };
                Error::Told(Box::new(Told { exit: Exit::Refused, message, reasons, hints }))
            }
            client::Error::Outdated => Error::new(Exit::Failed, message),
            client::Error::Failed(_) => {
                Error::new(Exit::Failed, message).with_hint("the server's log says more")
            }
        }
    }
}

impl From<tonic::Status> for Error {
    fn from(status: tonic::Status) -> Error {
        client::Error::from(status).into()
    }
}

impl From<key::Error> for Error {
    fn from(error: key::Error) -> Error {
        Error::usage(escape(&in_one_line(&error)))
    }
}

impl From<keyring::Error> for Error {
    fn from(error: keyring::Error) -> Error {
        let message = escape(&in_one_line(&error));
        match error {
            keyring::Error::NoCurrent => Error::usage(message)
                .with_hint("plugin-host connect -         paste the store key")
                .with_hint("plugin-host stores use NAME   choose a kept one"),
            keyring::Error::NotKept(_) => {
                Error::usage(message).with_hint("plugin-host stores            lists the kept keys")
            }
            keyring::Error::DoesMore(_) => Error::usage(message)
                .with_hint("plugin-host connect --name NAME -   keeps both, under two names"),
            keyring::Error::Name(_) | keyring::Error::NoHome(_) => Error::usage(message),
            keyring::Error::Keychain { .. }
            | keyring::Error::Damaged { .. }
            | keyring::Error::List { .. }
            | keyring::Error::File { .. } => Error::new(Exit::Failed, message),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Error::BrokenPipe
        } else {
            Error::new(Exit::Failed, format!("the output can't be written: {error}"))
        }
    }
}

/// An error with its sources, as one line.
pub(crate) fn in_one_line(error: &dyn StdError) -> String {
    let sources = std::iter::successors(error.source(), |&error| error.source());
    sources.fold(error.to_string(), |line, source| format!("{line}: {source}"))
}

fn reason(reason: &Reason) -> String {
    match reason.field.as_str() {
        "" => escape(&reason.message),
        field => format!("{}: {}", escape(field), escape(&reason.message)),
    }
}

/// The commands that remove what stands in the way.
pub(crate) fn hints(code: Code, reasons: &[Reason]) -> Vec<String> {
    let mut flags: Vec<&str> = reasons.iter().filter_map(|reason| flag(&reason.field)).collect();
    flags.dedup();
    let mut hints = Vec::new();
    if !flags.is_empty() {
        hints.push(format!("plugin-host configure set {}", flags.join(" ")));
    }
    if flags.iter().any(|flag| flag.contains("CODE")) {
        hints.push("plugin-host divisions lists the codes".to_owned());
    }
    if code == Code::Aborted {
        hints.push("somebody else was faster; look at what is there now and try again".to_owned());
    }
    hints
}

/// The option of `configure set` that changes a configuration field.
pub(crate) fn flag(field: &str) -> Option<&'static str> {
    Some(match field.rsplit('.').next()? {
        "default_division" => "--default-division CODE",
        "default_uom" => "--default-uom CODE",
        "default_site" => "--default-site CODE",
        "default_location" => "--default-location CODE",
        "store_location_id" => "--store-location ID",
        "create_item_number_using" => "--create-item-number-using sku,product-id",
        "stock_decreased_when_order_placed" => "--stock-decreased follow",
        "auto_sync" => "--auto-sync on",
        "sync_interval_minutes" => "--sync-interval-minutes N",
        "active_from" | "active_until" => "--active-hours HH:MM-HH:MM",
        "end_of_day" => "--end-of-day on",
        "end_of_day_time" => "--end-of-day-time HH:MM",
        "reconciliation_time" => "--reconciliation-time HH:MM",
        "time_zone" => "--time-zone ZONE",
        "imported_status_ids" => "--order-statuses 11,9,8,3",
        "order_number_prefix" => "--order-number-prefix TEXT",
        "stock_scope" => "--stock-scope default-site",
        "stock_sites" => "--stock-sites CODE,CODE",
        "excluded_locations" => "--excluded-locations SITE/LOCATION",
        "open_orders" => "--open-orders division",
        "guest_rule" => "--guest-rule by-email",
        "guest_customer" => "--guest-customer NAME",
        "shipment_rule" => "--shipment-rule on-close",
        "set_order_status" => "--set-order-status on",
        "safety_buffer" => "--safety-buffer N",
        "hold_at_zero_percent" => "--hold-at-zero-percent N",
        "hold_at_units" => "--hold-at-units N",
        "drift_policy" => "--drift-policy warehouse-wins",
        "pickup_rule" => "--pickup-rule leave",
        "notify_emails" => "--notify-emails ADDRESS,ADDRESS",
        "notify_webhook" => "--notify-webhook URL",
        "notify_when" => "--notify-when at-once",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: Error) -> Told {
        let Error::Told(told) = error else { panic!("{error:?}") };
        *told
    }

    fn missing(field: &str, message: &str) -> Reason {
        Reason { code: String::new(), message: message.to_owned(), field: field.to_owned() }
    }

    #[test]
    fn a_refusal_names_each_field_and_the_command_that_fixes_them() {
        let told = told(Error::from(client::Error::Refused {
            message: "the import can't begin yet".to_owned(),
            code: Code::FailedPrecondition,
            reasons: vec![
                missing("default_site", "choose a Default Site"),
                missing("configuration.time_zone", "choose a time zone"),
                missing("", "the store refused its token"),
            ],
        }));
        assert_eq!(told.exit, Exit::Refused);
        assert_eq!(
            told.reasons,
            [
                "default_site: choose a Default Site",
                "configuration.time_zone: choose a time zone",
                "the store refused its token"
            ]
        );
        assert_eq!(
            told.hints,
            [
                "plugin-host configure set --default-site CODE --time-zone ZONE",
                "plugin-host divisions lists the codes"
            ]
        );
    }

    #[test]
    fn each_class_of_error_has_its_exit_code() {
        let code = |code| told(Error::from(tonic::Status::new(code, "said"))).exit.code();
        assert_eq!(code(Code::Internal), 4);
        assert_eq!(code(Code::FailedPrecondition), 5);
        assert_eq!(code(Code::Unavailable), 6);
        assert_eq!(code(Code::Unauthenticated), 7);
        assert_eq!(told(Error::from(key::Error::Empty)).exit.code(), 2);
        assert_eq!(told(Error::from(keyring::Error::NoCurrent)).exit.code(), 2);
    }

    #[test]
    fn a_reader_that_stops_reading_is_no_failure() {
        assert!(matches!(Error::from(io::Error::from(io::ErrorKind::BrokenPipe)), Error::BrokenPipe));
    }

    #[test]
    fn what_a_server_says_can_not_take_over_the_terminal() {
        let status = tonic::Status::internal("broken\u{1b}[2J");
        assert_eq!(told(Error::from(status)).message, "broken\\u{1b}[2J");
    }
}
