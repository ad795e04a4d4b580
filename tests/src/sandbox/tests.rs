//! The sandbox's manners, as sentences.

mod customers;
mod faults;
mod lists;
mod manners;
mod orders;
mod shopper;
mod stock;

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Request, Response};
use serde_json::{Value, json};

use super::wire::{Cut, Payload};
use super::world::World;
use super::{Catalogue, Options};

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("headers are text"))
    }

    fn number(&self, name: &str) -> u64 {
        self.header(name).expect("the header is there").parse().expect("the header is a number")
    }

    fn ids(&self) -> Vec<u64> {
        let body = self.json();
        let rows = body.get("data").unwrap_or(&body).as_array().expect("the body is a list").clone();
        rows.iter().map(|row| row["id"].as_u64().expect("rows have ids")).collect()
    }
}

fn options() -> Options {
    Options { starts_at: Some("2026-03-05T14:30:00Z".parse().unwrap()), ..Options::default() }
}

fn open(options: Options) -> Arc<World> {
    Arc::new(World::open(options, "http://sandbox.test".to_owned()))
}

fn with_products(products: u32) -> Arc<World> {
    open(Options { catalogue: Catalogue::clean(products), ..options() })
}

async fn send(
    world: &Arc<World>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Answer {
    let response = reply(world, method, path, headers, body).await.expect("the connection was not cut");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("the body is whole").to_bytes();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

async fn reply(
    world: &Arc<World>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Result<Response<Payload>, Cut> {
    let mut request = Request::builder().method(method).uri(format!("http://sandbox.test{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    world.serve(request.body(body).unwrap()).await
}

async fn call(world: &Arc<World>, method: &str, path: &str, body: Value) -> Answer {
    let path = format!("/stores/{}{path}", world.options.store_hash);
    send(world, method, &path, &[("x-auth-token", &world.options.token)], &body).await
}

async fn get(world: &Arc<World>, path: &str) -> Answer {
    call(world, "GET", path, json!(null)).await
}
