//! Proxies that this computer is told to use: they say that what works here by a browser may not work for the box.

#[cfg(target_os = "windows")]
#[path = "proxies_windows.rs"]
mod windows;

use crate::model::host::Proxy;
use crate::model::text::foreign;

/// Settings that name a proxy, in the order of importance.
const SETTINGS: [&str; 3] = ["https_proxy", "http_proxy", "all_proxy"];

/// All proxies of the environment and of the system. User names and passwords are left out.
#[must_use]
pub fn proxies() -> Vec<Proxy> {
    #[cfg_attr(not(target_os = "windows"), allow(unused_mut))]
    let mut all = from_environment(|name| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned()));
    #[cfg(target_os = "windows")]
    all.extend(windows::proxies());
    all
}

fn from_environment(get: impl Fn(&str) -> Option<String>) -> Vec<Proxy> {
    let mut found: Vec<Proxy> = Vec::new();
    for name in SETTINGS {
        for spelling in [name.to_owned(), name.to_uppercase()] {
            let Some(value) = get(&spelling).filter(|v| !v.trim().is_empty()) else { continue };
            let value = without_secrets(value.trim());
            // Windows does not tell the two spellings apart
            if !found.iter().any(|p| p.setting.eq_ignore_ascii_case(name) && p.value == value) {
                found.push(Proxy { setting: spelling, value });
            }
        }
    }
    found
}

/// The address without `user:password@`, safe to show and to report.
fn without_secrets(value: &str) -> String {
    let (scheme, rest) = value.split_once("://").map_or(("", value), |(s, r)| (s, r));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let sep = if scheme.is_empty() { "" } else { "://" };
    foreign(&format!("{scheme}{sep}{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_read_in_both_spellings_without_secrets() {
        let get = |name: &str| match name {
            "https_proxy" => Some("http://anna:s3cret@proxy.lan:3128/".to_owned()),
            "HTTPS_PROXY" => Some("http://proxy.lan:3128/".to_owned()),
            "HTTP_PROXY" => Some("other.lan:8080".to_owned()),
            "all_proxy" => Some("  ".to_owned()),
            _ => None,
        };
        let found: Vec<(String, String)> =
            from_environment(get).into_iter().map(|p| (p.setting, p.value)).collect();
        assert_eq!(
            found,
            [
                ("https_proxy".to_owned(), "http://proxy.lan:3128/".to_owned()),
                ("HTTP_PROXY".to_owned(), "other.lan:8080".to_owned())
            ]
        );
    }

    #[test]
    fn secrets_never_show() {
        for value in ["http://u:p@h:1", "u:p@h:1", "socks5://u:p@ss@h:1/x", "http://u:p@h:1\u{1b}[2J"] {
            let shown = without_secrets(value);
            assert!(!shown.contains('p') || shown.starts_with("http://h"), "{shown}");
            assert!(!shown.contains("u:") && !shown.contains('\u{1b}') && shown.contains("h:1"), "{shown}");
        }
    }
}
