//! `PluginHostService`: daily work with one store.

use std::pin::Pin;

use futures::StreamExt as _;
use plugin_host_proto::v1::{self, plugin_host_service_server::PluginHostService};
use secrecy::ExposeSecret as _;
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::{
    auth, configuration,
    convert::{self, Wired as _},
    page, reports, stream,
};
use crate::{
    app::{App, Caller, Error, Preview, RunRequest},
    bigcommerce::Urgency,
    db::RUN_ORDERS,
    domain::{
        configuration::Violation,
        reason::Reason,
        run::{Run, RunId, RunKind},
        store::{Store, ready_for},
    },
};

type Reply<T> = Result<Response<T>, Status>;

/// The service.
#[derive(Debug)]
pub(super) struct PluginHost {
    app: App,
    streams: stream::Streams,
    stop: CancellationToken,
}

impl PluginHost {
    pub(super) fn new(app: App, stop: CancellationToken) -> Self {
        let streams = stream::Streams::default();
        tokio::spawn(streams.clone().end_revoked(app.db.clone(), stop.clone()));
        Self { app, streams, stop }
    }

    async fn caller<T>(&self, request: &Request<T>, rpc: &str) -> Result<Caller, Status> {
        auth::caller(&self.app, request, rpc).await
    }

    async fn store(&self, caller: &Caller, hash: &str) -> Result<Store, Status> {
        self.app.store(caller, hash).await.map_err(convert::status)
    }

    /// Asks for a run of the store that is named, or of the key's own.
    async fn ask(
        &self,
        caller: &Caller,
        store: &str,
        asked: &RunRequest,
    ) -> Result<(Option<v1::Run>, bool), Status> {
        check_request_id(&asked.request_id)?;
        let store = self.store(caller, store).await?;
        let (run, joined) = self.app.request_run(caller, &store, asked).await.map_err(convert::status)?;
        Ok((Some(convert::run(&run, &store)), joined))
    }

    /// A run the caller may see, with its store.
    async fn run_of(&self, caller: &Caller, id: i64) -> Result<(Run, Store), Status> {
        let run = self.app.run(caller, RunId(id)).await.map_err(convert::status)?;
        let store = self.app.db.store(run.store).await.map_err(db_status)?;
        let store = store.ok_or_else(|| Status::not_found("the store of this run is gone"))?;
        Ok((run, store))
    }
}

fn db_status(error: crate::db::Error) -> Status {
    convert::status(Error::Db(error))
}

fn check_request_id(id: &str) -> Result<(), Status> {
    if id.len() <= 64 {
        return Ok(());
    }
    Err(invalid("request_id", "Use at most 64 characters."))
}

fn invalid(field: &'static str, message: &str) -> Status {
    convert::status(Error::Invalid(vec![Violation::new(field, message)]))
}

#[tonic::async_trait]
impl PluginHostService for PluginHost {
    type StreamStatusStream = Pin<Box<dyn Stream<Item = Result<v1::StreamStatusResponse, Status>> + Send>>;

    async fn import(&self, request: Request<v1::ImportRequest>) -> Reply<v1::ImportResponse> {
        let caller = self.caller(&request, "PluginHostService.Import").await?;
        let request = request.into_inner();
        let asked = RunRequest {
            dry_run: request.dry_run,
            request_id: request.request_id,
            ..RunRequest::of(RunKind::Import)
        };
        let (run, joined) = self.ask(&caller, &request.store_id, &asked).await?;
        Ok(Response::new(v1::ImportResponse { run, joined }))
    }

    async fn sync(&self, request: Request<v1::SyncRequest>) -> Reply<v1::SyncResponse> {
        let caller = self.caller(&request, "PluginHostService.Sync").await?;
        let request = request.into_inner();
        let asked = RunRequest {
            dry_run: request.dry_run,
            request_id: request.request_id,
            ..RunRequest::of(RunKind::Sync)
        };
        let (run, joined) = self.ask(&caller, &request.store_id, &asked).await?;
        Ok(Response::new(v1::SyncResponse { run, joined }))
    }

