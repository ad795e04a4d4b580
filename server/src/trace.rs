//! One trace from whoever asks to the last request it leads to, across processes: W3C trace context as text.

use opentelemetry::{propagation::TextMapPropagator as _, trace::TraceContextExt as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// What W3C calls the text.
pub const HEADER: &str = "traceparent";

/// The trace that the present work belongs to; empty while nobody traces.
pub fn current() -> String {
    let mut carried = std::collections::HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carried);
    carried.remove(HEADER).unwrap_or_default()
}

/// Makes new work part of a trace, unless the text names none or nobody traces, and notes its id for log lines.
pub fn follow(span: &Span, parent: &str) {
    let carried = std::collections::HashMap::from([(HEADER.to_owned(), parent.to_owned())]);
    // Before the span is entered; where nobody traces there is nothing to set.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&carried));
    let context = span.context();
    let known = context.span().span_context().clone();
    if known.is_valid() {
        span.record("trace_id", tracing::field::display(known.trace_id()));
    }
}
