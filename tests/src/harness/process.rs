//! A server that is a process of its own, so that it can be killed.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::Stdio,
    time::SystemTime,
};

use anyhow::{Context as _, bail, ensure};
use tokio::process::{Child, Command};

use super::{Home, server::serves, until};

const PROGRAM: &str = "plugin-host-server";
/// What it is made of.
const PARTS: [&str; 4] = ["../server/src", "../server/migrations", "../proto/src", "../proto/pluginhost"];

/// A running `plugin-host-server`; dropping it kills it.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a server and waits until it serves, or says why it does not.
    pub async fn start(home: &Home) -> anyhow::Result<Self> {
        Self::spawn(home, Command::new(program(PROGRAM, &PARTS)?)).await
    }

    /// Starts a server of another version.
    pub async fn start_other(home: &Home, program: &Path) -> anyhow::Result<Self> {
        Self::spawn(home, Command::new(program)).await
    }

    /// Starts a server on a computer that trusts these authorities alone.
    pub async fn start_trusting(home: &Home, authorities: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new("/usr/bin/env");
        command.arg(format!("SSL_CERT_FILE={}", authorities.display())).arg(program(PROGRAM, &PARTS)?);
        Self::spawn(home, command).await
    }

    /// Starts a server none of whose files can grow beyond this many KiB, as on a disk that fills up.
    pub async fn start_with_room(home: &Home, kib: u64) -> anyhow::Result<Self> {
        // A write beyond the limit would end a program that does not ignore the signal; the limit can be lifted later.
        let limited = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$@\"", kib * 2);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &limited, "sh"]).arg(program(PROGRAM, &PARTS)?);
        Self::spawn(home, shell).await
    }

    /// Lets the files of a server that was started with little room grow again.
    pub fn give_room(&self) -> anyhow::Result<()> {
        let id = self.child.id().context("the server has ended")?.to_string();
        let lifted =
            std::process::Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited"]).status()?;
        ensure!(lifted.success(), "prlimit: {lifted}");
        Ok(())
    }

    async fn spawn(home: &Home, mut command: Command) -> anyhow::Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(home.log_file())?;
        let child = command
            .args(["serve", "--config"])
            .arg(home.settings_file()?)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{PROGRAM} cannot be started"))?;
        let mut process = Self { child };
        until("the server serves", async || {
            if let Some(status) = process.child.try_wait()? {
                bail!("{PROGRAM} ended with {status}: {}", home.log()?);
            }
            Ok(serves(home).await.then_some(()))
        })
        .await?;
        Ok(process)
    }

    /// Kills the server without a word, as a power failure does.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// The processor time it has used, in hundredths of a second, where the system says so.
    pub fn cpu_ticks(&self) -> Option<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()?)).ok()?;
        // Behind the program's name, which is in parentheses and may hold anything.
        let mut times = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        Some(times.next()?.parse::<u64>().ok()? + times.next()?.parse::<u64>().ok()?)
    }

    /// The most memory it has ever used, in KiB, where the system says so.
    pub fn peak_memory_kib(&self) -> Option<u64> {
        self.memory_kib("VmHWM:")
    }

    /// The same without the pages of the program file, which are as many as the kind of build makes them.
    pub fn peak_own_memory_kib(&self) -> Option<u64> {
        Some(self.peak_memory_kib()?.saturating_sub(self.memory_kib("RssFile:")?))
    }

    fn memory_kib(&self, kind: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        status.lines().find_map(|line| line.strip_prefix(kind)?.trim().split(' ').next()?.parse().ok())
    }
}

/// A program beside the tests, which must not be older than what it is made of.
pub(crate) fn program(name: &str, parts: &[&str]) -> anyhow::Result<PathBuf> {
    let tests = std::env::current_exe()?;
    let mut folders = tests.ancestors().skip(1).take(2);
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let program = folders.find_map(|folder| Some(folder.join(&file)).filter(|program| program.is_file()));
    let program =
        program.with_context(|| format!("{name} is not built; run `cargo build -p {name}` first"))?;
    let built_at = program.metadata()?.modified()?;
    for part in parts {
        let changed_at = newest(&Path::new(env!("CARGO_MANIFEST_DIR")).join(part))?;
        ensure!(changed_at <= built_at, "{name} is older than {part}; run `cargo build -p {name}` first");
    }
    Ok(program)
}

/// When anything in a folder was changed last.
fn newest(folder: &Path) -> anyhow::Result<SystemTime> {
    let mut last = SystemTime::UNIX_EPOCH;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let changed_at = if entry.file_type()?.is_dir() {
            newest(&entry.path())?
        } else {
            entry.metadata()?.modified()?
        };
        last = last.max(changed_at);
    }
    Ok(last)
}
