//! Evidence and outcomes → findings → verdict.

pub mod catalogue;
