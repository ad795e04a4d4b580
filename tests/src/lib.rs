//! What the tests of the Plugin Host run against.

// The bodies of orders have more fields than `json!` takes by default.
#![recursion_limit = "256"]

pub mod book;
#[cfg(feature = "desktop")]
pub mod desktop;
pub mod harness;
pub mod histories;
pub mod sandbox;
