//! Configurations, every revision of them.

use jiff::{Timestamp, civil::Time};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use super::{Db, Error, Result, Row, Tx};
use crate::domain::{
    catalog::ItemNumberRule,
    configuration::{
        Configuration, DriftPolicy, GuestRule, HoldLimits, NIGHT, NotifyWhen, OpenOrders, PickupRule,
        ShipmentRule, StockDecrease, StockScope,
    },
    run::words,
    store::StoreId,
};

words!(ItemNumberRule { Sku = "SKU", ProductId = "PRODUCT_ID", Upc = "UPC", ProductName = "PRODUCT_NAME" });
words!(StockDecrease { FollowStore = "FOLLOW_STORE", On = "ON", Off = "OFF" });
words!(StockScope {
    DefaultSite = "DEFAULT_SITE",
    DefaultLocation = "DEFAULT_LOCATION",
    Sites = "SITES",
    Division = "DIVISION",
});
words!(OpenOrders { Division = "DIVISION", Store = "STORE" });
words!(GuestRule { ByEmail = "BY_EMAIL", OneCustomer = "ONE_CUSTOMER" });
words!(ShipmentRule { OnClose = "ON_CLOSE", EachPick = "EACH_PICK", ByHand = "BY_HAND" });
words!(DriftPolicy { WarehouseWins = "WAREHOUSE_WINS", Hold = "HOLD" });
words!(PickupRule { Leave = "LEAVE", Complete = "COMPLETE" });
words!(NotifyWhen { AtOnce = "AT_ONCE", Daily = "DAILY" });

/// A configuration as saved.
#[derive(Clone, Debug)]
pub struct SavedConfiguration {
    /// Its revision, from 1.
    pub revision: i64,
    /// Its values.
    pub values: Configuration,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Who saved it.
    pub saved_by: String,
}

/// The JSON a revision is kept as.
#[derive(Serialize, Deserialize)]
struct Kept {
    division: String,
    uom: String,
    site: String,
    location: String,
    store_location_id: i64,
    item_number_rules: Vec<String>,
    stock_decrease: String,
    auto_sync: bool,
    sync_interval_minutes: i32,
    active_hours: Option<(Time, Time)>,
    end_of_day_time: Time,
    end_of_day: bool,
    #[serde(default = "usual_reconciliation_time")]
    reconciliation_time: Time,
    time_zone: String,
    imported_statuses: Vec<i64>,
    order_prefix: Option<String>,
    stock_scope: String,
    stock_sites: Vec<String>,
    excluded_locations: Vec<String>,
    open_orders: String,
    guest_rule: String,
    guest_customer: String,
    shipment_rule: String,
    set_order_status: bool,
    safety_buffer: i64,
    hold_at_zero_percent: i32,
    hold_at_units: i64,
    drift_policy: String,
    pickup_rule: String,
    #[serde(default)]
    notify_emails: Vec<String>,
    #[serde(default)]
    notify_webhook: String,
    #[serde(default = "usual_notify_when")]
    notify_when: String,
}

/// What revisions say that were saved before it could be chosen.
fn usual_reconciliation_time() -> Time {
    NIGHT
}

fn usual_notify_when() -> String {
    NotifyWhen::AtOnce.word().to_owned()
}

/// The JSON of a configuration, for its row and for the audit.
pub(crate) fn to_json(values: &Configuration) -> String {
    let kept = Kept {
        division: values.division.clone(),
        uom: values.uom.clone(),
        site: values.site.clone(),
        location: values.location.clone(),
        store_location_id: values.store_location_id,
        item_number_rules: values.item_number_rules.iter().map(|rule| rule.word().to_owned()).collect(),
        stock_decrease: values.stock_decrease.word().to_owned(),
        auto_sync: values.auto_sync,
        sync_interval_minutes: values.sync_interval_minutes,
        active_hours: values.active_hours,
        end_of_day_time: values.end_of_day_time,
        end_of_day: values.end_of_day,
        reconciliation_time: values.reconciliation_time,
        time_zone: values.time_zone.clone(),
        imported_statuses: values.imported_statuses.clone(),
        order_prefix: values.order_prefix.clone(),
        stock_scope: values.stock_scope.word().to_owned(),
        stock_sites: values.stock_sites.clone(),
        excluded_locations: values.excluded_locations.clone(),
        open_orders: values.open_orders.word().to_owned(),
        guest_rule: values.guest_rule.word().to_owned(),
        guest_customer: values.guest_customer.clone(),
        shipment_rule: values.shipment_rule.word().to_owned(),
        set_order_status: values.set_order_status,
        safety_buffer: values.safety_buffer,
        hold_at_zero_percent: values.hold.percent,
        hold_at_units: values.hold.units,
        drift_policy: values.drift_policy.word().to_owned(),
        pickup_rule: values.pickup_rule.word().to_owned(),
        notify_emails: values.notify_emails.clone(),
        notify_webhook: values.notify_webhook.clone(),
        notify_when: values.notify_when.word().to_owned(),
    };
    serde_json::json!(kept).to_string()
}

