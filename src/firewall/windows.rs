//! Windows Server as DHCP server, and Defender Firewall on this computer: PowerShell as administrator.
//!
//! Defender filters what a computer itself sends and receives. It does not filter what the gateway sends, not even when
//! the computer passes it on, so its rule never opens the way for the gateway; each text says so.

use super::capabilities::{Capabilities, Form, Inspection, MacMatch, NameMatch, Placement};
use super::contract::{About, Comment, Draft, Platform};
use super::facts::Facts;
use super::names::Alphabet;
use crate::model::rule::{Checked, RuleGateway};

const C: Comment = Comment::HASH;

static ABOUT: About = About {
    id: "windows",
    name: "Windows Server DHCP and Defender Firewall",
    versions: "Windows Server 2012, Windows 8 and later",
    // a Microsoft network card is a virtual machine on Hyper-V, whatever runs in it
    makers: &[],
    comment: C,
    checked: Checked::FromDocumentation,
    capabilities: Capabilities {
        form: Form::Shell,
        filters_forwarded: false,
        stateful: true,
        mac_in_rule: MacMatch::Binding,
        names_as_destination: NameMatch::Extra,
        placement: Placement::Unordered,
        name_max: 63,
        comment_max: 255,
        inspection: Inspection::No,
        idle_default_s: None,
        idle_per_rule: false,
        safe_commit: None,
        dhcp_server: true,
    },
    releases: &[],
    placeholders: &[],
};

const NOT_FORWARDED: &str = "Defender Firewall filters only what this computer itself sends. It does NOT filter, and so cannot open, the way of the gateway: that rule belongs on the router or firewall of the site.";

pub static WINDOWS: Platform =
    Platform { about: &ABOUT, rule, undo, verify, find_lease, see_denied, reserve, bypass, idle_timeout };

fn rule_name(facts: &Facts) -> String {
    facts.names.object("SG-OUT-", 63, Alphabet::Dashes)
}

/// The MAC as the DHCP server writes it.
fn client_id(g: RuleGateway) -> String {
    g.mac.pairs("-", false)
}

fn rule(facts: &Facts) -> Draft {
    let draft = Draft::new(Checked::FromDocumentation).say(C, NOT_FORWARDED);
    let to =
        if facts.named() { format!(" -RemoteAddress '{}'", facts.addresses("','")) } else { String::new() };
    draft
        .say(C, "This lets the tests of Solid Green on this computer out, where outbound traffic is blocked:")
        .say_if(facts.named(), C, &facts.dated())
        .code(format!(
            "New-NetFirewallRule -Name '{}' -DisplayName '{}' -Description 'TCP {} out of this computer' -Group 'Solid Green' -Direction Outbound -Action Allow -Profile Any -Protocol TCP -RemotePort '{}'{to} -Enabled True",
            rule_name(facts),
            facts.names.comment(),
            facts.ports(" and "),
            facts.ports("','")
        ))
        .note("Placement: rules have no order. An explicit block of the same traffic wins over it, and group policy may refuse local rules.")
        .note("As delivered, outbound traffic is allowed: then this rule is harmless and not needed. Defender logs no single rule.")
        .note_if(facts.named(), "Windows 11 and Server 2022 can also hold host names (New-NetFirewallDynamicKeywordAddress with -AutoResolve); addresses work everywhere.")
}

fn undo(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .code(format!("Remove-NetFirewallRule -Name '{}'", rule_name(facts)))
        .note("Removes this one rule; other rules of the group stay.")
}

fn verify(facts: &Facts) -> Draft {
    let mut draft = Draft::new(Checked::FromDocumentation)
        .code(format!("Get-NetFirewallRule -Name '{}' | Get-NetFirewallPortFilter", rule_name(facts)));
    for host in &facts.hosts {
        for port in &facts.ports {
            draft = draft.code(format!("Test-NetConnection {host} -Port {port}"));
        }
    }
    draft
        .note("Good: TcpTestSucceeded is True for at least one line. That is what this computer can do; the gateway has another MAC and may meet another rule.")
}

