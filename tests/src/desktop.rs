//! The desktop client in a real window: its own screen, its own session bus, driven through WebDriver.
//!
//! Elements are found as a screen reader finds them, by role and accessible name. What a person would wait for is
//! waited for; nothing sleeps.

mod panel;
mod screen;
mod shop;
mod window;

pub use self::{
    panel::Panel,
    screen::Screen,
    shop::Shop,
    window::{Look, Window},
};
