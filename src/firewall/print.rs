//! A pack as text for a terminal or a file: a header with the evidence, the notes as comments, then what to paste.

use super::contract::{Comment, Platform};
use crate::model::rule::PackPart;

/// Width at which comments are wrapped.
const WIDTH: usize = 100;

/// One part, ready to print: everything that is not for the machine is a comment of the platform.
#[must_use]
pub fn render(platform: &Platform, part: &PackPart) -> String {
    let comment = platform.about().comment;
    // an apostrophe opens a text on some command lines, even in what is meant as a comment
    let evidence = part.checked.label().replace("'s ", " ");
    let header = format!(
        "Solid Green: {}, {}, {}; for {}",
        platform.name(),
        part.part.title().to_lowercase(),
        evidence,
        platform.versions()
    );
    let mut lines = vec![comment.line(&header)];
    for note in &part.notes {
        lines.extend(wrapped(comment, &format!("- {note}")));
    }
    lines.push(part.text.trim_end().to_owned());
    lines.join("\n") + "\n"
}

/// A whole pack, parts separated by an empty line.
#[must_use]
pub fn render_all(platform: &Platform, pack: &[PackPart]) -> String {
    let parts: Vec<String> = pack.iter().map(|part| render(platform, part)).collect();
    parts.join("\n")
}

/// Text as comment lines, broken between words; further lines of a `- ` item are indented.
#[must_use]
pub fn wrapped(comment: Comment, text: &str) -> Vec<String> {
    let indent = if text.starts_with("- ") { "  " } else { "" };
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.trim().is_empty() && line.len() + 1 + word.len() > WIDTH {
            lines.push(comment.line(&line));
            line = indent.to_owned() + word;
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.push(comment.line(&line));
    lines
}
