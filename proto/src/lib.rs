//! What the server and its clients have in common.
//!
//! - [`v1`] is generated from `pluginhost/v1/*.proto`, whose comments are its documentation.
//! - [`key`] is the store key and its text.
//! - [`client`] speaks with the server that a key belongs to.
//! - [`json`] is how messages look to everything that does not speak protobuf.
//! - [`keyring`] is where clients keep keys.

pub mod client;
pub mod json;
pub mod key;
pub mod keyring;

/// Version 1 of the contract: messages, clients and servers.
pub mod v1 {
    #![expect(clippy::pedantic, clippy::allow_attributes, clippy::large_enum_variant, reason = "generated")]
    tonic::include_proto!("pluginhost.v1");
}

/// The contract's encoded `FileDescriptorSet`, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pluginhost.v1.bin"));
