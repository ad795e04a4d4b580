//! A real mail server, as a process of its own, and what it took.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, ensure};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use super::home::free_port;

/// A mail server; dropping it stops it.
pub struct Mailbox {
    server: Child,
    port: u16,
    folder: TempDir,
    is_encrypted: bool,
}

/// A mail that was taken.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    /// Whom it is from.
    pub from: String,
    /// Whom it is for.
    pub to: Vec<String>,
    /// Its Message-ID.
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// What it says as plain text.
    pub text: String,
    /// What it says as HTML.
    pub html: String,
    /// Its MIME type.
    pub kind: String,
    /// Whether it came encrypted.
    pub encrypted: bool,
}

impl Mailbox {
    /// A server on this computer that asks for no password.
    pub async fn start() -> anyhow::Result<Self> {
        let (folder, port) = (folder()?, free_port()?);
        let server = spawn(&folder, port, &[]).await?;
        Ok(Self { server, port, folder, is_encrypted: false })
    }

    /// A server that speaks TLS from the first byte and asks for a password.
    pub async fn start_encrypted() -> anyhow::Result<Self> {
        let (folder, port) = (folder()?, free_port()?);
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = KeyPair::generate()?;
        let root = params.self_signed(&authority)?;
        let issuer = Issuer::new(params, authority);
        let key = KeyPair::generate()?;
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        let files = [
            ("authority.pem", root.pem()),
            ("certificate.pem", certificate.pem()),
            ("key.pem", key.serialize_pem()),
        ];
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text)?;
        }
        let tls = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
        let server = spawn(&folder, port, &tls).await?;
        Ok(Self { server, port, folder, is_encrypted: true })
    }

    /// Stops the server; what it took stays.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        Ok(self.server.kill().await?)
    }

    /// Starts a server that was stopped, where it was.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        ensure!(!self.is_encrypted, "only one without TLS is started again");
        self.server = spawn(&self.folder, self.port, &[]).await?;
        Ok(())
    }

    /// Its address as a setting of the Plugin Host.
    pub fn url(&self) -> String {
        if self.is_encrypted {
            return format!("smtps://plugins:pass%40word@localhost:{}", self.port);
        }
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The authority to trust for it.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// What it took.
    pub fn mails(&self) -> anyhow::Result<Vec<Mail>> {
        let text = std::fs::read_to_string(taken(self.folder.path())).unwrap_or_default();
        // The last line may still be being written.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
    }
}

fn folder() -> anyhow::Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("plugin-host-mail-").tempdir()?)
}

fn taken(folder: &Path) -> PathBuf {
    folder.join("taken")
}

async fn spawn(folder: &TempDir, port: u16, tls: &[PathBuf]) -> anyhow::Result<Child> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("mail/server.py");
    // The system's Python: its packages are Debian's.
    let mut server = Command::new("/usr/bin/python3")
        .arg(program)
        .arg(port.to_string())
        .arg(taken(folder.path()))
        .args(tls)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("/usr/bin/python3 cannot be started; scripts/test installs what tests need")?;
    let mut said = BufReader::new(server.stdout.take().context("it has an output")?).lines();
    let ready = said.next_line().await?.is_some_and(|line| line == "ready");
    ensure!(ready, "the mail server does not start; scripts/test installs python3-aiosmtpd");
    Ok(server)
}
