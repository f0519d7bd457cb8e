//! Every `unsafe` block says above itself why it is sound, in the files of other systems as well. Clippy asks for the same,
//! of the system only that it is run on.

use super::source::tokens;
use super::sources;

/// How far above a block its reason may stand: a statement of several lines is between them.
const ABOVE: usize = 8;

/// Lines of blocks without a reason, counted from 1.
fn without_reason(source: &str) -> Vec<usize> {
    let found = tokens(source);
    let next = |i: usize| found.get(i + 1).map_or("", |t| t.text.as_str());
    let blocks: Vec<usize> = found
        .iter()
        .enumerate()
        .filter(|(i, t)| t.text == "unsafe" && next(*i) == "{")
        .map(|(_, t)| t.line)
        .collect();
    let lines: Vec<&str> = source.lines().collect();
    let has_reason = |line: usize| {
        let above = lines.get(line.saturating_sub(ABOVE + 1)..line - 1).unwrap_or_default();
        // the reason of another block is none of this one
        let own = above.iter().rev().take_while(|l| !l.trim_end().ends_with('}') || l.contains("SAFETY:"));
        own.take_while(|l| !l.contains("unsafe {")).any(|l| l.trim_start().starts_with("// SAFETY: "))
    };
    blocks.into_iter().filter(|line| !has_reason(*line)).collect()
}

#[test]
fn every_unsafe_block_says_why_it_is_sound() {
    let (mut blocks, mut wrong) = (0, Vec::new());
    for (file, text) in sources() {
        blocks += text.matches("unsafe {").count();
        wrong.extend(without_reason(&text).into_iter().map(|line| format!("{file}:{line}")));
    }
    assert!(blocks > 40, "only {blocks} blocks were read");
    assert!(wrong.is_empty(), "without `// SAFETY: `: {wrong:?}");
}

#[test]
fn a_reason_belongs_to_one_block() {
    for (text, wrong) in [
        ("// SAFETY: it holds.\nlet a = unsafe { f() };", &[][..]),
        ("// SAFETY: it holds.\nlet a =\n    g(1,\n    unsafe { f() });", &[]),
        ("let a = unsafe { f() };", &[1]),
        ("// SAFETY: it holds.\nlet a = unsafe { f() };\nlet b = unsafe { f() };", &[3]),
        ("fn a() {\n    // SAFETY: it holds.\n    f();\n}\nfn b() {\n    unsafe { f() }\n}", &[6]),
        ("// unsafe { f() }\nconst S: &str = \"unsafe { f() }\"; unsafe fn g() {}", &[]),
    ] {
        assert_eq!(without_reason(text), wrong, "{text}");
    }
}
