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

/// What one item amounts to at the End of Day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayEnd {
    /// Units on hand in the site.
    pub on_hand: i64,
    /// Units the store has deducted for orders whose goods are still on hand (spec 1.5, amendment A).
    pub reserved: i64,
    /// Units that were picked and that the store will deduct once it hears of their shipment (OQ-18).
    pub unsent: i64,
}

impl DayEnd {
    /// The count to publish (spec 1.5), never below zero (OQ-15).
    pub fn publish(self) -> i64 {
        (self.on_hand - self.reserved + self.unsent).max(0)
    }

    /// Units that are sold and not there.
    pub fn shortage(self) -> i64 {
        (self.reserved - self.on_hand - self.unsent).max(0)
    }
}

/// Why an End of Day is held: too many items would go to zero at once (OQ-20).
///
/// More than one in five, and more than ten, of the items that the store still sells; a person may approve a number.
pub fn is_mass_change(selling: i64, to_zero: i64, approved: i64) -> bool {
    to_zero > approved && to_zero > 10 && to_zero * 5 > selling
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sold_and_still_here_is_not_sold_again() {
        assert_eq!(DayEnd { on_hand: 10, reserved: 2, unsent: 0 }.publish(), 8);
        assert_eq!(DayEnd { on_hand: 7, reserved: 0, unsent: 3 }.publish(), 10);
    }

    #[test]
    fn a_shortage_is_published_as_zero_and_named() {
        let short = DayEnd { on_hand: 1, reserved: 3, unsent: 0 };
        assert_eq!((short.publish(), short.shortage()), (0, 2));
    }

    #[test]
    fn a_store_that_would_go_empty_is_held_until_a_person_approves() {
        assert!(is_mass_change(100, 21, 0));
        assert!(!is_mass_change(100, 20, 0));
        assert!(!is_mass_change(12, 10, 0), "a small store may sell out");
        assert!(!is_mass_change(100, 50, 50));
        assert!(is_mass_change(100, 51, 50), "more than was approved asks again");
    }

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
