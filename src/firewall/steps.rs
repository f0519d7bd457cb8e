//! Family helper: platforms that are set up in their pages. One step a line, numbered, in the words of the pages.

/// The steps that are not empty, numbered from 1.
#[must_use]
pub fn numbered(steps: &[String]) -> String {
    let lines = (1..).zip(steps.iter().filter(|s| !s.is_empty()));
    lines.map(|(n, step)| format!("{n}. {step}")).collect::<Vec<_>>().join("\n")
}
