//! (being written)
#[cfg(feature = "lab")]
pub mod lab;
