//! What needs a person is told: to people by a real mail server, to programs by signed posts, once.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use plugin_host_proto::{
    key::KeyKind,
    v1::{Configuration, GetWebhookSecretRequest, NotifyWhen, RunState},
};
use plugin_host_server::{
    api,
    clock::Clock,
    operations::{Finding, State, examine},
};
use plugin_host_tests::{
    harness::{
        Engine, Home, Mail, Mailbox, Operator, Posted, Process, Receiver, Server, defaults, store, until,
    },
    sandbox::{ALL_SCOPES, Catalogue, Sandbox},
};
use ring::hmac;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};
use tokio::net::TcpListener;
use tonic::Code;

use crate::{
    daily::end_of_day,
    scene::{heard, issue},
};

crate::on_both_databases! {
    an_end_of_day_that_fails_is_mailed_once_and_so_is_its_end
    a_program_gets_what_it_did_not_take_once_more_and_can_tell_who_sent_it
    a_server_that_is_killed_while_it_sends_sends_once_after_its_start
}

/// Longer than what happens stays untold, and than a failed try waits for the next one.
const WHILE: SignedDuration = SignedDuration::from_mins(6);
/// Longer than the time between two looks.
const LOOK: Duration = Duration::from_millis(6_500);
const ADA: &str = "ada@acme.example";

/// A store that was imported, on a server that is not started yet.
struct Quiet {
    store: Sandbox,
    home: Home,
    clock: Clock,
}

impl Quiet {
    async fn new(engine: Engine) -> anyhow::Result<Self> {
        let store = store(Catalogue::clean(3)).await?;
        let home = Home::new(engine, &store).await?;
        // Early enough that what is put off is due by the computer's own clock.
        let clock = Clock::manual(Clock::system().now() - SignedDuration::from_hours(2));
        Ok(Self { store, home, clock })
    }

    fn mails_through(&mut self, mailbox: &Mailbox) {
        self.home.set("smtp_url", mailbox.url());
        self.home.set("mail_from", "Plugin Host <plugins@acme.example>");
    }

    /// Starts the server, imports the store and says who is told.
    async fn tell(&self, values: Configuration) -> anyhow::Result<(Server, Operator)> {
        let server = Server::start_at(&self.home, self.clock.clone()).await?;
        let operator = Operator::ready(&self.home, &self.store).await?;
        operator.import_and_wait(false).await?;
        operator.configure(values).await?;
        Ok((server, operator))
    }

    /// Lets End of Day fail, or work again.
    async fn end_of_day(&self, operator: &Operator, works: bool) -> anyhow::Result<()> {
        let scopes = ALL_SCOPES.iter().filter(|scope| works || **scope != "store_v2_orders");
        self.store.issue_token(&self.store.token(), scopes.map(|scope| (*scope).to_owned()));
        let run = end_of_day(operator, false).await?;
        let state = if works { RunState::Complete } else { RunState::Failed };
        ensure!(run.state() == state, "{run:?}");
        Ok(())
    }

    /// Moves the clock on until somebody was told so often; then nothing more comes for a while.
    async fn told<T>(
        &self,
        count: usize,
        ask: impl Fn() -> anyhow::Result<Vec<T>>,
    ) -> anyhow::Result<Vec<T>> {
        for _ in 0..12 {
            let began = Instant::now();
            while began.elapsed() < LOOK && ask()?.len() < count {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            if ask()?.len() >= count {
                break;
            }
            self.pass(WHILE);
        }
        self.pass(WHILE);
        tokio::time::sleep(LOOK).await;
        let told = ask()?;
        ensure!(told.len() == count, "{} times instead of {count}", told.len());
        Ok(told)
    }

    fn pass(&self, time: SignedDuration) {
        self.clock.set(self.clock.now() + time);
    }
}

fn mailed_to_ada() -> Configuration {
    Configuration { notify_emails: vec![ADA.to_owned()], ..defaults() }
}

/// How many notifications are owed that were tried so often or more, as the database has it.
async fn owed(home: &Home, tries: i64) -> anyhow::Result<i64> {
    sqlx::any::install_default_drivers();
    let file = format!("sqlite:{}", home.data_folder().join("plugin-host.db").display());
    let mut database = AnyConnection::connect(home.database_url().unwrap_or(&file)).await?;
    let count = format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM notifications WHERE state = 'OWED' AND tries >= {tries}"
    );
    let count = sqlx::query(AssertSqlSafe(count)).fetch_one(&mut database).await?.try_get(0)?;
    database.close().await?;
    Ok(count)
}

