//! `WarehouseService`: the IntelliTrack side.

use std::collections::HashMap;

use plugin_host_proto::v1::{self, warehouse_service_server::WarehouseService};
use tonic::{Request, Response, Status};

use super::{
    auth,
    convert::{self, Wired as _},
    goods::{wire_change, wire_customer, wire_item, wire_record, wire_site, wire_uom},
    page, picking,
};
use crate::{
    app::{AdjustmentRequest, App, Caller, Error, Parcel, PickRequest, ShipRequest},
    domain::store::{Store, StoreId},
    warehouse::{
        carriers,
        changes::{self, ChangeFilter, ChangeKind},
        customers,
        items::{self, ItemFilter},
        orders::{self, OrderFilter, PickingOrder},
        places,
        shipments::{self, Shipment},
        stock,
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

    /// The stores of a division whose orders and customers are the caller's business.
    fn stores_of(caller: &Caller, division: &places::Division) -> Vec<StoreId> {
        caller.only_store().map_or_else(|| division.stores.clone(), |only| vec![only])
    }

    /// A picking order, unless it is of a store that the caller does not know of.
    async fn picking_order(
        &self,
        caller: &Caller,
        division: &places::Division,
        order: PickingOrder,
    ) -> Result<Option<v1::PickingOrder>, Status> {
        Ok(self.picking_orders(caller, division, vec![order]).await?.pop())
    }

    /// Picking orders, without those of stores that the caller does not know of.
    async fn picking_orders(
        &self,
        caller: &Caller,
        division: &places::Division,
        orders: Vec<PickingOrder>,
    ) -> Result<Vec<v1::PickingOrder>, Status> {
        let stores = self.app.stores(caller).await.map_err(convert::status)?;
        let stores: HashMap<StoreId, Store> = stores.into_iter().map(|store| (store.id, store)).collect();
        let items = orders.iter().flat_map(|order| &order.lines).filter_map(|line| line.item_id).collect();
        let numbers = items::numbers(&self.app.db, items).await.map_err(db)?;
        let mut shipped: HashMap<i64, Vec<Shipment>> = HashMap::new();
        let ids = orders.iter().map(|order| order.id);
        for shipment in shipments::of_orders(&self.app.db, ids).await.map_err(db)? {
            shipped.entry(shipment.picking_order).or_default().push(shipment);
        }
        let known = orders.into_iter().filter_map(|order| {
            let store = stores.get(&order.of.0)?.clone();
            let shipments = shipped.remove(&order.id).unwrap_or_default();
            Some(picking::picking_order((caller, division, store), order, &numbers, shipments))
        });
        Ok(known.collect())
    }
}

fn db(error: crate::db::Error) -> Status {
    convert::status(Error::Db(error))
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
        let asked = page::Asked {
            page_size: request.page_size,
            page_token: &request.page_token,
            skip: request.skip,
            order_by: &request.order_by,
        };
        let part = page::part(&asked, &items::ORDERS)?;
        let filter = ItemFilter { search: request.search, item_number: request.item_number };
        let found = items::list(&self.app.db, division.id, &filter, &part).await.map_err(db)?;
        let stores = self.app.stores(&caller).await.map_err(convert::status)?;
        Ok(Response::new(v1::ListItemsResponse {
            next_page_token: page::next(&part, &found),
            total: found.total,
            items: found.rows.into_iter().map(|item| wire_item(&division, item, &stores)).collect(),
        }))
    }

    async fn list_inventory(
        &self,
        request: Request<v1::ListInventoryRequest>,
    ) -> Reply<v1::ListInventoryResponse> {
        let caller = self.caller(&request, "WarehouseService.ListInventory").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let asked = page::Asked {
            page_size: request.page_size,
            page_token: &request.page_token,
            skip: request.skip,
            order_by: &request.order_by,
        };
        let part = page::part(&asked, &stock::ORDERS)?;
        let filter = ItemFilter { search: request.search, item_number: request.item_number };
        let found = stock::list(&self.app.db, division.id, &filter, &part).await.map_err(db)?;
        Ok(Response::new(v1::ListInventoryResponse {
            next_page_token: page::next(&part, &found),
            total: found.total,
            records: found.rows.into_iter().map(|record| wire_record(&division, record)).collect(),
        }))
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
        let asked = page::Asked {
            page_size: request.page_size,
            page_token: &request.page_token,
            skip: request.skip,
            order_by: &request.order_by,
        };
        let part = page::part(&asked, &orders::ORDERS)?;
        let states = [request.state()].into_iter().chain(request.states());
        let filter = OrderFilter {
            stores: Self::stores_of(&caller, &division),
            states: states.filter_map(picking::order_state).collect(),
            search: request.search.clone(),
        };
        let found = orders::list(&self.app.db, division.id, &filter, &part).await.map_err(db)?;
        let (next_page_token, total) = (page::next(&part, &found), found.total);
        let picking_orders = self.picking_orders(&caller, &division, found.rows).await?;
        Ok(Response::new(v1::ListPickingOrdersResponse { picking_orders, next_page_token, total }))
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
            parcel: Parcel { provider: request.provider, tracking_number: request.tracking_number },
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
            parcel: Parcel { provider: request.provider, tracking_number: request.tracking_number },
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
        let parcel = Parcel { provider: request.provider, tracking_number: request.tracking_number };
        let closed = self.app.close_order(&caller, (&request.division, &request.number), &parcel).await;
        let (division, order) = closed.map_err(convert::status)?;
        let picking_order = self.picking_order(&caller, &division, order).await?;
        Ok(Response::new(v1::ClosePickingOrderResponse { picking_order }))
    }

    async fn reopen_picking_order(
        &self,
        request: Request<v1::ReopenPickingOrderRequest>,
    ) -> Reply<v1::ReopenPickingOrderResponse> {
        let caller = self.caller(&request, "WarehouseService.ReopenPickingOrder").await?;
        let request = request.into_inner();
        let opened = self.app.reopen_order(&caller, &request.division, &request.number).await;
        let (division, order) = opened.map_err(convert::status)?;
        let picking_order = self.picking_order(&caller, &division, order).await?;
        Ok(Response::new(v1::ReopenPickingOrderResponse { picking_order }))
    }

    async fn cancel_picking_order(
        &self,
        request: Request<v1::CancelPickingOrderRequest>,
    ) -> Reply<v1::CancelPickingOrderResponse> {
        let caller = self.caller(&request, "WarehouseService.CancelPickingOrder").await?;
        let request = request.into_inner();
        let cancelled = self.app.cancel_order(&caller, &request.division, &request.number).await;
        let (division, order) = cancelled.map_err(convert::status)?;
        let picking_order = self.picking_order(&caller, &division, order).await?;
        Ok(Response::new(v1::CancelPickingOrderResponse { picking_order }))
    }

    async fn list_customers(
        &self,
        request: Request<v1::ListCustomersRequest>,
    ) -> Reply<v1::ListCustomersResponse> {
        let caller = self.caller(&request, "WarehouseService.ListCustomers").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let asked = page::Asked {
            page_size: request.page_size,
            page_token: &request.page_token,
            skip: request.skip,
            order_by: &request.order_by,
        };
        let part = page::part(&asked, &customers::ORDERS)?;
        let of = (division.id, &*Self::stores_of(&caller, &division));
        let found = customers::list(&self.app.db, of, &request.search, &part).await.map_err(db)?;
        let stores = self.app.stores(&caller).await.map_err(convert::status)?;
        Ok(Response::new(v1::ListCustomersResponse {
            next_page_token: page::next(&part, &found),
            total: found.total,
            customers: found
                .rows
                .into_iter()
                .filter_map(|customer| wire_customer(&division, customer, &stores))
                .collect(),
        }))
    }

    async fn list_changes(&self, request: Request<v1::ListChangesRequest>) -> Reply<v1::ListChangesResponse> {
        let caller = self.caller(&request, "WarehouseService.ListChanges").await?;
        let request = request.into_inner();
        let division = self.division(&caller, &request.division).await?;
        let size = page::size(request.page_size)?;
        // The newest number first: what happens meanwhile has a higher one and comes with the next request.
        let last_number = changes::last(&self.app.db, division.id).await.map_err(db)?;
        let filter = ChangeFilter {
            after: request.after_number,
            kind: ChangeKind::read(request.kind),
            record: request.record,
            store: caller.only_store(),
            newest_first: request.newest_first,
        };
        let found = changes::list(&self.app.db, division.id, &filter, size).await.map_err(db)?;
        let changes = found.into_iter().map(wire_change).collect();
        Ok(Response::new(v1::ListChangesResponse { changes, last_number }))
    }
}
