//! What a store sells, and how it is numbered in the warehouse.

use super::reason::Reason;

/// Longest item number the warehouse takes, in characters (IntelliTrack 8.1 table of fields, spec IT-30).
pub const ITEM_NUMBER_MAX: usize = 25;

/// A product as a store describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Its id in BigCommerce.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its own SKU; often blank.
    pub sku: String,
    /// Its own UPC or GTIN; often blank.
    pub upc: String,
    /// Its price in ten-thousandths, which variants without one inherit.
    pub price: Option<i64>,
    /// Its weight in ten-thousandths of the store's unit, which variants without one inherit.
    pub weight: Option<i64>,
    /// Whether and how the store counts it.
    pub tracking: Tracking,
    /// Everything of it that can be bought; a simple product has one, its base variant.
    pub variants: Vec<Variant>,
}

/// One thing that can be bought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variant {
    /// Its id in BigCommerce.
    pub id: i64,
    /// Its SKU; blank where it uses the product's.
    pub sku: String,
    /// Its UPC or GTIN; blank where it uses the product's.
    pub upc: String,
    /// Its price in ten-thousandths; none where it uses the product's.
    pub price: Option<i64>,
    /// Its weight in ten-thousandths; none where it uses the product's.
    pub weight: Option<i64>,
    /// The labels of its options, for example "Red", "XL"; empty for a base variant.
    pub options: Vec<String>,
}

/// Whether, and on what level, a store tracks stock (`inventory_tracking`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracking {
    /// It does not: the count means nothing.
    None,
    /// All variants of the product share one count.
    Product,
    /// Each variant has its own count.
    Variant,
}

impl Tracking {
    /// Whether so many items can stand for so many variants of a product that is counted so (OQ-34): an item has one
    /// count, and a count one item.
    pub fn fits(self, variants: usize, items: usize) -> bool {
        match self {
            Self::None => true,
            Self::Product => items <= 1,
            Self::Variant => items == variants,
        }
    }
}

/// How the number of a new item is made (spec C8, OQ-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemNumberRule {
    /// The SKU.
    Sku,
    /// `P<product>` or `P<product>-V<variant>`.
    ProductId,
    /// The UPC or GTIN.
    Upc,
    /// The name and the option labels.
    ProductName,
}

/// What becomes of a product: the variants grouped into the items they share.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemDraft {
    /// The product.
    pub product_id: i64,
    /// How the store counts it.
    pub tracking: Tracking,
    /// Its number, or why it cannot have one.
    pub number: Result<String, Reason>,
    /// The number, folded; empty when it has none.
    pub number_key: String,
    /// Its name.
    pub name: String,
    /// Its UPC; blank when it has none.
    pub upc: String,
    /// Its price in ten-thousandths.
    pub price: Option<i64>,
    /// Its weight in ten-thousandths of the store's unit.
    pub weight: Option<i64>,
    /// Variant ids and their SKUs that this item stands for.
    pub variants: Vec<(i64, String)>,
}

impl Product {
    /// The items this product becomes: one for each variant, or one in all where variants share a count (OQ-6, OQ-34).
    pub fn items(&self, rules: &[ItemNumberRule]) -> Vec<ItemDraft> {
        if self.tracking == Tracking::Product && self.variants.len() > 1 {
            let whole = Variant::default();
            let variants = self.variants.iter().map(|v| (v.id, self.sku_of(v).to_owned())).collect();
            return vec![self.draft(&whole, rules, variants)];
        }
        self.variants.iter().map(|v| self.draft(v, rules, vec![(v.id, self.sku_of(v).to_owned())])).collect()
    }

    /// The variant's SKU, or the product's where a lone base variant has none of its own.
    fn sku_of<'a>(&'a self, variant: &'a Variant) -> &'a str {
        self.own_or_inherited(&variant.sku, &self.sku, variant)
    }

    /// A product's code is only its variant's where there is no other variant to confuse it with.
    fn own_or_inherited<'a>(&self, own: &'a str, inherited: &'a str, variant: &Variant) -> &'a str {
        match own.trim() {
            "" if self.variants.len() <= 1 || variant.id == 0 => inherited.trim(),
            own => own,
        }
    }

    fn draft(&self, variant: &Variant, rules: &[ItemNumberRule], variants: Vec<(i64, String)>) -> ItemDraft {
        let name = match variant.options.join(" ") {
            options if options.is_empty() => self.name.trim().to_owned(),
            options => format!("{} {options}", self.name.trim()),
        };
        let upc = self.own_or_inherited(&variant.upc, &self.upc, variant).to_owned();
        let number = rules
            .iter()
            .map(|rule| match rule {
                ItemNumberRule::Sku => self.sku_of(variant).to_owned(),
                ItemNumberRule::ProductId if variant.id == 0 || self.variants.len() == 1 => {
                    format!("P{}", self.id)
                }
                ItemNumberRule::ProductId => format!("P{}-V{}", self.id, variant.id),
                ItemNumberRule::Upc => upc.clone(),
                ItemNumberRule::ProductName => name.clone(),
            })
            .find(|candidate| !candidate.is_empty());
        let number = number.ok_or(Reason::ItemNumberBlank).and_then(usable_number);
        ItemDraft {
            product_id: self.id,
            tracking: self.tracking,
            number_key: number.as_deref().map(fold).unwrap_or_default(),
            number,
            name,
            upc,
            price: variant.price.or(self.price),
            weight: variant.weight.or(self.weight),
            variants,
        }
    }
}

