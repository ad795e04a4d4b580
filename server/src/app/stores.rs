//! Connecting stores and what administrators decide about them.

use plugin_host_proto::key::KeyKind;
use secrecy::{ExposeSecret, SecretString};

use super::{App, Caller, Connected, Error, Result, runs::set_schedule};
use crate::{
    bigcommerce::Urgency,
    db::{NewStore, Tx},
    domain::{
        configuration::Violation,
        run::PhaseKind,
        store::{Grants, Store},
    },
    events::{Change, Severity},
    warehouse::{items, places},
};

impl App {
    /// Connects a store after trying its credentials; one that is connected already gets the new token.
    pub async fn connect_store(
        &self,
        caller: &Caller,
        hash: &str,
        token: SecretString,
        grants: Option<Grants>,
    ) -> Result<Connected> {
        check_credentials(hash, &token)?;
        let api = self.api.store(hash, token.clone(), Urgency::Interactive);
        let profile = api.profile().await?;
        if !profile.missing_scopes.is_empty() {
            let scopes = profile.missing_scopes.join(", ");
            let message =
                format!("The token lacks these scopes: {scopes}. Create an API account that has them.");
            return Err(Error::Invalid(vec![Violation::new("access_token", message)]));
        }
        let known = self.db.store_by_hash(hash).await?;
        let new = NewStore {
            hash: hash.to_owned(),
            name: profile.name,
            domain: profile.domain,
            time_zone: profile.time_zone,
            currency: profile.currency,
            missing_scopes: profile.missing_later.iter().map(|&scope| scope.to_owned()).collect(),
        };
        let mut tx = self.db.begin().await?;
        let id = self.db.put_store(&mut tx, &new, &token).await?;
        let (division, grants) = if let Some(known) = &known {
            let known = Store { time_zone: new.time_zone, ..known.clone() };
            (String::new(), self.grant(&mut tx, &known, grants).await?)
        } else {
            let grants = grants.unwrap_or(Grants { standard: true, manual_sync: false });
            self.db.set_grants(&mut tx, id, grants).await?;
            (places::add_starting_division(&self.db, &mut tx, id).await?, grants)
        };
        let keys = self.db.keys(Some(id)).await?;
        let has_key = keys.iter().any(|key| key.kind == KeyKind::Operator && key.revoked_at.is_none());
        let store_key =
            if has_key { None } else { Some(self.new_key(&mut tx, KeyKind::Operator, Some(id), "").await?) };
        let action = if known.is_some() { "connected the store again" } else { "connected the store" };
        let values = (grants_json(known.map(|known| known.grants)), grants_json(Some(grants)));
        self.db.audit(&mut tx, &caller.name(), Some(id), action, values).await?;
        let message = format!("{} {action}.", caller.name());
        self.db.add_event(&mut tx, id, Severity::Info, message, Change::Store).await?;
        tx.commit(&self.bus).await?;
        Ok(Connected { store: self.existing_store(hash).await?, store_key, division })
    }

    /// Sets what a store was granted.
    pub async fn set_grants(&self, caller: &Caller, store: &Store, grants: Grants) -> Result<Store> {
        let mut tx = self.db.begin().await?;
        self.grant(&mut tx, store, Some(grants)).await?;
        let values = (grants_json(Some(store.grants)), grants_json(Some(grants)));
        self.db.audit(&mut tx, &caller.name(), Some(store.id), "set the feature grants", values).await?;
        let message = format!("The feature grants were set by {}.", caller.name());
        self.db.add_event(&mut tx, store.id, Severity::Info, message, Change::Store).await?;
        tx.commit(&self.bus).await?;
        self.existing_store(&store.hash).await
    }

