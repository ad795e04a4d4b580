//! Nouns and rules. Nothing here waits, reads or writes.

pub mod carrier;
pub mod catalog;
pub mod configuration;
pub mod effects;
pub mod fields;
pub mod health;
pub mod notification;
pub mod order;
pub mod parked;
pub mod picking;
pub mod reason;
pub mod run;
pub mod schedule;
pub mod stock;
pub mod store;