impl ItemDraft {
    /// Gives it a number that a person chose.
    pub fn numbered(&mut self, number: &str) {
        self.number = usable_number(number.trim().to_owned());
        self.number_key = self.number.as_deref().map(fold).unwrap_or_default();
    }

    /// The variant of an item that stands for one; 0 for one that stands for several.
    pub fn lone_variant(&self) -> i64 {
        if let [(variant, _)] = self.variants[..] { variant } else { 0 }
    }
}

/// Refuses a number the warehouse cannot hold; never shortens or repairs one (OQ-7).
pub fn usable_number(number: String) -> Result<String, Reason> {
    if number.chars().count() > ITEM_NUMBER_MAX {
        return Err(Reason::ItemNumberTooLong);
    }
    if number.chars().any(|c| c.is_control() || matches!(c, '"' | '\'' | '`' | '\\')) {
        return Err(Reason::ItemNumberCharacters);
    }
    Ok(number)
}

/// The form in which two texts that a person would call equal are equal: trimmed, in lower case.
pub fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The beginning of a text, folded: what lists are sorted by and searched in. An index takes no longer ones.
pub fn sort_key(text: &str) -> String {
    fold(text).chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &[ItemNumberRule] = &[ItemNumberRule::Sku, ItemNumberRule::ProductId];

    fn product(sku: &str, variants: Vec<Variant>) -> Product {
        Product {
            id: 112,
            name: "Trail Tent".into(),
            sku: sku.into(),
            upc: String::new(),
            price: Some(199_500),
            weight: None,
            tracking: Tracking::Variant,
            variants,
        }
    }

    fn variant(id: i64, sku: &str, options: &[&str]) -> Variant {
        let options = options.iter().map(|&o| o.to_owned()).collect();
        Variant { id, sku: sku.into(), options, ..Variant::default() }
    }

    fn numbers(product: &Product, rules: &[ItemNumberRule]) -> Vec<Result<String, Reason>> {
        product.items(rules).into_iter().map(|item| item.number).collect()
    }

    #[test]
    fn a_simple_product_is_numbered_by_its_own_sku_when_its_base_variant_has_none() {
        assert_eq!(numbers(&product("TENT", vec![variant(7, "", &[])]), DEFAULT), [Ok("TENT".into())]);
    }

    #[test]
    fn a_variant_without_a_sku_never_takes_the_sku_its_siblings_share() {
        let product = product("TENT", vec![variant(7, "", &["Red"]), variant(8, "TENT-B", &["Blue"])]);
        assert_eq!(numbers(&product, DEFAULT), [Ok("P112-V7".into()), Ok("TENT-B".into())]);
    }

    #[test]
    fn variants_that_share_a_count_become_one_item() {
        let mut product = product("TENT", vec![variant(7, "A", &["Red"]), variant(8, "B", &["Blue"])]);
        product.tracking = Tracking::Product;
        let items = product.items(DEFAULT);
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].number, Ok("TENT".into()));
        assert_eq!(items[0].variants, [(7, "A".into()), (8, "B".into())]);
    }

    #[test]
    fn a_count_has_one_item_and_an_item_one_count() {
        assert!(Tracking::Product.fits(3, 1) && Tracking::Variant.fits(3, 3) && Tracking::None.fits(3, 2));
        assert!(!Tracking::Variant.fits(3, 1), "the item would be sold three times");
        assert!(!Tracking::Product.fits(3, 3), "one of the items would stand for all");
    }

    #[test]
    fn a_number_that_is_too_long_is_refused_rather_than_shortened() {
        let long = "X".repeat(ITEM_NUMBER_MAX + 1);
        let product = product(&long, vec![variant(7, "", &[])]);
        assert_eq!(numbers(&product, DEFAULT), [Err(Reason::ItemNumberTooLong)]);
    }

    #[test]
    fn a_number_with_quotes_or_control_characters_is_refused() {
        for sku in ["6\" PIPE", "A\u{7}B", "O'NEIL"] {
            let product = product(sku, vec![variant(7, "", &[])]);
            assert_eq!(numbers(&product, DEFAULT), [Err(Reason::ItemNumberCharacters)]);
        }
    }

    #[test]
    fn without_a_fallback_a_blank_sku_has_no_number() {
        let product = product(" ", vec![variant(7, "", &[])]);
        assert_eq!(numbers(&product, &[ItemNumberRule::Sku]), [Err(Reason::ItemNumberBlank)]);
    }

    #[test]
    fn the_name_rule_tells_variants_apart_by_their_options() {
        let product = product("", vec![variant(7, "", &["Red", "XL"]), variant(8, "", &["Blue", "S"])]);
        let numbers = numbers(&product, &[ItemNumberRule::ProductName]);
        assert_eq!(numbers, [Ok("Trail Tent Red XL".into()), Ok("Trail Tent Blue S".into())]);
    }

    #[test]
    fn a_variant_inherits_price_and_weight_it_does_not_state() {
        let item = product("TENT", vec![variant(7, "", &[])]).items(DEFAULT).remove(0);
        assert_eq!((item.price, item.weight), (Some(199_500), None));
    }
}
