//! What people in the warehouse do, and what goes wrong in the store.

use plugin_host_proto::v1::{
    AdjustInventoryRequest, ListPickingOrdersRequest, PickItemRequest, PickingOrder, PickingOrderState,
    ShipPickingOrderRequest, ShipmentState,
};
use plugin_host_tests::sandbox::{Fault, Matcher, Script};
use rand::{Rng as _, seq::IndexedRandom as _};

use super::Fortnight;

impl Fortnight {
    /// One request from now on goes wrong.
    pub(super) fn fault(&mut self) {
        let shipments = Matcher::path("/v2/orders").method("POST");
        let counts = Matcher::path("/v3/inventory").method("PUT");
        let skip = self.random.random_range(0..8);
        let any = |fault| Script::next(Matcher::default(), fault).after_first(skip);
        self.store.script(match self.random.random_range(0..5) {
            0 => any(Fault::Throttled { headers: false }),
            1 => any(Fault::Status { status: 503 }),
            2 => any(Fault::Reset),
            3 => Script::next(shipments, Fault::Truncated).once_it_took_effect(),
            _ => Script::next(counts, Fault::Truncated).once_it_took_effect(),
        });
    }

    /// Somebody counts a variant in the store by hand.
    pub(super) fn recount(&mut self) {
        let variants: Vec<u32> = self.store.with_store(|store| {
            store.shelf().products().iter().flat_map(|p| p.variants.iter().map(|v| v.id)).collect()
        });
        if let Some(&variant) = variants.choose(&mut self.random) {
            let on_hand = self.random.random_range(0..60);
            self.store.with_store(|store| store.set_stock(variant, 1, on_hand));
            self.recounted.push(format!("variant {variant},"));
        }
    }

    fn request_id(&mut self) -> String {
        self.requests += 1;
        format!("request {}", self.requests)
    }

    /// Every picking order of the warehouse.
    pub(super) async fn picking_orders(&self) -> anyhow::Result<Vec<PickingOrder>> {
        let (mut orders, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = ListPickingOrdersRequest {
                page_size: 1_000,
                page_token,
                ..ListPickingOrdersRequest::default()
            };
            let page = self.operator.client.warehouse().list_picking_orders(request).await?.into_inner();
            orders.extend(page.picking_orders);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(orders);
            }
        }
    }

    /// People in the warehouse pick some of what is to be picked, ship some of that, and take a delivery in.
    pub(super) async fn work(&mut self) -> anyhow::Result<u32> {
        let (site, location) = ("HQ".to_owned(), "A-01".to_owned());
        let mut warehouse = self.operator.client.warehouse();
        let mut picks = 0;
        for order in self.picking_orders().await? {
            if order.state() == PickingOrderState::Open && self.random.random_ratio(1, 2) {
                for line in order.lines.iter().filter(|line| line.ordered > line.picked) {
                    let request = PickItemRequest {
                        number: order.number.clone(),
                        item_number: line.item_number.clone(),
                        units: self.random.random_range(1..=line.ordered - line.picked),
                        site: site.clone(),
                        location: location.clone(),
                        request_id: self.request_id(),
                        ..PickItemRequest::default()
                    };
                    // What was sold twice before counts were right is not on the shelf.
                    picks += u32::from(warehouse.pick_item(request).await.is_ok());
                }
            }
            if self.random.random_ratio(1, 2) {
                self.ship(&order).await?;
            }
        }
        let items = self.operator.items().await?;
        if let Some(item) = items.choose(&mut self.random).filter(|_| self.random.random_ratio(1, 3)) {
            let delivery = AdjustInventoryRequest {
                site,
                location,
                item_number: item.item_number.clone(),
                change: self.random.random_range(5..40),
                reason: "delivery".to_owned(),
                request_id: self.request_id(),
                ..AdjustInventoryRequest::default()
            };
            warehouse.adjust_inventory(delivery).await?;
        }
        Ok(picks)
    }

    /// Ships what was picked of an order and not shipped; there may be nothing.
    async fn ship(&mut self, order: &PickingOrder) -> anyhow::Result<()> {
        // What the store did not take waits for a person, and would not be taken the next time either.
        let is_refused = order.shipments.iter().any(|shipment| shipment.state() == ShipmentState::Refused);
        if is_refused || order.lines.iter().all(|line| line.picked == 0) {
            return Ok(());
        }
        let request_id = self.request_id();
        let request = ShipPickingOrderRequest {
            number: order.number.clone(),
            provider: "ups".to_owned(),
            tracking_number: format!("1Z{}", self.requests),
            request_id,
            ..ShipPickingOrderRequest::default()
        };
        match self.operator.client.warehouse().ship_picking_order(request).await {
            Ok(_) => Ok(()),
            Err(refused) if refused.code() == tonic::Code::FailedPrecondition => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
