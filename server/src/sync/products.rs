//! Products become items, variants their bindings.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures::{StreamExt as _, try_join};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Result, Work, variant_words};
use crate::{
    bigcommerce::{ProductPage, Window, ahead},
    db::{Exception, NewParked, Resolution, Tx},
    domain::{
        catalog::{ItemDraft, ItemNumberRule, Tracking, fold},
        reason::Reason,
        run::{Counts, PhaseKind},
    },
    warehouse::{
        changes::{Change, ChangeKind},
        items::{self, Bound, NewBinding, NewItem, StoreFields},
    },
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

/// Reads the products that changed since the last sync, or every product.
pub(super) async fn read(work: &Work, cursor: &str) -> Result<()> {
    let mut cursor: Cursor = serde_json::from_str(cursor).unwrap_or_default();
    match work.since(PHASE).await? {
        Some(since) => read_changes(work, &mut cursor, since).await?,
        None => read_all(work, &mut cursor).await?,
    }
    let tx = work.page().await?;
    work.end(tx, PHASE).await
}

async fn read_all(work: &Work, cursor: &mut Cursor) -> Result<()> {
    // Nobody but the holder of the lease binds or parks products of this store, so both stay true.
    let before = Before {
        bound: Lookup::UpTo(items::highest_bound(&work.db, work.store.id).await?),
        parked: work.db.parked_count(work.store.id, "").await? > 0,
    };
    // A window ends at the highest id there was when it began; what was added meanwhile is the next one.
    let mut window;
    (window, cursor.in_store) = try_join!(work.api.products_beyond(cursor.after), work.api.variant_count())?;
    while let Some(products) = window {
        read_window(work, &before, cursor, products).await?;
        window = work.api.products_beyond(cursor.after).await?;
    }
    // What is bound beyond the last product is gone from the store.
    let mut tx = work.page().await?;
    let rest = items::bound(&mut tx, work.store.id, &(cursor.after + 1..=i64::MAX)).await?;
    note_orphans(work, &mut tx, &rest, |_| false).await?;
    tx.commit(&work.bus).await?;
    Ok(())
}

async fn read_changes(work: &Work, cursor: &mut Cursor, since: Timestamp) -> Result<()> {
    let before = Before { bound: Lookup::Read, parked: true };
    loop {
        let page = work.api.products_changed(since, cursor.after).await?;
        let Some(last) = page.last_id else { break };
        cursor.after = last;
        keep_page(work, &before, cursor, &page).await?;
    }
    // What is parked may be good by now although nothing about it changed, and people may have decided about it.
    let mut after = 0;
    loop {
        let parked = work.db.parked_ids(work.store.id, PHASE, after, 100).await?;
        let Some(last) = parked.last() else { return Ok(()) };
        let page = work.api.products_of(&parked, after).await?;
        after = *last;
        keep_page(work, &before, cursor, &page).await?;
        let gone = parked.into_iter().filter(|id| !page.has(*id)).collect();
        let mut tx = work.page().await?;
        work.db.unpark(&mut tx, (work.store.id, work.lease.run, PHASE), gone).await?;
        tx.commit(&work.bus).await?;
    }
}

async fn keep_page(work: &Work, before: &Before, cursor: &mut Cursor, page: &ProductPage) -> Result<()> {
    let drafts = Drafts::of(page, &work.configuration.item_number_rules);
    let mut tx = work.page().await?;
    let counts = apply(work, &mut tx, before, cursor, drafts).await?;
    work.keep(tx, PHASE, &serde_json::json!(cursor).to_string(), counts, 0).await
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
    /// What of the bindings is looked up.
    bound: Lookup,
    /// Whether any record was parked.
    parked: bool,
}

/// Which bindings a page is compared with.
#[derive(Clone, Copy)]
enum Lookup {
    /// All from one page to the next, up to the highest product that was bound.
    UpTo(i64),
    /// Those of the products that were read.
    Read,
}

/// What a page of products becomes, worked out while the page before it is written.
struct Drafts {
    items: Vec<ItemDraft>,
    unusable: Vec<NewParked>,
    products: i64,
    variants: i64,
    /// Every product, if it has an id.
    read: Vec<i64>,
    last_id: Option<i64>,
}

impl Drafts {
    fn of(page: &ProductPage, rules: &[ItemNumberRule]) -> Self {
        let ids = page.products.iter().map(|product| product.id);
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
    changes: Vec<Change>,
    counts: Counts,
}

async fn apply(
    work: &Work,
    tx: &mut Tx,
    before: &Before,
    cursor: &mut Cursor,
    mut page: Drafts,
) -> Result<Counts> {
    let bound = match before.bound {
        Lookup::Read => items::bound_of(tx, work.store.id, &page.read).await?,
        Lookup::UpTo(highest) if cursor.after < highest => {
            let range = cursor.after + 1..=page.last_id.unwrap_or(cursor.after);
            items::bound(tx, work.store.id, &range).await?
        }
        Lookup::UpTo(_) => HashMap::new(),
    };
    let decided =
        if before.parked { tx.decided(work.store.id, page.read.clone()).await? } else { HashMap::new() };
    if !bound.is_empty() {
        let listed: HashSet<(i64, i64)> = page
            .items
            .iter()
            .flat_map(|draft| draft.variants.iter().map(|(variant, _)| (draft.product_id, *variant)))
            .collect();
        let unreadable: HashSet<i64> = page.unusable.iter().map(|record| record.record_id).collect();
        note_orphans(work, tx, &bound, |key| listed.contains(&key) || unreadable.contains(&key.0)).await?;
    }
    cursor.products += page.products;
    cursor.variants += page.variants;
    let mut sorted = Sorted { parked: page.unusable, ..Sorted::default() };
    let torn = sorted.park_torn(&page.items, &bound, cursor);
    page.items.retain(|draft| !torn.contains(&draft.product_id));
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
                binding(*variant).is_some_and(|bound| {
                    bound.sku == *sku && bound.tracking == draft.tracking && !bound.is_orphaned
                })
            });
            if known.fields != fields {
                items::update(tx, known.item_id, &fields).await?;
            }
            sorted.changes.extend(differences(known, &draft, &fields));
            if known.fields == fields && as_bound {
                sorted.counts.unchanged += 1;
            } else {
                sorted.counts.updated += 1;
                sorted.bind(draft, known.item_id);
            }
        }
        let new = link(work, tx, new, &decided, &mut sorted).await?;
        add_new(work, tx, new, &mut sorted, cursor).await?;
        items::bind(tx, work.store.id, std::mem::take(&mut sorted.bindings)).await?;
    }
    let of = (work.store.id, work.lease.run, PHASE);
    sorted.counts += work.db.park(tx, of, &sorted.parked).await?;
    if before.parked {
        work.db.unpark(tx, of, page.read).await?;
    }
    if !work.kind.makes_initial(PHASE) {
        work.note(tx, sorted.changes).await?;
    }
    Ok(sorted.counts)
}

