//! The values that `configure set` takes, and the choices among them.

use clap::ValueEnum;
use plugin_host_proto::v1::{
    Configuration, DriftPolicy, GuestRule, ItemNumberRule, NotifyWhen, OpenOrders, PickupRule, ShipmentRule,
    StockDecrease, StockScope,
};

use crate::args::Switch;

#[derive(Debug, Default, clap::Args)]
#[group(required = true, multiple = true)]
pub(super) struct Values {
    /// Division that items, inventory and carriers go into
    #[arg(long, value_name = "CODE")]
    pub(super) default_division: Option<String>,
    /// Unit of measure of new items
    #[arg(long, value_name = "CODE")]
    pub(super) default_uom: Option<String>,
    /// Site that inventory goes into
    #[arg(long, value_name = "CODE")]
    pub(super) default_site: Option<String>,
    /// Location that inventory goes into
    #[arg(long, value_name = "CODE")]
    pub(super) default_location: Option<String>,
    /// BigCommerce location whose stock is kept in step; 1 is the default one
    #[arg(long, value_name = "ID")]
    pub(super) store_location: Option<i64>,
    /// How item numbers are made: the first choice, then what to use where it is blank
    #[arg(long, value_enum, value_delimiter = ',', num_args = 1.., value_name = "RULE,RULE")]
    pub(super) create_item_number_using: Option<Vec<Rule>>,
    /// Whether the store lowers its stock when an order is placed
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(super) stock_decreased: Option<Decrease>,
    /// Whether auto sync runs
    #[arg(long, value_enum, value_name = "SWITCH")]
    pub(super) auto_sync: Option<Switch>,
    /// Minutes between auto syncs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=1440))]
    pub(super) sync_interval_minutes: Option<i32>,
    /// When auto sync runs, in the store's time: HH:MM-HH:MM, or all-day
    #[arg(long, value_parser = active_hours, value_name = "HOURS")]
    pub(super) active_hours: Option<ActiveHours>,
    /// Whether End of Day runs
    #[arg(long, value_enum, value_name = "SWITCH")]
    pub(super) end_of_day: Option<Switch>,
    /// When End of Day runs, in the store's time
    #[arg(long, value_parser = time_of_day, value_name = "HH:MM")]
    pub(super) end_of_day_time: Option<String>,
    /// When both sides are compared each night, in the store's time
    #[arg(long, value_parser = time_of_day, value_name = "HH:MM")]
    pub(super) reconciliation_time: Option<String>,
    /// Time zone of these times, for example Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    pub(super) time_zone: Option<String>,
    /// Which orders become picking orders: status ids of BigCommerce
    #[arg(long, value_delimiter = ',', value_name = "ID,ID")]
    pub(super) order_statuses: Option<Vec<i64>>,
    /// What the numbers of picking orders begin with; may be empty
    #[arg(long, value_name = "TEXT")]
    pub(super) order_number_prefix: Option<String>,
    /// Go back to the usual prefix of picking orders
    #[arg(long, conflicts_with = "order_number_prefix")]
    pub(super) automatic_order_number_prefix: bool,
    /// Whose units count as on hand at End of Day
    #[arg(long, value_enum, value_name = "SCOPE")]
    pub(super) stock_scope: Option<Scope>,
    /// Sites that count, where the stock scope is "sites"; empty for none
    #[arg(long, value_delimiter = ',', value_name = "CODE,CODE")]
    pub(super) stock_sites: Option<Vec<String>>,
    /// Locations that never count, for damaged goods and quarantine; empty for none
    #[arg(long, value_delimiter = ',', value_parser = place, value_name = "SITE/LOCATION")]
    pub(super) excluded_locations: Option<Vec<String>>,
    /// Whose orders lower what can be sold
    #[arg(long, value_enum, value_name = "WHOSE")]
    pub(super) open_orders: Option<Orders>,
    /// What becomes of shoppers without an account
    #[arg(long, value_enum, value_name = "RULE")]
    pub(super) guest_rule: Option<Guests>,
    /// Name of the one customer that stands for all guests
    #[arg(long, value_name = "NAME")]
    pub(super) guest_customer: Option<String>,
    /// When what was picked is reported to the store
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(super) shipment_rule: Option<Shipping>,
    /// Whether an order's status is set after a shipment where the store does not do it itself
    #[arg(long, value_enum, value_name = "SWITCH")]
    pub(super) set_order_status: Option<Switch>,
    /// Units of each item that are never offered in the store
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    pub(super) safety_buffer: Option<i64>,
    /// Hold End of Day when more than this many percent of the items that sell would go to zero
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=100))]
    pub(super) hold_at_zero_percent: Option<i32>,
    /// Hold End of Day when counts would change by more units in all; 0 for no limit
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    pub(super) hold_at_units: Option<i64>,
    /// What End of Day does about counts that somebody changed in the store
    #[arg(long, value_enum, value_name = "POLICY")]
    pub(super) drift_policy: Option<Drift>,
    /// What becomes of the store's order when its pickup was closed here
    #[arg(long, value_enum, value_name = "RULE")]
    pub(super) pickup_rule: Option<Pickup>,
    /// Who gets a mail when something needs a person; empty for nobody
    #[arg(long, value_delimiter = ',', value_name = "ADDRESS,ADDRESS")]
    pub(super) notify_emails: Option<Vec<String>>,
    /// https address of a program that is told the same by signed posts; empty for none
    #[arg(long, value_name = "URL")]
    pub(super) notify_webhook: Option<String>,
    /// When they are told
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(super) notify_when: Option<Notify>,
}

