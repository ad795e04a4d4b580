//! What the window may ask for, one room for each thing it asks about.

pub(crate) mod computer;
pub(crate) mod keys;
pub(crate) mod server;
