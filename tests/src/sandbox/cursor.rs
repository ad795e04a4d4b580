//! Cursors: `after` and `before`, and the `meta.cursor_pagination` of the lists that have them.

use std::ops::Range;

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::paging::{Page, PageLimits};
use super::query::Query;
use super::reply::Problem;

/// The digits of base64 that need no escaping in a URL.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A place in a list: what the list is sorted by (blank when by id) and the id of the row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Cursor {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) key: String,
    pub(crate) id: u32,
}

impl Cursor {
    /// What clients see of it, such as `eyJpZCI6MjA0fQ`.
    fn text(&self) -> String {
        let json = serde_json::to_vec(self).expect("a cursor is a text and a number");
        let mut text = String::new();
        for bytes in json.chunks(3) {
            let bits =
                bytes.iter().fold(0, |bits, &byte| bits << 8 | usize::from(byte)) << (8 * (3 - bytes.len()));
            text.extend((0..=bytes.len()).map(|digit| char::from(DIGITS[bits >> (18 - 6 * digit) & 63])));
        }
        text
    }

    fn read(text: &str) -> Option<Self> {
        let mut json = Vec::new();
        for digits in text.trim_end_matches('=').as_bytes().chunks(4) {
            let mut bits = 0_u32;
            for &digit in digits {
                let value = DIGITS.iter().position(|&known| known == digit)?;
                bits = bits << 6 | u32::try_from(value).ok()?;
            }
            bits <<= 6 * (4 - digits.len());
            json.extend_from_slice(&bits.to_be_bytes()[1..digits.len()]);
        }
        serde_json::from_slice(&json).ok()
    }
}

/// Which rows of a list a client asks for.
pub(crate) enum Window {
    /// A numbered page.
    Page(Page),
    /// Those that follow a cursor.
    After(Cursor, usize),
    /// Those that precede a cursor.
    Before(Cursor, usize),
}

impl Window {
    /// Reads `after`, `before`, `page` and `limit`; a cursor makes `page` meaningless.
    pub(crate) fn read(query: &Query, limits: PageLimits) -> Result<Self, Problem> {
        let page = Page::read(query, limits)?;
        let cursor = |name: &'static str| {
            query.text(name).map(|text| Cursor::read(text).ok_or_else(|| Problem::invalid(name))).transpose()
        };
        match (cursor("after")?, cursor("before")?) {
            (None, None) => Ok(Self::Page(page)),
            (Some(after), None) => Ok(Self::After(after, page.limit)),
            (None, Some(before)) => Ok(Self::Before(before, page.limit)),
            (Some(_), Some(_)) => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The parameters 'after' and 'before' cannot be used together.",
            )),
        }
    }

    /// The positions of the rows asked for, in a list with these places, and the `meta` that goes with them.
    pub(crate) fn cut(&self, places: &[Cursor], descending: bool) -> (Range<usize>, Value) {
        let before =
            |place: &Cursor, cursor: &Cursor| if descending { place > cursor } else { place < cursor };
        let total = places.len();
        match self {
            Self::Page(page) => {
                let rows = page.range(total);
                let mut meta = page.meta(total, rows.len());
                if page.number == 1 {
                    meta["cursor_pagination"] = cursor_pagination(places, &rows, page.limit);
                }
                (rows, meta)
            }
            Self::After(cursor, limit) => {
                let start = places.partition_point(|place| before(place, cursor) || place == cursor);
                let rows = start..(start + limit).min(total);
                let meta = json!({ "cursor_pagination": cursor_pagination(places, &rows, *limit) });
                (rows, meta)
            }
            Self::Before(cursor, limit) => {
                let end = places.partition_point(|place| before(place, cursor));
                let rows = end.saturating_sub(*limit)..end;
                let meta = json!({ "cursor_pagination": cursor_pagination(places, &rows, *limit) });
                (rows, meta)
            }
        }
    }
}

/// The last page has an `end_cursor`, too: only the missing link says that nothing follows.
fn cursor_pagination(places: &[Cursor], rows: &Range<usize>, limit: usize) -> Value {
    let mut links = json!({});
    let mut meta = json!({ "count": rows.len(), "per_page": limit });
    if let [first, .., last] | [first @ last] = &places[rows.clone()] {
        let (start, end) = (first.text(), last.text());
        if rows.start > 0 {
            links["previous"] = json!(format!("?before={start}&limit={limit}"));
        }
        if rows.end < places.len() {
            links["next"] = json!(format!("?after={end}&limit={limit}"));
        }
        meta["start_cursor"] = json!(start);
        meta["end_cursor"] = json!(end);
    }
    meta["links"] = links;
    meta
}
