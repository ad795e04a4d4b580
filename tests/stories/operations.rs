//! What operators do beside the server: backups, the doctor, the support bundle.

use std::{os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use anyhow::{Context as _, ensure};
use plugin_host_proto::{
    client::Client,
    key::StoreKey,
    v1::{
        Configuration, EndOfDayRequest, ListAuditRequest, ListKeysRequest, RevokeKeyRequest, RunState,
        ShipmentRule, ShipmentState, SyncRequest,
    },
};
use plugin_host_server::{
    api,
    clock::Clock,
    operations::{Finding, State, back_up, bundle, examine, restore},
    spare_admin_key,
};
use plugin_host_tests::{
    harness::{
        Dataset, Engine, Home, Operator, TOKEN, defaults, options, postgres::database, store_with, until,
    },
    sandbox::{Catalogue, Fault, Matcher, Options, Sandbox, Script, store::NewOrder},
};
use secrecy::ExposeSecret as _;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};

use crate::{
    daily::{Goods, adjust, end_of_day, goods, imported, in_store, pick, picking_orders, sync},
    scene::{Scene, start},
    truth,
};

crate::on_both_databases! {
    a_backup_taken_during_an_import_restores_to_an_equal_state
    a_restored_server_tells_the_store_no_count_before_a_person_has_looked
    whoever_lost_the_admin_key_gets_another_while_the_server_runs
    what_was_sent_after_the_backup_is_not_sent_again
    the_doctor_names_what_is_wrong
    a_support_bundle_has_the_runs_and_no_secret
}

async fn begun(operator: &Operator) -> anyhow::Result<i64> {
    let run_id = operator.import().await?.run.context("there is a run")?.run_id;
    until("the first products are there", async || {
        let run = operator.run(run_id).await?;
        Ok(run.phases[0].counts.is_some_and(|counts| counts.created > 0).then_some(()))
    })
    .await?;
    Ok(run_id)
}

async fn slow_store() -> anyhow::Result<Sandbox> {
    let catalogue = Catalogue::ugly(2_000).with_orders(20);
    store_with(Options { catalogue, latency: Duration::from_millis(80), ..options() }).await
}

/// Every row of a backup as text, in an order that is the same each time.
async fn rows(folder: &Path) -> anyhow::Result<Vec<String>> {
    let file = folder.join("plugin-host.db");
    let mut database = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await?;
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' \
                  AND name <> 'sequences' ORDER BY name";
    let mut found = Vec::new();
    for table in sqlx::query(tables).fetch_all(&mut database).await? {
        let table: String = table.get(0);
        let columns = sqlx::query(AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}')")));
        let columns = columns.fetch_all(&mut database).await?;
        let columns: Vec<String> =
            columns.iter().map(|row| format!("quote({})", row.get::<String, _>(0))).collect();
        let select = format!("SELECT {} AS line FROM {table} ORDER BY line", columns.join(" || ' ' || "));
        let lines = sqlx::query(AssertSqlSafe(select)).fetch_all(&mut database).await?;
        found.extend(lines.iter().map(|line| format!("{table}: {}", line.get::<String, _>(0))));
    }
    Ok(found)
}

async fn a_backup_taken_during_an_import_restores_to_an_equal_state(engine: Engine) -> anyhow::Result<()> {
    let store = slow_store().await?;
    let mut home = Home::new(engine, &store).await?;
    let server = start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    let run_id = begun(&operator).await?;
    let backup = home.path().join("backup");
    back_up(&home.settings()?, &backup, Clock::system()).await?;
    let then = operator.run(run_id).await?;
    ensure!(then.state() == RunState::Running, "the import went on meanwhile: {then:?}");
    let run = operator.wait(run_id).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let undisturbed = Dataset::read(&operator).await?;
    server.stop().await?;

    move_elsewhere(&mut home, engine).await?;
    restore(&home.settings()?, &backup, true).await?;
    let again = home.path().join("again");
    back_up(&home.settings()?, &again, Clock::system()).await?;
    let (before, after) = (rows(&backup).await?, rows(&again).await?);
    ensure!(before.len() > 500, "{} rows", before.len());
    ensure!(before == after, "what was restored is not what was saved");

    // The same key opens it, the token is still good, and the import ends like the undisturbed one.
    let _server = start(&home).await?;
    let operator = Operator::with_key(operator.key)?;
    let run = operator.wait(run_id).await?;
    ensure!(run.state() == RunState::CompleteWithParked && run.resumptions > 0, "{run:?}");
    let dataset = Dataset::read(&operator).await?;
    truth::check(&store, &dataset, true)?;
    ensure!(dataset == undisturbed, "the restored import ends like the undisturbed one");

    let refused = restore(&home.settings()?, &backup, true).await;
    ensure!(refused.is_err(), "nothing that is there is overwritten");
    Ok(())
}

