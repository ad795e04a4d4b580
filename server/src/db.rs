//! The server's own state, on SQLite or PostgreSQL.
//!
//! One SQL text serves both: TEXT and BIGINT columns, `?` placeholders (turned into `$n` for PostgreSQL here and
//! nowhere else), `ON CONFLICT`, `RETURNING`. SQLite has one writer connection, so that transactions that read and
//! then write never meet; PostgreSQL relies on constraints and on conditions repeated in each `UPDATE`.

use std::{collections::HashMap, fs::File, ops::Range, path::PathBuf, sync::Arc, time::Duration};

use sqlx::{
    Any, AnyPool, AssertSqlSafe, Transaction,
    any::{AnyArguments, AnyPoolOptions, AnyRow},
    query::Query,
};
use tokio::{sync::Mutex, time::Instant};

use crate::clock::Clock;

mod audit;
mod backup;
mod bulk;
mod configurations;
mod copy;
mod cursors;
mod error;
mod events;
mod figures;
mod keys;
mod leases;
mod listen;
mod listing;
mod notifications;
mod parked;
mod reports;
mod requests;
mod resolutions;
mod row;
mod runs;
mod schedules;
mod schema;
mod seal;
mod standing;
mod stores;

pub use audit::AuditEntry;
pub(crate) use bulk::{Value, insert, list_of, select_in};
pub use configurations::SavedConfiguration;
pub(crate) use configurations::to_json as configuration_json;
pub use cursors::SyncCursor;
pub use error::{Error, Result};
pub use figures::Figures;
pub use keys::Key;
pub use leases::Lease;
pub use listing::{Listed, Order, Part, Place as ListPlace};
pub(crate) use listing::{Rows, Source};
pub use notifications::{Notification, Unseen};
pub use parked::{NewParked, ParkedGroup, ParkedRecord};
pub use reports::{Check, Exception, Place, Report};
pub use resolutions::Resolution;
pub(crate) use row::Row;
pub use runs::{Asked, NewRun, RUN_ORDERS};
pub use schema::Tables;
pub use seal::Sealer;
pub(crate) use seal::hex;
pub use standing::{Compared, OpenRuns};
pub use stores::NewStore;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file of this server alone.
    Sqlite,
    /// Shared by any number of servers.
    Postgres,
}

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
    engine: Engine,
    writer: AnyPool,
    reader: AnyPool,
    /// Tells what is written into rows; leases on PostgreSQL go by the database's own clock.
    pub clock: Clock,
    sealer: Sealer,
    /// Tells this process's notifications from those of other replicas.
    replica: u32,
    ids: Arc<Mutex<HashMap<&'static str, Range<i64>>>>,
    /// What is counted of it in this process.
    pub figures: Figures,
    lock: Option<Arc<File>>,
}

/// A transaction; what is not committed is undone.
pub struct Tx {
    inner: Transaction<'static, Any>,
    engine: Engine,
    replica: u32,
    figures: Figures,
    /// Events to tell watchers about once this is committed.
    pub(crate) published: Vec<crate::events::Event>,
}

/// Everything as it was at one instant.
pub(crate) struct View(Transaction<'static, Any>);

/// A statement with its values.
pub type Statement = Query<'static, Any, AnyArguments>;

impl Engine {
    fn of(url: &str) -> Result<Self> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            _ => Err(Error::Unusable("database_url must begin with sqlite: or postgres:".into())),
        }
    }

    /// The statement in this engine's spelling.
    fn sql(self, text: &str) -> String {
        if self == Self::Sqlite {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len() + 16);
        for (number, part) in text.split('?').enumerate() {
            if number > 0 {
                out.push('$');
                out.push_str(&number.to_string());
            }
            out.push_str(part);
        }
        out
    }

    /// An expression for the present instant in milliseconds, by the clock all replicas share.
    fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000 AS BIGINT)",
            Self::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    fn statement(self, text: &str) -> Statement {
        self.query(self.sql(text))
    }

    /// A statement that is in this engine's spelling already.
    fn query(self, sql: String) -> Statement {
        // A newer version may add columns meanwhile; PostgreSQL refuses prepared statements whose columns have changed.
        let stays =
            self == Self::Sqlite || !["SELECT *", ".*", "RETURNING *"].iter().any(|all| sql.contains(all));
        sqlx::query(AssertSqlSafe(sql)).persistent(stays)
    }
}

