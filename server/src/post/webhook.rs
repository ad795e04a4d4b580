//! Posts to programs: signed, and never into a private network unless the operator allows it.

use std::{
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use jiff::Timestamp;
use reqwest::{Url, header::CONTENT_TYPE, redirect::Policy};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Error, PATIENCE};

/// Posts to whatever address a store names.
#[derive(Clone, Copy)]
pub(super) struct Webhook {
    pub(super) allows_private: bool,
}

/// Where something is posted to.
pub(super) struct Target {
    url: Url,
    host: String,
    port: u16,
}

impl Webhook {
    /// Reads an address and refuses what needs no look-up to be refused.
    pub(super) fn target(self, address: &str) -> Result<Target, Error> {
        let refused = |words: &str| Error::Refused(words.to_owned());
        let url = Url::parse(address)
            .map_err(|_| refused("Write an address such as https://acme.example/hook."))?;
        if !matches!((url.scheme(), self.allows_private), ("https", _) | ("http", true)) {
            return Err(refused("The address must begin with https://."));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("Leave user and password out of the address; the posts are signed."));
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let target = Target { url, host, port };
        if target.host.parse().is_ok_and(|address| !self.may_reach(&target, address)) {
            return Err(target.is_private());
        }
        Ok(target)
    }

    pub(super) async fn post(
        self,
        address: &str,
        (id, body): (&str, &str),
        (secret, now): (&SecretString, Timestamp),
    ) -> Result<(), Error> {
        let target = self.target(address)?;
        let unreachable = |source: Box<dyn std::error::Error + Send + Sync>| Error::Unreachable {
            host: target.host.clone(),
            source,
        };
        // Nothing else is asked where the host is: what was looked at is what is posted to.
        let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
        let found = found.map_err(|error| unreachable(error.into()))?;
        let allowed: Vec<SocketAddr> = found.filter(|found| self.may_reach(&target, found.ip())).collect();
        if allowed.is_empty() {
            return Err(target.is_private());
        }
        #[expect(clippy::disallowed_methods, reason = "the one place that builds HTTP clients for strangers")]
        let client = reqwest::Client::builder();
        let client = client
            .user_agent(concat!("plugin-host/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .resolve_to_addrs(&target.host, &allowed)
            .build()
            .map_err(|error| unreachable(error.without_url().into()))?;
        let answer = client
            .post(target.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", id)
            .header("Plugin-Host-Signature", signature(secret, now, body))
            .body(body.to_owned())
            .send()
            .await
            .map_err(|error| unreachable(error.without_url().into()))?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(Error::Answered { host: target.host.clone(), status: answer.status().as_u16() })
    }

    /// Whether something may be posted to an address: in the clear only within the operator's own network.
    fn may_reach(self, target: &Target, address: IpAddr) -> bool {
        if is_public(address) { target.url.scheme() == "https" } else { self.allows_private }
    }
}

impl Target {
    fn is_private(&self) -> Error {
        Error::Refused(format!("{} is no public address; the server's operator allows no other.", self.host))
    }
}

/// `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>" in hexadecimal>`.
fn signature(secret: &SecretString, now: Timestamp, body: &str) -> String {
    let seconds = now.as_second();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    tag.as_ref().iter().fold(format!("t={seconds},v1="), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether an address is one of the internet's own, not of this computer, this network or anything special.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || matches!(
            (a, b, c),
            (0 | 224.., ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _)
        );
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Of what is routed at all, what stands for other addresses or is for documents: 2001::/23, 2001:db8::/32, 2002::/16.
    let [first, second, ..] = address.segments();
    let is_special =
        matches!((first, second), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    first & 0xe000 == 0x2000 && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for public in ["93.184.215.14", "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2001::1",
            "2002:a00:1::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn an_address_is_refused_as_soon_as_that_can_be_told() {
        let refused = |allows_private, address| Webhook { allows_private }.target(address).is_err();
        for address in [
            "acme.example/hook",
            "ftp://acme.example",
            "http://acme.example/hook",
            "https://me:secret@acme.example/",
            "https://127.0.0.1/hook",
            "https://0x7f.1/hook",
            "https://[::1]/hook",
            "https://169.254.169.254/latest",
        ] {
            assert!(refused(false, address), "{address}");
        }
        assert!(!refused(false, "https://acme.example/hook?x=1"));
        assert!(!refused(true, "http://127.0.0.1:9/hook"));
        assert!(refused(true, "http://1.1.1.1/hook"), "in the clear, through the internet");
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_is_refused() {
        let webhook = Webhook { allows_private: false };
        let signed = (&SecretString::from("secret"), Timestamp::UNIX_EPOCH);
        let error = webhook.post("https://localhost:9/", ("1", "{}"), signed).await.unwrap_err().to_string();
        assert!(error.contains("no public address"), "{error}");
    }

    #[test]
    fn a_signature_is_what_any_other_program_makes() {
        let now = Timestamp::from_second(1_764_000_000).unwrap();
        // printf '1764000000.{}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            signature(&"secret".into(), now, "{}"),
            "t=1764000000,v1=b691197929ebc73b102d12f9a4689644cb2d1a38c9f2d1883b9f478077313f85"
        );
    }
}
