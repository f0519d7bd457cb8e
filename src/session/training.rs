//! Faults to train on: recordings that come with the program. Each ends with its verdict, which a test holds.

/// A recording with its name, what it shows, and its text.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    pub id: &'static str,
    pub title: &'static str,
    pub text: &'static str,
}

macro_rules! lessons {
    ($($id:literal: $title:literal,)*) => {
        &[$(Lesson { id: $id, title: $title, text: include_str!(concat!("../../assets/training/", $id, ".jsonl")) }),*]
    };
}

/// From the plain to the rare.
pub const LESSONS: &[Lesson] = lessons! {
    "recorded-healthy": "Nothing is wrong: a box that announces nothing",
    "recorded-gateway-only": "The firewall drops this box alone",
    "recorded-refused": "The DHCP server refuses this box",
    "nak-loop-unheard": "An address is accepted and refused, again and again",
    "dot1x-port-shut": "The switch port waits for a sign-in (802.1X)",
    "eee-link-flaps": "Energy-saving Ethernet drops the link every minute",
    "gateway-hung": "The box hangs: lit, and silent",
};
