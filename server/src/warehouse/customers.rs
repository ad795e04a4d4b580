//! Customers: those of a store, and guests.

use std::collections::HashMap;

use sqlx::any::AnyRow;

use crate::{
    db::{Db, Result, Row, Tx, Value, insert, select_in},
    domain::{catalog::fold, order::Shopper, store::StoreId},
};

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The database's number.
    pub id: i64,
    /// The store.
    pub store: StoreId,
    /// Who it is.
    pub shopper: Shopper,
}

fn customer(row: &AnyRow) -> Result<Customer> {
    let row = Row(row, "customers");
    Ok(Customer {
        id: row.int("id")?,
        store: StoreId(row.int("store_id")?),
        shopper: Shopper {
            store_customer_id: row.int("store_customer_id")?,
            name: row.text("name")?,
            company: row.text("company")?,
            email: row.text("email")?,
            phone: row.text("phone")?,
            address: row.text("address")?,
        },
    })
}

/// Customers of a store by their id in BigCommerce.
pub async fn of_store(tx: &mut Tx, store: StoreId, ids: Vec<i64>) -> Result<HashMap<i64, Customer>> {
    let head = "SELECT * FROM customers WHERE store_id = ?";
    let ids = ids.into_iter().map(Value::from).collect();
    let rows = select_in(tx, head, &[store.0], "store_customer_id", ids).await?;
    rows.iter().map(|row| customer(row).map(|found| (found.shopper.store_customer_id, found))).collect()
}

/// The number of the customer of a store with an e-mail address, by folded address; one with an account goes before
/// a guest.
pub async fn by_email(tx: &mut Tx, store: StoreId, emails: Vec<String>) -> Result<HashMap<String, i64>> {
    let head = "SELECT id, email_key, store_customer_id FROM customers WHERE store_id = ?";
    let emails = emails.into_iter().map(Value::from).collect();
    let mut found: HashMap<String, (bool, i64)> = HashMap::new();
    for row in &select_in(tx, head, &[store.0], "email_key", emails).await? {
        let row = Row(row, "customers");
        let rank = (row.int("store_customer_id")? == 0, row.int("id")?);
        let best = found.entry(row.text("email_key")?).or_insert(rank);
        *best = rank.min(*best);
    }
    Ok(found.into_iter().map(|(email, (_, id))| (email, id)).collect())
}

/// Makes customers, or takes over what is new of them; the numbers are theirs where they are new.
pub async fn put(tx: &mut Tx, division: i64, customers: &[Customer]) -> Result<()> {
    let row = |customer: &Customer| {
        let Shopper { store_customer_id, name, company, email, phone, address } = &customer.shopper;
        [
            customer.id.into(),
            division.into(),
            customer.store.0.into(),
            (*store_customer_id).into(),
            name.clone().into(),
            fold(name).into(),
            company.clone().into(),
            email.clone().into(),
            fold(email).into(),
            phone.clone().into(),
            address.clone().into(),
        ]
    };
    let into = "customers (id, division_id, store_id, store_customer_id, name, name_key, company, email, email_key, \
                phone, address)";
    let (guests, known): (Vec<_>, Vec<_>) =
        customers.iter().partition(|customer| customer.shopper.store_customer_id == 0);
    let renew = "ON CONFLICT (store_id, store_customer_id) WHERE store_customer_id > 0 DO UPDATE SET \
                 name = excluded.name, name_key = excluded.name_key, company = excluded.company, \
                 email = excluded.email, email_key = excluded.email_key, phone = excluded.phone, \
                 address = excluded.address";
    insert(tx, into, known.into_iter().map(row).collect(), renew).await?;
    let stay = "ON CONFLICT (store_id, email_key) WHERE store_customer_id = 0 DO NOTHING";
    insert(tx, into, guests.into_iter().map(row).collect(), stay).await.map(drop)
}

/// Customers of a division by name and number, beginning after one; only those of one store where it is named.
pub async fn list(
    db: &Db,
    (division, store): (i64, Option<StoreId>),
    search: &str,
    after: (&str, i64),
    limit: i64,
) -> Result<Vec<Customer>> {
    let pattern = super::items::pattern(search);
    let statement = db
        .statement(
            "SELECT * FROM customers WHERE division_id = ? AND (? = 0 OR store_id = ?) \
             AND (name_key > ? OR (name_key = ? AND id > ?)) AND (name_key LIKE ? ESCAPE '!' \
             OR email_key LIKE ? ESCAPE '!' OR LOWER(company) LIKE ? ESCAPE '!') ORDER BY name_key, id LIMIT ?",
        )
        .bind(division)
        .bind(store.map_or(0, |store| store.0))
        .bind(store.map_or(0, |store| store.0))
        .bind(after.0.to_owned())
        .bind(after.0.to_owned())
        .bind(after.1)
        .bind(pattern.clone())
        .bind(pattern.clone())
        .bind(pattern)
        .bind(limit);
    db.rows(statement).await?.iter().map(customer).collect()
}
