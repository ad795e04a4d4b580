//! Whether a store is in step with its warehouse, in one sentence.

use super::{
    configuration::Configuration,
    run::{PhaseKind, Run, RunKind, RunState},
    store::{Grants, Store, StoreState},
};

/// Whether a store is in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing needs a person.
    InStep,
    /// It works, and something waits for a person.
    NeedsAttention,
    /// Something that should work does not.
    Failing,
    /// It was not set up to the end.
    NotSetUp,
}

/// What tells whether a store is in step.
#[derive(Clone, Copy, Debug)]
pub struct Signs<'s> {
    /// The store.
    pub store: &'s Store,
    /// Its configuration; none before the first save.
    pub configuration: Option<&'s Configuration>,
    /// The phases of the initial dataset that are done.
    pub done: &'s [PhaseKind],
    /// The newest run of each kind that has ended, dry runs aside.
    pub ended: &'s [Run],
    /// Records that wait for a person.
    pub parked: i64,
    /// Shipments that are owed to the store.
    pub owed_shipments: i64,
    /// What is said when nothing has come of auto sync for long; empty otherwise.
    pub alarm: &'s str,
}

/// Whether a store is in step, and the same in words without times.
pub fn health(signs: Signs<'_>) -> (Health, String) {
    if let Some(step) = next_step(signs) {
        return step;
    }
    if let Some(words) = failure(signs) {
        return (Health::Failing, words);
    }
    let mut waits = Vec::new();
    if last(signs, RunKind::EndOfDay).is_some_and(|run| run.state == RunState::Held) {
        waits.push("The last End of Day was held: approve it or look at why.".to_owned());
    }
    if let Some(run) = last(signs, RunKind::Reconciliation).filter(|run| run.state == RunState::Failed) {
        waits.push(format!("The last reconciliation stopped: {}", run.problem));
    }
    match signs.parked {
        0 => {}
        1 => waits.push("1 record needs you.".to_owned()),
        parked => waits.push(format!("{parked} records need you.")),
    }
    if !waits.is_empty() {
        return (Health::NeedsAttention, waits.join(" "));
    }
    let words = match signs.configuration {
        Some(values) if !values.auto_sync => "In step with the last sync; auto sync is switched off.",
        _ if last(signs, RunKind::Sync).is_none() => "Imported; the first sync is still to come.",
        _ => "In step.",
    };
    (Health::InStep, words.to_owned())
}

fn last(signs: Signs<'_>, kind: RunKind) -> Option<&Run> {
    signs.ended.iter().find(|run| run.kind == kind && !run.dry_run)
}

/// What is left to do before the store can be in step at all.
fn next_step(signs: Signs<'_>) -> Option<(Health, String)> {
    let words = |health, words: &str| Some((health, words.to_owned()));
    if signs.store.grants == (Grants { standard: false, manual_sync: false }) {
        return words(Health::NotSetUp, "Ask an administrator what this store is granted: nothing yet.");
    }
    if signs.store.state == StoreState::Refused {
        return words(
            Health::Failing,
            "BigCommerce refuses the access token: an administrator must connect the store with a new one.",
        );
    }
    if signs.configuration.is_none_or(|values| !values.missing_defaults().is_empty()) {
        return words(Health::NotSetUp, "Choose the defaults and save the configuration.");
    }
    if signs.done.contains(&PhaseKind::Inventory) {
        return None;
    }
    let import = [RunKind::Import, RunKind::ImportInventory];
    let import = import.into_iter().filter_map(|kind| last(signs, kind)).max_by_key(|run| run.id);
    match import {
        Some(run) if run.state == RunState::Failed => {
            Some((Health::Failing, format!("The import stopped: {}", run.problem)))
        }
        _ if signs.store.grants.manual_sync => {
            words(Health::NotSetUp, "Synchronize Products, then Import Inventory.")
        }
        _ => words(Health::NotSetUp, "Import the products, inventory and carriers."),
    }
}

