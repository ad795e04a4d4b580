//! The store key: one text that holds everything a client needs to reach its server.
//!
//! ```text
//! phk1o_<base64url of: flags 1 · address length 1 · address · pin 32 or 0 · id 8 · secret 32 · checksum 4>
//! ```
//!
//! `phk` names the format, `1` its version, the letter the kind. The lengths come first, so that a key cut short in
//! an e-mail is told apart from a mistyped one. The checksum is the beginning of the SHA-256 of all that stands
//! before it, the prefix included: it catches typing errors and is no protection; the secret is.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};

use crate::v1;

const FORMAT: &str = "phk";
const VERSION: char = '1';
const FLAG_PINNED: u8 = 1;
const HEADER_LENGTH: usize = 2;
const ID_LENGTH: usize = 8;
const HASH_LENGTH: usize = 32;
const CHECKSUM_LENGTH: usize = 4;

/// A key of any kind; the operator's is the store key.
pub struct StoreKey {
    kind: KeyKind,
    address: String,
    pin: Option<[u8; HASH_LENGTH]>,
    id: KeyId,
    secret: SecretBox<[u8; HASH_LENGTH]>,
}

impl StoreKey {
    /// Makes a key for the server at `address`, an origin such as `https://host:port`.
    ///
    /// `pin` is the SHA-256 of the DER `SubjectPublicKeyInfo` of the certificate authority; `None` trusts the public
    /// web's authorities. Plain `http` is for loopback only.
    pub fn new(
        kind: KeyKind,
        address: impl Into<String>,
        pin: Option<[u8; 32]>,
        id: KeyId,
        secret: [u8; 32],
    ) -> Result<StoreKey, Error> {
        let address = address.into();
        check_address(&address)?;
        Ok(StoreKey { kind, address, pin, id, secret: SecretBox::new(Box::new(secret)) })
    }

    /// Reads a key's text; white space anywhere in it is ignored, since mail programs add it.
    pub fn parse(text: &str) -> Result<StoreKey, Error> {
        let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let (kind, body) = split_prefix(&text)?;
        check_length(body)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| Error::Mistyped)?;
        let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_LENGTH>().ok_or(Error::Mistyped)?;
        if *checksum != checksum_of(kind, content) {
            return Err(Error::Mistyped);
        }
        let mut rest = Reader(content);
        let [flags, address_length] = rest.take()?;
        let address = rest.take_slice(usize::from(address_length))?;
        let address = std::str::from_utf8(address).map_err(|_| Error::Mistyped)?.to_owned();
        let pin = if flags & FLAG_PINNED == 0 { None } else { Some(rest.take()?) };
        StoreKey::new(kind, address, pin, KeyId(rest.take()?), rest.take()?)
    }

    /// Writes the key's text, which is the secret that a client keeps.
    pub fn to_text(&self) -> SecretString {
        let mut bytes = vec![
            if self.pin.is_some() { FLAG_PINNED } else { 0 },
            u8::try_from(self.address.len()).expect("`new` refuses longer addresses"),
        ];
        bytes.extend_from_slice(self.address.as_bytes());
        bytes.extend_from_slice(self.pin.as_ref().map_or(&[][..], |pin| pin));
        bytes.extend_from_slice(&self.id.0);
        bytes.extend_from_slice(self.secret.expose_secret());
        let checksum = checksum_of(self.kind, &bytes);
        bytes.extend_from_slice(&checksum);
        format!("{}{}", prefix_of(self.kind), URL_SAFE_NO_PAD.encode(bytes)).into()
    }

    /// The SHA-256 of the secret, which is all that the server keeps.
    pub fn secret_hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret.expose_secret()).into()
    }

    /// What the key may do.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The server's origin, for example `https://plugin-host.example:7443`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The SHA-256 of the certificate authority's public key; `None` trusts the public web's authorities.
    pub fn pin(&self) -> Option<[u8; 32]> {
        self.pin
    }

    /// The key's id, which is no secret.
    pub fn id(&self) -> KeyId {
        self.id
    }
}

impl Clone for StoreKey {
    fn clone(&self) -> StoreKey {
        StoreKey {
            kind: self.kind,
            address: self.address.clone(),
            pin: self.pin,
            id: self.id,
            secret: SecretBox::new(Box::new(*self.secret.expose_secret())),
        }
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreKey({} key {} for {})", self.kind, self.id, self.address)
    }
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// Everything, for every store.
    Admin,
    /// Daily work with one store: this is the store key.
    Operator,
    /// Reading one store.
    Monitor,
    /// Reading every store.
    MonitorAll,
}

