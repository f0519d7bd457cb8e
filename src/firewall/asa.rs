//! Cisco ASA: configuration commands. There is no quoting: a text goes to the end of its line, and only a line break or a
//! question mark could break out of it; the sanitiser has neither.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placeholder, Placement};
use super::cisco::client_id;
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::{idle, phrases};
use crate::model::rule::{Checked, RuleGateway};

const C: Comment = Comment::BANG;
const NAME_MAX: usize = 63;
const ACL: Placeholder = Placeholder {
    key: "acl",
    word: "inside_access_in",
    means: "the access list that is bound to the network of the gateway already: look with show running-config access-group. Never bind a new one, it would drop everything else",
};
const INSIDE: Placeholder = Placeholder {
    key: "lan",
    word: "inside",
    means: "the interface of the network of the gateway (usual default)",
};

static ABOUT: About = About {
    id: "asa",
    name: "Cisco ASA",
    versions: "9.x (host names from 8.4)",
    makers: &[],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::Yes,
        placement: Placement::Top,
        name_max: NAME_MAX,
        comment_max: 100,
        inspection: Inspection::No,
        idle_default_s: Some(3600),
        idle_per_rule: true,
        safe_commit: None,
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[ACL, INSIDE],
};

pub static ASA: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn address(facts: &Facts, g: RuleGateway) -> String {
    facts.names.of(g.mac).object("SG-GW-", NAME_MAX, Alphabet::Dashes)
}

fn group(facts: &Facts) -> String {
    facts.names.object("SG-GWS-", NAME_MAX, Alphabet::Dashes)
}

fn service(facts: &Facts) -> String {
    format!("SG-TCP-{}", facts.ports("-")).chars().take(NAME_MAX).collect()
}

fn cloud(host: &str) -> String {
    format!("SG-{host}").chars().take(NAME_MAX).collect()
}

/// The source as an access list names it.
fn source(facts: &Facts) -> String {
    if facts.several() {
        format!("object-group {}", group(facts))
    } else {
        format!("object {}", address(facts, facts.first()))
    }
}

/// The one line that allows, as the running configuration shows it.
fn ace(facts: &Facts) -> String {
    let to = if facts.named() { "object-group SG-CLOUD" } else { "any" };
    let log = if facts.log { " log" } else { "" };
    format!("extended permit object-group {} {} {to}{log}", service(facts), source(facts))
}

fn rule(facts: &Facts) -> Draft {
    let comment = facts.names.comment();
    let mut text = facts.each("\n", |g| {
        let own = facts.names.of(g.mac).comment();
        format!("object network {}\n host {}\n description {own}", address(facts, g), g.ip)
    });
    if facts.several() {
        let members = facts.each("\n", |g| format!(" network-object object {}", address(facts, g)));
        text += &format!("\nobject-group network {}\n description {comment}\n{members}", group(facts));
    }
    if facts.named() {
        for host in &facts.hosts {
            text += &format!("\nobject network {}\n fqdn v4 {host}", cloud(host));
        }
        text += "\nobject-group network SG-CLOUD";
        for host in &facts.hosts {
            text += &format!("\n network-object object {}", cloud(host));
        }
    }
    text += &format!("\nobject-group service {}", service(facts));
    for port in &facts.ports {
        text += &format!("\n service-object tcp destination eq {port}");
    }
    let acl = facts.word(&ACL);
    text += &format!("\naccess-list {acl} line 1 remark {comment}\naccess-list {acl} line 2 {}", ace(facts));
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .code(text)
        .note("Type configure terminal first, end and write memory afterwards.")
        .note("Placement: line 1 and 2 stand above every deny of the list.")
        .note(if facts.several() { phrases::SEVERAL_NO_MAC } else { phrases::NO_MAC })
        .note_if(facts.named(), "Host names need dns domain-lookup on the outside interface and a name server in dns server-group DefaultDNS.")
        .note_if(facts.named(), phrases::NAMES_RESOLVED)
}

fn undo(facts: &Facts) -> Draft {
    let acl = facts.word(&ACL);
    let mut text = format!(
        "no access-list {acl} {}\nno access-list {acl} remark {}\nno object-group service {}",
        ace(facts),
        facts.names.comment(),
        service(facts)
    );
    if facts.several() {
        text += &format!("\nno object-group network {}", group(facts));
    }
    if facts.named() {
        text += "\nno object-group network SG-CLOUD";
        for host in &facts.hosts {
            text += &format!("\nno object network {}", cloud(host));
        }
    }
    text += &facts.each("", |g| format!("\nno object network {}", address(facts, g)));
    Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .code(text)
        .note("The line of the list goes first: an object in use cannot be deleted.")
        .note(phrases::SHARED)
}

fn verify(facts: &Facts) -> Draft {
    let acl = facts.word(&ACL);
    let mut draft = Draft::new(ABOUT.checked)
        .fill_in(C, facts, &ACL)
        .code(format!("show access-list {acl} | include {}", service(facts)))
        .code(facts.each("\n", |g| format!("show conn address {}", g.ip)));
    if let (Some(to), Some(port)) = (facts.addresses.first(), facts.ports.first()) {
        draft = draft.say(C, &facts.dated()).fill_in(C, facts, &INSIDE).code(format!(
            "packet-tracer input {} tcp {} 50000 {to} {port}",
            facts.word(&INSIDE),
            facts.first().ip
        ));
    }
    draft
        .note("The first line shows a hit count that grows when the gateway is replugged.")
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| {
            let mac = g.mac.dotted();
            // DHCP clients are listed by their client id: 01 and the MAC, in groups of four
            format!("show arp | include {mac}\nshow dhcpd binding | include {}", client_id(g.mac))
        }))
        .note("The second list is empty when another machine is the DHCP server.")
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .code(facts.each("\n", |g| format!("show logging | include {}", g.ip)))
        .note("Message 106023 is a denial by an access list (the implicit one at its end too), 106100 a line with log. Nothing there: is logging buffered informational set.")
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .fill_in(C, facts, &INSIDE)
        .code(facts.each("\n", |g| {
            format!("dhcpd reserve-address {} {} {}", g.ip, g.mac.dotted(), facts.word(&INSIDE))
        }))
        .note(
            "From version 9.13 on, and only where the ASA itself is the DHCP server; else reserve it there.",
        )
        .note("To take it back: the same line with no before it.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(ABOUT.checked)
        .say(C, "An ASA opens no TLS. With a FirePOWER module, see that its traffic is not sent there; nothing to change if this shows none:")
        .code("show running-config policy-map | include sfr")
        .note(format!("If it shows one, exempt {} in the access list of the class that sends traffic to the module.", facts.ips(" and ")))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(facts: &Facts) -> Draft {
    let name = facts.names.object("SG-IDLE-", 40, Alphabet::Dashes);
    Draft::new(ABOUT.checked)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .say(C, "For these connections alone:")
        .code(format!(
            "access-list {name} extended permit object-group {} {} any\nclass-map {name}\n match access-list {name}\npolicy-map global_policy\n class {name}\n  set connection timeout idle 24:00:00 dcd 0:15:00 5",
            service(facts),
            source(facts)
        ))
        .say(C, "To take it back:")
        .code(format!("policy-map global_policy\n no class {name}\nno class-map {name}\nno access-list {name}"))
        .note(format!("Paste it after the rule, whose objects it uses. 24:00:00 is {} s. dcd asks both ends before a session is given up.", idle::OFFER_S))
        .note("global_policy is the policy map that is in force as delivered: look with show running-config service-policy. The first access list is for this class only, it is bound to no interface.")
}
