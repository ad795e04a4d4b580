//! `WarehouseService`: the IntelliTrack side.

use plugin_host_proto::v1::{self, warehouse_service_server::WarehouseService};
use tonic::{Request, Response, Status};

use super::{auth, convert, page, picking};
use crate::{
    app::{AdjustmentRequest, App, Caller, Error, PickRequest, ShipRequest},
    domain::store::{Store, StoreId},
    warehouse::{
        carriers, items,
        orders::{self, OrderFilter, PickingOrder},
        places, shipments, stock,
    },
};

type Reply<T> = Result<Response<T>, Status>;

/// The service.
#[derive(Debug)]
pub(super) struct Warehouse {
    app: App,
}

impl Warehouse {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }

    async fn caller<T>(&self, request: &Request<T>, rpc: &str) -> Result<Caller, Status> {
        auth::caller(&self.app, request, rpc).await
    }

    async fn division(&self, caller: &Caller, code: &str) -> Result<places::Division, Status> {
        self.app.division(caller, code).await.map_err(convert::status)
    }

    /// The stores behind some numbers, as far as the caller may know of them.
    async fn hashes(&self, caller: &Caller, ids: &[StoreId]) -> Result<Vec<String>, Status> {
        let stores = self.app.stores(caller).await.map_err(convert::status)?;
        Ok(stores.into_iter().filter(|store| ids.contains(&store.id)).map(|store| store.hash).collect())
    }

    async fn wire_division(
        &self,
        caller: &Caller,
        division: places::Division,
    ) -> Result<v1::Division, Status> {
        let store_ids = self.hashes(caller, &division.stores).await?;
        Ok(v1::Division { division: division.code, store_ids })
    }

    /// A picking order, unless it is of a store that the caller does not know of.
    async fn picking_order(
        &self,
        caller: &Caller,
        division: &places::Division,
        order: PickingOrder,
    ) -> Result<Option<v1::PickingOrder>, Status> {
        let stores = self.app.stores(caller).await.map_err(convert::status)?;
        let Some(store) = stores.into_iter().find(|store| store.id == order.of.0) else { return Ok(None) };
        let items: Vec<i64> = order.lines.iter().filter_map(|line| line.item_id).collect();
        let numbers = items::numbers(&self.app.db, &items).await.map_err(db)?;
        let shipped = shipments::of_order(&self.app.db, order.id).await.map_err(db)?;
        Ok(Some(picking::picking_order(division, store, order, &numbers, shipped)))
    }
}

fn db(error: crate::db::Error) -> Status {
    convert::status(Error::Db(error))
}

fn wire_site(division: &places::Division, site: places::Site) -> v1::Site {
    v1::Site {
        division: division.code.clone(),
        site: site.code,
        auto_delete_zero_quantity: site.auto_delete_zero,
        locations: site.locations.into_iter().map(|(_, code)| code).collect(),
    }
}

fn wire_uom(division: &places::Division, uom: places::Uom) -> v1::Uom {
    v1::Uom { division: division.code.clone(), uom: uom.code, each_count: uom.each_count }
}

fn wire_record(division: &places::Division, record: stock::InventoryRecord) -> v1::InventoryRecord {
    v1::InventoryRecord {
        division: division.code.clone(),
        site: record.site,
        location: record.location,
        item_number: record.item_number,
        name: record.name,
        uom: record.uom,
        on_hand: record.on_hand,
        changed_at: Some(convert::at(record.changed_at)),
    }
}

/// Ten-thousandths as a decimal without needless zeros, but with cents for prices.
fn decimal(value: Option<i64>, least_places: usize) -> String {
    let Some(value) = value else { return String::new() };
    let sign = if value < 0 { "-" } else { "" };
    let (whole, fraction) = (value.unsigned_abs() / 10_000, value.unsigned_abs() % 10_000);
    let mut digits = format!("{fraction:04}");
    while digits.len() > least_places && digits.ends_with('0') {
        digits.pop();
    }
    if digits.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{digits}") }
}

