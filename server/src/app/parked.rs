//! What people decide about parked records.

use super::{App, Caller, Error, Result, RunRequest};
use crate::{
    db::{ParkedRecord, Resolution},
    domain::{
        catalog::usable_number,
        configuration::Violation,
        run::{PhaseKind, Run, RunKind},
        store::Store,
    },
    events::{Change, Severity},
    warehouse::shipments,
};

/// What shall become of a parked record.
#[derive(Clone, Debug)]
pub enum Decision {
    /// As kept, until something else is decided.
    Keep(Resolution),
    /// It is tried again as it is.
    Retry,
}

impl App {
    /// Does what a person decided about a parked record; returns the run that does the rest, where something is left.
    pub async fn resolve_parked(
        &self,
        caller: &Caller,
        store: &Store,
        id: i64,
        decision: &Decision,
    ) -> Result<Option<Run>> {
        let record = self.db.parked_record(store.id, id).await?;
        let record = record.ok_or_else(|| Error::NotFound(format!("parked record {id} of this store")))?;
        self.check(store, &record, decision).await?;
        let mut tx = self.db.begin().await?;
        self.db.lock_store(&mut tx, store.id).await?;
        let words = match decision {
            Decision::Keep(resolution) => {
                tx.resolve(&self.db, (store.id, &record), resolution, &caller.name()).await?;
                match resolution {
                    Resolution::Link(number) => format!("linked {} to item {number}", record.record),
                    Resolution::Number(number) => format!("gave {} the number {number}", record.record),
                    Resolution::Skip => format!("skipped {}", record.record),
                }
            }
            Decision::Retry => {
                if record.kind == PhaseKind::Shipments && record.of.1 > 0 {
                    shipments::owe_again(&mut tx, store.id, record.of.1).await?;
                    self.db.free(&mut tx, record.id).await?;
                }
                format!("asked to try {} again", record.record)
            }
        };
        self.db.audit(&mut tx, &caller.name(), Some(store.id), &words, Default::default()).await?;
        let message = format!("{} {words}.", caller.name());
        self.db.add_event(&mut tx, store.id, Severity::Info, message, Change::Store).await?;
        tx.commit(&self.bus).await?;
        if matches!(decision, Decision::Keep(Resolution::Skip)) {
            return Ok(None);
        }
        let kind = match record.kind {
            PhaseKind::Shipments => RunKind::Shipments,
            PhaseKind::Counts => RunKind::EndOfDay,
            PhaseKind::Customers => RunKind::Reconciliation,
            _ => RunKind::Sync,
        };
        Ok(Some(self.request_run(caller, store, &RunRequest::of(kind)).await?.0))
    }

    async fn check(&self, store: &Store, record: &ParkedRecord, decision: &Decision) -> Result<()> {
        let invalid = |field, message: String| Err(Error::Invalid(vec![Violation::new(field, message)]));
        match decision {
            Decision::Keep(Resolution::Link(_) | Resolution::Number(_))
                if record.kind != PhaseKind::Products =>
            {
                invalid("resolution", "Only a product can be linked to an item or given a number.".into())
            }
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
                let found = crate::warehouse::items::by_number(&self.db, place.division, number).await?;
                match found {
                    Some(_) => Ok(()),
                    None => invalid("link_to_item", format!("There is no item {number:?} to link to.")),
                }
            }
            // A count that was taken over later would be put over what the warehouse has done since (amendment E).
            Decision::Retry if record.kind == PhaseKind::Inventory => {
                let message =
                    "Count the item and adjust its inventory in the warehouse, then skip this record.";
                Err(Error::Refused(message.into()))
            }
            _ => Ok(()),
        }
    }
}
