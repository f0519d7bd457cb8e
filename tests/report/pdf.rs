//! The PDF as other programs read it: poppler, qpdf.

use super::{every_look, options, sample};
use solidgreen::model::Snapshot;
use solidgreen::report::{self, PdfReport, Redact};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn make(s: &Snapshot, redact: Redact) -> PdfReport {
    report::pdf_of(s, &options(redact)).unwrap()
}

/// Runs a tool on a file; a tool that is missing is an error that names its package.
pub(super) fn tool(name: &str, package: &str, args: &[&str], file: &Path) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "another program judges the file; nothing of the network is asked"
    )]
    let out = std::process::Command::new(name)
        .args(args)
        .arg(file)
        .args(if name == "pdftotext" { &["-"][..] } else { &[] })
        .output()
        .unwrap_or_else(|e| panic!("{name} is needed for this test (Debian package {package}): {e}"));
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{name}: {text}");
    text
}

/// The sample as a file; kept when `KEEP_PDF` names a folder, to be looked at.
fn sample_file(redact: Redact) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let pdf = make(&sample::snapshot(), redact);
    assert_eq!(pdf.plain_because, None);
    let path = dir.path().join("report.pdf");
    std::fs::write(&path, &pdf.bytes).unwrap();
    if let Some(keep) = std::env::var_os("KEEP_PDF") {
        std::fs::write(PathBuf::from(&keep).join(format!("{}.pdf", redact.word())), &pdf.bytes).unwrap();
        let mut looks = every_look();
        looks.push(Snapshot::default());
        for (n, s) in looks.iter().enumerate() {
            let file = PathBuf::from(&keep).join(format!("look-{n:02}.pdf"));
            std::fs::write(file, make(s, redact).bytes).unwrap();
        }
    }
    (dir, path)
}

#[test]
fn the_words_are_there_with_all_their_letters() {
    let (_dir, file) = sample_file(Redact::Full);
    let text = tool("pdftotext", "poppler-utils", &["-layout"], &file);
    for word in [
        "Kylrum Malmö Östra, Ærøskøbing",
        "Åsa Öberg, Kylrum Ærø",
        "A firewall drops both ports to the cloud",
        "The IT department",
        "broken",
        "blinking red",
        "page 1 of",
        "set macaddr \"34:a5:e1:00:0b:07\"",
        "10.20.30.1 to 10.20.30.254 (254)",
    ] {
        assert!(text.contains(word), "'{word}' is not in:\n{text}");
    }
    assert!(
        !text.contains('□') || text.matches('□').count() == 1,
        "a character of the report is not in its font"
    );
}

#[test]
fn page_one_is_for_a_manager() {
    let (_dir, file) = sample_file(Redact::Full);
    let text = tool("pdftotext", "poppler-utils", &["-f", "1", "-l", "1", "-layout"], &file);
    for word in ["LED", "Whose turn", "Next step", "Router /", "solid green", "solid red", "no power"] {
        assert!(text.contains(word), "'{word}' is not on page one:\n{text}");
    }
}

#[test]
fn other_programs_find_nothing_wrong() {
    for redact in [Redact::Full, Redact::Public] {
        let (_dir, file) = sample_file(redact);
        tool("qpdf", "qpdf", &["--check"], &file);
        let fonts = tool("pdffonts", "poppler-utils", &[], &file);
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(rows.len() >= 3, "{fonts}");
        for row in rows {
            // embedded, subset, with a table back to Unicode
            assert_eq!(row.matches(" yes").count(), 3, "{fonts}");
        }
        let info = tool("pdfinfo", "poppler-utils", &[], &file);
        for word in ["Tagged:          yes", "A4", "Suspects:"] {
            assert!(info.contains(word), "{info}");
        }
        let tags = tool("pdfinfo", "poppler-utils", &["-struct"], &file);
        for tag in ["H1", "H2", "H3", "Table", "TH", "Figure", "L (block)", "Code"] {
            assert!(tags.contains(tag), "{tag} is not in:\n{tags}");
        }
        let attached = tool("pdfdetach", "poppler-utils", &["-list"], &file);
        assert!(attached.contains("solidgreen-report.json"), "{attached}");
    }
}

#[test]
fn the_same_snapshot_gives_the_same_bytes() {
    let s = sample::snapshot();
    assert!(make(&s, Redact::Full) == make(&s, Redact::Full));
}

#[test]
fn every_lamp_and_level_is_drawn_by_the_rules() {
    for s in every_look() {
        let pdf = make(&s, Redact::Full);
        assert_eq!(pdf.plain_because, None, "{:?} {:?}", s.gateways[0].led.possible, s.verdict.level);
    }
}

#[test]
fn nothing_known_and_everything_foreign_give_a_checked_pdf_too() {
    assert_eq!(make(&Snapshot::default(), Redact::Full).plain_because, None);
    let mut s = sample::snapshot();
    let evil = "\u{1f600}\u{feff}中文\t\n\u{e000}\u{202e}".repeat(40) + &"x".repeat(9_000);
    s.site = evil.clone();
    s.verdict.title = evil.clone();
    s.verdict.next_step = evil.clone();
    s.findings[0].title = evil.clone();
    s.findings[0].evidence[0].text = evil.clone();
    Arc::make_mut(&mut s.timeline)[0].text = evil.clone();
    std::sync::Arc::make_mut(&mut s.firewall).parts[0].1 = evil.clone();
    s.checks[0].detail = evil;
    s.started_unix_ms = i64::MAX;
    let pdf = make(&s, Redact::Full);
    assert!(pdf.bytes.starts_with(b"%PDF"));
    // without a time that a PDF can name it cannot be PDF/A, yet it is written
    assert!(pdf.plain_because.is_some());
    s.started_unix_ms = 0;
    assert_eq!(make(&s, Redact::Full).plain_because, None);
}
