//! A screen that nobody looks at, with a window manager and a session bus of its own.

use std::{io::Write as _, path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, ensure};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::harness::until;

/// What the window is called, and nothing else is.
const TITLE: &str = "^Plugin Host$";

/// How the session bus is set up.
const BUS: &str = "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context='default'>\
                   <allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/></policy></busconfig>";

/// A virtual screen; dropping it ends everything on it.
pub struct Screen {
    display: String,
    bus: String,
    zoom: u32,
    _parts: Vec<Child>,
}

impl Screen {
    /// Starts a screen of this many pixels.
    pub async fn start(width: u32, height: u32) -> anyhow::Result<Self> {
        let size = format!("{width}x{height}x24");
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp"]);
        let (server, number) = first_line(server, "Xvfb").await?;
        let display = format!(":{number}");

        // A bus of its own, so that no other window of this program is found on it. It starts nothing by itself: a page
        // waits for half a minute where the desktop's services are installed and cannot run here.
        let mut rules = tempfile::NamedTempFile::new()?;
        rules.write_all(BUS.as_bytes())?;
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--nofork", "--print-address=1"]).arg("--config-file").arg(rules.path());
        let (daemon, bus) = first_line(bus, "dbus-daemon").await?;

        let mut manager = Command::new("openbox");
        manager.env("DISPLAY", &display).stderr(Stdio::null()).kill_on_drop(true);
        let manager = manager.spawn().context("openbox cannot be started")?;
        Ok(Self { display, bus, zoom: 1, _parts: vec![manager, daemon, server] })
    }

    /// The same screen with everything on it drawn this many times as large.
    #[must_use]
    pub fn zoomed(self, zoom: u32) -> Self {
        Self { zoom, ..self }
    }

    /// A program that shows itself on this screen and keeps its files in this folder.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("PLUGIN_HOST_HOME", home.join("keys"))
            .env("GDK_SCALE", self.zoom.to_string())
            // There is neither an accessibility bus nor a graphics card here.
            .env("GTK_A11Y", "none")
            .env("NO_AT_BRIDGE", "1")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .kill_on_drop(true);
        command
    }

    /// Whether a window of the desktop client can be seen.
    pub async fn has_window(&self) -> anyhow::Result<bool> {
        self.xdotool(&["search", "--onlyvisible", "--name", TITLE]).await
    }

    /// Closes the window of the desktop client as a person does, through the window manager.
    pub async fn close_window(&self) -> anyhow::Result<()> {
        // One that is brought to the front is gone for a moment.
        until("there is a window to close", async || Ok(self.has_window().await?.then_some(()))).await?;
        // A window that has just come does not hear every key.
        until("the window is closed", async || {
            self.ask_to_close().await?;
            Ok((!self.has_window().await?).then_some(()))
        })
        .await
    }

    /// Asks the window to close, which may answer with a question.
    pub async fn ask_to_close(&self) -> anyhow::Result<()> {
        self.xdotool(&["search", "--onlyvisible", "--name", TITLE, "windowactivate", "--sync"]).await?;
        self.xdotool(&["key", "alt+F4"]).await?;
        Ok(())
    }

    /// Answers a dialog that asks for a file, with the keyboard.
    pub async fn choose_file(&self, dialog: &str, file: &Path) -> anyhow::Result<()> {
        let title = format!("^{dialog}$");
        let shown = ["search", "--onlyvisible", "--name", &title];
        until(&format!("the dialog {dialog:?} opens"), async || {
            Ok(self.xdotool(&shown).await?.then_some(()))
        })
        .await?;
        let file = file.to_str().context("a path of plain letters")?;
        until(&format!("the dialog {dialog:?} closes"), async || {
            // Keys in the same command as the search would go to the window that it found, wherever the focus is.
            self.xdotool(&[&shown[..], &["windowactivate", "--sync"]].concat()).await?;
            // This opens the field for a path; what was typed before it was open is typed over the next time.
            self.xdotool(&["key", "ctrl+l", "sleep", "0.5", "key", "ctrl+a"]).await?;
            self.xdotool(&["type", "--delay", "50", file]).await?;
            self.xdotool(&["key", "Return", "sleep", "0.5"]).await?;
            Ok((!self.xdotool(&shown).await?).then_some(()))
        })
        .await
    }

    /// A picture of what the window shows, as PNG, once it stands still.
    pub async fn picture(&self) -> anyhow::Result<Vec<u8>> {
        let mut before = Vec::new();
        until("the picture stands still", async || {
            let mut import = Command::new("import");
            import
                .args(["-silent", "-window", "Plugin Host", "-strip", "png:-"])
                .env("DISPLAY", &self.display);
            let taken = import.output().await.context("ImageMagick's import cannot be started")?;
            ensure!(taken.status.success(), "no picture: {}", String::from_utf8_lossy(&taken.stderr));
            let same = taken.stdout == before;
            before = taken.stdout;
            Ok(same.then(|| std::mem::take(&mut before)))
        })
        .await
    }

    async fn xdotool(&self, arguments: &[&str]) -> anyhow::Result<bool> {
        /// It waits for ever for a window that went while it was to come to the front.
        const PATIENCE: Duration = Duration::from_secs(20);
        let mut command = Command::new("xdotool");
        command.args(arguments).env("DISPLAY", &self.display).stdout(Stdio::null()).stderr(Stdio::null());
        let mut running = command.kill_on_drop(true).spawn().context("xdotool cannot be started")?;
        match timeout(PATIENCE, running.wait()).await {
            Ok(ended) => Ok(ended?.success()),
            Err(_) => Ok(false),
        }
    }

    /// The address of its session bus.
    pub fn bus(&self) -> &str {
        &self.bus
    }
}

/// Starts a program that says in its first line that it is ready, and how to reach it.
async fn first_line(mut command: Command, name: &str) -> anyhow::Result<(Child, String)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
    let output = child.stdout.take().context("the output was asked for")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).await?;
    let line = line.trim();
    ensure!(!line.is_empty(), "{name} ended before it was ready");
    Ok((child, line.to_owned()))
}
