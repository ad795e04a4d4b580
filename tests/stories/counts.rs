//! Counts on their way into the store.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{Configuration, DriftPolicy, RunState, StockDecrease};
use plugin_host_tests::{
    harness::{Engine, defaults, options},
    sandbox::{
        Catalogue, Matcher, Options,
        store::{InventoryOverrides, NewOrder, Product, StockBehavior, Surroundings, Tracking, Variant},
    },
};

use crate::{
    daily::{Goods, adjust, end_of_day, goods, imported, in_store, reconcile, sync},
    scene::Scene,
};

crate::on_both_databases! {
    a_count_the_store_refuses_keeps_no_other_from_being_published
    untracked_products_are_named_and_never_counted
    what_the_store_has_and_the_warehouse_has_not_is_named_when_it_is_told_zero
    counts_that_are_seen_late_are_waited_for_and_hand_back_nothing
    counts_the_store_does_not_show_are_said_to_be_and_are_nobodys_doing
    counts_are_written_one_batch_after_the_other
    no_count_is_sent_where_nobody_knows_what_it_means
    an_item_that_variants_share_is_not_offered_once_for_each_of_them
    items_of_their_own_never_stand_for_the_count_of_all
}

/// One unit less of everything is offered, so that every count changes.
fn one_less() -> Configuration {
    Configuration { safety_buffer: 1, ..defaults() }
}

/// The quantities written for a product or variant, as the store received them.
fn written(scene: &Scene, id: u32) -> Vec<String> {
    let bodies = scene.store.log().writes().into_iter().map(|entry| entry.body);
    let names = [format!("\"product_id\":{id},"), format!("\"variant_id\":{id},")];
    let ends = [format!("\"product_id\":{id}}}"), format!("\"variant_id\":{id}}}")];
    bodies.filter(|body| names.iter().chain(&ends).any(|name| body.contains(name))).collect()
}

async fn a_count_the_store_refuses_keeps_no_other_from_being_published(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 40).await?;
    let goods = goods(&scene).await?;
    scene.operator.configure(one_less()).await?;
    // One product is tracked otherwise by now, and a count of its variant is refused with the whole batch.
    let odd = &goods[17];
    let track = |tracking: Tracking| {
        scene.store.with_store(|store| store.edit_product(odd.product, |product| product.tracking = tracking))
    };
    ensure!(track(Tracking::Product));
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let published = |one: &Goods| in_store(&scene.store, one.variant) == Some((one.on_hand - 1).max(0));
    let missing: Vec<&Goods> =
        goods.iter().filter(|one| one.product != odd.product && !published(one)).collect();
    ensure!(missing.is_empty(), "{missing:?}");
    let parked = scene.operator.parked().await?;
    ensure!(parked.len() == 1 && parked[0].reason == "COUNT_REFUSED", "{parked:?}");
    ensure!(parked[0].record.starts_with(&format!("product {},", odd.product)), "{parked:?}");
    ensure!(parked[0].explanation.contains("tracked by product"), "{parked:?}");
    // Halving forty down to one takes two requests for each of the six halvings.
    let requests = scene.store.log().count("PUT", "/v3/inventory/adjustments/absolute");
    ensure!(requests <= 1 + 2 * 6, "{requests} requests");

    // The sync learns how it is tracked now, and the next evening takes it along.
    sync(&scene.operator).await?;
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    ensure!(published(odd), "{:?}", in_store(&scene.store, odd.variant));
    ensure!(scene.operator.parked().await?.is_empty(), "nobody waits any more");
    Ok(())
}

/// Adds a product of three variants; returns it and them once the sync has seen it.
async fn rope(scene: &Scene, tracking: Tracking) -> anyhow::Result<(u32, Vec<u32>)> {
    let made = scene.store.with_store(|store| {
        let variants = ["ROPE-R", "ROPE-G", "ROPE-B"].map(Variant::new).to_vec();
        let product = Product::new("Rope", "ROPE").with_variants(variants).tracked(tracking);
        let made = store.insert_product(product);
        let variants = store.shelf().product(made)?.variants.iter().map(|variant| variant.id);
        Some((made, variants.collect::<Vec<u32>>()))
    });
    sync(&scene.operator).await?;
    made.context("it was added")
}

