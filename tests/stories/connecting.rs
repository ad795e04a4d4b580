//! Connecting a store: its credentials are tried, and what is wrong with them is said.

use anyhow::ensure;
use plugin_host_proto::v1::{ConnectStoreRequest, ConnectStoreResponse, ListStoresRequest};
use plugin_host_tests::{
    harness::{Engine, Home, Server, TOKEN, options, store_with},
    sandbox::{Fault, Matcher, Options, Sandbox, Script},
};
use tonic::{Code, Status};

use crate::{refusal::refusal, scene::start};

struct Unconnected {
    store: Sandbox,
    home: Home,
    _server: Server,
}

async fn unconnected(options: Options) -> anyhow::Result<Unconnected> {
    let store = store_with(options).await?;
    let home = Home::new(Engine::Sqlite, &store).await?;
    let server = start(&home).await?;
    Ok(Unconnected { store, home, _server: server })
}

impl Unconnected {
    async fn connect(
        &self,
        store_id: &str,
        access_token: &str,
    ) -> anyhow::Result<Result<ConnectStoreResponse, Status>> {
        let request = ConnectStoreRequest {
            store_id: store_id.to_owned(),
            access_token: access_token.to_owned(),
            grants: None,
        };
        let answer = self.home.admin().await?.admin().connect_store(request).await;
        Ok(answer.map(tonic::Response::into_inner))
    }

    async fn stores(&self) -> anyhow::Result<usize> {
        let answer = self.home.admin().await?.plugin_host().list_stores(ListStoresRequest {}).await?;
        Ok(answer.into_inner().stores.len())
    }
}

#[tokio::test]
async fn credentials_that_are_wrong_are_told_by_field_and_nothing_is_kept() -> anyhow::Result<()> {
    let scene = unconnected(options()).await?;
    let hash = scene.store.store_hash().to_owned();
    let wrong_token = TOKEN.replace('0', "9");
    for (store, token, field) in [
        (hash.as_str(), wrong_token.as_str(), "access_token"),
        ("another9", TOKEN, "access_token"),
        (hash.as_str(), "", "access_token"),
        (hash.as_str(), "two words", "access_token"),
        (hash.as_str(), "phk1o_AAAA", "access_token"),
        ("", TOKEN, "store_id"),
        ("../../../v2/orders", TOKEN, "store_id"),
        ("stores/abc", TOKEN, "store_id"),
    ] {
        let refused = refusal(scene.connect(store, token).await?)?;
        ensure!(
            refused.code == Code::InvalidArgument && refused.reasons == [field],
            "{store} {token}: {refused:?}"
        );
        ensure!(
            token.is_empty() || !refused.words.contains(token),
            "the token is repeated in {}",
            refused.words
        );
    }
    ensure!(scene.stores().await? == 0);
    ensure!(scene.connect(&hash, TOKEN).await?.is_ok());
    Ok(())
}

#[tokio::test]
async fn each_scope_that_is_missing_is_named() -> anyhow::Result<()> {
    let needed = ["store_v2_products", "store_inventory", "store_v2_orders", "store_v2_information"];
    for missing in needed {
        let scopes = options().scopes.into_iter().filter(|scope| !scope.starts_with(missing)).collect();
        let scene = unconnected(Options { scopes, ..options() }).await?;
        let refused = refusal(scene.connect(scene.store.store_hash(), TOKEN).await?)?;
        ensure!(refused.words.contains(missing), "{missing}: {refused:?}");
        ensure!(scene.stores().await? == 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_store_in_maintenance_is_told_as_such() -> anyhow::Result<()> {
    let scene = unconnected(options()).await?;
    scene.store.set_maintenance(true);
    let refused = refusal(scene.connect(scene.store.store_hash(), TOKEN).await?)?;
    ensure!(refused.code == Code::Unavailable && refused.words.contains("maintenance"), "{refused:?}");
    scene.store.set_maintenance(false);
    ensure!(scene.connect(scene.store.store_hash(), TOKEN).await?.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_person_hears_that_a_store_does_not_answer_before_the_client_gives_up() -> anyhow::Result<()> {
    for (fault, words) in [
        (Fault::Hang { ms: 86_400_000 }, "did not answer v2/store"),
        (Fault::Throttled { headers: true }, "429"),
    ] {
        let scene = unconnected(options()).await?;
        scene.store.script(Script::next(Matcher::path("/v2/store"), fault.clone()).times(u32::MAX));
        let refused = refusal(scene.connect(scene.store.store_hash(), TOKEN).await?)?;
        ensure!(refused.code == Code::Unavailable && refused.words.contains(words), "{fault:?}: {refused:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_web_page_or_broken_data_is_not_taken_for_a_store() -> anyhow::Result<()> {
    let hash = options().store_hash;
    for fault in [
        Fault::Html { status: 200 },
        Fault::Body { status: 200, body: "{\"id\": 1, \"name\": \"cut sh".to_owned() },
        Fault::Body { status: 200, body: "[]".to_owned() },
    ] {
        let scene = unconnected(options()).await?;
        scene.store.script(Script::next(Matcher::path("/v2/store"), fault.clone()).times(u32::MAX));
        let refused = refusal(scene.connect(&hash, TOKEN).await?)?;
        ensure!(
            matches!(refused.code, Code::Unavailable | Code::FailedPrecondition),
            "{fault:?}: {refused:?}"
        );
        ensure!(scene.stores().await? == 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_never_followed_with_the_token() -> anyhow::Result<()> {
    let scene = unconnected(options()).await?;
    scene
        .store
        .script(Script::next(Matcher::path("/v2/store"), Fault::Status { status: 302 }).times(u32::MAX));
    let refused = refusal(scene.connect(scene.store.store_hash(), TOKEN).await?)?;
    ensure!(refused.code == Code::FailedPrecondition && refused.words.contains("redirect"), "{refused:?}");
    Ok(())
}
