//! What an operator does beside the running server: look after it, save it, bring it elsewhere.

mod backup;
mod doctor;
mod support;

use crate::{
    clock::Clock,
    db::{Db, Sealer},
    secrets,
    settings::Settings,
};

pub use backup::{Backup, back_up, restore};
pub use doctor::{Finding, State, examine, words};
pub use support::bundle;

/// Why something cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings, or the files they name.
    #[error(transparent)]
    Settings(#[from] crate::settings::Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] crate::db::Error),
    /// What the server is asked.
    #[error(transparent)]
    App(#[from] crate::app::Error),
    /// A file that is not one of the server's own.
    #[error("{path} cannot be used")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is refused, with the reason and the way out.
    #[error("{0}")]
    Refused(String),
}

/// Opens the database of a server that may be running.
async fn beside(settings: &Settings, clock: Clock) -> Result<Db, Error> {
    let sealer = Sealer::new(&secrets::existing_key(settings)?);
    Ok(Db::beside(&settings.database(), sealer, clock).await?)
}
