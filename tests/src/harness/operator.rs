//! A person with a store key, and the administrator who gave it.

use anyhow::Context as _;
use plugin_host_proto::{
    client::{Client, StatusStream},
    key::StoreKey,
    v1::{
        Carrier, Configuration, ConfigureRequest, ConnectStoreRequest, ConnectStoreResponse, DriftPolicy,
        GetConfigurationRequest, GetReportRequest, GetRunRequest, GetStatusRequest, GuestRule, ImportRequest,
        ImportResponse, InventoryRecord, Item, ItemNumberRule, ListCarriersRequest, ListInventoryRequest,
        ListItemsRequest, ListParkedRecordsRequest, ListReportExceptionsRequest, NotifyWhen, OpenOrders,
        ParkedRecord, PickupRule, Report, ReportException, Run, RunState, ShipmentRule, Status,
        StockDecrease, StockScope,
    },
};

use super::{Home, until};
use crate::sandbox::Sandbox;

/// Rows asked for at a time; small enough that most lists have several pages.
const PAGE: i32 = 500;

type Answer<T> = Result<T, tonic::Status>;

/// Connects a store with the first admin key.
pub async fn connect_store(home: &Home, store: &Sandbox) -> anyhow::Result<ConnectStoreResponse> {
    let request = ConnectStoreRequest {
        store_id: store.store_hash().to_owned(),
        access_token: store.token(),
        grants: None,
    };
    Ok(home.admin().await?.admin().connect_store(request).await?.into_inner())
}

/// The configuration that fits what a new store finds in the warehouse.
pub fn defaults() -> Configuration {
    Configuration {
        default_division: "MAIN".to_owned(),
        default_uom: "EA".to_owned(),
        default_site: "HQ".to_owned(),
        default_location: "A-01".to_owned(),
        store_location_id: 1,
        create_item_number_using: vec![ItemNumberRule::Sku.into(), ItemNumberRule::ProductId.into()],
        stock_decreased_when_order_placed: StockDecrease::FollowStore.into(),
        sync_interval_minutes: 15,
        end_of_day_time: "18:00".to_owned(),
        reconciliation_time: "03:00".to_owned(),
        imported_status_ids: vec![11, 9, 8, 3],
        stock_scope: StockScope::DefaultSite.into(),
        open_orders: OpenOrders::Division.into(),
        guest_rule: GuestRule::ByEmail.into(),
        // Most stories ship when they want to; those of the other rules choose them.
        shipment_rule: ShipmentRule::ByHand.into(),
        set_order_status: true,
        hold_at_zero_percent: 20,
        drift_policy: DriftPolicy::WarehouseWins.into(),
        pickup_rule: PickupRule::Leave.into(),
        notify_when: NotifyWhen::AtOnce.into(),
        ..Configuration::default()
    }
}

/// Whether a run goes on no more.
pub fn is_final(run: &Run) -> bool {
    !matches!(run.state(), RunState::Unspecified | RunState::Queued | RunState::Running)
}

/// Somebody with nothing but a store key.
#[derive(Clone)]
pub struct Operator {
    /// The key's text.
    pub key: String,
    /// The client it makes.
    pub client: Client,
}

impl Operator {
    /// Connects a store and takes its new key.
    pub async fn of_new_store(home: &Home, store: &Sandbox) -> anyhow::Result<Self> {
        Self::with_key(connect_store(home, store).await?.store_key)
    }

    /// Connects a store, takes its new key and chooses the defaults of the warehouse.
    pub async fn ready(home: &Home, store: &Sandbox) -> anyhow::Result<Self> {
        let operator = Self::of_new_store(home, store).await?;
        operator.configure(defaults()).await?;
        Ok(operator)
    }

    /// Takes a key.
    pub fn with_key(key: String) -> anyhow::Result<Self> {
        let client = Client::connect(&StoreKey::parse(&key)?)?;
        Ok(Self { key, client })
    }

    /// Saves a configuration over the one that is there.
    pub async fn configure(&self, values: Configuration) -> Answer<Configuration> {
        let revision = self.configuration().await?.revision;
        self.configure_from(revision, values).await
    }

    /// Saves a configuration that was made from a revision.
    pub async fn configure_from(&self, revision: i64, values: Configuration) -> Answer<Configuration> {
        let request = ConfigureRequest {
            configuration: Some(Configuration { revision, ..values }),
            ..ConfigureRequest::default()
        };
        let saved = self.client.plugin_host().configure(request).await?.into_inner();
        saved.configuration.ok_or_else(|| tonic::Status::data_loss("no configuration came back"))
    }

