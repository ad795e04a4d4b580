use std::sync::Arc;

use serde_json::{Value, json};

use super::{call, get, send, with_products};
use crate::sandbox::store::{Goods, Kind, NewLine, NewOrder, NewShipment, Product, Refusal, status};
use crate::sandbox::world::World;

const INCLUDED: &str = "include=consignments.line_items&consignment_structure=object";

fn stocked(products: u32) -> Arc<World> {
    let world = with_products(products);
    world.write(|store| (1..=products).for_each(|variant| assert!(store.set_stock(variant, 1, 10))));
    world
}

fn place(world: &World, lines: impl IntoIterator<Item = NewLine>) -> u32 {
    world.write(|store| store.place_order(NewOrder::of(lines)))
}

fn counts(world: &World) -> Vec<i64> {
    let store = world.read();
    store.shelf().products().iter().map(|product| store.stock(product.variants[0].id, 1).unwrap()).collect()
}

async fn lines(world: &Arc<World>, order: u32) -> Vec<Value> {
    get(world, &format!("/v2/orders/{order}/products")).await.json().as_array().unwrap().clone()
}

#[tokio::test]
async fn what_is_picked_up_has_a_pickup_and_no_shipping_address() {
    let world = stocked(2);
    let pickup = [NewLine::variant(1, 2).picked_up_at(1), NewLine::variant(2, 1).picked_up_at(1)];
    let id = world.write(|store| store.place_order(NewOrder::of(pickup).in_status(status::AWAITING_PICKUP)));
    let order = get(&world, &format!("/v2/orders/{id}?{INCLUDED}")).await.json();
    assert_eq!((&order["status_id"], &order["shipping_address_count"]), (&json!(8), &json!(0)));
    let consignment = &order["consignments"]["pickups"][0];
    assert_eq!(consignment["location"]["code"], "BC-LOCATION-1");
    assert_eq!(consignment["line_items"].as_array().unwrap().len(), 2);
    assert_eq!(order["consignments"]["shipping"], json!([]));
    for line in lines(&world, id).await {
        assert_eq!(
            (&line["order_address_id"], &line["order_pickup_method_id"]),
            (&json!(0), &consignment["id"])
        );
    }
    assert_eq!(get(&world, &format!("/v2/orders/{id}/shipping_addresses")).await.status, 204);
    assert_eq!(counts(&world), [8, 9]);
}

#[tokio::test]
async fn an_order_is_shipped_when_all_is_that_is_not_picked_up() {
    let world = stocked(2);
    let id = place(&world, [NewLine::variant(1, 1), NewLine::variant(2, 1).picked_up_at(1)]);
    let (shipped, picked_up, address) = {
        let store = world.read();
        let order = &store.orders()[&id];
        (order.lines[0].id, order.lines[1].id, order.consignments[0].id)
    };
    let all = NewShipment::of(address, [(shipped, 1), (picked_up, 1)]);
    assert_eq!(world.write(|store| store.ship(id, all)), Err(Refusal::NoSuchLine));
    world.write(|store| store.ship(id, NewShipment::of(address, [(shipped, 1)]))).unwrap();
    assert_eq!(world.read().orders()[&id].status, status::SHIPPED);
}

#[tokio::test]
async fn custom_lines_and_gift_certificates_move_no_stock() {
    let world = stocked(1);
    let id = place(
        &world,
        [
            NewLine::variant(1, 1),
            NewLine::of(Goods::Custom("Engraving".to_owned()), 2),
            NewLine::of(Goods::GiftCertificate("ines@example.com".to_owned()), 1),
        ],
    );
    let told = lines(&world, id).await;
    assert_eq!((&told[1]["product_id"], &told[1]["name"]), (&json!(0), &json!("Engraving")));
    assert!(told[1].get("variant_id").is_none());
    assert_eq!((&told[2]["type"], &told[2]["order_address_id"]), (&json!("giftcertificate"), &json!(0)));
    let order = get(&world, &format!("/v2/orders/{id}?{INCLUDED}")).await.json();
    let certificate = &order["consignments"]["email"]["gift_certificates"][0];
    assert_eq!(certificate["recipient_email"], "ines@example.com");
    assert_eq!(certificate["line_items"][0]["id"], told[2]["id"]);
    assert_eq!((counts(&world), &order["items_total"]), (vec![9], &json!(4)));
}

