//! Orders, as far as stock is concerned.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Error, Result, StoreApi, http::parse};
use crate::domain::order::OrderLine;

/// Orders in a page: the most the endpoint gives.
const PAGE: usize = 250;

/// An order and its lines.
#[derive(Clone, Debug)]
pub struct OpenOrder {
    /// Its id.
    pub id: i64,
    /// Its status id.
    pub status_id: i64,
    /// Its physical lines.
    pub lines: Vec<OrderLine>,
}

/// Which orders to read.
#[derive(Clone, Copy, Debug)]
pub enum OrderFilter {
    /// Those in a status.
    Status(i64),
    /// Those changed since an instant of the store's clock.
    ChangedSince(Timestamp),
}

#[derive(Deserialize)]
struct WireOrder {
    id: i64,
    status_id: i64,
    #[serde(default)]
    items_total: f64,
    #[serde(default)]
    is_deleted: bool,
    #[serde(default)]
    order_is_digital: bool,
    #[serde(default)]
    consignments: serde_json::Value,
}

#[derive(Deserialize)]
struct WireLine {
    id: i64,
    #[serde(default)]
    product_id: i64,
    #[serde(default)]
    variant_id: Option<i64>,
    #[serde(default)]
    quantity: f64,
    #[serde(default)]
    quantity_shipped: f64,
    #[serde(default, rename = "type")]
    kind: String,
}

impl WireLine {
    #[expect(clippy::cast_possible_truncation, reason = "quantities are whole numbers")]
    fn line(&self, order_id: i64) -> OrderLine {
        OrderLine {
            order_id,
            line_id: self.id,
            product_id: self.product_id,
            variant_id: self.variant_id.unwrap_or_default(),
            quantity: self.quantity as i64,
            shipped: self.quantity_shipped as i64,
        }
    }
}

impl StoreApi {
    /// The orders of a filter from an id on, by id, and whether there may be more.
    ///
    /// Their lines come with them; where BigCommerce cut the list short, they are read on their own.
    pub async fn orders(&self, filter: OrderFilter, min_id: i64) -> Result<(Vec<OpenOrder>, bool)> {
        let mut limit = PAGE;
        let body = loop {
            match self.order_page(filter, min_id, limit).await {
                Ok(body) => break body,
                Err(Error::TooLarge { .. }) if limit > 10 => limit /= 5,
                Err(error) => return Err(error),
            }
        };
        let mut orders = Vec::new();
        let found: Vec<WireOrder> = if body.is_empty() { Vec::new() } else { parse("v2/orders", &body)? };
        let more = found.len() >= limit;
        for order in found {
            let lines = match order.included_lines() {
                Some(lines) => lines,
                None if order.is_deleted || order.order_is_digital => Vec::new(),
                None => self.order_lines(order.id).await?,
            };
            let physical = lines.iter().filter(|line| line.kind.is_empty() || line.kind == "physical");
            let lines = if order.is_deleted {
                Vec::new()
            } else {
                physical.map(|line| line.line(order.id)).collect()
            };
            orders.push(OpenOrder { id: order.id, status_id: order.status_id, lines });
        }
        Ok((orders, more))
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
        }
        Ok(self.get("v2/orders", &query).await?.body)
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
}
