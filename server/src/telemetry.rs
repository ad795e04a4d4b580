//! Log lines on standard error, and both logs and traces over OTLP where the settings name a collector.

use std::io::IsTerminal as _;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{LogExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    logs::SdkLoggerProvider,
    trace::{Sampler, SdkTracerProvider},
};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::{FilterExt as _, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::settings::{Error, LogFormat, Settings};

/// What the process tells about itself in traces and logs.
const NAME: &str = "plugin-host-server";

/// What has to be sent before the process ends.
#[derive(Debug, Default)]
pub struct Telemetry(Option<(SdkTracerProvider, SdkLoggerProvider)>);

impl Telemetry {
    /// Begins to log and, where the settings name a collector, to trace; needs a Tokio runtime.
    pub fn start(settings: &Settings) -> Result<Self, Error> {
        let filter = || {
            EnvFilter::try_new(&settings.log)
                .map_err(|error| Error::Value(format!("log cannot be used: {error}")))
        };
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let lines = lines.with_ansi(std::io::stderr().is_terminal());
        let lines = match settings.log_format {
            LogFormat::Human => lines.boxed(),
            LogFormat::Json => lines.json().boxed(),
        };
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter()?));
        if settings.otlp_endpoint.is_empty() {
            subscriber.init();
            return Ok(Self::default());
        }
        let unusable = |error| Error::Value(format!("otlp_endpoint cannot be used: {error}"));
        let resource = Resource::builder().with_service_name(NAME).build();
        let endpoint = settings.otlp_endpoint.as_str();
        let spans = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build().map_err(unusable)?;
        let traces = SdkTracerProvider::builder()
            .with_batch_exporter(spans)
            // Whoever begins the trace decides about all of it.
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.trace_ratio))))
            .with_resource(resource.clone())
            .build();
        let records =
            LogExporter::builder().with_tonic().with_endpoint(endpoint).build().map_err(unusable)?;
        let logs = SdkLoggerProvider::builder().with_batch_exporter(records).with_resource(resource).build();
        // A run is taken up again for each row it waits for: that is not timed.
        let layer = tracing_opentelemetry::layer().with_tracked_inactivity(false);
        // Only ours: what sends the traces must not be traced itself.
        let ours = Targets::new().with_target("plugin_host_server", tracing::Level::DEBUG);
        subscriber
            .with(layer.with_tracer(traces.tracer(NAME)).with_filter(ours.clone()))
            .with(OpenTelemetryTracingBridge::new(&logs).with_filter(filter()?.and(ours)))
            .init();
        Ok(Self(Some((traces, logs))))
    }

    /// Sends what is left; must not block the runtime's only thread.
    pub fn finish(self) {
        if let Some((traces, logs)) = self.0 {
            // A collector that has gone must not keep the process.
            let _ = (traces.shutdown(), logs.shutdown());
        }
    }
}
