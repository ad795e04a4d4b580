//! Whether a command printed what a page shows.

use std::sync::LazyLock;

use regex::Regex;

/// What differs from one time to the next, and what stands for it.
static CHANGES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"\x1b\[[0-9;]*m", ""),
        (r"phk1\S*", "KEY"),
        (r"\b[0-9a-f]{16}\b", "ID"),
        (r"\b[0-9a-f]{64}\b", "DIGEST"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", "TIME"),
        (r"\b\d{4}-\d\d-\d\d\b", "DATE"),
        (r"\b\d+([.,]\d+)? (ms|s|min|h|days|KiB|MiB|GiB)\b", "SOME"),
        (r"\b\d+ of \d+ requests\b", "REQUESTS"),
        (r"[ \t]+", " "),
        (r"-{3,}", "---"),
    ]
    .map(|(pattern, instead)| (Regex::new(pattern).expect("it is a pattern"), instead))
    .into()
});

/// Lines that depend on how fast it went: progress of a run.
static PROGRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[a-z][a-z -]* (queued|running): ").expect("it is a pattern"));

/// A line without what differs from one time to the next.
fn lasting(line: &str) -> String {
    let lasting = CHANGES
        .iter()
        .fold(line.to_owned(), |line, (pattern, instead)| pattern.replace_all(&line, *instead).into_owned());
    lasting.trim().to_owned()
}

/// What was printed, without progress and without blank lines at its end.
pub(super) fn lines(printed: &str) -> Vec<String> {
    let mut lines: Vec<String> = printed
        .lines()
        .map(|line| line.trim_end().to_owned())
        .filter(|line| !PROGRESS.is_match(line))
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Whether what was printed is what is shown.
pub(super) fn same(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "…" => {
            (0..=printed.len()).any(|skipped| same(rest, &printed[skipped..]))
        }
        Some((first, rest)) => printed.split_first().is_some_and(|(line, more)| {
            let fits = match first.strip_suffix('…') {
                Some(beginning) => lasting(line).starts_with(&lasting(beginning)),
                None => lasting(line) == lasting(first),
            };
            fits && same(rest, more)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same(shown: &str, printed: &str) -> bool {
        same(&lines(shown), &lines(printed))
    }

    #[test]
    fn times_keys_and_widths_may_differ_and_nothing_else() {
        assert!(is_same("at 2026-11-25 02:40:09  took  1 s", "at 2027-01-01 12:00:00 took 22 s"));
        assert!(is_same("phk1.a.b", "phk1.c.d"));
        assert!(!is_same("4 records", "5 records"));
        assert!(!is_same("one\ntwo", "one"));
        assert!(!is_same("one", "one\ntwo"));
    }

    #[test]
    fn dots_stand_for_lines_and_rests() {
        assert!(is_same("one\n…\nfour", "one\ntwo\nthree\nfour"));
        assert!(is_same("one\n…", "one"));
        assert!(is_same("one and…", "one and two"));
        assert!(!is_same("…\nfour", "one\ntwo"));
    }

    #[test]
    fn progress_is_nobodys_promise() {
        assert!(is_same("done", "import running: products 4\nend-of-day queued: counts\ndone\n\n"));
    }
}
