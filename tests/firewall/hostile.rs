//! Attempts to break out of each platform's text by the name of a site.

use crate::{sample, twelve};
use proptest::prelude::*;
use solidgreen::firewall::{self, Platform};
use solidgreen::model::rule::{RuleIntent, Scope};

/// Every character that a site name may leave in a text. All others are the platform's own syntax.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '_' | '-')
}

/// The syntax of a text: its lines, each without the characters that a name may bring. A name that broke out, or that
/// added or took a statement, leaves another skeleton.
fn skeleton(text: &str) -> Vec<String> {
    text.split('\n').map(|line| line.chars().filter(|c| !is_word(*c)).collect()).collect()
}

/// The sample and its twelve in each scope, for each release of the platform.
fn intents(platform: &Platform, site: &str) -> Vec<RuleIntent> {
    let mut all = Vec::new();
    for scope in Scope::ALL {
        for intent in [sample(scope, site), twelve(scope, site)] {
            let versions = platform.about().releases.iter().map(|r| r.id).chain([""]);
            all.extend(versions.map(|v| RuleIntent { version: v.to_owned(), ..intent.clone() }));
        }
    }
    all
}

/// What holds for any name: the text is the one of the clean name, and has the syntax of the sample's.
fn holds(site: &str) -> Result<(), TestCaseError> {
    let clean = firewall::sanitise(site);
    for platform in firewall::platforms() {
        let hostile = intents(platform, site).into_iter();
        let others = intents(platform, &clean).into_iter().zip(intents(platform, "Cold Room 2"));
        for (hostile, (clean, reference)) in hostile.zip(others) {
            let pack = |intent: &RuleIntent| firewall::pack(platform.id(), intent).unwrap();
            let (hostile, reference) = (pack(&hostile), pack(&reference));
            prop_assert_eq!(&hostile, &pack(&clean));
            for (h, r) in hostile.iter().zip(&reference) {
                prop_assert_eq!(skeleton(&h.text), skeleton(&r.text), "{} {:?}", platform.id(), h.part);
                prop_assert_eq!(skeleton(&h.notes.join("\n")), skeleton(&r.notes.join("\n")));
                let shown = firewall::render(platform, h);
                prop_assert_eq!(skeleton(&shown), skeleton(&firewall::render(platform, r)));
                prop_assert!(shown.chars().all(|c| c == '\n' || (' '..='~').contains(&c)));
            }
        }
    }
    Ok(())
}

#[test]
fn names_known_to_hurt() {
    for site in [
        "a\"; drop; #",
        "x$y",
        "a\nb",
        "a\r\nend\r\nconfig system admin",
        "Åäö",
        "Straße",
        "\"\nnext\nend\nexecute factoryreset\n",
        "\"; /system reset-configuration; :put \"",
        "\" accept\nflush ruleset\n#",
        "'; Remove-Item C:\\ -Recurse; '",
        "\"},\"x\":{\"",
        "$(reboot) `reboot` %COMSPEC% {{x}}",
        "what?",
        "#comment",
        "} } }",
        "nul\0nul",
        "\u{202e}evil\u{2066}\u{200f}",
        "\u{1b}[2J",
        "\\",
        "\\\"",
        "--",
        "-rf",
        "",
        " \t ",
        "2024",
        "any",
        "冷蔵庫",
        "'",
        "END",
        "site.*",
    ] {
        if let Err(e) = holds(site) {
            panic!("{site:?}: {e}");
        }
    }
}

