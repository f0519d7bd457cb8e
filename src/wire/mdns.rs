//! mDNS announcements: the TXT record of a service that the profile knows becomes an [`Announcement`].

use super::exact_mac;
use crate::model::LedState;
use crate::model::evidence::Announcement;
use crate::model::text::{foreign, foreign_bytes};
use crate::profile::AnnouncementKind;
use std::net::Ipv4Addr;

/// However long a record may be cached, a LED changes sooner: an announced state is believed this long at most.
pub const LONGEST_TTL_SECS: u32 = 120;

/// One service as the mDNS sensor resolved it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TxtService {
    /// Instance name, with or without the service type behind it.
    pub name: String,
    pub addresses: Vec<Ipv4Addr>,
    /// TXT keys and values in their order.
    pub txt: Vec<(String, Vec<u8>)>,
    pub ttl_secs: u32,
    /// The service said goodbye (TTL 0).
    pub goodbye: bool,
}

/// What the service says, read by the keys of the profile. `None` when nothing in it could be tied to a device: no
/// MAC, no address, no farewell.
#[must_use]
pub fn announcement(kind: &AnnouncementKind, service: &TxtService) -> Option<Announcement> {
    let value = |key: &Option<String>| {
        let key = key.as_deref()?;
        // RFC 6763, section 6.4: keys ignore case, and of several equal keys the first counts
        service.txt.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| foreign_bytes(v))
    };
    let mac = value(&kind.mac_key).and_then(|v| exact_mac(&v));
    let ip = address(&service.addresses);
    if mac.is_none() && ip.is_none() && !service.goodbye {
        return None;
    }
    Some(Announcement {
        mac,
        ip,
        led: value(&kind.led_key).and_then(|v| led(&v)),
        ttl_ms: u64::from(service.ttl_secs.min(LONGEST_TTL_SECS)) * 1000,
        name: instance(&service.name, &kind.service),
        firmware: value(&kind.firmware_key).filter(|v| !v.is_empty()),
        assumed: kind.assumed,
        goodbye: service.goodbye,
    })
}

/// The LED's words in a TXT record: ours, and the short ones that a firmware is likely to use.
fn led(word: &str) -> Option<LedState> {
    LedState::from_word(word).or_else(|| match word.trim().to_ascii_lowercase().as_str() {
        "green" => Some(LedState::SolidGreen),
        "red" => Some(LedState::SolidRed),
        "blink" => Some(LedState::BlinkingRed),
        _ => None,
    })
}

/// A routable address before one of 169.254/16; never one that no device can have.
fn address(all: &[Ipv4Addr]) -> Option<Ipv4Addr> {
    let mut usable = all
        .iter()
        .copied()
        .filter(|a| !(a.is_unspecified() || a.is_loopback() || a.is_multicast() || a.is_broadcast()));
    let first = usable.next()?;
    if first.is_link_local() { usable.find(|a| !a.is_link_local()).or(Some(first)) } else { Some(first) }
}

/// The instance name without the service type.
fn instance(name: &str, service: &str) -> String {
    let service = service.trim_end_matches('.');
    let bare = name.trim_end_matches('.');
    let head = bare.len().checked_sub(service.len()).and_then(|at| bare.split_at_checked(at));
    foreign(match head {
        Some((head, tail)) if tail.eq_ignore_ascii_case(service) => head.trim_end_matches('.'),
        _ => name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use proptest::prelude::*;

    fn kind() -> AnnouncementKind {
        Profile::shipped().announcements[0].clone()
    }

    fn service(txt: &[(&str, &[u8])]) -> TxtService {
        TxtService {
            name: "Oscar åäö._sensorist-gw._tcp.local.".into(),
            addresses: vec![Ipv4Addr::new(169, 254, 3, 4), Ipv4Addr::new(192, 168, 7, 20)],
            txt: txt.iter().map(|(k, v)| ((*k).to_owned(), v.to_vec())).collect(),
            ttl_secs: 4500,
            goodbye: false,
        }
    }

    #[test]
    fn an_announcement_is_read_by_the_keys_of_the_profile() {
        let a = announcement(
            &kind(),
            &service(&[
                ("MAC", b"34-A5-E1-00-00-01"),
                ("led", b"blink"),
                ("fw", b"1.2\x1b[0m"),
                ("led", b"green"),
            ]),
        )
        .unwrap();
        assert_eq!(a.mac, "34:a5:e1:00:00:01".parse().ok());
        assert_eq!(a.ip, Some(Ipv4Addr::new(192, 168, 7, 20)));
        assert_eq!(a.led, Some(LedState::BlinkingRed), "the first of two equal keys counts");
        assert_eq!(a.ttl_ms, 120_000);
        assert_eq!(a.name, "Oscar åäö");
        assert_eq!(a.firmware.as_deref(), Some("1.2<1b>[0m"));
        assert!(a.assumed && !a.goodbye);
    }

    #[test]
    fn led_words() {
        for (word, state) in [
            ("green", Some(LedState::SolidGreen)),
            ("Solid-Green", Some(LedState::SolidGreen)),
            ("red", Some(LedState::SolidRed)),
            ("BLINK", Some(LedState::BlinkingRed)),
            ("dark", Some(LedState::Dark)),
            ("blinking red", Some(LedState::BlinkingRed)),
            ("purple", None),
            ("", None),
        ] {
            assert_eq!(led(word), state, "{word}");
        }
    }

    #[test]
    fn what_cannot_be_tied_to_a_device_says_nothing() {
        let mut s = service(&[("mac", b"not a mac"), ("led", b"green")]);
        s.addresses = vec![Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED];
        assert_eq!(announcement(&kind(), &s), None);
        s.goodbye = true;
        assert!(announcement(&kind(), &s).unwrap().goodbye);
    }

    proptest! {
        #[test]
        fn any_record_is_survived_and_made_safe(
            name in "\\PC{0,300}|[\\x00-\\x1f\u{200b}-\u{202e}.]{0,40}",
            txt in prop::collection::vec(("(mac|led|fw|\\PC{0,5})", prop::collection::vec(any::<u8>(), 0..300)), 0..6),
            addresses in prop::collection::vec(any::<u32>().prop_map(Ipv4Addr::from), 0..4),
            ttl_secs: u32,
            goodbye: bool,
        ) {
            if let Some(a) = announcement(&kind(), &TxtService { name, addresses, txt, ttl_secs, goodbye }) {
                prop_assert!(a.ttl_ms <= 120_000);
                prop_assert_eq!(foreign(&a.name), a.name.clone());
                prop_assert!(a.firmware.is_none_or(|f| foreign(&f) == f));
            }
        }
    }
}
