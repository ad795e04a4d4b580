//! The only room that speaks HTTP and BigCommerce's JSON.
//!
//! Reads are retried, paged without loss while rows change, kept within the store's quota, and limited in size.

mod adjustments;
mod budget;
mod connect;
mod customers;
mod error;
mod figures;
mod http;
mod inventory;
mod orders;
mod products;
mod shipments;
mod shipping;
mod wire;

pub use adjustments::{BATCH, Counted, NewCount};
pub use budget::{Budget, Quota, Slot, Urgency};
pub use connect::{Location, Profile, StoreSettings};
pub use customers::CustomerPage;
pub use error::Error;
pub use figures::Figures;
pub use http::{Api, BaseUrls, StoreApi};
pub use inventory::{InventoryPage, InventoryRow};
pub use orders::{OrderFilter, OrderPage};
pub use products::{ProductPage, Unreadable, Window, ahead};
pub use shipments::{NewShipment, Shipment};
pub use shipping::ShippingOption;

/// What a call to BigCommerce answers.
pub type Result<T> = std::result::Result<T, Error>;
