//! Configure: what cannot be saved is named, field by field.

use anyhow::ensure;
use plugin_host_proto::v1::{
    Configuration, ConfigurationField, ConfigureRequest, ConfigureResponse, CreateDivisionRequest,
    GetConfigurationRequest,
};
use plugin_host_tests::{
    harness::{Engine, defaults},
    sandbox::Catalogue,
};
use tonic::Code;

use crate::{refusal::refusal, scene::Scene};

crate::on_both_databases! {
    a_stale_revision_is_refused_and_the_faster_one_stays
    what_saving_would_meet_is_said_and_nothing_is_saved
}

type Change = fn(&mut Configuration);

/// The field that must be named, and what is wrong with it.
const WRONG: [(&str, Change); 27] = [
    ("default_division", |values| values.default_division = "NOWHERE".into()),
    ("default_uom", |values| values.default_uom = "BOX".into()),
    ("default_site", |values| values.default_site = "ANNEX".into()),
    ("default_location", |values| values.default_location = "Z-99".into()),
    ("default_location", |values| values.default_site = String::new()),
    ("default_site", |values| values.default_division = String::new()),
    ("store_location_id", |values| values.store_location_id = 0),
    ("store_location_id", |values| values.store_location_id = -1),
    ("create_item_number_using", |values| values.create_item_number_using.clear()),
    ("create_item_number_using", |values| values.create_item_number_using = vec![0]),
    ("create_item_number_using", |values| values.create_item_number_using = vec![99]),
    ("create_item_number_using", |values| values.create_item_number_using = vec![1, 1]),
    ("stock_decreased_when_order_placed", |values| values.stock_decreased_when_order_placed = 0),
    ("stock_decreased_when_order_placed", |values| values.stock_decreased_when_order_placed = 77),
    ("sync_interval_minutes", |values| values.sync_interval_minutes = 0),
    ("sync_interval_minutes", |values| values.sync_interval_minutes = 1_441),
    ("active_from", |values| {
        values.active_from = "8 o'clock".into();
        values.active_until = "20:00".into();
    }),
    ("active_until", |values| values.active_from = "08:00".into()),
    ("end_of_day", |values| values.end_of_day = true),
    ("end_of_day_time", |values| values.end_of_day_time = "24:00".into()),
    ("reconciliation_time", |values| values.reconciliation_time = "3 o'clock".into()),
    ("time_zone", |values| values.time_zone = "Mars/Olympus".into()),
    ("notify_emails", |values| values.notify_emails = vec!["ada".into()]),
    // The server has no mail server.
    ("notify_emails", |values| values.notify_emails = vec!["ada@acme.example".into()]),
    ("notify_webhook", |values| values.notify_webhook = "http://acme.example/hook".into()),
    ("notify_webhook", |values| values.notify_webhook = "https://127.0.0.1/hook".into()),
    ("notify_when", |values| values.notify_when = 0),
];

#[tokio::test]
async fn every_field_that_cannot_be_saved_is_named() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let before = scene.operator.configuration().await?;
    for (field, change) in WRONG {
        let mut values = defaults();
        change(&mut values);
        let refused = refusal(scene.operator.configure(values.clone()).await)?;
        ensure!(refused.code == Code::InvalidArgument, "{field}: {refused:?}");
        ensure!(refused.reasons.iter().any(|named| named == field), "{field}: {refused:?} for {values:?}");
    }
    ensure!(scene.operator.configuration().await? == before);
    Ok(())
}

#[tokio::test]
async fn several_wrong_fields_are_named_at_once() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let values = Configuration {
        default_uom: "BOX".to_owned(),
        default_site: "ANNEX".to_owned(),
        sync_interval_minutes: 0,
        ..defaults()
    };
    let refused = refusal(scene.operator.configure(values).await)?;
    for field in ["default_uom", "default_site", "sync_interval_minutes"] {
        ensure!(refused.reasons.iter().any(|named| named == field), "{field}: {refused:?}");
    }
    Ok(())
}

#[tokio::test]
async fn before_the_defaults_are_chosen_an_import_names_each_of_them() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let values = Configuration {
        default_division: String::new(),
        default_uom: String::new(),
        default_site: String::new(),
        default_location: String::new(),
        ..defaults()
    };
    scene.operator.configure(values).await?;
    let refused = refusal(scene.operator.import().await)?;
    ensure!(refused.code == Code::FailedPrecondition, "{refused:?}");
    let missing = ["DIVISION", "UOM", "SITE", "LOCATION"].map(|what| format!("DEFAULT_{what}_MISSING"));
    ensure!(refused.reasons == missing, "{refused:?}");
    Ok(())
}

