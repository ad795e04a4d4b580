//! Between the contract's types and ours. The receiver validates; the sender never fails.

use jiff::{Timestamp, civil::Time};
use pbjson_types::Timestamp as WireTimestamp;
use plugin_host_proto::v1;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt as _};

use crate::{
    app::{self, Error},
    bigcommerce,
    db::{self, SavedConfiguration},
    domain::{
        catalog::{ItemNumberRule, Tracking},
        configuration::{Configuration, StockDecrease, Violation},
        run::{Counts, Phase, PhaseKind, PhaseState, Run, RunKind, RunState},
        store::{Grants, Missing, Store, StoreState},
    },
    events::Severity,
};

/// The one place where an error becomes a gRPC status.
pub(super) fn status(error: Error) -> Status {
    let words = error.to_string();
    match error {
        Error::Invalid(violations) => {
            let violations =
                violations.into_iter().map(|v| FieldViolation::new(v.field, v.message)).collect::<Vec<_>>();
            Status::with_error_details(
                Code::InvalidArgument,
                words,
                ErrorDetails::with_bad_request(violations),
            )
        }
        Error::NotReady(missing) => {
            let violations =
                missing.into_iter().map(|m| PreconditionViolation::new(m.code, m.field, m.message));
            let details = ErrorDetails::with_precondition_failure(violations.collect::<Vec<_>>());
            Status::with_error_details(Code::FailedPrecondition, words, details)
        }
        Error::NotFound(_) => Status::not_found(words),
        Error::Exists(_) => Status::already_exists(words),
        Error::Stale { .. } => Status::aborted(words),
        Error::Forbidden(_) => Status::permission_denied(words),
        Error::Refused(_) => Status::failed_precondition(words),
        Error::BigCommerce(error) => match error {
            bigcommerce::Error::Unauthorized { .. } | bigcommerce::Error::NotFound { .. } => {
                let violation = vec![Violation::new("access_token", words)];
                status(Error::Invalid(violation))
            }
            bigcommerce::Error::Unavailable { .. } => Status::unavailable(words),
            bigcommerce::Error::Forbidden { .. }
            | bigcommerce::Error::Refused { .. }
            | bigcommerce::Error::Unreadable { .. }
            | bigcommerce::Error::TooLarge { .. } => Status::failed_precondition(words),
        },
        Error::Db(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
            match error {
                db::Error::Unavailable(_) | db::Error::LeaseLost => Status::unavailable(words),
                db::Error::Conflict(_) => Status::aborted(words),
                db::Error::Row { .. } | db::Error::Sealed | db::Error::Unusable(_) => Status::internal(words),
            }
        }
    }
}

