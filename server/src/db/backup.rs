//! Backups: every row as of one instant, in a SQLite file that either engine is filled from.
//!
//! One SQL text serves both engines, so one file does, too: what was backed up from SQLite restores to PostgreSQL,
//! which is how a server outgrows its file.

use std::{collections::HashSet, fs::File, io, path::Path};

use futures::TryStreamExt as _;
use jiff::Timestamp;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Column as _, Row as _, TypeInfo as _, any::AnyRow};

use super::{
    Db, Engine, Error, Result, Row, Sealer, Tables, View, copy::PARTIAL, lock_file, postgres_pool, schema,
    sqlite_file, sqlite_pool,
};
use crate::clock::Clock;

/// Rows in one statement: the widest table times this stays below what both engines take.
const ROWS: usize = 200;

impl Db {
    /// Opens a database beside a server that may be running on it: nothing is made, and no table is brought up to date.
    pub async fn beside(url: &str, sealer: Sealer, clock: Clock) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url)?;
        // A file that is not there is not made.
        let reader = match engine {
            Engine::Sqlite => sqlite_pool(&url.replace("mode=rwc", "mode=rw"), 2, &[]).await?,
            Engine::Postgres => postgres_pool(url, 2).await?,
        };
        Ok(Self::over(engine, (reader.clone(), reader), clock, sealer))
    }

    /// Writes every row into a new file, as of one instant; others go on reading and writing.
    pub async fn back_up(&self, file: &Path) -> Result<()> {
        let path = file.display().to_string();
        if self.engine == Engine::Sqlite {
            self.statement("VACUUM INTO ?").bind(path).execute(&self.reader).await?;
            return Ok(());
        }
        let copy = sqlite_pool(&format!("sqlite:{path}?mode=rwc"), 1, &[PARTIAL]).await?;
        schema::bring_up_to_date(Engine::Sqlite, &copy).await?;
        none_is_unknown(&self.reader).await?;
        let View(mut from) = self.view().await?;
        let mut into = copy.begin().await?;
        for table in tables(&mut into).await? {
            pour(&mut from, &mut into, Engine::Sqlite, &table).await?;
        }
        into.commit().await?;
        // Back to one file, without a log beside it.
        sqlx::query("PRAGMA journal_mode = DELETE").execute(&copy).await?;
        copy.close().await;
        Ok(())
    }

    /// Fills a new database from a backup; one that holds anything is refused.
    ///
    /// Where something may have happened since the backup was made, no store is told a count before a person has looked.
    pub async fn restore(url: &str, file: &Path, scratch: &Path, since: Option<Timestamp>) -> Result<()> {
        sqlx::any::install_default_drivers();
        if Engine::of(url)? == Engine::Sqlite {
            let _lock = lock_file(url)?;
            let into =
                sqlite_file(url).ok_or_else(|| Error::Unusable("database_url names no file".into()))?;
            // SQLite would take the log of another database for this one's.
            for left in ["", "-wal", "-shm"].map(|end| format!("{}{end}", into.display())) {
                if Path::new(&left).exists() {
                    let message = format!("{left} is there already; move it away first");
                    return Err(Error::Unusable(message));
                }
            }
            let copied = into.with_extension("restoring");
            prepare(file, &copied, since).await?;
            return std::fs::rename(&copied, &into)
                .map_err(|error| Error::Unusable(format!("{} cannot be restored: {error}", into.display())));
        }
        let into = postgres_pool(url, 2).await?;
        schema::bring_up_to_date(Engine::Postgres, &into).await?;
        let held = sqlx::query("SELECT CAST(COUNT(*) AS BIGINT) AS held FROM facts").fetch_one(&into).await?;
        if Row(&held, "facts").int("held")? > 0 {
            return Err(Error::Unusable(
                "the database holds something already; restore into a new one".into(),
            ));
        }
        let copied = scratch.join("plugin-host.restoring");
        prepare(file, &copied, since).await?;
        let filled = fill(&into, &copied).await;
        let _ = remove_copy(&copied);
        into.close().await;
        filled
    }

    /// How the tables stand to this program; an error where it cannot live with them.
    pub async fn tables(&self) -> Result<Tables> {
        schema::tables(&self.reader).await
    }
}

/// Refuses tables that a newer version has added to: what this one does not know, it would leave out.
async fn none_is_unknown(pool: &AnyPool) -> Result<()> {
    match schema::tables(pool).await? {
        Tables::Newer => Err(Error::Unusable(
            "a newer version has added to the tables; back up and restore with that version's program".into(),
        )),
        Tables::Current | Tables::Older => Ok(()),
    }
}

/// Makes a copy of a backup, so that the backup stays as it is: with newer tables if it is an older one, and with when it
/// was made where something may have happened since.
async fn prepare(backup: &Path, copied: &Path, since: Option<Timestamp>) -> Result<()> {
    let failed = |error| Error::Unusable(format!("{} cannot be made: {error}", copied.display()));
    // One that was stopped has left what it had made by then.
    remove_copy(copied).map_err(failed)?;
    copy_file(backup, copied).map_err(failed)?;
    let prepared = bring_to_date(copied, since).await;
    // It holds every secret that the backup does.
    prepared.inspect_err(|_| drop(remove_copy(copied)))
}

