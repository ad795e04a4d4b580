//! Answers requests with the store's manners: token, scopes, quota, faults, headers.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap};
use hyper::{Method, Request, Response, StatusCode};

use super::cache::{PageCache, PageKey};
use super::call::Call;
use super::clock::{Clock, http_date};
use super::faults::{Fault, Faults, Outcome};
use super::log::{Entry, RequestLog};
use super::query::Query;
use super::quota::{Allowance, Quota};
use super::reply::{Dialect, Problem, Reply};
use super::routes::{self, Found, Route};
use super::store::Store;
use super::wire::{Cut, Payload, gzip};
use super::{Options, admin};

/// Bodies shorter than this are not worth compressing.
const GZIP_FROM: usize = 1_024;

/// Everything that the connections of one sandbox share.
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) origin: String,
    pub(crate) clock: Arc<Clock>,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    pub(crate) maintenance: AtomicBool,
    /// The token that requests must carry, and its scopes.
    pub(crate) access: RwLock<(String, BTreeSet<String>)>,
    store: RwLock<Store>,
    version: AtomicU64,
    quota: Quota,
    pages: PageCache,
    /// Other stores on the same listener, by hash.
    neighbours: RwLock<HashMap<String, Arc<World>>>,
}

/// A reply, and whether its body is compressed already.
pub(super) struct Answered {
    pub(super) reply: Reply,
    gzipped: bool,
}

impl World {
    /// Fills a store and opens it at a scheme and authority.
    pub(crate) fn open(options: Options, origin: String) -> Self {
        let clock = Arc::new(options.starts_at.map_or_else(Clock::system, Clock::starting_at));
        let mut store = options.catalogue.fill(Arc::clone(&clock));
        store.inventory_delay = options.inventory_delay;
        Self {
            access: RwLock::new((options.token.clone(), options.scopes.clone())),
            quota: Quota::new(options.quota_window),
            options,
            origin,
            clock,
            log: RequestLog::default(),
            faults: Faults::default(),
            maintenance: AtomicBool::new(false),
            store: RwLock::new(store),
            version: AtomicU64::new(1),
            pages: PageCache::default(),
            neighbours: RwLock::default(),
        }
    }

    /// Lets requests for another store come in through this one's listener.
    pub(crate) fn add_neighbour(&self, world: Arc<Self>) {
        let hash = world.options.store_hash.clone();
        self.neighbours.write().unwrap_or_else(PoisonError::into_inner).insert(hash, world);
    }

