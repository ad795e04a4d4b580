//! The endpoints under `/v3`.

pub(super) mod account;
pub(super) mod adjustments;
pub(super) mod customers;
pub(super) mod inventory;
mod product_filter;
pub(super) mod products;
pub(super) mod variants;
