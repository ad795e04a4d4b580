//! What each field of a configuration means, in the words that every client shows.

/// A field for whoever fills it in.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The field, in proto spelling.
    pub field: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it does, in one sentence.
    pub explanation: &'static str,
}

const fn field(field: &'static str, label: &'static str, explanation: &'static str) -> Field {
    Field { field, label, explanation }
}

/// Every field that a client may set, in the order in which they are best shown.
pub const FIELDS: [Field; 33] = [
    field(
        "default_division",
        "Default Division",
        "Items, inventory, carriers, customers and orders go into this division.",
    ),
    field("default_uom", "Default UOM", "New items are counted in this unit of measure."),
    field("default_site", "Default Site", "Imported inventory is put into this site."),
    field(
        "default_location",
        "Default Location",
        "Imported inventory is put into this location of the site.",
    ),
    field(
        "store_location_id",
        "Store Location",
        "The one BigCommerce location whose stock is kept in step; 1 is its default one.",
    ),
    field(
        "create_item_number_using",
        "Create Item Number Using",
        "The number of a new item is made from the first of these that the product has.",
    ),
    field("auto_sync", "Auto Sync", "Whether products, customers and orders are synced by the clock."),
    field("sync_interval_minutes", "Sync Interval", "Minutes between two auto syncs."),
    field("active_from", "Active From", "Auto sync runs from this time of day on; empty for the whole day."),
    field("active_until", "Active Until", "Auto sync runs until this time of day; empty for the whole day."),
    field(
        "end_of_day",
        "End of Day Processing",
        "Whether every item's sellable count goes to the store once a day.",
    ),
    field(
        "end_of_day_time",
        "End of Day Processing Time",
        "The time of day at which it does, on the store's clock.",
    ),
    field(
        "reconciliation_time",
        "Reconciliation Time",
        "From this time of day on both sides are read in full and compared, within the hour, once a day while auto sync is on.",
    ),
    field(
        "time_zone",
        "Time Zone",
        "The time zone in which the times above are meant; the store's own where it is empty.",
    ),
    field(
        "imported_status_ids",
        "Order Statuses to Import",
        "Orders of the store in these statuses become picking orders.",
    ),
    field(
        "order_number_prefix",
        "Order Number Prefix",
        "What the numbers of picking orders begin with, so that they never collide with others of the division.",
    ),
    field(
        "guest_rule",
        "Guest Customers",
        "Whether shoppers without an account become a customer for each e-mail address, or one customer for all of them.",
    ),
    field("guest_customer", "Guest Customer", "Name of the one customer that stands for all guests."),
    field(
        "shipment_rule",
        "Shipments",
        "Whether the store hears of picked goods when the picking order closes, with each pick, or when a person ships them.",
    ),
    field(
        "set_order_status",
        "Set Order Status",
        "Whether an order is set to Shipped or Partially Shipped where the store does not do that itself.",
    ),
    field(
        "pickup_rule",
        "Pickup Orders",
        "Whether an order that shoppers pick up is set to Completed when it is closed here.",
    ),
    field(
        "stock_decreased_when_order_placed",
        "Stock decreased when order placed",
        "Whether the store lowers its count when an order is placed; follow store reads the store's own setting.",
    ),
    field(
        "stock_scope",
        "Stock Scope",
        "Whose units count as on hand at End of Day: the site's, the location's, chosen sites', or the whole division's.",
    ),
    field("stock_sites", "Stock Sites", "The sites that count, where the stock scope is chosen sites."),
    field(
        "excluded_locations",
        "Excluded Locations",
        "Locations that never count, such as those for damaged goods, each as SITE/LOCATION.",
    ),
    field(
        "open_orders",
        "Open Orders Counted",
        "Whether the orders of every store of the division lower what can be sold, or only those of this store.",
    ),
    field("safety_buffer", "Safety Buffer", "Units of each item that are never offered in the store."),
    field(
        "hold_at_zero_percent",
        "Hold at Zero",
        "End of Day waits for a person when more than this many percent of the items that sell would go to zero.",
    ),
    field(
        "hold_at_units",
        "Hold at Units",
        "End of Day waits for a person when counts would change by more than this many units in all; 0 for no limit.",
    ),
    field(
        "drift_policy",
        "Drift",
        "Whether counts that somebody changed in the store are put right, or wait for a person.",
    ),
    field(
        "notify_emails",
        "Notification Addresses",
        "Who gets a mail when something needs a person; the server's operator must have set up mail.",
    ),
    field(
        "notify_webhook",
        "Notification Webhook",
        "The https address of a program that is told the same by signed posts; empty for none.",
    ),
    field(
        "notify_when",
        "Notify",
        "Whether they are told within minutes and again when it is over, or once a day in the morning.",
    ),
];

/// Fields that belong together, for whoever fills them in.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What people call it.
    pub name: &'static str,
    /// What it is about, in one sentence.
    pub explanation: &'static str,
    /// The first of its fields; the others follow it, up to the next group.
    first: &'static str,
}

const fn group(first: &'static str, name: &'static str, explanation: &'static str) -> Group {
    Group { name, explanation, first }
}

const GROUPS: [Group; 8] = [
    group("default_division", "Defaults", "Where the goods of the store are in the warehouse."),
    group("create_item_number_using", "Items", "How products of the store become items."),
    group("auto_sync", "Schedule", "What runs by itself, and when."),
    group("imported_status_ids", "Orders", "Which orders are picked here, and for whom."),
    group("shipment_rule", "Shipments", "What the store hears of what was picked."),
    group("stock_decreased_when_order_placed", "Stock", "What of the stock the store may sell."),
    group("hold_at_zero_percent", "Safety", "When End of Day waits for a person."),
    group("notify_emails", "Notifications", "Who is told when something needs a person."),
];

/// Every field with the group it belongs to.
pub fn grouped() -> impl Iterator<Item = (&'static Field, Group)> {
    let of = |current: &mut Group, field: &'static Field| {
        *current = GROUPS.into_iter().find(|group| group.first == field.field).unwrap_or(*current);
        Some((field, *current))
    };
    let all: &'static [Field] = &FIELDS;
    all.iter().scan(GROUPS[0], of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_begins_at_a_field_and_they_come_in_their_order() {
        let mut begun: Vec<&str> = grouped().map(|(_, group)| group.name).collect();
        begun.dedup();
        assert_eq!(begun, GROUPS.map(|group| group.name));
    }
}
