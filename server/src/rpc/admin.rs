//! `AdminService`: what only an administrator does.

use plugin_host_proto::{
    key::KeyKind,
    v1::{self, admin_service_server::AdminService},
};
use secrecy::{ExposeSecret as _, SecretString};
use tonic::{Request, Response, Status};

use super::{auth, convert, page};
use crate::{
    app::{App, Caller, Error, Issued},
    db::Key,
    domain::{configuration::Violation, run::PhaseKind, store::Store},
};

type Reply<T> = Result<Response<T>, Status>;

/// The service.
#[derive(Debug)]
pub(super) struct Admin {
    app: App,
}

impl Admin {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }

    async fn caller<T>(&self, request: &Request<T>, rpc: &str) -> Result<Caller, Status> {
        auth::caller(&self.app, request, rpc).await
    }

    /// The store with a hash; none where the hash is empty.
    async fn maybe_store(&self, caller: &Caller, hash: &str) -> Result<Option<Store>, Status> {
        if hash.is_empty() {
            return Ok(None);
        }
        self.app.store(caller, hash).await.map(Some).map_err(convert::status)
    }

    async fn wire_key(&self, key: Key) -> Result<v1::Key, Status> {
        let store_id = match key.store {
            Some(store) => self.app.db.store(store).await.map_err(db)?.map(|store| store.hash),
            None => None,
        };
        Ok(v1::Key {
            key_id: key.id,
            kind: v1::KeyKind::from(key.kind).into(),
            store_id: store_id.unwrap_or_default(),
            label: key.label,
            issued_at: Some(convert::at(key.issued_at)),
            revoked_at: key.revoked_at.map(convert::at),
        })
    }
}

fn db(error: crate::db::Error) -> Status {
    convert::status(Error::Db(error))
}

fn invalid(field: &'static str, message: impl Into<String>) -> Status {
    convert::status(Error::Invalid(vec![Violation::new(field, message)]))
}

#[tonic::async_trait]
impl AdminService for Admin {
    async fn connect_store(
        &self,
        request: Request<v1::ConnectStoreRequest>,
    ) -> Reply<v1::ConnectStoreResponse> {
        let caller = self.caller(&request, "AdminService.ConnectStore").await?;
        let request = request.into_inner();
        let token = SecretString::from(request.access_token.trim().to_owned());
        let grants = request.grants.map(convert::grants);
        let connected = self.app.connect_store(&caller, request.store_id.trim(), token, grants).await;
        let connected = connected.map_err(convert::status)?;
        let text = connected.store_key.map(|issued| issued.text.expose_secret().to_owned());
        Ok(Response::new(v1::ConnectStoreResponse {
            store: Some(convert::store(&connected.store)),
            store_key: text.unwrap_or_default(),
            division: connected.division,
        }))
    }

    async fn issue_key(&self, request: Request<v1::IssueKeyRequest>) -> Reply<v1::IssueKeyResponse> {
        let caller = self.caller(&request, "AdminService.IssueKey").await?;
        let request = request.into_inner();
        let kind = KeyKind::try_from(request.kind())
            .map_err(|_| invalid("kind", "Choose admin, operator, monitor or monitor of all."))?;
        let store = self.maybe_store(&caller, &request.store_id).await?;
        match (kind, &store) {
            (KeyKind::Operator | KeyKind::Monitor, None) => {
                return Err(invalid("store_id", "A key of this kind belongs to a store: name it."));
            }
            (KeyKind::Admin | KeyKind::MonitorAll, Some(_)) => {
                return Err(invalid(
                    "store_id",
                    "A key of this kind is for every store: leave the store empty.",
                ));
            }
            _ => {}
        }
        if request.label.chars().count() > 100 || request.label.chars().any(char::is_control) {
            return Err(invalid("label", "Use at most 100 characters, without control characters."));
        }
        let issued = self.app.issue_key(&caller, kind, store.as_ref(), &request.label).await;
        let Issued { key, text } = issued.map_err(convert::status)?;
        let key = Some(self.wire_key(key).await?);
        Ok(Response::new(v1::IssueKeyResponse { key, text: text.expose_secret().to_owned() }))
    }

