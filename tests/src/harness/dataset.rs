//! What arrived in the warehouse, in a form that two imports can be compared by.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use anyhow::Context as _;
use plugin_host_proto::v1::{Item, ShippingMethod, Tracking};

use super::Operator;

/// A variant of the store: product id and variant id.
pub type VariantKey = (i64, i64);

/// Everything that one import made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The items by number.
    pub items: BTreeMap<String, ItemRow>,
    /// On-hand by item number, site and location.
    pub inventory: BTreeMap<(String, String, String), i64>,
    /// Shipping methods by carrier.
    pub carriers: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// Parked records: what they are in the store, and why.
    pub parked: BTreeSet<(String, String)>,
}

/// An item, without what differs from import to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow {
    /// Name, UPC, price, weight, unit, currency.
    pub fields: [String; 6],
    /// The variants it stands for, with the SKU and how they are tracked.
    pub bindings: BTreeMap<VariantKey, (String, Tracking)>,
}

impl Dataset {
    /// Reads everything a store key may see.
    pub async fn read(operator: &Operator) -> anyhow::Result<Self> {
        let mut items = BTreeMap::new();
        for item in operator.items().await? {
            let number = item.item_number.clone();
            let before = items.insert(number.clone(), ItemRow::new(item));
            anyhow::ensure!(before.is_none(), "item {number} is there twice");
        }
        let mut inventory = BTreeMap::new();
        for record in operator.inventory().await? {
            let key = (record.item_number, record.site, record.location);
            let before = inventory.insert(key.clone(), record.on_hand);
            anyhow::ensure!(before.is_none(), "inventory {key:?} is there twice");
        }
        let method = |method: ShippingMethod| (method.name, method.zones.into_iter().collect());
        let carriers = operator.carriers().await?.into_iter();
        let carriers =
            carriers.map(|carrier| (carrier.name, carrier.methods.into_iter().map(method).collect()));
        let parked = operator.parked().await?.into_iter().map(|parked| (parked.record, parked.reason));
        Ok(Self { items, inventory, carriers: carriers.collect(), parked: parked.collect() })
    }

    /// The number of the item that stands for each variant.
    pub fn item_of<'dataset>(&'dataset self) -> BTreeMap<VariantKey, &'dataset str> {
        let bound = |(number, item): (&'dataset String, &'dataset ItemRow)| {
            item.bindings.keys().map(move |key| (*key, number.as_str()))
        };
        self.items.iter().flat_map(bound).collect()
    }

    /// The products, or single variants of them, that wait for a person; variant 0 is the whole product.
    pub fn parked_variants(&self) -> anyhow::Result<BTreeSet<VariantKey>> {
        self.parked.iter().map(|(record, _)| variant_in(record)).collect()
    }

    /// What differs from another import, in words; empty when nothing does.
    pub fn difference(&self, other: &Self) -> String {
        let mut words = Vec::new();
        words.extend(differences("item", &self.items, &other.items));
        words.extend(differences("inventory", &self.inventory, &other.inventory));
        words.extend(differences("carrier", &self.carriers, &other.carriers));
        let parked = self.parked.symmetric_difference(&other.parked);
        words.extend(parked.map(|parked| format!("parked {parked:?} in only one")));
        words.truncate(20);
        words.join("; ")
    }

    /// All units on hand.
    pub fn units(&self) -> i64 {
        self.inventory.values().sum()
    }
}

fn differences<Key: Ord + fmt::Debug, Row: PartialEq + fmt::Debug>(
    what: &str,
    one: &BTreeMap<Key, Row>,
    other: &BTreeMap<Key, Row>,
) -> Vec<String> {
    let keys: BTreeSet<&Key> = one.keys().chain(other.keys()).collect();
    let differ = keys.into_iter().filter(|key| one.get(*key) != other.get(*key));
    differ.map(|key| format!("{what} {key:?}: {:?} and not {:?}", one.get(key), other.get(key))).collect()
}

impl ItemRow {
    fn new(item: Item) -> Self {
        let bindings = item.bindings.into_iter().map(|binding| {
            let tracking = binding.tracking();
            ((binding.product_id, binding.variant_id), (binding.sku, tracking))
        });
        Self {
            bindings: bindings.collect(),
            fields: [item.name, item.upc, item.price, item.weight, item.uom, item.currency],
        }
    }
}

/// The ids in words such as "product 112, variant 345, SKU TENT-2".
pub fn variant_in(record: &str) -> anyhow::Result<VariantKey> {
    let mut words = record.split(", ");
    let product =
        words.next().and_then(|words| words.strip_prefix("product ")).context("no product is named")?;
    let variant = words.next().and_then(|words| words.strip_prefix("variant ")).unwrap_or("0");
    Ok((product.parse()?, variant.parse()?))
}
