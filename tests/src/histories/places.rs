//! Where goods are kept, and which of these places the store sells from.

use plugin_host_proto::v1::StockScope;

/// How many places there are.
pub(super) const PLACES: usize = 4;
/// Site and location of each: the default ones first, then others of the same site, then another site.
pub(super) const PLACE: [(&str, &str); PLACES] =
    [("HQ", "A-01"), ("HQ", "A-02"), ("HQ", "DAMAGED"), ("WEST", "B-01")];

/// What people chose about the places to sell from.
pub(super) struct Scope {
    /// In the words of the configuration.
    pub(super) kind: StockScope,
    /// The sites, where they are chosen one by one.
    pub(super) sites: &'static [&'static str],
    /// Places that never count.
    pub(super) excluded: &'static [&'static str],
    /// Which places that leaves.
    pub(super) sold_from: [bool; PLACES],
}

/// What people chose, by the number in a history.
pub(super) fn scope(number: u8) -> Scope {
    match number {
        0 => Scope {
            kind: StockScope::DefaultSite,
            sites: &[],
            excluded: &["HQ/DAMAGED"],
            sold_from: [true, true, false, false],
        },
        1 => Scope {
            kind: StockScope::DefaultLocation,
            sites: &[],
            excluded: &[],
            sold_from: [true, false, false, false],
        },
        2 => Scope {
            kind: StockScope::Sites,
            sites: &["HQ", "WEST"],
            excluded: &["HQ/DAMAGED", "HQ/A-02"],
            sold_from: [true, false, false, true],
        },
        _ => Scope {
            kind: StockScope::Division,
            sites: &[],
            excluded: &["HQ/DAMAGED"],
            sold_from: [true, true, false, true],
        },
    }
}

/// The place of a number that mostly means the usual one.
pub(super) fn mostly_usual(number: u8) -> usize {
    usize::from(number).saturating_sub(PLACES)
}
