//! What the box might print on its serial console: lines in the dialects that the shipped profile assumes, and a
//! pseudo-terminal that carries them (Unix).

use super::event::Event;
use crate::model::{LedState, Mac};
use std::net::Ipv4Addr;

/// The dialects of the shipped profile.
pub const DIALECTS: [&str; 3] = ["rtos-log", "udhcpc-log", "key-value"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    RtosLog,
    UdhcpcLog,
    KeyValue,
}

/// Turns events into lines.
#[derive(Clone, Debug)]
pub struct Printer {
    dialect: Dialect,
    boot_us: u64,
    mac: Mac,
    ip: Option<Ipv4Addr>,
}

impl Printer {
    /// # Errors
    /// When no dialect has this name; the text lists those there are.
    pub fn new(dialect: &str) -> Result<Printer, String> {
        let dialect = match dialect {
            "rtos-log" => Dialect::RtosLog,
            "udhcpc-log" => Dialect::UdhcpcLog,
            "key-value" => Dialect::KeyValue,
            other => {
                return Err(format!(
                    "the virtual gateway cannot speak the console dialect '{other}'; it speaks {}",
                    DIALECTS.join(", ")
                ));
            }
        };
        Ok(Printer { dialect, boot_us: 0, mac: Mac([0; 6]), ip: None })
    }

    /// The lines of one event, without line ends.
    pub fn lines(&mut self, event: &Event, unix_us: u64) -> Vec<String> {
        match event {
            Event::Boot { mac } => (self.mac, self.boot_us) = (*mac, unix_us),
            Event::Lease(lease) => self.ip = Some(lease.ip),
            Event::LeaseLost { .. } => self.ip = None,
            _ => {}
        }
        let ms = unix_us.saturating_sub(self.boot_us) / 1000;
        match self.dialect {
            Dialect::RtosLog => self.rtos(event).into_iter().map(|l| format!("[{ms:>8}] {l}")).collect(),
            Dialect::UdhcpcLog => {
                let s = ms / 1000;
                let time = format!("Jan  1 {:02}:{:02}:{:02} gw", s / 3600 % 24, s / 60 % 60, s % 60);
                self.udhcpc(event).into_iter().map(|l| format!("{time} {l}")).collect()
            }
            Dialect::KeyValue => self.key_value(event).map(|l| format!("t={ms} {l}")).into_iter().collect(),
        }
    }

    fn rtos(&self, event: &Event) -> Vec<String> {
        match event {
            Event::Boot { mac } => vec![format!("boot: gateway fw 0.0-lab mac={mac}")],
            Event::Link { up: true } => vec!["eth: link up 100 full".into()],
            Event::Link { up: false } => vec!["eth: link down".into()],
            Event::Discover => vec!["dhcp: discover".into()],
            Event::Nak { .. } => vec!["dhcp: nak".into()],
            Event::LeaseLost { .. } => vec!["dhcp: lease lost".into()],
            Event::Lease(l) => vec![format!("dhcp: bound {} lease {} s", l.ip, l.lease_secs)],
            Event::Resolving { host } => vec![format!("cloud: resolving {host}")],
            Event::LookupFailed { host, .. } => vec![format!("cloud: retry, no address for {host}")],
            Event::Connecting { to } => vec![format!("cloud: connecting {to}")],
            Event::ConnectFailed { to, why } => vec![format!("cloud: connect failed {to} ({why})")],
            Event::Connected { to } => vec![format!("cloud: connected {to}")],
            Event::Lost { why } => vec![format!("cloud: lost ({why})")],
            Event::Ack { seq } => vec![format!("data: {seq} stored")],
            _ => Vec::new(),
        }
    }

