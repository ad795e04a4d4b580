//! The kinds of trouble that real catalogues have.

use rand::Rng;
use rand::rngs::StdRng;

use super::words;
use crate::sandbox::store::{BookEntry, Customer, Product, Tracking};

/// One product in so many gets some trouble, beside the first ones, which show each kind once.
const ONE_IN: u32 = 40;

const KINDS: u32 = 13;

/// The one product that certainly has as many variants as a store allows.
const LARGEST: u32 = 20;

/// The one customer with more addresses than a customer includes.
pub(super) const MOVER: u32 = 7;

/// How many variants a product must have to show its trouble, if it matters.
pub(super) fn variants_wanted(number: u32) -> Option<u32> {
    match number {
        10 | 13 => Some(6),
        LARGEST => Some(600),
        _ => None,
    }
}

/// Spoils a product, or leaves it alone.
pub(super) fn spoil(product: &mut Product, number: u32, random: &mut StdRng) {
    let kind = if number <= KINDS {
        number - 1
    } else if random.random_ratio(1, ONE_IN) {
        random.random_range(0..KINDS)
    } else {
        return;
    };
    match kind {
        0 => blank_skus(product),
        1 => product.sku.clear(),
        2 | 3 => rename_sku(product, "TWIN-1"),
        4 => rename_sku(product, "twin-1"),
        5 => rename_sku(product, &format!("OVERLONG-SKU-OF-THE-WAREHOUSE-{number}")),
        6 => rename_sku(product, &format!("{}-{number}", "LONGEST".repeat(34))),
        7 => rename_sku(product, &format!("Q\"'`;\t\u{7}-{number}")),
        8 => product.tracking = Tracking::None,
        9 => pool(product),
        10 => name(product, words::UNICODE_NAMES[number as usize % words::UNICODE_NAMES.len()], number),
        11 => oversell(product),
        _ => delete_option_or_go_digital(product),
    }
}

fn blank_skus(product: &mut Product) {
    product.sku.clear();
    for variant in &mut product.variants {
        variant.sku.clear();
    }
}

fn rename_sku(product: &mut Product, sku: &str) {
    let mut sku = sku.to_owned();
    sku.truncate(255);
    if let [only] = product.variants.as_mut_slice() {
        only.sku.clone_from(&sku);
    }
    product.sku = sku;
}

fn pool(product: &mut Product) {
    product.tracking = Tracking::Product;
    product.levels.clone_from(&product.variants[0].levels);
}

fn name(product: &mut Product, text: &str, number: u32) {
    product.name = format!("{text} {number}");
}

fn oversell(product: &mut Product) {
    for level in product.variants.iter_mut().flat_map(|variant| &mut variant.levels) {
        level.on_hand = Some(-3);
    }
}

fn delete_option_or_go_digital(product: &mut Product) {
    let option = product.variants[0].values.first().map(|value| value.option_id);
    match option {
        Some(option_id) => product.deleted_options.push(option_id),
        None => super::make_digital(product),
    }
}

/// Gives a customer more addresses than a list of customers includes.
pub(super) fn fill_address_book(customer: &mut Customer) {
    let home = customer.addresses[0].address.clone();
    customer.addresses = (1..=12)
        .map(|number| {
            let mut address = home.clone();
            address.street = format!("{number} {}", words::STREETS[0]);
            BookEntry { id: 0, address }
        })
        .collect();
}
