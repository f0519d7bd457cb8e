//! The report from outside: the golden Markdown, the JSON, and the PDF as other programs read it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests; golden files are written where they stand"
)]

mod marks;
mod pdf;
mod sample;

use solidgreen::model::{At, LedSet, LedState, Level, Snapshot};
use solidgreen::report::{self, Lang, Redact, ReportOptions};

fn options(redact: Redact) -> ReportOptions {
    ReportOptions { redact, utc_offset_secs: 3600, ..ReportOptions::default() }
}

/// Compares with a file; `UPDATE_GOLDEN=1` writes it anew.
fn golden(name: &str, text: &str) {
    let path = format!("{}/tests/golden/report/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    for (n, (a, b)) in wanted.lines().zip(text.lines()).enumerate() {
        assert_eq!(a, b, "line {} of {name}; set UPDATE_GOLDEN=1 when the change is meant", n + 1);
    }
    assert_eq!(wanted, text, "length of {name}");
}

#[test]
fn the_markdown_is_the_golden_one() {
    for level in Redact::ALL {
        let text = report::markdown(&report::document(&sample::snapshot(), &options(level)));
        golden(&format!("{}.md", level.word()), &text);
    }
}

#[test]
fn an_empty_visit_gives_a_whole_report() {
    let text = report::markdown(&report::document(&Snapshot::default(), &options(Redact::Full)));
    golden("empty.md", &text);
}

#[test]
fn the_json_holds_the_whole_snapshot() {
    let s = sample::snapshot();
    let value: serde_json::Value = serde_json::from_str(&report::json(&s, &options(Redact::Full))).unwrap();
    assert_eq!(value["schema"], 1);
    assert_eq!(value["verdict"]["code"], "cloud.both-ports-dropped");
    assert_eq!(value["verdict"]["owner"], "it");
    let mut back: Snapshot = serde_json::from_value(value["snapshot"].clone()).unwrap();
    // a password is the one thing that leaves at no level
    assert_eq!(back.host.proxies[0].value, "http://[login]@proxy.sjukhus.lan:8080");
    back.host.proxies = s.host.proxies.clone();
    assert_eq!(back, s);
}

#[test]
fn no_secret_of_a_level_is_left_in_any_form() {
    let s = sample::snapshot();
    let shared = ["anna", "hemligt", "33:44:55", "skrivare", "12:34:56", "sjukhus"];
    let public =
        ["34:a5:e1", "34a5e1", "10.20.30", "Malm", "Ostra", "Östra", "1.1.1.1", "8c:16", "sensorist-kyl"];
    for (level, secrets) in
        [(Redact::Shared, shared.to_vec()), (Redact::Public, [&shared[..], &public[..]].concat())]
    {
        let document = report::document(&s, &options(level));
        let json = report::json(&s, &options(level));
        for out in [report::markdown(&document), json] {
            for secret in &secrets {
                let line = out.lines().find(|l| l.contains(secret));
                assert!(line.is_none(), "{level:?}: '{secret}' in {line:?}");
            }
            assert!(out.contains("54.229.203.190"), "{level:?} hides a published address");
        }
    }
}

#[test]
fn hostile_names_open_nothing() {
    let mut s = sample::snapshot();
    let evil = "x\n# H\n\n| a | b |\n```\n![i](http://e.org/a.png)<script>alert(1)</script> [l](javascript:x) \u{202e}\u{1b}[31m **b** 中";
    s.site = evil.into();
    s.gateways[0].name = Some(evil.into());
    std::sync::Arc::make_mut(&mut s.timeline)[0].text = evil.into();
    s.checks[0].detail = evil.into();
    std::sync::Arc::make_mut(&mut s.firewall).parts[0].1.push_str("\n```\n````\n# out\n<b>\u{1b}[0m");
    std::sync::Arc::make_mut(&mut s.firewall).parts[0].3.push(evil.into());
    let calm = report::markdown(&report::document(&sample::snapshot(), &options(Redact::Full)));
    let text = report::markdown(&report::document(&s, &options(Redact::Full)));
    let outside: Vec<&str> = {
        let mut fence: Option<usize> = None;
        text.lines()
            .filter(|l| {
                let ticks = l.chars().take_while(|c| *c == '`').count();
                match fence {
                    Some(n) if ticks >= n && l.len() == ticks => fence = None,
                    None if ticks >= 3 => fence = Some(ticks),
                    Some(_) => return false,
                    None => return true,
                }
                false
            })
            .collect()
    };
    let headings = |lines: &[&str]| lines.iter().filter(|l| l.starts_with('#')).count();
    let calm_lines: Vec<&str> = calm.lines().filter(|l| l.starts_with('#')).collect();
    assert_eq!(headings(&outside), calm_lines.len(), "a heading was opened or lost");
    for line in &outside {
        for bad in ["<script", "](http", "](javascript", "<b>"] {
            let open = line.match_indices(bad).any(|(i, _)| !line[..i].ends_with('\\'));
            assert!(!open, "{line}");
        }
    }
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
}

