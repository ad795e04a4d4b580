//! Seeded catalogues and orders: the same numbers give the same store every time.

mod ugly;
mod words;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::clock::Clock;
use super::store::{
    Address, BookEntry, Buyer, Customer, Kind, Level, Money, NewLine, NewOrder, OptionValue, Product, Store,
    Tracking, Variant, status,
};

/// Which goods and orders a store starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Catalogue {
    /// How many products.
    pub products: u32,
    /// How many orders, placed over the last thirty days.
    pub orders: u32,
    /// What the random numbers start from.
    pub seed: u64,
    /// Whether the kinds of trouble that real catalogues have are mixed in; otherwise every product has one
    /// base variant, a SKU of its own and a positive count before its orders, and the ids are dense.
    pub ugly: bool,
}

impl Catalogue {
    /// A clean catalogue of so many products without orders.
    pub const fn clean(products: u32) -> Self {
        Self { products, orders: 0, seed: 1, ugly: false }
    }

    /// A catalogue with trouble mixed in.
    pub const fn ugly(products: u32) -> Self {
        Self { ugly: true, ..Self::clean(products) }
    }

    /// Adds orders.
    #[must_use]
    pub const fn with_orders(self, orders: u32) -> Self {
        Self { orders, ..self }
    }

    /// A store with these goods and orders.
    pub fn fill(self, clock: Arc<Clock>) -> Store {
        let now = clock.now();
        let mut store = Store::new(clock);
        let mut random = StdRng::seed_from_u64(self.seed);
        for number in 1..=self.products {
            let mut product = self.product(number, now, &mut random);
            if self.ugly {
                ugly::spoil(&mut product, number, &mut random);
            }
            store.stock_shelf(product);
        }
        if self.ugly && self.products > 0 {
            store.insert_orphan_variant(Variant::new("ORPHAN-1"));
        }
        // The addresses have random numbers of their own, so that goods and orders do not depend on them.
        let mut homes = StdRng::seed_from_u64(self.seed ^ 0xADD5);
        for number in 1..=10 + self.orders / 10 {
            let mut customer = customer(number, &mut random);
            settle(&mut customer, now, &mut homes);
            if self.ugly && number == ugly::MOVER {
                ugly::fill_address_book(&mut customer);
            }
            store.enrol(customer);
        }
        let month = SignedDuration::from_hours(24 * 30);
        for number in 0..self.orders {
            let placed_at = now - month / self.orders.cast_signed() * (self.orders - number).cast_signed();
            if let Some(order) = order(&store, placed_at, &mut random) {
                store.place_order(order);
            }
        }
        store
    }

    fn product(self, number: u32, now: Timestamp, random: &mut StdRng) -> Product {
        let adjective = pick(&words::ADJECTIVES, random);
        let material = pick(&words::MATERIALS, random);
        let (noun, cents, ounces) = pick(&words::NOUNS, random);
        let sku = format!("{}{}-{number:06}", &adjective[..2], &noun[..2]).to_uppercase();
        let age = SignedDuration::from_secs(random.random_range(86_400..86_400 * 700));
        let mut product = Product::new(format!("{adjective} {material} {noun} {number}"), sku);
        product.upc = upc(random);
        product.price = Money::cents(i64::from(*cents) + 100 * random.random_range(-8..40));
        product.weight = f32::from(*ounces) + f32::from(random.random_range(0_u8..8)) / 4.0;
        product.brand_id = random.random_range(1..=words::BRANDS);
        product.created_at = now - age;
        product.modified_at = now - age / 3;
        product.variants[0].upc.clone_from(&product.upc);
        if self.ugly {
            let some = random.random_bool(0.2).then(|| random.random_range(2..=12));
            if let Some(count) = ugly::variants_wanted(number).or(some) {
                product.variants = variants(&product.sku, number, count, random);
            }
        }
        for variant in &mut product.variants {
            variant.levels.push(Level::counted(random.random_range(1..400)));
        }
        product
    }
}

