//! What is known of the formats: `assets/pasted/*.toml`, one entry for each product and message.
//!
//! An entry says how its records are recognised (`has`, `when`, `text`, `columns`, `table`, `program`), which fields mean
//! what (`from`, `to`, `port`, `rule` ...), and what values mean (`is`, `states`). `assets/pasted/README.md` tells how one is
//! written.

use super::template::Template;
use crate::model::pasted::{Action, Kind, LeaseState};
use aho_corasick::AhoCorasick;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// The files, in the order in which they are asked: what is known of one product before what many say alike.
const FILES: [&str; 9] = [
    // files of leases have more columns than the answers that name some of them alike
    include_str!("../../../assets/pasted/leases.toml"),
    include_str!("../../../assets/pasted/cisco.toml"),
    include_str!("../../../assets/pasted/fortinet.toml"),
    include_str!("../../../assets/pasted/gateways.toml"),
    include_str!("../../../assets/pasted/routers.toml"),
    include_str!("../../../assets/pasted/linux.toml"),
    include_str!("../../../assets/pasted/switches.toml"),
    include_str!("../../../assets/pasted/dhcp.toml"),
    include_str!("../../../assets/pasted/standards.toml"),
];

/// Words that most products use alike.
const WORDS: &str = include_str!("../../../assets/pasted/words.toml");

/// One value or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Values {
    One(String),
    Many(Vec<String>),
}

impl Values {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }

    /// Whether a value is one of these: without regard to case, `*` for anything at either end, `!` for anything else,
    /// nothing for a field that is empty or not there.
    #[must_use]
    pub fn hold(&self, value: &str) -> bool {
        let all = self.all();
        let mut refused = all.iter().filter_map(|p| p.strip_prefix('!')).peekable();
        if refused.peek().is_some() {
            return !refused.any(|p| is_like(value, p));
        }
        all.iter().any(|p| is_like(value, p))
    }
}

fn is_like(value: &str, pattern: &str) -> bool {
    let value = value.trim();
    let starts = |value: &str, p: &str| value.get(..p.len()).is_some_and(|v| v.eq_ignore_ascii_case(p));
    let ends = |value: &str, p: &str| {
        value
            .len()
            .checked_sub(p.len())
            .and_then(|at| value.get(at..))
            .is_some_and(|v| v.eq_ignore_ascii_case(p))
    };
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(_), Some(_)) => {
            let inner = pattern.trim_matches('*').to_ascii_lowercase();
            !value.is_empty() && value.to_ascii_lowercase().contains(&inner)
        }
        (Some(end), None) => ends(value, end),
        (None, Some(start)) => starts(value, start),
        (None, None) => value.eq_ignore_ascii_case(pattern),
    }
}

/// Which fields hold what, in the order in which they are asked; a role without fields is looked for under its own name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    pub from: Vec<String>,
    pub from_port: Vec<String>,
    pub to: Vec<String>,
    pub port: Vec<String>,
    pub protocol: Vec<String>,
    pub action: Vec<String>,
    pub reason: Vec<String>,
    pub mac: Vec<String>,
    pub place: Vec<String>,
    pub address: Vec<String>,
    pub state: Vec<String>,
    pub time: Vec<String>,
    /// The day, where it has a field of its own; and how far its clock is from UTC.
    pub date: Vec<String>,
    pub zone: Vec<String>,
    /// Since when a lease holds, until when, and for how many seconds: two of the three tell the other one.
    pub began: Vec<String>,
    pub ends: Vec<String>,
    pub lasts: Vec<String>,
    /// How long ago the device was last seen there.
    pub age: Vec<String>,
}

/// What it is when fields have certain values; the first that holds counts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    #[serde(rename = "if", default)]
    pub holds: BTreeMap<String, Values>,
    pub kind: Option<Kind>,
    pub does: Option<Action>,
    pub state: Option<LeaseState>,
    /// Said as the reason.
    pub since: Option<String>,
}