async fn a_stale_revision_is_refused_and_the_faster_one_stays(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(1)).await?;
    let read = scene.operator.configuration().await?;
    let with_interval = |minutes| Configuration { sync_interval_minutes: minutes, ..defaults() };
    scene.operator.configure_from(read.revision, with_interval(30)).await?;
    let refused = refusal(scene.operator.configure_from(read.revision, with_interval(45)).await)?;
    ensure!(refused.code == Code::Aborted, "{refused:?}");
    // Of many that save the same revision at once, one is the faster.
    let saves =
        (1..=8).map(|minutes| scene.operator.configure_from(read.revision + 1, with_interval(minutes)));
    let saved = futures::future::join_all(saves).await;
    ensure!(saved.iter().filter(|saved| saved.is_ok()).count() == 1, "{saved:?}");
    for stale in saved.into_iter().filter(Result::is_err) {
        ensure!(refusal(stale)?.code == Code::Aborted);
    }
    ensure!(scene.operator.configuration().await?.revision == read.revision + 2);
    Ok(())
}

#[tokio::test]
async fn a_save_that_is_repeated_with_its_id_is_one_save() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let revision = scene.operator.configuration().await?.revision;
    let request = ConfigureRequest {
        configuration: Some(Configuration { revision, sync_interval_minutes: 20, ..defaults() }),
        request_id: "once".to_owned(),
        ..ConfigureRequest::default()
    };
    for _ in 0..3 {
        let saved = scene.operator.client.plugin_host().configure(request.clone()).await?.into_inner();
        ensure!(saved.configuration.is_some_and(|saved| saved.revision == revision + 1));
    }
    Ok(())
}

#[tokio::test]
async fn the_division_of_another_store_cannot_be_chosen() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(1)).await?;
    let own = CreateDivisionRequest { division: "OWN".to_owned(), store_ids: Vec::new() };
    scene.operator.client.warehouse().create_division(own).await?;
    let neighbours = scene.with_second_store().await?;
    let values = Configuration { default_division: "OWN".to_owned(), ..defaults() };
    let refused = refusal(neighbours.operator.configure(values).await)?;
    ensure!(refused.reasons.iter().any(|field| field == "default_division"), "{refused:?}");
    // The code is as free as if there were no such division.
    let same = refusal(neighbours.operator.configure(defaults()).await)?;
    ensure!(same.words.contains("MAIN") && same.code == refused.code, "{same:?}");
    Ok(())
}

async fn what_saving_would_meet_is_said_and_nothing_is_saved(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(1)).await?;
    let operator = &scene.operator;
    let ask = async |values: Configuration| {
        let request = ConfigureRequest {
            configuration: Some(values),
            validate_only: true,
            ..ConfigureRequest::default()
        };
        operator.client.plugin_host().configure(request).await.map(tonic::Response::into_inner)
    };
    let effect = |fields: &[ConfigurationField], name: &str| {
        let found = fields.iter().find(|field| field.field == name);
        found.map(|field| field.effect.clone()).unwrap_or_default()
    };
    let values = Configuration { revision: 1, safety_buffer: 4, ..defaults() };
    let looked = ask(values.clone()).await?;
    ensure!(looked.violations.is_empty(), "{looked:?}");
    ensure!(effect(&looked.fields, "safety_buffer").contains("5 can be sold"), "{looked:?}");
    let stock = "stock_decreased_when_order_placed";
    ensure!(effect(&looked.fields, stock).contains("asks your shop"), "nobody has asked it yet");
    let wrong =
        Configuration { sync_interval_minutes: 0, default_site: "NOWHERE".to_owned(), ..values.clone() };
    let fields = |response: &ConfigureResponse| -> Vec<String> {
        response.violations.iter().map(|violation| violation.field.clone()).collect()
    };
    let looked = ask(wrong).await?;
    ensure!(fields(&looked) == ["sync_interval_minutes", "default_site"], "{looked:?}");
    let unreadable = ask(Configuration { end_of_day_time: "late".to_owned(), ..values.clone() }).await?;
    ensure!(fields(&unreadable) == ["end_of_day_time"] && unreadable.configuration.is_none());
    let stale = refusal(ask(Configuration { revision: 0, ..values.clone() }).await)?;
    ensure!(stale.code == Code::Aborted, "{stale:?}");
    ensure!(operator.configuration().await?.revision == 1, "nothing was saved");
    ensure!(operator.configuration().await?.safety_buffer == 0);

    let request =
        GetConfigurationRequest { with_store_locations: true, ..GetConfigurationRequest::default() };
    let read = operator.client.plugin_host().get_configuration(request).await?.into_inner();
    ensure!(effect(&read.fields, stock).starts_with("Your shop lowers stock when an order is"), "{read:?}");
    ensure!(effect(&ask(values).await?.fields, stock) == effect(&read.fields, stock));
    let mut groups: Vec<&str> = read.fields.iter().map(|field| field.group.as_str()).collect();
    groups.dedup();
    ensure!(
        groups.len() > 4 && groups.iter().collect::<std::collections::BTreeSet<_>>().len() == groups.len()
    );
    Ok(())
}
