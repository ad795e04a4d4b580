//! The configuration as the contract has it.

use jiff::civil::Time;
use plugin_host_proto::v1;

use super::convert::{Wired, at, same};
use crate::{
    app::{Error, Examined},
    db::SavedConfiguration,
    domain::{
        catalog::ItemNumberRule,
        configuration::{
            Configuration, DriftPolicy, GuestRule, HoldLimits, NotifyWhen, OpenOrders, PickupRule,
            ShipmentRule, StockDecrease, StockScope, Violation,
        },
        effects::{Around, effect},
        fields::{FIELDS, Field, Group, grouped},
        store::Store,
    },
};

same!(ItemNumberRule: Sku, ProductId, Upc, ProductName);
same!(StockDecrease: FollowStore, On, Off);
same!(StockScope: DefaultSite, DefaultLocation, Sites, Division);
same!(OpenOrders: Division, Store);
same!(GuestRule: ByEmail, OneCustomer);
same!(ShipmentRule: OnClose, EachPick, ByHand);
same!(DriftPolicy: WarehouseWins, Hold);
same!(PickupRule: Leave, Complete);
same!(NotifyWhen: AtOnce, Daily);

/// A configuration as saved; the defaults before the first save.
pub(super) fn configuration(saved: Option<&SavedConfiguration>, store: &Store) -> v1::Configuration {
    values_of(saved.map(|saved| saved.values.clone()).unwrap_or_default(), saved, store)
}

/// The answer to a change that is only looked at.
pub(super) fn examined(examined: Examined, store: &Store) -> v1::ConfigureResponse {
    let fields = fields(&examined.values, store);
    v1::ConfigureResponse {
        configuration: Some(values_of(examined.values, examined.before.as_ref(), store)),
        fields,
        violations: examined.violations.into_iter().map(violation).collect(),
    }
}

/// The answer to a change that cannot be read.
pub(super) fn unreadable(violations: Vec<Violation>) -> v1::ConfigureResponse {
    let violations = violations.into_iter().map(violation).collect();
    v1::ConfigureResponse { violations, ..v1::ConfigureResponse::default() }
}

fn violation(violation: Violation) -> v1::Reason {
    v1::Reason { code: "INVALID".into(), message: violation.message, field: violation.field.into() }
}

fn values_of(values: Configuration, saved: Option<&SavedConfiguration>, store: &Store) -> v1::Configuration {
    let time = |time: Time| time.strftime("%H:%M").to_string();
    v1::Configuration {
        revision: saved.map_or(0, |saved| saved.revision),
        default_division: values.division,
        default_uom: values.uom,
        default_site: values.site,
        default_location: values.location,
        store_location_id: values.store_location_id,
        create_item_number_using: values.item_number_rules.iter().map(|rule| rule.wire()).collect(),
        stock_decreased_when_order_placed: values.stock_decrease.wire(),
        auto_sync: values.auto_sync,
        sync_interval_minutes: values.sync_interval_minutes,
        active_from: values.active_hours.map(|(from, _)| time(from)).unwrap_or_default(),
        active_until: values.active_hours.map(|(_, until)| time(until)).unwrap_or_default(),
        end_of_day: values.end_of_day,
        end_of_day_time: time(values.end_of_day_time),
        reconciliation_time: time(values.reconciliation_time),
        time_zone: if values.time_zone.is_empty() { store.time_zone.clone() } else { values.time_zone },
        saved_at: saved.map(|saved| at(saved.saved_at)),
        saved_by: saved.map(|saved| saved.saved_by.clone()).unwrap_or_default(),
        imported_status_ids: values.imported_statuses,
        order_number_prefix: values.order_prefix,
        stock_scope: values.stock_scope.wire(),
        stock_sites: values.stock_sites,
        excluded_locations: values.excluded_locations,
        open_orders: values.open_orders.wire(),
        guest_rule: values.guest_rule.wire(),
        guest_customer: values.guest_customer,
        shipment_rule: values.shipment_rule.wire(),
        set_order_status: values.set_order_status,
        safety_buffer: values.safety_buffer,
        hold_at_zero_percent: values.hold.percent,
        hold_at_units: values.hold.units,
        drift_policy: values.drift_policy.wire(),
        pickup_rule: values.pickup_rule.wire(),
        notify_emails: values.notify_emails,
        notify_webhook: values.notify_webhook,
        notify_when: values.notify_when.wire(),
    }
}

/// What every field means, and what these values do.
pub(super) fn fields(values: &Configuration, store: &Store) -> Vec<v1::ConfigurationField> {
    let around = Around {
        deducts_when_placed: store.deducts_when_placed,
        time_zone: &store.time_zone,
        hash: &store.hash,
    };
    let field = |(field, group): (&Field, Group)| v1::ConfigurationField {
        field: field.field.into(),
        label: field.label.into(),
        explanation: field.explanation.into(),
        group: group.name.into(),
        group_explanation: group.explanation.into(),
        effect: effect(field.field, values, around),
    };
    grouped().map(field).collect()
}