/// Whether something is parked because a product's tracking changed; it is one record for the whole product then.
async fn is_torn(scene: &Scene, product: u32) -> anyhow::Result<bool> {
    let parked = scene.operator.parked().await?;
    let torn: Vec<_> = parked.into_iter().filter(|record| record.reason == "TRACKING_CHANGED").collect();
    let named = torn.iter().all(|record| record.record == format!("product {product}"));
    ensure!(torn.len() <= 1 && named, "{torn:?}");
    Ok(!torn.is_empty())
}

async fn an_item_that_variants_share_is_not_offered_once_for_each_of_them(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let (product, variants) = rope(&scene, Tracking::Product).await?;
    adjust(&scene.operator, "ROPE", 10).await?;
    end_of_day(&scene.operator, false).await?;
    let shown =
        || -> Vec<Option<i64>> { variants.iter().map(|variant| in_store(&scene.store, *variant)).collect() };
    ensure!(shown() == [Some(10); 3], "one count for all of them: {:?}", shown());
    let track = |tracking: Tracking| {
        scene.store.with_store(|store| store.edit_product(product, |product| product.tracking = tracking))
    };

    ensure!(track(Tracking::Variant));
    let run = sync(&scene.operator).await?;
    end_of_day(&scene.operator, false).await?;
    let for_sale: i64 = shown().into_iter().flatten().sum();
    ensure!(for_sale <= 10, "ten are on the shelf, and {for_sale} for sale");
    ensure!(run.state() == RunState::CompleteWithParked && is_torn(&scene, product).await?, "{run:?}");
    let parked = scene.operator.parked().await?;
    ensure!(parked.iter().any(|record| record.reason == "COUNT_REFUSED"), "{parked:?}");

    // The way out: as soon as it is tracked as before, nobody waits any more.
    ensure!(track(Tracking::Product));
    sync(&scene.operator).await?;
    ensure!(!is_torn(&scene, product).await?);
    adjust(&scene.operator, "ROPE", 2).await?;
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    ensure!(shown() == [Some(12); 3], "{:?}", shown());
    ensure!(scene.operator.parked().await?.is_empty());
    Ok(())
}

async fn items_of_their_own_never_stand_for_the_count_of_all(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let (product, variants) = rope(&scene, Tracking::Variant).await?;
    adjust(&scene.operator, "ROPE-R", 4).await?;
    adjust(&scene.operator, "ROPE-G", 5).await?;
    end_of_day(&scene.operator, false).await?;
    ensure!(in_store(&scene.store, variants[0]) == Some(4));

    scene
        .store
        .with_store(|store| store.edit_product(product, |product| product.tracking = Tracking::Product));
    sync(&scene.operator).await?;
    end_of_day(&scene.operator, false).await?;
    let shown = in_store(&scene.store, variants[0]);
    ensure!(shown == Some(0), "the count of one item is not that of the product: {shown:?}");
    ensure!(is_torn(&scene, product).await?);

    // The other way out: a product made anew is counted the new way.
    ensure!(scene.store.with_store(|store| store.delete_product(product)));
    let (anew, variants) = rope(&scene, Tracking::Product).await?;
    ensure!(!is_torn(&scene, product).await?);
    let items = scene.operator.items().await?;
    let whole = items.iter().find(|item| item.item_number == "ROPE").context("it has an item")?;
    let of: Vec<i64> = whole.bindings.iter().map(|binding| binding.product_id).collect();
    ensure!(of == vec![i64::from(anew); variants.len()], "{whole:?}");
    Ok(())
}

