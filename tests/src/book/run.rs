//! Runs the steps of a page in a folder of their own, in one shell, as a reader would.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use super::{
    Page, compare,
    page::{Action, Step},
    program,
};
use crate::harness::{free_port, postgres, until};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// The ports that the book names; each page gets free ones in their place.
const PORTS: [&str; 6] = ["7443", "7444", "7445", "4100", "9464", "9465"];
/// The database that the book names.
const DATABASE: &str = "postgres://plugins:secret@db.example/plugins";
/// The reader's home in the book.
const HOME: &str = "/home/you";
/// What the shell says after each command.
const DONE: &str = "-- the command has ended with";

/// What came of a page.
#[derive(Default)]
pub struct Outcome {
    /// How many commands were run.
    pub commands: usize,
    /// What was not run, and why.
    pub not_run: Vec<String>,
    /// What the page shows otherwise than it is.
    pub wrong: Vec<String>,
    /// What the page should show in the place of these lines.
    pub printed: Vec<(Range<usize>, Vec<String>)>,
}

/// Runs a page after the pages it follows.
pub async fn run(page: &Page) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut database = None;
    for need in &page.needs {
        if need == "postgresql" {
            match postgres::database().await {
                Ok(url) => database = Some(url),
                Err(error) => {
                    outcome.not_run.push(format!("{}: {error:#}", page.name));
                    return Ok(outcome);
                }
            }
        } else if which(need).is_none() {
            outcome.not_run.push(format!("{}: {need} is not installed", page.name));
            return Ok(outcome);
        }
    }
    let mut before = Vec::new();
    let mut after = page.after.clone();
    while let Some(name) = after.take() {
        let page = Page::read(&name)?;
        after.clone_from(&page.after);
        before.push(page);
    }
    let mut shell = Shell::start(database)?;
    for page in before.iter().rev() {
        for step in &page.steps {
            shell.step(page, step, &mut Outcome::default()).await?;
        }
    }
    for step in &page.steps {
        shell.step(page, step, &mut outcome).await?;
    }
    Ok(outcome)
}

/// Where a program is, if it is installed.
fn which(program: &str) -> Option<PathBuf> {
    let folders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
    folders.into_iter().map(|folder| Path::new(folder).join(program)).find(|path| path.is_file())
}

/// One shell in an empty home.
struct Shell {
    home: TempDir,
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// What the book says, and what it is here.
    here: Vec<(String, String)>,
    last_code: i32,
}

/// A free port in which none of the book's can be found again.
fn port_here() -> anyhow::Result<String> {
    loop {
        let free = free_port()?.to_string();
        if !PORTS.iter().any(|port| free.contains(port)) {
            return Ok(free);
        }
    }
}

