use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

use super::*;
use crate::client::Client;
use crate::key::{KeyId, KeyKind, StoreKey};
use crate::v1::plugin_host_service_server::{PluginHostService, PluginHostServiceServer};
use crate::v1::*;

type Script = Vec<Result<StreamStatusResponse, Status>>;

/// A server that plays one script for each connection and notes what was asked.
#[derive(Clone)]
struct Player {
    scripts: Arc<Mutex<Vec<Script>>>,
    asked: Arc<Mutex<Vec<StreamStatusRequest>>>,
}

/// Implements the service, so that every call but the stream is refused.
macro_rules! play {
    ($($name:ident($request:ty) -> $response:ty;)*) => {
        #[tonic::async_trait]
        impl PluginHostService for Player {
            type StreamStatusStream =
                tokio_stream::Iter<std::vec::IntoIter<Result<StreamStatusResponse, Status>>>;

            async fn stream_status(
                &self,
                request: Request<StreamStatusRequest>,
            ) -> Result<Response<Self::StreamStatusStream>, Status> {
                self.asked.lock().unwrap().push(request.into_inner());
                Ok(Response::new(tokio_stream::iter(self.scripts.lock().unwrap().remove(0))))
            }

            $(async fn $name(&self, _: Request<$request>) -> Result<Response<$response>, Status> {
                Err(Status::unimplemented("not played"))
            })*
        }
    };
}

play! {
    import(ImportRequest) -> ImportResponse;
    sync(SyncRequest) -> SyncResponse;
    end_of_day(EndOfDayRequest) -> EndOfDayResponse;
    synchronize(SynchronizeRequest) -> SynchronizeResponse;
    reconcile(ReconcileRequest) -> ReconcileResponse;
    set_sync_cursor(SetSyncCursorRequest) -> SetSyncCursorResponse;
    configure(ConfigureRequest) -> ConfigureResponse;
    list_stores(ListStoresRequest) -> ListStoresResponse;
    get_status(GetStatusRequest) -> GetStatusResponse;
    get_overview(GetOverviewRequest) -> GetOverviewResponse;
    get_configuration(GetConfigurationRequest) -> GetConfigurationResponse;
    get_webhook_secret(GetWebhookSecretRequest) -> GetWebhookSecretResponse;
    list_runs(ListRunsRequest) -> ListRunsResponse;
    get_run(GetRunRequest) -> GetRunResponse;
    get_report(GetReportRequest) -> GetReportResponse;
    list_report_exceptions(ListReportExceptionsRequest) -> ListReportExceptionsResponse;
    list_parked_records(ListParkedRecordsRequest) -> ListParkedRecordsResponse;
    list_parked_groups(ListParkedGroupsRequest) -> ListParkedGroupsResponse;
    resolve_parked_record(ResolveParkedRecordRequest) -> ResolveParkedRecordResponse;
    explain_count(ExplainCountRequest) -> ExplainCountResponse;
}

fn event(number: i64) -> StreamStatusResponse {
    StreamStatusResponse { store_id: "abc12".to_owned(), number, ..StreamStatusResponse::default() }
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_numbered_event_it_has_seen() {
    let player = Player {
        scripts: Arc::new(Mutex::new(vec![
            vec![Ok(event(5)), Ok(event(6)), Ok(event(0))],
            vec![Err(Status::unavailable("the server is going down"))],
            vec![Ok(event(7)), Err(Status::unauthenticated("the key was revoked"))],
        ])),
        asked: Arc::default(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder().add_service(PluginHostServiceServer::new(player.clone()));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));

    let key = StoreKey::new(KeyKind::Monitor, address, None, KeyId([1; 8]), [2; 32]).unwrap();
    let mut stream = Client::connect(&key).unwrap().status_stream(vec!["abc12".to_owned()]);
    let mut seen = Vec::new();
    let end = loop {
        match stream.next().await {
            Ok(Update::Event(event)) => seen.push(event.number.to_string()),
            Ok(Update::Lost(_)) => seen.push("lost".to_owned()),
            Ok(Update::Resumed) => seen.push("resumed".to_owned()),
            Err(error) => break error,
        }
    };

    assert_eq!(seen, ["5", "6", "0", "lost", "resumed", "lost", "resumed", "7"]);
    assert!(matches!(end, Error::Unauthorized(message) if message == "the key was revoked"));
    let asked = player.asked.lock().unwrap();
    let resumed: Vec<_> = asked
        .iter()
        .map(|request| request.resume_from.first().map(|point| (&*point.store_id, point.after_number)))
        .collect();
    assert_eq!(resumed, [None, Some(("abc12", 6)), Some(("abc12", 6))]);
    assert!(asked.iter().all(|request| request.store_ids == ["abc12"]));
}
