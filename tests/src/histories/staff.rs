//! What people in the warehouse do: they pick, ship, close, count and put back.

use std::collections::BTreeMap;

use plugin_host_proto::v1::{
    AdjustInventoryRequest, ClosePickingOrderRequest, ListPickingOrdersRequest, PickItemRequest,
    PickingOrder, PickingOrderState, ShipPickingOrderRequest, ShipmentState,
};

use super::{
    model::{Asked, Model},
    step::Step,
    world::{Result, World, broken},
};

const SITE: &str = "HQ";
const LOCATION: &str = "A-01";

/// Units of each line in the shipments of a picking order, without those the store does not take.
pub(super) fn shipped(order: &PickingOrder) -> BTreeMap<i64, i64> {
    let mut units = BTreeMap::new();
    let taken = order.shipments.iter().filter(|shipment| shipment.state() != ShipmentState::Refused);
    for line in taken.flat_map(|shipment| &shipment.lines) {
        *units.entry(line.line_id).or_default() += line.units;
    }
    units
}

/// Units of each line that are picked and not shipped.
fn packed(order: &PickingOrder) -> BTreeMap<i64, i64> {
    let shipped = shipped(order);
    let left = order
        .lines
        .iter()
        .map(|line| (line.line_id, line.picked - shipped.get(&line.line_id).copied().unwrap_or_default()));
    left.filter(|(_, units)| *units > 0).collect()
}

