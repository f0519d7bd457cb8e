//! What may leave the house for anybody. What is not known to be harmless is replaced: a value reaches a public text
//! only through one of the ways below, each of which says why it may.
//!
//! Every field of a snapshot (`picture.rs`) and of a recording (`inputs.rs`) has one way, chosen where the type is taken
//! apart without `..`: a new field does not compile until somebody decides. It is gone over twice: first what is
//! somebody else's is learnt, then it is replaced, also where a sentence repeats it.

mod inputs;
mod observed;
mod picture;

use super::addresses::{Piece, scan};
use super::own_words::{all_public, is_known_host, is_public, is_word};
use super::redact::{Redact, Redactor, replace_word};
use crate::model::check::{CheckId, Failure, NameRole, OfferTo, RungKind, Said, ServerRole, Transport};
use crate::model::evidence::{DhcpKind, Source};
use crate::model::footprint::PacketKind;
use crate::model::host::LinkKind;
use crate::model::pasted::{Action, Counts, Kind, LeaseState, Reading, TextKind};
use crate::model::rule::Scope;
use crate::model::snapshot::LinkHealth;
use crate::model::{At, Basis, Cause, LedSet, LedState, Level, Mac, Owner, Snapshot};
use crate::profile::{Profile, Signer, Signers};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The snapshot as a report at this level may tell it, and the filter for what is made of it.
pub(super) fn told(snapshot: &Snapshot, level: Redact) -> (Cow<'_, Snapshot>, Redactor) {
    let redactor = Redactor::new(snapshot, level);
    if level != Redact::Public {
        return (Cow::Borrowed(snapshot), redactor);
    }
    let (profile, mut out) = (Profile::shipped(), snapshot.clone());
    let mut masked = &redactor;
    let mut public = Public::new(&mut masked, &profile, true);
    public.snapshot(&mut out);
    public.learnt();
    public.snapshot(&mut out);
    (Cow::Owned(out), redactor)
}

/// Its fields stay what they are until the whole is printed, and masked then.
impl Addresses for &Redactor {
    fn mac(&mut self, mac: Mac) -> Mac {
        mac
    }
    fn ip(&mut self, ip: IpAddr) -> IpAddr {
        ip
    }
    fn sentence(&mut self, text: &str) -> String {
        self.text(text)
    }
}

/// What becomes of addresses: a report masks them when it is whole, a recording gives others.
pub(super) trait Addresses {
    fn mac(&mut self, mac: Mac) -> Mac;
    fn ip(&mut self, ip: IpAddr) -> IpAddr;
    /// A sentence with its addresses replaced.
    fn sentence(&mut self, text: &str) -> String;
}

/// Goes over every field.
pub(super) struct Public<'a> {
    addresses: &'a mut dyn Addresses,
    profile: &'a Profile,
    /// Around what stands for something: `[name-1]` in a report, `name-1` in a recording.
    brackets: bool,
    /// The first time over, nothing is changed.
    learning: bool,
    /// What is somebody else's, and what stands for it.
    given: BTreeMap<String, String>,
    /// The same, the longest first, for sentences; first in lower case.
    in_sentences: Vec<(String, String, String)>,
    counts: BTreeMap<&'static str, usize>,
    /// More words that are public here: of the makers of adapters, of the profile in force.
    also: BTreeSet<String>,
    /// Sentences repeat themselves.
    done: BTreeMap<String, String>,
}

/// Holds no text, or only words of the program: enums, numbers, times. Never implemented for a text.
pub(super) trait Harmless {}
macro_rules! harmless { ($($t:ty),+ $(,)?) => { $(impl Harmless for $t {})+ } }
harmless!(
    bool, u8, u16, u32, u64, usize, i64, At, Source, LedState, LedSet, Basis, DhcpKind, LinkKind, CheckId
);
harmless!(
    NameRole, ServerRole, Transport, Said, RungKind, Failure, OfferTo, Cause, Level, Owner, LinkHealth, Scope
);
harmless!(Kind, Action, Reading, LeaseState, TextKind, Counts, PacketKind);
impl<T: Harmless> Harmless for Option<T> {}
impl<T: Harmless> Harmless for Vec<T> {}
impl<A: Harmless, B: Harmless> Harmless for (A, B) {}
impl<A: Harmless, B: Harmless> Harmless for BTreeMap<A, B> {}