/// Waits until a notification is owed that was tried so often or more.
async fn owed_after(quiet: &Quiet, tries: i64) -> anyhow::Result<()> {
    let mut moved = Instant::now();
    until("a notification is owed", async || {
        if moved.elapsed() > LOOK {
            quiet.pass(WHILE);
            moved = Instant::now();
        }
        Ok((owed(&quiet.home, tries).await? == 1).then_some(()))
    })
    .await
}

async fn an_end_of_day_that_fails_is_mailed_once_and_so_is_its_end(engine: Engine) -> anyhow::Result<()> {
    let (mut quiet, mailbox) = (Quiet::new(engine).await?, Mailbox::start().await?);
    quiet.mails_through(&mailbox);
    let (_server, operator) = quiet.tell(mailed_to_ada()).await?;
    quiet.end_of_day(&operator, false).await?;
    quiet.end_of_day(&operator, false).await?;
    let told = quiet.told(1, || mailbox.mails()).await?;
    let Mail { from, to, id, subject, text, html, kind, .. } = &told[0];
    ensure!((from.as_str(), to.as_slice()) == ("plugins@acme.example", &[ADA.to_owned()][..]));
    ensure!(subject.ends_with("needs you: End of Day"), "{subject}");
    ensure!(kind == "multipart/alternative", "{kind}");
    ensure!(
        id.starts_with(&format!("<{}-", quiet.store.store_hash())) && id.ends_with("@acme.example>"),
        "{id}"
    );
    for (words, body) in
        [("* The last End of Day stopped: ", text), ("<li>The last End of Day stopped: ", html)]
    {
        ensure!(body.contains(words) && body.contains("store_v2_orders"), "{body}");
    }

    quiet.end_of_day(&operator, false).await?;
    quiet.told(1, || mailbox.mails()).await.context("it fails still, which is known")?;
    quiet.end_of_day(&operator, true).await?;
    let told = quiet.told(2, || mailbox.mails()).await?;
    ensure!(told[1].subject.ends_with(": over: End of Day"), "{:?}", told[1]);
    ensure!(told[1].text.contains("needs you any more") && told[1].id != told[0].id, "{:?}", told[1]);
    Ok(())
}

/// Whether a post was signed with a secret by whoever sent it.
fn is_signed(post: &Posted, secret: &str) -> anyhow::Result<bool> {
    let (time, tag) = post.signature.split_once(",v1=").context("a time and a signature")?;
    let time = time.strip_prefix("t=").context("a time")?;
    let tag: Vec<u8> = (0..tag.len() / 2)
        .map(|byte| u8::from_str_radix(&tag[2 * byte..2 * byte + 2], 16))
        .collect::<Result<_, _>>()?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    Ok(hmac::verify(&key, format!("{time}.{}", post.body).as_bytes(), &tag).is_ok())
}

async fn a_program_gets_what_it_did_not_take_once_more_and_can_tell_who_sent_it(
    engine: Engine,
) -> anyhow::Result<()> {
    let (mut quiet, receiver) = (Quiet::new(engine).await?, Receiver::start(1).await?);
    quiet.home.set("webhook_private", "on");
    let values = Configuration { notify_webhook: receiver.address().to_owned(), ..defaults() };
    let (_server, operator) = quiet.tell(values).await?;
    quiet.end_of_day(&operator, false).await?;
    let posts = quiet.told(2, || Ok(receiver.posts())).await?;
    let asked = operator.client.plugin_host().get_webhook_secret(GetWebhookSecretRequest::default()).await?;
    let secret = asked.into_inner().secret;
    ensure!(secret.len() == 64);
    for post in &posts {
        ensure!(is_signed(post, &secret)? && !is_signed(post, &"0".repeat(64))?, "{post:?}");
    }
    ensure!((&posts[0].id, &posts[0].body) == (&posts[1].id, &posts[1].body), "{posts:?}");
    let body: serde_json::Value = serde_json::from_str(&posts[0].body)?;
    ensure!(body["id"] == posts[0].id.as_str() && body["store"]["id"] == quiet.store.store_hash(), "{body}");
    let need = &body["needs_you"][0];
    ensure!(need["cause"] == "END_OF_DAY" && need["failing"] == true && need["new"] == true, "{body}");
    need["since"].as_str().context("since when")?.parse::<Timestamp>()?;
    ensure!(body["over"] == serde_json::json!([]), "{body}");

    // Whoever only watches could otherwise pretend to be this server.
    let (_, watcher) = issue(&quiet.home, KeyKind::Monitor, quiet.store.store_hash()).await?;
    let refused = watcher.client.plugin_host().get_webhook_secret(GetWebhookSecretRequest::default()).await;
    ensure!(refused.is_err_and(|status| status.code() == Code::PermissionDenied));
    Ok(())
}

