//! The store's quota of requests, refilled every window.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::clock::Clock;

/// What a store with an unlimited plan shows.
const UNLIMITED: u64 = 16_101_495;

/// Counts the requests of the current window.
#[derive(Debug)]
pub(crate) struct Quota {
    length: Duration,
    /// The number of the window, and how many requests it has seen.
    window: Mutex<(u128, u64)>,
}

/// What the rate-limit headers say about one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    pub(crate) granted: bool,
    pub(crate) quota: u64,
    pub(crate) left: u64,
    pub(crate) window_ms: u64,
    pub(crate) reset_ms: u64,
}

impl Allowance {
    /// Whole seconds until the next window, for `X-Retry-After`.
    pub(crate) fn retry_after_secs(self) -> u64 {
        self.reset_ms.div_ceil(1_000)
    }
}

impl Quota {
    /// A quota whose windows are that long.
    pub(crate) fn new(length: Duration) -> Self {
        Self { length, window: Mutex::default() }
    }

    /// Takes one request from the window; a limit of 0 means unlimited.
    pub(crate) fn take(&self, clock: &Clock, limit: u64) -> Allowance {
        let quota = if limit == 0 { UNLIMITED } else { limit };
        let ran_ms = clock.running_for().as_millis();
        let number = ran_ms / self.length.as_millis();
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.0 != number {
            *window = (number, 0);
        }
        let granted = limit == 0 || window.1 < quota;
        window.1 += u64::from(granted);
        let spent_ms = u64::try_from(ran_ms % self.length.as_millis()).unwrap_or(0);
        let window_ms = u64::try_from(self.length.as_millis()).unwrap_or(u64::MAX);
        Allowance {
            granted,
            quota,
            left: quota.saturating_sub(window.1),
            window_ms,
            reset_ms: window_ms - spent_ms,
        }
    }
}