fn known<T>(word: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T> {
    let unknown = || Error::Row { table: "configurations", column: "body", value: word.to_owned() };
    read(word).ok_or_else(unknown)
}

pub(super) fn saved(row: &AnyRow) -> Result<SavedConfiguration> {
    let row = Row(row, "configurations");
    let kept: Kept = row.json("body")?;
    let rules = kept.item_number_rules.iter();
    let values = Configuration {
        division: kept.division,
        uom: kept.uom,
        site: kept.site,
        location: kept.location,
        store_location_id: kept.store_location_id,
        item_number_rules: rules.map(|word| known(word, ItemNumberRule::from_word)).collect::<Result<_>>()?,
        stock_decrease: known(&kept.stock_decrease, StockDecrease::from_word)?,
        auto_sync: kept.auto_sync,
        sync_interval_minutes: kept.sync_interval_minutes,
        active_hours: kept.active_hours,
        end_of_day_time: kept.end_of_day_time,
        end_of_day: kept.end_of_day,
        reconciliation_time: kept.reconciliation_time,
        time_zone: kept.time_zone,
        imported_statuses: kept.imported_statuses,
        order_prefix: kept.order_prefix,
        stock_scope: known(&kept.stock_scope, StockScope::from_word)?,
        stock_sites: kept.stock_sites,
        excluded_locations: kept.excluded_locations,
        open_orders: known(&kept.open_orders, OpenOrders::from_word)?,
        guest_rule: known(&kept.guest_rule, GuestRule::from_word)?,
        guest_customer: kept.guest_customer,
        shipment_rule: known(&kept.shipment_rule, ShipmentRule::from_word)?,
        set_order_status: kept.set_order_status,
        safety_buffer: kept.safety_buffer,
        hold: HoldLimits { percent: kept.hold_at_zero_percent, units: kept.hold_at_units },
        drift_policy: known(&kept.drift_policy, DriftPolicy::from_word)?,
        pickup_rule: known(&kept.pickup_rule, PickupRule::from_word)?,
        notify_emails: kept.notify_emails,
        notify_webhook: kept.notify_webhook,
        notify_when: known(&kept.notify_when, NotifyWhen::from_word)?,
    };
    Ok(SavedConfiguration {
        revision: row.int("revision")?,
        values,
        saved_at: row.at("saved_at")?,
        saved_by: row.text("saved_by")?,
    })
}

impl Db {
    /// The configuration in force; none before the first save.
    pub async fn configuration(&self, store: StoreId) -> Result<Option<SavedConfiguration>> {
        let newest = "SELECT * FROM configurations WHERE store_id = ? ORDER BY revision DESC LIMIT 1";
        self.row(self.statement(newest).bind(store.0)).await?.as_ref().map(saved).transpose()
    }

    /// One revision.
    pub async fn configuration_revision(
        &self,
        store: StoreId,
        revision: i64,
    ) -> Result<Option<SavedConfiguration>> {
        let statement = self
            .statement("SELECT * FROM configurations WHERE store_id = ? AND revision = ?")
            .bind(store.0)
            .bind(revision);
        self.row(statement).await?.as_ref().map(saved).transpose()
    }

    /// Keeps a new revision; a conflict when that revision exists, because somebody else saved first.
    pub async fn add_configuration(
        &self,
        tx: &mut Tx,
        store: StoreId,
        new: &SavedConfiguration,
    ) -> Result<()> {
        let statement = tx
            .statement("INSERT INTO configurations (store_id, revision, body, saved_at, saved_by) VALUES (?, ?, ?, ?, ?)")
            .bind(store.0)
            .bind(new.revision)
            .bind(to_json(&new.values))
            .bind(new.saved_at.as_millisecond())
            .bind(new.saved_by.clone());
        tx.execute(statement).await.map(drop)
    }
}
