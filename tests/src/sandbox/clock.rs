//! The sandbox's own idea of the time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// A clock that runs by itself and that a test may set ahead, or back, of the real one.
#[derive(Debug)]
pub struct Clock {
    origin: Timestamp,
    started: Instant,
    offset_ms: AtomicI64,
}

impl Clock {
    /// A clock that reads `origin` now and runs on from there.
    pub fn starting_at(origin: Timestamp) -> Self {
        Self { origin, started: Instant::now(), offset_ms: AtomicI64::new(0) }
    }

    /// A clock that agrees with the machine's.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else takes")]
    pub fn system() -> Self {
        Self::starting_at(Timestamp::now())
    }

    /// The instant it reads.
    pub fn now(&self) -> Timestamp {
        self.origin + self.elapsed()
    }

    /// How long it has run, jumps included; never negative, so that it can be cut into windows.
    pub(crate) fn running_for(&self) -> Duration {
        Duration::try_from(self.elapsed()).unwrap_or_default()
    }

    /// Jumps forward: quota windows pass and accepted stock adjustments become visible.
    pub fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.offset_ms.fetch_add(by_ms, Ordering::Relaxed);
    }

    /// Sets how far this clock is ahead (or, negative, behind) of where it would be by itself.
    pub fn set_skew(&self, skew: SignedDuration) {
        let skew_ms = i64::try_from(skew.as_millis()).unwrap_or(i64::MAX);
        self.offset_ms.store(skew_ms, Ordering::Relaxed);
    }

    fn elapsed(&self) -> SignedDuration {
        let ran = SignedDuration::try_from(self.started.elapsed()).unwrap_or(SignedDuration::MAX);
        ran + SignedDuration::from_millis(self.offset_ms.load(Ordering::Relaxed))
    }
}

/// The date form of v2 bodies: `Tue, 05 Mar 2019 21:40:11 +0000`.
pub(crate) fn v2_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// The date form of v3 bodies: `2018-05-08T15:06:12+00:00`.
pub(crate) fn v3_date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// The date form of the HTTP `Date` header.
pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
