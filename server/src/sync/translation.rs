//! What an order of the store is in the words of the warehouse.

use std::collections::HashMap;

use crate::{
    domain::{
        order::{Consignment, OrderLine, StoreOrder, Wish},
        picking::OrderState,
    },
    warehouse::{
        items::Sold,
        orders::{Header, PickingLine},
    },
};

/// Items by product and variant.
pub(super) type Items = HashMap<(i64, i64), Sold>;

/// An order of the store, what the store wants done with it, and who ordered.
#[derive(Clone, Copy)]
pub(super) struct Of<'o> {
    pub(super) order: &'o StoreOrder,
    pub(super) wish: Wish,
    pub(super) customer: Option<i64>,
}

impl Of<'_> {
    /// Whether it is partly refunded, which begins no picking order, and something of it is still to be sent.
    pub(super) fn is_left_over(&self) -> bool {
        let left = self.order.lines().any(|line| line.to_pick(0) > 0);
        self.order.status_id == 14 && self.wish == Wish::GoOn && left
    }
}

/// `BC-1001`, or `BC-1001-2` for the second of several consignments (OQ-28, OQ-29).
pub(super) fn number(prefix: &str, order: &StoreOrder, position: usize) -> String {
    match order.consignments.len() {
        1 => format!("{prefix}{}", order.id),
        _ => format!("{prefix}{}-{}", order.id, position + 1),
    }
}

/// The head of a picking order for a consignment.
pub(super) fn header(state: OrderState, of: Of<'_>, consignment: &Consignment) -> Header {
    let order = of.order;
    Header {
        state,
        problem: String::new(),
        store_status_id: order.status_id,
        customer_id: of.customer,
        customer: order.shopper.name.clone(),
        email: order.shopper.email.clone(),
        ship_to: consignment.ship_to.clone(),
        method: consignment.method.clone(),
        ordered_at: order.ordered_at,
    }
}

/// A line of a picking order that is new, among the lines that are sent with it.
pub(super) fn new_line(line: &OrderLine, lines: &[OrderLine], items: &Items) -> PickingLine {
    PickingLine { shipped_before: line.shipped, ..picking_line(line, (line.to_pick(0), 0), lines, items) }
}

/// A line of a picking order, among the lines that are sent with it.
///
/// What brought parts along and is not counted by itself is a kit: nothing of it but its parts is on a shelf (OQ-36).
pub(super) fn picking_line(
    line: &OrderLine,
    (ordered, picked): (i64, i64),
    lines: &[OrderLine],
    items: &Items,
) -> PickingLine {
    let sold = items.get(&(line.product_id, line.variant_id));
    let has_parts = lines.iter().any(|part| part.parent_line_id == line.line_id);
    PickingLine {
        shipped_before: 0,
        line_id: line.line_id,
        parent_line_id: line.parent_line_id,
        is_kit: has_parts && !sold.is_some_and(|sold| sold.is_tracked),
        item_id: sold.map(|sold| sold.item_id),
        of: (line.product_id, line.variant_id),
        name: line.name.clone(),
        sku: line.sku.clone(),
        ordered,
        picked,
    }
}
