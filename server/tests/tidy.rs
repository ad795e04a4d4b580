//! The house rules that the compiler does not know: who may import whom, and how long a file may be.

use std::{fs, path::Path};

/// The rooms in their order; rooms in one list stand between the same two arrows and do not know each other.
const ORDER: &[&[&str]] = &[
    &["domain"],
    &["clock", "trace"],
    &["events", "bigcommerce", "settings", "post"],
    &["db", "secrets"],
    &["warehouse", "tls"],
    &["sync"],
    &["app"],
    &["schedule", "rpc", "serve", "operations"],
    &["monitoring", "telemetry"],
    &["lib"],
    &["main"],
];

/// Pairs that break the order, each with its reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("db", "events", "an event is a row first; the bus hears of it when the transaction is committed"),
    ("secrets", "db", "they share one spelling of bytes"),
    ("secrets", "settings", "the settings say where the files are"),
];

fn place(room: &str) -> usize {
    ORDER
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("room {room} has no place in the order"))
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The rooms that a source text names after `crate::`, alone or in braces.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("crate::") {
        let rest = &text[start + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for letter in group.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                match letter {
                    ',' if depth == 0 => found.push(std::mem::take(&mut word)),
                    _ if depth == 0 && !letter.is_whitespace() => word.push(letter),
                    _ => {}
                }
            }
            found.push(word);
        } else {
            found.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found
        .into_iter()
        .map(|path| path.split([':', '{']).next().unwrap_or_default().to_owned())
        .filter(|r| !r.is_empty())
        .collect()
}

#[test]
fn every_room_imports_only_what_is_to_its_left() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for file in files(&root) {
        let relative = file.strip_prefix(&root).expect("it is below the root");
        let first = relative.components().next().expect("it has a name").as_os_str().to_string_lossy();
        let room = first.trim_end_matches(".rs").to_owned();
        for import in imports(&fs::read_to_string(&file).expect("it can be read")) {
            let allowed = import == room
                || place(&import) < place(&room)
                || EXCEPTIONS.iter().any(|(from, to, _)| *from == room && *to == import);
            if !allowed {
                broken.push(format!("{} imports {import}", relative.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_import_reader_sees_groups_and_single_paths() {
    let text = "use crate::{db::{self, Db}, domain::run::Run, events::Bus};\nlet x = crate::rpc::y();";
    assert_eq!(imports(text), ["db", "domain", "events", "rpc"]);
}

#[test]
fn no_file_is_too_long_to_read_in_one_sitting() {
    let workspace =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in a workspace").to_owned();
    let mut long = Vec::new();
    for folder in ["server", "proto/src", "client-cli", "tests"] {
        for file in files(&workspace.join(folder)) {
            if file.extension().is_some_and(|extension| extension == "rs") {
                let lines = fs::read_to_string(&file).expect("it can be read").lines().count();
                if lines > 450 {
                    long.push(format!("{}: {lines} lines", file.display()));
                }
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn the_domain_neither_waits_nor_reads_nor_serialises() {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    for file in files(&domain) {
        let text = fs::read_to_string(&file).expect("it can be read");
        for word in ["async ", "tokio", "serde", "sqlx", "std::fs", "tonic"] {
            assert!(!text.contains(word), "{} contains {word:?}", file.display());
        }
    }
}
