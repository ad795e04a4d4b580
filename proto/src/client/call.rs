//! Calls by name, in proto3 JSON: a window that shows whatever the server has needs no list of what that is.

use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor, Value};
use serde::Deserializer;
use serde::de::DeserializeSeed as _;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Request, Status};

use super::{Authorized, Client, Error, read, request_id};
use crate::json::CONTRACT;

/// The services for daily work; what only an administrator does is not called by name.
const SERVICES: [&str; 2] = ["pluginhost.v1.PluginHostService", "pluginhost.v1.WarehouseService"];
const REQUEST_ID: &str = "request_id";

impl Client {
    /// Makes a unary call of the daily services by its name, such as `ListItems`.
    ///
    /// A request that has room for a `request_id` and none in it gets one. A call that only reads, or that the server
    /// knows again by this id, is repeated while the server can't be reached.
    pub async fn call<'request>(
        &self,
        method: &str,
        request: impl Deserializer<'request>,
    ) -> Result<DynamicMessage, Error> {
        let method = find(method).ok_or_else(|| Error::Failed(format!("there is no call {method:?}")))?;
        let mut request = method
            .input()
            .deserialize(request)
            .map_err(|error| Error::Failed(format!("{} was asked for wrongly: {error}", method.name())))?;
        let known_again = method.input().get_field_by_name(REQUEST_ID).is_some();
        if known_again && !request.has_field_by_name(REQUEST_ID) {
            request.set_field_by_name(REQUEST_ID, Value::String(request_id()));
        }
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let path = PathAndQuery::try_from(path).map_err(|error| Error::Failed(error.to_string()))?;
        let call = async |service: tonic::client::Grpc<Authorized>, request: DynamicMessage| {
            let mut service = service;
            service.ready().await.map_err(|error| Status::from_error(error.into()))?;
            service.unary(Request::new(request), path.clone(), Dynamic(method.output())).await
        };
        let service = tonic::client::Grpc::new(self.authorized());
        if known_again || only_reads(&method) {
            read(service, request, call).await
        } else {
            Ok(call(service, request).await?.into_inner())
        }
    }
}

fn find(method: &str) -> Option<MethodDescriptor> {
    SERVICES
        .iter()
        .filter_map(|service| CONTRACT.get_service_by_name(service))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .find(|found| found.name() == method && !found.is_server_streaming())
}

/// The contract's verbs for reading, as everywhere where gRPC services are named by the same rules.
fn only_reads(method: &MethodDescriptor) -> bool {
    ["Get", "List", "Explain"].iter().any(|verb| method.name().starts_with(verb))
}

/// Writes and reads messages that are described while the program runs.
struct Dynamic(MessageDescriptor);

impl Codec for Dynamic {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Dynamic;
    type Decoder = Dynamic;

    fn encoder(&mut self) -> Dynamic {
        Dynamic(self.0.clone())
    }

    fn decoder(&mut self) -> Dynamic {
        Dynamic(self.0.clone())
    }
}

impl Encoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, message: DynamicMessage, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.encode(buffer).map_err(|error| Status::internal(error.to_string()))
    }
}

impl Decoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        let message = DynamicMessage::decode(self.0.clone(), buffer);
        message.map(Some).map_err(|error| Status::internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_daily_services_are_called_by_name() {
        assert_eq!(find("ListItems").unwrap().output().full_name(), "pluginhost.v1.ListItemsResponse");
        assert!(find("Import").is_some());
        assert!(find("IssueKey").is_none());
        assert!(find("StreamStatus").is_none(), "a stream has its own way");
    }

    #[test]
    fn every_name_stands_for_one_call() {
        let services = SERVICES.map(|service| CONTRACT.get_service_by_name(service).unwrap());
        for method in services.iter().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            let same = find(method.name()).is_none_or(|found| found == method);
            assert!(same, "{} is in two services", method.name());
        }
    }

    #[test]
    fn what_is_taken_for_reading_changes_nothing() {
        for service in SERVICES.map(|service| CONTRACT.get_service_by_name(service).unwrap()) {
            for method in service.methods().filter(only_reads) {
                assert!(method.input().get_field_by_name(REQUEST_ID).is_none(), "{}", method.name());
            }
        }
    }
}
