//! What holds for every page, walked over the whole list of causes.

use super::*;
use crate::profile::Profile;
use std::collections::BTreeSet;

/// Every text of a page with the name of its field.
fn texts(page: &Page) -> [(&'static str, &'static str); 6] {
    [
        ("title", page.title),
        ("meaning", page.meaning),
        ("told_apart", page.told_apart),
        ("next_step", page.next_step),
        ("proof", page.proof),
        ("not_tested", page.not_tested),
    ]
}

/// Sentences, counted by their ends.
fn sentences(text: &str) -> usize {
    text.matches(". ").count() + 1
}

/// The words of a text that have the shape of a cause's code.
fn codes_in(text: &str) -> Vec<&str> {
    const FAMILIES: [&str; 11] = [
        "host.",
        "gateway.",
        "port.",
        "dhcp.",
        "ip.",
        "dns.",
        "cloud.",
        "internet.",
        "hold.",
        "path.",
        "ok.",
    ];
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
        .map(|w| w.trim_end_matches('.'))
        .filter(|w| FAMILIES.iter().any(|f| w.starts_with(f)))
        .collect()
}

fn each() -> impl Iterator<Item = (Cause, &'static Page)> {
    Cause::ALL.iter().map(|&c| (c, page(c)))
}

fn hides(a: Cause, b: Cause) -> bool {
    page(a).hides.contains(&b)
}

#[test]
fn each_cause_has_a_page_of_its_own() {
    let titles: BTreeSet<&str> = each().map(|(_, p)| p.title).collect();
    assert_eq!(titles.len(), Cause::ALL.len());
}

#[test]
fn each_text_is_a_clean_sentence() {
    for (cause, page) in each() {
        for (field, text) in texts(page) {
            assert!(text.len() >= 12, "{cause} {field} is empty or nearly so");
            assert!(text.ends_with('.'), "{cause} {field} does not end with a period: {text}");
            assert!(
                !text.contains("  ") && !text.contains(['\n', '\t']),
                "{cause} {field} has stray space: {text}"
            );
            assert!(!text.contains(".."), "{cause} {field}: {text}");
            assert!(text.starts_with(|c: char| c.is_uppercase()), "{cause} {field}: {text}");
            assert!(
                !text.contains(['\'', '"']) || !text.contains('"'),
                "{cause} {field} has a straight quote: {text}"
            );
        }
    }
}

#[test]
fn lengths_suit_a_card() {
    for (cause, page) in each() {
        assert!(page.title.chars().count() <= 90, "{cause}: title of {}", page.title.chars().count());
        assert_eq!(sentences(page.title), 1, "{cause}: {}", page.title);
        assert!(sentences(page.meaning) <= 3, "{cause}: {}", page.meaning);
        for (field, text) in texts(page) {
            assert!(text.chars().count() <= 420, "{cause} {field}: {} characters", text.chars().count());
        }
    }
}

#[test]
fn the_next_step_is_one_step() {
    for (cause, page) in each() {
        assert_eq!(sentences(page.next_step), 1, "{cause}: {}", page.next_step);
        for second in [" then ", " after that ", " afterwards ", " finally "] {
            assert!(!page.next_step.contains(second), "{cause}: {}", page.next_step);
        }
        // an instruction begins with its verb
        let first = page.next_step.split([' ', ':']).next().unwrap_or("");
        for not_a_verb in ["The", "This", "It", "A", "An", "You", "There", "Nothing", "IT", "If", "No"] {
            assert_ne!(first, not_a_verb, "{cause}: {}", page.next_step);
        }
    }
}

#[test]
fn words_are_plain_and_blame_nobody() {
    const NOT_USED: [&str; 18] = [
        "please",
        "simply",
        "obviously",
        "just ",
        "of course",
        "forgot ",
        "forgotten",
        "careless",
        "mistake",
        "incompetent",
        "your fault",
        "misconfigured",
        "bad admin",
        "wrongly set",
        "sabotage",
        "leverage",
        "utilize",
        "in order to",
    ];
    for (cause, page) in each() {
        for (field, text) in texts(page) {
            let lower = text.to_lowercase();
            for word in NOT_USED {
                assert!(!lower.contains(word), "{cause} {field} says '{word}': {text}");
            }
        }
        // a title says what is the case, never who did it
        for who in
            ["IT department", "administrator", "installer", "provider", "vendor", "somebody", "someone"]
        {
            assert!(!page.title.contains(who), "{cause}: {}", page.title);
        }
        // nobody outside the site is named without a look from outside the site, or a doubt
        if matches!(page.owner, Owner::Isp | Owner::Vendor) {
            let all = format!("{} {}", page.meaning, page.told_apart);
            let grounds = ["second network", "Bench mode", "probably"];
            assert!(grounds.iter().any(|g| all.contains(g)), "{cause} blames without grounds: {all}");
        }
    }
}