#[tokio::test]
async fn an_order_of_files_and_gift_certificates_ships_nothing() {
    let world = stocked(0);
    let file = Product { kind: Kind::Digital, ..Product::new("Route map", "MAP-1") };
    world.write(|store| store.insert_product(file));
    let id = place(
        &world,
        [NewLine::variant(1, 1), NewLine::of(Goods::GiftCertificate("ines@example.com".to_owned()), 1)],
    );
    let order = get(&world, &format!("/v2/orders/{id}?{INCLUDED}")).await.json();
    assert_eq!((&order["order_is_digital"], &order["shipping_address_count"]), (&json!(true), &json!(0)));
    assert_eq!(order["consignments"]["downloads"][0]["line_items"][0]["type"], "digital");
}

#[tokio::test]
async fn the_parts_of_a_bundle_are_lines_of_their_own_that_name_their_parent() {
    let world = stocked(3);
    let id = place(&world, [NewLine::variant(1, 2).bundled_with([(2, 1), (3, 2)])]);
    let told = lines(&world, id).await;
    let quantities: Vec<&Value> = told.iter().map(|line| &line["quantity"]).collect();
    assert_eq!(quantities, [2, 2, 4]);
    assert_eq!(
        (&told[0]["is_bundled_product"], &told[0]["parent_order_product_id"]),
        (&json!(false), &Value::Null)
    );
    for part in &told[1..] {
        assert_eq!(
            (&part["is_bundled_product"], &part["parent_order_product_id"]),
            (&json!(true), &told[0]["id"])
        );
    }
    assert_eq!(counts(&world), [8, 8, 6]);
}

#[tokio::test]
async fn special_lines_can_be_ordered_over_the_back_door() {
    let world = stocked(2);
    let order = json!({ "status_id": 11, "buyer": { "guest": "hugo@example.com" }, "lines": [
        { "variant_id": 1, "quantity": 1, "bundle": [[2, 1]] },
        { "custom": "Engraving", "quantity": 1 },
        { "gift_certificate": "ines@example.com", "quantity": 1 },
        { "variant_id": 2, "quantity": 1, "pickup": 1 },
    ] });
    let placed = send(&world, "POST", "/_sandbox/orders", &[], &order).await;
    assert_eq!(placed.status, 201);
    let id = u32::try_from(placed.json()["id"].as_u64().unwrap()).unwrap();
    assert_eq!(lines(&world, id).await.len(), 5);
    assert_eq!(world.read().orders()[&id].billing.email, "hugo@example.com");
}

/// An order of two with its address and its line.
fn order_of_two(world: &World) -> (u32, u32, u32) {
    let id = place(world, [NewLine::variant(1, 2)]);
    let store = world.read();
    let order = &store.orders()[&id];
    (id, order.consignments[0].id, order.lines[0].id)
}

#[tokio::test]
async fn where_shipments_do_not_move_the_status_the_client_does() {
    let world = stocked(1);
    world.write(|store| store.surroundings.shipping_moves_status = false);
    let (id, address, line) = order_of_two(&world);
    let path = format!("/v2/orders/{id}");
    let parcel = json!({
        "order_address_id": address,
        "items": [{ "order_product_id": line, "quantity": 2 }],
    });
    assert_eq!(call(&world, "POST", &format!("{path}/shipments"), parcel).await.status, 201);
    let order = get(&world, &path).await.json();
    assert_eq!((&order["status_id"], &order["items_shipped"]), (&json!(11), &json!(2)));
    let moved = call(&world, "PUT", &path, json!({ "status_id": 2 })).await;
    assert_eq!((moved.status, &moved.json()["status_id"]), (200, &json!(2)));
    assert_eq!(get(&world, &path).await.json()["status_id"], 2);
    assert_eq!(call(&world, "PUT", &path, json!({ "status_id": 15 })).await.status, 400);
    assert_eq!(call(&world, "PUT", "/v2/orders/9", json!({ "status_id": 2 })).await.status, 404);
}

#[tokio::test]
async fn every_shipment_sends_one_e_mail() {
    let world = stocked(1);
    let (id, address, line) = order_of_two(&world);
    let one = || NewShipment::of(address, [(line, 1)]);
    let sent = world.write(|store| [store.ship(id, one()), store.ship(id, one())].map(Result::unwrap));
    assert!(world.write(|store| store.ship(id, one())).is_err());
    let told = send(&world, "GET", "/_sandbox/emails", &[], &Value::Null).await.json();
    let parcels: Vec<_> = told.as_array().unwrap().iter().map(|email| &email["shipment_id"]).collect();
    assert_eq!(parcels, sent);
    assert_eq!((&told[0]["order_id"], world.read().emails().len()), (&json!(id), 2));
}
