//! Lists that people sort, search and scroll through.

use anyhow::{Context as _, ensure};
use plugin_host_proto::v1::{
    InventoryRecord, Item, ListCustomersRequest, ListInventoryRequest, ListInventoryResponse,
    ListItemsRequest, ListItemsResponse, ListPickingOrdersRequest, ListPickingOrdersResponse,
    ListRunsRequest, PickingOrder, PickingOrderState, RunKind,
};
use plugin_host_tests::{
    harness::{Engine, Operator},
    sandbox::{Catalogue, store::NewOrder},
};
use tonic::Code;

use crate::{
    daily::{goods, imported, sync},
    refusal::refusal,
    scene::Scene,
};

crate::on_both_databases! {
    items_are_sorted_and_cut_anywhere_and_their_number_is_told
    an_order_that_does_not_exist_is_answered_with_those_that_do
    an_item_is_found_by_its_number_alone
    inventory_is_that_of_one_item_where_it_is_named
    open_orders_come_first_where_that_is_asked_for
    customers_and_runs_are_counted_and_chosen
}

async fn items(operator: &Operator, request: ListItemsRequest) -> anyhow::Result<ListItemsResponse> {
    Ok(operator.client.warehouse().list_items(request).await?.into_inner())
}

async fn inventory(
    operator: &Operator,
    request: ListInventoryRequest,
) -> anyhow::Result<ListInventoryResponse> {
    Ok(operator.client.warehouse().list_inventory(request).await?.into_inner())
}

async fn orders(
    operator: &Operator,
    request: ListPickingOrdersRequest,
) -> anyhow::Result<ListPickingOrdersResponse> {
    Ok(operator.client.warehouse().list_picking_orders(request).await?.into_inner())
}

fn numbers(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.item_number.as_str()).collect()
}

async fn items_are_sorted_and_cut_anywhere_and_their_number_is_told(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(60)).await?;
    scene.operator.import_and_wait(false).await?;
    let operator = &scene.operator;
    let all = operator.items().await?;
    let total = i64::try_from(all.len())?;
    ensure!(all.is_sorted_by_key(|item| item.item_number.to_lowercase()));
    let name = |item: &Item| item.name.trim().to_lowercase();
    for (order_by, sorted) in [
        (
            "name",
            (|items| items.is_sorted_by_key(|item| item.name.trim().to_lowercase())) as fn(&[Item]) -> bool,
        ),
        ("name desc", |items| {
            items.is_sorted_by(|a, b| a.name.trim().to_lowercase() >= b.name.trim().to_lowercase())
        }),
        ("on_hand", |items| items.is_sorted_by_key(|item| item.on_hand)),
        ("on_hand desc", |items| items.is_sorted_by(|a, b| a.on_hand >= b.on_hand)),
        ("item_number desc", |items| {
            items.is_sorted_by(|a, b| a.item_number.to_lowercase() > b.item_number.to_lowercase())
        }),
    ] {
        let ask = |page_size, page_token: &str, skip, search: &str| ListItemsRequest {
            page_size,
            page_token: page_token.to_owned(),
            skip,
            search: search.to_owned(),
            order_by: order_by.to_owned(),
            ..ListItemsRequest::default()
        };
        let whole = items(operator, ask(1_000, "", 0, "")).await?;
        ensure!(whole.total == total && whole.items.len() == all.len(), "{order_by}");
        ensure!(sorted(&whole.items), "{order_by}: {:?}", whole.items);
        // The middle is the same whether it is skipped to, or reached page by page.
        let middle = items(operator, ask(7, "", 20, "")).await?;
        ensure!(numbers(&middle.items) == numbers(&whole.items[20..27]), "{order_by}");
        let first = items(operator, ask(15, "", 0, "")).await?;
        let next = items(operator, ask(7, &first.next_page_token, 5, "")).await?;
        ensure!(numbers(&next.items) == numbers(&whole.items[20..27]), "{order_by}, with a token");
        ensure!(next.total == total);
        let beyond = items(operator, ask(7, "", 10_000, "")).await?;
        ensure!(beyond.items.is_empty() && beyond.total == total && beyond.next_page_token.is_empty());
        // A search is sorted and counted in the same way.
        let word = name(&whole.items[0]).split(' ').next().context("a word")?.to_owned();
        let expected: Vec<&Item> = whole
            .items
            .iter()
            .filter(|item| name(item).contains(&word) || item.item_number.to_lowercase().contains(&word))
            .collect();
        let found = items(operator, ask(1_000, "", 0, &word.to_uppercase())).await?;
        ensure!(found.total == i64::try_from(expected.len())?, "{word}: {} of {expected:?}", found.total);
        ensure!(found.items.iter().eq(expected.iter().copied()), "{order_by}, {word}");
    }
    Ok(())
}

