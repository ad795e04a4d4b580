use std::io::Read as _;

use serde_json::json;

use super::{call, get, open, options, send, with_products};
use crate::sandbox::Options;

#[tokio::test]
async fn a_wrong_token_or_store_is_401_in_the_shape_of_the_path() {
    let world = with_products(1);
    let token = [("x-auth-token", "wrong")];
    let v2 = send(&world, "GET", "/stores/sandbox1/v2/store", &token, &json!(null)).await;
    assert_eq!((v2.status, &v2.json()[0]["status"]), (401, &json!(401)));
    let v3 = send(&world, "GET", "/stores/sandbox1/v3/channels", &token, &json!(null)).await;
    assert_eq!((v3.status, &v3.json()["status"]), (401, &json!(401)));
    let token = [("x-auth-token", "sandboxtoken")];
    let elsewhere = send(&world, "GET", "/stores/other/v2/time", &token, &json!(null)).await;
    assert_eq!(elsewhere.status, 401);
}

#[tokio::test]
async fn a_missing_scope_is_403_and_a_read_scope_does_not_write() {
    let scopes = ["store_v2_products_read_only", "store_inventory_read_only"].map(str::to_owned).into();
    let world = open(Options { scopes, ..options() });
    assert_eq!(get(&world, "/v3/catalog/products").await.status, 200);
    assert_eq!(get(&world, "/v2/orders").await.status, 403);
    let batch = json!({ "items": [{ "location_id": 1, "variant_id": 1, "quantity": 1 }] });
    assert_eq!(call(&world, "PUT", "/v3/inventory/adjustments/absolute", batch).await.status, 403);
}

#[tokio::test]
async fn unknown_paths_are_404_and_known_ones_may_refuse_a_method() {
    let world = with_products(1);
    assert_eq!(get(&world, "/v2/nothing").await.json()[0]["status"], 404);
    assert_eq!(get(&world, "/v3/nothing").await.json()["status"], 404);
    assert_eq!(get(&world, "/v2/orders/12345").await.status, 404);
    assert_eq!(call(&world, "PUT", "/v2/orders", json!({})).await.status, 405);
}

#[tokio::test]
async fn the_quota_is_told_with_every_reply_and_refilled_with_the_window() {
    let world = open(Options { quota: 3, ..options() });
    let first = get(&world, "/v2/time").await;
    assert_eq!(first.number("x-rate-limit-requests-quota"), 3);
    assert_eq!(first.number("x-rate-limit-requests-left"), 2);
    assert_eq!(first.number("x-rate-limit-time-window-ms"), 30_000);
    assert!(first.number("x-rate-limit-time-reset-ms") <= 30_000);
    get(&world, "/v2/time").await;
    get(&world, "/v2/time").await;
    let refused = get(&world, "/v2/time").await;
    assert_eq!((refused.status, refused.number("x-rate-limit-requests-left")), (429, 0));
    assert!(refused.number("x-retry-after") <= 30);
    world.clock.advance(std::time::Duration::from_secs(30));
    assert_eq!(get(&world, "/v2/time").await.status, 200);
}

#[tokio::test]
async fn the_date_and_the_time_are_those_of_the_stores_clock() {
    let world = with_products(1);
    world.clock.set_skew(jiff::SignedDuration::from_mins(-30));
    let time = get(&world, "/v2/time").await;
    assert!(time.header("date").unwrap().starts_with("Thu, 05 Mar 2026 14:00:0"));
    let expected: jiff::Timestamp = "2026-03-05T14:00:00Z".parse().unwrap();
    assert!((0..5).contains(&(time.json()["time"].as_i64().unwrap() - expected.as_second())));
}

#[tokio::test]
async fn a_large_body_is_compressed_for_whoever_accepts_it() {
    let world = with_products(50);
    let path = "/stores/sandbox1/v3/catalog/products";
    let plain = get(&world, "/v3/catalog/products").await;
    assert_eq!(plain.header("content-encoding"), None);
    let headers = [("x-auth-token", "sandboxtoken"), ("accept-encoding", "gzip, br")];
    for _ in 0..2 {
        let packed = send(&world, "GET", path, &headers, &json!(null)).await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body);
    }
}

#[tokio::test]
async fn maintenance_closes_the_store_and_opens_it_again() {
    let world = with_products(1);
    let close = |closed: bool| json!({ "closed": closed });
    send(&world, "PUT", "/_sandbox/maintenance", &[], &close(true)).await;
    assert_eq!(get(&world, "/v2/time").await.status, 503);
    send(&world, "PUT", "/_sandbox/maintenance", &[], &close(false)).await;
    assert_eq!(get(&world, "/v2/time").await.status, 200);
}

#[tokio::test]
async fn requests_are_counted_by_what_they_asked_for() {
    let world = with_products(3);
    for id in 1..=3 {
        get(&world, &format!("/v3/catalog/products/{id}")).await;
    }
    let batch = json!({ "items": [{ "location_id": 1, "variant_id": 1, "quantity": 1 }] });
    call(&world, "PUT", "/v3/inventory/adjustments/absolute", batch.clone()).await;
    assert_eq!(world.log.count("GET", "/v3/catalog/products/{id}"), 3);
    assert_eq!(world.log.counts().total, 4);
    assert_eq!(world.log.writes()[0].body, batch.to_string());
    let told = send(&world, "GET", "/_sandbox/requests", &[], &json!(null)).await.json();
    assert_eq!(
        (told["counts"]["total"].as_u64(), told["counts"]["peak_in_flight"].as_u64()),
        (Some(4), Some(1))
    );
}