/// A checked change of a configuration.
pub(super) struct Patch {
    revision: i64,
    fields: Vec<String>,
    wanted: Configuration,
}

/// Reads single fields, noting what is wrong with those that are wanted.
struct Reader<'f> {
    fields: &'f [String],
    violations: Vec<Violation>,
}

impl Reader<'_> {
    fn wants(&self, field: &str) -> bool {
        self.fields.iter().any(|name| name == field)
    }

    fn choice<T: Wired>(&mut self, field: &'static str, wire: i32, otherwise: T) -> T {
        let read = T::read(wire);
        if read.is_none() && self.wants(field) {
            let message = "Choose one of the values the contract names.";
            self.violations.push(Violation::new(field, message));
        }
        read.unwrap_or(otherwise)
    }

    fn time(&mut self, field: &'static str, text: &str) -> Option<Time> {
        if text.is_empty() || !self.wants(field) {
            return None;
        }
        let read = (text.len() == 5).then(|| Time::strptime("%H:%M", text).ok()).flatten();
        if read.is_none() {
            let message = "Write a time of day as HH:MM, for example 18:00.";
            self.violations.push(Violation::new(field, message));
        }
        read
    }
}

impl Patch {
    /// Reads the fields a client wants to change, naming every one that cannot be read.
    pub(super) fn read(wire: v1::Configuration, mask: Option<Vec<String>>) -> Result<Self, Error> {
        let fields = mask.unwrap_or_else(|| FIELDS.iter().map(|field| field.field.to_owned()).collect());
        let mut reader = Reader { fields: &fields, violations: Vec::new() };
        if let Some(unknown) = fields.iter().find(|name| FIELDS.iter().all(|field| field.field != **name)) {
            let message = format!("There is no field {unknown} that can be set.");
            reader.violations.push(Violation::new("update_mask", message));
        }
        let [from, until] = ["active_from", "active_until"].map(|field| reader.wants(field));
        if from != until || (from && wire.active_from.is_empty() != wire.active_until.is_empty()) {
            let message = "Set both active_from and active_until, or empty both for the whole day.";
            reader.violations.push(Violation::new("active_until", message));
        }
        let usual = Configuration::default();
        let rules = wire.create_item_number_using.iter();
        let wanted = Configuration {
            item_number_rules: rules
                .map(|rule| reader.choice("create_item_number_using", *rule, ItemNumberRule::Sku))
                .collect(),
            stock_decrease: reader.choice(
                "stock_decreased_when_order_placed",
                wire.stock_decreased_when_order_placed,
                usual.stock_decrease,
            ),
            active_hours: reader
                .time("active_from", &wire.active_from)
                .zip(reader.time("active_until", &wire.active_until)),
            end_of_day_time: reader
                .time("end_of_day_time", &wire.end_of_day_time)
                .unwrap_or(usual.end_of_day_time),
            reconciliation_time: reader
                .time("reconciliation_time", &wire.reconciliation_time)
                .unwrap_or(usual.reconciliation_time),
            stock_scope: reader.choice("stock_scope", wire.stock_scope, usual.stock_scope),
            open_orders: reader.choice("open_orders", wire.open_orders, usual.open_orders),
            guest_rule: reader.choice("guest_rule", wire.guest_rule, usual.guest_rule),
            shipment_rule: reader.choice("shipment_rule", wire.shipment_rule, usual.shipment_rule),
            drift_policy: reader.choice("drift_policy", wire.drift_policy, usual.drift_policy),
            pickup_rule: reader.choice("pickup_rule", wire.pickup_rule, usual.pickup_rule),
            notify_when: reader.choice("notify_when", wire.notify_when, usual.notify_when),
            notify_emails: wire.notify_emails.iter().map(|address| address.trim().to_owned()).collect(),
            notify_webhook: wire.notify_webhook.trim().to_owned(),
            division: wire.default_division.trim().to_owned(),
            uom: wire.default_uom.trim().to_owned(),
            site: wire.default_site.trim().to_owned(),
            location: wire.default_location.trim().to_owned(),
            store_location_id: wire.store_location_id,
            auto_sync: wire.auto_sync,
            sync_interval_minutes: wire.sync_interval_minutes,
            end_of_day: wire.end_of_day,
            time_zone: wire.time_zone.trim().to_owned(),
            imported_statuses: wire.imported_status_ids,
            order_prefix: wire.order_number_prefix.map(|prefix| prefix.trim().to_owned()),
            stock_sites: wire.stock_sites,
            excluded_locations: wire.excluded_locations,
            guest_customer: wire.guest_customer.trim().to_owned(),
            set_order_status: wire.set_order_status,
            safety_buffer: wire.safety_buffer,
            hold: HoldLimits { percent: wire.hold_at_zero_percent, units: wire.hold_at_units },
        };
        if !reader.violations.is_empty() {
            return Err(Error::Invalid(reader.violations));
        }
        Ok(Self { revision: wire.revision, fields, wanted })
    }

