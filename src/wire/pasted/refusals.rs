//! A refusal and what came after it, in the order of the log: asked and not answered, offered and not taken, refused and
//! let in later. The last word on a device counts; what it took back stays told, as something that is over.

use crate::model::Mac;
use crate::model::pasted::{Action, Entry, Kind, LeaseState};

/// What a switch says of a port without naming a device.
#[derive(Clone, Debug)]
pub struct PortEvent {
    /// From 0.
    pub line: usize,
    pub place: String,
    /// It carries traffic again.
    pub is_up: bool,
}

/// What the lines of a log say beside the entries.
pub struct Log<'s> {
    /// What a DHCP server says of a gateway, in its order.
    pub story: &'s [Entry],
    pub ports: &'s [PortEvent],
    pub newest_first: bool,
}

/// Kinds in which a switch says whether it lets a device in.
#[must_use]
pub fn is_of_switch(kind: Kind) -> bool {
    matches!(kind, Kind::PortSecurity | Kind::Dot1x | Kind::MacAuthentication | Kind::Admitted)
}

impl Log<'_> {
    /// Later is what was written later, wherever it stands.
    fn turn(&self, line: usize) -> usize {
        if self.newest_first { usize::MAX - line } else { line }
    }

    /// Changes the entries by what came after them, and gives those that follow from the whole.
    pub fn tell(&self, macs: &[Mac], entries: &mut Vec<Entry>) -> Vec<Entry> {
        once(entries);
        let mut told = Vec::new();
        for mac in macs {
            self.given_later(*mac, entries);
            self.let_in_later(*mac, entries);
            told.extend(self.unanswered(*mac, entries));
        }
        told
    }

    /// Asked and not answered, offered and not taken.
    fn unanswered(&self, mac: Mac, entries: &[Entry]) -> Vec<Entry> {
        let of = || self.story.iter().filter(|e| e.mac == Some(mac));
        let turn = |e: &Entry| self.turn(e.line);
        let is_discover = |e: &Entry| e.kind == Kind::DiscoverOnly;
        let is_offer = |e: &Entry| e.lease.is_some_and(|l| l.state == LeaseState::Offered);
        let complaint = entries.iter().filter(|e| e.mac == Some(mac) && e.lease.is_some()).map(turn).max();
        let answered = of().filter(|e| !is_discover(e)).map(turn).max().max(complaint);
        let taken = of().filter(|e| !is_discover(e) && !is_offer(e)).map(turn).max().max(complaint);
        let open = of().filter(|e| is_discover(e) && answered.is_none_or(|a| turn(e) > a)).cloned();
        let offered = of().filter(|e| is_offer(e) && taken.is_none_or(|t| turn(e) > t)).cloned();
        let offered = offered.map(|e| Entry { kind: Kind::OfferNotTaken, ..e });
        let unclear = |mut entry: Entry| {
            entry.action = Action::Unclear;
            if let Some(lease) = entry.lease.as_mut().filter(|_| entry.kind == Kind::DiscoverOnly) {
                lease.state = LeaseState::Requested;
            }
            entry
        };
        open.chain(offered).map(unclear).collect()
    }

    /// The server refused, and then gave an address: the refusal is over.
    fn given_later(&self, mac: Mac, entries: &mut [Entry]) {
        let given = self.story.iter().filter(|e| e.mac == Some(mac));
        let given = given.filter_map(|e| Some((e, e.lease.filter(|l| l.state == LeaseState::InForce)?.ip?)));
        let Some((ack, ip)) = given.max_by_key(|(e, _)| self.turn(e.line)) else { return };
        let refused = |e: &&mut Entry| {
            e.mac == Some(mac)
                && matches!(e.kind, Kind::Nak | Kind::NoAddress | Kind::MacRefused)
                && self.turn(e.line) < self.turn(ack.line)
        };
        for entry in entries.iter_mut().filter(refused) {
            (entry.kind, entry.action) = (Kind::Lease, Action::Allowed);
            if let Some(lease) = entry.lease.as_mut() {
                lease.state = LeaseState::Refused;
            }
            entry.reason = Some(format!("it got {ip} later, line {}", ack.line + 1));
        }
    }

    /// The switch refused, and then let the device in, or opened the port that it had shut: the refusal is over.
    fn let_in_later(&self, mac: Mac, entries: &mut [Entry]) {
        let admitted: Vec<usize> = entries
            .iter()
            .filter(|e| e.mac == Some(mac) && e.kind == Kind::Admitted)
            .map(|e| e.line)
            .collect();
        for entry in entries.iter_mut().filter(|e| e.mac == Some(mac) && is_of_switch(e.kind)) {
            let later = |line: &usize| self.turn(*line) > self.turn(entry.line);
            let (by, what) = match entry.kind {
                Kind::Dot1x => ("802.1X", "let in"),
                Kind::MacAuthentication => ("MAC authentication", "let in"),
                Kind::PortSecurity => ("port security", "let in"),
                _ => continue,
            };
            let let_in = admitted.iter().copied().filter(later).min_by_key(|line| self.turn(*line));
            // a port that comes up has proved nothing where the device has to
            let here = |p: &&PortEvent| {
                p.is_up
                    && entry.kind == Kind::PortSecurity
                    && entry.place.as_deref().is_some_and(|e| is_same(e, &p.place))
            };
            let up =
                self.ports.iter().filter(here).map(|p| p.line).filter(later).min_by_key(|l| self.turn(*l));
            let over = let_in.map(|line| (what, line)).or(up.map(|line| ("the port came up again", line)));
            let Some((what, line)) = over else { continue };
            (entry.kind, entry.action) = (Kind::Admitted, Action::Allowed);
            entry.reason = Some(format!("refused by {by} before; {what} later, line {}", line + 1));
        }
    }

    /// Lines about ports at which a gateway was named.
    pub fn lines_of_ports(&self, entries: &[Entry]) -> Vec<usize> {
        let places: Vec<&str> =
            entries.iter().filter(|e| is_of_switch(e.kind)).filter_map(|e| e.place.as_deref()).collect();
        let is_its = |p: &&PortEvent| places.iter().any(|place| is_same(place, &p.place));
        self.ports.iter().filter(is_its).map(|p| p.line).collect()
    }
}

