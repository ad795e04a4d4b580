//! `stores`: the keys that are kept on this computer.

use plugin_host_proto::keyring::{Keyring, Place};
use serde::Serialize;

use crate::args::Global;
use crate::error::Error;
use crate::output::json::{AsJson, plain};
use crate::output::{Column, Output, Table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Action {
    /// Use this key when none is named
    Use {
        /// Its name
        name: String,
    },
    /// Forget a key here; the server accepts it until it is revoked there
    Forget {
        /// Its name
        name: String,
    },
}

/// One kept key as a line of JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    name: String,
    kind: String,
    address: String,
    current: bool,
    kept_in: String,
}

impl AsJson for Line {
    fn as_json(&self) -> std::io::Result<Vec<u8>> {
        plain(self)
    }
}

/// Lists, chooses or forgets kept keys.
pub(crate) fn run(action: Option<Action>, global: &Global, output: &mut Output<'_>) -> Result<(), Error> {
    let keyring = Keyring::open(global.home.as_deref())?;
    match action {
        None => list(&keyring, output),
        Some(Action::Use { name }) => {
            keyring.make_current(&name)?;
            output.note(&format!("{name:?} is the current key"));
            Ok(())
        }
        Some(Action::Forget { name }) => {
            keyring.forget(&name)?;
            output.note(&format!(
                "{name:?} is forgotten here; the server accepts the key until an administrator revokes it"
            ));
            Ok(())
        }
    }
}

fn list(keyring: &Keyring, output: &mut Output<'_>) -> Result<(), Error> {
    let lines: Vec<Line> = keyring
        .list()?
        .into_iter()
        .map(|kept| Line {
            name: kept.name,
            kind: kept.kind.to_string(),
            address: kept.address,
            current: kept.current,
            kept_in: match kept.place {
                Place::Keychain => "keychain".to_owned(),
                Place::File(path) => path.display().to_string(),
            },
        })
        .collect();
    output.list(&lines, "no key is kept here: plugin-host connect -", |lines| {
        let heads = ["", "name", "kind", "server", "kept in"];
        let mut table = Table::new(heads.map(Column::text).into());
        for line in lines {
            let mark = if line.current { "*" } else { "" };
            table.row([mark, &line.name, &line.kind, &line.address, &line.kept_in]);
        }
        table
    })
}
