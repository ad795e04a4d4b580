//! The server's certificates: an authority whose public key every store key pins, and a leaf that is renewed while
//! the server runs.

use std::{
    path::PathBuf,
    sync::{Arc, RwLock},
    time::Duration,
};

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::{
    clock::Clock,
    secrets::{read, write_secret},
    settings::{Error, Settings},
};

/// How often the leaf is made anew or read again; it is valid for thirty times as long.
const RENEW_EVERY: Duration = Duration::from_hours(24);

/// What the server shows to clients.
#[derive(Debug)]
pub(crate) struct Tls {
    /// What connections are accepted with.
    pub(crate) config: Arc<ServerConfig>,
    /// What keys pin; none with a publicly trusted certificate.
    pub(crate) pin: Option<[u8; 32]>,
    leaf: Arc<Leaf>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Own { certificate: String, key: String, names: Vec<String> },
    Files { certificate: PathBuf, key: PathBuf },
}

/// The certificate in use.
#[derive(Debug)]
struct Leaf(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Leaf {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner)))
    }
}

impl Tls {
    /// Reads or makes the certificates.
    pub(crate) fn new(settings: &Settings, address: &str, clock: &Clock) -> Result<Self, Error> {
        let source = if settings.certificate_file.as_os_str().is_empty() {
            let (certificate, key) = authority(settings, clock)?;
            Source::Own { certificate, key, names: names(address) }
        } else {
            Source::Files {
                certificate: settings.certificate_file.clone(),
                key: settings.certificate_key_file.clone(),
            }
        };
        let pin = match &source {
            Source::Own { key, .. } => {
                let key = KeyPair::from_pem(key).map_err(unusable)?;
                Some(Sha256::digest(rcgen::PublicKeyData::subject_public_key_info(&key)).into())
            }
            Source::Files { .. } => None,
        };
        let leaf = Arc::new(Leaf(RwLock::new(Arc::new(source.leaf(clock)?))));
        let mut config =
            ServerConfig::builder().with_no_client_auth().with_cert_resolver(Arc::clone(&leaf) as Arc<_>);
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self { config: Arc::new(config), pin, leaf, source })
    }

    /// Renews the leaf every day until the server stops; open connections keep theirs.
    pub(crate) async fn renew(self, clock: Clock, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(RENEW_EVERY) => {}
                () = stop.cancelled() => return,
            }
            match self.source.leaf(&clock) {
                Ok(fresh) => {
                    *self.leaf.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(fresh);
                    info!("the certificate was renewed");
                }
                Err(error) => {
                    error!(error = &error as &dyn std::error::Error, "the certificate could not be renewed");
                }
            }
        }
    }
}

impl Source {
    fn leaf(&self, clock: &Clock) -> Result<CertifiedKey, Error> {
        let (chain, key) = match self {
            Self::Own { certificate, key, names } => {
                let signer = KeyPair::from_pem(key).map_err(unusable)?;
                let issuer = Issuer::from_ca_cert_pem(certificate, signer).map_err(unusable)?;
                let mut params = CertificateParams::new(names.clone()).map_err(unusable)?;
                params.distinguished_name.push(DnType::CommonName, "Plugin Host server");
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
                set_validity(&mut params, clock.now(), 30)?;
                let key = KeyPair::generate().map_err(unusable)?;
                let leaf = params.signed_by(&key, &issuer).map_err(unusable)?;
                (format!("{}{certificate}", leaf.pem()), key.serialize_pem())
            }
            Self::Files { certificate, key } => (read(certificate)?, read(key)?),
        };
        let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(unusable)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(unusable)?;
        let signing = rustls::crypto::ring::sign::any_supported_type(&key).map_err(unusable)?;
        Ok(CertifiedKey::new(chain, signing))
    }
}

/// The authority's certificate and key, made at first start unless they are given.
fn authority(settings: &Settings, clock: &Clock) -> Result<(String, String), Error> {
    let (certificate_file, key_file) = authority_files(settings);
    if settings.authority_certificate_file.as_os_str().is_empty() && !certificate_file.exists() {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Plugin Host authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        set_validity(&mut params, clock.now(), 365 * 20)?;
        let key = KeyPair::generate().map_err(unusable)?;
        let certificate = params.self_signed(&key).map_err(unusable)?;
        write_secret(&key_file, key.serialize_pem().trim_end())?;
        write_secret(&certificate_file, certificate.pem().trim_end())?;
    }
    Ok((read(&certificate_file)?, read(&key_file)?))
}

/// Where the authority's certificate and key are.
pub(crate) fn authority_files(settings: &Settings) -> (PathBuf, PathBuf) {
    if settings.authority_certificate_file.as_os_str().is_empty() {
        return (settings.data_folder.join("authority.pem"), settings.data_folder.join("authority.key"));
    }
    (settings.authority_certificate_file.clone(), settings.authority_key_file.clone())
}

/// When the first certificate of a PEM text runs out.
pub(crate) fn ends_at(pem: &str) -> Result<Timestamp, String> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).map_err(|error| error.to_string())?;
    let certificate = pem.parse_x509().map_err(|error| error.to_string())?;
    let ends = certificate.validity().not_after.timestamp();
    Timestamp::from_second(ends).map_err(|error| error.to_string())
}

/// The names a leaf is for: the public one and this machine.
fn names(address: &str) -> Vec<String> {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).trim_matches(['[', ']']);
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if !names.iter().any(|name| name == host) {
        names.insert(0, host.to_owned());
    }
    names
}

/// Valid from two days ago, so that a client whose clock is behind accepts it, for some days.
fn set_validity(params: &mut CertificateParams, now: Timestamp, days: i64) -> Result<(), Error> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    for (end, days) in [(&mut params.not_before, -2), (&mut params.not_after, days)] {
        let date = today.checked_add(days.days()).map_err(unusable)?;
        *end = rcgen::date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()));
    }
    Ok(())
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::Value(format!("the certificates cannot be used: {error}"))
}
