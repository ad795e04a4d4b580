//! `inventory/items`, `inventory/locations` and `inventory/locations/{id}/items`.

use std::collections::BTreeSet;

use serde_json::json;

use crate::sandbox::call::Call;
use crate::sandbox::json::{self, Object};
use crate::sandbox::paging::{self, Page};
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::{Level, Location, Product, Store, Tracking, Variant};
use crate::sandbox::world::World;

type Row<'a> = (&'a Product, &'a Variant);

/// Which items a request asks for.
struct Filter {
    skus: Option<BTreeSet<String>>,
    variant_ids: Option<BTreeSet<u32>>,
    product_ids: Option<BTreeSet<u32>>,
}

impl Filter {
    fn read(call: &Call) -> Result<Self, Problem> {
        let skus = call.query.list("sku:in");
        Ok(Self {
            skus: skus.map(|skus| skus.iter().map(|sku| sku.to_lowercase()).collect()),
            variant_ids: call.query.ids("variant_id:in")?,
            product_ids: call.query.ids("product_id:in")?,
        })
    }

    fn is_empty(&self) -> bool {
        self.skus.is_none() && self.variant_ids.is_none() && self.product_ids.is_none()
    }

    fn accepts(&self, (product, variant): Row<'_>) -> bool {
        self.variant_ids.as_ref().is_none_or(|ids| ids.contains(&variant.id))
            && self.product_ids.as_ref().is_none_or(|ids| ids.contains(&product.id))
            && self.skus.as_ref().is_none_or(|skus| skus.contains(&sku(product, variant).to_lowercase()))
    }
}

/// `GET /v3/inventory/items`
pub(crate) fn items(world: &World, call: &Call) -> Result<Reply, Problem> {
    let location_ids = call.query.ids("location_id:in")?;
    let codes = call.query.list("location_code:in");
    let store = world.read();
    let locations: Vec<(usize, &Location)> = store
        .surroundings
        .locations
        .iter()
        .enumerate()
        .filter(|(_, location)| location_ids.as_ref().is_none_or(|ids| ids.contains(&location.id)))
        .filter(|(_, location)| codes.as_ref().is_none_or(|codes| codes.contains(&location.code)))
        .collect();
    page_of_items(&store, call, |buffer, (product, variant)| {
        let mut row = Object::new(buffer);
        write_identity(&mut row, product, variant);
        row.array("locations", &locations, |buffer, (place, location)| {
            let mut row = Object::new(buffer);
            row.put("location_id", location.id)
                .put("location_code", &location.code)
                .put("location_name", &location.label);
            write_level(&mut row, product, variant, *place);
            row.put("location_enabled", location.enabled);
            row.end();
        });
        row.end();
    })
}

/// `GET /v3/inventory/locations/{id}/items`
pub(crate) fn items_at(world: &World, call: &Call) -> Result<Reply, Problem> {
    let store = world.read();
    let place = store.surroundings.place(call.ids[0]).ok_or_else(Problem::inventory_not_found)?;
    page_of_items(&store, call, |buffer, (product, variant)| {
        let mut row = Object::new(buffer);
        write_identity(&mut row, product, variant);
        write_level(&mut row, product, variant, place);
        row.end();
    })
}

/// `GET /v3/inventory/locations`
pub(crate) fn locations(world: &World, call: &Call) -> Result<Reply, Problem> {
    let page = Page::read(&call.query, paging::INVENTORY)?;
    let ids = call.query.ids("location_id:in")?;
    let codes = call.query.list("location_code:in");
    let is_default = call.query.value::<bool>("is_default")?;
    let is_active = call.query.value::<bool>("is_active")?;
    let store = world.read();
    let found: Vec<&Location> = store
        .surroundings
        .locations
        .iter()
        .filter(|location| ids.as_ref().is_none_or(|ids| ids.contains(&location.id)))
        .filter(|location| codes.as_ref().is_none_or(|codes| codes.contains(&location.code)))
        .filter(|location| is_default.is_none_or(|wanted| wanted == (location.id == 1)))
        .filter(|location| is_active.is_none_or(|wanted| wanted == location.enabled))
        .collect();
    let rows = found[page.range(found.len())].iter();
    Ok(page.v3_reply(found.len(), rows, |buffer, location| {
        json::write(
            buffer,
            &json!({
                "id": location.id,
                "code": location.code,
                "label": location.label,
                "description": "",
                "managed_by_external_source": location.managed_by_external_source,
                "type_id": "PHYSICAL",
                "enabled": location.enabled,
                "time_zone": store.surroundings.timezone,
                "created_at": "2022-05-30T12:18:02Z",
                "updated_at": "2022-05-30T12:18:02Z",
                "address": {
                    "address1": "455 Main Street",
                    "address2": "",
                    "city": "Austin",
                    "state": "Texas",
                    "zip": "78751",
                    "email": "warehouse@example.com",
                    "phone": "555-123-4567",
                    "geo_coordinates": { "latitude": 30.2672, "longitude": -97.7431 },
                    "country_code": "US",
                },
                "storefront_visibility": true,
                "special_hours": [],
            }),
        );
    }))
}

/// A page of items in the order of their variant ids, without orphans.
///
/// A product that is tracked as a whole appears once for each of its variants, each time with the count of
/// the whole pool; one that is not tracked appears with what its variants once counted.
fn page_of_items(
    store: &Store,
    call: &Call,
    row: impl FnMut(&mut Vec<u8>, Row<'_>),
) -> Result<Reply, Problem> {
    let page = Page::read(&call.query, paging::INVENTORY)?;
    let filter = Filter::read(call)?;
    let shelf = store.shelf();
    if filter.is_empty() {
        let total = shelf.owned_variant_count();
        return Ok(page.v3_reply(total, shelf.owned_variants(page.range(total)), row));
    }
    let found: Vec<Row<'_>> = match (&filter.variant_ids, &filter.product_ids) {
        (Some(ids), _) => ids.iter().filter_map(|&id| shelf.variant(id)).collect(),
        (None, Some(ids)) => ids
            .iter()
            .filter_map(|&id| shelf.product(id))
            .flat_map(|product| product.variants.iter().map(move |variant| (product, variant)))
            .collect(),
        (None, None) => shelf.owned_variants(0..shelf.owned_variant_count()).collect(),
    };
    let found: Vec<Row<'_>> = found.into_iter().filter(|&row| filter.accepts(row)).collect();
    Ok(page.v3_reply(found.len(), found[page.range(found.len())].iter().copied(), row))
}

fn sku<'a>(product: &'a Product, variant: &'a Variant) -> &'a str {
    if variant.sku.is_empty() && variant.is_base() { &product.sku } else { &variant.sku }
}

fn write_identity(row: &mut Object<'_>, product: &Product, variant: &Variant) {
    row.object("identity", |identity| {
        identity
            .put("sku", sku(product, variant))
            .put("variant_id", variant.id)
            .put("product_id", product.id)
            .put("sku_id", (!variant.is_base()).then_some(variant.id));
    });
}

fn write_level(row: &mut Object<'_>, product: &Product, variant: &Variant, place: usize) {
    let level: Level = product.levels_of(variant).get(place).copied().unwrap_or_default();
    row.put("available_to_sell", level.available()).put("total_inventory_onhand", level.shown()).object(
        "settings",
        |settings| {
            settings
                .put("safety_stock", level.safety_stock)
                .put("is_in_stock", product.tracking == Tracking::None || level.available() > 0)
                .put("warning_level", 0)
                .put("bin_picking_number", "");
        },
    );
}
