//! What is counted of the database's work in this process.

use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

/// How long transactions waited for their turn, and took to be kept.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Seconds until a transaction could begin.
    pub waited: Histogram,
    /// Seconds until its changes were safe.
    pub committed: Histogram,
}

impl Default for Figures {
    fn default() -> Self {
        // From half a millisecond to sixteen seconds.
        let histogram = || Histogram::new(exponential_buckets(0.000_5, 2.0, 16));
        Self { waited: histogram(), committed: histogram() }
    }
}
