//! Issuing and revoking keys.

use plugin_host_proto::key::{KeyId, KeyKind, StoreKey};
use rand::RngCore as _;
use secrecy::SecretString;

use super::{App, Caller, Error, Result};
use crate::{
    db::{Db, Key, Tx},
    domain::store::{Store, StoreId},
};

/// Name of the fact that the first admin key was made.
const FIRST_KEY: &str = "first_admin_key";

/// A key just issued; its text is shown once and kept nowhere.
#[derive(Debug)]
pub struct Issued {
    /// The key.
    pub key: Key,
    /// Its text.
    pub text: SecretString,
}

/// A store just connected.
#[derive(Debug)]
pub struct Connected {
    /// The store.
    pub store: Store,
    /// Its store key, unless it has a working one.
    pub store_key: Option<Issued>,
    /// Code of the division made for it; empty when it was connected before.
    pub division: String,
}

impl App {
    /// Issues the first admin key of a new database; none when there was one before.
    ///
    /// It works once the transaction is committed: whoever does that has kept its text.
    pub async fn first_admin_key(&self) -> Result<Option<(Tx, Issued)>> {
        let mut tx = self.db.begin().await?;
        if !self.db.note_once(&mut tx, FIRST_KEY, "issued").await? {
            return Ok(None);
        }
        let issued = self.new_key(&mut tx, KeyKind::Admin, None, "first").await?;
        Ok(Some((tx, issued)))
    }

    /// Issues another admin key, for an operator who has none and asks beside the server.
    pub async fn spare_admin_key(&self) -> Result<Issued> {
        let mut tx = self.db.begin().await?;
        let issued = self.new_key(&mut tx, KeyKind::Admin, None, "spare").await?;
        self.audit_key(&mut tx, "operator of the server", &issued.key, "issued").await?;
        tx.commit(&self.bus).await?;
        Ok(issued)
    }

    /// Issues a key.
    pub async fn issue_key(
        &self,
        caller: &Caller,
        kind: KeyKind,
        store: Option<&Store>,
        label: &str,
    ) -> Result<Issued> {
        let mut tx = self.db.begin().await?;
        let issued = self.new_key(&mut tx, kind, store.map(|store| store.id), label).await?;
        self.audit_key(&mut tx, &caller.name(), &issued.key, "issued").await?;
        tx.commit(&self.bus).await?;
        Ok(issued)
    }

    /// Issues a key in place of another, which stops working.
    pub async fn rotate_key(&self, caller: &Caller, id: &str) -> Result<Issued> {
        let old = self.existing_key(id).await?;
        let mut tx = self.db.begin().await?;
        if !self.db.revoke_key(&mut tx, id).await? {
            return Err(Error::NotFound(format!("working key {id}")));
        }
        let issued = self.new_key(&mut tx, old.kind, old.store, &old.label).await?;
        self.audit_key(&mut tx, &caller.name(), &old, "revoked").await?;
        self.audit_key(&mut tx, &caller.name(), &issued.key, "issued").await?;
        tx.commit(&self.bus).await?;
        Ok(issued)
    }

    /// Makes a key stop working; doing it twice is no error.
    pub async fn revoke_key(&self, caller: &Caller, id: &str) -> Result<Key> {
        let key = self.existing_key(id).await?;
        if key.id == caller.key.id {
            return Err(Error::Forbidden(
                "A key cannot revoke itself: rotate it, or use another admin key.".into(),
            ));
        }
        let mut tx = self.db.begin().await?;
        if self.db.revoke_key(&mut tx, id).await? {
            self.audit_key(&mut tx, &caller.name(), &key, "revoked").await?;
        }
        tx.commit(&self.bus).await?;
        self.existing_key(id).await
    }

    pub(super) async fn new_key(
        &self,
        tx: &mut Tx,
        kind: KeyKind,
        store: Option<StoreId>,
        label: &str,
    ) -> Result<Issued> {
        let (mut id, mut secret) = ([0; 8], [0; 32]);
        rand::rng().fill_bytes(&mut id);
        rand::rng().fill_bytes(&mut secret);
        let text = StoreKey::new(kind, self.address.clone(), self.pin, KeyId(id), secret)
            .map_err(|error| Error::Forbidden(format!("public_address cannot be put into a key: {error}")))?;
        let key = Key {
            id: text.id().to_string(),
            kind,
            store,
            label: label.to_owned(),
            secret_hash: secret_hash(&text),
            issued_at: self.db.clock.now(),
            revoked_at: None,
        };
        self.db.add_key(tx, &key).await?;
        Ok(Issued { key, text: text.to_text() })
    }

    async fn existing_key(&self, id: &str) -> Result<Key> {
        self.db.key(id).await?.ok_or_else(|| Error::NotFound(format!("key {id}")))
    }

    async fn audit_key(&self, tx: &mut Tx, actor: &str, key: &Key, done: &str) -> Result<()> {
        let action = format!("{done} {} key {}", key.kind, key.id);
        let values = (String::new(), serde_json::json!({ "label": key.label }).to_string());
        Ok(self.db.audit(tx, actor, key.store, &action, values).await?)
    }
}

/// The hash that is kept of a key's secret.
pub(crate) fn secret_hash(key: &StoreKey) -> String {
    crate::db::hex(&key.secret_hash())
}

/// The working key that this text is; none when it is not one of this database.
pub async fn working_key(db: &Db, text: &StoreKey) -> Result<Option<Key>> {
    use subtle::ConstantTimeEq as _;
    let known = db.key(&text.id().to_string()).await?;
    Ok(known.filter(|key| {
        let right: bool = key.secret_hash.as_bytes().ct_eq(secret_hash(text).as_bytes()).into();
        right && key.revoked_at.is_none() && key.kind == text.kind()
    }))
}
