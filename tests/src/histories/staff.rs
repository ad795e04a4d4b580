//! What people in the warehouse do: they pick, ship, close, count, carry and put back.

use std::collections::BTreeMap;

use plugin_host_proto::v1::{
    AdjustInventoryRequest, CancelPickingOrderRequest, ClosePickingOrderRequest, ListPickingOrdersRequest,
    PickItemRequest, PickingLine, PickingOrder, PickingOrderState, ReopenPickingOrderRequest,
    ShipPickingOrderRequest, Shipment, ShipmentState,
};

use super::{
    model::{Asked, Model},
    places::{PLACE, mostly_usual},
    step::Step,
    world::{Result, World, broken},
};

/// Units of each line that are picked and in no shipment, but for those the store does not take.
pub(super) fn packed(lines: &[PickingLine], shipments: &[Shipment]) -> BTreeMap<i64, i64> {
    let mut units: BTreeMap<i64, i64> = lines.iter().map(|line| (line.line_id, line.picked)).collect();
    let taken = shipments.iter().filter(|shipment| shipment.state() != ShipmentState::Refused);
    for line in taken.flat_map(|shipment| &shipment.lines) {
        *units.entry(line.line_id).or_default() -= line.units;
    }
    units.retain(|_, units| *units > 0);
    units
}

/// Whether the shopper comes for it.
pub(super) fn is_pickup(order: &PickingOrder) -> bool {
    order.ship_to.is_empty()
}

