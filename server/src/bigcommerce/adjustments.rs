//! Writing counts (facts section 7): absolute, 2,000 at a time, one batch after the other.

use super::{Result, StoreApi};

/// Counts in a batch: the most the endpoint takes.
pub const BATCH: usize = 2_000;

/// A count to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewCount {
    /// What it is of; the identity its tracking mode wants.
    pub of: Counted,
    /// How many.
    pub quantity: i64,
}

/// What a store counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// A product whose variants share a count.
    Product(i64),
    /// A variant.
    Variant(i64),
}

impl StoreApi {
    /// Sets counts in a location. Repeating it changes nothing more, so it is tried again like a read.
    pub async fn set_counts(&self, location: i64, counts: &[NewCount]) -> Result<()> {
        let items: Vec<_> = counts
            .iter()
            .map(|count| {
                let (name, id) = match count.of {
                    Counted::Product(id) => ("product_id", id),
                    Counted::Variant(id) => ("variant_id", id),
                };
                serde_json::json!({ "location_id": location, name: id, "quantity": count.quantity })
            })
            .collect();
        let body = serde_json::json!({ "reason": "End of Day", "items": items });
        self.put("v3/inventory/adjustments/absolute", &body).await
    }
}
