use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Answer, get, open, options, with_products};
use crate::sandbox::store::{Address, Buyer, Customer, NewOrder};
use crate::sandbox::world::World;
use crate::sandbox::{Catalogue, Options};

fn with_customers(count: u32) -> Arc<World> {
    let world = with_products(1);
    world.write(|store| {
        for id in 1..=10 {
            store.remove_customer(id);
        }
        for number in 1..=count {
            let customer =
                Customer::new("Ada", format!("Number{number}"), format!("ada{number}@example.com"));
            store.add_customer(Customer { id: number, ..customer });
        }
    });
    world
}

fn cursors(answer: &Answer) -> Value {
    answer.json()["meta"]["cursor_pagination"].clone()
}

#[tokio::test]
async fn only_the_first_page_of_customers_and_those_by_cursor_have_cursors() {
    let world = with_customers(5);
    let first = get(&world, "/v3/customers?limit=2").await;
    assert_eq!(first.ids(), [1, 2]);
    assert_eq!(first.json()["meta"]["pagination"]["total"], 5);
    assert_eq!(
        cursors(&first),
        json!({
            "count": 2, "per_page": 2, "start_cursor": "eyJpZCI6MX0", "end_cursor": "eyJpZCI6Mn0",
            "links": { "next": "?after=eyJpZCI6Mn0&limit=2" },
        })
    );
    let second = get(&world, "/v3/customers?limit=2&page=2").await;
    assert_eq!((second.ids(), cursors(&second)), (vec![3, 4], Value::Null));
    let after = get(&world, "/v3/customers?limit=2&page=9&after=eyJpZCI6Mn0").await;
    assert_eq!(after.ids(), [3, 4]);
    assert!(after.json()["meta"].get("pagination").is_none());
    let before = get(&world, "/v3/customers?limit=2&before=eyJpZCI6NX0").await;
    assert_eq!(before.ids(), [3, 4]);
}

#[tokio::test]
async fn the_last_page_has_an_end_cursor_and_no_link_to_a_next_one() {
    let world = with_customers(4);
    let last = get(&world, "/v3/customers?limit=2&after=eyJpZCI6Mn0").await;
    let end = cursors(&last);
    assert!(end["links"].get("next").is_none());
    let past_the_end =
        get(&world, &format!("/v3/customers?after={}", end["end_cursor"].as_str().unwrap())).await;
    assert_eq!((past_the_end.status, past_the_end.ids().len()), (200, 0));
    assert!(cursors(&past_the_end)["links"].get("next").is_none());
}

#[tokio::test]
async fn a_cursor_stays_where_it_is_when_customers_before_it_go() {
    let world = with_customers(6);
    world.write(|store| {
        store.remove_customer(1);
        store.remove_customer(2)
    });
    assert_eq!(get(&world, "/v3/customers?limit=2&after=eyJpZCI6Mn0").await.ids(), [3, 4]);
}

#[tokio::test]
async fn cursors_that_contradict_each_other_or_cannot_be_read_are_422() {
    let world = with_customers(2);
    let both = "/v3/customers?after=eyJpZCI6MX0&before=eyJpZCI6Mn0";
    assert_eq!(get(&world, both).await.status, 422);
    assert_eq!(get(&world, "/v3/customers?after=nonsense").await.status, 422);
    assert_eq!(get(&world, "/v3/customers?limit=251").await.status, 413);
    assert_eq!(get(&world, "/v3/customers?sort=email:asc").await.status, 422);
}