    /// The revision the change was made from.
    pub(super) fn revision(&self) -> i64 {
        self.revision
    }

    /// Makes the change.
    pub(super) fn apply(self, values: &mut Configuration) {
        let wanted = self.wanted;
        for field in &self.fields {
            match field.as_str() {
                "default_division" => values.division.clone_from(&wanted.division),
                "default_uom" => values.uom.clone_from(&wanted.uom),
                "default_site" => values.site.clone_from(&wanted.site),
                "default_location" => values.location.clone_from(&wanted.location),
                "store_location_id" => values.store_location_id = wanted.store_location_id,
                "create_item_number_using" => values.item_number_rules.clone_from(&wanted.item_number_rules),
                "stock_decreased_when_order_placed" => values.stock_decrease = wanted.stock_decrease,
                "auto_sync" => values.auto_sync = wanted.auto_sync,
                "sync_interval_minutes" => values.sync_interval_minutes = wanted.sync_interval_minutes,
                "active_from" | "active_until" => values.active_hours = wanted.active_hours,
                "end_of_day" => values.end_of_day = wanted.end_of_day,
                "end_of_day_time" => values.end_of_day_time = wanted.end_of_day_time,
                "reconciliation_time" => values.reconciliation_time = wanted.reconciliation_time,
                "time_zone" => values.time_zone.clone_from(&wanted.time_zone),
                "imported_status_ids" => values.imported_statuses.clone_from(&wanted.imported_statuses),
                "order_number_prefix" => values.order_prefix.clone_from(&wanted.order_prefix),
                "stock_scope" => values.stock_scope = wanted.stock_scope,
                "stock_sites" => values.stock_sites.clone_from(&wanted.stock_sites),
                "excluded_locations" => values.excluded_locations.clone_from(&wanted.excluded_locations),
                "open_orders" => values.open_orders = wanted.open_orders,
                "guest_rule" => values.guest_rule = wanted.guest_rule,
                "guest_customer" => values.guest_customer.clone_from(&wanted.guest_customer),
                "shipment_rule" => values.shipment_rule = wanted.shipment_rule,
                "set_order_status" => values.set_order_status = wanted.set_order_status,
                "safety_buffer" => values.safety_buffer = wanted.safety_buffer,
                "hold_at_zero_percent" => values.hold.percent = wanted.hold.percent,
                "hold_at_units" => values.hold.units = wanted.hold.units,
                "drift_policy" => values.drift_policy = wanted.drift_policy,
                "pickup_rule" => values.pickup_rule = wanted.pickup_rule,
                "notify_emails" => values.notify_emails.clone_from(&wanted.notify_emails),
                "notify_webhook" => values.notify_webhook.clone_from(&wanted.notify_webhook),
                "notify_when" => values.notify_when = wanted.notify_when,
                // `read` refuses every other field.
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_contract_is_explained_and_can_be_set() {
        let contract = prost_reflect::DescriptorPool::decode(plugin_host_proto::FILE_DESCRIPTOR_SET).unwrap();
        let message = contract.get_message_by_name("pluginhost.v1.Configuration").unwrap();
        let output_only = ["revision", "saved_at", "saved_by"];
        let mut settable: Vec<String> = message
            .fields()
            .map(|field| field.name().to_owned())
            .filter(|name| !output_only.contains(&name.as_str()))
            .collect();
        let mut explained: Vec<&str> = FIELDS.iter().map(|field| field.field).collect();
        settable.sort_unstable();
        explained.sort_unstable();
        assert_eq!(settable, explained);
    }

    #[test]
    fn one_end_of_the_active_hours_is_never_set_or_emptied_without_the_other() {
        let hours = |from: &str, until: &str, mask: &[&str]| {
            let wire = v1::Configuration {
                active_from: from.to_owned(),
                active_until: until.to_owned(),
                ..v1::Configuration::default()
            };
            Patch::read(wire, Some(mask.iter().map(|field| (*field).to_owned()).collect()))
        };
        let both = ["active_from", "active_until"];
        for (from, until, mask) in [
            ("08:00", "20:00", &both[..1]),
            ("08:00", "20:00", &both[1..]),
            ("08:00", "", &both),
            ("", "20:00", &both),
        ] {
            let Err(Error::Invalid(violations)) = hours(from, until, mask) else {
                panic!("{from}-{until} {mask:?}")
            };
            assert_eq!(violations.len(), 1, "{violations:?}");
        }
        for (from, until) in [("08:00", "20:00"), ("", "")] {
            let mut values = Configuration::default();
            hours(from, until, &both).unwrap().apply(&mut values);
            assert_eq!(values.active_hours.is_some(), !from.is_empty());
        }
    }
}
