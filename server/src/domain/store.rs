//! A store, what it was granted, and what it still needs before something may run.

use super::{
    configuration::Configuration,
    run::{PhaseKind, RunKind},
};

/// The database's number for a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreId(pub i64);

/// Whether a store's credentials work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// They were accepted when last used.
    Connected,
    /// BigCommerce refused them.
    Refused,
}

super::run::words!(StoreState { Connected = "CONNECTED", Refused = "REFUSED" });

/// The two feature grants (spec 1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// IntelliTrack for BigCommerce.
    pub standard: bool,
    /// IntelliTrack for BigCommerce Manual Sync; its rules win when both are granted (OQ-2).
    pub manual_sync: bool,
}

impl Grants {
    /// Whether there is any; a store that has left has none, and nothing of it is due or watched.
    pub const fn any(self) -> bool {
        self.standard || self.manual_sync
    }
}

/// One merchant's shop.
#[derive(Clone, Debug)]
pub struct Store {
    /// The database's number.
    pub id: StoreId,
    /// The BigCommerce store hash, which people and clients use.
    pub hash: String,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// ISO 4217 code of its currency.
    pub currency: String,
    /// What it was granted.
    pub grants: Grants,
    /// Whether its credentials work.
    pub state: StoreState,
    /// Scopes that later work needs and the token lacks.
    pub missing_scopes: Vec<String>,
    /// When it was connected first.
    pub connected_at: jiff::Timestamp,
    /// Whether it lowers its count when an order is placed, as it said last; none where nobody has asked it.
    pub deducts_when_placed: Option<bool>,
}

/// One thing that stands in the way of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Stable code.
    pub code: &'static str,
    /// What to do, in one sentence.
    pub message: String,
    /// The configuration field concerned; empty when there is none.
    pub field: &'static str,
}

impl Missing {
    fn new(code: &'static str, field: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field }
    }

    /// Whether it is the initial dataset, before which nothing can be missed.
    pub fn is_initial(&self) -> bool {
        ["NOT_IMPORTED", "INVENTORY_NOT_IMPORTED"].contains(&self.code)
    }
}

/// Everything that stands in the way of a run of this kind; nothing when it may be asked for (OQ-1).
pub fn ready_for(
    kind: RunKind,
    store: &Store,
    configuration: Option<&Configuration>,
    done: &[PhaseKind],
) -> Vec<Missing> {
    let mut missing = Vec::new();
    if !store.grants.any() {
        missing.push(Missing::new(
            "NOT_GRANTED",
            "",
            "Ask an administrator to grant IntelliTrack for BigCommerce to this store.",
        ));
    } else if kind == RunKind::Import && !offers_import(store.grants) {
        missing.push(Missing::new(
            "MANUAL_SYNC_GRANTED",
            "",
            "This store has Manual Sync: make its initial dataset with the actions of the Synchronization tab.",
        ));
    } else if RunKind::MANUAL.contains(&kind) && !store.grants.manual_sync {
        missing.push(Missing::new(
            "MANUAL_SYNC_NOT_GRANTED",
            "",
            "This action belongs to Manual Sync: use Import and Sync, or ask an administrator to grant Manual Sync.",
        ));
    }
    if store.state == StoreState::Refused {
        missing.push(Missing::new(
            "CREDENTIALS_REFUSED",
            "",
            "BigCommerce refused this store's access token: ask an administrator to connect the store with a new one.",
        ));
    }
    missing.extend(missing_data(kind, store.grants, done));
    match configuration {
        Some(configuration) => missing.extend(configuration.missing_defaults()),
        None => missing.push(Missing::new(
            "CONFIGURATION_MISSING",
            "",
            "Save the configuration first: Default Division, UOM, Site, Location and Create Item Number Using.",
        )),
    }
    missing
}

/// What must have been imported before a run, or must not have been.
fn missing_data(kind: RunKind, grants: Grants, done: &[PhaseKind]) -> Option<Missing> {
    let is_imported = RunKind::Import.phases().iter().all(|phase| done.contains(phase));
    let has_inventory = done.contains(&PhaseKind::Inventory);
    let (code, message) = match kind {
        RunKind::Import if is_imported => (
            "ALREADY_IMPORTED",
            "Products, inventory and carriers were imported already; this is done once. Syncs bring what changes.",
        ),
        RunKind::ImportInventory if has_inventory => (
            "ALREADY_IMPORTED",
            "The inventory was imported already; this is done once. From then on the warehouse counts.",
        ),
        RunKind::ImportInventory if !done.contains(&PhaseKind::Products) => {
            ("PRODUCTS_NOT_IMPORTED", "Synchronize Products first: inventory belongs to items.")
        }
        RunKind::Sync if !is_imported && offers_import(grants) => (
            "NOT_IMPORTED",
            "Import Products, Inventory, and Carriers first: orders can only be picked from stock that is known.",
        ),
        // Counts of a warehouse that was never filled would empty the whole store (OQ-19).
        RunKind::EndOfDay if !has_inventory => (
            "INVENTORY_NOT_IMPORTED",
            "Import the inventory first: until then End of Day would publish zero for everything.",
        ),
        RunKind::Reconciliation if !has_inventory => {
            ("INVENTORY_NOT_IMPORTED", "Import the inventory first: until then there is nothing to compare.")
        }
        _ => return None,
    };
    Some(Missing::new(code, "", message))
}

