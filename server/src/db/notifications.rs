//! What needs people, and the notifications that tell them of it: a row first, then the sending, then the mark.

use jiff::Timestamp;
use secrecy::SecretString;
use sqlx::any::AnyRow;

use super::{Db, Result, Row, Tx, bulk};
use crate::domain::{
    health::{Cause, Need},
    notification::{Channel, NotificationState, Trouble},
    store::{Store, StoreId},
};

/// A store whose events went on since somebody looked at what needs people.
#[derive(Clone, Copy, Debug)]
pub struct Unseen {
    /// The store.
    pub store: StoreId,
    /// Up to where they were looked at.
    pub seen: i64,
    /// The number of the newest.
    pub newest: i64,
}

/// A notification that is owed to somebody.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Its number.
    pub id: i64,
    /// The store it is about.
    pub store: StoreId,
    /// When it was made.
    pub made_at: Timestamp,
    /// How it is sent.
    pub channel: Channel,
    /// Where it goes.
    pub recipient: String,
    /// What it tells, as JSON.
    pub body: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it is due.
    pub next_at: Timestamp,
}

fn notification(row: &AnyRow) -> Result<Notification> {
    let row = Row(row, "notifications");
    Ok(Notification {
        id: row.int("id")?,
        store: StoreId(row.int("store_id")?),
        made_at: row.at("made_at")?,
        channel: row.word("channel", Channel::from_word)?,
        recipient: row.text("recipient")?,
        body: row.text("body")?,
        tries: row.int("tries")?,
        next_at: row.at("next_at")?,
    })
}

fn trouble(row: &AnyRow) -> Result<Trouble> {
    let row = Row(row, "troubles");
    Ok(Trouble {
        need: Need {
            cause: row.word("cause", Cause::from_word)?,
            words: row.text("words")?,
            is_failing: row.flag("failing")?,
            count: row.int("count")?,
        },
        since: row.at("since")?,
        over_at: row.maybe_at("over_at")?,
        told: row.maybe_at("told_at")?.zip(row.maybe_int("told_count")?),
    })
}

impl Db {
    /// Stores whose events went on since they were looked at.
    pub async fn unseen(&self, limit: i64) -> Result<Vec<Unseen>> {
        let statement = self
            .statement(
                "SELECT stores.id, stores.event_number AS newest, COALESCE(notices.event_number, -1) AS seen FROM stores \
                 LEFT JOIN notices ON notices.store_id = stores.id \
                 WHERE stores.event_number > COALESCE(notices.event_number, -1) ORDER BY stores.id LIMIT ?",
            )
            .bind(limit);
        let unseen = |row| {
            let row = Row(row, "notices");
            Ok(Unseen { store: StoreId(row.int("id")?), seen: row.int("seen")?, newest: row.int("newest")? })
        };
        self.rows(statement).await?.iter().map(unseen).collect()
    }

    /// Stores that have something to tell, and since when it is due, the longest first.
    pub async fn due_notices(&self, now: Timestamp, limit: i64) -> Result<Vec<(StoreId, Timestamp)>> {
        let statement = self
            .statement("SELECT store_id, due_at FROM notices WHERE due_at <= ? ORDER BY due_at LIMIT ?")
            .bind(now.as_millisecond())
            .bind(limit);
        let pair = |row| {
            let row = Row(row, "notices");
            Ok((StoreId(row.int("store_id")?), row.at("due_at")?))
        };
        self.rows(statement).await?.iter().map(pair).collect()
    }

    /// Owes a notification to each of these.
    pub async fn add_notifications(
        &self,
        tx: &mut Tx,
        store: StoreId,
        (made_at, body): (Timestamp, &str),
        recipients: &[(Channel, String)],
    ) -> Result<()> {
        let ids = self.next_ids("notifications", recipients.len()).await?;
        let made_at = made_at.as_millisecond();
        let rows = ids.zip(recipients).map(|(id, (channel, recipient))| {
            [
                id.into(),
                store.0.into(),
                made_at.into(),
                channel.word().into(),
                recipient.as_str().into(),
                body.into(),
                NotificationState::Owed.word().into(),
                0.into(),
                made_at.into(),
            ]
        });
        let into = "notifications (id, store_id, made_at, channel, recipient, body, state, tries, next_at)";
        bulk::insert(tx, into, rows.collect(), "").await.map(drop)
    }

    /// Notifications that are owed and due, the longest first; mails only where they were made until an instant.
    pub async fn owed_notifications(
        &self,
        now: Timestamp,
        mails_until: Timestamp,
        limit: i64,
    ) -> Result<Vec<Notification>> {
        let statement = self
            .statement(
                "SELECT * FROM notifications WHERE state = 'OWED' AND next_at <= ? \
                 AND (channel <> 'EMAIL' OR made_at <= ?) ORDER BY next_at, id LIMIT ?",
            )
            .bind(now.as_millisecond())
            .bind(mails_until.as_millisecond())
            .bind(limit);
        self.rows(statement).await?.iter().map(notification).collect()
    }

    /// Makes the next try this server's own, and puts the one after it off; false where somebody was faster.
    pub async fn claim_notification(&self, owed: &Notification, next_at: Timestamp) -> Result<bool> {
        let statement = self
            .statement(
                "UPDATE notifications SET tries = tries + 1, next_at = ? \
                 WHERE id = ? AND state = 'OWED' AND next_at = ?",
            )
            .bind(next_at.as_millisecond())
            .bind(owed.id)
            .bind(owed.next_at.as_millisecond());
        Ok(statement.execute(&self.writer).await?.rows_affected() == 1)
    }

