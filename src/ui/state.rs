//! What the window remembers between frames: the page shown and one struct for each view. No domain data.

use super::sources::{Redaction, Tape};
use super::views::{console, firewall, report};
use crate::model::Mac;
use crate::session::Command;
use std::net::Ipv4Addr;

/// The page shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    #[default]
    Overview,
    Firewall,
    Console,
    Report,
    /// Only in a narrow window, where the left panel has no room.
    Gateways,
}

impl Route {
    pub const PAGES: [Route; 4] = [Self::Overview, Self::Firewall, Self::Console, Self::Report];

    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Firewall => "Firewall",
            Self::Console => "Console",
            Self::Report => "Report",
            Self::Gateways => "Gateways",
        }
    }
}

#[derive(Default)]
pub struct UiState {
    pub route: Route,
    pub gateways: GatewaysState,
    pub overview: OverviewState,
    pub firewall: firewall::State,
    pub console: console::State,
    pub report: report::State,
    pub copied: Copied,
    /// The session refused a command: shown until the next one is taken.
    pub refused: bool,
}

/// The field for what is printed on the label.
#[derive(Default)]
pub struct GatewaysState {
    pub typed: String,
    pub answer: TypedAnswer,
}

/// What became of the typed text.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TypedAnswer {
    #[default]
    Nothing,
    /// Read only after a repair or close to a known box: asked before it is used.
    Offer {
        text: String,
        mac: Mac,
    },
    Taken(String),
    Wrong(String),
}

#[derive(Default)]
pub struct OverviewState {
    /// The explanation of the first finding is open.
    pub why: bool,
    /// The installer wants to say that the LED is another.
    pub correcting: bool,
}

/// What was copied last, and when (egui's time, seconds).
#[derive(Default)]
pub struct Copied {
    pub what: String,
    pub at: f64,
}

/// What a view asks for; the app carries it out after the frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    Session(Command),
    Go(Route),
    Zoom(f32),
    /// Copy the text; the name marks the button that says "Copied".
    Copy {
        what: String,
        text: String,
    },
    /// Write this file.
    Export {
        what: Written,
        path: String,
        redaction: Redaction,
    },
    /// Open the file dialog, then write.
    ChooseFile {
        what: Written,
        suggested: String,
        redaction: Redaction,
    },
    /// Play a recording.
    Open(Tape),
    /// Open the file dialog, then play.
    ChooseTape,
    /// Back from the recording to this computer's network.
    CloseTape,
}

/// What is written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Report,
    Recording,
}

/// What a frame asked for, in order.
#[derive(Debug, Default)]
pub struct Asks(pub Vec<Ask>);

impl Asks {
    pub fn send(&mut self, command: Command) {
        self.0.push(Ask::Session(command));
    }

    pub fn go(&mut self, route: Route) {
        self.0.push(Ask::Go(route));
    }
}

/// Reads what was typed: an IP address, else a MAC in any notation. `known` are the addresses seen on this network.
pub fn read_typed(text: &str, known: &[Mac], ours: impl Fn(Mac) -> bool) -> (Option<Command>, TypedAnswer) {
    let text = text.trim();
    if text.is_empty() {
        return (None, TypedAnswer::Nothing);
    }
    if let Ok(ip) = text.parse::<Ipv4Addr>() {
        if ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || ip.is_broadcast() {
            return (None, TypedAnswer::Wrong(format!("{ip} cannot be the address of a box")));
        }
        return (Some(Command::TypeIp(ip)), TypedAnswer::Taken(format!("Looking at {ip}")));
    }
    let typed = match Mac::parse_typed(text) {
        Ok(typed) => typed,
        Err(why) => return (None, TypedAnswer::Wrong(why.to_string())),
    };
    if !typed.repairs().is_empty() {
        let text = format!("Read as {} ({}). Is that right?", typed.mac, typed.repairs().join(", "));
        return (None, TypedAnswer::Offer { text, mac: typed.mac });
    }
    if !known.contains(&typed.mac)
        && let Some(near) = known.iter().copied().find(|k| ours(*k) && k.is_slip_of(typed.mac))
    {
        let text = format!("{} was not seen here, but {near} was. Did you mean that one?", typed.mac);
        return (None, TypedAnswer::Offer { text, mac: near });
    }
    let note = if ours(typed.mac) { "" } else { ". Its first half is not the maker's: read the label again" };
    (Some(Command::TypeMac(typed.mac.into())), TypedAnswer::Taken(format!("Looking for {}{note}", typed.mac)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(mac: Mac) -> bool {
        mac.prefix() == [0x34, 0xa5, 0xe1]
    }

    #[test]
    fn typed_text_becomes_a_command_an_offer_or_a_reason() {
        let box1: Mac = "34:a5:e1:00:0b:07".parse().unwrap();
        assert_eq!(read_typed("  ", &[], ours), (None, TypedAnswer::Nothing));
        assert_eq!(
            read_typed("192.168.1.9", &[], ours).0,
            Some(Command::TypeIp(Ipv4Addr::new(192, 168, 1, 9)))
        );
        assert!(matches!(read_typed("127.0.0.1", &[], ours), (None, TypedAnswer::Wrong(_))));
        assert_eq!(read_typed("34-A5-E1-00-0B-07", &[], ours).0, Some(Command::TypeMac(box1.into())));
        let (command, answer) = read_typed("34:a5:e1:OO:0b:07", &[], ours);
        assert_eq!(command, None);
        assert!(
            matches!(answer, TypedAnswer::Offer { mac, ref text } if mac == box1 && text.contains("O read as 0"))
        );
        let (command, answer) = read_typed("34:a5:e1:00:08:07", &[box1], ours);
        assert_eq!(command, None);
        assert!(matches!(answer, TypedAnswer::Offer { mac, .. } if mac == box1));
        let (command, answer) = read_typed("00:11:22:33:44:55", &[box1], ours);
        assert!(command.is_some());
        assert!(matches!(answer, TypedAnswer::Taken(t) if t.contains("not the maker's")));
        assert!(matches!(read_typed("34:a5", &[], ours), (None, TypedAnswer::Wrong(w)) if w.contains("12")));
    }
}
