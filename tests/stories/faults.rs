//! Stores that stumble, stop and come back.

use anyhow::ensure;
use plugin_host_proto::v1::{Action, RunState};
use plugin_host_tests::{
    harness::{Dataset, Engine, Operator},
    sandbox::{Catalogue, Fault, Matcher, Sandbox, Script},
};

use crate::{scene::Scene, truth};

crate::on_both_databases! {
    a_store_that_stumbles_again_and_again_is_imported_whole
    an_import_that_maintenance_stopped_is_resumed_and_nothing_is_doubled
    pages_that_take_the_store_too_long_are_read_in_smaller_ones
}

const CATALOGUE: Catalogue = Catalogue::ugly(700).with_orders(30);

async fn undisturbed(engine: Engine) -> anyhow::Result<Dataset> {
    let scene = Scene::open(engine, CATALOGUE).await?;
    scene.operator.import_and_wait(false).await?;
    scene.dataset().await
}

/// Lets every other request to each list go wrong, each time in another way.
fn stumble(store: &Sandbox, faults: &[Fault]) {
    let paths = ["/v3/catalog/products", "/v3/inventory/items", "/v2/orders", "/v2/shipping/zones"];
    for (first, path) in paths.iter().enumerate() {
        let in_turn = faults.iter().cycle().skip(2 * first).take(faults.len());
        for (nth, fault) in (0..).zip(in_turn) {
            store.script(Script::next(Matcher::path(*path), fault.clone()).after_first(2 * nth));
        }
    }
}

async fn a_store_that_stumbles_again_and_again_is_imported_whole(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, CATALOGUE).await?;
    let faults = [
        Fault::Status { status: 500 },
        Fault::Status { status: 503 },
        Fault::Throttled { headers: false },
        Fault::Truncated,
        Fault::Reset,
        Fault::Html { status: 200 },
        Fault::Html { status: 502 },
    ];
    stumble(&scene.store, &faults);
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let counters = scene.store.log().counts().counters;
    for status in [500, 503, 429, 0, 502] {
        ensure!(
            counters.iter().any(|counter| counter.status == status),
            "{status} did not happen: {counters:?}"
        );
    }
    let dataset = scene.dataset().await?;
    truth::check(&scene.store, &dataset, true)?;
    ensure!(dataset == undisturbed(engine).await?);
    Ok(())
}

#[tokio::test]
async fn a_store_that_asks_to_wait_is_not_asked_before() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(30)).await?;
    // The quota's window, which began with the store, begins anew in a few seconds.
    scene.store.clock().advance(std::time::Duration::from_secs(25));
    scene
        .store
        .script(Script::next(Matcher::path("/v3/catalog/products"), Fault::Throttled { headers: true }));
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let throttled = scene.store.log().counts().counters.into_iter().filter(|counter| counter.status == 429);
    ensure!(throttled.map(|counter| counter.count).sum::<u64>() == 1);
    Ok(())
}

async fn pages_that_take_the_store_too_long_are_read_in_smaller_ones(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, CATALOGUE).await?;
    for (path, limit) in [
        ("/v3/catalog/products", "limit=250"),
        ("/v3/inventory/items", "limit=1000"),
        ("/v2/orders", "limit=250"),
    ] {
        let pages = Matcher::path(path).query(limit);
        scene.store.script(Script::next(pages, Fault::Status { status: 504 }).times(u32::MAX));
    }
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let dataset = scene.dataset().await?;
    truth::check(&scene.store, &dataset, true)?;
    scene.store.clear_scripts();
    ensure!(dataset == undisturbed(engine).await?);
    Ok(())
}

async fn an_import_that_maintenance_stopped_is_resumed_and_nothing_is_doubled(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = Scene::open(engine, CATALOGUE).await?;
    // The third page of products never comes.
    let third = Matcher::path("/v3/catalog/products").query("page=3");
    scene.store.script(Script::next(third, Fault::Status { status: 503 }).times(u32::MAX));
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::Failed, "{run:?}");
    let words = run.problem.to_lowercase();
    ensure!(words.contains("maintenance") && words.contains("start it again"), "{}", run.problem);
    ensure!(!scene.operator.items().await?.is_empty(), "what was read before is kept");

    let label = import_label(&scene.operator).await?;
    ensure!(label == "Resume import", "{label}");
    scene.store.clear_scripts();
    let read_before = scene.store.log().counts().total;
    let resumed = scene.operator.import_and_wait(false).await?;
    ensure!(resumed.run_id == run.run_id && resumed.state() == RunState::CompleteWithParked, "{resumed:?}");
    ensure!(scene.store.log().counts().total > read_before);
    let dataset = scene.dataset().await?;
    truth::check(&scene.store, &dataset, true)?;
    ensure!(dataset == undisturbed(engine).await?);
    let counted: i64 = resumed.phases[0].counts.map_or(0, |counts| counts.created);
    ensure!(counted == i64::try_from(dataset.items.len())?, "{resumed:?}");
    Ok(())
}

async fn import_label(operator: &Operator) -> anyhow::Result<String> {
    let actions = operator.status().await?.allowed_actions;
    let import = actions.into_iter().find(|action| action.action() == Action::Import && action.allowed);
    Ok(import.map(|import| import.label).unwrap_or_default())
}
