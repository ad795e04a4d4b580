use serde_json::json;

use super::{get, open, options, with_products};
use crate::sandbox::Catalogue;
use crate::sandbox::store::{NewOrder, Product, status};
use crate::sandbox::{Matcher, Options};

#[tokio::test]
async fn a_v3_page_says_where_it_stands() {
    let world = with_products(7);
    let page = get(&world, "/v3/catalog/products?limit=3&page=2").await;
    assert_eq!(page.ids(), [4, 5, 6]);
    assert_eq!(
        page.json()["meta"]["pagination"],
        json!({
            "total": 7, "count": 3, "per_page": 3, "current_page": 2, "total_pages": 3,
            "links": { "previous": "?page=1&limit=3", "current": "?page=2&limit=3", "next": "?page=3&limit=3" },
        })
    );
    let past_the_end = get(&world, "/v3/catalog/products?limit=3&page=4").await;
    assert_eq!((past_the_end.status, past_the_end.ids().len()), (200, 0));
}

#[tokio::test]
async fn bounds_on_the_id_are_a_window_that_new_products_do_not_move() {
    let world = with_products(10);
    let window = "/v3/catalog/products?id:greater=2&id:max=8&sort=id&direction=asc&limit=4";
    assert_eq!(get(&world, &format!("{window}&page=1")).await.ids(), [3, 4, 5, 6]);
    world.write(|store| store.insert_product(Product::new("Late", "LATE-1")));
    assert_eq!(get(&world, &format!("{window}&page=2")).await.ids(), [7, 8]);
    assert_eq!(get(&world, "/v3/catalog/products?id:min=9&id:less=11&direction=desc").await.ids(), [10, 9]);
    assert_eq!(get(&world, "/v3/catalog/products?id:in=2,4,99").await.ids(), [2, 4]);
    assert_eq!(get(&world, "/v3/catalog/products?id:min=8&id:max=3").await.ids().len(), 0);
}

#[tokio::test]
async fn a_deleted_product_shifts_the_pages_after_it() {
    let world = with_products(6);
    world.faults.on_request(
        Matcher::path("/v3/catalog/products").query("page=2"),
        1,
        Box::new(|store| {
            store.delete_product(1);
        }),
    );
    assert_eq!(get(&world, "/v3/catalog/products?limit=3&page=1").await.ids(), [1, 2, 3]);
    assert_eq!(get(&world, "/v3/catalog/products?limit=3&page=2").await.ids(), [5, 6]);
}

#[tokio::test]
async fn a_limit_over_the_maximum_is_413_and_nonsense_is_422() {
    let world = with_products(1);
    assert_eq!(get(&world, "/v3/catalog/products?limit=251").await.status, 413);
    assert_eq!(get(&world, "/v3/inventory/items?limit=1000").await.status, 200);
    assert_eq!(get(&world, "/v3/inventory/items?limit=1001").await.status, 413);
    assert_eq!(get(&world, "/v2/orders?limit=251").await.status, 413);
    assert_eq!(get(&world, "/v3/catalog/products?page=x").await.status, 422);
    assert_eq!(get(&world, "/v2/orders?page=x").await.status, 400);
}

#[tokio::test]
async fn including_options_caps_the_page_at_ten() {
    let world = with_products(20);
    let page = get(&world, "/v3/catalog/products?include=options,variants&limit=250").await;
    assert_eq!(page.ids().len(), 10);
    assert_eq!(page.json()["meta"]["pagination"]["per_page"], 10);
}

#[tokio::test]
async fn only_the_fields_asked_for_come_back_with_the_id_and_what_is_included() {
    let world = with_products(1);
    let page = get(&world, "/v3/catalog/products?include=variants&include_fields=name,sku").await;
    let row = page.json()["data"][0].clone();
    let names: Vec<&String> = row.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "name", "sku", "variants"]);
    let page = get(&world, "/v3/catalog/products?exclude_fields=name").await;
    assert!(page.json()["data"][0].get("name").is_none());
}

