//! Products with their variants, several pages at a time and yet without loss.
//!
//! Pages are numbered, so a product that is deleted between two reads shifts the rest and one row slips through the
//! seam. The proof that none does: every page is read under `id:max`, the highest id at the beginning, so the set
//! can only shrink, and its `total` says by how much. Two neighbours with equal totals saw the same set; where the
//! totals differ, the ids between them are read again by id. What was added meanwhile has higher ids and is a
//! window of its own, until one is empty.

use std::{collections::VecDeque, pin::Pin};

use futures::{Stream, StreamExt as _, stream};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use super::{
    Error, Result, StoreApi,
    http::parse,
    wire::{Decimal, Envelope, text},
};
use crate::domain::catalog::{Product, Tracking, Variant};

const PATH: &str = "v3/catalog/products";
/// What is read of a product; variants come whole.
const FIELDS: &str = "name,sku,upc,gtin,price,weight,inventory_tracking";
/// Products in a page: the most the endpoint gives.
const PAGE: i64 = 250;
/// Pages asked for at the same time.
pub(super) const AT_ONCE: usize = 8;

/// Some products, in the order of their ids.
#[derive(Debug, Default)]
pub struct ProductPage {
    /// The products.
    pub products: Vec<Product>,
    /// Records that could not be understood.
    pub unreadable: Vec<Unreadable>,
    /// The highest id of the page; none when it is empty.
    pub last_id: Option<i64>,
    first_id: Option<i64>,
    total: i64,
}

/// A record that could not be understood.
#[derive(Debug)]
pub struct Unreadable {
    /// Its id, if at least that could be read; otherwise 0.
    pub id: i64,
    /// What is wrong with it.
    pub what: String,
}

/// The products there are beyond some id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Products with a higher id than this.
    pub after: i64,
    /// Up to this id.
    pub bound: i64,
    /// How many.
    pub total: i64,
}