fn find_lease(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "On the DHCP server, or with -ComputerName after each Get-:")
        .code(format!(
            "Get-DhcpServerv4Scope | Get-DhcpServerv4Lease | Where-Object ClientId -in {}",
            facts.each(",", |g| format!("'{}'", client_id(g)))
        ))
        .note("No row: the gateway has no lease from this server. See part see-denied for the filters that refuse it.")
}

fn see_denied(facts: &Facts) -> Draft {
    let ids = facts.each(",", |g| format!("'{}'", client_id(g)));
    let prefix = client_id(facts.first());
    Draft::new(Checked::FromDocumentation)
        .say(C, "DHCP: does a filter refuse the gateway, is a scope full, what did the server note today:")
        .code("Get-DhcpServerv4FilterList")
        .code(format!(
            "Get-DhcpServerv4Filter | Where-Object MacAddress -in {ids},'{}-*'",
            prefix.get(..8).unwrap_or_default()
        ))
        .code("Get-DhcpServerv4ScopeStatistics")
        .code(format!(
            "Select-String -SimpleMatch {} -Path \"$env:SystemRoot\\System32\\dhcp\\DhcpSrvLog-*.log\"",
            facts.each(",", |g| format!("'{}'", g.mac.pairs("", true)))
        ))
        .say(C, NOT_FORWARDED)
        .say(C, "So what of the gateway's connections is denied stands in the log of the router. For this computer itself:")
        .code("Set-NetFirewallProfile -Profile Domain,Private,Public -LogBlocked True")
        .code("Select-String ' DROP TCP ' \"$env:SystemRoot\\System32\\LogFiles\\Firewall\\pfirewall.log\"")
        .note("With an allow list in force (Get-DhcpServerv4FilterList shows Allow True), a MAC that is not in it gets no lease: a solid red LED.")
        .note("To switch the log off again: the same line with -LogBlocked False.")
}

fn reserve(facts: &Facts) -> Draft {
    let line = |g: RuleGateway| {
        let (ip, names) = (g.ip, facts.names.of(g.mac));
        format!(
            "$scope = Get-DhcpServerv4Scope | Where-Object {{ (([ipaddress]'{ip}').Address -band $_.SubnetMask.Address) -eq $_.ScopeId.Address }}\nAdd-DhcpServerv4Reservation -ScopeId $scope.ScopeId -IPAddress {ip} -ClientId '{}' -Name '{}' -Description '{}'",
            client_id(g),
            names.object("sg-", 63, Alphabet::Lower),
            names.comment()
        )
    };
    Draft::new(Checked::FromDocumentation)
        .say(C, "On the DHCP server. The first line looks for the scope that holds the address:")
        .code(facts.each("\n", line))
        .note(format!(
            "To take it back: {}",
            facts.each("; ", |g| format!("Remove-DhcpServerv4Reservation -IPAddress {}", g.ip))
        ))
        .note("With a failover partner: Invoke-DhcpServerv4FailoverReplication afterwards. Replug the gateway so that it asks for a lease again.")
}

fn bypass(facts: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(C, "Defender Firewall opens no TLS and inspects nothing of the gateway; make the exemption on the router or proxy of the site instead.")
        .note(format!(
            "Ask for: no TLS decryption, no web filter and no HTTPS proxy for {} on TCP {}.",
            facts.ips(" and "),
            facts.ports(" and ")
        ))
}

fn idle_timeout(_: &Facts) -> Draft {
    Draft::new(Checked::FromDocumentation)
        .say(
            C,
            "Defender Firewall has no idle timeout for what the gateway sends; set it on the router instead.",
        )
        .note(format!(
            "Ask for at least {} s of idle timeout for established TCP sessions of the gateway (RFC 5382).",
            super::idle::YARDSTICK_S
        ))
}