/// Does what people decided about products that were parked; returns the drafts that still want an item of their own.
async fn link(
    work: &Work,
    tx: &mut Tx,
    drafts: Vec<ItemDraft>,
    decided: &HashMap<(i64, i64), Resolution>,
    sorted: &mut Sorted,
) -> Result<Vec<ItemDraft>> {
    let mut left = Vec::new();
    for mut draft in drafts {
        match decided.get(&(draft.product_id, draft.lone_variant())) {
            Some(Resolution::Link(number)) => {
                let holders = items::holders(tx, work.place.division, vec![fold(number)]).await?;
                if let Some((item, _)) = holders.get(&fold(number)) {
                    sorted.counts.updated += 1;
                    let text = draft_words(&draft);
                    sorted.changes.extend(Change::of(ChangeKind::Item, number, "stands for", "", text));
                    sorted.bind(draft, *item);
                } else {
                    let sku = draft.variants.first().map_or("", |(_, sku)| sku.as_str());
                    let variant = draft.lone_variant();
                    let reason = Reason::ItemNotThere;
                    sorted.parked.push(parked(draft.product_id, variant, sku, reason, number.clone()));
                }
            }
            Some(Resolution::Number(number)) => {
                draft.numbered(number);
                left.push(draft);
            }
            Some(Resolution::Skip) | None => left.push(draft),
        }
    }
    Ok(left)
}

