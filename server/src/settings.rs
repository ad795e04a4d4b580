//! What the operator decides for the process: a file, the environment, flags.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// The commented default file, which `--print-config` shows.
pub const DEFAULT_FILE: &str = include_str!("../default.toml");

/// The settings of one server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// How clients reach it; empty for localhost.
    pub public_address: String,
    /// Where it keeps its files.
    pub data_folder: PathBuf,
    /// The database; empty for a SQLite file in the data folder.
    pub database_url: String,
    /// The encryption key's file; empty for one in the data folder.
    pub encryption_key_file: PathBuf,
    /// Whether connections are encrypted.
    pub tls: Switch,
    /// The authority's certificate; empty for one in the data folder.
    pub authority_certificate_file: PathBuf,
    /// The authority's key; empty for one in the data folder.
    pub authority_key_file: PathBuf,
    /// A certificate from a public authority; empty for one of our own.
    pub certificate_file: PathBuf,
    /// Its key.
    pub certificate_key_file: PathBuf,
    /// Where BigCommerce's API is.
    pub bigcommerce_api: String,
    /// One more authority to trust for it.
    pub bigcommerce_authority_file: PathBuf,
    /// The mail server, with what it wants to know of us; empty for none.
    pub smtp_url: String,
    /// Whom mails are from.
    pub mail_from: String,
    /// Whether notifications may be posted into private networks.
    pub webhook_private: Switch,
    /// How long a lease lasts, in milliseconds.
    pub lease_ms: u64,
    /// Where monitoring tools find metrics and health; none where nobody listens for them.
    #[serde(deserialize_with = "metrics_listen")]
    pub metrics_listen: Option<SocketAddr>,
    /// How long a server that stops is still reachable, in milliseconds.
    pub drain_ms: u64,
    /// Where the collector of traces and logs is; empty for none.
    pub otlp_endpoint: String,
    /// Of how many traces that begin here all is kept: 1 for each, 0 for none.
    pub trace_ratio: f64,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: String,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("{path} cannot be read")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A value cannot be used.
    #[error("{0}")]
    Value(String),
}

/// Reads an address and port, or a port on loopback, or nothing.
fn metrics_listen<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(from)?;
    let address = match text.parse::<u16>() {
        _ if text.is_empty() => return Ok(None),
        Ok(port) => Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        Err(_) => text.parse(),
    };
    let wrong = |_| serde::de::Error::custom("metrics_listen must be an address and port, or a port");
    address.map(Some).map_err(wrong)
}

impl Settings {
    /// The defaults, with a file's values over them and the overrides over both.
    pub fn load(file: Option<&Path>, overrides: toml::Table) -> Result<Self, Error> {
        let table = |text: &str, name: &str| {
            text.parse::<toml::Table>().map_err(|error| Error::Value(format!("{name}: {}", error.message())))
        };
        let mut merged = table(DEFAULT_FILE, "the default file")?;
        if let Some(path) = file {
            let read = std::fs::read_to_string(path);
            let text = read.map_err(|source| Error::File { path: path.to_owned(), source })?;
            merged.extend(table(&text, &path.display().to_string())?);
        }
        merged.extend(overrides);
        let settings: Self = merged.try_into().map_err(|error: toml::de::Error| {
            Error::Value(format!("the settings cannot be used: {}", error.to_string().trim()))
        })?;
        settings.check()?;
        Ok(settings)
    }

    /// Whether clients use plain text.
    pub fn is_plain(&self) -> bool {
        self.tls == Switch::Off
    }

    /// The database to open.
    pub fn database(&self) -> String {
        if self.database_url.is_empty() {
            let file = self.data_folder.join("plugin-host.db");
            return format!("sqlite:{}?mode=rwc", file.display());
        }
        self.database_url.clone()
    }

    /// Whether several servers may share the database.
    pub fn is_shared(&self) -> bool {
        !self.database().starts_with("sqlite:")
    }

