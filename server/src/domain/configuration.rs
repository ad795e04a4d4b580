//! What the user decides for a store.

use jiff::{civil::Time, tz::TimeZone};

use super::{catalog::ItemNumberRule, store::Missing};

/// A store's configuration; the default is what a new store starts with, before its first save.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration {
    /// Code of the Default Division; empty until chosen. So are the next three.
    pub division: String,
    /// Code of the Default UOM.
    pub uom: String,
    /// Code of the Default Site.
    pub site: String,
    /// Code of the Default Location.
    pub location: String,
    /// The one BigCommerce location that is kept in step (amendment C).
    pub store_location_id: i64,
    /// Create Item Number Using: first choice, then fallbacks.
    pub item_number_rules: Vec<ItemNumberRule>,
    /// Stock decreased when order placed.
    pub stock_decrease: StockDecrease,
    /// Whether auto sync runs.
    pub auto_sync: bool,
    /// Minutes between auto syncs.
    pub sync_interval_minutes: i32,
    /// Store-local hours in which auto sync runs; none for the whole day. May pass midnight.
    pub active_hours: Option<(Time, Time)>,
    /// Store-local time of End of Day.
    pub end_of_day_time: Time,
    /// Whether End of Day runs.
    pub end_of_day: bool,
    /// The zone the times above are meant in; empty for the store's own.
    pub time_zone: String,
}

/// Whether the store lowers its stock when an order is placed (OQ-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockDecrease {
    /// As the store's own `update_stock_behavior` says.
    FollowStore,
    /// Yes.
    On,
    /// No: when an order is completed or shipped.
    Off,
}

/// One field that cannot be saved as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field, in proto spelling.
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Violation {
    /// Names a field and what is wrong with it.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            division: String::new(),
            uom: String::new(),
            site: String::new(),
            location: String::new(),
            store_location_id: 1,
            item_number_rules: vec![ItemNumberRule::Sku, ItemNumberRule::ProductId],
            stock_decrease: StockDecrease::FollowStore,
            auto_sync: false,
            sync_interval_minutes: 15,
            active_hours: None,
            end_of_day_time: Time::constant(18, 0, 0, 0),
            end_of_day: false,
            time_zone: String::new(),
        }
    }
}

impl Configuration {
    /// The defaults that imported data needs and that are not chosen yet.
    pub fn missing_defaults(&self) -> Vec<Missing> {
        [
            (&self.division, "DEFAULT_DIVISION_MISSING", "default_division", "Default Division"),
            (&self.uom, "DEFAULT_UOM_MISSING", "default_uom", "Default UOM"),
            (&self.site, "DEFAULT_SITE_MISSING", "default_site", "Default Site"),
            (&self.location, "DEFAULT_LOCATION_MISSING", "default_location", "Default Location"),
        ]
        .into_iter()
        .filter(|(value, ..)| value.is_empty())
        .map(|(_, code, field, label)| Missing {
            code,
            message: format!("Choose a {label} and save the configuration."),
            field,
        })
        .collect()
    }

    /// Everything wrong that can be told from the values alone.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.item_number_rules.is_empty() {
            found
                .push(Violation::new("create_item_number_using", "Choose at least one way to number items."));
        }
        let mut seen = Vec::new();
        for rule in &self.item_number_rules {
            if seen.contains(rule) {
                found.push(Violation::new(
                    "create_item_number_using",
                    "Name each way to number items only once.",
                ));
                break;
            }
            seen.push(*rule);
        }
        if !(1..=1440).contains(&self.sync_interval_minutes) {
            found.push(Violation::new("sync_interval_minutes", "Choose 1 to 1440 minutes."));
        }
        if let Some((from, until)) = self.active_hours
            && from == until
        {
            found.push(Violation::new(
                "active_until",
                "Choose another time than active_from, or leave both empty.",
            ));
        }
        if self.store_location_id < 1 {
            found.push(Violation::new(
                "store_location_id",
                "Choose a BigCommerce location; 1 is the default one.",
            ));
        }
        if self.end_of_day && !self.auto_sync {
            found
                .push(Violation::new("end_of_day", "Switch on auto sync as well: End of Day depends on it."));
        }
        if !self.time_zone.is_empty() && TimeZone::get(&self.time_zone).is_err() {
            found.push(Violation::new("time_zone", "Choose an IANA time zone such as America/Chicago."));
        }
        for (value, field, parent, parent_label) in [
            (&self.uom, "default_uom", &self.division, "Default Division"),
            (&self.site, "default_site", &self.division, "Default Division"),
            (&self.location, "default_location", &self.site, "Default Site"),
        ] {
            if !value.is_empty() && parent.is_empty() {
                found.push(Violation::new(field, format!("Choose a {parent_label} first.")));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violated(change: impl FnOnce(&mut Configuration)) -> Vec<&'static str> {
        let mut configuration = Configuration::default();
        change(&mut configuration);
        configuration.violations().into_iter().map(|v| v.field).collect()
    }

    #[test]
    fn the_configuration_of_a_new_store_can_be_saved() {
        assert!(Configuration::default().violations().is_empty());
    }

    #[test]
    fn each_wrong_field_is_named() {
        assert_eq!(violated(|c| c.sync_interval_minutes = 0), ["sync_interval_minutes"]);
        assert_eq!(violated(|c| c.sync_interval_minutes = 1441), ["sync_interval_minutes"]);
        assert_eq!(violated(|c| c.item_number_rules.clear()), ["create_item_number_using"]);
        assert_eq!(violated(|c| c.time_zone = "Mars/Olympus".into()), ["time_zone"]);
        assert_eq!(violated(|c| c.store_location_id = 0), ["store_location_id"]);
        assert_eq!(violated(|c| c.end_of_day = true), ["end_of_day"]);
        assert_eq!(violated(|c| c.location = "A-01".into()), ["default_location"]);
        assert_eq!(
            violated(|c| c.item_number_rules = vec![ItemNumberRule::Sku; 2]),
            ["create_item_number_using"]
        );
        let six = Time::constant(6, 0, 0, 0);
        assert_eq!(violated(|c| c.active_hours = Some((six, six))), ["active_until"]);
    }
}
