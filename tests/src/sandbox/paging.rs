//! Pages: `page` and `limit`, and the `meta.pagination` of v3 lists.

use serde_json::{Value, json};

use super::json;
use super::query::Query;
use super::reply::{Problem, Reply};

/// How many rows a list gives when it is not told, and at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageLimits {
    pub(crate) default: usize,
    pub(crate) max: usize,
}

/// What most lists allow.
pub(crate) const USUAL: PageLimits = PageLimits { default: 50, max: 250 };
/// What the inventory lists allow.
pub(crate) const INVENTORY: PageLimits = PageLimits { default: 50, max: 1000 };

/// One page of a list; the first is 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    pub(crate) number: usize,
    pub(crate) limit: usize,
}

impl Page {
    /// Reads `page` and `limit`; a limit over the maximum is refused, not clamped.
    pub(crate) fn read(query: &Query, limits: PageLimits) -> Result<Self, Problem> {
        let number = query.value("page")?.unwrap_or(1);
        let limit = query.value("limit")?.unwrap_or(limits.default);
        if number == 0 {
            return Err(Problem::invalid("page"));
        }
        if limit == 0 {
            return Err(Problem::invalid("limit"));
        }
        if limit > limits.max {
            return Err(Problem::limit_too_large(limits.max));
        }
        Ok(Self { number, limit })
    }

    /// The same page with a lower limit.
    pub(crate) fn capped(self, max: usize) -> Self {
        Self { limit: self.limit.min(max), ..self }
    }

    /// The positions of this page's rows in a list of `total`.
    pub(crate) fn range(self, total: usize) -> std::ops::Range<usize> {
        let start = (self.number - 1).saturating_mul(self.limit).min(total);
        start..start.saturating_add(self.limit).min(total)
    }

    /// A v3 list reply with this page of `rows`, each written by `row`.
    pub(crate) fn v3_reply<T>(
        self,
        total: usize,
        rows: impl ExactSizeIterator<Item = T>,
        row: impl FnMut(&mut Vec<u8>, T),
    ) -> Reply {
        v3_reply(&self.meta(total, rows.len()), rows, row)
    }

    /// A v2 list reply: a bare array, or 204 without a body when there is nothing on the page.
    pub(crate) fn v2_reply<T>(self, all: &[T], row: impl Fn(&T) -> Value) -> Reply {
        Reply::v2_list(&all[self.range(all.len())].iter().map(row).collect::<Vec<_>>())
    }

    /// Where this page stands in a list of `total`.
    pub(crate) fn meta(self, total: usize, count: usize) -> Value {
        let total_pages = total.div_ceil(self.limit);
        let link = |page: usize| format!("?page={page}&limit={}", self.limit);
        let mut links = json!({ "current": link(self.number) });
        if self.number > 1 {
            links["previous"] = link(self.number - 1).into();
        }
        if self.number < total_pages {
            links["next"] = link(self.number + 1).into();
        }
        json!({
            "pagination": {
                "total": total,
                "count": count,
                "per_page": self.limit,
                "current_page": self.number,
                "total_pages": total_pages,
                "links": links,
            }
        })
    }
}

/// A v3 list reply with these rows, each written by `row`.
pub(crate) fn v3_reply<T>(
    meta: &Value,
    rows: impl ExactSizeIterator<Item = T>,
    row: impl FnMut(&mut Vec<u8>, T),
) -> Reply {
    let mut body = Vec::with_capacity(256 + rows.len() * 256);
    body.extend_from_slice(br#"{"data":"#);
    json::array(&mut body, rows, row);
    body.extend_from_slice(br#","meta":"#);
    json::write(&mut body, meta);
    body.push(b'}');
    Reply::json_bytes(body)
}
