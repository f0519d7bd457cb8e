//! Logs as each platform writes them, and what is told of each line.

use super::*;
use crate::model::Mac;
use crate::model::pasted::{Action, Entry, Kind, Pasted};
use proptest::prelude::*;
use std::net::Ipv4Addr;

const MAC: Mac = Mac([0x00, 0x11, 0x22, 0x33, 0x44, 0x55]);
const IP: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 50);

/// A line of each platform, and the sentence that it is.
const LINES: [(&str, &str, &str); 27] = [
    (
        "fortigate",
        "date=2026-11-27 time=07:03:12 logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" srcip=192.0.2.50 srcport=50000 srcintf=\"internal\" dstip=198.51.100.7 dstport=4321 dstintf=\"wan1\" policyid=0 proto=6 action=\"deny\" service=\"tcp/4321\"",
        "Denied: TCP port 4321 to 198.51.100.7, by rule 0, the deny at the end of the list.",
    ),
    (
        "fortigate allowed",
        "date=2026-11-27 time=07:03:12 srcip=192.0.2.50 srcport=50000 dstip=198.51.100.7 dstport=443 policyid=12 policyname=\"SG-OUT\" proto=6 action=\"close\"",
        "Allowed: TCP port 443 to 198.51.100.7, by \"SG-OUT\".",
    ),
    (
        "asa 106023",
        "%ASA-4-106023: Deny tcp src inside:192.0.2.50/50000 dst outside:198.51.100.7/4321 by access-group \"inside_access_in\" [0x0, 0x0]",
        "Denied: TCP port 4321 to 198.51.100.7, by access list \"inside_access_in\".",
    ),
    (
        "asa 106100",
        "%ASA-6-106100: access-list inside_access_in denied tcp inside/192.0.2.50(50000) -> outside/198.51.100.7(4321) hit-cnt 1 first hit [0x1, 0x0]",
        "Denied: TCP port 4321 to 198.51.100.7, by access list \"inside_access_in\".",
    ),
    (
        "asa 106015",
        "%ASA-6-106015: Deny TCP (no connection) from 192.0.2.50/50000 to 198.51.100.7/4321 flags PSH ACK  on interface inside",
        "Denied: TCP port 4321 to 198.51.100.7, since the firewall knew no session for it any more: an idle timeout, a restart, or a table that was cleared.",
    ),
    (
        "ios",
        "*Nov 27 07:03:12.123: %SEC-6-IPACCESSLOGP: list VLAN10-IN denied tcp 192.0.2.50(50000) -> 198.51.100.7(4321), 1 packet",
        "Denied: TCP port 4321 to 198.51.100.7, by access list \"VLAN10-IN\".",
    ),
    (
        "ios zbfw",
        "%FW-6-DROP_PKT: Dropping tcp session 192.0.2.50:50000 198.51.100.7:4321 on zone-pair IN-OUT class class-default due to  DROP action found in policy-map with ip ident 0",
        "Denied: TCP port 4321 to 198.51.100.7, by zone pair \"IN-OUT\", class class-default, the deny at the end of the list.",
    ),
    (
        "routeros",
        "07:03:12 firewall,info DROP forward: in:bridge out:ether1, connection-state:new src-mac 00:11:22:33:44:55, proto TCP (SYN), 192.0.2.50:50000->198.51.100.7:4321, len 60",
        "Denied: TCP port 4321 to 198.51.100.7, by \"DROP\".",
    ),
    (
        "routeros without prefix",
        "07:03:12 firewall,info forward: in:bridge out:ether1, connection-state:new src-mac 00:11:22:33:44:55, proto TCP (SYN), 192.0.2.50:50000->198.51.100.7:4321, len 60",
        "Logged, without saying whether it was denied: TCP port 4321 to 198.51.100.7, by the chain \"forward\".",
    ),
    (
        "panos syslog",
        "Nov 27 07:03:12 PA-220 1,2026/11/27 07:03:12,012801000001,TRAFFIC,drop,2561,2026/11/27 07:03:12,192.0.2.50,198.51.100.7,0.0.0.0,0.0.0.0,interzone-default,,,not-applicable,vsys1,trust,untrust,ethernet1/2,,Log,2026/11/27 07:03:12,0,1,50000,4321,0,0,0x0,tcp,deny,60,60,0,1",
        "Denied: TCP port 4321 to 198.51.100.7, by rule \"interzone-default\", the deny at the end of the list.",
    ),
    (
        "panos",
        "2026/11/27 07:03:12 not-applicable  trust           50000             192.0.2.50\ninterzone-default   deny            untrust         4321              198.51.100.7",
        "Denied: port 4321 to 198.51.100.7, by rule \"interzone-default\", the deny at the end of the list.",
    ),
    (
        "opnsense",
        "<134>1 2026-11-27T07:03:12+01:00 fw filterlog 1234 - [meta sequenceId=\"1\"] filterlog: 82,,,02f4bab031b57d1e30553ce08e0ec131,igb1,match,block,in,4,0x0,,64,4242,0,DF,6,tcp,60,192.0.2.50,198.51.100.7,50000,4321,0,S,1,,64240,,mss",
        "Denied: TCP port 4321 to 198.51.100.7, by rule 82 on igb1.",
    ),
    (
        "pfsense",
        "Nov 27 07:03:12 filterlog[1234]: 5,,,1000000103,igb1,match,block,in,4,0x0,,64,4242,0,DF,17,udp,60,192.0.2.50,192.0.2.1,50000,53,40",
        "Denied: UDP port 53 to 192.0.2.1, by rule 5 on igb1. These are look-ups of names (DNS).",
    ),
    (
        "edgeos",
        "Nov 27 07:03:12 ubnt kernel: [LAN_IN-default-D]IN=eth1 OUT=eth0 MAC=24:a4:3c:00:00:01:00:11:22:33:44:55:08:00 SRC=192.0.2.50 DST=198.51.100.7 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=1 DF PROTO=TCP SPT=50000 DPT=4321 WINDOW=64240 RES=0x00 SYN URGP=0",
        "Denied: TCP port 4321 to 198.51.100.7, by \"LAN_IN-default-D\", the deny at the end of the list.",
    ),
    (
        "vyos",
        "Nov 27 07:03:12 kernel: [ipv4-FWD-filter-20-D]IN=eth1 OUT=eth0 MAC=24:a4:3c:00:00:01:00:11:22:33:44:55:08:00 SRC=192.0.2.50 DST=198.51.100.7 LEN=60 PROTO=TCP SPT=50000 DPT=443 SYN",
        "Denied: TCP port 443 to 198.51.100.7, by \"ipv4-FWD-filter-20-D\".",
    ),
    (
        "ufw",
        "Nov 27 07:03:12 gw kernel: [12345.678] [UFW BLOCK] IN=lan0 OUT=wan0 MAC=24:a4:3c:00:00:01:00:11:22:33:44:55:08:00 SRC=192.0.2.50 DST=198.51.100.7 LEN=60 PROTO=TCP SPT=50000 DPT=4321 SYN",
        "Denied: TCP port 4321 to 198.51.100.7, by \"UFW BLOCK\".",
    ),
    (
        "our own rule",
        "Nov 27 07:03:12 gw kernel: SG-ALLOW IN=lan0 OUT=wan0 MAC=24:a4:3c:00:00:01:00:11:22:33:44:55:08:00 SRC=192.0.2.50 DST=198.51.100.7 LEN=60 PROTO=TCP SPT=50000 DPT=4321 SYN",
        "Allowed: TCP port 4321 to 198.51.100.7, by \"SG-ALLOW\".",
    ),
    (
        "aoscx",
        "2026-11-27T07:03:12.1+00:00 sw hpe-aclmgrd: Event|10011|LOG_INFO|AMM|-|List VLAN10-IN, seq#100 denied tcp 192.0.2.50(50000) -> 198.51.100.7(4321) on vlan 10, port 1/1/7, direction in",
        "Denied: TCP port 4321 to 198.51.100.7, by access list \"VLAN10-IN\", entry 100.",
    ),
    (
        "srx",
        "Nov 27 07:03:12 srx RT_FLOW: RT_FLOW_SESSION_DENY: session denied 192.0.2.50/50000->198.51.100.7/4321 0x0 None 6(0) default-deny trust untrust UNKNOWN UNKNOWN N/A(N/A) ge-0/0/1.0",
        "Denied: TCP port 4321 to 198.51.100.7, by policy \"default-deny\", the deny at the end of the list.",
    ),
    (
        "meraki",
        "1795000000.1 MX flows src=192.0.2.50 dst=198.51.100.7 mac=00:11:22:33:44:55 protocol=tcp sport=50000 dport=4321 pattern: deny all",
        "Denied: TCP port 4321 to 198.51.100.7.",
    ),
    (
        "sonicwall",
        "id=firewall sn=0017C5000001 time=\"2026-11-27 07:03:12\" fw=203.0.113.2 pri=5 c=64 m=36 msg=\"TCP connection dropped\" n=1 src=192.0.2.50:50000:X0 dst=198.51.100.7:4321:X1 proto=tcp/4321 rule=\"10 (LAN->WAN)\"",
        "Denied: TCP port 4321 to 198.51.100.7, by \"10 (LAN->WAN)\".",
    ),
    (
        "sophos",
        "device_name=\"SFW\" log_type=\"Firewall\" log_component=\"Firewall Rule\" log_subtype=\"Denied\" fw_rule_id=0 src_ip=192.0.2.50 dst_ip=198.51.100.7 protocol=\"TCP\" src_port=50000 dst_port=4321",
        "Denied: TCP port 4321 to 198.51.100.7, by rule 0, the deny at the end of the list.",
    ),
    (
        "watchguard",
        "2026-11-27 07:03:12 Deny 192.0.2.50 198.51.100.7 4321/tcp 50000 4321 1-Trusted 0-External Denied 60 63 (Unhandled Internal Packet-00) proc_id=\"firewall\"",
        "Denied: TCP port 4321 to 198.51.100.7, by \"Unhandled Internal Packet\", the deny at the end of the list.",
    ),
    (
        "windows firewall",
        "2026-11-27 07:03:12 DROP TCP 192.0.2.50 198.51.100.7 50000 4321 60 S 0 0 0 - - - SEND",
        "Denied: TCP port 4321 to 198.51.100.7.",
    ),
    (
        "windows dhcp",
        "15,11/27/26,07:03:12,NACK,192.0.2.50,,001122334455,,0,6,,,,,,,,,0",
        "The DHCP server refused the address that the gateway asked for (NAK); it asks anew after that.",
    ),
    (
        "windows dhcp filter",
        "DHCP Services were denied to machine with hardware address 00-11-22-33-44-55, hardware type 1 and FQDN/Hostname sensor because it did not match any entry in the Allow List.",
        "The DHCP server gives this MAC no address: a filter or allow list refuses it.",
    ),
    (
        "dnsmasq",
        "Nov 27 07:03:12 dnsmasq-dhcp[99]: DHCPDISCOVER(br0) 00:11:22:33:44:55 no address available",
        "The DHCP server had no address left for the gateway.",
    ),
];

