//! The real window, used as a person does: by a screen reader's actions and the keyboard.

use super::case::Case;
use super::desktop::{self, Node};
use super::host::{self, SCRATCH, shell, wait_for};
use super::site;
use serde_json::Value;
use solidgreen::diagnose::catalogue;
use solidgreen::model::Cause;
use solidgreen::model::rule::Part;
use std::process::Child;
use std::time::Duration;

const BUTTON: (&str, &str) = ("push button", "Find and check");
/// How long the window stays open before anything is pressed.
const UNTOUCHED: Duration = Duration::from_millis(1500);

/// What was found, and everything that is not as expected.
pub fn run(case: &Case) -> Result<(String, Vec<String>), String> {
    let code = case.expect.verdict.as_deref().ok_or("a window case needs a verdict")?;
    let cause = Cause::from_code(code).ok_or("no such cause")?;
    let gateway = case.gateways.first().ok_or("a window case needs a gateway")?;
    count_packets()?;
    desktop::begin()?;
    let log = std::fs::File::create(host::log_of("window")).map_err(|e| e.to_string())?;
    let mut program = desktop::on_desktop(&site::program(), &[])
        .env("SOLIDGREEN_DATA", format!("{SCRATCH}/data"))
        .stderr(log)
        .spawn()
        .map_err(|e| e.to_string())?;
    let mut wrong = Vec::new();
    used(cause, &gateway.mac, &mut wrong).map_err(|why| {
        let end = program.try_wait().ok().flatten().map(|s| format!("; it ended: {s}")).unwrap_or_default();
        format!("{why}{end}; it says: {}", desktop::log("window"))
    })?;
    let exit = close(&mut program)?;
    let owner = catalogue::page(cause).owner;
    let level = catalogue::page(cause).level;
    let found = format!("{} {} {} {exit}", cause.code(), owner.word(), level.word());
    let wanted = super::judge::wanted(&case.expect);
    if found != wanted {
        wrong.push(format!("expected {wanted}, found {found}"));
    }
    Ok((found, wrong))
}

/// From the first frame to the report.
fn used(cause: Cause, mac: &str, wrong: &mut Vec<String>) -> Result<(), String> {
    let page = catalogue::page(cause);
    desktop::until(30, "the button", |t| has(t, BUTTON.0, BUTTON.1).then_some(()))?;
    // a time, not a wait: law 3 is about what happens while nobody asks for anything
    std::thread::sleep(UNTOUCHED);
    let (before, what) = sent()?;
    if before != 0 {
        wrong.push(format!("{before} packets were sent before the button was pressed: {what}"));
    }
    desktop::press(BUTTON.0, BUTTON.1)?;
    let first = verdict(page.title, page.owner.label(), 0)?;
    if sent()?.0 == 0 {
        wrong.push("the counter of packets counts nothing, so it proves nothing".into());
    }
    let kept = kept()?;
    if kept.len() != 1 || kept.iter().any(|k| k["verdict"]["code"] != cause.code()) {
        wrong.push(format!("kept is not one visit with {}: {kept:?}", cause.code()));
    }
    // the same by keyboard
    desktop::keys(&["key", "ctrl+r"])?;
    verdict(page.title, page.owner.label(), first)?;
    firewall(mac, wrong)?;
    report(cause, mac, wrong)
}

/// Waits for the verdict of a check that ended; how many packets the window says were sent, more than `after`.
fn verdict(title: &str, owner: &str, after: u64) -> Result<u64, String> {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    desktop::until(30, &format!("'{title}', '{owner}' and a check that ended"), |t| {
        let told = t.iter().any(|n| n.name == title) && t.iter().any(|n| same(&n.name, owner));
        let packets = t.iter().find_map(|n| n.name.split_once(" packets sent")?.0.parse::<u64>().ok());
        // the button is back when the check has ended
        packets.filter(|p| told && *p > after && has(t, BUTTON.0, BUTTON.1))
    })
}

/// The page of the firewall text: for the router's platform, for this gateway.
fn firewall(mac: &str, wrong: &mut Vec<String>) -> Result<(), String> {
    desktop::press("toggle button", "Firewall")?;
    let ip = lease_of(mac)?;
    let rule = snippet("the rule", &ip)?;
    if !rule.contains("config firewall policy") {
        wrong.push(format!("the router is a FortiGate by its MAC, the rule is not for one: {rule}"));
    }
    // the part that has to name both
    desktop::press("toggle button", Part::Reserve.title())?;
    let forms = notations(mac);
    let reserve = snippet("the reservation", "reserved-address")?;
    if !reserve.contains(&ip) || !forms.iter().any(|form| reserve.to_ascii_lowercase().contains(form)) {
        wrong.push(format!("the reservation does not name {mac} and {ip}: {reserve}"));
    }
    Ok(())
}

