//! The IntelliTrack dataset: divisions, sites, locations, units of measure, items, inventory,
//! carriers, picking orders and shipments.

pub mod carriers;
pub mod changes;
pub mod counts;
pub mod customers;
pub mod items;
pub mod order_states;
pub mod orders;
pub mod overview;
pub mod picks;
pub mod places;
pub mod promised;
pub mod shipments;
pub mod stock;