#[test]
fn the_line_of_every_platform_is_told_in_plain_words() {
    for (name, line, sentence) in LINES {
        let log = log(line, &[MAC], &[IP]);
        let found: Vec<String> = log.entries.iter().map(Entry::in_plain_words).collect();
        assert_eq!(found, [sentence], "{name}");
    }
}

#[test]
fn what_denies_nothing_and_is_no_connection_is_left_out() {
    for line in [
        "Nov 27 07:03:12 dnsmasq-dhcp[99]: DHCPACK(br0) 192.0.2.50 00:11:22:33:44:55 sensor",
        "10,11/27/26,07:03:12,Assign,192.0.2.50,sensor,001122334455,,0,6,,,,,,,,,0",
        "14,,,rule,igb1,match,unknown,192.0.2.50",
    ] {
        assert!(log(line, &[MAC], &[IP]).entries.is_empty(), "{line}");
    }
}

#[test]
fn the_name_of_a_list_does_not_say_what_was_done() {
    let of = |line: &str| log(line, &[], &[IP]).entries[0].action;
    for (line, action) in [
        (
            "%SEC-6-IPACCESSLOGP: list PERMIT-IN denied tcp 192.0.2.50(1) -> 198.51.100.7(4321), 1 packet",
            Action::Denied,
        ),
        (
            "%SEC-6-IPACCESSLOGP: list DENY-REST permitted tcp 192.0.2.50(1) -> 198.51.100.7(443), 1 packet",
            Action::Allowed,
        ),
        (
            "kernel: [ALLOW_LAN-20-D]IN=eth1 OUT=eth0 SRC=192.0.2.50 DST=198.51.100.7 PROTO=TCP DPT=443",
            Action::Denied,
        ),
        (
            "kernel: [DROP_REST-20-A]IN=eth1 OUT=eth0 SRC=192.0.2.50 DST=198.51.100.7 PROTO=TCP DPT=443",
            Action::Allowed,
        ),
        (
            "srcip=192.0.2.50 dstip=198.51.100.7 dstport=443 policyname=\"deny-all-but\" action=\"timeout\"",
            Action::Allowed,
        ),
        ("srcip=192.0.2.50 dstip=198.51.100.7 dstport=443 action=\"ip-conn\"", Action::Unclear),
    ] {
        assert_eq!(of(line), action, "{line}");
    }
}

