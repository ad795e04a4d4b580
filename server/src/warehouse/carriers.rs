//! Carriers and their shipping methods.

use std::collections::BTreeSet;

use crate::{
    db::{Db, Result, Row, Tx},
    domain::catalog::fold,
};

/// A carrier and its methods.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// Its name.
    pub name: String,
    /// Its methods, each with the zones that offer it.
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
