//! Stock counts.
//!
//! The list has no order and no filter by time, so rows may slip while it is paged; who reads it asks again for
//! the variants that did not come (`inventory_of`).

use std::collections::VecDeque;

use futures::{Stream, StreamExt as _, stream};
use serde::Deserialize;

use super::{
    Result, StoreApi,
    http::parse,
    products::{AT_ONCE, ahead},
    wire::{Envelope, text},
};

const PATH: &str = "v3/inventory/items";
/// Rows in a page: the most the endpoint gives.
const PAGE: i64 = 1_000;

/// Some stock counts.
#[derive(Debug)]
pub struct InventoryPage {
    /// Which page it is, from 1.
    pub number: i64,
    /// The counts.
    pub rows: Vec<InventoryRow>,
    /// How many there are in all.
    pub total: i64,
}

/// The count of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryRow {
    /// The product's id.
    pub product_id: i64,
    /// The variant's id.
    pub variant_id: i64,
    /// Its SKU.
    pub sku: String,
    /// `total_inventory_onhand` of each location, by location id.
    pub on_hand: Vec<(i64, i64)>,
}

#[derive(Deserialize)]
struct WireRow {
    identity: WireIdentity,
    #[serde(default)]
    locations: Vec<WireLocation>,
}

#[derive(Deserialize)]
struct WireIdentity {
    #[serde(default, deserialize_with = "text")]
    sku: String,
    #[serde(default)]
    variant_id: Option<i64>,
    #[serde(default)]
    product_id: Option<i64>,
}

#[derive(Deserialize)]
struct WireLocation {
    location_id: i64,
    #[serde(default)]
    total_inventory_onhand: Option<f64>,
}

impl From<WireRow> for InventoryRow {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts end at 2,147,483,647; fractions are cut off (OQ-46)"
    )]
    fn from(wire: WireRow) -> Self {
        let counted =
            |location: WireLocation| Some((location.location_id, location.total_inventory_onhand? as i64));
        Self {
            product_id: wire.identity.product_id.unwrap_or_default(),
            variant_id: wire.identity.variant_id.unwrap_or_default(),
            sku: wire.identity.sku,
            on_hand: wire.locations.into_iter().filter_map(counted).collect(),
        }
    }
}

impl InventoryPage {
    /// Several pages, at least one, in their order as one; or the first error among them.
    pub fn join(pages: impl IntoIterator<Item = Result<Self>>) -> Result<Self> {
        let mut joined = Self { number: 0, rows: Vec::new(), total: 0 };
        for page in pages {
            let page = page?;
            (joined.number, joined.total) = (page.number, page.total);
            joined.rows.extend(page.rows);
        }
        Ok(joined)
    }
}

impl StoreApi {
    /// The counts from a page on, as many pages as that many counts fill; each page says how many there are.
    pub fn inventory(
        &self,
        first: i64,
        counts: i64,
    ) -> impl Stream<Item = Result<InventoryPage>> + Send + use<> {
        let api = self.clone();
        stream::iter(first..=(counts + PAGE - 1) / PAGE)
            .map(move |number| {
                let api = api.clone();
                ahead(async move { api.inventory_page(number).await })
            })
            .buffered(AT_ONCE)
    }

    /// The counts of some variants.
    pub async fn inventory_of(&self, variants: &[i64]) -> Result<Vec<InventoryRow>> {
        let ids: Vec<String> = variants.iter().map(i64::to_string).collect();
        let ids = ids.join(",");
        let reply = self.get(PATH, &[("variant_id:in", ids.as_str()), ("limit", "1000")]).await?;
        let page: Envelope<Vec<WireRow>> = parse(PATH, &reply.body)?;
        Ok(page.data.into_iter().map(InventoryRow::from).collect())
    }

    /// One page, in smaller parts where the whole would be too large.
    async fn inventory_page(&self, number: i64) -> Result<InventoryPage> {
        let mut page = InventoryPage { number, rows: Vec::new(), total: 0 };
        let mut wanted = VecDeque::from([(number, PAGE)]);
        while let Some((number, limit)) = wanted.pop_front() {
            let (number_text, limit_text) = (number.to_string(), limit.to_string());
            match self.page(PATH, &[("limit", limit_text.as_str()), ("page", number_text.as_str())]).await {
                Ok(reply) => {
                    let part: Envelope<Vec<WireRow>> = parse(PATH, &reply.body)?;
                    page.total = part.meta.pagination.total;
                    page.rows.extend(part.data.into_iter().map(InventoryRow::from));
                }
                Err(error) if error.asks_for_less() && limit > 8 => {
                    for part in (0..5).rev() {
                        wanted.push_front(((number - 1) * 5 + part + 1, limit / 5));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(page)
    }
}
