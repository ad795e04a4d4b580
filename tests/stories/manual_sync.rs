//! Manual Sync: five actions of their own instead of one import.

use anyhow::ensure;
use plugin_host_proto::v1::{Action, AllowedAction, ImportRequest, RunState, Status, SynchronizeRequest};
use plugin_host_tests::{
    harness::Engine,
    sandbox::{Catalogue, store::NewOrder},
};

use crate::{
    daily::{picking_orders, sync, synchronize},
    refusal::refusal,
    scene::Scene,
};

crate::on_both_databases! {
    five_actions_make_the_initial_dataset_and_the_inventory_comes_once
    the_first_sync_reads_customers_and_orders_and_no_products
    grants_may_change_after_an_import_and_nothing_is_imported_twice
}

const FIVE: [Action; 5] = [
    Action::SynchronizeProducts,
    Action::ImportInventory,
    Action::SynchronizeCarriers,
    Action::SynchronizeCustomers,
    Action::SynchronizePickingOrders,
];

fn offered(status: &Status) -> Vec<Action> {
    let offered = status.allowed_actions.iter().filter(|action| action.offered);
    offered.map(AllowedAction::action).collect()
}

fn reasons(status: &Status, action: Action) -> Vec<String> {
    let found = status.allowed_actions.iter().find(|allowed| allowed.action() == action);
    found
        .map(|allowed| allowed.reasons.iter().map(|reason| reason.code.clone()).collect())
        .unwrap_or_default()
}

async fn five_actions_make_the_initial_dataset_and_the_inventory_comes_once(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(20)).await?;
    scene.store.with_store(|store| {
        let variant = store.shelf().products()[0].variants[0].id;
        for _ in 0..3 {
            store.place_order(NewOrder::paid([(variant, 1)]));
        }
    });
    let standard = scene.operator.status().await?;
    ensure!(offered(&standard).contains(&Action::Import), "{standard:?}");
    ensure!(!FIVE.iter().any(|action| offered(&standard).contains(action)), "{standard:?}");
    // Both granted: the rules of Manual Sync.
    scene.grant(true, true).await?;
    let manual = scene.operator.status().await?;
    ensure!(FIVE.iter().all(|action| offered(&manual).contains(action)), "{manual:?}");
    ensure!(!offered(&manual).contains(&Action::Import), "{manual:?}");
    let refused = refusal(scene.operator.client.plugin_host().import(ImportRequest::default()).await)?;
    ensure!(refused.reasons == ["MANUAL_SYNC_GRANTED"], "{refused:?}");
    ensure!(reasons(&manual, Action::ImportInventory) == ["PRODUCTS_NOT_IMPORTED"], "{manual:?}");

    for action in FIVE {
        let run = synchronize(&scene.operator, action).await?;
        ensure!(run.state() == RunState::Complete, "{run:?}");
    }
    ensure!(scene.operator.items().await?.len() >= 20);
    ensure!(!scene.operator.inventory().await?.is_empty());
    ensure!(!scene.operator.carriers().await?.is_empty());
    ensure!(picking_orders(&scene.operator).await?.len() == 3);
    ensure!(!crate::customers::customers(&scene.operator, "").await?.is_empty());

    let done = scene.operator.status().await?;
    ensure!(reasons(&done, Action::ImportInventory) == ["ALREADY_IMPORTED"], "{done:?}");
    let request = SynchronizeRequest { action: Action::ImportInventory.into(), ..Default::default() };
    let refused = refusal(scene.operator.client.plugin_host().synchronize(request).await)?;
    ensure!(refused.reasons == ["ALREADY_IMPORTED"], "{refused:?}");
    for action in FIVE.into_iter().filter(|action| *action != Action::ImportInventory) {
        let again = synchronize(&scene.operator, action).await?;
        let counts = again.phases[0].counts.unwrap_or_default();
        ensure!((counts.created, counts.updated) == (0, 0), "repeated, it changes nothing: {again:?}");
    }
    Ok(())
}

async fn the_first_sync_reads_customers_and_orders_and_no_products(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(5)).await?;
    scene.grant(false, true).await?;
    let before = scene.store.log().counts().total;
    sync(&scene.operator).await?;
    ensure!(scene.operator.items().await?.is_empty(), "products have an action of their own");
    ensure!(!crate::customers::customers(&scene.operator, "").await?.is_empty());
    ensure!(scene.store.log().counts().total > before);

    // From then on what changed comes with each sync, products too.
    synchronize(&scene.operator, Action::SynchronizeProducts).await?;
    let product = scene.store.with_store(|store| store.shelf().products()[0].id);
    scene.store.with_store(|store| store.edit_product(product, |product| product.name = "Renamed".into()));
    sync(&scene.operator).await?;
    ensure!(scene.operator.items().await?.iter().any(|item| item.name.starts_with("Renamed")));
    Ok(())
}

async fn grants_may_change_after_an_import_and_nothing_is_imported_twice(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(10)).await?;
    scene.operator.import_and_wait(false).await?;
    let before = scene.dataset().await?;
    scene.grant(false, true).await?;
    let status = scene.operator.status().await?;
    ensure!(reasons(&status, Action::ImportInventory) == ["ALREADY_IMPORTED"], "the same flag: {status:?}");
    synchronize(&scene.operator, Action::SynchronizeProducts).await?;
    ensure!(scene.dataset().await? == before);

    scene.grant(true, false).await?;
    let status = scene.operator.status().await?;
    ensure!(reasons(&status, Action::Import) == ["ALREADY_IMPORTED"], "{status:?}");
    let variant = scene.store.with_store(|store| store.shelf().products()[0].variants[0].id);
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(variant, 1)])));
    sync(&scene.operator).await?;
    ensure!(picking_orders(&scene.operator).await?.len() == 1);
    Ok(())
}