fn variants(sku: &str, product_number: u32, count: u32, random: &mut StdRng) -> Vec<Variant> {
    let option_id = product_number * 2;
    let colour: Arc<str> = "Colour".into();
    let size: Arc<str> = "Size".into();
    let fits = words::SIZES.map(Arc::<str>::from);
    (0..count)
        .map(|index| {
            let place = index as usize;
            let tone = words::COLOURS[place / words::SIZES.len() % words::COLOURS.len()];
            let series = place / (words::SIZES.len() * words::COLOURS.len());
            let label = if series == 0 { tone.to_owned() } else { format!("{tone} {series}") };
            let fit = words::SIZES[place % words::SIZES.len()];
            let value_id = |row: u32, column: u32| product_number * 1_000 + row * 10 + column;
            let mut variant = Variant::new(format!("{sku}-{}-{fit}", index / 6));
            variant.upc = upc(random);
            variant.price = random.random_bool(0.1).then(|| Money::cents(random.random_range(900..30_000)));
            variant
                .with_value(OptionValue {
                    option_id,
                    id: value_id(index / 6, 0),
                    option: Arc::clone(&colour),
                    label: label.into(),
                })
                .with_value(OptionValue {
                    option_id: option_id + 1,
                    id: value_id(0, 1 + index % 6),
                    option: Arc::clone(&size),
                    label: Arc::clone(&fits[place % fits.len()]),
                })
        })
        .collect()
}

fn upc(random: &mut StdRng) -> String {
    format!("{:012}", random.random_range(10_000_000_000_u64..999_999_999_999))
}

fn customer(id: u32, random: &mut StdRng) -> Customer {
    let first_name = *pick(&words::FIRST_NAMES, random);
    let last_name = *pick(&words::LAST_NAMES, random);
    let company = if random.random_bool(0.2) { format!("Company {id}") } else { String::new() };
    Customer { id, company, ..Customer::new(first_name, last_name, format!("shopper{id}@example.com")) }
}

/// Gives a customer an age, a telephone and somewhere to live.
fn settle(customer: &mut Customer, now: Timestamp, random: &mut StdRng) {
    let age = SignedDuration::from_secs(random.random_range(86_400..86_400 * 700));
    customer.created_at = now - age;
    customer.modified_at = now - age / 3;
    customer.phone = format!("555-01{:02}", random.random_range(0..100));
    for _ in 0..random.random_range(1..=3) {
        let (city, state, zip) = *pick(&words::TOWNS, random);
        customer.addresses.push(BookEntry {
            id: 0,
            address: Address {
                company: customer.company.clone(),
                street: format!("{} {}", random.random_range(1..999), pick(&words::STREETS, random)),
                city: city.to_owned(),
                state: state.to_owned(),
                zip: zip.to_owned(),
                phone: customer.phone.clone(),
                ..Address::of(&customer.first_name, &customer.last_name)
            },
        });
    }
}

fn order(store: &Store, placed_at: Timestamp, random: &mut StdRng) -> Option<NewOrder> {
    let products = store.shelf().products();
    let lines = (0..random.random_range(1..=4))
        .map(|_| {
            let variant = products.choose(random)?.variants.choose(random)?;
            Some(NewLine::variant(variant.id, random.random_range(1..=3)))
        })
        .collect::<Option<Vec<_>>>()?;
    Some(NewOrder {
        lines,
        status: *pick(
            &[
                status::AWAITING_FULFILLMENT,
                status::AWAITING_FULFILLMENT,
                status::AWAITING_FULFILLMENT,
                status::COMPLETED,
                status::CANCELLED,
                7,
                9,
                1,
                0,
            ],
            random,
        ),
        buyer: if random.random_bool(0.3) {
            Buyer::default()
        } else {
            Buyer::Customer(random.random_range(1..10))
        },
        placed_at: Some(placed_at),
        ..NewOrder::paid([])
    })
}

fn pick<'a, T>(choices: &'a [T], random: &mut StdRng) -> &'a T {
    &choices[random.random_range(0..choices.len())]
}

/// Makes a product digital: nothing to weigh, nothing to count.
fn make_digital(product: &mut Product) {
    product.kind = Kind::Digital;
    product.weight = 0.0;
    product.tracking = Tracking::None;
}