/// One refusal may have two lines, each with its own message: why the request is refused, and the refusal.
fn once(entries: &mut Vec<Entry>) {
    entries.dedup_by(|second, first| {
        first.kind == Kind::Nak
            && second.kind == Kind::Nak
            && first.message != second.message
            && (first.mac, first.lease, &first.time) == (second.mac, second.lease, &second.time)
    });
}

/// `Gi1/0/12` and `GigabitEthernet1/0/12` are one port.
fn is_same(one: &str, other: &str) -> bool {
    fn parts(place: &str) -> Option<(String, &str)> {
        let place = place.trim_end_matches(['.', ',', ':']);
        let at = place.find(|c: char| c.is_ascii_digit())?;
        let (name, number) = place.split_at_checked(at)?;
        Some((name.trim().to_ascii_lowercase(), number))
    }
    match (parts(one), parts(other)) {
        (Some((a, n)), Some((b, m))) => n == m && (a.starts_with(&b) || b.starts_with(&a)),
        _ => one.eq_ignore_ascii_case(other),
    }
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn a_port_has_a_long_name_and_a_short_one() {
        assert!(is_same("Gi1/0/12", "GigabitEthernet1/0/12.") && is_same("Te1/1", "TenGigabitEthernet1/1"));
        assert!(
            !is_same("Gi1/0/12", "Gi1/0/1")
                && !is_same("Gi1/0/12", "Te1/0/12")
                && is_same("Port 3", "port 3")
        );
    }
}
