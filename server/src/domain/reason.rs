//! Why a record was parked or left out: one list of codes, with the words people read.

/// Why a record is not simply equal on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No rule gave the product a number.
    ItemNumberBlank,
    /// The number is longer than the warehouse takes.
    ItemNumberTooLong,
    /// The number has characters the warehouse does not take.
    ItemNumberCharacters,
    /// Another product has the number.
    ItemNumberTaken,
    /// The store counts the product otherwise than its items can be counted.
    TrackingChanged,
    /// The store's record could not be understood.
    Unreadable,
    /// The item's stock was changed in the warehouse before the store's count arrived.
    InventoryExists,
    /// The store does not track the product's stock.
    NotTracked,
    /// The quantity is zero and the site deletes such records.
    ZeroQuantity,
    /// The store's count is negative.
    NegativeCount,
    /// The store has stock in a location that is not kept in step.
    OtherLocation,
    /// The store lists no stock for the variant.
    NoCount,
    /// The store lists stock for something that is not among its products.
    UnknownProduct,
    /// An open order was added back to the store's count.
    AddedBack,
    /// Orders kept changing while stock was read.
    OrdersUnsettled,
    /// The variant belongs to no product.
    Orphan,
    /// An order asks for something that has no item.
    OrderItemUnknown,
    /// Another picking order of the division has the number.
    OrderNumberTaken,
    /// The store wants less of an order than was picked.
    OrderChangedAfterPick,
    /// The store does not want an order any more that was picked.
    OrderEndedAfterPick,
    /// The store wants more of an order that is closed.
    OrderGrewAfterClose,
    /// The store does not take a shipment.
    ShipmentRefused,
    /// More of an item is sold than is there.
    Shortage,
    /// The store does not take a count.
    CountRefused,
    /// The store does not take the status of an order.
    StatusRefused,
    /// A dry run would have changed it.
    WouldChange,
    /// The store showed units of which the warehouse has none, and was never told a count.
    NoneOnHand,
    /// A dry run would have published it.
    WouldPublish,
    /// A dry run would have sent it.
    WouldSend,
    /// Somebody changed the count in the store.
    Drift,
    /// Goods were picked for an order that ended, and nobody has put them back.
    PickedForNothing,
    /// The warehouse has changed since the store was told.
    NotYetPublished,
    /// The store was never told.
    NeverPublished,
    /// The store accepted a count and did not show it.
    CountUnseen,
    /// A product that is bound is gone from the store.
    Vanished,
    /// An order that is to be picked has no picking order.
    OrderMissing,
    /// No item has the number that a person chose to link to.
    ItemNotThere,
    /// An order was refunded in part before it came.
    OrderPartlyRefunded,
    /// Goods of an order that is to be picked here were sent by somebody else.
    SentElsewhere,
}