#[tonic::async_trait]
impl WarehouseService for Warehouse {
    async fn list_divisions(
        &self,
        request: Request<v1::ListDivisionsRequest>,
    ) -> Reply<v1::ListDivisionsResponse> {
        let caller = self.caller(&request, "WarehouseService.ListDivisions").await?;
        let mut divisions = Vec::new();
        for division in self.app.divisions(&caller).await.map_err(convert::status)? {
            divisions.push(self.wire_division(&caller, division).await?);
        }
        Ok(Response::new(v1::ListDivisionsResponse { divisions }))
    }

    async fn create_division(
        &self,
        request: Request<v1::CreateDivisionRequest>,
    ) -> Reply<v1::CreateDivisionResponse> {
        let caller = self.caller(&request, "WarehouseService.CreateDivision").await?;
        let request = request.into_inner();
        let mut stores: Vec<Store> = Vec::new();
        if request.store_ids.is_empty() && caller.only_store().is_some() {
            stores.push(self.app.store(&caller, "").await.map_err(convert::status)?);
        }
        for hash in &request.store_ids {
            stores.push(self.app.store(&caller, hash).await.map_err(convert::status)?);
        }
        let division =
            self.app.create_division(&caller, &request.division, &stores).await.map_err(convert::status)?;
        let division = Some(self.wire_division(&caller, division).await?);
        Ok(Response::new(v1::CreateDivisionResponse { division }))
    }

    async fn list_sites(&self, request: Request<v1::ListSitesRequest>) -> Reply<v1::ListSitesResponse> {
        let caller = self.caller(&request, "WarehouseService.ListSites").await?;
        let division = self.division(&caller, &request.into_inner().division).await?;
        let sites = places::sites(&self.app.db, division.id).await.map_err(db)?;
        let sites = sites.into_iter().map(|site| wire_site(&division, site)).collect();
        Ok(Response::new(v1::ListSitesResponse { sites }))
    }

    async fn create_site(&self, request: Request<v1::CreateSiteRequest>) -> Reply<v1::CreateSiteResponse> {
        let caller = self.caller(&request, "WarehouseService.CreateSite").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let added =
            self.app.create_site(&caller, &division, &request.site, request.auto_delete_zero_quantity).await;
        let site = Some(wire_site(&division, added.map_err(convert::status)?));
        Ok(Response::new(v1::CreateSiteResponse { site }))
    }

    async fn update_site(&self, request: Request<v1::UpdateSiteRequest>) -> Reply<v1::UpdateSiteResponse> {
        let caller = self.caller(&request, "WarehouseService.UpdateSite").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let changed =
            self.app.update_site(&caller, &division, &request.site, request.auto_delete_zero_quantity).await;
        let site = Some(wire_site(&division, changed.map_err(convert::status)?));
        Ok(Response::new(v1::UpdateSiteResponse { site }))
    }

    async fn create_location(
        &self,
        request: Request<v1::CreateLocationRequest>,
    ) -> Reply<v1::CreateLocationResponse> {
        let caller = self.caller(&request, "WarehouseService.CreateLocation").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let changed = self.app.create_location(&caller, &division, &request.site, &request.location).await;
        let site = Some(wire_site(&division, changed.map_err(convert::status)?));
        Ok(Response::new(v1::CreateLocationResponse { site }))
    }

    async fn list_uoms(&self, request: Request<v1::ListUomsRequest>) -> Reply<v1::ListUomsResponse> {
        let caller = self.caller(&request, "WarehouseService.ListUoms").await?;
        let division = self.division(&caller, &request.into_inner().division).await?;
        let uoms = places::uoms(&self.app.db, division.id).await.map_err(db)?;
        let uoms = uoms.into_iter().map(|uom| wire_uom(&division, uom)).collect();
        Ok(Response::new(v1::ListUomsResponse { uoms }))
    }

