//! What becomes of the catalogue.

use rand::Rng;

use super::Shopper;
use crate::sandbox::store::{Level, Money, Product, Store, Tracking};

/// What sets off the end of a name that was changed before.
const SEPARATOR: &str = " · ";

impl Shopper {
    pub(super) fn edit_product(&mut self, store: &mut Store) -> Option<String> {
        let product = self.pick_product(store)?;
        let id = product.id;
        if self.chance(50) {
            let price = Money::cents(self.random.random_range(100..50_000));
            store.edit_product(id, |product| product.price = price);
            return Some(format!("Product {id} costs {}.", price.text()));
        }
        let first = product.name.split(SEPARATOR).next().unwrap_or_default();
        let name = format!("{first}{SEPARATOR}{}", self.random.random_range(1..1_000));
        let sentence = format!("Product {id} is called {name}.");
        store.edit_product(id, |product| product.name = name);
        Some(sentence)
    }

    pub(super) fn change_sku(&mut self, store: &mut Store) -> Option<String> {
        let product = self.pick_product(store)?;
        let (id, place) = (product.id, self.random.random_range(0..product.variants.len()));
        let is_simple = product.base_variant_id().is_some();
        let before = product.variants[place].sku.clone();
        let sku = self.free_sku(store);
        let sentence = format!("The SKU {before:?} of product {id} is {sku:?} now.");
        store.edit_product(id, |product| {
            if is_simple {
                product.sku.clone_from(&sku);
            }
            product.variants[place].sku = sku;
        });
        Some(sentence)
    }

    pub(super) fn add_product(&mut self, store: &mut Store) -> String {
        let sku = self.free_sku(store);
        let mut product = Product::new(format!("Novelty {sku}"), &sku);
        product.price = Money::cents(self.random.random_range(100..50_000));
        product.variants[0].levels.push(Level::counted(self.random.random_range(5..60)));
        let id = store.insert_product(product);
        format!("Product {id} with the SKU {sku:?} is added.")
    }

    pub(super) fn delete_product(&mut self, store: &mut Store) -> Option<String> {
        let id = self.pick_product(store)?.id;
        store.delete_product(id);
        Some(format!("Product {id} is deleted."))
    }

    pub(super) fn recount(&mut self, store: &mut Store) -> Option<String> {
        let location_id = store.surroundings.locations.first()?.id;
        let product = self.pick_product(store).filter(|product| product.tracking != Tracking::None)?;
        let variants: Vec<u32> = product.variants.iter().map(|variant| variant.id).collect();
        let variant_id = self.pick(&variants)?;
        let on_hand = self.random.random_range(0..60);
        store.set_stock(variant_id, location_id, on_hand);
        Some(format!("Variant {variant_id} is counted by hand: {on_hand}."))
    }

    fn free_sku(&mut self, store: &Store) -> String {
        loop {
            let sku = format!("NOV-{:06}", self.random.random_range(0..1_000_000));
            if store.shelf().variant_by_sku(&sku).is_none() {
                return sku;
            }
        }
    }
}
