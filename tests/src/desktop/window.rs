//! One window of the desktop client, and what a person does with it.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use fantoccini::{
    Client, ClientBuilder,
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::{Element, ElementRef},
};
use hyper_util::client::legacy::connect::HttpConnector;
use plugin_host_server::clock::Clock;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::{Screen, memory::children};
use crate::harness::{self, free_port, until};

/// How `WebDriver` says that a value is an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Finds elements by role and name, as assistive technology would.
const FINDER: &str = "node_modules/@testing-library/dom/dist/@testing-library/dom.umd.min.js";
/// Judges a page by the rules of accessibility.
const JUDGE: &str = "node_modules/axe-core/axe.min.js";

/// A running desktop client; dropping it ends it.
pub struct Window {
    client: Client,
    program: u32,
    _driver: Child,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Window {
    /// The desktop client as a file.
    pub fn program() -> anyhow::Result<PathBuf> {
        let parts = ["../client-desktop/src", "../proto/src", "../proto/pluginhost"];
        harness::program("plugin-host-desktop", &parts)
    }

    /// Starts the desktop client of somebody whose files are in `home`.
    pub async fn open(screen: &Screen, home: &Path) -> anyhow::Result<Self> {
        let program = Self::program()?;
        let port = free_port()?;
        std::fs::create_dir_all(home)?;
        let log = std::fs::File::create(home.join("window.log"))?;
        let mut driver = screen.command("WebKitWebDriver", home);
        driver
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let driver = driver.spawn().context("WebKitWebDriver cannot be started")?;
        until("WebDriver listens", async || {
            Ok(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok())
        })
        .await?;
        let wanted = json!({"webkitgtk:browserOptions": {"binary": program, "args": []}});
        let Value::Object(wanted) = wanted else { bail!("not an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("the window does not open")?;
        let program = children(driver.id().context("it runs")?)?.into_iter().next();
        Ok(Self { client, program: program.context("the driver has started the program")?, _driver: driver })
    }

    /// Answers a dialog with what ends the program, and waits until it has ended by itself.
    pub async fn answer_and_end(self, dialog: &str, button: &str) -> anyhow::Result<()> {
        // The driver may lose the page before it has heard that the button was pressed.
        let _ = self.find_in(("dialog", dialog), "button", button).await?.click().await;
        until("the program ends", async || Ok((!self.folder().exists()).then_some(()))).await
    }

    /// What the system says of the program, while it runs.
    fn folder(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}", self.program))
    }

    /// Closes the window, and ends the program if that is left without one: the driver may close the page alone.
    pub async fn close(self) -> anyhow::Result<()> {
        let folder = self.folder();
        let Self { client, program, _driver } = self;
        client.close().await?;
        let ends = until("the program ends", async || Ok((!folder.exists()).then_some(())));
        if tokio::time::timeout(Duration::from_secs(5), ends).await.is_err() {
            Command::new("kill").args(["-9", &program.to_string()]).status().await?;
        }
        Ok(())
    }

    /// Waits for the one element of this role and name; a name that ends with `*` stands for its beginning.
    pub async fn find(&self, role: &str, name: &str) -> anyhow::Result<Element> {
        self.find_in(("document", ""), role, name).await
    }

    async fn find_in(&self, place: (&str, &str), role: &str, name: &str) -> anyhow::Result<Element> {
        let wanted = format!("there is a {role} {name:?}");
        let found = until(&wanted, async || {
            let found = self.all(place, role, name).await?;
            ensure!(found.len() < 2, "there are {} of {role} {name:?}", found.len());
            Ok(found.into_iter().next())
        });
        match found.await {
            Ok(found) => Ok(found),
            Err(error) => Err(error.context(format!("the window shows:\n{}", self.text().await?))),
        }
    }

    /// Whether there is such an element now.
    pub async fn has(&self, role: &str, name: &str) -> anyhow::Result<bool> {
        Ok(!self.all(("document", ""), role, name).await?.is_empty())
    }

    /// The elements of this role and name that there are now in a place of its own role and name.
    async fn all(&self, place: (&str, &str), role: &str, name: &str) -> anyhow::Result<Vec<Element>> {
        self.bring("TestingLibraryDom", FINDER).await?;
        let script = "
            const [placeRole, placeName, role, name] = arguments;
            const by = (wanted) => wanted === '' ? {} : { name: (text) =>
                wanted.endsWith('*') ? text.startsWith(wanted.slice(0, -1)) : text === wanted };
            const places = placeRole === 'document'
                ? [document.body] : TestingLibraryDom.queryAllByRole(document.body, placeRole, by(placeName));
            return places.flatMap((place) => TestingLibraryDom.queryAllByRole(place, role, by(name)));";
        let wanted = [place.0, place.1, role, name].map(Value::from).into();
        let found = self.client.execute(script, wanted).await?;
        let found = found.as_array().context("a list of elements")?;
        let reference = |value: &Value| value[ELEMENT].as_str().map(ToOwned::to_owned);
        let found: Option<Vec<_>> = found.iter().map(reference).collect();
        let found = found.context("elements")?.into_iter().map(ElementRef::from);
        Ok(found.map(|reference| Element::from_element_id(self.client.clone(), reference)).collect())
    }

    /// Presses what has this role and name, once it can be pressed.
    pub async fn press(&self, role: &str, name: &str) -> anyhow::Result<()> {
        until(&format!("{role} {name:?} can be pressed"), async || {
            let element = self.find(role, name).await?;
            Ok(element.is_enabled().await?.then_some(element))
        })
        .await?
        .click()
        .await?;
        Ok(())
    }

    /// Presses the first of those that have this role and name.
    pub async fn press_first(&self, role: &str, name: &str) -> anyhow::Result<()> {
        let wanted = format!("there is a {role} {name:?}");
        let first =
            until(&wanted, async || Ok(self.all(("document", ""), role, name).await?.into_iter().next()));
        Ok(first.await?.click().await?)
    }

    /// Answers a dialog.
    pub async fn answer(&self, dialog: &str, button: &str) -> anyhow::Result<()> {
        Ok(self.find_in(("dialog", dialog), "button", button).await?.click().await?)
    }

    /// Goes to a page of the menu.
    pub async fn go(&self, page: &str) -> anyhow::Result<()> {
        self.find_in(("navigation", "Pages"), "button", &format!("{page}*")).await?.click().await?;
        self.find("heading", page).await?;
        Ok(())
    }

    /// Chooses from a list that unfolds.
    pub async fn choose(&self, list: &str, option: &str) -> anyhow::Result<()> {
        self.press("combobox", list).await?;
        self.press("option", option).await
    }

    /// Replaces the text of a field.
    pub async fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        self.fill("textbox", name, text).await
    }

    /// Replaces the number in a field.
    pub async fn write_number(&self, name: &str, number: &str) -> anyhow::Result<()> {
        self.fill("spinbutton", name, number).await
    }

    /// Pastes over all that a field holds.
    async fn fill(&self, role: &str, name: &str, text: &str) -> anyhow::Result<()> {
        let field = serde_json::to_value(self.find(role, name).await?)?;
        let script = "
            const [field, text] = arguments;
            field.focus();
            field.select();
            return document.execCommand(text === '' ? 'delete' : 'insertText', false, text);";
        self.client.execute(script, vec![field, json!(text)]).await?;
        Ok(())
    }

    /// Presses one key, wherever the focus is; see `fantoccini::key::Key` for those without a letter.
    pub async fn key(&self, key: char) -> anyhow::Result<()> {
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        Ok(self.client.perform_actions(keys).await?)
    }

    /// Presses a key together with Control.
    pub async fn with_control(&self, key: char) -> anyhow::Result<()> {
        const CONTROL: char = '\u{e009}';
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: CONTROL })
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key })
            .then(KeyAction::Up { value: CONTROL });
        Ok(self.client.perform_actions(keys).await?)
    }

    /// Types a text, wherever the focus is.
    pub async fn type_text(&self, text: &str) -> anyhow::Result<()> {
        for letter in text.chars() {
            self.key(letter).await?;
        }
        Ok(())
    }

    /// Goes on with the Tab key until this has the focus, as somebody without a mouse does.
    pub async fn tab_to(&self, role: &str, name: &str) -> anyhow::Result<()> {
        const MOST: usize = 80;
        let script = "return document.activeElement === arguments[0];";
        for _ in 0..MOST {
            let wanted = self.find(role, name).await?;
            if self.client.execute(script, vec![serde_json::to_value(&wanted)?]).await? == json!(true) {
                return Ok(());
            }
            self.key('\u{e004}').await?;
        }
        bail!("{role} {name:?} cannot be reached with the keyboard")
    }

    /// Waits until the window shows this text.
    pub async fn sees(&self, text: &str) -> anyhow::Result<()> {
        let mut shown = String::new();
        until(&format!("the window shows {text:?}"), async || {
            shown = self.text().await?;
            Ok(shown.contains(text).then_some(()))
        })
        .await
        .with_context(|| format!("the window shows:\n{shown}"))
    }

    /// All the text that the window shows.
    pub async fn text(&self) -> anyhow::Result<String> {
        let text = self.client.execute("return document.body.innerText;", vec![]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page reads nothing any more.
    pub async fn settled(&self) -> anyhow::Result<()> {
        let script = "return document.querySelector('[aria-busy=true]') === null;";
        until("the page is still", async || Ok((self.run(script).await? == json!(true)).then_some(()))).await
    }

    /// Changes the look as the preferences do.
    pub async fn wear(&self, look: Look) -> anyhow::Result<()> {
        let theme = if look == Look::Dark { "dark" } else { "light" };
        let script = "
            const [theme, answer] = arguments;
            const preferences = { theme, notifications: true };
            document.documentElement.dataset.theme = theme;
            // No colour is halfway between two.
            document.documentElement.style.setProperty('--quick', '0ms');
            window.__TAURI_INTERNALS__.invoke('save_preferences', { preferences }).then(() => answer(true), answer);";
        let changed = self.client.execute_async(script, vec![json!(theme)]).await?;
        ensure!(changed == json!(true), "the look does not change: {changed}");
        Ok(())
    }

    /// From the start of the program to the page's first paint, in milliseconds.
    pub async fn first_paint_ms(&self) -> anyhow::Result<u64> {
        let script = "
            const [paint] = performance.getEntriesByName('first-contentful-paint');
            return paint ? performance.timeOrigin + paint.startTime : 0;";
        let painted = self.run(script).await?.as_f64().context("a number")?;
        let name = Self::program()?;
        let began = newest_start_ms(&name).context("the program runs")?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "milliseconds since 1970"
        )]
        Ok((painted as u64).saturating_sub(began))
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute(script, vec![]).await?)
    }

    /// What the rules of accessibility have against the page as it is now.
    pub async fn violations(&self) -> anyhow::Result<Vec<String>> {
        self.bring("axe", JUDGE).await?;
        let script = "
            const answer = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(
                ({ violations }) => answer(violations.flatMap(({ id, help, nodes }) =>
                    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target} ${failureSummary}`))),
                (error) => answer([String(error)]));";
        let found = self.client.execute_async(script, vec![]).await?;
        let words = |value: &Value| value.as_str().map(ToOwned::to_owned);
        found.as_array().and_then(|found| found.iter().map(words).collect()).context("a list of sentences")
    }

    /// Makes the window this wide and high.
    pub async fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        Ok(self.client.set_window_size(width, height).await?)
    }

    /// Brings a library into the page, once for each page.
    async fn bring(&self, global: &str, file: &str) -> anyhow::Result<()> {
        let there = format!("return typeof {global} !== 'undefined';");
        if self.run(&there).await? == json!(true) {
            return Ok(());
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client-desktop/ui").join(file);
        let library = std::fs::read_to_string(&path)
            .with_context(|| format!("{} is not there; run scripts/desktop first", path.display()))?;
        self.run(&library).await?;
        ensure!(self.run(&there).await? == json!(true), "{file} does not work in this window");
        Ok(())
    }
}

/// When the newest process of this program began, in milliseconds since 1970.
fn newest_start_ms(program: &Path) -> Option<u64> {
    /// The system counts in hundredths of a second.
    const TICK_MS: u64 = 10;
    let up = std::fs::read_to_string("/proc/uptime").ok()?;
    let (seconds, hundredths) = up.split_whitespace().next()?.split_once('.')?;
    let up = seconds.parse::<u64>().ok()? * 1_000 + hundredths.parse::<u64>().ok()? * TICK_MS;
    let booted = u64::try_from(Clock::system().now().as_millisecond()).ok()?.saturating_sub(up);
    let start = |id: u32| {
        let running = std::fs::read_link(format!("/proc/{id}/exe")).ok()?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let ticks: u64 = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
        (running == program).then_some(booted + ticks * TICK_MS)
    };
    let ids =
        std::fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter_map(start).max()
}
