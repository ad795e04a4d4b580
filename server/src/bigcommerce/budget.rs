//! A store's quota: all of it is used, none of it is exceeded.
//!
//! BigCommerce grants a store a number of requests per window, shared by every app. Each reply says how many are
//! left and when the window ends. A few are reserved for calls a person waits for; what is left of the reserve is
//! released late in each window, so that it is not wasted.

use std::{sync::Mutex, time::Duration};

use tokio::time::{Instant, sleep_until};

/// Who waits for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A run.
    Background,
    /// A person.
    Interactive,
}

/// What is left of a store's quota, as far as this server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests it takes in one window.
    pub limit: u64,
    /// Requests left in the present window.
    pub left: u64,
    /// Length of a window.
    pub window: Duration,
}

/// What the headers of a reply say about the quota.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) granted: u64,
    pub(super) left: u64,
    pub(super) window: Duration,
    pub(super) reset: Duration,
}

/// The quota of one store, shared by everything that calls it.
#[derive(Debug, Default)]
pub struct Budget {
    state: Mutex<Option<Window>>,
    waited: Mutex<Duration>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    ends: Instant,
    length: Duration,
    quota: u64,
    left: u64,
    in_flight: u64,
}

/// One request on its way; however it ends, also unsent or abandoned, it is no longer counted as such afterwards.
#[derive(Debug)]
pub struct Slot<'b> {
    budget: &'b Budget,
    counted: bool,
}

impl Slot<'_> {
    /// Learns from the reply.
    pub(super) fn settle(self, seen: Reading) {
        let budget = self.budget;
        // The reply counts this request, so it is off its way first.
        drop(self);
        budget.learn(seen);
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(window) = state.as_mut().filter(|_| self.counted) {
            window.in_flight = window.in_flight.saturating_sub(1);
        }
    }
}

impl Window {
    /// The reserve for people: one request in fifty, released in the last tenth of the window.
    fn reserve(&self, now: Instant) -> u64 {
        let late = self.ends.saturating_duration_since(now) <= self.length / 10;
        if late { 0 } else { (self.quota / 50).min(20) }
    }

    /// Begins the next window when this one is over.
    fn roll(&mut self, now: Instant) {
        /// The store's window begins when its clock says so, a little after ours.
        const MARGIN: Duration = Duration::from_millis(100);
        if now >= self.ends + MARGIN {
            self.ends = now + self.length;
            self.left = self.quota.saturating_sub(self.in_flight);
        }
    }
}

impl Budget {
    /// Waits until a request may be sent.
    pub(super) async fn acquire(&self, urgency: Urgency) -> Slot<'_> {
        loop {
            let now = Instant::now();
            let until = {
                let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let Some(window) = state.as_mut() else { return Slot { budget: self, counted: false } };
                window.roll(now);
                let kept = if urgency == Urgency::Background { window.reserve(now) } else { 0 };
                if window.left > kept {
                    window.left -= 1;
                    window.in_flight += 1;
                    return Slot { budget: self, counted: true };
                }
                let release = window.ends - window.length / 10;
                if window.left > 0 && now < release {
                    release
                } else {
                    window.ends + Duration::from_millis(101)
                }
            };
            sleep_until(until.max(now + Duration::from_millis(5))).await;
            *self.waited.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += now.elapsed();
        }
    }

    /// What is left, if the store has said anything yet.
    pub fn seen(&self) -> Option<Quota> {
        let state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut window = (*state)?;
        window.roll(Instant::now());
        Some(Quota { limit: window.quota, left: window.left, window: window.length })
    }

    /// How long requests have waited for it, all of them together.
    pub(super) fn waited(&self) -> Duration {
        *self.waited.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn learn(&self, seen: Reading) {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let ends = now + seen.reset;
        match state.as_mut() {
            // A reply of the window we know: requests still on their way are not in its count yet.
            Some(window) if ends < window.ends + window.length / 2 => {
                window.quota = seen.granted;
                window.left = window.left.min(seen.left.saturating_sub(window.in_flight));
                window.ends = ends.max(window.ends);
            }
            known => {
                let in_flight = known.map_or(0, |window| window.in_flight);
                let left = seen.left.saturating_sub(in_flight);
                *state = Some(Window { ends, length: seen.window, quota: seen.granted, left, in_flight });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(left: u64, reset_ms: u64) -> Reading {
        let window = Duration::from_secs(30);
        Reading { granted: 100, left, window, reset: Duration::from_millis(reset_ms) }
    }

    async fn waited(budget: &Budget, urgency: Urgency) -> Duration {
        let before = Instant::now();
        drop(budget.acquire(urgency).await);
        before.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_is_used_without_waiting() {
        let budget = Budget::default();
        budget.learn(quota(10, 30_000));
        for _ in 0..8 {
            assert_eq!(waited(&budget, Urgency::Background).await, Duration::ZERO);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_reserve_is_for_people_until_late_in_the_window() {
        let budget = Budget::default();
        budget.learn(quota(2, 30_000));
        assert_eq!(waited(&budget, Urgency::Interactive).await, Duration::ZERO);
        let waited = waited(&budget, Urgency::Background).await;
        assert!((27.0..27.1).contains(&waited.as_secs_f64()), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn with_nothing_left_everybody_waits_for_the_next_window() {
        let budget = Budget::default();
        budget.learn(quota(0, 12_000));
        assert!(waited(&budget, Urgency::Interactive).await > Duration::from_secs(12));
        assert_eq!(waited(&budget, Urgency::Background).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_of_other_apps_are_believed() {
        let budget = Budget::default();
        budget.learn(quota(50, 30_000));
        budget.acquire(Urgency::Background).await.settle(quota(3, 29_000));
        drop(budget.acquire(Urgency::Background).await);
        assert!(waited(&budget, Urgency::Background).await > Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_were_abandoned_do_not_shrink_the_next_window() {
        let budget = Budget::default();
        budget.learn(quota(100, 30_000));
        for _ in 0..50 {
            drop(budget.acquire(Urgency::Background).await);
        }
        tokio::time::sleep(Duration::from_secs(31)).await;
        for _ in 0..98 {
            assert_eq!(waited(&budget, Urgency::Background).await, Duration::ZERO);
        }
    }
}
