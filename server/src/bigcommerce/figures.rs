//! What is counted of the calls to BigCommerce in this process.

use std::{borrow::Cow, sync::atomic::AtomicU64, time::Duration};

use prometheus_client::metrics::{
    counter::Counter,
    family::Family,
    histogram::{Histogram, exponential_buckets},
};
use reqwest::{Method, StatusCode};

/// A label of a figure and its value.
type Label = (&'static str, Cow<'static, str>);

/// Calls, what became of them, and what was waited for.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Calls by method, endpoint and status.
    pub calls: Family<[Label; 3], Counter>,
    /// Seconds that calls took, by method and endpoint.
    pub seconds: Family<[Label; 2], Histogram, fn() -> Histogram>,
    /// How often a call was made again.
    pub retries: Counter,
    /// Seconds that were waited before that.
    pub back_off: Counter<f64, AtomicU64>,
}

impl Default for Figures {
    fn default() -> Self {
        // From five milliseconds to forty seconds.
        let histogram: fn() -> Histogram = || Histogram::new(exponential_buckets(0.005, 2.0, 14));
        Self {
            calls: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            retries: Counter::default(),
            back_off: Counter::default(),
        }
    }
}

impl Figures {
    /// Counts one call; without a status there was no answer.
    pub(super) fn count(&self, method: &Method, path: &str, status: Option<StatusCode>, took: Duration) {
        let method = || ("method", Cow::Owned(method.as_str().to_owned()));
        let endpoint = || ("endpoint", Cow::Owned(endpoint(path)));
        let status = status.map_or(Cow::Borrowed("none"), |status| Cow::Owned(status.as_u16().to_string()));
        self.calls.get_or_create(&[method(), endpoint(), ("status", status)]).inc();
        self.seconds.get_or_create(&[method(), endpoint()]).observe(took.as_secs_f64());
    }
}

/// A path with the ids taken out, so that there are as many as the API has endpoints.
pub(super) fn endpoint(path: &str) -> String {
    let part = |part: &str| if part.parse::<u64>().is_ok() { "{id}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_all_records_are_one_endpoint() {
        assert_eq!(endpoint("v2/orders/118/products"), "v2/orders/{id}/products");
        assert_eq!(endpoint("v3/catalog/products"), "v3/catalog/products");
    }
}
