use std::net::SocketAddr;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic_health::pb::HealthCheckRequest;
use tonic_types::{ErrorDetails, StatusExt};

use super::*;
use crate::key::{KeyId, KeyKind};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn pin(authority: &Authority) -> [u8; 32] {
    let anchor = webpki::anchor_from_trusted_cert(authority.der()).unwrap();
    Sha256::digest(webpki::spki_for_anchor(&anchor)).into()
}

fn key(address: String, pin: Option<[u8; 32]>) -> StoreKey {
    StoreKey::new(KeyKind::Monitor, address, pin, KeyId([1; 8]), [2; 32]).unwrap()
}

/// Serves the health service with a leaf for `name`, signed by the authority.
async fn serve(authority: &Authority, name: &str, change: impl FnOnce(&mut CertificateParams)) -> SocketAddr {
    let leaf_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    change(&mut params);
    let leaf = params.signed_by(&leaf_key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone(), authority.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der())),
        )
        .unwrap();
    config.alpn_protocols.push(b"h2".to_vec());
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (connections, accepted) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            if let Ok(connection) = acceptor.accept(connection).await {
                connections.send(Ok::<_, std::io::Error>(connection)).await.unwrap();
            }
        }
    });
    let (_reporter, health) = tonic_health::server::health_reporter();
    let accepted = tokio_stream::wrappers::ReceiverStream::new(accepted);
    tokio::spawn(Server::builder().add_service(health).serve_with_incoming(accepted));
    address
}

async fn check(key: &StoreKey) -> Result<(), Error> {
    let service = Client::connect(key)?.health();
    let request = HealthCheckRequest::default();
    read(service, request, async |mut service, request| service.check(request).await).await.map(drop)
}

fn words(error: &Error) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}

#[tokio::test]
async fn a_server_is_trusted_by_its_authoritys_public_key() {
    let authority = authority();
    let address = serve(&authority, "127.0.0.1", |_| ()).await;
    check(&key(format!("https://{address}"), Some(pin(&authority)))).await.unwrap();
}

#[tokio::test]
async fn a_server_of_another_authority_is_not_the_one_that_issued_the_key() {
    let address = serve(&authority(), "127.0.0.1", |_| ()).await;
    let error = check(&key(format!("https://{address}"), Some(pin(&authority())))).await.unwrap_err();
    assert_eq!(
        words(&error),
        "the server can't be trusted: this server is not the one this key was issued by"
    );
}

#[tokio::test]
async fn a_stranger_who_only_shows_the_pinned_authority_is_refused() {
    let (ours, strangers) = (authority(), authority());
    let key_pair = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key_pair, &strangers).unwrap();
    let verifier = pinned::Verifier::new(pin(&ours));
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let verify = |leaf: &rcgen::Certificate| {
        use rustls::client::danger::ServerCertVerifier;
        let now = rustls::pki_types::UnixTime::now();
        verifier.verify_server_cert(leaf.der(), &[ours.der().clone()], &name, &[], now)
    };
    assert!(verify(&leaf).is_err());
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    verify(&leaf.signed_by(&key_pair, &ours).unwrap()).unwrap();
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = authority();
    let address = serve(&authority, "other.example", |_| ()).await;
    let error = check(&key(format!("https://{address}"), Some(pin(&authority)))).await.unwrap_err();
    assert!(
        words(&error).ends_with("its certificate is for another name than the key's address"),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let authority = authority();
    let expired = |params: &mut CertificateParams| params.not_after = rcgen::date_time_ymd(2001, 1, 1);
    let address = serve(&authority, "127.0.0.1", expired).await;
    let error = check(&key(format!("https://{address}"), Some(pin(&authority)))).await.unwrap_err();
    assert!(words(&error).contains("its certificate has expired"), "{error:?}");
}

#[tokio::test]
async fn without_a_pin_a_private_authority_is_not_trusted() {
    let address = serve(&authority(), "127.0.0.1", |_| ()).await;
    let error = check(&key(format!("https://{address}"), None)).await.unwrap_err();
    assert!(matches!(error, Error::NotThisServer(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = check(&key(format!("http://{address}"), None)).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
    assert!(words(&error).contains("refused"), "{}", words(&error));
}

#[tokio::test]
async fn every_call_carries_the_key() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let key = key(format!("http://{}", listener.local_addr().unwrap()), None);
    let expected = format!("Bearer {}", key.to_text().expose_secret());
    let (_reporter, health) = tonic_health::server::health_reporter();
    let guarded = tonic::service::InterceptorLayer::new(move |request: tonic::Request<()>| {
        let found = request.metadata().get("authorization").is_some_and(|value| *value == *expected);
        if found { Ok(request) } else { Err(tonic::Status::unauthenticated("no key")) }
    });
    let server = Server::builder().layer(guarded).add_service(health);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    check(&key).await.unwrap();
}

#[test]
fn the_key_is_not_in_what_is_shown_of_a_client() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _guard = runtime.enter();
    let client = Client::connect(&key("http://127.0.0.1:1".to_owned(), None)).unwrap();
    assert!(!format!("{client:?}").contains("phk1"));
}

#[test]
fn a_refusal_carries_each_reason_with_its_field() {
    let mut details = ErrorDetails::new();
    details
        .add_precondition_failure_violation("DEFAULT_SITE_MISSING", "default_site", "choose a Default Site")
        .add_bad_request_violation("configuration.time_zone", "no such zone");
    let status = tonic::Status::with_error_details(tonic::Code::FailedPrecondition, "not ready", details);
    let Error::Refused { message, reasons, .. } = Error::from(status) else { panic!("not a refusal") };
    assert_eq!(message, "not ready");
    let fields: Vec<_> = reasons.iter().map(|reason| (&*reason.code, &*reason.field)).collect();
    assert_eq!(fields, [("DEFAULT_SITE_MISSING", "default_site"), ("", "configuration.time_zone")]);
}

#[test]
fn every_code_has_its_class() {
    let class = |code| Error::from(tonic::Status::new(code, "said"));
    for code in [tonic::Code::Unavailable, tonic::Code::DeadlineExceeded, tonic::Code::Cancelled] {
        assert!(matches!(class(code), Error::Unreachable(_)), "{code:?}");
    }
    assert!(matches!(class(tonic::Code::Unauthenticated), Error::Unauthorized(_)));
    assert!(matches!(class(tonic::Code::PermissionDenied), Error::Forbidden(_)));
    assert!(matches!(class(tonic::Code::Unimplemented), Error::Outdated));
    for code in [tonic::Code::FailedPrecondition, tonic::Code::Aborted, tonic::Code::NotFound] {
        assert!(matches!(class(code), Error::Refused { .. }), "{code:?}");
    }
    for code in [tonic::Code::Internal, tonic::Code::Unknown] {
        assert!(matches!(class(code), Error::Failed(_)), "{code:?}");
    }
}

#[test]
fn request_ids_differ_and_fit_the_contract() {
    let (one, other) = (request_id(), request_id());
    assert_ne!(one, other);
    assert!(one.len() <= 64);
}
