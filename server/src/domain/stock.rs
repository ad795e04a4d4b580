//! How a store's count becomes an on-hand quantity.

use super::reason::Reason;

/// What the store counts of one item in its configured location, and what open orders it has already deducted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreCount {
    /// `total_inventory_onhand`, as the store says.
    pub on_hand: i64,
    /// Units the store has deducted for orders whose goods have not left.
    pub deducted: i64,
}

/// What is imported for one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningStock {
    /// Units that are physically there.
    pub on_hand: i64,
    /// Whether the site keeps a record of it.
    pub has_record: bool,
    /// What the report must say about it.
    pub remarks: Vec<Reason>,
}

/// The opening stock of an item (amendment B, OQ-46, and the site's Auto Delete rule of spec 1.6).
///
/// A negative count is taken as zero only after the deducted units are added back: a store at −1 with 3 units
/// deducted has 2 on the shelf.
pub fn opening_stock(count: StoreCount, auto_delete_zero: bool) -> OpeningStock {
    let physical = count.on_hand.saturating_add(count.deducted);
    let on_hand = physical.max(0);
    let has_record = on_hand > 0 || !auto_delete_zero;
    let mut remarks = Vec::new();
    if count.on_hand < 0 {
        remarks.push(Reason::NegativeCount);
    }
    if count.deducted > 0 {
        remarks.push(Reason::AddedBack);
    }
    if !has_record {
        remarks.push(Reason::ZeroQuantity);
    }
    OpeningStock { on_hand, has_record, remarks }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(on_hand: i64, deducted: i64, auto_delete_zero: bool) -> (i64, bool) {
        let stock = opening_stock(StoreCount { on_hand, deducted }, auto_delete_zero);
        (stock.on_hand, stock.has_record)
    }

    #[test]
    fn open_orders_the_store_has_deducted_are_still_on_the_shelf() {
        assert_eq!(opening(8, 2, true), (10, true));
    }

    #[test]
    fn a_zero_record_is_kept_only_where_the_site_keeps_such_records() {
        assert_eq!(opening(0, 0, true), (0, false));
        assert_eq!(opening(0, 0, false), (0, true));
    }

    #[test]
    fn a_negative_count_is_zero_after_open_orders_are_added_back() {
        assert_eq!(opening(-3, 0, true), (0, false));
        assert_eq!(opening(-1, 3, true), (2, true));
    }
}
