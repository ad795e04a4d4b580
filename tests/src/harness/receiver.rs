//! A program that is told by posts.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task::JoinHandle};

/// A running receiver; dropping it stops it.
pub struct Receiver {
    address: String,
    taken: Taken,
    accepting: JoinHandle<()>,
}

/// A post that came.
#[derive(Clone, Debug)]
pub struct Posted {
    /// What it is called, the same for each repeat.
    pub id: String,
    /// What proves who sent it.
    pub signature: String,
    /// What it says.
    pub body: String,
}

#[derive(Clone, Default)]
struct Taken(Arc<Mutex<(u32, Vec<Posted>)>>);

impl Receiver {
    /// Starts a receiver that fails so many times before it takes anything.
    pub async fn start(failures: u32) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}/hook", listener.local_addr()?);
        let taken = Taken(Arc::new(Mutex::new((failures, Vec::new()))));
        let accepting = tokio::spawn(accept(listener, taken.clone()));
        Ok(Self { address, taken, accepting })
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What came, also what failed.
    pub fn posts(&self) -> Vec<Posted> {
        self.taken.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, taken: Taken) {
    while let Ok((stream, _)) = listener.accept().await {
        let taken = taken.clone();
        let take = service_fn(move |request| take(taken.clone(), request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), take));
    }
}

async fn take(taken: Taken, request: Request<Incoming>) -> Result<Response<Full<&'static [u8]>>, Infallible> {
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (id, signature) = (header("idempotency-key"), header("plugin-host-signature"));
    let body =
        request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let mut taken = taken.0.lock().unwrap_or_else(PoisonError::into_inner);
    taken.1.push(Posted { id, signature, body: String::from_utf8_lossy(&body).into_owned() });
    let fails = taken.0 > 0;
    taken.0 = taken.0.saturating_sub(1);
    let mut answer = Response::new(Full::new(&b""[..]));
    if fails {
        *answer.status_mut() = hyper::StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(answer)
}