    async fn create_uom(&self, request: Request<v1::CreateUomRequest>) -> Reply<v1::CreateUomResponse> {
        let caller = self.caller(&request, "WarehouseService.CreateUom").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let added = self.app.create_uom(&caller, &division, &request.uom, request.each_count).await;
        let uom = Some(wire_uom(&division, added.map_err(convert::status)?));
        Ok(Response::new(v1::CreateUomResponse { uom }))
    }

    async fn list_items(&self, request: Request<v1::ListItemsRequest>) -> Reply<v1::ListItemsResponse> {
        let caller = self.caller(&request, "WarehouseService.ListItems").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let size = page::size(request.page_size)?;
        let [after] = page::parts(&request.page_token)?.unwrap_or_default();
        let found =
            items::list(&self.app.db, division.id, &request.search, &after, size).await.map_err(db)?;
        let next_page_token = page::token(found.len(), size, || {
            found.last().map(|last| [crate::domain::catalog::fold(&last.number)])
        });
        let stores = self.app.stores(&caller).await.map_err(convert::status)?;
        let item = |item: items::Item| v1::Item {
            division: division.code.clone(),
            item_number: item.number,
            name: item.fields.name,
            uom: item.uom,
            upc: item.fields.upc,
            price: decimal(item.fields.price, 2),
            currency: item.currency,
            weight: decimal(item.fields.weight, 0),
            on_hand: item.on_hand,
            // Another store's bindings are not this key's business, even in a shared division.
            bindings: item
                .bindings
                .into_iter()
                .filter_map(|(store, product_id, variant_id, sku, tracking)| {
                    let store_id = stores.iter().find(|known| known.id == store)?.hash.clone();
                    let tracking = convert::tracking(tracking).into();
                    Some(v1::Binding { store_id, product_id, variant_id, sku, tracking })
                })
                .collect(),
        };
        Ok(Response::new(v1::ListItemsResponse {
            items: found.into_iter().map(item).collect(),
            next_page_token,
        }))
    }

    async fn list_inventory(
        &self,
        request: Request<v1::ListInventoryRequest>,
    ) -> Reply<v1::ListInventoryResponse> {
        let caller = self.caller(&request, "WarehouseService.ListInventory").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let size = page::size(request.page_size)?;
        let [number, location] = page::parts(&request.page_token)?.unwrap_or_default();
        let after = (number.as_str(), location.parse().unwrap_or_default());
        let found = stock::list(&self.app.db, division.id, &request.search, after, size).await.map_err(db)?;
        let next_page_token = page::token(found.len(), size, || {
            let (location, last) = found.last()?;
            Some([crate::domain::catalog::fold(&last.item_number), location.to_string()])
        });
        let records = found.into_iter().map(|(_, record)| wire_record(&division, record)).collect();
        Ok(Response::new(v1::ListInventoryResponse { records, next_page_token }))
    }

    async fn adjust_inventory(
        &self,
        request: Request<v1::AdjustInventoryRequest>,
    ) -> Reply<v1::AdjustInventoryResponse> {
        let caller = self.caller(&request, "WarehouseService.AdjustInventory").await?;
        let request = request.into_inner();
        let asked = AdjustmentRequest {
            division: request.division,
            site: request.site,
            location: request.location,
            item_number: request.item_number,
            change: request.change,
            reason: request.reason,
            request_id: request.request_id,
        };
        let (division, record) = self.app.adjust(&caller, asked).await.map_err(convert::status)?;
        Ok(Response::new(v1::AdjustInventoryResponse { record: Some(wire_record(&division, record)) }))
    }

    async fn list_carriers(
        &self,
        request: Request<v1::ListCarriersRequest>,
    ) -> Reply<v1::ListCarriersResponse> {
        let caller = self.caller(&request, "WarehouseService.ListCarriers").await?;
        let division = self.division(&caller, &request.into_inner().division).await?;
        let found = carriers::list(&self.app.db, division.id).await.map_err(db)?;
        let carrier = |carrier: carriers::Carrier| v1::Carrier {
            division: division.code.clone(),
            name: carrier.name,
            methods: carrier
                .methods
                .into_iter()
                .map(|(name, zones)| v1::ShippingMethod { name, zones: zones.into_iter().collect() })
                .collect(),
        };
        Ok(Response::new(v1::ListCarriersResponse { carriers: found.into_iter().map(carrier).collect() }))
    }