impl KeyKind {
    /// Every kind, in the contract's order.
    pub const ALL: [KeyKind; 4] = [KeyKind::Admin, KeyKind::Operator, KeyKind::Monitor, KeyKind::MonitorAll];

    /// Whether a key of this kind belongs to one store.
    pub fn is_of_one_store(self) -> bool {
        matches!(self, KeyKind::Operator | KeyKind::Monitor)
    }

    /// Whether a key of this kind changes nothing.
    pub fn only_reads(self) -> bool {
        matches!(self, KeyKind::Monitor | KeyKind::MonitorAll)
    }

    fn letter(self) -> char {
        match self {
            KeyKind::Admin => 'a',
            KeyKind::Operator => 'o',
            KeyKind::Monitor => 'm',
            KeyKind::MonitorAll => 'w',
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyKind::Admin => "admin",
            KeyKind::Operator => "operator",
            KeyKind::Monitor => "monitor",
            KeyKind::MonitorAll => "monitor-all",
        })
    }
}

impl From<KeyKind> for v1::KeyKind {
    fn from(kind: KeyKind) -> v1::KeyKind {
        match kind {
            KeyKind::Admin => v1::KeyKind::Admin,
            KeyKind::Operator => v1::KeyKind::Operator,
            KeyKind::Monitor => v1::KeyKind::Monitor,
            KeyKind::MonitorAll => v1::KeyKind::MonitorAll,
        }
    }
}

impl TryFrom<v1::KeyKind> for KeyKind {
    type Error = Error;

    fn try_from(kind: v1::KeyKind) -> Result<KeyKind, Error> {
        match kind {
            v1::KeyKind::Admin => Ok(KeyKind::Admin),
            v1::KeyKind::Operator => Ok(KeyKind::Operator),
            v1::KeyKind::Monitor => Ok(KeyKind::Monitor),
            v1::KeyKind::MonitorAll => Ok(KeyKind::MonitorAll),
            v1::KeyKind::Unspecified => Err(Error::UnknownKind),
        }
    }
}

/// The id of a key, which may be shown; 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<KeyId, Error> {
        let digits = text.len() == 2 * ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = if digits { u64::from_str_radix(text, 16).ok() } else { None };
        number.map(|number| KeyId(number.to_be_bytes())).ok_or(Error::NotAnId)
    }
}

/// Why a text is no usable key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is nothing.
    #[error("the key is empty; paste the whole key, which begins with \"phk1\"")]
    Empty,
    /// The text is something else.
    #[error("this is not a key; a key begins with \"phk1\" and comes from whoever runs the server")]
    NotAKey,
    /// The text is a BigCommerce credential.
    #[error(
        "this looks like a BigCommerce access token, not a key; an administrator enters the token on the server \
         once (plugin-host admin connect-store) and gets the store key for you"
    )]
    AccessToken,
    /// The text is the name of a store in BigCommerce.
    #[error(
        "this looks like a BigCommerce store hash, not a key; the store key begins with \"phk1\" and comes from \
         whoever runs the server"
    )]
    StoreHash,
    /// The key comes from a newer program.
    #[error("this key has format version {0}, which this program does not know; update this program")]
    NewerVersion(char),
    /// The key's kind is not known.
    #[error("the kind of this key is not known; it is mistyped, or this program must be updated")]
    UnknownKind,
    /// The end is missing.
    #[error("the key is cut short: {0} characters are missing at its end; copy it again, whole")]
    Missing(usize),
    /// Something follows the key.
    #[error("{0} characters too many follow the key; copy the key alone")]
    TooMany(usize),
    /// The checksum does not fit.
    #[error("the key is mistyped: one or more characters are wrong; copy it instead of typing it")]
    Mistyped,
    /// The server's address can't be in a key.
    #[error("a key can't carry the address {address:?}: {reason}")]
    Address {
        /// The address.
        address: String,
        /// What is wrong with it, and the way out.
        reason: &'static str,
    },
    /// The text is no id of a key.
    #[error("a key's id has 16 hexadecimal digits; `plugin-host admin keys list` shows them")]
    NotAnId,
}

fn prefix_of(kind: KeyKind) -> String {
    format!("{FORMAT}{VERSION}{}_", kind.letter())
}

