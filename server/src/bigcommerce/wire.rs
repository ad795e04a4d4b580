//! BigCommerce's JSON, as tolerant as it must be and no more.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de};

/// A v3 answer.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) data: T,
    #[serde(default)]
    pub(super) meta: Meta,
}

#[derive(Deserialize, Default)]
pub(super) struct Meta {
    #[serde(default)]
    pub(super) pagination: Pagination,
    #[serde(default)]
    pub(super) cursor_pagination: Option<CursorPagination>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct CursorPagination {
    #[serde(deserialize_with = "text")]
    pub(super) end_cursor: String,
    pub(super) links: CursorLinks,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct CursorLinks {
    pub(super) next: Option<String>,
}

#[derive(Deserialize, Default)]
pub(super) struct Pagination {
    #[serde(default)]
    pub(super) total: i64,
}

/// A decimal in ten-thousandths, which arrives as a number, a string or null (facts section 10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Decimal(pub(super) Option<i64>);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Decimal;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a decimal as a number, a string or null")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Decimal, E> {
                Ok(Decimal(None))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Decimal, E> {
                value
                    .checked_mul(10_000)
                    .map(|value| Decimal(Some(value)))
                    .ok_or_else(|| E::custom("out of range"))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Decimal, E> {
                self.visit_i64(i64::try_from(value).map_err(E::custom)?)
            }

            #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Decimal, E> {
                let scaled = (value * 10_000.0).round();
                if scaled.abs() < 9e15 {
                    Ok(Decimal(Some(scaled as i64)))
                } else {
                    Err(E::custom("out of range"))
                }
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                let text = text.trim();
                if text.is_empty() {
                    return Ok(Decimal(None));
                }
                decimal(text)
                    .map(|value| Decimal(Some(value)))
                    .ok_or_else(|| E::custom(format!("no decimal: {text:?}")))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// `-12.3456` in ten-thousandths; further digits are rounded half away from zero.
fn decimal(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let mut value: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    for place in 0..4 {
        let digit = fraction.as_bytes().get(place).map_or(0, |byte| i64::from(byte - b'0'));
        value = value.checked_mul(10)?.checked_add(digit)?;
    }
    if fraction.as_bytes().get(4).is_some_and(|byte| *byte >= b'5') {
        value = value.checked_add(1)?;
    }
    Some(if negative { -value } else { value })
}

/// A text that may be null.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let mut text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    // PostgreSQL keeps no such character.
    text.retain(|character| character != '\0');
    Ok(text)
}

/// An instant of an HTTP `Date` header.
pub(super) fn http_date(value: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()
}

/// The words of an error, in either of the two shapes (facts section 1); never the whole body.
pub(super) fn error_message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct V2 {
        #[serde(default, deserialize_with = "text")]
        message: String,
    }
    #[derive(Deserialize)]
    struct V3 {
        #[serde(default, deserialize_with = "text")]
        title: String,
        #[serde(default)]
        errors: serde_json::Value,
    }
    let words = if let Ok(errors) = serde_json::from_slice::<Vec<V2>>(body) {
        errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; ")
    } else if let Ok(error) = serde_json::from_slice::<V3>(body) {
        let details = error.errors.as_object().filter(|fields| !fields.is_empty());
        details.map_or(error.title.clone(), |fields| {
            let fields: Vec<String> = fields.iter().map(|(field, what)| format!("{field}: {what}")).collect();
            format!("{} ({})", error.title, fields.join("; "))
        })
    } else {
        String::new()
    };
    let words: String = words.chars().filter(|c| !c.is_control()).take(300).collect();
    if words.is_empty() { "no explanation".into() } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Decimal> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn a_price_is_read_as_number_string_or_null() {
        assert_eq!(read("19.95"), Some(Decimal(Some(199_500))));
        assert_eq!(read("\"62.6793\""), Some(Decimal(Some(626_793))));
        assert_eq!(read("\"-0.5\""), Some(Decimal(Some(-5_000))));
        assert_eq!(read("7"), Some(Decimal(Some(70_000))));
        assert_eq!(read("null"), Some(Decimal(None)));
        assert_eq!(read("\"\""), Some(Decimal(None)));
        assert_eq!(read("\"12,50\""), None);
        assert_eq!(read("1e300"), None);
    }

    #[test]
    fn both_error_shapes_become_words() {
        assert_eq!(error_message(br#"[{"status":404,"message":"Not there."}]"#), "Not there.");
        let v3 = br#"{"status":422,"title":"Bad","type":"/x","errors":{"limit":"too large"}}"#;
        assert_eq!(error_message(v3), "Bad (limit: \"too large\")");
        assert_eq!(error_message(b"<html>"), "no explanation");
    }

    #[test]
    fn the_date_header_is_understood() {
        let parsed = http_date("Mon, 23 Nov 2026 12:00:44 GMT").unwrap();
        assert_eq!(parsed.to_string(), "2026-11-23T12:00:44Z");
    }
}
