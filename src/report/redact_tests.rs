//! Tests of the redaction: what each level hides, what it keeps, and that twice is once.

use super::*;
use crate::model::finding::{Evidence, Reported};
use crate::model::snapshot::{GatewayView, HostSeen};
use crate::model::{LedView, Owner, Verdict};
use proptest::prelude::*;

fn snapshot() -> Snapshot {
    let mac: Mac = "34:a5:e1:00:0b:07".parse().unwrap();
    Snapshot {
        site: "Kök Norr".into(),
        visit: "01932b3c-0000-7000-8000-34a5e1000b08".into(),
        chosen: Some(mac),
        gateways: vec![GatewayView {
            mac,
            ip: Some([192, 168, 10, 57].into()),
            first_seen_ms: Some(1),
            last_seen: None,
            led_since: crate::model::At(0),
            led: LedView::default(),
            sources: vec![],
            name: Some("sensorist-gw-7".into()),
            maker: None,
            dhcp: vec![],
            dhcp_trace: Vec::new(),
            led_changes: Vec::new(),
            rivals: Vec::new(),
            in_turn: Vec::new(),
            answered: None,
            addresses: Vec::new(),
            remarks: vec![],
            verdict: Verdict::default(),
        }],
        hosts: vec![HostSeen {
            mac: "00:11:22:aa:bb:cc".parse().unwrap(),
            ip: [192, 168, 10, 2].into(),
            maker: None,
            first_seen_ms: 2,
        }],
        not_tested: vec![
            "http://anna:secret@proxy.sjukhuset.se:8080/ is used, see printer.lan and fe80::1".into(),
        ],
        reported: vec![Reported {
            mac,
            evidence: Evidence {
                text: "Some firewall reports: denied, by SG ward 7 block".into(),
                basis: crate::model::Basis::Reported,
                source: "pasted".into(),
                age_ms: 0,
            },
            owner: Owner::It,
            but: vec![],
            names: vec!["SG ward 7 block".into()],
        }],
        kept_in: Some("/home/anna/.local/share/solidgreen/visits/1".into()),
        ..Snapshot::default()
    }
}

fn at(level: Redact, text: &str) -> String {
    Redactor::new(&snapshot(), level).text(text)
}

#[test]
fn a_password_leaves_at_no_level() {
    for level in Redact::ALL {
        let out = at(level, &snapshot().not_tested[0]);
        assert!(!out.contains("secret") && !out.contains("anna"), "{level:?}: {out}");
    }
}

#[test]
fn full_keeps_the_rest() {
    let text = "34:a5:e1:00:0b:07 at 192.168.10.57, 00-11-22-AA-BB-CC, printer.lan, Kök Norr, /home/anna/x";
    assert_eq!(at(Redact::Full, text), text);
}

#[test]
fn shared_hides_names_and_other_devices() {
    assert_eq!(
        at(
            Redact::Shared,
            "34:a5:e1:00:0b:07 192.168.10.57 00-11-22-AA-BB-CC 0011.22aa.bbcc 001122AABBCC printer.lan. Kök Norr"
        ),
        "34:a5:e1:00:0b:07 192.168.10.57 00-11-22-xx-xx-xx 0011.22xx.xxxx 001122xxxxxx [name]. Kök Norr"
    );
    assert_eq!(
        at(Redact::Shared, "via proxy.sjukhuset.se and gk.sensorist.com"),
        "via [name] and gk.sensorist.com"
    );
    assert_eq!(at(Redact::Shared, r"C:\Users\anna\x and /home/anna/x, so"), "[folder] and [folder], so");
}

#[test]
fn public_hides_addresses_and_the_site() {
    let out = at(
        Redact::Public,
        "192.168.10.57:443 to 54.229.68.147:4321 by 192.168.10.2/24 mask 255.255.255.0 via 8.8.8.8, fe80::1, 34A5.E100.0B07",
    );
    assert_eq!(
        out,
        "[private-ip-1]:443 to 54.229.68.147:4321 by [private-ip-2]/24 mask 255.255.255.0 via [public-ip], [private-ip-3], xxxx.xxxx.xxxx"
    );
    for spelt in ["Kök Norr", "Kok-Norr", "K_k_Norr", "KOEK NORR", "kök norr"] {
        assert_eq!(
            at(Redact::Public, &format!("set name \"gw {spelt}\" x")),
            "set name \"gw [site]\" x",
            "{spelt}"
        );
    }
    assert_eq!(at(Redact::Public, "sensorist-gw-7 answered"), "[name] answered");
    // what a site calls its rules is its own
    assert_eq!(at(Redact::Public, "denied, by SG ward 7 block"), "denied, by [name]");
    assert_eq!(at(Redact::Shared, "denied, by SG ward 7 block"), "denied, by SG ward 7 block");
}

#[test]
fn what_only_looks_like_an_address_stays() {
    for text in
        ["14:05:09", "version 1.2.3", "cloud.both-ports-dropped", "_sensorist-gw._tcp.local.", "dead:beef"]
    {
        assert_eq!(at(Redact::Public, text), text);
    }
    let visit = snapshot().visit;
    assert_eq!(at(Redact::Public, &visit), visit);
}

#[test]
fn json_and_document_hide_the_same() {
    let s = snapshot();
    let options = super::super::ReportOptions { redact: Redact::Public, ..Default::default() };
    let json = super::super::json(&s, &options);
    let text = super::super::markdown(&super::super::document(&s, &options));
    for out in [json, text] {
        for secret in ["34:a5:e1", "0b:07", "192.168", "Kök", "Norr", "anna", "printer.lan", "fe80"] {
            assert!(!out.contains(secret), "{secret} stands in {out}");
        }
    }
}

#[test]
fn a_level_that_is_none_is_refused() {
    assert_eq!("Public ".parse(), Ok(Redact::Public));
    assert!("all".parse::<Redact>().unwrap_err().to_string().contains("full, shared or public"));
}

proptest! {
    #[test]
    fn twice_is_once(text in "([a-z ]{0,5}|[0-9]{1,3}\\.|[0-9a-f]{2}[:-]|::|\\[|\\]|://|@|/home/|\\\\Users\\\\|Kök Norr|site|[å-ö.]|\\.lan|printer){0,20}",
                     level in 0usize..3, site in "[a-zåäö\\[\\] ]{0,6}") {
        let level = Redact::ALL[level];
        let mut s = snapshot();
        s.site = site;
        s.not_tested.push(text.clone());
        let r = Redactor::new(&s, level);
        let once = r.text(&text);
        prop_assert_eq!(r.text(&once), once);
    }
}

#[test]
fn public_leaves_no_tail_of_the_gateways_mac_in_object_names() {
    for name in ["SG-GW-Site-000B07", "SG_GW_Site_000b07", "comment GW 000B07", "000b07"] {
        let out = at(Redact::Public, name);
        assert!(!out.to_lowercase().contains("000b07"), "{out}");
        assert_eq!(at(Redact::Public, &out), out);
    }
    assert_eq!(at(Redact::Public, "id a000b07f"), "id a000b07f", "a longer number is another thing");
    assert!(at(Redact::Shared, "SG-GW-Site-000B07").contains("000B07"));
}
