//! Which products a list asks for, and in which order.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::sandbox::call::Call;
use crate::sandbox::reply::Problem;
use crate::sandbox::store::{Kind, Product, Shelf};

type Predicate = Box<dyn Fn(&Product) -> bool>;

/// The filters and the order of one request.
///
/// Bounds on the id become a range of positions, so that a page far into a million products costs no
/// more than the first one; everything else looks at every product of that range.
pub(super) struct ProductFilter {
    lowest: u32,
    highest: u32,
    predicates: Vec<Predicate>,
    order: Option<fn(&Product, &Product) -> Ordering>,
    descending: bool,
}

/// The products that were found, in order.
pub(super) enum Selection {
    /// All between two positions, forwards or backwards.
    Range(Range<usize>, bool),
    /// Those at these positions.
    Positions(Vec<usize>),
}

impl Selection {
    /// How many were found.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Range(range, _) => range.len(),
            Self::Positions(positions) => positions.len(),
        }
    }

    /// The position on the shelf of the one at `index`.
    pub(super) fn position(&self, index: usize) -> usize {
        match self {
            Self::Range(range, false) => range.start + index,
            Self::Range(range, true) => range.end - 1 - index,
            Self::Positions(positions) => positions[index],
        }
    }
}

impl ProductFilter {
    /// Reads the filters of a request.
    pub(super) fn read(call: &Call) -> Result<Self, Problem> {
        let query = &call.query;
        let mut filter =
            Self { lowest: 0, highest: u32::MAX, predicates: Vec::new(), order: None, descending: false };
        if let Some(id) = query.value("id")? {
            filter.at_least(id);
            filter.at_most(id);
        }
        if let Some(id) = query.value("id:min")? {
            filter.at_least(id);
        }
        if let Some(id) = query.value::<u32>("id:greater")? {
            filter.at_least(id.saturating_add(1));
        }
        if let Some(id) = query.value("id:max")? {
            filter.at_most(id);
        }
        if let Some(id) = query.value::<u32>("id:less")? {
            filter.at_most(id.saturating_sub(1));
        }
        if let Some(ids) = query.ids("id:in")? {
            filter.at_least(ids.first().copied().unwrap_or(0));
            filter.at_most(ids.last().copied().unwrap_or(0));
            filter.require(move |product| ids.contains(&product.id));
        }
        if let Some(ids) = query.ids("id:not_in")? {
            filter.require(move |product| !ids.contains(&product.id));
        }
        if let Some(sku) = query.text("sku").map(str::to_lowercase) {
            filter.require(move |product| product.sku.to_lowercase() == sku);
        }
        if let Some(skus) = query.list("sku:in") {
            let skus: BTreeSet<String> = skus.iter().map(|sku| sku.to_lowercase()).collect();
            filter.require(move |product| skus.contains(&product.sku.to_lowercase()));
        }
        if let Some(name) = query.text("name").map(str::to_owned) {
            filter.require(move |product| product.name == name);
        }
        if let Some(upc) = query.text("upc").map(str::to_owned) {
            filter.require(move |product| product.upc == upc);
        }
        if let Some(brand_id) = query.value::<u16>("brand_id")? {
            filter.require(move |product| product.brand_id == brand_id);
        }
        if let Some(visible) = query.text("is_visible") {
            let visible = matches!(visible, "true" | "1");
            filter.require(move |product| product.is_visible == visible);
        }
        if let Some(kind) = query.text("type") {
            let kind = match kind {
                "physical" => Kind::Physical,
                "digital" => Kind::Digital,
                _ => return Err(Problem::invalid("type")),
            };
            filter.require(move |product| product.kind == kind);
        }
        if let Some(min) = query.v3_date("date_modified:min", call.now)? {
            filter.require(move |product| product.modified_at.as_second() >= min.as_second());
        }
        if let Some(max) = query.v3_date("date_modified:max", call.now)? {
            filter.require(move |product| product.modified_at.as_second() <= max.as_second());
        }
        if let Some(exact) = query.v3_date("date_modified", call.now)? {
            filter.require(move |product| product.modified_at.as_second() == exact.as_second());
        }
        filter.order = match query.text("sort") {
            None | Some("id") => None,
            Some("name") => Some(|a, b| a.name.cmp(&b.name)),
            Some("sku") => Some(|a, b| a.sku.cmp(&b.sku)),
            Some("price" | "calculated_price") => Some(|a, b| a.price.cmp(&b.price)),
            Some("date_modified") => Some(|a, b| a.modified_at.cmp(&b.modified_at)),
            Some("inventory_level") => Some(|a, b| a.available().cmp(&b.available())),
            Some("is_visible") => Some(|a, b| a.is_visible.cmp(&b.is_visible)),
            Some("total_sold" | "date_last_imported") => Some(|_, _| Ordering::Equal),
            Some(_) => return Err(Problem::invalid("sort")),
        };
        filter.descending = match query.text("direction") {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(Problem::invalid("direction")),
        };
        Ok(filter)
    }

    /// Finds the products.
    pub(super) fn select(&self, shelf: &Shelf) -> Selection {
        let range = shelf.positions(self.lowest, self.highest);
        if self.predicates.is_empty() && self.order.is_none() {
            return Selection::Range(range, self.descending);
        }
        let products = shelf.products();
        let mut positions: Vec<usize> = range
            .filter(|&position| self.predicates.iter().all(|accepts| accepts(&products[position])))
            .collect();
        if let Some(order) = self.order {
            positions.sort_by(|&a, &b| order(&products[a], &products[b]));
        }
        if self.descending {
            positions.reverse();
        }
        Selection::Positions(positions)
    }

    fn at_least(&mut self, id: u32) {
        self.lowest = self.lowest.max(id);
    }

    fn at_most(&mut self, id: u32) {
        self.highest = self.highest.min(id);
    }

    fn require(&mut self, predicate: impl Fn(&Product) -> bool + 'static) {
        self.predicates.push(Box::new(predicate));
    }
}
