//! The files that must stay secret: made at first start where one server owns them, read afterwards.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use rand::RngCore as _;

use crate::settings::{Error, Settings};

/// The encryption key, made at first start unless a file is given.
pub(crate) fn encryption_key(settings: &Settings) -> Result<[u8; 32], Error> {
    let path = key_file(settings);
    if settings.encryption_key_file.as_os_str().is_empty() && !path.exists() {
        let mut key = [0; 32];
        rand::rng().fill_bytes(&mut key);
        write_secret(&path, &crate::db::hex(&key))?;
    }
    existing_key(settings)
}

/// Where the encryption key is.
pub(crate) fn key_file(settings: &Settings) -> PathBuf {
    if settings.encryption_key_file.as_os_str().is_empty() {
        return settings.data_folder.join("encryption.key");
    }
    settings.encryption_key_file.clone()
}

/// The encryption key, which must be there.
pub(crate) fn existing_key(settings: &Settings) -> Result<[u8; 32], Error> {
    let path = key_file(settings);
    let text = read(&path)?;
    let text = text.trim();
    let digits =
        (0..32).map(|n| text.get(2 * n..2 * n + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()));
    let key: Option<Vec<u8>> = digits.collect();
    key.filter(|_| text.len() == 64)
        .and_then(|key| key.try_into().ok())
        .ok_or_else(|| Error::Value(format!("{} must hold 64 hexadecimal digits", path.display())))
}

/// Reads a text file, naming it where that fails.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })
}

/// Writes a file that only this user can read; complete or not at all.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let temporary = PathBuf::from(format!("{}.new", path.display()));
    let write = || -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(failed)
}

/// Makes the data folder, for this user only.
pub(crate) fn make_folder(path: &Path) -> Result<(), Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(failed)
}