pub(super) fn at(at: Timestamp) -> WireTimestamp {
    WireTimestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

pub(super) fn store(store: &Store) -> v1::Store {
    v1::Store {
        store_id: store.hash.clone(),
        name: store.name.clone(),
        domain: store.domain.clone(),
        time_zone: store.time_zone.clone(),
        currency: store.currency.clone(),
        grants: Some(v1::FeatureGrants {
            standard: store.grants.standard,
            manual_sync: store.grants.manual_sync,
        }),
        state: match store.state {
            StoreState::Connected => v1::StoreState::Connected,
            StoreState::Refused => v1::StoreState::Refused,
        }
        .into(),
        connected_at: Some(at(store.connected_at)),
        missing_scopes: store.missing_scopes.clone(),
    }
}

pub(super) fn grants(wire: v1::FeatureGrants) -> Grants {
    Grants { standard: wire.standard, manual_sync: wire.manual_sync }
}

pub(super) fn run(run: &Run, store: &Store) -> v1::Run {
    v1::Run {
        run_id: run.id.0,
        store_id: store.hash.clone(),
        kind: match run.kind {
            RunKind::Import => v1::RunKind::Import,
            RunKind::Sync => v1::RunKind::Sync,
            RunKind::Shipments => v1::RunKind::Shipments,
            RunKind::EndOfDay => v1::RunKind::EndOfDay,
        }
        .into(),
        state: match run.state {
            RunState::Queued => v1::RunState::Queued,
            RunState::Running => v1::RunState::Running,
            RunState::Complete => v1::RunState::Complete,
            RunState::CompleteWithParked => v1::RunState::CompleteWithParked,
            RunState::Failed => v1::RunState::Failed,
        }
        .into(),
        dry_run: run.dry_run,
        asked_by: run.asked_by.clone(),
        asked_at: Some(at(run.asked_at)),
        began_at: run.began_at.map(at),
        ended_at: run.ended_at.map(at),
        phases: run.phases.iter().map(phase).collect(),
        configuration_revision: run.configuration_revision,
        problem: run.problem.clone(),
        resumptions: i32::try_from(run.resumptions).unwrap_or(i32::MAX),
    }
}

fn phase(phase: &Phase) -> v1::Phase {
    v1::Phase {
        kind: phase_kind(phase.kind).into(),
        state: match phase.state {
            PhaseState::Waiting => v1::PhaseState::Waiting,
            PhaseState::Running => v1::PhaseState::Running,
            PhaseState::Done => v1::PhaseState::Done,
            PhaseState::AlreadyDone => v1::PhaseState::AlreadyDone,
        }
        .into(),
        counts: Some(counts(phase.counts)),
        expected: phase.expected,
        began_at: phase.began_at.map(at),
        ended_at: phase.ended_at.map(at),
    }
}

fn counts(counts: Counts) -> v1::Counts {
    let Counts { created, updated, unchanged, skipped, parked } = counts;
    v1::Counts { created, updated, unchanged, skipped, parked }
}

pub(super) fn phase_kind(kind: PhaseKind) -> v1::PhaseKind {
    match kind {
        PhaseKind::Products => v1::PhaseKind::Products,
        PhaseKind::Inventory => v1::PhaseKind::Inventory,
        PhaseKind::Carriers => v1::PhaseKind::Carriers,
        PhaseKind::PickingOrders => v1::PhaseKind::PickingOrders,
        PhaseKind::Shipments => v1::PhaseKind::Shipments,
        PhaseKind::Counts => v1::PhaseKind::Counts,
    }
}

pub(super) fn missing(missing: Missing) -> v1::Reason {
    v1::Reason { code: missing.code.into(), message: missing.message, field: missing.field.into() }
}

pub(super) fn severity(severity: Severity) -> v1::Severity {
    match severity {
        Severity::Info => v1::Severity::Info,
        Severity::Warning => v1::Severity::Warning,
        Severity::Error => v1::Severity::Error,
    }
}

pub(super) fn store_status(status: app::Status) -> v1::Status {
    let run_of = |run: &Run| self::run(run, &status.store);
    let action = |action: v1::Action, allowed: app::AllowedAction| v1::AllowedAction {
        action: action.into(),
        offered: allowed.offered,
        allowed: allowed.missing.is_empty(),
        label: allowed.label,
        reasons: allowed.missing.into_iter().map(missing).collect(),
    };
    v1::Status {
        configuration_revision: status.configuration_revision,
        running: status.running.as_ref().map(run_of),
        queued: status.queued.iter().map(run_of).collect(),
        last: status.last.as_ref().map(run_of),
        parked: status.parked,
        allowed_actions: vec![
            action(v1::Action::Import, status.import),
            action(v1::Action::Sync, status.sync),
            action(v1::Action::EndOfDay, status.end_of_day),
        ],
        last_sync_completed_at: status.synced_at.map(at),
        next_sync_due_at: status.sync_due_at.map(at),
        next_end_of_day_due_at: status.end_of_day_due_at.map(at),
        one_time_flags: status
            .one_time_flags
            .iter()
            .map(|(phase, run, set_at)| v1::OneTimeFlag {
                phase: phase_kind(*phase).into(),
                run_id: run.0,
                set_at: Some(at(*set_at)),
            })
            .collect(),
        store: Some(store(&status.store)),
    }
}

pub(super) fn tracking(tracking: Tracking) -> v1::Tracking {
    match tracking {
        Tracking::None => v1::Tracking::None,
        Tracking::Product => v1::Tracking::Product,
        Tracking::Variant => v1::Tracking::Variant,
    }
}

pub(super) fn configuration(saved: Option<&SavedConfiguration>, store: &Store) -> v1::Configuration {
    let values = saved.map(|saved| saved.values.clone()).unwrap_or_default();
    let rule = |rule: &ItemNumberRule| {
        i32::from(match rule {
            ItemNumberRule::Sku => v1::ItemNumberRule::Sku,
            ItemNumberRule::ProductId => v1::ItemNumberRule::ProductId,
            ItemNumberRule::Upc => v1::ItemNumberRule::Upc,
            ItemNumberRule::ProductName => v1::ItemNumberRule::ProductName,
        })
    };
    let time = |time: Time| time.strftime("%H:%M").to_string();
    v1::Configuration {
        revision: saved.map_or(0, |saved| saved.revision),
        default_division: values.division,
        default_uom: values.uom,
        default_site: values.site,
        default_location: values.location,
        store_location_id: values.store_location_id,
        create_item_number_using: values.item_number_rules.iter().map(rule).collect(),
        stock_decreased_when_order_placed: match values.stock_decrease {
            StockDecrease::FollowStore => v1::StockDecrease::FollowStore,
            StockDecrease::On => v1::StockDecrease::On,
            StockDecrease::Off => v1::StockDecrease::Off,
        }
        .into(),
        auto_sync: values.auto_sync,
        sync_interval_minutes: values.sync_interval_minutes,
        active_from: values.active_hours.map(|(from, _)| time(from)).unwrap_or_default(),
        active_until: values.active_hours.map(|(_, until)| time(until)).unwrap_or_default(),
        end_of_day: values.end_of_day,
        end_of_day_time: time(values.end_of_day_time),
        time_zone: if values.time_zone.is_empty() { store.time_zone.clone() } else { values.time_zone },
        saved_at: saved.map(|saved| at(saved.saved_at)),
        saved_by: saved.map(|saved| saved.saved_by.clone()).unwrap_or_default(),
    }
}

/// The fields of a configuration that a client may set.
const FIELDS: [&str; 14] = [
    "default_division",
    "default_uom",
    "default_site",
    "default_location",
    "store_location_id",
    "create_item_number_using",
    "stock_decreased_when_order_placed",
    "auto_sync",
    "sync_interval_minutes",
    "active_from",
    "active_until",
    "end_of_day",
    "end_of_day_time",
    "time_zone",
];

/// A checked change of a configuration.
pub(super) struct Patch {
    wire: v1::Configuration,
    fields: Vec<String>,
    rules: Vec<ItemNumberRule>,
    stock_decrease: StockDecrease,
    active_from: Option<Time>,
    active_until: Option<Time>,
    end_of_day_time: Time,
}

impl Patch {
    /// Reads the fields a client wants to change, naming every one that cannot be read.
    pub(super) fn read(wire: v1::Configuration, mask: Option<Vec<String>>) -> Result<Self, Error> {
        let fields = mask.unwrap_or_else(|| FIELDS.iter().map(|&field| field.to_owned()).collect());
        let mut violations = Vec::new();
        if let Some(unknown) = fields.iter().find(|field| !FIELDS.contains(&field.as_str())) {
            violations
                .push(Violation::new("update_mask", format!("There is no field {unknown} that can be set.")));
        }
        let wanted = |field: &str| fields.iter().any(|name| name == field);
        let mut rules = Vec::new();
        for rule in &wire.create_item_number_using {
            match v1::ItemNumberRule::try_from(*rule) {
                Ok(v1::ItemNumberRule::Sku) => rules.push(ItemNumberRule::Sku),
                Ok(v1::ItemNumberRule::ProductId) => rules.push(ItemNumberRule::ProductId),
                Ok(v1::ItemNumberRule::Upc) => rules.push(ItemNumberRule::Upc),
                Ok(v1::ItemNumberRule::ProductName) => rules.push(ItemNumberRule::ProductName),
                Ok(v1::ItemNumberRule::Unspecified) | Err(_) if wanted("create_item_number_using") => {
                    let message = format!("{rule} is no way to number items that this server knows.");
                    violations.push(Violation::new("create_item_number_using", message));
                }
                Ok(v1::ItemNumberRule::Unspecified) | Err(_) => {}
            }
        }
        let stock_decrease = match wire.stock_decreased_when_order_placed() {
            v1::StockDecrease::On => StockDecrease::On,
            v1::StockDecrease::Off => StockDecrease::Off,
            v1::StockDecrease::FollowStore => StockDecrease::FollowStore,
            v1::StockDecrease::Unspecified => {
                if wanted("stock_decreased_when_order_placed") {
                    let message = "Choose follow store, on or off.";
                    violations.push(Violation::new("stock_decreased_when_order_placed", message));
                }
                StockDecrease::FollowStore
            }
        };
        let mut time = |field: &'static str, text: &str| {
            if text.is_empty() || !wanted(field) {
                return None;
            }
            let parsed = (text.len() == 5).then(|| Time::strptime("%H:%M", text).ok()).flatten();
            if parsed.is_none() {
                violations.push(Violation::new(field, "Write a time of day as HH:MM, for example 18:00."));
            }
            parsed
        };
        let active_from = time("active_from", &wire.active_from);
        let active_until = time("active_until", &wire.active_until);
        let end_of_day_time = time("end_of_day_time", &wire.end_of_day_time);
        if wanted("active_from") && wire.active_from.is_empty() != wire.active_until.is_empty() {
            violations
                .push(Violation::new("active_until", "Set both active_from and active_until, or neither."));
        }
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }
        let end_of_day_time = end_of_day_time.unwrap_or_else(|| Configuration::default().end_of_day_time);
        Ok(Self { wire, fields, rules, stock_decrease, active_from, active_until, end_of_day_time })
    }

    /// The revision the change was made from.
    pub(super) fn revision(&self) -> i64 {
        self.wire.revision
    }

    /// Makes the change.
    pub(super) fn apply(self, values: &mut Configuration) {
        for field in &self.fields {
            match field.as_str() {
                "default_division" => self.wire.default_division.trim().clone_into(&mut values.division),
                "default_uom" => self.wire.default_uom.trim().clone_into(&mut values.uom),
                "default_site" => self.wire.default_site.trim().clone_into(&mut values.site),
                "default_location" => self.wire.default_location.trim().clone_into(&mut values.location),
                "store_location_id" => values.store_location_id = self.wire.store_location_id,
                "create_item_number_using" => values.item_number_rules.clone_from(&self.rules),
                "stock_decreased_when_order_placed" => values.stock_decrease = self.stock_decrease,
                "auto_sync" => values.auto_sync = self.wire.auto_sync,
                "sync_interval_minutes" => values.sync_interval_minutes = self.wire.sync_interval_minutes,
                "active_from" | "active_until" => {
                    values.active_hours = self.active_from.zip(self.active_until);
                }
                "end_of_day" => values.end_of_day = self.wire.end_of_day,
                "end_of_day_time" => values.end_of_day_time = self.end_of_day_time,
                "time_zone" => self.wire.time_zone.trim().clone_into(&mut values.time_zone),
                // `read` refuses every other field.
                _ => {}
            }
        }
    }
}