    async fn end_of_day(&self, request: Request<v1::EndOfDayRequest>) -> Reply<v1::EndOfDayResponse> {
        let caller = self.caller(&request, "PluginHostService.EndOfDay").await?;
        let request = request.into_inner();
        let asked = RunRequest {
            dry_run: request.dry_run,
            approved: (request.approved_run_id > 0).then_some(RunId(request.approved_run_id)),
            request_id: request.request_id,
            ..RunRequest::of(RunKind::EndOfDay)
        };
        let (run, joined) = self.ask(&caller, &request.store_id, &asked).await?;
        Ok(Response::new(v1::EndOfDayResponse { run, joined }))
    }

    async fn synchronize(&self, request: Request<v1::SynchronizeRequest>) -> Reply<v1::SynchronizeResponse> {
        let caller = self.caller(&request, "PluginHostService.Synchronize").await?;
        let request = request.into_inner();
        let message = "Choose one of the five actions of Manual Sync.";
        let kind = convert::manual(request.action()).ok_or_else(|| invalid("action", message))?;
        let asked =
            RunRequest { dry_run: request.dry_run, request_id: request.request_id, ..RunRequest::of(kind) };
        let (run, joined) = self.ask(&caller, &request.store_id, &asked).await?;
        Ok(Response::new(v1::SynchronizeResponse { run, joined }))
    }

    async fn reconcile(&self, request: Request<v1::ReconcileRequest>) -> Reply<v1::ReconcileResponse> {
        let caller = self.caller(&request, "PluginHostService.Reconcile").await?;
        let request = request.into_inner();
        let asked = RunRequest { request_id: request.request_id, ..RunRequest::of(RunKind::Reconciliation) };
        let (run, joined) = self.ask(&caller, &request.store_id, &asked).await?;
        Ok(Response::new(v1::ReconcileResponse { run, joined }))
    }

    async fn set_sync_cursor(
        &self,
        request: Request<v1::SetSyncCursorRequest>,
    ) -> Reply<v1::SetSyncCursorResponse> {
        let caller = self.caller(&request, "PluginHostService.SetSyncCursor").await?;
        let request = request.into_inner();
        let store = self.store(&caller, &request.store_id).await?;
        let since = request.since.map(|since| jiff::Timestamp::new(since.seconds, since.nanos));
        let since = since.transpose().map_err(|_| invalid("since", "This is no instant."))?;
        let done = self.app.set_sync_cursor(&caller, &store, since, request.confirm).await;
        let (Preview { products, customers, orders }, done) = done.map_err(convert::status)?;
        Ok(Response::new(v1::SetSyncCursorResponse { products, customers, orders, done }))
    }

    async fn resolve_parked_record(
        &self,
        request: Request<v1::ResolveParkedRecordRequest>,
    ) -> Reply<v1::ResolveParkedRecordResponse> {
        let caller = self.caller(&request, "PluginHostService.ResolveParkedRecord").await?;
        let request = request.into_inner();
        let store = self.store(&caller, &request.store_id).await?;
        let decision = reports::decision(request.resolution)
            .ok_or_else(|| invalid("resolution", "Say what shall become of the record."))?;
        let (resolved, run) = if request.parked_id == 0 && !request.reason.is_empty() {
            self.app
                .resolve_reason(&caller, &store, &request.reason, &decision)
                .await
                .map_err(convert::status)?
        } else {
            let seen = (request.parked_id, request.reason.as_str());
            (1, self.app.resolve_parked(&caller, &store, seen, &decision).await.map_err(convert::status)?)
        };
        let run = run.map(|run| convert::run(&run, &store));
        Ok(Response::new(v1::ResolveParkedRecordResponse { run, resolved }))
    }

