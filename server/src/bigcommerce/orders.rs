//! Orders with their lines and addresses.

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Error, Result, StoreApi, Unreadable,
    http::parse,
    wire::{http_date, text},
};
use crate::domain::order::{Consignment, OrderLine, Shopper, StoreOrder};

/// Orders in a page: the most the endpoint gives.
const PAGE: usize = 250;

/// Which orders to read.
#[derive(Clone, Copy, Debug)]
pub enum OrderFilter {
    /// Those in a status.
    Status(i64),
    /// Those changed since an instant of the store's clock.
    ChangedSince(Timestamp),
    /// Those up to an id.
    UpTo(i64),
}

/// Some orders.
#[derive(Debug, Default)]
pub struct OrderPage {
    /// Those that could be read, by id.
    pub orders: Vec<StoreOrder>,
    /// Those that could not.
    pub unreadable: Vec<Unreadable>,
    /// The highest id of the page; none when it is empty.
    pub last_id: Option<i64>,
    /// Whether there may be more.
    pub more: bool,
}

#[derive(Deserialize)]
struct WireOrder {
    id: i64,
    status_id: i64,
    #[serde(default)]
    customer_id: i64,
    #[serde(default, deserialize_with = "text")]
    date_created: String,
    #[serde(default)]
    items_total: f64,
    #[serde(default)]
    is_deleted: bool,
    #[serde(default)]
    order_is_digital: bool,
    #[serde(default)]
    billing_address: WireAddress,
    #[serde(default)]
    consignments: serde_json::Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireAddress {
    #[serde(deserialize_with = "text")]
    first_name: String,
    #[serde(deserialize_with = "text")]
    last_name: String,
    #[serde(deserialize_with = "text")]
    company: String,
    #[serde(deserialize_with = "text")]
    street_1: String,
    #[serde(deserialize_with = "text")]
    street_2: String,
    #[serde(deserialize_with = "text")]
    city: String,
    #[serde(deserialize_with = "text")]
    state: String,
    #[serde(deserialize_with = "text")]
    zip: String,
    #[serde(deserialize_with = "text")]
    country: String,
    #[serde(deserialize_with = "text")]
    email: String,
    #[serde(deserialize_with = "text")]
    phone: String,
}

#[derive(Deserialize)]
struct WireConsignment {
    #[serde(default)]
    id: i64,
    #[serde(flatten)]
    address: WireAddress,
    #[serde(default, deserialize_with = "text")]
    shipping_method: String,
    #[serde(default)]
    line_items: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct WireLine {
    id: i64,
    #[serde(default)]
    product_id: i64,
    #[serde(default)]
    variant_id: Option<i64>,
    #[serde(default)]
    order_address_id: i64,
    #[serde(default, deserialize_with = "text")]
    name: String,
    #[serde(default, deserialize_with = "text")]
    sku: String,
    #[serde(default)]
    quantity: f64,
    #[serde(default)]
    quantity_shipped: f64,
    #[serde(default)]
    quantity_refunded: f64,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    parent_order_product_id: Option<i64>,
}

impl WireAddress {
    fn person(&self) -> String {
        format!("{} {}", self.first_name.trim(), self.last_name.trim()).trim().to_owned()
    }

