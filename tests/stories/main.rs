//! What the Plugin Host promises, as stories.

mod imports;
