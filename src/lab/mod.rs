//! A virtual gateway, cloud and name server: for `demo`, for training, and as the other side of the tests.
//!
//! | file | job |
//! |---|---|
//! | `gateway` | does what the vendor's document says of the box, and nothing more |
//! | `interface` | gives the virtual gateway a real interface (Linux) |
//! | `cloud` `protocol` | the other side of its connection, and the simulated words on it |
//! | `names` | a name server whose answers can be chosen |
//! | `console` `announce` | what the profile assumes the box to say on its console and by mDNS |
//! | `alone` | runs gateway or cloud as a program of their own |
//! | `site` | a whole simulated site on loopback |
//!
//! Nothing here counts as a packet of Solid Green: the lab plays the *other* parties. It therefore opens its own
//! sockets, in `dial` and `interface` only, and reads the clock in `random` and `event` only.

pub mod alone;
pub mod announce;
pub mod cloud;
pub mod console;
pub mod dial;
pub mod event;
pub mod gateway;
// Netlink and packet sockets: the only part of the lab that one operating system alone can run.
#[cfg(target_os = "linux")]
pub mod interface;
pub mod lookup;
pub mod names;
pub mod protocol;
pub mod random;
pub mod site;
