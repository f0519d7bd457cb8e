//! What this user may do, for a line in the report: absence of evidence must not be read as evidence.

#[cfg(target_os = "windows")]
#[path = "rights_windows.rs"]
mod windows;

/// The rights of the running program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// root, or an elevated administrator. Not needed for anything.
    pub administrator: bool,
    /// May open the ports below 1024: hearing DHCP broadcasts needs it.
    pub low_ports: bool,
}

impl Rights {
    /// One line for the report.
    #[must_use]
    pub fn line(&self) -> &'static str {
        match (self.administrator, self.low_ports) {
            (true, _) => "run as administrator",
            (false, true) => "run as an ordinary user that may open port 67",
            (false, false) => "run as an ordinary user; DHCP broadcasts could not be heard",
        }
    }
}

/// Reads the rights of the running program.
#[must_use]
pub fn rights() -> Rights {
    #[cfg(unix)]
    // SAFETY: geteuid only reads a number and cannot fail.
    let administrator = unsafe { libc::geteuid() } == 0;
    #[cfg(windows)]
    let administrator = windows::is_elevated();
    Rights { administrator, low_ports: administrator || low_ports() }
}

/// On Linux a capability of the program or a setting of the system.
#[cfg(target_os = "linux")]
fn low_ports() -> bool {
    const NET_BIND_SERVICE: u32 = 10;
    let read = |file: &str| super::reading::text(file.as_ref(), 1 << 16).unwrap_or_default();
    has_capability(&read("/proc/self/status"), NET_BIND_SERVICE)
        || read("/proc/sys/net/ipv4/ip_unprivileged_port_start")
            .trim()
            .parse()
            .is_ok_and(|first: u16| first <= 67)
}

/// Windows asks its firewall instead, macOS asks nobody when all addresses are listened on.
#[cfg(not(target_os = "linux"))]
fn low_ports() -> bool {
    true
}

#[cfg(target_os = "linux")]
fn has_capability(status: &str, bit: u32) -> bool {
    status
        .lines()
        .find_map(|l| l.strip_prefix("CapEff:"))
        .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok())
        .is_some_and(|set| set >> bit & 1 == 1)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_capability_is_read_from_the_status() {
        let status = "Name:\tx\nCapPrm:\t0\nCapEff:\t0000000000000400\n";
        assert!(has_capability(status, 10));
        assert!(!has_capability(status, 9));
        assert!(!has_capability("", 10));
    }

    #[test]
    fn root_may_open_low_ports() {
        let rights = rights();
        assert!(!rights.administrator || rights.low_ports);
        assert!(!rights.line().is_empty());
    }
}
