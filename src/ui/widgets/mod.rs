//! Own widgets. Each paints itself and gives a screen reader a sentence.

pub mod dhcp_strip;
pub mod lamp;
pub mod mark;
pub mod parts;
pub mod path;
