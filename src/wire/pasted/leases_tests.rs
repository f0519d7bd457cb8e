//! Tables as each platform prints them, and what is found in them.

use super::*;
use crate::model::Mac;
use crate::model::pasted::{Entry, LeaseState, Pasted};
use proptest::prelude::*;
use std::net::Ipv4Addr;

const MAC: Mac = Mac([0x00, 0x11, 0x22, 0x33, 0x44, 0x55]);
const IP: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 50);

fn in_force(entry: &Entry) -> bool {
    entry.lease.is_some_and(|l| l.state == LeaseState::InForce)
}

fn ip(entry: &Entry) -> Option<Ipv4Addr> {
    entry.lease.and_then(|l| l.ip)
}

/// Where the device is now.
fn now(table: &Pasted, mac: Mac) -> Option<Ipv4Addr> {
    table.lease_of(mac).and_then(ip)
}

/// An answer of each platform: its name, the text as it prints it, and the line with the gateway.
const ANSWERS: [(&str, &str); 24] = [
    (
        "fortigate",
        "internal\n  IP\t\t\tMAC-Address\t\tHostname\tVCI\tSSID\tAP\tSERVER-ID\tExpiry\n  192.0.2.23\t\t00:50:56:00:00:17\tPC-23\t\tMSFT 5.0\t\t\t1\tFri Nov 27 19:02:44 2026\n  192.0.2.50\t\t00:11:22:33:44:55\tsensor\t\t\t\t\t1\tFri Nov 27 19:04:12 2026\n",
    ),
    (
        "fortigate arp",
        "Address           Age(min)   Hardware Addr      Interface\n192.0.2.50        3          00:11:22:33:44:55 internal\n",
    ),
    (
        "ios binding",
        "Bindings from all pools not associated with VRF:\nIP address          Client-ID/              Lease expiration        Type\n                    Hardware address/\n                    User name\n192.0.2.49          0100.5056.0000.31       Nov 28 2026 07:01 AM    Automatic\n192.0.2.50          0100.1122.3344.55       Nov 28 2026 07:03 AM    Automatic\n",
    ),
    (
        "ios arp",
        "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\nInternet  192.0.2.1               -   aabb.cc00.0110  ARPA   Vlan10\nInternet  192.0.2.50              4   0011.2233.4455  ARPA   Vlan10\n",
    ),
    (
        "asa",
        "IP address       Client Identifier        Lease expiration        Type\n\n   192.0.2.50    0100.1122.3344.55            3428 seconds    Automatic\n",
    ),
    ("asa arp", "\tinside 192.0.2.50 0011.2233.4455 12\n"),
    (
        "routeros",
        "Flags: X - disabled, R - radius, D - dynamic, B - blocked\n #   ADDRESS          MAC-ADDRESS       HOST-NAME  SERVER    RATE-LIMIT STATUS  LAST-SEEN\n 0 D 192.0.2.49       00:50:56:00:00:31 pc         defconf              bound   2m11s\n 1 D 192.0.2.50       00:11:22:33:44:55 sensor     defconf              bound   31s\n",
    ),
    (
        "routeros detail",
        " 0 D address=192.0.2.50 mac-address=00:11:22:33:44:55 client-id=\"1:0:11:22:33:44:55\"\n     address-lists=\"\" server=defconf dhcp-option=\"\" status=bound expires-after=9m29s last-seen=31s\n     active-address=192.0.2.50 active-mac-address=00:11:22:33:44:55\n",
    ),
    (
        "panos",
        "interface: \"ethernet1/2\"\nAllocated IPs: 2, Total number of IPs in pool: 100. 2.0000% used\nip              mac                hostname        state      duration   lease_time\n192.0.2.50      00:11:22:33:44:55  sensor          committed  0          Fri Nov 27 07:03:12 2026\n",
    ),
    (
        "opnsense api",
        "{\"total\":1,\"rowCount\":1,\"current\":1,\"rows\":[{\"address\":\"192.0.2.50\",\"hwaddr\":\"00:11:22:33:44:55\",\"hostname\":\"sensor\",\"expire\":1795000000}]}\n",
    ),
    (
        "opnsense api, printed",
        "{\n  \"rows\": [\n    {\n      \"address\": \"192.0.2.49\",\n      \"hwaddr\": \"00:50:56:00:00:31\"\n    },\n    {\n      \"address\": \"192.0.2.50\",\n      \"expire\": 1795000000,\n      \"hwaddr\": \"00:11:22:33:44:55\"\n    }\n  ]\n}\n",
    ),
    (
        "pfsense page",
        "192.0.2.50\t00:11:22:33:44:55\tsensor\t\t2026/11/27 07:03:12\t2026/11/27 09:03:12\tonline\tactive\n",
    ),
    (
        "pfsense arp",
        "? (192.0.2.1) at 00:0d:b9:00:00:01 on igb1 permanent [ethernet]\n? (192.0.2.50) at 00:11:22:33:44:55 on igb1 expires in 1163 seconds [ethernet]\n",
    ),
    (
        "dnsmasq",
        "1795000000 00:50:56:00:00:31 192.0.2.49 pc 01:00:50:56:00:00:31\n1795000100 00:11:22:33:44:55 192.0.2.50 sensor 01:00:11:22:33:44:55\n",
    ),
    (
        "isc",
        "lease 192.0.2.50 {\n  starts 5 2026/11/27 07:03:12;\n  ends 5 2026/11/27 09:03:12;\n  cltt 5 2026/11/27 07:03:12;\n  binding state active;\n  next binding state free;\n  rewind binding state free;\n  hardware ethernet 00:11:22:33:44:55;\n  client-hostname \"sensor\";\n}\nlease 192.0.2.51 {\n  binding state active;\n  hardware ethernet 00:50:56:00:00:33;\n}\n",
    ),
    (
        "kea",
        "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n192.0.2.50,00:11:22:33:44:55,01:00:11:22:33:44:55,3600,1795000000,1,0,0,sensor,0,,0\n",
    ),
    (
        "windows",
        "IPAddress            ScopeId              ClientId             HostName             AddressState         LeaseExpiryTime\n---------            -------              --------             --------             ------------         ---------------\n192.0.2.50           192.0.2.0            00-11-22-33-44-55    sensor               Active               11/28/2026 7:03:12 AM\n",
    ),
    (
        "windows list",
        "IPAddress       : 192.0.2.50\nScopeId         : 192.0.2.0\nDescription     : \nClientId        : 00-11-22-33-44-55\nHostName        : sensor\nAddressState    : Active\n",
    ),
    ("windows log", "10,11/27/26,07:03:12,Assign,192.0.2.50,sensor,001122334455,,0,6,,,,,,,,,0\n"),
    (
        "edgeos",
        "IP address      Hardware Address   Lease expiration     Pool       Client Name\n----------      ----------------   ----------------     ----       -----------\n192.0.2.50      00:11:22:33:44:55  2026/11/28 07:03:12  LAN        sensor\n",
    ),
    (
        "vyos",
        "IP Address    MAC address        State    Lease start          Lease expiration     Remaining    Pool    Hostname    Origin\n------------  -----------------  -------  -------------------  -------------------  -----------  ------  ----------  --------\n192.0.2.50    00:11:22:33:44:55  active   2026/11/27 07:03:12  2026/11/28 07:03:12  23:41:03     LAN     sensor      local\n",
    ),
    (
        "aoscx",
        "IPv4 Address     MAC                Port         Physical Port                        State\n-----------------------------------------------------------------------------------------------\n192.0.2.50       00:11:22:33:44:55  vlan10       1/1/7                                reachable\n",
    ),
    (
        "comware",
        "  Type: S-Static   D-Dynamic   O-Openflow   R-Rule   M-Multiport  I-Invalid\nIP address      MAC address    VLAN/VSI name Interface                Aging Type\n192.0.2.50      0011-2233-4455 10            GE1/0/7                  1192  D\n",
    ),
    (
        "macos",
        "{\n\tname=sensor\n\tip_address=192.0.2.50\n\thw_address=1,0:11:22:33:44:55\n\tidentifier=1,0:11:22:33:44:55\n\tlease=0x6928f1a2\n}\n",
    ),
];

