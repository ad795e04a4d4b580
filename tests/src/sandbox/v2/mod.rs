//! The endpoints under `/v2`.

pub(super) mod order_parts;
pub(super) mod orders;
pub(super) mod shipments;
#[expect(clippy::unnecessary_wraps, reason = "all endpoints have one signature")]
pub(super) mod shop;
