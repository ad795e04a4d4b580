//! What the desktop client promises, as stories in a real window: a store, a server, and a person at a screen.
//!
//! They need what `scripts/desktop` sets up, and run one after the other, for a window wants a processor of its own.

mod attention;
mod configuring;
mod connection;
mod first_start;
mod frame;
mod importing;
mod judged;
mod keyboard;
mod manual_sync;
mod orders;
