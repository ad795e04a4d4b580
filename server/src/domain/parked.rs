//! What can become of parked records.

use super::{reason::Reason, run::PhaseKind, store::Missing};

/// What can become of a parked record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParkedResolution {
    /// An item that is there stands for it.
    Link,
    /// It becomes an item with a number that a person chooses.
    Number,
    /// It is left out.
    Skip,
    /// It is tried again as it is.
    Retry,
}

impl ParkedResolution {
    /// Everything that can become of a record, in the order of their buttons.
    pub const ALL: [Self; 4] = [Self::Link, Self::Number, Self::Retry, Self::Skip];
    /// What can become of many at once.
    pub const OF_MANY: [Self; 2] = [Self::Retry, Self::Skip];

    /// What stands in its way for a record of some kind that is parked for a reason, if anything does.
    pub fn obstacle(self, kind: PhaseKind, reason: Reason) -> Option<Missing> {
        let (code, message) = match self {
            Self::Link | Self::Number if reason == Reason::TrackingChanged => {
                ("BOUND_ALREADY", "Its variants stand for items already, which have their counts.")
            }
            Self::Link | Self::Number if kind != PhaseKind::Products => {
                ("NOT_A_PRODUCT", "Only a product can be linked to an item or given a number.")
            }
            // A count that was taken over later would be put over what the warehouse has done since (amendment E).
            Self::Retry if kind == PhaseKind::Inventory => (
                "COUNT_TOO_OLD",
                "Count the item and adjust its inventory in the warehouse, then skip this record.",
            ),
            _ => return None,
        };
        Some(Missing { code, message: message.to_owned(), field: "" })
    }
}

/// Whether a problem that a person has skipped is this one, by itself or among others of the same record.
pub fn tells(problem: &str, detail: &str) -> bool {
    let is_whole = |(at, _): (usize, &str)| {
        let (before, after) = (&problem[..at], &problem[at + detail.len()..]);
        (before.ends_with(": ") || before.ends_with("; ")) && (after.is_empty() || after.starts_with("; "))
    };
    !detail.is_empty() && problem.match_indices(detail).any(is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_skipped_is_this_very_problem_and_no_part_of_another() {
        assert!(tells("ORDER_ITEM_UNKNOWN: Engraving ()", "Engraving ()"));
        assert!(tells("ORDER_CHANGED_AFTER_PICK: 1 of Tent (T); Engraving ()", "Engraving ()"));
        assert!(tells("ORDER_ITEM_UNKNOWN: Engraving (); BC-100", "Engraving ()"));
        assert!(!tells("ORDER_ITEM_UNKNOWN: Gift wrap (), Engraving ()", "Engraving ()"));
        assert!(!tells("ORDER_ITEM_UNKNOWN: Engraving (), Gift wrap ()", "Engraving ()"));
        assert!(!tells("ORDER_ITEM_UNKNOWN: ", ""));
    }
}
