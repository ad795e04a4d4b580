//! Carries notifications to people and programs: the only room that speaks SMTP, and HTTP with strangers.

mod mail;
mod webhook;
mod words;

use std::{fmt, time::Duration};

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use self::{mail::Mailer, webhook::Webhook};

/// How long one try may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a notification tells; its JSON is what programs get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The same for every recipient and every repeat.
    pub id: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// The store it is about.
    pub store: Subject,
    /// What needs a person.
    pub needs_you: Vec<Entry>,
    /// What needed one and does no more.
    pub over: Vec<Entry>,
}

/// The store a notification is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The store hash.
    pub id: String,
    /// Its name.
    pub name: String,
    /// IANA name of the zone its people live in.
    pub time_zone: String,
}

/// One thing that a notification tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is, as one of a few words.
    pub cause: String,
    /// The same for people.
    pub words: String,
    /// Whether something that should work does not.
    pub failing: bool,
    /// Whether it was not told before.
    pub new: bool,
    /// When it was seen first.
    pub since: Timestamp,
    /// When it was seen to be over.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub over_at: Option<Timestamp>,
}

/// Why something was not carried.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be carried as things are set up, or where it should go.
    #[error("{0}")]
    Refused(String),
    /// The mail server.
    #[error("the mail server did not take it")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The program's server cannot be reached.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// Its host.
        host: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The program did not take it.
    #[error("{host} answered with status {status}")]
    Answered {
        /// Its host.
        host: String,
        /// What it answered.
        status: u16,
    },
    /// Nobody answered.
    #[error("there was no answer within {} seconds", PATIENCE.as_secs())]
    Slow,
}

/// Carries notifications.
#[derive(Clone)]
pub struct Post {
    mailer: Option<Mailer>,
    webhook: Webhook,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Post")
    }
}

impl Post {
    /// Mail through this server, if any, from this address; and posts into private networks only where that is allowed.
    pub fn new(smtp_url: &str, mail_from: &str, allows_private: bool) -> Result<Self, Error> {
        let mailer = if smtp_url.is_empty() { None } else { Some(Mailer::new(smtp_url, mail_from)?) };
        Ok(Self { mailer, webhook: Webhook { allows_private } })
    }

    /// Whether there is a mail server.
    pub fn sends_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// Whether the mail server, if there is one, lets this server in.
    pub async fn check_mail(&self) -> Result<(), Error> {
        match &self.mailer {
            Some(mailer) => timeout(PATIENCE, mailer.check()).await.map_err(|_| Error::Slow)?,
            None => Ok(()),
        }
    }

    /// Whether mail can be written to an address.
    pub fn is_address(text: &str) -> bool {
        mail::address(text).is_some()
    }

    /// Why nothing can be posted to an address, as far as that can be told without asking anybody.
    pub fn check_webhook(&self, address: &str) -> Result<(), Error> {
        self.webhook.target(address).map(drop)
    }

    /// Mails a message to one person; `number` tells it from the same message to others.
    pub async fn mail(&self, recipient: &str, number: i64, message: &Message) -> Result<(), Error> {
        let none =
            || Error::Refused("this server has no mail server; its operator must set smtp_url".to_owned());
        let mailer = self.mailer.as_ref().ok_or_else(none)?;
        timeout(PATIENCE, mailer.send(recipient, number, message)).await.map_err(|_| Error::Slow)?
    }

    /// Posts a message's JSON to a program, signed at an instant.
    pub async fn post(
        &self,
        address: &str,
        (id, body): (&str, &str),
        (secret, now): (&SecretString, Timestamp),
    ) -> Result<(), Error> {
        let posting = self.webhook.post(address, (id, body), (secret, now));
        timeout(PATIENCE, posting).await.map_err(|_| Error::Slow)?
    }
}
