//! Products become items, variants their bindings.

use std::{collections::HashMap, ops::RangeInclusive, sync::Arc};

use futures::{StreamExt as _, try_join};
use serde::{Deserialize, Serialize};

use super::{Result, Work, variant_words};
use crate::{
    bigcommerce::{ProductPage, Window, ahead},
    db::{NewParked, Tx},
    domain::{
        catalog::{ItemDraft, ItemNumberRule},
        reason::Reason,
        run::{Counts, PhaseKind},
    },
    warehouse::items::{self, NewBinding, NewItem, StoreFields},
};

const PHASE: PhaseKind = PhaseKind::Products;
/// Pages of 250 products that are written in one transaction when they come faster than they can be written.
const PAGES_AT_ONCE: usize = 8;

/// Items made ready to be written at a time.
const SLICE: usize = 2_000;

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
    // Nobody but the holder of the lease binds or parks products of this store, so both stay true.
    let before = Before {
        bound: items::highest_bound(&work.db, work.store.id).await?,
        parked: work.db.parked_count(work.store.id, "").await? > 0,
    };
    // A window ends at the highest id there was when it began; what was added meanwhile is the next one.
    let mut window;
    (window, cursor.in_store) = try_join!(work.api.products_beyond(cursor.after), work.api.variant_count())?;
    while let Some(products) = window {
        read_window(work, &before, &mut cursor, products).await?;
        window = work.api.products_beyond(cursor.after).await?;
    }
    let tx = work.page().await?;
    work.end(tx, PHASE).await
}

/// Reads the products that changed since the last sync, or every product where there was none.
pub(super) async fn sync(work: &Work, cursor: &str) -> Result<()> {
    let Some(known) = work.db.cursor(work.store.id, PHASE).await? else { return import(work, cursor).await };
    let mut cursor: Cursor = serde_json::from_str(cursor).unwrap_or_default();
    let before = Before { bound: i64::MAX, parked: true };
    loop {
        let page = work.api.products_changed(known.since, cursor.after).await?;
        let Some(last) = page.last_id else { break };
        let page = Drafts::of(&page, &work.configuration.item_number_rules);
        let mut tx = work.page().await?;
        let counts = apply(work, &mut tx, &before, &mut cursor, page).await?;
        cursor.after = last;
        work.keep(tx, PHASE, &serde_json::json!(cursor).to_string(), counts, 0).await?;
    }
    let tx = work.page().await?;
    work.end(tx, PHASE).await
}

async fn read_window(work: &Work, before: &Before, cursor: &mut Cursor, window: Window) -> Result<()> {
    let rules: Arc<[ItemNumberRule]> = work.configuration.item_number_rules.as_slice().into();
    let pages = work.api.products(window).ready_chunks(PAGES_AT_ONCE).map(|pages| {
        let rules = Arc::clone(&rules);
        ahead(async move { Ok(Drafts::of(&ProductPage::join(pages)?, &rules)) })
    });
    let mut pages = std::pin::pin!(pages.buffered(2));
    while let Some(page) = pages.next().await {
        let page = page?;
        let mut tx = work.page().await?;
        let last_id = page.last_id;
        let counts = apply(work, &mut tx, before, cursor, page).await?;
        cursor.after = last_id.unwrap_or(cursor.after);
        work.keep(tx, PHASE, &serde_json::json!(cursor).to_string(), counts, cursor.in_store).await?;
    }
    // Whatever the last products were, all up to the bound have been read or are gone.
    cursor.after = cursor.after.max(window.bound);
    Ok(())
}

/// What there was when this attempt began: where there was nothing, nothing is looked up.
struct Before {
    /// The highest product that was bound.
    bound: i64,
    /// Whether any record was parked.
    parked: bool,
}

/// What a page of products becomes, worked out while the page before it is written.
struct Drafts {
    items: Vec<ItemDraft>,
    unusable: Vec<NewParked>,
    products: i64,
    variants: i64,
    /// The lowest and the highest product.
    range: RangeInclusive<i64>,
    /// Every product, if it has an id.
    read: Vec<i64>,
    last_id: Option<i64>,
}

impl Drafts {
    fn of(page: &ProductPage, rules: &[ItemNumberRule]) -> Self {
        let ids = page.products.iter().map(|product| product.id);
        let first = ids.clone().chain(page.unreadable.iter().map(|record| record.id)).min().unwrap_or(0);
        let empty = page.products.iter().filter(|product| product.variants.is_empty());
        let empty = empty.map(|product| {
            parked(product.id, 0, &product.sku, Reason::Unreadable, "it has no variants".into())
        });
        let unreadable = page
            .unreadable
            .iter()
            .map(|record| parked(record.id, 0, "", Reason::Unreadable, record.what.clone()));
        Self {
            items: page.products.iter().flat_map(|product| product.items(rules)).collect(),
            unusable: empty.chain(unreadable).collect(),
            products: count(page.products.len() + page.unreadable.len()),
            variants: count(page.products.iter().map(|product| product.variants.len()).sum()),
            range: first..=page.last_id.unwrap_or(first),
            read: ids.chain(page.unreadable.iter().map(|record| record.id)).collect(),
            last_id: page.last_id,
        }
    }
}