/// What holds for any word in place of a placeholder: either it is fit to stand there, and then it is one of the words that
/// cannot be misread, or the text is the one without it. The same for a version.
fn word_holds(word: &str) -> Result<(), TestCaseError> {
    for platform in firewall::platforms() {
        let usual = sample(Scope::NamedHosts, "Cold Room 2");
        let pack = |intent: &RuleIntent| firewall::pack(platform.id(), intent).unwrap();
        let plain = pack(&usual);
        let versioned = pack(&RuleIntent { version: word.to_owned(), ..usual.clone() });
        if platform.release(word).is_none() {
            prop_assert_eq!(&versioned, &plain, "{}: a version that is none", platform.id());
        }
        for placeholder in platform.placeholders() {
            let mut intent = usual.clone();
            intent.words.insert(placeholder.key.to_owned(), word.to_owned());
            let with = pack(&intent);
            let fits = word.split(' ').all(firewall::is_word)
                && word.split(' ').count() == placeholder.word.split(' ').count();
            if !fits {
                prop_assert_eq!(&with, &plain, "{} {}", platform.id(), placeholder.key);
                continue;
            }
            // a word that is fit changes words, never the syntax: the lines for the machine are as many, each with the
            // same characters but for those that a word may have
            let syntax = |text: &str| -> Vec<String> {
                text.lines()
                    .filter(|l| !l.starts_with(platform.about().comment.open))
                    .map(|l| l.chars().filter(|c| !is_word(*c) && !":/".contains(*c)).collect())
                    .collect()
            };
            for (w, p) in with.iter().zip(&plain) {
                prop_assert_eq!(
                    syntax(&w.text),
                    syntax(&p.text),
                    "{} {} {:?}",
                    platform.id(),
                    placeholder.key,
                    w.part
                );
            }
        }
    }
    Ok(())
}

#[test]
fn words_known_to_hurt() {
    let long = "x".repeat(10_000);
    for word in [
        "a\"; drop; #",
        "wan1\"\nnext\nend\n",
        "x$y",
        "`id`",
        "$(id)",
        "eth0;reboot",
        "a b",
        "a  b",
        "",
        " ",
        "-rf",
        "{x}",
        "what?",
        "#c",
        "nul\0",
        "\u{202e}evil",
        "冷",
        "../../etc",
        "<x>",
        "'",
        long.as_str(),
        "ge-0/0/0",
        "vlan10",
        "forward filter",
        "2001:db8::1",
    ] {
        if let Err(e) = word_holds(word) {
            panic!("{word:?}: {e}");
        }
    }
}

#[test]
fn very_long_names_stay_apart_and_in_their_limits() {
    let base = "Cold Room in the cellar of the old building ".repeat(250);
    let (a, b) = (format!("{base}A"), format!("{base}B"));
    assert!(a.len() > 10_000);
    holds(&a).unwrap();
    for platform in firewall::platforms() {
        let of = |site: &str| firewall::pack(platform.id(), &sample(Scope::AnyHost, site)).unwrap();
        // on each platform what was made for the one is not what undo of the other names
        assert_ne!(of(&a)[1].text, of(&b)[1].text, "{}", platform.id());
        for part in of(&a) {
            let most = part.text.lines().map(str::len).max().unwrap_or_default();
            assert!(most < 700, "{} {:?}: a line of {most} characters", platform.id(), part.part);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_name_breaks_out(site in any::<String>()) {
        holds(&site)?;
    }

    #[test]
    fn no_name_of_syntax_breaks_out(site in "[\"'`$(){}\\[\\];&|<>#!?%,=*^~\\\\\n\r\t\0 a-z0-9Åäöß./:_-]{0,80}") {
        holds(&site)?;
    }

    #[test]
    fn no_word_breaks_out(word in "[\"'`$(){}\\[\\];&|<>#!?%,=*^~\\\\\n\r\t\0 a-z0-9Åäöß./:_-]{0,40}") {
        word_holds(&word)?;
    }

    #[test]
    fn no_text_at_all_breaks_out_as_a_word(word in any::<String>()) {
        word_holds(&word)?;
    }

    #[test]
    fn the_date_of_the_addresses_cannot_break_out_either(date in "[\"'`$(){};#?\n\\\\ a-zA-Z0-9]{1,60}") {
        for platform in firewall::platforms() {
            let mut hostile = sample(Scope::NamedHosts, "x");
            hostile.addresses_as_of = date.clone();
            for (h, r) in firewall::pack(platform.id(), &hostile).unwrap().iter().zip(firewall::pack(platform.id(), &sample(Scope::NamedHosts, "x")).unwrap()) {
                let comment = platform.about().comment.open;
                // Plain words are for a person: there the date stands inside a line, which must stay one line.
                let before_the_date = |line: &str| match platform.id() {
                    "any" => line.split(" (as of ").next().unwrap_or_default().to_owned(),
                    _ => line.to_owned(),
                };
                let code = |text: &str| text.lines().filter(|l| !l.starts_with(comment)).map(before_the_date).collect::<Vec<_>>();
                prop_assert_eq!(code(&h.text), code(&r.text));
            }
        }
    }
}
