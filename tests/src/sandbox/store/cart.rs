//! What shoppers put in the cart, before it is an order.

use jiff::Timestamp;
use serde::Deserialize;

use super::order::status;

/// What can be bought.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goods {
    /// A variant, by id.
    #[serde(rename = "variant_id")]
    Variant(u32),
    /// Something that is not in the catalogue, by name.
    Custom(String),
    /// A gift certificate, by the e-mail address that it is sent to.
    GiftCertificate(String),
}

/// What a shopper puts in the cart.
#[derive(Debug, Clone, Deserialize)]
pub struct NewLine {
    /// What is bought.
    #[serde(flatten)]
    pub goods: Goods,
    /// How many.
    pub quantity: u32,
    /// Which of the order's addresses it goes to, from 0.
    #[serde(default)]
    pub address: usize,
    /// The location where it is picked up, when it is not shipped.
    #[serde(default)]
    pub pickup: Option<u32>,
    /// What each of it brings along as lines of their own: variants, and how many.
    #[serde(default)]
    pub bundle: Vec<(u32, u32)>,
}

impl NewLine {
    /// So many of something, shipped to the first address.
    pub fn of(goods: Goods, quantity: u32) -> Self {
        Self { goods, quantity, address: 0, pickup: None, bundle: Vec::new() }
    }

    /// So many of a variant, shipped to the first address.
    pub fn variant(variant_id: u32, quantity: u32) -> Self {
        Self::of(Goods::Variant(variant_id), quantity)
    }

    /// The same line, picked up at a location.
    #[must_use]
    pub fn picked_up_at(self, location_id: u32) -> Self {
        Self { pickup: Some(location_id), ..self }
    }

    /// The same line, each of it with so many of these variants.
    #[must_use]
    pub fn bundled_with(self, bundle: impl IntoIterator<Item = (u32, u32)>) -> Self {
        Self { bundle: bundle.into_iter().collect(), ..self }
    }
}

/// Who orders.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Buyer {
    /// A customer, by id; billed to the first entry of the address book.
    Customer(u32),
    /// Someone without an account, by e-mail address.
    Guest(String),
}

impl Default for Buyer {
    fn default() -> Self {
        Self::Guest("janedoe@example.com".to_owned())
    }
}

/// An order that is about to be placed.
#[derive(Debug, Clone, Deserialize)]
pub struct NewOrder {
    /// What is ordered.
    pub lines: Vec<NewLine>,
    /// The state it starts in.
    #[serde(rename = "status_id")]
    pub status: u8,
    /// The channel it comes through.
    #[serde(default = "default_channel")]
    pub channel_id: u32,
    /// Who orders.
    #[serde(default)]
    pub buyer: Buyer,
    /// How many addresses it ships to.
    #[serde(default = "one_address")]
    pub addresses: usize,
    /// The shopper's words.
    #[serde(default)]
    pub customer_message: String,
    /// When it is placed; now, unless told.
    #[serde(default)]
    pub placed_at: Option<Timestamp>,
}

fn default_channel() -> u32 {
    1
}

fn one_address() -> usize {
    1
}

impl NewOrder {
    /// A paid order of these variants and quantities, shipped to one address.
    pub fn paid(lines: impl IntoIterator<Item = (u32, u32)>) -> Self {
        Self::of(lines.into_iter().map(|(variant_id, quantity)| NewLine::variant(variant_id, quantity)))
    }

    /// A paid order of these lines with one shipping address.
    pub fn of(lines: impl IntoIterator<Item = NewLine>) -> Self {
        Self {
            lines: lines.into_iter().collect(),
            status: status::AWAITING_FULFILLMENT,
            channel_id: default_channel(),
            buyer: Buyer::default(),
            addresses: one_address(),
            customer_message: String::new(),
            placed_at: None,
        }
    }

    /// The same order in another state.
    #[must_use]
    pub fn in_status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }

    /// The same order of someone else.
    #[must_use]
    pub fn by(mut self, buyer: Buyer) -> Self {
        self.buyer = buyer;
        self
    }
}
