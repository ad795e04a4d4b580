//! `orders`, `orders/count`, `orders/{id}` and `order_statuses`.

use std::cmp::Ordering;

use serde::Deserialize;
use serde_json::{Value, json};

use super::order_parts::{self, Inclusion, address};
use crate::sandbox::call::Call;
use crate::sandbox::clock::v2_date;
use crate::sandbox::paging::{self, Page};
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::{Order, STATUSES, Store, status_name};
use crate::sandbox::world::World;

/// `GET /v2/orders`
pub(crate) fn list(world: &World, call: &Call) -> Result<Reply, Problem> {
    let page = Page::read(&call.query, paging::USUAL)?;
    let inclusion = Inclusion::read(&call.query);
    let store = world.read();
    let mut found = select(&store, call)?;
    sort(&mut found, call.query.text("sort"))?;
    Ok(page.v2_reply(&found, |order| body(&store, order, call, inclusion)))
}

/// `GET /v2/orders/count`
pub(crate) fn count(world: &World, call: &Call) -> Result<Reply, Problem> {
    let store = world.read();
    let found = select(&store, call)?;
    let statuses: Vec<Value> = STATUSES
        .iter()
        .map(|&(id, name, description)| {
            json!({
                "id": id,
                "name": name,
                "system_label": name,
                "custom_label": store.surroundings.status_label(id),
                "system_description": description,
                "count": found.iter().filter(|order| order.status == id).count(),
                "sort_order": id,
            })
        })
        .collect();
    Ok(Reply::json(&json!({ "statuses": statuses, "count": found.len() })))
}

/// `GET /v2/orders/{id}`
pub(crate) fn show(world: &World, call: &Call) -> Result<Reply, Problem> {
    let store = world.read();
    let order = store.orders().get(&call.ids[0]).ok_or_else(Problem::not_found)?;
    Ok(Reply::json(&body(&store, order, call, Inclusion::read(&call.query))))
}

/// The fields of an order that may be written here; others are refused, as the store does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    status_id: Option<u8>,
}

/// `PUT /v2/orders/{id}`
pub(crate) fn update(world: &World, call: &Call) -> Result<Reply, Problem> {
    let update: Update = call.json()?;
    if update.status_id.is_some_and(|status| status_name(status).is_empty()) {
        return Err(Problem::bad_request("The field 'status_id' is invalid."));
    }
    world.write(|store| {
        if let Some(status) = update.status_id {
            store.set_status(call.ids[0], status);
        }
        let order = store.orders().get(&call.ids[0]).ok_or_else(Problem::not_found)?;
        Ok(Reply::json(&body(store, order, call, Inclusion::None)))
    })
}

/// `GET /v2/order_statuses`
#[expect(clippy::unnecessary_wraps, reason = "all endpoints have one signature")]
pub(crate) fn statuses(world: &World, _call: &Call) -> Result<Reply, Problem> {
    let store = world.read();
    let rows = STATUSES.iter().map(|&(id, name, description)| {
        json!({
            "id": id,
            "name": name,
            "system_label": name,
            "custom_label": store.surroundings.status_label(id),
            "system_description": description,
            "order": id,
        })
    });
    Ok(Reply::v2_list(&rows.collect::<Vec<_>>()))
}

/// The orders that pass the filters, by id. Archived ones are left out unless asked for.
fn select<'a>(store: &'a Store, call: &Call) -> Result<Vec<&'a Order>, Problem> {
    let query = &call.query;
    let lowest = query.value("min_id")?.unwrap_or(0);
    let highest = query.value("max_id")?.unwrap_or(u32::MAX).max(lowest);
    let status = query.value::<u8>("status_id")?;
    let channel = query.value::<u32>("channel_id")?;
    let customer = query.value::<u32>("customer_id")?;
    let deleted = query.value::<bool>("is_deleted")?.unwrap_or(false);
    let email = query.text("email");
    let seconds = |name: &str| query.v2_date(name).map(jiff::Timestamp::as_second);
    let created = (seconds("min_date_created"), seconds("max_date_created"));
    let modified = (seconds("min_date_modified"), seconds("max_date_modified"));
    let within = |at: jiff::Timestamp, (min, max): (Option<i64>, Option<i64>)| {
        min.is_none_or(|min| at.as_second() >= min) && max.is_none_or(|max| at.as_second() <= max)
    };
    let accepts = |order: &Order| {
        order.is_deleted == deleted
            && status.is_none_or(|status| order.status == status)
            && channel.is_none_or(|channel| order.channel_id == channel)
            && customer.is_none_or(|customer| order.customer_id == customer)
            && email.is_none_or(|email| order.billing.email == email)
            && within(order.created_at, created)
            && within(order.modified_at, modified)
    };
    Ok(store
        .orders()
        .range(lowest..=highest)
        .map(|(_, order)| order)
        .filter(|order| accepts(order))
        .collect())
}

