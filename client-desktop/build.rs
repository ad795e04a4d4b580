//! Makes the context of the Tauri window, the permissions of its commands, and the list of what is compiled in.

use std::{collections::BTreeSet, error::Error, fs, path::PathBuf, process::Command};

use serde::Serialize;

/// Every command of the window; one that is missing here can't be called.
const COMMANDS: [&str; 19] = [
    "kept_stores",
    "look_at_key",
    "look_at_key_file",
    "ask_store",
    "connect",
    "connect_from_file",
    "choose_store",
    "forget_store",
    "copy_key",
    "show_key",
    "call",
    "read",
    "watch",
    "preferences",
    "save_preferences",
    "about",
    "save_file",
    "note_unsaved",
    "leave",
];

/// Something that is part of the program, and its terms.
#[derive(Eq, Ord, PartialEq, PartialOrd, Serialize)]
struct Part {
    name: String,
    version: String,
    licence: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let commands = tauri_build::AppManifest::new().commands(&COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;

    let mut parts = crates()?;
    parts.extend(packages()?);
    fs::write(variable("OUT_DIR")?.join("parts.json"), serde_json::to_vec(&parts)?)?;
    println!("cargo::rerun-if-changed=../Cargo.lock");
    println!("cargo::rerun-if-changed=ui/package-lock.json");
    Ok(())
}

/// The crates that are compiled into the program.
fn crates() -> Result<BTreeSet<Part>, Box<dyn Error>> {
    let mut tree = Command::new(variable("CARGO")?);
    let target = variable("TARGET")?;
    tree.args([
        "tree",
        "--offline",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}\t{l}",
        "--target",
    ]);
    let output = tree.arg(target).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let part = |line: &str| {
        let (package, licence) = line.split_once('\t')?;
        let (name, version) = package.split_once(" v")?;
        let version = version.split(' ').next()?;
        // A line that was shown before ends with a mark.
        let licence = licence.trim_end_matches(" (*)");
        let ours = name.starts_with("plugin-host");
        (!ours).then(|| Part { name: name.into(), version: version.into(), licence: licence.into() })
    };
    Ok(String::from_utf8(output.stdout)?.lines().filter_map(part).collect())
}

/// The packages that are compiled into the window's page.
fn packages() -> Result<Vec<Part>, Box<dyn Error>> {
    let lock: serde_json::Value = serde_json::from_slice(&fs::read("ui/package-lock.json")?)?;
    let part = |name: &str| {
        let package = &lock["packages"][format!("node_modules/{name}")];
        let text = |field: &str| package[field].as_str().map(ToOwned::to_owned);
        let found = text("version").zip(text("license"));
        let (version, licence) = found.ok_or_else(|| format!("ui/package-lock.json has no {name}"))?;
        Ok(Part { name: name.to_owned(), version, licence })
    };
    ["@tauri-apps/api", "clsx", "svelte"].into_iter().map(part).collect()
}

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script in its environment")]
fn variable(name: &str) -> Result<PathBuf, String> {
    std::env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("cargo sets {name}"))
}