    /// Grants something to a store, or takes it away; without any, nothing is due by the clock. Returns what it is granted
    /// then: what it was granted before, where nothing is said.
    async fn grant(&self, tx: &mut Tx, store: &Store, grants: Option<Grants>) -> Result<Grants> {
        self.db.lock_store(tx, store.id).await?;
        let known = self.db.store(store.id).await?;
        let (before, zone) =
            known.map_or((store.grants, String::new()), |store| (store.grants, store.time_zone));
        let grants = grants.unwrap_or(before);
        self.db.set_grants(tx, store.id, grants).await?;
        let saved = self.db.configuration(store.id).await?;
        if let Some(saved) = saved.filter(|_| before.any() != grants.any() || zone != store.time_zone) {
            let store = Store { grants, ..store.clone() };
            set_schedule(tx, &saved.values, &store, self.db.clock.now()).await?;
        }
        Ok(grants)
    }

    /// Notes that BigCommerce refuses a store's token, kept as `sealed`, once; a newer one is none of its business.
    pub async fn note_refused(&self, store: &Store, sealed: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !self.db.refuse_token(&mut tx, store.id, sealed).await? {
            return Ok(());
        }
        let message =
            "BigCommerce refuses the access token: connect the store again with a new one.".to_owned();
        self.db.add_event(&mut tx, store.id, Severity::Error, message, Change::Store).await?;
        Ok(tx.commit(&self.bus).await?)
    }

    /// Lets a phase of the initial dataset run once more (OQ-4); without confirmation only says what that means.
    pub async fn reset_one_time_flag(
        &self,
        caller: &Caller,
        store: &Store,
        phase: PhaseKind,
        confirmation: &str,
    ) -> Result<(String, bool)> {
        let variants = items::bound_variants(&self.db, store.id).await?;
        let bound = items::bound_items(&self.db, store.id).await?;
        let preview = match phase {
            PhaseKind::Products => format!(
                "{variants} variants have {bound} items already: they are compared and brought up to date, none is made twice."
            ),
            PhaseKind::Inventory => format!(
                "{bound} items may have inventory already: where the store's count differs it is parked for a person, \
                 never put over the warehouse's own quantity."
            ),
            PhaseKind::Carriers => "Carriers that exist are kept; new shipping methods are added.".to_owned(),
            _ => {
                let message =
                    "Orders, shipments and counts are never done for ever: there is nothing to reset.";
                return Err(Error::Invalid(vec![Violation::new("phase", message)]));
            }
        };
        if confirmation.is_empty() {
            return Ok((preview, false));
        }
        if confirmation != store.hash {
            let message = format!("Type the store hash {} to confirm.", store.hash);
            return Err(Error::Invalid(vec![Violation::new("confirmation", message)]));
        }
        let mut tx = self.db.begin().await?;
        let reset = self.db.reset_one_time_flag(&mut tx, store.id, phase).await?;
        if reset {
            let action = format!("reset the one-time flag of {}", crate::sync::label(phase).to_lowercase());
            self.db.audit(&mut tx, &caller.name(), Some(store.id), &action, Default::default()).await?;
            let message = format!("{} {action}.", caller.name());
            self.db.add_event(&mut tx, store.id, Severity::Warning, message, Change::Store).await?;
        }
        tx.commit(&self.bus).await?;
        Ok((preview, reset))
    }

    async fn existing_store(&self, hash: &str) -> Result<Store> {
        self.db.store_by_hash(hash).await?.ok_or_else(|| Error::NotFound(format!("store {hash}")))
    }
}

fn grants_json(grants: Option<Grants>) -> String {
    grants.map_or_else(String::new, |grants| {
        serde_json::json!({ "standard": grants.standard, "manual_sync": grants.manual_sync }).to_string()
    })
}

/// Refuses what cannot be a store hash or a token before it is sent anywhere.
fn check_credentials(hash: &str, token: &SecretString) -> Result<()> {
    let mut violations = Vec::new();
    let plain = |text: &str, most: usize| {
        !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if !plain(hash, 32) {
        let message = "The store hash is the part after /stores/ in the API path: letters and digits only.";
        violations.push(Violation::new("store_id", message));
    }
    if token.expose_secret().starts_with("phk") {
        violations.push(Violation::new(
            "access_token",
            "This is a key of this server, not a BigCommerce access token.",
        ));
    } else if !plain(token.expose_secret(), 128) {
        let message = "A BigCommerce access token is letters and digits only, without quotes or spaces.";
        violations.push(Violation::new("access_token", message));
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}
