//! One request as an endpoint sees it.

use bytes::Bytes;
use hyper::Method;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::query::Query;
use super::reply::{Dialect, Problem};

/// A request to the store, with the path below `/stores/{hash}`.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) raw_query: String,
    pub(crate) query: Query,
    pub(crate) body: Bytes,
    /// The numbers that stand in the path, in order.
    pub(crate) ids: Vec<u32>,
    pub(crate) now: Timestamp,
    /// Scheme and authority, for the links in replies.
    pub(crate) store_url: String,
}

impl Call {
    /// The dialect of the path: only `/v2/...` speaks v2.
    pub(crate) fn dialect(&self) -> Dialect {
        if self.path.starts_with("/v2/") { Dialect::V2 } else { Dialect::V3 }
    }

    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Problem::bad_request(format!("The request body is not valid: {error}.")))
    }
}
