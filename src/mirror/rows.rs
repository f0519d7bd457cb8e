//! The rows of the neighbour table that were seen: who was at which address, since when, and who took turns there. Bounded:
//! whoever answers under ever new names fills its share, and the rows of gateways have a share of their own.

use crate::model::snapshot::HostSeen;
use crate::model::{At, Mac};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Addresses behind one MAC from which on it is a router that answers for others (proxy ARP), not that many hosts.
const PROXY_ARP_FROM: usize = 8;
/// Changes of who answers at an address that are kept.
const TURNS_KEPT: usize = 8;
/// What a box said of its own address is held against a neighbour's answer for this long.
pub(super) const CLAIM_GOOD_MS: u64 = 120_000;
/// Two that answer at one address within this time are there together, not one after the other.
const MOMENT_MS: u64 = 5_000;
/// Rows that are kept: four /22, each host with one address.
pub const MOST: usize = 4_096;
/// Rows that are kept of one gateway, whether or not there is room for others.
const OF_GATEWAY: usize = 32;

/// Rows by MAC and address, with the time when each was first seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    seen: BTreeMap<(Mac, Ipv4Addr), At>,
    /// Who answered at each address, one entry for each change.
    turns: BTreeMap<Ipv4Addr, Vec<(Mac, At)>>,
    /// When each last answered at an address, in this session.
    proofs: BTreeMap<(Ipv4Addr, Mac), At>,
    left_out: bool,
}

impl Rows {
    /// Keeps a row; false when there is no room for it. `gateway`: it is one's that is followed.
    pub fn keep(&mut self, mac: Mac, ip: Ipv4Addr, at: At, gateway: bool) -> bool {
        if !self.has_room(mac, ip, gateway) {
            self.left_out = true;
            return false;
        }
        self.seen.entry((mac, ip)).or_insert(at);
        true
    }

    /// Whether a row is kept, or would be.
    pub fn has_room(&self, mac: Mac, ip: Ipv4Addr, gateway: bool) -> bool {
        self.seen.contains_key(&(mac, ip))
            || self.seen.len() < MOST
            || gateway && self.of(mac).take(OF_GATEWAY).count() < OF_GATEWAY
    }

    /// There were more than are kept.
    pub fn left_out(&self) -> bool {
        self.left_out
    }

    /// The addresses of a MAC, with the time since when.
    pub fn of(&self, mac: Mac) -> impl Iterator<Item = (Ipv4Addr, At)> {
        let of_mac = (mac, Ipv4Addr::UNSPECIFIED)..=(mac, Ipv4Addr::BROADCAST);
        self.seen.range(of_mac).map(|((_, ip), at)| (*ip, *at))
    }

    pub fn macs(&self) -> impl Iterator<Item = Mac> {
        self.seen.keys().map(|(mac, _)| *mac)
    }

    /// Who was last seen for the first time at an address.
    pub fn mac_at(&self, ip: Ipv4Addr) -> Option<Mac> {
        self.seen.iter().filter(|((_, i), _)| *i == ip).max_by_key(|(_, at)| **at).map(|((m, _), _)| *m)
    }

    /// A MAC that answers for many addresses is a router that does proxy ARP.
    pub fn answers_for_others(&self, mac: Mac) -> bool {
        self.of(mac).take(PROXY_ARP_FROM).count() >= PROXY_ARP_FROM
    }

    /// It answered at this address.
    pub fn proved(&mut self, ip: Ipv4Addr, mac: Mac, at: At) {
        self.proofs.insert((ip, mac), at);
    }

    /// Others that answered at this address a moment ago: which of them is noticed first is chance.
    pub fn others_at(&self, ip: Ipv4Addr, mac: Mac, at: At) -> Vec<Mac> {
        self.proofs
            .range((ip, Mac([0; 6]))..=(ip, Mac([0xff; 6])))
            .filter(|((_, other), proof)| *other != mac && at.since(**proof) <= MOMENT_MS)
            .map(|((_, other), _)| *other)
            .filter(|other| !self.answers_for_others(*other))
            .collect()
    }

    /// Keeps who answered at an address, when that changes.
    pub fn take_turn(&mut self, ip: Ipv4Addr, mac: Mac, at: At) {
        let turns = self.turns.entry(ip).or_default();
        if turns.last().is_none_or(|(last, _)| *last != mac) {
            turns.push((mac, at));
            if turns.len() > TURNS_KEPT {
                turns.remove(0);
            }
        }
    }

    /// Who answered at an address by turns: one, another, and the first again, within the time that such a claim is
    /// good. An address that went from one device to another is none.
    pub fn in_turn(&self, ip: Ipv4Addr) -> Vec<(Mac, At)> {
        let turns = self.turns.get(&ip).map(Vec::as_slice).unwrap_or_default();
        let to_and_fro = |w: &[(Mac, At)]| w[0].0 == w[2].0 && w[2].1.since(w[0].1) <= CLAIM_GOOD_MS;
        if turns.windows(3).any(to_and_fro) { turns.to_vec() } else { Vec::new() }
    }

    /// The neighbours, by address. A MAC that answers for many addresses is shown once: it is a router doing proxy
    /// ARP, not many hosts.
    pub fn hosts(&self, maker: &dyn Fn(Mac) -> Option<String>) -> Vec<HostSeen> {
        let mut by_mac: BTreeMap<Mac, Vec<(Ipv4Addr, At)>> = BTreeMap::new();
        for ((mac, ip), at) in &self.seen {
            by_mac.entry(*mac).or_default().push((*ip, *at));
        }
        let mut out: Vec<HostSeen> = by_mac
            .into_iter()
            .flat_map(|(mac, rows)| {
                let shown = if rows.len() >= PROXY_ARP_FROM { 1 } else { rows.len() };
                rows.into_iter().take(shown).map(move |(ip, at)| (mac, ip, at)).collect::<Vec<_>>()
            })
            .map(|(mac, ip, at)| HostSeen { mac, ip, maker: maker(mac), first_seen_ms: at.0 })
            .collect();
        out.sort_by_key(|h| h.ip);
        out
    }
}