/// What should work and does not.
fn failure(signs: Signs<'_>) -> Option<String> {
    let failed = |kind| last(signs, kind).filter(|run| run.state == RunState::Failed);
    if !signs.alarm.is_empty() {
        return Some(signs.alarm.to_owned());
    }
    if let Some(run) = failed(RunKind::Sync) {
        return Some(format!("The last sync stopped: {}", run.problem));
    }
    if let Some(run) = failed(RunKind::EndOfDay) {
        return Some(format!("The last End of Day stopped: {}", run.problem));
    }
    let run = failed(RunKind::Shipments).filter(|_| signs.owed_shipments > 0)?;
    Some(format!("Shipments do not reach the store: {}", run.problem))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{run::RunId, store::StoreId};

    fn store() -> Store {
        Store {
            id: StoreId(1),
            hash: "abc123".into(),
            name: "Acme Outdoor".into(),
            domain: "acme.example".into(),
            time_zone: "UTC".into(),
            currency: "USD".into(),
            grants: Grants { standard: true, manual_sync: false },
            state: StoreState::Connected,
            missing_scopes: Vec::new(),
            connected_at: Timestamp::UNIX_EPOCH,
            deducts_when_placed: None,
        }
    }

    fn ended(kind: RunKind, state: RunState) -> Run {
        Run {
            id: RunId(1),
            store: StoreId(1),
            kind,
            dry_run: false,
            state,
            asked_by: String::new(),
            asked_at: Timestamp::UNIX_EPOCH,
            began_at: None,
            ended_at: None,
            configuration_revision: 1,
            problem: "the store does not answer.".into(),
            resumptions: 0,
            excess: None,
            phases: Vec::new(),
        }
    }

    fn told(parked: i64, ended: &[Run]) -> (Health, String) {
        let values = Configuration {
            division: "MAIN".into(),
            uom: "EA".into(),
            site: "HQ".into(),
            location: "A-01".into(),
            auto_sync: true,
            ..Configuration::default()
        };
        health(Signs {
            store: &store(),
            configuration: Some(&values),
            done: RunKind::Import.phases(),
            ended,
            parked,
            owed_shipments: 1,
            alarm: "",
        })
    }

    #[test]
    fn a_store_is_in_step_when_nothing_needs_a_person() {
        let synced = ended(RunKind::Sync, RunState::Complete);
        assert_eq!(told(0, std::slice::from_ref(&synced)), (Health::InStep, "In step.".into()));
        assert_eq!(told(0, &[]).1, "Imported; the first sync is still to come.");
        assert_eq!(told(1, &[]), (Health::NeedsAttention, "1 record needs you.".into()));
        let held = ended(RunKind::EndOfDay, RunState::Held);
        assert_eq!(
            told(3, &[synced, held]),
            (
                Health::NeedsAttention,
                "The last End of Day was held: approve it or look at why. 3 records need you.".into()
            )
        );
    }

    #[test]
    fn what_fails_goes_before_what_waits() {
        let failed = |kind| ended(kind, RunState::Failed);
        let words = "The last sync stopped: the store does not answer.";
        assert_eq!(told(3, &[failed(RunKind::Sync)]), (Health::Failing, words.into()));
        assert_eq!(told(0, &[failed(RunKind::EndOfDay)]).0, Health::Failing);
        assert_eq!(told(0, &[failed(RunKind::Shipments)]).0, Health::Failing);
        assert_eq!(told(0, &[failed(RunKind::Reconciliation)]).0, Health::NeedsAttention);
        let tried = Run { dry_run: true, ..failed(RunKind::Sync) };
        assert_eq!(told(0, &[tried]).0, Health::InStep, "a dry run fails for itself");
    }

    #[test]
    fn a_new_store_says_its_next_step() {
        let store = store();
        let mut signs = Signs {
            store: &store,
            configuration: None,
            done: &[],
            ended: &[],
            parked: 0,
            owed_shipments: 0,
            alarm: "",
        };
        assert_eq!(
            health(signs),
            (Health::NotSetUp, "Choose the defaults and save the configuration.".into())
        );
        let values = Configuration {
            division: "MAIN".into(),
            uom: "EA".into(),
            site: "HQ".into(),
            location: "A-01".into(),
            ..Configuration::default()
        };
        signs.configuration = Some(&values);
        assert_eq!(health(signs), (Health::NotSetUp, "Import the products, inventory and carriers.".into()));
        let failed = [ended(RunKind::Import, RunState::Failed)];
        signs.ended = &failed;
        assert_eq!(health(signs).0, Health::Failing);
        (signs.done, signs.alarm) = (RunKind::Import.phases(), "Nothing was synced for days.");
        assert_eq!(health(signs), (Health::Failing, "Nothing was synced for days.".into()));
    }
}