#[tokio::test]
async fn a_date_without_a_time_gets_the_time_of_the_request() {
    let world = with_products(0);
    world.write(|store| store.insert_product(Product::new("Mug", "MUG-1")));
    world.clock.advance(std::time::Duration::from_hours(1));
    // It is 15:30 now and the product is of 14:30 today.
    assert_eq!(get(&world, "/v3/catalog/products?date_modified:min=2026-03-05").await.ids().len(), 0);
    let whole = get(&world, "/v3/catalog/products?date_modified:min=2026-03-05T00:00:00Z").await;
    assert_eq!(whole.ids(), [1]);
}

#[tokio::test]
async fn an_empty_v2_list_is_204_without_a_body() {
    let world = with_products(1);
    let empty = get(&world, "/v2/orders").await;
    assert_eq!((empty.status, empty.body.len()), (204, 0));
    let id = world.write(|store| store.place_order(NewOrder::paid([(1, 1)])));
    assert_eq!(get(&world, "/v2/orders").await.status, 200);
    assert_eq!(get(&world, "/v2/orders?page=2").await.status, 204);
    assert_eq!(get(&world, &format!("/v2/orders/{id}/shipments")).await.status, 204);
}

#[tokio::test]
async fn orders_are_filtered_and_sorted() {
    let world = open(Options { catalogue: Catalogue::clean(5).with_orders(40), ..options() });
    let paid = get(&world, "/v2/orders?status_id=11&limit=250").await;
    assert!(paid.json().as_array().unwrap().iter().all(|order| order["status_id"] == 11));
    assert_eq!(get(&world, "/v2/orders?min_id=110&max_id=112&sort=id:desc").await.ids(), [112, 111, 110]);
    world.write(|store| store.set_status(105, status::CANCELLED));
    let latest =
        get(&world, "/v2/orders?min_date_modified=2026-03-05T14:30:00Z&sort=date_modified:desc").await;
    assert_eq!(latest.ids(), [105]);
    let unreadable = get(&world, "/v2/orders?min_date_modified=2026-03-05T14%253A30&limit=250").await;
    assert_eq!(unreadable.ids().len(), 40, "a date that cannot be read is ignored");
}

#[tokio::test]
async fn an_order_with_many_lines_is_included_in_part_with_a_warning() {
    let world = with_products(1);
    let id = world.write(|store| store.place_order(NewOrder::paid((0..60).map(|_| (1, 1)))));
    let path = "/v2/orders?include=consignments.line_items&consignment_structure=object";
    let consignments = get(&world, path).await.json()[0]["consignments"].clone();
    assert_eq!(consignments["shipping"][0]["line_items"].as_array().unwrap().len(), 50);
    assert!(consignments.get("__warning__").is_some());
    assert_eq!(get(&world, &format!("/v2/orders/{id}/products?page=2")).await.ids().len(), 10);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_catalogue() {
    let bodies = async |seed| {
        let catalogue = Catalogue { seed, ..Catalogue::ugly(60) };
        let world = open(Options { catalogue, ..options() });
        get(&world, "/v3/catalog/products?include=variants&limit=250").await.body
    };
    assert_eq!(bodies(7).await, bodies(7).await);
    assert_ne!(bodies(7).await, bodies(8).await);
}

#[tokio::test]
async fn an_orphan_variant_is_listed_without_a_product_and_not_in_the_inventory() {
    let world = open(Options { catalogue: Catalogue::ugly(12), ..options() });
    let variants = get(&world, "/v3/catalog/variants?limit=250").await.json();
    let rows = variants["data"].as_array().unwrap();
    assert_eq!(rows.iter().filter(|row| row["product_id"] == 0).count(), 1);
    let items = get(&world, "/v3/inventory/items?limit=1000").await.json();
    assert_eq!(items["data"].as_array().unwrap().len(), rows.len() - 1);
}
