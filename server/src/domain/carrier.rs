//! What stands for a carrier on the store's side (OQ-32).

/// The carrier that methods without a provider belong to: the store prices them itself.
pub const STORE_SHIPPING: &str = "Store shipping";

/// The carriers BigCommerce knows as shipping providers: code and name (facts section 11).
pub const PROVIDERS: [(&str, &str); 10] = [
    ("auspost", "Australia Post"),
    ("canadapost", "Canada Post"),
    ("endicia", "Endicia"),
    ("usps", "USPS"),
    ("fedex", "FedEx"),
    ("royalmail", "Royal Mail"),
    ("ups", "UPS"),
    ("upsready", "UPS"),
    ("upsonline", "UPS"),
    ("shipperhq", "ShipperHQ"),
];

/// The carrier of a shipping method's type.
pub fn carrier_of(provider: &str) -> &'static str {
    PROVIDERS.iter().find(|(code, _)| *code == provider).map_or(STORE_SHIPPING, |(_, name)| name)
}

/// BigCommerce's code of the provider that the words of a shipping method name; empty when they name none.
pub fn provider_in(method: &str) -> &'static str {
    let method = method.to_lowercase();
    let named = PROVIDERS.iter().find(|(_, name)| method.contains(&name.to_lowercase()));
    named.map_or("", |(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_tells_its_provider() {
        assert_eq!(provider_in("UPS Ground"), "ups");
        assert_eq!(provider_in("fedex 2 day"), "fedex");
        assert_eq!(provider_in("Flat rate"), "");
    }
}