impl World {
    /// Lets people in the warehouse do something.
    pub(super) async fn work(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Pick { order, line, units, place } => {
                let Some(order) = self.order(order) else { return Ok(()) };
                self.pick(order, line, i64::from(units) + 1, mostly_usual(place)).await
            }
            Step::Ship { order } => {
                let Some(order) = self.order(order) else { return Ok(()) };
                self.ship(order).await
            }
            Step::Close { order } => self.close(order).await,
            Step::Open { order } => self.reopen(order).await,
            Step::Drop { order } => self.cancel(order).await,
            Step::Adjust { good, change, place } => {
                let good = usize::from(good) % self.model().goods.len();
                self.adjust(good, i64::from(change) - 4, (mostly_usual(place), "counted")).await.map(drop)
            }
            Step::Move { good, units, from, to } => {
                let good = usize::from(good) % self.model().goods.len();
                let (from, to) = (usize::from(from), usize::from(to));
                let units = self.model().goods[good].shelf[from].min(i64::from(units) + 1);
                if units > 0 && from != to && self.adjust(good, -units, (from, "carried off")).await? {
                    self.adjust(good, units, (to, "carried here")).await?;
                }
                Ok(())
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

    async fn pick(&mut self, order: usize, line: u8, units: i64, place: usize) -> Result<()> {
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
        let shelf = self.model().goods[good].shelf[place];
        let (site, location) = PLACE[place];
        let request = PickItemRequest {
            number: picking_order.number.clone(),
            item_number: line.item_number.clone(),
            units,
            site: site.to_owned(),
            location: location.to_owned(),
            request_id: self.request_id(),
            ..PickItemRequest::default()
        };
        let what = format!("{units} of {} for {}", Model::name(good), picking_order.number);
        if self.shop.shipments > 0 {
            self.arm();
        }
        let mut warehouse = self.operator.client.warehouse();
        match warehouse.pick_item(request.clone()).await {
            Ok(_) if shelf < units => {
                broken("what is picked is on the shelf", format!("{what}, with {shelf} in {location}"))
            }
            Ok(answer) => {
                // Somebody presses twice.
                warehouse.pick_item(request).await?;
                let now = answer.into_inner().picking_order.unwrap_or_default();
                self.note_picked(order, (good, place), units, &now);
                self.say(format!("{what} are picked in {location}"));
                let reports = match self.shop.shipments {
                    0 => false,
                    1 => now.state() == PickingOrderState::Closed,
                    _ => true,
                };
                self.note_shipment(order, picking_order, (&now, reports)).await
            }
            Err(refused) if shelf >= units => {
                broken("what can be picked is picked", format!("{what}: {}", refused.message()))
            }
            Err(_) => {
                self.say(format!("{what} cannot be picked, there are {shelf} in {location}"));
                Ok(())
            }
        }
    }

    fn note_picked(&self, order: usize, (good, place): (usize, usize), units: i64, now: &PickingOrder) {
        let mut model = self.model();
        model.goods[good].shelf[place] -= units;
        // Of lines for the same goods the server chooses one.
        for line in &now.lines {
            let known =
                model.orders[order].lines.iter_mut().find(|known| i64::from(known.id) == line.line_id);
            if let Some(known) = known {
                known.picked = line.picked;
            }
        }
    }

    /// Takes note of the shipment that something has brought about, or should have.
    async fn note_shipment(
        &mut self,
        order: usize,
        before: &PickingOrder,
        (now, reports): (&PickingOrder, bool),
    ) -> Result<()> {
        let (known, new) = now.shipments.split_at(before.shipments.len().min(now.shipments.len()));
        let wanted = if reports && !is_pickup(now) { packed(&now.lines, known) } else { BTreeMap::new() };
        let made: BTreeMap<i64, i64> =
            new.iter().flat_map(|shipment| &shipment.lines).map(|line| (line.line_id, line.units)).collect();
        if made != wanted || new.len() > 1 {
            let detail = format!("{}: {new:?} instead of {wanted:?}", now.number);
            return broken("what is picked is shipped", detail);
        }
        if new.is_empty() {
            return Ok(());
        }
        let asked = Asked { order, consignment: now.consignment_id, lines: wanted, refusable: false };
        {
            let mut model = self.model();
            model.asked.push(asked);
            // Goods leave for an order that the store has ended, and its count does not follow.
            if !model.orders[order].is_promised() {
                model.let_drift(order);
            }
        }
        self.say(format!("what is picked for {} is shipped", now.number));
        self.look();
        self.idle().await
    }

    /// Takes note of shipments that came about because a sync closed a picking order.
    pub(super) async fn note_closings(&mut self) -> Result<()> {
        if self.shop.shipments != 1 {
            return Ok(());
        }
        for now in self.picking_orders().await? {
            let id = now.order_id;
            let Some(order) = self.model().orders.iter().position(|order| i64::from(order.id) == id) else {
                continue;
            };
            let known = |asked: &&Asked| asked.order == order && asked.consignment == now.consignment_id;
            let known = self.model().asked.iter().filter(known).count();
            let mut before = now.clone();
            before.shipments.truncate(known);
            if now.state() == PickingOrderState::Closed && now.shipments.len() > known {
                self.note_shipment(order, &before, (&now, true)).await?;
            }
        }
        Ok(())
    }

    /// Ships everything of an order that is picked and not shipped.
    pub(super) async fn ship(&mut self, order: usize) -> Result<()> {
        if self.model().orders[order].put_back {
            return Ok(());
        }
        for before in self.picking_orders_of(order).await? {
            let request = ShipPickingOrderRequest {
                number: before.number.clone(),
                provider: "ups".to_owned(),
                tracking_number: format!("1Z{}", self.requests),
                request_id: self.request_id(),
                ..ShipPickingOrderRequest::default()
            };
            let mut warehouse = self.operator.client.warehouse();
            if is_pickup(&before) {
                if warehouse.ship_picking_order(request).await.is_ok() {
                    return broken("what is picked up is not shipped", before.number);
                }
                continue;
            }
            if packed(&before.lines, &before.shipments).is_empty() {
                continue;
            }
            self.arm();
            let now = warehouse.ship_picking_order(request.clone()).await?.into_inner().picking_order;
            warehouse.ship_picking_order(request).await?;
            self.note_shipment(order, &before, (&now.unwrap_or_default(), true)).await?;
        }
        Ok(())
    }

    async fn close(&mut self, order: u8) -> Result<()> {
        let Some(order) = self.order(order) else { return Ok(()) };
        for before in self.picking_orders_of(order).await? {
            if !matches!(before.state(), PickingOrderState::Open | PickingOrderState::OnHold) {
                continue;
            }
            let number = before.number.clone();
            let request = ClosePickingOrderRequest { number, ..ClosePickingOrderRequest::default() };
            self.arm();
            let closed = self.operator.client.warehouse().close_picking_order(request).await?;
            let now = closed.into_inner().picking_order.unwrap_or_default();
            self.model().orders[order].closed.insert(now.consignment_id);
            self.say(format!("{} is closed by hand", before.number));
            self.note_shipment(order, &before, (&now, self.shop.shipments > 0)).await?;
        }
        self.idle().await
    }

    /// Opens what was closed or cancelled by hand.
    async fn reopen(&mut self, order: u8) -> Result<()> {
        let Some(order) = self.order(order) else { return Ok(()) };
        if self.model().orders[order].put_back {
            return Ok(());
        }
        for before in self.picking_orders_of(order).await? {
            let closed = self.model().orders[order].closed.contains(&before.consignment_id);
            let left = before.lines.iter().any(|line| line.picked < line.ordered);
            if !closed || !left || before.state() == PickingOrderState::Open {
                continue;
            }
            let number = before.number.clone();
            let request = ReopenPickingOrderRequest { number, ..ReopenPickingOrderRequest::default() };
            // The store may have ended it meanwhile.
            if self.operator.client.warehouse().reopen_picking_order(request).await.is_ok() {
                self.model().orders[order].closed.remove(&before.consignment_id);
                self.say(format!("{} is opened by hand", before.number));
            }
        }
        Ok(())
    }

    /// Cancels what nothing is picked of.
    async fn cancel(&mut self, order: u8) -> Result<()> {
        let Some(order) = self.order(order) else { return Ok(()) };
        for before in self.picking_orders_of(order).await? {
            if !matches!(before.state(), PickingOrderState::Open | PickingOrderState::OnHold) {
                continue;
            }
            let number = before.number.clone();
            let request = CancelPickingOrderRequest { number, ..CancelPickingOrderRequest::default() };
            let cancelled = self.operator.client.warehouse().cancel_picking_order(request).await.is_ok();
            if cancelled == before.lines.iter().any(|line| line.picked > 0) {
                return broken("what is begun cannot be cancelled, and all else can", format!("{before:?}"));
            }
            if cancelled {
                self.model().orders[order].closed.insert(before.consignment_id);
                self.say(format!("{} is cancelled by hand", before.number));
            }
        }
        Ok(())
    }

    /// Counts goods, or puts a delivery on the shelf; says whether that could be done.
    async fn adjust(&mut self, good: usize, change: i64, (place, why): (usize, &str)) -> Result<bool> {
        let variant = self.model().goods[good].variants[0];
        let shelf = self.model().goods[good].shelf[place];
        let change = change.max(-shelf);
        let Some(item_number) = self.items().await?.remove(&variant) else { return Ok(false) };
        if change == 0 {
            return Ok(false);
        }
        let (site, location) = PLACE[place];
        let request = AdjustInventoryRequest {
            site: site.to_owned(),
            location: location.to_owned(),
            item_number,
            change,
            reason: why.to_owned(),
            request_id: self.request_id(),
            ..AdjustInventoryRequest::default()
        };
        let mut warehouse = self.operator.client.warehouse();
        warehouse.adjust_inventory(request.clone()).await?;
        warehouse.adjust_inventory(request).await?;
        self.model().goods[good].shelf[place] += change;
        self.say(format!("{change:+} of {} in {location}: {why}", Model::name(good)));
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
            done &= self.adjust(good, units, (0, &why)).await?;
        }
        self.model().orders[order].put_back = done;
        Ok(())
    }
}
