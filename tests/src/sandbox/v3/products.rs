//! `catalog/products` and `catalog/summary`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::product_filter::ProductFilter;
use super::variants::write_variant;
use crate::sandbox::call::Call;
use crate::sandbox::clock::v3_date;
use crate::sandbox::json::{Fields, Object};
use crate::sandbox::paging::{self, Page};
use crate::sandbox::query::Query;
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::{Kind, Money, OptionValue, Product, Variant};
use crate::sandbox::world::World;

/// A page that includes options or modifiers holds no more than this.
const MAX_WITH_OPTIONS: usize = 10;

/// What is to be included with each product.
struct Includes {
    variants: bool,
    options: bool,
    modifiers: bool,
}

impl Includes {
    fn read(query: &Query) -> Self {
        let names = query.list("include").unwrap_or_default();
        let has = |name: &str| names.contains(name);
        Self { variants: has("variants"), options: has("options"), modifiers: has("modifiers") }
    }
}

/// `GET /v3/catalog/products`
pub(crate) fn list(world: &World, call: &Call) -> Result<Reply, Problem> {
    let includes = Includes::read(&call.query);
    let fields = call.query.fields();
    let mut page = Page::read(&call.query, paging::USUAL)?;
    if includes.options || includes.modifiers {
        page = page.capped(MAX_WITH_OPTIONS);
    }
    let filter = ProductFilter::read(call)?;
    let store = world.read();
    let selection = filter.select(store.shelf());
    let products = store.shelf().products();
    let rows = page.range(selection.len()).map(|index| &products[selection.position(index)]);
    Ok(page.v3_reply(selection.len(), rows, |buffer, product| {
        write_product(buffer, product, &fields, &includes);
    }))
}