#[test]
fn a_title_needs_no_training() {
    // words of the trade that an installer does not know; DHCP, IP, MAC, VPN and TLS stand on labels and screens
    const TRADE: [&str; 12] =
        ["ARP", "RST", "SYN", "NAT", "VLAN", "ACL", "NXDOMAIN", "MTU", "MSS", "option ", "OFFER", "ICMP"];
    for (cause, page) in each() {
        for word in TRADE {
            assert!(!page.title.contains(word), "{cause} says '{word}': {}", page.title);
        }
    }
}

#[test]
fn twins_are_named_by_codes_that_exist() {
    for (cause, page) in each() {
        let named = codes_in(page.told_apart);
        assert!(!named.is_empty(), "{cause} names no twin: {}", page.told_apart);
        for (_, text) in texts(page) {
            for code in codes_in(text) {
                let twin = Cause::from_code(code);
                assert!(twin.is_some(), "{cause} names '{code}', which is no cause");
                assert_ne!(twin, Some(cause), "{cause} names itself as its twin");
            }
        }
    }
}

#[test]
fn the_levels_keep_their_promise() {
    use Cause::*;
    let warnings = [
        CloudPort443Blocked,
        CloudPort4321Blocked,
        CloudSomeAddressesBlocked,
        DnsOneNameBlocked,
        DnsFirstServerDead,
        HostVpnRoute,
        HostOtherSubnet,
        GatewaySilent,
        GatewayWrongMac,
        PortLate,
        HostOwnFirewall,
    ];
    let infos = [HostWifiBesideWire, HostProxyInUse, HostTlsProduct, GatewayIsolated];
    for (cause, page) in each() {
        let code = cause.code();
        assert_eq!(page.level == Level::Ok, code.starts_with("ok."), "{cause}");
        assert_eq!(
            page.owner == Owner::Nobody,
            matches!(page.level, Level::Ok) || infos[1] == cause || infos[3] == cause,
            "{cause}"
        );
        assert_ne!(page.level, Level::Unknown, "{cause}: a named cause is known");
        if warnings.contains(&cause) {
            assert_eq!(page.level, Level::Warning, "{cause}");
        }
        assert_eq!(page.level == Level::Info, infos.contains(&cause), "{cause}");
        if code.starts_with("hold.") || code.starts_with("dhcp.") {
            assert_eq!(page.level, Level::Fault, "{cause}");
        }
    }
}

#[test]
fn what_it_has_to_allow_is_what_the_profile_says() {
    let profile = Profile::shipped();
    let text = what_to_allow!();
    for port in &profile.cloud.ports {
        assert!(text.contains(&port.to_string()), "port {port} is missing: {text}");
    }
    for host in &profile.cloud.hosts {
        assert!(text.contains(host.as_str()), "{host} is missing: {text}");
    }
    let numbers: BTreeSet<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).collect();
    assert_eq!(numbers, BTreeSet::from(["443", "4321", "7440", "5382"]));
    // every cause of the way out that a rule can heal carries it whole
    for cause in [
        Cause::CloudBothPortsDropped,
        Cause::CloudBothPortsRejected,
        Cause::CloudPort443Blocked,
        Cause::CloudPort4321Blocked,
        Cause::CloudSomeAddressesBlocked,
        Cause::CloudGatewayOnlyBlocked,
        Cause::CloudRuleForOtherAddress,
        Cause::CloudProxyRequired,
        Cause::CloudProxyAnswers,
    ] {
        assert!(page(cause).next_step.contains(text), "{cause}");
        assert_eq!(page(cause).owner, Owner::It, "{cause}");
    }
}

#[test]
fn hiding_is_a_strict_order() {
    for (a, page_a) in each() {
        assert!(!hides(a, a), "{a} hides itself");
        let once: BTreeSet<Cause> = page_a.hides.iter().copied().collect();
        assert_eq!(once.len(), page_a.hides.len(), "{a} hides a cause twice");
        for &b in page_a.hides {
            assert!(!hides(b, a), "{a} and {b} hide each other");
            for &c in page(b).hides {
                assert!(hides(a, c), "{a} hides {b}, which hides {c}; {a} must hide {c} too");
            }
        }
    }
}

