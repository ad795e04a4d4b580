//! One way to send a request: budget, time-outs, retries, size limit, typed errors.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use rand::Rng as _;
use reqwest::{Method, Request, RequestBuilder, Response, StatusCode, header::HeaderMap};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use tracing::{Instrument as _, Span, debug, debug_span, field::Empty};

use super::{
    Error, Result,
    budget::{Budget, Quota, Reading, Slot, Urgency},
    error::{scope_of, scope_to_write},
    figures::{Figures, endpoint},
    wire,
};

/// The largest answer that is read, decoded; a larger page is asked for in parts.
const LARGEST_ANSWER: usize = 3 * 1024 * 1024;
/// How often a read is tried before the caller hears of it.
const ATTEMPTS: u32 = 6;
/// How often in a row a page of a list may take too long before a smaller one is asked for (facts section 18, 26).
const SLOW_ATTEMPTS: u32 = 3;
/// How long a person waits for a read; their client waits for 30 s, and what is wrong is worth more than another try.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where BigCommerce is, which only the operator of the process decides.
#[derive(Clone, Debug)]
pub struct BaseUrls {
    /// The API, `https://api.bigcommerce.com` but for tests and the sandbox.
    pub api: String,
}

/// The connection to BigCommerce of this process.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    urls: BaseUrls,
    budgets: Arc<Mutex<HashMap<String, Arc<Budget>>>>,
    /// What is counted of its calls.
    pub figures: Figures,
}

/// The connection to one store.
#[derive(Clone, Debug)]
pub struct StoreApi {
    http: reqwest::Client,
    base: String,
    store: String,
    token: SecretString,
    budget: Arc<Budget>,
    urgency: Urgency,
    figures: Figures,
    /// The store's clock as the last reply had it, and when that was.
    pub(super) clock: Arc<Mutex<Option<(Timestamp, Instant)>>>,
}

/// A reply that was understood.
pub(super) struct Reply {
    pub(super) body: Bytes,
}

/// What to do after an attempt that did not succeed.
enum Failed {
    /// Try again, not before this long.
    Again { after: Option<Duration>, what: String, slow: bool },
    /// Trying again would not help.
    Finally(Error),
}