/// Gives a server a new data folder and a new database, under the same name.
async fn move_elsewhere(home: &mut Home, engine: Engine) -> anyhow::Result<()> {
    home.set("data_folder", home.path().join("elsewhere").display().to_string());
    if engine == Engine::Postgres {
        home.set("database_url", database().await?);
    }
    Ok(())
}

async fn a_restored_server_tells_the_store_no_count_before_a_person_has_looked(
    engine: Engine,
) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let Goods { variant, item, on_hand, .. } = goods(&scene).await?.remove(0);
    let Scene { operator, server, mut home, store } = scene;
    let backup = home.path().join("backup");
    back_up(&home.settings()?, &backup, Clock::system()).await?;
    adjust(&operator, &item, 7).await?;
    ensure!(end_of_day(&operator, false).await?.state() == RunState::Complete);
    server.stop().await?;

    move_elsewhere(&mut home, engine).await?;
    let made_at = restore(&home.settings()?, &backup, false).await?.made_at;
    let _server = start(&home).await?;
    let operator = Operator::with_key(operator.key)?;
    let held = end_of_day(&operator, false).await?;
    ensure!(held.state() == RunState::Held && held.problem.contains("restored"), "{held:?}");
    let restored_to = held.excess.and_then(|excess| excess.restored_to);
    ensure!(restored_to.is_some_and(|at| at.seconds == made_at.as_second()), "{held:?}");
    ensure!(in_store(&store, variant) == Some(on_hand + 7), "nothing was sent");

    // What nobody knows any more is counted again, and the person says so.
    adjust(&operator, &item, 7).await?;
    let request = EndOfDayRequest { approved_run_id: held.run_id, ..EndOfDayRequest::default() };
    let answer = operator.client.plugin_host().end_of_day(request).await?.into_inner();
    let approved = operator.wait(answer.run.context("there is a run")?.run_id).await?;
    ensure!(approved.state() == RunState::Complete, "{approved:?}");
    ensure!(in_store(&store, variant) == Some(on_hand + 7));
    let next = end_of_day(&operator, false).await?;
    ensure!(next.state() == RunState::Complete, "once is enough: {next:?}");
    Ok(())
}

#[tokio::test]
async fn a_backup_of_a_file_restores_into_postgresql() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::ugly(200).with_orders(10)).await?;
    let run = scene.operator.import_and_wait(false).await?;
    ensure!(run.state() == RunState::CompleteWithParked, "{run:?}");
    let before = scene.dataset().await?;
    let Scene { operator, server, mut home, store: _store } = scene;
    server.stop().await?;
    let backup = home.path().join("backup");
    back_up(&home.settings()?, &backup, Clock::system()).await?;

    let elsewhere = home.path().join("elsewhere");
    home.set("data_folder", elsewhere.display().to_string());
    home.set("database_url", database().await?);
    for (name, file) in [
        ("encryption_key_file", "encryption.key"),
        ("authority_certificate_file", "authority.pem"),
        ("authority_key_file", "authority.key"),
    ] {
        home.set(name, elsewhere.join(file).display().to_string());
    }
    restore(&home.settings()?, &backup, true).await?;
    let _server = start(&home).await?;
    let operator = Operator::with_key(operator.key)?;
    ensure!(Dataset::read(&operator).await? == before, "it is the same warehouse");
    // New rows get numbers that nobody has.
    let asked = operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
    let synced = operator.wait(asked.run.context("there is a run")?.run_id).await?;
    ensure!(synced.state() == RunState::CompleteWithParked, "{synced:?}");
    ensure!(
        synced.phases.iter().any(|phase| phase.counts.is_some_and(|counts| counts.created > 0)),
        "{synced:?}"
    );
    let day = end_of_day(&operator, false).await?;
    ensure!(day.state() == RunState::Complete, "nothing happened since, so nobody is asked: {day:?}");
    Ok(())
}

