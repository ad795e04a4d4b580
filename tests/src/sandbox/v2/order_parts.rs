//! `orders/{id}/products`, `.../shipping_addresses` and `.../consignments`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sandbox::call::Call;
use crate::sandbox::paging::{self, Page};
use crate::sandbox::query::Query;
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::{Address, Consignment, Line, LineKind, OptionValue, Order, Pickup};
use crate::sandbox::world::World;

/// An order that includes its lines shows no more than this many.
const MAX_INCLUDED_LINES: usize = 50;

/// How much of its consignments an order includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inclusion {
    /// A link.
    None,
    /// The consignments with links to their lines.
    Consignments,
    /// The consignments with the first lines.
    Lines,
}

impl Inclusion {
    /// Reads `include`; the array structure, which is older, is not offered.
    pub(super) fn read(query: &Query) -> Self {
        let names = query.list("include").unwrap_or_default();
        if names.contains("consignments.line_items") {
            Self::Lines
        } else if names.contains("consignments") {
            Self::Consignments
        } else {
            Self::None
        }
    }
}

/// `GET /v2/orders/{id}/products`
pub(crate) fn products(world: &World, call: &Call) -> Result<Reply, Problem> {
    let page = Page::read(&call.query, paging::USUAL)?;
    let store = world.read();
    let order = store.orders().get(&call.ids[0]).ok_or_else(Problem::not_found)?;
    Ok(page.v2_reply(&order.lines, |line| line_body(order, line)))
}

/// `GET /v2/orders/{id}/shipping_addresses`
pub(crate) fn addresses(world: &World, call: &Call) -> Result<Reply, Problem> {
    let page = Page::read(&call.query, paging::USUAL)?;
    let store = world.read();
    let order = store.orders().get(&call.ids[0]).ok_or_else(Problem::not_found)?;
    Ok(page.v2_reply(&order.consignments, |consignment| {
        let mut body = consignment_body(order, consignment, call, |amount| json!(format!("{amount}.0000")));
        body["order_id"] = json!(order.id);
        body
    }))
}

/// `GET /v2/orders/{id}/consignments`
pub(crate) fn consignments(world: &World, call: &Call) -> Result<Reply, Problem> {
    let store = world.read();
    let order = store.orders().get(&call.ids[0]).ok_or_else(Problem::not_found)?;
    let names = call.query.list("include").unwrap_or_default();
    let with_lines = names.iter().any(|name| name.ends_with("line_items"));
    let inclusion = if with_lines { Inclusion::Lines } else { Inclusion::Consignments };
    Ok(Reply::json(&consignments_of(order, call, inclusion)))
}

/// The consignments of an order in the object structure.
pub(super) fn consignments_of(order: &Order, call: &Call, inclusion: Inclusion) -> Value {
    let mut left = MAX_INCLUDED_LINES;
    let mut lines_of = |accepts: &dyn Fn(&Line) -> bool, path: &str| {
        if inclusion != Inclusion::Lines {
            let resource = format!("/orders/{}/consignments/{path}/line_items", order.id);
            return json!([{ "url": format!("{}/v2{resource}", call.store_url), "resource": resource }]);
        }
        let lines: Vec<Value> = order
            .lines
            .iter()
            .filter(|line| accepts(line))
            .take(left)
            .map(|line| line_body(order, line))
            .collect();
        left -= lines.len();
        json!(lines)
    };
    let shipping: Vec<Value> = order
        .consignments
        .iter()
        .map(|consignment| {
            let mut body = consignment_body(order, consignment, call, |amount| json!(amount));
            let path = format!("shipping/{}", consignment.id);
            body["line_items"] = lines_of(&|line| line.address_id == consignment.id, &path);
            body
        })
        .collect();
    let pickups: Vec<Value> = order
        .pickups
        .iter()
        .map(|pickup| {
            let mut body = pickup_body(pickup);
            let path = format!("pickups/{}", pickup.id);
            body["line_items"] = lines_of(&|line| line.pickup_id == pickup.id, &path);
            body
        })
        .collect();
    let recipients: BTreeSet<&str> = order.lines.iter().filter_map(recipient).collect();
    let gift_certificates: Vec<Value> = recipients
        .into_iter()
        .map(|address| {
            let lines = lines_of(&|line| recipient(line) == Some(address), "email/gift_certificates");
            json!({ "recipient_email": address, "line_items": lines })
        })
        .collect();
    let is_download = |line: &Line| line.kind == LineKind::Digital;
    let downloads = if order.lines.iter().any(is_download) {
        let lines = lines_of(&is_download, "downloads");
        json!([{ "recipient_email": order.billing.email, "line_items": lines }])
    } else {
        json!([])
    };
    let mut body = json!({
        "pickups": pickups,
        "shipping": shipping,
        "downloads": downloads,
        "email": { "gift_certificates": gift_certificates },
    });
    if inclusion == Inclusion::Lines && order.lines.len() > MAX_INCLUDED_LINES {
        body["__warning__"] = json!({
            "@meta": {
                "next": format!("{}/v2/orders/{}/products", call.store_url, order.id),
            },
            "message": format!(
                "Only the first {MAX_INCLUDED_LINES} line items are included; use the products of the order."
            ),
        });
    }
    body
}