    /// The configuration.
    pub async fn configuration(&self) -> Answer<Configuration> {
        let answer = self.client.plugin_host().get_configuration(GetConfigurationRequest::default()).await?;
        Ok(answer.into_inner().configuration.unwrap_or_default())
    }

    /// Asks for an import.
    pub async fn import(&self) -> Answer<ImportResponse> {
        Ok(self.client.plugin_host().import(ImportRequest::default()).await?.into_inner())
    }

    /// Asks for an import, or a dry run of one, and waits for its end.
    pub async fn import_and_wait(&self, dry_run: bool) -> anyhow::Result<Run> {
        let request = ImportRequest { dry_run, ..ImportRequest::default() };
        let answer = self.client.plugin_host().import(request).await?.into_inner();
        self.wait(answer.run.context("the answer has no run")?.run_id).await
    }

    /// Waits for the end of a run.
    pub async fn wait(&self, run_id: i64) -> anyhow::Result<Run> {
        until("the run ends", async || Ok(Some(self.run(run_id).await?).filter(is_final))).await
    }

    /// A run as it is now.
    pub async fn run(&self, run_id: i64) -> Answer<Run> {
        let answer = self.client.plugin_host().get_run(GetRunRequest { run_id }).await?;
        Ok(answer.into_inner().run.unwrap_or_default())
    }

    /// The store as it is now.
    pub async fn status(&self) -> Answer<Status> {
        let answer = self.client.plugin_host().get_status(GetStatusRequest::default()).await?;
        Ok(answer.into_inner().status.unwrap_or_default())
    }

    /// The report of a run; 0 for the newest.
    pub async fn report(&self, run_id: i64) -> Answer<Report> {
        let request = GetReportRequest { run_id, ..GetReportRequest::default() };
        Ok(self.client.plugin_host().get_report(request).await?.into_inner().report.unwrap_or_default())
    }

    /// Watches the store.
    pub fn watch(&self) -> StatusStream {
        self.client.status_stream(Vec::new())
    }

    /// The exceptions of a run's report, of one reason or all.
    pub async fn exceptions(&self, run_id: i64, reason: &str) -> Answer<Vec<ReportException>> {
        pages(async |page_token| {
            let request = ListReportExceptionsRequest {
                run_id,
                reason: reason.to_owned(),
                page_size: PAGE,
                page_token,
                ..ListReportExceptionsRequest::default()
            };
            let page = self.client.plugin_host().list_report_exceptions(request).await?.into_inner();
            Ok((page.exceptions, page.next_page_token))
        })
        .await
    }

    /// The records that wait for a person.
    pub async fn parked(&self) -> Answer<Vec<ParkedRecord>> {
        pages(async |page_token| {
            let request = ListParkedRecordsRequest {
                page_size: PAGE,
                page_token,
                ..ListParkedRecordsRequest::default()
            };
            let page = self.client.plugin_host().list_parked_records(request).await?.into_inner();
            Ok((page.parked_records, page.next_page_token))
        })
        .await
    }

    /// The items of the division.
    pub async fn items(&self) -> Answer<Vec<Item>> {
        pages(async |page_token| {
            let request = ListItemsRequest { page_size: PAGE, page_token, ..ListItemsRequest::default() };
            let page = self.client.warehouse().list_items(request).await?.into_inner();
            Ok((page.items, page.next_page_token))
        })
        .await
    }

    /// The inventory records of the division.
    pub async fn inventory(&self) -> Answer<Vec<InventoryRecord>> {
        pages(async |page_token| {
            let request =
                ListInventoryRequest { page_size: PAGE, page_token, ..ListInventoryRequest::default() };
            let page = self.client.warehouse().list_inventory(request).await?.into_inner();
            Ok((page.records, page.next_page_token))
        })
        .await
    }

    /// The carriers of the division.
    pub async fn carriers(&self) -> Answer<Vec<Carrier>> {
        let request = ListCarriersRequest::default();
        Ok(self.client.warehouse().list_carriers(request).await?.into_inner().carriers)
    }
}

async fn pages<T>(page: impl AsyncFn(String) -> Answer<(Vec<T>, String)>) -> Answer<Vec<T>> {
    let (mut rows, mut token) = (Vec::new(), String::new());
    loop {
        let (more, next) = page(token).await?;
        rows.extend(more);
        if next.is_empty() {
            return Ok(rows);
        }
        token = next;
    }
}
