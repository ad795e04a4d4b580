//! Accepting connections, encrypted unless the settings say otherwise.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{
    service::Routes,
    transport::{Server, server::TcpIncoming},
};
use tracing::{debug, debug_span, field::Empty};

use crate::{clock::Clock, tls::Tls, trace};

/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long clients may take to finish their calls when the server stops.
const GOODBYE: Duration = Duration::from_secs(5);

/// Serves until told to stop.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Routes,
    tls: Option<Tls>,
    clock: Clock,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    let server = Server::builder()
        .trace_fn(|request| {
            let parent = request.headers().get(trace::HEADER).and_then(|value| value.to_str().ok());
            let name = request.uri().path().trim_start_matches('/');
            let span = debug_span!("rpc", otel.name = name, otel.kind = "server", trace_id = Empty);
            trace::follow(&span, parent.unwrap_or_default());
            span
        })
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(20)))
        .add_routes(routes);
    let stopped = stop.clone().cancelled_owned();
    let serving = async {
        match tls {
            // On the stream itself: the builder's own setting does not reach connections that are handed in.
            None => {
                let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
                server.serve_with_incoming_shutdown(incoming, stopped).await
            }
            Some(tls) => {
                let incoming =
                    shake_hands(listener, TlsAcceptor::from(Arc::clone(&tls.config)), stop.clone());
                tokio::spawn(tls.renew(clock, stop.clone()));
                server.serve_with_incoming_shutdown(incoming, stopped).await
            }
        }
    };
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(GOODBYE).await;
    };
    tokio::select! {
        served = serving => served,
        // A status stream never ends by itself.
        () = overdue => Ok(()),
    }
}

/// Connections whose handshake is done; a slow one keeps nobody waiting.
fn shake_hands(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    stop: CancellationToken,
) -> ReceiverStream<io::Result<TlsStream<TcpStream>>> {
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => return,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Too many open files, most likely: wait for some to close.
                    debug!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (acceptor, sender) = (acceptor.clone(), sender.clone());
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                match timeout(HANDSHAKE, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => drop(sender.send(Ok(stream)).await),
                    Ok(Err(error)) => debug!(%error, "a handshake failed"),
                    Err(_) => debug!("a handshake took too long"),
                }
            });
        }
    });
    ReceiverStream::new(receiver)
}