/// Whom a gift certificate is sent to.
fn recipient(line: &Line) -> Option<&str> {
    match &line.kind {
        LineKind::GiftCertificate { recipient } => Some(recipient),
        _ => None,
    }
}

fn pickup_body(Pickup { id, location }: &Pickup) -> Value {
    json!({
        "id": id,
        "pickup_method_id": 1,
        "pickup_method_display_name": "Pick up in store",
        "collection_instructions": "Bring your ID",
        "collection_time_description": "9am - 6pm",
        "location": {
            "id": location.id,
            "name": location.label,
            "code": location.code,
            "address_line_1": "455 Main Street",
            "address_line_2": "",
            "city": "Austin",
            "state": "Texas",
            "postal_code": "78751",
            "country_alpha2": "US",
            "email": "warehouse@example.com",
            "phone": "555-123-4567",
        },
    })
}

/// Someone's address in an order.
pub(super) fn address(address: &Address) -> Value {
    json!({
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "street_1": address.street,
        "street_2": "",
        "city": address.city,
        "state": address.state,
        "zip": address.zip,
        "country": address.country,
        "country_iso2": address.country_iso2,
        "phone": address.phone,
        "email": address.email,
        "form_fields": [],
    })
}

/// A consignment; its amounts are strings in one endpoint and numbers in the other.
fn consignment_body(
    order: &Order,
    consignment: &Consignment,
    call: &Call,
    amount: impl Fn(u32) -> Value,
) -> Value {
    let lines = || order.lines.iter().filter(|line| line.address_id == consignment.id);
    let quotes = format!("/orders/{}/shippingaddresses/{}/shippingquotes", order.id, consignment.id);
    let mut body = address(&consignment.address);
    let own = json!({
        "id": consignment.id,
        "items_total": lines().map(|line| line.quantity).sum::<u32>(),
        "items_shipped": lines().map(|line| line.shipped).sum::<u32>(),
        "shipping_method": consignment.shipping_method,
        "base_cost": amount(12), "cost_ex_tax": amount(12), "cost_inc_tax": amount(12), "cost_tax": amount(0),
        "cost_tax_class_id": 2,
        "base_handling_cost": amount(0), "handling_cost_ex_tax": amount(0),
        "handling_cost_inc_tax": amount(0), "handling_cost_tax": amount(0),
        "handling_cost_tax_class_id": 2,
        "shipping_zone_id": 1,
        "shipping_zone_name": "Domestic",
        "shipping_quotes": { "url": format!("{}/v2{quotes}", call.store_url), "resource": quotes },
    });
    if let (Value::Object(body), Value::Object(own)) = (&mut body, own) {
        body.extend(own);
    }
    body
}

fn line_body(order: &Order, line: &Line) -> Value {
    let price = line.price.text();
    let total = line.price.times(line.quantity).text();
    let zero = "0.0000";
    let mut body = json!({
        "id": line.id,
        "order_id": order.id,
        "product_id": line.product_id,
        "order_pickup_method_id": line.pickup_id,
        "order_address_id": line.address_id,
        "name": line.name, "name_customer": line.name, "name_merchant": line.name,
        "sku": line.sku,
        "upc": "",
        "type": line.kind.name(),
        "base_price": price, "price_ex_tax": price, "price_inc_tax": price, "price_tax": zero,
        "base_total": total, "total_ex_tax": total, "total_inc_tax": total, "total_tax": zero,
        "discounted_total_inc_tax": total,
        "quantity": line.quantity,
        "quantity_shipped": line.shipped,
        "quantity_refunded": line.refunded,
        "is_refunded": line.refunded == line.quantity,
        "refund_amount": line.price.times(line.refunded).text(),
        "base_cost_price": zero, "cost_price_inc_tax": zero, "cost_price_ex_tax": zero, "cost_price_tax": zero,
        "weight": "16.0000", "width": zero, "height": zero, "depth": zero,
        "return_id": 0,
        "wrapping_id": 0, "wrapping_name": "", "wrapping_message": "",
        "base_wrapping_cost": zero, "wrapping_cost_ex_tax": zero, "wrapping_cost_inc_tax": zero,
        "wrapping_cost_tax": zero,
        "event_name": null, "event_date": null,
        "fixed_shipping_cost": zero,
        "ebay_item_id": "", "ebay_transaction_id": "",
        "option_set_id": null,
        "parent_order_product_id": line.parent_id,
        "is_bundled_product": line.parent_id.is_some(),
        "bin_picking_number": "",
        "external_id": null,
        "brand": "",
        "gift_certificate_id": null,
        "applied_discounts": [],
        "product_options": line.options.iter().map(|value| option_body(line, value)).collect::<Vec<_>>(),
        "configurable_fields": [],
    });
    if let Some(variant_id) = line.variant_id {
        body["variant_id"] = json!(variant_id);
    }
    body
}

fn option_body(line: &Line, value: &OptionValue) -> Value {
    json!({
        "id": value.id,
        "option_id": value.option_id,
        "order_product_id": line.id,
        "product_option_id": value.option_id,
        "display_name": &*value.option,
        "display_name_customer": &*value.option,
        "display_name_merchant": &*value.option,
        "display_value": &*value.label,
        "display_value_customer": &*value.label,
        "display_value_merchant": &*value.label,
        "value": value.id.to_string(),
        "type": "Multiple choice",
        "name": &*value.option,
        "display_style": "Rectangle",
    })
}
