//! Orders become picking orders, once, and picking orders follow what the store does to their orders.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    OVERLAP, Result, Work, counted_orders, customers, elsewhere,
    order_lists::{self, List},
    shipments,
    translation::{Items, Of, header, new_line, number, picking_line},
};
use crate::{
    bigcommerce::{OrderFilter, OrderPage},
    db::{Exception, NewParked, Tx},
    domain::{
        catalog::fold,
        order::{Consignment, OrderLine, StoreOrder, Wish, follow},
        parked::tells,
        picking::OrderState,
        reason::Reason,
        run::{Counts, PhaseKind},
    },
    warehouse::{
        carriers,
        changes::Change,
        items,
        orders::{self, PickingLine, PickingOrder, complete_kits, differences},
    },
};

const PHASE: PhaseKind = PhaseKind::PickingOrders;

/// How far the orders have been read.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Cursor {
    /// Which of the lists.
    list: usize,
    /// From which order on.
    next: i64,
}

/// Reads the orders that changed since the last sync, or every order that is not done where all is to be read.
pub(super) async fn sync(work: &Work, cursor: &str) -> Result<()> {
    let mut cursor: Cursor = serde_json::from_str(cursor).unwrap_or_default();
    let lists = order_lists::lists(work, PHASE).await?;
    while let Some(list) = lists.get(cursor.list) {
        let (page, next) = list.page(work, cursor.next).await?;
        cursor = match next {
            Some(next) => Cursor { next, ..cursor },
            None => Cursor { list: cursor.list + 1, next: 0 },
        };
        let mut tx = work.page().await?;
        let counts = apply(work, &mut tx, page).await?;
        let counts = if matches!(list, List::Ended(_)) { changed(counts) } else { counts };
        work.keep(tx, PHASE, &serde_json::json!(cursor).to_string(), counts, 0).await?;
    }
    let tx = work.page().await?;
    work.end(tx, PHASE).await
}

/// Of orders that were looked at for what may have changed, only that counts.
fn changed(counts: Counts) -> Counts {
    Counts { unchanged: 0, skipped: 0, ..counts }
}

/// Takes over what changed since an instant of the store's clock, outside a phase of its own; returns the next such instant.
pub(super) async fn take_changes(work: &Work, since: Timestamp) -> Result<Timestamp> {
    let from = since - OVERLAP;
    let until = work.api.store_time().await?;
    let mut next = 0;
    loop {
        let page = work.api.orders(OrderFilter::ChangedSince(from), next).await?;
        let Some(last) = page.last_id else { return Ok(until) };
        let more = page.more;
        next = last + 1;
        let mut tx = work.page().await?;
        let counts = apply(work, &mut tx, page).await?;
        work.keep(tx, PHASE, "", changed(counts), 0).await?;
        if !more {
            return Ok(until);
        }
    }
}

/// What is written of a page.
#[derive(Default)]
struct Sorted {
    /// The problems that a person has skipped, by order and consignment.
    skipped: HashMap<(i64, i64), String>,
    new: Vec<PickingOrder>,
    changed: Vec<PickingOrder>,
    /// Those that end because nothing is left to pick.
    closed: Vec<PickingOrder>,
    parked: Vec<NewParked>,
    sent_elsewhere: Vec<Exception>,
    changes: Vec<Change>,
    counts: Counts,
}

