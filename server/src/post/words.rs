//! A message as people read it.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};

use super::{Entry, Message};
use crate::domain::health::Cause;

/// What the list of mails shows.
pub(super) fn subject(message: &Message) -> String {
    let store = escaped(&message.store.name);
    if message.needs_you.is_empty() {
        return format!("{store}: over: {}", names(&message.over));
    }
    let still = if message.needs_you.iter().any(|entry| entry.new) { "" } else { "still " };
    format!("{store} {still}needs you: {}", names(&message.needs_you))
}

/// The mail as plain text.
pub(super) fn text(message: &Message) -> String {
    let mut text = format!("{}\n", opening(message));
    for entry in &message.needs_you {
        let _ = write!(text, "\n* {}\n  {}\n", escaped(&entry.words), times(message, entry));
    }
    if !message.over.is_empty() {
        text.push_str("\nOver:\n");
    }
    for entry in &message.over {
        let _ = write!(text, "\n* {}\n  {}\n", escaped(&entry.words), times(message, entry));
    }
    let _ = write!(text, "\n-- \n{}\n", closing(message));
    text
}

/// The mail as HTML.
pub(super) fn html(message: &Message) -> String {
    let list = |entries: &[Entry]| {
        let lines = entries.iter().map(|entry| {
            let (words, times) = (in_html(&escaped(&entry.words)), in_html(&times(message, entry)));
            format!("<li>{words}<br><small>{times}</small></li>")
        });
        format!("<ul>{}</ul>", lines.collect::<String>())
    };
    let mut html = format!("<!doctype html><html><body><p>{}</p>", in_html(&opening(message)));
    if !message.needs_you.is_empty() {
        html.push_str(&list(&message.needs_you));
    }
    if !message.over.is_empty() {
        let _ = write!(html, "<p>Over:</p>{}", list(&message.over));
    }
    let _ = write!(html, "<p><small>{}</small></p></body></html>", in_html(&closing(message)));
    html
}

fn opening(message: &Message) -> String {
    let store = escaped(&message.store.name);
    if message.needs_you.is_empty() {
        format!("Nothing of {store} needs you any more.")
    } else {
        format!("{store} needs you.")
    }
}

fn closing(message: &Message) -> String {
    format!(
        "Store {}. The Plugin Host writes to whom the store's configuration names under Notifications.",
        escaped(&message.store.id)
    )
}

fn names(entries: &[Entry]) -> String {
    let name = |entry: &Entry| {
        Cause::from_word(&entry.cause).map_or(escaped(&entry.cause), |cause| cause.name().into())
    };
    entries.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn times(message: &Message, entry: &Entry) -> String {
    let zone = TimeZone::get(&message.store.time_zone).unwrap_or(TimeZone::UTC);
    let time = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let until = entry.over_at.map(|at| format!(" until {}", time(at))).unwrap_or_default();
    format!("since {}{until}, {}", time(entry.since), zone.iana_name().unwrap_or("UTC"))
}

/// The text with what could deceive a reader, or end a line, spelled out.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, letter| {
        match letter {
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                safe.extend(letter.escape_default());
            }
            letter if letter.is_control() => safe.extend(letter.escape_default()),
            letter => safe.push(letter),
        }
        safe
    })
}

fn in_html(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut html, letter| {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            letter => html.push(letter),
        }
        html
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::post::Subject;

    /// A message with everything that strangers may write into one.
    pub(in crate::post) fn message() -> Message {
        let at = |text: &str| text.parse().unwrap();
        let entry = Entry {
            cause: "END_OF_DAY".into(),
            words: "The last End of Day stopped: <script>alert('x')</script>\u{202e} & more\r\nBcc: all@acme.example".into(),
            failing: true,
            new: true,
            since: at("2026-11-24T00:05:00Z"),
            over_at: None,
        };
        Message {
            id: "abc123-1".into(),
            made_at: at("2026-11-24T00:10:00Z"),
            store: Subject {
                id: "abc123".into(),
                name: "Acme\r\nBcc: all@acme.example".into(),
                time_zone: "America/Chicago".into(),
            },
            over: vec![Entry {
                cause: "SYNC".into(),
                words: "The last sync stopped.".into(),
                over_at: Some(at("2026-11-24T00:07:00Z")),
                new: false,
                ..entry.clone()
            }],
            needs_you: vec![entry],
        }
    }

    #[test]
    fn a_message_says_what_and_since_when_in_the_stores_time() {
        let message = message();
        assert_eq!(subject(&message), "Acme\\r\\nBcc: all@acme.example needs you: End of Day");
        let text = text(&message);
        assert!(text.contains("\n* The last sync stopped.\n  since 2026-11-23 18:05 until 2026-11-23 18:07, America/Chicago\n"), "{text}");
        let over = Message { needs_you: Vec::new(), ..message };
        assert!(subject(&over).ends_with(": over: sync"));
    }

    #[test]
    fn what_strangers_wrote_stays_text() {
        let (text, html) = (text(&message()), html(&message()));
        assert!(!text.contains('\r') && !text.contains("\nBcc:") && !text.contains('\u{202e}'), "{text}");
        assert!(
            html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\\u{202e} &amp; more"),
            "{html}"
        );
        assert!(!html.contains("<script"), "{html}");
    }
}
