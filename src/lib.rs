//! Solid Green: says what the LED of an Oscar TempLog / Sensorist Gateway says, why, and whose turn it is.
//!
//! Layers, imports point up this table only (held by `tests/layers.rs`):
//!
//! | layer | folder | job |
//! |---|---|---|
//! | 0 | `model` | plain data |
//! | 1 | `profile` | what is known of the box, as data |
//! | 2 | `wire` `mirror` `diagnose` `firewall` `report` | pure decisions; do not see one another |
//! | 3 | `platform` | the operating system |
//! | 4 | `history` `discover` `check` | the disk; who is there; is the way clear; do not see one another |
//! | 5 | `session` | the headless application and its only clock |
//! | 6 | `cli` `ui` | two faces of one session |
//! | – | `lab` | virtual gateway and cloud; sees `model`, `wire`, `profile` |

pub mod check;
pub mod cli;
pub mod diagnose;
pub mod discover;
pub mod firewall;
pub mod history;
#[cfg(feature = "lab")]
pub mod lab;
pub mod mirror;
pub mod model;
pub mod platform;
pub mod profile;
pub mod report;
pub mod session;
#[cfg(feature = "gui")]
pub mod ui;
pub mod wire;
