//! The store's customers, and the guests who order without an account (OQ-27).

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Result, Work};
use crate::{
    bigcommerce::CustomerPage,
    db::{NewParked, Tx},
    domain::{
        catalog::fold,
        configuration::GuestRule,
        order::{Shopper, StoreOrder},
        reason::Reason,
        run::{Counts, PhaseKind},
    },
    warehouse::{
        changes::{Change, ChangeKind},
        customers::{self, Customer},
    },
};

const PHASE: PhaseKind = PhaseKind::Customers;

/// How far the customers have been read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Cursor {
    /// The store's own cursor.
    after: String,
}

/// Reads the customers that changed since the last sync, or every one of them.
pub(super) async fn sync(work: &Work, cursor: &str) -> Result<()> {
    let mut cursor: Cursor = serde_json::from_str(cursor).unwrap_or_default();
    let since = work.since(PHASE).await?;
    loop {
        let page = work.api.customers(since, &cursor.after).await?;
        let mut tx = work.page().await?;
        let counts = apply(work, &mut tx, &page).await?;
        let Some(next) = page.next else {
            return work.end_with(tx, PHASE, counts, page.total).await;
        };
        cursor.after = next;
        work.keep(tx, PHASE, &serde_json::json!(cursor).to_string(), counts, page.total).await?;
    }
}

async fn apply(work: &Work, tx: &mut Tx, page: &CustomerPage) -> Result<Counts> {
    let ids: Vec<i64> = page.customers.iter().map(|shopper| shopper.store_customer_id).collect();
    let known = customers::of_store(tx, work.store.id, ids.clone()).await?;
    let new = page.customers.iter().filter(|shopper| !known.contains_key(&shopper.store_customer_id));
    let mut counts = Counts::default();
    let mut changes = Vec::new();
    let mut written = make(work, new.cloned(), &mut changes).await?;
    counts.created = count(written.len());
    for shopper in &page.customers {
        let Some(before) = known.get(&shopper.store_customer_id) else { continue };
        if before.shopper == *shopper {
            counts.unchanged += 1;
            continue;
        }
        counts.updated += 1;
        changes.extend(differences(&before.shopper, shopper));
        written.push(Customer { shopper: shopper.clone(), ..before.clone() });
    }
    customers::put(tx, work.place.division, &written).await?;
    work.note(tx, changes).await?;
    let parked: Vec<NewParked> = page
        .unreadable
        .iter()
        .map(|record| NewParked {
            record_id: record.id,
            part_id: 0,
            record: format!("customer {}", record.id),
            reason: Reason::Unreadable,
            detail: record.what.clone(),
        })
        .collect();
    let of = (work.store.id, work.lease.run, PHASE);
    counts += work.db.park(tx, of, &parked).await?;
    work.db.unpark(tx, of, ids).await?;
    Ok(counts)
}

/// The customers of orders that are to be picked, by order; those that are not there yet are made.
pub(super) async fn of_orders(work: &Work, tx: &mut Tx, orders: &[StoreOrder]) -> Result<HashMap<i64, i64>> {
    let with_account: Vec<i64> =
        orders.iter().map(|order| order.shopper.store_customer_id).filter(|id| *id > 0).collect();
    let known = customers::of_store(tx, work.store.id, with_account).await?;
    let missing: BTreeMap<i64, Shopper> = orders
        .iter()
        .map(|order| (order.shopper.store_customer_id, order.shopper.clone()))
        .filter(|(id, _)| *id > 0 && !known.contains_key(id))
        .collect();
    let guests: Vec<(i64, Shopper)> = orders
        .iter()
        .filter(|order| order.shopper.store_customer_id == 0)
        .filter_map(|order| Some((order.id, guest(work, &order.shopper)?)))
        .collect();
    let keys = guests.iter().map(|(_, guest)| fold(&guest.email)).collect();
    let found = customers::by_email(tx, work.store.id, keys).await?;
    let new_guests: BTreeMap<String, Shopper> = guests
        .iter()
        .map(|(_, guest)| (fold(&guest.email), guest.clone()))
        .filter(|(key, _)| !found.contains_key(key))
        .collect();
    let mut changes = Vec::new();
    let new = missing.into_values().chain(new_guests.into_values());
    let made = make(work, new, &mut changes).await?;
    customers::put(tx, work.place.division, &made).await?;
    work.note(tx, changes).await?;
    let by_account = |id: i64| {
        let made = made.iter().find(|customer| customer.shopper.store_customer_id == id);
        known.get(&id).or(made).map(|customer| customer.id)
    };
    let by_email = |guest: &Shopper| {
        let key = fold(&guest.email);
        let is_made =
            |made: &&Customer| made.shopper.store_customer_id == 0 && fold(&made.shopper.email) == key;
        found.get(&key).copied().or_else(|| made.iter().find(is_made).map(|made| made.id))
    };
    let with_account = orders
        .iter()
        .filter(|order| order.shopper.store_customer_id > 0)
        .filter_map(|order| Some((order.id, by_account(order.shopper.store_customer_id)?)));
    let without = guests.iter().filter_map(|(order, guest)| Some((*order, by_email(guest)?)));
    Ok(with_account.chain(without).collect())
}

/// Whoever stands for a guest; nobody for one who left no address, unless one customer stands for all.
fn guest(work: &Work, shopper: &Shopper) -> Option<Shopper> {
    match work.configuration.guest_rule {
        GuestRule::OneCustomer => {
            Some(Shopper { name: work.configuration.guest_customer.clone(), ..Shopper::default() })
        }
        GuestRule::ByEmail => (!shopper.email.trim().is_empty()).then(|| shopper.clone()),
    }
}

/// New customers with numbers of their own.
async fn make(
    work: &Work,
    new: impl Iterator<Item = Shopper>,
    changes: &mut Vec<Change>,
) -> Result<Vec<Customer>> {
    let new: Vec<Shopper> = new.collect();
    let ids = work.db.next_ids("customers", new.len()).await?;
    changes.extend(new.iter().map(|shopper| Change {
        kind: ChangeKind::Customer,
        record: shopper.name.clone(),
        field: "customer".to_owned(),
        old: String::new(),
        new: shopper.email.clone(),
    }));
    Ok(ids.zip(new).map(|(id, shopper)| Customer { id, store: work.store.id, shopper }).collect())
}

fn differences(before: &Shopper, after: &Shopper) -> Vec<Change> {
    let of =
        |field, old: &String, new: &String| Change::of(ChangeKind::Customer, &after.name, field, old, new);
    [
        of("name", &before.name, &after.name),
        of("company", &before.company, &after.company),
        of("e-mail address", &before.email, &after.email),
        of("telephone", &before.phone, &after.phone),
        of("address", &before.address, &after.address),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn count(records: usize) -> i64 {
    i64::try_from(records).unwrap_or(i64::MAX)
}
