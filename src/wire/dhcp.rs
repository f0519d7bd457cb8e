//! DHCP messages (RFC 2131, 2132, 3396, 8910): what a datagram says, and the two that Solid Green may send.

use super::WireError;
use crate::model::Mac;
use crate::model::evidence::{DhcpKind, DhcpSeen};
use crate::model::text::foreign_bytes;
use dhcproto::v4::borrowed::{DhcpOptionIterator, Message};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Fixed part, `sname`, `file` and the magic cookie.
const HEADER: usize = 240;
const COOKIE: [u8; 4] = [99, 130, 83, 99];
const SNAME: std::ops::Range<usize> = 44..108;
const FILE: std::ops::Range<usize> = 108..236;
/// Addresses of one option that are kept: no real network hands out more.
const MOST_ADDRESSES: usize = 32;
/// Bytes of the client identifier that are kept; RFC 4361 needs 20.
const MOST_CLIENT_ID: usize = 64;
/// What a probe asks for: mask, router, name servers, domain, lease time, server, captive portal, proxy (WPAD).
const ASKED: [u8; 8] = [1, 3, 6, 15, 51, 54, 114, 252];
/// Some servers and relays drop anything shorter than a BOOTP message.
const SHORTEST_SENT: usize = 300;

/// Reads one datagram.
///
/// # Errors
/// When it is no DHCP message of an Ethernet client. A damaged option is left out, the rest is read.
pub fn parse(bytes: &[u8]) -> Result<DhcpSeen, WireError> {
    let too_short = WireError::TooShort { found: bytes.len(), needed: HEADER };
    // the accessors of `Message` index without asking, so nothing shorter may reach them
    if bytes.len() < HEADER {
        return Err(too_short);
    }
    let message = Message::new(bytes).map_err(|_| too_short)?;
    if bytes[236..240] != COOKIE {
        return Err(WireError::NotDhcp);
    }
    let (htype, hlen) = (bytes[1], bytes[2]);
    if htype != 1 || hlen != 6 {
        return Err(WireError::NotEthernet { htype, hlen });
    }
    // not `Message::chaddr`: that trusts `hlen`
    let mac = Mac([bytes[28], bytes[29], bytes[30], bytes[31], bytes[32], bytes[33]]);
    if !mac.is_device() {
        return Err(WireError::NotADevice);
    }
    let options = options(bytes);
    let address = |code: u8| options.get(&code).and_then(|data| first_address(data));
    let addresses = |code: u8| options.get(&code).map(|data| all_addresses(data)).unwrap_or_default();
    let text = |code: u8| options.get(&code).and_then(|data| shown(data));
    Ok(DhcpSeen {
        kind: kind(options.get(&53).and_then(|d| d.first()).copied().ok_or(WireError::NoType)?)?,
        mac,
        xid: message.xid(),
        secs: message.secs(),
        broadcast: message.flags().broadcast(),
        ciaddr: given(message.ciaddr()),
        yiaddr: given(message.yiaddr()),
        requested: address(50),
        server: address(54),
        mask: address(1),
        routers: addresses(3),
        name_servers: addresses(6),
        lease_secs: options.get(&51).and_then(|d| d.first_chunk().copied()).map(u32::from_be_bytes),
        host_name: text(12),
        vendor_class: text(60),
        parameter_list: options.get(&55).cloned().unwrap_or_default(),
        message: text(56),
        portal: text(114),
        wpad: text(252),
        domain: text(15),
        client_id: options
            .get(&61)
            .filter(|d| !d.is_empty())
            .map(|d| d.iter().take(MOST_CLIENT_ID).map(|b| format!("{b:02x}")).collect()),
    })
}

/// A DISCOVER from `mac`, answered by broadcast: an answer to an address that nobody has would not arrive.
#[must_use]
pub fn discover(xid: u32, mac: Mac) -> Vec<u8> {
    request(1, xid, mac, Ipv4Addr::UNSPECIFIED, true)
}

/// An INFORM from `mac` at `ciaddr`: asks for the options without asking for an address.
#[must_use]
pub fn inform(xid: u32, mac: Mac, ciaddr: Ipv4Addr) -> Vec<u8> {
    request(8, xid, mac, ciaddr, false)
}

fn request(kind: u8, xid: u32, mac: Mac, ciaddr: Ipv4Addr, broadcast: bool) -> Vec<u8> {
    let mut out = vec![0; HEADER];
    // BOOTREQUEST, Ethernet, six octets, no hops
    out[..4].copy_from_slice(&[1, 1, 6, 0]);
    out[4..8].copy_from_slice(&xid.to_be_bytes());
    out[10] = if broadcast { 0x80 } else { 0 };
    out[12..16].copy_from_slice(&ciaddr.octets());
    out[28..34].copy_from_slice(&mac.0);
    out[236..240].copy_from_slice(&COOKIE);
    out.extend([53, 1, kind, 61, 7, 1]);
    out.extend(mac.0);
    out.push(55);
    out.push(ASKED.len() as u8);
    out.extend(ASKED);
    out.push(255);
    out.resize(out.len().max(SHORTEST_SENT), 0);
    out
}

