//! `inventory/adjustments/absolute` and `.../relative`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::sandbox::call::Call;
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::{Identity, Store};
use crate::sandbox::world::World;

const MAX_ITEMS: usize = 2_000;

#[derive(Deserialize)]
struct Batch {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    location_id: u32,
    quantity: i64,
    sku: Option<String>,
    variant_id: Option<u32>,
    product_id: Option<u32>,
}

impl Item {
    fn identity(&self) -> Result<Identity, Value> {
        match (&self.sku, self.variant_id, self.product_id) {
            (Some(sku), None, None) => Ok(Identity::Sku(sku.clone())),
            (None, Some(id), None) => Ok(Identity::Variant(id)),
            (None, None, Some(id)) => Ok(Identity::Product(id)),
            _ => Err(json!({ "identity": "Exactly one of sku, variant_id or product_id must be given" })),
        }
    }
}

/// `PUT /v3/inventory/adjustments/absolute`
///
/// All or nothing: one item that may not be adjusted refuses the batch.
pub(crate) fn absolute(world: &World, call: &Call) -> Result<Reply, Problem> {
    let batch = read(call)?;
    world.write(|store| {
        let targets = check(&batch, |item| {
            if item.quantity < 0 {
                return Err(json!({ "quantity": "must not be negative" }));
            }
            store.resolve(&item.identity()?, item.location_id)
        })?;
        for (item, target) in batch.items.iter().zip(targets) {
            store.accept_absolute(target, item.quantity);
        }
        store.apply_due_counts();
        Ok(accepted(call))
    })
}

/// `POST /v3/inventory/adjustments/relative`
pub(crate) fn relative(world: &World, call: &Call) -> Result<Reply, Problem> {
    let batch = read(call)?;
    world.write(|store: &mut Store| {
        let targets = check(&batch, |item| {
            let identity = item.identity()?;
            let target = store.resolve(&identity, item.location_id)?;
            store.check_relative(&identity, target, item.quantity)?;
            Ok(target)
        })?;
        for (item, target) in batch.items.iter().zip(targets) {
            store.apply_relative(target, item.quantity);
        }
        Ok(accepted(call))
    })
}

fn read(call: &Call) -> Result<Batch, Problem> {
    let batch: Batch = call.json()?;
    if batch.items.len() > MAX_ITEMS {
        return Err(Problem::array_too_long(MAX_ITEMS));
    }
    if batch.items.is_empty() {
        return Err(Problem::inventory(json!({ "items": "must not be empty" })));
    }
    Ok(batch)
}

/// What every item speaks of, or the complaints about all that may not be adjusted, by their places.
fn check<T>(batch: &Batch, mut target: impl FnMut(&Item) -> Result<T, Value>) -> Result<Vec<T>, Problem> {
    let mut errors = Map::new();
    let mut targets = Vec::with_capacity(batch.items.len());
    for (index, item) in batch.items.iter().enumerate() {
        match target(item) {
            Ok(found) => targets.push(found),
            Err(Value::Object(complaints)) => {
                errors.extend(
                    complaints.into_iter().map(|(key, words)| (format!("items.{index}.{key}"), words)),
                );
            }
            Err(words) => {
                errors.insert(format!("items.{index}"), words);
            }
        }
    }
    if errors.is_empty() { Ok(targets) } else { Err(Problem::inventory(Value::Object(errors))) }
}

/// The reply carries no envelope; the transaction cannot be looked up.
fn accepted(call: &Call) -> Reply {
    let number = call.now.as_microsecond().unsigned_abs();
    Reply::json(&json!({ "transaction_id": format!("00000000-0000-4000-8000-{number:012x}") }))
}
