//! What people decide about parked records.

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    ParkedRecord, PickingOrderState, ResolveParkedRecordRequest, Run, RunState,
    resolve_parked_record_request::Resolution,
};
use plugin_host_tests::{
    harness::{Engine, Operator},
    sandbox::store::{Goods, NewLine, NewOrder, Product},
};
use sqlx::{Connection as _, PgConnection};

use crate::{
    daily::{adjust, commit_once_waited_for, goods, imported, pick, picking_orders, sync},
    refusal::refusal,
    scene::Scene,
};

crate::on_both_databases! {
    a_product_is_linked_to_an_item_that_is_there
    a_product_gets_the_number_that_a_person_chose
    what_is_skipped_stays_out_until_something_about_it_changes
    what_is_parked_is_tried_again_by_itself_when_its_cause_is_gone
    an_order_is_picked_without_what_is_no_product_once_a_person_has_skipped_that
}

/// A store with two products of one SKU: the second one is parked.
async fn with_a_twin(engine: Engine) -> anyhow::Result<(Scene, u32, String)> {
    let scene = imported(engine, 3).await?;
    let item = scene.operator.items().await?.remove(0).item_number;
    let sku = item.clone();
    let twin = scene.store.with_store(|store| store.insert_product(Product::new("Twin", sku)));
    sync(&scene.operator).await?;
    Ok((scene, twin, item))
}

async fn only(operator: &Operator) -> anyhow::Result<ParkedRecord> {
    let mut parked = operator.parked().await?;
    ensure!(parked.len() == 1, "{parked:?}");
    Ok(parked.remove(0))
}

async fn resolve(scene: &Scene, id: i64, resolution: Resolution) -> anyhow::Result<Option<Run>> {
    let request = ResolveParkedRecordRequest {
        parked_id: id,
        resolution: Some(resolution),
        ..ResolveParkedRecordRequest::default()
    };
    let answer = scene.operator.client.plugin_host().resolve_parked_record(request).await?.into_inner();
    match answer.run {
        Some(run) => Ok(Some(scene.operator.wait(run.run_id).await?)),
        None => Ok(None),
    }
}

async fn a_product_is_linked_to_an_item_that_is_there(engine: Engine) -> anyhow::Result<()> {
    let (scene, twin, item) = with_a_twin(engine).await?;
    let parked = only(&scene.operator).await?;
    ensure!(parked.reason == "ITEM_NUMBER_TAKEN", "{parked:?}");
    let nowhere = ResolveParkedRecordRequest {
        parked_id: parked.parked_id,
        resolution: Some(Resolution::LinkToItem("NOWHERE".to_owned())),
        ..ResolveParkedRecordRequest::default()
    };
    let refused = refusal(scene.operator.client.plugin_host().resolve_parked_record(nowhere).await)?;
    ensure!(refused.reasons == ["link_to_item"], "{refused:?}");

    resolve(&scene, parked.parked_id, Resolution::LinkToItem(item.clone())).await?;
    ensure!(scene.operator.parked().await?.is_empty());
    let items = scene.operator.items().await?;
    let linked = items.iter().find(|one| one.item_number == item).context("the item")?;
    ensure!(linked.bindings.iter().any(|binding| binding.product_id == i64::from(twin)), "{linked:?}");
    let variant = scene.store.with_store(|store| store.shelf().product(twin).map(|p| p.variants[0].id));
    let variant = variant.context("the twin has a variant")?;
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(variant, 1)])));
    sync(&scene.operator).await?;
    ensure!(picking_orders(&scene.operator).await?[0].lines[0].item_number == item);
    Ok(())
}

async fn a_product_gets_the_number_that_a_person_chose(engine: Engine) -> anyhow::Result<()> {
    let (scene, ..) = with_a_twin(engine).await?;
    let parked = only(&scene.operator).await?;
    resolve(&scene, parked.parked_id, Resolution::ItemNumber("TWIN-2".to_owned())).await?;
    ensure!(scene.operator.parked().await?.is_empty());
    ensure!(scene.operator.items().await?.iter().any(|item| item.item_number == "TWIN-2"));
    Ok(())
}

async fn what_is_skipped_stays_out_until_something_about_it_changes(engine: Engine) -> anyhow::Result<()> {
    let (scene, twin, _) = with_a_twin(engine).await?;
    let parked = only(&scene.operator).await?;
    let run = resolve(&scene, parked.parked_id, Resolution::Skip(true)).await?;
    ensure!(run.is_none(), "nothing is left to do");
    let touch = |name: &str| {
        let name = name.to_owned();
        scene.store.with_store(|store| store.edit_product(twin, |product| product.name = name))
    };
    touch("Twin again");
    sync(&scene.operator).await?;
    ensure!(scene.operator.parked().await?.is_empty(), "it has been decided about");

    scene.store.with_store(|store| {
        store.edit_product(twin, |product| {
            product.sku = "far too long for an item number of the warehouse".into();
            product.variants[0].sku = product.sku.clone();
        })
    });
    sync(&scene.operator).await?;
    ensure!(only(&scene.operator).await?.reason == "ITEM_NUMBER_TOO_LONG", "that is another problem");
    Ok(())
}

