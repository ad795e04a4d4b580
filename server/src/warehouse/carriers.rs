//! Carriers and their shipping methods.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    db::{Db, Result, Row, Tx, select_in},
    domain::{
        carrier::{carrier_of, provider_in},
        catalog::fold,
    },
};

/// A carrier and its methods.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// Its name.
    pub name: String,
    /// Its methods, each with the zones that offer it; none where only orders name it.
    pub methods: Vec<(String, BTreeSet<String>)>,
}

/// Makes a carrier with its methods, or adds what is new; true when anything was, none when the carrier is new.
pub async fn put(db: &Db, tx: &mut Tx, division: i64, carrier: &Carrier) -> Result<Option<bool>> {
    let id = db.next_id("carriers").await?;
    let add = tx
        .statement(
            "INSERT INTO carriers (id, division_id, name, name_key) VALUES (?, ?, ?, ?) \
             ON CONFLICT (division_id, name_key) DO NOTHING",
        )
        .bind(id)
        .bind(division)
        .bind(carrier.name.clone())
        .bind(fold(&carrier.name));
    let new = tx.execute(add).await? == 1;
    let known = tx.statement("SELECT id FROM carriers WHERE division_id = ? AND name_key = ?");
    let rows = tx.rows(known.bind(division).bind(fold(&carrier.name))).await?;
    let id = Row(&rows[0], "carriers").int("id")?;
    let mut changed = false;
    for (method, zones) in &carrier.methods {
        // The zones know better whose it is than the words of an order.
        let elsewhere = tx
            .statement(
                "DELETE FROM shipping_methods WHERE name_key = ? AND zones = '[]' AND carrier_id <> ? \
                 AND carrier_id IN (SELECT id FROM carriers WHERE division_id = ?)",
            )
            .bind(fold(method))
            .bind(id)
            .bind(division);
        tx.execute(elsewhere).await?;
        let put = tx
            .statement(
                "INSERT INTO shipping_methods (carrier_id, name, name_key, zones) VALUES (?, ?, ?, ?) \
                 ON CONFLICT (carrier_id, name_key) DO UPDATE SET zones = excluded.zones \
                 WHERE shipping_methods.zones <> excluded.zones",
            )
            .bind(id)
            .bind(method.clone())
            .bind(fold(method))
            .bind(serde_json::json!(zones).to_string());
        changed |= tx.execute(put).await? > 0;
    }
    Ok((!new).then_some(changed))
}

/// Adds the shipping methods of some that no carrier of the division has, each to the carrier that its words name.
pub async fn add_seen(db: &Db, tx: &mut Tx, division: i64, methods: BTreeSet<&str>) -> Result<()> {
    let mut new: BTreeMap<String, &str> = BTreeMap::new();
    for method in methods {
        new.entry(fold(method)).or_insert(method);
    }
    let head = "SELECT shipping_methods.name_key FROM shipping_methods JOIN carriers ON carriers.id = carrier_id \
                WHERE division_id = ?";
    let keys = new.keys().map(|key| key.clone().into()).collect();
    for row in &select_in(tx, head, &[division], "shipping_methods.name_key", keys).await? {
        new.remove(&Row(row, "shipping_methods").text("name_key")?);
    }
    for method in new.into_values() {
        let name = carrier_of(provider_in(method)).to_owned();
        let methods = vec![(method.trim().to_owned(), BTreeSet::new())];
        put(db, tx, division, &Carrier { name, methods }).await?;
    }
    Ok(())
}

/// The carriers of a division, by name.
pub async fn list(db: &Db, division: i64) -> Result<Vec<Carrier>> {
    let statement = db.statement("SELECT id, name FROM carriers WHERE division_id = ? ORDER BY name_key");
    let mut carriers = Vec::new();
    for row in &db.rows(statement.bind(division)).await? {
        let row = Row(row, "carriers");
        let methods =
            db.statement("SELECT name, zones FROM shipping_methods WHERE carrier_id = ? ORDER BY name_key");
        let method = |row| {
            let row = Row(row, "shipping_methods");
            Ok((row.text("name")?, row.json("zones")?))
        };
        let methods =
            db.rows(methods.bind(row.int("id")?)).await?.iter().map(method).collect::<Result<_>>()?;
        carriers.push(Carrier { name: row.text("name")?, methods });
    }
    Ok(carriers)
}
