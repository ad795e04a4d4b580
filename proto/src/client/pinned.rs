//! Recognises a server by the public key of its certificate authority.
//!
//! The server sends its leaf and the authority's certificate. The certificate whose public key has the pinned hash
//! becomes the only trust anchor, and everything else is checked as on the public web: the signature, the dates and
//! the host's name. A certificate renewed by the same authority therefore passes and a stranger's never does.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

/// Accepts only what the pinned authority has signed.
#[derive(Debug)]
pub(super) struct Verifier {
    pin: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    pub(super) fn new(pin: [u8; 32]) -> Verifier {
        Verifier { pin, provider: Arc::new(ring::default_provider()) }
    }

    fn anchor(&self, presented: &[&CertificateDer<'_>]) -> Option<TrustAnchor<'static>> {
        presented.iter().find_map(|certificate| {
            let anchor = webpki::anchor_from_trusted_cert(certificate).ok()?;
            let key = webpki::spki_for_anchor(&anchor);
            (Sha256::digest(key.as_ref())[..] == self.pin).then(|| anchor.to_owned())
        })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let presented: Vec<_> = std::iter::once(end_entity).chain(intermediates).collect();
        let anchor = self
            .anchor(&presented)
            .ok_or_else(|| CertificateError::Other(OtherError(Arc::new(AnotherAuthority))))?;
        let roots = Arc::new(RootCertStore { roots: vec![anchor] });
        WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&self.provider))
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// No certificate that the server sent has the pinned public key.
#[derive(Debug)]
pub(super) struct AnotherAuthority;

impl fmt::Display for AnotherAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this server is not the one this key was issued by")
    }
}

impl std::error::Error for AnotherAuthority {}
