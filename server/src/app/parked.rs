//! What people decide about parked records.

use super::{App, Caller, Error, Result, RunRequest};
use crate::{
    db::{ParkedRecord, Resolution, Tx},
    domain::{
        catalog::usable_number,
        configuration::Violation,
        parked::ParkedResolution,
        reason::Reason,
        run::{PhaseKind, Run, RunKind},
        store::Store,
    },
    events::{Change, Severity},
    warehouse::{items, shipments},
};

/// Records that are decided about in one transaction.
const PAGE: i64 = 500;

/// What shall become of a parked record.
#[derive(Clone, Debug)]
pub enum Decision {
    /// As kept, until something else is decided.
    Keep(Resolution),
    /// It is tried again as it is.
    Retry,
}

impl Decision {
    fn kind(&self) -> ParkedResolution {
        match self {
            Self::Keep(Resolution::Link(_)) => ParkedResolution::Link,
            Self::Keep(Resolution::Number(_)) => ParkedResolution::Number,
            Self::Keep(Resolution::Skip) => ParkedResolution::Skip,
            Self::Retry => ParkedResolution::Retry,
        }
    }

    /// What was done, for the audit.
    fn words(&self, records: &str) -> String {
        match self {
            Self::Keep(Resolution::Link(number)) => format!("linked {records} to item {number}"),
            Self::Keep(Resolution::Number(number)) => format!("gave {records} the number {number}"),
            Self::Keep(Resolution::Skip) => format!("skipped {records}"),
            Self::Retry => format!("asked to try {records} again"),
        }
    }
}

impl App {
    /// Does what a person decided about a parked record, seen to be parked for a reason unless that is empty; returns the
    /// run that does the rest, where something is left.
    pub async fn resolve_parked(
        &self,
        caller: &Caller,
        store: &Store,
        (id, seen): (i64, &str),
        decision: &Decision,
    ) -> Result<Option<Run>> {
        let record = self.db.parked_record(store.id, id).await?;
        let record = record.ok_or_else(|| Error::NotFound(format!("parked record {id} of this store")))?;
        self.check(store, &record, decision).await?;
        let kind = record.kind;
        let is_seen = seen.is_empty() || seen == record.reason.words().code;
        if !is_seen || self.decide(caller, store, (&[record], decision)).await? == 0 {
            return Err(Error::Refused(
                "The record is parked for something else by now: look at it again.".into(),
            ));
        }
        self.follow_up(caller, store, decision, &[kind]).await
    }

    /// Does what a person decided about every record with a reason, page by page; returns how many there were, and the
    /// run that does the rest.
    pub async fn resolve_reason(
        &self,
        caller: &Caller,
        store: &Store,
        reason: &str,
        decision: &Decision,
    ) -> Result<(i64, Option<Run>)> {
        let invalid = |field, message: String| Error::Invalid(vec![Violation::new(field, message)]);
        let reason = Reason::from_code(reason).ok_or_else(|| {
            invalid("reason", format!("{reason:?} is no reason that records are parked for."))
        })?;
        if !ParkedResolution::OF_MANY.contains(&decision.kind()) {
            let message = "Many records at once can only be skipped or retried.";
            return Err(invalid("resolution", message.into()));
        }
        let groups = self.db.parked_groups(store.id).await?;
        let Some(group) = groups.into_iter().find(|group| group.reason == reason) else {
            return Ok((0, None));
        };
        let obstacle = |kind: &PhaseKind| decision.kind().obstacle(*kind, reason);
        if let Some(obstacle) = group.kinds.iter().find_map(obstacle) {
            return Err(Error::NotReady(vec![obstacle]));
        }
        let code = reason.words().code;
        let (mut after, mut resolved) = (0, 0);
        loop {
            let records = self.db.parked_records(store.id, code, (after, 0), PAGE).await?;
            let Some(last) = records.last() else { break };
            after = last.id;
            resolved += self.decide(caller, store, (&records, decision)).await?;
        }
        Ok((resolved, self.follow_up(caller, store, decision, &group.kinds).await?))
    }

