//! Last Auto Sync Completed On: cleared or set by a person (C9, OQ-10).

use futures::try_join;
use jiff::Timestamp;

use super::{App, Caller, Error, Result};
use crate::{
    bigcommerce::{OrderFilter, StoreApi, Urgency},
    db::SyncCursor,
    domain::{
        configuration::Violation,
        order::DEDUCTED_STATUS_IDS,
        run::{PhaseKind, RunState},
        store::Store,
    },
    events::{Change, Severity},
};

/// What the next sync would read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Products; none where the next sync would read none.
    pub products: Option<i64>,
    /// Customers.
    pub customers: i64,
    /// Orders.
    pub orders: i64,
}

impl App {
    /// Sets the cursor of syncs to an instant of the store's clock, or clears it; without confirmation nothing changes.
    pub async fn set_sync_cursor(
        &self,
        caller: &Caller,
        store: &Store,
        since: Option<Timestamp>,
        confirm: bool,
    ) -> Result<(Preview, bool)> {
        if since.is_some_and(|since| since > self.db.clock.now()) {
            let message = "Choose an instant that has passed.";
            return Err(Error::Invalid(vec![Violation::new("since", message)]));
        }
        let token = self.db.token(store).await?;
        let api = self.api.store(&store.hash, token, Urgency::Interactive);
        // Under Manual Sync a blank cursor means customers and orders; products have an action of their own.
        let products = async {
            let wanted = since.is_some() || !store.grants.manual_sync;
            if wanted { Ok(Some(api.product_count(since).await?)) } else { Ok(None) }
        };
        let customers = async { Ok(api.customers(since, "").await?.total) };
        let (products, customers, orders) = try_join!(products, customers, orders(&api, since))?;
        let preview = Preview { products, customers, orders };
        if confirm {
            self.move_cursors(caller, store, since).await?;
        }
        Ok((preview, confirm))
    }

    async fn move_cursors(&self, caller: &Caller, store: &Store, since: Option<Timestamp>) -> Result<()> {
        let mut tx = self.db.begin().await?;
        self.db.lock_store(&mut tx, store.id).await?;
        let open = self.db.open_runs(store.id).await?;
        if open.iter().any(|run| run.state == RunState::Running) {
            let message =
                "A run is being worked on and would move the cursor again: try it when it has ended.";
            return Err(Error::Refused(message.into()));
        }
        for phase in [PhaseKind::Products, PhaseKind::Customers, PhaseKind::PickingOrders] {
            match since {
                Some(since) => {
                    tx.move_cursor(store.id, phase, SyncCursor { since, completed_at: Some(since) }).await?;
                }
                None if phase == PhaseKind::Products && store.grants.manual_sync => {}
                None => tx.clear_cursor(store.id, phase).await?,
            }
        }
        let action = match since {
            Some(since) => format!("set Last Auto Sync Completed On to {since}"),
            None => "cleared Last Auto Sync Completed On".to_owned(),
        };
        self.db.audit(&mut tx, &caller.name(), Some(store.id), &action, Default::default()).await?;
        let message = format!("{} {action}.", caller.name());
        self.db.add_event(&mut tx, store.id, Severity::Warning, message, Change::Store).await?;
        Ok(tx.commit(&self.bus).await?)
    }
}

/// How many orders a sync would read.
async fn orders(api: &StoreApi, since: Option<Timestamp>) -> Result<i64> {
    let Some(since) = since else {
        let counts = api.order_counts().await?;
        let counts = counts.iter().filter(|(status, _)| DEDUCTED_STATUS_IDS.contains(status));
        return Ok(counts.map(|(_, count)| count).sum());
    };
    let (mut next, mut found) = (0, 0);
    loop {
        let page = api.orders(OrderFilter::ChangedSince(since), next).await?;
        found += i64::try_from(page.orders.len() + page.unreadable.len()).unwrap_or(i64::MAX);
        match page.last_id {
            Some(last) if page.more => next = last + 1,
            _ => return Ok(found),
        }
    }
}
