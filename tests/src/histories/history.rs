//! A history: a store, and what happens to it.

use std::{fmt, str::FromStr};

use anyhow::{Context as _, ensure};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::step::Step;

/// How many numbers describe a store; the last ones may be left out and are 0 then.
const NUMBERS: usize = 11;

/// The store that a history begins with, and what its people chose.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them may be true")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shop {
    /// Whether it deducts its stock when an order is placed, rather than when it is shipped.
    pub(crate) deducts_when_placed: bool,
    /// Whether a shipment moves the state of its order.
    pub(crate) shipping_moves_status: bool,
    /// How many products it has.
    pub(crate) goods: u8,
    /// How many orders were open before the warehouse was connected.
    pub(crate) open: u8,
    /// What the numbers of its shelf come from.
    pub(crate) shelf: u8,
    /// Which of its products have two variants that share one count: none, or each third from this one on.
    pub(crate) pooled: u8,
    /// When shipments are reported: by hand, when a picking order closes, with each pick.
    pub(crate) shipments: u8,
    /// Whose units count: those of the default site, the default location, chosen sites, the division.
    pub(crate) scope: u8,
    /// Units of each item that are never offered.
    pub(crate) buffer: u8,
    /// Whether drift holds an End of Day.
    pub(crate) holds_drift: bool,
    /// Whether an order is completed when its pickup was closed.
    pub(crate) completes_pickups: bool,
}

/// Everything that happens to a store, from its import on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub(crate) shop: Shop,
    pub(crate) steps: Vec<Step>,
}

impl Shop {
    fn of_chance(random: &mut StdRng) -> Self {
        Self {
            deducts_when_placed: random.random_bool(0.7),
            shipping_moves_status: random.random_bool(0.8),
            goods: random.random_range(2..=5),
            open: random.random_range(0..=2),
            shelf: random.random_range(0..=9),
            pooled: random.random_range(0..=3),
            shipments: random.random_range(0..=2),
            scope: random.random_range(0..=3),
            buffer: if random.random_bool(0.3) { random.random_range(1..=3) } else { 0 },
            holds_drift: random.random_bool(0.3),
            completes_pickups: random.random_bool(0.5),
        }
    }

    fn numbers(self) -> [u8; NUMBERS] {
        [
            self.deducts_when_placed.into(),
            self.shipping_moves_status.into(),
            self.goods,
            self.open,
            self.shelf,
            self.pooled,
            self.shipments,
            self.scope,
            self.buffer,
            self.holds_drift.into(),
            self.completes_pickups.into(),
        ]
    }

    fn of_numbers(numbers: [u8; NUMBERS]) -> Self {
        let [placed, moves, goods, open, shelf, pooled, shipments, scope, buffer, holds, completes] = numbers;
        Self {
            deducts_when_placed: placed != 0,
            shipping_moves_status: moves != 0,
            goods: goods.clamp(1, 8),
            open,
            shelf,
            pooled,
            shipments,
            scope,
            buffer,
            holds_drift: holds != 0,
            completes_pickups: completes != 0,
        }
    }

    /// The same store with one thing about it as plain as can be.
    pub(crate) fn simpler(self) -> impl Iterator<Item = Self> {
        let plain = move |at: usize| {
            let mut numbers = self.numbers();
            // Of open orders one after the other is left out.
            numbers[at] = if at == 3 { numbers[at].saturating_sub(1) } else { 0 };
            Self::of_numbers(numbers)
        };
        (3..NUMBERS).filter(|at| *at != 4).map(plain).filter(move |simpler| *simpler != self)
    }
}

impl History {
    /// The history of a seed: the same one every time.
    pub fn of_seed(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let shop = Shop::of_chance(&mut random);
        let steps = (0..random.random_range(12..=26)).map(|_| Step::of_chance(&mut random)).collect();
        Self { shop, steps }
    }

    /// The same history without some kinds of steps.
    #[must_use]
    pub fn without(mut self, words: &[String]) -> Self {
        self.steps.retain(|step| !words.iter().any(|word| word == step.word_and_numbers().0));
        self
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing happens in it.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.shop.numbers();
        let told = numbers.iter().rposition(|number| *number != 0).map_or(0, |last| last + 1);
        f.write_str("shop")?;
        numbers[..told].iter().try_for_each(|number| write!(f, " {number}"))?;
        self.steps.iter().try_for_each(|step| write!(f, "; {step}"))
    }
}

impl FromStr for History {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let shop =
            parts.next().and_then(|part| part.strip_prefix("shop ")).context("it begins with `shop`")?;
        let told = shop.split_whitespace().map(str::parse).collect::<Result<Vec<u8>, _>>()?;
        ensure!(told.len() <= NUMBERS, "a shop has at most {NUMBERS} numbers");
        let mut numbers = [0; NUMBERS];
        numbers[..told.len()].copy_from_slice(&told);
        let shop = Shop::of_numbers(numbers);
        Ok(Self { shop, steps: parts.map(str::parse).collect::<anyhow::Result<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::History;

    #[test]
    fn a_history_that_is_written_down_is_read_back_as_it_was() -> anyhow::Result<()> {
        for seed in 0..200 {
            let history = History::of_seed(seed);
            assert_eq!(history.to_string().parse::<History>()?, history);
        }
        Ok(())
    }
}
