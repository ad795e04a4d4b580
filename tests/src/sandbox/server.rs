//! Accepts connections and hands their requests to the world.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::wire::{Connection, Cut};
use super::world::World;

/// How long requests under way may take after the stop.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves until told to stop; every connection ends with this task.
pub(super) async fn accept(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    world: Arc<World>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            () = told_to_stop(&mut stopped) => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Such as too many open files: the next one may fare better.
                Err(_) => continue,
            },
        };
        // Without it small replies wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let reset = Arc::new(AtomicBool::new(false));
        let connection = Connection::new(stream, Arc::clone(&reset));
        let (world, acceptor, stopped) = (Arc::clone(&world), acceptor.clone(), stopped.clone());
        connections.spawn(async move {
            match acceptor {
                None => serve(connection, &world, &reset, stopped).await,
                Some(acceptor) => {
                    // A client that does not trust the certificate hangs up; nothing to answer.
                    if let Ok(stream) = acceptor.accept(connection).await {
                        serve(stream, &world, &reset, stopped).await;
                    }
                }
            }
        });
    }
    drop(listener);
    // Whoever does not finish in time is cut off.
    let _ = tokio::time::timeout(FAREWELL, async { while connections.join_next().await.is_some() {} }).await;
}

async fn serve<S>(stream: S, world: &Arc<World>, reset: &Arc<AtomicBool>, mut stopped: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request: Request<Incoming>| {
        let (world, reset) = (Arc::clone(world), Arc::clone(reset));
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
            let world = world.neighbour(head.uri.path()).unwrap_or(world);
            let answer = world.serve(Request::from_parts(head, body)).await;
            if answer.is_err() {
                reset.store(true, Ordering::Relaxed);
            }
            answer
        }
    });
    let builder = Builder::new(TokioExecutor::new());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // Clients that hang up and replies that were cut on purpose both end with an error; that is all right.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = told_to_stop(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Waits for the stop, or for the end of whoever could order it.
async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
