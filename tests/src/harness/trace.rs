//! A trace: who begins it, and what a person reads of it.

use std::{
    fmt::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, trace_service_client::TraceServiceClient},
    common::v1::any_value::Value,
    trace::v1::{ResourceSpans, ScopeSpans, Span, span::SpanKind},
};

/// How wide the picture of the time is, in letters.
const WIDTH: u64 = 32;

/// The spans of one trace.
#[derive(Clone, Debug)]
pub struct Trace(Vec<Span>);

/// Somebody who presses a button and is traced from there on.
pub struct Press(Span);

impl Trace {
    pub(super) fn of(spans: Vec<Span>) -> Self {
        Self(spans)
    }

    /// All of its spans.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// The ids of the spans with a name directly below one.
    pub fn below(&self, parent: &str, name: &str) -> Vec<String> {
        let below = self.children(parent).into_iter().filter(|span| span.name == name);
        below.map(|span| hex(&span.span_id)).collect()
    }

    /// What is below a span as a tree, or all of it below none: what each took, and a picture of when that was.
    pub fn tree(&self, root: &str) -> String {
        let mut lines = Vec::new();
        self.branch(root, None, &mut lines);
        let began = lines.iter().map(|(_, span)| span.start_time_unix_nano).min().unwrap_or_default();
        let ended = lines.iter().map(|(_, span)| span.end_time_unix_nano).max().unwrap_or_default();
        let whole = (ended - began).max(1);
        let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        lines.iter().fold(String::new(), |mut text, (name, span)| {
            let took = span.end_time_unix_nano - span.start_time_unix_nano;
            let before = (span.start_time_unix_nano - began) * WIDTH / whole;
            let before = usize::try_from(before.min(WIDTH - 1)).unwrap_or_default();
            let long = usize::try_from((took * WIDTH).div_ceil(whole).max(1)).unwrap_or_default();
            let _ = writeln!(text, "{name:width$}  {:>8}  {:before$}{}", words(took), "", "▇".repeat(long));
            text
        })
    }

    /// Adds what is below a span, with the branches that lead to it.
    fn branch<'trace>(
        &'trace self,
        parent: &str,
        before: Option<&str>,
        lines: &mut Vec<(String, &'trace Span)>,
    ) {
        let children = self.children(parent);
        for (place, span) in children.iter().enumerate() {
            let (own, below) = match before {
                None => (String::new(), String::new()),
                Some(before) if place + 1 < children.len() => {
                    (format!("{before}├─ "), format!("{before}│  "))
                }
                Some(before) => (format!("{before}└─ "), format!("{before}   ")),
            };
            lines.push((format!("{own}{}{}", span.name, answer(span)), span));
            self.branch(&hex(&span.span_id), Some(&below), lines);
        }
    }

    /// The spans directly below one, in the order in which they began.
    fn children(&self, parent: &str) -> Vec<&Span> {
        let mut found: Vec<&Span> =
            self.0.iter().filter(|span| hex(&span.parent_span_id) == parent).collect();
        found.sort_by_key(|span| span.start_time_unix_nano);
        found
    }
}

impl Press {
    /// Begins a trace.
    pub fn new(what: &str) -> Self {
        Self(Span {
            name: what.to_owned(),
            trace_id: rand::random::<[u8; 16]>().to_vec(),
            span_id: rand::random::<[u8; 8]>().to_vec(),
            kind: SpanKind::Client.into(),
            start_time_unix_nano: now(),
            ..Span::default()
        })
    }

    /// The id of the trace, in hexadecimal.
    pub fn trace(&self) -> String {
        hex(&self.0.trace_id)
    }

    /// What the call carries, as W3C has it.
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-01", self.trace(), hex(&self.0.span_id))
    }

    /// Ends the span and sends it to a collector, as the presser's own program would.
    pub async fn release(mut self, endpoint: &str) -> anyhow::Result<()> {
        self.0.end_time_unix_nano = now();
        let scope = ScopeSpans { spans: vec![self.0], ..ScopeSpans::default() };
        let resource = ResourceSpans { scope_spans: vec![scope], ..ResourceSpans::default() };
        let request = ExportTraceServiceRequest { resource_spans: vec![resource] };
        TraceServiceClient::connect(endpoint.to_owned()).await?.export(request).await?;
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever presses has a clock of their own")]
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or_default()
}

/// The status that a request was answered with, if it is one.
fn answer(span: &Span) -> String {
    let status = span.attributes.iter().find(|attribute| attribute.key == "http.response.status_code");
    match status.and_then(|status| status.value.as_ref()?.value.as_ref()) {
        Some(Value::IntValue(status)) => format!(" {status}"),
        Some(Value::StringValue(status)) => format!(" {status}"),
        _ => String::new(),
    }
}

/// Nanoseconds as people read them.
fn words(nanoseconds: u64) -> String {
    let microseconds = nanoseconds / 1_000;
    match microseconds {
        ..10_000 => format!("{}.{} ms", microseconds / 1_000, microseconds % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", microseconds / 1_000),
        _ => format!("{}.{:02} s", microseconds / 1_000_000, microseconds % 1_000_000 / 10_000),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
