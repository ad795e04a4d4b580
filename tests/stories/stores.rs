//! Two stores on one server: neither sees anything of the other.

use std::collections::BTreeSet;

use anyhow::ensure;
use futures::future::try_join_all;
use plugin_host_proto::v1 as wire;
use plugin_host_tests::{
    harness::{Dataset, Engine, Operator, connect_store, options},
    sandbox::{Catalogue, Options},
};
use tonic::{Code, Response, Status};

use crate::{refusal::refusal, rules, scene::Scene};

crate::on_both_databases! {
    stores_that_are_connected_at_the_same_time_have_a_division_each
    no_rpc_shows_or_changes_anything_of_another_store
}

/// What an answer looks like from outside: whether there was one.
fn tried<T>(answer: Result<Response<T>, Status>) -> Result<(), Status> {
    answer.map(drop)
}

/// Asks every RPC of daily work and of the warehouse for things of a store, by name and number.
async fn ask_for_everything(
    operator: &Operator,
    store: &str,
    run_id: i64,
) -> Vec<(&'static str, Result<(), Status>)> {
    let plugin_host = || operator.client.plugin_host();
    let warehouse = || operator.client.warehouse();
    let store_id = || store.to_owned();
    let (division, site, location) = (|| "MAIN".to_owned(), || "HQ".to_owned(), || "A-01".to_owned());
    macro_rules! ask {
        ($($service:ident . $call:ident ( $request:expr ) as $name:literal,)*) => {
            vec![$(($name, tried($service().$call($request).await))),*]
        };
    }
    let configuration = Some(plugin_host_tests::harness::defaults());
    let mut answers = ask! {
        plugin_host.import(wire::ImportRequest { store_id: store_id(), ..Default::default() }) as "Import",
        plugin_host.sync(wire::SyncRequest { store_id: store_id(), ..Default::default() }) as "Sync",
        plugin_host.end_of_day(wire::EndOfDayRequest { store_id: store_id(), ..Default::default() }) as "EndOfDay",
        plugin_host.configure(wire::ConfigureRequest { store_id: store_id(), configuration, ..Default::default() })
            as "Configure",
        plugin_host.synchronize(wire::SynchronizeRequest {
            store_id: store_id(), action: wire::Action::SynchronizeProducts.into(), ..Default::default()
        }) as "Synchronize",
        plugin_host.reconcile(wire::ReconcileRequest { store_id: store_id(), ..Default::default() }) as "Reconcile",
        plugin_host.set_sync_cursor(wire::SetSyncCursorRequest {
            store_id: store_id(), confirm: true, ..Default::default()
        }) as "SetSyncCursor",
        plugin_host.resolve_parked_record(wire::ResolveParkedRecordRequest {
            store_id: store_id(), parked_id: 1,
            resolution: Some(wire::resolve_parked_record_request::Resolution::Skip(true)), ..Default::default()
        }) as "ResolveParkedRecord",
        plugin_host.list_parked_groups(wire::ListParkedGroupsRequest { store_id: store_id() })
            as "ListParkedGroups",
        plugin_host.explain_count(wire::ExplainCountRequest { store_id: store_id(), item_number: "ANY".into() })
            as "ExplainCount",
        plugin_host.get_status(wire::GetStatusRequest { store_id: store_id() }) as "GetStatus",
        plugin_host.get_overview(wire::GetOverviewRequest { store_id: store_id(), ..Default::default() })
            as "GetOverview",
        plugin_host.get_configuration(wire::GetConfigurationRequest { store_id: store_id(), ..Default::default() })
            as "GetConfiguration",
        plugin_host.get_webhook_secret(wire::GetWebhookSecretRequest { store_id: store_id() }) as "GetWebhookSecret",
        plugin_host.list_runs(wire::ListRunsRequest { store_id: store_id(), ..Default::default() }) as "ListRuns",
        plugin_host.get_run(wire::GetRunRequest { run_id }) as "GetRun",
        plugin_host.get_report(wire::GetReportRequest { run_id, ..Default::default() }) as "GetReport",
        plugin_host.list_report_exceptions(wire::ListReportExceptionsRequest { run_id, ..Default::default() })
            as "ListReportExceptions",
        plugin_host.list_parked_records(wire::ListParkedRecordsRequest { store_id: store_id(), ..Default::default() })
            as "ListParkedRecords",
        warehouse.create_division(wire::CreateDivisionRequest { division: "NEW".into(), store_ids: vec![store_id()] })
            as "CreateDivision",
        warehouse.list_sites(wire::ListSitesRequest { division: division() }) as "ListSites",
        warehouse.create_site(wire::CreateSiteRequest { division: division(), site: "B".into(), ..Default::default() })
            as "CreateSite",
        warehouse.update_site(wire::UpdateSiteRequest { division: division(), site: site(), ..Default::default() })
            as "UpdateSite",
        warehouse.create_location(wire::CreateLocationRequest {
            division: division(), site: site(), location: "B-01".into()
        }) as "CreateLocation",
        warehouse.list_uoms(wire::ListUomsRequest { division: division() }) as "ListUoms",
        warehouse.create_uom(wire::CreateUomRequest { division: division(), uom: "BOX".into(), each_count: 9 })
            as "CreateUom",
        warehouse.list_items(wire::ListItemsRequest { division: division(), ..Default::default() }) as "ListItems",
        warehouse.list_inventory(wire::ListInventoryRequest { division: division(), ..Default::default() })
            as "ListInventory",
        warehouse.adjust_inventory(wire::AdjustInventoryRequest {
            division: division(), site: site(), location: location(), item_number: "ANY".into(), change: 1,
            reason: "theft".into(), request_id: "1".into(),
        }) as "AdjustInventory",
        warehouse.list_carriers(wire::ListCarriersRequest { division: division() }) as "ListCarriers",
        warehouse.list_picking_orders(wire::ListPickingOrdersRequest {
            division: division(),
            ..wire::ListPickingOrdersRequest::default()
        }) as "ListPickingOrders",
        warehouse.get_picking_order(wire::GetPickingOrderRequest {
            division: division(),
            number: "BC-100".to_owned(),
        }) as "GetPickingOrder",
        warehouse.pick_item(wire::PickItemRequest {
            division: division(),
            number: "BC-100".to_owned(),
            item_number: "TENT".to_owned(),
            units: 1,
            site: "HQ".to_owned(),
            location: "A-01".to_owned(),
            request_id: "another store".to_owned(),
            ..wire::PickItemRequest::default()
        }) as "PickItem",
        warehouse.ship_picking_order(wire::ShipPickingOrderRequest {
            division: division(),
            number: "BC-100".to_owned(),
            provider: String::new(),
            tracking_number: String::new(),
            request_id: "another store ships".to_owned(),
        }) as "ShipPickingOrder",
        warehouse.close_picking_order(wire::ClosePickingOrderRequest {
            division: division(),
            number: "BC-100".to_owned(),
            ..wire::ClosePickingOrderRequest::default()
        }) as "ClosePickingOrder",
        warehouse.reopen_picking_order(wire::ReopenPickingOrderRequest {
            division: division(), number: "BC-100".to_owned(),
        }) as "ReopenPickingOrder",
        warehouse.cancel_picking_order(wire::CancelPickingOrderRequest {
            division: division(), number: "BC-100".to_owned(),
        }) as "CancelPickingOrder",
        warehouse.list_customers(wire::ListCustomersRequest { division: division(), ..Default::default() })
            as "ListCustomers",
        warehouse.list_changes(wire::ListChangesRequest { division: division(), ..Default::default() })
            as "ListChanges",
    };
    let request = wire::StreamStatusRequest { store_ids: vec![store_id()], resume_from: Vec::new() };
    let stream = async {
        let mut stream = plugin_host().stream_status(request).await?.into_inner();
        stream.message().await.map(drop)
    };
    answers.push(("StreamStatus", stream.await));
    answers
}