    /// Does what was decided about some records, and writes down who did; returns how many of them were still parked for the
    /// same problem.
    async fn decide(
        &self,
        caller: &Caller,
        store: &Store,
        (records, decision): (&[ParkedRecord], &Decision),
    ) -> Result<i64> {
        let mut tx = self.db.begin().await?;
        self.db.lock_store(&mut tx, store.id).await?;
        let records = &tx.still_parked(store.id, records).await?;
        let words = decision.words(&match &records[..] {
            [] => return Ok(0),
            [one] => one.record.clone(),
            many => format!("{} records parked as {}", many.len(), many[0].reason.words().code),
        });
        match decision {
            Decision::Keep(resolution) => {
                tx.resolve(&self.db, (store.id, records), resolution, &caller.name()).await?;
            }
            Decision::Retry => self.owe_again(&mut tx, store, records).await?,
        }
        self.db.audit(&mut tx, &caller.name(), Some(store.id), &words, Default::default()).await?;
        let message = format!("{} {words}.", caller.name());
        self.db.add_event(&mut tx, store.id, Severity::Info, message, Change::Store).await?;
        tx.commit(&self.bus).await?;
        Ok(i64::try_from(records.len()).unwrap_or(i64::MAX))
    }

    /// Owes the shipments among some records to the store once more; the rest is read again by the next run.
    async fn owe_again(&self, tx: &mut Tx, store: &Store, records: &[ParkedRecord]) -> Result<()> {
        for record in records {
            if record.kind == PhaseKind::Shipments && record.of.1 > 0 {
                shipments::owe_again(tx, store.id, record.of.1).await?;
                self.db.free(tx, record.id).await?;
            }
        }
        Ok(())
    }

    /// Asks for the runs that do the rest; returns the last of them.
    async fn follow_up(
        &self,
        caller: &Caller,
        store: &Store,
        decision: &Decision,
        kinds: &[PhaseKind],
    ) -> Result<Option<Run>> {
        if decision.kind() == ParkedResolution::Skip {
            return Ok(None);
        }
        let mut asked: Vec<RunKind> = Vec::new();
        let mut last = None;
        for kind in kinds {
            let kind = match kind {
                PhaseKind::Shipments => RunKind::Shipments,
                PhaseKind::Counts => RunKind::EndOfDay,
                PhaseKind::Customers => RunKind::Reconciliation,
                _ => RunKind::Sync,
            };
            if !asked.contains(&kind) {
                asked.push(kind);
                last = Some(self.request_run(caller, store, &RunRequest::of(kind)).await?.0);
            }
        }
        Ok(last)
    }

    async fn check(&self, store: &Store, record: &ParkedRecord, decision: &Decision) -> Result<()> {
        let invalid = |field, message: String| Err(Error::Invalid(vec![Violation::new(field, message)]));
        if let Some(obstacle) = decision.kind().obstacle(record.kind, record.reason) {
            return Err(Error::NotReady(vec![obstacle]));
        }
        match decision {
            Decision::Keep(Resolution::Number(number)) => match usable_number(number.clone()) {
                _ if number.is_empty() => invalid("item_number", "Type the number of the new item.".into()),
                Err(reason) => invalid("item_number", reason.words().explanation.into()),
                Ok(_) => Ok(()),
            },
            Decision::Keep(Resolution::Link(number)) => {
                let place = match self.db.configuration(store.id).await? {
                    Some(saved) => self.resolve_place(store, &saved.values).await?,
                    None => return Err(Error::NotFound("configuration of this store".into())),
                };
                match items::by_number(&self.db, place.division, number).await? {
                    Some(_) => Ok(()),
                    None => invalid("link_to_item", format!("There is no item {number:?} to link to.")),
                }
            }
            _ => Ok(()),
        }
    }
}