fn sort(orders: &mut [&Order], by: Option<&str>) -> Result<(), Problem> {
    let (key, direction) = by.unwrap_or("id").split_once(':').unwrap_or((by.unwrap_or("id"), "asc"));
    let compare: fn(&Order, &Order) -> Ordering = match key {
        "id" => |a, b| a.id.cmp(&b.id),
        "date_modified" => |a, b| a.modified_at.cmp(&b.modified_at),
        "date_created" => |a, b| a.created_at.cmp(&b.created_at),
        "status_id" => |a, b| a.status.cmp(&b.status),
        "customer_id" => |a, b| a.customer_id.cmp(&b.customer_id),
        "channel_id" => |a, b| a.channel_id.cmp(&b.channel_id),
        _ => return Err(Problem::invalid("sort")),
    };
    match direction {
        "asc" => orders.sort_by(|a, b| compare(a, b)),
        "desc" => orders.sort_by(|a, b| compare(b, a)),
        _ => return Err(Problem::invalid("sort")),
    }
    Ok(())
}

fn body(store: &Store, order: &Order, call: &Call, inclusion: Inclusion) -> Value {
    let label = store.surroundings.status_label(order.status);
    let total = order.total().text();
    let zero = "0.0000";
    let link = |part: &str| {
        let resource = format!("/orders/{}/{part}", order.id);
        json!({ "url": format!("{}/v2{resource}", call.store_url), "resource": resource })
    };
    let consignments = match inclusion {
        Inclusion::None => link("consignments"),
        inclusion => order_parts::consignments_of(order, call, inclusion),
    };
    json!({
        "id": order.id,
        "customer_id": order.customer_id,
        "date_created": v2_date(order.created_at),
        "date_modified": v2_date(order.modified_at),
        "date_shipped": order.shipped_at.map(v2_date).unwrap_or_default(),
        "cart_id": format!("a8458391-ef68-4fe5-9ec1-{:012}", order.id),
        "status_id": order.status,
        "status": label,
        "custom_status": label,
        "subtotal_ex_tax": total, "subtotal_inc_tax": total, "subtotal_tax": zero,
        "base_shipping_cost": zero, "shipping_cost_ex_tax": zero, "shipping_cost_inc_tax": zero,
        "shipping_cost_tax": zero, "shipping_cost_tax_class_id": 2,
        "base_handling_cost": zero, "handling_cost_ex_tax": zero, "handling_cost_inc_tax": zero,
        "handling_cost_tax": zero, "handling_cost_tax_class_id": 2,
        "base_wrapping_cost": zero, "wrapping_cost_ex_tax": zero, "wrapping_cost_inc_tax": zero,
        "wrapping_cost_tax": zero, "wrapping_cost_tax_class_id": 3,
        "total_ex_tax": total, "total_inc_tax": total, "total_tax": zero,
        "is_tax_inclusive_pricing": false,
        "items_total": order.items_total(),
        "items_shipped": order.items_shipped(),
        "payment_method": "Credit Card",
        "payment_provider_id": "",
        "payment_status": payment_status(order.status),
        "refunded_amount": zero,
        "order_is_digital": order.is_digital(),
        "store_credit_amount": zero, "gift_certificate_amount": zero,
        "ip_address": "192.0.2.10", "ip_address_v6": "",
        "geoip_country": "United States", "geoip_country_iso2": "US",
        "currency_id": 1, "currency_code": "USD", "currency_exchange_rate": "1.0000000000",
        "default_currency_id": 1, "default_currency_code": "USD",
        "store_default_currency_code": "USD",
        "store_default_to_transactional_exchange_rate": "1.0000000000",
        "staff_notes": "",
        "customer_message": order.customer_message,
        "discount_amount": zero, "coupon_discount": zero,
        "shipping_address_count": order.consignments.len(),
        "is_deleted": order.is_deleted,
        "ebay_order_id": "0",
        "billing_address": address(&order.billing),
        "is_email_opt_in": false,
        "credit_card_type": null,
        "order_source": "www",
        "channel_id": order.channel_id,
        "external_source": null, "external_id": null, "external_merchant_id": null,
        "external_order_id": "",
        "tax_provider_id": "BasicTaxProvider",
        "customer_locale": "en",
        "products": link("products"),
        "shipping_addresses": link("shippingaddresses"),
        "coupons": link("coupons"),
        "fees": link("fees"),
        "consignments": consignments,
    })
}

fn payment_status(order_status: u8) -> &'static str {
    match order_status {
        0 | 1 => "",
        4 => "refunded",
        5 => "void",
        6 => "declined",
        7 => "authorized",
        14 => "partially refunded",
        _ => "captured",
    }
}