async fn what_the_store_has_and_the_warehouse_has_not_is_named_when_it_is_told_zero(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let (_, variants) = rope(&scene, Tracking::Variant).await?;
    scene.store.with_store(|store| store.set_stock(variants[0], 1, 49));
    let run = end_of_day(&scene.operator, false).await?;
    let named = scene.operator.exceptions(run.run_id, "NONE_ON_HAND").await?;
    ensure!(named.len() == 1 && named[0].detail == "the store showed 49", "{named:?}");
    ensure!(named[0].record.contains(&format!("variant {}", variants[0])), "{named:?}");
    ensure!(in_store(&scene.store, variants[0]) == Some(0));
    adjust(&scene.operator, "ROPE-R", 49).await?;
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(scene.operator.exceptions(run.run_id, "NONE_ON_HAND").await?.is_empty());
    ensure!(in_store(&scene.store, variants[0]) == Some(49));
    Ok(())
}

async fn untracked_products_are_named_and_never_counted(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(3)).await?;
    let (product, variant) = scene.store.with_store(|store| {
        let made = store.insert_product(
            Product::new("Gift wrap", "WRAP")
                .with_variants(vec![Variant::new("WRAP")])
                .tracked(Tracking::None),
        );
        (made, store.shelf().product(made).map_or(0, |product| product.variants[0].id))
    });
    let run = scene.operator.import_and_wait(false).await?;
    let named = scene.operator.exceptions(run.run_id, "NOT_TRACKED").await?;
    ensure!(named.len() == 1 && named[0].record.contains("SKU WRAP"), "{named:?}");
    let report = scene.operator.report(run.run_id).await?;
    let group = report.exceptions.iter().find(|group| group.reason == "NOT_TRACKED").context("a group")?;
    ensure!(group.way_out.contains("Switch on stock tracking"), "{group:?}");
    ensure!(scene.operator.items().await?.iter().any(|item| item.item_number == "WRAP"), "it has its item");

    // The warehouse counts it all the same, and shoppers buy it.
    adjust(&scene.operator, "WRAP", 9).await?;
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(variant, 2)])));
    scene.operator.configure(one_less()).await?;
    for _ in 0..2 {
        let run = end_of_day(&scene.operator, false).await?;
        ensure!(run.state() == RunState::Complete, "{run:?}");
    }
    let run = reconcile(&scene.operator).await?;
    ensure!(scene.operator.report(run.run_id).await?.exceptions.is_empty(), "it is no difference");
    let written = [written(&scene, variant), written(&scene, product)].concat();
    ensure!(written.is_empty(), "{written:?}");
    let tracking = scene.store.with_store(|store| store.shelf().product(product).map(|one| one.tracking));
    ensure!(tracking == Some(Tracking::None), "nobody has switched it on");
    Ok(())
}

/// A store that shows counts only so long after it accepted them, imported, where drift holds the End of Day.
async fn slow_to_show(engine: Engine, inventory_delay: Duration) -> anyhow::Result<Scene> {
    let catalogue = Catalogue::clean(5);
    let scene = Scene::with(engine, Options { catalogue, inventory_delay, ..options() }).await?;
    let hold = Configuration { drift_policy: DriftPolicy::Hold.into(), ..defaults() };
    scene.operator.configure(hold).await?;
    scene.operator.import_and_wait(false).await?;
    Ok(scene)
}

async fn counts_that_are_seen_late_are_waited_for_and_hand_back_nothing(
    engine: Engine,
) -> anyhow::Result<()> {
    let delay = Duration::from_secs(1);
    let scene = slow_to_show(engine, delay).await?;
    let goods = goods(&scene).await?.remove(0);
    adjust(&scene.operator, &goods.item, 10).await?;
    // While the count is on its way a shopper buys three: it will be put over what the store has deducted for them.
    let variant = goods.variant;
    scene.store.on_request(Matcher::path("/v3/inventory/items").query("variant_id"), 1, move |store| {
        store.place_order(NewOrder::paid([(variant, 3)]));
    });
    let began = Instant::now();
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    ensure!(began.elapsed() >= delay, "it ended before the store showed what it was told");
    let shown = in_store(&scene.store, variant);
    ensure!(shown == Some(goods.on_hand + 10 - 3), "{shown:?}, {} before", goods.on_hand);
    // Whoever looks at once sees the same, and nobody's hand in it.
    let run = reconcile(&scene.operator).await?;
    let report = scene.operator.report(run.run_id).await?;
    ensure!(report.exceptions.is_empty() && report.checks.iter().all(|check| check.agrees), "{report:?}");
    Ok(())
}

