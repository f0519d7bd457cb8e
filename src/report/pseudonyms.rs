//! A recording that may leave the house: names and addresses are replaced by others, each always by the same, so that
//! it still plays to the same verdict. What is beside what stays: two addresses of one subnet are two of one subnet.

use super::addresses::{Piece, scan};
use super::public::{Addresses, Public};
use super::redact::{
    Redact, replace_word, says_nothing, url_hosts, without_logins, without_private_names,
    without_user_folders,
};
use crate::model::Mac;
use crate::model::recording::{Event, Header, Recording};
use crate::profile::Profile;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A line of a recording that does not survive; a mistake of this program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the recording cannot be made anonymous: {why}")]
pub struct PseudonymError {
    line: usize,
    why: String,
}

/// The recording at this level. At `full` only passwords are left out.
///
/// # Errors
/// When what is left is no recording any more.
pub fn redacted_recording(whole: &Recording, level: Redact) -> Result<Recording, PseudonymError> {
    let mut p = Pseudonyms::new(whole, level);
    if level == Redact::Public {
        return Ok(p.public(whole));
    }
    let header: Header = p.line(&whole.header, 1)?;
    let events = whole.events.iter().enumerate();
    let events = events.map(|(i, e)| p.line(e, i + 2)).collect::<Result<Vec<Event>, _>>()?;
    Ok(Recording { header, events })
}

struct Pseudonyms {
    level: Redact,
    profile: Profile,
    /// Addresses that everybody knows: of the cloud, of the controls.
    known: BTreeSet<IpAddr>,
    /// Every MAC that is written with colons somewhere, so that twelve bare digits are known for one.
    macs: BTreeSet<Mac>,
    /// Names of hosts and of the site, the longest first, and what stands for them.
    names: Vec<(String, String)>,
    given: BTreeMap<Mac, Mac>,
    given_v6: BTreeMap<Ipv6Addr, Ipv6Addr>,
    /// A key that nobody keeps: the mapping cannot be found again by trying.
    key: RandomState,
}

impl Pseudonyms {
    fn new(whole: &Recording, level: Redact) -> Pseudonyms {
        let profile = whole
            .header
            .profile
            .as_ref()
            .and_then(|text| Profile::parse(text).ok())
            .unwrap_or_else(Profile::shipped);
        let mut p = Pseudonyms {
            level,
            known: known(&profile),
            profile,
            macs: BTreeSet::new(),
            names: Vec::new(),
            given: BTreeMap::new(),
            given_v6: BTreeMap::new(),
            key: RandomState::new(),
        };
        if level == Redact::Full {
            return p;
        }
        let mut names: BTreeSet<String> = BTreeSet::new();
        for event in &whole.events {
            let value = serde_json::to_value(event).unwrap_or_default();
            p.learn(&value, "", &mut names);
        }
        if level == Redact::Public {
            return p;
        }
        let own = p.profile.cloud.hosts.iter().chain(&p.profile.control.names).collect::<Vec<_>>();
        let mut names: Vec<String> = names
            .into_iter()
            .filter(|n| n.chars().count() >= 2 && !own.iter().any(|o| o.eq_ignore_ascii_case(n)))
            .collect();
        names.sort_by_key(|n| std::cmp::Reverse(n.len()));
        p.names = names.into_iter().enumerate().map(|(i, n)| (n, format!("name-{}", i + 1))).collect();
        p
    }

    /// For anybody: every field by its own way.
    fn public(&mut self, whole: &Recording) -> Recording {
        let profile = self.profile.clone();
        let mut out = whole.clone();
        let mut public = Public::new(self, &profile, false);
        let box_words = profile.cloud.hosts.iter().chain(profile.dialects.iter().map(|d| &d.name));
        box_words.for_each(|word| public.also_public(word));
        for learnt in [false, true] {
            if learnt {
                public.learnt();
            }
            public.header(&mut out.header);
            out.events.iter_mut().for_each(|event| public.event(event));
        }
        out
    }

