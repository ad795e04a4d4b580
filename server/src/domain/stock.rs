//! How a store's count becomes an on-hand quantity.

use jiff::Timestamp;

use super::{
    configuration::{DriftPolicy, HoldLimits},
    reason::Reason,
};

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
    /// Units of orders whose goods are still on hand, as far as their shoppers still get them (spec 1.5, amendment A).
    pub reserved: i64,
    /// Units that were picked and that the store will deduct once it hears of their shipment (OQ-18).
    pub unsent: i64,
    /// Units that are never offered.
    pub buffer: i64,
}

impl DayEnd {
    /// The count to publish (spec 1.5), never below zero (OQ-15).
    pub fn publish(self) -> i64 {
        (self.on_hand - self.reserved + self.unsent - self.buffer).max(0)
    }

    /// Units that are sold and not there.
    pub fn shortage(self) -> i64 {
        (self.reserved - self.on_hand - self.unsent).max(0)
    }
}

/// How much an End of Day would change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excess {
    /// Items that the store sells and that would go to zero.
    pub zeroes: i64,
    /// Items that the store sells.
    pub selling: i64,
    /// Units by which counts would change in all.
    pub units: i64,
    /// Items whose count was changed in the store by somebody else.
    pub drifted: i64,
    /// When the backup was made that the database was restored from; none where a person has looked since.
    pub restored_to: Option<Timestamp>,
}

impl Excess {
    /// What a person must look at before an End of Day goes on, in words; empty when it may (OQ-20, OQ-43).
    ///
    /// A store of a few items may sell out: up to ten zeroes are never held. What was approved is let through. What a
    /// restored database says of the shelves may have been true once.
    pub fn beyond(self, limits: HoldLimits, drift: DriftPolicy, approved: Self) -> Vec<String> {
        let mut words = Vec::new();
        let is_mass = self.zeroes > 10 && self.zeroes * 100 > self.selling * i64::from(limits.percent);
        if self.zeroes > approved.zeroes && is_mass {
            words.push(format!(
                "{} of the {} items that the store sells would go to zero",
                self.zeroes, self.selling
            ));
        }
        if limits.units > 0 && self.units > limits.units.max(approved.units) {
            words.push(format!("counts would change by {} units in all", self.units));
        }
        if drift == DriftPolicy::Hold && self.drifted > approved.drifted {
            words.push(format!("{} counts were changed in the store", self.drifted));
        }
        if let Some(at) = self.restored_to.filter(|_| self.restored_to != approved.restored_to) {
            words.push(format!(
                "the database was restored to what it held at {at:.0} and knows of no pick and no count since"
            ));
        }
        words
    }
}

/// What a store has sold of an item, as far as we know: what has changed its own count since ever.
///
/// Where the goods lie, which of them count and what people adjust is nothing to it: the store does not hear of that
/// before it is told a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sold {
    /// Units that were picked for its orders, since ever.
    pub picked: i64,
    /// Units it has deducted that are still on hand, also those that it refunded since.
    pub deducted: i64,
    /// Units that were picked and that it will deduct once it hears of their shipment (OQ-18).
    pub unsent: i64,
    /// Units that were picked and that nobody wants any more: neither on hand nor promised, but still here.
    pub for_nothing: i64,
    /// Units of ended orders that it never gave back though they are here, less those it gave back unduly.
    pub kept: i64,
}

impl Sold {
    /// Units that are out of its count.
    pub fn units(self) -> i64 {
        self.picked + self.deducted + self.kept - self.unsent - self.for_nothing
    }
}

/// An item at the moment when the store's count was last put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// What the store was told.
    pub published: i64,
    /// Units that were out of its count by then.
    pub sold: i64,
    /// Units that were picked for nothing by then.
    pub for_nothing: i64,
}

