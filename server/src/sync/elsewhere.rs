//! Goods that were to be picked here and that somebody else has sent: another program may be at the same work.

use super::{Result, Work};
use crate::{
    db::{Exception, Tx},
    domain::{order::Consignment, picking::OrderState, reason::Reason},
    events::{Change, Severity},
    warehouse::orders::PickingOrder,
};

/// What is to be said when fewer units are left to pick because the store says that they were sent, or all is done.
pub(super) fn sent(
    known: &PickingOrder,
    now: &PickingOrder,
    consignment: Option<&Consignment>,
) -> Option<Exception> {
    let fewer = left(known) - left(now);
    let ours = |id: i64| {
        let line = known.lines.iter().find(|line| line.line_id == id);
        line.map_or(0, |line| line.shipped_before + line.picked)
    };
    let lines = consignment.map(|consignment| &consignment.lines[..]).unwrap_or_default();
    let is_sent = lines.iter().any(|line| line.shipped > ours(line.line_id));
    let is_done = matches!(now.header.store_status_id, 2 | 10);
    (fewer > 0 && (is_sent || is_done)).then(|| Exception {
        reason: Reason::SentElsewhere,
        record: format!("order {}, picking order {}", known.of.1, known.number),
        detail: format!("{fewer} units fewer are to be picked"),
    })
}

fn left(order: &PickingOrder) -> i64 {
    match order.header.state {
        OrderState::Open | OrderState::OnHold => {
            order.lines.iter().map(|line| line.ordered - line.picked).sum()
        }
        OrderState::Closed | OrderState::Cancelled => 0,
    }
}

/// Names them in the run, and tells whoever watches.
pub(super) async fn tell(work: &Work, tx: &mut Tx, orders: &[Exception]) -> Result<()> {
    work.db.add_exceptions(tx, work.lease.run, orders).await?;
    let Some(first) = orders.first().filter(|_| !work.dry_run) else { return Ok(()) };
    let more = match orders.len() - 1 {
        0 => String::new(),
        more => format!(" and of {more} more"),
    };
    let message = format!(
        "Somebody else sent goods of {}{more}: is another program connected to this store?",
        first.record
    );
    let change = Change::Run(work.lease.run);
    Ok(work.db.add_event(tx, work.store.id, Severity::Warning, message, change).await?)
}
