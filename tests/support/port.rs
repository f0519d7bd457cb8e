//! A session that shows what it is given and records what it is asked, and sources that are plain functions.

use solidgreen::model::Snapshot;
use solidgreen::model::rule::{Checked, PackPart, Part, RuleIntent};
use solidgreen::profile::Profile;
use solidgreen::session::playback::Playback;
use solidgreen::session::training::LESSONS;
use solidgreen::session::{Command, Refused, SessionPort};
use solidgreen::ui::{FirewallSource, RecordingSource, ReportSource, Sources, Tape};
use std::sync::{Arc, Mutex};

/// Shared with the test: the snapshot in force, what was asked, and whether requests are refused.
#[derive(Clone, Default)]
pub struct Desk {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    snapshot: Arc<Snapshot>,
    asked: Vec<Command>,
    refuse: bool,
}

impl Desk {
    pub fn new(snapshot: Snapshot) -> Self {
        let desk = Desk::default();
        desk.show(snapshot);
        desk
    }

    pub fn show(&self, snapshot: Snapshot) {
        self.inner.lock().unwrap().snapshot = Arc::new(snapshot);
    }

    /// Everything asked since the last call.
    pub fn asked(&self) -> Vec<Command> {
        std::mem::take(&mut self.inner.lock().unwrap().asked)
    }

    pub fn refuse(&self, refuse: bool) {
        self.inner.lock().unwrap().refuse = refuse;
    }
}

impl SessionPort for Desk {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.lock().unwrap().snapshot.clone()
    }

    fn send(&self, command: Command) -> Result<(), Refused> {
        let mut inner = self.inner.lock().unwrap();
        if inner.refuse {
            return Err(Refused);
        }
        inner.asked.push(command);
        Ok(())
    }
}

/// Two platforms and a report, both short.
pub fn sources(folder: &std::path::Path) -> Sources {
    let platforms = [("fortigate", "FortiGate"), ("nftables", "nftables (Linux)")];
    Sources {
        firewall: FirewallSource {
            platforms: platforms.map(|(id, name)| (id.to_owned(), name.to_owned())).into(),
            pack: Box::new(pack),
        },
        report: ReportSource {
            preview: Arc::new(|s, redaction| {
                format!(
                    "# Solid Green report ({})\n\nSite: {}\n\n{}\n",
                    redaction.word(),
                    s.site,
                    s.verdict.title
                )
            }),
            export: Arc::new(|s, redaction, path| {
                std::fs::write(path, format!("{} [{}] {}", redaction.word(), s.site, s.verdict.title))
                    .map_err(|e| format!("{}: {e}", path.display()))
            }),
            folder: folder.to_owned(),
        },
        recordings: RecordingSource {
            open: Arc::new(|tape| {
                let clock = solidgreen::session::world::clock();
                let profile = Arc::new(Profile::shipped());
                let playback = match tape {
                    Tape::File(file) => Playback::open(file, &profile, clock, Arc::new(|| {}))?,
                    Tape::Lesson(id) => {
                        let lesson = LESSONS.iter().find(|l| l.id == id).ok_or("no such lesson")?;
                        Playback::begin(lesson.text, lesson.title.into(), &profile, clock, Arc::new(|| {}))?
                    }
                };
                Ok(Box::new(playback) as Box<dyn SessionPort>)
            }),
            save: Arc::new(|s, redaction, path| {
                std::fs::write(path, format!("{} {}", redaction.word(), s.visit))
                    .map_err(|e| format!("{}: {e}", path.display()))
            }),
            lessons: LESSONS.iter().map(|l| (l.id.to_owned(), l.title.to_owned())).collect(),
            first: None,
        },
    }
}

fn pack(platform: &str, intent: &RuleIntent) -> Vec<PackPart> {
    if platform == "fortigate" {
        fortigate(intent)
    } else {
        vec![part(Part::Rule, &format!("accept {}", intent.gateways[0].ip))]
    }
}

fn part(part: Part, text: &str) -> PackPart {
    PackPart { part, text: text.into(), checked: Checked::FromDocumentation, notes: Vec::new() }
}

fn fortigate(intent: &RuleIntent) -> Vec<PackPart> {
    let rule = format!(
        "config firewall address\n    edit \"solidgreen-gateway\"\n        set subnet {ip} 255.255.255.255\n        set comment \"{mac}, scope {scope}\"\n    next\nend\nconfig firewall policy\n    edit 0\n        set name \"solidgreen-out\"\n        set srcaddr \"solidgreen-gateway\"\n        set dstaddr \"all\"\n        set service \"solidgreen-443\" \"solidgreen-4321\"\n        set schedule \"always\"\n        set action accept\n        set logtraffic all\n    next\nend\n",
        ip = intent.gateways[0].ip,
        mac = intent.gateways[0].mac,
        scope = intent.scope.word()
    );
    let mut first = part(Part::Rule, &rule);
    first.notes = vec![
        "Move the policy above the one that denies.".into(),
        "The gateway never takes a connection from outside.".into(),
    ];
    let rest = [
        (Part::Undo, "config firewall policy\n    delete solidgreen-out\nend\n"),
        (Part::Verify, "diagnose sys session filter src ...\n"),
        (Part::FindLease, "execute dhcp lease-list\n"),
        (Part::SeeDenied, "execute log filter field srcip ...\n"),
        (Part::Reserve, "config system dhcp server\nend\n"),
        (Part::BypassInspection, "config firewall ssl-ssh-profile\nend\n"),
        (Part::IdleTimeout, "config system session-ttl\n    set default 7440\nend\n"),
    ];
    std::iter::once(first).chain(rest.map(|(p, text)| part(p, text))).collect()
}
