//! The sandbox of a case: its own network, mounts and processes. When its first process ends, all is gone.

use super::case::Case;
use super::plan::Kind;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Set inside a sandbox to the file of the case.
pub const INSIDE: &str = "SOLIDGREEN_LAB_CASE";
/// Set inside a sandbox to the word of the site.
pub const SITE: &str = "SOLIDGREEN_LAB_SITE";
/// The idle ladder of a minute is the longest case.
const LONGEST: Duration = Duration::from_secs(150);
/// Labs at the same time, on two cores.
const AT_ONCE: usize = 3;
/// Programs and the Debian packages that have them.
const TOOLS: [(&str, &str); 15] = [
    ("unshare", "util-linux"),
    ("mount", "mount"),
    ("ip", "iproute2"),
    ("nft", "nftables"),
    ("dnsmasq", "dnsmasq-base"),
    ("unbound", "unbound"),
    ("kea-dhcp4", "kea-dhcp4-server"),
    ("iptables-nft", "iptables"),
    ("openssl", "openssl"),
    ("udhcpc", "udhcpc"),
    ("dhclient", "isc-dhcp-client"),
    ("dhcpcd", "dhcpcd-base"),
    ("tcpdump", "tcpdump"),
    ("avahi-daemon", "avahi-daemon"),
    ("sysctl", "procps"),
];

/// Where root's programs are, also for a user whose path lacks them.
pub fn search_path() -> String {
    let own = std::env::var("PATH").unwrap_or_default();
    format!("{own}:/usr/sbin:/sbin:/usr/bin:/bin")
}

/// What the machine lacks for a lab, each with the way to get it.
pub fn missing() -> Vec<String> {
    let path = search_path();
    TOOLS
        .iter()
        .filter(|(tool, _)| !path.split(':').any(|dir| Path::new(dir).join(tool).exists()))
        .map(|(tool, package)| format!("the program '{tool}' is missing: apt-get install {package}"))
        .collect()
}

/// Runs this program again in a new sandbox, for one case; gives what it printed.
///
/// The error names what is missing: a lab that cannot be made is a failure, never a skipped test.
pub fn enter(case: &Path, kind: Kind) -> Result<String, String> {
    let missing = missing();
    if !missing.is_empty() {
        return Err(missing.join("; "));
    }
    let wants = Wants::of(case);
    let _places = Places::take(if wants.small_table.is_some() { AT_ONCE } else { 1 })?;
    super::neighbours::make(wants.small_table, wants.hosts)?;
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0);
    let script = "mount --make-rprivate / && mount -t tmpfs none /run && mkdir -p /run/netns /run/lab \
                  && ip link set lo up && exec \"$@\"";
    let mut unshare = Command::new("unshare");
    unshare.env("PATH", search_path()).env(INSIDE, case).env(SITE, kind.word());
    if !is_root {
        unshare.arg("-Ur");
    }
    let mut child = unshare
        .args([
            "--net",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "sh",
            "-c",
            script,
            "sh",
        ])
        .arg(own)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("unshare: {e}"))?;
    let out = child.stdout.take();
    let reader = std::thread::spawn(move || {
        out.map_or_else(String::new, |o| std::io::read_to_string(o).unwrap_or_default())
    });
    let soak = std::env::var(super::tour::SOAK).ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    let until = Instant::now() + LONGEST + Duration::from_secs(soak);
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
            break status;
        }
        if Instant::now() > until {
            // --kill-child takes the whole sandbox along
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("no end after {} s", LONGEST.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let text = reader.join().map_err(|_| "the reader of the sandbox failed".to_owned())?;
    if text.is_empty() && !status.success() {
        return Err(format!(
            "the sandbox cannot be made ({status}): namespaces of network, mounts and processes need root, or user \
             namespaces (sysctl kernel.unprivileged_userns_clone=1)"
        ));
    }
    Ok(text)
}

/// What a lab wants of the machine.
#[derive(Default)]
struct Wants {
    small_table: Option<u32>,
    /// Hosts beyond the few that each site has.
    hosts: usize,
}

impl Wants {
    /// A job of the figures is no file of a case, and begins with the word of what it measures.
    fn of(job: &Path) -> Wants {
        Case::read(job).map_or_else(
            |_| Wants { hosts: super::plan::MANY, ..Wants::default() },
            |case| Wants { small_table: case.small_table, hosts: case.many + case.boxes + case.gone },
        )
    }
}

/// Some of the few places for labs that run at the same time, in all processes together.
struct Places {
    all: Vec<File>,
    held: Vec<File>,
}

impl Places {
    /// Waits for one place, or for all of them, one after the other.
    fn take(count: usize) -> Result<Places, String> {
        let mut places = Places { all: Vec::new(), held: Vec::new() };
        for n in 0..AT_ONCE {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lab-slot-{n}"));
            let file = File::options().create(true).append(true).open(&path);
            places
                .all
                .push(file.map_err(|e| format!("cannot take a place for a lab, {}: {e}", path.display()))?);
        }
        while places.held.len() < count {
            let free = super::host::wait_for(Duration::from_secs(600), || {
                places
                    .all
                    .iter()
                    .position(|p| p.try_lock().is_ok())
                    .ok_or("all places for labs are taken".into())
            })?;
            places.held.push(places.all.swap_remove(free));
        }
        Ok(places)
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        // who has all the others as well is the last
        if self.all.iter().all(|p| p.try_lock().is_ok()) {
            super::neighbours::restore();
        }
    }
}
