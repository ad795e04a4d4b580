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
    /// Units whose money went back.
    pub refunded: i64,
}

impl OrderLine {
    /// Units the store has deducted whose goods have not left.
    ///
    /// Refunded units are still on the shelf. Where the store puts refunded units back into its count they are in
    /// that count again, so adding them here would count them twice.
    pub fn deducted(&self, store_restocks_refunds: bool) -> i64 {
        let back = if store_restocks_refunds { self.refunded } else { 0 };
        (self.quantity - self.shipped - back).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: i64, shipped: i64, refunded: i64) -> OrderLine {
        OrderLine { order_id: 1, line_id: 1, product_id: 1, variant_id: 1, quantity, shipped, refunded }
    }

    #[test]
    fn what_has_left_is_no_longer_here() {
        assert_eq!(line(5, 2, 0).deducted(false), 3);
    }

    #[test]
    fn a_refund_counts_as_here_only_where_the_store_did_not_restock_it() {
        assert_eq!(line(5, 0, 2).deducted(false), 5);
        assert_eq!(line(5, 0, 2).deducted(true), 3);
    }

    #[test]
    fn more_shipped_than_ordered_is_nothing_left() {
        assert_eq!(line(1, 2, 0).deducted(false), 0);
    }
}
