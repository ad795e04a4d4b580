//! Which orders a run reads, list by list and page by page.

use jiff::Timestamp;

use super::{Result, Work};
use crate::{
    bigcommerce::{self, OrderFilter, OrderPage, Unreadable},
    domain::{
        order::{DEDUCTED_STATUS_IDS, StoreOrder},
        run::PhaseKind,
    },
    warehouse::orders,
};

/// What there is to read.
#[derive(Clone, Copy)]
pub(super) enum List {
    /// Orders of the store that a filter lets through.
    Orders(OrderFilter),
    /// Orders that are not done here, whatever became of them in the store.
    Unfinished,
    /// Orders changed since an instant that are in none of the statuses that are read as a whole.
    Ended(Timestamp),
    /// Orders on hold for something that has an item by now.
    Openable,
}

/// The lists of a run: of what changed since the last sync, or of everything that is not done.
pub(super) async fn lists(work: &Work, phase: PhaseKind) -> Result<Vec<List>> {
    if let Some(since) = work.since(phase).await? {
        // What is new has no picking order yet, so that it is read once.
        return Ok(vec![List::Unfinished, List::Orders(OrderFilter::ChangedSince(since)), List::Openable]);
    }
    let statuses = DEDUCTED_STATUS_IDS.map(|status| List::Orders(OrderFilter::Status(status)));
    // The cursor moves on all the same: what was done here and has ended there since would never be read.
    let known = work.db.cursor(work.store.id, phase).await?;
    let ended = known.map(|known| List::Ended(known.since));
    Ok([List::Unfinished].into_iter().chain(statuses).chain(ended).collect())
}

impl List {
    /// A page of it from an order on, and where the next one begins.
    pub(super) async fn page(self, work: &Work, next: i64) -> Result<(OrderPage, Option<i64>)> {
        match self {
            Self::Orders(filter) => filtered(work, filter, next).await,
            Self::Unfinished => unfinished(work, next).await,
            Self::Ended(since) => {
                let (mut page, next) = filtered(work, OrderFilter::ChangedSince(since), next).await?;
                page.orders.retain(|order| !DEDUCTED_STATUS_IDS.contains(&order.status_id));
                Ok((page, next))
            }
            Self::Openable => {
                let mut page = OrderPage::default();
                let id = orders::openable(&work.db, work.store.id, next).await?;
                if let Some(id) = id {
                    read(work, &mut page, id).await?;
                }
                Ok((page, id.map(|id| id + 1)))
            }
        }
    }
}

async fn filtered(work: &Work, filter: OrderFilter, next: i64) -> Result<(OrderPage, Option<i64>)> {
    let page = work.api.orders(filter, next).await?;
    let next = page.last_id.map(|last| last + 1).filter(|_| page.more);
    Ok((page, next))
}

/// A page of the orders that picking orders wait for.
async fn unfinished(work: &Work, next: i64) -> Result<(OrderPage, Option<i64>)> {
    let wanted: Vec<i64> = orders::unfinished(&work.db, work.store.id).await?;
    let wanted: Vec<i64> = wanted.into_iter().filter(|id| *id >= next).collect();
    let (Some(&first), Some(&last)) = (wanted.first(), wanted.last()) else {
        return Ok((OrderPage::default(), None));
    };
    let mut page = work.api.orders(OrderFilter::UpTo(last), first).await?;
    let read_to = page.last_id.filter(|_| page.more).unwrap_or(last);
    page.orders.retain(|order| wanted.binary_search(&order.id).is_ok());
    page.unreadable.retain(|order| wanted.binary_search(&order.id).is_ok());
    for &id in wanted.iter().take_while(|id| **id <= read_to) {
        // A list leaves archived orders out.
        let is_unreadable = page.unreadable.iter().any(|order| order.id == id);
        if !is_unreadable && page.orders.iter().all(|order| order.id != id) {
            read(work, &mut page, id).await?;
        }
    }
    Ok((page, Some(read_to + 1)))
}

/// Adds one order to a page; one that cannot be read keeps no other waiting.
async fn read(work: &Work, page: &mut OrderPage, id: i64) -> Result<()> {
    match work.api.order(id).await {
        Ok(order) => page.orders.push(order.unwrap_or_else(|| StoreOrder::gone(id))),
        Err(bigcommerce::Error::Unreadable { what, .. }) => page.unreadable.push(Unreadable { id, what }),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