    /// Collects what a later text may repeat.
    fn learn(&mut self, value: &Value, key: &str, names: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => {
                if matches!(key, "host_name" | "domain") {
                    names.insert(text.trim().to_owned());
                }
                names.extend(url_hosts(text));
                scan(text, &mut |piece| {
                    if let Piece::Mac { mac, bare: false, .. } = piece {
                        self.macs.insert(mac);
                    }
                    None
                });
            }
            Value::Array(all) => all.iter().for_each(|v| self.learn(v, key, names)),
            Value::Object(all) => all.iter().for_each(|(k, v)| {
                // an interface's name is not a person's, and everybody's is called the same
                if !(k == "interfaces" || k == "target") {
                    self.learn(v, k, names);
                } else {
                    self.learn(v, "", &mut BTreeSet::new());
                }
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn line<T: Serialize + DeserializeOwned>(&mut self, what: &T, line: usize) -> Result<T, PseudonymError> {
        let bad = |e: serde_json::Error| PseudonymError { line, why: e.to_string() };
        let value = serde_json::to_value(what).map_err(bad)?;
        serde_json::from_value(self.value(value, "")).map_err(bad)
    }

    fn value(&mut self, value: Value, key: &str) -> Value {
        match value {
            // option 61 is the MAC in another coat, and no rule asks for it
            _ if key == "client_id" && self.level != Redact::Full => Value::Null,
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(all) => Value::Array(all.into_iter().map(|v| self.value(v, key)).collect()),
            Value::Object(all) => {
                let pairs = all.into_iter().map(|(k, v)| {
                    let v = self.value(v, &k);
                    (k, v)
                });
                Value::Object(pairs.collect())
            }
            other => other,
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut out = without_logins(text);
        if self.level == Redact::Full {
            return out;
        }
        out = without_user_folders(&out);
        for (name, other) in &self.names {
            out = replace_word(&out, name, other);
        }
        out = without_private_names(&out);
        scan(&out, &mut |piece| match piece {
            Piece::Mac { mac, written, bare } if !bare || self.macs.contains(&mac) => {
                Some(written_as(written, self.mac(mac)))
            }
            Piece::Mac { .. } => None,
            Piece::Ip(ip) => self.ip(ip).map(|ip| ip.to_string()),
        })
    }

    fn mac(&mut self, mac: Mac) -> Mac {
        let ours = self.profile.is_gateway(mac);
        if !mac.is_device() || ours && self.level == Redact::Shared {
            return mac;
        }
        let next = u32::try_from(self.given.len() + 1).unwrap_or(u32::MAX);
        // the maker of the box is how it is known; that of others tells the site
        let keep = ours || self.level == Redact::Shared;
        *self.given.entry(mac).or_insert_with(|| {
            let [a, b, c] = if keep { mac.prefix() } else { [0x02, 0, 0] };
            let [_, x, y, z] = next.to_be_bytes();
            Mac([a, b, c, x, y, z])
        })
    }

    fn ip(&mut self, ip: IpAddr) -> Option<IpAddr> {
        if self.level != Redact::Public || self.known.contains(&ip) || says_nothing(ip) {
            return None;
        }
        match ip {
            IpAddr::V4(v4) => Some(IpAddr::V4(self.v4(v4))),
            IpAddr::V6(v6) => {
                let next = self.given_v6.len() as u128 + 1;
                let local = v6.is_unique_local() || v6.is_unicast_link_local();
                let net: Ipv6Addr = if local { "fd00::" } else { "2001:db8::" }.parse().unwrap_or(v6);
                let given = self.given_v6.entry(v6).or_insert_with(|| (u128::from(net) | next).into());
                Some(IpAddr::V6(*given))
            }
        }
    }

    /// Bit by bit, each turned or not by what stands before it: addresses that share a beginning still share one of the
    /// same length. The bits that say what kind of address it is stay.
    fn v4(&self, ip: Ipv4Addr) -> Ipv4Addr {
        let bits = u32::from(ip);
        let mut out = bits;
        for place in kind_bits(ip)..32 {
            let before = if place == 0 { 0 } else { bits >> (32 - place) };
            if self.key.hash_one((place, before)) & 1 == 1 {
                out ^= 1 << (31 - place);
            }
        }
        out.into()
    }
}

impl Addresses for Pseudonyms {
    fn mac(&mut self, mac: Mac) -> Mac {
        Pseudonyms::mac(self, mac)
    }
    fn ip(&mut self, ip: IpAddr) -> IpAddr {
        Pseudonyms::ip(self, ip).unwrap_or(ip)
    }
    fn sentence(&mut self, text: &str) -> String {
        self.text(text)
    }
}

/// How many bits say what kind of address it is: RFC 1918, RFC 3927, RFC 6598, RFC 2544, RFC 5737; else the first octet.
fn kind_bits(ip: Ipv4Addr) -> u32 {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (10, ..) => 8,
        (172, 16..=31, _) => 12,
        (192, 168, _) => 16,
        (169, 254, _) => 16,
        (100, 64..=127, _) => 10,
        (198, 18..=19, _) => 15,
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => 24,
        _ => 8,
    }
}

/// Everybody's: of the cloud and of the controls.
fn known(profile: &Profile) -> BTreeSet<IpAddr> {
    let cloud = profile.cloud.documented_addresses.iter().map(|ip| IpAddr::V4(*ip));
    let controls = profile.control.targets.iter().map(|t| t.ip());
    let tls = profile.control.tls.iter().map(|t| t.addr.ip());
    cloud.chain(controls).chain(tls).chain(profile.control.name_servers.iter().copied()).collect()
}

/// The other address in the notation in which this one was written.
fn written_as(written: &str, mac: Mac) -> String {
    let digits = mac.bare();
    let mut digits = digits.chars();
    let upper = written.chars().any(|c| c.is_ascii_uppercase());
    let next = |c: char| {
        if !c.is_ascii_hexdigit() {
            return c;
        }
        let d = digits.next().unwrap_or('0');
        if upper { d.to_ascii_uppercase() } else { d.to_ascii_lowercase() }
    };
    written.chars().map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::At;
    use crate::model::evidence::{Announcement, Fact, Observation, Source};
    use crate::model::recording::{FORMAT, Input, KIND};

    fn with(facts: Vec<Fact>, site: &str) -> Recording {
        let header = Header { kind: KIND.into(), format: FORMAT, site: site.into(), ..Header::default() };
        let event = |(i, fact): (usize, Fact)| {
            let saw = Observation { at: At(i as u64), source: Source::Neighbour, fact };
            Event { at: At(i as u64), input: Input::Saw(Box::new(saw)) }
        };
        Recording { header, events: facts.into_iter().enumerate().map(event).collect() }
    }

    fn neighbour(mac: [u8; 6], ip: [u8; 4]) -> Fact {
        Fact::Neighbour { mac: Mac(mac), ip: ip.into(), confirmed_ms_ago: None }
    }

    fn seen(r: &Recording) -> Vec<(Mac, Ipv4Addr)> {
        let one = |e: &Event| match &e.input {
            Input::Saw(o) => match o.fact {
                Fact::Neighbour { mac, ip, .. } => Some((mac, ip)),
                _ => None,
            },
            _ => None,
        };
        r.events.iter().filter_map(one).collect()
    }

    const BOX: [u8; 6] = [0x34, 0xa5, 0xe1, 0, 0x0b, 7];
    const PC: [u8; 6] = [0xb8, 0x27, 0xeb, 1, 2, 3];

    #[test]
    fn what_is_beside_what_stays_and_nothing_else() {
        let facts = vec![
            neighbour(BOX, [10, 20, 30, 77]),
            neighbour(PC, [10, 20, 30, 5]),
            neighbour(BOX, [10, 20, 30, 77]),
            neighbour(PC, [10, 99, 30, 5]),
        ];
        let whole = with(facts, "Kök Norr");
        let open = redacted_recording(&whole, Redact::Full).unwrap();
        assert_eq!(open, whole);
        let shared = seen(&redacted_recording(&whole, Redact::Shared).unwrap());
        assert_eq!(shared[0], (Mac(BOX), [10, 20, 30, 77].into()), "the box is the question");
        assert!(shared[1].0.prefix() == [0xb8, 0x27, 0xeb] && shared[1].0 != Mac(PC));
        assert_eq!(shared[1].1, Ipv4Addr::new(10, 20, 30, 5));
        let out = redacted_recording(&whole, Redact::Public).unwrap();
        assert_eq!(out.header.site, "");
        let public = seen(&out);
        assert_eq!(public[0], public[2], "always the same");
        assert!(public[0].0.prefix() == [0x34, 0xa5, 0xe1] && public[0].0 != Mac(BOX));
        let net = |ip: Ipv4Addr, bits: u32| u32::from(ip) >> (32 - bits);
        assert_eq!(net(public[0].1, 24), net(public[1].1, 24), "one subnet");
        assert_ne!(net(public[1].1, 16), net(public[3].1, 16), "another");
        assert!(public.iter().all(|(_, ip)| ip.octets()[0] == 10));
        let text = out.print();
        for told in ["00:0b:07", "01:02:03", "10.20.30.77", "10.99.30.5", "Norr"] {
            assert!(!text.contains(told), "{told} in {text}");
        }
    }

    #[test]
    fn names_are_the_same_name_everywhere() {
        let named = |name: &str| {
            Fact::Announced(Announcement {
                mac: Some(Mac(BOX)),
                ip: None,
                led: None,
                ttl_ms: 1,
                name: name.into(),
                firmware: None,
                assumed: true,
                goodbye: false,
            })
        };
        let facts = vec![named("kitchen-7"), named("kitchen-7"), named("http://anna:pw@wpad.kund.local/x")];
        let text = redacted_recording(&with(facts, ""), Redact::Public).unwrap().print();
        assert_eq!(text.matches("\"name\":\"name-1\"").count(), 2, "{text}");
        assert!(!["kitchen", "anna", "pw@", "kund"].iter().any(|t| text.contains(t)), "{text}");
    }
}
