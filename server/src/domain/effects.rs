//! What the values of a configuration do, in the words that every client shows beside them.

use jiff::civil::Time;

use super::{
    catalog::ItemNumberRule,
    configuration::{
        Configuration, DriftPolicy, GuestRule, MORNING, NotifyWhen, OpenOrders, PickupRule, ShipmentRule,
        StockDecrease, StockScope,
    },
};

/// What of a store decides about what its configuration does.
#[derive(Clone, Copy, Debug)]
pub struct Around<'s> {
    /// Whether the store lowers its count when an order is placed; none where it has never said so.
    pub deducts_when_placed: Option<bool>,
    /// IANA name of the store's own time zone.
    pub time_zone: &'s str,
    /// The store hash.
    pub hash: &'s str,
}

/// What the present value of a field does; empty where the value says it, and for a field that is not known here.
pub fn effect(field: &str, values: &Configuration, around: Around<'_>) -> String {
    match field {
        "default_division" | "default_uom" | "default_site" | "default_location" => of_place(field, values),
        "store_location_id" => format!(
            "The stock of BigCommerce location {} is kept in step; that of other locations stays as it is.",
            values.store_location_id
        ),
        "create_item_number_using" => of_numbers(&values.item_number_rules),
        "stock_decreased_when_order_placed" => of_stock_decrease(values.stock_decrease, around),
        "auto_sync" if values.auto_sync => {
            format!("What changes in the store comes every {}.", minutes(values.sync_interval_minutes))
        }
        "auto_sync" => "Nothing is synced by itself, and End of Day does not run by itself.".into(),
        "active_from" | "active_until" => match values.active_hours {
            Some((from, until)) => format!("Auto sync rests from {} to {}.", clock(until), clock(from)),
            None => "Auto sync runs the whole day.".into(),
        },
        "end_of_day" if values.end_of_day => format!(
            "Every day at {} the store is told what can be sold of every item.",
            clock(values.end_of_day_time)
        ),
        "end_of_day" => "The store is told what can be sold only when somebody runs End of Day.".into(),
        "time_zone" => {
            let zone = if values.time_zone.is_empty() { around.time_zone } else { &values.time_zone };
            format!("The times above are meant in {zone}.")
        }
        "imported_status_ids" => of_statuses(&values.imported_statuses),
        "order_number_prefix" => match &values.order_prefix {
            Some(prefix) => format!("Order 1001 of the store becomes {prefix}1001."),
            None => format!(
                "Order 1001 of the store becomes BC-1001, or BC-{}-1001 where stores share the division.",
                around.hash
            ),
        },
        "guest_rule" | "guest_customer" => of_guests(field, values),
        "shipment_rule" | "set_order_status" | "pickup_rule" => of_shipments(field, values),
        "stock_scope" | "stock_sites" | "excluded_locations" => of_scope(field, values),
        "open_orders" => match values.open_orders {
            OpenOrders::Division => "What any store of the division has sold is not offered here again.",
            OpenOrders::Store => "Only this store's own orders lower what it can sell.",
        }
        .into(),
        "safety_buffer" => match values.safety_buffer {
            0 => "Everything that can be sold is offered.".into(),
            buffer => format!("An item of which {} can be sold is offered as 1.", buffer + 1),
        },
        "hold_at_zero_percent" | "hold_at_units" | "drift_policy" => of_holds(field, values),
        "notify_emails" | "notify_webhook" | "notify_when" => of_notifications(field, values),
        _ => String::new(),
    }
}

fn of_place(field: &str, values: &Configuration) -> String {
    let Configuration { division, uom, site, location, .. } = values;
    match field {
        "default_division" if !division.is_empty() => format!("Everything goes into division {division}."),
        "default_uom" if !uom.is_empty() => format!("New items are counted in {uom}."),
        "default_site" | "default_location" if !site.is_empty() && !location.is_empty() => {
            format!("Imported inventory is put into {site} / {location}.")
        }
        _ => "Nothing can be imported before it is chosen.".into(),
    }
}

