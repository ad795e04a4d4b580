//! The back door: the same control over HTTP that tests have in Rust, without token or quota.
//!
//! | Request | Does |
//! |---|---|
//! | `GET /_sandbox/requests` | counters, and the writes with their bodies |
//! | `DELETE /_sandbox/requests` | forgets them |
//! | `POST /_sandbox/faults` | adds a script, such as `{"path":"/v3","fault":{"kind":"status","status":503},"times":2}` |
//! | `DELETE /_sandbox/faults` | forgets all scripts |
//! | `PUT /_sandbox/maintenance` | `{"closed":true}` closes the store |
//! | `PUT /_sandbox/clock` | `{"skew_ms":-5000}` sets the skew, `{"advance_ms":30000}` jumps |
//! | `POST /_sandbox/products` | `{"name":"Mug","sku":"MUG-1","price":12.5}` adds a product |
//! | `PUT /_sandbox/products/{id}` | changes the given fields of a product |
//! | `DELETE /_sandbox/products/{id}` | deletes a product |
//! | `PUT /_sandbox/stock` | `{"variant_id":1,"location_id":1,"on_hand":5}` counts |
//! | `POST /_sandbox/orders` | `{"status_id":11,"lines":[{"variant_id":1,"quantity":2}]}` places an order |
//! | `PUT /_sandbox/orders/{id}` | `{"status_id":5}` moves an order to another state |
//! | `POST /_sandbox/orders/{id}/refunds` | `{"order_product_id":7,"quantity":1}` refunds some of a line |
//! | `GET /_sandbox/emails` | the e-mails that told customers of parcels |
//! | `POST /_sandbox/shop` | `{"seed":7,"count":10}` lets a shopper act, see [`super::shopper`] |
//! | `POST /_sandbox/warm` | renders pages ahead |

use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::faults::Script;
use super::reply::{Dialect, Problem, Reply};
use super::shopper::{Habits, Shopper};
use super::store::{Money, NewOrder, Product};
use super::warm;
use super::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Maintenance {
    closed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    skew_ms: Option<i64>,
    advance_ms: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductChange {
    name: Option<String>,
    sku: Option<String>,
    price: Option<Money>,
    is_visible: Option<bool>,
}

impl ProductChange {
    fn apply(self, product: &mut Product) {
        if let Some(name) = self.name {
            product.name = name;
        }
        if let Some(sku) = self.sku {
            if let [only] = product.variants.as_mut_slice() {
                only.sku.clone_from(&sku);
            }
            product.sku = sku;
        }
        product.price = self.price.unwrap_or(product.price);
        product.is_visible = self.is_visible.unwrap_or(product.is_visible);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StockChange {
    variant_id: u32,
    location_id: u32,
    on_hand: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusChange {
    status_id: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refund {
    order_product_id: u32,
    quantity: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shopping {
    seed: u64,
    count: u32,
    #[serde(default)]
    habits: Habits,
}

/// Answers a request below `/_sandbox/`.
pub(super) fn answer(world: &World, method: &Method, path: &str, body: &[u8]) -> Reply {
    let parts: Vec<&str> = path.split('/').collect();
    act(world, method.as_str(), &parts, body).unwrap_or_else(|problem| problem.reply(Dialect::V3))
}

fn act(world: &World, method: &str, path: &[&str], body: &[u8]) -> Result<Reply, Problem> {
    match (method, path) {
        ("GET", ["requests"]) => {
            let counts = world.log.counts();
            return Ok(Reply::json(&json!({ "counts": counts, "writes": world.log.writes() })));
        }
        ("DELETE", ["requests"]) => world.log.clear(),
        ("POST", ["faults"]) => world.faults.add(read::<Script>(body)?),
        ("DELETE", ["faults"]) => world.faults.clear(),
        ("PUT", ["maintenance"]) => {
            world.maintenance.store(read::<Maintenance>(body)?.closed, Ordering::Relaxed);
        }
        ("PUT", ["clock"]) => {
            let change: ClockChange = read(body)?;
            if let Some(skew_ms) = change.skew_ms {
                world.clock.set_skew(SignedDuration::from_millis(skew_ms));
            }
            world.clock.advance(Duration::from_millis(change.advance_ms.unwrap_or(0)));
        }
        ("POST", ["products"]) => {
            let change: ProductChange = read(body)?;
            let mut product = Product::new("New product", "");
            change.apply(&mut product);
            let id = world.write(|store| store.insert_product(product));
            return Ok(created(id));
        }
        ("PUT", ["products", id]) => {
            let (id, change): (u32, ProductChange) = (number(id)?, read(body)?);
            found(world.write(|store| store.edit_product(id, |product| change.apply(product))))?;
        }
        ("DELETE", ["products", id]) => {
            let id = number(id)?;
            found(world.write(|store| store.delete_product(id)))?;
        }
        ("PUT", ["stock"]) => {
            let StockChange { variant_id, location_id, on_hand } = read(body)?;
            found(world.write(|store| store.set_stock(variant_id, location_id, on_hand)))?;
        }
        ("POST", ["orders"]) => {
            let order: NewOrder = read(body)?;
            let id = world.write(|store| store.place_order(order));
            return Ok(created(id));
        }
        ("PUT", ["orders", id]) => {
            let (id, change): (u32, StatusChange) = (number(id)?, read(body)?);
            found(world.write(|store| store.set_status(id, change.status_id)))?;
        }
        ("POST", ["orders", id, "refunds"]) => {
            let (id, refund): (u32, Refund) = (number(id)?, read(body)?);
            world
                .write(|store| store.refund(id, refund.order_product_id, refund.quantity))
                .map_err(|refusal| Problem::bad_request(format!("{refusal:?}")))?;
        }
        ("POST", ["shop"]) => {
            let Shopping { seed, count, habits } = read(body)?;
            let mut shopper = Shopper::with_habits(seed, habits);
            let acts: Vec<String> = (0..count).map(|_| world.write(|store| shopper.act(store))).collect();
            return Ok(Reply::json(&json!({ "acts": acts })));
        }
        ("GET", ["emails"]) => return Ok(Reply::json(&world.read().emails())),
        ("POST", ["warm"]) => return Ok(Reply::json(&json!({ "rendered": warm::render(world) }))),
        _ => return Err(Problem::not_found()),
    }
    Ok(Reply::empty())
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::bad_request(error.to_string()))
}

fn number(text: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn found(found: bool) -> Result<(), Problem> {
    if found { Ok(()) } else { Err(Problem::not_found()) }
}

fn created(id: u32) -> Reply {
    let body: Value = json!({ "id": id });
    Reply::json(&body).with_status(StatusCode::CREATED)
}
