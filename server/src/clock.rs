//! Time as a parameter: rules, leases and back-off ask a [`Clock`], never the machine.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

/// Tells the time, by the machine or as a test says.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds since 1970 when the time is set by hand.
    manual: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// A clock that follows the machine.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until it is moved.
    pub fn manual(start: Timestamp) -> Self {
        Self { manual: Some(Arc::new(AtomicI64::new(start.as_millisecond()))) }
    }

    /// The present instant, to the millisecond, which is what the database keeps.
    pub fn now(&self) -> Timestamp {
        let ms = match &self.manual {
            Some(ms) => ms.load(Ordering::SeqCst),
            #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
            None => Timestamp::now().as_millisecond(),
        };
        Timestamp::from_millisecond(ms).expect("a clock shows an instant jiff can hold")
    }

    /// Sets a manual clock, ahead or back; does nothing to one that follows the machine.
    pub fn set(&self, now: Timestamp) {
        if let Some(ms) = &self.manual {
            ms.store(now.as_millisecond(), Ordering::SeqCst);
        }
    }
}