#[test]
fn the_answer_of_every_platform_is_read() {
    for (name, answer) in ANSWERS {
        for ending in ["\n", "\r\n"] {
            let table = leases(&answer.replace('\n', ending), &[MAC]);
            let lease = table.lease_of(MAC).unwrap_or_else(|| panic!("{name}: {table:?}"));
            assert_eq!((ip(lease), in_force(lease)), (Some(IP), true), "{name}: {lease:?}");
            assert!(answer.lines().nth(lease.line).is_some_and(|l| !addresses::macs(l).is_empty()), "{name}");
        }
        let table = leases(answer, &[Mac([0x0a, 0, 0, 0, 0, 1])]);
        assert!(table.entries.is_empty() && table.devices > 0, "{name}");
    }
}

#[test]
fn what_is_over_counts_less_than_what_is_in_force() {
    let isc = "lease 192.0.2.50 {\n  binding state active;\n  hardware ethernet 00:11:22:33:44:55;\n}\nlease 192.0.2.99 {\n  binding state free;\n  hardware ethernet 00:11:22:33:44:55;\n}\n";
    assert_eq!(now(&leases(isc, &[MAC]), MAC), Some(IP));
    let renewed = isc.replace("state free", "state active");
    let last = now(&leases(&renewed, &[MAC]), MAC);
    assert_eq!(last, Some(Ipv4Addr::new(192, 0, 2, 99)), "the file is a journal: the last entry holds");
    let vyos = "192.0.2.50    00:11:22:33:44:55  expired   2026/11/27 07:03:12\n";
    assert!(!in_force(leases(vyos, &[MAC]).lease_of(MAC).unwrap()));
    let arp = "Internet  192.0.2.50   0   Incomplete      ARPA\n";
    assert!(leases(arp, &[MAC]).entries.is_empty());
}

