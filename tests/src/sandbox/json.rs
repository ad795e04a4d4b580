//! Writes JSON objects field by field, straight into a buffer, leaving out what was not asked for.

use std::collections::BTreeSet;

use serde::Serialize;

/// Which fields of a row the client asked for (`include_fields`, `exclude_fields`).
#[derive(Debug, Default)]
pub(crate) enum Fields {
    /// Every field.
    #[default]
    All,
    /// The id and these.
    Only(BTreeSet<String>),
    /// All but these.
    Except(BTreeSet<String>),
}

impl Fields {
    fn wants(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => name == "id" || names.contains(name),
            Self::Except(names) => !names.contains(name),
        }
    }
}

/// An object under construction; closed by `end`.
pub(crate) struct Object<'a> {
    buffer: &'a mut Vec<u8>,
    fields: &'a Fields,
    empty: bool,
}

impl<'a> Object<'a> {
    /// Opens an object that keeps only the wanted fields.
    pub(crate) fn with_fields(buffer: &'a mut Vec<u8>, fields: &'a Fields) -> Self {
        buffer.push(b'{');
        Self { buffer, fields, empty: true }
    }

    /// Opens an object that keeps every field.
    pub(crate) fn new(buffer: &'a mut Vec<u8>) -> Self {
        Self::with_fields(buffer, &Fields::All)
    }

    /// Writes one field, if it was asked for.
    pub(crate) fn put(&mut self, name: &str, value: impl Serialize) -> &mut Self {
        if self.fields.wants(name) {
            self.key(name);
            write(self.buffer, &value);
        }
        self
    }

    /// Writes a field whose value is an array made by `element`, whether it was asked for or not.
    pub(crate) fn array<T>(
        &mut self,
        name: &str,
        elements: impl IntoIterator<Item = T>,
        element: impl FnMut(&mut Vec<u8>, T),
    ) -> &mut Self {
        self.key(name);
        array(self.buffer, elements, element);
        self
    }

    /// Writes a field whose value is an object made by `value`, if it was asked for.
    pub(crate) fn object(&mut self, name: &str, value: impl FnOnce(&mut Object<'_>)) -> &mut Self {
        if self.fields.wants(name) {
            self.key(name);
            let mut inner = Object::new(self.buffer);
            value(&mut inner);
            inner.end();
        }
        self
    }

    /// Closes the object.
    pub(crate) fn end(self) {
        self.buffer.push(b'}');
    }

    fn key(&mut self, name: &str) {
        if !self.empty {
            self.buffer.push(b',');
        }
        self.empty = false;
        write(self.buffer, name);
        self.buffer.push(b':');
    }
}

/// Writes an array, one element after the other.
pub(crate) fn array<T>(
    buffer: &mut Vec<u8>,
    elements: impl IntoIterator<Item = T>,
    mut element: impl FnMut(&mut Vec<u8>, T),
) {
    buffer.push(b'[');
    for (index, each) in elements.into_iter().enumerate() {
        if index > 0 {
            buffer.push(b',');
        }
        element(buffer, each);
    }
    buffer.push(b']');
}

/// Writes any value.
pub(crate) fn write(buffer: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(buffer, value).expect("a Vec takes every byte and our values have string keys");
}
