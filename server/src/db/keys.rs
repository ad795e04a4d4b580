//! Keys, of which only the hash of the secret is kept.

use plugin_host_proto::key::KeyKind;
use sqlx::any::AnyRow;

use super::{Db, Result, Row, Tx};
use crate::domain::store::StoreId;

/// The word the database keeps for a kind.
fn word(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Admin => "ADMIN",
        KeyKind::Operator => "OPERATOR",
        KeyKind::Monitor => "MONITOR",
        KeyKind::MonitorAll => "MONITOR_ALL",
    }
}

/// The kind of a word.
fn kind(text: &str) -> Option<KeyKind> {
    [KeyKind::Admin, KeyKind::Operator, KeyKind::Monitor, KeyKind::MonitorAll]
        .into_iter()
        .find(|k| word(*k) == text)
}

/// A key, without its secret.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// What it may do.
    pub kind: KeyKind,
    /// The store it belongs to.
    pub store: Option<StoreId>,
    /// What a person called it.
    pub label: String,
    /// SHA-256 of its secret, hexadecimal.
    pub secret_hash: String,
    /// When it was issued.
    pub issued_at: jiff::Timestamp,
    /// When it stopped working.
    pub revoked_at: Option<jiff::Timestamp>,
}

fn key(row: &AnyRow) -> Result<Key> {
    let row = Row(row, "keys");
    Ok(Key {
        id: row.text("id")?,
        kind: row.word("kind", kind)?,
        store: row.maybe_int("store_id")?.map(StoreId),
        label: row.text("label")?,
        secret_hash: row.text("secret_hash")?,
        issued_at: row.at("issued_at")?,
        revoked_at: row.maybe_at("revoked_at")?,
    })
}

impl Db {
    /// One key by its id, also when it was revoked.
    pub async fn key(&self, id: &str) -> Result<Option<Key>> {
        let statement = self.statement("SELECT * FROM keys WHERE id = ?").bind(id.to_owned());
        self.row(statement).await?.as_ref().map(key).transpose()
    }

    /// The keys of a store, or all; newest first.
    pub async fn keys(&self, store: Option<StoreId>) -> Result<Vec<Key>> {
        let statement = match store {
            Some(store) => self
                .statement("SELECT * FROM keys WHERE store_id = ? ORDER BY issued_at DESC, id")
                .bind(store.0),
            None => self.statement("SELECT * FROM keys ORDER BY issued_at DESC, id"),
        };
        self.rows(statement).await?.iter().map(key).collect()
    }

    /// Keeps a new key.
    pub async fn add_key(&self, tx: &mut Tx, key: &Key) -> Result<()> {
        let statement = tx
            .statement("INSERT INTO keys (id, kind, store_id, label, secret_hash, issued_at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(key.id.clone())
            .bind(word(key.kind))
            .bind(key.store.map(|store| store.0))
            .bind(key.label.clone())
            .bind(key.secret_hash.clone())
            .bind(key.issued_at.as_millisecond());
        tx.execute(statement).await.map(drop)
    }

    /// Makes a key stop working; false when it had stopped already.
    pub async fn revoke_key(&self, tx: &mut Tx, id: &str) -> Result<bool> {
        let statement = tx
            .statement("UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
            .bind(self.clock.now().as_millisecond())
            .bind(id.to_owned());
        Ok(tx.execute(statement).await? == 1)
    }

    /// Which of these keys do not work any more.
    pub async fn revoked_among(&self, ids: Vec<String>) -> Result<Vec<String>> {
        let rows = self.rows_in("SELECT id FROM keys WHERE revoked_at IS NOT NULL", "id", ids).await?;
        rows.iter().map(|row| Row(row, "keys").text("id")).collect()
    }

    /// Notes something that happens once for the whole database; false when it was noted before.
    pub async fn note_once(&self, tx: &mut Tx, name: &str, value: &str) -> Result<bool> {
        let statement = tx
            .statement("INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
            .bind(name.to_owned())
            .bind(value.to_owned());
        Ok(tx.execute(statement).await? == 1)
    }
}
