//! What most stories begin with.

use std::time::Duration;

use plugin_host_proto::{
    client::{StatusStream, Update},
    key::KeyKind,
    v1::{FeatureGrants, IssueKeyRequest, SetFeatureGrantsRequest, StreamStatusResponse},
};
use plugin_host_tests::{
    harness::{Dataset, Engine, Home, Operator, Server, options, store_with},
    sandbox::{Catalogue, Options, Sandbox},
};

/// A store, a server for it, and an operator who has chosen the defaults.
pub(crate) struct Scene {
    pub(crate) operator: Operator,
    pub(crate) server: Server,
    pub(crate) home: Home,
    pub(crate) store: Sandbox,
}

/// Two stores on one server.
pub(crate) struct Neighbours {
    pub(crate) operator: Operator,
    pub(crate) first: Operator,
    pub(crate) home: Home,
    pub(crate) store: Sandbox,
    _server: Server,
}

impl Scene {
    pub(crate) async fn open(engine: Engine, catalogue: Catalogue) -> anyhow::Result<Self> {
        Self::with(engine, Options { catalogue, ..options() }).await
    }

    pub(crate) async fn with(engine: Engine, options: Options) -> anyhow::Result<Self> {
        let store = store_with(options).await?;
        let home = Home::new(engine, &store).await?;
        let server = start(&home).await?;
        let operator = Operator::ready(&home, &store).await?;
        Ok(Self { operator, server, home, store })
    }

    /// Everything the operator can see of the warehouse.
    pub(crate) async fn dataset(&self) -> anyhow::Result<Dataset> {
        Dataset::read(&self.operator).await
    }

    /// Connects a second store to the server; the first one is not within its reach any more.
    pub(crate) async fn with_second_store(self) -> anyhow::Result<Neighbours> {
        let Self { operator: first, server, mut home, .. } = self;
        server.stop().await?;
        let store = store_with(Options { store_hash: "second2".to_owned(), ..options() }).await?;
        home.set("bigcommerce_api", store.base_url());
        let server = start(&home).await?;
        let operator = Operator::of_new_store(&home, &store).await?;
        // A new connection: the old one went with the first server.
        let first = Operator::with_key(first.key)?;
        Ok(Neighbours { operator, first, home, store, _server: server })
    }

    /// Grants the store these features and no others.
    pub(crate) async fn grant(&self, standard: bool, manual_sync: bool) -> anyhow::Result<()> {
        let request = SetFeatureGrantsRequest {
            store_id: self.store.store_hash().to_owned(),
            grants: Some(FeatureGrants { standard, manual_sync }),
        };
        self.home.admin().await?.admin().set_feature_grants(request).await?;
        Ok(())
    }

    /// A new key for this store, or for all of them.
    pub(crate) async fn issue(&self, kind: KeyKind) -> anyhow::Result<(String, Operator)> {
        issue(&self.home, kind, self.store.store_hash()).await
    }
}

/// Issues a key and gives its id and whoever holds it.
pub(crate) async fn issue(home: &Home, kind: KeyKind, store: &str) -> anyhow::Result<(String, Operator)> {
    let request = IssueKeyRequest {
        kind: plugin_host_proto::v1::KeyKind::from(kind).into(),
        store_id: if kind.is_of_one_store() { store.to_owned() } else { String::new() },
        label: String::new(),
    };
    let issued = home.admin().await?.admin().issue_key(request).await?.into_inner();
    Ok((issued.key.unwrap_or_default().key_id, Operator::with_key(issued.text)?))
}

/// Starts a server whose warnings are shown with a story that fails.
pub(crate) async fn start(home: &Home) -> anyhow::Result<Server> {
    let log = tracing_subscriber::fmt()
        .with_test_writer()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN);
    // Another story may have been faster; one of them is enough.
    let _ = log.try_init();
    Server::start(home).await
}

/// The next event whose message contains some words.
pub(crate) async fn heard(stream: &mut StatusStream, words: &str) -> anyhow::Result<StreamStatusResponse> {
    loop {
        let update = tokio::time::timeout(Duration::from_mins(1), stream.next()).await??;
        if let Update::Event(event) = update
            && event.message.contains(words)
        {
            return Ok(*event);
        }
    }
}