fn of_numbers(rules: &[ItemNumberRule]) -> String {
    let words = |rule: &ItemNumberRule| match rule {
        ItemNumberRule::Sku => "its SKU",
        ItemNumberRule::ProductId => "its product id",
        ItemNumberRule::Upc => "its UPC",
        ItemNumberRule::ProductName => "its name",
    };
    match rules.iter().map(words).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [only] => format!("A new item is numbered by {only}; a product without one waits for you."),
        [first, rest @ ..] => {
            format!("A new item is numbered by {first}, or where that is blank by {}.", rest.join(", then "))
        }
    }
}

fn of_stock_decrease(rule: StockDecrease, around: Around<'_>) -> String {
    let deducts = match rule {
        StockDecrease::On => Some(true),
        StockDecrease::Off => Some(false),
        StockDecrease::FollowStore => around.deducts_when_placed,
    };
    match deducts {
        Some(true) => {
            "Your shop lowers stock when an order is placed, so End of Day will send on hand minus unpicked."
        }
        Some(false) => {
            "Your shop lowers stock when an order is shipped, so End of Day will send on hand plus what is picked and \
             not shipped yet."
        }
        None => "End of Day asks your shop each time whether it lowers stock when an order is placed.",
    }
    .into()
}

/// The names BigCommerce gives the statuses that can be chosen.
fn of_statuses(ids: &[i64]) -> String {
    let name = |id: &i64| match id {
        3 => "Partially Shipped".to_owned(),
        7 => "Awaiting Payment".to_owned(),
        8 => "Awaiting Pickup".to_owned(),
        9 => "Awaiting Shipment".to_owned(),
        11 => "Awaiting Fulfillment".to_owned(),
        12 => "Manual Verification Required".to_owned(),
        13 => "Disputed".to_owned(),
        14 => "Partially Refunded".to_owned(),
        other => other.to_string(),
    };
    let names: Vec<String> = ids.iter().map(name).collect();
    format!("These become picking orders: {}.", names.join(", "))
}

fn of_guests(field: &str, values: &Configuration) -> String {
    match (values.guest_rule, field) {
        (GuestRule::ByEmail, "guest_rule") => "Each e-mail address of a guest becomes one customer.".into(),
        (GuestRule::ByEmail, _) => "It is not used: guests are customers by their e-mail address.".into(),
        (GuestRule::OneCustomer, _) => format!("All guests are the customer {:?}.", values.guest_customer),
    }
}

fn of_shipments(field: &str, values: &Configuration) -> String {
    match field {
        "shipment_rule" => match values.shipment_rule {
            ShipmentRule::OnClose => "The store hears of a shipment when the picking order is closed.",
            ShipmentRule::EachPick => "Each pick is a shipment that the store hears of.",
            ShipmentRule::ByHand => "The store hears of a shipment when somebody presses Ship.",
        },
        "set_order_status" if values.set_order_status => {
            "A shipped order becomes Shipped or Partially Shipped, also where the store does not do that itself."
        }
        "set_order_status" => "An order keeps its status unless the store or its staff change it.",
        _ => match values.pickup_rule {
            PickupRule::Leave => "The store's staff completes a pickup order when the shopper has come.",
            PickupRule::Complete => "A pickup order becomes Completed when its picking order is closed.",
        },
    }
    .into()
}

fn of_scope(field: &str, values: &Configuration) -> String {
    if field == "excluded_locations" {
        return match values.excluded_locations.as_slice() {
            [] => "No location is left out.".into(),
            places => format!("Never counted: {}.", places.join(", ")),
        };
    }
    match (values.stock_scope, field) {
        (StockScope::Sites, _) => format!("Units in {} count.", values.stock_sites.join(", ")),
        (_, "stock_sites") => "It is not used: the stock scope names no sites.".into(),
        (StockScope::DefaultSite, _) => format!("Units in every location of {} count.", values.site),
        (StockScope::DefaultLocation, _) => {
            format!("Only units in {} / {} count.", values.site, values.location)
        }
        (StockScope::Division, _) => format!("Units in every site of {} count.", values.division),
    }
}

