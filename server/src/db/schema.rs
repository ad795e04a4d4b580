//! The tables, brought up to date; one text of each migration serves both engines.
//!
//! Servers of two versions share a database while it is upgraded, so a migration adds and takes nothing away. What is
//! not used any more goes with a later version, in a migration whose name says which versions live with it:
//! `0050_after_0040_…` is one for programs that know 0040. Older ones refuse the database.

use std::borrow::Cow;

use sqlx::{
    AnyPool, AssertSqlSafe, SqlSafeStr as _,
    migrate::{Migration, Migrator},
};
use tracing::info;

use super::{Engine, Error, Result, Row};

/// How the tables of a database stand to what this program wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// As it wants them.
    Current,
    /// The next start of the server adds to them.
    Older,
    /// A newer version has added to them, which this one lives with.
    Newer,
}

/// Makes the tables of a database, or adds to them what newer versions need.
pub(super) async fn bring_up_to_date(engine: Engine, pool: &AnyPool) -> Result<()> {
    let mut migrator = known();
    if engine == Engine::Sqlite {
        let migrations = migrator.migrations.iter().map(in_sqlite).collect();
        migrator = Migrator { migrations: Cow::Owned(migrations), ..migrator };
    }
    migrator.set_ignore_missing(true);
    let made = migrator.run(pool).await;
    made.map_err(|error| Error::Unusable(format!("the tables cannot be made: {error}")))?;
    if tables(pool).await? == Tables::Newer {
        info!("a newer version has added to the tables; this one lives with that");
    }
    Ok(())
}

/// How the tables stand to this program; an error where it cannot live with what a newer version has taken away.
pub(super) async fn tables(pool: &AnyPool) -> Result<Tables> {
    let known = known();
    let applied = "SELECT version, description FROM _sqlx_migrations WHERE success ORDER BY version";
    let rows = sqlx::query(applied).fetch_all(pool).await?;
    let mut newer = 0;
    for row in &rows {
        let row = Row(row, "_sqlx_migrations");
        let version = row.int("version")?;
        if known.version_exists(version) {
            continue;
        }
        newer += 1;
        if let Some(wanted) = wanted_by(&row.text("description")?)
            && !known.version_exists(wanted)
        {
            return Err(Error::Unusable(format!(
                "a newer version has taken away what this one needs (migration {version}): start a version that \
                 knows migration {wanted}, or restore a backup from before the upgrade into a new database"
            )));
        }
    }
    Ok(match rows.len() - newer {
        there if there < known.migrations.len() => Tables::Older,
        _ if newer > 0 => Tables::Newer,
        _ => Tables::Current,
    })
}

/// The migrations of this program.
fn known() -> Migrator {
    sqlx::migrate!("./migrations")
}

/// The migration that programs must know to live with one of this name; none where all of them do.
fn wanted_by(description: &str) -> Option<i64> {
    description.strip_prefix("after ")?.split(' ').next()?.parse().ok()
}

/// Stores each row once: SQLite otherwise keeps a second tree beside every key that it does not take for the row's own.
/// What PostgreSQL alone needs is left out.
fn in_sqlite(migration: &Migration) -> Migration {
    let lines = migration.sql.as_str().split_inclusive('\n');
    let sql: String = lines.filter(|line| !line.starts_with("/* PostgreSQL */")).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_that_takes_something_away_says_which_versions_live_with_it() {
        assert_eq!(wanted_by("after 0040 without excess"), Some(40));
        assert_eq!(wanted_by("notifications"), None);
        // The names above predate the first release; from 0041 on nobody's rows are taken away unsaid.
        let takes = ["DROP TABLE", "DROP COLUMN", "RENAME ", "ALTER COLUMN"];
        for migration in known().iter().filter(|migration| migration.version > 40) {
            let sql = migration.sql.as_str().to_uppercase();
            let adds = !takes.iter().any(|words| sql.contains(words));
            assert!(adds || wanted_by(&migration.description).is_some(), "{}", migration.description);
        }
    }
}
