//! What a store says about itself, and whether its token is good for the work.

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Error, Result, StoreApi,
    error::scope_of,
    http::parse,
    wire::{Envelope, text},
};

/// What is read with each scope, the least that shows whether it was granted; the first five are indispensable.
const PROBES: [(&str, &[(&str, &str)]); 7] = [
    ("v2/store", &[]),
    ("v3/catalog/products", &[("limit", "1"), ("include_fields", "name")]),
    ("v3/inventory/items", &[("limit", "1")]),
    ("v3/inventory/locations", &[("limit", "1")]),
    ("v2/orders", &[("limit", "1")]),
    ("v3/customers", &[("limit", "1")]),
    ("v3/channels", &[("limit", "1")]),
];
/// Where a store says how it treats its stock.
const SETTINGS: &str = "v3/settings/inventory";
/// How many of the probes an import needs.
const INDISPENSABLE: usize = 5;

/// What a store says about itself.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// ISO 4217 code of its currency.
    pub currency: String,
    /// Scopes an import needs and the token lacks.
    pub missing_scopes: Vec<&'static str>,
    /// Scopes that later work needs and the token lacks.
    pub missing_later: Vec<&'static str>,
}

/// How the store treats its stock (`GET /v3/settings/inventory`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// Whether stock is lowered when an order is placed, rather than when it is completed or shipped.
    pub decreases_when_placed: bool,
}

/// One of the store's locations.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its id.
    pub id: i64,
    /// Its label.
    pub label: String,
    /// Whether it is enabled.
    pub enabled: bool,
}

#[derive(Deserialize)]
struct WireStore {
    #[serde(deserialize_with = "text")]
    name: String,
    #[serde(default, deserialize_with = "text")]
    domain: String,
    #[serde(default, deserialize_with = "text")]
    currency: String,
    #[serde(default)]
    timezone: WireZone,
}

#[derive(Deserialize, Default)]
struct WireZone {
    #[serde(default, deserialize_with = "text")]
    name: String,
}

#[derive(Deserialize)]
struct WireSettings {
    update_stock_behavior: Option<String>,
}

#[derive(Deserialize)]
struct WireChannel {
    id: i64,
    #[serde(default, deserialize_with = "text")]
    name: String,
    #[serde(default, deserialize_with = "text")]
    status: String,
}

#[derive(Deserialize)]
struct WireLocation {
    id: i64,
    #[serde(default, deserialize_with = "text")]
    label: String,
    #[serde(default)]
    enabled: bool,
}

#[derive(Deserialize)]
struct WireOrphan {
    id: i64,
}

#[derive(Deserialize)]
struct WireSummary {
    variant_count: i64,
}

