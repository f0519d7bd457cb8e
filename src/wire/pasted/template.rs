//! How a message is written, with holes for what is read in it: `Deny {protocol} src {_}:{from}/{from_port}`.

use super::formats::{Formats, Key};
use memchr::memmem::Finder;
use regex_automata::meta::{BuildError, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use std::ops::Range;
use std::sync::OnceLock;

/// Most holes of a text, and one for the whole.
const GROUPS: usize = 24;
/// Where a text may begin is tried so often one by one; then all of the line is looked at in one go.
const TRIES: usize = 3;

/// A text with holes.
#[derive(Debug)]
pub struct Template {
    /// For reading; empty in a label, which is written.
    pattern: String,
    /// The pattern, compiled when a line is first asked for it: a text is of few formats, and there are hundreds.
    compiled: OnceLock<Option<Regex>>,
    /// Number of the group and the field that it fills.
    groups: Vec<(usize, Key)>,
    /// The longest piece of it that is always there.
    needle: String,
    /// All such pieces, in their order: most lines that cannot be read so lack one of them, which costs less to see.
    always: Vec<Finder<'static>>,
    /// It begins with the first of these.
    leads: bool,
    /// For writing: pieces and holes, in turn.
    pieces: Vec<(String, Option<Key>)>,
}

/// What a hole takes. A hole that is called otherwise takes a word; one with `*` behind its name takes several; one with a
/// colon says itself what it takes: `{flags:[A-Z]+}`.
fn takes(name: &str) -> &'static str {
    match name {
        "from" | "address" | "nat" => r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}",
        "to" => r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?",
        "port" | "from_port" | "protocol" => r"[A-Za-z0-9_-]+",
        "mac" => r"[0-9A-Fa-f]{1,2}[0-9A-Fa-f.:-]{9,24}",
        "rule" => r".+?",
        "_" => r"\S*?",
        "..." => r".*?",
        name if name.ends_with('*') => r".+?",
        _ => r#"[^\s,;"]+"#,
    }
}

/// What stands in the braces of a hole: its name, and behind a colon what it takes, which may have braces of its own.
fn hole(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut depth = 0;
    let inside = |c: &char| {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return false,
            '}' => depth -= 1,
            _ => {}
        }
        true
    };
    chars.take_while(inside).collect()
}

/// By octets: what stands between the holes is ASCII, and the tables of Unicode would make it slow and large.
fn compile(pattern: &str) -> Result<Regex, Box<BuildError>> {
    let by_octets = syntax::Config::new().unicode(false).utf8(false);
    let config = Regex::config().utf8_empty(false);
    Regex::builder().configure(config).syntax(by_octets).build(pattern).map_err(Box::new)
}

/// Where the whole and each hole begin and end.
type Slots = [Option<NonMaxUsize>; 2 * GROUPS];

fn range(slots: &Slots, group: usize) -> Option<Range<usize>> {
    Some((*slots.get(2 * group)?)?.get()..(*slots.get(2 * group + 1)?)?.get())
}

