//! The IntelliTrack dataset: divisions, sites, locations, units of measure, items, inventory,
//! carriers and picking orders.

pub mod carriers;
pub mod items;
pub mod orders;
pub mod picks;
pub mod places;
pub mod stock;