async fn what_is_parked_is_tried_again_by_itself_when_its_cause_is_gone(
    engine: Engine,
) -> anyhow::Result<()> {
    let (scene, twin, _) = with_a_twin(engine).await?;
    only(&scene.operator).await?;
    // The clock goes on, so that the edit lies before what the next sync but one reads.
    scene.store.with_store(|store| {
        store.edit_product(twin, |product| {
            product.sku = "TWIN".into();
            product.variants[0].sku = "TWIN".into();
        })
    });
    let product = scene.store.with_store(|store| store.shelf().product(twin).map(|p| p.modified_at));
    scene.store.with_store(|store| {
        let long_ago = jiff::Timestamp::UNIX_EPOCH;
        store.edit_product(twin, |product| product.modified_at = long_ago)
    });
    ensure!(product.is_some());
    sync(&scene.operator).await?;
    ensure!(scene.operator.parked().await?.is_empty());
    ensure!(scene.operator.items().await?.iter().any(|item| item.item_number == "TWIN"));
    Ok(())
}

async fn an_order_is_picked_without_what_is_no_product_once_a_person_has_skipped_that(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let known = goods(&scene).await?.remove(0);
    adjust(&scene.operator, &known.item, 10).await?;
    // Three of a product, words that are no product, and one that is deleted before any sync has seen it.
    let id = scene.store.with_store(|store| {
        let deleted = store.insert_product(Product::new("Tarp", "TARP"));
        let tarp = store.shelf().product(deleted).map_or(0, |product| product.variants[0].id);
        let engraving = NewLine::of(Goods::Custom("Engraving, both sides".to_owned()), 1);
        let lines = [NewLine::variant(known.variant, 3), engraving, NewLine::variant(tarp, 2)];
        let id = store.place_order(NewOrder::of(lines));
        store.delete_product(deleted);
        id
    });
    let name = |name: &str| {
        let name = name.to_owned();
        scene.store.with_store(|store| store.edit_order(id, |order| order.lines[1].name = name))
    };
    // Skipping holds for these very words; others are another problem.
    for words in ["Engraving, both sides", "Engraving, one side"] {
        ensure!(name(words));
        let run = sync(&scene.operator).await?;
        ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
        let held = picking_orders(&scene.operator).await?.remove(0);
        ensure!(held.state() == PickingOrderState::OnHold && held.problem.contains(words), "{held:?}");
        let parked = only(&scene.operator).await?;
        ensure!(parked.reason == "ORDER_ITEM_UNKNOWN" && parked.way_out.contains("skip"), "{parked:?}");
        resolve(&scene, parked.parked_id, Resolution::Skip(true)).await?;
        sync(&scene.operator).await?;
        let open = picking_orders(&scene.operator).await?.remove(0);
        ensure!(open.state() == PickingOrderState::Open && open.problem.is_empty(), "{open:?}");
    }
    // The order is followed as ever, and what was skipped stays out.
    scene.store.with_store(|store| store.edit_order(id, |order| order.lines[0].quantity = 4));
    let run = sync(&scene.operator).await?;
    ensure!(run.state() == RunState::Complete && scene.operator.parked().await?.is_empty(), "{run:?}");
    let order = picking_orders(&scene.operator).await?.remove(0);
    let ordered: Vec<i64> = order.lines.iter().map(|line| line.ordered).collect();
    ensure!(order.state() == PickingOrderState::Open && ordered == [4, 0, 0], "{order:?}");

    let closed = pick(&scene.operator, &order, 4, "1Z1").await?;
    ensure!(closed.state() == PickingOrderState::Closed, "nothing else is to be picked: {closed:?}");
    ensure!(name("Engraving, one side"));
    let run = sync(&scene.operator).await?;
    ensure!(run.state() == RunState::Complete && scene.operator.parked().await?.is_empty(), "{run:?}");
    ensure!(picking_orders(&scene.operator).await?[0].state() == PickingOrderState::Closed);
    Ok(())
}

#[tokio::test]
async fn a_problem_that_takes_the_place_of_one_that_is_skipped_is_not_skipped_with_it() -> anyhow::Result<()>
{
    let (scene, ..) = with_a_twin(Engine::Postgres).await?;
    let parked = only(&scene.operator).await?;
    // As a run does at that moment.
    let mut run = PgConnection::connect(scene.home.database_url().context("there is a database")?).await?;
    let mut page = run.begin().await?;
    sqlx::query("SELECT id FROM stores FOR UPDATE").execute(&mut *page).await?;
    sqlx::query("UPDATE parked_records SET detail = 'something else'").execute(&mut *page).await?;
    let (skipped, kept) =
        tokio::join!(resolve(&scene, parked.parked_id, Resolution::Skip(true)), commit_once_waited_for(page));
    kept?;
    ensure!(skipped.is_err_and(|error| error.to_string().contains("something else by now")));
    ensure!(only(&scene.operator).await?.parked_id == parked.parked_id);
    Ok(())
}
