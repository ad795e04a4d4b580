//! The only room that knows gRPC: checks the key, converts, asks the app, converts back.

mod admin;
mod auth;
mod configuration;
mod convert;
mod goods;
mod page;
mod picking;
mod plugin_host;
mod reports;
mod stream;
mod warehouse;

pub use auth::{RULES, Rule};

use plugin_host_proto::{
    FILE_DESCRIPTOR_SET,
    v1::{
        admin_service_server::{AdminServiceServer, SERVICE_NAME as ADMIN},
        plugin_host_service_server::{PluginHostServiceServer, SERVICE_NAME as PLUGIN_HOST},
        warehouse_service_server::{SERVICE_NAME as WAREHOUSE, WarehouseServiceServer},
    },
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::service::{Routes, RoutesBuilder};
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::app::App;

/// Largest message a client may send, in bytes; none of ours comes near it.
const LARGEST_REQUEST: usize = 256 * 1024;

/// What clients can count on at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serving {
    /// Data can be read and changed.
    pub data: bool,
    /// And runs that are asked for are done.
    pub runs: bool,
}

/// Every service of the server on one port, until it closes; health says what the server is fit for.
pub async fn routes(
    app: App,
    serving: watch::Receiver<Serving>,
    closing: CancellationToken,
) -> Result<Routes, tonic_reflection::server::Error> {
    let (health, health_service) = tonic_health::server::health_reporter();
    let now = *serving.borrow();
    tell(&health, now).await;
    tokio::spawn(keep_telling(health, serving, closing.clone()));
    let plugin_host = PluginHostServiceServer::new(plugin_host::PluginHost::new(app.clone(), closing));
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let mut routes = RoutesBuilder::default();
    let warehouse = WarehouseServiceServer::new(warehouse::Warehouse::new(app.clone()));
    let admin = AdminServiceServer::new(admin::Admin::new(app));
    routes
        .add_service(plugin_host.max_decoding_message_size(LARGEST_REQUEST))
        .add_service(warehouse.max_decoding_message_size(LARGEST_REQUEST))
        .add_service(admin.max_decoding_message_size(LARGEST_REQUEST))
        .add_service(health_service)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?);
    Ok(routes.routes())
}

async fn keep_telling(
    health: HealthReporter,
    mut serving: watch::Receiver<Serving>,
    closing: CancellationToken,
) {
    let changes = async {
        while serving.changed().await.is_ok() {
            let now = *serving.borrow_and_update();
            tell(&health, now).await;
        }
    };
    let _ = closing.run_until_cancelled(changes).await;
}

async fn tell(health: &HealthReporter, serving: Serving) {
    let word = |fit| if fit { ServingStatus::Serving } else { ServingStatus::NotServing };
    health.set_service_status("", word(serving.runs)).await;
    health.set_service_status(PLUGIN_HOST, word(serving.runs)).await;
    health.set_service_status(WAREHOUSE, word(serving.data)).await;
    health.set_service_status(ADMIN, word(serving.data)).await;
}
