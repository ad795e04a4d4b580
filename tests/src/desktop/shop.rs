//! What each story in a window begins with.

use std::{path::PathBuf, process::Stdio};

use anyhow::{Context as _, bail, ensure};
use plugin_host_proto::{
    key::{KeyKind, StoreKey},
    v1::{IssueKeyRequest, RevokeKeyRequest, SyncRequest},
};

use tokio::process::Child;

use super::{Screen, Window};
use crate::{
    harness::{Engine, Home, Operator, Process, defaults, options, store_with, until},
    sandbox::{Catalogue, Options, Sandbox, store::NewOrder},
};

/// A store, a server that can be killed, and a screen.
pub struct Shop {
    /// Somebody with its store key.
    pub operator: Operator,
    /// The server, unless it was killed.
    pub server: Option<Process>,
    /// The screen that its windows are on.
    pub screen: Screen,
    /// What outlives the server.
    pub home: Home,
    /// BigCommerce.
    pub store: Sandbox,
}

impl Shop {
    /// A store with these goods, connected to a server, and with nothing configured.
    pub async fn open(catalogue: Catalogue) -> anyhow::Result<Self> {
        Self::with(Options { catalogue, ..options() }).await
    }

    /// A store set up in any way, connected to a server, and with nothing configured.
    pub async fn with(options: Options) -> anyhow::Result<Self> {
        Self::at(Engine::Sqlite, options).await
    }

    /// The same, with the server's state in this kind of database.
    pub async fn at(engine: Engine, options: Options) -> anyhow::Result<Self> {
        let store = store_with(options).await?;
        let home = Home::new(engine, &store).await?;
        let server = Some(Process::start(&home).await?);
        let operator = Operator::of_new_store(&home, &store).await?;
        Ok(Self { operator, server, screen: Screen::start(1280, 800).await?, home, store })
    }

    /// Where the person at the screen keeps files.
    pub fn desk(&self) -> PathBuf {
        self.home.path().join("desk")
    }

    /// Waits until this computer has written down what it knows of this.
    pub async fn remembers(&self, text: &str) -> anyhow::Result<()> {
        let file = self.desk().join("keys").join(format!("known-{}.json", self.store.store_hash()));
        until(&format!("{text:?} is written down"), async || {
            let known = std::fs::read_to_string(&file).unwrap_or_default();
            Ok(known.contains(text).then_some(()))
        })
        .await
    }

    /// A window with nothing kept yet.
    pub async fn window(&self) -> anyhow::Result<Window> {
        Window::open(&self.screen, &self.desk()).await
    }

    /// Starts the program as a person does, not under the driver's control.
    pub fn start(&self) -> anyhow::Result<Child> {
        let mut command = self.screen.command(Window::program()?, &self.desk());
        Ok(command.stdin(Stdio::null()).spawn()?)
    }

    /// The program as a person starts it, once its window can be seen.
    pub async fn program(&self) -> anyhow::Result<Child> {
        let mut child = self.start()?;
        until("the window opens", async || {
            if let Some(status) = child.try_wait()? {
                bail!("the program ended with {status}");
            }
            Ok(self.screen.has_window().await?.then_some(()))
        })
        .await?;
        Ok(child)
    }

    /// A window in which the store key was pasted.
    pub async fn connected(&self) -> anyhow::Result<Window> {
        self.connected_with(&self.operator.key).await
    }

    /// A window in which this key was pasted.
    pub async fn connected_with(&self, key: &str) -> anyhow::Result<Window> {
        let window = self.window().await?;
        window.write("Store Key", key).await?;
        window.press("button", "Connect").await?;
        window.find("button", &format!("Store: {}", self.name())).await?;
        Ok(window)
    }

    /// A store whose goods were imported, and a window on it.
    pub async fn imported(catalogue: Catalogue) -> anyhow::Result<(Self, Window)> {
        let shop = Self::open(catalogue).await?;
        shop.operator.configure(defaults()).await?;
        shop.operator.import_and_wait(false).await?;
        let window = shop.connected().await?;
        Ok((shop, window))
    }

    /// Lets a sync bring what has changed in the store.
    pub async fn sync(&self) -> anyhow::Result<()> {
        let answer = self.operator.client.plugin_host().sync(SyncRequest::default()).await?.into_inner();
        self.operator.wait(answer.run.context("there is a run")?.run_id).await?;
        Ok(())
    }

    /// Somebody buys some of a product of the shelf.
    pub fn sell(&self, product: usize, units: u32) -> u32 {
        self.store.with_store(|store| {
            let variant = store.shelf().products()[product].variants[0].id;
            store.place_order(NewOrder::paid([(variant, units)]))
        })
    }

    /// What the store calls itself.
    pub fn name(&self) -> String {
        self.store.with_store(|store| store.surroundings.name.clone())
    }

    /// A new key for this store.
    pub async fn issue(&self, kind: KeyKind) -> anyhow::Result<String> {
        let request = IssueKeyRequest {
            kind: plugin_host_proto::v1::KeyKind::from(kind).into(),
            store_id: self.store.store_hash().to_owned(),
            label: String::new(),
        };
        Ok(self.home.admin().await?.admin().issue_key(request).await?.into_inner().text)
    }

    /// Revokes a key.
    pub async fn revoke(&self, key: &str) -> anyhow::Result<()> {
        let request = RevokeKeyRequest { key_id: StoreKey::parse(key)?.id().to_string() };
        self.home.admin().await?.admin().revoke_key(request).await?;
        Ok(())
    }

    /// Kills the server without a word.
    pub async fn kill_server(&mut self) -> anyhow::Result<()> {
        if let Some(server) = self.server.take() {
            server.kill().await?;
        }
        Ok(())
    }

    /// Starts the server again.
    pub async fn restart_server(&mut self) -> anyhow::Result<()> {
        ensure!(self.server.is_none(), "the server runs");
        self.server = Some(Process::start(&self.home).await?);
        Ok(())
    }
}
