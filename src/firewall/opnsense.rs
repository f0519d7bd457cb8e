//! OPNsense: calls of its HTTP interface, one a line as `METHOD path body`, and the same as steps in its pages.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::{Alphabet, OBJECT_MAX};
use super::releases::Release;
use super::{idle, rest};
use crate::model::rule::{Checked, RuleGateway};

const C: Comment = Comment::HASH;
const LAN: Placeholder =
    Placeholder { key: "lan", word: "lan", means: "the interface of the gateway's network (usual default)" };
const RULE: Placeholder =
    Placeholder { key: "rule-uuid", word: "RULE-UUID", means: "the uuid of the row that the search shows" };
const GW: Placeholder = Placeholder {
    key: "gateway-uuid",
    word: "GW-ALIAS-UUID",
    means: "the uuid of the row that the search shows",
};
const PORTS: Placeholder = Placeholder {
    key: "ports-uuid",
    word: "PORTS-ALIAS-UUID",
    means: "the uuid of the row that the search shows",
};
const CLOUD: Placeholder = Placeholder {
    key: "cloud-uuid",
    word: "CLOUD-ALIAS-UUID",
    means: "the uuid of the row that the search shows",
};
const SUBNET: Placeholder = Placeholder {
    key: "subnet-uuid",
    word: "SUBNET-UUID",
    means: "the uuid of the gateway's subnet that the search above it shows",
};

static ABOUT: About = About {
    id: "opnsense",
    name: "OPNsense",
    versions: "24.1 to 26.x",
    makers: &["deciso"],
    comment: C,
    checked: Checked::ByParser,
    capabilities: Capabilities {
        form: Form::Rest,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::Ored,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: OBJECT_MAX,
        comment_max: 255,
        inspection: Inspection::AddOn,
        idle_default_s: Some(86_400),
        idle_per_rule: true,
        safe_commit: Some(
            "POST /api/firewall/filter/savepoint, then apply with its revision: taken back after 60 s unless cancel_rollback is called",
        ),
        dhcp_server: true,
    },
    releases: &[
        Release { id: "25.1", means: "OPNsense 25.1 and 25.7" },
        Release { id: "26.1", means: "OPNsense 26.1 and later" },
        Release { id: "24.1", means: "OPNsense 24.1 and 24.7" },
    ],
    placeholders: &[LAN, RULE, GW, PORTS, CLOUD, SUBNET],
};

pub static OPNSENSE: Platform = Platform {
    about: &ABOUT,
    rule: |facts| spelled(facts, rule(facts)),
    undo: |facts| spelled(facts, undo(facts)),
    verify: |facts| spelled(facts, verify(facts)),
    find_lease: |facts| spelled(facts, find_lease(facts)),
    see_denied,
    reserve: |facts| spelled(facts, reserve(facts)),
    bypass,
    idle_timeout: |facts| spelled(facts, idle_timeout(facts)),
};

/// The alias of the gateway; the other two are shared by all gateways of the site.
fn gateway_alias(facts: &Facts) -> String {
    facts.names.object("SG_GW_", OBJECT_MAX, Alphabet::Underscores)
}

fn ports_alias(facts: &Facts) -> String {
    format!("SG_TCP_{}", facts.ports("_")).chars().take(OBJECT_MAX).collect()
}

/// Before 25 the actions are spelled `addItem`; all else of a path is the same.
fn spelled(facts: &Facts, mut draft: Draft) -> Draft {
    if facts.is_release("24.1") {
        for line in draft.lines.iter_mut().filter(|l| l.starts_with("POST /") || l.starts_with("GET /")) {
            let path_end = line.match_indices(' ').nth(1).map_or(line.len(), |(at, _)| at);
            let (path, body) = line.split_at(path_end);
            let mut words = path.split('_');
            let mut camel = words.next().unwrap_or_default().to_owned();
            for word in words {
                let mut letters = word.chars();
                camel.extend(letters.next().map(|c| c.to_ascii_uppercase()));
                camel.push_str(letters.as_str());
            }
            *line = camel + body;
        }
    }
    draft
}

const CLOUD_ALIAS: &str = "SG_CLOUD";

fn add_alias(name: &str, kind: &str, content: &str, description: &str) -> String {
    let pairs = [
        ("enabled", "1"),
        ("name", name),
        ("type", kind),
        ("content", content),
        ("description", description),
    ];
    rest::post("/api/firewall/alias/add_item", &rest::wrapped("alias", &pairs))
}

fn search(path: &str, phrase: &str) -> String {
    rest::post(path, &rest::object(&[("current", "1"), ("rowCount", "20"), ("searchPhrase", phrase)]))
}

