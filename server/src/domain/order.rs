//! Which orders a store has already deducted, and how much of them is still here.

/// Order status ids whose goods the store has deducted (when it deducts at order time) and not sent yet:
/// Partially Shipped, Awaiting Payment, Awaiting Pickup, Awaiting Shipment, Awaiting Fulfillment,
/// Manual Verification Required, Disputed, Partially Refunded (spec amendment A; ids in section 4).
pub const DEDUCTED_STATUS_IDS: [i64; 8] = [3, 7, 8, 9, 11, 12, 13, 14];

/// One line of a store's order, as far as stock is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderLine {
    /// The order's id in BigCommerce.
    pub order_id: i64,
    /// The line's id in BigCommerce.
    pub line_id: i64,
    /// The product ordered; 0 for something that is not in the catalogue.
    pub product_id: i64,
    /// The variant ordered; 0 when unknown.
    pub variant_id: i64,
    /// Units ordered.
    pub quantity: i64,
    /// Units that have left.
    pub shipped: i64,
}

impl OrderLine {
    /// Units the store has deducted whose goods have not left.
    ///
    /// Refunded units among them are still on the shelf and not back in the store's count: a store returns stock
    /// when an order is cancelled or wholly refunded, never for a part (BigCommerce events page, inventory rows).
    pub fn deducted(&self) -> i64 {
        (self.quantity - self.shipped).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deducted(quantity: i64, shipped: i64) -> i64 {
        OrderLine { order_id: 1, line_id: 1, product_id: 1, variant_id: 1, quantity, shipped }.deducted()
    }

    #[test]
    fn what_has_left_is_no_longer_here() {
        assert_eq!(deducted(5, 2), 3);
    }

    #[test]
    fn more_shipped_than_ordered_is_nothing_left() {
        assert_eq!(deducted(1, 2), 0);
    }
}
