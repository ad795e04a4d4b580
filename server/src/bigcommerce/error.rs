//! What can go wrong with BigCommerce, by what the caller can do about it.

/// Why a call to BigCommerce did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The token is not valid for this store; only a new one helps.
    #[error(
        "BigCommerce refused the access token of store {store}; connect the store again with a valid one"
    )]
    Unauthorized {
        /// The store hash.
        store: String,
    },
    /// The token lacks a scope; only another API account helps.
    #[error("the access token lacks a permission for {path}; create an API account with the scope {scope}")]
    Forbidden {
        /// The path asked for.
        path: String,
        /// The scope that is needed.
        scope: &'static str,
    },
    /// There is no such thing.
    #[error("BigCommerce has nothing at {path}")]
    NotFound {
        /// The path asked for.
        path: String,
    },
    /// BigCommerce does not work at the moment; the same call may work later.
    #[error(
        "BigCommerce did not answer {path} after {attempts} attempts ({last}); it may be under maintenance"
    )]
    Unavailable {
        /// The path asked for.
        path: String,
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt met.
        last: String,
        /// Whether each answer took longer than the platform or the client waits; less may be answered in time.
        slow: bool,
    },
    /// The request itself was refused.
    #[error("BigCommerce refused {path} with {status}: {message}")]
    Refused {
        /// The path asked for.
        path: String,
        /// The HTTP status.
        status: u16,
        /// Its words.
        message: String,
    },
    /// The answer is not what the API describes.
    #[error("BigCommerce answered {path} with something unreadable: {what}")]
    Unreadable {
        /// The path asked for.
        path: String,
        /// What it was.
        what: String,
    },
    /// The answer is larger than a page may be; ask for less at a time.
    #[error("the answer of {path} is larger than {limit} bytes")]
    TooLarge {
        /// The path asked for.
        path: String,
        /// The largest answer that is read, in bytes.
        limit: usize,
    },
}

impl Error {
    /// Whether the same call may work later without anybody's help.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Whether a smaller page of the same list may be answered.
    pub(super) const fn asks_for_less(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::Unavailable { slow: true, .. })
    }
}

/// The scope that writing to a path needs: the one of reading it, without its ending.
pub(super) fn scope_to_write(path: &str) -> &'static str {
    let to_read = scope_of(path);
    to_read.strip_suffix("_read_only").unwrap_or(to_read)
}

/// The scope that a path needs to be read, or to be written as well where our work does both (BigCommerce API accounts
/// page; facts section 17).
pub(super) fn scope_of(path: &str) -> &'static str {
    const SCOPES: [(&str, &str); 8] = [
        ("v3/catalog", "store_v2_products_read_only"),
        ("v3/inventory/locations", "store_locations_read_only"),
        ("v3/inventory", "store_inventory"),
        ("v2/orders", "store_v2_orders"),
        ("v3/customers", "store_v2_customers_read_only"),
        ("v3/channels", "store_channel_settings_read_only"),
        ("v3/settings", "store_v2_information_read_only"),
        ("v2/", "store_v2_information_read_only"),
    ];
    SCOPES.iter().find(|(prefix, _)| path.starts_with(prefix)).map_or("of this API", |(_, scope)| scope)
}
