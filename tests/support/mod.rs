//! Shared by the window's tests and its example: a rich snapshot, a session that records, a painter without a GPU.

pub mod painter;
pub mod port;
pub mod sample;
