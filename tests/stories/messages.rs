//! Messages that no client of ours would send.

use anyhow::ensure;
use plugin_host_tests::{
    harness::{Engine, Home, Operator, store},
    sandbox::Catalogue,
};
use tonic::Code;

use crate::{raw::Raw, scene::start};

/// A text field whose bytes are no text.
#[derive(Clone, PartialEq, prost::Message)]
struct NoText {
    #[prost(bytes = "vec", tag = "1")]
    store_id: Vec<u8>,
}

/// A field of another type than the contract's.
#[derive(Clone, PartialEq, prost::Message)]
struct WrongType {
    #[prost(string, tag = "2")]
    dry_run: String,
}

/// A field that the contract does not have.
#[derive(Clone, PartialEq, prost::Message)]
struct FromTheFuture {
    #[prost(string, tag = "900")]
    unheard_of: String,
}

#[tokio::test]
async fn oversized_and_malformed_messages_are_answered_and_the_server_goes_on() -> anyhow::Result<()> {
    let store = store(Catalogue::clean(1)).await?;
    let mut home = Home::new(Engine::Sqlite, &store).await?;
    home.set("tls", "off");
    home.set("public_address", format!("http://127.0.0.1:{}", home.port()));
    let _server = start(&home).await?;
    let key = Operator::ready(&home, &store).await?.key;
    let mut raw = Raw::connect(home.port()).await?;
    for rpc in ["PluginHostService.Import", "PluginHostService.GetStatus", "WarehouseService.ListItems"] {
        let oversized = NoText { store_id: vec![b'x'; 1024 * 1024] };
        let code = raw.call(rpc, &key, oversized).await.err().map(|status| status.code());
        ensure!(matches!(code, Some(Code::OutOfRange | Code::ResourceExhausted)), "{rpc}: {code:?}");
        let malformed = raw.call(rpc, &key, NoText { store_id: vec![0xff, 0xfe] }).await;
        ensure!(malformed.is_err(), "{rpc}");
        raw.call("PluginHostService.GetStatus", &key, ()).await?;
    }
    let mistyped = raw.call("PluginHostService.Import", &key, WrongType { dry_run: "yes".to_owned() }).await;
    ensure!(mistyped.is_err());
    // A newer client may say more than this server knows.
    raw.call("PluginHostService.GetStatus", &key, FromTheFuture { unheard_of: "?".to_owned() }).await?;
    let unknown = raw.call("PluginHostService.Unheard", &key, ()).await.err().map(|status| status.code());
    ensure!(unknown == Some(Code::Unimplemented), "{unknown:?}");
    Ok(())
}
