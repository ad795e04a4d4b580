//! Orders of a store: what they have taken from its count, and what they ask the warehouse to pick.

use jiff::Timestamp;

/// Order status ids whose goods the store has deducted (when it deducts at order time) and not sent yet:
/// Partially Shipped, Awaiting Payment, Awaiting Pickup, Awaiting Shipment, Awaiting Fulfillment,
/// Manual Verification Required, Disputed, Partially Refunded (spec amendment A; ids in section 4).
pub const DEDUCTED_STATUS_IDS: [i64; 8] = [3, 7, 8, 9, 11, 12, 13, 14];

/// Order status ids that become picking orders unless others are chosen: Awaiting Fulfillment, Awaiting Shipment, Awaiting Pickup,
/// Partially Shipped (OQ-23).
pub const PICKED_STATUS_IDS: [i64; 4] = [11, 9, 8, 3];

/// The order status id of what has left whole.
const SHIPPED: i64 = 2;

/// A store's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreOrder {
    /// Its id in BigCommerce.
    pub id: i64,
    /// Its status id.
    pub status_id: i64,
    /// Whether it was archived, which is how a store deletes orders.
    pub is_archived: bool,
    /// Who ordered.
    pub shopper: Shopper,
    /// When it was placed.
    pub ordered_at: Timestamp,
    /// What is sent where; goods only.
    pub consignments: Vec<Consignment>,
}

/// Somebody who orders, with or without an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shopper {
    /// Their customer id in BigCommerce; 0 for a guest.
    pub store_customer_id: i64,
    /// Their name.
    pub name: String,
    /// Their company.
    pub company: String,
    /// Their e-mail address.
    pub email: String,
    /// Their telephone number.
    pub phone: String,
    /// The lines of an address of theirs.
    pub address: String,
}

/// The part of an order that goes to one address, or is picked up in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consignment {
    /// Its id in BigCommerce (`order_address_id`), unique within the order.
    pub id: i64,
    /// The lines of its address; empty for a pickup.
    pub ship_to: String,
    /// The shipping method in the store's words.
    pub method: String,
    /// What it holds.
    pub lines: Vec<OrderLine>,
}

/// One line of a store's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// The line's id in BigCommerce (`order_product_id`).
    pub line_id: i64,
    /// The product ordered; 0 for something that is not in the catalogue.
    pub product_id: i64,
    /// The variant ordered; 0 when unknown.
    pub variant_id: i64,
    /// What it was called.
    pub name: String,
    /// Its SKU then.
    pub sku: String,
    /// Units ordered.
    pub quantity: i64,
    /// Units that have left.
    pub shipped: i64,
    /// Units whose price was given back.
    pub refunded: i64,
    /// The line that brought it along as a part of a kit; 0 for one of its own.
    pub parent_line_id: i64,
}

/// What a store wants done with an order, as its status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It is to be picked.
    Pick,
    /// A picking order that is there goes on; none is made.
    GoOn,
    /// A picking order that is there waits, for the reason given; none is made.
    Wait(&'static str),
    /// Nothing is left to do, for the reason given.
    End(&'static str),
}

/// What is still to be picked of a line once the store's changes are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Units that are ordered from the warehouse now, never fewer than were picked.
    pub ordered: i64,
    /// Units that were picked although the store does not want them any more.
    pub surplus: i64,
}

impl StoreOrder {
    /// An order that the store does not have any more.
    pub fn gone(id: i64) -> Self {
        Self {
            id,
            status_id: 0,
            is_archived: true,
            shopper: Shopper::default(),
            ordered_at: Timestamp::UNIX_EPOCH,
            consignments: Vec::new(),
        }
    }

    /// What the store wants done with it, where orders in some statuses are imported (OQ-23, OQ-25).
    pub fn wish(&self, imported: &[i64]) -> Wish {
        match self.status_id {
            _ if self.is_archived => Wish::End("the order was archived or deleted in the store"),
            status if imported.contains(&status) => Wish::Pick,
            status if status == 14 || PICKED_STATUS_IDS.contains(&status) => Wish::GoOn,
            SHIPPED | 10 => Wish::End("the order was completed in the store"),
            4 => Wish::End("the order was refunded in the store"),
            5 => Wish::End("the order was cancelled in the store"),
            6 => Wish::End("the payment was declined in the store"),
            7 => Wish::Wait("the store waits for the payment"),
            12 => Wish::Wait("the store verifies the order"),
            13 => Wish::Wait("the payment is disputed in the store"),
            _ => Wish::Wait("the order is incomplete in the store"),
        }
    }

    /// Whether its parcels have left while its shopper is still to come for the rest.
    pub fn awaits_pickup(&self) -> bool {
        let is_sent = |consignment: &Consignment| !consignment.ship_to.is_empty();
        !self.is_archived && self.status_id == SHIPPED && self.consignments.iter().any(is_sent)
    }

    /// What it wants done with one of its consignments: parcels that have left end nothing that its shopper comes for.
    pub fn wish_for(&self, consignment: &Consignment, wish: Wish) -> Wish {
        if consignment.ship_to.is_empty() && self.awaits_pickup() { Wish::GoOn } else { wish }
    }

