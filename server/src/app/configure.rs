//! Saving a configuration.

use super::{App, Caller, Error, Result, runs::set_schedule};
use crate::{
    db::{self, SavedConfiguration, configuration_json},
    domain::{
        configuration::{Configuration, StockScope, Violation},
        store::Store,
    },
    events::{Change, Severity},
    warehouse::places::{self, PlaceIds, Site},
};

/// A change of a configuration before it is saved.
#[derive(Clone, Debug)]
pub struct Examined {
    /// What is in force; none before the first save.
    pub before: Option<SavedConfiguration>,
    /// The values as they would be saved.
    pub values: Configuration,
    /// What is wrong with them.
    pub violations: Vec<Violation>,
}

impl App {
    /// Looks at a change made from the revision that was read, and saves nothing.
    pub async fn examine(
        &self,
        store: &Store,
        (revision, change): (i64, impl FnOnce(&mut Configuration)),
    ) -> Result<Examined> {
        let before = self.db.configuration(store.id).await?;
        let current = before.as_ref().map_or(0, |saved| saved.revision);
        if revision != current {
            return Err(Error::Stale { current });
        }
        let mut values = before.as_ref().map(|saved| saved.values.clone()).unwrap_or_default();
        change(&mut values);
        let mut violations = values.violations();
        violations.extend(self.notification_violations(before.as_ref().map(|saved| &saved.values), &values));
        violations.extend(self.place_violations(store, &values).await?);
        Ok(Examined { before, values, violations })
    }

    /// Saves a configuration made from the revision that was read.
    pub async fn configure(
        &self,
        caller: &Caller,
        store: &Store,
        (revision, change): (i64, impl FnOnce(&mut Configuration)),
        request_id: &str,
    ) -> Result<SavedConfiguration> {
        if let Some(outcome) = self.db.request_outcome(store.id, "Configure", request_id).await?
            && let Ok(revision) = outcome.parse()
            && let Some(saved) = self.db.configuration_revision(store.id, revision).await?
        {
            return Ok(saved);
        }
        let Examined { before, values, violations } = self.examine(store, (revision, change)).await?;
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }
        let current = revision;
        let saved = SavedConfiguration {
            revision: current + 1,
            values,
            saved_at: self.db.clock.now(),
            saved_by: caller.name(),
        };
        let mut tx = self.db.begin().await?;
        self.db.lock_store(&mut tx, store.id).await?;
        match self.db.add_configuration(&mut tx, store.id, &saved).await {
            Err(db::Error::Conflict(_)) => return Err(Error::Stale { current: current + 1 }),
            added => added?,
        }
        let old = before.as_ref().map(|saved| configuration_json(&saved.values)).unwrap_or_default();
        let change = (old, configuration_json(&saved.values));
        self.db.audit(&mut tx, &saved.saved_by, Some(store.id), "saved the configuration", change).await?;
        // Read once more: what it is granted stays so until the transaction ends.
        if let Some(store) = self.db.store(store.id).await? {
            set_schedule(&mut tx, &saved.values, &store, saved.saved_at).await?;
        }
        self.db.keep_request(&mut tx, store.id, "Configure", request_id, saved.revision.to_string()).await?;
        let message = format!("The configuration was saved by {}.", saved.saved_by);
        let change = Change::Configuration(saved.revision);
        self.db.add_event(&mut tx, store.id, Severity::Info, message, change).await?;
        tx.commit(&self.bus).await?;
        Ok(saved)
    }

    /// The numbers of the place a configuration names; an error that names every field that is wrong.
    pub async fn resolve_place(&self, store: &Store, values: &Configuration) -> Result<PlaceIds> {
        match self.find_place(store, values).await? {
            Ok(place) => Ok(place),
            Err(violations) => Err(Error::Invalid(violations)),
        }
    }

    /// What is wrong with the places a configuration names, leaving out what is not chosen yet.
    async fn place_violations(&self, store: &Store, values: &Configuration) -> Result<Vec<Violation>> {
        let mut violations = self.find_place(store, values).await?.err().unwrap_or_default();
        let unset = [
            ("default_division", &values.division),
            ("default_uom", &values.uom),
            ("default_site", &values.site),
            ("default_location", &values.location),
        ];
        violations.retain(|violation| {
            !unset.iter().any(|(field, value)| violation.field == *field && value.is_empty())
        });
        Ok(violations)
    }

    async fn find_place(
        &self,
        store: &Store,
        values: &Configuration,
    ) -> Result<std::result::Result<PlaceIds, Vec<Violation>>> {
        let not_there = |field, what: &str, code: &str, owner: &str| {
            Violation::new(field, format!("{owner} has no {what} {code:?}; choose one from the list."))
        };
        let divisions = places::divisions(&self.db, Some(store.id)).await?;
        let Some(division) = divisions.iter().find(|division| same(&division.code, &values.division)) else {
            let owner = format!("store {}", store.hash);
            return Ok(Err(vec![not_there("default_division", "division", &values.division, &owner)]));
        };
        let owner = format!("division {}", division.code);
        let uoms = places::uoms(&self.db, division.id).await?;
        let uom = uoms.iter().find(|uom| same(&uom.code, &values.uom));
        let sites = places::sites(&self.db, division.id).await?;
        let site = sites.iter().find(|site| same(&site.code, &values.site));
        let location =
            site.and_then(|site| site.locations.iter().find(|(_, code)| same(code, &values.location)));
        let mut violations = Vec::new();
        let counted = counted_locations(values, &sites, &mut violations);
        if let (Some(uom), Some(site), Some((location, _)), true) =
            (uom, site, location, violations.is_empty())
        {
            return Ok(Ok(PlaceIds {
                division: division.id,
                uom: uom.id,
                location: *location,
                auto_delete_zero: site.auto_delete_zero,
                counted,
            }));
        }
        if uom.is_none() {
            violations.push(not_there("default_uom", "unit of measure", &values.uom, &owner));
        }
        match site {
            None => violations.push(not_there("default_site", "site", &values.site, &owner)),
            Some(site) if location.is_none() => {
                let owner = format!("site {}", site.code);
                violations.push(not_there("default_location", "location", &values.location, &owner));
            }
            Some(_) => {}
        }
        Ok(Err(violations))
    }
}