/// The values to save, and the names of those that change.
pub(super) fn patch(values: Values) -> (Configuration, Vec<String>) {
    let mut configuration = Configuration::default();
    let mut paths = Vec::new();
    macro_rules! take {
        ($field:ident = $value:expr) => {
            if let Some(value) = $value {
                configuration.$field = value;
                paths.push(stringify!($field).to_owned());
            }
        };
        ($field:ident = $value:expr, as $choice:ident) => {
            take!($field = $value.map(|value| $choice::from(value).into()))
        };
    }
    take!(default_division = values.default_division);
    take!(default_uom = values.default_uom);
    take!(default_site = values.default_site);
    take!(default_location = values.default_location);
    take!(store_location_id = values.store_location);
    take!(
        create_item_number_using = values
            .create_item_number_using
            .map(|rules| rules.into_iter().map(|rule| ItemNumberRule::from(rule).into()).collect())
    );
    take!(stock_decreased_when_order_placed = values.stock_decreased, as StockDecrease);
    take!(auto_sync = values.auto_sync.map(Switch::is_on));
    take!(sync_interval_minutes = values.sync_interval_minutes);
    let (from, until) = values.active_hours.map(|hours| (hours.from, hours.until)).unzip();
    take!(active_from = from);
    take!(active_until = until);
    take!(end_of_day = values.end_of_day.map(Switch::is_on));
    take!(end_of_day_time = values.end_of_day_time);
    take!(time_zone = values.time_zone);
    take!(imported_status_ids = values.order_statuses);
    let prefix = match values.order_number_prefix {
        None if values.automatic_order_number_prefix => Some(None),
        prefix => prefix.map(Some),
    };
    take!(order_number_prefix = prefix);
    take!(stock_scope = values.stock_scope, as StockScope);
    take!(stock_sites = values.stock_sites.map(without_blanks));
    take!(excluded_locations = values.excluded_locations.map(without_blanks));
    take!(open_orders = values.open_orders, as OpenOrders);
    take!(guest_rule = values.guest_rule, as GuestRule);
    take!(guest_customer = values.guest_customer);
    take!(shipment_rule = values.shipment_rule, as ShipmentRule);
    take!(set_order_status = values.set_order_status.map(Switch::is_on));
    take!(safety_buffer = values.safety_buffer);
    take!(hold_at_zero_percent = values.hold_at_zero_percent);
    take!(hold_at_units = values.hold_at_units);
    take!(drift_policy = values.drift_policy, as DriftPolicy);
    take!(pickup_rule = values.pickup_rule, as PickupRule);
    take!(reconciliation_time = values.reconciliation_time);
    take!(notify_emails = values.notify_emails.map(without_blanks));
    take!(notify_webhook = values.notify_webhook);
    take!(notify_when = values.notify_when, as NotifyWhen);
    (configuration, paths)
}