    /// The address as it is written on a parcel.
    fn lines(&self) -> String {
        let town = format!("{} {} {}", self.city.trim(), self.state.trim(), self.zip.trim());
        let person = self.person();
        let lines = [&person, &self.company, &self.street_1, &self.street_2, &town, &self.country];
        lines
            .into_iter()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl WireLine {
    fn is_goods(&self) -> bool {
        self.kind.is_empty() || self.kind == "physical"
    }

    #[expect(clippy::cast_possible_truncation, reason = "quantities are whole numbers")]
    fn line(self) -> OrderLine {
        OrderLine {
            line_id: self.id,
            product_id: self.product_id,
            variant_id: self.variant_id.unwrap_or_default(),
            name: self.name,
            sku: self.sku,
            quantity: self.quantity as i64,
            shipped: self.quantity_shipped as i64,
            refunded: self.quantity_refunded as i64,
            parent_line_id: self.parent_order_product_id.unwrap_or_default(),
        }
    }
}

impl StoreApi {
    /// The orders of a filter from an id on, by id.
    ///
    /// Their lines come with them; where BigCommerce cut the list short, they are read on their own.
    pub async fn orders(&self, filter: OrderFilter, min_id: i64) -> Result<OrderPage> {
        let mut limit = PAGE;
        let body = loop {
            match self.order_page(filter, min_id, limit).await {
                Ok(body) => break body,
                Err(error) if error.asks_for_less() && limit > 10 => limit /= 5,
                Err(error) => return Err(error),
            }
        };
        let found: Vec<serde_json::Value> =
            if body.is_empty() { Vec::new() } else { parse("v2/orders", &body)? };
        let mut page = OrderPage { more: found.len() >= limit, ..OrderPage::default() };
        for value in found {
            let id = value.get("id").and_then(serde_json::Value::as_i64).unwrap_or_default();
            page.last_id = page.last_id.max(Some(id));
            match self.whole(value).await {
                Ok(order) => page.orders.push(order),
                Err(Error::Unreadable { what, .. }) => page.unreadable.push(Unreadable { id, what }),
                Err(error) => return Err(error),
            }
        }
        Ok(page)
    }

    /// One order, also when it is archived; none when the store does not have it any more.
    pub async fn order(&self, id: i64) -> Result<Option<StoreOrder>> {
        let path = format!("v2/orders/{id}");
        let query = [("include", "consignments.line_items"), ("consignment_structure", "object")];
        let reply = match self.get(&path, &query).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            reply => reply?,
        };
        Ok(Some(self.whole(parse(&path, &reply.body)?).await?))
    }

    /// Sets the status of an order; doing it again changes nothing more.
    pub async fn set_order_status(&self, id: i64, status_id: i64) -> Result<()> {
        self.put(&format!("v2/orders/{id}"), &serde_json::json!({ "status_id": status_id })).await
    }

    /// How many orders there are in each status.
    pub async fn order_counts(&self) -> Result<Vec<(i64, i64)>> {
        #[derive(Deserialize)]
        struct Status {
            id: i64,
            #[serde(default)]
            count: i64,
        }
        #[derive(Deserialize, Default)]
        struct Counts {
            statuses: Vec<Status>,
        }
        let counts: Counts = self.json("v2/orders/count", &[]).await?.unwrap_or_default();
        Ok(counts.statuses.into_iter().map(|status| (status.id, status.count)).collect())
    }

    /// An order with all its lines.
    async fn whole(&self, value: serde_json::Value) -> Result<StoreOrder> {
        let unreadable = |error: serde_json::Error| Error::Unreadable {
            path: "v2/orders".into(),
            what: error.to_string(),
        };
        let order = WireOrder::deserialize(value).map_err(unreadable)?;
        let lines = match order.included_lines() {
            Some(lines) => lines,
            None if order.is_deleted || order.order_is_digital => Vec::new(),
            None => self.order_lines(order.id).await?,
        };
        order.with_lines(lines).map_err(unreadable)
    }

    async fn order_page(&self, filter: OrderFilter, min_id: i64, limit: usize) -> Result<bytes::Bytes> {
        let (min_id, limit) = (min_id.to_string(), limit.to_string());
        let mut query = vec![
            ("min_id", min_id.as_str()),
            ("sort", "id:asc"),
            ("limit", limit.as_str()),
            ("include", "consignments.line_items"),
            ("consignment_structure", "object"),
        ];
        let value;
        match filter {
            OrderFilter::Status(status) => {
                value = status.to_string();
                query.push(("status_id", value.as_str()));
            }
            OrderFilter::ChangedSince(since) => {
                value = since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
                query.push(("min_date_modified", value.as_str()));
            }
            OrderFilter::UpTo(id) => {
                value = id.to_string();
                query.push(("max_id", value.as_str()));
            }
        }
        Ok(self.page("v2/orders", &query).await?.body)
    }

    async fn order_lines(&self, order: i64) -> Result<Vec<WireLine>> {
        let path = format!("v2/orders/{order}/products");
        let mut lines = Vec::new();
        for page in 1_i64.. {
            let page = page.to_string();
            let found =
                self.json::<Vec<WireLine>>(&path, &[("limit", "250"), ("page", page.as_str())]).await?;
            let found = found.unwrap_or_default();
            let last = found.len() < PAGE;
            lines.extend(found);
            if last {
                break;
            }
        }
        Ok(lines)
    }
}

impl WireOrder {
    /// The lines that came with the order; none when they are not all there.
    fn included_lines(&self) -> Option<Vec<WireLine>> {
        if self.consignments.get("__warning__").is_some() {
            return None;
        }
        let mut lines = Vec::new();
        for kind in ["shipping", "pickups", "downloads"] {
            for consignment in self.consignments.get(kind)?.as_array()? {
                if consignment.get("__warning__").is_some() {
                    return None;
                }
                for line in consignment.get("line_items")?.as_array()? {
                    lines.push(WireLine::deserialize(line).ok()?);
                }
            }
        }
        // A list that was cut short without saying so is told by its sum; gift certificates are the difference
        // that is no cut, and cost one more request.
        let sum: f64 = lines.iter().map(|line| line.quantity).sum();
        ((sum - self.items_total).abs() < 0.5).then_some(lines)
    }

