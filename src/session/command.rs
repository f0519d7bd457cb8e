//! Everything that a face can ask of the session.

use crate::model::mac::TypedMac;
use crate::model::pasted::TextKind;
use crate::model::rule::RuleChoice;
use crate::model::{At, LedState, Mac};
use std::net::Ipv4Addr;

/// One request. Each is answered by a new snapshot, never by a return value.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Look for gateways and run every check.
    FindAndCheck,
    /// Only look who is there.
    Find,
    /// Stop what is running; what is known so far stays.
    Cancel,
    /// Hold idle connections at these ages, seconds; what the last check found stays.
    Hold(Vec<u64>),
    /// End the idle ladder; what it showed so far stays.
    EndHold,
    /// Begin or end watching.
    Watch(bool),
    /// The installer looked at the LED; `None` means the chosen gateway.
    Saw {
        mac: Option<Mac>,
        led: LedState,
    },
    /// A MAC was typed in from a label.
    TypeMac(TypedMac),
    /// An IP address of the gateway was typed in.
    TypeIp(Ipv4Addr),
    /// Somebody pasted a log or a table of leases; an empty text takes it back.
    Paste {
        kind: TextKind,
        text: String,
    },
    /// Make this gateway the one that everything is about.
    Choose(Mac),
    /// "Plug it in now": begin or end waiting for a new MAC.
    PlugInFinder(bool),
    /// `None` as baud takes the profile's.
    OpenConsole {
        port: String,
        baud: Option<u32>,
    },
    CloseConsole,
    /// Read the list of serial ports again.
    RefreshPorts,
    /// Measure from this interface; `None` chooses again.
    ChooseInterface(Option<String>),
    /// Name of the site, for the report and the firewall text.
    SetSite(String),
    /// Platform, version, scope and words of the firewall text.
    SetFirewall(RuleChoice),
    /// Put another fault into the simulated site (demo only).
    DemoFault(String),
    /// For a recording that is played.
    Playback(PlaybackOrder),
}

/// What a recording that is played can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaybackOrder {
    /// Go on, or stand still; at the end it begins again.
    Play(bool),
    /// So many times as fast as it was.
    Speed(u32),
    Seek(At),
    /// Go to the next line of the visit's record, and stand still.
    NextChange,
}
