//! What is printed as JSON.

use std::io;

use plugin_host_proto::json;
use prost::{Message, Name};
use serde::Serialize;

/// What can be printed as a line of JSON.
pub(crate) trait AsJson {
    /// The line, without its end.
    fn as_json(&self) -> io::Result<Vec<u8>>;
}

impl<M: Message + Name> AsJson for M {
    fn as_json(&self) -> io::Result<Vec<u8>> {
        plain(&json::of(self))
    }
}

/// Something that is no message of the contract.
pub(crate) fn plain(value: &impl Serialize) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(value)?)
}