    async fn list_picking_orders(
        &self,
        request: Request<v1::ListPickingOrdersRequest>,
    ) -> Reply<v1::ListPickingOrdersResponse> {
        let caller = self.caller(&request, "WarehouseService.ListPickingOrders").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let size = page::size(request.page_size)?;
        let filter = OrderFilter {
            state: picking::order_state(request.state()),
            search: request.search.clone(),
            after: page::number(&request.page_token)?.unwrap_or_default(),
        };
        let found = orders::list(&self.app.db, division.id, &filter, size).await.map_err(db)?;
        let next_page_token =
            page::token(found.len(), size, || found.last().map(|last| [last.id.to_string()]));
        let mut picking_orders = Vec::new();
        for order in found {
            picking_orders.extend(self.picking_order(&caller, &division, order).await?);
        }
        Ok(Response::new(v1::ListPickingOrdersResponse { picking_orders, next_page_token }))
    }

    async fn get_picking_order(
        &self,
        request: Request<v1::GetPickingOrderRequest>,
    ) -> Reply<v1::GetPickingOrderResponse> {
        let caller = self.caller(&request, "WarehouseService.GetPickingOrder").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let order =
            self.app.picking_order(&caller, &division, &request.number).await.map_err(convert::status)?;
        let picking_order = self.picking_order(&caller, &division, order).await?;
        Ok(Response::new(v1::GetPickingOrderResponse { picking_order }))
    }

    async fn pick_item(&self, request: Request<v1::PickItemRequest>) -> Reply<v1::PickItemResponse> {
        let caller = self.caller(&request, "WarehouseService.PickItem").await?;
        let request = request.into_inner();
        let asked = PickRequest {
            division: request.division,
            number: request.number,
            item_number: request.item_number,
            units: request.units,
            site: request.site,
            location: request.location,
            request_id: request.request_id,
        };
        let (division, order) = self.app.pick(&caller, asked).await.map_err(convert::status)?;
        let picking_order = self.picking_order(&caller, &division, order).await?;
        Ok(Response::new(v1::PickItemResponse { picking_order }))
    }

    async fn ship_picking_order(
        &self,
        request: Request<v1::ShipPickingOrderRequest>,
    ) -> Reply<v1::ShipPickingOrderResponse> {
        let caller = self.caller(&request, "WarehouseService.ShipPickingOrder").await?;
        let request = request.into_inner();
        let asked = ShipRequest {
            division: request.division,
            number: request.number,
            provider: request.provider,
            tracking_number: request.tracking_number,
            request_id: request.request_id,
        };
        let (division, order) = self.app.ship(&caller, asked).await.map_err(convert::status)?;
        let picking_order = self.picking_order(&caller, &division, order).await?;
        Ok(Response::new(v1::ShipPickingOrderResponse { picking_order }))
    }

    async fn close_picking_order(
        &self,
        request: Request<v1::ClosePickingOrderRequest>,
    ) -> Reply<v1::ClosePickingOrderResponse> {
        let caller = self.caller(&request, "WarehouseService.ClosePickingOrder").await?;
        let request = request.into_inner();
        let closed = self.app.close_order(&caller, &request.division, &request.number).await;
        let (division, order) = closed.map_err(convert::status)?;
        let picking_order = self.picking_order(&caller, &division, order).await?;
        Ok(Response::new(v1::ClosePickingOrderResponse { picking_order }))
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn prices_keep_their_cents_and_weights_no_needless_zeros() {
        assert_eq!(decimal(Some(199_500), 2), "19.95");
        assert_eq!(decimal(Some(200_000), 2), "20.00");
        assert_eq!(decimal(Some(-5_001), 2), "-0.5001");
        assert_eq!(decimal(Some(20_000), 0), "2");
        assert_eq!(decimal(None, 2), "");
    }
}
