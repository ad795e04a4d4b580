//! Everything that helps somebody else to help, and no secret: one text that can be read before it is sent.

use std::fmt::Write as _;

use secrecy::ExposeSecret as _;

use super::{Error, Finding, beside, words};
use crate::{
    clock::Clock,
    db::{Part, RUN_ORDERS},
    secrets,
    settings::Settings,
};

/// How many runs and events of each store are told.
const NEWEST: i64 = 20;
/// How many lines of a log are told.
const LOG_LINES: usize = 1_000;

/// The text; `log` is what the server has logged, if anybody knows.
pub async fn bundle(
    settings: &Settings,
    findings: &[Finding],
    log: &str,
    clock: Clock,
) -> Result<String, Error> {
    let mut text = format!(
        "Plugin Host for BigCommerce {}, {} on {}\nmade at {}\n\n== Settings\n{}\n\n== Doctor\n{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        clock.now(),
        without_password(&format!("{settings:#?}")),
        words(findings),
    );
    let mut secrets = vec![secrets::read(&secrets::key_file(settings))?.trim().to_owned()];
    let db = beside(settings, clock).await?;
    for store in db.stores().await? {
        if let Ok(token) = db.token(&store).await {
            secrets.push(token.expose_secret().to_owned());
        }
        let _ = writeln!(text, "\n== Store {}: {}, {:?}", store.hash, store.time_zone, store.state);
        if let Some(saved) = db.configuration(store.id).await? {
            // Such addresses often are as good as a key.
            secrets.push(saved.values.notify_webhook.clone());
            let _ = writeln!(text, "{:#?}", saved.values);
        }
        let _ = writeln!(text, "\n-- Runs, newest first");
        let newest = Part { order: RUN_ORDERS[0], is_descending: true, after: None, skip: 0, limit: NEWEST };
        for run in db.list_runs(store.id, &[], &newest).await?.rows {
            let phases: Vec<String> = run
                .phases
                .iter()
                .map(|phase| format!("{:?} {:?} {:?}", phase.kind, phase.state, phase.counts))
                .collect();
            let _ = writeln!(
                text,
                "{} {:?} {:?} dry={} asked {} by {} ended {} resumed {} {:?} {}",
                run.id.0,
                run.kind,
                run.state,
                run.dry_run,
                run.asked_at,
                run.asked_by,
                run.ended_at.map_or_else(|| "-".to_owned(), |at| at.to_string()),
                run.resumptions,
                run.problem,
                phases.join("; "),
            );
        }
        let _ = writeln!(text, "\n-- Parked records: {} in all", db.parked_count(store.id, "").await?);
        let _ = writeln!(text, "\n-- Events");
        let last = db.last_event(store.id).await?;
        for event in db.events_after(store.id, (last - NEWEST).max(0)).await?.unwrap_or_default() {
            let _ = writeln!(text, "{} {} {:?} {}", event.number, event.at, event.severity, event.message);
        }
    }
    db.close().await;
    let lines: Vec<&str> = log.lines().collect();
    let newest = &lines[lines.len().saturating_sub(LOG_LINES)..];
    let _ = writeln!(text, "\n== Log\n{}", newest.join("\n"));
    Ok(masked(&text, &secrets))
}

/// The settings without the password in the database's address.
fn without_password(settings: &str) -> String {
    let lines = settings.lines().map(|line| match line.split_once("://") {
        Some((before, after)) if after.contains('@') => {
            let rest = after.rsplit_once('@').map_or("", |(_, rest)| rest);
            format!("{before}://…@{rest}")
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text without these secrets, and without anything that looks like a key.
fn masked(text: &str, secrets: &[String]) -> String {
    let text = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "…"));
    let mut parts = text.split("phk1");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_graphic() && letter != '"');
        format!("{text}phk1…{rest}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tokens_and_passwords_are_left_out() {
        let secrets = ["token123".to_owned(), String::new()];
        assert_eq!(masked("a token123 b \"phk1.o.x\" c phk1.a.b", &secrets), "a … b \"phk1…\" c phk1…");
        assert_eq!(
            without_password("database_url: \"postgres://me:pa@ss@db/x\",\nother"),
            "database_url: \"postgres://…@db/x\",\nother"
        );
    }
}
