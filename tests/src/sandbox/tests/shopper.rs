use std::sync::Arc;

use serde_json::json;

use super::{get, open, options, send};
use crate::sandbox::shopper::{Act, Habits, Shopper};
use crate::sandbox::store::{Kind, Level, StockBehavior, Store};
use crate::sandbox::{Catalogue, Clock, Options};

fn store() -> Store {
    let clock = Clock::starting_at("2026-03-05T14:30:00Z".parse().unwrap());
    Catalogue::clean(30).with_orders(20).fill(Arc::new(clock))
}

fn acts(seed: u64, habits: Habits, count: usize) -> (Vec<String>, Store) {
    let (mut shopper, mut store) = (Shopper::with_habits(seed, habits), store());
    ((0..count).map(|_| shopper.act(&mut store)).collect(), store)
}

fn levels(store: &Store) -> impl Iterator<Item = Level> {
    store.shelf().products().iter().flat_map(|product| {
        product.levels.iter().chain(product.variants.iter().flat_map(|variant| &variant.levels)).copied()
    })
}

#[test]
fn the_same_seed_in_the_same_store_does_the_same() {
    let (first, _) = acts(7, Habits::usual(), 300);
    let (second, _) = acts(7, Habits::usual(), 300);
    let (other, _) = acts(8, Habits::usual(), 300);
    assert_eq!(first, second);
    assert_ne!(first, other);
}

#[test]
fn nothing_that_the_shopper_does_sells_what_is_not_there() {
    for behavior in [StockBehavior::OrderPlaced, StockBehavior::OrderCompletedOrShipped] {
        let (mut shopper, mut store) = (Shopper::new(3), store());
        store.surroundings.inventory_settings.update_stock_behavior = behavior;
        for _ in 0..3_000 {
            let sentence = shopper.act(&mut store);
            assert!(levels(&store).all(|level| level.shown() >= 0), "{sentence}");
        }
    }
}

#[test]
fn a_busy_day_has_something_of_everything() {
    let (sentences, store) = acts(1, Habits::usual(), 2_000);
    let all = sentences.join("\n");
    for part in [
        "shipped to one address",
        "shipped to two addresses",
        "to be picked up",
        "of customer",
        "of guest",
        "Incomplete",
        "Pending",
        "Gift certificate",
        "Engraving",
        " instead of ",
        "is cancelled",
        "is refunded",
        "goes from",
        "costs",
        "is called",
        "The SKU",
        "is added",
        "is deleted",
        "Harbour Street",
        "counted by hand",
    ] {
        assert!(all.contains(part), "nothing {part:?} in two thousand acts");
    }
    let lines = || store.orders().values().flat_map(|order| &order.lines);
    assert!(lines().any(|line| line.parent_id.is_some()));
    assert!(lines().all(|line| line.shipped + line.refunded <= line.quantity));
}

#[test]
fn a_calm_shopper_only_orders_and_does_nothing_when_nothing_is_left() {
    let before = store();
    let (_, after) = acts(5, Habits::calm(), 20);
    assert_eq!(after.orders().len(), before.orders().len() + 20);
    assert!(after.orders().values().skip(20).all(|order| order.consignments.len() == 1));
    let mut empty = Store::new(Arc::new(Clock::starting_at("2026-03-05T14:30:00Z".parse().unwrap())));
    let sentence = Shopper::with_habits(5, Habits::calm()).act(&mut empty);
    assert_eq!(sentence, "Nothing of what could happen is possible.");
}

#[test]
fn what_is_switched_off_does_not_happen() {
    let habits = Habits::usual().with(Act::AddProduct, 0).with(Act::DeleteProduct, 0);
    let (_, after) = acts(5, habits, 500);
    assert_eq!(after.shelf().products().len(), 30);
    assert!(after.shelf().products().iter().all(|product| product.kind == Kind::Physical));
}

#[tokio::test]
async fn somebody_can_be_sent_shopping_over_the_back_door() {
    let world = open(Options { catalogue: Catalogue::clean(10), ..options() });
    let day = json!({ "seed": 4, "count": 3, "habits": { "order": 1 } });
    let done = send(&world, "POST", "/_sandbox/shop", &[], &day).await;
    assert_eq!((done.status, done.json()["acts"].as_array().unwrap().len()), (200, 3));
    assert_eq!(get(&world, "/v2/orders").await.ids().len(), 3);
    let usual = json!({ "seed": 4, "count": 50 });
    assert_eq!(send(&world, "POST", "/_sandbox/shop", &[], &usual).await.status, 200);
}