fn checksum_of(kind: KeyKind, content: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    let hash = Sha256::new().chain_update(prefix_of(kind)).chain_update(content).finalize();
    *hash.first_chunk().expect("a SHA-256 is longer than the checksum")
}

fn split_prefix(text: &str) -> Result<(KeyKind, &str), Error> {
    let Some(rest) = text.strip_prefix(FORMAT) else { return Err(without_prefix(text)) };
    let mut letters = rest.chars();
    match letters.next() {
        None => return Err(Error::NotAKey),
        Some(VERSION) => {}
        Some(other) if other.is_ascii_digit() && other > VERSION => return Err(Error::NewerVersion(other)),
        Some(_) => return Err(without_prefix(text)),
    }
    let Some(letter) = letters.next() else { return Err(Error::NotAKey) };
    let kind = KeyKind::ALL.into_iter().find(|kind| kind.letter() == letter).ok_or(Error::UnknownKind)?;
    let body = letters.as_str().strip_prefix('_').ok_or(Error::Mistyped)?;
    Ok((kind, body))
}

/// Says what a text is that doesn't begin like a key.
fn without_prefix(text: &str) -> Error {
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    match text.len() {
        0 => Error::Empty,
        28..=34 if plain => Error::AccessToken,
        5..=15 if plain => Error::StoreHash,
        _ => Error::NotAKey,
    }
}

/// Compares the text's length with the one that its first bytes promise.
fn check_length(body: &str) -> Result<(), Error> {
    const HEADER_CHARACTERS: usize = 3;
    if !body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        return Err(Error::Mistyped);
    }
    let at_least = characters_for(HEADER_LENGTH + ID_LENGTH + HASH_LENGTH + CHECKSUM_LENGTH);
    let Some(head) = body.get(..HEADER_CHARACTERS) else { return Err(Error::Missing(at_least - body.len())) };
    // A fourth character makes the header a whole group; its value does not matter here.
    let head = URL_SAFE_NO_PAD.decode(format!("{head}A")).map_err(|_| Error::Mistyped)?;
    let pin_length = if head[0] & FLAG_PINNED == 0 { 0 } else { HASH_LENGTH };
    let expected = characters_for(
        HEADER_LENGTH + usize::from(head[1]) + pin_length + ID_LENGTH + HASH_LENGTH + CHECKSUM_LENGTH,
    );
    if body.len() < expected {
        return Err(Error::Missing(expected - body.len()));
    }
    if body.len() > expected {
        return Err(Error::TooMany(body.len() - expected));
    }
    Ok(())
}

fn characters_for(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

fn check_address(address: &str) -> Result<(), Error> {
    let wrong = |reason| Err(Error::Address { address: address.to_owned(), reason });
    let Ok(uri) = address.parse::<tonic::transport::Uri>() else {
        return wrong("it is no URL; use https://host:port");
    };
    let Some(authority) = uri.authority() else { return wrong("it names no server; use https://host:port") };
    let origin = format!("{}://{authority}", uri.scheme_str().unwrap_or_default());
    if origin != address || authority.as_str().contains('@') {
        return wrong("it must be an origin and nothing more, such as https://host:port");
    }
    if address.len() > usize::from(u8::MAX) {
        return wrong("it is longer than 255 characters");
    }
    let host = authority.host().trim_matches(['[', ']']);
    let ip = host.parse::<std::net::IpAddr>().ok();
    if host.is_empty() || ip.is_some_and(|ip| ip.is_unspecified()) {
        return wrong(
            "clients can't reach it; set the server's public_address to a name or address they can",
        );
    }
    let loopback = host == "localhost" || ip.is_some_and(|ip| ip.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if loopback => Ok(()),
        Some("http") => wrong("plain http would show the key to the network; use https"),
        _ => wrong("its scheme is not https"),
    }
}

/// Takes fixed parts off the front of decoded bytes.
struct Reader<'bytes>(&'bytes [u8]);

impl<'bytes> Reader<'bytes> {
    fn take<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Error> {
        let (part, rest) = self.0.split_first_chunk().ok_or(Error::Mistyped)?;
        self.0 = rest;
        Ok(*part)
    }

    fn take_slice(&mut self, length: usize) -> Result<&'bytes [u8], Error> {
        let (part, rest) = self.0.split_at_checked(length).ok_or(Error::Mistyped)?;
        self.0 = rest;
        Ok(part)
    }
}

#[cfg(test)]
mod tests;
