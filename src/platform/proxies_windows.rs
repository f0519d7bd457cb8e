//! The proxy settings of Windows: a fixed proxy, or the address of a script that chooses one.

use super::without_secrets;
use crate::model::host::Proxy;
use crate::platform::registry_windows::{Root, number, text};

const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";

pub(super) fn proxies() -> Vec<Proxy> {
    let given = |setting: &str, value: Option<String>| {
        value
            .filter(|v| !v.trim().is_empty())
            .map(|v| Proxy { setting: setting.to_owned(), value: without_secrets(v.trim()) })
    };
    let fixed = (number(Root::User, SETTINGS, "ProxyEnable") == Some(1))
        .then(|| text(Root::User, SETTINGS, "ProxyServer"))
        .flatten();
    let script = text(Root::User, SETTINGS, "AutoConfigURL");
    [given("system", fixed), given("pac", script)].into_iter().flatten().collect()
}
