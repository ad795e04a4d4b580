//! Every RPC against every kind of key.

use anyhow::{Context as _, ensure};
use plugin_host_proto::{FILE_DESCRIPTOR_SET, key::KeyKind};
use plugin_host_server::rpc::RULES;
use plugin_host_tests::{
    harness::{Engine, Home, Operator, options, store_with},
    sandbox::{Catalogue, Options},
};
use prost::Message as _;
use tonic::Code;

use crate::{
    raw::Raw,
    scene::{issue, start},
};

/// The names of all RPCs of the contract, such as `PluginHostService.Import`.
pub(crate) fn contract() -> anyhow::Result<Vec<String>> {
    let files = prost_types::FileDescriptorSet::decode(FILE_DESCRIPTOR_SET)?.file;
    let services =
        files.into_iter().filter(|file| file.package() == "pluginhost.v1").flat_map(|file| file.service);
    let rpcs = services.flat_map(|service| {
        let name = service.name().to_owned();
        service.method.into_iter().map(move |method| format!("{name}.{}", method.name()))
    });
    Ok(rpcs.collect())
}

#[test]
fn every_rpc_of_the_contract_has_a_rule_and_no_rule_is_left_over() -> anyhow::Result<()> {
    let mut contract = contract()?;
    let mut rules: Vec<String> = RULES.iter().map(|(rpc, _)| (*rpc).to_owned()).collect();
    contract.sort();
    rules.sort();
    ensure!(contract.len() > 25, "{contract:?}");
    ensure!(contract == rules, "{contract:?}\n{rules:?}");
    Ok(())
}

#[tokio::test]
async fn every_kind_of_key_may_do_what_its_rule_says_and_nothing_else() -> anyhow::Result<()> {
    let store = store_with(Options { catalogue: Catalogue::clean(1), ..options() }).await?;
    let mut home = Home::new(Engine::Sqlite, &store).await?;
    home.set("tls", "off");
    home.set("public_address", format!("http://127.0.0.1:{}", home.port()));
    let _server = start(&home).await?;
    Operator::ready(&home, &store).await?;
    let mut raw = Raw::connect(home.port()).await?;
    let mut keys = Vec::new();
    for kind in KeyKind::ALL {
        keys.push((kind, issue(&home, kind, store.store_hash()).await?.1.key));
    }
    for rpc in contract()? {
        let (_, rule) =
            RULES.iter().find(|(name, _)| *name == rpc).with_context(|| format!("{rpc} has no rule"))?;
        for (kind, key) in &keys {
            let code = raw.call(&rpc, key, ()).await.err().map(|status| status.code());
            let denied = matches!(code, Some(Code::PermissionDenied | Code::Unauthenticated));
            ensure!(
                denied != rule.allows(*kind),
                "{rpc} with a key of kind {kind}: {code:?}, the rule is {rule:?}"
            );
        }
        for bearer in ["", "nonsense", "phk1o_AAAA"] {
            let code = raw.call(&rpc, bearer, ()).await.err().map(|status| status.code());
            ensure!(code == Some(Code::Unauthenticated), "{rpc} with the bearer {bearer:?}: {code:?}");
        }
    }
    Ok(())
}
