//! The query string of a request, read the way BigCommerce reads it.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::json::Fields;
use super::reply::Problem;

/// Decoded parameters, sorted by name.
#[derive(Debug, Default, Clone)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Decodes a raw query string.
    pub(crate) fn parse(raw: &str) -> Self {
        let mut pairs: Vec<(String, String)> =
            form_urlencoded::parse(raw.as_bytes()).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        pairs.sort();
        Self { pairs }
    }

    /// The same text for every spelling and order of the same parameters.
    pub(crate) fn normalised(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.pairs {
            text.extend([name, "=", value, "&"]);
        }
        text
    }

    /// Whether any parameter's name begins so.
    pub(crate) fn has_prefix(&self, prefix: &str) -> bool {
        self.pairs.iter().any(|(name, _)| name.starts_with(prefix))
    }

    /// The value of a parameter that is present and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.pairs.iter().find(|(candidate, _)| candidate == name)?;
        (!value.is_empty()).then_some(value)
    }

    /// A parameter that must be a number (or `true`/`false`) when present.
    pub(crate) fn value<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Problem> {
        self.text(name).map(|text| text.trim().parse().map_err(|_| Problem::invalid(name))).transpose()
    }

    /// A comma-separated parameter.
    pub(crate) fn list(&self, name: &str) -> Option<BTreeSet<String>> {
        Some(self.text(name)?.split(',').map(|part| part.trim().to_owned()).collect())
    }

    /// A comma-separated parameter of numbers.
    pub(crate) fn ids(&self, name: &'static str) -> Result<Option<BTreeSet<u32>>, Problem> {
        let Some(list) = self.list(name) else { return Ok(None) };
        list.iter()
            .map(|part| part.parse().map_err(|_| Problem::invalid(name)))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Which fields of each row are wanted.
    pub(crate) fn fields(&self) -> Fields {
        match (self.list("include_fields"), self.list("exclude_fields")) {
            (Some(only), _) => Fields::Only(only),
            (None, Some(except)) => Fields::Except(except),
            (None, None) => Fields::All,
        }
    }

    /// A v2 date. One that cannot be read is ignored, as the real store does: all orders come back.
    pub(crate) fn v2_date(&self, name: &str) -> Option<Timestamp> {
        let text = self.text(name)?;
        text.parse().ok().or_else(|| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok())
    }

    /// A v3 date: an instant, unix seconds, or a bare date, which gets the request's time of day.
    pub(crate) fn v3_date(&self, name: &'static str, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let instant = text
            .parse::<Timestamp>()
            .ok()
            .or_else(|| text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()))
            .or_else(|| {
                let time = TimeZone::UTC.to_datetime(now).time();
                TimeZone::UTC.to_timestamp(text.parse::<Date>().ok()?.to_datetime(time)).ok()
            });
        instant.map(Some).ok_or_else(|| Problem::invalid(name))
    }
    /// An instant, or a date with or without a time of day, which is taken as UTC.
    pub(crate) fn instant(&self, name: &'static str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let civil = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
        text.parse().ok().or_else(civil).map(Some).ok_or_else(|| Problem::invalid(name))
    }
}
