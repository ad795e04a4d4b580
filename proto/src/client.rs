//! The one client that the command line and the desktop share.
//!
//! A [`Client`] is made from a key alone: the key says where the server is, how to recognise it and who calls. It
//! connects at the first call and again whenever it must, so that making one never fails for want of a network; every
//! failure of a call becomes one of the classes of [`Error`], which say what a person can do.
//!
//! Only reads are repeated ([`read`]), and only when the server could not be reached. A mutation is for the caller to
//! repeat, with the same `request_id`, except where it is called by its name ([`Client::call`]).

mod call;
mod error;
mod pinned;
mod status_stream;

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};
use tonic_health::pb::health_client::HealthClient;

pub use self::error::{Cause, Error};
pub use self::status_stream::{StatusStream, Update};
use crate::key::StoreKey;
use crate::v1::admin_service_client::AdminServiceClient;
use crate::v1::plugin_host_service_client::PluginHostServiceClient;
use crate::v1::warehouse_service_client::WarehouseServiceClient;

const CONNECT_TIME_OUT: Duration = Duration::from_secs(5);
/// Until the first answer; a stream may then last for ever.
const ANSWER_TIME_OUT: Duration = Duration::from_secs(30);
/// Finds out within half a minute that a stream's server has silently gone.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);
const KEEP_ALIVE_TIME_OUT: Duration = Duration::from_secs(10);
const READ_PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// A channel whose calls carry the key.
pub type Authorized = InterceptedService<Channel, Bearer>;

/// Speaks with the server that a key belongs to; cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    channel: Channel,
    bearer: Bearer,
}

impl Client {
    /// Prepares to speak with the key's server, which is reached at the first call; needs a Tokio runtime.
    pub fn connect(key: &StoreKey) -> Result<Client, Error> {
        let mut endpoint = Endpoint::from_shared(key.address().to_owned())
            .and_then(|endpoint| endpoint.user_agent(concat!("plugin-host/", env!("CARGO_PKG_VERSION"))))
            .map_err(|error| Error::Failed(error.to_string()))?
            .connect_timeout(CONNECT_TIME_OUT)
            .timeout(ANSWER_TIME_OUT)
            .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
            .keep_alive_timeout(KEEP_ALIVE_TIME_OUT);
        if key.address().starts_with("https://") {
            let tls = ClientTlsConfig::new().timeout(CONNECT_TIME_OUT);
            endpoint = match key.pin() {
                Some(pin) => endpoint.tls_config_with_verifier(tls, Arc::new(pinned::Verifier::new(pin))),
                None => endpoint.tls_config(tls.with_webpki_roots()),
            }
            .map_err(|error| Error::Failed(error.to_string()))?;
        }
        Ok(Client { channel: endpoint.connect_lazy(), bearer: Bearer::new(key)? })
    }

    /// The service for daily work with one store.
    pub fn plugin_host(&self) -> PluginHostServiceClient<Authorized> {
        PluginHostServiceClient::new(self.authorized())
    }

    /// The service that shows and changes the warehouse.
    pub fn warehouse(&self) -> WarehouseServiceClient<Authorized> {
        WarehouseServiceClient::new(self.authorized())
    }

    /// The service for what only an administrator does.
    pub fn admin(&self) -> AdminServiceClient<Authorized> {
        AdminServiceClient::new(self.authorized())
    }

    /// The standard health service.
    pub fn health(&self) -> HealthClient<Authorized> {
        HealthClient::new(self.authorized())
    }

    fn authorized(&self) -> Authorized {
        InterceptedService::new(self.channel.clone(), self.bearer.clone())
    }

    /// Watches stores, all that the key may see when `store_ids` is empty, and goes on after interruptions.
    pub fn status_stream(&self, store_ids: Vec<String>) -> StatusStream {
        StatusStream::new(self.plugin_host(), store_ids)
    }
}

/// Makes a call that only reads, again after a short pause while the server can't be reached.
///
/// ```no_run
/// # use plugin_host_proto::{client::{self, Client}, v1::{GetRunRequest, GetRunResponse}};
/// # async fn example(client: &Client) -> Result<GetRunResponse, client::Error> {
/// let request = GetRunRequest { run_id: 7 };
/// client::read(client.plugin_host(), request, async |mut service, request| service.get_run(request).await).await
/// # }
/// ```
pub async fn read<Service: Clone, Request: Clone, Answer>(
    service: Service,
    request: Request,
    call: impl AsyncFn(Service, Request) -> Result<tonic::Response<Answer>, tonic::Status>,
) -> Result<Answer, Error> {
    let mut pauses = READ_PAUSES.into_iter();
    loop {
        let error = match call(service.clone(), request.clone()).await {
            Ok(response) => return Ok(response.into_inner()),
            Err(status) => Error::from(status),
        };
        match (error, pauses.next()) {
            (Error::Unreachable(_), Some(pause)) => tokio::time::sleep(pause).await,
            (error, _) => return Err(error),
        }
    }
}

/// An id that makes repeats of a request harmless.
pub fn request_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Adds the key to each call.
#[derive(Debug, Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    fn new(key: &StoreKey) -> Result<Bearer, Error> {
        let mut value = MetadataValue::try_from(format!("Bearer {}", key.to_text().expose_secret()))
            .map_err(|error| Error::Failed(error.to_string()))?;
        value.set_sensitive(true);
        Ok(Bearer(value))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: tonic::Request<()>) -> Result<tonic::Request<()>, tonic::Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

#[cfg(test)]
mod tests;
