//! Scripted trouble: which requests go wrong, how, and what happens in the store meanwhile.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::call::Call;
use super::reply::{Problem, Reply};
use super::store::Store;

/// Which requests a script is about; what is left empty matches everything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Matcher {
    /// The HTTP method.
    pub method: Option<String>,
    /// How the path below the store begins, such as `/v3/catalog`.
    pub path: String,
    /// What occurs in the raw query string, such as `page=2`.
    pub query: String,
}

impl Matcher {
    /// Every request to a path that begins so.
    pub fn path(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// Only requests of this method.
    #[must_use]
    pub fn method(self, method: impl Into<String>) -> Self {
        Self { method: Some(method.into()), ..self }
    }

    /// Only requests whose query string contains this.
    #[must_use]
    pub fn query(self, part: impl Into<String>) -> Self {
        Self { query: part.into(), ..self }
    }

    fn matches(&self, call: &Call) -> bool {
        self.method.as_deref().is_none_or(|method| method == call.method.as_str())
            && call.path.starts_with(&self.path)
            && call.raw_query.contains(&self.query)
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// An error status in the shape of the path's dialect.
    Status {
        /// The status code.
        status: u16,
    },
    /// 429 although the quota is not spent.
    Throttled {
        /// Whether the rate-limit headers are there; without them the platform is under load.
        headers: bool,
    },
    /// A web page with this status, as proxies send.
    Html {
        /// The status code.
        status: u16,
    },
    /// The connection ends in the middle of the body.
    Truncated,
    /// The connection is reset before a reply.
    Reset,
    /// The connection is reset at once, and the request takes effect only later, behind the client's back.
    LateCommit {
        /// How much later, in real time.
        #[serde(rename = "after_ms", deserialize_with = "milliseconds")]
        after: Duration,
    },
    /// No reply comes, and in the end the connection is reset.
    Hang {
        /// After how long; a day unless told, which no client waits for.
        #[serde(default = "a_day")]
        ms: u64,
    },
    /// The reply comes late.
    Delay {
        /// How late.
        ms: u64,
    },
    /// Another body.
    Body {
        /// The status code.
        #[serde(default = "ok")]
        status: u16,
        /// The body.
        body: String,
    },
    /// The true reply with one value replaced, such as an unknown state or a price that is a string.
    Rewrite {
        /// Where, as a JSON pointer: `/data/0/price`.
        pointer: String,
        /// By what.
        value: Value,
    },
}

/// A fault, and how often it strikes.
#[derive(Debug, Clone, Deserialize)]
pub struct Script {
    /// The requests it is about.
    #[serde(flatten)]
    matcher: Matcher,
    fault: Fault,
    #[serde(default)]
    skip: u32,
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    after: bool,
}

fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}

fn ok() -> u16 {
    200
}

fn once() -> u32 {
    1
}

fn a_day() -> u64 {
    24 * 60 * 60 * 1000
}

impl Script {
    /// The next matching request goes wrong.
    pub fn next(matcher: Matcher, fault: Fault) -> Self {
        Self { matcher, fault, skip: 0, times: 1, after: false }
    }

    /// So many matching requests go wrong.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// So many matching requests go well first.
    #[must_use]
    pub fn after_first(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// The request takes effect, and only its reply is lost.
    #[must_use]
    pub fn once_it_took_effect(self) -> Self {
        Self { after: true, ..self }
    }
}

/// The fault that strikes one request.
#[derive(Debug, Clone)]
pub(crate) struct Strike {
    pub(crate) fault: Fault,
    /// Whether the request is to take effect first.
    pub(crate) after: bool,
}

type Change = Box<dyn FnOnce(&mut Store) + Send>;

struct Hook {
    matcher: Matcher,
    remaining: u32,
    change: Change,
}

/// Everything that was scripted.
#[derive(Default)]
pub(crate) struct Faults {
    scripts: Mutex<Vec<Script>>,
    hooks: Mutex<Vec<Hook>>,
}

impl Faults {
    /// Adds a script; of several that match, the oldest strikes.
    pub(crate) fn add(&self, script: Script) {
        lock(&self.scripts).push(script);
    }