    /// The address keys carry, for a server that listens on a port.
    pub fn address(&self, port: u16) -> String {
        match (self.public_address.as_str(), self.is_plain()) {
            ("", false) => format!("https://localhost:{port}"),
            ("", true) => format!("http://127.0.0.1:{port}"),
            (address, _) => address.trim_end_matches('/').to_owned(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let refuse = |what: &str| Err(Error::Value(what.to_owned()));
        if self.is_plain() && !self.listen.ip().is_loopback() {
            return refuse(
                "tls = \"off\" is accepted on loopback only: keys would cross the network in the clear",
            );
        }
        if !(200..=300_000).contains(&self.lease_ms) {
            return refuse("lease_ms must be from 200 to 300000");
        }
        if !self.otlp_endpoint.is_empty() && !self.otlp_endpoint.starts_with("http://") {
            return refuse(
                "otlp_endpoint must begin with http://: name a collector on this computer or network",
            );
        }
        if !(0.0..=1.0).contains(&self.trace_ratio) {
            return refuse("trace_ratio must be from 0.0 to 1.0");
        }
        if self.drain_ms > 300_000 {
            return refuse("drain_ms must be 300000 or less");
        }
        for (one, other) in [
            (&self.authority_certificate_file, &self.authority_key_file),
            (&self.certificate_file, &self.certificate_key_file),
        ] {
            if one.as_os_str().is_empty() != other.as_os_str().is_empty() {
                return refuse("a certificate file and its key file are given together or not at all");
            }
        }
        if self.is_shared() {
            if self.encryption_key_file.as_os_str().is_empty() {
                return refuse(
                    "with PostgreSQL, encryption_key_file must be given: every server needs the same key",
                );
            }
            let own_authority = self.authority_certificate_file.as_os_str().is_empty()
                && self.certificate_file.as_os_str().is_empty();
            if own_authority && !self.is_plain() {
                return refuse(
                    "with PostgreSQL, authority_certificate_file and authority_key_file must be given",
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(overrides: &str) -> Result<Settings, Error> {
        Settings::load(None, overrides.parse().unwrap())
    }

    #[test]
    fn the_printed_file_is_a_usable_one() {
        let settings = load("").unwrap();
        assert_eq!(settings.address(7443), "https://localhost:7443");
        assert_eq!(settings.database(), "sqlite:plugin-host-data/plugin-host.db?mode=rwc");
    }

    #[test]
    fn plain_text_is_refused_beyond_loopback() {
        assert!(load("tls = \"off\"").is_ok());
        assert!(load("tls = \"off\"\nlisten = \"0.0.0.0:7443\"").is_err());
    }

    #[test]
    fn metrics_are_for_this_computer_unless_told_otherwise() {
        assert_eq!(load("").unwrap().metrics_listen, None);
        let listen = |text: &str| load(&format!("metrics_listen = \"{text}\"")).map(|s| s.metrics_listen);
        assert_eq!(listen("9464").unwrap(), Some("127.0.0.1:9464".parse().unwrap()));
        assert_eq!(listen("0.0.0.0:9464").unwrap(), Some("0.0.0.0:9464".parse().unwrap()));
        assert!(listen("everywhere").unwrap_err().to_string().contains("metrics_listen"));
    }

    #[test]
    fn a_misspelt_setting_is_named() {
        let error = load("listn = \"127.0.0.1:1\"").unwrap_err().to_string();
        assert!(error.contains("listn"), "{error}");
    }

    #[test]
    fn servers_that_share_a_database_must_share_their_keys() {
        assert!(load("database_url = \"postgres://localhost/x\"").is_err());
        let keys =
            "encryption_key_file = \"k\"\nauthority_certificate_file = \"c\"\nauthority_key_file = \"a\"";
        assert!(load(&format!("database_url = \"postgres://localhost/x\"\n{keys}")).is_ok());
    }
}