/// Whether an action belongs to these grants (spec 1.2); one that does not is hidden.
pub fn offers(kind: RunKind, grants: Grants) -> bool {
    match kind {
        RunKind::Import => offers_import(grants),
        kind if RunKind::MANUAL.contains(&kind) => grants.manual_sync,
        _ => grants.standard || grants.manual_sync,
    }
}

/// Whether the Import action belongs to these grants (spec C3, OQ-2).
pub fn offers_import(grants: Grants) -> bool {
    grants.standard && !grants.manual_sync
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(standard: bool, manual_sync: bool) -> Store {
        Store {
            id: StoreId(1),
            hash: "abc123".into(),
            name: "Acme Outdoor".into(),
            domain: "acme.example".into(),
            time_zone: "UTC".into(),
            currency: "USD".into(),
            grants: Grants { standard, manual_sync },
            state: StoreState::Connected,
            missing_scopes: Vec::new(),
            connected_at: jiff::Timestamp::UNIX_EPOCH,
            deducts_when_placed: None,
        }
    }

    fn codes(store: &Store, done: &[PhaseKind]) -> Vec<&'static str> {
        ready_for(RunKind::Import, store, Some(&Configuration::default()), done)
            .iter()
            .map(|m| m.code)
            .collect()
    }

    #[test]
    fn every_missing_default_is_named_at_once() {
        assert_eq!(
            codes(&store(true, false), &[]),
            [
                "DEFAULT_DIVISION_MISSING",
                "DEFAULT_UOM_MISSING",
                "DEFAULT_SITE_MISSING",
                "DEFAULT_LOCATION_MISSING"
            ]
        );
    }

    #[test]
    fn manual_sync_takes_the_import_away_even_when_both_are_granted() {
        assert_eq!(codes(&store(true, true), &[])[0], "MANUAL_SYNC_GRANTED");
        assert!(!offers_import(Grants { standard: true, manual_sync: true }));
    }

    #[test]
    fn a_sync_waits_for_the_import() {
        let codes = |done: &[PhaseKind]| -> Vec<_> {
            let missing =
                ready_for(RunKind::Sync, &store(true, false), Some(&Configuration::default()), done);
            missing.iter().map(|m| m.code).collect()
        };
        assert_eq!(codes(&[PhaseKind::Products])[0], "NOT_IMPORTED");
        assert!(!codes(RunKind::Import.phases()).contains(&"NOT_IMPORTED"));
    }

    #[test]
    fn manual_sync_offers_its_five_actions_and_nobody_else_has_them() {
        let ready = |kind, standard, manual_sync, done: &[PhaseKind]| -> Vec<_> {
            let configuration = Configuration::default();
            let missing = ready_for(kind, &store(standard, manual_sync), Some(&configuration), done);
            missing.iter().map(|m| m.code).filter(|code| !code.starts_with("DEFAULT_")).collect()
        };
        for kind in RunKind::MANUAL {
            let grants = |standard, manual_sync| Grants { standard, manual_sync };
            assert!(offers(kind, grants(true, true)) && !offers(kind, grants(true, false)));
            assert_eq!(ready(kind, true, false, &[])[0], "MANUAL_SYNC_NOT_GRANTED");
        }
        assert_eq!(ready(RunKind::ImportInventory, false, true, &[]), ["PRODUCTS_NOT_IMPORTED"]);
        assert!(ready(RunKind::ImportInventory, false, true, &[PhaseKind::Products]).is_empty());
        let both = [PhaseKind::Products, PhaseKind::Inventory];
        assert_eq!(ready(RunKind::ImportInventory, false, true, &both), ["ALREADY_IMPORTED"]);
        assert!(ready(RunKind::SynchronizeProducts, true, true, &both).is_empty(), "it may be repeated");
        assert!(ready(RunKind::Sync, false, true, &[]).is_empty());
    }

    #[test]
    fn an_import_that_is_done_is_never_offered_again() {
        assert!(codes(&store(true, false), RunKind::Import.phases()).contains(&"ALREADY_IMPORTED"));
        assert!(!codes(&store(true, false), &[PhaseKind::Products]).contains(&"ALREADY_IMPORTED"));
    }
}