impl Db {
    /// Opens the database, brings its tables up to date and checks that it belongs to this encryption key.
    pub async fn open(url: &str, sealer: Sealer, clock: Clock) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url)?;
        let lock = if engine == Engine::Sqlite { lock_file(url)? } else { None };
        let (writer, reader) = match engine {
            Engine::Sqlite => (sqlite_writer(url).await?, sqlite_pool(url, 4, &[]).await?),
            // Two pools: a transaction that needs another row meanwhile never waits for its own kind.
            Engine::Postgres => (postgres_pool(url, 12).await?, postgres_pool(url, 8).await?),
        };
        schema::bring_up_to_date(engine, &writer).await?;
        let db = Self { lock: lock.map(Arc::new), ..Self::over(engine, (writer, reader), clock, sealer) };
        db.check_sealer().await?;
        if engine == Engine::Sqlite {
            db.give_back_leases().await?;
        }
        Ok(db)
    }

    /// A database whose connections are open, and that nobody holds to be theirs alone.
    fn over(engine: Engine, (writer, reader): (AnyPool, AnyPool), clock: Clock, sealer: Sealer) -> Self {
        Self {
            engine,
            writer,
            reader,
            clock,
            sealer,
            replica: rand::random(),
            ids: Arc::default(),
            figures: Figures::default(),
            lock: None,
        }
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> Result<Tx> {
        let asked = Instant::now();
        let inner = self.writer.begin().await?;
        self.figures.waited.observe(asked.elapsed().as_secs_f64());
        Ok(Tx {
            inner,
            engine: self.engine,
            replica: self.replica,
            figures: self.figures.clone(),
            published: Vec::new(),
        })
    }

    /// Begins to read everything as it is at one instant, whatever others change meanwhile.
    pub(crate) async fn view(&self) -> Result<View> {
        let mut view = self.reader.begin().await?;
        if self.engine == Engine::Postgres {
            let of_one_instant = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
            sqlx::query(of_one_instant).execute(&mut *view).await?;
        }
        Ok(View(view))
    }

    /// Waits for open connections and closes the database.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
        if let Some(lock) = &self.lock {
            // The next server in this process need not wait until the last task that knows this one is gone.
            let _ = lock.unlock();
        }
    }

    pub(crate) fn statement(&self, text: &str) -> Statement {
        self.engine.statement(text)
    }

    pub(crate) async fn rows(&self, statement: Statement) -> Result<Vec<AnyRow>> {
        Ok(statement.fetch_all(&self.reader).await?)
    }

    pub(crate) async fn row(&self, statement: Statement) -> Result<Option<AnyRow>> {
        Ok(statement.fetch_optional(&self.reader).await?)
    }

    /// Free numbers for new rows of a table; gaps are normal.
    ///
    /// May be called while a transaction is open, and is not part of it: on SQLite, whose one writer that
    /// transaction holds, this server is the only one to hand numbers out and counts on from the highest; on
    /// PostgreSQL they are taken in blocks, so that a page of new rows rarely costs a statement.
    pub async fn next_ids(&self, table: &'static str, count: usize) -> Result<Range<i64>> {
        /// A server that stops wastes at most this many numbers.
        const BLOCK: i64 = 10_000;
        let wanted = i64::try_from(count).unwrap_or(i64::MAX);
        let mut ids = self.ids.lock().await;
        let free = ids.entry(table).or_insert(0..0);
        if free.end - free.start < wanted {
            *free = match self.engine {
                Engine::Sqlite => {
                    let highest = format!("SELECT COALESCE(MAX(id), 0) AS id FROM {table}");
                    let row = self.statement(&highest).fetch_one(&self.reader).await?;
                    Row(&row, table).int("id")? + 1..i64::MAX
                }
                Engine::Postgres => {
                    let block = BLOCK.max(wanted);
                    let take = "INSERT INTO sequences (name, next) VALUES (?, ?) \
                                ON CONFLICT (name) DO UPDATE SET next = sequences.next + ? RETURNING next";
                    let taken = self.statement(take).bind(table).bind(block + 1).bind(block);
                    let end = Row(&taken.fetch_one(&self.reader).await?, "sequences").int("next")?;
                    end - block..end
                }
            };
        }
        let first = free.start;
        free.start += wanted;
        Ok(first..first + wanted)
    }

    /// A free number for a new row of a table.
    pub async fn next_id(&self, table: &'static str) -> Result<i64> {
        Ok(self.next_ids(table, 1).await?.start)
    }
}