async fn apply(work: &Work, tx: &mut Tx, page: OrderPage) -> Result<Counts> {
    let at = work.db.clock.now();
    let OrderPage { orders: page, unreadable, .. } = page;
    // Whoever picks for these orders meanwhile waits, or is seen.
    work.db.lock_store(tx, work.store.id).await?;
    counted_orders::take_promises(work, tx, &page).await?;
    let ids: Vec<i64> =
        page.iter().map(|order| order.id).chain(unreadable.iter().map(|order| order.id)).collect();
    let products: BTreeSet<i64> =
        page.iter().flat_map(StoreOrder::lines).map(|line| line.product_id).collect();
    let items = items::of_products(tx, work.store.id, products).await?;
    let mut known: HashMap<(i64, i64), PickingOrder> = orders::of_orders(tx, work.store.id, ids.clone())
        .await?
        .into_iter()
        .map(|order| ((order.of.1, order.of.2), order))
        .collect();
    let imported = &work.configuration.imported_statuses;
    let wanted: Vec<StoreOrder> =
        page.iter().filter(|order| order.wish(imported) == Wish::Pick).cloned().collect();
    let customers = customers::of_orders(work, tx, &wanted).await?;
    let sent = page.iter().flat_map(|order| &order.consignments).filter(|one| !one.ship_to.is_empty());
    let methods = sent.map(|one| one.method.trim()).filter(|method| !method.is_empty()).collect();
    carriers::add_seen(&work.db, tx, work.place.division, methods).await?;
    let begun: BTreeSet<i64> = known.keys().map(|(order, _)| *order).collect();
    let skipped = tx.skipped((work.store.id, PHASE), ids.clone()).await?;
    let mut sorted = Sorted { skipped, ..Sorted::default() };
    sorted.parked.extend(unreadable.into_iter().map(|order| NewParked {
        record_id: order.id,
        part_id: 0,
        record: format!("order {}", order.id),
        reason: Reason::Unreadable,
        detail: order.what,
    }));
    for order in &page {
        let of = Of { order, wish: order.wish(imported), customer: customers.get(&order.id).copied() };
        for (position, consignment) in order.consignments.iter().enumerate() {
            match known.remove(&(order.id, consignment.id)) {
                Some(picking) => sorted.follow(&picking, of, Some(consignment), &items, at),
                None if of.wish == Wish::Pick => {
                    let number = number(&work.order_prefix, order, position);
                    sorted.make(work, number, of, consignment, &items, at);
                }
                None => sorted.counts.skipped += 1,
            }
        }
        if of.is_left_over() && !begun.contains(&order.id) {
            sorted.parked.push(NewParked {
                record_id: order.id,
                part_id: 0,
                record: format!("order {}", order.id),
                reason: Reason::OrderPartlyRefunded,
                detail: format!("{} lines", order.lines().filter(|line| line.to_pick(0) > 0).count()),
            });
        }
    }
    for order in &page {
        let of = Of { order, wish: order.wish(imported), customer: None };
        for consignment in known.keys().filter(|(id, _)| *id == order.id).copied().collect::<Vec<_>>() {
            if let Some(picking) = known.remove(&consignment) {
                sorted.follow(&picking, of, None, &items, at);
            }
        }
    }
    write(work, tx, &mut sorted).await?;
    sorted.changes.extend(shipments::report_closed(work, tx, &sorted.closed).await?);
    let of = (work.store.id, work.lease.run, PHASE);
    sorted.counts += work.db.park(tx, of, &sorted.parked).await?;
    work.db.unpark(tx, of, ids).await?;
    work.note(tx, sorted.changes).await?;
    elsewhere::tell(work, tx, &sorted.sent_elsewhere).await?;
    Ok(sorted.counts)
}

/// Writes what is new and what changed; an order whose number is taken is parked.
async fn write(work: &Work, tx: &mut Tx, sorted: &mut Sorted) -> Result<()> {
    let ids = work.db.next_ids("picking_orders", sorted.new.len()).await?;
    for (order, id) in sorted.new.iter_mut().zip(ids) {
        order.id = id;
    }
    let division = work.place.division;
    if orders::add(tx, division, &sorted.new).await? < sorted.new.len() as u64 {
        let keys = sorted.new.iter().map(|order| fold(&order.number)).collect();
        let holders = orders::holders(tx, division, keys).await?;
        let (made, refused): (Vec<_>, Vec<_>) = std::mem::take(&mut sorted.new)
            .into_iter()
            .partition(|order| holders.get(&fold(&order.number)) == Some(&order.id));
        sorted.new = made;
        for order in refused {
            sorted.counts.created -= 1;
            sorted.park(&order, Reason::OrderNumberTaken, order.number.clone());
        }
    }
    sorted.changes.extend(sorted.new.iter().flat_map(|order| differences(None, order)));
    for order in &sorted.changed {
        orders::update(tx, order.id, &order.header, order.changed_at).await?;
    }
    let mut lines = Vec::new();
    for order in sorted.new.iter().chain(&sorted.changed) {
        lines.extend(order.lines.iter().map(|line| (order.id, line)));
    }
    Ok(orders::put_lines(tx, &lines).await?)
}

