//! The desktop client in a real window: its own screen, its own session bus, driven through `WebDriver`.
//!
//! Elements are found as a screen reader finds them, by role and accessible name. What a person would wait for is
//! waited for; nothing sleeps.

mod memory;
mod panel;
mod screen;
mod shop;
mod window;

pub use self::{
    memory::memory_kib,
    panel::Panel,
    screen::Screen,
    shop::Shop,
    window::{Look, Window},
};

/// The pages that every store has, by the names of its menu.
pub const PAGES: [&str; 11] = [
    "Overview",
    "Needs attention",
    "Activity",
    "Items",
    "Inventory",
    "Orders",
    "Customers",
    "Carriers",
    "Shopping Cart Configuration",
    "Basic Configuration",
    "Preferences",
];
