//! Whether a store is in step with its warehouse, in one sentence.

use super::{
    configuration::Configuration,
    run::{PhaseKind, Run, RunKind, RunState, words},
    store::{Store, StoreState},
};

/// What can need a person; of each there is one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// BigCommerce refuses the access token.
    Access,
    /// The initial dataset.
    Import,
    /// The sync.
    Sync,
    /// End of Day.
    EndOfDay,
    /// Shipments that are owed to the store.
    Shipments,
    /// The nightly comparison.
    Reconciliation,
    /// Records that wait.
    Parked,
    /// An action of Manual Sync.
    ManualSync,
}

words!(Cause {
    Access = "ACCESS",
    Import = "IMPORT",
    Sync = "SYNC",
    EndOfDay = "END_OF_DAY",
    Shipments = "SHIPMENTS",
    Reconciliation = "RECONCILIATION",
    Parked = "PARKED",
    ManualSync = "MANUAL_SYNC",
});

impl Cause {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access token",
            Self::Import => "import",
            Self::Sync => "sync",
            Self::EndOfDay => "End of Day",
            Self::Shipments => "shipments",
            Self::Reconciliation => "reconciliation",
            Self::Parked => "parked records",
            Self::ManualSync => "Manual Sync",
        }
    }

    /// The runs that can be at fault.
    pub const fn kinds(self) -> &'static [RunKind] {
        match self {
            Self::Access | Self::Parked => &[],
            Self::Import => &[RunKind::Import, RunKind::ImportInventory],
            Self::Sync => &[RunKind::Sync],
            Self::EndOfDay => &[RunKind::EndOfDay],
            Self::Shipments => &[RunKind::Shipments],
            Self::Reconciliation => &[RunKind::Reconciliation],
            Self::ManualSync => &[
                RunKind::SynchronizeProducts,
                RunKind::SynchronizeCarriers,
                RunKind::SynchronizeCustomers,
                RunKind::SynchronizePickingOrders,
            ],
        }
    }
}

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What it is.
    pub cause: Cause,
    /// What is wrong, and the way out, in words without times.
    pub words: String,
    /// Whether something that should work does not.
    pub is_failing: bool,
    /// How many records it is about; 1 for everything else.
    pub count: i64,
}

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
    /// Whether End of Day was due since it last succeeded, and none is under way.
    pub is_end_of_day_missed: bool,
}

/// Whether a store is in step, and the same in words without times.
pub fn health(signs: Signs<'_>) -> (Health, String) {
    let needs = needs(signs);
    if let Some(failing) = needs.iter().find(|need| need.is_failing) {
        return (Health::Failing, failing.words.clone());
    }
    if let Some(step) = next_step(signs) {
        return (Health::NotSetUp, step.to_owned());
    }
    if !needs.is_empty() {
        let waits: Vec<String> = needs.into_iter().map(|need| need.words).collect();
        return (Health::NeedsAttention, waits.join(" "));
    }
    let is_automatic = signs.configuration.is_some_and(|values| values.auto_sync);
    let words = match (last(signs, RunKind::Sync), is_automatic) {
        (Some(_), true) => "In step.",
        (Some(_), false) => "In step with the last sync; auto sync is switched off.",
        (None, true) => "Imported; the first sync is still to come.",
        (None, false) => "Imported, not synced yet; auto sync is switched off.",
    };
    (Health::InStep, words.to_owned())
}

/// Everything of a store that needs a person, what fails first.
pub fn needs(signs: Signs<'_>) -> Vec<Need> {
    if !signs.store.grants.any() {
        return Vec::new();
    }
    if signs.store.state == StoreState::Refused {
        let words =
            "BigCommerce refuses the access token: an administrator must connect the store with a new one.";
        return vec![failing(Cause::Access, words.to_owned())];
    }
    if !has_defaults(signs) {
        return Vec::new();
    }
    let is_done = signs.done.contains(&PhaseKind::Inventory);
    let mut needs = if is_done { troubles_in_step(signs) } else { trouble_before(signs) };
    if let Some(run) = failed(signs, Cause::ManualSync).filter(|_| signs.store.grants.manual_sync) {
        let words = format!("An action of Manual Sync stopped: {}", run.problem);
        needs.push(waiting(Cause::ManualSync, words, 1));
    }
    match signs.parked {
        // An import that is under way is not over; the actions of Manual Sync are, each.
        _ if !is_done && !signs.store.grants.manual_sync => {}
        0 => {}
        1 => needs.push(waiting(Cause::Parked, "1 record needs you.".to_owned(), 1)),
        parked => needs.push(waiting(Cause::Parked, format!("{parked} records need you."), parked)),
    }
    needs
}

