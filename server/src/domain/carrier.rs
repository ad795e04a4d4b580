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
