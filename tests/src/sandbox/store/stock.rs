//! Counting: setting levels, accepted adjustments and what the store refuses.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Product, Store, Tracking};

/// The most that one thing may count at one location; the store silently drops larger counts.
const MAX_COUNT: i64 = 2_147_483_647;

/// An absolute count that was accepted and is not visible yet.
#[derive(Debug, Clone)]
pub(crate) struct PendingCount {
    due_at: Timestamp,
    product_id: u32,
    variant_id: u32,
    place: usize,
    on_hand: i64,
}

/// How an adjustment names what it adjusts.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    Sku(String),
    Variant(u32),
    Product(u32),
}

/// What an identity and a location come to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    product_id: u32,
    variant_id: u32,
    place: usize,
}

impl Store {
    /// Counts a variant (or its product's pool) at a location, visible at once; says whether there is
    /// such a variant and location.
    pub fn set_stock(&mut self, variant_id: u32, location_id: u32, on_hand: i64) -> bool {
        let Some(place) = self.surroundings.place(location_id) else { return false };
        let Some((product, _)) = self.shelf.variant(variant_id) else { return false };
        let target = Target { product_id: product.id, variant_id, place };
        self.change_level(target, |_| on_hand)
    }

    /// What is on hand of a variant (or its product's pool) at a location.
    pub fn stock(&self, variant_id: u32, location_id: u32) -> Option<i64> {
        let place = self.surroundings.place(location_id)?;
        let (product, variant) = self.shelf.variant(variant_id)?;
        Some(product.levels_of(variant).get(place).copied().unwrap_or_default().shown())
    }

    /// Whether an accepted adjustment has become due.
    pub(crate) fn has_due_counts(&self) -> bool {
        self.pending.front().is_some_and(|count| count.due_at <= self.clock.now())
    }

    /// Makes the due adjustments visible, in the order they were accepted.
    pub(crate) fn apply_due_counts(&mut self) {
        while self.has_due_counts() {
            let Some(count) = self.pending.pop_front() else { return };
            let PendingCount { product_id, variant_id, place, on_hand, .. } = count;
            self.change_level(Target { product_id, variant_id, place }, |_| on_hand);
        }
    }

    /// Accepts an absolute count; it becomes visible after the inventory delay.
    pub(crate) fn accept_absolute(&mut self, target: Target, on_hand: i64) {
        if on_hand > MAX_COUNT {
            return;
        }
        let Target { product_id, variant_id, place } = target;
        let due_at = self.clock.now() + self.inventory_delay;
        self.pending.push_back(PendingCount { due_at, product_id, variant_id, place, on_hand });
    }

    /// Adds to a level at once: an absolute count that is still on its way will overwrite it.
    pub(crate) fn apply_relative(&mut self, target: Target, delta: i64) {
        self.change_level(target, |on_hand| on_hand.saturating_add(delta).min(MAX_COUNT));
    }

    /// Finds what an adjustment speaks of, or says in the store's words why it may not be adjusted so.
    pub(crate) fn resolve(&self, identity: &Identity, location_id: u32) -> Result<Target, Value> {
        let Some(place) = self.surroundings.place(location_id) else {
            return Err(json!({ "location_id": format!("Location {location_id} not found") }));
        };
        if !self.surroundings.locations[place].enabled {
            return Err(json!({ "location_id": format!("Location {location_id} is disabled") }));
        }
        let missing =
            |what: String| json!({ "identity": format!("Items with identity: [{what}] not found") });
        match identity {
            Identity::Product(id) => {
                let product = self.shelf.product(*id).ok_or_else(|| missing(format!("product_id {id}")))?;
                match product.base_variant_id() {
                    None if product.tracking == Tracking::Variant => Err(json!({ "identity": format!(
                        "[Item with product_id {id} is tracked by variant, please update stock by variant id]"
                    ) })),
                    _ => Ok(Target { product_id: *id, variant_id: first_variant(product), place }),
                }
            }
            Identity::Variant(id) => {
                let (product, _) =
                    self.shelf.variant(*id).ok_or_else(|| missing(format!("variant_id {id}")))?;
                if product.tracking == Tracking::Product {
                    return Err(json!({ "identity": format!(
                        "[Item with variant_id {id} is tracked by product, please update stock by product id]"
                    ) }));
                }
                Ok(Target { product_id: product.id, variant_id: *id, place })
            }
            Identity::Sku(sku) => {
                let (product, variant) =
                    self.shelf.variant_by_sku(sku).ok_or_else(|| missing(format!("sku {sku}")))?;
                Ok(Target { product_id: product.id, variant_id: variant.id, place })
            }
        }
    }

    /// Whether a relative change may be made, or the store's words why not.
    pub(crate) fn check_relative(
        &self,
        identity: &Identity,
        target: Target,
        delta: i64,
    ) -> Result<(), Value> {
        let name = match identity {
            Identity::Sku(sku) => format!("sku {sku}"),
            Identity::Variant(id) => format!("variant_id {id}"),
            Identity::Product(id) => format!("product_id {id}"),
        };
        let level = self
            .shelf
            .variant(target.variant_id)
            .and_then(|(product, variant)| product.levels_of(variant).get(target.place).copied())
            .unwrap_or_default();
        match level.on_hand {
            None => Err(json!({ "identity": format!(
                "Items with identity: [{name}] requires absolute adjustment before relative"
            ) })),
            Some(on_hand) if on_hand + delta < i64::from(level.safety_stock) => Err(json!({ "quantity":
                format!("Items with identity: [{name}] would fall below the safety stock")
            })),
            Some(_) => Ok(()),
        }
    }

    /// Takes goods out of the default location (or, negative, puts them back); says whether they are
    /// counted at all.
    pub(super) fn move_stock(&mut self, variant_id: u32, sold: i64) -> bool {
        let Some((product, _)) = self.shelf.variant(variant_id) else { return false };
        if product.tracking == Tracking::None {
            return false;
        }
        let target = Target { product_id: product.id, variant_id, place: 0 };
        self.change_level(target, |on_hand| on_hand - sold)
    }

    /// The product does not count as modified: whether it does in a real store is nowhere promised.
    fn change_level(&mut self, target: Target, change: impl FnOnce(i64) -> i64) -> bool {
        let Some(product) = self.shelf.product_mut(target.product_id) else { return false };
        let Some(level) = product.level_mut(target.variant_id, target.place) else { return false };
        level.on_hand = Some(change(level.shown()));
        true
    }
}

fn first_variant(product: &Product) -> u32 {
    product.variants.first().map_or(0, |variant| variant.id)
}