#[test]
fn a_name_is_no_state() {
    let in_force = |text: &str| in_force(leases(text, &[MAC]).lease_of(MAC).unwrap());
    assert!(in_force("192.0.2.50 00:11:22:33:44:55 waiting-room 1"));
    assert!(in_force("192.0.2.50,00:11:22:33:44:55,expired-goods.lan,0"));
    assert!(!in_force(" 1   192.0.2.50  00:11:22:33:44:55  sensor  defconf  waiting  never"));
    assert!(!in_force("192.0.2.50 192.0.2.0 00-11-22-33-44-55 sensor InactiveReservation"));
    assert!(!in_force("192.0.2.50 dev lan0 lladdr 00:11:22:33:44:55 FAILED"));
}

#[test]
fn a_device_without_an_address_is_found_as_one() {
    let log = "dhcpd: DHCPDISCOVER from 00:11:22:33:44:55 via eth1: network LAN: no free leases\n";
    let table = leases(log, &[MAC]);
    let lease = table.lease_of(MAC).unwrap();
    assert_eq!((ip(lease), in_force(lease)), (None, false));
}

#[test]
fn an_address_that_ends_in_0_can_be_a_device() {
    let of = |text: &str| now(&leases(text, &[MAC]), MAC);
    assert_eq!(of("10.0.1.0 dev eth0 lladdr 00:11:22:33:44:55 REACHABLE"), Some(Ipv4Addr::new(10, 0, 1, 0)));
    assert_eq!(of("00:11:22:33:44:55 asks on 10.0.1.0/24"), None);
}

#[test]
fn a_slip_on_the_label_is_named() {
    let table = leases("192.0.2.50 00:11:22:33:44:5B host\n192.0.2.51 0a:00:00:00:00:01 pc\n", &[MAC]);
    assert!(table.entries.is_empty());
    assert_eq!(table.near, [Mac([0x00, 0x11, 0x22, 0x33, 0x44, 0x5b])]);
    assert_eq!(table.devices, 2);
}

#[test]
fn several_gateways_are_found_each() {
    let text = "192.0.2.50 00:11:22:33:44:55\n192.0.2.51 00:11:22:33:44:56\n";
    let other = Mac([0x00, 0x11, 0x22, 0x33, 0x44, 0x56]);
    let table = leases(text, &[MAC, other]);
    assert_eq!(now(&table, MAC), Some(IP));
    assert_eq!(now(&table, other), Some(Ipv4Addr::new(192, 0, 2, 51)));
}

#[test]
fn nothing_that_hides_reaches_the_screen() {
    let table = leases("192.0.2.50 00:11:22:33:44:55 \u{1b}[31m\u{202e}evil\n", &[MAC]);
    assert!(table.entries[0].shown.chars().all(|c| !c.is_control() && c != '\u{202e}'));
}

/// A device with an address in every row, as a text may have that somebody made to keep us busy.
#[test]
fn of_many_addresses_of_one_device_none_is_taken() {
    for row in [
        "10.{a}.{b}.9 dev lan0 lladdr 00:11:22:33:44:55 REACHABLE",
        "1795841000 00:11:22:33:44:55 10.{a}.{b}.9 x *",
    ] {
        let rows = (0..2_000)
            .map(|n| row.replace("{a}", &(n / 200).to_string()).replace("{b}", &(n % 200).to_string()));
        let table = leases(&rows.collect::<Vec<_>>().join("\n"), &[MAC]);
        let lease = table.lease_of(MAC).unwrap();
        assert_eq!(lease.lease.map(|l| l.state), Some(LeaseState::OneOfSeveral), "{row}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "(\\PC|\n|\r|\t){0,400}") {
        let table = leases(&text, &[MAC]);
        prop_assert!(table.entries.iter().all(|l| l.mac == Some(MAC) && l.line < text.lines().count()));
    }

    #[test]
    fn noise_around_an_answer_does_not_hide_it(before in "[a-z #>\n]{0,60}", after in "[a-z #>\n]{0,60}", which in 0usize..ANSWERS.len()) {
        let text = format!("{before}\n\n{}\n{after}", ANSWERS[which].1);
        prop_assert_eq!(now(&leases(&text, &[MAC]), MAC), Some(IP));
    }
}