    /// The status it should be set to after something of it was sent, or after its pickup was closed; none where it has
    /// that status, or another one that a person gave it.
    pub fn status_to_set(&self, is_picked_up: bool) -> Option<i64> {
        let sent = |consignment: &&Consignment| !is_picked_up || !consignment.ship_to.is_empty();
        let lines = || self.consignments.iter().filter(sent).flat_map(|consignment| &consignment.lines);
        let left: i64 = lines().map(|line| line.to_pick(0)).sum();
        let status = match (left, is_picked_up) {
            (0, true) => 10,
            (_, true) => return None,
            (0, false) => SHIPPED,
            (_, false) if lines().all(|line| line.shipped == 0) => return None,
            (_, false) => 3,
        };
        let is_ours = PICKED_STATUS_IDS.contains(&self.status_id) || (is_picked_up && self.awaits_pickup());
        (is_ours && self.status_id != status).then_some(status)
    }

    /// Every line of every consignment.
    pub fn lines(&self) -> impl Iterator<Item = &OrderLine> {
        self.consignments.iter().flat_map(|consignment| &consignment.lines)
    }
}

impl OrderLine {
    /// Units the store has deducted whose goods have not left.
    ///
    /// Refunded units among them are still on the shelf and not back in the store's count: a store returns stock
    /// when an order is cancelled or wholly refunded, never for a part (BigCommerce events page, inventory rows).
    pub fn deducted(&self) -> i64 {
        (self.quantity - self.shipped).max(0)
    }

    /// Units that are still to leave for the shopper, wherever they are.
    ///
    /// Refunded units are not among them: nobody picks them, so they can be sold, though the store that deducted them
    /// keeps them out of its count until it is told.
    pub fn promised(&self) -> i64 {
        (self.quantity - self.refunded - self.shipped).max(0)
    }

    /// Units the warehouse is to pick, given those of them that it has sent itself.
    pub fn to_pick(&self, sent: i64) -> i64 {
        let sent_by_others = (self.shipped - sent).max(0);
        (self.quantity - self.refunded - sent_by_others).max(0)
    }
}

/// Follows a store's change of a line: what was picked is never taken back silently (OQ-24).
pub fn follow(wanted: i64, picked: i64) -> Followed {
    Followed { ordered: wanted.max(picked), surplus: (picked - wanted).max(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: i64, shipped: i64, refunded: i64) -> OrderLine {
        OrderLine {
            line_id: 1,
            product_id: 1,
            variant_id: 1,
            name: "Tent".into(),
            sku: "TENT".into(),
            quantity,
            shipped,
            refunded,
            parent_line_id: 0,
        }
    }

    fn order(status_id: i64) -> StoreOrder {
        StoreOrder {
            id: 100,
            status_id,
            is_archived: false,
            shopper: Shopper::default(),
            ordered_at: Timestamp::UNIX_EPOCH,
            consignments: Vec::new(),
        }
    }

    #[test]
    fn what_has_left_is_no_longer_here() {
        assert_eq!(line(5, 2, 0).deducted(), 3);
        assert_eq!(line(1, 2, 0).deducted(), 0);
        assert_eq!(line(5, 2, 1).promised(), 2, "what was refunded can be sold again");
    }

    #[test]
    fn only_what_is_left_is_picked() {
        assert_eq!(line(5, 2, 1).to_pick(0), 2);
        assert_eq!(line(5, 2, 1).to_pick(2), 4, "what we sent ourselves counts as picked, not as gone");
        assert_eq!(line(1, 1, 1).to_pick(0), 0);
    }

    #[test]
    fn an_order_is_set_to_what_was_sent_of_it_unless_a_person_decided_otherwise() {
        let of = |status, line| StoreOrder {
            consignments: vec![Consignment {
                id: 1,
                ship_to: "Here".into(),
                method: String::new(),
                lines: vec![line],
            }],
            ..order(status)
        };
        assert_eq!(of(11, line(5, 5, 0)).status_to_set(false), Some(2));
        assert_eq!(of(11, line(5, 4, 1)).status_to_set(false), Some(2));
        assert_eq!(of(11, line(5, 2, 0)).status_to_set(false), Some(3));
        assert_eq!(of(3, line(5, 2, 0)).status_to_set(false), None);
        assert_eq!(of(11, line(5, 0, 0)).status_to_set(false), None);
        assert_eq!(of(5, line(5, 5, 0)).status_to_set(false), None, "it was cancelled");
        assert_eq!(of(8, line(5, 0, 0)).status_to_set(true), None, "something is still to be sent");
    }

    #[test]
    fn what_was_picked_is_never_taken_back_silently() {
        assert_eq!(follow(3, 0), Followed { ordered: 3, surplus: 0 });
        assert_eq!(follow(1, 2), Followed { ordered: 2, surplus: 1 });
    }

    #[test]
    fn paid_orders_are_picked_and_incomplete_ones_never() {
        let wish = |order: StoreOrder| order.wish(&PICKED_STATUS_IDS);
        assert!(PICKED_STATUS_IDS.iter().all(|status| wish(order(*status)) == Wish::Pick));
        assert!(matches!(wish(order(0)), Wish::Wait(_)));
        assert!(matches!(wish(order(5)), Wish::End(_)));
        assert!(matches!(wish(StoreOrder { is_archived: true, ..order(11) }), Wish::End(_)));
    }

    #[test]
    fn only_the_chosen_statuses_begin_a_picking_order() {
        assert_eq!(order(9).wish(&[11]), Wish::GoOn, "one that is there goes on");
        assert_eq!(order(7).wish(&[7, 11]), Wish::Pick);
    }
}
