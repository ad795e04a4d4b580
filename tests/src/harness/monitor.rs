//! A monitoring tool: it reads figures and health over HTTP and knows nothing else.

use std::time::Duration;

use anyhow::{Context as _, ensure};

/// Reads what a server tells monitoring tools.
pub struct Monitor {
    http: reqwest::Client,
    address: String,
}

/// One page of figures.
#[derive(Clone, Debug)]
pub struct Figures(Vec<Figure>);

/// One figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name.
    pub name: String,
    /// Its labels with their values.
    pub labels: Vec<(String, String)>,
    /// Its value.
    pub value: f64,
}

impl Monitor {
    /// A monitor for a server on this port.
    pub(super) fn new(port: u16) -> anyhow::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "a monitoring tool is no part of the server")]
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build()?;
        Ok(Self { http, address: format!("http://127.0.0.1:{port}") })
    }

    /// Asks for a path; status and body, or none where nobody answers.
    pub async fn get(&self, path: &str) -> Option<(u16, String)> {
        let answer = self.http.get(format!("{}{path}", self.address)).send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// Reads all figures.
    pub async fn figures(&self) -> anyhow::Result<Figures> {
        let (status, page) = self.get("/metrics").await.context("nobody answers")?;
        ensure!(status == 200, "{status}: {page}");
        let lines = page.lines().filter(|line| !line.starts_with('#'));
        Ok(Figures(
            lines.map(|line| figure(line).with_context(|| line.to_owned())).collect::<Result<_, _>>()?,
        ))
    }
}

/// Reads a line such as `name{label="value"} 1.0`; no label here has a quote or a comma in its value.
fn figure(line: &str) -> Option<Figure> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}')?.split(',').filter(|label| !label.is_empty());
    let label = |label: &str| {
        let (name, value) = label.split_once('=')?;
        Some((name.to_owned(), value.trim_matches('"').to_owned()))
    };
    let labels = labels.map(label).collect::<Option<_>>()?;
    Some(Figure { name: name.to_owned(), labels, value: value.parse().ok()? })
}

impl Figures {
    /// Each figure.
    pub fn all(&self) -> &[Figure] {
        &self.0
    }

    /// The sum of the figures with this name and all of these labels; none where there is no such figure.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let has = |figure: &Figure, (name, value): &(&str, &str)| {
            figure.labels.iter().any(|(n, v)| (n.as_str(), v.as_str()) == (*name, *value))
        };
        let found = self
            .0
            .iter()
            .filter(|figure| figure.name == name && labels.iter().all(|label| has(figure, label)));
        found.map(|figure| figure.value).reduce(|sum, value| sum + value)
    }
}
