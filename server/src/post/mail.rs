//! Mail: one to each person, as text and as HTML.

use std::time::SystemTime;

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message as Mail, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use reqwest::Url;

use super::{Error, Message, PATIENCE, words};

/// Sends mails through one server, from one address.
#[derive(Clone)]
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    pub(super) fn new(smtp_url: &str, mail_from: &str) -> Result<Self, Error> {
        let from: Mailbox = mail_from.parse().map_err(|_| {
            refused("with smtp_url, mail_from must be an address such as Plugin Host <plugins@acme.example>")
        })?;
        if !is_safe(smtp_url) {
            return Err(refused(
                "smtp_url must begin with smtps://, or with smtp:// and end with ?tls=required; without TLS a mail server \
                 is used only on this computer",
            ));
        }
        // The cause may repeat the address, and with it the password.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp_url)
            .map_err(|_| refused("smtp_url is no address such as smtps://user:password@mail.example"))?;
        Ok(Self { transport: transport.timeout(Some(PATIENCE)).build(), from })
    }

    pub(super) async fn check(&self) -> Result<(), Error> {
        if self.transport.test_connection().await? {
            return Ok(());
        }
        Err(refused("the mail server does not work"))
    }

    pub(super) async fn send(&self, recipient: &str, number: i64, message: &Message) -> Result<(), Error> {
        let mail = self.write(recipient, number, message)?;
        self.transport.send(mail).await?;
        Ok(())
    }

    fn write(&self, recipient: &str, number: i64, message: &Message) -> Result<Mail, Error> {
        let to = address(recipient).ok_or_else(|| refused("the recipient has no usable address"))?;
        // A mail that is repeated because nobody knows whether it was taken has the same name.
        let id = format!("<{}.{number}@{}>", message.id, self.from.email.domain());
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Mail::builder()
            .from(self.from.clone())
            .to(to)
            .subject(words::subject(message))
            .date(SystemTime::from(message.made_at))
            .message_id(Some(id))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(words::text(message), words::html(message)))
            .map_err(|error| Error::Refused(error.to_string()))
    }
}

/// Somebody's address.
pub(super) fn address(text: &str) -> Option<Mailbox> {
    Some(Mailbox::new(None, text.parse().ok()?))
}

/// Whether passwords and mails are encrypted on their way, or do not leave this computer.
fn is_safe(smtp_url: &str) -> bool {
    let Ok(url) = Url::parse(smtp_url) else { return false };
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let is_required = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    url.scheme() == "smtps" || (url.scheme() == "smtp" && (is_required || is_here))
}

fn refused(words: &str) -> Error {
    Error::Refused(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::words::tests::message;

    #[test]
    fn a_password_never_leaves_this_computer_in_the_clear() {
        for (url, safe) in [
            ("smtps://me:secret@mail.example", true),
            ("smtp://me:secret@mail.example?tls=required", true),
            ("smtp://mail.example?tls=opportunistic", false),
            ("smtp://me:secret@mail.example", false),
            ("smtp://127.0.0.1:2525", true),
            ("https://mail.example", false),
            ("mail.example", false),
        ] {
            assert_eq!(is_safe(url), safe, "{url}");
        }
    }

    #[tokio::test]
    async fn a_mail_has_one_name_however_often_it_is_written_and_no_header_from_a_stranger() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mailer = Mailer::new("smtp://127.0.0.1:1", "Plugin Host <plugins@acme.example>").unwrap();
        let written =
            || String::from_utf8(mailer.write("ada@acme.example", 7, &message()).unwrap().formatted());
        let mail = written().unwrap();
        assert!(mail.contains("Message-ID: <abc123-1.7@acme.example>\r\n"), "{mail}");
        let head = mail.split("\r\n\r\n").next().unwrap();
        assert!(!head.to_lowercase().contains("\r\nbcc:"), "{head}");
        assert_eq!(head.lines().filter(|line| line.starts_with("Message-ID")).count(), 1);
        assert!(head.contains("Auto-Submitted: auto-generated"));
    }
}
