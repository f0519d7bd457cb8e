//! Neighbours on Linux: netlink RTM_GETNEIGH, with the age of each proof.

use super::{Neighbour, NeighbourState as State, NeighbourTable, mac};
use crate::model::Mac;
use crate::platform::{PlatformError, netlink};
use netlink_packet_route::neighbour::{
    NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState as Nud,
};
use netlink_packet_route::neighbour_table::{NeighbourTableAttribute as Attribute, NeighbourTableMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use std::net::Ipv4Addr;

/// RTM_GETNEIGHTBL, which needs no rights and is answered in a namespace too, where the settings under `/proc` are not
/// shown.
pub(super) fn room() -> Option<super::Room> {
    let mut question = NeighbourTableMessage::default();
    question.header.family = AddressFamily::Inet;
    let answers = netlink::dump(RouteNetlinkMessage::GetNeighbourTable(question)).ok()?;
    answers.into_iter().find_map(|answer| {
        let RouteNetlinkMessage::NewNeighbourTable(table) = answer else { return None };
        let (mut most, mut entries, mut refused) = (None, None, None);
        for attribute in &table.attributes {
            match attribute {
                Attribute::Threshold3(n) => most = Some(*n),
                Attribute::Config(config) => entries = Some(config.entries),
                Attribute::Stats(stats) => refused = Some(stats.table_fulls),
                _ => {}
            }
        }
        // the rows of single interfaces have no threshold
        Some(super::Room { most: most?, entries: entries?, refused: refused? })
    })
}

pub(super) fn table(interface_index: Option<u32>) -> Result<NeighbourTable, PlatformError> {
    let mut question = NeighbourMessage::default();
    question.header.family = AddressFamily::Inet;
    let tick_ms = tick_ms();
    let mut table = NeighbourTable::default();
    for answer in netlink::dump(RouteNetlinkMessage::GetNeighbour(question))? {
        let RouteNetlinkMessage::NewNeighbour(row) = answer else { continue };
        if interface_index.is_some_and(|wanted| wanted != row.header.ifindex) {
            continue;
        }
        let (Some(ip), mac, confirmed) = attributes(&row) else { continue };
        let state = match row.header.state {
            asked @ (Nud::Incomplete | Nud::Failed) => {
                table.unanswered.push(ip);
                table.asking.extend((asked == Nud::Incomplete).then_some(ip));
                continue;
            }
            Nud::Reachable => State::Reachable,
            // in use again, being asked again: what is known is still the old proof
            Nud::Stale | Nud::Delay | Nud::Probe => State::Stale,
            Nud::Noarp | Nud::None => continue,
            _ => State::Other,
        };
        if let Some(mac) = mac {
            table.neighbours.push(Neighbour {
                ip,
                mac,
                interface_index: row.header.ifindex,
                state,
                // a row that was set by hand was never confirmed
                confirmed_ms_ago: confirmed
                    .filter(|_| state != State::Other)
                    .map(|ticks| u64::from(ticks) * tick_ms),
            });
        }
    }
    Ok(table)
}

fn attributes(row: &NeighbourMessage) -> (Option<Ipv4Addr>, Option<Mac>, Option<u32>) {
    let (mut ip, mut address, mut confirmed) = (None, None, None);
    for attribute in &row.attributes {
        match attribute {
            NeighbourAttribute::Destination(NeighbourAddress::Inet(a)) => ip = Some(*a),
            NeighbourAttribute::LinkLayerAddress(bytes) => address = mac(bytes),
            NeighbourAttribute::CacheInfo(info) => confirmed = Some(info.confirmed),
            _ => {}
        }
    }
    (ip, address, confirmed)
}

/// Milliseconds of one tick of the ages that the kernel reports.
fn tick_ms() -> u64 {
    // SAFETY: sysconf only reads a number of the system.
    let hz = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    u64::try_from(hz).ok().filter(|hz| (1..=1000).contains(hz)).map_or(10, |hz| 1000 / hz)
}
