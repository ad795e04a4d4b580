//! What is counted of the runs that this process does.

use prometheus_client::metrics::{counter::Counter, family::Family};

use crate::{
    domain::run::{RunKind, RunState},
    sync,
};

/// A label of a figure and its value.
type Label = (&'static str, &'static str);

/// The runs that ended here, and what they moved.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Runs by kind and by how they ended; dry runs are left out.
    pub ended: Family<[Label; 2], Counter>,
    /// Runs that were taken up here after somebody else had begun them.
    pub taken_over: Counter,
    /// What the runs moved.
    pub sync: sync::Figures,
}

impl Figures {
    pub(super) fn end(&self, kind: RunKind, state: RunState) {
        self.ended.get_or_create(&[("kind", kind.word()), ("outcome", state.word())]).inc();
    }
}