/// What went wrong before the initial dataset was there.
fn trouble_before(signs: Signs<'_>) -> Vec<Need> {
    let import = failed(signs, Cause::Import);
    import
        .map(|run| failing(Cause::Import, format!("The import stopped: {}", run.problem)))
        .into_iter()
        .collect()
}

/// What went wrong in keeping both sides in step, what fails first.
fn troubles_in_step(signs: Signs<'_>) -> Vec<Need> {
    let mut needs = Vec::new();
    if !signs.alarm.is_empty() {
        needs.push(failing(Cause::Sync, signs.alarm.to_owned()));
    } else if let Some(run) = failed(signs, Cause::Sync) {
        needs.push(failing(Cause::Sync, format!("The last sync stopped: {}", run.problem)));
    }
    if let Some(run) = failed(signs, Cause::EndOfDay) {
        needs.push(failing(Cause::EndOfDay, format!("The last End of Day stopped: {}", run.problem)));
    } else if signs.is_end_of_day_missed && run_at_fault(signs, Cause::EndOfDay).is_none() {
        let words = "End of Day was due and did not run: run it now, or the store is told with the next one.";
        needs.push(failing(Cause::EndOfDay, words.to_owned()));
    }
    if let Some(run) = failed(signs, Cause::Shipments).filter(|_| signs.owed_shipments > 0) {
        needs.push(failing(Cause::Shipments, format!("Shipments do not reach the store: {}", run.problem)));
    }
    if run_at_fault(signs, Cause::EndOfDay).is_some_and(|run| run.state == RunState::Held) {
        let words = "The last End of Day was held: approve it or look at why.";
        needs.push(waiting(Cause::EndOfDay, words.to_owned(), 1));
    }
    if let Some(run) = failed(signs, Cause::Reconciliation) {
        let words = format!("The last reconciliation stopped: {}", run.problem);
        needs.push(waiting(Cause::Reconciliation, words, 1));
    }
    needs
}

fn failing(cause: Cause, words: String) -> Need {
    Need { cause, words, is_failing: true, count: 1 }
}

fn waiting(cause: Cause, words: String, count: i64) -> Need {
    Need { cause, words, is_failing: false, count }
}

fn failed(signs: Signs<'_>, cause: Cause) -> Option<&Run> {
    run_at_fault(signs, cause).filter(|run| run.state == RunState::Failed)
}

fn last(signs: Signs<'_>, kind: RunKind) -> Option<&Run> {
    signs.ended.iter().find(|run| run.kind == kind && !run.dry_run)
}

/// The run that is at fault for what needs a person: it stopped or is held, and none of its kind went on since.
pub fn run_at_fault(signs: Signs<'_>, cause: Cause) -> Option<&Run> {
    let last = cause.kinds().iter().filter_map(|kind| last(signs, *kind));
    last.filter(|run| matches!(run.state, RunState::Failed | RunState::Held)).max_by_key(|run| run.id)
}

fn has_defaults(signs: Signs<'_>) -> bool {
    signs.configuration.is_some_and(|values| values.missing_defaults().is_empty())
}

