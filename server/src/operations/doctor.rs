//! Looks at everything that a server needs, and says what is wrong and what to do about it.

use std::{fmt::Write as _, path::Path, time::Duration};

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

use super::{Error, beside};
use crate::{
    bigcommerce::{Api, Urgency},
    clock::Clock,
    db::{self, Db, Engine, Tables},
    domain::store::Store,
    post::Post,
    secrets,
    settings::Settings,
    tls,
};

/// How long the server and each store may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Less room than this is not enough for a busy day.
const LITTLE_ROOM: u64 = 1024 * 1024 * 1024;
/// With less than this a page of an import may not fit.
const NO_ROOM: u64 = 100 * 1024 * 1024;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As it should be.
    Good,
    /// A person should look at it, and nothing stands still.
    Look,
    /// Something does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How it is.
    pub state: State,
    /// What was looked at: a part of the server, or a store.
    pub what: String,
    /// How it is, in words, with the way out where there is something to do.
    pub words: String,
}

impl Finding {
    fn new(state: State, what: &str, words: impl Into<String>) -> Self {
        Self { state, what: what.to_owned(), words: words.into() }
    }
}

/// The findings as lines.
pub fn words(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.what.chars().count()).max().unwrap_or_default();
    findings.iter().fold(String::new(), |mut text, finding| {
        let state = match finding.state {
            State::Good => "good",
            State::Look => "look",
            State::Bad => "BAD ",
        };
        let _ = writeln!(text, "{state}  {:width$}  {}", finding.what, finding.words);
        text
    })
}

/// Looks at everything, beside a server that may be running.
pub async fn examine(settings: &Settings, api: &Api, clock: &Clock) -> Vec<Finding> {
    let mut findings = vec![folder(&settings.data_folder), room(&settings.data_folder)];
    findings.extend(certificates(settings, clock.now()));
    findings.push(server(settings).await);
    findings.extend(mail(settings).await);
    match beside(settings, clock.clone()).await {
        Err(error) => findings.push(Finding::new(State::Bad, "database", in_full(&error))),
        Ok(db) => {
            if let Err(error) = database(settings, &db, api, &mut findings).await {
                findings.push(Finding::new(State::Bad, "database", in_full(&error)));
            }
            db.close().await;
        }
    }
    findings
}

/// An error with its causes, in one line.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |&error| error.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

fn folder(path: &Path) -> Finding {
    let what = "data folder";
    match path.metadata() {
        Err(_) => {
            let words = format!("{} is not there; the server makes it at its first start", path.display());
            Finding::new(State::Bad, what, words)
        }
        #[cfg(unix)]
        Ok(found) if std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o077 != 0 => {
            let words = format!("others can read {0}, with keys in it: chmod 700 {0}", path.display());
            Finding::new(State::Bad, what, words)
        }
        Ok(_) => Finding::new(State::Good, what, format!("{}, for this user only", path.display())),
    }
}

fn room(path: &Path) -> Finding {
    match fs4::available_space(path) {
        Err(error) => {
            Finding::new(State::Look, "disk", format!("nobody knows how much room is left: {error}"))
        }
        Ok(free) => {
            let state = match free {
                ..NO_ROOM => State::Bad,
                NO_ROOM..LITTLE_ROOM => State::Look,
                _ => State::Good,
            };
            let more = if state == State::Good { "" } else { "; make room, or imports will wait for it" };
            Finding::new(state, "disk", format!("{} MiB free{more}", free / 1024 / 1024))
        }
    }
}

fn certificates(settings: &Settings, now: Timestamp) -> Vec<Finding> {
    let what = "certificate";
    if settings.is_plain() {
        return vec![Finding::new(State::Good, what, "none: clients use plain text on this computer alone")];
    }
    let own = settings.certificate_file.as_os_str().is_empty();
    let file = if own { tls::authority_files(settings).0 } else { settings.certificate_file.clone() };
    let whose = if own { "the authority's" } else { "the server's" };
    let ends = secrets::read(&file).map_err(|error| in_full(&error)).and_then(|pem| tls::ends_at(&pem));
    let (state, words) = match ends {
        Err(error) => (State::Bad, error),
        Ok(ends) => {
            let days = (ends.as_second() - now.as_second()) / 86_400;
            let on = ends.strftime("%Y-%m-%d");
            // A public authority's is renewed with a month to go; ours lasts twenty years, and every key pins it.
            match days {
                ..0 => (State::Bad, format!("{whose} ran out on {on}; renew it")),
                0..15 => (State::Look, format!("{whose} runs out on {on}; renew it")),
                _ => (State::Good, format!("{whose} is good until {on}")),
            }
        }
    };
    vec![Finding::new(state, what, words)]
}

async fn server(settings: &Settings) -> Finding {
    let what = "server";
    match timeout(PATIENCE, TcpStream::connect(settings.listen)).await {
        Ok(Ok(_)) => Finding::new(State::Good, what, format!("listens at {}", settings.listen)),
        _ => Finding::new(State::Look, what, format!("nothing listens at {}; start it", settings.listen)),
    }
}

