//! What was seen, field by field: this computer's network, observations, pasted texts.

use super::{Each, Public, decide};
use crate::model::evidence::{Announcement, ConsoleFact, ConsoleLine, DhcpSeen, Fact, Observation};
use crate::model::host::{HostAddress, HostLease, HostView, Interface, Proxy, SerialPort};
use crate::model::pasted::{Entry, Lease, PastedText, Told};

impl Public<'_> {
    pub(super) fn host_view(&mut self, view: &mut HostView) {
        decide!(
            self,
            view,
            HostView {
                interfaces: interfaces,
                chosen: interface,
                default_route_by: interface,
                proxies: proxies,
                could_not_read: sentence,
            }
        );
    }

    fn interfaces(&mut self, all: &mut Vec<Interface>) {
        for i in all {
            decide!(
                self,
                i,
                Interface {
                    index: keep,
                    name: interface,
                    label: interface,
                    kind: keep,
                    mac: mac,
                    up: keep,
                    carrier: keep,
                    speed_bps: keep,
                    full_duplex: keep,
                    addresses: host_addresses,
                    router: v4,
                    metric: keep,
                    name_servers: ip,
                    lease: host_lease,
                    mtu: keep,
                    ipv6_router: keep,
                    port_authenticated: keep,
                }
            );
        }
    }

    fn host_addresses(&mut self, all: &mut Vec<HostAddress>) {
        for a in all {
            decide!(self, a, HostAddress { ip: v4, prefix: keep });
        }
    }

    fn host_lease(&mut self, lease: &mut Option<HostLease>) {
        if let Some(lease) = lease {
            // a file or an interface
            decide!(self, lease, HostLease { dhcp: keep, server: v4, lease_secs: keep, told_by: sentence });
        }
    }

    fn proxies(&mut self, all: &mut Vec<Proxy>) {
        for p in all {
            decide!(self, p, Proxy { setting: listed, value: url });
        }
    }

    pub(super) fn serial_ports(&mut self, all: &mut Vec<SerialPort>) {
        for p in all {
            decide!(self, p, SerialPort { name: path, usb: keep, product: listed });
        }
    }

    pub(super) fn observation(&mut self, observation: &mut Observation) {
        decide!(self, observation, Observation { at: keep, source: keep, fact: fact });
    }

    fn fact(&mut self, fact: &mut Fact) {
        match fact {
            Fact::Neighbour { mac, ip, confirmed_ms_ago } => {
                self.mac(mac);
                self.v4(ip);
                self.keep(confirmed_ms_ago);
            }
            Fact::Unanswered { ip, given_up } => {
                self.v4(ip);
                self.keep(given_up);
            }
            Fact::Dhcp(seen) => self.dhcp(seen),
            Fact::Announced(announcement) => self.announcement(announcement),
            Fact::Console(line) => self.console_line(line),
            Fact::ConsoleClosed { port } => self.path(port),
            Fact::Saw { mac, led } => {
                self.mac(mac);
                self.keep(led);
            }
            Fact::TypedMac { mac, repaired } => {
                self.mac(mac);
                self.sentence(repaired);
            }
            Fact::TypedIp { mac, ip } => {
                self.mac(mac);
                self.v4(ip);
            }
            Fact::PluggedIn { mac } => self.mac(mac),
            Fact::Pasted(text) => self.pasted(text),
        }
    }

    fn dhcp(&mut self, seen: &mut DhcpSeen) {
        decide!(
            self,
            seen,
            DhcpSeen {
                kind: keep,
                mac: mac,
                xid: keep,
                secs: keep,
                broadcast: keep,
                ciaddr: v4,
                yiaddr: v4,
                requested: v4,
                server: v4,
                mask: v4,
                routers: v4,
                name_servers: v4,
                lease_secs: keep,
                host_name: name,
                vendor_class: text,
                parameter_list: keep,
                message: text,
                portal: url,
                wpad: url,
                domain: name,
                // the MAC in another coat, and no rule asks for it
                client_id: leave_out,
            }
        );
    }

    fn announcement(&mut self, announcement: &mut Announcement) {
        decide!(
            self,
            announcement,
            Announcement {
                mac: mac,
                ip: v4,
                led: keep,
                ttl_ms: keep,
                name: name,
                firmware: text,
                assumed: keep,
                goodbye: keep,
            }
        );
    }

    pub(super) fn console_line(&mut self, line: &mut ConsoleLine) {
        // a raw line can say anything; what was recognised of it stands beside
        decide!(
            self,
            line,
            ConsoleLine {
                port: path,
                text: console_text,
                meaning: console_fact,
                dialect: listed,
                assumed: keep,
            }
        );
    }

    fn console_text(&mut self, text: &mut String) {
        self.text(text);
        if !self.learning {
            *text = "[hidden]".into();
        }
    }

    fn console_fact(&mut self, fact: &mut Option<ConsoleFact>) {
        if let Some(fact) = fact {
            decide!(self, fact, ConsoleFact { led: keep, mac: mac, ip: v4, restarted: keep });
        }
    }

    fn pasted(&mut self, text: &mut Box<PastedText>) {
        decide!(self, &mut **text, PastedText { kind: keep, told: told, counts: keep });
    }

    fn told(&mut self, all: &mut Vec<Told>) {
        for t in all {
            decide!(self, t, Told { entry: entry, times: keep, written_unix_ms: keep, zone_known: keep });
        }
    }

    fn entry(&mut self, entry: &mut Entry) {
        decide!(
            self,
            entry,
            Entry {
                line: keep,
                time: listed,
                product: listed,
                message: listed,
                reading: keep,
                kind: keep,
                action: keep,
                // names of rules and switches are the site's own words
                rule: name,
                reason: text,
                protocol: listed,
                source: v4,
                source_port: keep,
                destination: v4,
                destination_name: host_name,
                port: keep,
                mac: mac,
                place: name,
                lease: lease,
                shown: leave_out,
            }
        );
    }

    fn lease(&mut self, lease: &mut Option<Lease>) {
        lease.each(&mut |lease: &mut Lease| decide!(self, lease, Lease { state: keep, ip: v4 }));
    }
}