/// What is written of a page.
#[derive(Default)]
struct Sorted {
    bindings: Vec<NewBinding>,
    parked: Vec<NewParked>,
    counts: Counts,
}

async fn apply(
    work: &Work,
    tx: &mut Tx,
    before: &Before,
    cursor: &mut Cursor,
    page: Drafts,
) -> Result<Counts> {
    let bound = if *page.range.start() <= before.bound {
        items::bound(tx, work.store.id, &page.range).await?
    } else {
        HashMap::new()
    };
    cursor.products += page.products;
    cursor.variants += page.variants;
    let mut sorted = Sorted { parked: page.unusable, ..Sorted::default() };
    let mut drafts = page.items.into_iter();
    // Products may have 600 variants each: what is written is made ready in slices.
    while drafts.len() > 0 {
        let mut new = Vec::new();
        for draft in drafts.by_ref().take(SLICE) {
            let binding = |variant: i64| bound.get(&(draft.product_id, variant));
            let Some(known) = draft.variants.iter().find_map(|(variant, _)| binding(*variant)) else {
                new.push(draft);
                continue;
            };
            let fields = fields(&draft);
            let as_bound = draft.variants.iter().all(|(variant, sku)| {
                binding(*variant).is_some_and(|bound| bound.sku == *sku && bound.tracking == draft.tracking)
            });
            if known.fields != fields {
                items::update(tx, known.item_id, &fields).await?;
            }
            if known.fields == fields && as_bound {
                sorted.counts.unchanged += 1;
            } else {
                sorted.counts.updated += 1;
                sorted.bind(draft, known.item_id);
            }
        }
        add_new(work, tx, new, &mut sorted, cursor).await?;
        items::bind(tx, work.store.id, std::mem::take(&mut sorted.bindings)).await?;
    }
    sorted.counts.parked = count(sorted.parked.len());
    let of = (work.store.id, work.lease.run, PHASE);
    work.db.park(tx, of, &sorted.parked).await?;
    if before.parked {
        work.db.unpark(tx, of, page.read).await?;
    }
    Ok(sorted.counts)
}

/// Makes the new items of a page; what cannot have its number is parked.
async fn add_new(
    work: &Work,
    tx: &mut Tx,
    drafts: Vec<ItemDraft>,
    sorted: &mut Sorted,
    cursor: &mut Cursor,
) -> Result<()> {
    let ids = work.db.next_ids("items", drafts.len()).await?;
    let numbered = drafts.iter().zip(ids.clone());
    let new: Vec<NewItem> = numbered
        .filter_map(|(draft, id)| {
            let number = draft.number.clone().ok()?;
            Some(NewItem { id, number, key: draft.number_key.clone(), fields: fields(draft) })
        })
        .collect();
    let wanted = new.len() as u64;
    let made = items::add(tx, (work.place.division, work.place.uom, &work.store.currency), new).await?;
    let holders = if made < wanted {
        let keys = drafts.iter().map(|draft| draft.number_key.clone()).collect();
        items::holders(tx, work.place.division, keys).await?
    } else {
        HashMap::new()
    };
    for (draft, id) in drafts.into_iter().zip(ids) {
        let refused = match (&draft.number, holders.get(&draft.number_key)) {
            (Err(reason), _) => Some((*reason, draft.name.clone())),
            (Ok(number), Some((holder, held))) if *holder != id => {
                Some((Reason::ItemNumberTaken, format!("{number}, held by item {held}")))
            }
            _ => None,
        };
        let Some((reason, detail)) = refused else {
            sorted.counts.created += 1;
            sorted.bind(draft, id);
            continue;
        };
        let lone = if let [(variant, _)] = draft.variants[..] { variant } else { 0 };
        let sku = draft.variants.first().map_or("", |(_, sku)| sku.as_str());
        cursor.parked_variants += count(draft.variants.len());
        sorted.parked.push(parked(draft.product_id, lone, sku, reason, detail));
    }
    Ok(())
}

impl Sorted {
    fn bind(&mut self, draft: ItemDraft, item_id: i64) {
        self.bindings.extend(draft.variants.into_iter().map(|(variant_id, sku)| NewBinding {
            product_id: draft.product_id,
            variant_id,
            item_id,
            sku,
            tracking: draft.tracking,
        }));
    }
}

fn parked(product_id: i64, variant_id: i64, sku: &str, reason: Reason, detail: String) -> NewParked {
    let record = variant_words(product_id, variant_id, sku);
    NewParked { record_id: product_id, part_id: variant_id, record, reason, detail }
}

fn fields(draft: &ItemDraft) -> StoreFields {
    StoreFields { name: draft.name.clone(), upc: draft.upc.clone(), price: draft.price, weight: draft.weight }
}

fn count(records: usize) -> i64 {
    i64::try_from(records).unwrap_or(i64::MAX)
}
