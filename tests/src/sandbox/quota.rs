//! The store's quota of requests, refilled every window.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::clock::Clock;

const WINDOW: Duration = Duration::from_secs(30);

/// What a store with an unlimited plan shows.
const UNLIMITED: u64 = 16_101_495;

/// Counts the requests of the current window.
#[derive(Debug, Default)]
pub(crate) struct Quota {
    window: Mutex<(u128, u64)>,
}

/// What the rate-limit headers say about one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    pub(crate) granted: bool,
    pub(crate) quota: u64,
    pub(crate) left: u64,
    pub(crate) reset_ms: u64,
}

impl Allowance {
    /// The length of a window in milliseconds.
    pub(crate) const WINDOW_MS: u64 = 30_000;

    /// Whole seconds until the next window, for `X-Retry-After`.
    pub(crate) fn retry_after_secs(self) -> u64 {
        self.reset_ms.div_ceil(1_000)
    }
}

impl Quota {
    /// Takes one request from the window; a limit of 0 means unlimited.
    pub(crate) fn take(&self, clock: &Clock, limit: u64) -> Allowance {
        let quota = if limit == 0 { UNLIMITED } else { limit };
        let ran_ms = clock.running_for().as_millis();
        let number = ran_ms / WINDOW.as_millis();
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.0 != number {
            *window = (number, 0);
        }
        let granted = limit == 0 || window.1 < quota;
        window.1 += u64::from(granted);
        let spent_ms = u64::try_from(ran_ms % WINDOW.as_millis()).unwrap_or(0);
        Allowance {
            granted,
            quota,
            left: quota.saturating_sub(window.1),
            reset_ms: Allowance::WINDOW_MS - spent_ms,
        }
    }
}
