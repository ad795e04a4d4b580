//! The IntelliTrack dataset: divisions, sites, locations, units of measure, items, inventory,
//! carriers, picking orders and shipments.

pub mod carriers;
pub mod counts;
pub mod items;
pub mod orders;
pub mod picks;
pub mod places;
pub mod shipments;
pub mod stock;