impl Shell {
    fn start(database: Option<String>) -> anyhow::Result<Self> {
        let home = tempfile::Builder::new().prefix("plugin-host-book-").tempdir()?;
        let programs = program("plugin-host-server")?;
        let programs = programs.parent().context("a program is in a folder")?;
        let mut here = vec![(HOME.to_owned(), home.path().display().to_string())];
        for port in PORTS {
            here.push((port.to_owned(), port_here()?));
        }
        here.extend(database.map(|url| (DATABASE.to_owned(), url)));
        let mut child = Command::new("bash")
            .args(["--noprofile", "--norc"])
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", programs.display()))
            .env("HOME", home.path())
            .env("LANG", "C.UTF-8")
            .env("PLUGIN_HOST_HOME", home.path().join(".plugin-host"))
            // The port that a server takes where a page names none.
            .env("PLUGIN_HOST_LISTEN", format!("127.0.0.1:{}", here[1].1))
            .env("BOOK_SOURCE", Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?)
            .current_dir(home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .process_group(0)
            .spawn()
            .context("bash cannot be started")?;
        let input = child.stdin.take().context("bash has no input")?;
        let output = BufReader::new(child.stdout.take().context("bash has no output")?).lines();
        Ok(Self { home, child, input, output, here, last_code: 0 })
    }

    /// As the book has it, for this machine.
    fn here(&self, text: &str) -> String {
        self.here.iter().fold(text.to_owned(), |text, (book, here)| text.replace(book, here))
    }

    /// As this machine has it, for the book.
    fn in_book(&self, text: &str) -> String {
        self.here.iter().fold(text.to_owned(), |text, (book, here)| text.replace(here, book))
    }

    async fn step(&mut self, page: &Page, step: &Step, outcome: &mut Outcome) -> anyhow::Result<()> {
        let place = format!("{}:{}", page.name, step.line);
        let mut compare = |shown: &Range<usize>, printed: Vec<String>| {
            let wanted = &page.lines[shown.clone()];
            if !compare::same(wanted, &printed) {
                outcome.wrong.push(format!(
                    "{place} shows\n{}\nand it prints\n{}",
                    wanted.join("\n"),
                    printed.join("\n")
                ));
                outcome.printed.push((shown.clone(), printed));
            }
        };
        match &step.action {
            Action::Command { text, exit, shown } => {
                let (printed, code) = self.command(text).await.with_context(|| place.clone())?;
                compare(shown, compare::lines(&printed));
                ensure!(code == *exit, "{place}: `{text}` ended with {code} and not {exit}:\n{printed}");
                outcome.commands += 1;
            }
            Action::Stays { name, text, shown } => {
                let printed = self.begin(name, text, &page.lines[shown.clone()]).await;
                compare(shown, printed.with_context(|| place.clone())?);
                outcome.commands += 1;
            }
            Action::Stop(name) => {
                let stop = format!("kill -INT $(cat .{name}.pid) && wait $(cat .{name}.pid)");
                self.command(&stop).await.with_context(|| place.clone())?;
            }
            Action::File { name, content } => {
                std::fs::write(self.home.path().join(name), self.here(content))?;
            }
            Action::Hidden(text) => {
                let (printed, code) = self.command(text).await.with_context(|| place.clone())?;
                ensure!(code == 0, "{place}: `{text}` ended with {code}:\n{printed}");
            }
            Action::NotRun(why) => outcome.not_run.push(format!("{place}: {why}")),
        }
        Ok(())
    }

    /// Runs a command to its end and gives what it printed and its code.
    async fn command(&mut self, text: &str) -> anyhow::Result<(String, i32)> {
        let text = self.here(text);
        let typed = format!(
            "{{ (exit {})\n{text}\n}} </dev/null 2>&1; code=$?; echo; echo \"{DONE} $code\"\n",
            self.last_code
        );
        self.input.write_all(typed.as_bytes()).await?;
        let mut printed = String::new();
        let read = async {
            while let Some(line) = self.output.next_line().await? {
                if let Some(code) = line.strip_prefix(DONE) {
                    return Ok(code.trim().parse()?);
                }
                printed.push_str(&line);
                printed.push('\n');
            }
            bail!("the shell has ended");
        };
        let code = timeout(PATIENCE, read).await;
        let code = code.with_context(|| format!("`{text}` takes too long:\n{printed}"))??;
        self.last_code = code;
        Ok((self.in_book(&printed), code))
    }

    /// Starts a command that stays, waits until it has printed what is shown, and gives what it has printed.
    async fn begin(&mut self, name: &str, text: &str, shown: &[String]) -> anyhow::Result<Vec<String>> {
        let start = format!("{text} >.{name}.log 2>&1 & echo $! >.{name}.pid");
        self.command(&start).await?;
        let mut wanted = shown.to_vec();
        wanted.push("…".to_owned());
        let log = self.home.path().join(format!(".{name}.log"));
        let mut printed = Vec::new();
        let waited = until("what is shown is printed", async || {
            printed = compare::lines(&self.in_book(&std::fs::read_to_string(&log).unwrap_or_default()));
            Ok(compare::same(&wanted, &printed).then_some(()))
        })
        .await;
        Ok(if waited.is_ok() { shown.to_vec() } else { printed })
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Whatever stays, and the shell itself.
        if let Some(group) = self.child.id() {
            let _ = std::process::Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status();
        }
    }
}