    async fn explain_count(
        &self,
        request: Request<v1::ExplainCountRequest>,
    ) -> Reply<v1::ExplainCountResponse> {
        let caller = self.caller(&request, "PluginHostService.ExplainCount").await?;
        let request = request.into_inner();
        let store = self.store(&caller, &request.store_id).await?;
        let found = self.app.explain(&caller, &store, &request.item_number).await;
        let found = found.map_err(convert::status)?;
        Ok(Response::new(reports::explanation(found, &store)))
    }

    async fn configure(&self, request: Request<v1::ConfigureRequest>) -> Reply<v1::ConfigureResponse> {
        let caller = self.caller(&request, "PluginHostService.Configure").await?;
        let request = request.into_inner();
        check_request_id(&request.request_id)?;
        let store = self.store(&caller, &request.store_id).await?;
        let wire = request.configuration.unwrap_or_default();
        let patch = configuration::Patch::read(wire, request.update_mask.map(|mask| mask.paths));
        let patch = match patch {
            Err(Error::Invalid(violations)) if request.validate_only => {
                return Ok(Response::new(configuration::unreadable(violations)));
            }
            patch => patch.map_err(convert::status)?,
        };
        let change = (patch.revision(), |values: &mut _| patch.apply(values));
        if request.validate_only {
            let examined = self.app.examine(&store, change).await.map_err(convert::status)?;
            return Ok(Response::new(configuration::examined(examined, &store)));
        }
        let saved = self
            .app
            .configure(&caller, &store, change, &request.request_id)
            .await
            .map_err(convert::status)?;
        Ok(Response::new(v1::ConfigureResponse {
            fields: configuration::fields(&saved.values, &store),
            configuration: Some(configuration::configuration(Some(&saved), &store)),
            violations: Vec::new(),
        }))
    }

    async fn stream_status(
        &self,
        request: Request<v1::StreamStatusRequest>,
    ) -> Reply<Self::StreamStatusStream> {
        let caller = self.caller(&request, "PluginHostService.StreamStatus").await?;
        let place = self.streams.enter(&caller.key.id)?;
        let request = request.into_inner();
        let mut stores = Vec::new();
        if request.store_ids.is_empty() {
            stores = self.app.stores(&caller).await.map_err(convert::status)?;
        }
        for hash in &request.store_ids {
            stores.push(self.store(&caller, hash).await?);
        }
        let resume =
            request.resume_from.into_iter().map(|point| (point.store_id, point.after_number)).collect();
        let watcher =
            stream::Watcher::new(self.app.clone(), caller, stores, &resume, request.store_ids.is_empty());
        // A server that stops ends its streams; clients go on with another, or with its next start.
        let events = watcher.events(place).take_until(self.stop.clone().cancelled_owned());
        Ok(Response::new(Box::pin(events)))
    }

    async fn list_stores(&self, request: Request<v1::ListStoresRequest>) -> Reply<v1::ListStoresResponse> {
        let caller = self.caller(&request, "PluginHostService.ListStores").await?;
        let stores = self.app.stores(&caller).await.map_err(convert::status)?;
        Ok(Response::new(v1::ListStoresResponse {
            stores: stores.iter().map(convert::store).collect(),
            server_version: env!("CARGO_PKG_VERSION").to_owned(),
        }))
    }

    async fn get_status(&self, request: Request<v1::GetStatusRequest>) -> Reply<v1::GetStatusResponse> {
        let caller = self.caller(&request, "PluginHostService.GetStatus").await?;
        let store = self.store(&caller, &request.into_inner().store_id).await?;
        let status = self.app.status(&caller, store).await.map_err(convert::status)?;
        Ok(Response::new(v1::GetStatusResponse { status: Some(convert::store_status(status)) }))
    }

