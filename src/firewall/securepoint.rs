//! Securepoint UTM: commands of its console, as German pharmacies have it.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use super::objects::Objects;
use super::{idle, phrases};
use crate::model::rule::Checked;

const C: Comment = Comment::HASH;
const NAME_MAX: usize = 50;

static ABOUT: About = About {
    id: "securepoint",
    name: "Securepoint UTM",
    versions: "12 and later",
    makers: &["securepoint"],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Cli,
        filters_forwarded: true,
        stateful: true,
        mac_in_rule: MacMatch::No,
        names_as_destination: NameMatch::Extra,
        placement: Placement::LastThenMove,
        name_max: NAME_MAX,
        comment_max: 79,
        inspection: Inspection::OnBox,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: Some("nothing is in force before system update rule"),
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

pub static SECUREPOINT: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn objects(facts: &Facts) -> Objects {
    Objects::of(facts, NAME_MAX, Alphabet::Dashes)
}

fn rule(facts: &Facts) -> Draft {
    let names = objects(facts);
    let log = if facts.log { " LOG" } else { "" };
    let to = if facts.named() { names.cloud_group.clone() } else { "internet".to_owned() };
    let mut objects = names.each_gateway(|name, g| {
        format!("node new name \"{name}\" address \"{}/32\" zone \"internal\"", g.ip)
    });
    if let Some(group) = &names.group {
        objects += &format!("\nnode group new name \"{group}\"\n");
        objects +=
            &names.each_gateway(|name, _| format!("node group add name \"{group}\" nodes [ \"{name}\" ]"));
    }
    if facts.named() {
        objects += &format!("\nnode group new name \"{to}\"");
        for (n, ip) in (1..).zip(&facts.addresses) {
            let name = format!("SG-CLOUD-{n}-{}", facts.names.tag());
            objects += &format!(
                "\nnode new name \"{name}\" address \"{ip}/32\" zone \"external\"\nnode group add name \"{to}\" nodes [ \"{name}\" ]"
            );
        }
    }
    objects += "\n";
    objects += &names.each_service(|name, port| {
        format!("service new name \"{name}\" proto \"tcp\" dst-ports [ \"{port}\" ]")
    });
    objects += &format!("\nservice group new name \"{}\"\n", names.service_group);
    objects += &names.each_service(|name, _| {
        format!("service group add name \"{}\" services [ \"{name}\" ]", names.service_group)
    });
    Draft::new(Checked::FromMemory)
        .say_if(facts.named(), C, &facts.dated())
        .say(C, "The objects, from memory; by hand they are made under Firewall, Network objects and Services:")
        .code(objects)
        .say(C, "The rule, as the documentation writes it:")
        .code(format!(
            "rule new group \"default\" src \"{}\" dst \"{to}\" service \"{}\" flags [ ACCEPT HIDENAT{log} ] nat_node \"external-interface\" comment \"{}\"\nsystem update rule",
            names.source(),
            names.service_group,
            facts.names.comment()
        ))
        .note("Placement: a new rule goes last in its group. Its number stands in rule get; then rule move id, that number, pos 1, group default, and system update rule.")
        .note(phrases::NO_MAC)
        .note_if(facts.named(), phrases::ADDRESSES_CHANGE)
}

fn undo(facts: &Facts) -> Draft {
    let names = objects(facts);
    let mut lines = vec![format!("service group delete name \"{}\"", names.service_group)];
    lines.push(names.each_service(|name, _| format!("service delete name \"{name}\"")));
    if facts.named() {
        lines.push(format!("node group delete name \"{}\"", names.cloud_group));
        for n in 1..=facts.addresses.len() {
            lines.push(format!("node delete name \"SG-CLOUD-{n}-{}\"", facts.names.tag()));
        }
    }
    if let Some(group) = &names.group {
        lines.push(format!("node group delete name \"{group}\""));
    }
    lines.push(names.each_gateway(|name, _| format!("node delete name \"{name}\"")));
    Draft::new(Checked::FromMemory)
        .aside(C, &format!("The number of the rule with the comment {}:", facts.names.comment()))
        .code("rule get")
        .say(C, "Put it in place of N:")
        .code("rule delete id \"N\"\nsystem update rule")
        .code(lines.join("\n"))
        .note("The rule first: an object that is in use cannot be deleted.")
}

fn verify(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(format!("Network, Network tools, Connection tracking: source {}.", facts.ips(" or ")))
        .note(phrases::GOOD)
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(facts.each("\n", |g| format!("Network, DHCP, Leases: look for {}", g.mac)))
        .note("The list of leases is empty when another machine is the DHCP server.")
        .note(phrases::UNSEEN)
}

fn see_denied(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code(format!("Log, filter by message: SRC={}, and DROP.", facts.ips(" or SRC=")))
        .note("What no rule takes is logged as DROP (default).")
        .note(phrases::UNSEEN)
}

fn reserve(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "In its pages:")
        .code("Network, DHCP, Static leases, Add:")
        .code(facts.each("\n", |g| {
            format!(
                "Host {}, Ethernet {}, IP address {}",
                facts.names.of(g.mac).object("sg-", NAME_MAX, Alphabet::Lower),
                g.mac,
                g.ip
            )
        }))
        .note("To take it back, delete the row.")
        .note(phrases::REPLUG)
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, "The rule leads past the proxy. Only where the transparent proxy is in use, in its pages:")
        .code(format!(
            "Applications, HTTP proxy, Transparent mode: a rule Exclude with the source {}.",
            objects(facts).source()
        ))
        .note(phrases::UNTRUSTED)
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromMemory)
        .say(C, &idle::verdict(&ABOUT.capabilities))
        .code("sysctl net.netfilter.nf_conntrack_tcp_timeout_established")
        .note(format!("In the root shell. If it shows less than {} s, ask Securepoint support how to raise it for good.", idle::YARDSTICK_S))
}
