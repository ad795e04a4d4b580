//! A load balancer in front of replicas: passes connections through as they are, TLS and all.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::Home;

/// A balancer that passes each connection to the next replica that accepts it.
pub struct Balancer {
    address: String,
    ports: Arc<Mutex<Vec<u16>>>,
    accepting: JoinHandle<()>,
}

impl Balancer {
    /// Starts a balancer without replicas.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("https://{}", listener.local_addr()?);
        let ports = Arc::<Mutex<Vec<u16>>>::default();
        let accepting = tokio::spawn(accept(listener, Arc::clone(&ports)));
        Ok(Self { address, ports, accepting })
    }

    /// The address that keys carry.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Puts a replica behind the balancer.
    pub fn add(&self, replica: &Home) {
        self.ports.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(replica.port());
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, ports: Arc<Mutex<Vec<u16>>>) {
    let next = AtomicUsize::new(0);
    while let Ok((mut client, _)) = listener.accept().await {
        let mut ports = ports.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if !ports.is_empty() {
            let turn = next.fetch_add(1, Ordering::Relaxed) % ports.len();
            ports.rotate_left(turn);
        }
        tokio::spawn(async move {
            for port in ports {
                if let Ok(mut replica) = TcpStream::connect(("127.0.0.1", port)).await {
                    // Whoever hangs up ends the other side, too.
                    let _ = copy_bidirectional(&mut client, &mut replica).await;
                    return;
                }
            }
        });
    }
}
