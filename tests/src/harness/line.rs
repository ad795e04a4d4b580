//! The line between servers and their PostgreSQL, which can be cut.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf};

use anyhow::Context as _;
use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    net::{UnixListener, UnixStream},
    sync::watch,
    task::JoinHandle,
};

/// How PostgreSQL calls its socket.
const SOCKET: &str = ".s.PGSQL.5432";

/// A line to a database; dropping it cuts it for good.
pub struct Line {
    url: String,
    holds: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    _folder: TempDir,
}

impl Line {
    /// A line to the database of this address.
    pub fn to(database: &str) -> anyhow::Result<Self> {
        let (name, far) = database.split_once("?host=").context("the address names no folder")?;
        let far = PathBuf::from(far).join(SOCKET);
        let folder = tempfile::Builder::new().prefix("plugin-host-line-").tempdir()?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711))?;
        let listener = UnixListener::bind(folder.path().join(SOCKET))?;
        let (holds, state) = watch::channel(true);
        let accepting = tokio::spawn(accept(listener, far, state));
        Ok(Self {
            url: format!("{name}?host={}", folder.path().display()),
            holds,
            accepting,
            _folder: folder,
        })
    }

    /// The database's address at this end of the line.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Breaks every connection; no new one gets through.
    pub fn cut(&self) {
        self.holds.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.holds.send_replace(true);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.cut();
        self.accepting.abort();
    }
}

async fn accept(listener: UnixListener, far: PathBuf, state: watch::Receiver<bool>) {
    while let Ok((mut near, _)) = listener.accept().await {
        let (far, mut state) = (far.clone(), state.clone());
        tokio::spawn(async move {
            if !*state.borrow_and_update() {
                return;
            }
            let Ok(mut far) = UnixStream::connect(far).await else { return };
            tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => {}
                _ = state.wait_for(|holds| !holds) => {}
            }
        });
    }
}
