//! What becomes of orders and addresses.

use rand::Rng;

use super::{Shopper, affords, room};
use crate::sandbox::store::{Address, Line, LineKind, Order, Store, status, status_name};

impl Shopper {
    pub(super) fn edit_quantity(&mut self, store: &mut Store) -> Option<String> {
        let order =
            self.pick_order(store, |order| is_open(order) && order.lines.iter().any(is_plain(order)))?;
        let lines: Vec<&Line> = order.lines.iter().filter(|line| is_plain(order)(line)).collect();
        let line = self.pick(&lines)?;
        let (id, line_id, before) = (order.id, line.id, line.quantity);
        let lowest = (line.shipped + line.refunded).max(1);
        let room = line.variant_id.and_then(|variant_id| room(store, variant_id)).unwrap_or(2);
        let highest = before + u32::try_from(room.min(2)).unwrap_or(0);
        let choices: Vec<u32> = (lowest..=highest).filter(|&quantity| quantity != before).collect();
        let quantity = self.pick(&choices)?;
        let name = line.name.clone();
        store.edit_order(id, |order| {
            for line in order.lines.iter_mut().filter(|line| line.id == line_id) {
                line.quantity = quantity;
            }
        });
        Some(format!("Order {id} has {quantity} × {name} instead of {before}."))
    }

    pub(super) fn cancel(&mut self, store: &mut Store) -> Option<String> {
        let id = self.pick_order(store, is_open)?.id;
        store.cancel(id);
        Some(format!("Order {id} is cancelled."))
    }

    pub(super) fn refund(&mut self, store: &mut Store) -> Option<String> {
        let order = self.pick_order(store, |order| {
            let is_paid = matches!(
                order.status,
                status::AWAITING_FULFILLMENT
                    | status::AWAITING_SHIPMENT
                    | status::AWAITING_PICKUP
                    | status::PARTIALLY_SHIPPED
                    | status::PARTIALLY_REFUNDED
            );
            is_paid && order.lines.iter().any(|line| unsent(line) > 0)
        })?;
        let lines: Vec<&Line> = order.lines.iter().filter(|line| unsent(line) > 0).collect();
        let line = self.pick(&lines)?;
        let quantity = self.random.random_range(1..=unsent(line));
        let (id, line_id, name) = (order.id, line.id, line.name.clone());
        store.refund(id, line_id, quantity).ok()?;
        Some(format!("{quantity} × {name} of order {id} is refunded."))
    }

    pub(super) fn move_status(&mut self, store: &mut Store) -> Option<String> {
        let order =
            self.pick_order(store, |order| !next_states(order).is_empty() && affords(store, order))?;
        let (id, before) = (order.id, order.status);
        let after = self.pick(next_states(order))?;
        store.set_status(id, after);
        Some(format!("Order {id} goes from {} to {}.", status_name(before), status_name(after)))
    }

    pub(super) fn change_address(&mut self, store: &mut Store) -> Option<String> {
        let street = format!("{} Harbour Street", self.random.random_range(1..999));
        match self.random.random_range(0..3) {
            0 => self.redirect_order(store, street),
            1 => {
                let entries: Vec<u32> = (store.customers().values())
                    .flat_map(|customer| customer.addresses.iter().map(|entry| entry.id))
                    .collect();
                let entry = self.pick(&entries)?;
                let sentence = format!("Address {entry} of an address book is {street}.");
                store.edit_address(entry, |address| address.street = street);
                Some(sentence)
            }
            _ => {
                let customers: Vec<u32> = store.customers().keys().copied().collect();
                let id = self.pick(&customers)?;
                let company = format!("Company of {street}");
                let sentence = format!("Customer {id} works for {company}.");
                store.edit_customer(id, |customer| customer.company = company);
                Some(sentence)
            }
        }
    }

    fn redirect_order(&mut self, store: &mut Store, street: String) -> Option<String> {
        let order = self.pick_order(store, |order| is_open(order) && !order.consignments.is_empty())?;
        let place = self.random.random_range(0..order.consignments.len());
        let id = order.id;
        let sentence = format!("Order {id} goes to {street}.");
        store.edit_order(id, |order| {
            let address = &mut order.consignments[place].address;
            *address = Address { street, ..address.clone() };
        });
        Some(sentence)
    }
}

/// Whether the order may still be changed as a whole.
fn is_open(order: &Order) -> bool {
    matches!(
        order.status,
        status::PENDING
            | status::AWAITING_PAYMENT
            | status::AWAITING_PICKUP
            | status::AWAITING_SHIPMENT
            | status::AWAITING_FULFILLMENT
            | status::MANUAL_VERIFICATION
    )
}

/// Whether a line is neither a gift certificate nor part of a bundle.
fn is_plain(order: &Order) -> impl Fn(&Line) -> bool {
    |line| {
        let is_bundle =
            line.parent_id.is_some() || order.lines.iter().any(|part| part.parent_id == Some(line.id));
        !is_bundle && !matches!(line.kind, LineKind::GiftCertificate { .. })
    }
}

/// How many of a line are things that are neither sent nor refunded.
fn unsent(line: &Line) -> u32 {
    if line.kind == LineKind::Physical {
        line.quantity.saturating_sub(line.shipped + line.refunded)
    } else {
        0
    }
}

/// Where payments and staff move an order next.
fn next_states(order: &Order) -> &'static [u8] {
    match order.status {
        status::INCOMPLETE | status::AWAITING_PAYMENT | status::MANUAL_VERIFICATION | status::DISPUTED => {
            &[status::AWAITING_FULFILLMENT]
        }
        status::PENDING => &[status::AWAITING_FULFILLMENT, status::AWAITING_FULFILLMENT, status::DECLINED],
        status::AWAITING_FULFILLMENT if !order.pickups.is_empty() => &[status::AWAITING_PICKUP],
        status::AWAITING_FULFILLMENT => {
            &[status::AWAITING_SHIPMENT, status::MANUAL_VERIFICATION, status::DISPUTED]
        }
        status::AWAITING_PICKUP | status::SHIPPED => &[status::COMPLETED],
        _ => &[],
    }
}
