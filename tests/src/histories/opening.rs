//! A store is connected, configured and imported, and its history can begin.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use plugin_host_proto::v1::{
    Configuration, CreateLocationRequest, CreateSiteRequest, DriftPolicy, PickupRule, RunState, ShipmentRule,
};
use plugin_host_server::clock::Clock;
use tokio::sync::mpsc::unbounded_channel;

use super::{
    history::{History, Shop},
    machine::Machine,
    model::Model,
    places::{PLACE, scope},
    shop,
    world::{Outcome, World},
};
use crate::{
    harness::{Balancer, Engine, Home, Operator, defaults, options, store_with},
    sandbox::{Catalogue, Options},
};

impl World {
    /// Opens a store and brings its goods and its open orders into a warehouse.
    pub(super) async fn open(engine: Engine, history: &History) -> anyhow::Result<Self> {
        let (began, shop) = (std::time::Instant::now(), history.shop);
        let sandbox = store_with(Options {
            catalogue: Catalogue::clean(0),
            // Waiting for the next one takes real time, and is no other for being long.
            quota_window: Duration::from_secs(1),
            ..options()
        })
        .await?;
        let model = sandbox.with_store(|store| shop::open(shop, store));
        let mut homes = vec![Home::new(engine, &sandbox).await?];
        let mut balancer = None;
        let mut address = format!("http://127.0.0.1:{}", homes[0].port());
        homes[0].set("tls", "off");
        if engine == Engine::Postgres {
            let between = Balancer::start().await?;
            address = between.address().replace("https:", "http:");
            homes[0].set("lease_ms", 600);
            homes[0].set("public_address", address.as_str());
            homes.push(homes[0].replica()?);
            for home in &homes {
                between.add(home);
            }
            balancer = Some(between);
        } else {
            homes[0].set("public_address", address);
        }
        let clock = Clock::manual(Clock::system().now());
        let mut machines = Vec::new();
        for home in &homes {
            machines.push(Some(Machine::start(home, clock.clone()).await?));
        }
        let operator = Operator::of_new_store(&homes[0], &sandbox).await?;
        add_places(&operator).await?;
        operator.configure(configuration(shop)).await?;
        let run = operator.import_and_wait(false).await?;
        anyhow::ensure!(run.state() == RunState::Complete, "the import: {run:?}");
        let (sender, signals) = unbounded_channel();
        let opening = opening(shop, &model);
        let mut world = Self {
            began,
            shop,
            sandbox,
            watch: operator.watch(),
            operator,
            balancer,
            homes,
            machines,
            clock,
            behind: 0,
            late: false,
            model: Arc::new(Mutex::new(model)),
            signals,
            sender,
            armed: Vec::new(),
            requests: 0,
            disturbed: false,
            outcome: Outcome { runs: 1, ..Outcome::default() },
        };
        world.say(opening);
        Ok(world)
    }
}

/// Makes the places that a new store does not find in its warehouse.
async fn add_places(operator: &Operator) -> anyhow::Result<()> {
    let (first, _) = PLACE[0];
    for (site, location) in &PLACE[1..] {
        let (site, location) = ((*site).to_owned(), (*location).to_owned());
        let mut warehouse = operator.client.warehouse();
        if site != first {
            let request = CreateSiteRequest { site: site.clone(), ..CreateSiteRequest::default() };
            warehouse.create_site(request).await?;
        }
        let request = CreateLocationRequest { site, location, ..CreateLocationRequest::default() };
        warehouse.create_location(request).await?;
    }
    Ok(())
}

/// What the store's people chose.
pub(super) fn configuration(shop: Shop) -> Configuration {
    let scope = scope(shop.scope);
    let rules = [ShipmentRule::ByHand, ShipmentRule::OnClose, ShipmentRule::EachPick];
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    Configuration {
        stock_scope: scope.kind.into(),
        stock_sites: words(scope.sites),
        excluded_locations: words(scope.excluded),
        shipment_rule: rules[usize::from(shop.shipments) % rules.len()].into(),
        safety_buffer: shop.buffer.into(),
        drift_policy: if shop.holds_drift { DriftPolicy::Hold } else { DriftPolicy::WarehouseWins }.into(),
        pickup_rule: if shop.completes_pickups { PickupRule::Complete } else { PickupRule::Leave }.into(),
        ..defaults()
    }
}

/// The store, its goods and its open orders in a sentence.
fn opening(shop: Shop, model: &Model) -> String {
    let rule = if shop.deducts_when_placed { "is placed" } else { "is shipped" };
    let mut words = format!("a store that deducts when an order {rule}");
    if !shop.shipping_moves_status {
        words.push_str(" and leaves the status to its people");
    }
    for (number, good) in model.goods.iter().enumerate() {
        let _ = write!(words, ", {} of {}", good.shelf[0], Model::name(number));
        if good.variants.len() > 1 {
            words.push_str(" in two variants");
        }
    }
    for order in &model.orders {
        let line = |line: &super::model::Line| {
            format!("{} of {} ({} sent)", line.quantity, Model::name(line.good), line.before)
        };
        let lines: Vec<String> = order.lines.iter().map(line).collect();
        let _ = write!(words, "; order {} for {}", order.id, lines.join(", "));
    }
    words
}
