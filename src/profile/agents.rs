//! Firewalls and security agents of computers, as data: by which process each is known. The shipped list is
//! `assets/agents.toml`. That one runs says nothing by itself; it only names what was found otherwise.

use serde::Deserialize;
use std::sync::OnceLock;

/// The list that is built in.
pub const SHIPPED: &str = include_str!("../../assets/agents.toml");

/// Linux keeps so much of the name of a process.
const KEPT_BY_LINUX: usize = 15;

/// Whose names of processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Linux,
    MacOs,
    Windows,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agents {
    /// Month in which the names were last looked at.
    pub as_of: String,
    #[serde(rename = "agent")]
    all: Vec<Agent>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Agent {
    /// As people know it: the only word that leaves this list.
    name: String,
    /// Pages that show names of the list.
    #[allow(dead_code, reason = "for whoever keeps the list; a test holds it against the names")]
    #[serde(default)]
    seen: Vec<String>,
    #[serde(default)]
    linux: Vec<String>,
    #[serde(default)]
    macos: Vec<String>,
    #[serde(default)]
    windows: Vec<String>,
    /// Services of Windows that have no process of their own.
    #[serde(default)]
    services: Vec<String>,
    /// Those of the names that are from memory.
    #[allow(dead_code, reason = "as above")]
    #[serde(default)]
    recalled: Vec<String>,
}

impl Agents {
    /// The built-in list. Empty only if the compiled-in file were broken, which a test rules out.
    #[must_use]
    pub fn shipped() -> &'static Agents {
        static LIST: OnceLock<Agents> = OnceLock::new();
        LIST.get_or_init(|| toml::from_str(SHIPPED).unwrap_or_default())
    }

    /// Whose process has this name; of nobody else's is anything said.
    #[must_use]
    pub fn of_process(&self, system: System, process: &str) -> Option<&str> {
        let is = |name: &String| match system {
            System::Windows => name.eq_ignore_ascii_case(process),
            System::MacOs => name == process,
            System::Linux => name == process || name.get(..KEPT_BY_LINUX) == Some(process),
        };
        self.all.iter().find(|a| a.processes(system).iter().any(is)).map(|a| a.name.as_str())
    }

    /// Services of Windows to be asked after, each with whose it is.
    pub fn services(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all.iter().flat_map(|a| a.services.iter().map(|s| (s.as_str(), a.name.as_str())))
    }
}

impl Agent {
    fn processes(&self, system: System) -> &[String] {
        match system {
            System::Linux => &self.linux,
            System::MacOs => &self.macos,
            System::Windows => &self.windows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYSTEMS: [System; 3] = [System::Linux, System::MacOs, System::Windows];

    #[test]
    fn the_shipped_list_is_whole_and_each_name_belongs_to_one() {
        let list = Agents::shipped();
        assert!(list.all.len() > 30, "the file does not parse");
        for agent in &list.all {
            let processes = || SYSTEMS.into_iter().flat_map(|s| agent.processes(s));
            let known: Vec<&String> = processes().chain(&agent.services).collect();
            assert!(!known.is_empty(), "{agent:?}");
            for system in SYSTEMS {
                for process in agent.processes(system) {
                    assert!(process.len() >= 4, "a short name is somebody else's too: {process}");
                    assert_eq!(list.of_process(system, process), Some(agent.name.as_str()));
                }
            }
            assert!(agent.recalled.iter().all(|r| known.contains(&r)), "{agent:?}");
            // what no page shows is said to be from memory
            assert_eq!(agent.seen.is_empty(), known.iter().all(|k| agent.recalled.contains(k)), "{agent:?}");
            assert!(agent.seen.iter().all(|url| url.starts_with("http")), "{agent:?}");
        }
    }

    #[test]
    fn a_process_is_known_by_its_whole_name() {
        let of = |system, name| Agents::shipped().of_process(system, name);
        assert_eq!(of(System::Windows, "csfalconservice.EXE"), Some("CrowdStrike Falcon"));
        assert_eq!(of(System::Linux, "falcon-sensor-b"), Some("CrowdStrike Falcon"), "cut by the kernel");
        assert_eq!(of(System::MacOs, "com.objective-see.lulu.extension"), Some("LuLu"));
        for other in ["bash", "", "avp", "avp.exe2", "my-opensnitchd", "opensnitch", "firewalld "] {
            assert!(SYSTEMS.into_iter().all(|s| of(s, other).is_none()), "{other}");
        }
        assert_eq!(of(System::Linux, "MsSense.exe"), None, "another system's");
        assert!(
            Agents::shipped()
                .services()
                .any(|(s, whose)| (s, whose) == ("mpssvc", "Windows Defender Firewall"))
        );
    }
}