async fn an_order_that_does_not_exist_is_answered_with_those_that_do(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(1)).await?;
    let request = ListItemsRequest { order_by: "colour".to_owned(), ..ListItemsRequest::default() };
    let refused = refusal(scene.operator.client.warehouse().list_items(request).await)?;
    ensure!(refused.code == Code::InvalidArgument && refused.reasons == ["order_by"], "{refused:?}");
    ensure!(refused.words.contains("item_number, name, on_hand"), "{refused:?}");
    let request = ListItemsRequest { skip: -1, ..ListItemsRequest::default() };
    ensure!(refusal(scene.operator.client.warehouse().list_items(request).await)?.reasons == ["skip"]);
    Ok(())
}

async fn an_item_is_found_by_its_number_alone(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 12).await?;
    let number = scene.operator.items().await?.remove(3).item_number;
    let one = ListItemsRequest { item_number: number.to_lowercase(), ..ListItemsRequest::default() };
    let found = items(&scene.operator, one).await?;
    ensure!(found.total == 1 && numbers(&found.items) == [number.as_str()], "{found:?}");
    let part = number[1..].to_owned();
    let none = ListItemsRequest { item_number: part, ..ListItemsRequest::default() };
    ensure!(items(&scene.operator, none).await?.items.is_empty());
    Ok(())
}

async fn inventory_is_that_of_one_item_where_it_is_named(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 12).await?;
    let operator = &scene.operator;
    let whole = inventory(operator, ListInventoryRequest::default()).await?;
    ensure!(whole.total == i64::try_from(whole.records.len())? && whole.total > 5, "{whole:?}");
    let record = &whole.records[3];
    let one = ListInventoryRequest {
        item_number: record.item_number.to_lowercase(),
        ..ListInventoryRequest::default()
    };
    let one = inventory(operator, one).await?;
    ensure!(one.total == 1 && one.records == [record.clone()], "{one:?}");
    let sorted = |order_by: &str| ListInventoryRequest {
        order_by: order_by.to_owned(),
        skip: 2,
        ..ListInventoryRequest::default()
    };
    let most = inventory(operator, sorted("on_hand desc")).await?;
    let units = |record: &InventoryRecord| record.on_hand;
    ensure!(most.records.is_sorted_by(|a, b| units(a) >= units(b)), "{most:?}");
    ensure!(most.records.len() + 2 == whole.records.len() && most.total == whole.total);
    let named = inventory(operator, sorted("name")).await?;
    ensure!(named.records.is_sorted_by_key(|record| record.name.to_lowercase()), "{named:?}");
    Ok(())
}

