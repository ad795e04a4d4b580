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
        admin_service_server::AdminServiceServer, plugin_host_service_server::PluginHostServiceServer,
        warehouse_service_server::WarehouseServiceServer,
    },
};
use tokio_util::sync::CancellationToken;
use tonic::service::{Routes, RoutesBuilder};

use crate::app::App;

/// Largest message a client may send, in bytes; none of ours comes near it.
const LARGEST_REQUEST: usize = 256 * 1024;

/// Every service of the server on one port.
pub async fn routes(app: App, stop: CancellationToken) -> Result<Routes, tonic_reflection::server::Error> {
    let plugin_host = PluginHostServiceServer::new(plugin_host::PluginHost::new(app.clone(), stop.clone()));
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<PluginHostServiceServer<plugin_host::PluginHost>>().await;
    health.set_serving::<WarehouseServiceServer<warehouse::Warehouse>>().await;
    health.set_serving::<AdminServiceServer<admin::Admin>>().await;
    tokio::spawn(async move {
        stop.cancelled().await;
        // Load balancers stop sending before the last page is done.
        health.set_service_status("", tonic_health::ServingStatus::NotServing).await;
    });
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