/// One message of one product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    #[serde(default)]
    pub product: String,
    pub message: String,
    /// Where the format is public: a sample, or the vendor's description. For people, and for the tests.
    #[cfg_attr(not(test), allow(dead_code, reason = "a format without a source is refused when it is read"))]
    pub seen: String,
    /// Read by names that most use alike; marked as such.
    #[serde(default)]
    pub generic: bool,

    /// Names of the program in the head.
    #[serde(default)]
    pub program: Vec<String>,
    /// What the line says, with holes for what is read.
    #[serde(default)]
    pub text: Vec<String>,
    /// Fields that are there.
    #[serde(default)]
    pub has: Vec<String>,
    /// Fields that are there under exactly these names: where others have them in other spellings.
    #[serde(default)]
    pub exact: Vec<String>,
    /// Fields with values.
    #[serde(default)]
    pub when: BTreeMap<String, Values>,
    /// Names of fields whose place counts, with commas between them.
    #[serde(default)]
    pub columns: String,
    /// Names in the heading of its table.
    #[serde(default)]
    pub table: Vec<String>,
    /// Lines of the heading of a table whose entries have several lines.
    #[serde(default)]
    pub stack: Vec<String>,
    /// Roles without which it is not this.
    #[serde(default)]
    pub needs: Vec<Role>,

    #[serde(default)]
    pub fields: Fields,
    #[serde(default)]
    pub rule: Vec<String>,
    pub kind: Option<Kind>,
    pub does: Option<Action>,
    /// The protocol, where the message itself says it.
    pub protocol: Option<String>,
    #[serde(default)]
    pub is: Vec<Meaning>,
    /// A later record of an address, or of a device, takes the place of an earlier one; lines of a log do so always.
    #[serde(default)]
    pub journal: bool,
    /// Words of the state; others are asked in the list of words.
    #[serde(default)]
    pub states: BTreeMap<String, LeaseState>,
    /// What holds where there is no state.
    pub state: Option<LeaseState>,
    /// A field that holds several connections, and how one of them is written.
    pub each: Option<(String, String)>,
    /// The field that tells which records are one event.
    pub join: Option<String>,
}

/// What a format may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    From,
    To,
    Port,
    Mac,
    Address,
    Action,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    product: Option<String>,
    format: Vec<Format>,
}

/// Words of values that most products use alike.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub actions: BTreeMap<String, Action>,
    pub states: BTreeMap<String, LeaseState>,
    pub services: BTreeMap<String, u16>,
    pub protocols: BTreeMap<String, String>,
    /// Values that say that there is none.
    pub nothing: Vec<String>,
    /// Words that turn round the one behind them: `not blocked`.
    pub not: Vec<String>,
    /// Words that may stand between the two: `not yet blocked`.
    pub between: Vec<String>,
    /// Words beside which nothing was done: `DROP-TEST`.
    pub trial: Vec<String>,
    /// Words, of any language, after which an address is not in force.
    pub over: Vec<String>,
    /// Ports above 1023 from which an answer may come.
    pub answers: Vec<u16>,
    /// How fresh what a neighbour's state tells is, where two are compared.
    pub fresh: BTreeMap<String, u8>,
}

impl Words {
    fn is_in(list: &[String], word: &str) -> bool {
        list.iter().any(|w| w == word)
    }

    /// What was done, by words in small letters that agree on it. Unclear where it was not done, or not in earnest; none
    /// where no word says anything.
    #[must_use]
    pub fn done<'w>(&self, words: impl Iterator<Item = &'w str>) -> Option<Action> {
        let (mut told, mut agree, mut turned) = (None, true, false);
        let mut in_earnest = true;
        for word in words {
            in_earnest &= !Self::is_in(&self.trial, word);
            if let Some(action) = self.actions.get(word) {
                let action = if turned { Action::Unclear } else { *action };
                agree &= told.is_none_or(|t| t == action);
                told = Some(action);
            }
            turned = Self::is_in(&self.not, word) || (turned && Self::is_in(&self.between, word));
        }
        let told = told?;
        Some(if in_earnest && agree { told } else { Action::Unclear })
    }

    /// Whether words in small letters say that something is not so, or is over.
    #[must_use]
    pub fn deny(&self, word: &str) -> bool {
        Self::is_in(&self.not, word) || Self::is_in(&self.over, word)
    }
}

