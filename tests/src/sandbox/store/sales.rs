//! What becomes of orders, and what that does to the store's stock.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::order::{Line, Order, Shipment, is_placed, status};
use super::{StockBehavior, Store};

/// A parcel that is about to be recorded.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewShipment {
    /// The consignment it belongs to.
    #[serde(rename = "order_address_id")]
    pub address_id: u32,
    /// Line ids and quantities.
    pub items: Vec<ShippedItem>,
    /// The carrier's number.
    pub tracking_number: String,
    /// The provider, such as `usps`.
    #[serde(rename = "shipping_provider")]
    pub provider: String,
    /// The carrier's slug.
    #[serde(rename = "tracking_carrier")]
    pub carrier: String,
    /// The method's words.
    #[serde(rename = "shipping_method")]
    pub method: String,
    /// Comments.
    pub comments: String,
}

/// How many of a line a parcel holds.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct ShippedItem {
    /// The line.
    #[serde(rename = "order_product_id")]
    pub line_id: u32,
    /// How many.
    pub quantity: u32,
}

impl NewShipment {
    /// A parcel with these lines and quantities.
    pub fn of(address_id: u32, items: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let items = items.into_iter().map(|(line_id, quantity)| ShippedItem { line_id, quantity }).collect();
        Self { address_id, items, ..Self::default() }
    }
}

/// An e-mail that told a customer of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Email {
    /// The order.
    pub order_id: u32,
    /// The parcel.
    pub shipment_id: u32,
    /// When it was sent.
    pub at: Timestamp,
}

/// Why the store does not do something with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such order.
    NoSuchOrder,
    /// The order has no such line or address.
    NoSuchLine,
    /// More than what is left of the line.
    TooMany,
}

impl Store {
    /// Changes an order in any way, marks it as modified now and takes or returns stock by the rule;
    /// says whether there is such an order.
    pub fn edit_order(&mut self, id: u32, edit: impl FnOnce(&mut Order)) -> bool {
        let now = self.clock.now();
        let Some(order) = self.orders.get_mut(&id) else { return false };
        edit(order);
        order.modified_at = now;
        self.balance_stock(id);
        true
    }

    /// Moves an order to another state.
    pub fn set_status(&mut self, id: u32, status: u8) -> bool {
        self.edit_order(id, |order| order.status = status)
    }

    /// Cancels an order; its stock returns if the store's rule says so.
    pub fn cancel(&mut self, id: u32) -> bool {
        self.set_status(id, status::CANCELLED)
    }

    /// Refunds some of a line; the order becomes refunded (and its stock returns) when nothing is left.
    pub fn refund(&mut self, id: u32, line_id: u32, quantity: u32) -> Result<(), Refusal> {
        let order = self.orders.get(&id).ok_or(Refusal::NoSuchOrder)?;
        let line = order.lines.iter().find(|line| line.id == line_id).ok_or(Refusal::NoSuchLine)?;
        if line.refunded + quantity > line.quantity {
            return Err(Refusal::TooMany);
        }
        self.edit_order(id, |order| {
            for line in order.lines.iter_mut().filter(|line| line.id == line_id) {
                line.refunded += quantity;
            }
            let all = order.lines.iter().all(|line| line.refunded == line.quantity);
            order.status = if all { status::REFUNDED } else { status::PARTIALLY_REFUNDED };
        });
        Ok(())
    }

    /// Every e-mail that told a customer of a parcel, oldest first.
    pub fn emails(&self) -> &[Email] {
        &self.emails
    }

