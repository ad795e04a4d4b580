//! `admin`: what only an administrator may.

use std::io::Read;
use std::path::PathBuf;

use clap::ValueEnum;
use plugin_host_proto::client;
use plugin_host_proto::v1::{
    AuditEntry, ConnectStoreRequest, CreateDivisionRequest, CreateLocationRequest, CreateSiteRequest,
    CreateUomRequest, FeatureGrants, ListAuditRequest, ListStoresRequest, PhaseKind, ResetOneTimeFlagRequest,
    SetFeatureGrantsRequest, Site, Store, UpdateSiteRequest,
};
use secrecy::ExposeSecret;

use super::keys;
use crate::args::{Paging, Switch};
use crate::error::Error;
use crate::output::json::AsJson;
use crate::output::{Column, Table};
use crate::session::{Session, secret_from};
use crate::text::{Zone, escape, on_off};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Action {
    /// Connect a BigCommerce store and issue its store key; again to replace its access token
    #[command(after_help = "Example: plugin-host admin connect-store abc12 --access-token-file token.txt")]
    ConnectStore {
        /// The BigCommerce store hash
        hash: String,
        /// File with the access token of a store-level API account, or "-" for standard input
        #[arg(long, value_name = "FILE|-")]
        access_token_file: PathBuf,
        /// What to grant; standard for a new store
        #[arg(long, value_enum)]
        grant: Option<Grant>,
    },
    /// Show what stores are granted, or grant something to one
    Grants {
        /// The store
        #[arg(requires = "grant")]
        hash: Option<String>,
        /// What it shall have
        #[arg(long, value_enum, requires = "hash")]
        grant: Option<Grant>,
    },
    /// List, issue, rotate and revoke keys
    Keys {
        #[command(subcommand)]
        action: keys::Action,
    },
    /// Let a phase of the initial dataset run once more; without --confirm only a preview
    ResetOneTimeFlag {
        /// The store
        hash: String,
        /// The phase
        #[arg(value_enum)]
        phase: PhaseArg,
        /// The store hash again, after you have read the preview
        #[arg(long, value_name = "HASH")]
        confirm: Option<String>,
    },
    /// Add a division to the warehouse
    CreateDivision {
        /// Its code
        division: String,
        /// Stores that may use it
        #[arg(long = "for-store", value_name = "HASH")]
        stores: Vec<String>,
    },
    /// Add a site to a division
    CreateSite {
        /// Code of the division
        division: String,
        /// Its code
        site: String,
        /// Auto Delete Inventory Records with 0 Quantity
        #[arg(long)]
        auto_delete_zero: bool,
    },
    /// Add a location to a site
    CreateLocation {
        /// Code of the division
        division: String,
        /// Code of the site
        site: String,
        /// Its code
        location: String,
    },
    /// Add a unit of measure to a division
    CreateUom {
        /// Code of the division
        division: String,
        /// Its code
        uom: String,
        /// How many eaches it holds
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
        each_count: i64,
    },
    /// Change the options of a site
    SiteOption {
        /// Code of the division
        division: String,
        /// Code of the site
        site: String,
        /// Auto Delete Inventory Records with 0 Quantity; switching it on deletes those that exist
        #[arg(long, value_enum, value_name = "SWITCH")]
        auto_delete_zero: Switch,
    },
    /// List what was changed and by whom, newest first; of one store with --store
    Audit {
        #[command(flatten)]
        paging: Paging,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Grant {
    Standard,
    ManualSync,
    Both,
    None,
}

impl From<Grant> for FeatureGrants {
    fn from(grant: Grant) -> FeatureGrants {
        FeatureGrants {
            standard: matches!(grant, Grant::Standard | Grant::Both),
            manual_sync: matches!(grant, Grant::ManualSync | Grant::Both),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PhaseArg {
    Products,
    Inventory,
    Carriers,
}

impl From<PhaseArg> for PhaseKind {
    fn from(phase: PhaseArg) -> PhaseKind {
        match phase {
            PhaseArg::Products => PhaseKind::Products,
            PhaseArg::Inventory => PhaseKind::Inventory,
            PhaseArg::Carriers => PhaseKind::Carriers,
        }
    }
}

/// Does what only an administrator may.
pub(crate) async fn run(
    action: Action,
    input: &mut dyn Read,
    session: &mut Session<'_, '_>,
) -> Result<(), Error> {
    let mut admin = session.client.admin();
    let mut warehouse = session.client.warehouse();
    match action {
        Action::ConnectStore { hash, access_token_file, grant } => {
            let token = secret_from(&access_token_file, input)?;
            let request = ConnectStoreRequest {
                store_id: hash,
                access_token: token.expose_secret().trim().to_owned(),
                grants: grant.map(FeatureGrants::from),
            };
            let answer = admin.connect_store(request).await?.into_inner();
            if session.output.is_json() {
                return session.output.json(&answer);
            }
            let store = answer.store.unwrap_or_default();
            let division = match answer.division.as_str() {
                "" => String::new(),
                division => format!(", with division {division}"),
            };
            let line = format!("{} ({}) is connected{division}", store.name, store.store_id);
            session.output.note(&escape(&line));
            if answer.store_key.is_empty() {
                session.output.note("it keeps its store key; `plugin-host admin keys issue` makes another");
                return Ok(());
            }
            session.output.note("its store key follows; keep it now, it is never shown again:");
            session.output.line(&escape(&answer.store_key))
        }
        Action::Grants { hash: Some(store_id), grant } => {
            let request = SetFeatureGrantsRequest { store_id, grants: grant.map(FeatureGrants::from) };
            let answer = admin.set_feature_grants(request).await?.into_inner();
            session.output.list(answer.store.as_slice(), "the grants are set", grants_table)
        }
        Action::Grants { hash: None, .. } => {
            let service = session.client.plugin_host();
            let answer = client::read(service, ListStoresRequest {}, async |mut service, request| {
                service.list_stores(request).await
            });
            let stores = answer.await?.stores;
            session.output.list(&stores, "no store is connected", grants_table)
        }
        Action::Keys { action } => keys::run(action, session).await,
        Action::ResetOneTimeFlag { hash, phase, confirm } => {
            let request = ResetOneTimeFlagRequest {
                store_id: hash.clone(),
                phase: PhaseKind::from(phase).into(),
                confirmation: confirm.unwrap_or_default(),
            };
            let answer = admin.reset_one_time_flag(request).await?.into_inner();
            if session.output.is_json() {
                return session.output.json(&answer);
            }
            session.output.line(&escape(&answer.preview))?;
            let words = if answer.reset {
                "the phase may run once more".to_owned()
            } else {
                format!("nothing was changed; add `--confirm {hash}` to do it")
            };
            session.output.note(&words);
            Ok(())
        }
        Action::CreateDivision { division, stores } => {
            let request = CreateDivisionRequest { division, store_ids: stores };
            let answer = warehouse.create_division(request).await?.into_inner();
            let stores = answer.division.clone().unwrap_or_default().store_ids.join(", ");
            done(session, &answer, &format!("the division is there, for {stores}"))
        }
        Action::CreateSite { division, site, auto_delete_zero } => {
            let auto_delete_zero_quantity = auto_delete_zero;
            let request = CreateSiteRequest { division, site, auto_delete_zero_quantity };
            let answer = warehouse.create_site(request).await?.into_inner();
            done(session, &answer, &site_words(answer.site.as_ref()))
        }
        Action::CreateLocation { division, site, location } => {
            let request = CreateLocationRequest { division, site, location };
            let answer = warehouse.create_location(request).await?.into_inner();
            done(session, &answer, &site_words(answer.site.as_ref()))
        }
        Action::CreateUom { division, uom, each_count } => {
            let request = CreateUomRequest { division, uom, each_count };
            let answer = warehouse.create_uom(request).await?.into_inner();
            done(session, &answer, "the unit of measure is there")
        }
        Action::SiteOption { division, site, auto_delete_zero } => {
            let auto_delete_zero_quantity = auto_delete_zero.is_on();
            let request = UpdateSiteRequest { division, site, auto_delete_zero_quantity };
            let answer = warehouse.update_site(request).await?.into_inner();
            done(session, &answer, &site_words(answer.site.as_ref()))
        }
        Action::Audit { paging } => audit(&paging, session).await,
    }
}

fn done(session: &mut Session<'_, '_>, answer: &impl AsJson, words: &str) -> Result<(), Error> {
    if session.output.is_json() { session.output.json(answer) } else { session.output.line(&escape(words)) }
}

fn site_words(site: Option<&Site>) -> String {
    site.map_or_else(String::new, |site| {
        format!(
            "site {} of division {}: locations {}; Auto Delete Inventory Records with 0 Quantity is {}",
            site.site,
            site.division,
            if site.locations.is_empty() { "none".to_owned() } else { site.locations.join(", ") },
            on_off(site.auto_delete_zero_quantity)
        )
    })
}

fn grants_table(stores: &[Store]) -> Table {
    let mut table = Table::new(["store", "name", "standard", "manual sync"].map(Column::text).into());
    for store in stores {
        let grants = store.grants.unwrap_or_default();
        table.row([&store.store_id, &store.name, on_off(grants.standard), on_off(grants.manual_sync)]);
    }
    table
}

async fn audit(paging: &Paging, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let store_id = session.store_id.clone();
    let entries = session
        .pages(paging, async |client, page_size, page_token| {
            let request = ListAuditRequest { store_id: store_id.clone(), page_size, page_token };
            let answer = client::read(client.admin(), request, async |mut service, request| {
                service.list_audit(request).await
            });
            let answer = answer.await?;
            Ok((answer.entries, answer.next_page_token))
        })
        .await?;
    session.output.list(&entries, "nothing was changed yet", audit_table)
}

fn audit_table(entries: &[AuditEntry]) -> Table {
    let zone = Zone::of("UTC");
    let heads = ["at (UTC)", "who", "store", "what", "before", "after"];
    let mut table = Table::new(heads.map(Column::text).into());
    for entry in entries {
        table.row([
            &zone.time(entry.at.as_ref()),
            &entry.actor,
            &entry.store_id,
            &entry.action,
            &entry.old_value,
            &entry.new_value,
        ]);
    }
    table
}