impl Api {
    /// A connection that never follows redirects, because they would carry the token elsewhere.
    ///
    /// Fails when the process has no TLS provider installed.
    pub fn new(
        urls: BaseUrls,
        authorities: &[reqwest::Certificate],
    ) -> std::result::Result<Self, reqwest::Error> {
        #[expect(clippy::disallowed_methods, reason = "the one place that builds HTTP clients")]
        let builder = reqwest::Client::builder();
        let builder =
            authorities.iter().fold(builder, |builder, one| builder.add_root_certificate(one.clone()));
        let http = builder
            .user_agent(concat!("plugin-host/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(16)
            .tcp_nodelay(true)
            .build()?;
        Ok(Self { http, urls, budgets: Arc::default(), figures: Figures::default() })
    }

    /// What is left of a store's quota, if it has been asked anything yet.
    pub fn quota(&self, hash: &str) -> Option<Quota> {
        let budgets = self.budgets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        budgets.get(hash)?.seen()
    }

    /// The connection to a store; its quota is shared with every other connection to it.
    pub fn store(&self, hash: &str, token: SecretString, urgency: Urgency) -> StoreApi {
        let mut budgets = self.budgets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let budget = Arc::clone(budgets.entry(hash.to_owned()).or_default());
        StoreApi {
            http: self.http.clone(),
            base: format!("{}/stores/{hash}", self.urls.api.trim_end_matches('/')),
            store: hash.to_owned(),
            token,
            budget,
            urgency,
            figures: self.figures.clone(),
            clock: Arc::default(),
        }
    }

    /// The quota of each store that this process has called, by store hash, and how long requests have waited for it.
    pub fn quotas(&self) -> Vec<(String, Option<Quota>, Duration)> {
        let budgets = self.budgets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        budgets.iter().map(|(hash, budget)| (hash.clone(), budget.seen(), budget.waited())).collect()
    }
}

impl StoreApi {
    /// Reads a path, trying again where that can help.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Reply> {
        self.again(path, ATTEMPTS, || self.reading(path, query)).await
    }

    /// Reads a page of a list whose caller asks for a smaller one where [`Error::asks_for_less`].
    pub(super) async fn page(&self, path: &str, query: &[(&str, &str)]) -> Result<Reply> {
        self.again(path, SLOW_ATTEMPTS, || self.reading(path, query)).await
    }

    fn reading(&self, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        // Several GETs of the official description declare the type required.
        let request = self.http.get(format!("{}/{path}", self.base)).query(query);
        request.header("Content-Type", "application/json")
    }

    /// Writes something that may be written any number of times, trying again where that can help.
    pub(super) async fn put(&self, path: &str, body: &serde_json::Value) -> Result<()> {
        let request = || self.http.put(format!("{}/{path}", self.base)).json(body);
        self.again(path, ATTEMPTS, request).await.map(drop)
    }

    async fn again(
        &self,
        path: &str,
        slow_attempts: u32,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Reply> {
        let mut pause = Duration::from_millis(250);
        let (mut attempt, mut slow_in_a_row) = (1, 0);
        let until = (self.urgency == Urgency::Interactive).then(|| Instant::now() + PATIENCE);
        loop {
            let request = match until {
                Some(until) => request().timeout(until.duration_since(Instant::now())),
                None => request(),
            };
            let (after, what, slow) = match self.send(path, request, self.slot().await).await {
                Ok(reply) => return Ok(reply),
                Err(Failed::Finally(error)) => return Err(error),
                Err(Failed::Again { after, what, slow }) => (after, what, slow),
            };
            slow_in_a_row = if slow { slow_in_a_row + 1 } else { 0 };
            // Decorrelated jitter: several runs that failed together do not come back together.
            let ceiling = (pause * 3).min(Duration::from_secs(20));
            pause = rand::rng()
                .random_range(Duration::from_millis(250)..=ceiling.max(Duration::from_millis(251)));
            let pause = after.unwrap_or(pause);
            let slow = slow_in_a_row >= slow_attempts;
            if slow || attempt >= ATTEMPTS || until.is_some_and(|until| Instant::now() + pause >= until) {
                return Err(Error::Unavailable {
                    path: path.to_owned(),
                    attempts: attempt,
                    last: what,
                    slow,
                });
            }
            self.figures.retries.inc();
            self.figures.back_off.inc_by(pause.as_secs_f64());
            debug!(path, attempt, %what, pause_ms = pause.as_millis(), "BigCommerce is asked again");
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// Reads a path as JSON; none for 204.
    pub(super) async fn json<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Option<T>> {
        let reply = self.get(path, query).await?;
        if reply.body.is_empty() {
            return Ok(None);
        }
        parse(path, &reply.body).map(Some)
    }

    /// Waits until the store's quota has room for one request; with a slot it can be sent at once.
    pub async fn slot(&self) -> Slot<'_> {
        self.budget.acquire(self.urgency).await
    }

    /// Writes something that must not be written twice: one attempt, at once, and no other.
    ///
    /// [`Error::Unavailable`] means that it may or may not have happened.
    pub(super) async fn post(
        &self,
        path: &str,
        body: &serde_json::Value,
        slot: Slot<'_>,
        time_out: Duration,
    ) -> Result<Reply> {
        let request = self.http.post(format!("{}/{path}", self.base)).json(body).timeout(time_out);
        match self.send(path, request, slot).await {
            Ok(reply) => Ok(reply),
            Err(Failed::Finally(error)) => Err(error),
            Err(Failed::Again { what, slow, .. }) => {
                Err(Error::Unavailable { path: path.to_owned(), attempts: 1, last: what, slow })
            }
        }
    }

    async fn send(
        &self,
        path: &str,
        request: RequestBuilder,
        slot: Slot<'_>,
    ) -> std::result::Result<Reply, Failed> {
        let request =
            request.header("X-Auth-Token", self.token.expose_secret()).header("Accept", "application/json");
        let request = request.build().map_err(again)?;
        let span = debug_span!(
            "request",
            otel.name = format!("{} {}", request.method(), endpoint(path)),
            otel.kind = "client",
            http.response.status_code = Empty,
        );
        self.execute(path, request, slot).instrument(span).await
    }

    async fn execute(
        &self,
        path: &str,
        request: Request,
        slot: Slot<'_>,
    ) -> std::result::Result<Reply, Failed> {
        let (method, began) = (request.method().clone(), Instant::now());
        let scope = if method == Method::GET { scope_of(path) } else { scope_to_write(path) };
        let response = match self.http.execute(request).await {
            Ok(response) => response,
            Err(error) => {
                self.figures.count(&method, path, None, began.elapsed());
                return Err(again(error));
            }
        };
        let status = response.status();
        Span::current().record("http.response.status_code", status.as_u16());
        let quota = quota(response.headers());
        if let Some(quota) = quota {
            slot.settle(quota);
        }
        let read = self.read((path, scope), response, quota).await;
        self.figures.count(&method, path, Some(status), began.elapsed());
        read
    }

    async fn read(
        &self,
        (path, scope): (&str, &'static str),
        mut response: Response,
        quota: Option<Reading>,
    ) -> std::result::Result<Reply, Failed> {
        let status = response.status();
        let date =
            response.headers().get("date").and_then(|value| value.to_str().ok()).and_then(wire::http_date);
        if let Some(date) = date {
            let mut clock = self.clock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *clock = Some((date, Instant::now()));
        }
        let retry_after = seconds(response.headers(), "x-retry-after");
        let mut body = BytesMut::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= LARGEST_ANSWER => {
                    body.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => {
                    let path = path.to_owned();
                    return Err(Failed::Finally(Error::TooLarge { path, limit: LARGEST_ANSWER }));
                }
                Ok(None) => break,
                Err(error) => return Err(again(error)),
            }
        }
        let body = body.freeze();
        let slow = status == StatusCode::GATEWAY_TIMEOUT;
        let again =
            |after, what: &str| Failed::Again { after, what: format!("{} {what}", status.as_u16()), slow };
        match status {
            StatusCode::OK if looks_like_html(&body) => Err(again(None, "with a web page instead of data")),
            StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT => Ok(Reply { body }),
            StatusCode::UNAUTHORIZED => {
                Err(Failed::Finally(Error::Unauthorized { store: self.store.clone() }))
            }
            StatusCode::FORBIDDEN => Err(Failed::Finally(Error::Forbidden { path: path.to_owned(), scope })),
            StatusCode::NOT_FOUND => Err(Failed::Finally(Error::NotFound { path: path.to_owned() })),
            // Without the headers the platform itself is under load, and only patience helps.
            StatusCode::TOO_MANY_REQUESTS => {
                Err(again(quota.map(|quota| quota.reset).or(retry_after), "too many requests"))
            }
            status if status.is_server_error() => Err(again(retry_after, "server error")),
            status if status.is_redirection() => Err(Failed::Finally(Error::Refused {
                path: path.to_owned(),
                status: status.as_u16(),
                message: "it redirects elsewhere, where the access token must not go".into(),
            })),
            status => Err(Failed::Finally(Error::Refused {
                path: path.to_owned(),
                status: status.as_u16(),
                message: wire::error_message(&body),
            })),
        }
    }
}

/// An attempt without an answer.
fn again(error: reqwest::Error) -> Failed {
    Failed::Again { after: None, slow: error.is_timeout() && !error.is_connect(), what: without_url(error) }
}

/// Decodes a whole answer.
pub(super) fn parse<T: serde::de::DeserializeOwned>(path: &str, body: &[u8]) -> Result<T> {
    serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable { path: path.to_owned(), what: error.to_string() })
}

fn looks_like_html(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// The error and its causes in words, without the address, which is the path we name anyway.
fn without_url(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    number(headers, name).map(|seconds| Duration::from_secs(seconds.min(120)))
}

fn quota(headers: &HeaderMap) -> Option<Reading> {
    Some(Reading {
        granted: number(headers, "x-rate-limit-requests-quota")?,
        left: number(headers, "x-rate-limit-requests-left")?,
        window: Duration::from_millis(number(headers, "x-rate-limit-time-window-ms")?.clamp(1, 3_600_000)),
        reset: Duration::from_millis(number(headers, "x-rate-limit-time-reset-ms")?.min(3_600_000)),
    })
}