    /// The secret that posts to an address of a store are signed with: it follows from the encryption key, so that nothing
    /// need be kept.
    pub fn webhook_secret(&self, store: &Store, address: &str) -> SecretString {
        self.sealer.derive(&format!("webhook\n{}\n{address}", store.hash))
    }

    /// Forgets notifications from before an instant.
    pub async fn forget_notifications(&self, before: Timestamp) -> Result<u64> {
        let statement = self.statement("DELETE FROM notifications WHERE made_at < ? AND state <> 'OWED'");
        Ok(statement.bind(before.as_millisecond()).execute(&self.writer).await?.rows_affected())
    }
}

impl Tx {
    /// Notes that a store's events were looked at; false where somebody was faster.
    pub async fn note_seen(&mut self, unseen: Unseen) -> Result<bool> {
        let begin = self
            .statement("INSERT INTO notices (store_id, event_number) VALUES (?, -1) ON CONFLICT DO NOTHING");
        self.execute(begin.bind(unseen.store.0)).await?;
        let statement = self
            .statement("UPDATE notices SET event_number = ? WHERE store_id = ? AND event_number = ?")
            .bind(unseen.newest)
            .bind(unseen.store.0)
            .bind(unseen.seen);
        Ok(self.execute(statement).await? == 1)
    }

    /// Makes telling what is due this server's own; false where somebody was faster.
    pub async fn take_notice(&mut self, store: StoreId, due: Timestamp) -> Result<bool> {
        let statement = self
            .statement("UPDATE notices SET due_at = NULL WHERE store_id = ? AND due_at = ?")
            .bind(store.0)
            .bind(due.as_millisecond());
        Ok(self.execute(statement).await? == 1)
    }

    /// Writes down when a store's next notification is due.
    pub async fn set_notice(&mut self, store: StoreId, due: Option<Timestamp>) -> Result<()> {
        let statement = self
            .statement("UPDATE notices SET due_at = ? WHERE store_id = ?")
            .bind(due.map(Timestamp::as_millisecond))
            .bind(store.0);
        self.execute(statement).await.map(drop)
    }

    /// A store's troubles, the oldest first.
    pub async fn troubles(&mut self, store: StoreId) -> Result<Vec<Trouble>> {
        let statement = self.statement("SELECT * FROM troubles WHERE store_id = ? ORDER BY since, cause");
        self.rows(statement.bind(store.0)).await?.iter().map(trouble).collect()
    }

    /// Keeps a store's troubles in the place of those that were kept.
    pub async fn keep_troubles(&mut self, store: StoreId, troubles: &[Trouble]) -> Result<()> {
        let forget = self.statement("DELETE FROM troubles WHERE store_id = ?").bind(store.0);
        self.execute(forget).await?;
        let rows = troubles.iter().map(|trouble| {
            let (told_at, told_count) = trouble.told.unzip();
            [
                store.0.into(),
                trouble.need.cause.word().into(),
                trouble.need.words.as_str().into(),
                i64::from(trouble.need.is_failing).into(),
                trouble.need.count.into(),
                trouble.since.as_millisecond().into(),
                trouble.over_at.map(Timestamp::as_millisecond).into(),
                told_at.map(Timestamp::as_millisecond).into(),
                told_count.into(),
            ]
        });
        let into = "troubles (store_id, cause, words, failing, count, since, over_at, told_at, told_count)";
        bulk::insert(self, into, rows.collect(), "").await.map(drop)
    }

    /// When a store's newest notifications were made, the newest first.
    pub async fn notifications_made(&mut self, store: StoreId, most: usize) -> Result<Vec<Timestamp>> {
        let statement = self
            .statement(
                "SELECT DISTINCT made_at FROM notifications WHERE store_id = ? ORDER BY made_at DESC LIMIT ?",
            )
            .bind(store.0)
            .bind(i64::try_from(most).unwrap_or(i64::MAX));
        self.rows(statement).await?.iter().map(|row| Row(row, "notifications").at("made_at")).collect()
    }

    /// Sends nothing more to whom a store names no more.
    pub async fn withdraw_notifications(
        &mut self,
        store: StoreId,
        named: &[(Channel, String)],
    ) -> Result<()> {
        let owed = self.statement("SELECT * FROM notifications WHERE store_id = ? AND state = 'OWED'");
        for row in self.rows(owed.bind(store.0)).await? {
            let owed = notification(&row)?;
            if !named.contains(&(owed.channel, owed.recipient)) {
                self.end_notification(owed.id, NotificationState::Withdrawn).await?;
            }
        }
        Ok(())
    }

    /// Forgets that people were told of a store's troubles by the notifications of an instant, where none of those came.
    pub async fn untell(&mut self, store: StoreId, made_at: Timestamp) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE troubles SET told_at = NULL, told_count = NULL WHERE store_id = ? AND told_at = ? \
                 AND NOT EXISTS (SELECT 1 FROM notifications WHERE notifications.store_id = troubles.store_id \
                 AND made_at = ? AND state IN ('SENT', 'OWED'))",
            )
            .bind(store.0)
            .bind(made_at.as_millisecond())
            .bind(made_at.as_millisecond());
        self.execute(statement).await.map(drop)
    }

    /// Marks what became of a notification.
    pub async fn end_notification(&mut self, id: i64, state: NotificationState) -> Result<()> {
        let statement = self.statement("UPDATE notifications SET state = ? WHERE id = ? AND state = 'OWED'");
        self.execute(statement.bind(state.word()).bind(id)).await.map(drop)
    }
}