    fn udhcpc(&self, event: &Event) -> Vec<String> {
        match event {
            Event::Boot { mac } => vec![
                format!("kernel: eth0: link encap Ethernet HWaddr {}", mac.pairs(":", true)),
                "udhcpc: started, v1.36.1".into(),
            ],
            Event::Link { up } => vec![format!("kernel: eth0: link {}", if *up { "up" } else { "down" })],
            Event::Discover => vec!["udhcpc: broadcasting discover".into()],
            Event::Request { ip } => vec![format!("udhcpc: broadcasting select for {ip}")],
            Event::Nak { .. } => vec!["udhcpc: received DHCP NAK".into()],
            Event::LeaseLost { .. } => vec!["udhcpc: lease lost, entering init state".into()],
            Event::Lease(l) => {
                vec![format!(
                    "udhcpc: lease of {} obtained from {}, lease time {}",
                    l.ip, l.server, l.lease_secs
                )]
            }
            Event::Resolving { host } => vec![format!("gkd[214]: connecting to {host}")],
            Event::LookupFailed { host, .. } => vec![format!("gkd[214]: lookup failed for {host}")],
            Event::ConnectFailed { to, why } => vec![format!("gkd[214]: cannot connect to {to}: {why}")],
            Event::Connected { to } => vec![format!("gkd[214]: connected to {to}")],
            Event::Lost { why } => vec![format!("gkd[214]: connection lost: {why}")],
            Event::Ack { seq } => vec![format!("gkd[214]: measurement {seq} stored")],
            _ => Vec::new(),
        }
    }

    fn key_value(&self, event: &Event) -> Option<String> {
        match event {
            Event::Boot { mac } => Some(format!("evt=boot fw=0.0-lab mac={}", mac.pairs("-", false))),
            // this one prints its LED and nothing else
            Event::Led { led } => {
                let word = match led {
                    LedState::Dark => "off",
                    LedState::SolidRed => "red",
                    LedState::BlinkingRed => "blink",
                    LedState::SolidGreen => "green",
                };
                let ip = self.ip.map(|ip| format!(" ip={ip}")).unwrap_or_default();
                Some(format!("evt=led led={word}{ip}"))
            }
            Event::Ack { seq } => Some(format!("evt=ack seq={seq}")),
            _ => None,
        }
    }
}

#[cfg(unix)]
pub use terminal::Terminal;

#[cfg(unix)]
mod terminal {
    use serialport::TTYPort;
    use std::io::{self, Read, Write};
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    /// A pseudo-terminal with a name of our choice. Like a real serial line it keeps nothing for later: what is
    /// written while nobody has it open is gone.
    pub struct Terminal {
        master: TTYPort,
        link: PathBuf,
    }

    impl Terminal {
        /// Makes the terminal and the symbolic link `link` to it. An old link there is replaced, a file is not.
        ///
        /// # Errors
        /// When either cannot be made; the text names the path.
        pub fn make(link: &Path) -> io::Result<Terminal> {
            use serialport::SerialPort;
            let (mut master, mut slave) = TTYPort::pair()?;
            // whoever opens it must not need root
            slave.set_exclusive(false)?;
            let path = slave.name().ok_or_else(|| io::Error::other("the pseudo-terminal has no name"))?;
            // one byte's time at 9600 baud; a full buffer then loses the line, it does not stop the box
            master.set_timeout(Duration::from_millis(1))?;
            if std::fs::symlink_metadata(link).is_ok_and(|m| m.file_type().is_symlink()) {
                std::fs::remove_file(link)?;
            }
            std::os::unix::fs::symlink(&path, link)
                .map_err(|e| io::Error::new(e.kind(), format!("cannot make {}: {e}", link.display())))?;
            Ok(Terminal { master, link: link.to_owned() })
        }

        /// Prints a line, if somebody has the terminal open. Gives whether it was printed.
        pub fn print(&mut self, line: &str) -> bool {
            // reading tells whether the other end is open, and throws away what was typed there
            let mut typed = [0; 64];
            let open = loop {
                match self.master.read(&mut typed) {
                    Ok(n) if n > 0 => {}
                    Ok(_) => break false,
                    Err(e) => break e.kind() == io::ErrorKind::TimedOut,
                }
            };
            open && self.master.write_all(format!("{line}\r\n").as_bytes()).is_ok()
        }
    }

