//! When runs are asked for, and the worker that does them.

pub mod scheduler;
pub mod worker;