    /// The store that a path names, when it is another one on the same listener.
    pub(crate) fn neighbour(&self, path: &str) -> Option<Arc<Self>> {
        let hash = path.strip_prefix("/stores/")?.split('/').next()?;
        self.neighbours.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    /// The store as it is now.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Store> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        if !store.has_due_counts() {
            return store;
        }
        drop(store);
        self.write(Store::apply_due_counts);
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the store, after whatever became due, and makes rendered pages obsolete.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut Store) -> R) -> R {
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        store.apply_due_counts();
        let result = change(&mut store);
        self.version.fetch_add(1, Ordering::Release);
        result
    }

    /// Where the store's API begins.
    pub(crate) fn store_url(&self) -> String {
        format!("{}/stores/{}", self.origin, self.options.store_hash)
    }

    /// Answers one request, or cuts the connection.
    pub(crate) async fn serve(self: &Arc<Self>, request: Request<Bytes>) -> Result<Response<Payload>, Cut> {
        let (head, body) = request.into_parts();
        let gzip_accepted = accepts_gzip(&head.headers);
        let raw_query = head.uri.query().unwrap_or_default();
        if let Some(path) = head.uri.path().strip_prefix("/_sandbox/") {
            let reply = admin::answer(self, &head.method, path, &body);
            return Ok(self.response(Outcome::Sent(reply), false, None, gzip_accepted));
        }
        let (hash_known, path) = self.below_store(head.uri.path());
        let in_flight = self.log.begin(head.method != Method::GET && path.starts_with("/v3/inventory"));
        let mut call = Call {
            method: head.method,
            path: path.into_owned(),
            raw_query: raw_query.to_owned(),
            query: Query::parse(raw_query),
            body,
            ids: Vec::new(),
            now: self.clock.now(),
            store_url: self.store_url(),
        };
        for change in self.faults.changes(&call) {
            self.write(change);
        }
        let strike = self.faults.strike(&call);
        let wait = self.options.latency + strike.as_ref().map_or_else(Default::default, |s| s.fault.delay());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        let allowance = self.quota.take(&self.clock, self.options.quota);
        let mut template = "";
        let (outcome, gzipped) =
            match self.admit(&head.headers, hash_known, allowance, &mut call, &mut template) {
                Err(problem) => (Outcome::Sent(problem.reply(call.dialect())), false),
                Ok(route) => match strike {
                    None => {
                        let Answered { reply, gzipped } = self.answer(route, &call, gzip_accepted);
                        (Outcome::Sent(reply), gzipped)
                    }
                    Some(strike) => {
                        if let Fault::LateCommit { after } = strike.fault {
                            self.commit_later(route, call.clone(), after);
                        }
                        let answered = (strike.after || strike.fault.needs_reply())
                            .then(|| self.answer(route, &call, false).reply);
                        (strike.fault.apply(&call, answered), false)
                    }
                },
            };
        let response = match outcome {
            Outcome::Reset => Err(Cut),
            outcome => Ok(self.response(outcome, gzipped, Some(allowance), gzip_accepted)),
        };
        drop(in_flight);
        self.log.record(Entry {
            method: call.method.to_string(),
            path: call.path,
            query: call.raw_query,
            template,
            status: response.as_ref().map_or(0, |response| response.status().as_u16()),
            body: if call.method == Method::GET {
                String::new()
            } else {
                String::from_utf8_lossy(&call.body).into_owned()
            },
        });
        response
    }

    /// Lets a request take effect after a while, unless the sandbox is gone by then.
    fn commit_later(self: &Arc<Self>, route: &'static Route, call: Call, after: Duration) {
        let world = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            if let Some(world) = world.upgrade() {
                world.reply(route, &call);
            }
        });
    }

    /// The reply of an endpoint, from the kept pages if it may be.
    pub(crate) fn reply(&self, route: &Route, call: &Call) -> Reply {
        (route.answer)(self, call).unwrap_or_else(|problem| problem.reply(call.dialect()))
    }

    pub(super) fn answer(&self, route: &Route, call: &Call, gzip_accepted: bool) -> Answered {
        if !route.keeps || call.query.has_prefix("date_modified") {
            return Answered { reply: self.reply(route, call), gzipped: false };
        }
        let key = PageKey { path: call.path.clone(), query: call.query.normalised(), gzip: gzip_accepted };
        // A read settles what is due; the version is taken afterwards and before the page is rendered.
        drop(self.read());
        let version = self.version.load(Ordering::Acquire);
        if let Some(body) = self.pages.get(version, &key) {
            return Answered { reply: Reply::json_bytes(body), gzipped: gzip_accepted };
        }
        let mut reply = self.reply(route, call);
        if reply.status != StatusCode::OK {
            return Answered { reply, gzipped: false };
        }
        if gzip_accepted {
            reply.body = gzip(&reply.body);
        }
        self.pages.put(version, key, &reply.body);
        Answered { reply, gzipped: gzip_accepted }
    }

    /// Whether the path names this store, and the rest of it.
    fn below_store<'a>(&self, path: &'a str) -> (bool, Cow<'a, str>) {
        let Some(rest) = path.strip_prefix("/stores/") else { return (false, path.into()) };
        let (hash, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let rest = rest.strip_suffix(".json").unwrap_or(rest);
        (hash == self.options.store_hash, format!("/{}", rest.trim_end_matches('/')).into())
    }

    fn admit(
        &self,
        headers: &HeaderMap,
        hash_known: bool,
        allowance: Allowance,
        call: &mut Call,
        template: &mut &'static str,
    ) -> Result<&'static Route, Problem> {
        let found = routes::find(&call.method, &call.path);
        if let Found::Route(Route { template: known, .. }, _) | Found::WrongMethod(known) = &found {
            *template = known;
        }
        if self.maintenance.load(Ordering::Relaxed) {
            return Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The store is down for maintenance. Please try again later.",
            ));
        }
        let token = headers.get("x-auth-token");
        let access = self.access.read().unwrap_or_else(PoisonError::into_inner);
        if !hash_known || token.is_none_or(|token| token.as_bytes() != access.0.as_bytes()) {
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "Unauthorized - the v3 Auth client ID or token in the request are not a valid combination for \
                 this store.",
            ));
        }
        if !allowance.granted {
            return Err(Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "You have exceeded your request quota. Please try again later.",
            ));
        }
        let (route, ids) = match found {
            Found::Route(route, ids) => (route, ids),
            Found::WrongMethod(_) => {
                return Err(Problem::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "The requested method is not allowed on this resource.",
                ));
            }
            Found::Nowhere => return Err(Problem::not_found()),
        };
        if !route.scopes.iter().any(|scope| access.1.contains(*scope)) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                match call.dialect() {
                    Dialect::V2 => "You don't have a required scope to access the endpoint",
                    Dialect::V3 => "Unauthorized Access. You do not have permission to make this request.",
                },
            ));
        }
        call.ids = ids;
        Ok(route)
    }

    fn response(
        &self,
        outcome: Outcome,
        gzipped: bool,
        allowance: Option<Allowance>,
        gzip_accepted: bool,
    ) -> Response<Payload> {
        let (mut reply, allowance, cut) = match outcome {
            Outcome::Sent(reply) => (reply, allowance, false),
            Outcome::Cut(reply) => (reply, allowance, true),
            Outcome::Bare(reply) => (reply, None, false),
            Outcome::Reset => (Reply::empty(), None, true),
        };
        let mut response = Response::builder().status(reply.status).header(DATE, http_date(self.clock.now()));
        if !reply.content_type.is_empty() {
            response = response.header(CONTENT_TYPE, reply.content_type);
        }
        if gzipped {
            response = response.header(CONTENT_ENCODING, "gzip");
        } else if gzip_accepted && !cut && reply.body.len() >= GZIP_FROM {
            reply.body = gzip(&reply.body);
            response = response.header(CONTENT_ENCODING, "gzip");
        }
        if let Some(allowance) = allowance {
            let throttled = reply.status == StatusCode::TOO_MANY_REQUESTS;
            let left = if throttled { 0 } else { allowance.left };
            response = response
                .header("x-rate-limit-time-window-ms", allowance.window_ms)
                .header("x-rate-limit-time-reset-ms", allowance.reset_ms)
                .header("x-rate-limit-requests-quota", allowance.quota)
                .header("x-rate-limit-requests-left", left);
            if throttled {
                response = response.header("x-retry-after", allowance.retry_after_secs());
            }
        }
        let payload = if cut {
            response = response.header(CONTENT_LENGTH, reply.body.len());
            Payload::half(&reply.body)
        } else {
            Payload::whole(reply.body)
        };
        response.body(payload).expect("the header values are numbers and constants")
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|part| matches!(part.split(';').next().map(str::trim), Some("gzip")))
}