#[test]
fn nothing_hides_green_and_every_fault_hides_the_clear_way() {
    for (cause, page) in each() {
        assert!(!hides(cause, Cause::OkGreen), "{cause}");
        if page.level == Level::Fault {
            assert!(hides(cause, Cause::OkWayIsClear), "{cause}");
        }
    }
    assert!(hides(Cause::OkGreen, Cause::OkWayIsClear));
    assert!(page(Cause::OkWayIsClear).hides.is_empty());
}

#[test]
fn consequences_stay_behind_their_cause() {
    use Cause::*;
    let family = |prefix: &str| {
        let prefix = prefix.to_string();
        Cause::ALL.iter().copied().filter(move |c| c.code().starts_with(&prefix))
    };
    // no lease: nothing is said about names and ports (law 1)
    for lease in
        [DhcpNoServer, DhcpPoolExhausted, DhcpGatewayRefused, DhcpNakLoop, DhcpOfferLost, DhcpIpv6Only]
    {
        for prefix in ["dns.", "cloud.", "internet.", "hold.", "path."] {
            for c in family(prefix) {
                assert!(hides(lease, c), "{lease} must hide {c}");
            }
        }
        assert!(hides(lease, GatewaySilent), "a box without an address is not heard: {lease}");
        assert!(hides(lease, HostOtherSubnet), "169.254 is no other network: {lease}");
    }
    for prefix in ["dhcp.", "ip.", "dns.", "cloud.", "internet.", "hold.", "path."] {
        for c in family(prefix) {
            assert!(hides(HostNoLink, c), "host.no-link must hide {c}");
        }
    }
    for c in family("dns.").filter(|c| *c != DnsUnreachable) {
        assert!(hides(DnsUnreachable, c), "dns.unreachable must hide {c}");
    }
    for both in [CloudBothPortsDropped, CloudBothPortsRejected] {
        for c in [CloudPort443Blocked, CloudPort4321Blocked, CloudSomeAddressesBlocked] {
            assert!(hides(both, c), "{both} must hide {c}");
        }
    }
    // more specific than a dead line, so they hide it and not the reverse
    for c in [CloudCaptivePortal, CloudProxyRequired, CloudQuarantine, HostVpnRoute, HostOtherSubnet] {
        assert!(hides(c, InternetDown), "{c} must hide internet.down");
    }
    // what the box itself did is not measured by this computer, so this computer's troubles do not hide it
    for c in [GatewayNoPower, GatewayRestarting, GatewayWrongMac, GatewayDefective] {
        assert!(!hides(HostVpnRoute, c) && !hides(InternetDown, c), "{c}");
    }
}

#[test]
fn explain_prints_the_whole_page_in_narrow_lines() {
    let squeeze = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
    for (cause, page) in each() {
        let text = explain(cause);
        assert!(text.starts_with(&format!("{cause}\n")), "{text}");
        let flat = squeeze(&text);
        for (field, words) in texts(page) {
            assert!(flat.contains(&squeeze(words)), "{cause}: {field} is missing in\n{text}");
        }
        assert!(text.contains(page.owner.label()) && text.contains(page.level.word()), "{text}");
        for hidden in page.hides {
            assert!(flat.contains(hidden.code()), "{cause}: {hidden} is missing");
        }
        for line in text.lines() {
            assert!(
                line.chars().count() <= WIDTH || !line.trim().contains(' '),
                "{cause}: long line: {line}"
            );
            assert!(!line.ends_with(' '), "{cause}: trailing space: {line}");
        }
    }
}

#[test]
fn the_list_is_aligned_and_complete() {
    let list = list();
    assert_eq!(list.lines().count(), Cause::ALL.len());
    let column = list.lines().next().and_then(|l| l.find(page(Cause::ALL[0]).title));
    for (line, (cause, page)) in list.lines().zip(each()) {
        assert!(line.starts_with(cause.code()), "{line}");
        assert_eq!(line.find(page.title), column, "not aligned: {line}");
    }
}

#[test]
fn the_legend_needs_no_colour() {
    let lines = legend();
    for (state, line) in LedState::ALL.into_iter().zip(lines) {
        assert!(line.contains(&format!("{}: {}", state.label(), state.meaning())), "{line}");
    }
    let shapes: BTreeSet<String> = lines.iter().map(|l| l.chars().take(4).collect()).collect();
    assert_eq!(shapes.len(), 4, "two states share a shape");
    assert!(LEGEND_REMARK.contains("reverse") && LEGEND_REMARK.contains("blinking means no IP"));
}