    async fn get_configuration(
        &self,
        request: Request<v1::GetConfigurationRequest>,
    ) -> Reply<v1::GetConfigurationResponse> {
        let caller = self.caller(&request, "PluginHostService.GetConfiguration").await?;
        let request = request.into_inner();
        let mut store = self.store(&caller, &request.store_id).await?;
        let saved = self.app.db.configuration(store.id).await.map_err(db_status)?;
        let values = saved.as_ref().map(|saved| &saved.values);
        let missing = ready_for(RunKind::Import, &store, values, &[]);
        let mut store_locations = Vec::new();
        if request.with_store_locations {
            let token = self.app.db.token(&store).await.map_err(db_status)?;
            let api = self.app.api.store(&store.hash, token, Urgency::Interactive);
            let (locations, settings) = futures::try_join!(api.locations(), api.settings())
                .map_err(|error| convert::status(error.into()))?;
            self.app.db.note_deduction(&store, settings.decreases_when_placed).await.map_err(db_status)?;
            store.deducts_when_placed = Some(settings.decreases_when_placed);
            store_locations.extend(locations.into_iter().map(|location| v1::StoreLocation {
                store_location_id: location.id,
                label: location.label,
                enabled: location.enabled,
            }));
        }
        Ok(Response::new(v1::GetConfigurationResponse {
            configuration: Some(configuration::configuration(saved.as_ref(), &store)),
            store_locations,
            missing: missing.into_iter().map(convert::missing).collect(),
            fields: configuration::fields(&values.cloned().unwrap_or_default(), &store),
        }))
    }

    async fn get_webhook_secret(
        &self,
        request: Request<v1::GetWebhookSecretRequest>,
    ) -> Reply<v1::GetWebhookSecretResponse> {
        let caller = self.caller(&request, "PluginHostService.GetWebhookSecret").await?;
        let store = self.store(&caller, &request.into_inner().store_id).await?;
        let secret = self.app.webhook_secret(&store).await.map_err(convert::status)?;
        Ok(Response::new(v1::GetWebhookSecretResponse { secret: secret.expose_secret().to_owned() }))
    }

    async fn list_runs(&self, request: Request<v1::ListRunsRequest>) -> Reply<v1::ListRunsResponse> {
        let caller = self.caller(&request, "PluginHostService.ListRuns").await?;
        let request = request.into_inner();
        let store = self.store(&caller, &request.store_id).await?;
        let order_by = if request.order_by.is_empty() { "run_id desc" } else { &request.order_by };
        let asked = page::Asked {
            page_size: request.page_size,
            page_token: &request.page_token,
            skip: request.skip,
            order_by,
        };
        let part = page::part(&asked, &RUN_ORDERS)?;
        let kinds: Vec<RunKind> = request.kinds.iter().filter_map(|kind| RunKind::read(*kind)).collect();
        let found = self.app.db.list_runs(store.id, &kinds, &part).await.map_err(db_status)?;
        Ok(Response::new(v1::ListRunsResponse {
            next_page_token: page::next(&part, &found),
            total: found.total,
            runs: found.rows.iter().map(|run| convert::run(run, &store)).collect(),
        }))
    }

    async fn get_run(&self, request: Request<v1::GetRunRequest>) -> Reply<v1::GetRunResponse> {
        let caller = self.caller(&request, "PluginHostService.GetRun").await?;
        let (run, store) = self.run_of(&caller, request.into_inner().run_id).await?;
        Ok(Response::new(v1::GetRunResponse { run: Some(convert::run(&run, &store)) }))
    }

    async fn get_report(&self, request: Request<v1::GetReportRequest>) -> Reply<v1::GetReportResponse> {
        let caller = self.caller(&request, "PluginHostService.GetReport").await?;
        let request = request.into_inner();
        let id = if request.run_id == 0 {
            let store = self.store(&caller, &request.store_id).await?;
            let newest = self.app.db.newest_report(store.id).await.map_err(db_status)?;
            newest.ok_or_else(|| Status::not_found("No run of this store has a report yet."))?.0
        } else {
            request.run_id
        };
        let (run, store) = self.run_of(&caller, id).await?;
        let report = self.app.db.report(run.id).await.map_err(db_status)?;
        let (report, made_at) =
            report.ok_or_else(|| Status::not_found(format!("Run {id} has no report yet.")))?;
        let groups = self.app.db.exception_groups(run.id).await.map_err(db_status)?;
        let report = Some(reports::report(convert::run(&run, &store), (report, made_at), groups));
        Ok(Response::new(v1::GetReportResponse { report }))
    }

