//! What the user decides for a store.

use jiff::{civil::Time, tz::TimeZone};

use super::{catalog::ItemNumberRule, order, store::Missing};

/// When shops are quietest: where nothing else is chosen, both sides are compared from then on.
pub const NIGHT: Time = Time::constant(3, 0, 0, 0);

/// When people begin to work: what is told once a day is told then.
pub const MORNING: Time = Time::constant(7, 0, 0, 0);

/// To how many addresses a store may write.
const MOST_ADDRESSES: usize = 20;

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
    /// Store-local time from which on both sides are compared each night.
    pub reconciliation_time: Time,
    /// The zone the times above are meant in; empty for the store's own.
    pub time_zone: String,
    /// Status ids whose orders become picking orders (OQ-23).
    pub imported_statuses: Vec<i64>,
    /// What the numbers of picking orders begin with; none for the usual one (OQ-28).
    pub order_prefix: Option<String>,
    /// Whose units count as on hand (OQ-13).
    pub stock_scope: StockScope,
    /// Codes of the sites that count, where the scope is chosen sites.
    pub stock_sites: Vec<String>,
    /// Locations that never count, as `SITE/LOCATION`.
    pub excluded_locations: Vec<String>,
    /// Whose orders lower what can be sold (OQ-16).
    pub open_orders: OpenOrders,
    /// What becomes of shoppers without an account (OQ-27).
    pub guest_rule: GuestRule,
    /// Name of the one customer that stands for all guests, where the rule says so.
    pub guest_customer: String,
    /// When what was picked is reported to the store (OQ-30).
    pub shipment_rule: ShipmentRule,
    /// Whether an order's status is set after a shipment where the store does not do it itself.
    pub set_order_status: bool,
    /// Units of each item that are never offered.
    pub safety_buffer: i64,
    /// When an End of Day waits for a person (OQ-20).
    pub hold: HoldLimits,
    /// What End of Day does about counts that were changed in the store (OQ-43).
    pub drift_policy: DriftPolicy,
    /// What becomes of the store's order when its pickup was closed here (amendment I).
    pub pickup_rule: PickupRule,
    /// Who is told by mail what needs a person.
    pub notify_emails: Vec<String>,
    /// Where the same is posted to; empty for nowhere.
    pub notify_webhook: String,
    /// When it is told.
    pub notify_when: NotifyWhen,
}

/// When people are told what needs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifyWhen {
    /// As soon as it is known for a few minutes, and again when it is over.
    AtOnce,
    /// Everything together, each morning on which there is something.
    Daily,
}

/// Whose units count as on hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockScope {
    /// All locations of the Default Site.
    DefaultSite,
    /// The Default Location alone.
    DefaultLocation,
    /// All locations of chosen sites.
    Sites,
    /// All locations of the division.
    Division,
}

/// Whose orders lower what can be sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenOrders {
    /// Those of every store of the division.
    Division,
    /// Those of this store.
    Store,
}

/// What becomes of shoppers without an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestRule {
    /// One customer for each e-mail address.
    ByEmail,
    /// One customer for all of them.
    OneCustomer,
}

/// When what was picked is reported to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShipmentRule {
    /// When the picking order closes.
    OnClose,
    /// With each pick.
    EachPick,
    /// When a person ships it.
    ByHand,
}

/// How much an End of Day may change without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldLimits {
    /// Percent of the items that sell which may go to zero.
    pub percent: i32,
    /// Units by which counts may change in all; 0 for no limit.
    pub units: i64,
}

/// What End of Day does about counts that were changed in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriftPolicy {
    /// The warehouse's count is published.
    WarehouseWins,
    /// Nothing is sent until a person approves.
    Hold,
}

