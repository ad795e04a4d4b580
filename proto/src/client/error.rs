//! What can go wrong in a call, by what a person can do about it.

use std::error::Error as StdError;
use std::{fmt, io};

use rustls::CertificateError;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::pinned::AnotherAuthority;
use crate::v1::Reason;

/// Why a call did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing answers, or not in time: check the network, or wait.
    #[error("the server can't be reached")]
    Unreachable(#[source] Cause),
    /// Somebody answers who is not the key's server, or whose certificate is out of order: don't go on.
    #[error("the server can't be trusted")]
    NotThisServer(#[source] Cause),
    /// The key is not, or no longer, good: get another one.
    #[error("{0}")]
    Unauthorized(String),
    /// The key is good, but not for this: somebody with another kind of key must do it.
    #[error("{0}")]
    Forbidden(String),
    /// The server understood and declined: do what the reasons say.
    #[error("{message}")]
    Refused {
        /// What was refused, in one sentence.
        message: String,
        /// The class of the refusal; `Aborted` means that somebody else was faster.
        code: Code,
        /// Every single thing that stands in the way.
        reasons: Vec<Reason>,
    },
    /// The server is older than this client: update it.
    #[error("the server does not know this call; update the server")]
    Outdated,
    /// The server failed: its log says more.
    #[error("{0}")]
    Failed(String),
}

impl From<Status> for Error {
    fn from(status: Status) -> Error {
        let message = status.message().to_owned();
        match status.code() {
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => unreachable(&status),
            Code::Unauthenticated => Error::Unauthorized(message),
            Code::PermissionDenied => Error::Forbidden(message),
            code @ (Code::FailedPrecondition
            | Code::InvalidArgument
            | Code::Aborted
            | Code::NotFound
            | Code::AlreadyExists
            | Code::OutOfRange
            | Code::ResourceExhausted) => {
                Error::Refused { reasons: reasons(&status.get_error_details()), message, code }
            }
            Code::Unimplemented => Error::Outdated,
            // A connection that broke within a call has no better code than these.
            _ if is_broken_connection(&status) => unreachable(&status),
            Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss => Error::Failed(message),
        }
    }
}

/// The innermost cause of a failed connection, in words.
#[derive(Debug)]
pub struct Cause(String);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Cause {}

fn unreachable(status: &Status) -> Error {
    if let Some(error) = chain(status).find_map(tls_error) {
        return Error::NotThisServer(Cause(tls_words(error)));
    }
    let words = match chain(status).last() {
        Some(error) if !error.is::<Status>() => error.to_string(),
        _ => status.message().to_owned(),
    };
    Error::Unreachable(Cause(words))
}

fn is_broken_connection(status: &Status) -> bool {
    chain(status).any(|error| error.is::<io::Error>() || error.is::<tonic::transport::Error>())
        || status.message().contains("h2 protocol error")
}

fn chain<'error>(status: &'error Status) -> impl Iterator<Item = &'error (dyn StdError + 'static)> {
    std::iter::successors(status.source(), |&error| error.source())
}

/// TLS errors travel inside IO errors, whose `source` skips what they contain.
fn tls_error<'error>(error: &'error (dyn StdError + 'static)) -> Option<&'error rustls::Error> {
    let inside = || error.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref();
    error.downcast_ref().or_else(inside)
}

fn tls_words(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(certificate) = error else { return error.to_string() };
    match certificate {
        CertificateError::Other(other) if other.0.is::<AnotherAuthority>() => other.0.to_string(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired, or this computer's clock is wrong".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet, or this computer's clock is wrong".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name than the key's address".to_owned()
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate was signed by an authority that this key does not trust".to_owned()
        }
        other => other.to_string(),
    }
}

fn reasons(details: &ErrorDetails) -> Vec<Reason> {
    let preconditions = details.precondition_failure().into_iter().flat_map(|failure| &failure.violations);
    let fields = details.bad_request().into_iter().flat_map(|request| &request.field_violations);
    preconditions
        .map(|violation| Reason {
            code: violation.r#type.clone(),
            message: violation.description.clone(),
            field: violation.subject.clone(),
        })
        .chain(fields.map(|violation| Reason {
            code: String::new(),
            message: violation.description.clone(),
            field: violation.field.clone(),
        }))
        .collect()
}
