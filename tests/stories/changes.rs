//! The store lives on while it is imported.

use anyhow::ensure;
use plugin_host_proto::v1::RunState;
use plugin_host_tests::{
    harness::Engine,
    sandbox::{
        Catalogue, Matcher,
        store::{Level, NewOrder, NewShipment, Product, Store, Variant},
    },
};

use crate::{scene::Scene, truth};

crate::on_both_databases! {
    products_that_come_go_and_change_between_pages_cost_none_of_the_others
    orders_placed_while_stock_is_read_are_counted_once
    orders_that_move_on_while_stock_is_read_are_counted_as_they_end
}

fn products() -> Matcher {
    Matcher::path("/v3/catalog/products").query("include=variants")
}

fn new_product(sku: &str) -> Product {
    let mut variant = Variant::new(sku);
    variant.levels = vec![Level::counted(17)];
    Product::new(format!("Late {sku}"), sku).with_variants(vec![variant])
}

async fn products_that_come_go_and_change_between_pages_cost_none_of_the_others(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::ugly(700)).await?;
    let gone = [3, 40, 41, 42, 130, 260, 400, 699];
    scene.store.on_request(products(), 2, move |store| {
        for id in gone {
            store.delete_product(id);
        }
        store.insert_product(new_product("LATE-1"));
    });
    scene.store.on_request(products(), 3, |store| {
        for id in [1, 50, 251, 502, 650] {
            store.edit_product(id, |product| product.name.push_str(" (revised)"));
        }
    });
    scene.store.on_request(products(), 4, |store| {
        store.insert_product(new_product("LATE-2"));
    });
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let dataset = scene.dataset().await?;
    truth::check(&scene.store, &dataset, true)?;
    ensure!(dataset.items.contains_key("LATE-1") && dataset.items.contains_key("LATE-2"));
    Ok(())
}

/// The first variants of some products that are plainly counted.
fn counted(store: &Store, positions: &[usize]) -> Vec<u32> {
    positions.iter().map(|position| store.shelf().products()[*position].variants[0].id).collect()
}

async fn orders_placed_while_stock_is_read_are_counted_once(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(2_500).with_orders(20)).await?;
    for request in 1..=5 {
        let stock = Matcher::path("/v3/inventory/items");
        scene.store.on_request(stock, request, move |store| {
            let of_each_page = counted(store, &[3, 900, 1_100, 1_900, 2_100, 2_499, request as usize * 30]);
            store.place_order(NewOrder::paid(of_each_page.into_iter().map(|variant| (variant, request))));
        });
    }
    scene.operator.import_and_wait(false).await?;
    truth::check(&scene.store, &scene.dataset().await?, true)
}

async fn orders_that_move_on_while_stock_is_read_are_counted_as_they_end(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(2_500)).await?;
    let orders = scene.store.with_store(|store| {
        let variants = counted(store, &[10, 1_200, 2_400]);
        (1..=4_u32)
            .map(|units| store.place_order(NewOrder::paid(variants.iter().map(|variant| (*variant, units)))))
            .collect::<Vec<_>>()
    });
    let [cancelled, shipped, refunded, edited] = orders[..] else { anyhow::bail!("four orders were placed") };
    let stock = || Matcher::path("/v3/inventory/items");
    scene.store.on_request(stock(), 2, move |store| {
        store.cancel(cancelled);
        let order = &store.orders()[&shipped];
        let lines: Vec<_> = order.lines.iter().map(|line| (line.id, line.quantity)).collect();
        let parcel = NewShipment::of(order.consignments[0].id, lines);
        store.ship(shipped, parcel).expect("all of it may be sent");
    });
    scene.store.on_request(stock(), 3, move |store| {
        let lines: Vec<_> =
            store.orders()[&refunded].lines.iter().map(|line| (line.id, line.quantity)).collect();
        for (line, quantity) in lines {
            store.refund(refunded, line, quantity).expect("all of it may be refunded");
        }
        store.set_status(edited, 9);
    });
    scene.operator.import_and_wait(false).await?;
    truth::check(&scene.store, &scene.dataset().await?, true)
}