/// What becomes of the store's order when its pickup was closed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickupRule {
    /// Nothing.
    Leave,
    /// It is set to Completed.
    Complete,
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
            reconciliation_time: NIGHT,
            time_zone: String::new(),
            imported_statuses: order::PICKED_STATUS_IDS.to_vec(),
            order_prefix: None,
            stock_scope: StockScope::DefaultSite,
            stock_sites: Vec::new(),
            excluded_locations: Vec::new(),
            open_orders: OpenOrders::Division,
            guest_rule: GuestRule::ByEmail,
            guest_customer: String::new(),
            shipment_rule: ShipmentRule::OnClose,
            set_order_status: true,
            safety_buffer: 0,
            hold: HoldLimits { percent: 20, units: 0 },
            drift_policy: DriftPolicy::WarehouseWins,
            pickup_rule: PickupRule::Leave,
            notify_emails: Vec::new(),
            notify_webhook: String::new(),
            notify_when: NotifyWhen::AtOnce,
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
        self.check_orders(&mut found);
        self.check_counts(&mut found);
        self.check_notifications(&mut found);
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

    fn check_orders(&self, found: &mut Vec<Violation>) {
        let unusable = self.imported_statuses.iter().find(|id| !order::DEDUCTED_STATUS_IDS.contains(id));
        if let Some(id) = unusable {
            let usable = order::DEDUCTED_STATUS_IDS.map(|id| id.to_string()).join(", ");
            let message = format!("Orders in status {id} have nothing to be picked; choose among {usable}.");
            found.push(Violation::new("imported_status_ids", message));
        }
        if self.imported_statuses.is_empty() {
            found.push(Violation::new("imported_status_ids", "Choose at least one order status."));
        }
        if let Some(prefix) = &self.order_prefix
            && (prefix.chars().count() > 12 || prefix.chars().any(|c| c.is_control() || c.is_whitespace()))
        {
            let message = "Use at most 12 characters without spaces.";
            found.push(Violation::new("order_number_prefix", message));
        }
        if self.guest_rule == GuestRule::OneCustomer && self.guest_customer.is_empty() {
            found.push(Violation::new("guest_customer", "Name the customer that stands for all guests."));
        }
    }

    fn check_notifications(&self, found: &mut Vec<Violation>) {
        let mut refuse = |field, message: String| found.push(Violation::new(field, message));
        if let Some(address) = self.notify_emails.iter().find(|address| !is_address(address)) {
            refuse("notify_emails", format!("{address:?} is no e-mail address."));
        }
        let mut addresses: Vec<String> = self.notify_emails.iter().map(|one| one.to_lowercase()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        if addresses.len() < self.notify_emails.len() {
            refuse("notify_emails", "Name each address only once.".into());
        }
        if addresses.len() > MOST_ADDRESSES {
            refuse("notify_emails", format!("Name {MOST_ADDRESSES} addresses or fewer."));
        }
    }

    /// Whether anybody is to be told what needs a person.
    pub fn notifies(&self) -> bool {
        !self.notify_emails.is_empty() || !self.notify_webhook.is_empty()
    }

    fn check_counts(&self, found: &mut Vec<Violation>) {
        if self.stock_scope == StockScope::Sites && self.stock_sites.is_empty() {
            found.push(Violation::new("stock_sites", "Choose at least one site, or another stock scope."));
        }
        if let Some(place) = self.excluded_locations.iter().find(|place| place.split('/').count() != 2) {
            let message = format!("Write {place:?} as SITE/LOCATION.");
            found.push(Violation::new("excluded_locations", message));
        }
        if !(0..=1_000_000).contains(&self.safety_buffer) {
            found.push(Violation::new("safety_buffer", "Choose 0 to 1,000,000 units."));
        }
        if !(1..=100).contains(&self.hold.percent) {
            found.push(Violation::new("hold_at_zero_percent", "Choose 1 to 100 percent."));
        }
        if self.hold.units < 0 {
            found.push(Violation::new("hold_at_units", "Choose a number of units, or 0 for no limit."));
        }
    }
}

/// Whether a text looks like somebody's address, and like nothing else that a mail's header may hold.
fn is_address(text: &str) -> bool {
    let harmful = |letter: char| {
        letter.is_control() || letter.is_whitespace() || matches!(letter, '<' | '>' | ',' | ';' | '"')
    };
    text.len() <= 254
        && !text.contains(harmful)
        && text
            .split_once('@')
            .is_some_and(|(who, host)| !who.is_empty() && !host.is_empty() && !host.contains('@'))
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
        assert_eq!(violated(|c| c.imported_statuses = vec![11, 0]), ["imported_status_ids"]);
        assert_eq!(violated(|c| c.order_prefix = Some("B C".into())), ["order_number_prefix"]);
        assert_eq!(violated(|c| c.guest_rule = GuestRule::OneCustomer), ["guest_customer"]);
        assert_eq!(violated(|c| c.stock_scope = StockScope::Sites), ["stock_sites"]);
        assert_eq!(violated(|c| c.excluded_locations = vec!["HQ".into()]), ["excluded_locations"]);
        assert_eq!(violated(|c| c.hold.percent = 0), ["hold_at_zero_percent"]);
        assert_eq!(violated(|c| c.safety_buffer = -1), ["safety_buffer"]);
        for wrong in ["ada", "@acme.example", "ada@", "a@b@c", "ada@acme.example\r\nBcc: x@y", "Ada <a@b>"] {
            assert_eq!(violated(|c| c.notify_emails = vec![wrong.into()]), ["notify_emails"], "{wrong}");
        }
        let twice = vec!["ada@acme.example".into(), "Ada@acme.example".into()];
        assert_eq!(violated(|c| c.notify_emails = twice), ["notify_emails"]);
    }
}