impl Sorted {
    fn park(&mut self, order: &PickingOrder, reason: Reason, detail: String) {
        let (_, order_id, consignment_id) = order.of;
        let record = match order.number.as_str() {
            "" => format!("order {order_id}"),
            number => format!("order {order_id}, picking order {number}"),
        };
        // One record for each picking order: what comes second is told with what came first.
        let same = |parked: &&mut NewParked| (parked.record_id, parked.part_id) == (order_id, consignment_id);
        match self.parked.iter_mut().find(same) {
            Some(parked) => parked.detail = format!("{}; {detail}", parked.detail),
            None => {
                self.parked.push(NewParked {
                    record_id: order_id,
                    part_id: consignment_id,
                    record,
                    reason,
                    detail,
                });
            }
        }
    }

    /// Makes a picking order of what is left to pick; without anything left there is none.
    fn make(
        &mut self,
        work: &Work,
        number: String,
        of: Of<'_>,
        consignment: &Consignment,
        items: &Items,
        at: Timestamp,
    ) {
        let wanted = consignment.lines.iter().filter(|line| line.to_pick(0) > 0);
        let lines: Vec<_> = wanted.map(|line| new_line(line, &consignment.lines, items)).collect();
        if lines.is_empty() {
            self.counts.skipped += 1;
            return;
        }
        let mut picking = PickingOrder {
            id: 0,
            number,
            of: (work.store.id, of.order.id, consignment.id),
            header: header(OrderState::Open, of, consignment),
            by_hand: false,
            changed_at: at,
            lines,
        };
        let unknown = self.unknown(&mut picking);
        self.hold_where_unknown(&mut picking, unknown);
        self.counts.created += 1;
        self.new.push(picking);
    }

    /// What has no item, in words, and whether a person has skipped it: then it is not to be picked here.
    fn unknown(&self, picking: &mut PickingOrder) -> (String, bool) {
        let names = picking.unknown();
        let problem = self.skipped.get(&(picking.of.1, picking.of.2));
        let is_skipped = problem.is_some_and(|problem| tells(problem, &names));
        if is_skipped {
            picking.leave_unknown_out();
        }
        (names, is_skipped)
    }

    /// An order with something that has no item waits for a person; it is never dropped (OQ-26).
    fn hold_where_unknown(&mut self, picking: &mut PickingOrder, (unknown, is_skipped): (String, bool)) {
        if unknown.is_empty() {
            return;
        }
        if !is_skipped {
            picking.header.state = OrderState::OnHold;
            picking.header.problem = format!("there is no item for {unknown}");
        }
        // What was skipped is told all the same, so that it stays the problem that was skipped.
        self.park(picking, Reason::OrderItemUnknown, unknown);
    }

    /// Follows what the store did to an order: wholly while nothing was picked, as far as possible after that.
    fn follow(
        &mut self,
        known: &PickingOrder,
        of: Of<'_>,
        consignment: Option<&Consignment>,
        items: &Items,
        at: Timestamp,
    ) {
        let mut picking = known.clone();
        if let Some(consignment) = consignment {
            picking.header = header(known.header.state, of, consignment);
            picking.header.customer_id = of.customer.or(known.header.customer_id);
        }
        picking.header.store_status_id = of.order.status_id;
        let wish = match consignment {
            Some(consignment) => of.order.wish_for(consignment, of.wish),
            None if of.order.is_archived => of.wish,
            None => Wish::End("its lines were taken out of the order in the store"),
        };
        match wish {
            Wish::End(why) => self.end(&mut picking, why),
            Wish::Wait(why) => match picking.header.state {
                OrderState::Open | OrderState::OnHold => {
                    picking.header.state = OrderState::OnHold;
                    why.clone_into(&mut picking.header.problem);
                }
                OrderState::Closed | OrderState::Cancelled => {
                    picking.header.problem.clone_from(&known.header.problem);
                }
            },
            Wish::Pick | Wish::GoOn => {
                let wanted = consignment.map(|consignment| &consignment.lines[..]).unwrap_or_default();
                self.change_lines(&mut picking, wanted, items);
            }
        }
        if picking == *known {
            self.counts.unchanged += 1;
        } else {
            self.sent_elsewhere.extend(elsewhere::sent(known, &picking, consignment));
            picking.changed_at = at;
            self.counts.updated += 1;
            self.changes.extend(differences(Some(known), &picking));
            self.changed.push(picking);
        }
    }

