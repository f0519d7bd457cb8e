//! How long a sentence about an entry can become, whatever names the text has in it: no longer than foreign text may be.
//! Names give way, our own words never do.

use super::{MAC, cases};
use proptest::prelude::*;
use solidgreen::model::pasted::{Action, Entry, Kind, Lease, LeaseState, Pasted, Reading};
use solidgreen::model::text::{FOREIGN_MAX, foreign};

/// The longest sentence without a name of the text, and the shortest that five names can be. No reader makes it: of a
/// kind that is a refusal, that it is not said whether it was one. A recording of somebody else may hold it.
const OURS: usize = 330;

fn length(text: &str) -> usize {
    text.chars().count()
}

/// What the sentence of this entry says without any name.
fn words_of_ours(e: &Entry) -> Vec<String> {
    let one = || Some("\u{1}".to_owned());
    let marked = Entry {
        rule: e.rule.as_ref().and_then(|_| one()),
        reason: e.reason.as_ref().and_then(|_| one()),
        protocol: e.protocol.as_ref().and_then(|_| one()),
        destination_name: e.destination_name.as_ref().and_then(|_| one()),
        place: e.place.as_ref().and_then(|_| one()),
        ..e.clone()
    };
    marked.in_plain_words().split(['\u{1}', '"']).map(str::to_owned).collect()
}

/// All of our own words are in the sentence, in their order.
fn is_whole(e: &Entry, sentence: &str) -> bool {
    let mut rest = sentence;
    words_of_ours(e).iter().all(|words| match rest.find(words.as_str()) {
        Some(at) => {
            rest = &rest[at + words.len()..];
            true
        }
        None => false,
    })
}

/// What is wrong with the sentences of a reading.
fn wrong(read: &Pasted) -> Option<String> {
    let sentences = read.entries.iter().map(|e| (e, e.in_plain_words()));
    let mut bad = sentences.filter(|(e, said)| foreign(said) != *said || !is_whole(e, said));
    bad.next().map(|(e, said)| format!("{} characters: {said}\n{e:#?}", length(&said)))
}

/// Where a word of the text begins and ends: what stands between spaces, quotes and the signs that divide fields.
fn words(text: &str) -> Vec<(usize, usize)> {
    let divides = |c: char| c.is_whitespace() || "\"'=,;|(){}[]<>".contains(c);
    let mut out = Vec::new();
    let mut begin = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match begin {
            Some(from) if divides(c) => {
                out.push((from, at));
                begin = None;
            }
            None if !divides(c) => begin = Some(at),
            _ => {}
        }
    }
    out
}

/// Words of every text that is known, one after another, become very long ones.
#[test]
fn no_long_word_of_a_text_makes_a_sentence_too_long() {
    let (mut entries, mut longest) = (0, 0);
    for (list, folder) in [("field.toml", "field"), ("kinds.toml", "."), ("platforms.toml", ".")] {
        for (n, case) in cases(list).into_iter().enumerate() {
            let text = case.text(folder);
            // others of its kind have the words between; a long text repeats itself
            for (from, to) in words(&text).into_iter().take(40).skip(n % 3).step_by(3) {
                let (before, word, behind) = (&text[..from], &text[from..to], &text[to..]);
                let long = format!("{before}{}{behind}", word.repeat(1 + 400 / word.len()));
                let read = case.read(&long);
                assert_eq!(wrong(&read), None, "{} {}: {long}", case.platform, case.file);
                entries += read.entries.len();
                let lengths = read.entries.iter().map(|e| length(&e.in_plain_words()));
                longest = lengths.max().unwrap_or(0).max(longest);
            }
        }
    }
    // it came to sentences that would have been too long
    assert!(entries > 500 && longest > FOREIGN_MAX - 20, "{entries} entries, {longest} characters");
}

fn name() -> impl Strategy<Value = Option<String>> {
    let long = "(rule |policy |access list |ACL )?\\PC{0,200}(, entry 7|, class x)?";
    prop_oneof![Just(None), long.prop_map(|n| Some(foreign(&n))), "[0-9]{1,200}".prop_map(Some)]
}

const STATES: [LeaseState; 17] = [
    LeaseState::InForce,
    LeaseState::None,
    LeaseState::Reserved,
    LeaseState::Requested,
    LeaseState::Offered,
    LeaseState::Refused,
    LeaseState::Released,
    LeaseState::Expired,
    LeaseState::Declined,
    LeaseState::Conflict,
    LeaseState::Free,
    LeaseState::Unresolved,
    LeaseState::GivenOn,
    LeaseState::Replaced,
    LeaseState::OneOfSeveral,
    LeaseState::SelfAssigned,
    LeaseState::Unknown,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Any entry, those of a recording too, which no reader of ours has made.
    #[test]
    fn no_names_make_a_sentence_too_long(
        kind in proptest::sample::select(Kind::ALL),
        action in proptest::sample::select(&[Action::Denied, Action::Allowed, Action::Unclear][..]),
        generic in any::<bool>(),
        state in proptest::option::of(proptest::sample::select(&STATES[..])),
        addresses in any::<(Option<[u8; 4]>, Option<[u8; 4]>)>(),
        port in proptest::option::of(prop_oneof![Just(53), 1u16..]),
        names in (name(), name(), name(), name(), name()),
    ) {
        let (ip, to) = (addresses.0.map(Into::into), addresses.1.map(Into::into));
        let entry = Entry {
            line: 0,
            time: None,
            product: String::new(),
            message: String::new(),
            reading: if generic { Reading::Generic } else { Reading::Recognised },
            kind,
            action,
            rule: names.0,
            reason: names.1,
            protocol: names.2,
            source: ip,
            source_port: None,
            destination: to,
            destination_name: names.3,
            port,
            mac: Some(MAC),
            place: names.4,
            lease: state.map(|state| Lease { state, ip }),
            shown: String::new(),
        };
        let said = entry.in_plain_words();
        prop_assert!(length(&said) <= OURS, "{} characters: {said}", length(&said));
        // a refusal that is told as one, by a format that is known, is what readers make of these kinds
        let is_made = action == Action::Denied && !generic;
        prop_assert!(!is_made || length(&said) <= FOREIGN_MAX, "{} characters: {said}", length(&said));
        if length(&said) <= FOREIGN_MAX {
            prop_assert_eq!(foreign(&said), said);
        }
    }
}