/// A format made ready to be asked.
pub struct Known {
    pub format: Format,
    pub texts: Vec<Template>,
    pub each: Option<(Key, Template)>,
    pub columns: Vec<(usize, Key)>,
    has: Mask,
    when: Vec<(Key, Values)>,
    /// The first word of each name in the heading of its table, in small letters.
    heading: Vec<String>,
    pub is: Vec<(Vec<(Key, Values)>, Meaning)>,
    /// Fields of each role.
    pub roles: Roles,
    pub rules: Vec<Template>,
}

/// The keys of each role.
#[derive(Default)]
pub struct Roles {
    pub from: Vec<Key>,
    pub from_port: Vec<Key>,
    pub to: Vec<Key>,
    pub port: Vec<Key>,
    pub protocol: Vec<Key>,
    pub action: Vec<Key>,
    pub reason: Vec<Key>,
    pub mac: Vec<Key>,
    pub place: Vec<Key>,
    pub address: Vec<Key>,
    pub state: Vec<Key>,
    pub time: Vec<Key>,
    pub date: Vec<Key>,
    pub zone: Vec<Key>,
    pub began: Vec<Key>,
    pub ends: Vec<Key>,
    pub lasts: Vec<Key>,
    pub age: Vec<Key>,
    pub join: Option<Key>,
}

/// A name of a field, as a number: names are compared without case and without signs.
pub type Key = u16;

/// A set of keys.
#[derive(Clone, Debug, Default)]
pub struct Mask([u64; 16]);

impl Mask {
    pub fn put(&mut self, key: Key) {
        if let Some(word) = self.0.get_mut(usize::from(key) / 64) {
            *word |= 1 << (key % 64);
        }
    }

    #[must_use]
    pub fn holds(&self, other: &Mask) -> bool {
        self.0.iter().zip(other.0).all(|(mine, theirs)| theirs & !mine == 0)
    }
}

/// All formats.
pub struct Formats {
    pub all: Vec<Known>,
    pub words: Words,
    keys: Keys,
    /// What a text of a format holds in any case, and whose it is.
    needles: Option<AhoCorasick>,
    of_needle: Vec<usize>,
    /// Formats that are known by their fields, under the field of each that the fewest others have.
    by_field: BTreeMap<Key, Which>,
    /// Formats that may fit whatever fields there are.
    by_nothing: Which,
    /// Formats that read any names.
    pub generic: Vec<usize>,
    /// Formats whose entries have several lines.
    pub stacks: Vec<usize>,
    /// Rows of tables, without their heading: a text of which no word is always there.
    rows: Which,
}

/// Some of the formats, by their numbers: a bit for each.
#[derive(Clone, Copy, Debug, Default)]
struct Which([u64; 8]);

impl Which {
    const ROOM: usize = 512;

    fn put(&mut self, n: usize) {
        if let Some(word) = self.0.get_mut(n / 64) {
            *word |= 1 << (n % 64);
        }
    }

    fn add(&mut self, other: &Which) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine |= theirs;
        }
    }

    /// In their order.
    fn tell(&self, out: &mut Vec<usize>) {
        for (n, word) in self.0.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                out.push(n * 64 + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
    }
}

#[allow(clippy::disallowed_types, reason = "asked for one name at a time, never gone through in its order")]
type Keys = std::collections::HashMap<u64, Key, BuildHasherDefault<Plain>>;

/// What is looked up is a hash already.
#[derive(Default)]
struct Plain(u64);

