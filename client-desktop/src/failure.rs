//! What goes wrong, in words for a person and in a kind for the window.

use std::error::Error;

use plugin_host_proto::{client, key, keyring, v1};
use serde::Serialize;
use tonic::Code;
use ts_rs::TS;

/// Why something a person asked for did not happen.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub(crate) struct Failure {
    /// What a window can do about it.
    pub(crate) kind: FailureKind,
    /// One sentence.
    pub(crate) message: String,
    /// Every single thing that stands in the way.
    reasons: Vec<Reason>,
}

/// What a window can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "camelCase")]
pub(crate) enum FailureKind {
    /// Show the reasons beside their fields.
    Invalid,
    /// Show the reasons: the store or the warehouse is not ready for it.
    Refused,
    /// Show what somebody else has saved meanwhile.
    Stale,
    /// Show that it is not there any more.
    NotFound,
    /// Ask for another key: this one is wrong or revoked.
    Unauthorized,
    /// Say that this key may only read, or not do this.
    Forbidden,
    /// Show what was last known, and that it is.
    Unreachable,
    /// Warn: somebody else answers in the server's place, or its certificate is out of order.
    Untrusted,
    /// Say that the server is older than this program.
    Outdated,
    /// Say what happened; nothing can be done here.
    Failed,
}

/// One thing that stands in the way.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub(crate) struct Reason {
    /// What programs know it by; may be empty.
    code: String,
    /// What it is, and the way out.
    message: String,
    /// The field of the request or of the configuration that it is about; may be empty.
    field: String,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Failed, message: message.into(), reasons: Vec::new() }
    }
}

/// The error and its causes, each said once.
pub(crate) fn words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
        let message = words(&error);
        let (kind, reasons) = match error {
            client::Error::Unreachable(_) => (FailureKind::Unreachable, Vec::new()),
            client::Error::NotThisServer(_) => (FailureKind::Untrusted, Vec::new()),
            client::Error::Unauthorized(_) => (FailureKind::Unauthorized, Vec::new()),
            client::Error::Forbidden(_) => (FailureKind::Forbidden, Vec::new()),
            client::Error::Outdated => (FailureKind::Outdated, Vec::new()),
            client::Error::Failed(_) => (FailureKind::Failed, Vec::new()),
            client::Error::Refused { code, reasons, .. } => {
                let kind = match code {
                    Code::Aborted => FailureKind::Stale,
                    Code::NotFound => FailureKind::NotFound,
                    Code::InvalidArgument | Code::OutOfRange => FailureKind::Invalid,
                    _ => FailureKind::Refused,
                };
                (kind, reasons.into_iter().map(Reason::from).collect())
            }
        };
        Self { kind, message, reasons }
    }
}

impl From<v1::Reason> for Reason {
    fn from(v1::Reason { code, message, field }: v1::Reason) -> Self {
        Self { code, message, field }
    }
}

impl From<key::Error> for Failure {
    fn from(error: key::Error) -> Self {
        Self::new(words(&error))
    }
}

impl From<keyring::Error> for Failure {
    fn from(error: keyring::Error) -> Self {
        Self::new(words(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_its_kind_and_its_fields() {
        let of = |code| {
            let reason =
                v1::Reason { code: String::new(), message: "no such zone".into(), field: "time_zone".into() };
            Failure::from(client::Error::Refused { message: "no".into(), code, reasons: vec![reason] })
        };
        assert_eq!(of(Code::Aborted).kind, FailureKind::Stale);
        assert_eq!(of(Code::FailedPrecondition).kind, FailureKind::Refused);
        let invalid = of(Code::InvalidArgument);
        assert_eq!((invalid.kind, invalid.reasons[0].field.as_str()), (FailureKind::Invalid, "time_zone"));
    }
}
