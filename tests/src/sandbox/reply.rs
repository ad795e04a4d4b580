//! What an endpoint answers, before the manners of the wire are added.

use bytes::Bytes;
use hyper::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

const STATUS_CODES_PAGE: &str = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";

const PROBLEM_JSON: &str = "application/problem+json";

/// A status and a body.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
}

impl Reply {
    /// 200 with a value.
    pub(crate) fn json(value: &impl Serialize) -> Self {
        Self::json_bytes(serde_json::to_vec(value).expect("our values have string keys"))
    }

    /// 200 with ready-made JSON.
    pub(crate) fn json_bytes(body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, content_type: "application/json", body: body.into() }
    }

    /// 200 with a v3 envelope around one thing.
    pub(crate) fn v3(data: &impl Serialize) -> Self {
        Self::json(&json!({ "data": data, "meta": {} }))
    }

    /// A v2 list: a bare array, or 204 when it is empty.
    pub(crate) fn v2_list(rows: &[Value]) -> Self {
        if rows.is_empty() { Self::empty() } else { Self::json(&rows) }
    }

    /// 204 without a body.
    pub(crate) fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, content_type: "", body: Bytes::new() }
    }

    /// The same body with another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

/// Which of the two dialects a path speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Bare arrays and objects.
    V2,
    /// `data` and `meta`.
    V3,
}

/// Why a request was not answered; rendered in the dialect of its path.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) title: String,
    pub(crate) errors: Value,
    pub(crate) content_type: &'static str,
}

impl Problem {
    /// A problem with a title and no details.
    pub(crate) fn new(status: StatusCode, title: impl Into<String>) -> Self {
        Self { status, title: title.into(), errors: json!({}), content_type: "application/json" }
    }

    /// 400 with words.
    pub(crate) fn bad_request(title: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, title)
    }

    /// 404.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "The requested resource was not found.")
    }

    /// 404 of the inventory endpoints, which speak `application/problem+json`.
    pub(crate) fn inventory_not_found() -> Self {
        Self { content_type: PROBLEM_JSON, ..Self::not_found() }
    }

    /// A parameter that cannot be read: 422 in v3, 400 in v2.
    pub(crate) fn invalid(name: &'static str) -> Self {
        let title = format!("The field '{name}' is invalid.");
        Self { errors: json!({ name: title }), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, title) }
    }

    /// 413 for a `limit` over the maximum.
    pub(crate) fn limit_too_large(max: usize) -> Self {
        let title = format!("The requested limit is too large. The maximum items allowed per page is {max}.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, title)
    }

    /// 413 for an array that is too long.
    pub(crate) fn array_too_long(max: usize) -> Self {
        let title =
            format!("The request payload is too large. The maximum items allowed in the array is {max}.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, title)
    }

    /// 422 of the inventory endpoints, which speak `application/problem+json`.
    pub(crate) fn inventory(errors: Value) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            title: "Unprocessable entity".to_owned(),
            errors,
            content_type: PROBLEM_JSON,
        }
    }

    /// The reply, in the shape of the dialect.
    pub(crate) fn reply(&self, dialect: Dialect) -> Reply {
        match dialect {
            Dialect::V2 => {
                let status = match self.status {
                    StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
                    status => status,
                };
                let body = json!([{ "status": status.as_u16(), "message": self.title }]);
                Reply::json(&body).with_status(status)
            }
            Dialect::V3 => {
                let body = json!({
                    "status": self.status.as_u16(),
                    "title": self.title,
                    "type": STATUS_CODES_PAGE,
                    "errors": self.errors,
                });
                Reply { content_type: self.content_type, ..Reply::json(&body).with_status(self.status) }
            }
        }
    }
}
