//! What can go wrong with the database.

use sqlx::error::{DatabaseError, ErrorKind};

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached or is out of room; the same call may work later.
    #[error("the database does not answer; check that it runs and that its disk has room")]
    Unavailable(#[source] sqlx::Error),
    /// Somebody else was faster; read again and repeat.
    #[error("another change came first")]
    Conflict(#[source] sqlx::Error),
    /// The run's lease passed to another worker; what was not committed is undone.
    #[error("the run passed to another worker")]
    LeaseLost,
    /// A row holds something this version cannot read.
    #[error("table {table}, column {column} holds {value:?}, which this version cannot read")]
    Row {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What it holds.
        value: String,
    },
    /// It does not take what was to be written; trying again does not help.
    #[error("the database refuses what was to be written")]
    Refused(#[source] sqlx::Error),
    /// A secret cannot be opened with this server's encryption key.
    #[error(
        "the encryption key does not open this database's secrets; start the server with the key it was made with"
    )]
    Sealed,
    /// The database cannot be used at all, with the reason.
    #[error("{0}")]
    Unusable(String),
}

/// What a database call answers.
pub type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause)
                if cause.is_unique_violation()
                    || matches!(cause.code().as_deref(), Some("40001" | "40P01")) =>
            {
                Self::Conflict(error)
            }
            sqlx::Error::Database(cause) if is_refusal(cause.as_ref()) => Self::Refused(error),
            _ => Self::Unavailable(error),
        }
    }
}

/// Whether a database works and does not take what it was given, now or ever.
fn is_refusal(cause: &dyn DatabaseError) -> bool {
    let code = cause.code().unwrap_or_default();
    // PostgreSQL's classes of data that is wrong and of statements that are.
    let is_wrong = code.len() == 5 && (code.starts_with("22") || code.starts_with("42"));
    is_wrong
        || cause.is_check_violation()
        || cause.is_foreign_key_violation()
        || cause.kind() == ErrorKind::NotNullViolation
}