impl StoreApi {
    /// Tries the credentials and reads what the store says about itself.
    pub async fn profile(&self) -> Result<Profile> {
        let mut missing = Vec::new();
        let mut store = None;
        for (position, (path, query)) in PROBES.into_iter().enumerate() {
            match self.get(path, query).await {
                Ok(reply) if position == 0 => store = Some(parse::<WireStore>(path, &reply.body)?),
                Ok(_) => {}
                Err(Error::Forbidden { .. }) => missing.push((position, scope_of(path))),
                Err(error) => return Err(error),
            }
        }
        let (now, later): (Vec<_>, Vec<_>) =
            missing.into_iter().partition(|(position, _)| *position < INDISPENSABLE);
        let scopes =
            |missing: Vec<(usize, &'static str)>| missing.into_iter().map(|(_, scope)| scope).collect();
        let store = store.unwrap_or(WireStore {
            name: String::new(),
            domain: String::new(),
            currency: String::new(),
            timezone: WireZone::default(),
        });
        let zone_known = jiff::tz::TimeZone::get(&store.timezone.name).is_ok();
        Ok(Profile {
            name: store.name,
            domain: store.domain,
            time_zone: if zone_known { store.timezone.name } else { "UTC".into() },
            currency: store.currency,
            missing_scopes: scopes(now),
            missing_later: scopes(later),
        })
    }

    /// The store's clock, to the second: as the last reply had it, or as the store says when it is asked.
    pub async fn store_time(&self) -> Result<Timestamp> {
        let path = "v2/time";
        let seen = || *self.clock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if seen().is_none() {
            self.get(path, &[]).await?;
        }
        let (date, at) = seen()
            .ok_or_else(|| Error::Unreadable { path: path.into(), what: "it has no Date header".into() })?;
        Ok(date + at.elapsed())
    }

    /// How the store treats its stock, as far as no channel has a rule of its own.
    pub async fn settings(&self) -> Result<StoreSettings> {
        let decreases_when_placed = self.deducts_when_placed(&[]).await?.ok_or_else(|| {
            let what = "it has no update_stock_behavior".to_owned();
            Error::Unreadable { path: SETTINGS.into(), what }
        })?;
        Ok(StoreSettings { decreases_when_placed })
    }

    /// The names of channels that sell and whose own rule of stock is another one than the store's (facts section 9); none
    /// where the token may not see channels.
    pub async fn channels_apart(&self, store: StoreSettings) -> Result<Vec<String>> {
        let path = "v3/channels";
        let sells = |channel: &WireChannel| matches!(channel.status.as_str(), "active" | "connected");
        let mut apart = Vec::new();
        for page in 1_i64.. {
            let reply = match self.get(path, &[("limit", "250"), ("page", &page.to_string())]).await {
                Err(Error::Forbidden { .. }) => break,
                reply => reply?,
            };
            let channels: Envelope<Vec<WireChannel>> = parse(path, &reply.body)?;
            if channels.data.is_empty() {
                break;
            }
            for channel in channels.data.into_iter().filter(sells) {
                let own = self.deducts_when_placed(&[("channel_id", &channel.id.to_string())]).await?;
                if own.is_some_and(|own| own != store.decreases_when_placed) {
                    apart.push(channel.name);
                }
            }
        }
        Ok(apart)
    }

    async fn deducts_when_placed(&self, of: &[(&str, &str)]) -> Result<Option<bool>> {
        let reply = self.get(SETTINGS, of).await?;
        let settings: Envelope<WireSettings> = parse(SETTINGS, &reply.body)?;
        match settings.data.update_stock_behavior.as_deref() {
            None => Ok(None),
            Some("order_placed") => Ok(Some(true)),
            Some("order_completed_or_shipped") => Ok(Some(false)),
            Some(other) => {
                let what = format!("update_stock_behavior is {other:?}");
                Err(Error::Unreadable { path: SETTINGS.into(), what })
            }
        }
    }

    /// The store's locations.
    pub async fn locations(&self) -> Result<Vec<Location>> {
        let path = "v3/inventory/locations";
        let reply = self.get(path, &[("limit", "1000")]).await?;
        let locations: Envelope<Vec<WireLocation>> = parse(path, &reply.body)?;
        let location =
            |wire: WireLocation| Location { id: wire.id, label: wire.label, enabled: wire.enabled };
        Ok(locations.data.into_iter().map(location).collect())
    }

    /// Ids of variants whose product is gone; the store lists and counts them still (facts section 18, 7).
    pub async fn orphan_variants(&self) -> Result<Vec<i64>> {
        let path = "v3/catalog/variants";
        let mut orphans = Vec::new();
        for page in 1_i64.. {
            let page = page.to_string();
            let query =
                [("product_id:in", "0"), ("include_fields", "id"), ("limit", "250"), ("page", page.as_str())];
            let reply = self.get(path, &query).await?;
            let found: Envelope<Vec<WireOrphan>> = parse(path, &reply.body)?;
            if found.data.is_empty() {
                break;
            }
            orphans.extend(found.data.into_iter().map(|orphan| orphan.id));
        }
        Ok(orphans)
    }

    /// How many variants the store counts itself.
    pub async fn variant_count(&self) -> Result<i64> {
        let path = "v3/catalog/summary";
        let reply = self.get(path, &[]).await?;
        Ok(parse::<Envelope<WireSummary>>(path, &reply.body)?.data.variant_count)
    }
}