impl Template {
    /// A text to read with: a regular expression with holes, in which a space stands for any run of them. One that is
    /// written wrongly reads nothing; [`Template::fault`] tells.
    pub fn of_text(text: &str, formats: &mut Formats) -> Template {
        let mut pattern = String::new();
        let mut names = Vec::new();
        let mut chars = text.chars().peekable();
        let mut literal = Literal::default();
        while let Some(c) = chars.next() {
            match c {
                // `{3}` and `{1,2}` repeat, as in any expression
                '{' if chars.peek().is_some_and(|c| !c.is_ascii_digit()) => {
                    let hole = hole(&mut chars);
                    literal.ends();
                    let (name, own) =
                        hole.split_once(':').map_or((hole.as_str(), None), |(n, own)| (n, Some(own)));
                    let takes = own.unwrap_or_else(|| takes(name)).replace(' ', r"\s+");
                    if matches!(name, "_" | "...") {
                        pattern.push_str(&format!("(?:{takes})"));
                    } else {
                        pattern.push_str(&format!("({takes})"));
                        names.push(name.trim_end_matches('*').to_owned());
                    }
                }
                ' ' => {
                    // several spaces may stand where one is written
                    literal.ends();
                    pattern.push_str(r"(?:\s+)");
                }
                '\\' => {
                    pattern.push('\\');
                    if let Some(next) = chars.next() {
                        pattern.push(next);
                        if next.is_ascii_alphanumeric() { literal.ends() } else { literal.push(next) }
                    }
                }
                '{' => {
                    literal.sign('*');
                    pattern.push(c);
                    pattern.extend(chars.by_ref().take_while(|c| *c != '}'));
                    pattern.push('}');
                }
                '(' | ')' | '[' | ']' | '|' | '?' | '*' | '+' | '.' | '^' | '$' => {
                    literal.sign(c);
                    pattern.push(c);
                }
                c => {
                    literal.push(c);
                    pattern.push(c);
                }
            }
        }
        literal.ends();
        let groups = names.iter().enumerate().map(|(n, name)| (n + 1, formats.key(name))).collect();
        Template {
            pattern,
            compiled: OnceLock::new(),
            groups,
            needle: literal.longest,
            leads: literal.leads && !literal.barred,
            always: if literal.barred { Vec::new() } else { literal.all.iter().map(finder).collect() },
            pieces: Vec::new(),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.pattern).ok()).as_ref()
    }

    /// What is wrong with the expression of a text.
    #[cfg(test)]
    pub fn fault(&self) -> Option<String> {
        // our holes are the only groups that count: others are written `(?:`
        match compile(&self.pattern) {
            Err(e) => Some(e.to_string()),
            Ok(regex) if regex.captures_len() != self.groups.len() + 1 => {
                Some(format!("a group in {} is not written (?: )", self.pattern))
            }
            Ok(_) if self.groups.len() >= GROUPS => Some(format!("{} has too many holes", self.pattern)),
            Ok(_) => None,
        }
    }

    /// A label to write: `rule {policyid} on {interface}`.
    pub fn of_label(text: &str, formats: &mut Formats) -> Template {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            pieces.push((before.to_owned(), Some(formats.key(name))));
            rest = after;
        }
        pieces.push((rest.to_owned(), None));
        Template {
            pattern: String::new(),
            compiled: OnceLock::new(),
            groups: Vec::new(),
            needle: String::new(),
            always: Vec::new(),
            leads: false,
            pieces,
        }
    }

    /// Whether it is written for a whole line, from its beginning.
    #[must_use]
    pub fn is_whole_line(&self) -> bool {
        self.pattern.starts_with('^') || self.pattern.starts_with("(?:^")
    }

    #[must_use]
    pub fn needle(&self) -> &str {
        &self.needle
    }

    /// What fills the holes; none when the text is not written so.
    #[must_use]
    pub fn read<'a>(&self, text: &'a str) -> Option<Vec<(Key, &'a str)>> {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut first = None;
        for piece in &self.always {
            let found = at + piece.find(bytes.get(at..)?)?;
            first.get_or_insert(found);
            at = found + piece.needle().len();
        }
        let mut slots = [None; 2 * GROUPS];
        let begins = self.search(bytes, first.unwrap_or_default(), &mut slots)?.start;
        (!is_inside(text.get(..begins)?)).then(|| self.filled(text, &slots))
    }

    /// Where it stands for the first time; `first` is where it can at the earliest, if it is known with what it begins.
    fn search(&self, bytes: &[u8], first: usize, slots: &mut Slots) -> Option<Range<usize>> {
        let regex = self.regex()?;
        let mut from = if self.leads { first } else { 0 };
        if let (true, Some(beginning)) = (self.leads, self.always.first()) {
            // in one pass from a place that is known, not in three from anywhere
            for _ in 0..TRIES {
                let here = Input::new(bytes).range(from..).anchored(Anchored::Yes);
                if regex.search_slots(&here, slots).is_some() {
                    return range(slots, 0);
                }
                from += 1 + beginning.find(bytes.get(from + 1..)?)?;
            }
        }
        regex.search_slots(&Input::new(bytes).range(from..), slots)?;
        range(slots, 0)
    }

    /// The same for every place where it stands.
    #[must_use]
    pub fn read_all<'a>(&self, text: &'a str) -> Vec<Vec<(Key, &'a str)>> {
        let Some(regex) = self.regex() else { return Vec::new() };
        let one = |found: Captures| {
            let hole = |n: usize| text.get(found.get_group(n)?.range());
            self.groups.iter().filter_map(|(n, key)| Some((*key, hole(*n)?))).collect()
        };
        regex.captures_iter(text).map(one).collect()
    }

    fn filled<'a>(&self, text: &'a str, slots: &Slots) -> Vec<(Key, &'a str)> {
        let hole = |n: usize| text.get(range(slots, n)?);
        self.groups.iter().filter_map(|(n, key)| Some((*key, hole(*n)?))).collect()
    }

    /// The label with its holes filled; none when one stays empty.
    pub fn write<'a>(&self, value: impl Fn(Key) -> Option<&'a str>) -> Option<String> {
        let mut out = String::new();
        for (before, key) in &self.pieces {
            out.push_str(before);
            if let Some(key) = key {
                out.push_str(value(*key)?);
            }
        }
        Some(out)
    }
}

