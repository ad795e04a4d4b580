//! `store`, `time` and `shipping/zones`.

use serde_json::{Value, json};

use crate::sandbox::call::Call;
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::{Method, Zone};
use crate::sandbox::world::World;

/// `GET /v2/store`
pub(crate) fn store(world: &World, _call: &Call) -> Result<Reply, Problem> {
    let hash = &world.options.store_hash;
    let store = world.read();
    let surroundings = &store.surroundings;
    Ok(Reply::json(&json!({
        "id": hash,
        "account_uuid": "8d4d492f-17a1-4d95-b396-e1c5720815a5",
        "domain": "northridge.example.com",
        "secure_url": "https://northridge.example.com",
        "control_panel_base_url": format!("https://store-{hash}.mybigcommerce.com"),
        "status": "live",
        "name": surroundings.name,
        "first_name": "Jane",
        "last_name": "Doe",
        "address": "455 Main Street, Austin",
        "country": "United States",
        "country_code": "US",
        "infrastructure_region": "us-central1",
        "phone": "555-123-4567",
        "admin_email": "jane.doe@example.com",
        "order_email": "orders@example.com",
        "favicon_url": "",
        "timezone": {
            "name": surroundings.timezone,
            "raw_offset": -21_600,
            "dst_offset": -18_000,
            "dst_correction": true,
            "date_format": {
                "display": "M jS Y",
                "export": "M jS Y",
                "extended_display": "M jS Y @ g:i A",
            },
        },
        "language": "en",
        "currency": surroundings.currency,
        "currency_symbol": "$",
        "decimal_separator": ".",
        "thousands_separator": ",",
        "decimal_places": 2,
        "currency_symbol_location": "left",
        "weight_units": surroundings.weight_units,
        "dimension_units": "Inches",
        "dimension_decimal_places": 2,
        "dimension_decimal_token": ".",
        "dimension_thousands_token": ",",
        "plan_name": surroundings.plan_level,
        "plan_level": surroundings.plan_level,
        "plan_is_trial": false,
        "industry": "Sports and outdoors",
        "logo": [],
        "is_price_entered_with_tax": false,
        "store_id": 1_025_646,
        "default_channel_id": 1,
        "default_site_id": 1_000,
        "active_comparison_modules": [],
        "features": {
            "stencil_enabled": true,
            "sitewidehttps_enabled": true,
            "facebook_catalog_id": "",
            "checkout_type": "optimized",
            "wishlists_enabled": true,
            "graphql_storefront_api_enabled": true,
            "shopper_consent_tracking_enabled": false,
            "multi_storefront_enabled": true,
            "storefront_limits": { "active": 3, "total_including_inactive": 4 },
        },
    })))
}

/// `GET /v2/time`
pub(crate) fn time(_world: &World, call: &Call) -> Result<Reply, Problem> {
    Ok(Reply::json(&json!({ "time": call.now.as_second() })))
}

/// `GET /v2/shipping/zones`
pub(crate) fn zones(world: &World, _call: &Call) -> Result<Reply, Problem> {
    Ok(Reply::v2_list(&world.read().surroundings.zones.iter().map(zone).collect::<Vec<_>>()))
}

/// `GET /v2/shipping/zones/{id}/methods`
pub(crate) fn methods(world: &World, call: &Call) -> Result<Reply, Problem> {
    let store = world.read();
    let zone = store.surroundings.zones.iter().find(|zone| zone.id == call.ids[0]);
    Ok(Reply::v2_list(&zone.ok_or_else(Problem::not_found)?.methods.iter().map(method).collect::<Vec<_>>()))
}

fn zone(zone: &Zone) -> Value {
    let locations: Vec<Value> = zone
        .countries
        .iter()
        .enumerate()
        .map(|(index, country)| json!({ "id": index + 1, "country_iso2": country }))
        .collect();
    json!({
        "id": zone.id,
        "name": zone.name,
        "type": zone.kind,
        "locations": locations,
        "free_shipping": {
            "enabled": false,
            "minimum_sub_total": "0",
            "exclude_fixed_shipping_products": false,
        },
        "handling_fees": { "fixed_surcharge": "0", "display_separately": true },
        "enabled": zone.enabled,
    })
}

fn method(method: &Method) -> Value {
    let settings = if method.kind == "perorder" { json!({ "rate": 12 }) } else { json!({}) };
    json!({
        "id": method.id,
        "name": method.name,
        "type": method.kind,
        "settings": settings,
        "enabled": method.enabled,
        "handling_fees": { "fixed_surcharge": 0 },
        "is_fallback": false,
        "channel_ids": [1],
    })
}
