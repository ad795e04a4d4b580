//! Carriers and shipping methods, from the store's zones and from its orders.

use anyhow::ensure;
use plugin_host_proto::v1::{Action, RunState};
use plugin_host_tests::{
    harness::{Dataset, Engine},
    sandbox::store::{Method, NewOrder},
};

use crate::daily::{goods, imported, sync, synchronize};

crate::on_both_databases! {
    shipping_methods_that_only_orders_name_join_the_others_once
}

async fn shipping_methods_that_only_orders_name_join_the_others_once(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let before = scene.dataset().await?;
    let variant = goods(&scene).await?[0].variant;
    // The first two are offered by zones; the others are of a plugin of the shop's, or of a zone that is gone.
    let named =
        ["Flat Rate", " fedex international", "UPS Worldwide Saver", "Bike courier", "bike COURIER ", ""];
    scene.store.with_store(|store| {
        for method in named {
            let id = store.place_order(NewOrder::paid([(variant, 1)]));
            store.edit_order(id, |order| method.clone_into(&mut order.consignments[0].shipping_method));
        }
    });
    let added = |dataset: &Dataset, zone: &str| -> Vec<(String, String)> {
        let all = dataset.carriers.iter().flat_map(|(carrier, methods)| {
            methods.iter().map(move |(method, zones)| (carrier.clone(), method.clone(), zones))
        });
        let is_new = |zones: &std::collections::BTreeSet<String>| match zone {
            "" => zones.is_empty(),
            zone => zones.contains(zone),
        };
        all.filter(|(.., zones)| is_new(zones)).map(|(carrier, method, _)| (carrier, method)).collect()
    };
    let of = |carrier: &str, method: &str| (carrier.to_owned(), method.to_owned());
    let seen = [of("Store shipping", "Bike courier"), of("UPS", "UPS Worldwide Saver")];
    for _ in 0..2 {
        sync(&scene.operator).await?;
        let dataset = scene.dataset().await?;
        ensure!(added(&dataset, "") == seen, "{:?}", dataset.carriers);
        for (carrier, methods) in &before.carriers {
            let kept = methods.iter().all(|method| dataset.carriers[carrier].get(method.0) == Some(method.1));
            ensure!(kept, "{carrier}: {:?}", dataset.carriers);
        }
    }

    // The store offers the courier in a zone by now, as a service of FedEx.
    scene.store.with_store(|store| {
        let (id, name) = (90, "Bike courier".to_owned());
        store.surroundings.zones[1].methods.push(Method {
            id,
            name,
            kind: "fedex".to_owned(),
            enabled: true,
        });
    });
    scene.grant(true, true).await?;
    for _ in 0..2 {
        let run = synchronize(&scene.operator, Action::SynchronizeCarriers).await?;
        ensure!(run.state() == RunState::Complete, "{run:?}");
        sync(&scene.operator).await?;
        let dataset = scene.dataset().await?;
        ensure!(added(&dataset, "") == [of("UPS", "UPS Worldwide Saver")], "{:?}", dataset.carriers);
        let europe = added(&dataset, "Europe");
        ensure!(europe.contains(&of("FedEx", "Bike courier")), "{europe:?}");
    }
    Ok(())
}