impl World {
    /// Lets people in the warehouse do something.
    pub(super) async fn work(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Pick { order, line, units } => self.pick(order, line, i64::from(units) + 1).await,
            Step::Ship { order } => {
                let Some(order) = self.order(order) else { return Ok(()) };
                self.ship(order).await
            }
            Step::Close { order } => self.close(order).await,
            Step::Adjust { good, change } => {
                let good = usize::from(good) % self.model().goods.len();
                self.adjust(good, i64::from(change) - 4, "counted").await.map(drop)
            }
            Step::PutBack { order } => self.put_back(order).await,
            _ => Ok(()),
        }
    }

    /// Every picking order of the warehouse.
    pub(super) async fn picking_orders(&self) -> Result<Vec<PickingOrder>> {
        let request = ListPickingOrdersRequest { page_size: 1_000, ..ListPickingOrdersRequest::default() };
        Ok(self.operator.client.warehouse().list_picking_orders(request).await?.into_inner().picking_orders)
    }

    fn order(&self, order: u8) -> Option<usize> {
        usize::from(order).checked_rem(self.model().orders.len())
    }

    async fn picking_orders_of(&self, order: usize) -> Result<Vec<PickingOrder>> {
        let id = i64::from(self.model().orders[order].id);
        let mut orders = self.picking_orders().await?;
        orders.retain(|order| order.order_id == id);
        Ok(orders)
    }

    /// What makes the next request happen once.
    fn request_id(&mut self) -> String {
        self.requests += 1;
        format!("request {}", self.requests)
    }

    async fn pick(&mut self, order: u8, line: u8, units: i64) -> Result<()> {
        let Some(order) = self.order(order) else { return Ok(()) };
        if self.model().orders[order].put_back {
            return Ok(());
        }
        let picking_orders = self.picking_orders_of(order).await?;
        let open = picking_orders.iter().filter(|order| order.state() == PickingOrderState::Open);
        let lines: Vec<_> = open
            .flat_map(|order| order.lines.iter().map(move |line| (order, line)))
            .filter(|(_, line)| line.ordered > line.picked && !line.item_number.is_empty())
            .collect();
        let Some(at) = usize::from(line).checked_rem(lines.len()) else { return Ok(()) };
        let (picking_order, line) = lines[at];
        let units = units.min(line.ordered - line.picked);
        let good = self.model().orders[order]
            .lines
            .iter()
            .find(|known| i64::from(known.id) == line.line_id)
            .map(|known| known.good);
        let Some(good) = good else {
            return broken("what is picked was ordered", format!("{picking_order:?}"));
        };
        let shelf = self.model().goods[good].shelf;
        let request = PickItemRequest {
            number: picking_order.number.clone(),
            item_number: line.item_number.clone(),
            units,
            site: SITE.to_owned(),
            location: LOCATION.to_owned(),
            request_id: self.request_id(),
            ..PickItemRequest::default()
        };
        let what = format!("{units} of {} for {}", Model::name(good), picking_order.number);
        let mut warehouse = self.operator.client.warehouse();
        match warehouse.pick_item(request.clone()).await {
            Ok(_) if shelf < units => {
                broken("what is picked is on the shelf", format!("{what}, with {shelf} on it"))
            }
            Ok(answer) => {
                // Somebody presses twice.
                warehouse.pick_item(request).await?;
                let now = answer.into_inner().picking_order.unwrap_or_default();
                self.note_picked(order, good, units, &now);
                self.say(format!("{what} are picked"));
                Ok(())
            }
            Err(refused) if shelf >= units => {
                broken("what can be picked is picked", format!("{what}: {}", refused.message()))
            }
            Err(_) => {
                self.say(format!("{what} cannot be picked, there are {shelf}"));
                Ok(())
            }
        }
    }

    fn note_picked(&self, order: usize, good: usize, units: i64, now: &PickingOrder) {
        let mut model = self.model();
        model.goods[good].shelf -= units;
        // Of lines for the same goods the server chooses one.
        for line in &now.lines {
            let known =
                model.orders[order].lines.iter_mut().find(|known| i64::from(known.id) == line.line_id);
            if let Some(known) = known {
                known.picked = line.picked;
            }
        }
    }

    /// Ships everything of an order that is picked and not shipped.
    pub(super) async fn ship(&mut self, order: usize) -> Result<()> {
        if self.model().orders[order].put_back {
            return Ok(());
        }
        for picking_order in self.picking_orders_of(order).await? {
            let lines = packed(&picking_order);
            if lines.is_empty() {
                continue;
            }
            let request = ShipPickingOrderRequest {
                number: picking_order.number.clone(),
                provider: "ups".to_owned(),
                tracking_number: format!("1Z{}", self.requests),
                request_id: self.request_id(),
                ..ShipPickingOrderRequest::default()
            };
            self.arm();
            let mut warehouse = self.operator.client.warehouse();
            let asked = warehouse.ship_picking_order(request.clone()).await?.into_inner().picking_order;
            warehouse.ship_picking_order(request).await?;
            let owed: BTreeMap<i64, i64> = asked
                .unwrap_or_default()
                .shipments
                .last()
                .map(|shipment| shipment.lines.iter().map(|line| (line.line_id, line.units)).collect())
                .unwrap_or_default();
            if owed != lines {
                let detail = format!("{}: {owed:?} instead of {lines:?}", picking_order.number);
                return broken("what is picked is shipped", detail);
            }
            let consignment = picking_order.consignment_id;
            let asked = Asked { order, consignment, lines, refusable: false };
            self.model().asked.push(asked);
            self.say(format!("what is picked for {} is shipped", picking_order.number));
        }
        self.look();
        self.idle().await
    }

    async fn close(&mut self, order: u8) -> Result<()> {
        let Some(order) = self.order(order) else { return Ok(()) };
        for picking_order in self.picking_orders_of(order).await? {
            if !matches!(picking_order.state(), PickingOrderState::Open | PickingOrderState::OnHold) {
                continue;
            }
            let number = picking_order.number.clone();
            let request = ClosePickingOrderRequest { number, ..ClosePickingOrderRequest::default() };
            self.operator.client.warehouse().close_picking_order(request).await?;
            self.model().orders[order].closed = true;
            self.say(format!("{} is closed by hand", picking_order.number));
        }
        Ok(())
    }

    /// Counts goods, or puts a delivery on the shelf; says whether that could be done.
    pub(super) async fn adjust(&mut self, good: usize, change: i64, why: &str) -> Result<bool> {
        let variant = self.model().goods[good].variant;
        let shelf = self.model().goods[good].shelf;
        let change = change.max(-shelf);
        let Some((item_number, _)) = self.items().await?.remove(&variant) else { return Ok(false) };
        if change == 0 {
            return Ok(false);
        }
        let request = AdjustInventoryRequest {
            site: SITE.to_owned(),
            location: LOCATION.to_owned(),
            item_number,
            change,
            reason: why.to_owned(),
            request_id: self.request_id(),
            ..AdjustInventoryRequest::default()
        };
        let mut warehouse = self.operator.client.warehouse();
        warehouse.adjust_inventory(request.clone()).await?;
        warehouse.adjust_inventory(request).await?;
        self.model().goods[good].shelf += change;
        self.say(format!("{change:+} of {}: {why}", Model::name(good)));
        Ok(true)
    }

    /// Puts goods back that were picked for nothing, as the parked record asks for.
    async fn put_back(&mut self, order: u8) -> Result<()> {
        let Some(order) = self.order(order) else { return Ok(()) };
        let known = self.model().orders[order].clone();
        let ended = !known.is_promised();
        let surplus: Vec<(usize, i64)> = known
            .lines
            .iter()
            .map(|line| {
                (line.good, if ended { line.picked - (line.sent - line.before) } else { line.surplus() })
            })
            .filter(|(_, units)| *units > 0)
            .collect();
        // What is on its way into the store's books has left the building.
        let is_shipped = self.model().asked.iter().any(|asked| asked.order == order);
        if known.put_back || is_shipped || surplus.is_empty() {
            return Ok(());
        }
        let mut done = true;
        for (good, units) in surplus {
            let why = format!("put back from order {}", known.id);
            done &= self.adjust(good, units, &why).await?;
        }
        self.model().orders[order].put_back = done;
        Ok(())
    }
}