/// What is left to do before the store can be in step at all.
fn next_step(signs: Signs<'_>) -> Option<&'static str> {
    if !signs.store.grants.any() {
        return Some("Ask an administrator what this store is granted: nothing yet.");
    }
    if !has_defaults(signs) {
        return Some("Choose the defaults and save the configuration.");
    }
    if signs.done.contains(&PhaseKind::Inventory) {
        return None;
    }
    Some(if signs.store.grants.manual_sync {
        "Synchronize Products, then Import Inventory."
    } else {
        "Import the products, inventory and carriers."
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{
        run::RunId,
        store::{Grants, StoreId},
    };

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
        told_with(true, parked, ended)
    }

    /// The defaults are chosen.
    fn chosen(auto_sync: bool) -> Configuration {
        Configuration {
            division: "MAIN".into(),
            uom: "EA".into(),
            site: "HQ".into(),
            location: "A-01".into(),
            auto_sync,
            ..Configuration::default()
        }
    }

    fn told_with(auto_sync: bool, parked: i64, ended: &[Run]) -> (Health, String) {
        let values = chosen(auto_sync);
        health(Signs {
            store: &store(),
            configuration: Some(&values),
            done: RunKind::Import.phases(),
            ended,
            parked,
            owed_shipments: 1,
            alarm: "",
            is_end_of_day_missed: false,
        })
    }

    #[test]
    fn a_store_is_in_step_when_nothing_needs_a_person() {
        let synced = ended(RunKind::Sync, RunState::Complete);
        assert_eq!(told(0, std::slice::from_ref(&synced)), (Health::InStep, "In step.".into()));
        assert_eq!(told(0, &[]).1, "Imported; the first sync is still to come.");
        let by_hand = told_with(false, 0, std::slice::from_ref(&synced)).1;
        assert_eq!(by_hand, "In step with the last sync; auto sync is switched off.");
        assert_eq!(told_with(false, 0, &[]).1, "Imported, not synced yet; auto sync is switched off.");
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
            is_end_of_day_missed: false,
        };
        assert_eq!(
            health(signs),
            (Health::NotSetUp, "Choose the defaults and save the configuration.".into())
        );
        let values = chosen(true);
        signs.configuration = Some(&values);
        assert_eq!(health(signs), (Health::NotSetUp, "Import the products, inventory and carriers.".into()));
        let failed = [ended(RunKind::Import, RunState::Failed)];
        signs.ended = &failed;
        assert_eq!(health(signs).0, Health::Failing);
        (signs.done, signs.alarm) = (RunKind::Import.phases(), "Nothing was synced for days.");
        assert_eq!(health(signs), (Health::Failing, "Nothing was synced for days.".into()));
        (signs.ended, signs.alarm, signs.is_end_of_day_missed) = (&[], "", true);
        assert_eq!(needs(signs)[0].cause, Cause::EndOfDay);
        let held = [ended(RunKind::EndOfDay, RunState::Held)];
        signs.ended = &held;
        assert_eq!(needs(signs).len(), 1, "what was held is not missed as well");
    }
    #[test]
    fn an_action_of_manual_sync_that_stopped_waits_for_a_person_until_it_goes_well() {
        let (standard, values) = (store(), chosen(true));
        let manual = Store { grants: Grants { standard: false, manual_sync: true }, ..store() };
        let stopped = ended(RunKind::SynchronizeCustomers, RunState::Failed);
        let cause = |store, ended: &[Run]| {
            let signs = Signs {
                store,
                configuration: Some(&values),
                done: &[],
                ended,
                parked: 0,
                owed_shipments: 0,
                alarm: "",
                is_end_of_day_missed: false,
            };
            needs(signs).first().map(|need| (need.cause, run_at_fault(signs, need.cause).map(|run| run.kind)))
        };
        let waits = Some((Cause::ManualSync, Some(RunKind::SynchronizeCustomers)));
        assert_eq!(cause(&manual, std::slice::from_ref(&stopped)), waits);
        assert_eq!(cause(&standard, std::slice::from_ref(&stopped)), None, "nobody could press it again");
        let another = ended(RunKind::SynchronizeProducts, RunState::Complete);
        assert_eq!(cause(&manual, &[another, stopped.clone()]), waits);
        let again = ended(RunKind::SynchronizeCustomers, RunState::Complete);
        assert_eq!(cause(&manual, &[again, stopped]), None);
    }
}
