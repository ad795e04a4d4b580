//! Kits: one line of an order that brings others along.

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    Configuration, PickItemRequest, PickingOrder, PickingOrderState, RunState, ShipmentRule,
};
use plugin_host_tests::{
    harness::{Engine, defaults, until},
    sandbox::store::{NewLine, NewOrder, Product, Tracking, status},
};

use crate::{
    daily::{adjust, end_of_day, goods, imported, in_store, picking_orders, sync},
    refusal::refusal,
    scene::Scene,
};

crate::on_both_databases! {
    a_kit_is_picked_by_its_parts_and_sent_with_them
    a_kit_with_a_count_of_its_own_is_picked_like_anything_else
}

async fn pick(scene: &Scene, order: &PickingOrder, item: &str, units: i64) -> Result<(), tonic::Status> {
    let request = PickItemRequest {
        number: order.number.clone(),
        item_number: item.to_owned(),
        units,
        site: "HQ".to_owned(),
        location: "A-01".to_owned(),
        request_id: format!("{item}-{units}"),
        ..PickItemRequest::default()
    };
    scene.operator.client.warehouse().pick_item(request).await.map(drop)
}

async fn only(scene: &Scene) -> anyhow::Result<PickingOrder> {
    picking_orders(&scene.operator).await?.pop().context("the order is there")
}

/// Adds a product that is sold with others; returns its variant.
fn kit(scene: &Scene, tracking: Tracking) -> anyhow::Result<u32> {
    let variant = scene.store.with_store(|store| {
        let made = store.insert_product(Product::new("Camping kit", "KIT").tracked(tracking));
        store.shelf().product(made).map(|product| product.variants[0].id)
    });
    variant.context("it was added")
}

async fn a_kit_is_picked_by_its_parts_and_sent_with_them(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let values = Configuration { shipment_rule: ShipmentRule::OnClose.into(), ..defaults() };
    scene.operator.configure(values).await?;
    let goods = goods(&scene).await?;
    let kit = kit(&scene, Tracking::None)?;
    for one in &goods[..2] {
        adjust(&scene.operator, &one.item, 20).await?;
    }
    // Two kits, each of one tent and three pegs, and one peg besides.
    let id = scene.store.with_store(|store| {
        let parts = [(goods[0].variant, 1), (goods[1].variant, 3)];
        let lines = [NewLine::variant(kit, 2).bundled_with(parts), NewLine::variant(goods[1].variant, 1)];
        store.place_order(NewOrder::of(lines))
    });
    let run = sync(&scene.operator).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let order = only(&scene).await?;
    let shape: Vec<(bool, bool, i64)> = order
        .lines
        .iter()
        .map(|line| (line.is_kit, line.parent_line_id == order.lines[0].line_id, line.ordered))
        .collect();
    let wanted = [(true, false, 2), (false, true, 2), (false, true, 6), (false, false, 1)];
    ensure!(shape == wanted, "{order:?}");
    // What the parts promise is not for sale; the kit itself has no count, and none is sent.
    end_of_day(&scene.operator, false).await?;
    ensure!(in_store(&scene.store, goods[0].variant) == Some(goods[0].on_hand + 18));
    ensure!(in_store(&scene.store, goods[1].variant) == Some(goods[1].on_hand + 13));

    let refused = refusal(pick(&scene, &order, "KIT", 1).await)?;
    ensure!(refused.words.contains("pick its parts"), "{refused:?}");
    let complete = async |kits: i64| -> anyhow::Result<()> {
        let order = only(&scene).await?;
        ensure!(order.lines[0].picked == kits, "{order:?}");
        sync(&scene.operator).await?;
        ensure!(only(&scene).await?.lines[0].picked == kits, "a sync leaves it so");
        Ok(())
    };
    pick(&scene, &order, &goods[0].item, 2).await?;
    complete(0).await?;
    pick(&scene, &order, &goods[1].item, 5).await?;
    complete(1).await?;
    // The last peg of the kits, and then the one besides.
    pick(&scene, &order, &goods[1].item, 1).await?;
    ensure!(only(&scene).await?.state() == PickingOrderState::Open, "a peg is left");
    let last = PickItemRequest {
        number: order.number.clone(),
        item_number: goods[1].item.clone(),
        units: 1,
        site: "HQ".to_owned(),
        location: "A-01".to_owned(),
        request_id: "the last".to_owned(),
        ..PickItemRequest::default()
    };
    scene.operator.client.warehouse().pick_item(last).await?;
    complete(2).await?;
    ensure!(only(&scene).await?.state() == PickingOrderState::Closed);
    until("the store has all of it", async || {
        let (status, sent): (u8, u32) = scene.store.with_store(|store| {
            let order = &store.orders()[&id];
            (order.status, order.lines.iter().map(|line| line.shipped).sum())
        });
        Ok((status == status::SHIPPED && sent == 2 + 2 + 6 + 1).then_some(()))
    })
    .await?;
    ensure!(scene.store.with_store(|store| store.emails().len()) == 1, "one parcel");
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    ensure!(in_store(&scene.store, goods[0].variant) == Some(goods[0].on_hand + 18));
    Ok(())
}

async fn a_kit_with_a_count_of_its_own_is_picked_like_anything_else(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    let kit = kit(&scene, Tracking::Variant)?;
    scene.store.with_store(|store| {
        let parts = [(goods[0].variant, 1)];
        store.place_order(NewOrder::of([NewLine::variant(kit, 1).bundled_with(parts)]))
    });
    sync(&scene.operator).await?;
    let order = only(&scene).await?;
    ensure!(order.lines.iter().all(|line| !line.is_kit && line.ordered == 1), "{order:?}");
    for item in ["KIT", goods[0].item.as_str()] {
        adjust(&scene.operator, item, 5).await?;
        pick(&scene, &order, item, 1).await?;
    }
    ensure!(only(&scene).await?.state() == PickingOrderState::Closed);
    end_of_day(&scene.operator, false).await?;
    ensure!(in_store(&scene.store, kit) == Some(4), "{:?}", in_store(&scene.store, kit));
    Ok(())
}
