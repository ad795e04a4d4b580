//! What a refusal says, in the parts that stories look at.

use plugin_host_proto::client;
use tonic::{Code, Status};

/// A refusal's code, its reasons' codes or fields, and its words.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) reasons: Vec<String>,
    pub(crate) words: String,
}

/// Takes a refusal out of an answer; that there is none fails the story.
pub(crate) fn refusal<T>(answer: Result<T, Status>) -> anyhow::Result<Refusal> {
    let Err(status) = answer else { anyhow::bail!("it was granted") };
    let code = status.code();
    let words = status.message().to_owned();
    let reasons = match client::Error::from(status) {
        client::Error::Refused { reasons, .. } => reasons
            .into_iter()
            .map(|reason| if reason.code.is_empty() { reason.field } else { reason.code })
            .collect(),
        _ => Vec::new(),
    };
    Ok(Refusal { code, reasons, words })
}
