//! Reading columns, with errors that name table and column.

use sqlx::{Row as _, any::AnyRow};

use super::{Error, Result};

/// A row of a table.
pub(crate) struct Row<'r>(pub(crate) &'r AnyRow, pub(crate) &'static str);

impl Row<'_> {
    /// An integer column.
    pub(crate) fn int(&self, column: &'static str) -> Result<i64> {
        self.0.try_get(column).map_err(|error| self.unreadable(column, &error))
    }

    /// An integer column that may be empty.
    pub(crate) fn maybe_int(&self, column: &'static str) -> Result<Option<i64>> {
        self.0.try_get(column).map_err(|error| self.unreadable(column, &error))
    }

    /// A yes/no column.
    pub(crate) fn flag(&self, column: &'static str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// A text column.
    pub(crate) fn text(&self, column: &'static str) -> Result<String> {
        self.0.try_get(column).map_err(|error| self.unreadable(column, &error))
    }

    /// An instant column.
    pub(crate) fn at(&self, column: &'static str) -> Result<jiff::Timestamp> {
        let ms = self.int(column)?;
        jiff::Timestamp::from_millisecond(ms).map_err(|_| self.holds(column, ms.to_string()))
    }

    /// An instant column that may be empty.
    pub(crate) fn maybe_at(&self, column: &'static str) -> Result<Option<jiff::Timestamp>> {
        match self.maybe_int(column)? {
            Some(_) => self.at(column).map(Some),
            None => Ok(None),
        }
    }

    /// A column that holds one of a few words.
    pub(crate) fn word<T>(&self, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        let word = self.text(column)?;
        parse(&word).ok_or_else(|| self.holds(column, word))
    }

    /// A column that holds JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: &'static str) -> Result<T> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|_| self.holds(column, text))
    }

    fn holds(&self, column: &'static str, value: String) -> Error {
        Error::Row { table: self.1, column, value }
    }

    fn unreadable(&self, column: &'static str, error: &sqlx::Error) -> Error {
        self.holds(column, error.to_string())
    }
}
