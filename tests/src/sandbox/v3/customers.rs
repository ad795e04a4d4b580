//! `customers` and `customers/addresses`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::call::Call;
use crate::sandbox::clock::v3_date;
use crate::sandbox::cursor::{Cursor, Window};
use crate::sandbox::json;
use crate::sandbox::paging::{self, Page};
use crate::sandbox::query::Query;
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::{BookEntry, Customer};
use crate::sandbox::world::World;

/// A customer that includes the address book shows no more of it than this.
const MAX_INCLUDED_ADDRESSES: usize = 10;

type Text = fn(&Customer) -> String;
type Date = fn(&Customer) -> Timestamp;
type Compare = fn(&i64, &i64) -> bool;

type Predicate = Box<dyn Fn(&Customer) -> bool>;

/// `GET /v3/customers`
pub(crate) fn list(world: &World, call: &Call) -> Result<Reply, Problem> {
    let window = Window::read(&call.query, paging::USUAL)?;
    let with_addresses = call.query.list("include").is_some_and(|names| names.contains("addresses"));
    let (key, descending) = sorting(&call.query)?;
    let predicates = predicates(&call.query)?;
    let store = world.read();
    let mut found: Vec<(Cursor, &Customer)> = store
        .customers()
        .values()
        .filter(|customer| predicates.iter().all(|accepts| accepts(customer)))
        .map(|customer| (Cursor { key: key(customer), id: customer.id }, customer))
        .collect();
    found.sort_by(|(a, _), (b, _)| if descending { b.cmp(a) } else { a.cmp(b) });
    let (places, customers): (Vec<Cursor>, Vec<&Customer>) = found.into_iter().unzip();
    let (rows, meta) = window.cut(&places, descending);
    Ok(paging::v3_reply(&meta, customers[rows].iter(), |buffer, customer| {
        json::write(buffer, &body(customer, with_addresses));
    }))
}

/// `GET /v3/customers/addresses`
pub(crate) fn addresses(world: &World, call: &Call) -> Result<Reply, Problem> {
    let query = &call.query;
    let page = Page::read(query, paging::USUAL)?;
    let ids = query.ids("id:in")?;
    let customer_ids = query.ids("customer_id:in")?;
    let companies = folded(query, "company:in");
    let names = folded(query, "name:in");
    let store = world.read();
    let mut found: Vec<(&Customer, &BookEntry)> = store
        .customers()
        .values()
        .filter(|customer| customer_ids.as_ref().is_none_or(|ids| ids.contains(&customer.id)))
        .flat_map(|customer| customer.addresses.iter().map(move |entry| (customer, entry)))
        .filter(|(_, entry)| ids.as_ref().is_none_or(|ids| ids.contains(&entry.id)))
        .filter(|(_, BookEntry { address, .. })| {
            let name = full_name(&address.first_name, &address.last_name);
            names.as_ref().is_none_or(|names| names.contains(&name))
                && companies.as_ref().is_none_or(|some| some.contains(&address.company.to_lowercase()))
        })
        .collect();
    found.sort_by_key(|(_, entry)| entry.id);
    let rows = found[page.range(found.len())].iter();
    Ok(page.v3_reply(found.len(), rows, |buffer, (customer, entry)| {
        json::write(buffer, &address_body(customer, entry));
    }))
}

fn sorting(query: &Query) -> Result<(Text, bool), Problem> {
    let Some(sort) = query.text("sort") else { return Ok((|_| String::new(), false)) };
    let (field, direction) = sort.split_once(':').ok_or_else(|| Problem::invalid("sort"))?;
    let key: Text = match field {
        "date_created" => |customer| v3_date(customer.created_at),
        "date_modified" => |customer| v3_date(customer.modified_at),
        "last_name" => |customer| customer.last_name.to_lowercase(),
        _ => return Err(Problem::invalid("sort")),
    };
    match direction {
        "asc" => Ok((key, false)),
        "desc" => Ok((key, true)),
        _ => Err(Problem::invalid("sort")),
    }
}

fn predicates(query: &Query) -> Result<Vec<Predicate>, Problem> {
    let mut predicates: Vec<Predicate> = Vec::new();
    if let Some(ids) = query.ids("id:in")? {
        predicates.push(Box::new(move |customer| ids.contains(&customer.id)));
    }
    if let Some(groups) = query.ids("customer_group_id:in")? {
        predicates.push(Box::new(move |_| groups.contains(&0)));
    }
    let texts: [(_, Text); 4] = [
        ("email:in", |customer| customer.email.to_lowercase()),
        ("company:in", |customer| customer.company.to_lowercase()),
        ("phone:in", |customer| customer.phone.to_lowercase()),
        ("name:in", |customer| full_name(&customer.first_name, &customer.last_name)),
    ];
    for (name, text) in texts {
        if let Some(wanted) = folded(query, name) {
            predicates.push(Box::new(move |customer| wanted.contains(&text(customer))));
        }
    }
    if let Some(parts) = folded(query, "name:like") {
        predicates.push(Box::new(move |customer| {
            let name = full_name(&customer.first_name, &customer.last_name);
            parts.iter().any(|part| name.contains(part))
        }));
    }
    let created: Date = |customer| customer.created_at;
    let modified: Date = |customer| customer.modified_at;
    let dates: [(_, _, Compare); 6] = [
        ("date_created", created, i64::eq),
        ("date_created:min", created, i64::ge),
        ("date_created:max", created, i64::le),
        ("date_modified", modified, i64::eq),
        ("date_modified:min", modified, i64::ge),
        ("date_modified:max", modified, i64::le),
    ];
    for (name, date, accepts) in dates {
        if let Some(bound) = query.instant(name)? {
            let bound = bound.as_second();
            predicates.push(Box::new(move |customer| accepts(&date(customer).as_second(), &bound)));
        }
    }
    Ok(predicates)
}

/// A list of texts that are compared without regard to case.
fn folded(query: &Query, name: &str) -> Option<BTreeSet<String>> {
    Some(query.list(name)?.iter().map(|text| text.to_lowercase()).collect())
}

fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}").to_lowercase()
}

fn body(customer: &Customer, with_addresses: bool) -> Value {
    let mut body = json!({
        "id": customer.id,
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "company": customer.company,
        "phone": customer.phone,
        "registration_ip_address": "",
        "notes": "",
        "tax_exempt_category": "",
        "customer_group_id": 0,
        "date_created": v3_date(customer.created_at),
        "date_modified": v3_date(customer.modified_at),
        "address_count": customer.addresses.len(),
        "attribute_count": 0,
        "authentication": { "force_password_reset": false },
        "accepts_product_review_abandoned_cart_emails": false,
        "origin_channel_id": 1,
        "channel_ids": [1],
    });
    if with_addresses {
        let entries = customer.addresses.iter().take(MAX_INCLUDED_ADDRESSES);
        body["addresses"] = entries.map(|entry| address_body(customer, entry)).collect();
    }
    body
}

fn address_body(customer: &Customer, BookEntry { id, address }: &BookEntry) -> Value {
    json!({
        "id": id,
        "customer_id": customer.id,
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address1": address.street,
        "address2": "",
        "city": address.city,
        "state_or_province": address.state,
        "postal_code": address.zip,
        "country_code": address.country_iso2,
        "country": address.country,
        "phone": address.phone,
        "address_type": if address.company.is_empty() { "residential" } else { "commercial" },
    })
}