async fn a_server_that_is_killed_while_it_sends_sends_once_after_its_start(
    engine: Engine,
) -> anyhow::Result<()> {
    let (mut quiet, mut mailbox) = (Quiet::new(engine).await?, Mailbox::start().await?);
    quiet.mails_through(&mailbox);
    mailbox.stop().await?;
    let (server, operator) = quiet.tell(mailed_to_ada()).await?;
    quiet.end_of_day(&operator, false).await?;
    owed_after(&quiet, 1).await?;
    server.stop().await?;

    // A mail server that says nothing: the Plugin Host is killed while it waits for the first word.
    let port = mailbox.url().rsplit_once(':').context("a port")?.1.parse::<u16>()?;
    let silent = TcpListener::bind(("127.0.0.1", port)).await?;
    let process = Process::start(&quiet.home).await?;
    let (_connection, _) = tokio::time::timeout(Duration::from_mins(1), silent.accept()).await??;
    process.kill().await?;
    drop(silent);

    mailbox.restart().await?;
    quiet.clock.set(Clock::system().now() + SignedDuration::from_hours(1));
    let _server = Server::start_at(&quiet.home, quiet.clock.clone()).await?;
    quiet.told(1, || mailbox.mails()).await?;
    ensure!(owed(&quiet.home, 1).await? == 0);
    Ok(())
}

#[tokio::test]
async fn mails_are_encrypted_and_given_to_nobody_who_cannot_prove_who_it_is() -> anyhow::Result<()> {
    let (mut quiet, mailbox) = (Quiet::new(Engine::Sqlite).await?, Mailbox::start_encrypted().await?);
    quiet.mails_through(&mailbox);
    let (server, operator) = quiet.tell(mailed_to_ada()).await?;
    quiet.end_of_day(&operator, false).await?;
    // Nobody here knows the authority of that mail server.
    owed_after(&quiet, 1).await?;
    ensure!(mailbox.mails()?.is_empty());
    server.stop().await?;

    let _process = Process::start_trusting(&quiet.home, &mailbox.authority()).await?;
    let mails =
        until("the mail is taken", async || Ok(Some(mailbox.mails()?).filter(|mails| !mails.is_empty())))
            .await?;
    ensure!(mails.len() == 1 && mails[0].encrypted, "{mails:?}");
    until("it is known to be sent", async || {
        Ok(quiet.home.log()?.contains("a notification was sent").then_some(()))
    })
    .await?;
    let log = quiet.home.log()?;
    ensure!(!log.contains("pass"), "{log}");
    Ok(())
}

#[tokio::test]
async fn two_replicas_send_once() -> anyhow::Result<()> {
    let (mut quiet, mailbox) = (Quiet::new(Engine::Postgres).await?, Mailbox::start().await?);
    quiet.mails_through(&mailbox);
    let (_server, operator) = quiet.tell(mailed_to_ada()).await?;
    let _second = Server::start_at(&quiet.home.replica()?, quiet.clock.clone()).await?;
    quiet.end_of_day(&operator, false).await?;
    quiet.told(1, || mailbox.mails()).await?;
    quiet.end_of_day(&operator, true).await?;
    quiet.told(2, || mailbox.mails()).await?;
    Ok(())
}