    impl Drop for Terminal {
        fn drop(&mut self) {
            // somebody may have taken the link away already
            let _ = std::fs::remove_file(&self.link);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_line_reaches_whoever_has_it_open_and_nobody_later() {
            let dir = tempfile::tempdir().unwrap();
            let link = dir.path().join("console");
            let mut terminal = Terminal::make(&link).unwrap();
            assert!(!terminal.print("nobody listens"));
            let mut port = serialport::new(link.display().to_string(), 115_200)
                .timeout(Duration::from_secs(2))
                .open()
                .unwrap();
            assert!(terminal.print("hello"));
            let mut got = Vec::new();
            let mut buffer = [0; 32];
            while !got.ends_with(b"\n") {
                let n = port.read(&mut buffer).unwrap();
                got.extend_from_slice(&buffer[..n]);
            }
            assert_eq!(got, b"hello\r\n");
            drop(port);
            assert!(!terminal.print("nobody listens again"));
            drop(terminal);
            assert!(std::fs::symlink_metadata(&link).is_err());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::event::{Lamp, Lease};
    use crate::profile::Profile;

    /// A life of a box, with each event at least once.
    fn life() -> Vec<Event> {
        let to = "54.229.203.190:443".parse().unwrap();
        let ip = [192, 168, 7, 50].into();
        let lease = Lease {
            ip,
            prefix: 24,
            router: None,
            name_servers: vec![],
            server: [192, 168, 7, 1].into(),
            lease_secs: 60,
        };
        let host = "gk.sensorist.com".to_owned();
        let why = "no answer".to_owned();
        vec![
            Event::Boot { mac: Mac([0x34, 0xa5, 0xe1, 0x12, 0x34, 0x56]) },
            Event::Link { up: true },
            Event::Discover,
            Event::Nak { server: None, message: None },
            Event::Discover,
            Event::Request { ip },
            Event::Lease(lease.clone()),
            Event::Resolving { host: host.clone() },
            Event::LookupFailed { host: host.clone(), why: why.clone() },
            Event::Resolving { host },
            Event::Connecting { to },
            Event::ConnectFailed { to, why: why.clone() },
            Event::Connecting { to },
            Event::Connected { to },
            Event::Interval { secs: 5 },
            Event::Ack { seq: 1 },
            Event::Renewed { ip },
            Event::Lost { why: why.clone() },
            Event::LeaseLost { why: why.clone() },
            Event::Link { up: false },
            Event::Link { up: true },
            Event::Discover,
            Event::Lease(lease),
        ]
    }

    /// The profile must recognise what the virtual box prints: the LED it reads is the LED that is.
    #[test]
    fn each_dialect_is_recognised_and_never_says_a_wrong_led() {
        let profile = Profile::shipped();
        assert_eq!(profile.dialects.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), DIALECTS);
        for dialect in &profile.dialects {
            let mut printer = Printer::new(&dialect.name).unwrap();
            let (mut lamp, mut read, mut us) =
                (Lamp::default(), std::collections::BTreeSet::new(), 5_000_000);
            let (mut macs, mut ips, mut restarts) = (0, 0, 0);
            for event in life() {
                us += 10_000;
                let led = lamp.after(&event);
                for event in [Some(event), led.map(|led| Event::Led { led })].into_iter().flatten() {
                    for line in printer.lines(&event, us) {
                        let Some((pattern, found)) =
                            dialect.lines.iter().find_map(|p| p.pattern.captures(&line).map(|c| (p, c)))
                        else {
                            continue;
                        };
                        if let Some(led) = pattern.led {
                            assert_eq!(led, lamp.led(), "{}: {line}", dialect.name);
                            read.insert(led);
                        }
                        if let Some(mac) = found.name("mac") {
                            assert_eq!(mac.as_str().parse::<Mac>().unwrap().bare(), "34a5e1123456");
                            macs += 1;
                        }
                        ips += usize::from(found.name("ip").is_some_and(|ip| ip.as_str() == "192.168.7.50"));
                        restarts += usize::from(pattern.restarted);
                    }
                }
            }
            assert_eq!(read.len(), 3, "{}: {read:?}", dialect.name);
            assert!(macs == 1 && ips >= 1 && restarts == 1, "{}: {macs} {ips} {restarts}", dialect.name);
        }
        assert!(Printer::new("klingon").unwrap_err().contains("key-value"));
    }
}
