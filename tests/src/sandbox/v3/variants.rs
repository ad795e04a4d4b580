//! `catalog/variants` and `catalog/products/{id}/variants`.

use crate::sandbox::call::Call;
use crate::sandbox::json::{Fields, Object};
use crate::sandbox::paging::{self, Page};
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::{Level, Money, OptionValue, Product, Tracking, Variant};
use crate::sandbox::world::World;

/// `GET /v3/catalog/variants`
///
/// Orphans, whose product is gone, are listed too, with product 0.
pub(crate) fn list(world: &World, call: &Call) -> Result<Reply, Problem> {
    let page = Page::read(&call.query, paging::USUAL)?;
    let fields = call.query.fields();
    let id = call.query.value::<u32>("id")?;
    let ids = call.query.ids("id:in")?;
    let product_ids = call.query.ids("product_id:in")?;
    let sku = call.query.text("sku").map(str::to_lowercase);
    let upc = call.query.text("upc");
    let store = world.read();
    let shelf = store.shelf();
    let write = |buffer: &mut Vec<u8>, (product, variant): (Option<&Product>, &Variant)| {
        write_variant(buffer, product, variant, &fields);
    };
    if let (None, None, None, None, None) = (id, &ids, &product_ids, &sku, upc) {
        let total = shelf.variant_count();
        return Ok(page.v3_reply(total, shelf.variants(page.range(total)), write));
    }
    let matches = |product_id: u32, variant: &Variant| {
        id.is_none_or(|id| variant.id == id)
            && ids.as_ref().is_none_or(|ids| ids.contains(&variant.id))
            && product_ids.as_ref().is_none_or(|ids| ids.contains(&product_id))
            && sku.as_ref().is_none_or(|sku| variant.sku.to_lowercase() == *sku)
            && upc.is_none_or(|upc| variant.upc == upc)
    };
    let found: Vec<_> = match &product_ids {
        Some(product_ids) if !product_ids.contains(&0) => product_ids
            .iter()
            .filter_map(|id| shelf.product(*id))
            .flat_map(|product| product.variants.iter().map(move |variant| (Some(product), variant)))
            .filter(|&(product, variant)| matches(product.map_or(0, |p| p.id), variant))
            .collect(),
        _ => shelf
            .variants(0..shelf.variant_count())
            .filter(|&(product, variant)| matches(product.map_or(0, |p| p.id), variant))
            .collect(),
    };
    let rows = found[page.range(found.len())].iter().copied();
    Ok(page.v3_reply(found.len(), rows, write))
}

/// `GET /v3/catalog/products/{id}/variants`
pub(crate) fn of_product(world: &World, call: &Call) -> Result<Reply, Problem> {
    let page = Page::read(&call.query, paging::USUAL)?;
    let fields = call.query.fields();
    let store = world.read();
    let product = store.shelf().product(call.ids[0]).ok_or_else(Problem::not_found)?;
    let total = product.variants.len();
    let rows = product.variants[page.range(total)].iter();
    Ok(page.v3_reply(total, rows, |buffer, variant| write_variant(buffer, Some(product), variant, &fields)))
}

/// Writes one variant; an orphan has no product.
pub(super) fn write_variant(
    buffer: &mut Vec<u8>,
    product: Option<&Product>,
    variant: &Variant,
    fields: &Fields,
) {
    let mut row = Object::with_fields(buffer, fields);
    let product_price = product.map_or(Money::default(), |product| product.price);
    let product_weight = product.map_or(0.0, |product| product.weight);
    let counted: i64 = match product.map(|product| product.tracking) {
        Some(Tracking::Variant) => variant.levels.iter().map(|level: &Level| level.available()).sum(),
        _ => 0,
    };
    row.put("id", variant.id)
        .put("product_id", product.map_or(0, |product| product.id))
        .put("sku", &variant.sku)
        .put("sku_id", (!variant.is_base()).then_some(variant.id))
        .put("price", variant.price.map(Money::number))
        .put("calculated_price", variant.price.unwrap_or(product_price).number())
        .put("sale_price", None::<f64>)
        .put("retail_price", None::<f64>)
        .put("map_price", None::<f64>)
        .put("weight", variant.weight)
        .put("calculated_weight", variant.weight.unwrap_or(product_weight))
        .put("width", None::<f64>)
        .put("height", None::<f64>)
        .put("depth", None::<f64>)
        .put("is_free_shipping", false)
        .put("fixed_cost_shipping_price", None::<f64>)
        .put("purchasing_disabled", false)
        .put("purchasing_disabled_message", "")
        .put("image_url", "")
        .put("cost_price", 0)
        .put("upc", &variant.upc)
        .put("mpn", "")
        .put("gtin", "")
        .put("inventory_level", counted.clamp(i64::from(i32::MIN), i64::from(i32::MAX)))
        .put("inventory_warning_level", 0)
        .put("bin_picking_number", "")
        .put("option_values", variant.values.iter().map(option_value).collect::<Vec<_>>());
    row.end();
}

fn option_value(value: &OptionValue) -> impl serde::Serialize {
    serde_json::json!({
        "id": value.id,
        "label": &*value.label,
        "option_id": value.option_id,
        "option_display_name": &*value.option,
    })
}
