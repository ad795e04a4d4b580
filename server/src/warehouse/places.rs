//! Divisions, sites, locations and units of measure.

use std::collections::HashSet;

use crate::{
    db::{Db, Result, Row, Tx},
    domain::{catalog::fold, store::StoreId},
};

/// A division and the stores that may use it.
#[derive(Clone, Debug)]
pub struct Division {
    /// The database's number.
    pub id: i64,
    /// Its code.
    pub code: String,
    /// The stores that may use it.
    pub stores: Vec<StoreId>,
}

/// A site and its locations.
#[derive(Clone, Debug)]
pub struct Site {
    /// The database's number.
    pub id: i64,
    /// Its code.
    pub code: String,
    /// Auto Delete Inventory Records with 0 Quantity.
    pub auto_delete_zero: bool,
    /// Its locations: number and code.
    pub locations: Vec<(i64, String)>,
}

/// A unit of measure.
#[derive(Clone, Debug)]
pub struct Uom {
    /// The database's number.
    pub id: i64,
    /// Its code.
    pub code: String,
    /// How many eaches it holds.
    pub each_count: i64,
}

/// The numbers of a configured place.
#[derive(Clone, Debug)]
pub struct PlaceIds {
    /// The division.
    pub division: i64,
    /// The unit of measure.
    pub uom: i64,
    /// The location.
    pub location: i64,
    /// The site's Auto Delete Inventory Records with 0 Quantity.
    pub auto_delete_zero: bool,
    /// The locations whose units count at End of Day (OQ-13).
    pub counted: Vec<i64>,
}

/// The divisions a store may use, or all; by code.
pub async fn divisions(db: &Db, store: Option<StoreId>) -> Result<Vec<Division>> {
    let of_store = match store {
        Some(_) => "WHERE divisions.id IN (SELECT division_id FROM division_stores WHERE store_id = ?)",
        None => "",
    };
    let mut statement = db.statement(&format!(
        "SELECT divisions.id, code, store_id FROM divisions LEFT JOIN division_stores \
         ON division_id = divisions.id {of_store} ORDER BY code_key, divisions.id, store_id"
    ));
    if let Some(store) = store {
        statement = statement.bind(store.0);
    }
    let mut found: Vec<Division> = Vec::new();
    for row in &db.rows(statement).await? {
        let row = Row(row, "divisions");
        let (id, store) = (row.int("id")?, row.maybe_int("store_id")?.map(StoreId));
        match found.last_mut().filter(|division| division.id == id) {
            Some(division) => division.stores.extend(store),
            None => {
                found.push(Division { id, code: row.text("code")?, stores: store.into_iter().collect() });
            }
        }
    }
    Ok(found)
}

/// The units of measure of a division, by code.
pub async fn uoms(db: &Db, division: i64) -> Result<Vec<Uom>> {
    let statement = db.statement("SELECT * FROM uoms WHERE division_id = ? ORDER BY code_key").bind(division);
    let uom = |row| {
        let row = Row(row, "uoms");
        Ok(Uom { id: row.int("id")?, code: row.text("code")?, each_count: row.int("each_count")? })
    };
    db.rows(statement).await?.iter().map(uom).collect()
}

/// The sites of a division with their locations, by code.
pub async fn sites(db: &Db, division: i64) -> Result<Vec<Site>> {
    let statement =
        db.statement("SELECT * FROM sites WHERE division_id = ? ORDER BY code_key").bind(division);
    let mut sites = Vec::new();
    for row in &db.rows(statement).await? {
        let row = Row(row, "sites");
        let id = row.int("id")?;
        let locations =
            db.statement("SELECT id, code FROM locations WHERE site_id = ? ORDER BY code_key").bind(id);
        let location = |row| {
            let row = Row(row, "locations");
            Ok((row.int("id")?, row.text("code")?))
        };
        let locations = db.rows(locations).await?.iter().map(location).collect::<Result<_>>()?;
        let auto_delete_zero = row.flag("auto_delete_zero_quantity")?;
        sites.push(Site { id, code: row.text("code")?, auto_delete_zero, locations });
    }
    Ok(sites)
}

