//! `settings/inventory` and `channels`.

use serde_json::json;

use crate::sandbox::call::Call;
use crate::sandbox::json;
use crate::sandbox::paging::{self, Page};
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::store::Channel;
use crate::sandbox::world::World;

const LONG_AGO: &str = "2021-05-07T14:54:51Z";

/// `GET /v3/settings/inventory`
///
/// With `channel_id`, what the channel inherits from the store is null.
pub(crate) fn inventory_settings(world: &World, call: &Call) -> Result<Reply, Problem> {
    let channel_id = call.query.value::<u32>("channel_id")?;
    let store = world.read();
    let surroundings = &store.surroundings;
    let (behavior, edit, refund) = match channel_id {
        None => {
            let global = surroundings.inventory_settings;
            (
                Some(global.update_stock_behavior),
                Some(global.edit_order_stock_adjustment),
                Some(global.refund_order_stock_adjustment),
            )
        }
        Some(id) => {
            if surroundings.channels.iter().all(|channel| channel.id != id) {
                return Err(Problem::invalid("channel_id"));
            }
            let own = surroundings.channel_settings.get(&id).copied().unwrap_or_default();
            (own.update_stock_behavior, own.edit_order_stock_adjustment, own.refund_order_stock_adjustment)
        }
    };
    let of_store = |value: serde_json::Value| if channel_id.is_none() { value } else { json!(null) };
    Ok(Reply::v3(&json!({
        "product_out_of_stock_behavior": of_store(json!("do_nothing")),
        "option_out_of_stock_behavior": of_store(json!("do_nothing")),
        "update_stock_behavior": behavior,
        "edit_order_stock_adjustment": edit,
        "refund_order_stock_adjustment": refund,
        "stock_level_display": of_store(json!("dont_show")),
        "default_out_of_stock_message": of_store(json!("Currently out of stock")),
        "hide_in_product_filtering": of_store(json!(false)),
        "show_pre_order_stock_levels": of_store(json!(false)),
        "show_out_of_stock_message": of_store(json!(false)),
    })))
}

/// `GET /v3/channels`
pub(crate) fn channels(world: &World, call: &Call) -> Result<Reply, Problem> {
    let page = Page::read(&call.query, paging::USUAL)?;
    let kinds = call.query.list("type:in");
    let states = call.query.list("status:in");
    let store = world.read();
    let found: Vec<&Channel> = store
        .surroundings
        .channels
        .iter()
        .filter(|channel| kinds.as_ref().is_none_or(|kinds| kinds.contains(channel.kind)))
        .filter(|channel| states.as_ref().is_none_or(|states| states.contains(channel.status)))
        .collect();
    let rows = found[page.range(found.len())].iter();
    Ok(page.v3_reply(found.len(), rows, |buffer, channel| {
        json::write(
            buffer,
            &json!({
                "id": channel.id,
                "name": channel.name,
                "type": channel.kind,
                "platform": channel.platform,
                "status": channel.status,
                "external_id": "",
                "icon_url": format!("https://cdn.example.com/{}.svg", channel.platform),
                "is_listable_from_ui": true,
                "is_enabled": true,
                "is_visible": true,
                "date_created": LONG_AGO,
                "date_modified": LONG_AGO,
            }),
        );
    }))
}