/// An empty list is typed as an empty text.
fn without_blanks(codes: Vec<String>) -> Vec<String> {
    codes.into_iter().filter(|code| !code.is_empty()).collect()
}

/// A choice as it is typed, as it is in the contract, and in words.
macro_rules! choices {
    ($($typed:ident is $choice:ident { $($name:ident = $variant:ident, $words:literal;)* })*) => {$(
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        pub(super) enum $typed { $($name),* }

        impl From<$typed> for $choice {
            fn from(typed: $typed) -> $choice {
                match typed { $($typed::$name => $choice::$variant),* }
            }
        }

        impl $typed {
            pub(super) fn words(choice: $choice) -> &'static str {
                match choice {
                    $choice::Unspecified => "unknown",
                    $($choice::$variant => $words),*
                }
            }
        }
    )*};
}

choices! {
    Rule is ItemNumberRule {
        Sku = Sku, "SKU";
        ProductId = ProductId, "product id";
        Upc = Upc, "UPC";
        ProductName = ProductName, "product name";
    }
    Decrease is StockDecrease {
        Follow = FollowStore, "follow the store";
        On = On, "on";
        Off = Off, "off";
    }
    Scope is StockScope {
        DefaultSite = DefaultSite, "all locations of the Default Site";
        DefaultLocation = DefaultLocation, "the Default Location alone";
        Sites = Sites, "all locations of chosen sites";
        Division = Division, "all locations of the division";
    }
    Orders is OpenOrders {
        Division = Division, "those of every store of the division";
        Store = Store, "those of this store";
    }
    Guests is GuestRule {
        ByEmail = ByEmail, "one customer for each e-mail address";
        OneCustomer = OneCustomer, "one customer for all guests";
    }
    Shipping is ShipmentRule {
        OnClose = OnClose, "when the picking order closes";
        EachPick = EachPick, "with each pick";
        ByHand = ByHand, "when a person ships it";
    }
    Drift is DriftPolicy {
        WarehouseWins = WarehouseWins, "the warehouse's count is published";
        Hold = Hold, "nothing is sent until a person approves";
    }
    Pickup is PickupRule {
        Leave = Leave, "the store's staff completes it";
        Complete = Complete, "it is set to Completed";
    }
    Notify is NotifyWhen {
        AtOnce = AtOnce, "within five minutes, and when it is over";
        Daily = Daily, "each morning at 07:00, if there is anything";
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ActiveHours {
    pub(super) from: String,
    pub(super) until: String,
}

pub(super) fn active_hours(text: &str) -> Result<ActiveHours, String> {
    if text == "all-day" {
        return Ok(ActiveHours { from: String::new(), until: String::new() });
    }
    let (from, until) = text.split_once('-').ok_or("use HH:MM-HH:MM, or all-day")?;
    Ok(ActiveHours { from: time_of_day(from)?, until: time_of_day(until)? })
}

pub(super) fn time_of_day(text: &str) -> Result<String, String> {
    let time = jiff::civil::Time::strptime("%H:%M", text);
    match time {
        Ok(_) if text.len() == 5 => Ok(text.to_owned()),
        _ => Err("use HH:MM between 00:00 and 23:59".to_owned()),
    }
}

fn place(text: &str) -> Result<String, String> {
    match text.split_once('/') {
        Some((site, location)) if !site.is_empty() && !location.is_empty() => Ok(text.to_owned()),
        _ if text.is_empty() => Ok(String::new()),
        _ => Err("use SITE/LOCATION, for example HQ/DAMAGED".to_owned()),
    }
}
