//! The IntelliTrack dataset: divisions, sites, locations, units of measure, items, inventory and carriers.

pub mod carriers;
pub mod items;
pub mod places;
pub mod stock;
