//! People who use the store while a test looks: shoppers who order, and staff who change what there is.
//!
//! What is done next depends on the seed and on the store, never on the machine's clock.

mod buying;
mod goods;
mod staff;

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde::Deserialize;

use super::store::{Order, Product, Store, Tracking};

/// One kind of thing that happens in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// An order of one to four lines, paid or authorised, shipped to one address.
    Order,
    /// A paid order that is shipped to two addresses.
    OrderToTwo,
    /// A paid order that is picked up.
    OrderPickup,
    /// A paid order with a custom line, a gift certificate or a bundle.
    OrderSpecial,
    /// An order that is not paid: incomplete or pending.
    Abandon,
    /// A line of an open order gets another quantity.
    EditQuantity,
    /// An open order is cancelled.
    Cancel,
    /// Some units of a line that have not been shipped are refunded.
    Refund,
    /// An order moves to the next state, as payments and staff move it.
    MoveStatus,
    /// A product gets another name or price.
    EditProduct,
    /// A product or variant gets another SKU.
    ChangeSku,
    /// A product is added.
    AddProduct,
    /// A product is deleted.
    DeleteProduct,
    /// An order, or a customer's address book, gets another address, or a customer another company.
    ChangeAddress,
    /// Somebody counts a variant and types the number in.
    Recount,
}

/// How often each kind of act happens, by weight; what has none never happens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Habits(BTreeMap<Act, u32>);

impl Habits {
    /// Everything, most of it orders; products are seldom deleted and hardly ever counted by hand.
    pub fn usual() -> Self {
        Self(BTreeMap::from([
            (Act::Order, 30),
            (Act::OrderToTwo, 4),
            (Act::OrderPickup, 4),
            (Act::OrderSpecial, 4),
            (Act::Abandon, 6),
            (Act::EditQuantity, 6),
            (Act::Cancel, 5),
            (Act::Refund, 5),
            (Act::MoveStatus, 14),
            (Act::EditProduct, 8),
            (Act::ChangeSku, 2),
            (Act::AddProduct, 3),
            (Act::DeleteProduct, 1),
            (Act::ChangeAddress, 4),
            (Act::Recount, 1),
        ]))
    }

    /// Nothing but plain orders.
    pub fn calm() -> Self {
        Self(BTreeMap::from([(Act::Order, 1)]))
    }

    /// The same habits with another weight for one kind of act; 0 switches it off.
    #[must_use]
    pub fn with(mut self, act: Act, weight: u32) -> Self {
        self.0.insert(act, weight);
        self
    }
}

impl Default for Habits {
    fn default() -> Self {
        Self::usual()
    }
}

/// Somebody who does one thing after the other in a store: the same from the same seed in the same store.
#[derive(Debug)]
pub struct Shopper {
    random: StdRng,
    habits: Habits,
}

impl Shopper {
    /// A shopper with the usual habits.
    pub fn new(seed: u64) -> Self {
        Self::with_habits(seed, Habits::usual())
    }

    /// A shopper with these habits.
    pub fn with_habits(seed: u64, habits: Habits) -> Self {
        Self { random: StdRng::seed_from_u64(seed), habits }
    }

    /// Does one thing and says in a sentence what; where one kind of act is not possible, another is tried.
    pub fn act(&mut self, store: &mut Store) -> String {
        let mut habits = self.habits.clone();
        while let Some(act) = self.choose(&habits) {
            if let Some(sentence) = self.perform(act, store) {
                return sentence;
            }
            habits = habits.with(act, 0);
        }
        "Nothing of what could happen is possible.".to_owned()
    }

    fn choose(&mut self, habits: &Habits) -> Option<Act> {
        let acts: Vec<(Act, u32)> = habits.0.iter().map(|(&act, &weight)| (act, weight)).collect();
        acts.choose_weighted(&mut self.random, |&(_, weight)| weight).ok().map(|&(act, _)| act)
    }

    fn perform(&mut self, act: Act, store: &mut Store) -> Option<String> {
        match act {
            Act::Order => self.order(store),
            Act::OrderToTwo => self.order_to_two(store),
            Act::OrderPickup => self.order_pickup(store),
            Act::OrderSpecial => self.order_special(store),
            Act::Abandon => self.abandon(store),
            Act::EditQuantity => self.edit_quantity(store),
            Act::Cancel => self.cancel(store),
            Act::Refund => self.refund(store),
            Act::MoveStatus => self.move_status(store),
            Act::ChangeAddress => self.change_address(store),
            Act::EditProduct => self.edit_product(store),
            Act::ChangeSku => self.change_sku(store),
            Act::AddProduct => Some(self.add_product(store)),
            Act::DeleteProduct => self.delete_product(store),
            Act::Recount => self.recount(store),
        }
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        choices.choose(&mut self.random).copied()
    }

    /// One of the orders that pass.
    fn pick_order<'a>(&mut self, store: &'a Store, accepts: impl Fn(&Order) -> bool) -> Option<&'a Order> {
        let found: Vec<&Order> =
            store.orders().values().filter(|order| !order.is_deleted && accepts(order)).collect();
        self.pick(&found)
    }

    fn pick_product<'a>(&mut self, store: &'a Store) -> Option<&'a Product> {
        store.shelf().products().choose(&mut self.random)
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_ratio(percent, 100)
    }
}

/// How many more of a variant may be sold; `None` when nobody counts.
fn room(store: &Store, variant_id: u32) -> Option<i64> {
    let (product, variant) = store.shelf().variant(variant_id)?;
    let level = product.levels_of(variant).first().copied().unwrap_or_default();
    (product.tracking != Tracking::None).then(|| level.available().max(0))
}

/// Whether the stock allows for all that the order has not taken yet.
fn affords(store: &Store, order: &Order) -> bool {
    let mut wanted: BTreeMap<(u32, u32), (u32, i64)> = BTreeMap::new();
    for line in &order.lines {
        let Some((product, variant)) = line.variant_id.and_then(|id| store.shelf().variant(id)) else {
            continue;
        };
        let pool = if product.tracking == Tracking::Product { 0 } else { variant.id };
        let missing = line.quantity.saturating_sub(line.taken);
        wanted.entry((product.id, pool)).or_insert((variant.id, 0)).1 += i64::from(missing);
    }
    let enough = |&(variant_id, missing): &(u32, i64)| {
        missing == 0 || room(store, variant_id).is_none_or(|room| room >= missing)
    };
    wanted.values().all(enough)
}