async fn bring_to_date(copied: &Path, since: Option<Timestamp>) -> Result<()> {
    let copy = open_copy(copied).await?;
    schema::bring_up_to_date(Engine::Sqlite, &copy).await?;
    if let Some(made_at) = since {
        // Stores share shelves, and one that is imported later finds them as they were.
        let note = "UPDATE stores SET restored_to = ? WHERE EXISTS (SELECT 1 FROM inventory)";
        sqlx::query(note).bind(made_at.as_millisecond()).execute(&copy).await?;
        // What was owed may have been sent since: it is looked for before it is sent.
        let tried = "UPDATE shipments SET state = 'TRIED', tried_at = ? WHERE state = 'OWED'";
        sqlx::query(tried).bind(made_at.as_millisecond()).execute(&copy).await?;
    }
    copy.close().await;
    Ok(())
}

/// Removes a copy, with what SQLite put beside it.
fn remove_copy(copied: &Path) -> io::Result<()> {
    let parts = ["", "-journal", "-wal", "-shm"].map(|end| format!("{}{end}", copied.display()));
    parts.iter().filter(|part| Path::new(part).exists()).try_for_each(std::fs::remove_file)
}

/// Opens a copy of a backup, which has no log beside it.
async fn open_copy(file: &Path) -> Result<AnyPool> {
    sqlite_pool(&format!("sqlite:{}?mode=rw", file.display()), 1, &["PRAGMA journal_mode = DELETE"]).await
}

/// Fills a PostgreSQL database whose tables are empty.
async fn fill(into: &AnyPool, file: &Path) -> Result<()> {
    let from = open_copy(file).await?;
    none_is_unknown(&from).await?;
    let mut reading = from.acquire().await?;
    let mut writing = into.begin().await?;
    for table in tables(&mut reading).await? {
        pour(&mut reading, &mut writing, Engine::Postgres, &table).await?;
        let column =
            format!("SELECT name FROM pragma_table_info('{table}') WHERE name = 'id' AND type = 'INTEGER'");
        if sqlx::query(AssertSqlSafe(column)).fetch_optional(&mut *reading).await?.is_some() {
            // SQLite counts on from the highest; PostgreSQL hands out what this says.
            let next = format!(
                "INSERT INTO sequences (name, next) SELECT '{table}', COALESCE(MAX(id), 0) + 1 FROM {table} \
                 ON CONFLICT (name) DO UPDATE SET next = GREATEST(sequences.next, excluded.next)"
            );
            sqlx::query(AssertSqlSafe(next)).execute(&mut *writing).await?;
        }
    }
    writing.commit().await?;
    drop(reading);
    from.close().await;
    Ok(())
}

/// Every table of a SQLite database, parents before their children, and the numbers handed out before all others.
async fn tables(connection: &mut AnyConnection) -> Result<Vec<String>> {
    let sql = "SELECT CAST(m.name AS TEXT) AS child, CAST(COALESCE(f.\"table\", '') AS TEXT) AS parent \
               FROM sqlite_master m LEFT JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' \
               AND m.name NOT LIKE 'sqlite%' AND m.name <> '_sqlx_migrations' ORDER BY m.name <> 'sequences', m.name";
    let rows = sqlx::query(sql).fetch_all(connection).await?;
    let mut waiting = Vec::new();
    for row in &rows {
        let row = Row(row, "sqlite_master");
        waiting.push((row.text("child")?, row.text("parent")?));
    }
    let mut done: Vec<String> = Vec::new();
    while !waiting.is_empty() {
        let blocked: HashSet<String> = waiting
            .iter()
            .filter(|(child, parent)| !parent.is_empty() && parent != child && !done.contains(parent))
            .map(|(child, _)| child.clone())
            .collect();
        let (still, ready): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(child, _)| blocked.contains(child));
        if ready.is_empty() {
            return Err(Error::Unusable("tables refer to one another in a circle".into()));
        }
        for (child, _) in ready {
            if !done.contains(&child) {
                done.push(child);
            }
        }
        waiting = still;
    }
    Ok(done)
}

/// Copies the rows of a table.
async fn pour(from: &mut AnyConnection, into: &mut AnyConnection, engine: Engine, table: &str) -> Result<()> {
    let select = format!("SELECT * FROM {table}");
    let mut chunks = sqlx::query(AssertSqlSafe(select)).fetch(from).try_chunks(ROWS);
    while let Some(rows) = chunks.try_next().await.map_err(|error| error.1)? {
        let names: Vec<&str> = rows[0].columns().iter().map(sqlx::Column::name).collect();
        let row = format!("({})", vec!["?"; names.len()].join(", "));
        let sql =
            format!("INSERT INTO {table} ({}) VALUES {}", names.join(", "), vec![row; rows.len()].join(", "));
        let mut statement = engine.statement(&sql);
        for row in &rows {
            statement = bind_row(statement, row)?;
        }
        statement.execute(&mut *into).await?;
    }
    Ok(())
}

/// Binds every value of a row; an empty one has its column's type, which PostgreSQL insists on.
fn bind_row(mut statement: super::Statement, row: &AnyRow) -> Result<super::Statement> {
    for column in row.columns() {
        let index = column.ordinal();
        statement = match column.type_info().name() {
            "TEXT" => statement.bind(row.try_get::<Option<String>, _>(index)?),
            _ => statement.bind(row.try_get::<Option<i64>, _>(index)?),
        };
    }
    Ok(statement)
}

/// Copies a file to where none is; complete or not at all.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(to)?;
    let copied = io::copy(&mut File::open(from)?, &mut file).and_then(|_| file.sync_all());
    copied.inspect_err(|_| drop(std::fs::remove_file(to)))
}
