//! What people and the clock do every day.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    Action, AdjustInventoryRequest, Change, EndOfDayRequest, ExplainCountRequest, ExplainCountResponse,
    ListChangesRequest, ListPickingOrdersRequest, PickItemRequest, PickingOrder, ReconcileRequest, Run,
    SyncRequest, SynchronizeRequest,
};
use plugin_host_tests::{
    harness::{Engine, Operator},
    sandbox::{Catalogue, Sandbox},
};
use sqlx::{Postgres, Transaction};

use crate::scene::Scene;

/// A product of the store and the item that stands for it.
#[derive(Clone, Debug)]
pub(crate) struct Goods {
    pub(crate) product: u32,
    pub(crate) variant: u32,
    pub(crate) item: String,
    pub(crate) on_hand: i64,
}

/// A store whose products, inventory and carriers were imported.
pub(crate) async fn imported(engine: Engine, products: u32) -> anyhow::Result<Scene> {
    let scene = Scene::open(engine, Catalogue::clean(products)).await?;
    scene.operator.import_and_wait(false).await?;
    Ok(scene)
}

/// The goods of the store, in its order.
pub(crate) async fn goods(scene: &Scene) -> anyhow::Result<Vec<Goods>> {
    let items = scene.operator.items().await?;
    let products: Vec<(u32, u32)> = scene.store.with_store(|store| {
        store.shelf().products().iter().map(|product| (product.id, product.variants[0].id)).collect()
    });
    let of = |(product, variant): (u32, u32)| {
        let item = items
            .iter()
            .find(|item| item.bindings.iter().any(|binding| binding.variant_id == i64::from(variant)))?;
        Some(Goods { product, variant, item: item.item_number.clone(), on_hand: item.on_hand })
    };
    products.into_iter().map(|one| of(one).context("each product has an item")).collect()
}

/// What the store shows of a variant.
pub(crate) fn in_store(store: &Sandbox, variant: u32) -> Option<i64> {
    store.with_store(|store| store.stock(variant, 1))
}

/// Asks for a sync and waits for its end.
pub(crate) async fn sync(operator: &Operator) -> anyhow::Result<Run> {
    let answer = operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
    operator.wait(answer.run.context("there is a run")?.run_id).await
}

/// Asks for an action of Manual Sync and waits for its end.
pub(crate) async fn synchronize(operator: &Operator, action: Action) -> anyhow::Result<Run> {
    let request = SynchronizeRequest { action: action.into(), ..SynchronizeRequest::default() };
    let answer = operator.client.plugin_host().synchronize(request).await?.into_inner();
    operator.wait(answer.run.context("there is a run")?.run_id).await
}

/// Asks for an End of Day, or a dry run of one, and waits for its end.
pub(crate) async fn end_of_day(operator: &Operator, dry_run: bool) -> anyhow::Result<Run> {
    let request = EndOfDayRequest { dry_run, ..EndOfDayRequest::default() };
    let answer = operator.client.plugin_host().end_of_day(request).await?.into_inner();
    operator.wait(answer.run.context("there is a run")?.run_id).await
}

/// Asks for a reconciliation and waits for its end.
pub(crate) async fn reconcile(operator: &Operator) -> anyhow::Result<Run> {
    let answer = operator.client.plugin_host().reconcile(ReconcileRequest::default()).await?.into_inner();
    operator.wait(answer.run.context("there is a run")?.run_id).await
}

/// Adds units of an item to the shelf, or takes them away.
pub(crate) async fn adjust(operator: &Operator, item_number: &str, change: i64) -> anyhow::Result<()> {
    let request = AdjustInventoryRequest {
        site: "HQ".to_owned(),
        location: "A-01".to_owned(),
        item_number: item_number.to_owned(),
        change,
        reason: "counted".to_owned(),
        request_id: format!("{item_number}{change}"),
        ..AdjustInventoryRequest::default()
    };
    operator.client.warehouse().adjust_inventory(request).await?;
    Ok(())
}

/// The picking orders of the division, oldest first.
pub(crate) async fn picking_orders(operator: &Operator) -> anyhow::Result<Vec<PickingOrder>> {
    let request = ListPickingOrdersRequest::default();
    Ok(operator.client.warehouse().list_picking_orders(request).await?.into_inner().picking_orders)
}

/// Picks units of the first line of an order.
pub(crate) async fn pick(
    operator: &Operator,
    order: &PickingOrder,
    units: i64,
    tracking_number: &str,
) -> anyhow::Result<PickingOrder> {
    let request = PickItemRequest {
        number: order.number.clone(),
        item_number: order.lines[0].item_number.clone(),
        units,
        site: "HQ".to_owned(),
        location: "A-01".to_owned(),
        request_id: format!("{}-{units}-{tracking_number}", order.number),
        tracking_number: tracking_number.to_owned(),
        ..PickItemRequest::default()
    };
    let picked = operator.client.warehouse().pick_item(request).await?.into_inner();
    picked.picking_order.context("the order comes back")
}

/// Why an item has its count.
pub(crate) async fn why(operator: &Operator, item: &str) -> anyhow::Result<ExplainCountResponse> {
    let request = ExplainCountRequest { item_number: item.to_owned(), ..ExplainCountRequest::default() };
    Ok(operator.client.plugin_host().explain_count(request).await?.into_inner())
}

/// What changed in the division after a number.
pub(crate) async fn changes(operator: &Operator, after_number: i64) -> anyhow::Result<Vec<Change>> {
    let request = ListChangesRequest { after_number, page_size: 1_000, ..ListChangesRequest::default() };
    Ok(operator.client.warehouse().list_changes(request).await?.into_inner().changes)
}

/// Commits what was done in PostgreSQL once somebody waits for it.
pub(crate) async fn commit_once_waited_for(mut done: Transaction<'_, Postgres>) -> anyhow::Result<()> {
    let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let began = Instant::now();
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut *done).await? == 0 {
        ensure!(began.elapsed() < Duration::from_secs(30), "nobody waits");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(done.commit().await?)
}