async fn stores_that_are_connected_at_the_same_time_have_a_division_each(
    engine: Engine,
) -> anyhow::Result<()> {
    let Scene { home, server: _server, store, .. } = Scene::open(engine, Catalogue::clean(1)).await?;
    let beside: Vec<_> = (2..=8)
        .map(|number| store.open_beside(Options { store_hash: format!("store{number}"), ..options() }))
        .collect();
    let connected = try_join_all(beside.iter().map(|store| connect_store(&home, store))).await?;
    let divisions: BTreeSet<_> = connected.into_iter().map(|connected| connected.division).collect();
    let wanted = (2..=8).map(|number| format!("MAIN-{number}")).collect();
    ensure!(divisions == wanted, "{divisions:?}");
    Ok(())
}

async fn no_rpc_shows_or_changes_anything_of_another_store(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::ugly(40).with_orders(5)).await?;
    let run_id = scene.operator.import_and_wait(false).await?.run_id;
    let hash = scene.store.store_hash().to_owned();
    let before = scene.dataset().await?;
    let scene = scene.with_second_store().await?;

    let answers = Box::pin(ask_for_everything(&scene.operator, &hash, run_id)).await;
    for (rpc, answer) in &answers {
        let code = answer.as_ref().err().map(Status::code);
        let refused = matches!(code, Some(Code::NotFound | Code::PermissionDenied));
        ensure!(refused, "{rpc}: {code:?}");
    }
    // The two that take no name show the key's own things alone.
    let stores = scene
        .operator
        .client
        .plugin_host()
        .list_stores(wire::ListStoresRequest {})
        .await?
        .into_inner()
        .stores;
    ensure!(stores.len() == 1 && stores[0].store_id != hash, "{stores:?}");
    let divisions = scene.operator.client.warehouse().list_divisions(wire::ListDivisionsRequest {}).await?;
    let divisions = divisions.into_inner().divisions;
    ensure!(divisions.len() == 1 && divisions[0].division != "MAIN", "{divisions:?}");
    ensure!(divisions[0].store_ids.iter().all(|store| *store != hash), "{divisions:?}");

    let mut asked: Vec<&str> =
        answers.iter().map(|(rpc, _)| *rpc).chain(["ListStores", "ListDivisions"]).collect();
    let contract = rules::contract()?;
    let mut daily: Vec<&str> = contract
        .iter()
        .filter_map(|rpc| rpc.split_once('.'))
        .filter(|(service, _)| *service != "AdminService")
        .map(|(_, rpc)| rpc)
        .collect();
    asked.sort_unstable();
    daily.sort_unstable();
    ensure!(asked == daily, "{asked:?}\n{daily:?}");

    // Nothing of it has changed, and without names the key's own store is meant.
    ensure!(Dataset::read(&scene.first).await? == before);
    ensure!(scene.first.configuration().await?.revision == 1);
    ensure!(scene.operator.status().await?.store.is_some_and(|store| store.store_id != hash));
    ensure!(scene.operator.items().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_key_for_all_stores_must_name_the_one_it_means() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?.with_second_store().await?;
    let admin = scene.home.admin().await?;
    let refused = refusal(admin.plugin_host().get_status(wire::GetStatusRequest::default()).await)?;
    ensure!(refused.code == Code::InvalidArgument && refused.reasons == ["store_id"], "{refused:?}");
    let listed = admin.plugin_host().list_stores(wire::ListStoresRequest {}).await?.into_inner().stores;
    ensure!(listed.len() == 2, "{listed:?}");
    let unknown = wire::GetStatusRequest { store_id: "unknown".to_owned() };
    ensure!(refusal(admin.plugin_host().get_status(unknown).await)?.code == Code::NotFound);
    Ok(())
}
