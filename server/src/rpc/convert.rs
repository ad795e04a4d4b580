//! Between the contract's types and ours. The receiver validates; the sender never fails.

use jiff::Timestamp;
use pbjson_types::Timestamp as WireTimestamp;
use plugin_host_proto::v1;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt as _};

use crate::{
    app::{self, Error},
    bigcommerce::{self, Quota},
    db,
    domain::{
        catalog::Tracking,
        configuration::Violation,
        health::{Cause, Health, Need},
        run::{Counts, Phase, PhaseKind, PhaseState, Run, RunKind, RunState},
        stock::Excess,
        store::{Grants, Missing, Store, StoreState},
    },
    events::Severity,
};

/// An enum of ours that the contract has too.
pub(super) trait Wired: Sized {
    /// Its number in the contract.
    fn wire(self) -> i32;
    /// Ours for a number of the contract, if there is one.
    fn read(wire: i32) -> Option<Self>;
}

/// Says that an enum has the same variants here and in the contract.
macro_rules! same {
    ($name:ident: $($variant:ident),+ $(,)?) => {
        impl Wired for $name {
            fn wire(self) -> i32 {
                match self { $(Self::$variant => plugin_host_proto::v1::$name::$variant.into()),+ }
            }

            fn read(wire: i32) -> Option<Self> {
                match plugin_host_proto::v1::$name::try_from(wire) {
                    $(Ok(plugin_host_proto::v1::$name::$variant) => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}
pub(super) use same;

same!(
    RunKind: Import, Sync, Shipments, EndOfDay, SynchronizeProducts, ImportInventory, SynchronizeCarriers,
    SynchronizeCustomers, SynchronizePickingOrders, Reconciliation,
);
same!(RunState: Queued, Running, Complete, CompleteWithParked, Failed, Held);
same!(PhaseKind: Products, Inventory, Carriers, PickingOrders, Shipments, Counts, Customers, Comparison);
same!(PhaseState: Waiting, Running, Done, AlreadyDone);
same!(Cause: Access, Import, Sync, EndOfDay, Shipments, Reconciliation, Parked, ManualSync);
same!(Health: InStep, NeedsAttention, Failing, NotSetUp);
same!(StoreState: Connected, Refused);
same!(Severity: Info, Warning, Error);
same!(Tracking: None, Product, Variant);

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
                db::Error::Refused(_)
                | db::Error::Row { .. }
                | db::Error::Sealed
                | db::Error::Unusable(_) => Status::internal(words),
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
        state: store.state.wire(),
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
        kind: run.kind.wire(),
        state: run.state.wire(),
        dry_run: run.dry_run,
        asked_by: run.asked_by.clone(),
        asked_at: Some(at(run.asked_at)),
        began_at: run.began_at.map(at),
        ended_at: run.ended_at.map(at),
        phases: run.phases.iter().map(phase).collect(),
        configuration_revision: run.configuration_revision,
        problem: run.problem.clone(),
        resumptions: i32::try_from(run.resumptions).unwrap_or(i32::MAX),
        excess: run.excess.map(excess),
    }
}

fn excess(excess: Excess) -> v1::Excess {
    let Excess { zeroes, selling, units, drifted, restored_to } = excess;
    v1::Excess { zeroes, selling, units, drifted, restored_to: restored_to.map(at) }
}

fn quota(quota: Quota) -> v1::Quota {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    v1::Quota {
        limit: number(quota.limit),
        left: number(quota.left),
        window_ms: i64::try_from(quota.window.as_millis()).unwrap_or(i64::MAX),
    }
}

/// The action that asks for a kind of run, if there is one.
fn action_of(kind: RunKind) -> v1::Action {
    match kind {
        RunKind::Import => v1::Action::Import,
        RunKind::Sync => v1::Action::Sync,
        RunKind::EndOfDay => v1::Action::EndOfDay,
        RunKind::SynchronizeProducts => v1::Action::SynchronizeProducts,
        RunKind::ImportInventory => v1::Action::ImportInventory,
        RunKind::SynchronizeCarriers => v1::Action::SynchronizeCarriers,
        RunKind::SynchronizeCustomers => v1::Action::SynchronizeCustomers,
        RunKind::SynchronizePickingOrders => v1::Action::SynchronizePickingOrders,
        RunKind::Reconciliation => v1::Action::Reconcile,
        RunKind::Shipments => v1::Action::Unspecified,
    }
}

/// The kind of run that an action of Manual Sync asks for.
pub(super) fn manual(action: v1::Action) -> Option<RunKind> {
    RunKind::MANUAL.into_iter().find(|kind| action_of(*kind) == action)
}

fn phase(phase: &Phase) -> v1::Phase {
    v1::Phase {
        kind: phase.kind.wire(),
        state: phase.state.wire(),
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

pub(super) fn missing(missing: Missing) -> v1::Reason {
    v1::Reason { code: missing.code.into(), message: missing.message, field: missing.field.into() }
}

fn need(need: Need, run: Option<v1::Run>) -> v1::Need {
    v1::Need {
        cause: need.cause.wire(),
        message: need.words,
        failing: need.is_failing,
        count: need.count,
        run,
    }
}

pub(super) fn store_status(status: app::Status) -> v1::Status {
    let run_of = |run: &Run| self::run(run, &status.store);
    let action = |(kind, allowed): (RunKind, app::AllowedAction)| v1::AllowedAction {
        action: action_of(kind).into(),
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
        last_sync: status.last_of.0.as_ref().map(run_of),
        last_end_of_day: status.last_of.1.as_ref().map(run_of),
        parked: status.parked,
        owed_shipments: status.owed_shipments,
        health: status.health.0.wire(),
        health_message: status.health.1,
        needs: status
            .needs
            .into_iter()
            .map(|(need, run)| self::need(need, run.as_ref().map(run_of)))
            .collect(),
        time_zone: status.time_zone,
        quota: status.quota.map(quota),
        allowed_actions: status.actions.into_iter().map(action).collect(),
        last_sync_completed_at: status.synced_at.map(at),
        next_sync_due_at: status.sync_due_at.map(at),
        next_end_of_day_due_at: status.end_of_day_due_at.map(at),
        alarm: status.alarm,
        one_time_flags: status
            .one_time_flags
            .iter()
            .map(|(phase, run, set_at)| v1::OneTimeFlag {
                phase: phase.wire(),
                run_id: run.0,
                set_at: Some(at(*set_at)),
            })
            .collect(),
        store: Some(store(&status.store)),
    }
}
