//! Telling people what needs them: a look when something has happened, a row for each who is told, then the sending.

use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::time::Instant;
use tracing::{info, warn};

use super::{App, Error, Result, runs::zone};
use crate::{
    db::{self, Notification, Unseen},
    domain::{
        configuration::{Configuration, Violation},
        health::needs,
        notification::{
            Channel, MOST, NotificationState, Trouble, due_at, given_up_until, look, next_try, told,
        },
        store::{Store, StoreId},
    },
    events::{Change, Severity},
    post::{self, Entry, Message, Post, Subject},
};

/// Stores looked at in one go; what is left has its turn seconds later.
const STORES_AT_ONCE: i64 = 200;
/// Notifications on their way at the same time.
const SENT_AT_ONCE: i64 = 16;
/// How long new ones are begun in one go.
const BEGIN_FOR: Duration = Duration::from_secs(3);

impl App {
    /// Looks at what needs people, writes down what they are told, and sends what is owed; each is done by one server.
    pub async fn notify(&self) -> Result<()> {
        for unseen in self.db.unseen(STORES_AT_ONCE).await? {
            note(unseen.store, self.look_for_troubles(unseen).await);
        }
        for (store, due) in self.db.due_notices(self.db.clock.now(), STORES_AT_ONCE).await? {
            note(store, self.owe_notifications(store, due).await);
        }
        let began = Instant::now();
        while began.elapsed() < BEGIN_FOR {
            let now = self.db.clock.now();
            // Without a mail server mails are left to others, until it shows that there are none.
            let mails_until = if self.post.sends_mail() { now } else { given_up_until(now) };
            let owed = self.db.owed_notifications(now, mails_until, SENT_AT_ONCE).await?;
            if owed.is_empty() {
                break;
            }
            join_all(owed.iter().map(async |owed| note(owed.store, self.try_notification(owed).await))).await;
        }
        Ok(())
    }

    async fn look_for_troubles(&self, unseen: Unseen) -> Result<()> {
        let Some(store) = self.db.store(unseen.store).await? else { return Ok(()) };
        let signs = self.signs(&store).await?;
        let values =
            signs.configuration.as_ref().map(|saved| &saved.values).filter(|values| values.notifies());
        let needs = needs(signs.of(&store));
        let mut tx = self.db.begin().await?;
        if !tx.note_seen(unseen).await? {
            return Ok(());
        }
        let (mut troubles, mut due, mut named) = (Vec::new(), None, Vec::new());
        if let Some(values) = values {
            named = recipients(values);
            troubles = look(tx.troubles(store.id).await?, needs, self.db.clock.now());
            let made = tx.notifications_made(store.id, MOST).await?;
            due = due_at(values.notify_when, &troubles, &made, &zone(values, &store));
        }
        tx.withdraw_notifications(store.id, &named).await?;
        tx.keep_troubles(store.id, &troubles).await?;
        tx.set_notice(store.id, due).await?;
        Ok(tx.commit(&self.bus).await?)
    }

    async fn owe_notifications(&self, id: StoreId, due: Timestamp) -> Result<()> {
        let now = self.db.clock.now();
        let (store, saved) = (self.db.store(id).await?, self.db.configuration(id).await?);
        let (Some(store), Some(values)) = (store, saved.map(|saved| saved.values)) else { return Ok(()) };
        let zone = zone(&values, &store);
        let mut tx = self.db.begin().await?;
        if !tx.take_notice(id, due).await? {
            return Ok(());
        }
        let troubles = tx.troubles(id).await?;
        let message = message(&store, zone.iana_name().unwrap_or("UTC"), &troubles, now);
        self.db.add_notifications(&mut tx, id, (now, &json(&message)), &recipients(&values)).await?;
        let left = told(troubles, now);
        tx.keep_troubles(id, &left).await?;
        // This one counts, also where it had no recipient.
        let mut made = tx.notifications_made(id, MOST).await?;
        if !made.contains(&now) {
            made.push(now);
        }
        tx.set_notice(id, due_at(values.notify_when, &left, &made, &zone)).await?;
        Ok(tx.commit(&self.bus).await?)
    }

