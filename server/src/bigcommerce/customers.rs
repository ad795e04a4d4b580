//! Customers with their first address (facts section 13).

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Result, StoreApi, Unreadable,
    http::parse,
    wire::{Envelope, text},
};
use crate::domain::order::Shopper;

const PATH: &str = "v3/customers";

/// Some customers.
#[derive(Debug, Default)]
pub struct CustomerPage {
    /// Those that could be read.
    pub customers: Vec<Shopper>,
    /// Those that could not.
    pub unreadable: Vec<Unreadable>,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
    /// How many there are in all, as far as the store says.
    pub total: i64,
}

#[derive(Deserialize)]
struct WireCustomer {
    id: i64,
    #[serde(default, deserialize_with = "text")]
    first_name: String,
    #[serde(default, deserialize_with = "text")]
    last_name: String,
    #[serde(default, deserialize_with = "text")]
    company: String,
    #[serde(default, deserialize_with = "text")]
    email: String,
    #[serde(default, deserialize_with = "text")]
    phone: String,
    #[serde(default)]
    addresses: Vec<WireAddress>,
}

#[derive(Deserialize)]
struct WireAddress {
    #[serde(default, deserialize_with = "text")]
    address1: String,
    #[serde(default, deserialize_with = "text")]
    address2: String,
    #[serde(default, deserialize_with = "text")]
    city: String,
    #[serde(default, deserialize_with = "text")]
    state_or_province: String,
    #[serde(default, deserialize_with = "text")]
    postal_code: String,
    #[serde(default, deserialize_with = "text")]
    country: String,
}

impl From<WireCustomer> for Shopper {
    fn from(wire: WireCustomer) -> Self {
        let lines = |address: &WireAddress| {
            let town = format!("{} {} {}", address.city, address.state_or_province, address.postal_code);
            let lines = [&address.address1, &address.address2, &town, &address.country];
            let lines = lines.map(|line| line.trim());
            lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
        };
        Self {
            store_customer_id: wire.id,
            name: format!("{} {}", wire.first_name.trim(), wire.last_name.trim()).trim().to_owned(),
            company: wire.company,
            email: wire.email,
            phone: wire.phone,
            address: wire.addresses.first().map(lines).unwrap_or_default(),
        }
    }
}

impl StoreApi {
    /// Customers beyond a cursor of the list, all of them or those changed since an instant of the store's clock.
    ///
    /// The list is one of the few with cursors, so what changes meanwhile cannot shift a page (facts section 2).
    pub async fn customers(&self, since: Option<Timestamp>, after: &str) -> Result<CustomerPage> {
        let since = since.map(|since| since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let mut query = vec![("limit", "250"), ("include", "addresses")];
        if let Some(since) = &since {
            query.push(("date_modified:min", since));
        }
        if !after.is_empty() {
            query.push(("after", after));
        }
        let reply = self.get(PATH, &query).await?;
        let found: Envelope<Vec<serde_json::Value>> = parse(PATH, &reply.body)?;
        let cursor = found.meta.cursor_pagination.unwrap_or_default();
        let mut page = CustomerPage { total: found.meta.pagination.total, ..CustomerPage::default() };
        // The last page has a cursor too, and no link to a next one.
        page.next = Some(cursor.end_cursor).filter(|end| {
            !end.is_empty()
                && !found.data.is_empty()
                && cursor.links.next.is_some_and(|link| !link.is_empty())
        });
        for value in found.data {
            let id = value.get("id").and_then(serde_json::Value::as_i64).unwrap_or_default();
            match WireCustomer::deserialize(value) {
                Ok(customer) => page.customers.push(customer.into()),
                Err(error) => page.unreadable.push(Unreadable { id, what: error.to_string() }),
            }
        }
        Ok(page)
    }
}
