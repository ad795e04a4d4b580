//! What may happen, one thing at a time, in words that can be written down and read back.

use std::{fmt, str::FromStr};

use anyhow::{Context as _, bail};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

/// Makes the steps: their fields with the number of values each may have, their words, and how often they come.
macro_rules! steps {
    ($($name:ident { $($field:ident < $values:literal),* } = $word:literal, $weight:literal;)*) => {
        /// One thing that happens; what its numbers point at is counted modulo what there is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Step {
            $($name { $($field: u8),* },)*
        }

        impl Step {
            /// How often each kind of step comes.
            const WEIGHTS: &[u32] = &[$($weight),*];

            /// A step of a kind, with numbers from a source.
            fn of_kind(kind: usize, mut number: impl FnMut(u8) -> u8) -> Self {
                let mut kinds = 0..;
                $(if kinds.next() == Some(kind) {
                    return Self::$name { $($field: number($values)),* };
                })*
                Self::Sync {}
            }

            fn word_and_numbers(self) -> (&'static str, Vec<u8>) {
                match self {
                    $(Self::$name { $($field),* } => ($word, vec![$($field),*]),)*
                }
            }

            fn from_word(word: &str, mut number: impl FnMut() -> anyhow::Result<u8>) -> anyhow::Result<Self> {
                match word {
                    $($word => Ok(Self::$name { $($field: number().context(stringify!($field))?),* }),)*
                    other => bail!("there is no step called {other}"),
                }
            }

            /// The same step with one of its numbers made smaller.
            pub(crate) fn simpler(self) -> Vec<Self> {
                let (word, numbers) = self.word_and_numbers();
                let smaller = |at: usize| {
                    let values = if numbers[at] > 1 { vec![0, 1] } else { (0..numbers[at]).collect() };
                    values.into_iter().map(move |value| (at, value))
                };
                (0..numbers.len()).flat_map(smaller).filter_map(|(at, value)| {
                    let mut numbers = numbers.clone();
                    numbers[at] = value;
                    let mut numbers = numbers.into_iter();
                    Self::from_word(word, || numbers.next().context("too few")).ok()
                }).collect()
            }
        }
    };
}

steps! {
    // In the store.
    Order { good < 8, units < 5, shape < 5 } = "order", 16;
    Unpaid { good < 8, units < 4, verified < 2 } = "unpaid", 2;
    Edit { order < 8, line < 3, units < 7 } = "edit", 5;
    Cancel { order < 8 } = "cancel", 4;
    Refund { order < 8, line < 3, units < 3 } = "refund", 4;
    Status { order < 8, to < 6 } = "status", 6;
    Reopen { order < 8 } = "reopen", 1;
    Archive { order < 8 } = "archive", 2;
    Count { good < 8, units < 20 } = "count", 3;
    Appear { twin < 2 } = "appear", 2;
    Rename { good < 8 } = "rename", 2;
    Vanish { good < 8 } = "vanish", 1;
    // In the warehouse.
    Pick { order < 8, line < 3, units < 4 } = "pick", 18;
    Ship { order < 8 } = "ship", 10;
    Close { order < 8 } = "close", 2;
    Adjust { good < 8, change < 12 } = "adjust", 6;
    PutBack { order < 8 } = "put-back", 3;
    // On the server.
    Sync {} = "sync", 16;
    Day {} = "day", 9;
    Fault { kind < 5, which < 4, request < 12 } = "fault", 4;
    Crash { request < 16, after < 2 } = "crash", 5;
    Restart {} = "restart", 1;
    Meanwhile { request < 16 } = "meanwhile", 6;
    Wait { minutes < 90 } = "wait", 4;
    StoreAhead { minutes < 30 } = "store-ahead", 1;
    Back { minutes < 4 } = "back", 1;
}

impl Step {
    /// Whether it happens in the store.
    pub(crate) fn is_in_store(self) -> bool {
        matches!(
            self,
            Self::Order { .. }
                | Self::Unpaid { .. }
                | Self::Edit { .. }
                | Self::Cancel { .. }
                | Self::Refund { .. }
                | Self::Status { .. }
                | Self::Reopen { .. }
                | Self::Archive { .. }
                | Self::Count { .. }
                | Self::Appear { .. }
                | Self::Rename { .. }
                | Self::Vanish { .. }
        )
    }

    /// Whether people in the warehouse do it.
    pub(crate) fn is_in_warehouse(self) -> bool {
        matches!(
            self,
            Self::Pick { .. }
                | Self::Ship { .. }
                | Self::Close { .. }
                | Self::Adjust { .. }
                | Self::PutBack { .. }
        )
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, numbers) = self.word_and_numbers();
        f.write_str(word)?;
        numbers.iter().try_for_each(|number| write!(f, " {number}"))
    }
}

impl FromStr for Step {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut words = text.split_whitespace();
        let word = words.next().context("a step is empty")?;
        let step = Self::from_word(word, || Ok(words.next().context("is missing")?.parse()?))?;
        anyhow::ensure!(words.next().is_none(), "{text:?} has too many numbers");
        Ok(step)
    }
}

/// The store that a history begins with.
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
}

/// Everything that happens to a store, from its import on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub(crate) shop: Shop,
    pub(crate) steps: Vec<Step>,
}

impl History {
    /// The history of a seed: the same one every time.
    pub fn of_seed(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let shop = Shop {
            deducts_when_placed: random.random_bool(0.7),
            shipping_moves_status: random.random_bool(0.8),
            goods: random.random_range(2..=5),
            open: random.random_range(0..=2),
            shelf: random.random_range(0..=9),
        };
        let total: u32 = Step::WEIGHTS.iter().sum();
        let steps = (0..random.random_range(12..=26)).map(|_| {
            let drawn = random.random_range(0..total);
            let upto = |kind: usize| Step::WEIGHTS[..=kind].iter().sum::<u32>();
            let kind = (0..Step::WEIGHTS.len()).find(|kind| drawn < upto(*kind)).unwrap_or_default();
            Step::of_kind(kind, |values| random.random_range(0..values))
        });
        Self { shop, steps: steps.collect() }
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
        let Shop { deducts_when_placed, shipping_moves_status, goods, open, shelf } = self.shop;
        let (placed, moves) = (u8::from(deducts_when_placed), u8::from(shipping_moves_status));
        write!(f, "shop {placed} {moves} {goods} {open} {shelf}")?;
        self.steps.iter().try_for_each(|step| write!(f, "; {step}"))
    }
}

impl FromStr for History {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let shop =
            parts.next().and_then(|part| part.strip_prefix("shop ")).context("it begins with `shop`")?;
        let numbers = shop.split_whitespace().map(str::parse).collect::<Result<Vec<u8>, _>>()?;
        let [placed, moves, goods, open, shelf] = numbers[..] else { bail!("a shop has five numbers") };
        let shop = Shop {
            deducts_when_placed: placed != 0,
            shipping_moves_status: moves != 0,
            goods: goods.clamp(1, 8),
            open,
            shelf,
        };
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