    async fn try_notification(&self, owed: &Notification) -> Result<()> {
        let now = self.db.clock.now();
        if !self.db.claim_notification(owed, next_try(owed.tries + 1, now)).await? {
            return Ok(());
        }
        let Some(store) = self.db.store(owed.store).await? else { return Ok(()) };
        let unreadable =
            |_| db::Error::Row { table: "notifications", column: "body", value: owed.body.clone() };
        let message: Message = serde_json::from_str(&owed.body).map_err(unreadable)?;
        let sent = match owed.channel {
            Channel::Email => self.post.mail(&owed.recipient, owed.id, &message).await,
            Channel::Webhook => {
                let secret = self.db.webhook_secret(&store, &owed.recipient);
                self.post.post(&owed.recipient, (&message.id, &owed.body), (&secret, now)).await
            }
        };
        let channel = owed.channel.word();
        let Err(error) = sent else {
            info!(store = store.hash, notification = owed.id, channel, "a notification was sent");
            return self.end_notification(owed, NotificationState::Sent, None).await;
        };
        warn!(
            store = store.hash,
            notification = owed.id,
            channel,
            tries = owed.tries + 1,
            error = &error as &dyn std::error::Error,
            "a notification was not taken"
        );
        if owed.made_at <= given_up_until(now) {
            let words = given_up(owed, &error);
            return self.end_notification(owed, NotificationState::GivenUp, Some(words)).await;
        }
        Ok(())
    }

    async fn end_notification(
        &self,
        owed: &Notification,
        state: NotificationState,
        words: Option<String>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        tx.end_notification(owed.id, state).await?;
        if let Some(words) = words {
            tx.untell(owed.store, owed.made_at).await?;
            self.db.add_event(&mut tx, owed.store, Severity::Error, words, Change::Store).await?;
        }
        Ok(tx.commit(&self.bus).await?)
    }

    /// The secret that posts to a store's webhook are signed with.
    pub async fn webhook_secret(&self, store: &Store) -> Result<SecretString> {
        let saved = self.db.configuration(store.id).await?;
        let address = saved.map(|saved| saved.values.notify_webhook).unwrap_or_default();
        if address.is_empty() {
            return Err(Error::Refused(
                "The store has no notification webhook; save its address first.".into(),
            ));
        }
        Ok(self.db.webhook_secret(store, &address))
    }

    /// What is wrong with whom a change of the configuration wants to be told.
    ///
    /// What stays is not looked at: an operator who changes the settings stands in the way of no other field.
    pub(super) fn notification_violations(
        &self,
        before: Option<&Configuration>,
        values: &Configuration,
    ) -> Vec<Violation> {
        let mut violations = Vec::new();
        let emails = &values.notify_emails;
        if !emails.is_empty() && before.is_none_or(|before| before.notify_emails != *emails) {
            if let Some(address) = emails.iter().find(|address| !Post::is_address(address)) {
                let message = format!("{address:?} is no e-mail address.");
                violations.push(Violation::new("notify_emails", message));
            }
            if !self.post.sends_mail() {
                let message = "This server sends no mails: its operator must set smtp_url first.";
                violations.push(Violation::new("notify_emails", message));
            }
        }
        let address = &values.notify_webhook;
        if !address.is_empty()
            && before.is_none_or(|before| before.notify_webhook != *address)
            && let Err(error) = self.post.check_webhook(address)
        {
            violations.push(Violation::new("notify_webhook", error.to_string()));
        }
        violations
    }
}

/// One store's trouble keeps no other waiting; the next tick tries again.
fn note(store: StoreId, done: Result<()>) {
    if let Err(error) = done {
        warn!(
            store = store.0,
            error = &error as &dyn std::error::Error,
            "nobody could be told; the next tick tries again"
        );
    }
}

/// Everybody who is told.
fn recipients(values: &Configuration) -> Vec<(Channel, String)> {
    let people = values.notify_emails.iter().map(|address| (Channel::Email, address.clone()));
    let program = Some(&values.notify_webhook).filter(|address| !address.is_empty());
    people.chain(program.map(|address| (Channel::Webhook, address.clone()))).collect()
}

fn message(store: &Store, time_zone: &str, troubles: &[Trouble], now: Timestamp) -> Message {
    let entry = |trouble: &Trouble| Entry {
        cause: trouble.need.cause.word().to_owned(),
        words: trouble.need.words.clone(),
        failing: trouble.need.is_failing,
        new: trouble.is_news(now),
        since: trouble.since,
        over_at: trouble.over_at,
    };
    let (over, needs_you): (Vec<_>, Vec<_>) =
        troubles.iter().map(entry).partition(|entry| entry.over_at.is_some());
    Message {
        id: format!("{}-{}", store.hash, now.as_millisecond()),
        made_at: now,
        store: Subject { id: store.hash.clone(), name: store.name.clone(), time_zone: time_zone.to_owned() },
        needs_you,
        over,
    }
}

fn json(message: &Message) -> String {
    serde_json::json!(message).to_string()
}

/// What is told where others watch, without what may be secret in an address.
fn given_up(owed: &Notification, error: &post::Error) -> String {
    let whom = match owed.channel {
        Channel::Email => owed.recipient.as_str(),
        Channel::Webhook => "the webhook",
    };
    let causes = std::iter::successors(std::error::Error::source(error), |&error| error.source());
    let why = causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"));
    format!("A notification to {whom} was given up after hours of trying: {why}.")
}
