use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{get, options, reply, send, with_products};
use crate::sandbox::store::NewOrder;
use crate::sandbox::{Fault, Matcher, Options, Sandbox, Script};

#[tokio::test]
async fn a_script_strikes_as_often_as_told_and_only_where_it_matches() {
    let world = with_products(3);
    let pages = Matcher::path("/v3/catalog/products").query("page=2");
    world.faults.add(Script::next(pages, Fault::Status { status: 502 }).after_first(1).times(2));
    let mut statuses = Vec::new();
    for page in [1, 2, 2, 2, 2] {
        statuses.push(get(&world, &format!("/v3/catalog/products?page={page}")).await.status);
    }
    assert_eq!(statuses, [200, 200, 502, 502, 200]);
}

#[tokio::test]
async fn a_429_may_come_without_the_headers() {
    let world = with_products(1);
    world.faults.add(Script::next(Matcher::path("/v2"), Fault::Throttled { headers: false }));
    let bare = get(&world, "/v2/time").await;
    assert_eq!((bare.status, bare.header("x-rate-limit-time-reset-ms")), (429, None));
}

#[tokio::test]
async fn a_request_may_take_effect_although_its_reply_is_lost() {
    let world = with_products(1);
    let id = world.write(|store| store.place_order(NewOrder::paid([(1, 1)])));
    let (line, address) = {
        let store = world.read();
        (store.orders()[&id].lines[0].id, store.orders()[&id].consignments[0].id)
    };
    let path = format!("/v2/orders/{id}/shipments");
    let lost = Script::next(Matcher::path(&path).method("POST"), Fault::Status { status: 504 });
    world.faults.add(lost.once_it_took_effect());
    let parcel =
        json!({ "order_address_id": address, "items": [{ "order_product_id": line, "quantity": 1 }] });
    assert_eq!(super::call(&world, "POST", &path, parcel).await.status, 504);
    assert_eq!(get(&world, &path).await.ids().len(), 1);
}

#[tokio::test]
async fn a_request_may_take_effect_long_after_its_connection_was_reset() {
    let world = with_products(1);
    let id = world.write(|store| store.place_order(NewOrder::paid([(1, 1)])));
    let after = Duration::from_millis(300);
    let script = json!({
        "method": "PUT", "path": format!("/v2/orders/{id}"),
        "fault": { "kind": "late_commit", "after_ms": after.as_millis() },
    });
    assert_eq!(send(&world, "POST", "/_sandbox/faults", &[], &script).await.status, 204);
    let status = || world.read().orders()[&id].status;
    let path = format!("/stores/sandbox1/v2/orders/{id}");
    let token = [("x-auth-token", "sandboxtoken")];
    let began = Instant::now();
    assert!(reply(&world, "PUT", &path, &token, &json!({ "status_id": 9 })).await.is_err());
    assert!(status() == 11 || began.elapsed() >= after);
    while status() != 9 {
        assert!(began.elapsed() < Duration::from_mins(1), "the change never came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(began.elapsed() >= after);
}

#[tokio::test]
async fn one_value_of_a_true_reply_may_be_replaced_over_the_back_door() {
    let world = with_products(1);
    let script = json!({
        "path": "/v3/catalog/products",
        "fault": { "kind": "rewrite", "pointer": "/data/0/price", "value": "12.50" },
    });
    assert_eq!(send(&world, "POST", "/_sandbox/faults", &[], &script).await.status, 204);
    assert_eq!(get(&world, "/v3/catalog/products").await.json()["data"][0]["price"], "12.50");
    assert!(get(&world, "/v3/catalog/products").await.json()["data"][0]["price"].is_number());
}

async fn raw_reply(sandbox: &Sandbox) -> std::io::Result<String> {
    let address = sandbox.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET /stores/{}/v2/store HTTP/1.1\r\nhost: sandbox\r\nx-auth-token: {}\r\nconnection: close\r\n\r\n",
        sandbox.store_hash(),
        sandbox.token()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await?;
    Ok(reply)
}

#[tokio::test]
async fn a_cut_body_announces_more_than_it_brings_and_a_reset_brings_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sandbox = Sandbox::start(options(), listener).await.unwrap();
    let whole = raw_reply(&sandbox).await.unwrap();
    assert!(whole.starts_with("HTTP/1.1 200 OK"));

    sandbox.script(Script::next(Matcher::default(), Fault::Truncated));
    let cut = raw_reply(&sandbox).await.unwrap();
    assert!(cut.starts_with("HTTP/1.1 200 OK") && cut.len() < whole.len());

    sandbox.script(Script::next(Matcher::default(), Fault::Reset));
    let reset = raw_reply(&sandbox).await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(sandbox.log().counts().counters.iter().filter(|counter| counter.status == 0).count(), 1);
    sandbox.stop().await;
}

#[tokio::test]
async fn https_offers_a_certificate_to_trust() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sandbox = Sandbox::start(Options { tls: true, ..options() }, listener).await.unwrap();
    assert!(sandbox.base_url().starts_with("https://127.0.0.1:"));
    assert!(sandbox.certificate_pem().unwrap().contains("BEGIN CERTIFICATE"));
}
