//! Rendered pages, kept until the store changes, so that a repeated page is a look-up.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;

/// How many bytes of pages are kept; further pages are rendered each time.
const BUDGET: usize = 384 << 20;

/// What a page is kept by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PageKey {
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) gzip: bool,
}

/// Pages of one version of the store.
#[derive(Debug, Default)]
pub(crate) struct PageCache {
    pages: RwLock<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    version: u64,
    bytes: usize,
    bodies: HashMap<PageKey, Bytes>,
}

impl PageCache {
    /// The page, if it was rendered from this version.
    pub(crate) fn get(&self, version: u64, key: &PageKey) -> Option<Bytes> {
        let pages = self.pages.read().unwrap_or_else(PoisonError::into_inner);
        (pages.version == version).then(|| pages.bodies.get(key).cloned()).flatten()
    }

    /// Keeps a page rendered from this version, and forgets those of older ones.
    pub(crate) fn put(&self, version: u64, key: PageKey, body: &Bytes) {
        let mut pages = self.pages.write().unwrap_or_else(PoisonError::into_inner);
        if pages.version < version {
            *pages = Pages { version, ..Pages::default() };
        }
        if pages.version == version && pages.bytes + body.len() <= BUDGET {
            pages.bytes += body.len();
            pages.bodies.insert(key, body.clone());
        }
    }
}
