//! A throw-away PostgreSQL, one for each process of tests, with a database for each test.

use std::{
    io::{self, Write as _},
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Output, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::{Context as _, bail, ensure};
use plugin_host_server::{
    clock::Clock,
    db::{Db, Sealer},
};
use tokio::sync::OnceCell;

/// Who owns the cluster, in the database always and in the system where tests run as root.
const OWNER: &str = "postgres";

/// What these tests ask of the database: speed; after a crash of the machine nobody needs it again.
const SETTINGS: &str = "listen_addresses = ''\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n\
                        max_connections = 500\nshared_buffers = 64MB\nlog_min_messages = fatal\n";

/// Stops the cluster and removes it when the tests are gone, however they ended: then its input ends.
const WATCHDOG: &str = "cat > /dev/null; \"$@\"; rm -rf \"$FOLDER\"";

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

struct Cluster {
    folder: PathBuf,
    tools: PathBuf,
    _life: Mutex<(Child, ChildStdin)>,
}

/// The address of a new database; its tables are there already, since making them takes longest.
pub async fn database() -> anyhow::Result<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static TEMPLATE: OnceCell<()> = OnceCell::const_new();
    let start = async || tokio::task::spawn_blocking(Cluster::start).await?;
    let cluster = CLUSTER.get_or_try_init(start).await?;
    TEMPLATE.get_or_try_init(|| cluster.make_template()).await?;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let sql = format!("CREATE DATABASE {name} TEMPLATE template_made");
    tokio::task::spawn_blocking(move || cluster.psql(OWNER, &["-c", &sql])).await??;
    Ok(cluster.url(&name))
}

/// The address of a new database without tables.
pub async fn empty() -> anyhow::Result<String> {
    let url = database().await?;
    let (cluster, name) = (CLUSTER.get().context("a database was made")?, name_in(&url)?);
    tokio::task::spawn_blocking(move || {
        cluster.psql(OWNER, &["-c", &format!("DROP DATABASE {name}")])?;
        cluster.psql(OWNER, &["-c", &format!("CREATE DATABASE {name}")])
    })
    .await??;
    Ok(url)
}

/// The address of a new database that is filled with what another held, as SQL.
pub async fn restored(file: PathBuf) -> anyhow::Result<String> {
    let url = empty().await?;
    let (cluster, name) = (CLUSTER.get().context("a database was made")?, name_in(&url)?);
    let fill = move || cluster.psql(&name, &["-o", "/dev/null", "-f", &file.to_string_lossy()]);
    tokio::task::spawn_blocking(fill).await??;
    Ok(url)
}

/// Everything in a database, as SQL.
pub async fn dump(url: &str) -> anyhow::Result<String> {
    let cluster = CLUSTER.get().context("no database was made yet")?;
    let name = name_in(url)?;
    tokio::task::spawn_blocking(move || {
        let mut dump = Command::new(cluster.tools.join("pg_dump"));
        let dumped = check(dump.args(cluster.address()).arg(name).output(), "pg_dump")?;
        Ok(String::from_utf8(dumped.stdout)?)
    })
    .await?
}

fn name_in(url: &str) -> anyhow::Result<String> {
    Ok(url.split(['/', '?']).nth(3).context("the address names no database")?.to_owned())
}

impl Cluster {
    fn start() -> anyhow::Result<Self> {
        let tools = tools()?;
        let folder = tempfile::Builder::new().prefix("plugin-host-pg-").tempdir()?;
        let is_root = folder.path().metadata()?.uid() == 0;
        if is_root {
            give_to_owner(folder.path())?;
        }
        // From here on the watchdog removes it.
        let folder = folder.keep();
        let data = folder.join("data");
        let run =
            |tool: &str, args: &[&str]| check(as_owner(is_root, &tools.join(tool)).args(args).output(), tool);
        let data_text = data.to_string_lossy();
        let life = watch(is_root, &tools, &folder, &data_text)?;
        run(
            "initdb",
            &["-D", &data_text, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-N"],
        )?;
        let socket = format!("{SETTINGS}unix_socket_directories = '{}'\n", folder.display());
        append(&data.join("postgresql.conf"), &socket)?;
        let log = folder.join("log");
        run("pg_ctl", &["start", "-w", "-s", "-t", "60", "-D", &data_text, "-l", &log.to_string_lossy()])?;
        Ok(Self { folder, tools, _life: Mutex::new(life) })
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{OWNER}@localhost/{database}?host={}", self.folder.display())
    }

    /// Makes the database that the others are copies of: tables, and no encryption key of its own.
    async fn make_template(&'static self) -> anyhow::Result<()> {
        let psql = async |database: &'static str, sql: &'static str| {
            tokio::task::spawn_blocking(move || self.psql(database, &["-c", sql])).await?
        };
        psql(OWNER, "CREATE DATABASE template_made").await?;
        let made = Db::open(&self.url("template_made"), Sealer::new(&[0; 32]), Clock::system()).await?;
        made.close().await;
        psql("template_made", "DELETE FROM facts WHERE name = 'encryption_key_check'").await
    }

    fn address(&self) -> [String; 2] {
        [format!("--host={}", self.folder.display()), format!("--username={OWNER}")]
    }

    fn psql(&self, database: &str, what: &[&str]) -> anyhow::Result<()> {
        let mut psql = Command::new(self.tools.join("psql"));
        psql.args(self.address()).args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database]).args(what);
        check(psql.output(), "psql").map(drop)
    }
}

/// Where PostgreSQL's programs are.
fn tools() -> anyhow::Result<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").is_file())
        .collect();
    versions.sort();
    if let Some(newest) = versions.pop() {
        return Ok(newest);
    }
    let found = Command::new("sh").args(["-c", "command -v initdb"]).output()?;
    let initdb = PathBuf::from(String::from_utf8(found.stdout)?.trim());
    if let Some(folder) = initdb.parent().filter(|_| initdb.is_absolute()) {
        return Ok(folder.to_owned());
    }
    bail!(
        "these tests need PostgreSQL, and initdb is not installed; on Debian: sudo apt-get install postgresql"
    )
}

/// A program run by the owner of the cluster, since PostgreSQL refuses to be run by root.
fn as_owner(is_root: bool, program: &Path) -> Command {
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", OWNER, "--regid", OWNER, "--init-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").stdin(Stdio::null());
    command
}

fn give_to_owner(folder: &Path) -> anyhow::Result<()> {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711))?;
    check(Command::new("chown").arg(OWNER).arg(folder).output(), "chown").map(drop)
}

fn watch(is_root: bool, tools: &Path, folder: &Path, data: &str) -> anyhow::Result<(Child, ChildStdin)> {
    let stop = as_owner(is_root, &tools.join("pg_ctl"));
    let mut watchdog = Command::new("sh");
    watchdog.args(["-c", WATCHDOG, "sh"]).arg(stop.get_program()).args(stop.get_args());
    watchdog.args(["stop", "-s", "-m", "immediate", "-D", data]).env("FOLDER", folder).current_dir("/");
    // A group of its own: ^C at the terminal is for the tests alone.
    watchdog.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = watchdog.spawn().context("sh cannot be started")?;
    let input = child.stdin.take().context("the watchdog has no input")?;
    Ok((child, input))
}

fn append(file: &Path, text: &str) -> anyhow::Result<()> {
    Ok(std::fs::OpenOptions::new().append(true).open(file)?.write_all(text.as_bytes())?)
}

fn check(output: io::Result<Output>, what: &str) -> anyhow::Result<Output> {
    let output = output.with_context(|| format!("{what} cannot be run"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{what} failed: {}", said.trim());
    Ok(output)
}
