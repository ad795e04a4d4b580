use std::time::Duration;

use serde_json::{Value, json};

use super::{call, get, open, options, with_products};
use crate::sandbox::Options;
use crate::sandbox::store::{
    InventoryOverrides, NewOrder, NewShipment, OptionValue, Product, StockBehavior, Tracking, Variant, status,
};
use crate::sandbox::world::World;

const ABSOLUTE: &str = "/v3/inventory/adjustments/absolute";
const RELATIVE: &str = "/v3/inventory/adjustments/relative";

fn one(identity: &str, id: u32, quantity: i64) -> Value {
    json!({ "items": [{ "location_id": 1, identity: id, "quantity": quantity }] })
}

fn on_hand(world: &World) -> i64 {
    world.write(|store| store.stock(1, 1).unwrap())
}

fn set(world: &World, on_hand: i64) {
    assert!(world.write(|store| store.set_stock(1, 1, on_hand)));
}

/// A product with two sizes.
fn sizes() -> Product {
    let size = |id: u32, label: &str| {
        let value = OptionValue { option_id: 1, id, option: "Size".into(), label: label.into() };
        Variant::new(format!("TEE-{label}")).with_value(value)
    };
    Product::new("Tee", "TEE").with_variants(vec![size(1, "S"), size(2, "M")])
}

#[tokio::test]
async fn an_absolute_count_is_accepted_at_once_and_seen_later() {
    let world = open(Options { inventory_delay: Duration::from_mins(1), ..options() });
    set(&world, 5);
    let accepted = call(&world, "PUT", ABSOLUTE, one("variant_id", 1, 9)).await;
    assert_eq!(accepted.status, 200);
    assert!(accepted.json()["transaction_id"].is_string());
    let seen = async || {
        let items = get(&world, "/v3/inventory/items?variant_id:in=1").await.json();
        items["data"][0]["locations"][0]["available_to_sell"].as_i64().unwrap()
    };
    assert_eq!(seen().await, 5);
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(seen().await, 9);
}

#[tokio::test]
async fn a_count_on_its_way_overwrites_what_was_sold_meanwhile() {
    let world = open(Options { inventory_delay: Duration::from_mins(1), ..options() });
    set(&world, 5);
    call(&world, "PUT", ABSOLUTE, one("variant_id", 1, 5)).await;
    world.write(|store| store.place_order(NewOrder::paid([(1, 2)])));
    assert_eq!(on_hand(&world), 3);
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(on_hand(&world), 5);
}

