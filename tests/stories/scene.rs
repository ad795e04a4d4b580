//! What most stories begin with.

use plugin_host_proto::{key::KeyKind, v1::IssueKeyRequest};
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
    let log = tracing_subscriber::fmt().with_test_writer().with_max_level(tracing_subscriber::filter::LevelFilter::WARN);
    // Another story may have been faster; one of them is enough.
    let _ = log.try_init();
    Server::start(home).await
}