/// Whether the mail server, if there is one, lets us in.
async fn mail(settings: &Settings) -> Option<Finding> {
    let what = "mail";
    if settings.smtp_url.is_empty() {
        return None;
    }
    let checked = match Post::new(&settings.smtp_url, &settings.mail_from, false) {
        Ok(post) => post.check_mail().await,
        Err(error) => Err(error),
    };
    Some(match checked {
        Ok(()) => Finding::new(State::Good, what, "the mail server lets us in"),
        Err(error) => Finding::new(State::Bad, what, in_full(&error)),
    })
}

async fn database(settings: &Settings, db: &Db, api: &Api, findings: &mut Vec<Finding>) -> Result<(), Error> {
    let began = Instant::now();
    let secrets = match db.check().await {
        Ok(()) => Finding::new(State::Good, "encryption key", "opens this database's secrets"),
        Err(db::Error::Sealed) => {
            let words = "does not open this database's secrets; put back the key it was made with";
            Finding::new(State::Bad, "encryption key", words)
        }
        Err(error) => return Err(error.into()),
    };
    let engine = if db.engine() == Engine::Sqlite { "SQLite" } else { "PostgreSQL" };
    let words = format!("{engine} answers in {} ms", began.elapsed().as_millis());
    findings.push(Finding::new(State::Good, "database", words));
    findings.push(secrets);
    findings.push(match db.tables().await {
        Ok(Tables::Current) => Finding::new(State::Good, "tables", "as this version wants them"),
        Ok(Tables::Older) => {
            let words = "older than this version; the next start of the server brings them up to date";
            Finding::new(State::Look, "tables", words)
        }
        Ok(Tables::Newer) => {
            let words =
                "a newer version has added to them; this one lives with that, until it is replaced, too";
            Finding::new(State::Look, "tables", words)
        }
        Err(error) => Finding::new(State::Bad, "tables", in_full(&error)),
    });
    let stores = db.stores().await?;
    if stores.is_empty() {
        let words = "none is connected yet: plugin-host admin connect-store HASH";
        findings.push(Finding::new(State::Look, "stores", words));
    }
    for store in stores {
        if !store.grants.any() {
            let words = "is granted nothing, so nothing of it is tried";
            findings.push(Finding::new(State::Good, &store.hash, words));
            continue;
        }
        let saved = db.configuration(store.id).await?;
        if settings.smtp_url.is_empty() && saved.is_some_and(|saved| !saved.values.notify_emails.is_empty()) {
            let words = "its people are told by mail, and this server sends none; set smtp_url";
            findings.push(Finding::new(State::Bad, &store.hash, words));
        }
        match db.token(&store).await {
            Err(error) => findings.push(Finding::new(State::Bad, &store.hash, in_full(&error))),
            Ok(token) => {
                let looked = timeout(PATIENCE, look_at(&store, token, api, &db.clock)).await;
                findings.extend(looked.unwrap_or_else(|_| {
                    let words = "BigCommerce does not answer; check the network, and status.bigcommerce.com";
                    vec![Finding::new(State::Bad, &store.hash, words)]
                }));
            }
        }
    }
    Ok(())
}

/// Looks at a store's credentials, its clock and what is left of its quota.
async fn look_at(store: &Store, token: SecretString, api: &Api, clock: &Clock) -> Vec<Finding> {
    let connection = api.store(&store.hash, token, Urgency::Interactive);
    let new = |state, words: String| Finding::new(state, &store.hash, words);
    let profile = match connection.profile().await {
        Ok(profile) => profile,
        Err(error) => return vec![new(State::Bad, in_full(&error))],
    };
    let mut findings = Vec::new();
    findings.push(if !profile.missing_scopes.is_empty() {
        let scopes = profile.missing_scopes.join(", ");
        new(State::Bad, format!("the token lacks {scopes}; connect the store again with one that has them"))
    } else if !profile.missing_later.is_empty() {
        let scopes = profile.missing_later.join(", ");
        new(State::Look, format!("the token lacks {scopes}; connect the store again with one that has them"))
    } else {
        new(State::Good, format!("BigCommerce accepts the token of {}, with every scope", profile.name))
    });
    findings.push(match connection.store_time().await {
        Err(error) => new(State::Look, in_full(&error)),
        Ok(time) => {
            let apart = (time.as_second() - clock.now().as_second()).abs();
            let words = format!("the clocks of this computer and BigCommerce are {apart} s apart");
            match apart {
                ..=5 => new(State::Good, words),
                6..=60 => new(State::Look, format!("{words}; set this one by NTP")),
                _ => new(
                    State::Bad,
                    format!("{words}; set this one by NTP, or what is due comes at wrong times"),
                ),
            }
        }
    });
    findings.push(quota(store, api));
    findings
}

/// What is left of a store's quota, as its answers have just told.
fn quota(store: &Store, api: &Api) -> Finding {
    let Some(quota) = api.quota(&store.hash) else {
        return Finding::new(State::Good, &store.hash, "BigCommerce names no quota");
    };
    let words = format!("{} of {} requests are left in this window", quota.left, quota.limit);
    if quota.left * 20 < quota.limit {
        return Finding::new(State::Look, &store.hash, format!("{words}; other apps may be using it up"));
    }
    Finding::new(State::Good, &store.hash, words)
}
