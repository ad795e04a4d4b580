//! Renders ahead what clients usually ask for.

use bytes::Bytes;
use hyper::Method;

use super::call::Call;
use super::query::Query;
use super::routes::{self, Found};
use super::world::World;

/// Asks for every page of the products with their variants, of all variants and of the inventory, as a
/// client that accepts gzip would.
pub(super) fn render(world: &World) -> usize {
    let (products, variants, items) = {
        let store = world.read();
        let shelf = store.shelf();
        (shelf.products().len(), shelf.variant_count(), shelf.owned_variant_count())
    };
    let lists = [
        ("/v3/catalog/products", "include=variants", products, 250),
        ("/v3/catalog/variants", "", variants, 250),
        ("/v3/inventory/items", "", items, 1_000),
    ];
    let mut rendered = 0;
    for (path, filter, rows, limit) in lists {
        let pages = rows.div_ceil(limit);
        render_list(world, path, &format!("{filter}&limit={limit}"), pages);
        rendered += pages;
    }
    rendered
}

/// Renders the first pages of one list.
pub(super) fn render_list(world: &World, path: &str, query: &str, pages: usize) {
    for page in 1..=pages {
        render_page(world, path, &format!("{query}&page={page}"));
    }
}

fn render_page(world: &World, path: &str, raw_query: &str) {
    let Found::Route(route, ids) = routes::find(&Method::GET, path) else { return };
    let call = Call {
        method: Method::GET,
        path: path.to_owned(),
        raw_query: raw_query.to_owned(),
        query: Query::parse(raw_query),
        body: Bytes::new(),
        ids,
        now: world.clock.now(),
        store_url: world.store_url(),
    };
    world.answer(route, &call, true);
}