/// Notes which bound variants the store does not have any more: their items stay (OQ-41).
async fn note_orphans(
    work: &Work,
    tx: &mut Tx,
    bound: &HashMap<(i64, i64), Bound>,
    is_there: impl Fn((i64, i64)) -> bool,
) -> Result<()> {
    let gone: Vec<_> = bound.iter().filter(|(key, bound)| !bound.is_orphaned && !is_there(**key)).collect();
    let keys: Vec<(i64, i64)> = gone.iter().map(|(key, _)| **key).collect();
    items::orphan(tx, work.store.id, work.db.clock.now(), &keys).await?;
    let exceptions: Vec<Exception> = gone
        .iter()
        .map(|((product, variant), bound)| Exception {
            reason: Reason::Vanished,
            record: variant_words(*product, *variant, &bound.sku),
            detail: format!("item {}", bound.number),
        })
        .collect();
    work.db.add_exceptions(tx, work.lease.run, &exceptions).await?;
    let change = |((product, variant), bound): &(&(i64, i64), &Bound)| {
        let old = variant_words(*product, *variant, &bound.sku);
        Change::of(ChangeKind::Item, &bound.number, "stands for", old, "gone from the store")
    };
    work.note(tx, gone.iter().filter_map(change).collect()).await
}

/// What of an item the store has changed.
fn differences(before: &Bound, draft: &ItemDraft, after: &StoreFields) -> Vec<Change> {
    let of = |field, old: &str, new: &str| Change::of(ChangeKind::Item, &before.number, field, old, new);
    let amount = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    let sku = draft.variants.first().map_or("", |(_, sku)| sku.as_str());
    [
        of("name", &before.fields.name, &after.name),
        of("UPC", &before.fields.upc, &after.upc),
        of("price in ten-thousandths", &amount(before.fields.price), &amount(after.price)),
        of("weight in ten-thousandths", &amount(before.fields.weight), &amount(after.weight)),
        of("SKU", &before.sku, sku).filter(|_| draft.variants.len() == 1),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn draft_words(draft: &ItemDraft) -> String {
    let sku = draft.variants.first().map_or("", |(_, sku)| sku.as_str());
    variant_words(draft.product_id, draft.lone_variant(), sku)
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
            if let (Ok(number), false) = (&draft.number, work.kind.makes_initial(PHASE)) {
                sorted.changes.extend(Change::of(ChangeKind::Item, number, "item", "", &draft.name));
            }
            sorted.bind(draft, id);
            continue;
        };
        let lone = draft.lone_variant();
        let sku = draft.variants.first().map_or("", |(_, sku)| sku.as_str());
        cursor.parked_variants += count(draft.variants.len());
        sorted.parked.push(parked(draft.product_id, lone, sku, reason, detail));
    }
    Ok(())
}

impl Sorted {
    /// Parks the products whose tracking changed so that their items do not fit it; returns them (OQ-34).
    ///
    /// They stay bound as they were: the store refuses such a count, while the new one would sell units several times.
    fn park_torn(
        &mut self,
        drafts: &[ItemDraft],
        bound: &HashMap<(i64, i64), Bound>,
        cursor: &mut Cursor,
    ) -> HashSet<i64> {
        let mut torn = HashSet::new();
        for drafts in drafts.chunk_by(|one, next| one.product_id == next.product_id) {
            let (product, tracking) = (drafts[0].product_id, drafts[0].tracking);
            let variants: Vec<i64> =
                drafts.iter().flat_map(|draft| &draft.variants).map(|(variant, _)| *variant).collect();
            let known: Vec<&Bound> =
                variants.iter().filter_map(|variant| bound.get(&(product, *variant))).collect();
            let items = known.iter().map(|known| known.item_id).collect::<HashSet<i64>>().len();
            let is_new = known.iter().any(|known| known.tracking != tracking);
            if is_new && !tracking.fits(known.len(), items) {
                let now = if tracking == Tracking::Product { "product" } else { "variant" };
                let detail = format!("tracked by {now} now; variants: {}, items: {items}", known.len());
                self.parked.push(parked(product, 0, "", Reason::TrackingChanged, detail));
                self.counts.unchanged += count(items);
                cursor.parked_variants += count(variants.len() - known.len());
                torn.insert(product);
            }
        }
        torn
    }

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
