//! The tables, brought up to date; one text of each migration serves both engines.

use std::borrow::Cow;

use sqlx::{
    AnyPool, AssertSqlSafe, SqlSafeStr as _,
    migrate::{Migration, Migrator},
};

use super::{Engine, Error, Result};

/// Makes the tables of a database, or adds to them what newer versions need.
pub(super) async fn bring_up_to_date(engine: Engine, pool: &AnyPool) -> Result<()> {
    let mut migrator = sqlx::migrate!("./migrations");
    if engine == Engine::Sqlite {
        let migrations = migrator.migrations.iter().map(in_sqlite).collect();
        migrator = Migrator { migrations: Cow::Owned(migrations), ..migrator };
    }
    let made = migrator.run(pool).await;
    made.map_err(|error| Error::Unusable(format!("the tables cannot be made: {error}")))
}

/// How many migrations there are.
pub(super) fn count() -> usize {
    sqlx::migrate!("./migrations").migrations.len()
}

/// Stores each row once: SQLite otherwise keeps a second tree beside every key that it does not take for the row's own.
fn in_sqlite(migration: &Migration) -> Migration {
    let sql = migration.sql.as_str();
    let sql = sql
        .replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
        .replace("/* rows by key */", "WITHOUT ROWID");
    let migration = migration.clone();
    Migration::new(
        migration.version,
        migration.description,
        migration.migration_type,
        AssertSqlSafe(sql).into_sql_str(),
        migration.no_tx,
    )
}