    fn consignments_of(&self, kind: &str) -> serde_json::Result<Vec<WireConsignment>> {
        let list = self.consignments.get(kind).and_then(serde_json::Value::as_array);
        list.into_iter().flatten().map(WireConsignment::deserialize).collect()
    }

    /// The order with its goods in their consignments; lines for no address are picked up.
    fn with_lines(self, lines: Vec<WireLine>) -> serde_json::Result<StoreOrder> {
        let mut goods: Vec<WireLine> = lines.into_iter().filter(WireLine::is_goods).collect();
        let mut consignments = Vec::new();
        for wire in self.consignments_of("shipping")? {
            let (own, others): (Vec<_>, Vec<_>) =
                goods.into_iter().partition(|line| line.order_address_id == wire.id);
            goods = others;
            consignments.push(Consignment {
                id: wire.id,
                ship_to: wire.address.lines(),
                method: wire.shipping_method,
                lines: own.into_iter().map(WireLine::line).collect(),
            });
        }
        let pickups = self.consignments_of("pickups")?;
        // The list of a pickup may be cut short; what is left over can belong to the only one there is.
        let is_only = pickups.len() == 1;
        for wire in pickups {
            let ids: Vec<i64> = wire.line_items.iter().filter_map(|line| line.get("id")?.as_i64()).collect();
            let (own, others): (Vec<_>, Vec<_>) =
                goods.into_iter().partition(|line| is_only || ids.contains(&line.id));
            goods = others;
            consignments.push(Consignment {
                id: wire.id,
                ship_to: String::new(),
                method: "Pickup".to_owned(),
                lines: own.into_iter().map(WireLine::line).collect(),
            });
        }
        if !goods.is_empty() {
            let lines = goods.into_iter().map(WireLine::line).collect();
            consignments.push(Consignment { id: 0, ship_to: String::new(), method: String::new(), lines });
        }
        consignments.retain(|consignment| !consignment.lines.is_empty());
        let shopper = Shopper {
            store_customer_id: self.customer_id,
            name: self.billing_address.person(),
            address: self.billing_address.lines(),
            company: self.billing_address.company,
            email: self.billing_address.email,
            phone: self.billing_address.phone,
        };
        Ok(StoreOrder {
            id: self.id,
            status_id: self.status_id,
            is_archived: self.is_deleted,
            shopper,
            ordered_at: http_date(&self.date_created).unwrap_or(Timestamp::UNIX_EPOCH),
            consignments,
        })
    }
}