#[tokio::test]
async fn the_identity_must_match_the_way_a_product_is_tracked() {
    let world = with_products(0);
    world.write(|store| {
        store.insert_product(sizes().tracked(Tracking::Product));
        store.insert_product(sizes());
    });
    let pooled_by_variant = call(&world, "PUT", ABSOLUTE, one("variant_id", 1, 4)).await;
    assert_eq!(pooled_by_variant.status, 422);
    assert_eq!(pooled_by_variant.header("content-type"), Some("application/problem+json"));
    assert!(pooled_by_variant.json()["errors"].to_string().contains("tracked by product"));
    assert_eq!(call(&world, "PUT", ABSOLUTE, one("product_id", 1, 4)).await.status, 200);
    assert_eq!(call(&world, "PUT", ABSOLUTE, one("product_id", 2, 4)).await.status, 422);
    let items = get(&world, "/v3/inventory/items?product_id:in=1").await.json();
    let counts: Vec<_> = items["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["locations"][0]["available_to_sell"])
        .collect();
    assert_eq!(counts, [4, 4], "every variant of a pool shows the pool");
}

#[tokio::test]
async fn one_bad_item_refuses_the_batch() {
    let world = with_products(1);
    set(&world, 5);
    let batch = json!({ "items": [
        { "location_id": 1, "variant_id": 1, "quantity": 1 },
        { "location_id": 1, "variant_id": 99, "quantity": 1 },
    ] });
    assert_eq!(call(&world, "PUT", ABSOLUTE, batch).await.status, 422);
    assert_eq!(on_hand(&world), 5);
    let many: Vec<Value> =
        (0..2_001).map(|_| json!({ "location_id": 1, "variant_id": 1, "quantity": 1 })).collect();
    assert_eq!(call(&world, "PUT", ABSOLUTE, json!({ "items": many })).await.status, 413);
}

#[tokio::test]
async fn a_relative_change_needs_a_first_count_and_stays_above_the_safety_stock() {
    let world = with_products(0);
    world.write(|store| store.insert_product(Product::new("Mug", "MUG-1")));
    let early = call(&world, "POST", RELATIVE, one("variant_id", 1, 3)).await;
    assert!(early.json()["errors"].to_string().contains("requires absolute adjustment before relative"));
    set(&world, 5);
    assert_eq!(call(&world, "POST", RELATIVE, one("variant_id", 1, -6)).await.status, 422);
    assert_eq!(call(&world, "POST", RELATIVE, one("variant_id", 1, -2)).await.status, 200);
    assert_eq!(on_hand(&world), 3);
}

#[tokio::test]
async fn stock_is_taken_when_an_order_is_placed_and_returns_when_it_is_cancelled() {
    let world = with_products(1);
    set(&world, 10);
    let unpaid = world.write(|store| store.place_order(NewOrder::paid([(1, 3)]).in_status(1)));
    assert_eq!(on_hand(&world), 10);
    world.write(|store| store.set_status(unpaid, 7));
    assert_eq!(on_hand(&world), 7);
    world.write(|store| store.cancel(unpaid));
    assert_eq!(on_hand(&world), 10);
}

#[tokio::test]
async fn a_partial_refund_returns_nothing_and_a_full_one_everything() {
    let world = with_products(1);
    set(&world, 10);
    let id = world.write(|store| store.place_order(NewOrder::paid([(1, 3)])));
    let line = world.read().orders()[&id].lines[0].id;
    world.write(|store| store.refund(id, line, 1)).unwrap();
    assert_eq!((on_hand(&world), world.read().orders()[&id].status), (7, status::PARTIALLY_REFUNDED));
    world.write(|store| store.refund(id, line, 2)).unwrap();
    assert_eq!((on_hand(&world), world.read().orders()[&id].status), (10, status::REFUNDED));
}

#[tokio::test]
async fn a_store_that_takes_stock_when_shipping_takes_it_parcel_by_parcel() {
    let world = with_products(1);
    set(&world, 10);
    world.write(|store| {
        let own = InventoryOverrides {
            update_stock_behavior: Some(StockBehavior::OrderCompletedOrShipped),
            ..InventoryOverrides::default()
        };
        store.surroundings.channel_settings.insert(1, own);
    });
    let told = get(&world, "/v3/settings/inventory?channel_id=1").await.json();
    assert_eq!(told["data"]["update_stock_behavior"], "order_completed_or_shipped");
    assert_eq!(told["data"]["edit_order_stock_adjustment"], Value::Null);
    let id = world.write(|store| store.place_order(NewOrder::paid([(1, 3)])));
    assert_eq!(on_hand(&world), 10);
    let (line, address) = {
        let store = world.read();
        (store.orders()[&id].lines[0].id, store.orders()[&id].consignments[0].id)
    };
    world.write(|store| store.ship(id, NewShipment::of(address, [(line, 1)]))).unwrap();
    assert_eq!((on_hand(&world), world.read().orders()[&id].status), (9, status::PARTIALLY_SHIPPED));
    world.write(|store| store.ship(id, NewShipment::of(address, [(line, 2)]))).unwrap();
    assert_eq!((on_hand(&world), world.read().orders()[&id].status), (7, status::SHIPPED));
    assert!(world.write(|store| store.ship(id, NewShipment::of(address, [(line, 1)]))).is_err());
}

#[tokio::test]
async fn a_shipment_is_created_once_for_every_post_and_read_only_fields_are_refused() {
    let world = with_products(1);
    let id = world.write(|store| store.place_order(NewOrder::paid([(1, 2)])));
    let (line, address) = {
        let store = world.read();
        (store.orders()[&id].lines[0].id, store.orders()[&id].consignments[0].id)
    };
    let path = format!("/v2/orders/{id}/shipments");
    let parcel = json!({
        "order_address_id": address, "tracking_number": "1Z", "shipping_provider": "ups",
        "items": [{ "order_product_id": line, "quantity": 1 }],
    });
    assert_eq!(call(&world, "POST", &path, parcel.clone()).await.status, 201);
    assert_eq!(call(&world, "POST", &path, parcel.clone()).await.status, 201);
    assert_eq!(get(&world, &path).await.ids().len(), 2);
    assert_eq!(call(&world, "POST", &path, parcel.clone()).await.status, 400);
    let mut told_too_much = parcel;
    told_too_much["order_id"] = json!(id);
    assert_eq!(call(&world, "POST", &path, told_too_much).await.status, 400);
}