#[test]
fn what_is_not_there_yet_is_said() {
    assert_eq!("en".parse::<Lang>(), Ok(Lang::En));
    assert!("sv".parse::<Lang>().unwrap_err().to_string().contains("Swedish follows in a later version"));
    assert!("da".parse::<Lang>().unwrap_err().to_string().contains("Danish follows in a later version"));
    assert!("xx".parse::<Lang>().unwrap_err().to_string().contains("'xx'"));
}

/// Snapshots that together have every set of LED states and every level.
fn every_look() -> Vec<Snapshot> {
    let levels = [Level::Ok, Level::Info, Level::Unknown, Level::Warning, Level::Fault];
    let set = |bits: usize| {
        let states = LedState::ALL.into_iter().enumerate();
        LedSet::of(&states.filter(|(i, _)| bits >> i & 1 == 1).map(|(_, s)| s).collect::<Vec<_>>())
    };
    (0..16)
        .map(|bits| {
            let mut s = sample::snapshot();
            s.gateways[0].led.possible = set(bits);
            s.verdict.level = levels[bits % levels.len()];
            s.now = At(bits as u64);
            s
        })
        .collect()
}

/// Every platform writes MACs in its own way; for anybody, none of them may be left.
#[test]
fn no_platforms_text_gives_a_gateway_away() {
    use solidgreen::firewall;
    use solidgreen::model::rule::{Part, RuleChoice, Scope};
    let profile = solidgreen::profile::Profile::shipped();
    let mut s = sample::snapshot();
    let (mac, ip) = (s.gateways[0].mac, s.gateways[0].ip.unwrap());
    let gateway = solidgreen::model::rule::RuleGateway { mac, ip };
    let intent = solidgreen::session::intent(
        &profile,
        vec![gateway],
        &s.site,
        &RuleChoice { scope: Scope::NamedHosts, ..RuleChoice::default() },
    );
    let view = std::sync::Arc::make_mut(&mut s.firewall);
    for platform in firewall::platforms() {
        view.change_request = firewall::change_request(platform, &intent).ok();
        for p in Part::ALL.map(|part| platform.part(part, &intent)) {
            let title = format!("{} {}", platform.id(), p.part.title());
            view.parts.push((title, p.text, p.checked.label().to_owned(), p.notes));
        }
    }
    let text = report::markdown(&report::document(&s, &options(Redact::Public))).to_lowercase();
    // a snippet for anybody is still one: what the platforms' texts are made of is ours. What is left of a name that was
    // cut short, and of an address that stands in a client identifier, is not
    let theirs = |l: &str| ["[site]", "binding", "client-identifier"].iter().any(|w| l.contains(w));
    let snippets = text.lines().filter(|l| !l.starts_with(['|', '-']) && !theirs(l));
    assert_eq!(snippets.filter(|l| l.contains("[text-")).collect::<Vec<_>>(), Vec::<&str>::new());
    // the three octets that tell one gateway from another, however they are joined
    let tail = &mac.bare()[6..];
    let pairs = [&tail[0..2], &tail[2..4], &tail[4..6]];
    let dotted = mac.dotted();
    let mut forms: Vec<String> = [":", "-", ""].iter().map(|sep| pairs.join(sep)).collect();
    forms.extend([
        dotted.clone(),
        dotted.replace('.', "-"),
        ip.to_string(),
        format!("{:08x}", u32::from(ip)),
    ]);
    forms.push(mac.0.map(|octet| format!("{octet:x}")).join(":"));
    for form in forms {
        let line = text.lines().find(|l| l.contains(&form));
        assert!(line.is_none(), "'{form}' in {line:?}");
    }
}
