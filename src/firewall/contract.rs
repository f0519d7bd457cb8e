//! The contract of a platform: its data, and one function for each part. Everything else is given.

use super::capabilities::{Capabilities, NameMatch, Placeholder};
use super::facts::Facts;
use super::releases::{self, Release};
use crate::model::rule::{Checked, PackPart, Part, RuleIntent};

/// How a line is marked as not meant for the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    pub open: &'static str,
    pub close: &'static str,
}

impl Comment {
    pub const HASH: Comment = Comment { open: "# ", close: "" };
    pub const XML: Comment = Comment { open: "<!-- ", close: " -->" };
    /// Cisco's.
    pub const BANG: Comment = Comment { open: "! ", close: "" };

    /// One line as a comment.
    #[must_use]
    pub fn line(self, text: &str) -> String {
        if self.close.is_empty() {
            return format!("{}{text}", self.open);
        }
        // two dashes end a comment of XML
        format!("{}{}{}", self.open, text.replace("--", "- -"), self.close)
    }
}

/// The data of a platform.
#[derive(Debug)]
pub struct About {
    pub id: &'static str,
    pub name: &'static str,
    pub versions: &'static str,
    /// Words of the OUI maker's name, lower case, that tell this platform.
    pub makers: &'static [&'static str],
    pub comment: Comment,
    /// How well the rule text was checked.
    pub checked: Checked,
    pub capabilities: Capabilities,
    pub placeholders: &'static [Placeholder],
    /// Where releases write differently; the first is meant when nothing is said. Empty: one text for all versions.
    pub releases: &'static [Release],
}

/// A firewall platform: its data, and for each part the function that writes it. To add one: a file with such a static,
/// and a line in the registry. A part is never empty: what the platform has no way for is said in one line, with what to
/// do instead.
#[derive(Debug)]
pub struct Platform {
    pub about: &'static About,
    pub rule: fn(&Facts) -> Draft,
    pub undo: fn(&Facts) -> Draft,
    pub verify: fn(&Facts) -> Draft,
    pub find_lease: fn(&Facts) -> Draft,
    pub see_denied: fn(&Facts) -> Draft,
    pub reserve: fn(&Facts) -> Draft,
    pub bypass: fn(&Facts) -> Draft,
    pub idle_timeout: fn(&Facts) -> Draft,
}

impl Platform {
    #[must_use]
    pub fn about(&self) -> &'static About {
        self.about
    }

    #[must_use]
    pub fn id(&self) -> &'static str {
        self.about.id
    }

    #[must_use]
    pub fn name(&self) -> &'static str {
        self.about.name
    }

    #[must_use]
    pub fn versions(&self) -> &'static str {
        self.about.versions
    }

    #[must_use]
    pub fn capabilities(&self) -> &'static Capabilities {
        &self.about.capabilities
    }

    #[must_use]
    pub fn placeholders(&self) -> &'static [Placeholder] {
        self.about.placeholders
    }

    /// The release for a version that somebody typed; none when there is no text for it.
    #[must_use]
    pub fn release(&self, version: &str) -> Option<Release> {
        releases::resolve(self.about.releases, version)
    }

    /// How well the rule text was checked; each part of a pack carries its own.
    #[must_use]
    pub fn checked(&self) -> Checked {
        self.about.checked
    }

    /// One part of the pack. Sanitises first: a platform never sees what a person typed.
    #[must_use]
    pub fn part(&self, part: Part, intent: &RuleIntent) -> PackPart {
        let release = self.release(&intent.version).or_else(|| self.release(""));
        let draft = match Facts::of(intent, release) {
            Ok(facts) => {
                let mut draft = self.write(part, &facts);
                draft.notes.extend(release.and_then(|r| self.written_for(part, &facts, &draft, r)));
                if let Some(odd) = facts.odd_address() {
                    draft.notes.insert(0, odd);
                }
                draft
            }
            Err(why) => Draft::new(self.about.checked).say(self.about.comment, &why),
        };
        PackPart { part, text: draft.lines.join("\n") + "\n", checked: draft.checked, notes: draft.notes }
    }

    /// Which versions this part is for, where it is another one for others.
    fn written_for(&self, part: Part, facts: &Facts, draft: &Draft, release: Release) -> Option<String> {
        let others: Vec<&str> = self
            .about
            .releases
            .iter()
            .filter(|r| **r != release && self.write(part, &facts.of_release(**r)) != *draft)
            .map(|r| r.means)
            .collect();
        (!others.is_empty()).then(|| {
            format!("Written for {}. There is another text for {}.", release.means, others.join(" and for "))
        })
    }

    fn write(&self, part: Part, facts: &Facts) -> Draft {
        let names = self.capabilities().names_as_destination == NameMatch::Yes;
        if part == Part::Rule && facts.named() && facts.addresses.is_empty() && !names {
            return Draft::new(self.about.checked).say(self.about.comment, NEITHER);
        }
        let write = match part {
            Part::Rule => self.rule,
            Part::Undo => self.undo,
            Part::Verify => self.verify,
            Part::FindLease => self.find_lease,
            Part::SeeDenied => self.see_denied,
            Part::Reserve => self.reserve,
            Part::BypassInspection => self.bypass,
            Part::IdleTimeout => self.idle_timeout,
        };
        write(facts)
    }
}

/// Said instead of a rule where only addresses could stand in it and none is documented.
const NEITHER: &str = "There are no host names in rules of this platform and the device profile documents no address: use the scope any-host instead.";

/// A part being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub lines: Vec<String>,
    pub checked: Checked,
    pub notes: Vec<String>,
}

impl Draft {
    #[must_use]
    pub fn new(checked: Checked) -> Draft {
        Draft { lines: Vec::new(), checked, notes: Vec::new() }
    }

    /// Lines for the machine.
    #[must_use]
    pub fn code(mut self, text: impl AsRef<str>) -> Draft {
        self.lines.extend(text.as_ref().lines().map(str::to_owned));
        self
    }

    /// Lines for the machine, when something holds.
    #[must_use]
    pub fn code_if(self, holds: bool, text: impl AsRef<str>) -> Draft {
        if holds { self.code(text) } else { self }
    }

    /// A line for the reader that stays with the text when it is copied.
    #[must_use]
    pub fn say(mut self, comment: Comment, text: &str) -> Draft {
        self.lines.extend(super::print::wrapped(comment, text));
        self
    }

    /// Lines for the reader that are never broken: what has a site's name in it, or is to be copied.
    #[must_use]
    pub fn aside(mut self, comment: Comment, text: &str) -> Draft {
        self.lines.extend(text.lines().map(|line| comment.line(line)));
        self
    }

    /// The same, when something holds.
    #[must_use]
    pub fn say_if(self, holds: bool, comment: Comment, text: &str) -> Draft {
        if holds { self.say(comment, text) } else { self }
    }

    /// Marks a word of the text as one to check, unless the site has said it.
    #[must_use]
    pub fn fill_in(self, comment: Comment, facts: &Facts, placeholder: &Placeholder) -> Draft {
        let text = format!("CHECK: {} is {}", placeholder.word, placeholder.means);
        self.say_if(facts.said(placeholder).is_none(), comment, &text)
    }

    /// What the reader should know beside the text.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Draft {
        self.notes.push(text.into());
        self
    }

    #[must_use]
    pub fn note_if(self, holds: bool, text: impl Into<String>) -> Draft {
        if holds { self.note(text) } else { self }
    }
}
