//! A database as an earlier version of the server left it: killed in a sync, with an End of Day waiting.

use std::path::Path;

use anyhow::{Context as _, ensure};
use plugin_host_proto::{
    key::{KeyId, KeyKind, StoreKey},
    v1::{EndOfDayRequest, ListPickingOrdersRequest, PhaseState, PickItemRequest, RunState, SyncRequest},
};
use secrecy::ExposeSecret as _;
use sqlx::{AnyConnection, Connection as _, Row as _, SqliteConnection};

use super::{Engine, Home, Operator, Process, options, postgres, store_with, trace::hex, until};
use crate::sandbox::{Catalogue, Fault, Matcher, Options, Sandbox, Script, store::NewOrder};

/// The encryption key of these databases, which hold nothing but a sandbox's token.
const ENCRYPTION_KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";
/// The secret that their store key is given; nobody kept the one it had.
const SECRET: [u8; 32] = [7; 32];

/// The store that the earlier version knew: its goods, and two orders.
pub async fn store() -> anyhow::Result<Sandbox> {
    let store = store_with(Options { catalogue: Catalogue::clean(40), ..options() }).await?;
    store.with_store(|store| {
        let goods: Vec<u32> = store.shelf().products().iter().map(|one| one.variants[0].id).collect();
        for pair in goods.chunks_exact(2).take(2) {
            store.place_order(NewOrder::paid([(pair[0], 2), (pair[1], 1)]));
        }
    });
    Ok(store)
}

/// Makes both databases with an earlier version's program, as SQL in a folder.
pub async fn make(program: &Path, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let store = store().await?;
        let mut home = Home::new(engine, &store).await?;
        if engine == Engine::Postgres {
            // The present version has made tables there already.
            home.set("database_url", postgres::empty().await?);
        }
        prepare(&mut home)?;
        let server = Process::start_other(&home, program).await?;
        begin(&Operator::ready(&home, &store).await?, &store).await?;
        server.kill().await?;
        let sql = match home.database_url() {
            Some(url) => postgres::dump(url).await?,
            None => sqlite_dump(&home.data_folder().join("plugin-host.db"))?,
        };
        std::fs::write(folder.join(file(engine)), sql)?;
    }
    Ok(())
}

/// Brings such a database to where servers of the present version start on it; with the key of its store.
pub async fn restore(engine: Engine, store: &Sandbox) -> anyhow::Result<(Home, String)> {
    let mut home = Home::new(engine, store).await?;
    prepare(&mut home)?;
    let sql = Path::new(env!("CARGO_MANIFEST_DIR")).join("earlier").join(file(engine));
    let url = if engine == Engine::Postgres {
        let url = postgres::restored(sql).await?;
        home.set("database_url", url.clone());
        url
    } else {
        let url = format!("sqlite:{}?mode=rwc", home.data_folder().join("plugin-host.db").display());
        let mut database = SqliteConnection::connect(&url).await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(std::fs::read_to_string(sql)?)).execute(&mut database).await?;
        database.close().await?;
        url
    };
    sqlx::any::install_default_drivers();
    let mut database = AnyConnection::connect(&url).await?;
    let id: String =
        sqlx::query("SELECT id FROM keys WHERE kind = 'OPERATOR'").fetch_one(&mut database).await?.get(0);
    let id = KeyId(u64::from_str_radix(&id, 16)?.to_be_bytes());
    let address = format!("http://127.0.0.1:{}", home.port());
    let key = StoreKey::new(KeyKind::Operator, address, None, id, SECRET)?;
    let hash = hex(&key.secret_hash());
    let taken = format!("UPDATE keys SET secret_hash = '{hash}' WHERE kind = 'OPERATOR'");
    sqlx::query(sqlx::AssertSqlSafe(taken)).execute(&mut database).await?;
    database.close().await?;
    let key = key.to_text().expose_secret().to_owned();
    // By any key in this file the harness finds out whether a server serves.
    std::fs::write(home.admin_key_file(), &key)?;
    Ok((home, key))
}

fn file(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite.sql",
        Engine::Postgres => "postgresql.sql",
    }
}

/// Plain text, so that keys carry no authority, and the encryption key of these databases.
fn prepare(home: &mut Home) -> anyhow::Result<()> {
    home.set("tls", "off");
    home.set("public_address", format!("http://127.0.0.1:{}", home.port()));
    std::fs::create_dir_all(home.data_folder())?;
    let key = home.path().join("encryption.key");
    std::fs::write(&key, ENCRYPTION_KEY)?;
    home.set("encryption_key_file", key.display().to_string());
    Ok(())
}

/// A store that is imported and in step, an order of which a unit is picked, a sync that hangs, an End of Day after it.
async fn begin(operator: &Operator, store: &Sandbox) -> anyhow::Result<()> {
    let imported = operator.import_and_wait(false).await?;
    ensure!(imported.state() == RunState::Complete, "{imported:?}");
    let sync = async || -> anyhow::Result<i64> {
        let asked = operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
        Ok(asked.run.context("there is a run")?.run_id)
    };
    operator.wait(sync().await?).await?;
    let orders = operator.client.warehouse().list_picking_orders(ListPickingOrdersRequest::default()).await?;
    let orders = orders.into_inner().picking_orders;
    let order = orders.first().context("there is an order")?;
    let pick = PickItemRequest {
        number: order.number.clone(),
        item_number: order.lines[0].item_number.clone(),
        units: 1,
        site: "HQ".to_owned(),
        location: "A-01".to_owned(),
        request_id: "earlier".to_owned(),
        ..PickItemRequest::default()
    };
    operator.client.warehouse().pick_item(pick).await?;
    store.script(Script::next(Matcher::path("/v2/orders"), Fault::Hang { ms: 60_000 }).times(100));
    let hangs = sync().await?;
    until("the sync hangs", async || {
        let run = operator.run(hangs).await?;
        Ok(run.phases.iter().any(|phase| phase.state() == PhaseState::Done).then_some(()))
    })
    .await?;
    operator.client.plugin_host().end_of_day(EndOfDayRequest::default()).await?;
    Ok(())
}

fn sqlite_dump(file: &Path) -> anyhow::Result<String> {
    let dumped = std::process::Command::new("sqlite3").arg(file).arg(".dump").output();
    let dumped = dumped.context("sqlite3 cannot be run")?;
    ensure!(dumped.status.success(), "sqlite3: {}", String::from_utf8_lossy(&dumped.stderr));
    Ok(String::from_utf8(dumped.stdout)?)
}
