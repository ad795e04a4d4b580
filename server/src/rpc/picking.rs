//! Picking orders as the contract has them.

use std::collections::HashMap;

use plugin_host_proto::v1;

use super::convert;
use crate::{
    app::Caller,
    domain::{
        picking::{OrderAction, OrderState},
        store::Store,
    },
    warehouse::{
        orders::{PickingLine, PickingOrder},
        places,
        shipments::{Shipment, ShipmentState},
    },
};

/// A picking order of a store, with the numbers of its items and its shipments, for somebody who looks at it.
pub(super) fn picking_order(
    (caller, division, store): (&Caller, &places::Division, Store),
    order: PickingOrder,
    numbers: &HashMap<i64, String>,
    shipments: Vec<Shipment>,
) -> v1::PickingOrder {
    let mut shipped: HashMap<i64, i64> = HashMap::new();
    let counted = shipments.iter().filter(|shipment| shipment.state != ShipmentState::Refused);
    for (line, units) in counted.flat_map(|shipment| &shipment.lines) {
        *shipped.entry(*line).or_default() += units;
    }
    let of_line = |line: &PickingLine| shipped.get(&line.line_id).copied().unwrap_or_default();
    let standing = order.standing(order.lines.iter().any(|line| line.picked > of_line(line)));
    let action = |action: OrderAction| {
        let obstacles = caller.obstacles(action.obstacle(standing));
        v1::AllowedPickingOrderAction {
            action: wire_action(action).into(),
            allowed: obstacles.is_empty(),
            reasons: obstacles.into_iter().map(convert::missing).collect(),
        }
    };
    let allowed_actions = OrderAction::ALL.map(action).into();
    let line = |line: PickingLine| v1::PickingLine {
        shipped: of_line(&line),
        line_id: line.line_id,
        item_number: line.item_id.and_then(|item| numbers.get(&item).cloned()).unwrap_or_default(),
        name: line.name,
        sku: line.sku,
        ordered: line.ordered,
        picked: line.picked,
        parent_line_id: line.parent_line_id,
        is_kit: line.is_kit,
    };
    v1::PickingOrder {
        division: division.code.clone(),
        number: order.number,
        state: wire_state(order.header.state).into(),
        problem: order.header.problem,
        store_id: store.hash,
        order_id: order.of.1,
        consignment_id: order.of.2,
        store_status_id: order.header.store_status_id,
        customer: order.header.customer,
        email: order.header.email,
        ship_to: order.header.ship_to,
        method: order.header.method,
        ordered_at: Some(convert::at(order.header.ordered_at)),
        changed_at: Some(convert::at(order.changed_at)),
        lines: order.lines.into_iter().map(line).collect(),
        shipments: shipments.into_iter().map(wire_shipment).collect(),
        customer_id: order.header.customer_id.unwrap_or_default(),
        allowed_actions,
    }
}

fn wire_action(action: OrderAction) -> v1::PickingOrderAction {
    match action {
        OrderAction::Pick => v1::PickingOrderAction::Pick,
        OrderAction::Ship => v1::PickingOrderAction::Ship,
        OrderAction::Close => v1::PickingOrderAction::Close,
        OrderAction::Reopen => v1::PickingOrderAction::Reopen,
        OrderAction::Cancel => v1::PickingOrderAction::Cancel,
    }
}

fn wire_state(state: OrderState) -> v1::PickingOrderState {
    match state {
        OrderState::Open => v1::PickingOrderState::Open,
        OrderState::OnHold => v1::PickingOrderState::OnHold,
        OrderState::Closed => v1::PickingOrderState::Closed,
        OrderState::Cancelled => v1::PickingOrderState::Cancelled,
    }
}

fn wire_shipment(shipment: Shipment) -> v1::Shipment {
    let state = match shipment.state {
        ShipmentState::Owed => v1::ShipmentState::Owed,
        ShipmentState::Tried => v1::ShipmentState::Tried,
        ShipmentState::Sent => v1::ShipmentState::Sent,
        ShipmentState::Refused => v1::ShipmentState::Refused,
    };
    let line = |(line_id, units)| v1::ShipmentLine { line_id, units };
    v1::Shipment {
        state: state.into(),
        provider: shipment.provider,
        tracking_number: shipment.tracking_number,
        store_shipment_id: shipment.store_shipment_id.unwrap_or_default(),
        problem: shipment.problem,
        lines: shipment.lines.into_iter().map(line).collect(),
    }
}

/// The state a request names, if it names one.
pub(super) fn order_state(state: v1::PickingOrderState) -> Option<OrderState> {
    match state {
        v1::PickingOrderState::Unspecified => None,
        v1::PickingOrderState::Open => Some(OrderState::Open),
        v1::PickingOrderState::OnHold => Some(OrderState::OnHold),
        v1::PickingOrderState::Closed => Some(OrderState::Closed),
        v1::PickingOrderState::Cancelled => Some(OrderState::Cancelled),
    }
}
