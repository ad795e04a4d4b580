//! Random histories of a store and its warehouse, against a model that only counts what is on the shelf.
//!
//! A [`History`] is a store and a list of things that happen: shoppers order and change their minds, people pick and
//! ship, requests go wrong, servers stop dead. It is [`play`]ed on the real server and the real sandbox; then everything
//! comes to rest, and what the two sides show is compared with what is true. A [`search`] plays the histories of many
//! seeds and makes those that break a promise as short as they can be.

mod check;
mod history;
mod machine;
mod model;
mod opening;
mod places;
mod published;
mod search;
mod shop;
mod staff;
mod step;
mod trouble;
mod world;

pub use history::History;
pub use search::{Found, Search, Searched, search};
pub use world::{Broken, Outcome, play};