    /// Records a parcel, tells the customer, counts its lines as shipped and, in most stores, moves the
    /// order's state.
    pub fn ship(&mut self, id: u32, parcel: NewShipment) -> Result<u32, Refusal> {
        let order = self.orders.get(&id).ok_or(Refusal::NoSuchOrder)?;
        if order.consignments.iter().all(|consignment| consignment.id != parcel.address_id) {
            return Err(Refusal::NoSuchLine);
        }
        for item in &parcel.items {
            let line = order.lines.iter().find(|line| line.id == item.line_id).ok_or(Refusal::NoSuchLine)?;
            if line.address_id != parcel.address_id {
                return Err(Refusal::NoSuchLine);
            }
            if line.shipped + line.refunded + item.quantity > line.quantity {
                return Err(Refusal::TooMany);
            }
        }
        let shipment = Shipment {
            id: self.child_id(),
            address_id: parcel.address_id,
            created_at: self.clock.now(),
            tracking_number: parcel.tracking_number,
            provider: parcel.provider,
            carrier: parcel.carrier,
            method: parcel.method,
            comments: parcel.comments,
            items: parcel.items.iter().map(|item| (item.line_id, item.quantity)).collect(),
        };
        let shipment_id = shipment.id;
        self.emails.push(Email { order_id: id, shipment_id, at: shipment.created_at });
        let moves_status = self.surroundings.shipping_moves_status;
        self.edit_order(id, |order| {
            for &(line_id, quantity) in &shipment.items {
                for line in order.lines.iter_mut().filter(|line| line.id == line_id) {
                    line.shipped += quantity;
                }
            }
            let is_open = |line: &Line| line.address_id != 0 && line.shipped + line.refunded < line.quantity;
            let all = !order.lines.iter().any(is_open);
            if all {
                order.shipped_at = Some(shipment.created_at);
            }
            if moves_status {
                order.status = if all { status::SHIPPED } else { status::PARTIALLY_SHIPPED };
            }
            order.shipments.push(shipment);
        });
        Ok(shipment_id)
    }

    /// How many of a variant have been taken out of the store's stock for orders whose goods are still here.
    pub fn unsent(&self, variant_id: u32) -> i64 {
        let open =
            self.orders.values().filter(|order| !matches!(order.status, status::SHIPPED | status::COMPLETED));
        let lines = open.flat_map(|order| &order.lines).filter(|line| line.variant_id == Some(variant_id));
        lines.map(|line| i64::from(line.taken.saturating_sub(line.shipped))).sum()
    }

    /// Takes or returns what the order's state, the store's rule and the lines ask for.
    pub(super) fn balance_stock(&mut self, id: u32) {
        let Some(order) = self.orders.get(&id) else { return };
        let settings = self.surroundings.settings_for(order.channel_id);
        let order_status = order.status;
        let moves: Vec<(usize, u32, i64)> = order
            .lines
            .iter()
            .enumerate()
            .filter_map(|(index, line)| {
                let behavior = settings.update_stock_behavior;
                let wanted = match order_status {
                    status::CANCELLED | status::REFUNDED if settings.refund_order_stock_adjustment => 0,
                    _ if is_settled(line, behavior) && !settings.edit_order_stock_adjustment => line.taken,
                    _ => line.taken.max(due(line, order_status, behavior)).min(line.quantity),
                };
                let change = i64::from(wanted) - i64::from(line.taken);
                (change != 0).then_some((index, line.variant_id?, change))
            })
            .collect();
        for (index, variant_id, change) in moves {
            if self.move_stock(variant_id, change)
                && let Some(order) = self.orders.get_mut(&id)
            {
                let taken = i64::from(order.lines[index].taken) + change;
                order.lines[index].taken = u32::try_from(taken).unwrap_or(0);
            }
        }
    }
}

/// Whether all that was ordered at first has been taken, so that only an edit can ask for more.
fn is_settled(line: &Line, behavior: StockBehavior) -> bool {
    behavior == StockBehavior::OrderPlaced && line.taken > 0
}

/// How many of a line the store's rule has taken by the time its order is in this state.
fn due(line: &Line, order_status: u8, behavior: StockBehavior) -> u32 {
    match behavior {
        StockBehavior::OrderPlaced if is_placed(order_status) => line.quantity,
        StockBehavior::OrderPlaced => 0,
        StockBehavior::OrderCompletedOrShipped => match order_status {
            status::SHIPPED | status::COMPLETED => line.quantity,
            _ => line.shipped,
        },
    }
}