/// Adds a division for some stores; none when its code is taken, also by somebody who adds one at the same time.
pub async fn add_division(db: &Db, tx: &mut Tx, code: &str, stores: &[StoreId]) -> Result<Option<i64>> {
    let id = db.next_id("divisions").await?;
    let statement = tx
        .statement(
            "INSERT INTO divisions (id, code, code_key) VALUES (?, ?, ?) ON CONFLICT (code_key) DO NOTHING",
        )
        .bind(id)
        .bind(code.trim().to_owned())
        .bind(fold(code));
    if tx.execute(statement).await? == 0 {
        return Ok(None);
    }
    for store in stores {
        let statement = tx
            .statement("INSERT INTO division_stores (division_id, store_id) VALUES (?, ?)")
            .bind(id)
            .bind(store.0);
        tx.execute(statement).await?;
    }
    Ok(Some(id))
}

/// Adds a unit of measure; a conflict when its code or its each count is taken.
pub async fn add_uom(db: &Db, tx: &mut Tx, division: i64, code: &str, each_count: i64) -> Result<()> {
    let id = db.next_id("uoms").await?;
    let statement = tx
        .statement("INSERT INTO uoms (id, division_id, code, code_key, each_count) VALUES (?, ?, ?, ?, ?)")
        .bind(id)
        .bind(division)
        .bind(code.trim().to_owned())
        .bind(fold(code))
        .bind(each_count);
    tx.execute(statement).await.map(drop)
}

/// Adds a site; a conflict when its code is taken.
pub async fn add_site(
    db: &Db,
    tx: &mut Tx,
    division: i64,
    code: &str,
    auto_delete_zero: bool,
) -> Result<i64> {
    let id = db.next_id("sites").await?;
    let statement = tx
        .statement(
            "INSERT INTO sites (id, division_id, code, code_key, auto_delete_zero_quantity) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(division)
        .bind(code.trim().to_owned())
        .bind(fold(code))
        .bind(i64::from(auto_delete_zero));
    tx.execute(statement).await?;
    Ok(id)
}

/// Adds a location; a conflict when its code is taken.
pub async fn add_location(db: &Db, tx: &mut Tx, site: i64, code: &str) -> Result<()> {
    let id = db.next_id("locations").await?;
    let statement = tx
        .statement("INSERT INTO locations (id, site_id, code, code_key) VALUES (?, ?, ?, ?)")
        .bind(id)
        .bind(site)
        .bind(code.trim().to_owned())
        .bind(fold(code));
    tx.execute(statement).await.map(drop)
}

/// Sets Auto Delete Inventory Records with 0 Quantity; switching it on deletes the records of 0 there are.
pub async fn set_auto_delete_zero(tx: &mut Tx, site: i64, on: bool) -> Result<()> {
    let statement = tx.statement("UPDATE sites SET auto_delete_zero_quantity = ? WHERE id = ?");
    tx.execute(statement.bind(i64::from(on)).bind(site)).await?;
    if on {
        let delete = "DELETE FROM inventory WHERE on_hand = 0 AND location_id IN \
                      (SELECT id FROM locations WHERE site_id = ?)";
        tx.execute(tx.statement(delete).bind(site)).await?;
    }
    Ok(())
}

/// Gives a new store a division of its own that can be used at once: UOM EA, site HQ, location A-01.
pub async fn add_starting_division(db: &Db, tx: &mut Tx, store: StoreId) -> Result<String> {
    let rows = tx.rows(tx.statement("SELECT code_key FROM divisions")).await?;
    let taken: HashSet<String> =
        rows.iter().map(|row| Row(row, "divisions").text("code_key")).collect::<Result<_>>()?;
    let mut number = 1;
    let (code, division) = loop {
        let code = if number == 1 { "MAIN".to_owned() } else { format!("MAIN-{number}") };
        if !taken.contains(&fold(&code))
            && let Some(division) = add_division(db, tx, &code, &[store]).await?
        {
            break (code, division);
        }
        number += 1;
    };
    add_uom(db, tx, division, "EA", 1).await?;
    let site = add_site(db, tx, division, "HQ", true).await?;
    add_location(db, tx, site, "A-01").await?;
    Ok(code)
}