fn find_rule(facts: &Facts) -> String {
    search("/api/firewall/filter/search_rule", &facts.names.comment())
}

fn find_alias(name: &str) -> String {
    search("/api/firewall/alias/search_item", name)
}

fn rule(facts: &Facts) -> Draft {
    let comment = facts.names.comment();
    let (gateway, ports) = (gateway_alias(facts), ports_alias(facts));
    let to = if facts.named() { CLOUD_ALIAS } else { "any" };
    let rule = [
        ("enabled", "1"),
        ("action", "pass"),
        ("quick", "1"),
        ("interface", facts.word(&LAN)),
        ("direction", "in"),
        ("ipprotocol", "inet"),
        ("protocol", "TCP"),
        ("source_net", &gateway),
        ("destination_net", to),
        ("destination_port", &ports),
        ("log", if facts.log { "1" } else { "0" }),
        ("sequence", "1"),
        ("description", &comment),
    ];
    let draft = Draft::new(Checked::ByParser)
        .fill_in(C, facts, &LAN)
        .code(add_alias(&gateway, "host", &facts.ips("\n"), &comment))
        .code(add_alias(&ports, "port", &facts.ports("\n"), "Solid Green gateway ports"))
        .code_if(
            facts.named(),
            add_alias(CLOUD_ALIAS, "host", &facts.hosts.join("\n"), "Solid Green cloud names"),
        )
        .code(rest::post("/api/firewall/alias/reconfigure", "{}"))
        .code(rest::post("/api/firewall/filter/add_rule", &rest::wrapped("rule", &rule)))
        .code(rest::post("/api/firewall/filter/apply", "{}"));
    draft
        .note(format!(
            "The same by hand, with the names and values of the calls: Firewall, Aliases: {}. {}: Pass, quick, interface {}, direction in, IPv4, TCP, source the alias of the gateway, destination {to}, destination port the alias of the ports, log {}. Apply.",
            if facts.named() { "two host aliases and a port alias" } else { "a host alias and a port alias" },
            if facts.is_release("26.1") { "Firewall, Rules" } else { "Firewall, Automation, Filter" },
            facts.word(&LAN),
            if facts.log { "on" } else { "off" }
        ))
        .note("Each line is one call: method, path, JSON body; HTTPS with an API key and secret of a user who may change the firewall.")
        .note("Placement: sequence 1 puts it first of these rules, and they come before the rules of the interface; a floating rule with quick that denies comes before it.")
        .note(format!(
            "If {ports}{} exists already, an earlier gateway made it: go on with the next line.",
            if facts.named() { " or SG_CLOUD" } else { "" }
        ))
        .note("The MAC is not in the rule: an alias takes addresses and MACs as either-or, which would widen it. Reserve the address instead (part reserve).")
        .note_if(facts.named(), "The alias with names is resolved by OPNsense every few minutes: let it use the same name servers as the gateway.")
}

fn undo(facts: &Facts) -> Draft {
    let delete = |word: &str| rest::post(&format!("/api/firewall/alias/del_item/{word}"), "{}");
    let draft = Draft::new(Checked::FromDocumentation)
        .fill_in(C, facts, &RULE)
        .code(find_rule(facts))
        .code(rest::post(&format!("/api/firewall/filter/del_rule/{}", facts.word(&RULE)), "{}"))
        .code(rest::post("/api/firewall/filter/apply", "{}"))
        .fill_in(C, facts, &GW)
        .code(find_alias(&gateway_alias(facts)))
        .code(delete(facts.word(&GW)))
        .fill_in(C, facts, &PORTS)
        .code(find_alias(&ports_alias(facts)))
        .code(delete(facts.word(&PORTS)));
    let draft = if facts.named() {
        draft.fill_in(C, facts, &CLOUD).code(find_alias(CLOUD_ALIAS)).code(delete(facts.word(&CLOUD)))
    } else {
        draft
    };
    draft
        .code(rest::post("/api/firewall/alias/reconfigure", "{}"))
        .note("By hand: delete the rule with this description and apply; then its aliases.")
        .note("The aliases of the ports and of the cloud are shared with other gateways of the site. While a rule uses them OPNsense refuses to delete them, and that is right.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code(find_rule(facts))
        .code(facts.each("\n", |g| search("/api/diagnostics/firewall/query_states", &g.ip.to_string())))
        .note(format!(
            "By hand: Firewall, Diagnostics, States, filter {}. Good: one state to one of the ports in ESTABLISHED:ESTABLISHED that stays when you look again a minute later.",
            facts.ips(" or ")
        ))
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "Each DHCP server that is installed answers with its leases:")
        .code_if(!facts.is_release("24.1"), rest::get("/api/dnsmasq/leases/search"))
        .code(rest::get(if facts.is_release("26.1") { "/api/kea/leases/search" } else { "/api/kea/leases4/search" }))
        .code(rest::get("/api/dhcpv4/leases/searchLease"))
        .code(rest::get("/api/diagnostics/interface/get_arp"))
        .note(format!("Look for {} (key hwaddr or mac). By hand: Services, Dnsmasq or Kea, Leases; Interfaces, Diagnostics, ARP Table.", facts.each(", ", |g| g.mac.to_string())))
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code(rest::get("/api/diagnostics/firewall/log"))
        .note(format!(
            "By hand: Firewall, Log Files, Live View, filters: src is {}, action is block. The call gives all lines; take those with this src and action.",
            facts.ips(" or ")
        ))
        .note("The default deny logs as delivered (Firewall, Settings, Advanced, Logging). A block rule of the site logs only when its log option is on.")
}

