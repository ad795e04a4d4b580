//! The state of the store: goods, orders, customers and what surrounds them, with the store's own rules.

mod cart;
mod catalogue;
mod checkout;
mod customer;
mod order;
mod places;
mod product;
mod sales;
mod stock;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

pub use cart::{Buyer, Goods, NewLine, NewOrder};
pub use catalogue::Shelf;
pub use customer::{BookEntry, Customer};
pub(crate) use order::status_name;
pub use order::{Address, Consignment, Line, LineKind, Order, Pickup, STATUSES, Shipment, status};
pub use places::{
    Channel, InventoryOverrides, InventorySettings, Location, Method, StockBehavior, Surroundings, Zone,
};
pub use product::{Kind, Level, Money, OptionValue, Product, Tracking, Variant};
pub use sales::{Email, NewShipment, Refusal, ShippedItem};
pub(crate) use stock::{Identity, PendingCount};

use super::clock::Clock;

/// One store's state.
#[derive(Debug)]
pub struct Store {
    clock: Arc<Clock>,
    shelf: Shelf,
    orders: BTreeMap<u32, Order>,
    customers: BTreeMap<u32, Customer>,
    emails: Vec<Email>,
    pending: VecDeque<PendingCount>,
    next_child_id: u32,
    last_customer_id: u32,
    last_entry_id: u32,
    /// How long an accepted absolute adjustment stays invisible.
    pub inventory_delay: Duration,
    /// Locations, zones, channels and settings.
    pub surroundings: Surroundings,
}

impl Store {
    /// A store without goods or orders.
    pub fn new(clock: Arc<Clock>) -> Self {
        Self {
            clock,
            shelf: Shelf::default(),
            orders: BTreeMap::new(),
            customers: BTreeMap::new(),
            emails: Vec::new(),
            pending: VecDeque::new(),
            next_child_id: 1,
            last_customer_id: 0,
            last_entry_id: 0,
            inventory_delay: Duration::ZERO,
            surroundings: Surroundings::default(),
        }
    }

    /// What time it is in the store.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The goods.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The orders by id.
    pub fn orders(&self) -> &BTreeMap<u32, Order> {
        &self.orders
    }

    /// Adds a product as of now, or replaces the one with the same id, and gives its id.
    pub fn insert_product(&mut self, mut product: Product) -> u32 {
        let now = self.clock.now();
        product.created_at = now;
        product.modified_at = now;
        self.shelf.insert(product)
    }

    /// Adds a product that is as old as it says.
    pub(crate) fn stock_shelf(&mut self, product: Product) -> u32 {
        self.shelf.insert(product)
    }

    /// Changes a product and marks it as modified now; says whether there is such a product.
    pub fn edit_product(&mut self, id: u32, edit: impl FnOnce(&mut Product)) -> bool {
        let Some(mut product) = self.shelf.remove(id) else { return false };
        edit(&mut product);
        product.id = id;
        product.modified_at = self.clock.now();
        self.shelf.insert(product);
        true
    }

    /// Deletes a product and its variants; says whether there was such a product.
    pub fn delete_product(&mut self, id: u32) -> bool {
        self.shelf.remove(id).is_some()
    }

    /// Adds a variant that belongs to no product, as old stores have, and gives its id.
    pub fn insert_orphan_variant(&mut self, variant: Variant) -> u32 {
        self.shelf.insert_orphan(variant)
    }

    fn child_id(&mut self) -> u32 {
        let id = self.next_child_id;
        self.next_child_id += 1;
        id
    }
}
