//! What outlives a server: its settings, its data folder and its database.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};

use anyhow::Context as _;
use plugin_host_proto::{client::Client, key::StoreKey};
use plugin_host_server::settings::Settings;
use rand::RngCore as _;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::postgres;
use crate::sandbox::Sandbox;

/// Which database a server keeps its state in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in its data folder.
    Sqlite,
    /// A database of a PostgreSQL that is started for these tests.
    Postgres,
}

/// Where servers live, one after the other.
pub struct Home {
    settings: toml::Table,
    folder: TempDir,
    port: u16,
    /// What replicas share: the encryption key and the authority.
    shared: Option<Arc<TempDir>>,
    admin_key_file: PathBuf,
    admin: OnceCell<Client>,
}

impl Home {
    /// A new home whose servers speak with this store.
    pub async fn new(engine: Engine, store: &Sandbox) -> anyhow::Result<Self> {
        let mut home = Self::empty()?;
        home.set("bigcommerce_api", store.base_url());
        if let Some(pem) = store.certificate_pem() {
            let file = home.path().join("bigcommerce.pem");
            std::fs::write(&file, pem)?;
            home.set("bigcommerce_authority_file", text(&file));
        }
        if engine == Engine::Postgres {
            home.set("database_url", postgres::database().await?);
            home.share_secrets()?;
        }
        Ok(home)
    }

    /// Another home on the same database, for a replica beside the first.
    pub fn replica(&self) -> anyhow::Result<Self> {
        let mut replica = Self::empty()?;
        let own: Vec<(String, toml::Value)> =
            ["listen", "data_folder"].map(|name| (name.to_owned(), replica.settings[name].clone())).into();
        replica.settings = self.settings.clone();
        replica.settings.extend(own);
        replica.shared.clone_from(&self.shared);
        replica.admin_key_file.clone_from(&self.admin_key_file);
        Ok(replica)
    }

    fn empty() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("plugin-host-").tempdir()?;
        let port = free_port()?;
        let data = folder.path().join("data");
        let mut home = Self {
            settings: toml::Table::new(),
            admin_key_file: data.join("admin.key"),
            folder,
            port,
            shared: None,
            admin: OnceCell::new(),
        };
        home.set("listen", format!("127.0.0.1:{port}"));
        home.set("public_address", format!("https://127.0.0.1:{port}"));
        home.set("data_folder", text(&data));
        home.set("lease_ms", 1_000);
        Ok(home)
    }

    /// Changes a setting of the servers that start from now on.
    pub fn set(&mut self, name: &str, value: impl Into<toml::Value>) {
        self.settings.insert(name.to_owned(), value.into());
    }

    /// The settings of a server in this process.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        Settings::load(None, self.settings.clone()).context("the settings cannot be used")
    }

    /// The settings as a file for a process of its own.
    pub(super) fn settings_file(&self) -> anyhow::Result<PathBuf> {
        let file = self.path().join("settings.toml");
        std::fs::write(&file, self.settings.to_string())?;
        Ok(file)
    }

    /// The folder that is removed in the end, with the data folder in it.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The data folder.
    pub fn data_folder(&self) -> PathBuf {
        self.path().join("data")
    }

    /// The database, unless it is the file in the data folder.
    pub fn database_url(&self) -> Option<&str> {
        self.settings.get("database_url")?.as_str()
    }

    /// The port of this home's servers.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the servers of this home have logged, where they were processes of their own.
    pub fn log(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.log_file())?)
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.path().join("log")
    }

    /// The file with the first admin key.
    pub fn admin_key_file(&self) -> &Path {
        &self.admin_key_file
    }

    /// A client with the first admin key.
    pub async fn admin(&self) -> anyhow::Result<&Client> {
        let connect = async || -> anyhow::Result<Client> {
            Ok(Client::connect(&StoreKey::parse(&std::fs::read_to_string(&self.admin_key_file)?)?)?)
        };
        self.admin.get_or_try_init(connect).await
    }

    /// Makes the encryption key and the authority that every replica is given.
    fn share_secrets(&mut self) -> anyhow::Result<()> {
        let shared = tempfile::Builder::new().prefix("plugin-host-").tempdir()?;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate()?;
        let files = [
            ("encryption_key_file", encryption_key()),
            ("authority_certificate_file", params.self_signed(&key)?.pem()),
            ("authority_key_file", key.serialize_pem()),
        ];
        for (name, content) in files {
            let file = shared.path().join(name);
            std::fs::write(&file, content)?;
            self.set(name, text(&file));
        }
        self.shared = Some(Arc::new(shared));
        Ok(())
    }

    /// Gives the servers that start from now on another encryption key.
    pub fn change_encryption_key(&mut self) -> anyhow::Result<()> {
        let file = self.path().join("another-encryption.key");
        std::fs::write(&file, encryption_key())?;
        self.set("encryption_key_file", text(&file));
        Ok(())
    }
}

fn encryption_key() -> String {
    let (mut high, mut low) = ([0_u8; 16], [0_u8; 16]);
    rand::rng().fill_bytes(&mut high);
    rand::rng().fill_bytes(&mut low);
    format!("{:032x}{:032x}", u128::from_be_bytes(high), u128::from_be_bytes(low))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A port below those that the system hands out by itself, so that it is still free after a restart.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    /// The first of the ports, and how many.
    const PORTS: (u16, u16) = (18_000, 12_000);
    let first = u16::try_from(std::process::id() % u32::from(PORTS.1)).unwrap_or_default();
    for _ in 0..PORTS.1 {
        let offset = u32::from(first) * 7 + u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.0 + u16::try_from(offset % u32::from(PORTS.1)).unwrap_or_default();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no port is free")
}
