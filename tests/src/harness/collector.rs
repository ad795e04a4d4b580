//! A collector of traces and logs: it takes OTLP over gRPC and keeps everything.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::{
            ExportLogsServiceRequest, ExportLogsServiceResponse,
            logs_service_server::{LogsService, LogsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    logs::v1::LogRecord,
    trace::v1::Span,
};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

use super::trace::{Trace, hex};

/// A running collector; dropping it stops it.
pub struct Collector {
    kept: Kept,
    endpoint: String,
    _stop: DropGuard,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<(Vec<Span>, Vec<LogRecord>)>>);

impl Collector {
    /// Starts a collector.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("the collector cannot listen")?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let (kept, stop) = (Kept::default(), CancellationToken::new());
        let serving = Server::builder()
            .add_service(TraceServiceServer::new(kept.clone()))
            .add_service(LogsServiceServer::new(kept.clone()))
            .serve_with_incoming_shutdown(TcpIncoming::from(listener), stop.clone().cancelled_owned());
        tokio::spawn(serving);
        Ok(Self { kept, endpoint, _stop: stop.drop_guard() })
    }

    /// Where it is.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A trace, by its id in hexadecimal.
    pub fn trace(&self, id: &str) -> Trace {
        let kept = self.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        Trace::of(kept.0.iter().filter(|span| hex(&span.trace_id) == id).cloned().collect())
    }

    /// How many log records belong to a trace.
    pub fn logged(&self, id: &str) -> usize {
        let kept = self.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1.iter().filter(|record| hex(&record.trace_id) == id).count()
    }
}

#[tonic::async_trait]
impl TraceService for Kept {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let scopes =
            request.into_inner().resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0.extend(scopes.flat_map(|scope| scope.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Kept {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let scopes = request.into_inner().resource_logs.into_iter().flat_map(|resource| resource.scope_logs);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1.extend(scopes.flat_map(|scope| scope.log_records));
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}
