//! `orders/{id}/shipments`.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::order_parts::address;
use crate::sandbox::call::Call;
use crate::sandbox::clock::v2_date;
use crate::sandbox::paging::{self, Page};
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::{NewShipment, Order, Refusal, Shipment};
use crate::sandbox::world::World;

/// What the store writes itself and refuses to be told.
const READ_ONLY: [&str; 6] =
    ["id", "order_id", "customer_id", "date_created", "billing_address", "shipping_address"];

/// `GET /v2/orders/{id}/shipments`
pub(crate) fn list(world: &World, call: &Call) -> Result<Reply, Problem> {
    let page = Page::read(&call.query, paging::USUAL)?;
    let store = world.read();
    let order = store.orders().get(&call.ids[0]).ok_or_else(Problem::not_found)?;
    Ok(page.v2_reply(&order.shipments, |shipment| body(order, shipment)))
}

/// `GET /v2/orders/{id}/shipments/count`
pub(crate) fn count(world: &World, call: &Call) -> Result<Reply, Problem> {
    let store = world.read();
    let order = store.orders().get(&call.ids[0]).ok_or_else(Problem::not_found)?;
    Ok(Reply::json(&json!({ "count": order.shipments.len() })))
}

/// `GET /v2/orders/{id}/shipments/{id}`
pub(crate) fn show(world: &World, call: &Call) -> Result<Reply, Problem> {
    let store = world.read();
    let order = store.orders().get(&call.ids[0]).ok_or_else(Problem::not_found)?;
    let shipment = order.shipments.iter().find(|shipment| shipment.id == call.ids[1]);
    Ok(Reply::json(&body(order, shipment.ok_or_else(Problem::not_found)?)))
}

/// `POST /v2/orders/{id}/shipments`
///
/// Not idempotent: the same parcel twice is two shipments, as long as the lines allow it.
pub(crate) fn create(world: &World, call: &Call) -> Result<Reply, Problem> {
    let fields: Map<String, Value> = call.json()?;
    let refused = fields.keys().find(|name| READ_ONLY.contains(&name.as_str()));
    let refused_item = fields.get("items").and_then(Value::as_array).and_then(|items| {
        items.iter().find(|item| item.get("product_id").is_some()).map(|_| "items.product_id")
    });
    if let Some(name) = refused.map(String::as_str).or(refused_item) {
        return Err(Problem::bad_request(format!(
            "The field '{name}' cannot be written to. Please remove it from your request before trying again."
        )));
    }
    for name in ["order_address_id", "items"] {
        if !fields.contains_key(name) {
            return Err(Problem::bad_request(format!("The required field '{name}' was not supplied.")));
        }
    }
    let parcel: NewShipment = call.json()?;
    world.write(|store| {
        let order_id = call.ids[0];
        let shipment_id = store.ship(order_id, parcel).map_err(|refusal| match refusal {
            Refusal::NoSuchOrder => Problem::not_found(),
            Refusal::NoSuchLine => Problem::bad_request("The field 'items' is invalid."),
            Refusal::TooMany => {
                Problem::bad_request("The quantity of an item is more than what is left to ship.")
            }
        })?;
        let order = &store.orders()[&order_id];
        let shipment = order.shipments.iter().find(|shipment| shipment.id == shipment_id);
        let body = body(order, shipment.ok_or_else(Problem::not_found)?);
        Ok(Reply::json(&body).with_status(StatusCode::CREATED))
    })
}

fn body(order: &Order, shipment: &Shipment) -> Value {
    let destination = order.consignments.iter().find(|consignment| consignment.id == shipment.address_id);
    let items: Vec<Value> = shipment
        .items
        .iter()
        .map(|(line_id, quantity)| {
            json!({ "order_product_id": line_id, "product_id": 0, "quantity": quantity })
        })
        .collect();
    let tracking_link = match (shipment.provider.as_str(), shipment.tracking_number.as_str()) {
        ("", _) | (_, "") => String::new(),
        (provider, number) => format!("https://tracking.example.com/{provider}/{number}"),
    };
    json!({
        "id": shipment.id,
        "order_id": order.id,
        "customer_id": order.customer_id,
        "order_address_id": shipment.address_id,
        "date_created": v2_date(shipment.created_at),
        "tracking_number": shipment.tracking_number,
        "merchant_shipping_cost": "0.0000",
        "shipping_method": shipment.method,
        "shipping_provider": shipment.provider,
        "shipping_provider_display_name": shipment.provider.to_uppercase(),
        "tracking_carrier": shipment.carrier,
        "tracking_link": "",
        "generated_tracking_link": tracking_link,
        "comments": shipment.comments,
        "billing_address": address(&order.billing),
        "shipping_address": destination.map(|consignment| address(&consignment.address)),
        "items": items,
    })
}
