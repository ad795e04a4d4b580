//! Secrets at rest: XChaCha20-Poly1305, bound to the row they belong to.

use chacha20poly1305::{
    AeadCore, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, OsRng, Payload},
};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{Db, Error, Result, Row};

/// Encrypts and opens secrets with the server's encryption key.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    derives: hmac::Key,
    check: String,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// A sealer for a key of 32 random bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        let check =
            Sha256::new().chain_update(b"plugin-host encryption key check").chain_update(key).finalize();
        let derives = Sha256::new().chain_update(b"plugin-host derived secrets").chain_update(key).finalize();
        Self {
            cipher: XChaCha20Poly1305::new(key.into()),
            derives: hmac::Key::new(hmac::HMAC_SHA256, &derives),
            check: hex(&check),
        }
    }

    /// Encrypts a secret for one place; it opens nowhere else.
    pub(super) fn seal(&self, secret: &SecretString, place: &str) -> Result<String> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&nonce, payload).map_err(|_| Error::Sealed)?;
        Ok(format!("{}{}", hex(&nonce), hex(&sealed)))
    }

    /// A secret for one place that only this key yields, the same each time.
    pub(super) fn derive(&self, place: &str) -> SecretString {
        hex(hmac::sign(&self.derives, place.as_bytes()).as_ref()).into()
    }

    /// Opens what was sealed for a place.
    pub(super) fn open(&self, sealed: &str, place: &str) -> Result<SecretString> {
        let bytes = unhex(sealed).filter(|bytes| bytes.len() > 24).ok_or(Error::Sealed)?;
        let (nonce, sealed) = bytes.split_at(24);
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let secret = self.cipher.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| Error::Sealed)?;
        String::from_utf8(secret).map(SecretString::from).map_err(|_| Error::Sealed)
    }
}

impl Db {
    /// Refuses a database that was made with another encryption key (design: a replica with another key stops here).
    pub(super) async fn check_sealer(&self) -> Result<()> {
        let keep = "INSERT INTO facts (name, value) VALUES ('encryption_key_check', ?) ON CONFLICT (name) DO NOTHING";
        self.statement(keep).bind(self.sealer.check.clone()).execute(&self.writer).await?;
        self.check().await
    }

    /// Whether the database answers now, and its secrets can be opened.
    pub async fn check(&self) -> Result<()> {
        let kept = self.statement("SELECT value FROM facts WHERE name = 'encryption_key_check'");
        let row = self.row(kept).await?.ok_or(Error::Sealed)?;
        if Row(&row, "facts").text("value")? == self.sealer.check { Ok(()) } else { Err(Error::Sealed) }
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_with_its_key_and_in_its_place() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal(&SecretString::from("token"), "abc123").unwrap();
        assert!(!sealed.contains("token"));
        assert_eq!(sealer.open(&sealed, "abc123").unwrap().expose_secret(), "token");
        assert!(sealer.open(&sealed, "other").is_err());
        assert!(Sealer::new(&[8; 32]).open(&sealed, "abc123").is_err());
    }

    #[test]
    fn a_derived_secret_is_the_same_each_time_and_another_elsewhere() {
        let derived = |key, place| Sealer::new(&[key; 32]).derive(place).expose_secret().to_owned();
        assert_eq!(derived(7, "abc123"), derived(7, "abc123"));
        assert_eq!(derived(7, "abc123").len(), 64);
        assert_ne!(derived(7, "abc123"), derived(7, "other"));
        assert_ne!(derived(7, "abc123"), derived(8, "abc123"));
    }
}
