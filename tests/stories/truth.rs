//! What must be in the warehouse, computed from the store's own state.
//!
//! Physically there is what the store counts as its stock, and what it has taken out of that count for orders whose
//! goods have not left yet.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use plugin_host_tests::{
    harness::{Dataset, VariantKey},
    sandbox::{
        Sandbox,
        store::{Product, Store, Tracking},
    },
};

/// The BigCommerce location that is kept in step.
const LOCATION: u32 = 1;

/// Fails unless every variant of the store is an item or waits for a person, and every unit is where it must be.
pub(crate) fn check(store: &Sandbox, dataset: &Dataset, auto_delete_zero: bool) -> anyhow::Result<()> {
    store.with_store(|store| {
        check_variants(store, dataset)?;
        check_units(store, dataset, auto_delete_zero)
    })
}

fn check_variants(store: &Store, dataset: &Dataset) -> anyhow::Result<()> {
    let item_of = dataset.item_of();
    let parked = dataset.parked_variants()?;
    for product in store.shelf().products() {
        let mut items: BTreeSet<&str> = BTreeSet::new();
        for variant in &product.variants {
            let key = key(product, variant.id);
            let item = item_of.get(&key);
            let waits = parked.contains(&key) || parked.contains(&(key.0, 0));
            ensure!(
                item.is_some() != waits,
                "{key:?} of {:?} is item {item:?} and waits: {waits}",
                product.name
            );
            items.extend(item.copied());
        }
        let most = if product.tracking == Tracking::Product { 1 } else { product.variants.len() };
        ensure!(items.len() <= most, "product {} became the items {items:?}", product.id);
    }
    Ok(())
}

fn check_units(store: &Store, dataset: &Dataset, auto_delete_zero: bool) -> anyhow::Result<()> {
    let mut expected = BTreeMap::new();
    for (variant, number) in dataset.item_of() {
        let Some(units) = units(store, variant) else { continue };
        if units > 0 || !auto_delete_zero {
            expected.insert((number.to_owned(), "HQ".to_owned(), "A-01".to_owned()), units);
        }
    }
    let wrong: Vec<_> = expected
        .iter()
        .filter(|(place, units)| dataset.inventory.get(*place) != Some(units))
        .map(|(place, units)| (&place.0, *units, dataset.inventory.get(place)))
        .collect();
    ensure!(wrong.is_empty(), "item, units in the store, units in the warehouse: {wrong:?}");
    let surplus: Vec<_> = dataset.inventory.keys().filter(|place| !expected.contains_key(*place)).collect();
    ensure!(surplus.is_empty(), "the store has nothing of {surplus:?}");
    Ok(())
}

/// What is physically there of a variant, or of the product whose variants share a count; none where none is kept.
fn units(store: &Store, (product, variant): VariantKey) -> Option<i64> {
    let (product, variant) = (u32::try_from(product).ok()?, u32::try_from(variant).ok()?);
    let product = store.shelf().product(product)?;
    let unsent = match product.tracking {
        Tracking::None => return None,
        Tracking::Product => product.variants.iter().map(|variant| store.unsent(variant.id)).sum(),
        Tracking::Variant => store.unsent(variant),
    };
    Some((store.stock(variant, LOCATION)? + unsent).max(0))
}

fn key(product: &Product, variant: u32) -> VariantKey {
    (product.id.into(), variant.into())
}
