//! Calls below the client that people use: any path, any bearer, any bytes.

use std::str::FromStr as _;

use tonic::{
    Request, Status,
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    transport::{Channel, Endpoint},
};
use tonic_prost::ProstCodec;

/// A connection without a key.
pub(crate) struct Raw {
    grpc: Grpc<Channel>,
}

impl Raw {
    /// Connects to a server that speaks plain text.
    pub(crate) async fn connect(port: u16) -> anyhow::Result<Self> {
        let channel = Endpoint::from_shared(format!("http://127.0.0.1:{port}"))?.connect().await?;
        Ok(Self { grpc: Grpc::new(channel) })
    }

    /// Calls an RPC such as `PluginHostService.Import` and waits for its first answer, of which nothing is read.
    pub(crate) async fn call<Message>(
        &mut self,
        rpc: &str,
        bearer: &str,
        message: Message,
    ) -> Result<(), Status>
    where
        Message: prost::Message + Default + 'static,
    {
        let path = format!("/pluginhost.v1.{}", rpc.replace('.', "/"));
        let path = PathAndQuery::from_str(&path).map_err(|error| Status::internal(error.to_string()))?;
        let mut request = Request::new(futures::stream::iter([message]));
        if !bearer.is_empty() {
            let value = format!("Bearer {bearer}").parse().map_err(|_| Status::internal("not a header"))?;
            request.metadata_mut().insert("authorization", value);
        }
        self.grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let codec = ProstCodec::<Message, ()>::default();
        let answers = self.grpc.streaming(request, path, codec).await?;
        answers.into_inner().message().await.map(drop)
    }
}