#[tokio::test]
async fn a_backup_that_is_damaged_is_refused_and_changes_nothing() -> anyhow::Result<()> {
    let scene = Scene::open(Engine::Sqlite, Catalogue::clean(5)).await?;
    let Scene { server, mut home, .. } = scene;
    server.stop().await?;
    let backup = home.path().join("backup");
    back_up(&home.settings()?, &backup, Clock::system()).await?;
    let file = backup.join("plugin-host.db");
    let mut bytes = std::fs::read(&file)?;
    bytes[5_000] ^= 1;
    std::fs::write(&file, bytes)?;
    let elsewhere = home.path().join("elsewhere");
    home.set("data_folder", elsewhere.display().to_string());
    let refused = restore(&home.settings()?, &backup, false).await.err().context("it was restored")?;
    ensure!(refused.to_string().contains("damaged"), "{refused}");
    ensure!(!elsewhere.exists(), "nothing is there");
    Ok(())
}

/// What the doctor says of a thing.
fn of<'f>(findings: &'f [Finding], what: &str, words: &str) -> anyhow::Result<&'f Finding> {
    let found = findings.iter().find(|finding| finding.what == what && finding.words.contains(words));
    found.with_context(|| format!("{what}, {words}: {findings:#?}"))
}

async fn what_was_sent_after_the_backup_is_not_sent_again(engine: Engine) -> anyhow::Result<()> {
    let scene = imported(engine, 3).await?;
    let goods = goods(&scene).await?;
    adjust(&scene.operator, &goods[0].item, 10).await?;
    let id = scene.store.with_store(|store| store.place_order(NewOrder::paid([(goods[0].variant, 5)])));
    sync(&scene.operator).await?;
    let order = picking_orders(&scene.operator).await?.pop().context("it is there")?;
    let each = Configuration { shipment_rule: ShipmentRule::EachPick.into(), ..defaults() };
    scene.operator.configure(each).await?;
    scene.store.set_maintenance(true);
    pick(&scene.operator, &order, 2, "1Z999").await?;
    let Scene { operator, server, mut home, store } = scene;
    let backup = home.path().join("backup");
    back_up(&home.settings()?, &backup, Clock::system()).await?;
    store.set_maintenance(false);
    let sent = || store.with_store(|store| store.orders()[&id].shipments.len());
    until("it is sent", async || Ok((sent() == 1).then_some(()))).await?;
    server.stop().await?;

    move_elsewhere(&mut home, engine).await?;
    restore(&home.settings()?, &backup, false).await?;
    let _server = start(&home).await?;
    let operator = Operator::with_key(operator.key)?;
    until("it is known again", async || {
        let orders = picking_orders(&operator).await?;
        let shipments = orders.iter().flat_map(|order| &order.shipments);
        Ok(shipments.into_iter().all(|shipment| shipment.state() == ShipmentState::Sent).then_some(()))
    })
    .await?;
    ensure!(sent() == 1 && store.with_store(|store| store.emails().len()) == 1, "{} times", sent());
    Ok(())
}

