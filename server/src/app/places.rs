//! Divisions, sites, locations and units of measure, as far as a key may see and change them.

use super::{App, Caller, Error, Result};
use crate::{
    db::{self, Tx},
    domain::{
        catalog::fold,
        configuration::Violation,
        store::{Store, StoreId},
    },
    warehouse::{
        changes::{self, Change, ChangeKind, Origin},
        items::{self, Item},
        places::{self, Division, Site, Uom},
        stock::{self, Adjustment, InventoryRecord},
    },
};

/// Longest codes, in characters (IntelliTrack 8.1 table of fields, spec IT-30, for site and location).
const LONGEST: [(&str, usize); 4] = [("division", 18), ("site", 18), ("location", 15), ("uom", 10)];

/// A change by hand, as a person asks for it.
#[derive(Clone, Debug)]
pub struct AdjustmentRequest {
    /// Code of the division; may be empty where the key sees one.
    pub division: String,
    /// Code of the site.
    pub site: String,
    /// Code of the location.
    pub location: String,
    /// The item's number.
    pub item_number: String,
    /// Units to add or take away.
    pub change: i64,
    /// Why.
    pub reason: String,
    /// The request's own id.
    pub request_id: String,
}

impl App {
    /// The divisions a key may see.
    pub async fn divisions(&self, caller: &Caller) -> Result<Vec<Division>> {
        Ok(places::divisions(&self.db, caller.only_store()).await?)
    }

    /// The division with a code, or the only one where none is named.
    pub async fn division(&self, caller: &Caller, code: &str) -> Result<Division> {
        let mut divisions = self.divisions(caller).await?;
        if code.is_empty() {
            return match divisions.len() {
                1 => Ok(divisions.remove(0)),
                0 => Err(Error::NotFound("division for this key".into())),
                _ => Err(Error::Invalid(vec![Violation::new(
                    "division",
                    "There are several divisions: name one.",
                )])),
            };
        }
        let found = divisions.into_iter().find(|division| fold(&division.code) == fold(code));
        found.ok_or_else(|| Error::NotFound(format!("division {code} for this key")))
    }

    /// The site with a code.
    pub async fn site(&self, division: &Division, code: &str) -> Result<Site> {
        let sites = places::sites(&self.db, division.id).await?;
        let found = sites.into_iter().find(|site| fold(&site.code) == fold(code));
        found.ok_or_else(|| Error::NotFound(format!("site {code} in division {}", division.code)))
    }

    /// Adds a division for some stores.
    pub async fn create_division(&self, caller: &Caller, code: &str, stores: &[Store]) -> Result<Division> {
        check_code("division", code)?;
        let stores: Vec<StoreId> = stores.iter().map(|store| store.id).collect();
        let mut tx = self.db.begin().await?;
        if places::add_division(&self.db, &mut tx, code, &stores).await?.is_none() {
            return Err(Error::Exists(code.to_owned()));
        }
        self.note(tx, caller, format!("added division {code}")).await?;
        self.division(caller, code).await
    }

    /// Adds a site.
    pub async fn create_site(
        &self,
        caller: &Caller,
        division: &Division,
        code: &str,
        auto: bool,
    ) -> Result<Site> {
        check_code("site", code)?;
        let mut tx = self.db.begin().await?;
        exists_unless(places::add_site(&self.db, &mut tx, division.id, code, auto).await, code)?;
        self.note(tx, caller, format!("added site {code} to division {}", division.code)).await?;
        self.site(division, code).await
    }

    /// Sets a site's Auto Delete Inventory Records with 0 Quantity.
    pub async fn update_site(
        &self,
        caller: &Caller,
        division: &Division,
        code: &str,
        auto: bool,
    ) -> Result<Site> {
        let site = self.site(division, code).await?;
        let mut tx = self.db.begin().await?;
        places::set_auto_delete_zero(&mut tx, site.id, auto).await?;
        let switched = if auto { "on" } else { "off" };
        let action =
            format!("switched Auto Delete Inventory Records with 0 Quantity {switched} for site {code}");
        self.note(tx, caller, action).await?;
        self.site(division, code).await
    }

    /// Adds a location.
    pub async fn create_location(
        &self,
        caller: &Caller,
        division: &Division,
        site: &str,
        code: &str,
    ) -> Result<Site> {
        check_code("location", code)?;
        let found = self.site(division, site).await?;
        let mut tx = self.db.begin().await?;
        exists_unless(places::add_location(&self.db, &mut tx, found.id, code).await, code)?;
        self.note(tx, caller, format!("added location {code} to site {site}")).await?;
        self.site(division, site).await
    }

