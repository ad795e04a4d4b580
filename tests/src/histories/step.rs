//! What may happen, one thing at a time, in words that can be written down and read back.

use std::{fmt, str::FromStr};

use anyhow::{Context as _, bail};
use rand::{Rng as _, rngs::StdRng};

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

            /// A step that chance chooses.
            pub(crate) fn of_chance(random: &mut StdRng) -> Self {
                let drawn = random.random_range(0..Self::WEIGHTS.iter().sum());
                let upto = |kind: usize| Self::WEIGHTS[..=kind].iter().sum::<u32>();
                let kind = (0..Self::WEIGHTS.len()).find(|kind| drawn < upto(*kind)).unwrap_or_default();
                Self::of_kind(kind, |values| random.random_range(0..values))
            }

            /// A step of a kind, with numbers from a source.
            fn of_kind(kind: usize, mut number: impl FnMut(u8) -> u8) -> Self {
                let mut kinds = 0..;
                $(if kinds.next() == Some(kind) {
                    return Self::$name { $($field: number($values)),* };
                })*
                Self::Sync {}
            }

            /// Its word and its numbers.
            pub(crate) fn word_and_numbers(self) -> (&'static str, Vec<u8>) {
                match self {
                    $(Self::$name { $($field),* } => ($word, vec![$($field),*]),)*
                }
            }

            fn from_word(word: &str, mut number: impl FnMut() -> anyhow::Result<u8>) -> anyhow::Result<Self> {
                match word {
                    $($word => Ok(Self::$name { $($field: number()?),* }),)*
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
                    Self::from_word(word, || Ok(numbers.next().unwrap_or_default())).ok()
                }).collect()
            }
        }
    };
}

steps! {
    // In the store.
    Order { good < 8, units < 5, shape < 7 } = "order", 16;
    Unpaid { good < 8, units < 4, verified < 2 } = "unpaid", 2;
    Edit { order < 8, line < 3, units < 7 } = "edit", 5;
    Cancel { order < 8 } = "cancel", 4;
    Refund { order < 8, line < 3, units < 3 } = "refund", 4;
    Status { order < 8, to < 6 } = "status", 6;
    Collect { order < 8 } = "collect", 2;
    Reopen { order < 8 } = "reopen", 1;
    Archive { order < 8 } = "archive", 2;
    Count { good < 8, units < 20 } = "count", 4;
    Appear { kind < 3 } = "appear", 2;
    Rename { good < 8 } = "rename", 2;
    Vanish { good < 8 } = "vanish", 1;
    // In the warehouse.
    Pick { order < 8, line < 3, units < 4, place < 8 } = "pick", 20;
    Ship { order < 8 } = "ship", 10;
    Close { order < 8 } = "close", 3;
    Open { order < 8 } = "open", 1;
    Drop { order < 8 } = "drop", 1;
    Adjust { good < 8, change < 12, place < 8 } = "adjust", 6;
    Move { good < 8, units < 4, from < 4, to < 4 } = "move", 3;
    PutBack { order < 8 } = "put-back", 3;
    // On the server.
    Sync {} = "sync", 16;
    Day {} = "day", 9;
    Compare {} = "compare", 1;
    Forget {} = "forget", 1;
    Choose { scope < 4, buffer < 3 } = "choose", 2;
    Fault { kind < 7, which < 4, request < 12 } = "fault", 5;
    Crash { request < 16, after < 3 } = "crash", 6;
    Restart { dead < 2 } = "restart", 2;
    Meanwhile { request < 16 } = "meanwhile", 6;
    Wait { minutes < 90 } = "wait", 4;
    StoreAhead { minutes < 30 } = "store-ahead", 1;
    Ahead { hours < 50 } = "ahead", 1;
    Back { minutes < 200 } = "back", 1;
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
                | Self::Collect { .. }
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
                | Self::Open { .. }
                | Self::Drop { .. }
                | Self::Adjust { .. }
                | Self::Move { .. }
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
        // A number that is not written down is 0.
        let step = Self::from_word(word, || Ok(words.next().unwrap_or("0").parse()?))?;
        anyhow::ensure!(words.next().is_none(), "{text:?} has too many numbers");
        Ok(step)
    }
}