async fn whoever_lost_the_admin_key_gets_another_while_the_server_runs(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(1)).await?;
    std::fs::remove_file(scene.home.admin_key_file())?;
    let spare = spare_admin_key(&scene.home.settings()?, Clock::system()).await?;
    let admin = Client::connect(&StoreKey::parse(spare.text.expose_secret())?)?;
    let keys = admin.admin().list_keys(ListKeysRequest::default()).await?.into_inner().keys;
    ensure!(keys.iter().any(|key| key.key_id == spare.key.id && key.label == "spare"), "{keys:?}");
    let audit = admin.admin().list_audit(ListAuditRequest::default()).await?.into_inner().entries;
    let noted = audit.iter().find(|entry| entry.action.contains(&spare.key.id)).context("it is noted")?;
    ensure!(noted.actor == "operator of the server", "{noted:?}");

    // Somebody may find the lost one.
    let lost = keys.iter().find(|key| key.label == "first").context("the first one")?;
    admin.admin().revoke_key(RevokeKeyRequest { key_id: lost.key_id.clone() }).await?;

    // Whoever asks with other settings gets no key that opens nothing.
    let mut other = scene.home;
    other.set("authority_certificate_file", other.path().join("nothing").display().to_string());
    other.set("authority_key_file", other.path().join("nothing").display().to_string());
    let refused = spare_admin_key(&other.settings()?, Clock::system()).await.err().context("no authority")?;
    ensure!(refused.to_string().contains("is not there"), "{refused}");
    other.set("tls", "off");
    other.set("public_address", "");
    other.change_encryption_key()?;
    let refused = spare_admin_key(&other.settings()?, Clock::system()).await.err().context("another key")?;
    ensure!(refused.to_string().contains("encryption key does not open"), "{refused}");
    Ok(())
}

async fn the_doctor_names_what_is_wrong(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(5)).await?;
    let look = async |home: &Home| -> anyhow::Result<Vec<Finding>> {
        let settings = home.settings()?;
        Ok(examine(&settings, &api(&settings)?, &Clock::system()).await)
    };
    let well = look(&scene.home).await?;
    let bad: Vec<_> = well.iter().filter(|finding| finding.state == State::Bad).collect();
    ensure!(bad.is_empty(), "{bad:#?}");
    of(&well, "server", "listens")?;
    of(&well, "tables", "as this version wants them")?;

    let refused = || Script::next(Matcher::path("/v2/store"), Fault::Status { status: 401 });
    scene.store.script(refused());
    let ill = look(&scene.home).await?;
    ensure!(of(&ill, scene.store.store_hash(), "refused the access token")?.state == State::Bad);

    scene.grant(false, false).await?;
    let (mut home, store) = (scene.home, scene.store);
    store.script(refused());
    let left = look(&home).await?;
    ensure!(of(&left, store.store_hash(), "is granted nothing")?.state == State::Good);

    std::fs::set_permissions(home.data_folder(), std::fs::Permissions::from_mode(0o755))?;
    scene.server.stop().await?;
    let ill = look(&home).await?;
    ensure!(of(&ill, "data folder", "others can read")?.state == State::Bad);
    ensure!(of(&ill, "server", "nothing listens")?.state == State::Look);

    home.change_encryption_key()?;
    let ill = look(&home).await?;
    ensure!(of(&ill, "encryption key", "does not open")?.state == State::Bad);

    home.set("data_folder", home.path().join("nothing").display().to_string());
    if engine == Engine::Sqlite {
        let ill = look(&home).await?;
        ensure!(of(&ill, "data folder", "is not there")?.state == State::Bad);
        ensure!(of(&ill, "database", "")?.state == State::Bad);
        ensure!(!home.path().join("nothing").exists(), "looking makes nothing");
    }
    Ok(())
}

async fn a_support_bundle_has_the_runs_and_no_secret(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::ugly(50).with_orders(5)).await?;
    scene.operator.import_and_wait(false).await?;
    let settings = scene.home.settings()?;
    let admin_key = std::fs::read_to_string(scene.home.admin_key_file())?;
    let encryption_key = match engine {
        Engine::Sqlite => std::fs::read_to_string(settings.data_folder.join("encryption.key"))?,
        Engine::Postgres => std::fs::read_to_string(&settings.encryption_key_file)?,
    };
    let secrets = [TOKEN, scene.operator.key.trim(), admin_key.trim(), encryption_key.trim()];
    // As if somebody had logged them all.
    let log = secrets.map(|secret| format!("what is {secret}?")).join("\n");
    let findings = examine(&settings, &api(&settings)?, &Clock::system()).await;
    let text = bundle(&settings, &findings, &log, Clock::system()).await?;
    for secret in secrets {
        ensure!(!text.contains(secret), "a secret is in it");
    }
    for part in
        ["== Settings", "== Doctor", "== Store", "Import CompleteWithParked", "-- Events", "what is …?"]
    {
        ensure!(text.contains(part), "{part} is missing:\n{text}");
    }
    Ok(())
}