impl Baseline {
    /// By how much a store's count was changed by somebody else since: whatever it has not sold or taken back itself.
    pub fn drift(self, in_store: i64, sold: Sold) -> i64 {
        in_store - (self.published - (sold.units() - self.sold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(on_hand: i64, reserved: i64, unsent: i64) -> DayEnd {
        DayEnd { on_hand, reserved, unsent, ..DayEnd::default() }
    }

    #[test]
    fn what_is_sold_and_still_here_is_not_sold_again() {
        assert_eq!(end(10, 2, 0).publish(), 8);
        assert_eq!(end(7, 0, 3).publish(), 10);
        assert_eq!(DayEnd { buffer: 3, ..end(10, 2, 0) }.publish(), 5);
    }

    #[test]
    fn a_shortage_is_published_as_zero_and_named() {
        let short = end(1, 3, 0);
        assert_eq!((short.publish(), short.shortage()), (0, 2));
        let buffered = DayEnd { buffer: 5, ..end(3, 0, 0) };
        assert_eq!((buffered.publish(), buffered.shortage()), (0, 0), "a buffer is no shortage");
    }

    #[test]
    fn a_store_that_would_go_empty_is_held_until_a_person_approves() {
        let held = |zeroes, selling, approved| {
            let limits = HoldLimits { percent: 20, units: 0 };
            let approved = Excess { zeroes: approved, ..Excess::default() };
            let excess = Excess { zeroes, selling, ..Excess::default() };
            !excess.beyond(limits, DriftPolicy::WarehouseWins, approved).is_empty()
        };
        assert!(held(21, 100, 0));
        assert!(!held(20, 100, 0));
        assert!(!held(10, 12, 0), "a small store may sell out");
        assert!(!held(50, 100, 50));
        assert!(held(51, 100, 50), "more than was approved asks again");
    }

    #[test]
    fn units_and_drift_are_held_where_the_configuration_says_so() {
        let excess = Excess { units: 500, drifted: 2, ..Excess::default() };
        let beyond =
            |units, drift| excess.beyond(HoldLimits { percent: 20, units }, drift, Excess::default()).len();
        assert_eq!(beyond(0, DriftPolicy::WarehouseWins), 0);
        assert_eq!(beyond(499, DriftPolicy::WarehouseWins), 1);
        assert_eq!(beyond(499, DriftPolicy::Hold), 2);
        assert!(excess.beyond(HoldLimits { percent: 20, units: 1 }, DriftPolicy::Hold, excess).is_empty());
    }

    #[test]
    fn what_was_restored_is_held_until_a_person_has_looked_at_that_very_restore() {
        let restored =
            |second| Excess { restored_to: Timestamp::from_second(second).ok(), ..Excess::default() };
        let is_held = |excess: Excess, approved| {
            let limits = HoldLimits { percent: 20, units: 0 };
            !excess.beyond(limits, DriftPolicy::WarehouseWins, approved).is_empty()
        };
        assert!(is_held(restored(7), Excess::default()));
        assert!(!is_held(restored(7), restored(7)));
        assert!(is_held(restored(9), restored(7)), "the next restore has another backup");
        assert!(!is_held(Excess::default(), restored(7)));
    }

    #[test]
    fn what_the_store_did_itself_is_no_drift() {
        let before = Sold { picked: 7, deducted: 2, ..Sold::default() };
        let told = Baseline { published: 10, sold: before.units(), for_nothing: 0 };
        assert_eq!(told.drift(8, Sold { deducted: 4, ..before }), 0, "two were sold");
        assert_eq!(told.drift(8, Sold { picked: 11, deducted: 0, ..before }), 0, "and were picked");
        assert_eq!(told.drift(12, Sold { deducted: 4, ..before }), 4, "somebody has added four");
        assert_eq!(told.drift(11, Sold { deducted: 1, ..before }), 0, "one that was short was cancelled");
        let picked = Sold { picked: 9, deducted: 0, for_nothing: 2, ..before };
        assert_eq!(told.drift(12, picked), 0, "an order of two was cancelled after it was picked");
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
