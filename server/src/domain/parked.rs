//! What can become of parked records.

use super::{run::PhaseKind, store::Missing};

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

    /// What stands in its way for a record of some kind, if anything does.
    pub fn obstacle(self, kind: PhaseKind) -> Option<Missing> {
        let (code, message) = match self {
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
