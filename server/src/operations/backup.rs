//! A backup is a folder: every row, the encryption key, the authority that store keys pin, and what is in it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Error, beside};
use crate::{
    clock::Clock,
    db::{Db, hex},
    secrets::{self, make_folder, write_secret},
    settings::Settings,
    tls,
};

/// The database within a backup.
const DATABASE: &str = "plugin-host.db";
/// What is written last: a folder without it is no backup.
const CONTENTS: &str = "backup.json";

/// What is in a backup.
#[derive(Debug, Serialize, Deserialize)]
pub struct Backup {
    /// The program that made it.
    pub version: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// SHA-256 of each file.
    pub files: BTreeMap<String, String>,
}

/// Writes a backup into a new folder, while the server runs or not.
pub async fn back_up(settings: &Settings, to: &Path, clock: Clock) -> Result<Backup, Error> {
    if to.exists() {
        return Err(Error::Refused(format!("{} exists; give a new folder to each backup", to.display())));
    }
    let made_at = clock.now();
    let db = beside(settings, clock).await?;
    make_folder(to)?;
    let written = write(settings, &db, to, made_at).await;
    db.close().await;
    // Half a backup is worse than none.
    written.inspect_err(|_| drop(fs::remove_dir_all(to)))
}

async fn write(settings: &Settings, db: &Db, to: &Path, made_at: Timestamp) -> Result<Backup, Error> {
    db.back_up(&to.join(DATABASE)).await?;
    let mut files = BTreeMap::from([(DATABASE.to_owned(), digest(&to.join(DATABASE))?)]);
    for (name, path) in secret_files(settings) {
        if path.exists() {
            write_secret(&to.join(name), secrets::read(&path)?.trim_end())?;
            files.insert(name.to_owned(), digest(&to.join(name))?);
        }
    }
    let backup = Backup { version: env!("CARGO_PKG_VERSION").to_owned(), made_at, files };
    write_secret(&to.join(CONTENTS), &serde_json::json!(backup).to_string())?;
    Ok(backup)
}

/// Brings a backup to where the settings say; nothing that is there is overwritten.
///
/// Unless nothing was picked and counted since it was made, a person must look before a store is told a count.
pub async fn restore(settings: &Settings, from: &Path, nothing_since: bool) -> Result<Backup, Error> {
    let backup: Backup = serde_json::from_str(&secrets::read(&from.join(CONTENTS))?)
        .map_err(|error| Error::Refused(format!("{}: {error}", from.join(CONTENTS).display())))?;
    for (name, expected) in &backup.files {
        if digest(&from.join(name))? != *expected {
            let path = from.join(name);
            return Err(Error::Refused(format!("{} is damaged; use another backup", path.display())));
        }
    }
    make_folder(&settings.data_folder)?;
    let secret_files = secret_files(settings).into_iter();
    let wanted: Vec<_> = secret_files.filter(|(name, _)| backup.files.contains_key(*name)).collect();
    let mut missing = Vec::new();
    for (name, path) in wanted {
        let text = secrets::read(&from.join(name))?;
        if !path.exists() {
            missing.push((path, text));
        } else if secrets::read(&path)?.trim() != text.trim() {
            let message = format!("{} is another one than the backup's; move it away first", path.display());
            return Err(Error::Refused(message));
        }
    }
    // The rows last: until they are there, the same command may be repeated.
    for (path, text) in missing {
        write_secret(&path, text.trim_end())?;
    }
    let since = (!nothing_since).then_some(backup.made_at);
    Db::restore(&settings.database(), &from.join(DATABASE), &settings.data_folder, since).await?;
    Ok(backup)
}

/// The secret files of a server: what they are called in a backup, and where they are.
fn secret_files(settings: &Settings) -> [(&'static str, PathBuf); 4] {
    let (certificate, key) = tls::authority_files(settings);
    [
        ("encryption.key", secrets::key_file(settings)),
        ("authority.pem", certificate),
        ("authority.key", key),
        ("admin.key", settings.data_folder.join("admin.key")),
    ]
}

fn digest(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let mut hash = Sha256::new();
    std::io::copy(&mut fs::File::open(path).map_err(failed)?, &mut hash).map_err(failed)?;
    Ok(hex(&hash.finalize()))
}
