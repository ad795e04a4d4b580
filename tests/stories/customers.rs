//! Who orders.

use anyhow::ensure;
use plugin_host_proto::v1::{Configuration, Customer, GuestRule, ListCustomersRequest};
use plugin_host_tests::{
    harness::{Engine, Operator, defaults},
    sandbox::store::{Buyer, Customer as Shopper, NewOrder},
};

use crate::daily::{imported, picking_orders, sync};

crate::on_both_databases! {
    customers_come_with_the_sync_and_follow_what_changes
    a_guest_is_known_by_the_e_mail_address
    one_customer_may_stand_for_all_guests
    three_pages_of_customers_come_whole_while_they_change
}

/// The customers whose name, company or address contains a text.
pub(crate) async fn customers(operator: &Operator, search: &str) -> anyhow::Result<Vec<Customer>> {
    let request = ListCustomersRequest {
        search: search.to_owned(),
        page_size: 1_000,
        ..ListCustomersRequest::default()
    };
    Ok(operator.client.warehouse().list_customers(request).await?.into_inner().customers)
}

async fn customers_come_with_the_sync_and_follow_what_changes(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let id = scene
        .store
        .with_store(|store| store.add_customer(Shopper::new("Ada", "Lovelace", "ada@example.com")));
    sync(&scene.operator).await?;
    let ada = customers(&scene.operator, "lovelace").await?;
    ensure!(ada.len() == 1 && ada[0].store_customer_id == i64::from(id), "{ada:?}");
    scene.store.with_store(|store| store.edit_customer(id, |ada| ada.last_name = "King".into()));
    let run = sync(&scene.operator).await?;
    ensure!(run.phases[1].counts.is_some_and(|counts| counts.updated == 1), "{run:?}");
    let renamed = customers(&scene.operator, "ADA KING").await?;
    ensure!(renamed.len() == 1 && renamed[0].customer_id == ada[0].customer_id, "{renamed:?}");

    let variant = scene.store.with_store(|store| store.shelf().products()[0].variants[0].id);
    scene.store.with_store(|store| store.place_order(NewOrder::paid([(variant, 1)]).by(Buyer::Customer(id))));
    sync(&scene.operator).await?;
    let orders = picking_orders(&scene.operator).await?;
    ensure!(orders[0].customer_id == ada[0].customer_id, "{orders:?}");
    Ok(())
}

async fn a_guest_is_known_by_the_e_mail_address(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let variant = scene.store.with_store(|store| store.shelf().products()[0].variants[0].id);
    scene.store.with_store(|store| {
        store.add_customer(Shopper::new("Ada", "Lovelace", "ada@example.com"));
        for guest in ["new@example.com", "NEW@example.com ", "Ada@Example.com"] {
            let order = NewOrder::paid([(variant, 1)]).by(Buyer::Guest(guest.into()));
            store.place_order(order);
        }
    });
    sync(&scene.operator).await?;
    let orders = picking_orders(&scene.operator).await?;
    let by: Vec<i64> = orders.iter().map(|order| order.customer_id).collect();
    let new = customers(&scene.operator, "new@example.com").await?;
    ensure!(new.len() == 1 && new[0].store_customer_id == 0, "one guest, not two: {new:?}");
    let ada = customers(&scene.operator, "ada@example.com").await?;
    ensure!(ada.len() == 1, "who has an account is no other person as a guest: {ada:?}");
    ensure!(by == [new[0].customer_id, new[0].customer_id, ada[0].customer_id], "{by:?}");
    Ok(())
}

async fn one_customer_may_stand_for_all_guests(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let values = Configuration {
        guest_rule: GuestRule::OneCustomer.into(),
        guest_customer: "Web shop".to_owned(),
        ..defaults()
    };
    scene.operator.configure(values).await?;
    let variant = scene.store.with_store(|store| store.shelf().products()[0].variants[0].id);
    scene.store.with_store(|store| {
        for guest in ["one@example.com", "two@example.com"] {
            store.place_order(NewOrder::paid([(variant, 1)]).by(Buyer::Guest(guest.into())));
        }
    });
    sync(&scene.operator).await?;
    let orders = picking_orders(&scene.operator).await?;
    let web = customers(&scene.operator, "web shop").await?;
    ensure!(web.len() == 1, "{web:?}");
    ensure!(orders.iter().all(|order| order.customer_id == web[0].customer_id), "{orders:?}");
    Ok(())
}

async fn three_pages_of_customers_come_whole_while_they_change(engine: Engine) -> anyhow::Result<()> {
    use plugin_host_tests::sandbox::Matcher;
    let scene = imported(engine, 1).await?;
    let ids: Vec<u32> = scene.store.with_store(|store| {
        (0..600)
            .map(|n| store.add_customer(Shopper::new("Zebra", format!("{n}"), format!("s{n}@example.com"))))
            .collect()
    });
    let list = Matcher::path("/v3/customers");
    scene.store.on_request(list, 2, move |store| {
        // One of the first page goes, and another one changes: nobody slips from one page to another.
        store.remove_customer(ids[3]);
        store.edit_customer(ids[5], |one| one.company = "Late".into());
    });
    sync(&scene.operator).await?;
    let found = customers(&scene.operator, "zebra").await?;
    ensure!(found.len() == 600, "{}", found.len());
    Ok(())
}