    /// Ends a picking order the store does not want any more; what was picked for nothing is for a person (OQ-25).
    fn end(&mut self, picking: &mut PickingOrder, why: &str) {
        let sent_by_store = matches!(picking.header.store_status_id, 2 | 10);
        if picking.header.state == OrderState::Closed && sent_by_store {
            return;
        }
        if picking.is_begun() {
            self.park(picking, Reason::OrderEndedAfterPick, why.to_owned());
        }
        if picking.header.state != OrderState::Closed {
            picking.header.state = OrderState::Cancelled;
            why.clone_into(&mut picking.header.problem);
        }
    }

    fn change_lines(&mut self, picking: &mut PickingOrder, wanted: &[OrderLine], items: &Items) {
        let mut lines = std::mem::take(&mut picking.lines);
        let mut surplus = Vec::new();
        for line in &mut lines {
            let now = wanted.iter().find(|now| now.line_id == line.line_id);
            // What the store has come to count as sent, up to what was picked here, went out from here.
            let sent = |now: &OrderLine| line.picked.min((now.shipped - line.shipped_before).max(0));
            let units = now.map_or(0, |now| now.to_pick(sent(now)));
            let followed = follow(units, line.picked);
            if let Some(now) = now {
                let shipped_before = line.shipped_before;
                let renewed = picking_line(now, (followed.ordered, line.picked), wanted, items);
                *line = PickingLine { shipped_before, ..renewed };
            } else {
                line.ordered = followed.ordered;
            }
            if followed.surplus > 0 {
                surplus.push(format!("{} of {} ({})", followed.surplus, line.name, line.sku));
            }
        }
        let known: BTreeSet<i64> = lines.iter().map(|line| line.line_id).collect();
        let added = wanted.iter().filter(|line| !known.contains(&line.line_id) && line.to_pick(0) > 0);
        lines.extend(added.map(|line| new_line(line, wanted, items)));
        complete_kits(&mut lines);
        picking.lines = lines;
        let (state, has_surplus) = (picking.header.state, !surplus.is_empty());
        if has_surplus {
            self.park(picking, Reason::OrderChangedAfterPick, surplus.join(", "));
        }
        let unknown = self.unknown(picking);
        let left = !picking.is_picked();
        picking.header.state = match picking.header.state {
            OrderState::Closed if left => {
                self.park(
                    picking,
                    Reason::OrderGrewAfterClose,
                    "the store wants more than was picked".to_owned(),
                );
                OrderState::Closed
            }
            OrderState::Closed => OrderState::Closed,
            OrderState::Cancelled if picking.by_hand => OrderState::Cancelled,
            _ if left => OrderState::Open,
            _ if picking.is_begun() => OrderState::Closed,
            _ => OrderState::Cancelled,
        };
        // What was picked beyond what the store wants is for a person, and so is the rest then.
        if picking.header.state == OrderState::Closed && state != OrderState::Closed && !has_surplus {
            self.closed.push(picking.clone());
        }
        picking.header.problem = match picking.header.state {
            OrderState::Cancelled if picking.by_hand => "it was cancelled here".to_owned(),
            OrderState::Cancelled => "nothing of it is left to pick".to_owned(),
            _ => String::new(),
        };
        if unknown.1 || picking.header.state == OrderState::Open {
            self.hold_where_unknown(picking, unknown);
        }
    }
}
