//! `admin keys`: who may do what.

use plugin_host_proto::client;
use plugin_host_proto::v1::{
    IssueKeyRequest, Key, KeyKind, ListKeysRequest, RevokeKeyRequest, RotateKeyRequest,
};

use crate::error::Error;
use crate::output::json::AsJson;
use crate::output::{Column, Table};
use crate::session::Session;
use crate::text::{self, Zone};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Action {
    /// List keys without their secrets, of one store with --store
    List,
    /// Issue another key, for one store with --store; its text is shown this once
    Issue {
        /// What it may do
        #[arg(long, value_enum)]
        kind: Kind,
        /// What to call it
        #[arg(long, default_value = "")]
        label: String,
    },
    /// Issue a key in place of another, which stops working
    Rotate {
        /// Id of the key
        key_id: String,
    },
    /// Make a key stop working
    Revoke {
        /// Id of the key
        key_id: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Everything, for every store
    Admin,
    /// Daily work with one store: the store key
    Operator,
    /// Reading one store
    Monitor,
    /// Reading every store
    MonitorAll,
}

impl From<Kind> for KeyKind {
    fn from(kind: Kind) -> KeyKind {
        match kind {
            Kind::Admin => KeyKind::Admin,
            Kind::Operator => KeyKind::Operator,
            Kind::Monitor => KeyKind::Monitor,
            Kind::MonitorAll => KeyKind::MonitorAll,
        }
    }
}

/// Lists, issues, rotates or revokes keys.
pub(crate) async fn run(action: Action, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let store_id = session.store_id.clone();
    let mut admin = session.client.admin();
    match action {
        Action::List => {
            let request = ListKeysRequest { store_id };
            let answer =
                client::read(admin, request, async |mut service, request| service.list_keys(request).await);
            let keys = answer.await?.keys;
            session.output.list(&keys, "no keys", table)
        }
        Action::Issue { kind, label } => {
            let request = IssueKeyRequest { kind: KeyKind::from(kind).into(), store_id, label };
            let answer = admin.issue_key(request).await?.into_inner();
            issued(session, &answer, answer.key.as_ref(), &answer.text)
        }
        Action::Rotate { key_id } => {
            let answer = admin.rotate_key(RotateKeyRequest { key_id }).await?.into_inner();
            issued(session, &answer, answer.key.as_ref(), &answer.text)
        }
        Action::Revoke { key_id } => {
            let answer = admin.revoke_key(RevokeKeyRequest { key_id }).await?.into_inner();
            let keys: Vec<Key> = answer.key.into_iter().collect();
            session.output.list(&keys, "the key is revoked", table)
        }
    }
}

/// Prints the key's text alone on its line, so that it can be piped.
fn issued(
    session: &mut Session<'_, '_>,
    answer: &impl AsJson,
    key: Option<&Key>,
    text: &str,
) -> Result<(), Error> {
    if session.output.is_json() {
        return session.output.json(answer);
    }
    if let Some(key) = key {
        let kind = text::key_kind(key.kind());
        session.output.note(&format!("{kind} key {}; keep it now, it is never shown again:", key.key_id));
    }
    session.output.line(&text::escape(text))
}

fn table(keys: &[Key]) -> Table {
    let zone = Zone::of("UTC");
    let mut table = Table::new(
        ["key", "kind", "store", "label", "issued at (UTC)", "revoked at (UTC)"].map(Column::text).into(),
    );
    for key in keys {
        table.row([
            &key.key_id,
            text::key_kind(key.kind()),
            &key.store_id,
            &key.label,
            &zone.time(key.issued_at.as_ref()),
            &zone.time(key.revoked_at.as_ref()),
        ]);
    }
    table
}