/// The words of a reason.
pub struct Words {
    /// Stable code.
    pub code: &'static str,
    /// What it means.
    pub explanation: &'static str,
    /// What can be done; empty when nothing needs to be.
    pub way_out: &'static str,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 39] = [
        Self::ItemNumberBlank,
        Self::ItemNumberTooLong,
        Self::ItemNumberCharacters,
        Self::ItemNumberTaken,
        Self::TrackingChanged,
        Self::Unreadable,
        Self::InventoryExists,
        Self::NotTracked,
        Self::ZeroQuantity,
        Self::NegativeCount,
        Self::OtherLocation,
        Self::NoCount,
        Self::UnknownProduct,
        Self::AddedBack,
        Self::OrdersUnsettled,
        Self::Orphan,
        Self::OrderItemUnknown,
        Self::OrderNumberTaken,
        Self::OrderChangedAfterPick,
        Self::OrderEndedAfterPick,
        Self::OrderGrewAfterClose,
        Self::ShipmentRefused,
        Self::Shortage,
        Self::CountRefused,
        Self::StatusRefused,
        Self::WouldChange,
        Self::NoneOnHand,
        Self::WouldPublish,
        Self::WouldSend,
        Self::Drift,
        Self::PickedForNothing,
        Self::NotYetPublished,
        Self::NeverPublished,
        Self::CountUnseen,
        Self::Vanished,
        Self::OrderMissing,
        Self::ItemNotThere,
        Self::OrderPartlyRefunded,
        Self::SentElsewhere,
    ];

    /// Its code, explanation and way out.
    pub const fn words(self) -> Words {
        let (code, explanation, way_out) = match self {
            Self::ItemNumberBlank => (
                "ITEM_NUMBER_BLANK",
                "The product has none of the values that Create Item Number Using asks for.",
                "Give it a SKU in the store, or add Product ID as the last choice of Create Item Number Using.",
            ),
            Self::ItemNumberTooLong => (
                "ITEM_NUMBER_TOO_LONG",
                "The item number would be longer than 25 characters; it is never cut.",
                "Shorten the SKU in the store, or choose Product ID for Create Item Number Using.",
            ),
            Self::ItemNumberCharacters => (
                "ITEM_NUMBER_CHARACTERS",
                "The item number would contain quotes, backslashes or control characters.",
                "Change the SKU in the store, or choose Product ID for Create Item Number Using.",
            ),
            Self::ItemNumberTaken => (
                "ITEM_NUMBER_TAKEN",
                "Another product already has this item number; the two are never merged.",
                "Give one of them another SKU in the store.",
            ),
            Self::TrackingChanged => (
                "TRACKING_CHANGED",
                "The store counts this product in another way now, which its items do not fit; it is kept as it was.",
                "Set its tracking back in the store; to count it the new way, delete it there and make it anew.",
            ),
            Self::Unreadable => (
                "UNREADABLE",
                "The store described this record in a way that could not be understood.",
                "Open and save the product in the store; if it stays, send us the record.",
            ),
            Self::InventoryExists => (
                "INVENTORY_EXISTS",
                "The warehouse already has its own quantity for this item; the store's count was not put over it.",
                "Count the item and adjust its inventory in the warehouse if needed.",
            ),
            Self::NotTracked => (
                "NOT_TRACKED",
                "The store does not track this product's stock, so there was no count to import.",
                "Switch on stock tracking for the product in the store if it should be counted.",
            ),
            Self::ZeroQuantity => (
                "ZERO_QUANTITY",
                "The quantity is zero and the site deletes inventory records with 0 quantity.",
                "",
            ),
            Self::NegativeCount => (
                "NEGATIVE_COUNT",
                "The store's count is below zero; it was taken as zero.",
                "Count the item; the store has probably oversold it.",
            ),
            Self::OtherLocation => (
                "OTHER_LOCATION",
                "The store also has stock in a location that is not kept in step with the warehouse.",
                "Move that stock to the configured BigCommerce location, or ignore it if it is kept elsewhere.",
            ),
            Self::NoCount => (
                "NO_COUNT",
                "The store tracks this product but has never set a count for it; it was taken as zero.",
                "Count the item and adjust its inventory in the warehouse.",
            ),
            Self::UnknownProduct => (
                "UNKNOWN_PRODUCT",
                "The store lists stock for a product that has no item, because it was parked or appeared meanwhile.",
                "Solve the parked product, or wait for the sync that brings it; then count it and adjust its inventory before an End of Day tells the store zero.",
            ),
            Self::AddedBack => (
                "ADDED_BACK",
                "Open orders have already lowered the store's count but their goods are still here; they were added back.",
                "",
            ),
            Self::OrdersUnsettled => (
                "ORDERS_UNSETTLED",
                "Orders for this item kept changing while its count was read; the last reading was used.",
                "Compare the item's inventory with its shelf.",
            ),
            Self::Orphan => (
                "ORPHAN",
                "The store still lists a variant whose product is gone; nobody can buy it, so it was left out.",
                "",
            ),
            Self::OrderItemUnknown => (
                "ORDER_ITEM_UNKNOWN",
                "The order asks for something that has no item, so it waits on hold; the rest of it is kept.",
                "Solve the parked product, or skip this record and see to that line yourself; the next sync opens the order.",
            ),
            Self::OrderNumberTaken => (
                "ORDER_NUMBER_TAKEN",
                "Another picking order of the division has this number; the order was not imported.",
                "Give the other picking order another number, or use a division of its own for this store.",
            ),
            Self::SentElsewhere => (
                "SENT_ELSEWHERE",
                "The store says that goods of this order were sent, and nobody picked them here.",
                "Look for another program that is connected to the store, or a person who ships there; let only one do it.",
            ),
            Self::OrderChangedAfterPick => (
                "ORDER_CHANGED_AFTER_PICK",
                "The store wants less of this order than was picked already.",
                "Put the surplus back and adjust its inventory, or send it all the same.",
            ),
            Self::OrderEndedAfterPick => (
                "ORDER_ENDED_AFTER_PICK",
                "The store does not want this order any more, but something of it was picked.",
                "Put the goods back and adjust their inventory.",
            ),
            Self::OrderGrewAfterClose => (
                "ORDER_GREW_AFTER_CLOSE",
                "The store wants more of an order that is closed here.",
                "Reopen the picking order, or settle it with the shopper.",
            ),
            Self::Shortage => (
                "SHORTAGE",
                "More of this item is sold than is on hand, so zero was published.",
                "Count the item; order more of it, or tell the shoppers.",
            ),
            Self::CountRefused => (
                "COUNT_REFUSED",
                "The store does not take the count of this item; the others were published.",
                "Look at how the store tracks the product's stock.",
            ),
            Self::StatusRefused => (
                "STATUS_REFUSED",
                "The store does not take the status of this order.",
                "Set the order's status in the store.",
            ),
            Self::WouldChange => ("WOULD_CHANGE", "This would have changed in the warehouse.", ""),
            Self::NoneOnHand => (
                "NONE_ON_HAND",
                "The store showed units of this item, of which the warehouse has none, and is told zero for the first time.",
                "Count the item; if there are any, adjust its inventory, and the next End of Day tells the store.",
            ),
            Self::WouldPublish => ("WOULD_PUBLISH", "This count would have been sent to the store.", ""),
            Self::WouldSend => ("WOULD_SEND", "This would have been sent to the store.", ""),
            Self::Drift => (
                "DRIFT",
                "Somebody changed this count in the store since it was told.",
                "Adjust the inventory in the warehouse instead; End of Day puts the store's count right.",
            ),
            Self::PickedForNothing => (
                "PICKED_FOR_NOTHING",
                "Goods were picked for an order that ended, and their inventory was not adjusted since.",
                "Put the goods back and adjust their inventory.",
            ),
            Self::NotYetPublished => (
                "NOT_YET_PUBLISHED",
                "The warehouse has changed since the store was told; the next End of Day tells it.",
                "",
            ),
            Self::NeverPublished => (
                "NEVER_PUBLISHED",
                "The store has not been told a count for this item yet; the next End of Day does.",
                "",
            ),
            Self::CountUnseen => (
                "COUNT_UNSEEN",
                "The store accepted this count and does not show it yet.",
                "Compare both sides later; the next End of Day sends it again where it is still missing.",
            ),
            Self::Vanished => (
                "VANISHED",
                "The store does not have this product any more; its item and its inventory stay.",
                "Sell off or write off what is left, and adjust its inventory.",
            ),
            Self::OrderMissing => (
                "ORDER_MISSING",
                "The store has orders to be picked that have no picking order here.",
                "Look at the parked records; the next sync brings what is new.",
            ),
            Self::ItemNotThere => (
                "ITEM_NOT_THERE",
                "No item of the division has the number this product was to be linked to.",
                "Link it to another item, or choose a number for it.",
            ),
            Self::OrderPartlyRefunded => (
                "ORDER_PARTLY_REFUNDED",
                "The order was refunded in part before it came here, and something of it is still to be sent.",
                "Set its status in the store, or add 14 to Order Statuses to Import; skip it if nothing is to be sent.",
            ),
            Self::ShipmentRefused => (
                "SHIPMENT_REFUSED",
                "The store does not take this shipment into its books.",
                "Look at the order in the store; what was sent by hand there need not be sent from here.",
            ),
        };
        Words { code, explanation, way_out }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.words().code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_leads_back_to_its_reason() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.words().code), Some(reason));
        }
    }
}