/// The locations within the stock scope; what it names and the division does not have is a violation.
fn counted_locations(values: &Configuration, sites: &[Site], violations: &mut Vec<Violation>) -> Vec<i64> {
    for code in &values.stock_sites {
        if !sites.iter().any(|site| same(&site.code, code)) {
            let message = format!("There is no site {code:?}; choose among the sites of the division.");
            violations.push(Violation::new("stock_sites", message));
        }
    }
    let name = |site: &Site, location: &str| format!("{}/{location}", site.code);
    let places: Vec<(&Site, &(i64, String))> =
        sites.iter().flat_map(|site| site.locations.iter().map(move |location| (site, location))).collect();
    for place in &values.excluded_locations {
        if !places.iter().any(|(site, (_, code))| same(&name(site, code), place)) {
            let message = format!("There is no location {place:?}; write SITE/LOCATION.");
            violations.push(Violation::new("excluded_locations", message));
        }
    }
    let is_counted = |site: &Site, location: &str| {
        let in_scope = match values.stock_scope {
            StockScope::Division => true,
            StockScope::Sites => values.stock_sites.iter().any(|code| same(code, &site.code)),
            StockScope::DefaultSite => same(&site.code, &values.site),
            StockScope::DefaultLocation => same(&site.code, &values.site) && same(location, &values.location),
        };
        let place = name(site, location);
        in_scope && !values.excluded_locations.iter().any(|excluded| same(excluded, &place))
    };
    let counted = places.into_iter().filter(|(site, (_, code))| is_counted(site, code));
    counted.map(|(_, (id, _))| *id).collect()
}

fn same(one: &str, other: &str) -> bool {
    crate::domain::catalog::fold(one) == crate::domain::catalog::fold(other)
}