/// One, perhaps one, or several.
pub(super) trait Each<T> {
    fn each(&mut self, f: &mut dyn FnMut(&mut T));
}
impl<T> Each<T> for T {
    fn each(&mut self, f: &mut dyn FnMut(&mut T)) {
        f(self);
    }
}
impl<T> Each<T> for Box<T> {
    fn each(&mut self, f: &mut dyn FnMut(&mut T)) {
        f(self);
    }
}
impl<T> Each<T> for Option<T> {
    fn each(&mut self, f: &mut dyn FnMut(&mut T)) {
        self.iter_mut().for_each(f);
    }
}
impl<T> Each<T> for Vec<T> {
    fn each(&mut self, f: &mut dyn FnMut(&mut T)) {
        self.iter_mut().for_each(f);
    }
}

/// Takes a struct apart, every field by its way. A field that is not named does not compile.
macro_rules! decide {
    ($k:ident, $value:expr, $ty:ident { $($field:ident : $way:ident),+ $(,)? }) => {{
        let $ty { $($field),+ } = $value;
        $( $k.$way($field); )+
    }};
}
use decide;

/// Words of ours never become a sentence's blank: a host that is called `router` is not told by that.
fn tells_nothing(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    match words.as_slice() {
        [] => true,
        [one] => is_public(one) && one.len() == text.len(),
        _ => {
            text.parse::<Mac>().is_ok()
                || text.parse::<IpAddr>().is_ok()
                || text.parse::<SocketAddr>().is_ok()
        }
    }
}

