use plugin_host_proto::v1::{Configuration, ConfigurationField, ItemNumberRule, StockScope};

use super::shown::{explanations, pairs, values};
use super::values::{
    Decrease, Drift, Guests, Notify, Orders, Pickup, Rule, Scope, Shipping, Values, active_hours, patch,
    time_of_day,
};
use crate::args::Switch;

#[test]
fn only_what_is_named_changes() {
    let (configuration, paths) = patch(Values {
        default_site: Some("HQ".to_owned()),
        create_item_number_using: Some(vec![Rule::Upc, Rule::Sku]),
        auto_sync: Some(Switch::Off),
        active_hours: Some(active_hours("all-day").unwrap()),
        stock_scope: Some(Scope::Sites),
        ..Values::default()
    });
    assert_eq!(
        paths,
        [
            "default_site",
            "create_item_number_using",
            "auto_sync",
            "active_from",
            "active_until",
            "stock_scope"
        ]
    );
    assert_eq!(configuration.default_site, "HQ");
    assert_eq!(configuration.stock_scope(), StockScope::Sites);
    let rules: Vec<_> = configuration.create_item_number_using().collect();
    assert_eq!(rules, [ItemNumberRule::Upc, ItemNumberRule::Sku]);
}

#[test]
fn every_field_of_the_contract_can_be_changed_is_shown_and_has_its_hint() {
    let text = || Some("08:00".to_owned());
    let (_, paths) = patch(Values {
        default_division: text(),
        default_uom: text(),
        default_site: text(),
        default_location: text(),
        store_location: Some(1),
        create_item_number_using: Some(vec![Rule::Sku]),
        stock_decreased: Some(Decrease::Follow),
        auto_sync: Some(Switch::On),
        sync_interval_minutes: Some(15),
        active_hours: Some(active_hours("08:00-20:00").unwrap()),
        end_of_day: Some(Switch::On),
        end_of_day_time: text(),
        reconciliation_time: text(),
        time_zone: text(),
        order_statuses: Some(vec![11, 9]),
        order_number_prefix: text(),
        automatic_order_number_prefix: false,
        stock_scope: Some(Scope::DefaultSite),
        stock_sites: Some(Vec::new()),
        excluded_locations: Some(Vec::new()),
        open_orders: Some(Orders::Store),
        guest_rule: Some(Guests::ByEmail),
        guest_customer: text(),
        shipment_rule: Some(Shipping::ByHand),
        set_order_status: Some(Switch::On),
        safety_buffer: Some(0),
        hold_at_zero_percent: Some(20),
        hold_at_units: Some(0),
        drift_policy: Some(Drift::Hold),
        pickup_rule: Some(Pickup::Leave),
        notify_emails: Some(Vec::new()),
        notify_webhook: text(),
        notify_when: Some(Notify::Daily),
    });
    let contract = prost_reflect::DescriptorPool::decode(plugin_host_proto::FILE_DESCRIPTOR_SET).unwrap();
    let contract = contract.get_message_by_name("pluginhost.v1.Configuration").unwrap();
    let by_the_server = ["revision", "saved_at", "saved_by"];
    let decided: Vec<String> = contract
        .fields()
        .map(|field| field.name().to_owned())
        .filter(|name| !by_the_server.contains(&name.as_str()))
        .collect();
    assert_eq!(paths, decided);
    let shown: Vec<_> = values(&Configuration::default()).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(shown, decided);
    for name in decided {
        assert!(crate::error::flag(&name).is_some(), "{name}");
    }
}

#[test]
fn the_prefix_can_be_a_text_or_empty_or_the_usual_one_again() {
    let prefix = |prefix: Option<&str>, automatic_order_number_prefix| {
        let order_number_prefix = prefix.map(str::to_owned);
        patch(Values { order_number_prefix, automatic_order_number_prefix, ..Values::default() })
    };
    for (typed, saved) in [(Some("W-"), Some("W-")), (Some(""), Some("")), (None, None)] {
        let (configuration, paths) = prefix(typed, typed.is_none());
        assert_eq!(configuration.order_number_prefix.as_deref(), saved);
        assert_eq!(paths, ["order_number_prefix"]);
    }
    assert!(prefix(None, false).1.is_empty());
}

#[test]
fn an_empty_text_empties_a_list() {
    let (configuration, paths) =
        patch(Values { stock_sites: Some(vec![String::new()]), ..Values::default() });
    assert!(configuration.stock_sites.is_empty());
    assert_eq!(paths, ["stock_sites"]);
}

#[test]
fn times_of_day_have_two_digits_each() {
    assert_eq!(time_of_day("08:05"), Ok("08:05".to_owned()));
    for wrong in ["8:05", "24:00", "08:60", "0805", "", "08:05:00"] {
        assert!(time_of_day(wrong).is_err(), "{wrong:?}");
    }
    assert!(active_hours("08:00").is_err());
    let hours = active_hours("22:00-06:00").unwrap();
    assert_eq!((&*hours.from, &*hours.until), ("22:00", "06:00"));
}

#[test]
fn a_configuration_that_was_never_saved_says_so() {
    let text = pairs(&Configuration::default(), &[]).render(None, false);
    assert!(text.contains("not saved yet: these are the defaults"), "{text}");
    assert!(text.contains("Default Site                       (not chosen)"), "{text}");
}

fn field(field: &str, label: &str) -> ConfigurationField {
    ConfigurationField {
        field: field.to_owned(),
        label: label.to_owned(),
        explanation: format!("{label} is explained"),
        ..ConfigurationField::default()
    }
}

#[test]
fn fields_have_the_servers_words_and_order() {
    let fields = [field("safety_buffer", "Puffer"), field("drift_policy", ""), field("of_tomorrow", "New")];
    let configuration = Configuration { safety_buffer: 1200, ..Configuration::default() };
    let text = pairs(&configuration, &fields).render(None, false);
    let labels: Vec<_> = text.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(labels[..4], ["Revision", "Puffer", "Drift", "Default Division"]);
    assert_eq!(labels.len(), 1 + values(&configuration).len(), "each field once");
    assert!(text.contains("Puffer                             1,200\n"), "{text}");
}

#[test]
fn every_field_of_the_server_is_explained_also_one_unknown_here() {
    let text =
        explanations(&[field("safety_buffer", "Puffer"), field("of_tomorrow", "New")]).render(None, false);
    assert!(text.contains("Puffer  Puffer is explained  --safety-buffer N\n"), "{text}");
    assert!(text.contains("New     New is explained\n"), "{text}");
}