#[test]
fn lines_of_others_are_left_out() {
    for (name, line, _) in LINES {
        let (mac, ip) = (Mac([0x0a, 0, 0, 0, 0, 1]), Ipv4Addr::new(203, 0, 113, 200));
        assert!(log(line, &[mac], &[ip]).entries.is_empty(), "{name}");
    }
    // an answer to the gateway, or a packet to it, is not what it sent
    let inward = "date=2026-11-27 srcip=198.51.100.9 srcport=1 dstip=192.0.2.50 dstport=80 policyid=0 action=\"deny\" proto=6";
    assert!(log(inward, &[MAC], &[IP]).entries.is_empty());
    let longer = "%ASA-4-106023: Deny tcp src inside:192.0.2.5/50000 dst outside:198.51.100.7/4321 by access-group \"x\"";
    assert!(log(longer, &[MAC], &[IP]).entries.is_empty());
}

#[test]
fn the_same_is_counted_and_what_is_denied_comes_first() {
    let (_, denied, sentence) = LINES[0];
    let (_, allowed, _) = LINES[1];
    let log = log(&format!("{allowed}\n{denied}\nnoise\n{denied}\n"), &[MAC], &[IP]);
    let sorts = log.sorts();
    assert_eq!((sorts[0].sentence.as_str(), sorts[0].times, sorts[0].line), (sentence, 2, 1));
    assert_eq!((sorts[1].action, sorts[1].times), (Action::Allowed, 1));
    assert_eq!(log.counts.lines, 4);
}

