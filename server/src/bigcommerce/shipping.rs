//! Shipping methods of all zones: the nearest thing to carriers that BigCommerce lists (OQ-32).

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;

use super::{Result, StoreApi, products::AT_ONCE, wire::text};

/// One shipping method of one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippingOption {
    /// The zone's name.
    pub zone: String,
    /// The method's name, as shoppers see it.
    pub method: String,
    /// The provider's code, for example "usps", or a way of pricing such as "perorder".
    pub provider: String,
}

#[derive(Deserialize)]
struct WireZone {
    id: i64,
    #[serde(default, deserialize_with = "text")]
    name: String,
    #[serde(default = "yes")]
    enabled: bool,
}

#[derive(Deserialize)]
struct WireMethod {
    #[serde(default, deserialize_with = "text")]
    name: String,
    #[serde(rename = "type", default, deserialize_with = "text")]
    kind: String,
    #[serde(default = "yes")]
    enabled: bool,
}

const fn yes() -> bool {
    true
}

impl StoreApi {
    /// The enabled methods of all enabled zones.
    pub async fn shipping_options(&self) -> Result<Vec<ShippingOption>> {
        let zones: Vec<WireZone> = self.json("v2/shipping/zones", &[]).await?.unwrap_or_default();
        let zones: Vec<_> = zones.into_iter().filter(|zone| zone.enabled).collect();
        let of_zone = |zone: WireZone| {
            let api = self.clone();
            async move {
                let path = format!("v2/shipping/zones/{}/methods", zone.id);
                let methods: Vec<WireMethod> = api.json(&path, &[]).await?.unwrap_or_default();
                let enabled = methods.into_iter().filter(|method| method.enabled);
                Ok::<_, super::Error>(
                    enabled
                        .map(|method| ShippingOption {
                            zone: zone.name.clone(),
                            method: method.name,
                            provider: method.kind,
                        })
                        .collect::<Vec<_>>(),
                )
            }
        };
        let options: Vec<Vec<ShippingOption>> =
            stream::iter(zones).map(of_zone).buffered(AT_ONCE).try_collect().await?;
        Ok(options.concat())
    }
}