    /// Adds a unit of measure.
    pub async fn create_uom(
        &self,
        caller: &Caller,
        division: &Division,
        code: &str,
        each_count: i64,
    ) -> Result<Uom> {
        check_code("uom", code)?;
        if each_count < 1 {
            return Err(Error::Invalid(vec![Violation::new(
                "each_count",
                "A unit holds at least one each.",
            )]));
        }
        let mut tx = self.db.begin().await?;
        let words = format!("a unit {code}, or one of {each_count} eaches,");
        exists_unless(places::add_uom(&self.db, &mut tx, division.id, code, each_count).await, &words)?;
        self.note(tx, caller, format!("added unit of measure {code} to division {}", division.code)).await?;
        let uoms = places::uoms(&self.db, division.id).await?;
        let added = uoms.into_iter().find(|uom| fold(&uom.code) == fold(code));
        added.ok_or_else(|| Error::NotFound(format!("unit of measure {code}")))
    }

    /// The item with a number.
    pub async fn item(&self, division: &Division, number: &str) -> Result<Item> {
        let found = items::by_number(&self.db, division.id, number).await?;
        found.ok_or_else(|| Error::NotFound(format!("item {number} in division {}", division.code)))
    }

    /// Changes an on-hand quantity by hand, once for each request id.
    pub async fn adjust(
        &self,
        caller: &Caller,
        asked: AdjustmentRequest,
    ) -> Result<(Division, InventoryRecord)> {
        let mut violations = Vec::new();
        if asked.change == 0 {
            violations.push(Violation::new("change", "Say how many units to add or take away."));
        }
        if asked.reason.trim().is_empty() {
            violations.push(Violation::new("reason", "Say why; it is kept in the history."));
        }
        if asked.request_id.is_empty() || asked.request_id.len() > 64 {
            violations
                .push(Violation::new("request_id", "Give each change an id of its own, 1 to 64 characters."));
        }
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }
        let division = self.division(caller, &asked.division).await?;
        let site = self.site(&division, &asked.site).await?;
        let location = site.locations.iter().find(|(_, code)| fold(code) == fold(&asked.location));
        let Some((location_id, location)) = location.cloned() else {
            return Err(Error::NotFound(format!("location {} in site {}", asked.location, site.code)));
        };
        let item = self.item(&division, &asked.item_number).await?;
        let adjustment = Adjustment {
            item_id: item.id,
            location_id,
            change: asked.change,
            reason: asked.reason,
            actor: caller.name(),
            // Two stores may use the same id.
            request_id: format!("{}/{}", division.id, asked.request_id),
        };
        let mut tx = self.db.begin().await?;
        let Some(on_hand) = stock::adjust(&self.db, &mut tx, &adjustment, !site.auto_delete_zero).await?
        else {
            let message =
                format!("{} has fewer than {} units there.", item.number, asked.change.unsigned_abs());
            return Err(Error::Invalid(vec![Violation::new("change", message)]));
        };
        let field = format!("on hand in {} / {location}", site.code);
        let change = Change::of(
            ChangeKind::Inventory,
            &item.number,
            &field,
            (on_hand - asked.change).to_string(),
            format!("{on_hand} ({})", adjustment.reason),
        );
        let origin = Origin { division: division.id, store: None, actor: caller.name(), run: None };
        changes::note(&self.db, &mut tx, &origin, change.into_iter().collect()).await?;
        tx.commit(&self.bus).await?;
        let record = InventoryRecord {
            site: site.code,
            location,
            item_number: item.number,
            name: item.fields.name,
            uom: item.uom,
            on_hand,
            changed_at: self.db.clock.now(),
        };
        Ok((division, record))
    }

    async fn note(&self, mut tx: Tx, caller: &Caller, action: String) -> Result<()> {
        self.db.audit(&mut tx, &caller.name(), caller.only_store(), &action, Default::default()).await?;
        Ok(tx.commit(&self.bus).await?)
    }
}

fn check_code(field: &'static str, code: &str) -> Result<()> {
    let longest = LONGEST.iter().find(|(name, _)| *name == field).map_or(18, |(_, longest)| *longest);
    let length = code.trim().chars().count();
    if (1..=longest).contains(&length) && !code.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Error::Invalid(vec![Violation::new(field, format!("Use 1 to {longest} characters."))]))
}

fn exists_unless<T>(added: db::Result<T>, code: &str) -> Result<T> {
    match added {
        Err(db::Error::Conflict(_)) => Err(Error::Exists(code.to_owned())),
        added => Ok(added?),
    }
}