impl View {
    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<AnyRow>> {
        Ok(statement.fetch_all(&mut *self.0).await?)
    }
}

impl Tx {
    pub(crate) fn statement(&self, text: &str) -> Statement {
        self.engine.statement(text)
    }

    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64> {
        Ok(statement.execute(&mut *self.inner).await?.rows_affected())
    }

    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<AnyRow>> {
        Ok(statement.fetch_all(&mut *self.inner).await?)
    }

    pub(crate) async fn row(&mut self, statement: Statement) -> Result<Option<AnyRow>> {
        Ok(statement.fetch_optional(&mut *self.inner).await?)
    }

    /// Keeps the changes and tells this server's watchers about them.
    pub async fn commit(self, bus: &crate::events::Bus) -> Result<()> {
        let asked = Instant::now();
        self.inner.commit().await?;
        self.figures.committed.observe(asked.elapsed().as_secs_f64());
        for event in self.published {
            bus.publish(event);
        }
        Ok(())
    }
}

/// The one connection that writes. It keeps the trees that a page of new rows goes into at hand, and lets 16 MiB gather
/// in the log before they are folded into the file, so that a page which is written often is folded once.
async fn sqlite_writer(url: &str) -> Result<AnyPool> {
    sqlite_pool(url, 1, &["PRAGMA cache_size = -8000", "PRAGMA wal_autocheckpoint = 4000"]).await
}

async fn postgres_pool(url: &str, connections: u32) -> Result<AnyPool> {
    /// What every connection is told first: a question is answered within milliseconds, from indexes that are in memory.
    const SETTINGS: [&str; 4] = [
        "SET jit = off",
        "SET max_parallel_workers_per_gather = 0",
        "SET random_page_cost = 1.1",
        "SET work_mem = '16MB'",
    ];
    pool(url, connections, &SETTINGS, &[]).await
}

async fn sqlite_pool(url: &str, connections: u32, more: &'static [&'static str]) -> Result<AnyPool> {
    /// What every connection is told first; a power loss must not forget what was promised to the store.
    const PRAGMAS: [&str; 5] = [
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA busy_timeout = 5000",
        "PRAGMA temp_store = MEMORY",
    ];
    pool(url, connections, &PRAGMAS, more).await
}

async fn pool(
    url: &str,
    connections: u32,
    first: &'static [&'static str],
    more: &'static [&'static str],
) -> Result<AnyPool> {
    let options = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for &told in first.iter().chain(more) {
                    sqlx::query(told).execute(&mut *connection).await?;
                }
                Ok(())
            })
        });
    Ok(options.connect(url).await?)
}

/// The file of a SQLite database; none where it is in memory.
fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    (!path.is_empty() && path != ":memory:").then(|| path.into())
}

/// Makes sure that one server uses a SQLite file: a second one is told so instead of sharing its runs.
fn lock_file(url: &str) -> Result<Option<File>> {
    let Some(path) = sqlite_file(url) else { return Ok(None) };
    let path = PathBuf::from(format!("{}.lock", path.display()));
    let unusable = |what: &str| Error::Unusable(format!("{}: {what}", path.display()));
    let file = File::create(&path).map_err(|error| unusable(&error.to_string()))?;
    file.try_lock().map_err(|_| unusable("another server is using this data folder; stop it first"))?;
    Ok(Some(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_for_postgres_only() {
        assert_eq!(Engine::Postgres.sql("a = ? AND b IN (?, ?)"), "a = $1 AND b IN ($2, $3)");
        assert_eq!(Engine::Sqlite.sql("a = ?"), "a = ?");
    }
}