async fn open_orders_come_first_where_that_is_asked_for(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 6).await?;
    let operator = &scene.operator;
    let goods = goods(&scene).await?;
    let ids = scene.store.with_store(|store| {
        let order = |goods: &crate::daily::Goods| store.place_order(NewOrder::paid([(goods.variant, 1)]));
        goods.iter().take(6).map(order).collect::<Vec<_>>()
    });
    sync(operator).await?;
    // The two oldest are cancelled in the store, so that they come last.
    scene.store.with_store(|store| {
        for id in &ids[..2] {
            store.cancel(*id);
        }
    });
    sync(operator).await?;
    let ask = |order_by: &str, states: &[PickingOrderState]| ListPickingOrdersRequest {
        order_by: order_by.to_owned(),
        states: states.iter().map(|state| (*state).into()).collect(),
        ..ListPickingOrdersRequest::default()
    };
    let states = |found: &ListPickingOrdersResponse| -> Vec<PickingOrderState> {
        found.picking_orders.iter().map(PickingOrder::state).collect()
    };
    let (open, cancelled) = (PickingOrderState::Open, PickingOrderState::Cancelled);
    let by_date = orders(operator, ask("", &[])).await?;
    ensure!(by_date.total == 6 && states(&by_date)[..2] == [cancelled, cancelled], "{by_date:?}");
    let by_state = orders(operator, ask("state", &[])).await?;
    ensure!(states(&by_state) == [open, open, open, open, cancelled, cancelled], "{by_state:?}");
    let page = ListPickingOrdersRequest { page_size: 3, ..ask("state", &[]) };
    let first = orders(operator, page.clone()).await?;
    let rest = ListPickingOrdersRequest { page_token: first.next_page_token.clone(), ..page };
    let rest = orders(operator, rest).await?;
    let paged: Vec<_> = first.picking_orders.iter().chain(&rest.picking_orders).collect();
    ensure!(paged.into_iter().eq(&by_state.picking_orders), "{first:?} {rest:?}");
    let chosen = orders(operator, ask("number desc", &[cancelled, PickingOrderState::Closed])).await?;
    ensure!(chosen.total == 2 && states(&chosen) == [cancelled, cancelled], "{chosen:?}");
    ensure!(chosen.picking_orders[0].order_id > chosen.picking_orders[1].order_id);
    let customer = by_date.picking_orders[3].customer.to_uppercase();
    let found = ListPickingOrdersRequest { search: customer, ..ask("customer", &[]) };
    let found = orders(operator, found).await?;
    ensure!(found.picking_orders.contains(&by_date.picking_orders[3]), "{found:?}");
    Ok(())
}

async fn customers_and_runs_are_counted_and_chosen(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let operator = &scene.operator;
    let goods = goods(&scene).await?;
    scene.store.with_store(|store| {
        for _ in 0..3 {
            store.place_order(NewOrder::paid([(goods[0].variant, 1)]));
        }
    });
    sync(operator).await?;
    sync(operator).await?;
    let ask = |order_by: &str, page_size| ListCustomersRequest {
        order_by: order_by.to_owned(),
        page_size,
        ..ListCustomersRequest::default()
    };
    let by_email = operator.client.warehouse().list_customers(ask("email desc", 0)).await?.into_inner();
    ensure!(by_email.total == i64::try_from(by_email.customers.len())? && by_email.total > 0);
    ensure!(by_email.customers.is_sorted_by(|a, b| a.email.to_lowercase() >= b.email.to_lowercase()));
    let one = operator.client.warehouse().list_customers(ask("name", 1)).await?.into_inner();
    ensure!(one.total == by_email.total && one.customers.len() == 1, "{one:?}");

    let runs = async |request| -> anyhow::Result<_> {
        Ok(operator.client.plugin_host().list_runs(request).await?.into_inner())
    };
    let all = runs(ListRunsRequest::default()).await?;
    ensure!(all.total == i64::try_from(all.runs.len())?);
    ensure!(all.runs.is_sorted_by(|a, b| a.run_id > b.run_id), "{all:?}");
    let syncs = ListRunsRequest {
        kinds: vec![RunKind::Sync.into()],
        order_by: "run_id".to_owned(),
        page_size: 1,
        skip: 1,
        ..ListRunsRequest::default()
    };
    let second = runs(syncs).await?;
    let expected: Vec<_> = all.runs.iter().filter(|run| run.kind() == RunKind::Sync).collect();
    ensure!(second.total == i64::try_from(expected.len())? && second.total == 2, "{second:?}");
    ensure!(second.runs.iter().eq(expected.into_iter().take(1)), "{second:?}");
    Ok(())
}