#[derive(Deserialize)]
struct WireProduct {
    id: i64,
    #[serde(default, deserialize_with = "text")]
    name: String,
    #[serde(default, deserialize_with = "text")]
    sku: String,
    #[serde(default, deserialize_with = "text")]
    upc: String,
    #[serde(default, deserialize_with = "text")]
    gtin: String,
    #[serde(default)]
    price: Decimal,
    #[serde(default)]
    weight: Decimal,
    inventory_tracking: WireTracking,
    #[serde(default)]
    variants: Vec<WireVariant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireTracking {
    None,
    Product,
    Variant,
}

#[derive(Deserialize)]
struct WireVariant {
    id: i64,
    #[serde(default, deserialize_with = "text")]
    sku: String,
    #[serde(default, deserialize_with = "text")]
    upc: String,
    #[serde(default, deserialize_with = "text")]
    gtin: String,
    #[serde(default)]
    price: Decimal,
    #[serde(default)]
    weight: Decimal,
    #[serde(default)]
    option_values: Vec<WireOption>,
}

#[derive(Deserialize)]
struct WireOption {
    #[serde(default, deserialize_with = "text")]
    label: String,
}

#[derive(Deserialize)]
struct OnlyId {
    id: i64,
}

impl From<WireProduct> for Product {
    fn from(wire: WireProduct) -> Self {
        let variant = |wire: WireVariant| Variant {
            id: wire.id,
            sku: wire.sku,
            upc: first_filled(wire.upc, wire.gtin),
            price: wire.price.0,
            weight: wire.weight.0,
            options: wire.option_values.into_iter().map(|option| option.label).collect(),
        };
        Self {
            id: wire.id,
            name: wire.name,
            sku: wire.sku,
            upc: first_filled(wire.upc, wire.gtin),
            price: wire.price.0,
            weight: wire.weight.0,
            tracking: match wire.inventory_tracking {
                WireTracking::None => Tracking::None,
                WireTracking::Product => Tracking::Product,
                WireTracking::Variant => Tracking::Variant,
            },
            variants: wire.variants.into_iter().map(variant).collect(),
        }
    }
}

fn first_filled(first: String, second: String) -> String {
    if first.trim().is_empty() { second } else { first }
}

type Pages = Pin<Box<dyn Stream<Item = (i64, Result<ProductPage>)> + Send>>;

/// Works on a page in a task of its own, so that it goes on while the page before it is written; ends when dropped.
pub async fn ahead<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    match AbortOnDropHandle::new(tokio::spawn(work.in_current_span())).await {
        Ok(page) => page,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

/// Where the reading of a window stands.
struct Reading {
    api: StoreApi,
    window: Window,
    pages: Pages,
    /// Smaller pages, by number and size, of one that was too large; read one by one when their turn comes.
    parts: VecDeque<(i64, i64)>,
    ready: VecDeque<ProductPage>,
    /// The highest id handed out, and the total that page saw.
    last: i64,
    total: Option<i64>,
}

impl StoreApi {
    /// What there is to read beyond an id; none when there is nothing.
    pub async fn products_beyond(&self, after: i64) -> Result<Option<Window>> {
        let after_text = after.to_string();
        let query = [
            ("id:greater", after_text.as_str()),
            ("sort", "id"),
            ("direction", "desc"),
            ("limit", "1"),
            ("include_fields", "name"),
        ];
        let reply = self.get(PATH, &query).await?;
        let newest: Envelope<Vec<OnlyId>> = parse(PATH, &reply.body)?;
        let total = newest.meta.pagination.total;
        Ok(newest.data.first().map(|newest| Window { after, bound: newest.id, total }))
    }

    /// How many products there are, or changed since an instant of the store's clock.
    pub async fn product_count(&self, since: Option<Timestamp>) -> Result<i64> {
        let since = since.map(|since| since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let mut query = vec![("limit", "1"), ("include_fields", "id")];
        if let Some(since) = &since {
            query.push(("date_modified:min", since));
        }
        let reply = self.get(PATH, &query).await?;
        let page: Envelope<Vec<serde_json::Value>> = parse(PATH, &reply.body)?;
        Ok(page.meta.pagination.total)
    }

    /// Some products beyond an id that changed since an instant of the store's clock, in the order of their ids; empty
    /// at the end. One page begins where the last one ended, so that nothing slips while products change.
    pub async fn products_changed(&self, since: Timestamp, after: i64) -> Result<ProductPage> {
        let since = since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        self.products_where(("date_modified:min", &since), after).await
    }

    /// Some of these products beyond an id, in the order of their ids; empty at the end.
    pub async fn products_of(&self, ids: &[i64], after: i64) -> Result<ProductPage> {
        let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
        self.products_where(("id:in", &ids.join(",")), after).await
    }

    async fn products_where(&self, filter: (&str, &str), after: i64) -> Result<ProductPage> {
        let after = after.to_string();
        let mut limit = PAGE;
        loop {
            let limit_text = limit.to_string();
            let query = [
                ("include", "variants"),
                ("include_fields", FIELDS),
                filter,
                ("id:greater", after.as_str()),
                ("sort", "id"),
                ("direction", "asc"),
                ("limit", limit_text.as_str()),
            ];
            match self.page(PATH, &query).await {
                Ok(reply) => return decode(&reply.body),
                Err(error) if error.asks_for_less() && limit > 2 => limit /= 5,
                Err(error) => return Err(error),
            }
        }
    }

    /// The products of a window, in the order of their ids.
    pub fn products(&self, window: Window) -> impl Stream<Item = Result<ProductPage>> + Send + use<> {
        let api = self.clone();
        let numbers = 1..=(window.total + PAGE - 1) / PAGE;
        let pages = stream::iter(numbers)
            .map(move |number| {
                let api = api.clone();
                async move {
                    (number, ahead(async move { api.products_by_page(window, number, PAGE).await }).await)
                }
            })
            .buffered(AT_ONCE);
        let reading = Reading {
            api: self.clone(),
            window,
            pages: Box::pin(pages),
            parts: VecDeque::new(),
            ready: VecDeque::new(),
            last: window.after,
            total: None,
        };
        stream::try_unfold(reading, async |mut reading| {
            let page = reading.next().await?;
            Ok(page.map(|page| (page, reading)))
        })
    }

    async fn products_by_page(&self, window: Window, number: i64, limit: i64) -> Result<ProductPage> {
        let (after, bound) = (window.after.to_string(), window.bound.to_string());
        let (page, limit) = (number.to_string(), limit.to_string());
        let query = [
            ("include", "variants"),
            ("include_fields", FIELDS),
            ("id:greater", after.as_str()),
            ("id:max", bound.as_str()),
            ("sort", "id"),
            ("direction", "asc"),
            ("limit", limit.as_str()),
            ("page", page.as_str()),
        ];
        let reply = self.page(PATH, &query).await?;
        decode(&reply.body)
    }
}

impl Reading {
    /// The next page, or what slipped through the seam before it.
    async fn next(&mut self) -> Result<Option<ProductPage>> {
        loop {
            if let Some(mut page) = self.ready.pop_front() {
                page.forget_up_to(self.last);
                self.last = page.last_id.unwrap_or(self.last);
                if page.last_id.is_some() {
                    return Ok(Some(page));
                }
                continue;
            }
            let (number, limit, part) = match self.parts.pop_front() {
                Some((number, limit)) => {
                    (number, limit, self.api.products_by_page(self.window, number, limit).await)
                }
                None => match self.pages.next().await {
                    Some((number, page)) => (number, PAGE, page),
                    None => return Ok(None),
                },
            };
            let part = match part {
                Err(error) if error.asks_for_less() && limit > 2 => {
                    for part in (0..5).rev() {
                        self.parts.push_front(((number - 1) * 5 + part + 1, limit / 5));
                    }
                    continue;
                }
                part => part?,
            };
            if self.total.is_some_and(|total| total != part.total) {
                self.read_seam(self.last, part.first_id.unwrap_or(self.window.bound + 1)).await?;
            }
            self.total = Some(part.total);
            self.ready.push_back(part);
        }
    }

    /// Reads what lies between two ids, by id.
    async fn read_seam(&mut self, mut after: i64, before: i64) -> Result<()> {
        while before - after > 1 {
            let seam = Window { after, bound: before - 1, total: 0 };
            let mut limit = PAGE;
            let part = loop {
                match self.api.products_by_page(seam, 1, limit).await {
                    Err(error) if error.asks_for_less() && limit > 2 => limit /= 5,
                    part => break part?,
                }
            };
            let Some(last) = part.last_id else { break };
            after = last;
            self.ready.push_back(part);
        }
        Ok(())
    }
}

impl ProductPage {
    /// Whether a product came with the page, readable or not.
    pub fn has(&self, id: i64) -> bool {
        let unreadable = self.unreadable.iter().any(|record| record.id == id);
        unreadable || self.products.iter().any(|product| product.id == id)
    }

    /// Several pages in their order as one, or the first error among them.
    pub fn join(pages: impl IntoIterator<Item = Result<Self>>) -> Result<Self> {
        let mut joined = Self::default();
        for page in pages {
            let page = page?;
            joined.first_id = joined.first_id.or(page.first_id);
            joined.last_id = page.last_id.or(joined.last_id);
            joined.total = page.total;
            joined.products.extend(page.products);
            joined.unreadable.extend(page.unreadable);
        }
        Ok(joined)
    }

    /// Drops what an earlier page has handed out already.
    fn forget_up_to(&mut self, id: i64) {
        if self.first_id.is_some_and(|first| first <= id) {
            self.products.retain(|product| product.id > id);
            self.unreadable.retain(|record| record.id > id);
            self.last_id = self.last_id.filter(|last| *last > id);
        }
    }
}

/// A whole page at once; record by record only where one of them cannot be read.
fn decode(body: &[u8]) -> Result<ProductPage> {
    let mut page = ProductPage::default();
    let mut ids = Vec::new();
    if let Ok(envelope) = serde_json::from_slice::<Envelope<Vec<WireProduct>>>(body) {
        page.total = envelope.meta.pagination.total;
        page.products = envelope.data.into_iter().map(Product::from).collect();
        ids.extend(page.products.iter().map(|product| product.id));
    } else {
        #[derive(Deserialize)]
        struct Raw<'a> {
            #[serde(borrow)]
            data: Vec<&'a RawValue>,
            #[serde(default)]
            meta: super::wire::Meta,
        }
        let raw: Raw<'_> = serde_json::from_slice(body)
            .map_err(|error| Error::Unreadable { path: PATH.to_owned(), what: error.to_string() })?;
        page.total = raw.meta.pagination.total;
        for record in raw.data {
            match serde_json::from_str::<WireProduct>(record.get()) {
                Ok(product) => {
                    ids.push(product.id);
                    page.products.push(product.into());
                }
                Err(error) => {
                    let id = serde_json::from_str::<OnlyId>(record.get()).map_or(0, |only| only.id);
                    ids.extend((id > 0).then_some(id));
                    page.unreadable.push(Unreadable { id, what: error.to_string() });
                }
            }
        }
    }
    page.first_id = ids.iter().min().copied();
    page.last_id = ids.iter().max().copied();
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unreadable_product_does_not_take_its_page_with_it() {
        let body = br#"{"data":[
            {"id":1,"name":"Tent","inventory_tracking":"product","price":"19.95","variants":[{"id":7,"sku":null}]},
            {"id":2,"name":"Stove","inventory_tracking":"by_moonlight"},
            {"id":3,"name":"Rope","inventory_tracking":"none","price":null}],
            "meta":{"pagination":{"total":3}}}"#;
        let page = decode(body).unwrap();
        assert_eq!(page.products.iter().map(|product| product.id).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(page.products[0].price, Some(199_500));
        assert_eq!(page.unreadable[0].id, 2);
        assert_eq!((page.first_id, page.last_id, page.total), (Some(1), Some(3), 3));
    }

    #[test]
    fn half_an_answer_is_an_error_and_not_an_empty_page() {
        assert!(matches!(decode(br#"{"data":[{"id":1,"na"#), Err(Error::Unreadable { .. })));
    }
}