#[tokio::test]
async fn nothing_is_posted_into_a_private_network_and_in_the_end_that_is_told() -> anyhow::Result<()> {
    let (quiet, receiver) = (Quiet::new(Engine::Sqlite).await?, Receiver::start(0).await?);
    // What a name stands for is only known when something is sent there.
    let address = receiver.address().replace("http://127.0.0.1", "https://localhost");
    let (_server, operator) = quiet.tell(Configuration { notify_webhook: address, ..defaults() }).await?;
    let mut stream = operator.watch();
    stream.next().await?;
    quiet.end_of_day(&operator, false).await?;
    for time in [WHILE, SignedDuration::from_hours(13), SignedDuration::from_hours(1)] {
        tokio::time::sleep(LOOK).await;
        quiet.pass(time);
    }
    let event = heard(&mut stream, "given up").await?;
    ensure!(event.message.contains("localhost is no public address"), "{}", event.message);
    ensure!(receiver.posts().is_empty());
    Ok(())
}

#[tokio::test]
async fn what_nobody_could_be_told_is_told_once_somebody_can_be() -> anyhow::Result<()> {
    let (mut quiet, mut mailbox) = (Quiet::new(Engine::Sqlite).await?, Mailbox::start().await?);
    quiet.mails_through(&mailbox);
    let (_server, operator) = quiet.tell(mailed_to_ada()).await?;
    let mut stream = operator.watch();
    stream.next().await?;
    mailbox.stop().await?;
    quiet.end_of_day(&operator, false).await?;
    owed_after(&quiet, 1).await?;
    for time in [13, 1] {
        quiet.pass(SignedDuration::from_hours(time));
        tokio::time::sleep(LOOK).await;
    }
    heard(&mut stream, "given up").await?;
    mailbox.restart().await?;
    let mails = quiet.told(1, || mailbox.mails()).await?;
    ensure!(mails[0].text.contains("The last End of Day stopped"), "{mails:?}");
    Ok(())
}

#[tokio::test]
async fn a_mail_waits_for_the_mail_server_that_an_operator_forgot() -> anyhow::Result<()> {
    let (mut quiet, mailbox) = (Quiet::new(Engine::Sqlite).await?, Mailbox::start().await?);
    quiet.mails_through(&mailbox);
    let (server, operator) = quiet.tell(mailed_to_ada()).await?;
    server.stop().await?;
    quiet.home.set("smtp_url", "");
    let server = Server::start_at(&quiet.home, quiet.clock.clone()).await?;
    let operator = Operator::with_key(operator.key)?;
    quiet.end_of_day(&operator, false).await?;
    owed_after(&quiet, 0).await?;
    quiet.pass(WHILE);
    tokio::time::sleep(LOOK).await;
    ensure!(owed(&quiet.home, 1).await? == 0, "another server may have a mail server");
    let settings = quiet.home.settings()?;
    let findings = examine(&settings, &api(&settings)?, &Clock::system()).await;
    let is_named = |finding: &Finding| finding.state == State::Bad && finding.words.contains("set smtp_url");
    ensure!(findings.iter().any(is_named), "{findings:?}");
    server.stop().await?;

    quiet.mails_through(&mailbox);
    let _server = Server::start_at(&quiet.home, quiet.clock.clone()).await?;
    let mails = quiet.told(1, || mailbox.mails()).await?;
    ensure!(mails[0].text.contains("The last End of Day stopped"), "{mails:?}");
    Ok(())
}

#[tokio::test]
async fn who_wants_one_mail_a_day_gets_one_each_morning() -> anyhow::Result<()> {
    let (mut quiet, mailbox) = (Quiet::new(Engine::Sqlite).await?, Mailbox::start().await?);
    quiet.mails_through(&mailbox);
    quiet.clock.set("2026-11-24T12:00:00Z".parse()?);
    let values = Configuration {
        notify_when: NotifyWhen::Daily.into(),
        time_zone: "UTC".to_owned(),
        ..mailed_to_ada()
    };
    let (_server, operator) = quiet.tell(values).await?;
    quiet.end_of_day(&operator, false).await?;
    quiet.told(0, || mailbox.mails()).await?;
    for (day, count) in [("25", 1), ("26", 2)] {
        quiet.clock.set(format!("2026-11-{day}T06:50:00Z").parse()?);
        tokio::time::sleep(LOOK).await;
        ensure!(mailbox.mails()?.len() == count - 1, "too early");
        let mails = quiet.told(count, || mailbox.mails()).await?;
        ensure!(mails[count - 1].text.contains("The last End of Day stopped"), "{mails:?}");
    }
    ensure!(mailbox.mails()?[1].subject.contains("still needs you"));
    Ok(())
}
