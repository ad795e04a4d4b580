//! The store's goods: products, their variants and how many there are.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An amount of the store's currency, kept in ten-thousandths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "f64")]
pub struct Money(i64);

impl Money {
    /// So many cents.
    pub const fn cents(cents: i64) -> Self {
        Self(cents * 100)
    }

    /// The amount as v3 bodies show it.
    #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^53 ten-thousandths")]
    pub fn number(self) -> f64 {
        self.0 as f64 / 10_000.0
    }

    /// The amount as v2 bodies show it: a string with four decimals.
    pub fn text(self) -> String {
        format!("{:.4}", self.number())
    }

    /// The amount so many times.
    #[must_use]
    pub fn times(self, quantity: impl Into<i64>) -> Self {
        Self(self.0 * quantity.into())
    }
}

impl From<f64> for Money {
    #[expect(clippy::cast_possible_truncation, reason = "prices are small and rounded first")]
    fn from(amount: f64) -> Self {
        Self((amount * 10_000.0).round() as i64)
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.map(|amount| amount.0).sum())
    }
}

/// Whether, and where, a product's stock is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tracking {
    /// Not counted: it never runs out.
    None,
    /// One count for all variants together ("pooled").
    Product,
    /// One count for each variant.
    Variant,
}

/// Whether a product is a thing or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A thing that is shipped.
    Physical,
    /// A file that is downloaded.
    Digital,
}

/// The stock of one thing at one location.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Level {
    /// How many there are; `None` until the first absolute count, shown as 0.
    pub on_hand: Option<i64>,
    /// How many of them are kept back.
    pub safety_stock: i32,
}

impl Level {
    /// A level that has been counted.
    pub const fn counted(on_hand: i64) -> Self {
        Self { on_hand: Some(on_hand), safety_stock: 0 }
    }

    /// The number shown as on hand.
    pub fn shown(self) -> i64 {
        self.on_hand.unwrap_or(0)
    }

    /// What may be sold.
    pub fn available(self) -> i64 {
        self.shown() - i64::from(self.safety_stock)
    }
}

/// The choice that makes a variant, such as Size: M.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionValue {
    /// The option, which may have been deleted from the product since.
    pub option_id: u32,
    /// The value.
    pub id: u32,
    /// The option's name.
    pub option: Arc<str>,
    /// The value's name.
    pub label: Arc<str>,
}

/// One sellable form of a product; a simple product has exactly one, its base variant.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its id, unique in the store; 0 lets the store choose.
    pub id: u32,
    /// Its stock-keeping unit; may be blank.
    pub sku: String,
    /// Its bar code; may be blank.
    pub upc: String,
    /// Its own price; `None` takes the product's.
    pub price: Option<Money>,
    /// Its own weight in ounces; `None` takes the product's.
    pub weight: Option<f32>,
    /// The choices that make it; none for a base variant.
    pub values: Vec<OptionValue>,
    /// Its stock, one entry a location, when variants are tracked.
    pub levels: Vec<Level>,
}

impl Variant {
    /// A variant with this SKU and everything else inherited or empty.
    pub fn new(sku: impl Into<String>) -> Self {
        Self {
            id: 0,
            sku: sku.into(),
            upc: String::new(),
            price: None,
            weight: None,
            values: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// Adds a choice.
    #[must_use]
    pub fn with_value(mut self, value: OptionValue) -> Self {
        self.values.push(value);
        self
    }

    /// Whether this is the base variant of a simple product.
    pub fn is_base(&self) -> bool {
        self.values.is_empty()
    }
}

/// One product of the store.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its id; 0 lets the store choose.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its main stock-keeping unit; may be blank.
    pub sku: String,
    /// Its bar code; may be blank.
    pub upc: String,
    /// Thing or file.
    pub kind: Kind,
    /// Its price.
    pub price: Money,
    /// Its weight in ounces.
    pub weight: f32,
    /// Its brand; 0 for none.
    pub brand_id: u16,
    /// How its stock is counted.
    pub tracking: Tracking,
    /// Whether shoppers see it.
    pub is_visible: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
    /// Its sellable forms, in the order of their ids; never none.
    pub variants: Vec<Variant>,
    /// Options that were deleted: variants still refer to them, the product no longer lists them.
    pub deleted_options: Vec<u32>,
    /// Its stock, one entry a location, when the product is tracked as a whole.
    pub levels: Vec<Level>,
}

impl Product {
    /// A visible physical product for 10.00 with one base variant, tracked by variant.
    pub fn new(name: impl Into<String>, sku: impl Into<String>) -> Self {
        let sku = sku.into();
        Self {
            id: 0,
            name: name.into(),
            variants: vec![Variant::new(sku.clone())],
            sku,
            upc: String::new(),
            kind: Kind::Physical,
            price: Money::cents(1_000),
            weight: 16.0,
            brand_id: 0,
            tracking: Tracking::Variant,
            is_visible: true,
            created_at: Timestamp::UNIX_EPOCH,
            modified_at: Timestamp::UNIX_EPOCH,
            deleted_options: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// Replaces the variants.
    #[must_use]
    pub fn with_variants(mut self, variants: Vec<Variant>) -> Self {
        self.variants = variants;
        self
    }

    /// Chooses how its stock is counted.
    #[must_use]
    pub fn tracked(mut self, tracking: Tracking) -> Self {
        self.tracking = tracking;
        self
    }

    /// The id of its base variant, if it is a simple product.
    pub fn base_variant_id(&self) -> Option<u32> {
        match self.variants.as_slice() {
            [only] if only.is_base() => Some(only.id),
            _ => None,
        }
    }

    /// What may be sold of it at all locations together.
    pub fn available(&self) -> i64 {
        let levels = |levels: &[Level]| levels.iter().map(|level| level.available()).sum::<i64>();
        match self.tracking {
            Tracking::None => 0,
            Tracking::Product => levels(&self.levels),
            Tracking::Variant => self.variants.iter().map(|variant| levels(&variant.levels)).sum(),
        }
    }

    /// The levels that count this variant: its own, or the product's pool.
    pub fn levels_of<'a>(&'a self, variant: &'a Variant) -> &'a [Level] {
        match self.tracking {
            Tracking::Product => &self.levels,
            Tracking::None | Tracking::Variant => &variant.levels,
        }
    }

    /// The level that counts this variant at the location at `place`, made if it does not exist yet.
    pub(crate) fn level_mut(&mut self, variant_id: u32, place: usize) -> Option<&mut Level> {
        let levels = match self.tracking {
            Tracking::Product => &mut self.levels,
            Tracking::None | Tracking::Variant => {
                &mut self.variants.iter_mut().find(|variant| variant.id == variant_id)?.levels
            }
        };
        if levels.len() <= place {
            levels.resize(place + 1, Level::default());
        }
        levels.get_mut(place)
    }
}
