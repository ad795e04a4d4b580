//! What goes wrong, in words for a person.

use std::error::Error;

use plugin_host_proto::{client, key, keyring};
use serde::Serialize;
use ts_rs::TS;

/// Why something a person asked for did not happen.
#[derive(Debug, Serialize, TS)]
#[ts(export)]
pub(crate) struct Failure {
    /// One sentence.
    message: String,
    /// Every single thing that stands in the way.
    reasons: Vec<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), reasons: Vec::new() }
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
        let reasons = match error {
            client::Error::Refused { reasons, .. } => {
                reasons.into_iter().map(|reason| reason.message).filter(|reason| *reason != message).collect()
            }
            _ => Vec::new(),
        };
        Self { message, reasons }
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