/// All options by code. Parts of one option are joined (RFC 3396), `file` and `sname` are read when option 52 says
/// that they hold options.
fn options(bytes: &[u8]) -> BTreeMap<u8, Vec<u8>> {
    let mut all: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
    let mut read = |area: &[u8]| {
        for option in DhcpOptionIterator::new(area) {
            all.entry(option.code().into()).or_default().extend_from_slice(option.data());
        }
    };
    read(&bytes[HEADER..]);
    let overload = DhcpOptionIterator::new(&bytes[HEADER..])
        .find(|o| u8::from(o.code()) == 52)
        .and_then(|o| o.data().first().copied())
        .unwrap_or(0);
    if overload & 1 != 0 {
        read(&bytes[FILE]);
    }
    if overload & 2 != 0 {
        read(&bytes[SNAME]);
    }
    all
}

fn kind(code: u8) -> Result<DhcpKind, WireError> {
    Ok(match code {
        1 => DhcpKind::Discover,
        2 => DhcpKind::Offer,
        3 => DhcpKind::Request,
        4 => DhcpKind::Decline,
        5 => DhcpKind::Ack,
        6 => DhcpKind::Nak,
        7 => DhcpKind::Release,
        8 => DhcpKind::Inform,
        other => return Err(WireError::UnknownType(other)),
    })
}

fn given(ip: Ipv4Addr) -> Option<Ipv4Addr> {
    (!ip.is_unspecified()).then_some(ip)
}

fn first_address(data: &[u8]) -> Option<Ipv4Addr> {
    data.first_chunk::<4>().map(|b| Ipv4Addr::from(*b))
}

fn all_addresses(data: &[u8]) -> Vec<Ipv4Addr> {
    data.as_chunks::<4>().0.iter().take(MOST_ADDRESSES).map(|b| Ipv4Addr::from(*b)).collect()
}

