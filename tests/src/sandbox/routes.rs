//! The endpoints: path, needed scope and answer.

use hyper::Method;

use super::call::Call;
use super::reply::{Problem, Reply};
use super::world::World;
use super::{v2, v3};

type Answer = fn(&World, &Call) -> Result<Reply, Problem>;

/// One endpoint.
pub(crate) struct Route {
    method: &'static str,
    /// The path with `{id}` where numbers stand.
    pub(crate) template: &'static str,
    /// The scopes that open it, any one of them; none needed when empty.
    pub(crate) scopes: &'static [&'static str],
    /// Whether its replies depend on nothing but the query and the state of the store.
    pub(crate) keeps: bool,
    pub(crate) answer: Answer,
}

const PRODUCTS: &[&str] = &["store_v2_products", "store_v2_products_read_only"];
const INVENTORY: &[&str] = &["store_inventory", "store_inventory_read_only"];
const INVENTORY_WRITE: &[&str] = &["store_inventory"];
const LOCATIONS: &[&str] = &["store_locations", "store_locations_read_only"];
const ORDERS: &[&str] = &["store_v2_orders", "store_v2_orders_read_only"];
const ORDERS_WRITE: &[&str] = &["store_v2_orders"];
const CUSTOMERS: &[&str] = &["store_v2_customers", "store_v2_customers_read_only"];
const INFORMATION: &[&str] = &["store_v2_information", "store_v2_information_read_only"];
const CHANNELS: &[&str] = &["store_channel_settings", "store_channel_settings_read_only"];

/// The scopes of an API account that may read and write everything the sandbox offers.
pub const ALL_SCOPES: [&str; 7] = [
    "store_v2_products",
    "store_inventory",
    "store_locations",
    "store_v2_orders",
    "store_v2_customers",
    "store_v2_information",
    "store_channel_settings",
];

const fn route(
    method: &'static str,
    template: &'static str,
    scopes: &'static [&'static str],
    answer: Answer,
) -> Route {
    Route { method, template, scopes, keeps: false, answer }
}

const fn get(template: &'static str, scopes: &'static [&'static str], answer: Answer) -> Route {
    route("GET", template, scopes, answer)
}

const fn kept(template: &'static str, scopes: &'static [&'static str], answer: Answer) -> Route {
    Route { keeps: true, ..get(template, scopes, answer) }
}

static ROUTES: [Route; 31] = [
    kept("/v3/catalog/products", PRODUCTS, v3::products::list),
    get("/v3/catalog/products/{id}", PRODUCTS, v3::products::show),
    kept("/v3/catalog/products/{id}/variants", PRODUCTS, v3::variants::of_product),
    kept("/v3/catalog/variants", PRODUCTS, v3::variants::list),
    kept("/v3/catalog/summary", PRODUCTS, v3::products::summary),
    kept("/v3/inventory/items", INVENTORY, v3::inventory::items),
    kept("/v3/inventory/locations/{id}/items", INVENTORY, v3::inventory::items_at),
    get("/v3/inventory/locations", LOCATIONS, v3::inventory::locations),
    route("PUT", "/v3/inventory/adjustments/absolute", INVENTORY_WRITE, v3::adjustments::absolute),
    route("POST", "/v3/inventory/adjustments/relative", INVENTORY_WRITE, v3::adjustments::relative),
    get("/v3/settings/inventory", INFORMATION, v3::account::inventory_settings),
    get("/v3/channels", CHANNELS, v3::account::channels),
    get("/v3/customers", CUSTOMERS, v3::customers::list),
    get("/v3/customers/addresses", CUSTOMERS, v3::customers::addresses),
    get("/v2/orders", ORDERS, v2::orders::list),
    get("/v2/orders/count", ORDERS, v2::orders::count),
    get("/v2/orders/{id}", ORDERS, v2::orders::show),
    route("PUT", "/v2/orders/{id}", ORDERS_WRITE, v2::orders::update),
    get("/v2/orders/{id}/products", ORDERS, v2::order_parts::products),
    get("/v2/orders/{id}/shipping_addresses", ORDERS, v2::order_parts::addresses),
    get("/v2/orders/{id}/shippingaddresses", ORDERS, v2::order_parts::addresses),
    get("/v2/orders/{id}/consignments", ORDERS, v2::order_parts::consignments),
    get("/v2/orders/{id}/shipments", ORDERS, v2::shipments::list),
    route("POST", "/v2/orders/{id}/shipments", ORDERS_WRITE, v2::shipments::create),
    get("/v2/orders/{id}/shipments/count", ORDERS, v2::shipments::count),
    get("/v2/orders/{id}/shipments/{id}", ORDERS, v2::shipments::show),
    get("/v2/order_statuses", ORDERS, v2::orders::statuses),
    get("/v2/shipping/zones", INFORMATION, v2::shop::zones),
    get("/v2/shipping/zones/{id}/methods", INFORMATION, v2::shop::methods),
    get("/v2/store", INFORMATION, v2::shop::store),
    get("/v2/time", INFORMATION, v2::shop::time),
];

/// What a path leads to.
pub(crate) enum Found {
    /// An endpoint, and the numbers in its path.
    Route(&'static Route, Vec<u32>),
    /// A path that does not take this method.
    WrongMethod(&'static str),
    /// Nothing.
    Nowhere,
}

/// Finds the endpoint of a request.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let mut elsewhere = Found::Nowhere;
    for route in &ROUTES {
        if let Some(ids) = match_path(route.template, path) {
            if route.method == method.as_str() {
                return Found::Route(route, ids);
            }
            elsewhere = Found::WrongMethod(route.template);
        }
    }
    elsewhere
}

/// The numbers in a path that fits the template.
fn match_path(template: &str, path: &str) -> Option<Vec<u32>> {
    let mut ids = Vec::new();
    let mut parts = path.split('/');
    for expected in template.split('/') {
        let part = parts.next()?;
        if expected == "{id}" {
            ids.push(part.parse().ok()?);
        } else if expected != part {
            return None;
        }
    }
    parts.next().is_none().then_some(ids)
}
