//! The shelf: every product in the order of its id, and an index of variants.

use super::product::{Product, Variant};

/// All products and variants of a store, both reachable by position and by id.
#[derive(Debug, Default)]
pub struct Shelf {
    products: Vec<Product>,
    /// Variant id and product id, in the order of variant ids; orphans are not among them.
    variants: Vec<(u32, u32)>,
    orphans: Vec<Variant>,
    last_product_id: u32,
    last_variant_id: u32,
}

impl Shelf {
    /// The products in the order of their ids.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The product with this id.
    pub fn product(&self, id: u32) -> Option<&Product> {
        self.position(id).ok().map(|position| &self.products[position])
    }

    /// The product with this id, to be changed.
    pub(crate) fn product_mut(&mut self, id: u32) -> Option<&mut Product> {
        let position = self.position(id).ok()?;
        self.products.get_mut(position)
    }

    /// How many variants there are, orphans included.
    pub fn variant_count(&self) -> usize {
        self.variants.len() + self.orphans.len()
    }

    /// The variants from one position to another: those of products in the order of their ids, then the
    /// orphans, which have no product.
    pub(crate) fn variants(
        &self,
        range: std::ops::Range<usize>,
    ) -> impl ExactSizeIterator<Item = (Option<&Product>, &Variant)> {
        range.map(|position| {
            if let Some(orphan) = position.checked_sub(self.variants.len()) {
                return (None, &self.orphans[orphan]);
            }
            let (product, variant) = self.owned_at(position);
            (Some(product), variant)
        })
    }

    /// How many variants belong to products.
    pub(crate) fn owned_variant_count(&self) -> usize {
        self.variants.len()
    }

    /// The variants of products from one position to another, in the order of their ids.
    pub(crate) fn owned_variants(
        &self,
        range: std::ops::Range<usize>,
    ) -> impl ExactSizeIterator<Item = (&Product, &Variant)> {
        range.map(|position| self.owned_at(position))
    }

    /// A variant and its product, unless it is an orphan.
    pub fn variant(&self, variant_id: u32) -> Option<(&Product, &Variant)> {
        let position = self.variants.binary_search_by_key(&variant_id, |&(id, _)| id).ok()?;
        Some(self.owned_at(position))
    }

    /// The first variant (and its product) with this SKU, whatever its case; a base variant may go by
    /// its product's.
    pub fn variant_by_sku(&self, sku: &str) -> Option<(&Product, &Variant)> {
        let same = |candidate: &str| !candidate.is_empty() && candidate.eq_ignore_ascii_case(sku);
        self.products.iter().find_map(|product| {
            let variant = product.variants.iter().find(|variant| same(&variant.sku));
            variant.or_else(|| product.variants.first().filter(|_| same(&product.sku))).map(|v| (product, v))
        })
    }

    /// Puts a product on the shelf, choosing the ids that are 0; a product with the same id is replaced.
    pub(crate) fn insert(&mut self, mut product: Product) -> u32 {
        if product.id == 0 {
            product.id = self.last_product_id + 1;
        }
        self.last_product_id = self.last_product_id.max(product.id);
        for variant in &mut product.variants {
            if variant.id == 0 {
                variant.id = self.last_variant_id + 1;
            }
            self.last_variant_id = self.last_variant_id.max(variant.id);
        }
        self.remove(product.id);
        for variant in &product.variants {
            self.index_variant(variant.id, product.id);
        }
        let id = product.id;
        let position = self.position(id).unwrap_or_else(|position| position);
        self.products.insert(position, product);
        id
    }

    /// Adds a variant whose product is gone.
    pub(crate) fn insert_orphan(&mut self, mut variant: Variant) -> u32 {
        self.last_variant_id += 1;
        variant.id = self.last_variant_id;
        self.orphans.push(variant);
        self.last_variant_id
    }

    /// Takes a product and its variants off the shelf.
    pub(crate) fn remove(&mut self, id: u32) -> Option<Product> {
        let product = self.products.remove(self.position(id).ok()?);
        for variant in &product.variants {
            if let Ok(position) = self.variants.binary_search_by_key(&variant.id, |&(id, _)| id) {
                self.variants.remove(position);
            }
        }
        Some(product)
    }

    /// The positions of the products with `lowest <= id <= highest`.
    pub(crate) fn positions(&self, lowest: u32, highest: u32) -> std::ops::Range<usize> {
        let start = self.products.partition_point(|product| product.id < lowest);
        let end = self.products.partition_point(|product| product.id <= highest);
        start..end.max(start)
    }

    fn index_variant(&mut self, variant_id: u32, product_id: u32) {
        let position = self.variants.partition_point(|&(id, _)| id < variant_id);
        self.variants.insert(position, (variant_id, product_id));
    }

    fn position(&self, id: u32) -> Result<usize, usize> {
        match self.products.last() {
            Some(last) if last.id < id => Err(self.products.len()),
            _ => self.products.binary_search_by_key(&id, |product| product.id),
        }
    }

    fn owned_at(&self, position: usize) -> (&Product, &Variant) {
        let (variant_id, product_id) = self.variants[position];
        self.product(product_id)
            .and_then(|product| Some((product, product.variants.iter().find(|v| v.id == variant_id)?)))
            .expect("the index names only variants on the shelf")
    }
}