    async fn list_report_exceptions(
        &self,
        request: Request<v1::ListReportExceptionsRequest>,
    ) -> Reply<v1::ListReportExceptionsResponse> {
        let caller = self.caller(&request, "PluginHostService.ListReportExceptions").await?;
        let request = request.into_inner();
        let (run, _) = self.run_of(&caller, request.run_id).await?;
        let size = page::size(request.page_size)?;
        let [reason, record] = page::parts(&request.page_token)?.unwrap_or_default();
        let from = (&*reason, &*record, page::skip(request.skip)?);
        let found = self.app.db.exceptions(run.id, page::reason(&request.reason)?, from, size).await;
        let found = found.map_err(db_status)?;
        let next_page_token = page::token(found.len(), size, || {
            found.last().map(|last| [last.reason.words().code.to_owned(), last.record.clone()])
        });
        let groups = self.app.db.exception_groups(run.id).await.map_err(db_status)?;
        let is_asked = |reason: Reason| [reason.words().code, ""].contains(&&*request.reason);
        let exceptions = found.into_iter().map(|exception| v1::ReportException {
            reason: exception.reason.words().code.into(),
            record: exception.record,
            detail: exception.detail,
        });
        Ok(Response::new(v1::ListReportExceptionsResponse {
            exceptions: exceptions.collect(),
            next_page_token,
            total: groups.iter().filter(|(reason, _)| is_asked(*reason)).map(|(_, count)| count).sum(),
        }))
    }

    async fn list_parked_records(
        &self,
        request: Request<v1::ListParkedRecordsRequest>,
    ) -> Reply<v1::ListParkedRecordsResponse> {
        let caller = self.caller(&request, "PluginHostService.ListParkedRecords").await?;
        let request = request.into_inner();
        let store = self.store(&caller, &request.store_id).await?;
        let size = page::size(request.page_size)?;
        let after = page::number(&request.page_token)?.unwrap_or_default();
        let (from, reason) = ((after, page::skip(request.skip)?), page::reason(&request.reason)?);
        let found = self.app.db.parked_records(store.id, reason, from, size).await.map_err(db_status)?;
        let total = self.app.db.parked_count(store.id, reason).await.map_err(db_status)?;
        let next_page_token =
            page::token(found.len(), size, || found.last().map(|last| [last.id.to_string()]));
        let parked_records =
            found.into_iter().map(|parked| reports::parked(parked, &caller, &store)).collect();
        Ok(Response::new(v1::ListParkedRecordsResponse { parked_records, next_page_token, total }))
    }

    async fn list_parked_groups(
        &self,
        request: Request<v1::ListParkedGroupsRequest>,
    ) -> Reply<v1::ListParkedGroupsResponse> {
        let caller = self.caller(&request, "PluginHostService.ListParkedGroups").await?;
        let store = self.store(&caller, &request.into_inner().store_id).await?;
        let groups = self.app.db.parked_groups(store.id).await.map_err(db_status)?;
        Ok(Response::new(v1::ListParkedGroupsResponse {
            total: groups.iter().map(|group| group.count).sum(),
            groups: groups.into_iter().map(|group| reports::parked_group(&group, &caller)).collect(),
        }))
    }

    async fn get_overview(&self, request: Request<v1::GetOverviewRequest>) -> Reply<v1::GetOverviewResponse> {
        let caller = self.caller(&request, "PluginHostService.GetOverview").await?;
        let request = request.into_inner();
        let store = self.store(&caller, &request.store_id).await?;
        let days = match request.days {
            0 => 14,
            days @ 1..=90 => i64::from(days),
            _ => return Err(invalid("days", "Ask for 1 to 90 days, or 0 for 14.")),
        };
        let overview = self.app.overview(&store, days).await.map_err(convert::status)?;
        Ok(Response::new(reports::overview(overview)))
    }
}