/// The text to paste that holds these words; it is the only long one that does.
fn snippet(what: &str, words: &str) -> Result<String, String> {
    desktop::until(10, &format!("{what}, with '{words}'"), |t| {
        let texts = t.iter().map(|n| if n.text.is_empty() { &n.name } else { &n.text });
        texts.filter(|text| text.contains(words) && text.lines().count() > 3).max_by_key(|t| t.len()).cloned()
    })
}

/// Writes a PDF through the field of the page, and lets another program read it.
fn report(cause: Cause, mac: &str, wrong: &mut Vec<String>) -> Result<(), String> {
    let file = format!("{SCRATCH}/visit.pdf");
    desktop::press("toggle button", "Report")?;
    desktop::until(10, "the field of the path", |t| has(t, "entry", "to the file").then_some(()))?;
    desktop::focus("entry", "to the file")?;
    desktop::keys(&["key", "ctrl+a"])?;
    desktop::keys(&["type", "--delay", "40", &file])?;
    desktop::until(10, &file, |t| {
        t.iter().any(|n| n.role == "entry" && n.name == "to the file" && n.text == file).then_some(())
    })?;
    desktop::press("push button", "Save")?;
    let saved = format!("Saved to {file}");
    desktop::until(20, &saved, |t| t.iter().any(|n| n.name == saved).then_some(()))?;
    let text = desktop::pdf_text(&file)?;
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = catalogue::page(cause);
    let ip = lease_of(mac)?;
    for must in [page.title, cause.code(), page.owner.label(), mac, &ip] {
        if !flat.to_lowercase().contains(&must.to_lowercase()) {
            wrong.push(format!("the PDF does not say '{must}': {flat}"));
        }
    }
    Ok(())
}

/// Closes the window; the exit status.
fn close(program: &mut Child) -> Result<i32, String> {
    desktop::close()?;
    wait_for(Duration::from_secs(10), || {
        let status = program.try_wait().map_err(|e| e.to_string())?.ok_or("the window does not close")?;
        status.code().ok_or_else(|| format!("the program ended by {status}"))
    })
}

fn has(tree: &[Node], role: &str, name: &str) -> bool {
    tree.iter().any(|n| n.role == role && n.name == name)
}

/// Counts everything that the laptop sends, at its port of the switch, but what its kernel answers by itself.
fn count_packets() -> Result<(), String> {
    // else its kernel looks for routers and groups of version 6 whenever it likes
    shell("laptop", "sysctl -qw net.ipv6.conf.all.disable_ipv6=1")?;
    let rules = "table bridge quiet {\n  counter own {\n  }\n  chain in {\n    \
                 type filter hook prerouting priority -300;\n    iifname \"p_laptop\" arp operation reply accept\n    \
                 iifname \"p_laptop\" counter name own\n  }\n}\n";
    host::run_with("ip", &["netns", "exec", "sw", "nft", "-f", "-"], rules).map(drop)
}

/// How many packets the laptop sent since, and the counter as it is written.
fn sent() -> Result<(u64, String), String> {
    let text = shell("sw", "nft -j list counter bridge quiet own")?;
    let json: Value = serde_json::from_str(&text).map_err(|e| format!("{text}: {e}"))?;
    let counter =
        json["nftables"].as_array().into_iter().flatten().find_map(|o| o["counter"]["packets"].as_u64());
    counter.map(|n| (n, text.trim().to_owned())).ok_or_else(|| format!("no counter: {text}"))
}

/// The pictures of all kept visits.
fn kept() -> Result<Vec<Value>, String> {
    let visits = format!("{SCRATCH}/data/visits");
    let folders = std::fs::read_dir(&visits).map_err(|e| format!("{visits}: {e}"))?;
    folders
        .filter_map(Result::ok)
        .map(|f| {
            let file = f.path().join("snapshot.json");
            let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            let whole: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
            Ok(if whole["snapshot"].is_object() { whole["snapshot"].clone() } else { whole })
        })
        .collect()
}

/// The address that the router gave to this MAC.
fn lease_of(mac: &str) -> Result<String, String> {
    let file = format!("{SCRATCH}/leases");
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{file}: {e}"))?;
    let fields = text.lines().map(|l| l.split(' ').collect::<Vec<_>>()).find(|f| f.get(1) == Some(&mac));
    fields
        .and_then(|f| f.get(2).map(|ip| (*ip).to_owned()))
        .ok_or_else(|| format!("no lease of {mac}: {text}"))
}

/// The ways in which platforms write a MAC, in lower case.
fn notations(mac: &str) -> [String; 4] {
    let hex = mac.replace(':', "");
    let quads = [&hex[..4], &hex[4..8], &hex[8..]].join(".");
    [mac.to_owned(), mac.replace(':', "-"), quads, hex]
}
