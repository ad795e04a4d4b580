//! The least that an import must do: fetch, parse and write, eight pages in flight, those that are there in one
//! transaction, and nothing else. No proof that nothing slipped through, no binding looked up, nothing to resume: what
//! remains is the limit that the import is measured against.

use std::{path::PathBuf, time::Instant};

use anyhow::Context as _;
use clap::Parser;
use futures::{StreamExt as _, stream};
use reqwest::Client;
use serde::{Deserialize, de::DeserializeOwned};
use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection};

/// Rows in one statement.
const ROWS: usize = 500;
/// Pages in flight.
const AT_ONCE: usize = 8;

#[derive(Parser)]
struct Args {
    /// The store's address, as the API has it up to its hash
    store: String,
    /// Its access token
    token: String,
    /// How many products it has
    products: usize,
    /// The database to make
    file: PathBuf,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Product {
    id: i64,
    name: Option<String>,
    inventory_tracking: String,
    variants: Vec<Variant>,
}

#[derive(Deserialize)]
struct Variant {
    id: i64,
    sku: Option<String>,
    upc: Option<String>,
    price: Option<f64>,
    weight: Option<f64>,
}

#[derive(Deserialize)]
struct Count {
    identity: Identity,
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Identity {
    variant_id: i64,
}

#[derive(Deserialize)]
struct Location {
    location_id: i64,
    total_inventory_onhand: i64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "the bare pipeline shares nothing with the server")]
    let http = Client::builder().pool_max_idle_per_host(16).tcp_nodelay(true).build()?;
    let mut db = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", args.file.display())).await?;
    for sql in [
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE items (id INTEGER PRIMARY KEY, number_key TEXT NOT NULL UNIQUE, number TEXT, name TEXT, \
         upc TEXT, price BIGINT, weight BIGINT)",
        "CREATE TABLE bindings (product_id BIGINT, variant_id BIGINT, item_id BIGINT, sku TEXT, tracking TEXT, \
         PRIMARY KEY (product_id, variant_id)) WITHOUT ROWID",
        "CREATE INDEX bindings_by_item ON bindings (item_id)",
        "CREATE TABLE inventory (item_id BIGINT, location_id BIGINT, on_hand BIGINT, \
         PRIMARY KEY (item_id, location_id)) WITHOUT ROWID",
    ] {
        sqlx::query(sql).execute(&mut db).await?;
    }
    let began = Instant::now();
    let fields = "name,sku,upc,gtin,price,weight,inventory_tracking";
    let products = format!("v3/catalog/products?include=variants&include_fields={fields}&sort=id&limit=250");
    let pages = fetch::<Product>(&http, &args, products, args.products.div_ceil(250));
    let mut pages = std::pin::pin!(pages.ready_chunks(AT_ONCE));
    while let Some(pages) = pages.next().await {
        write_products(&mut db, joined(pages)?).await?;
    }
    let inventory = "v3/inventory/items?limit=1000".to_owned();
    let pages = fetch::<Count>(&http, &args, inventory, args.products.div_ceil(1_000));
    let mut pages = std::pin::pin!(pages.ready_chunks(AT_ONCE));
    while let Some(pages) = pages.next().await {
        write_counts(&mut db, joined(pages)?).await?;
    }
    anstream::println!("bare pipeline: {:.2} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Pages in order, eight of them in flight, each parsed by a task of its own.
fn fetch<T: DeserializeOwned + Send + 'static>(
    http: &Client,
    args: &Args,
    path: String,
    pages: usize,
) -> impl futures::Stream<Item = anyhow::Result<Vec<T>>> {
    stream::iter(1..=pages)
        .map(move |page| {
            let request = http
                .get(format!("{}/{path}&page={page}", args.store))
                .header("X-Auth-Token", &args.token)
                .header("Accept", "application/json");
            tokio::spawn(async move {
                let body = request.send().await?.error_for_status()?.bytes().await?;
                anyhow::Ok(serde_json::from_slice::<Page<T>>(&body)?.data)
            })
        })
        .buffered(AT_ONCE)
        .map(|page| page.context("a page's task ended")?)
}

fn joined<T>(pages: Vec<anyhow::Result<Vec<T>>>) -> anyhow::Result<Vec<T>> {
    Ok(pages.into_iter().collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

#[expect(clippy::cast_possible_truncation, reason = "prices of a catalogue that was made for this")]
fn ten_thousandths(value: Option<f64>) -> Option<i64> {
    value.map(|value| (value * 10_000.0).round() as i64)
}

async fn write_products(db: &mut SqliteConnection, products: Vec<Product>) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for product in products {
        for variant in product.variants {
            rows.push((product.id, product.name.clone(), product.inventory_tracking.clone(), variant));
        }
    }
    let mut tx = db.begin().await?;
    for chunk in rows.chunks(ROWS) {
        let mut items = QueryBuilder::<Sqlite>::new(
            "INSERT INTO items (id, number_key, number, name, upc, price, weight) ",
        );
        items.push_values(chunk, |mut row, (_, name, _, variant)| {
            let sku = variant.sku.clone().unwrap_or_default();
            row.push_bind(variant.id)
                .push_bind(sku.trim().to_lowercase())
                .push_bind(sku)
                .push_bind(name.clone());
            row.push_bind(variant.upc.clone()).push_bind(ten_thousandths(variant.price));
            row.push_bind(ten_thousandths(variant.weight));
        });
        items.build().execute(&mut *tx).await?;
        let mut bindings = QueryBuilder::<Sqlite>::new("INSERT INTO bindings ");
        bindings.push_values(chunk, |mut row, (product, _, tracking, variant)| {
            row.push_bind(*product).push_bind(variant.id).push_bind(variant.id);
            row.push_bind(variant.sku.clone()).push_bind(tracking.clone());
        });
        bindings.build().execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

async fn write_counts(db: &mut SqliteConnection, counts: Vec<Count>) -> anyhow::Result<()> {
    let rows: Vec<(i64, i64, i64)> = counts
        .into_iter()
        .filter_map(|count| {
            let location = count.locations.first()?;
            Some((count.identity.variant_id, location.location_id, location.total_inventory_onhand))
        })
        .collect();
    let mut tx = db.begin().await?;
    for chunk in rows.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO inventory ");
        insert.push_values(chunk, |mut row, (item, location, on_hand)| {
            row.push_bind(*item).push_bind(*location).push_bind(*on_hand);
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}
