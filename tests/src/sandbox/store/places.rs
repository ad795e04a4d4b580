//! What surrounds the goods: locations, shipping zones, channels and settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::order::status_name;

/// A place where stock is kept; the first one is the store's default.
#[derive(Debug, Clone)]
pub struct Location {
    /// Its id; the default location has 1.
    pub id: u32,
    /// Its short code.
    pub code: String,
    /// Its name.
    pub label: String,
    /// Whether it may take orders and have its stock changed.
    pub enabled: bool,
    /// Whether another system counts here.
    pub managed_by_external_source: bool,
}

impl Location {
    /// An enabled location.
    pub fn new(id: u32, code: &str, label: &str) -> Self {
        Self {
            id,
            code: code.to_owned(),
            label: label.to_owned(),
            enabled: true,
            managed_by_external_source: false,
        }
    }
}

/// Part of the world with its own shipping methods.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Its id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// `country` or `global`.
    pub kind: &'static str,
    /// The countries it covers.
    pub countries: Vec<&'static str>,
    /// Whether it is in use.
    pub enabled: bool,
    /// Its methods.
    pub methods: Vec<Method>,
}

/// A way to ship.
#[derive(Debug, Clone)]
pub struct Method {
    /// Its id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its carrier or rule, such as `usps` or `perorder`.
    pub kind: String,
    /// Whether shoppers may choose it.
    pub enabled: bool,
}

/// A place where the store sells.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its id; the default storefront has 1.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// `storefront`, `marketplace`, `pos` or `marketing`.
    pub kind: &'static str,
    /// Its platform.
    pub platform: &'static str,
    /// Its state.
    pub status: &'static str,
}

/// When the store takes sold goods out of its stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockBehavior {
    /// When the order is placed and paid.
    OrderPlaced,
    /// When the order is shipped or completed.
    OrderCompletedOrShipped,
}

/// The store's own rules of stock.
#[derive(Debug, Clone, Copy)]
pub struct InventorySettings {
    /// When stock is taken.
    pub update_stock_behavior: StockBehavior,
    /// Whether editing an order adjusts stock.
    pub edit_order_stock_adjustment: bool,
    /// Whether cancelling or refunding an order returns stock.
    pub refund_order_stock_adjustment: bool,
}

impl Default for InventorySettings {
    fn default() -> Self {
        Self {
            update_stock_behavior: StockBehavior::OrderPlaced,
            edit_order_stock_adjustment: true,
            refund_order_stock_adjustment: true,
        }
    }
}

/// What a channel decides for itself; `None` inherits the store's rule.
#[derive(Debug, Clone, Copy, Default)]
pub struct InventoryOverrides {
    /// When stock is taken.
    pub update_stock_behavior: Option<StockBehavior>,
    /// Whether editing an order adjusts stock.
    pub edit_order_stock_adjustment: Option<bool>,
    /// Whether cancelling or refunding an order returns stock.
    pub refund_order_stock_adjustment: Option<bool>,
}

/// Everything about a store that is neither goods, orders nor customers; tests may change it freely.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The store's name.
    pub name: String,
    /// Its IANA time zone.
    pub timezone: String,
    /// Its currency.
    pub currency: String,
    /// Its unit of weight.
    pub weight_units: String,
    /// Its plan.
    pub plan_level: String,
    /// Its locations; the first is the default, from which orders take stock.
    pub locations: Vec<Location>,
    /// Its shipping zones.
    pub zones: Vec<Zone>,
    /// Its channels.
    pub channels: Vec<Channel>,
    /// Its rules of stock.
    pub inventory_settings: InventorySettings,
    /// Whether a shipment moves its order to (partially) shipped by itself; not all stores do.
    pub shipping_moves_status: bool,
    /// What single channels decide for themselves.
    pub channel_settings: BTreeMap<u32, InventoryOverrides>,
    /// What the merchant calls single order statuses, by id.
    pub status_labels: BTreeMap<u8, String>,
}

impl Surroundings {
    /// The rules of stock for orders of a channel.
    pub fn settings_for(&self, channel_id: u32) -> InventorySettings {
        let global = self.inventory_settings;
        let own = self.channel_settings.get(&channel_id).copied().unwrap_or_default();
        InventorySettings {
            update_stock_behavior: own.update_stock_behavior.unwrap_or(global.update_stock_behavior),
            edit_order_stock_adjustment: own
                .edit_order_stock_adjustment
                .unwrap_or(global.edit_order_stock_adjustment),
            refund_order_stock_adjustment: own
                .refund_order_stock_adjustment
                .unwrap_or(global.refund_order_stock_adjustment),
        }
    }

    /// What the merchant calls an order status.
    pub(crate) fn status_label(&self, id: u8) -> &str {
        self.status_labels.get(&id).map_or_else(|| status_name(id), String::as_str)
    }

    /// The place of a location among the levels of a product.
    pub(crate) fn place(&self, location_id: u32) -> Option<usize> {
        self.locations.iter().position(|location| location.id == location_id)
    }
}

impl Default for Surroundings {
    fn default() -> Self {
        let method = |id, name: &str, kind: &str| Method {
            id,
            name: name.to_owned(),
            kind: kind.to_owned(),
            enabled: true,
        };
        let mut zones = vec![
            Zone {
                id: 1,
                name: "Domestic".to_owned(),
                kind: "country",
                countries: vec!["US"],
                enabled: true,
                methods: vec![
                    method(1, "Flat Rate", "perorder"),
                    method(2, "USPS®", "usps"),
                    method(3, "FedEx", "fedex"),
                    method(4, "UPS®", "upsready"),
                    method(5, "Ship by Weight", "weight"),
                ],
            },
            Zone {
                id: 2,
                name: "Europe".to_owned(),
                kind: "country",
                countries: vec!["DE", "FR", "GB", "IT", "NL"],
                enabled: true,
                methods: vec![method(6, "FedEx International", "fedex"), method(7, "UPS®", "upsready")],
            },
            Zone {
                id: 3,
                name: "Rest of world".to_owned(),
                kind: "global",
                countries: Vec::new(),
                enabled: true,
                methods: vec![method(8, "USPS® International", "usps")],
            },
        ];
        zones[0].methods[4].enabled = false;
        Self {
            name: "Northridge Outfitters".to_owned(),
            timezone: "America/Chicago".to_owned(),
            currency: "USD".to_owned(),
            weight_units: "Ounces".to_owned(),
            plan_level: "Pro".to_owned(),
            locations: vec![
                Location::new(1, "BC-LOCATION-1", "Default location"),
                Location::new(2, "OUTLET", "Outlet store"),
            ],
            zones,
            channels: vec![
                Channel {
                    id: 1,
                    name: "Northridge Outfitters".to_owned(),
                    kind: "storefront",
                    platform: "bigcommerce",
                    status: "active",
                },
                Channel {
                    id: 664_179,
                    name: "Amazon".to_owned(),
                    kind: "marketplace",
                    platform: "amazon",
                    status: "connected",
                },
            ],
            inventory_settings: InventorySettings::default(),
            shipping_moves_status: true,
            channel_settings: BTreeMap::new(),
            status_labels: BTreeMap::new(),
        }
    }
}