/// Text of an option: some clients end it with zero bytes.
fn shown(data: &[u8]) -> Option<String> {
    let end = data.iter().rposition(|b| *b != 0)?;
    Some(foreign_bytes(&data[..=end]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::{FOREIGN_MAX, foreign};
    use proptest::prelude::*;

    const MAC: Mac = Mac([0x34, 0xa5, 0xe1, 0x12, 0x34, 0x56]);

    /// A message with the given options, and `file` and `sname` to overload.
    fn message(options: &[(u8, Vec<u8>)], file: &[u8], sname: &[u8]) -> Vec<u8> {
        let mut out = request(1, 7, MAC, Ipv4Addr::UNSPECIFIED, true);
        out.truncate(HEADER);
        out[FILE][..file.len()].copy_from_slice(file);
        out[SNAME][..sname.len()].copy_from_slice(sname);
        for (code, data) in options {
            // RFC 3396: what does not fit goes into further parts
            for part in data.chunks(255) {
                out.extend([*code, part.len() as u8]);
                out.extend(part);
            }
        }
        out.push(255);
        out
    }

    #[test]
    fn an_offer_gives_all_that_it_says() {
        let ip = |s: &str| s.parse::<Ipv4Addr>().unwrap();
        let mut bytes = message(
            &[
                (53, vec![2]),
                (54, vec![192, 168, 7, 1]),
                (1, vec![255, 255, 255, 0]),
                (3, vec![192, 168, 7, 1]),
                (6, vec![192, 168, 7, 1, 9, 9, 9, 9]),
                (51, vec![0, 0, 2, 88]),
                (114, b"https://portal.example/\x1b[2J".to_vec()),
                (12, b"oscar\0\0".to_vec()),
                (61, vec![1, 0x34, 0xa5]),
                (55, vec![1, 3, 6]),
            ],
            b"",
            b"",
        );
        bytes[0] = 2;
        bytes[8..10].copy_from_slice(&[1, 4]);
        bytes[16..20].copy_from_slice(&[192, 168, 7, 20]);
        let seen = parse(&bytes).unwrap();
        assert_eq!(seen.kind, DhcpKind::Offer);
        assert_eq!((seen.mac, seen.xid, seen.secs, seen.broadcast), (MAC, 7, 260, true));
        assert_eq!((seen.ciaddr, seen.yiaddr), (None, Some(ip("192.168.7.20"))));
        assert_eq!(seen.server, Some(ip("192.168.7.1")));
        assert_eq!(seen.mask, Some(ip("255.255.255.0")));
        assert_eq!(seen.routers, [ip("192.168.7.1")]);
        assert_eq!(seen.name_servers, [ip("192.168.7.1"), ip("9.9.9.9")]);
        assert_eq!(seen.lease_secs, Some(600));
        assert_eq!(seen.portal.as_deref(), Some("https://portal.example/<1b>[2J"));
        assert_eq!(seen.host_name.as_deref(), Some("oscar"));
        assert_eq!(seen.client_id.as_deref(), Some("0134a5"));
        assert_eq!(seen.parameter_list, [1, 3, 6]);
    }

    #[test]
    fn options_are_read_from_file_and_sname_when_overloaded() {
        let file = [53, 1, 6, 56, 5, b'n', b'o', b'p', b'e', b'!', 255];
        let sname = [54, 4, 10, 0, 0, 1, 255];
        let seen = parse(&message(&[(52, vec![3])], &file, &sname)).unwrap();
        assert_eq!(seen.kind, DhcpKind::Nak);
        assert_eq!(seen.message.as_deref(), Some("nope!"));
        assert_eq!(seen.server, Some(Ipv4Addr::new(10, 0, 0, 1)));
        // not overloaded: what stands there is a name, not options
        assert_eq!(parse(&message(&[], &file, &sname)), Err(WireError::NoType));
        // only `file`
        assert_eq!(parse(&message(&[(52, vec![1])], &file, &sname)).unwrap().server, None);
    }

    #[test]
    fn a_name_of_ten_thousand_bytes_is_cut() {
        let seen = parse(&message(&[(53, vec![1]), (12, vec![b'x'; 10_000])], b"", b"")).unwrap();
        assert_eq!(seen.host_name.unwrap().chars().count(), FOREIGN_MAX);
    }

    #[test]
    fn what_is_not_dhcp_is_refused_with_its_reason() {
        let good = discover(1, MAC);
        let change = |at: usize, to: u8| {
            let mut bytes = good.clone();
            bytes[at] = to;
            parse(&bytes)
        };
        assert_eq!(parse(&[]), Err(WireError::TooShort { found: 0, needed: HEADER }));
        assert_eq!(change(236, 0), Err(WireError::NotDhcp));
        assert_eq!(change(2, 255), Err(WireError::NotEthernet { htype: 1, hlen: 255 }));
        assert_eq!(change(28, 0x35), Err(WireError::NotADevice));
        assert_eq!(change(240, 52), Err(WireError::NoType));
        assert_eq!(change(242, 99), Err(WireError::UnknownType(99)));
    }

    #[test]
    fn what_is_sent_reads_back() {
        let seen = parse(&discover(0xdead_beef, MAC)).unwrap();
        assert_eq!((seen.kind, seen.xid, seen.broadcast), (DhcpKind::Discover, 0xdead_beef, true));
        assert_eq!(seen.parameter_list, ASKED);
        assert_eq!(seen.client_id.as_deref(), Some("0134a5e1123456"));
        let own = Ipv4Addr::new(192, 168, 7, 9);
        let seen = parse(&inform(5, MAC, own)).unwrap();
        assert_eq!((seen.kind, seen.ciaddr, seen.broadcast), (DhcpKind::Inform, Some(own), false));
        assert_eq!(discover(1, MAC).len(), SHORTEST_SENT);
    }

    /// Another implementation reads what we send: the two agree on the format.
    #[test]
    fn an_independent_decoder_reads_what_is_sent() {
        use dhcproto::{Decodable, v4};
        let bytes = discover(9, MAC);
        let message = v4::Message::decode(&mut v4::Decoder::new(&bytes)).unwrap();
        assert_eq!(message.opts().msg_type(), Some(v4::MessageType::Discover));
        assert_eq!(message.chaddr(), MAC.0);
        assert!(message.flags().broadcast());
    }

    fn safe(text: Option<&String>) -> bool {
        text.is_none_or(|t| foreign(t) == *t)
    }

    proptest! {
        #[test]
        fn damaged_messages_never_panic_and_give_safe_text(
            options in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..600)), 0..12),
            file in prop::collection::vec(any::<u8>(), 0..128),
            sname in prop::collection::vec(any::<u8>(), 0..64),
            overload in 0_u8..5,
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            cut in any::<prop::sample::Index>(),
            do_cut in any::<bool>(),
        ) {
            let mut all = vec![(53, vec![1]), (52, vec![overload])];
            all.extend(options);
            let mut bytes = message(&all, &file, &sname);
            for (at, to) in damage {
                let at = at.index(bytes.len());
                bytes[at] = to;
            }
            if do_cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            if let Ok(seen) = parse(&bytes) {
                prop_assert!(seen.mac.is_device());
                for text in [&seen.host_name, &seen.vendor_class, &seen.message, &seen.portal] {
                    prop_assert!(safe(text.as_ref()));
                }
            }
        }

        #[test]
        fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = parse(&bytes);
        }
    }
}