fn finder(piece: &String) -> Finder<'static> {
    Finder::new(piece).into_owned()
}

/// What stands before ends in brackets or quotes that are still open: there somebody's name or address is written down, and
/// no message begins in it.
fn is_inside(before: &str) -> bool {
    let count = |b: u8| before.bytes().filter(|c| *c == b).count();
    count(b'"') % 2 == 1 || count(b'(') > count(b')')
}

/// Finds the pieces that are there in any case, and the longest of them.
#[derive(Default)]
struct Literal {
    longest: String,
    all: Vec<String>,
    now: String,
    depth: usize,
    in_class: bool,
    /// The first piece is what it begins with.
    leads: bool,
    has_begun: bool,
    /// A bar at the outermost level: nothing is there in any case.
    barred: bool,
}

impl Literal {
    fn push(&mut self, c: char) {
        if self.depth == 0 && !self.in_class {
            self.now.push(c);
        }
    }

    fn ends(&mut self) {
        self.leads |= !self.has_begun && !self.now.is_empty();
        self.has_begun = true;
        if !self.now.is_empty() {
            self.all.push(self.now.clone());
        }
        if self.now.len() > self.longest.len() && !self.barred {
            self.longest = std::mem::take(&mut self.now);
        }
        self.now.clear();
    }

    fn sign(&mut self, c: char) {
        // what stands before these may be missing
        if matches!(c, '?' | '*') {
            self.now.pop();
        }
        self.ends();
        match c {
            '[' => self.in_class = true,
            ']' => self.in_class = false,
            _ if self.in_class => {}
            '(' => self.depth += 1,
            ')' => self.depth = self.depth.saturating_sub(1),
            '|' if self.depth == 0 => {
                self.barred = true;
                self.longest.clear();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_and_the_needle_is_what_is_always_there() {
        let mut formats = Formats::read(&[], "").0;
        let text = r#"-106023: Deny {protocol} src {_}:{from}/{from_port} dst {_}:{to}/{port}(?: \({_}\))? by access-group "{rule}""#;
        let template = Template::of_text(text, &mut formats);
        assert_eq!(template.needle(), "access-group");
        let line =
            "x -106023: Deny tcp  src in:192.0.2.50/1 dst out:cloud_a/4321 by access-group \"A b\" [0x0]";
        let found = template.read(line).unwrap();
        let get = |name: &str| found.iter().find(|(k, _)| Some(*k) == formats.key_of(name)).map(|(_, v)| *v);
        assert_eq!(
            (get("from"), get("to"), get("port"), get("rule")),
            (Some("192.0.2.50"), Some("cloud_a"), Some("4321"), Some("A b"))
        );
        let dotted =
            Template::of_text(r"{from}\.{from_port} > {to}\.{port}: x+yz", &mut Formats::read(&[], "").0);
        assert!(Template::of_text("a(b", &mut formats).fault().is_some());
        assert!(Template::of_text("a(b){c}", &mut formats).fault().is_some());
        assert_eq!(dotted.read("192.0.2.50.50000 > 198.51.100.7.4321: xyz").unwrap()[2].1, "198.51.100.7");
    }
}
