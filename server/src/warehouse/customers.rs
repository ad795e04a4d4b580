//! Customers: those of a store, and guests.

use std::collections::HashMap;

use sqlx::any::AnyRow;

use crate::{
    db::{Db, Listed, Order, Part, Result, Row, Rows, Source, Tx, Value, insert, list_of, select_in},
    domain::{
        catalog::{fold, sort_key},
        order::Shopper,
        store::StoreId,
    },
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
            sort_key(name).into(),
            company.clone().into(),
            sort_key(company).into(),
            email.clone().into(),
            fold(email).into(),
            phone.clone().into(),
            address.clone().into(),
        ]
    };
    let into = "customers (id, division_id, store_id, store_customer_id, name, name_key, company, company_key, email, \
                email_key, phone, address)";
    let (guests, known): (Vec<_>, Vec<_>) =
        customers.iter().partition(|customer| customer.shopper.store_customer_id == 0);
    let renew = "ON CONFLICT (store_id, store_customer_id) WHERE store_customer_id > 0 DO UPDATE SET \
                 name = excluded.name, name_key = excluded.name_key, company = excluded.company, \
                 company_key = excluded.company_key, \
                 email = excluded.email, email_key = excluded.email_key, phone = excluded.phone, \
                 address = excluded.address";
    insert(tx, into, known.into_iter().map(row).collect(), renew).await?;
    let stay = "ON CONFLICT (store_id, email_key) WHERE store_customer_id = 0 DO NOTHING";
    insert(tx, into, guests.into_iter().map(row).collect(), stay).await.map(drop)
}

/// What customers can be sorted by.
pub const ORDERS: [Order; 2] = [Order::text("name", "name_key"), Order::text("email", "email_key")];

/// Customers of some stores in a division whose name, company or e-mail address contains a text.
pub async fn list(
    db: &Db,
    (division, stores): (i64, &[StoreId]),
    search: &str,
    part: &Part,
) -> Result<Listed<Customer>> {
    let stores = list_of(stores.iter().map(|store| store.0));
    let mut conditions = format!("division_id = ? AND store_id IN ({stores})");
    let mut values = vec![division.into()];
    let is_searched = !fold(search).is_empty();
    if is_searched {
        conditions += " AND (name_key LIKE ? ESCAPE '!' OR email_key LIKE ? ESCAPE '!' \
                       OR company_key LIKE ? ESCAPE '!')";
        values.extend(vec![Value::from(super::items::pattern(search)); 3]);
    }
    let source = Source { from: "customers", conditions, values };
    let rows = Rows { columns: "id", ids: &["id"], source, counted: None, is_searched };
    let listed = db.listed(&rows, part).await?;
    let ids: Vec<i64> =
        listed.rows.iter().map(|row| Row(row, "customers").int("id")).collect::<Result<_>>()?;
    let rows = db.rows_in("SELECT * FROM customers WHERE 1 = 1", "id", ids.iter().copied()).await?;
    let mut found: HashMap<i64, Customer> =
        rows.iter().map(|row| customer(row).map(|one| (one.id, one))).collect::<Result<_>>()?;
    let customers = ids.iter().filter_map(|id| found.remove(id)).collect();
    Ok(listed.with(customers))
}
