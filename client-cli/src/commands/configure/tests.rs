use super::*;

#[test]
fn only_what_is_named_changes() {
    let (configuration, paths) = patch(Values {
        default_site: Some("HQ".to_owned()),
        create_item_number_using: Some(vec![Rule::Upc, Rule::Sku]),
        auto_sync: Some(Switch::Off),
        active_hours: Some(active_hours("all-day").unwrap()),
        ..Values::default()
    });
    assert_eq!(
        paths,
        ["default_site", "create_item_number_using", "auto_sync", "active_from", "active_until"]
    );
    assert_eq!(configuration.default_site, "HQ");
    let rules: Vec<_> = configuration.create_item_number_using().collect();
    assert_eq!(rules, [ItemNumberRule::Upc, ItemNumberRule::Sku]);
}

#[test]
fn every_value_has_its_field_in_the_contract() {
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
        time_zone: text(),
    });
    // All but the revision and the two output-only fields.
    assert_eq!(paths.len(), 14);
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
    let text = pairs(&Configuration::default()).render(None, false);
    assert!(text.contains("not saved yet: these are the defaults"), "{text}");
    assert!(text.contains("Default Site                       (not chosen)"), "{text}");
}
