//! Shipping providers and methods become carriers (OQ-32).

use std::collections::{BTreeMap, BTreeSet};

use super::{Result, Work};
use crate::{
    bigcommerce::ShippingOption,
    domain::{
        carrier::{PROVIDERS, carrier_of},
        run::{Counts, PhaseKind},
    },
    warehouse::carriers::{self, Carrier},
};

/// Makes the carriers that shipping methods belong to, with every provider BigCommerce knows.
pub(super) async fn import(work: &Work, options: &[ShippingOption]) -> Result<()> {
    let found = group(options);
    let expected = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let mut tx = work.page().await?;
    let mut counts = Counts::default();
    for carrier in &found {
        match carriers::put(&work.db, &mut tx, work.place.division, carrier).await? {
            None => counts.created += 1,
            Some(true) => counts.updated += 1,
            Some(false) => counts.unchanged += 1,
        }
    }
    work.end_with(tx, PhaseKind::Carriers, counts, expected).await
}

/// The carriers of shipping methods, each method once with all its zones.
fn group(options: &[ShippingOption]) -> Vec<Carrier> {
    let mut carriers: BTreeMap<&str, BTreeMap<&str, BTreeSet<String>>> =
        PROVIDERS.iter().map(|(_, name)| (*name, BTreeMap::new())).collect();
    for option in options {
        let name = match option.method.trim() {
            "" => option.provider.as_str(),
            name => name,
        };
        let methods = carriers.entry(carrier_of(&option.provider)).or_default();
        methods.entry(name).or_default().insert(option.zone.clone());
    }
    carriers
        .into_iter()
        .map(|(name, methods)| Carrier {
            name: name.to_owned(),
            methods: methods.into_iter().map(|(name, zones)| (name.to_owned(), zones)).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_offered_in_two_zones_is_one_method() {
        let option = |zone: &str| ShippingOption {
            zone: zone.into(),
            method: "Ground".into(),
            provider: "fedex".into(),
        };
        let carriers = group(&[option("Domestic"), option("Europe")]);
        let fedex = carriers.iter().find(|carrier| carrier.name == "FedEx").unwrap();
        let zones = BTreeSet::from(["Domestic".to_owned(), "Europe".to_owned()]);
        assert_eq!(fedex.methods, [("Ground".to_owned(), zones)]);
    }
}