async fn counts_the_store_does_not_show_are_said_to_be_and_are_nobodys_doing(
    engine: Engine,
) -> anyhow::Result<()> {
    let delay = Duration::from_hours(2);
    let scene = slow_to_show(engine, delay).await?;
    let goods = goods(&scene).await?.remove(0);
    adjust(&scene.operator, &goods.item, 10).await?;
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let unseen = scene.operator.exceptions(run.run_id, "COUNT_UNSEEN").await?;
    ensure!(unseen.len() == 1, "{unseen:?}");
    let compared = reconcile(&scene.operator).await?;
    let unseen = scene.operator.exceptions(compared.run_id, "COUNT_UNSEEN").await?;
    let words = format!("product {},", goods.product);
    ensure!(unseen.len() == 1 && unseen[0].record.starts_with(&words), "{unseen:?}");
    ensure!(scene.operator.exceptions(compared.run_id, "DRIFT").await?.is_empty());

    scene.store.clock().advance(delay);
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::Complete, "no drift holds it: {run:?}");
    ensure!(in_store(&scene.store, goods.variant) == Some(goods.on_hand + 10));
    let compared = reconcile(&scene.operator).await?;
    ensure!(scene.operator.report(compared.run_id).await?.exceptions.is_empty());
    Ok(())
}

async fn counts_are_written_one_batch_after_the_other(engine: Engine) -> anyhow::Result<()> {
    let catalogue = Catalogue::clean(2_100);
    let scene = Scene::with(engine, Options { catalogue, ..options() }).await?;
    scene.operator.import_and_wait(false).await?;
    scene.operator.configure(one_less()).await?;
    scene.store.log().clear();
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    let counts = scene.store.log().counts();
    ensure!(scene.store.log().count("PUT", "/v3/inventory/adjustments/absolute") == 2, "{counts:?}");
    ensure!(counts.peak_inventory_writes == 1, "{counts:?}");
    Ok(())
}

/// A location that is not there shows zero of everything; a channel with a rule of its own deducts at another moment.
async fn no_count_is_sent_where_nobody_knows_what_it_means(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    let surroundings = |change: &dyn Fn(&mut Surroundings)| {
        scene.store.with_store(|store| change(&mut store.surroundings));
    };
    let stops = async |words: &str| -> anyhow::Result<()> {
        let run = end_of_day(&scene.operator, false).await?;
        ensure!(run.state() == RunState::Failed && run.problem.contains(words), "{words}: {run:?}");
        let written = scene.store.log().writes().len();
        ensure!(written == 0, "{written} writes");
        Ok(())
    };
    surroundings(&|store| store.locations[0].enabled = false);
    stops("(Default location) is disabled").await?;
    surroundings(&|store| store.locations[0].enabled = true);
    let elsewhere = Configuration { store_location_id: 77, ..defaults() };
    scene.operator.configure(elsewhere).await?;
    stops("location 77 is not among").await?;
    scene.operator.configure(defaults()).await?;

    let own = InventoryOverrides {
        update_stock_behavior: Some(StockBehavior::OrderCompletedOrShipped),
        ..InventoryOverrides::default()
    };
    surroundings(&|store| {
        store.channel_settings.insert(664_179, own);
    });
    stops("Amazon").await?;
    scene
        .operator
        .configure(Configuration {
            stock_decreased_when_order_placed: StockDecrease::On.into(),
            ..defaults()
        })
        .await?;
    let run = end_of_day(&scene.operator, false).await?;
    ensure!(run.state() == RunState::Complete, "{run:?}");
    Ok(())
}