impl<'a> Public<'a> {
    pub(super) fn new(addresses: &'a mut dyn Addresses, profile: &'a Profile, brackets: bool) -> Public<'a> {
        Public {
            addresses,
            profile,
            brackets,
            learning: true,
            given: BTreeMap::new(),
            in_sentences: Vec::new(),
            counts: BTreeMap::new(),
            also: BTreeSet::new(),
            done: BTreeMap::new(),
        }
    }

    /// All is learnt: from now on it is replaced.
    pub(super) fn learnt(&mut self) {
        self.learning = false;
        let told = self.given.iter().filter(|(theirs, _)| !tells_nothing(theirs));
        self.in_sentences = told.map(|(a, b)| (a.to_ascii_lowercase(), a.clone(), b.clone())).collect();
        self.in_sentences.sort_by_key(|(_, theirs, _)| std::cmp::Reverse(theirs.len()));
    }

    /// Words that are public here beside those of the program.
    pub(super) fn also_public(&mut self, text: &str) {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        self.also.extend(words.map(str::to_lowercase));
    }

    /// What stands for a text of somebody else, always the same for the same.
    fn stand_in(&mut self, kind: &'static str, theirs: &str) -> String {
        let theirs = theirs.trim();
        if theirs.is_empty() {
            return String::new();
        }
        if let Some(given) = self.given.get(theirs) {
            return given.clone();
        }
        let n = self.counts.entry(kind).or_insert(0);
        *n += 1;
        let given = if self.brackets { format!("[{kind}-{n}]") } else { format!("{kind}-{n}") };
        self.given.insert(theirs.to_owned(), given.clone());
        given
    }

    fn replace(&mut self, what: &mut impl Each<String>, mut f: impl FnMut(&mut Self, &str) -> String) {
        what.each(&mut |text| {
            let new = f(self, text);
            if !self.learning {
                *text = new;
            }
        });
    }

    /// It holds no text.
    fn keep(&mut self, _: &mut impl Harmless) {}

    /// Nobody needs it in public.
    fn leave_out(&mut self, what: &mut impl Default) {
        if !self.learning {
            *what = Default::default();
        }
    }

    fn mac(&mut self, what: &mut impl Each<Mac>) {
        if !self.learning {
            what.each(&mut |mac| *mac = self.addresses.mac(*mac));
        }
    }

    fn ip(&mut self, what: &mut impl Each<IpAddr>) {
        if !self.learning {
            what.each(&mut |ip| *ip = self.addresses.ip(*ip));
        }
    }

    fn v4(&mut self, what: &mut impl Each<Ipv4Addr>) {
        if !self.learning {
            what.each(&mut |ip| {
                if let IpAddr::V4(other) = self.addresses.ip(IpAddr::V4(*ip)) {
                    *ip = other;
                }
            });
        }
    }

    fn socket(&mut self, addr: &mut SocketAddr) {
        if !self.learning {
            addr.set_ip(self.addresses.ip(addr.ip()));
        }
    }

    /// Somebody else's name of a thing: a host, a rule, a port of a switch.
    fn name(&mut self, what: &mut impl Each<String>) {
        self.replace(what, |k, text| k.stand_in("name", text));
    }

    /// Whatever somebody else wrote.
    fn text(&mut self, what: &mut impl Each<String>) {
        self.replace(what, |k, text| k.stand_in("text", text));
    }

    /// A place on this computer.
    fn path(&mut self, what: &mut impl Each<String>) {
        self.replace(what, |k, text| k.stand_in("path", text));
    }

    /// The name of an interface: what systems give by themselves stays, since it says what sort of link it is.
    fn interface(&mut self, what: &mut impl Each<String>) {
        self.replace(
            what,
            |k, text| {
                if all_public(text) { text.to_owned() } else { k.stand_in("interface", text) }
            },
        );
    }

    /// A name that may be of a list of ours: a product, an authority, a dialect. Whole, or not at all.
    fn listed(&mut self, what: &mut impl Each<String>) {
        self.replace(
            what,
            |k, text| {
                if k.all_public_here(text) { text.to_owned() } else { k.stand_in("text", text) }
            },
        );
    }

    /// Who made an adapter, from the lists of the IEEE by its address: never what somebody wrote.
    fn maker(&mut self, what: &mut impl Each<String>) {
        what.each(&mut |text| self.also_public(text));
    }

    /// A host name; those of the cloud and of the controls are everybody's.
    fn host_name(&mut self, what: &mut impl Each<String>) {
        self.replace(what, |k, text| k.host(text));
    }

    fn host(&mut self, host: &str) -> String {
        if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            let other = if self.learning { ip } else { self.addresses.ip(ip) };
            return host.replace(&ip.to_string(), &other.to_string());
        }
        if host.is_empty() || is_known_host(host, self.profile) {
            host.to_owned()
        } else {
            self.stand_in("name", host)
        }
    }

    /// A name in a certificate (`CN=…, O=…`): authorities and products of our list stay, and the cloud's own name.
    fn certificate_name(&mut self, what: &mut impl Each<String>) {
        self.replace(what, |k, text| {
            let parts = text.split(", ").map(|part| match part.split_once('=') {
                Some((key, value)) if all_public(key) => format!("{key}={}", k.signer(key, value)),
                _ => k.signer("", part),
            });
            parts.collect::<Vec<_>>().join(", ")
        });
    }

    fn signer(&mut self, key: &str, value: &str) -> String {
        let listed = !matches!(Signers::shipped().of(&[value.to_owned()]), Signer::Unknown);
        let country = key == "C" && value.len() == 2;
        if is_known_host(value, self.profile) || self.all_public_here(value) && (listed || country) {
            value.to_owned()
        } else {
            self.stand_in("text", value)
        }
    }

    /// The address of a page or a proxy, or a list of such: what kind, to which port, and whether there is a path.
    fn url(&mut self, what: &mut impl Each<String>) {
        self.replace(what, |k, text| {
            let new: Vec<String> = text
                .split(|c: char| c.is_whitespace() || matches!(c, ';' | ','))
                .filter(|one| !one.is_empty())
                .map(|one| k.one_url(one))
                .collect();
            let new = new.join(";");
            if !tells_nothing(text) && k.learning {
                k.given.insert(text.trim().to_owned(), new.clone());
            }
            new
        });
    }

    fn one_url(&mut self, url: &str) -> String {
        let page = |p: &crate::profile::KnownPage| {
            url.strip_prefix("http://") == Some(&format!("{}{}", p.host, p.path))
        };
        if self.profile.control.pages.iter().any(page) {
            return url.to_owned();
        }
        let (key, rest) = match url.split_once('=') {
            Some((key, rest)) if matches!(key, "http" | "https" | "ftp" | "socks") => {
                (format!("{key}="), rest)
            }
            _ => (String::new(), url),
        };
        let (scheme, rest) = match rest.split_once("://") {
            Some((scheme, rest)) if is_word(scheme) => (format!("{scheme}://"), rest),
            _ => (String::new(), rest),
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        // who signs in there is nobody's business
        let host = authority.rsplit('@').next().unwrap_or_default();
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port))
                if !port.is_empty() && port.len() <= 5 && port.chars().all(|c| c.is_ascii_digit()) =>
            {
                (host, format!(":{port}"))
            }
            _ => (host, String::new()),
        };
        let host = self.host(host);
        let path = match path {
            "" | "/" => path.to_owned(),
            other => format!("/{}", self.stand_in("path", other)),
        };
        format!("{key}{scheme}{host}{port}{path}")
    }

    /// A sentence that this program wrote, perhaps with something foreign in it: its own words stay, and nothing else.
    fn sentence(&mut self, what: &mut impl Each<String>) {
        if !self.learning {
            what.each(&mut |text| *text = self.own(text));
        }
    }

    fn own(&mut self, text: &str) -> String {
        if let Some(done) = self.done.get(text) {
            return done.clone();
        }
        let lower = text.to_ascii_lowercase();
        let mut out = text.to_owned();
        for (in_lower, theirs, ours) in &self.in_sentences {
            if lower.contains(in_lower) {
                out = replace_word(&out, theirs, ours);
            }
        }
        out = self.addresses.sentence(&out);
        out = self.only_public(&out);
        self.done.insert(text.to_owned(), out.clone());
        out
    }

    /// Replaces each run of signs in which a word is not public.
    fn only_public(&mut self, text: &str) -> String {
        let ends =
            |c: char| c.is_whitespace() || "\"'`\u{201c}\u{201d}\u{2018}\u{2019}()[]{}<>,;|".contains(c);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(ends).unwrap_or(rest.len());
            let (run, tail) = rest.split_at(end);
            out.push_str(&self.run(run));
            let skip = tail.chars().next().map_or(0, char::len_utf8);
            out.push_str(&tail[..skip]);
            rest = &tail[skip..];
        }
        out
    }

    fn run(&mut self, run: &str) -> String {
        // what is still an address here stands for another one, or is masked when the report is whole
        // a report's snippets: LCOS writes a letter before an address, JSON one after a backslash
        let plain = if self.brackets { run.replace("%A", " ").replace("\\n", " ") } else { run.to_owned() };
        let words = scan(&plain, &mut |piece| match piece {
            Piece::Mac { bare: true, .. } => None,
            Piece::Mac { .. } | Piece::Ip(_) => Some(" ".to_owned()),
        });
        if self.all_public_here(&words) {
            return run.to_owned();
        }
        let core = run.trim_end_matches(['.', ':', '!', '?', '\u{2026}']);
        let (core, port) = match core.rsplit_once(':') {
            Some((host, port))
                if !port.is_empty() && port.len() <= 5 && port.chars().all(|c| c.is_ascii_digit()) =>
            {
                (host, &core[host.len()..])
            }
            _ => (core, ""),
        };
        let end = &run[core.len() + port.len()..];
        format!("{}{port}{end}", self.stand_in("text", core))
    }

    fn all_public_here(&self, text: &str) -> bool {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        words.into_iter().all(|w| is_public(w) || self.also.contains(&w.to_lowercase()))
    }
}