impl Hasher for Plain {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(u64::from(*b)));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 ^= n;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The name of a field without case and signs, as a number (FNV-1a): names are looked up for every field of every line.
fn plain(name: &str) -> u64 {
    let signs = name.bytes().filter(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
    signs.fold(0xcbf2_9ce4_8422_2325, |hash, b| {
        (hash ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Formats {
    /// The formats of the program.
    #[must_use]
    pub fn known() -> &'static Formats {
        static KNOWN: LazyLock<Formats> = LazyLock::new(|| {
            // that there are no faults is held by a test; one would cost the format that has it, not the others
            Formats::read(&FILES, WORDS).0
        });
        &KNOWN
    }

    fn none() -> Formats {
        Formats {
            all: Vec::new(),
            words: Words::default(),
            keys: Keys::default(),
            needles: None,
            of_needle: Vec::new(),
            by_field: BTreeMap::new(),
            by_nothing: Which::default(),
            generic: Vec::new(),
            stacks: Vec::new(),
            rows: Which::default(),
        }
    }

    /// Reads files of formats; and what is wrong with those that cannot be used.
    #[must_use]
    pub fn read(files: &[&str], words: &str) -> (Formats, Vec<String>) {
        let mut made = Formats::none();
        let mut faults = Vec::new();
        match toml::from_str(words) {
            Ok(words) => made.words = words,
            Err(e) => faults.push(e.to_string()),
        }
        for file in files {
            let file: File = match toml::from_str(file) {
                Ok(file) => file,
                Err(e) => {
                    faults.push(e.to_string());
                    continue;
                }
            };
            for mut format in file.format {
                if let (true, Some(product)) = (format.product.is_empty(), &file.product) {
                    format.product.clone_from(product);
                }
                let known = made.ready(format);
                made.all.push(known);
            }
        }
        let mut needles = Vec::new();
        let mut wanting: BTreeMap<Key, usize> = BTreeMap::new();
        for name in made.all.iter().flat_map(|known| &known.format.has) {
            if let Some(key) = made.keys.get(&plain(name)) {
                *wanting.entry(*key).or_default() += 1;
            }
        }
        for (n, known) in made.all.iter().enumerate() {
            if !known.format.stack.is_empty() {
                made.stacks.push(n);
            }
            if known.texts.is_empty() {
                if known.format.generic {
                    made.generic.push(n);
                }
                // a row is asked for what its heading says
                if known.format.table.is_empty() && known.format.stack.is_empty() {
                    let wanted =
                        known.format.has.iter().filter_map(|name| made.keys.get(&plain(name)).copied());
                    match wanted.min_by_key(|key| wanting.get(key).copied().unwrap_or_default()) {
                        Some(key) => made.by_field.entry(key).or_default().put(n),
                        None => made.by_nothing.put(n),
                    }
                }
                continue;
            }
            for text in &known.texts {
                if text.needle().len() < 3 {
                    if !text.is_whole_line() {
                        faults.push(format!("{}: no word of a text is always there", known.format.message));
                    }
                    made.rows.put(n);
                    continue;
                }
                needles.push(text.needle().to_owned());
                made.of_needle.push(n);
            }
        }
        if made.all.len() > Which::ROOM {
            faults.push("more formats than there is room for".to_owned());
        }
        if made.keys.len() > 1024 {
            faults.push("more names of fields than there is room for".to_owned());
        }
        let built = AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::Standard)
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(&needles);
        made.needles = built.map_err(|e| faults.push(e.to_string())).ok();
        (made, faults)
    }

    fn ready(&mut self, format: Format) -> Known {
        let texts = format.text.iter().map(|t| Template::of_text(t, self)).collect();
        let mut has = Mask::default();
        for name in &format.has {
            has.put(self.key(name));
        }
        let when = format.when.iter().map(|(name, v)| (self.key(name), v.clone())).collect();
        let columns = format
            .columns
            .split(',')
            .enumerate()
            .filter(|(_, name)| !name.trim().is_empty())
            .map(|(n, name)| (n, self.key(name)))
            .collect();
        let is = format
            .is
            .iter()
            .map(|m| (m.holds.iter().map(|(name, v)| (self.key(name), v.clone())).collect(), m.clone()))
            .collect();
        let each = format.each.as_ref().map(|(field, text)| (self.key(field), Template::of_text(text, self)));
        let rules = format.rule.iter().map(|r| Template::of_label(r, self)).collect();
        let f = &format.fields;
        let mut keys = |names: &[String], role: &str| -> Vec<Key> {
            if names.is_empty() { vec![self.key(role)] } else { names.iter().map(|n| self.key(n)).collect() }
        };
        // of these most formats say nothing
        let some = |names: &[String], keys: &mut dyn FnMut(&[String], &str) -> Vec<Key>| {
            if names.is_empty() { Vec::new() } else { keys(names, "") }
        };
        let roles = Roles {
            from: keys(&f.from, "from"),
            from_port: keys(&f.from_port, "from_port"),
            to: keys(&f.to, "to"),
            port: keys(&f.port, "port"),
            protocol: keys(&f.protocol, "protocol"),
            action: keys(&f.action, "action"),
            reason: keys(&f.reason, "reason"),
            mac: keys(&f.mac, "mac"),
            place: keys(&f.place, "place"),
            address: keys(&f.address, "address"),
            state: keys(&f.state, "state"),
            time: keys(&f.time, "time"),
            date: keys(&f.date, "date"),
            zone: keys(&f.zone, "tz"),
            began: some(&f.began, &mut keys),
            ends: some(&f.ends, &mut keys),
            lasts: some(&f.lasts, &mut keys),
            age: some(&f.age, &mut keys),
            join: format.join.as_ref().map(|name| self.key(name)),
        };
        let word = |name: &String| name.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let heading = format.table.iter().map(word).collect();
        Known { texts, each, columns, has, when, heading, is, roles, rules, format }
    }

    /// The number of a name, a new one where it has none yet.
    pub fn key(&mut self, name: &str) -> Key {
        let next = Key::try_from(self.keys.len()).unwrap_or(Key::MAX);
        *self.keys.entry(plain(name)).or_insert(next)
    }

    /// The number of a name that some format asks for.
    #[must_use]
    pub fn key_of(&self, name: &str) -> Option<Key> {
        self.keys.get(&plain(name)).copied()
    }

    /// Formats that a line may be of, in their order: their text may be in it, or a field of theirs is.
    pub fn candidates(
        &self,
        line: &str,
        fields: impl Iterator<Item = Key>,
        may_be_row: bool,
        out: &mut Vec<usize>,
    ) {
        let mut which = self.by_nothing;
        if let Some(needles) = &self.needles {
            let found = needles.find_overlapping_iter(line);
            found.filter_map(|m| self.of_needle.get(m.pattern().as_usize())).for_each(|n| which.put(*n));
        }
        fields.filter_map(|key| self.by_field.get(&key)).for_each(|some| which.add(some));
        if may_be_row {
            which.add(&self.rows);
        }
        out.clear();
        which.tell(out);
    }
}

impl Known {
    /// Whether the fields are those of this format.
    #[must_use]
    pub fn has(&self, fields: &Mask) -> bool {
        fields.holds(&self.has)
    }

    /// Whether a line, in small letters, may be the heading of its table.
    #[must_use]
    pub fn may_head(&self, lower: &str) -> bool {
        !self.heading.is_empty() && self.heading.iter().all(|word| lower.contains(word.as_str()))
    }

    /// Whether values are those of this format.
    pub fn when<'a>(&self, value: impl Fn(Key) -> &'a str) -> bool {
        self.when.iter().all(|(key, values)| values.hold(value(*key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_of_the_program_can_be_read() {
        let (formats, faults) = Formats::read(&FILES, WORDS);
        assert!(faults.is_empty(), "{faults:#?}");
        for known in &formats.all {
            let f = &known.format;
            // the tests' own crates bring tables of Unicode that the program does not have
            assert!(
                !f.text.iter().any(|t| t.contains("(?i") || t.contains("\\p")),
                "{}: needs Unicode's cases",
                f.message
            );
            let whose = format!("{} {}", f.product, f.message);
            for text in known.texts.iter().chain(known.each.as_ref().map(|(_, text)| text)) {
                assert_eq!(text.fault(), None, "{whose}");
            }
            assert!(f.seen.len() > 10, "{whose}: where is its format public?");
            assert!(f.generic || !f.product.is_empty(), "{whose}");
            let ways = [
                !f.text.is_empty(),
                !f.has.is_empty(),
                !f.when.is_empty(),
                !f.table.is_empty(),
                !f.stack.is_empty(),
            ];
            assert!(f.generic || ways.contains(&true), "{whose}: nothing tells it from others");
        }
    }

    #[test]
    fn values_are_compared_as_a_reader_would() {
        let of = |v: &str| Values::One(v.to_owned());
        assert!(of("deny").hold("Deny") && !of("deny").hold("denying") && of("den*").hold("denying"));
        assert!(of("*bytes 0*").hold("x bytes 0 y") && of("*SYN").hold("TCP SYN"));
        assert!(of("").hold("") && !of("").hold("x") && of("!0").hold("3") && !of("!0").hold("0"));
    }
}