#[test]
fn nothing_that_hides_reaches_the_screen() {
    let line = "srcip=192.0.2.50 dstip=198.51.100.7 policyname=\"\u{202e}evil\u{1b}[2J\" action=\"deny\"";
    let log = log(line, &[], &[IP]);
    for shown in [log.entries[0].in_plain_words(), log.entries[0].shown.clone()] {
        assert!(shown.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{shown}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "(\\PC|\n|\r|\t){0,400}") {
        let _ = log(&text, &[MAC], &[IP]).sorts();
    }

    #[test]
    fn any_line_about_the_gateway_is_read(head in "[ -~]{0,60}", tail in "[ -~]{0,120}") {
        let log = log(&format!("{head} 192.0.2.50 {tail}"), &[MAC], &[IP]);
        for e in &log.entries {
            prop_assert!(!e.in_plain_words().is_empty());
        }
    }

    /// A valid text with something cut out, something put in, and another one behind it.
    #[test]
    fn a_damaged_text_adds_up_and_gives_nothing_to_others(
        which in 0usize..LINES.len(), next in 0usize..LINES.len(), cut in 0usize..300, long in 0usize..40, put in "[ -~\n]{0,8}",
    ) {
        let line = LINES[which].1;
        let from = line.floor_char_boundary(cut.min(line.len()));
        let to = line.floor_char_boundary((from + long).min(line.len()));
        let text = format!("{}{put}{}\n{}\n", &line[..from], &line[to..], LINES[next].1);
        let read = log(&text, &[MAC], &[IP]);
        prop_assert!(adds_up(&read), "{:?}", read.counts);
        for e in &read.entries {
            let is_ours = e.source == Some(IP) || e.mac == Some(MAC) || e.kind == Kind::WayBack || e.source.is_none();
            prop_assert!(is_ours, "{e:?}");
        }
        let (mac, ip) = (Mac([0x0a, 0, 0, 0, 0, 1]), Ipv4Addr::new(203, 0, 113, 200));
        prop_assume!(!text.contains("203.0.113.200"));
        prop_assert!(log(&text, &[mac], &[ip]).entries.is_empty());
    }
}

fn adds_up(read: &Pasted) -> bool {
    let c = &read.counts;
    c.lines == c.of_gateway + c.of_others + c.beside + c.around + c.not_recognised
}

/// Who pastes lines that are broken by a mail pastes remarks as well: they belong to no entry, and take nothing from it.
#[test]
fn a_remark_behind_a_whole_line_is_no_part_of_it() {
    let line = "Nov 27 10:00:01 fw kernel: [UFW BLOCK] IN=eth0 OUT=eth1 SRC=192.0.2.50 DST=198.51.100.7 LEN=60 PROTO=TCP SPT=51515 DPT=4321";
    for remark in ["something about 192.0.2.50 that nobody knows", "see above, please", "\u{2014} Anna"] {
        let read = log(&format!("{line}\n{remark}"), &[], &["192.0.2.50".parse().unwrap()]);
        assert_eq!(read.entries.len(), 1, "{remark}");
        assert_eq!(read.entries[0].port, Some(4321), "{remark}");
        assert_eq!(read.counts.of_gateway, 1, "{remark}: {:?}", read.counts);
    }
}
