//! DHCP messages of the virtual gateway: built and read (RFC 2131, RFC 2132).

use crate::lab::event::Lease;
use crate::model::Mac;
use crate::model::evidence::{DhcpKind, DhcpSeen};
use dhcproto::v4::{DhcpOption, Flags, HType, Message, MessageType, OptionCode};
use std::net::Ipv4Addr;

/// What the box asks its server for.
const WANTED: [OptionCode; 5] = [
    OptionCode::SubnetMask,
    OptionCode::Router,
    OptionCode::DomainNameServer,
    OptionCode::AddressLeaseTime,
    OptionCode::ServerIdentifier,
];

/// A message of the client before its state is written into it.
#[must_use]
pub fn from_client(
    mac: Mac,
    xid: u32,
    secs: u16,
    broadcast: bool,
    kind: MessageType,
    host_name: &str,
) -> Message {
    let none = Ipv4Addr::UNSPECIFIED;
    let mut m = Message::new_with_id(xid, none, none, none, none, &mac.0);
    m.set_htype(HType::Eth).set_secs(secs);
    if broadcast {
        m.set_flags(Flags::default().set_broadcast());
    }
    let opts = m.opts_mut();
    opts.insert(DhcpOption::MessageType(kind));
    opts.insert(DhcpOption::ClientIdentifier([&[1], &mac.0[..]].concat()));
    opts.insert(DhcpOption::Hostname(host_name.to_owned()));
    opts.insert(DhcpOption::ParameterRequestList(WANTED.to_vec()));
    m
}

#[must_use]
pub fn kind(m: &Message) -> Option<MessageType> {
    if let Some(DhcpOption::MessageType(kind)) = m.opts().get(OptionCode::MessageType) {
        Some(*kind)
    } else {
        None
    }
}

/// Option 54.
#[must_use]
pub fn server(m: &Message) -> Option<Ipv4Addr> {
    if let Some(DhcpOption::ServerIdentifier(ip)) = m.opts().get(OptionCode::ServerIdentifier) {
        Some(*ip)
    } else {
        None
    }
}

/// Option 56.
#[must_use]
pub fn text(m: &Message) -> Option<String> {
    if let Some(DhcpOption::Message(text)) = m.opts().get(OptionCode::Message) {
        Some(crate::model::text::foreign(text))
    } else {
        None
    }
}

fn list(m: &Message, code: OptionCode) -> Vec<Ipv4Addr> {
    match m.opts().get(code) {
        Some(DhcpOption::Router(ips) | DhcpOption::DomainNameServer(ips)) => ips.clone(),
        _ => Vec::new(),
    }
}

fn number(m: &Message, code: OptionCode) -> Option<u32> {
    match m.opts().get(code) {
        Some(DhcpOption::AddressLeaseTime(n) | DhcpOption::Renewal(n) | DhcpOption::Rebinding(n)) => Some(*n),
        _ => None,
    }
}

fn mask(m: &Message) -> Option<Ipv4Addr> {
    if let Some(DhcpOption::SubnetMask(mask)) = m.opts().get(OptionCode::SubnetMask) {
        Some(*mask)
    } else {
        None
    }
}

/// The lease of an ACK with T1 and T2 in seconds. `None` when it lacks an address or a server.
#[must_use]
pub fn lease(m: &Message) -> Option<(Lease, u32, u32)> {
    if m.yiaddr().is_unspecified() {
        return None;
    }
    // without option 51 the lease has no end; a year is as good for a lab
    let lease_secs = number(m, OptionCode::AddressLeaseTime).unwrap_or(365 * 86_400).max(1);
    let t1 = number(m, OptionCode::Renewal).unwrap_or(lease_secs / 2).min(lease_secs);
    let t2 = number(m, OptionCode::Rebinding).unwrap_or(lease_secs / 8 * 7).clamp(t1, lease_secs);
    let prefix = mask(m).map_or(24, |mask| u8::try_from(u32::from(mask).leading_ones()).unwrap_or(32));
    let lease = Lease {
        ip: m.yiaddr(),
        prefix,
        router: list(m, OptionCode::Router).first().copied(),
        name_servers: list(m, OptionCode::DomainNameServer),
        server: server(m)?,
        lease_secs,
    };
    Some((lease, t1, t2))
}

/// What a listener on the segment would have seen of it. `None` of what is no DHCP message.
#[must_use]
pub fn seen(m: &Message) -> Option<DhcpSeen> {
    let kind = match kind(m)? {
        MessageType::Discover => DhcpKind::Discover,
        MessageType::Offer => DhcpKind::Offer,
        MessageType::Request => DhcpKind::Request,
        MessageType::Decline => DhcpKind::Decline,
        MessageType::Ack => DhcpKind::Ack,
        MessageType::Nak => DhcpKind::Nak,
        MessageType::Release => DhcpKind::Release,
        MessageType::Inform => DhcpKind::Inform,
        _ => return None,
    };
    let given = |ip: Ipv4Addr| Some(ip).filter(|ip| !ip.is_unspecified());
    let mac = Mac(m.chaddr().get(..6)?.try_into().ok()?);
    Some(DhcpSeen {
        kind,
        mac,
        xid: m.xid(),
        secs: m.secs(),
        broadcast: m.flags().broadcast(),
        ciaddr: given(m.ciaddr()),
        yiaddr: given(m.yiaddr()),
        requested: match m.opts().get(OptionCode::RequestedIpAddress) {
            Some(DhcpOption::RequestedIpAddress(ip)) => Some(*ip),
            _ => None,
        },
        server: server(m),
        mask: mask(m),
        routers: list(m, OptionCode::Router),
        name_servers: list(m, OptionCode::DomainNameServer),
        lease_secs: number(m, OptionCode::AddressLeaseTime),
        host_name: match m.opts().get(OptionCode::Hostname) {
            Some(DhcpOption::Hostname(name)) => Some(crate::model::text::foreign(name)),
            _ => None,
        },
        vendor_class: None,
        parameter_list: match m.opts().get(OptionCode::ParameterRequestList) {
            Some(DhcpOption::ParameterRequestList(codes)) => codes.iter().map(|c| u8::from(*c)).collect(),
            _ => Vec::new(),
        },
        message: text(m),
        portal: None,
        wpad: None,
        domain: None,
        client_id: match m.opts().get(OptionCode::ClientIdentifier) {
            Some(DhcpOption::ClientIdentifier(id)) => Some(id.iter().map(|b| format!("{b:02x}")).collect()),
            _ => None,
        },
    })
}