fn reserve(facts: &Facts) -> Draft {
    let entry = |g: RuleGateway| {
        let names = facts.names.of(g.mac);
        (names.object("sg-", 63, Alphabet::Lower), g.ip.to_string(), g.mac.to_string(), names.comment())
    };
    let dnsmasq = facts.each("\n", |g| {
        let (host, ip, mac, comment) = entry(g);
        let pairs = [("host", host.as_str()), ("ip", &ip), ("hwaddr", &mac), ("descr", &comment)];
        rest::post("/api/dnsmasq/settings/add_host", &rest::wrapped("host", &pairs))
    });
    let kea = facts.each("\n", |g| {
        let (host, ip, mac, comment) = entry(g);
        let pairs = [
            ("subnet", facts.word(&SUBNET)),
            ("ip_address", &ip),
            ("hw_address", &mac),
            ("hostname", &host),
            ("description", &comment),
        ];
        rest::post("/api/kea/dhcpv4/add_reservation", &rest::wrapped("reservation", &pairs))
    });
    let draft = Draft::new(Checked::ByParser);
    let draft = if facts.is_release("24.1") {
        draft.say(C, "With Kea; the old ISC server has no interface (Services, ISC DHCPv4, static mappings):")
    } else {
        draft
            .say(C, "With Dnsmasq (the default of new installations):")
            .code(dnsmasq)
            .code(rest::post("/api/dnsmasq/service/reconfigure", "{}"))
            .say(C, "With Kea instead:")
    };
    draft
        .code(rest::get("/api/kea/dhcpv4/search_subnet"))
        .fill_in(C, facts, &SUBNET)
        .code(kea)
        .code(rest::post("/api/kea/service/reconfigure", "{}"))
        .note("Use one of the two, whichever serves the gateway's network. By hand: Services, Dnsmasq, Hosts, or Services, Kea DHCPv4, Reservations.")
        .note("To take it back, delete the entry with this description in the same place. Replug the gateway afterwards so that it asks for a lease again.")
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "OPNsense itself opens no TLS; only added services can. Nothing to change if neither of these is enabled:")
        .code(rest::get("/api/proxy/settings/get"))
        .code(rest::get("/api/ids/settings/get"))
        .note(format!(
            "Web proxy (Services, Squid, Forward Proxy): with a transparent proxy for HTTPS, put {} into the source addresses that are not forwarded (in the NAT port forward rule that it made: source not this address).",
            facts.ips(" and ")
        ))
        .note("Intrusion prevention or Zenarmor: add the address to their exempted devices. The gateway cannot trust a certificate authority of the site.")
}

fn idle_timeout(facts: &Facts) -> Draft {
    let ttl = idle::OFFER_S.to_string();
    Draft::new(Checked::FromDocumentation)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "For this rule alone:")
        .fill_in(C, facts, &RULE)
        .code(find_rule(facts))
        .code(rest::post(
            &format!("/api/firewall/filter/set_rule/{}", facts.word(&RULE)),
            &rest::wrapped("rule", &[("statetimeout", &ttl)]),
        ))
        .code(rest::post("/api/firewall/filter/apply", "{}"))
        .note(format!("{ttl} s is a day; {} s is the least that should be set.", idle::YARDSTICK_S))
        .note("Firewall, Settings, Advanced, Firewall Optimization: normal and conservative are long enough; aggressive shortens it to 18000 s, which is still enough. To take it back, set statetimeout to an empty text.")
}