    /// Runs a change when the `nth` matching request (from 1) arrives, before it is answered.
    pub(crate) fn on_request(&self, matcher: Matcher, nth: u32, change: Change) {
        lock(&self.hooks).push(Hook { matcher, remaining: nth.max(1), change });
    }

    /// Forgets all scripts and hooks.
    pub(crate) fn clear(&self) {
        lock(&self.scripts).clear();
        lock(&self.hooks).clear();
    }

    /// The changes that this request sets off.
    pub(crate) fn changes(&self, call: &Call) -> Vec<Change> {
        let mut hooks = lock(&self.hooks);
        for hook in hooks.iter_mut().filter(|hook| hook.matcher.matches(call)) {
            hook.remaining -= 1;
        }
        hooks.extract_if(.., |hook| hook.remaining == 0).map(|hook| hook.change).collect()
    }

    /// The fault that strikes this request.
    pub(crate) fn strike(&self, call: &Call) -> Option<Strike> {
        let mut scripts = lock(&self.scripts);
        let mut struck = None;
        for script in scripts.iter_mut().filter(|script| script.matcher.matches(call)) {
            if script.skip > 0 {
                script.skip -= 1;
            } else if struck.is_none() && script.times > 0 {
                script.times -= 1;
                struck = Some(Strike { fault: script.fault.clone(), after: script.after });
            }
        }
        scripts.retain(|script| script.times > 0);
        struck
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a reply leaves the sandbox.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Whole.
    Sent(Reply),
    /// Without rate-limit headers.
    Bare(Reply),
    /// With its full length announced and half of it sent.
    Cut(Reply),
    /// Not at all: the connection is reset.
    Reset,
}

impl Fault {
    /// How long the reply is kept back.
    pub(crate) fn delay(&self) -> Duration {
        match self {
            Self::Delay { ms } | Self::Hang { ms } => Duration::from_millis(*ms),
            _ => Duration::ZERO,
        }
    }

    /// Whether the reply is made from the true one, so that the request is answered in any case.
    pub(crate) fn needs_reply(&self) -> bool {
        matches!(self, Self::Truncated | Self::Delay { .. } | Self::Rewrite { .. })
    }

    /// What becomes of the reply.
    pub(crate) fn apply(&self, call: &Call, reply: Option<Reply>) -> Outcome {
        let status = |code: u16| StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = |code: u16| {
            let reason = status(code).canonical_reason().unwrap_or_default();
            Problem::new(status(code), reason).reply(call.dialect())
        };
        let reply = reply.unwrap_or_else(Reply::empty);
        match self {
            Self::Status { status } => Outcome::Sent(problem(*status)),
            Self::Throttled { headers: true } => Outcome::Sent(problem(429)),
            Self::Throttled { headers: false } => Outcome::Bare(problem(429)),
            Self::Html { status: code } => Outcome::Bare(Reply {
                status: status(*code),
                content_type: "text/html; charset=utf-8",
                body: "<!DOCTYPE html><html><body><h1>We'll be right back</h1></body></html>".into(),
            }),
            Self::Truncated => Outcome::Cut(reply),
            Self::Reset | Self::LateCommit { .. } | Self::Hang { .. } => Outcome::Reset,
            Self::Delay { .. } => Outcome::Sent(reply),
            Self::Body { status: code, body } => {
                Outcome::Sent(Reply::json_bytes(body.clone()).with_status(status(*code)))
            }
            Self::Rewrite { pointer, value } => Outcome::Sent(rewrite(&reply, pointer, value)),
        }
    }
}

fn rewrite(reply: &Reply, pointer: &str, value: &Value) -> Reply {
    let mut body: Value = serde_json::from_slice(&reply.body).unwrap_or_else(|_| json!({}));
    if let Some(place) = body.pointer_mut(pointer) {
        place.clone_from(value);
    }
    Reply { body: body.to_string().into(), ..reply.clone() }
}
