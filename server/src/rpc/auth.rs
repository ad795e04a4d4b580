//! Who may call what: one rule for every RPC, checked before anything else happens.

use plugin_host_proto::key::{KeyKind, StoreKey};
use tonic::{Request, Status, metadata::MetadataMap};

use crate::app::{App, Caller, working_key};

/// Which kinds of key may call an RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Every kind: it only reads.
    Read,
    /// Admin and operator: it changes one store's data.
    Operate,
    /// Admin only.
    Administer,
}

/// The rule of every RPC of the contract; a test walks the contract and fails where one is missing.
pub const RULES: [(&str, Rule); 50] = [
    ("PluginHostService.Import", Rule::Operate),
    ("PluginHostService.Sync", Rule::Operate),
    ("PluginHostService.EndOfDay", Rule::Operate),
    ("PluginHostService.Synchronize", Rule::Operate),
    ("PluginHostService.Reconcile", Rule::Operate),
    ("PluginHostService.SetSyncCursor", Rule::Operate),
    ("PluginHostService.Configure", Rule::Operate),
    ("PluginHostService.StreamStatus", Rule::Read),
    ("PluginHostService.ListStores", Rule::Read),
    ("PluginHostService.GetStatus", Rule::Read),
    ("PluginHostService.GetOverview", Rule::Read),
    ("PluginHostService.GetConfiguration", Rule::Read),
    ("PluginHostService.GetWebhookSecret", Rule::Operate),
    ("PluginHostService.ListRuns", Rule::Read),
    ("PluginHostService.GetRun", Rule::Read),
    ("PluginHostService.GetReport", Rule::Read),
    ("PluginHostService.ListReportExceptions", Rule::Read),
    ("PluginHostService.ListParkedRecords", Rule::Read),
    ("PluginHostService.ListParkedGroups", Rule::Read),
    ("PluginHostService.ResolveParkedRecord", Rule::Operate),
    ("PluginHostService.ExplainCount", Rule::Read),
    ("WarehouseService.ListDivisions", Rule::Read),
    ("WarehouseService.CreateDivision", Rule::Operate),
    ("WarehouseService.ListSites", Rule::Read),
    ("WarehouseService.CreateSite", Rule::Operate),
    ("WarehouseService.UpdateSite", Rule::Operate),
    ("WarehouseService.CreateLocation", Rule::Operate),
    ("WarehouseService.ListUoms", Rule::Read),
    ("WarehouseService.CreateUom", Rule::Operate),
    ("WarehouseService.ListItems", Rule::Read),
    ("WarehouseService.ListInventory", Rule::Read),
    ("WarehouseService.AdjustInventory", Rule::Operate),
    ("WarehouseService.ListCarriers", Rule::Read),
    ("WarehouseService.ListPickingOrders", Rule::Read),
    ("WarehouseService.GetPickingOrder", Rule::Read),
    ("WarehouseService.PickItem", Rule::Operate),
    ("WarehouseService.ClosePickingOrder", Rule::Operate),
    ("WarehouseService.ReopenPickingOrder", Rule::Operate),
    ("WarehouseService.CancelPickingOrder", Rule::Operate),
    ("WarehouseService.ListCustomers", Rule::Read),
    ("WarehouseService.ListChanges", Rule::Read),
    ("WarehouseService.ShipPickingOrder", Rule::Operate),
    ("AdminService.ConnectStore", Rule::Administer),
    ("AdminService.IssueKey", Rule::Administer),
    ("AdminService.ListKeys", Rule::Administer),
    ("AdminService.RotateKey", Rule::Administer),
    ("AdminService.RevokeKey", Rule::Administer),
    ("AdminService.SetFeatureGrants", Rule::Administer),
    ("AdminService.ResetOneTimeFlag", Rule::Administer),
    ("AdminService.ListAudit", Rule::Administer),
];

impl Rule {
    /// Whether a kind of key satisfies the rule.
    pub const fn allows(self, kind: KeyKind) -> bool {
        match self {
            Self::Read => true,
            Self::Operate => matches!(kind, KeyKind::Admin | KeyKind::Operator),
            Self::Administer => matches!(kind, KeyKind::Admin),
        }
    }
}

/// The caller of an RPC, whose key must work and satisfy the RPC's rule.
pub(super) async fn caller<T>(app: &App, request: &Request<T>, rpc: &str) -> Result<Caller, Status> {
    let text = bearer(request.metadata())?;
    let key = StoreKey::parse(text)
        .map_err(|error| Status::unauthenticated(format!("This key cannot be used: {error}")))?;
    let known = working_key(&app.db, &key).await.map_err(super::convert::status)?;
    let Some(key) = known else {
        return Err(Status::unauthenticated(
            "This server does not know the key: it was revoked, or belongs to another server. Ask for a new one.",
        ));
    };
    match RULES.iter().find(|(name, _)| *name == rpc) {
        Some((_, rule)) if rule.allows(key.kind) => Ok(Caller { key }),
        _ => Err(Status::permission_denied(format!("A key of kind {} may not call {rpc}.", key.kind))),
    }
}

fn bearer(metadata: &MetadataMap) -> Result<&str, Status> {
    let missing = || Status::unauthenticated("Send a key as `authorization: Bearer <key>`.");
    let value = metadata.get("authorization").ok_or_else(missing)?.to_str().map_err(|_| missing())?;
    let (scheme, text) = value.split_once(' ').ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(text.trim()) } else { Err(missing()) }
}