    async fn list_keys(&self, request: Request<v1::ListKeysRequest>) -> Reply<v1::ListKeysResponse> {
        let caller = self.caller(&request, "AdminService.ListKeys").await?;
        let store = self.maybe_store(&caller, &request.into_inner().store_id).await?;
        let mut keys = Vec::new();
        for key in self.app.db.keys(store.map(|store| store.id)).await.map_err(db)? {
            keys.push(self.wire_key(key).await?);
        }
        Ok(Response::new(v1::ListKeysResponse { keys }))
    }

    async fn rotate_key(&self, request: Request<v1::RotateKeyRequest>) -> Reply<v1::RotateKeyResponse> {
        let caller = self.caller(&request, "AdminService.RotateKey").await?;
        let issued = self.app.rotate_key(&caller, &request.into_inner().key_id).await;
        let Issued { key, text } = issued.map_err(convert::status)?;
        let key = Some(self.wire_key(key).await?);
        Ok(Response::new(v1::RotateKeyResponse { key, text: text.expose_secret().to_owned() }))
    }

    async fn revoke_key(&self, request: Request<v1::RevokeKeyRequest>) -> Reply<v1::RevokeKeyResponse> {
        let caller = self.caller(&request, "AdminService.RevokeKey").await?;
        let key =
            self.app.revoke_key(&caller, &request.into_inner().key_id).await.map_err(convert::status)?;
        Ok(Response::new(v1::RevokeKeyResponse { key: Some(self.wire_key(key).await?) }))
    }

    async fn set_feature_grants(
        &self,
        request: Request<v1::SetFeatureGrantsRequest>,
    ) -> Reply<v1::SetFeatureGrantsResponse> {
        let caller = self.caller(&request, "AdminService.SetFeatureGrants").await?;
        let request = request.into_inner();
        let store = self.app.store(&caller, &request.store_id).await.map_err(convert::status)?;
        let grants = request.grants.map(convert::grants);
        let grants = grants
            .ok_or_else(|| invalid("grants", "Say what to grant; both switched off takes all away."))?;
        let store = self.app.set_grants(&caller, &store, grants).await.map_err(convert::status)?;
        Ok(Response::new(v1::SetFeatureGrantsResponse { store: Some(convert::store(&store)) }))
    }

    async fn reset_one_time_flag(
        &self,
        request: Request<v1::ResetOneTimeFlagRequest>,
    ) -> Reply<v1::ResetOneTimeFlagResponse> {
        let caller = self.caller(&request, "AdminService.ResetOneTimeFlag").await?;
        let request = request.into_inner();
        let store = self.app.store(&caller, &request.store_id).await.map_err(convert::status)?;
        let phase = match request.phase() {
            v1::PhaseKind::Products => PhaseKind::Products,
            v1::PhaseKind::Inventory => PhaseKind::Inventory,
            v1::PhaseKind::Carriers => PhaseKind::Carriers,
            _ => {
                return Err(invalid("phase", "Choose products, inventory or carriers."));
            }
        };
        let done = self.app.reset_one_time_flag(&caller, &store, phase, &request.confirmation).await;
        let (preview, reset) = done.map_err(convert::status)?;
        Ok(Response::new(v1::ResetOneTimeFlagResponse { preview, reset }))
    }

    async fn list_audit(&self, request: Request<v1::ListAuditRequest>) -> Reply<v1::ListAuditResponse> {
        let caller = self.caller(&request, "AdminService.ListAudit").await?;
        let request = request.into_inner();
        let store = self.maybe_store(&caller, &request.store_id).await?;
        let size = page::size(request.page_size)?;
        let before = page::number(&request.page_token)?;
        let found = self.app.db.audit_entries(store.map(|store| store.id), before, size).await.map_err(db)?;
        let next_page_token =
            page::token(found.len(), size, || found.last().map(|last| [last.id.to_string()]));
        let stores = self.app.stores(&caller).await.map_err(convert::status)?;
        let entries = found.into_iter().map(|entry| v1::AuditEntry {
            at: Some(convert::at(entry.at)),
            actor: entry.actor,
            store_id: stores
                .iter()
                .find(|store| entry.store == Some(store.id))
                .map(|store| store.hash.clone())
                .unwrap_or_default(),
            action: entry.action,
            old_value: entry.old_value,
            new_value: entry.new_value,
        });
        Ok(Response::new(v1::ListAuditResponse { entries: entries.collect(), next_page_token }))
    }
}
