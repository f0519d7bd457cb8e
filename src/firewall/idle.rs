//! The idle timeout: how a platform's default is judged, in the same words everywhere.
//!
//! The gateway's connection is persistent and the period of its keep-alive is not published, so a default is judged
//! against the 7440 s that RFC 5382 asks of every translator of addresses.

use super::capabilities::Capabilities;

/// What every platform should allow at least, in seconds (RFC 5382: two hours and four minutes).
pub const YARDSTICK_S: u32 = 7440;
/// Below this the session is likely to be cut.
pub const LIKELY_CUT_S: u32 = 1800;
/// What the packs offer for the one rule.
pub const OFFER_S: u32 = 86_400;

/// The sentence on a platform's default.
#[must_use]
pub fn verdict(capabilities: &Capabilities) -> String {
    match capabilities.idle_default_s {
        None => format!(
            "The idle timeout of established TCP sessions is not known here; it should be at least {YARDSTICK_S} s."
        ),
        Some(s) if s < LIKELY_CUT_S => format!(
            "As delivered, a session is forgotten after {s} s of silence: LIKELY TO CUT the connection of the gateway. At least {YARDSTICK_S} s are needed."
        ),
        Some(s) if s < YARDSTICK_S => format!(
            "As delivered, a session is forgotten after {s} s of silence: SHORT. It may cut the persistent connection of the gateway; at least {YARDSTICK_S} s are advised (RFC 5382)."
        ),
        Some(s) => format!(
            "As delivered, a session is forgotten after {s} s of silence: long enough (at least {YARDSTICK_S} s are advised, RFC 5382). Nothing to change unless the site has shortened it."
        ),
    }
}
