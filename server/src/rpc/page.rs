//! Page sizes and page tokens.

use tonic::Status;

use crate::{app::Error, domain::configuration::Violation};

/// How many rows a page has: as asked, or 50.
pub(super) fn size(asked: i32) -> Result<i64, Status> {
    match asked {
        0 => Ok(50),
        1..=1000 => Ok(i64::from(asked)),
        _ => Err(invalid("page_size", "Ask for 1 to 1000 rows, or 0 for 50.")),
    }
}

/// Where an earlier page ended: parts that were put together by [`token`].
pub(super) fn parts<const N: usize>(token: &str) -> Result<Option<[String; N]>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let parts: Option<Vec<String>> = serde_json::from_str(token).ok();
    let parts = parts.and_then(|parts| parts.try_into().ok());
    parts.map(Some).ok_or_else(|| invalid("page_token", "Send back the token of the page before, unchanged."))
}

/// Where an earlier page ended, as a number.
pub(super) fn number(token: &str) -> Result<Option<i64>, Status> {
    let Some([number]) = parts::<1>(token)? else { return Ok(None) };
    number
        .parse()
        .map(Some)
        .map_err(|_| invalid("page_token", "Send back the token of the page before, unchanged."))
}

/// The token for the next page; empty when this one was not full.
pub(super) fn token<const N: usize>(
    rows: usize,
    size: i64,
    last: impl FnOnce() -> Option<[String; N]>,
) -> String {
    if i64::try_from(rows).is_ok_and(|rows| rows < size) {
        return String::new();
    }
    last().map(|parts| serde_json::json!(parts.to_vec()).to_string()).unwrap_or_default()
}

fn invalid(field: &'static str, message: &str) -> Status {
    super::convert::status(Error::Invalid(vec![Violation::new(field, message)]))
}
