//! Products become items, variants their bindings.

use std::collections::HashMap;

use futures::{StreamExt as _, try_join};
use serde::{Deserialize, Serialize};

use super::{Result, Work, variant_words};
use crate::{
    bigcommerce::{ProductPage, Window},
    db::{NewParked, Tx},
    domain::{
        catalog::{ItemDraft, Product, fold},
        reason::Reason,
        run::{Counts, PhaseKind},
    },
    warehouse::items::{self, NewBinding, NewItem, StoreFields},
};

const PHASE: PhaseKind = PhaseKind::Products;

/// How far the products have been read.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Every product up to this id is in the warehouse or parked.
    after: i64,
    /// Variants the store says it has.
    pub(super) in_store: i64,
    /// Products read.
    pub(super) products: i64,
    /// Variants read.
    pub(super) variants: i64,
    /// Variants of them that were parked.
    pub(super) parked_variants: i64,
}

/// Reads every product, beginning where an earlier attempt stopped.
pub(super) async fn import(work: &Work, cursor: &str) -> Result<()> {
    let mut cursor: Cursor = serde_json::from_str(cursor).unwrap_or_default();
    // A window ends at the highest id there was when it began; what was added meanwhile is the next one.
    let mut window;
    (window, cursor.in_store) = try_join!(work.api.products_beyond(cursor.after), work.api.variant_count())?;
    while let Some(products) = window {
        read_window(work, &mut cursor, products).await?;
        window = work.api.products_beyond(cursor.after).await?;
    }
    let tx = work.page().await?;
    work.end(tx, PHASE).await
}

async fn read_window(work: &Work, cursor: &mut Cursor, window: Window) -> Result<()> {
    let mut pages = std::pin::pin!(work.api.products(window));
    while let Some(page) = pages.next().await {
        let page = page?;
        let mut tx = work.page().await?;
        let counts = apply(work, &mut tx, cursor, &page).await?;
        cursor.after = page.last_id.unwrap_or(cursor.after);
        work.keep(tx, PHASE, &serde_json::json!(cursor).to_string(), counts, cursor.in_store).await?;
    }
    // Whatever the last products were, all up to the bound have been read or are gone.
    cursor.after = cursor.after.max(window.bound);
    Ok(())
}

/// A page of products, sorted out.
#[derive(Default)]
struct Sorted {
    new: Vec<(ItemDraft, usize)>,
    bindings: Vec<NewBinding>,
    parked: Vec<NewParked>,
    counts: Counts,
}

async fn apply(work: &Work, tx: &mut Tx, cursor: &mut Cursor, page: &ProductPage) -> Result<Counts> {
    let ids = page.products.iter().map(|product| product.id);
    let first = ids.clone().chain(page.unreadable.iter().map(|record| record.id)).min().unwrap_or(0);
    let last = page.last_id.unwrap_or(first);
    let bound = items::bound(tx, work.store.id, first, last).await?;
    let mut sorted = Sorted::default();

    for (position, product) in page.products.iter().enumerate() {
        cursor.products += 1;
        cursor.variants += i64::try_from(product.variants.len()).unwrap_or(i64::MAX);
        if product.variants.is_empty() {
            sorted.park(product.id, 0, &product.sku, Reason::Unreadable, "it has no variants".into());
        }
        for draft in product.items(&work.configuration.item_number_rules) {
            let known = draft.variants.iter().find_map(|(variant, _)| bound.get(&(product.id, *variant)));
            let Some(known) = known else {
                sorted.new.push((draft, position));
                continue;
            };
            let fields = fields(&draft);
            let as_bound = draft.variants.iter().all(|(variant, sku)| {
                bound
                    .get(&(product.id, *variant))
                    .is_some_and(|bound| bound.sku == *sku && bound.tracking == product.tracking)
            });
            if known.fields != fields {
                items::update(tx, known.item_id, &fields).await?;
            }
            if known.fields == fields && as_bound {
                sorted.counts.unchanged += 1;
            } else {
                sorted.counts.updated += 1;
                sorted.bind(product, &draft, known.item_id);
            }
        }
    }
    for record in &page.unreadable {
        cursor.products += 1;
        sorted.park(record.id, 0, "", Reason::Unreadable, record.what.clone());
    }
    let created = add_new(work, tx, &page.products, &mut sorted, cursor).await?;
    items::bind(tx, work.store.id, sorted.bindings).await?;
    work.db.park(tx, (work.store.id, work.lease.run, PHASE), &sorted.parked).await?;
    if work.lease.resumed || !bound.is_empty() {
        for product in created {
            work.db.unpark(tx, work.store.id, PHASE, product).await?;
        }
    }
    Ok(sorted.counts)
}

/// Makes the new items of a page; what cannot have its number is parked. Returns product and variant of those made.
async fn add_new(
    work: &Work,
    tx: &mut Tx,
    products: &[Product],
    sorted: &mut Sorted,
    cursor: &mut Cursor,
) -> Result<Vec<(i64, i64)>> {
    let drafts = std::mem::take(&mut sorted.new);
    let keys = drafts.iter().filter_map(|(draft, _)| draft.number.as_deref().ok().map(fold)).collect();
    let mut taken: HashMap<String, String> = items::taken(tx, work.place.division, keys).await?;
    let mut ids = work.db.next_ids("items", drafts.len()).await?;
    let mut new = Vec::with_capacity(drafts.len());
    let mut made = Vec::new();
    for (draft, position) in drafts {
        let product = &products[position];
        let lone = if let [(variant, _)] = draft.variants[..] { variant } else { 0 };
        let sku = draft.variants.first().map_or("", |(_, sku)| sku.as_str());
        let usable = match &draft.number {
            Err(reason) => Err((*reason, product.name.clone())),
            Ok(number) => match taken.get(&fold(number)) {
                Some(holder) => Err((Reason::ItemNumberTaken, format!("{number}, held by item {holder}"))),
                None => Ok(number.clone()),
            },
        };
        let number = match usable {
            Ok(number) => number,
            Err((reason, detail)) => {
                cursor.parked_variants += i64::try_from(draft.variants.len()).unwrap_or(i64::MAX);
                sorted.park(product.id, lone, sku, reason, detail);
                continue;
            }
        };
        let id = ids.next().unwrap_or_default();
        taken.insert(fold(&number), number.clone());
        sorted.bind(product, &draft, id);
        sorted.counts.created += 1;
        made.push((product.id, lone));
        new.push(NewItem { id, number, fields: fields(&draft) });
    }
    items::add(tx, (work.place.division, work.place.uom, &work.store.currency), new).await?;
    Ok(made)
}

impl Sorted {
    fn park(&mut self, product_id: i64, variant_id: i64, sku: &str, reason: Reason, detail: String) {
        let record = variant_words(product_id, variant_id, sku);
        self.counts.parked += 1;
        self.parked.push(NewParked { product_id, variant_id, record, reason, detail });
    }

    fn bind(&mut self, product: &Product, draft: &ItemDraft, item_id: i64) {
        self.bindings.extend(draft.variants.iter().map(|(variant_id, sku)| NewBinding {
            product_id: product.id,
            variant_id: *variant_id,
            item_id,
            sku: sku.clone(),
            tracking: product.tracking,
        }));
    }
}

fn fields(draft: &ItemDraft) -> StoreFields {
    StoreFields { name: draft.name.clone(), upc: draft.upc.clone(), price: draft.price, weight: draft.weight }
}
