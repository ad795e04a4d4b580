//! The list of keys as a file that only its owner may read, and that is never half written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Error, List};

pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("keys.json")
}

pub(super) fn read(folder: &Path) -> Result<List, Error> {
    let path = path(folder);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(List::default()),
        Err(error) => return Err(at(&path)(error)),
    };
    serde_json::from_slice(&bytes).map_err(|source| Error::List { path: path.display().to_string(), source })
}

/// Reads, changes and writes the list while no other client does.
pub(super) fn change<T>(
    folder: &Path,
    change: impl FnOnce(&mut List) -> Result<T, Error>,
) -> Result<T, Error> {
    make_folder(folder).map_err(at(folder))?;
    let lock = folder.join("keys.lock");
    let lock_file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&lock).map_err(at(&lock))?;
    lock_file.lock().map_err(at(&lock))?;
    let mut list = read(folder)?;
    let result = change(&mut list)?;
    let path = path(folder);
    write(folder, &path, &list).map_err(at(&path))?;
    Ok(result)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes beside the file and moves into place; temporary files are made for their owner alone.
fn write(folder: &Path, path: &Path, list: &List) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, list)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    // The new name is durable only when the folder is; Windows has no such call.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::File { path: path.display().to_string(), source }
}
