//! A configuration as a person reads it.

use plugin_host_proto::v1::{Configuration, ConfigurationField};

use super::values::{Decrease, Drift, Guests, Notify, Orders, Pickup, Rule, Scope, Shipping};
use crate::error::flag;
use crate::output::{Column, Table};
use crate::text::{Zone, number, on_off};

/// The fields by name, in the words of the server and in its order; those it has no words for stand last.
pub(super) fn pairs(configuration: &Configuration, fields: &[ConfigurationField]) -> Table {
    let zone = Zone::of(&configuration.time_zone);
    let saved = match configuration.revision {
        0 => "not saved yet: these are the defaults".to_owned(),
        revision => format!(
            "{revision}, saved {} by {}",
            zone.time_in_words(configuration.saved_at.as_ref()),
            configuration.saved_by
        ),
    };
    let mut rows: Vec<(usize, &str, String)> = values(configuration)
        .into_iter()
        .map(|(name, usual, value)| {
            let position = fields.iter().position(|field| field.field == name);
            let label = position.map_or("", |position| &fields[position].label);
            (position.unwrap_or(usize::MAX), if label.is_empty() { usual } else { label }, value)
        })
        .collect();
    rows.sort_by_key(|(position, ..)| *position);
    let mut table = Table::of_pairs();
    table.row(["Revision", &saved]);
    for (_, label, value) in rows {
        table.row([label, &value]);
    }
    table
}

/// Every field a person decides about: its name in the contract, what to call it, its value.
pub(super) fn values(configuration: &Configuration) -> Vec<(&'static str, &'static str, String)> {
    let rules: Vec<_> = configuration.create_item_number_using().map(Rule::words).collect();
    let statuses: Vec<_> = configuration.imported_status_ids.iter().map(ToString::to_string).collect();
    let chosen = |text: &str| or(text, "(not chosen)");
    let listed = |codes: &[String]| or(&codes.join(", "), "(none)");
    let switch = |on| on_off(on).to_owned();
    let prefix = match configuration.order_number_prefix.as_deref() {
        None => "(the usual one)".to_owned(),
        Some(prefix) => or(prefix, "(none)"),
    };
    let units = match configuration.hold_at_units {
        0 => "no limit".to_owned(),
        units => number(units),
    };
    vec![
        ("default_division", "Default Division", chosen(&configuration.default_division)),
        ("default_uom", "Default UOM", chosen(&configuration.default_uom)),
        ("default_site", "Default Site", chosen(&configuration.default_site)),
        ("default_location", "Default Location", chosen(&configuration.default_location)),
        ("store_location_id", "Store location", number(configuration.store_location_id)),
        ("create_item_number_using", "Create Item Number Using", rules.join(", then ")),
        (
            "stock_decreased_when_order_placed",
            "Stock decreased when order placed",
            Decrease::words(configuration.stock_decreased_when_order_placed()).to_owned(),
        ),
        ("auto_sync", "Auto sync", switch(configuration.auto_sync)),
        ("sync_interval_minutes", "Sync interval", format!("{} min", configuration.sync_interval_minutes)),
        ("active_from", "Active from", or(&configuration.active_from, "(the whole day)")),
        ("active_until", "Active until", or(&configuration.active_until, "(the whole day)")),
        ("end_of_day", "End of Day", switch(configuration.end_of_day)),
        ("end_of_day_time", "End of Day Processing Time", chosen(&configuration.end_of_day_time)),
        ("time_zone", "Time zone", configuration.time_zone.clone()),
        ("imported_status_ids", "Order Statuses to Import", or(&statuses.join(", "), "(none)")),
        ("order_number_prefix", "Order Number Prefix", prefix),
        ("stock_scope", "Stock Scope", Scope::words(configuration.stock_scope()).to_owned()),
        ("stock_sites", "Sites that count", listed(&configuration.stock_sites)),
        ("excluded_locations", "Locations that never count", listed(&configuration.excluded_locations)),
        ("open_orders", "Open Orders Counted", Orders::words(configuration.open_orders()).to_owned()),
        ("guest_rule", "Guest Customers", Guests::words(configuration.guest_rule()).to_owned()),
        ("guest_customer", "Customer for all guests", chosen(&configuration.guest_customer)),
        ("shipment_rule", "Shipments", Shipping::words(configuration.shipment_rule()).to_owned()),
        ("set_order_status", "Set Order Status", switch(configuration.set_order_status)),
        ("safety_buffer", "Safety Buffer", number(configuration.safety_buffer)),
        (
            "hold_at_zero_percent",
            "Hold when more go to zero",
            format!("{} %", configuration.hold_at_zero_percent),
        ),
        ("hold_at_units", "Hold when more units change", units),
        ("drift_policy", "Drift", Drift::words(configuration.drift_policy()).to_owned()),
        ("pickup_rule", "Pickup Orders", Pickup::words(configuration.pickup_rule()).to_owned()),
        ("reconciliation_time", "Reconciliation Time", chosen(&configuration.reconciliation_time)),
        ("notify_emails", "Notification Addresses", listed(&configuration.notify_emails)),
        ("notify_webhook", "Notification Webhook", or(&configuration.notify_webhook, "(none)")),
        ("notify_when", "Notify", Notify::words(configuration.notify_when()).to_owned()),
    ]
}

fn or(text: &str, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
}

/// What each field means, and the option that changes it.
pub(super) fn explanations(fields: &[ConfigurationField]) -> Table {
    let mut table = Table::new(["field", "what it does", "to change it"].map(Column::text).into());
    for field in fields {
        table.row([&*field.label, &field.explanation, flag(&field.field).unwrap_or_default()]);
    }
    table
}