#[tokio::test]
async fn customers_sorted_by_their_last_change_are_walked_by_cursor_in_that_order() {
    let world = with_customers(4);
    world.clock.advance(Duration::from_mins(1));
    world.write(|store| store.edit_customer(2, |customer| customer.company = "Ridge".to_owned()));
    let first = get(&world, "/v3/customers?sort=date_modified:desc&limit=2").await;
    assert_eq!(first.ids(), [2, 4]);
    let cursor = cursors(&first)["end_cursor"].as_str().unwrap().to_owned();
    let second = format!("/v3/customers?sort=date_modified:desc&limit=2&after={cursor}");
    assert_eq!(get(&world, &second).await.ids(), [3, 1]);
    assert_eq!(get(&world, "/v3/customers?date_modified:min=2026-03-05T14:30:30Z").await.ids(), [2]);
    assert_eq!(get(&world, "/v3/customers?date_created:max=2026-03-05").await.ids().len(), 0);
    assert_eq!(get(&world, "/v3/customers?date_created:max=2026-03-05T14:31:30").await.ids().len(), 4);
}

#[tokio::test]
async fn customers_are_found_by_name_company_and_e_mail() {
    let world = with_customers(3);
    world.write(|store| store.edit_customer(3, |customer| customer.company = "Ridge".to_owned()));
    assert_eq!(get(&world, "/v3/customers?id:in=1,3,99").await.ids(), [1, 3]);
    assert_eq!(get(&world, "/v3/customers?email:in=ADA2@example.com").await.ids(), [2]);
    assert_eq!(get(&world, "/v3/customers?name:in=ada+number1").await.ids(), [1]);
    assert_eq!(get(&world, "/v3/customers?name:like=number2,r3").await.ids(), [2, 3]);
    assert_eq!(get(&world, "/v3/customers?company:in=Ridge").await.ids(), [3]);
}

#[tokio::test]
async fn a_customer_includes_ten_addresses_and_the_other_list_has_them_all() {
    let world = open(Options { catalogue: Catalogue::ugly(1), ..options() });
    let row = get(&world, "/v3/customers?id:in=7&include=addresses").await.json()["data"][0].clone();
    assert_eq!((row["addresses"].as_array().unwrap().len(), &row["address_count"]), (10, &json!(12)));
    let all = get(&world, "/v3/customers/addresses?customer_id:in=7").await;
    assert_eq!(all.ids().len(), 12);
    let one = get(&world, &format!("/v3/customers/addresses?id:in={}", all.ids()[11])).await;
    assert_eq!((one.ids().len(), &one.json()["data"][0]["customer_id"]), (1, &json!(7)));
    assert!(get(&world, "/v3/customers?id:in=7").await.json()["data"][0].get("addresses").is_none());
}

#[tokio::test]
async fn a_change_of_address_does_not_count_as_a_change_of_the_customer() {
    let world = with_customers(1);
    let entry = world.write(|store| store.add_address(1, Address::of("Ada", "Number1"))).unwrap();
    world.clock.advance(Duration::from_mins(1));
    assert!(world.write(|store| store.edit_address(entry, |address| address.city = "Boulder".to_owned())));
    assert_eq!(get(&world, "/v3/customers?date_modified:min=2026-03-05T14:30:30Z").await.ids().len(), 0);
    let addresses = get(&world, "/v3/customers/addresses").await.json();
    assert_eq!(addresses["data"][0]["city"], "Boulder");
}

#[tokio::test]
async fn an_order_of_a_customer_is_billed_to_the_customer_and_one_of_a_guest_to_the_e_mail() {
    let world = with_customers(1);
    let (mine, guest) = world.write(|store| {
        store.add_address(1, Address { city: "Boulder".to_owned(), ..Address::of("Ada", "Number1") });
        let order = NewOrder::paid([(1, 1)]);
        let mine = store.place_order(order.clone().by(Buyer::Customer(1)));
        (mine, store.place_order(order.by(Buyer::Guest("hugo@example.com".to_owned()))))
    });
    let mine = get(&world, &format!("/v2/orders/{mine}")).await.json();
    assert_eq!(mine["customer_id"], 1);
    assert_eq!(mine["billing_address"]["city"], "Boulder");
    assert_eq!(mine["billing_address"]["email"], "ada1@example.com");
    let guest = get(&world, &format!("/v2/orders/{guest}")).await.json();
    assert_eq!(
        (&guest["customer_id"], &guest["billing_address"]["email"]),
        (&json!(0), &json!("hugo@example.com"))
    );
}