/// `GET /v3/catalog/products/{id}`
pub(crate) fn show(world: &World, call: &Call) -> Result<Reply, Problem> {
    let includes = Includes::read(&call.query);
    let fields = call.query.fields();
    let store = world.read();
    let product = store.shelf().product(call.ids[0]).ok_or_else(Problem::not_found)?;
    let mut body = Vec::from(br#"{"data":"#);
    write_product(&mut body, product, &fields, &includes);
    body.extend_from_slice(br#","meta":{}}"#);
    Ok(Reply::json_bytes(body))
}

/// `GET /v3/catalog/summary`
#[expect(clippy::unnecessary_wraps, reason = "all endpoints have one signature")]
pub(crate) fn summary(world: &World, _call: &Call) -> Result<Reply, Problem> {
    let store = world.read();
    let products = store.shelf().products();
    let prices = || {
        products.iter().flat_map(|product| {
            product.variants.iter().map(|variant| variant.price.unwrap_or(product.price).number())
        })
    };
    let count: i64 = products.iter().map(|product| product.available().max(0)).sum();
    let value: Money = products.iter().map(|product| product.price.times(product.available().max(0))).sum();
    let lowest = prices().fold(f64::INFINITY, f64::min);
    let variants = store.shelf().variant_count();
    let dates = || products.iter().map(|product| product.created_at);
    Ok(Reply::v3(&json!({
        "inventory_count": count,
        "inventory_value": value.number(),
        "primary_category_id": 23,
        "primary_category_name": "Shop all",
        "variant_count": variants,
        "highest_variant_price": prices().fold(0.0, f64::max),
        "average_variant_price": prices().sum::<f64>() / f64::from(u32::try_from(variants.max(1)).unwrap_or(u32::MAX)),
        "lowest_variant_price": if lowest.is_finite() { lowest.to_string() } else { "0".to_owned() },
        "oldest_variant_date": dates().min().map(v3_date),
        "newest_variant_date": dates().max().map(v3_date),
    })))
}

fn write_product(buffer: &mut Vec<u8>, product: &Product, fields: &Fields, includes: &Includes) {
    let mut row = Object::with_fields(buffer, fields);
    let price = product.price.number();
    row.put("id", product.id)
        .put("name", &product.name)
        .put("type", product.kind)
        .put("sku", &product.sku)
        .put("description", "")
        .put("weight", product.weight)
        .put("width", 0)
        .put("depth", 0)
        .put("height", 0)
        .put("price", price)
        .put("cost_price", 0)
        .put("retail_price", 0)
        .put("sale_price", 0)
        .put("map_price", 0)
        .put("tax_class_id", 0)
        .put("product_tax_code", "")
        .put("calculated_price", price)
        .put("categories", [23])
        .put("brand_id", product.brand_id)
        .put("option_set_id", None::<u32>)
        .put("option_set_display", "right")
        .put("inventory_level", product.available().clamp(0, i64::from(i32::MAX)))
        .put("inventory_warning_level", 0)
        .put("inventory_tracking", product.tracking)
        .put("reviews_rating_sum", 0)
        .put("reviews_count", 0)
        .put("total_sold", 0)
        .put("fixed_cost_shipping_price", 0)
        .put("is_free_shipping", product.kind == Kind::Digital)
        .put("is_visible", product.is_visible)
        .put("is_featured", false)
        .put("related_products", [-1])
        .put("warranty", "")
        .put("bin_picking_number", "")
        .put("layout_file", "product.html")
        .put("upc", &product.upc)
        .put("mpn", "")
        .put("gtin", "")
        .put("date_last_imported", None::<&str>)
        .put("search_keywords", "")
        .put("availability", "available")
        .put("availability_description", "")
        .put("gift_wrapping_options_type", "any")
        .put("gift_wrapping_options_list", [0_u8; 0])
        .put("sort_order", 0)
        .put("condition", "New")
        .put("is_condition_shown", false)
        .put("order_quantity_minimum", 0)
        .put("order_quantity_maximum", 0)
        .put("page_title", "")
        .put("meta_keywords", [""; 0])
        .put("meta_description", "")
        .put("date_created", v3_date(product.created_at))
        .put("date_modified", v3_date(product.modified_at))
        .put("view_count", 0)
        .put("preorder_release_date", None::<&str>)
        .put("preorder_message", "")
        .put("is_preorder_only", false)
        .put("is_price_hidden", false)
        .put("price_hidden_label", "")
        .object("custom_url", |url| {
            url.put("url", format_args!("/product-{}/", product.id)).put("is_customized", false);
        })
        .put("base_variant_id", product.base_variant_id())
        .put("open_graph_type", "product")
        .put("open_graph_title", "")
        .put("open_graph_description", "")
        .put("open_graph_use_meta_description", true)
        .put("open_graph_use_product_name", true)
        .put("open_graph_use_image", true);
    if includes.variants {
        row.array("variants", &product.variants, |buffer, variant: &Variant| {
            write_variant(buffer, Some(product), variant, &Fields::All);
        });
    }
    if includes.options {
        row.array("options", options(product), |buffer, option| {
            crate::sandbox::json::write(buffer, &option);
        });
    }
    if includes.modifiers {
        row.array("modifiers", None::<()>, |_, ()| {});
    }
    row.end();
}

/// The options that the product still has, gathered from its variants.
fn options(product: &Product) -> Vec<Value> {
    let mut values: BTreeMap<u32, BTreeMap<u32, &OptionValue>> = BTreeMap::new();
    for value in product.variants.iter().flat_map(|variant| &variant.values) {
        if !product.deleted_options.contains(&value.option_id) {
            values.entry(value.option_id).or_default().insert(value.id, value);
        }
    }
    let option = |(option_id, values): (u32, BTreeMap<u32, &OptionValue>)| {
        let name = values.values().next().map_or("", |value| &*value.option);
        let values: Vec<Value> = values
            .values()
            .enumerate()
            .map(|(index, value)| {
                json!({
                    "id": value.id,
                    "label": &*value.label,
                    "sort_order": index,
                    "value_data": null,
                    "is_default": false,
                })
            })
            .collect();
        json!({
            "id": option_id,
            "product_id": product.id,
            "name": format!("{name}{option_id}"),
            "display_name": name,
            "type": "rectangles",
            "sort_order": 0,
            "option_values": values,
            "config": {},
        })
    };
    values.into_iter().map(option).collect()
}