fn of_notifications(field: &str, values: &Configuration) -> String {
    match field {
        "notify_emails" => match values.notify_emails.as_slice() {
            [] => "Nobody gets a mail.".into(),
            addresses => format!("What needs a person is mailed to {}.", addresses.join(", ")),
        },
        "notify_webhook" if values.notify_webhook.is_empty() => "No program is told.".into(),
        "notify_webhook" => "A program is told by posts that carry a signature.".into(),
        _ if !values.notifies() => "It is not used: nobody is told.".into(),
        _ => match values.notify_when {
            NotifyWhen::AtOnce => {
                "What needs a person is told within five minutes, once, and again when it is over.".into()
            }
            NotifyWhen::Daily => {
                format!(
                    "What needs a person is told each morning at {}, if there is anything.",
                    clock(MORNING)
                )
            }
        },
    }
}

fn of_holds(field: &str, values: &Configuration) -> String {
    match field {
        "hold_at_zero_percent" => format!(
            "End of Day waits for you when more than {} of 100 items that sell, and more than ten, would go to zero.",
            values.hold.percent
        ),
        "hold_at_units" => match values.hold.units {
            0 => "However many units change, End of Day does not wait for that.".into(),
            units => format!("End of Day waits for you when it would change more than {units} units."),
        },
        _ => match values.drift_policy {
            DriftPolicy::WarehouseWins => {
                "A count that somebody changed in the store is put right and reported."
            }
            DriftPolicy::Hold => "End of Day waits for you when somebody changed a count in the store.",
        }
        .into(),
    }
}

fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn minutes(minutes: i32) -> String {
    if minutes == 1 { "minute".into() } else { format!("{minutes} minutes") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fields::FIELDS;

    const AROUND: Around<'_> =
        Around { deducts_when_placed: Some(true), time_zone: "America/Chicago", hash: "abc123" };

    fn chosen() -> Configuration {
        Configuration {
            division: "MAIN".into(),
            uom: "EA".into(),
            site: "HQ".into(),
            location: "A-01".into(),
            ..Configuration::default()
        }
    }

    #[test]
    fn stock_that_the_shop_lowers_at_order_time_is_explained_as_it_is_counted() {
        let told = |rule, deducts| {
            let values = Configuration { stock_decrease: rule, ..chosen() };
            let around = Around { deducts_when_placed: deducts, ..AROUND };
            effect("stock_decreased_when_order_placed", &values, around)
        };
        let placed =
            "Your shop lowers stock when an order is placed, so End of Day will send on hand minus unpicked.";
        assert_eq!(told(StockDecrease::On, Some(false)), placed);
        assert_eq!(told(StockDecrease::FollowStore, Some(true)), placed);
        assert!(told(StockDecrease::FollowStore, Some(false)).contains("when an order is shipped"));
        assert!(told(StockDecrease::FollowStore, None).contains("asks your shop"));
    }

    #[test]
    fn every_value_is_said_in_a_sentence() {
        for field in FIELDS {
            let words = effect(field.field, &chosen(), AROUND);
            assert!(words.is_empty() || words.ends_with('.'), "{}: {words}", field.field);
        }
        assert_eq!(
            effect("safety_buffer", &Configuration { safety_buffer: 2, ..chosen() }, AROUND),
            "An item of which 3 can be sold is offered as 1."
        );
        assert_eq!(
            effect("default_site", &Configuration::default(), AROUND),
            "Nothing can be imported before it is chosen."
        );
        assert_eq!(effect("time_zone", &chosen(), AROUND), "The times above are meant in America/Chicago.");
    }
}
