//! What is counted of the data that moves through this process.

use std::time::Duration;

use prometheus_client::metrics::{
    counter::Counter,
    family::Family,
    histogram::{Histogram, exponential_buckets},
};

use crate::domain::run::{Counts, PhaseKind};

/// A label of a figure and its value.
type Label = (&'static str, &'static str);

/// What became of records, and how long phases took; dry runs are left out.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Records by phase and by what became of them.
    pub records: Family<[Label; 2], Counter>,
    /// Seconds that phases took which were done here.
    pub phases: Family<[Label; 1], Histogram, fn() -> Histogram>,
}

impl Default for Figures {
    fn default() -> Self {
        // From a twentieth of a second to an hour and a half.
        let histogram: fn() -> Histogram = || Histogram::new(exponential_buckets(0.05, 3.0, 11));
        Self { records: Family::default(), phases: Family::new_with_constructor(histogram) }
    }
}

impl Figures {
    pub(super) fn count(&self, phase: PhaseKind, counts: Counts) {
        let Counts { created, updated, unchanged, skipped, parked } = counts;
        for (outcome, records) in [
            ("created", created),
            ("updated", updated),
            ("unchanged", unchanged),
            ("skipped", skipped),
            ("parked", parked),
        ] {
            let records = u64::try_from(records).unwrap_or_default();
            self.records.get_or_create(&[("phase", phase.word()), ("outcome", outcome)]).inc_by(records);
        }
    }

    pub(super) fn done(&self, phase: PhaseKind, took: Duration) {
        self.phases.get_or_create(&[("phase", phase.word())]).observe(took.as_secs_f64());
    }
}
