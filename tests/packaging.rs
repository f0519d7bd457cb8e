//! What is packed says the same as the program: version, serial adapters, announcements, libraries, metrics.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "helpers of tests")]

use solidgreen::model::{LedState, Level};
use solidgreen::profile::Profile;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// Everything in `text` that stands between the two marks.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
}

#[test]
fn the_software_centre_knows_this_version() {
    let releases = read("packaging/linux/se.solidgreen.SolidGreen.metainfo.xml");
    let first = between(&releases, "<release version=\"", "\"").first().map(|v| (*v).to_owned());
    assert_eq!(first.as_deref(), Some(env!("CARGO_PKG_VERSION")), "the newest release stands first");
}

#[test]
fn the_udev_rule_names_the_adapters_of_the_profile() {
    let rules = read("packaging/linux/70-solidgreen.rules");
    let hex = |text: &str| u16::from_str_radix(text, 16).unwrap();
    let vendors = between(&rules, "ATTRS{idVendor}==\"", "\"");
    let products = between(&rules, "ATTRS{idProduct}==\"", "\"");
    let named: Vec<(u16, u16)> = vendors.iter().zip(&products).map(|(v, p)| (hex(v), hex(p))).collect();
    assert_eq!(named, Profile::shipped().usb.ids);
}

#[test]
fn macos_may_browse_for_what_the_profile_announces() {
    let plist = read("packaging/macos/Info.plist");
    let services = between(&plist, "<key>NSBonjourServices</key>", "</array>");
    let named: Vec<&str> = services.iter().flat_map(|s| between(s, "<string>", "</string>")).collect();
    let profile = Profile::shipped();
    let wanted: Vec<&str> =
        profile.announcements.iter().map(|a| a.service.trim_end_matches(".local.")).collect();
    assert_eq!(named, wanted);
    assert!(plist.contains("<key>NSLocalNetworkUsageDescription</key>"));
}

/// Their licences ask for it.
#[test]
fn every_package_takes_the_licences_of_others_along() {
    for file in ["packaging/linux/deb.sh", "packaging/macos/bundle.sh", "packaging/windows/installer.nsi"] {
        assert!(read(file).contains("packaging/THIRD-PARTY.txt"), "{file}");
    }
}

/// The window says which package is missing; the Debian package asks for the same ones.
#[test]
fn the_debian_package_asks_for_what_the_window_opens() {
    let start = read("src/ui/start.rs");
    let lists = between(&start, ": &[Library] = &[", "];");
    assert_eq!(lists.len(), 2, "X11 and Wayland");
    let script = read("packaging/linux/deb.sh");
    let asked: BTreeSet<&str> = between(&script, "Depends: ", "\n")
        .into_iter()
        .chain(between(&script, "Recommends: ", "\n"))
        .flat_map(|line| line.split(", "))
        .collect();
    for list in lists {
        // "library", "package"
        let texts = between(list, "\"", "\"");
        let packages: Vec<&str> = texts.iter().copied().filter(|t| asked.contains(t)).collect();
        let entries = list.matches("(\"").count();
        assert!(entries > 3 && packages.len() == entries, "{packages:?} of {list}");
    }
}

#[test]
fn the_application_has_one_name_everywhere() {
    let id =
        between(&read("src/ui/start.rs"), ".with_app_id(\"", "\"").first().map(|v| (*v).to_owned()).unwrap();
    for (file, mark) in [
        (format!("packaging/linux/{id}.desktop"), format!("\nIcon={id}\n")),
        (format!("packaging/linux/{id}.desktop"), format!("\nStartupWMClass={id}\n")),
        (format!("packaging/linux/{id}.metainfo.xml"), format!("<id>{id}</id>")),
        ("packaging/linux/deb.sh".to_owned(), format!("\nid={id}\n")),
        ("packaging/macos/Info.plist".to_owned(), format!("<string>{id}</string>")),
        ("packaging/windows/solidgreen.exe.manifest".to_owned(), format!("name=\"{id}\"")),
    ] {
        assert!(read(&file).contains(&mark), "{file} has no {mark:?}");
    }
}

#[test]
fn windows_asks_for_no_administrator() {
    let manifest = read("packaging/windows/solidgreen.exe.manifest");
    assert!(manifest.contains("level=\"asInvoker\"") && manifest.contains(">PerMonitorV2"));
    assert!(read("packaging/windows/installer.nsi").contains("\nRequestExecutionLevel user\n"));
}

/// Names of metrics in a query or in the program that serves them.
fn metrics(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|w| w.starts_with("solidgreen_")).map(str::to_owned).collect()
}

#[test]
fn dashboard_and_alerts_ask_for_metrics_that_are_served() {
    let served = metrics(&read("src/cli/metrics.rs"));
    assert_eq!(served.len(), 3, "{served:?}");
    let dashboard: serde_json::Value =
        serde_json::from_str(&read("packaging/grafana/solidgreen.json")).unwrap();
    let mut queries: Vec<String> = Vec::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            queries.push(target["expr"].as_str().unwrap().to_owned());
        }
    }
    let asked: BTreeSet<String> = queries.iter().flat_map(|q| metrics(q)).collect();
    assert_eq!(asked, served, "all are shown, and no other");
    let alerts = read("packaging/grafana/alerts.yml");
    let expressions: Vec<&str> = alerts.lines().filter(|l| l.trim_start().starts_with("expr:")).collect();
    assert_eq!(expressions.len(), 3);
    queries.extend(expressions.into_iter().map(str::to_owned));
    assert!(metrics(&queries.concat()).is_subset(&served));
    // the words behind the labels
    for query in &queries {
        for state in between(query, "state=\"", "\"") {
            assert!(LedState::from_word(state).is_some_and(|s| s.word() == state), "{query}");
        }
        for level in between(query, "level=\"", "\"") {
            assert_eq!(level, Level::Fault.word(), "{query}");
        }
    }
}
