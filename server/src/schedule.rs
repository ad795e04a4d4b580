//! When runs are asked for, and the worker that does them.

mod figures;
pub mod scheduler;
pub mod worker;

pub use figures::Figures;
