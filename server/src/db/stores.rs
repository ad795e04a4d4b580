//! Stores and their sealed tokens.

use jiff::Timestamp;
use secrecy::SecretString;
use sqlx::any::AnyRow;

use super::{Db, Result, Row, Tx};
use crate::domain::store::{Grants, Store, StoreId, StoreState};

const COLUMNS: &str = "id, hash, name, domain, time_zone, currency, standard, manual_sync, state, missing_scopes, \
                       connected_at, deducts_when_placed";

/// What connecting a store has learnt about it.
#[derive(Clone, Debug)]
pub struct NewStore {
    /// The store hash.
    pub hash: String,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// ISO 4217 code of its currency.
    pub currency: String,
    /// Scopes that later work needs and the token lacks.
    pub missing_scopes: Vec<String>,
}

fn store(row: &AnyRow) -> Result<Store> {
    let row = Row(row, "stores");
    Ok(Store {
        id: StoreId(row.int("id")?),
        hash: row.text("hash")?,
        name: row.text("name")?,
        domain: row.text("domain")?,
        time_zone: row.text("time_zone")?,
        currency: row.text("currency")?,
        grants: Grants { standard: row.flag("standard")?, manual_sync: row.flag("manual_sync")? },
        state: row.word("state", StoreState::from_word)?,
        missing_scopes: row.json("missing_scopes")?,
        connected_at: row.at("connected_at")?,
        deducts_when_placed: row.maybe_int("deducts_when_placed")?.map(|deducts| deducts != 0),
    })
}

impl Db {
    /// All stores, by name.
    pub async fn stores(&self) -> Result<Vec<Store>> {
        let rows =
            self.rows(self.statement(&format!("SELECT {COLUMNS} FROM stores ORDER BY name, id"))).await?;
        rows.iter().map(store).collect()
    }

    /// One store by its number.
    pub async fn store(&self, id: StoreId) -> Result<Option<Store>> {
        let statement = self.statement(&format!("SELECT {COLUMNS} FROM stores WHERE id = ?"));
        self.row(statement.bind(id.0)).await?.as_ref().map(store).transpose()
    }

    /// One store by its hash.
    pub async fn store_by_hash(&self, hash: &str) -> Result<Option<Store>> {
        let statement = self.statement(&format!("SELECT {COLUMNS} FROM stores WHERE hash = ?"));
        self.row(statement.bind(hash.to_owned())).await?.as_ref().map(store).transpose()
    }

    /// The store's access token.
    pub async fn token(&self, store: &Store) -> Result<SecretString> {
        Ok(self.kept_token(store).await?.0)
    }

    /// The store's access token, and the sealed text it is kept as, which is another one for each token that is given.
    pub async fn kept_token(&self, store: &Store) -> Result<(SecretString, String)> {
        let statement = self.statement("SELECT sealed_token FROM stores WHERE id = ?").bind(store.id.0);
        let row = self.row(statement).await?.ok_or(super::Error::Sealed)?;
        let sealed = Row(&row, "stores").text("sealed_token")?;
        Ok((self.sealer.open(&sealed, &store.hash)?, sealed))
    }

    /// Writes what is known of a store and its new token; everything else of a known store stays.
    pub async fn put_store(&self, tx: &mut Tx, new: &NewStore, token: &SecretString) -> Result<StoreId> {
        let id = self.next_id("stores").await?;
        let sealed = self.sealer.seal(token, &new.hash)?;
        let scopes = serde_json::Value::from(new.missing_scopes.clone()).to_string();
        let statement = tx
            .statement(
                "INSERT INTO stores (id, hash, name, domain, time_zone, currency, standard, manual_sync, state, \
                 missing_scopes, sealed_token, connected_at) VALUES (?, ?, ?, ?, ?, ?, 1, 0, 'CONNECTED', ?, ?, ?) \
                 ON CONFLICT (hash) DO UPDATE SET name = excluded.name, domain = excluded.domain, \
                 time_zone = excluded.time_zone, currency = excluded.currency, state = 'CONNECTED', \
                 missing_scopes = excluded.missing_scopes, sealed_token = excluded.sealed_token RETURNING id",
            )
            .bind(id)
            .bind(new.hash.clone())
            .bind(new.name.clone())
            .bind(new.domain.clone())
            .bind(new.time_zone.clone())
            .bind(new.currency.clone())
            .bind(scopes)
            .bind(sealed)
            .bind(self.clock.now().as_millisecond());
        let row = tx.rows(statement).await?.remove(0);
        Ok(StoreId(Row(&row, "stores").int("id")?))
    }

    /// Notes whether a store lowers its count when an order is placed.
    pub async fn note_deduction(&self, store: &Store, deducts: bool) -> Result<()> {
        if store.deducts_when_placed != Some(deducts) {
            let note = self.statement("UPDATE stores SET deducts_when_placed = ? WHERE id = ?");
            note.bind(i64::from(deducts)).bind(store.id.0).execute(&self.writer).await?;
        }
        Ok(())
    }

    /// Makes everybody else who would change what belongs to this store wait until the transaction ends.
    pub async fn lock_store(&self, tx: &mut Tx, store: StoreId) -> Result<()> {
        let lock = tx.statement("UPDATE stores SET event_number = event_number WHERE id = ?").bind(store.0);
        tx.execute(lock).await.map(drop)
    }

    /// Sets what a store was granted.
    pub async fn set_grants(&self, tx: &mut Tx, store: StoreId, grants: Grants) -> Result<()> {
        let statement = tx
            .statement(
                "UPDATE stores SET granted_at = CASE WHEN standard = 0 AND manual_sync = 0 THEN ? ELSE granted_at END, \
                 standard = ?, manual_sync = ? WHERE id = ?",
            )
            .bind(self.clock.now().as_millisecond())
            .bind(i64::from(grants.standard))
            .bind(i64::from(grants.manual_sync))
            .bind(store.0);
        tx.execute(statement).await.map(drop)
    }

    /// When the backup was made that the database was restored from; none where a person has looked since.
    pub async fn restored_to(&self, store: StoreId) -> Result<Option<Timestamp>> {
        let row =
            self.row(self.statement("SELECT restored_to FROM stores WHERE id = ?").bind(store.0)).await?;
        row.map_or(Ok(None), |row| Row(&row, "stores").maybe_at("restored_to"))
    }

    /// Notes that a person has looked at what a restored database does not know.
    pub async fn settle_restore(&self, tx: &mut Tx, store: StoreId) -> Result<()> {
        let statement = tx.statement("UPDATE stores SET restored_to = NULL WHERE id = ?").bind(store.0);
        tx.execute(statement).await.map(drop)
    }

    /// Notes that BigCommerce refuses the token that is kept as `sealed`; false when that is known, or the store has
    /// another one by now.
    pub async fn refuse_token(&self, tx: &mut Tx, store: StoreId, sealed: &str) -> Result<bool> {
        let statement = tx
            .statement(
                "UPDATE stores SET state = 'REFUSED' WHERE id = ? AND state = 'CONNECTED' AND sealed_token = ?",
            )
            .bind(store.0)
            .bind(sealed.to_owned());
        Ok(tx.execute(statement).await? == 1)
    }
}
