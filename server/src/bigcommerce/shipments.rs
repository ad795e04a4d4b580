//! Shipments of orders (facts section 11): made once, and found again where the answer was lost.

use std::time::Duration;

use serde::Deserialize;

use super::{Error, Result, Slot, StoreApi, http::parse, wire::text};

/// Shipments in a page: the most the endpoint gives.
const PAGE: usize = 250;

/// A shipment that the store has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    /// Its id in BigCommerce.
    pub id: i64,
    /// The consignment it belongs to (`order_address_id`).
    pub consignment_id: i64,
    /// The carrier's number for it.
    pub tracking_number: String,
    /// Its lines: id and units, by id.
    pub lines: Vec<(i64, i64)>,
}

/// A shipment to be made.
#[derive(Clone, Debug)]
pub struct NewShipment {
    /// The order.
    pub order_id: i64,
    /// The consignment (`order_address_id`).
    pub consignment_id: i64,
    /// One of BigCommerce's providers, or empty.
    pub provider: String,
    /// The carrier's number for it; may be empty.
    pub tracking_number: String,
    /// Its lines: id and units, by id.
    pub lines: Vec<(i64, i64)>,
}

#[derive(Deserialize)]
struct WireShipment {
    id: i64,
    #[serde(default)]
    order_address_id: i64,
    #[serde(default, deserialize_with = "text")]
    tracking_number: String,
    #[serde(default)]
    items: Vec<WireItem>,
}

#[derive(Deserialize)]
struct WireItem {
    order_product_id: i64,
    quantity: i64,
}

impl From<WireShipment> for Shipment {
    fn from(wire: WireShipment) -> Self {
        let mut lines: Vec<(i64, i64)> =
            wire.items.iter().map(|item| (item.order_product_id, item.quantity)).collect();
        lines.sort_unstable();
        Self {
            id: wire.id,
            consignment_id: wire.order_address_id,
            tracking_number: wire.tracking_number,
            lines,
        }
    }
}

impl StoreApi {
    /// Every shipment of an order.
    pub async fn shipments(&self, order_id: i64) -> Result<Vec<Shipment>> {
        let path = format!("v2/orders/{order_id}/shipments");
        let mut shipments = Vec::new();
        for page in 1_i64.. {
            let page = page.to_string();
            let found =
                self.json::<Vec<WireShipment>>(&path, &[("limit", "250"), ("page", page.as_str())]).await?;
            let found = found.unwrap_or_default();
            let last = found.len() < PAGE;
            shipments.extend(found.into_iter().map(Shipment::from));
            if last {
                break;
            }
        }
        Ok(shipments)
    }

    /// Makes a shipment, which also writes an e-mail to the shopper; answers with its id.
    ///
    /// Tried once, and at once: after [`Error::Unavailable`] it may be there or still come, and only reading tells.
    pub async fn ship(&self, new: &NewShipment, slot: Slot<'_>, time_out: Duration) -> Result<i64> {
        let path = format!("v2/orders/{}/shipments", new.order_id);
        let items: Vec<_> = new
            .lines
            .iter()
            .map(|(line, units)| serde_json::json!({ "order_product_id": line, "quantity": units }))
            .collect();
        let body = serde_json::json!({
            "order_address_id": new.consignment_id,
            "tracking_number": new.tracking_number,
            // Always there: left out, the store takes a provider of its own making without a tracking link.
            "shipping_provider": new.provider,
            "items": items,
        });
        let reply = self.post(&path, &body, slot, time_out).await?;
        match parse::<WireShipment>(&path, &reply.body) {
            Ok(made) => Ok(made.id),
            // It was accepted, whatever the answer looks like.
            Err(error) => Err(Error::Unavailable { path, attempts: 1, last: error.to_string(), slow: false }),
        }
    }
}
