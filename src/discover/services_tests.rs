//! What others announce, and what it makes us tell and ask.

use super::*;
use crate::wire::mdns::announcement;
use proptest::prelude::*;

const SENDER: Ipv4Addr = Ipv4Addr::new(192, 168, 7, 20);

/// Any time: all others are counted from it.
fn origin() -> Instant {
    tokio::time::Instant::now().into_std()
}

fn services() -> Services {
    Services::new(&Profile::shipped()).unwrap()
}

fn service() -> Name {
    dns_sd::name("_sensorist-gw._tcp.local.").unwrap()
}

fn instance(n: usize) -> Name {
    dns_sd::name(&format!("box-{n}._sensorist-gw._tcp.local.")).unwrap()
}

fn host(n: usize) -> Name {
    dns_sd::name(&format!("box{n}.local.")).unwrap()
}

fn record(name: Name, ttl_secs: u32, data: Data) -> Record {
    Record { name, ttl_secs, flush: !matches!(data, Data::Instance(_)), data }
}

fn ptr(n: usize, ttl: u32) -> Record {
    record(service(), ttl, Data::Instance(instance(n)))
}

fn srv(n: usize) -> Record {
    record(instance(n), 120, Data::Host(host(n)))
}

fn txt(n: usize, led: &str, ttl: u32) -> Record {
    let pairs = [("mac", format!("34:a5:e1:00:{:02x}:{:02x}", n >> 8, n & 255)), ("led", led.to_owned())];
    record(instance(n), ttl, Data::Text(pairs.map(|(k, v)| (k.to_owned(), v.into_bytes())).into()))
}

fn a(n: usize) -> Record {
    record(host(n), 120, Data::Address(Ipv4Addr::new(192, 168, 7, 20)))
}

fn whole(n: usize, led: &str) -> Vec<Record> {
    vec![ptr(n, 4_500), srv(n), txt(n, led, 4_500), a(n)]
}

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn led(told: &Told) -> String {
    let pair = told.1.txt.iter().find(|(k, _)| k == "led").unwrap();
    String::from_utf8(pair.1.clone()).unwrap()
}

/// Everything that would be asked until `to`, with when it is, where a message takes so many questions.
fn asked_until(s: &mut Services, from: Instant, to: Instant, fit: usize) -> Vec<(Duration, Name, Wanted)> {
    let mut out = Vec::new();
    while let Some(at) = s.ask_at().filter(|at| *at <= to) {
        let now = at.max(from);
        s.ask(now, |wanted| {
            let sent = wanted.len().min(fit);
            out.extend(wanted[..sent].iter().map(|(n, w)| (now - from, n.clone(), *w)));
            sent
        });
        assert!(out.len() < 100_000, "it asks without end");
    }
    out
}

/// When it is asked for next; an early look finds nothing due.
fn next_ask(s: &mut Services, now: Instant) -> Instant {
    s.ask(now, |_| 0);
    s.ask_at().unwrap()
}

#[test]
fn a_whole_announcement_is_told_at_once_and_asks_nothing_until_it_grows_old() {
    let (mut s, t) = (services(), origin());
    let told = s.take(whole(1, "solid-red"), SENDER, t);
    assert_eq!((told.len(), led(&told[0])), (1, "solid-red".to_owned()));
    let a = announcement(&Profile::shipped().announcements[0], &told[0].1).unwrap();
    assert_eq!((a.name.as_str(), a.ip), ("box-1", Some(SENDER)));
    assert_eq!(s.ask_at(), Some(t + ms(96_000)), "80 % of the two minutes that a state is believed");
    let asked = asked_until(&mut s, t, t + ms(300_000), 100);
    let texts: Vec<u64> = asked
        .iter()
        .filter(|a| a.2 == Wanted::Text)
        .map(|a| u64::try_from(a.0.as_millis()).unwrap())
        .collect();
    assert_eq!(texts, [96_000, 104_400, 112_800, 208_800], "thrice in a row, then seldom");
    let t = t + ms(300_000);
    assert_eq!(s.take(vec![txt(1, "solid-green", 4_500)], SENDER, t).len(), 1);
    assert_eq!(next_ask(&mut s, t), t + ms(96_000), "an answer begins it anew");
}

#[test]
fn every_change_is_told_at_once_and_also_what_was_said_before() {
    let (mut s, t) = (services(), origin());
    for (n, state) in ["solid-red", "blinking-red", "solid-green", "solid-green"].into_iter().enumerate() {
        let at = t + ms(100 * n as u64);
        let told = s.take(vec![txt(1, state, 4_500)], SENDER, at);
        assert_eq!(told.iter().map(led).collect::<Vec<_>>(), [state], "it may have restarted in between");
    }
}

#[test]
fn a_text_that_never_rests_is_told_at_a_rate_and_its_last_word_always() {
    let (mut s, t) = (services(), origin());
    let mut told = 0;
    for n in 0..10_000_u64 {
        told += s.take(vec![txt(1, &format!("n{n}"), 4_500)], SENDER, t + ms(n)).len();
        told += s.due(t + ms(n)).len();
    }
    assert!((20..=30).contains(&told), "{told} in ten seconds");
    let at = s.due_at().unwrap();
    assert!(at <= t + ms(10_500));
    assert_eq!(s.due(at).iter().map(led).collect::<Vec<_>>(), ["n9999"]);
    assert!(s.due_at().unwrap() > at + ms(60_000), "nothing more is owed");
}

#[test]
fn what_is_missing_is_asked_for_a_few_times_and_then_left_alone() {
    let (mut s, t) = (services(), origin());
    assert!(s.take(vec![ptr(1, 4_500)], SENDER, t).is_empty());
    let asked = asked_until(&mut s, t, t + ms(3_600_000), 100);
    let of = |w| asked.iter().filter(|a| a.2 == w).map(|a| a.0.as_millis()).collect::<Vec<_>>();
    assert_eq!(of(Wanted::Text), [120, 1_120, 3_120]);
    assert_eq!(of(Wanted::Text), of(Wanted::Host));
    // what comes in pieces is whole in the end
    let (mut s, t) = (services(), origin());
    s.take(vec![ptr(1, 4_500), srv(1)], SENDER, t);
    assert_eq!(s.take(vec![txt(1, "solid-red", 120)], SENDER, t + ms(10)).len(), 1, "its MAC is enough");
    assert_eq!(
        asked_until(&mut s, t, t + ms(200), 100).iter().map(|a| a.2).collect::<Vec<_>>(),
        [Wanted::Address]
    );
    let told = s.take(vec![a(1)], SENDER, t + ms(300));
    assert_eq!(told[0].1.addresses, [SENDER]);
    assert!(next_ask(&mut s, t + ms(300)) > t + ms(90_000));
}

#[test]
fn an_address_that_comes_late_makes_no_old_led_new() {
    let (mut s, t) = (services(), origin());
    s.take(vec![ptr(1, 4_500), srv(1), txt(1, "solid-green", 4_500)], SENDER, t);
    asked_until(&mut s, t, t + ms(20_000), 100);
    assert_eq!(s.take(vec![a(1)], SENDER, t + ms(20_000)), []);
    let asked = asked_until(&mut s, t, t + ms(31_000), 100);
    assert!(asked.iter().any(|a| a.2 == Wanted::Text), "both are asked for together: {asked:?}");
}

#[test]
fn a_farewell_is_told_once_with_the_mac_and_a_return_is_news() {
    let (mut s, t) = (services(), origin());
    assert_eq!(s.take(vec![ptr(1, 0)], SENDER, t), [], "nobody who is not known can go");
    s.take(whole(1, "solid-green"), SENDER, t);
    let told = s.take(vec![ptr(1, 0), txt(1, "solid-green", 0)], SENDER, t + ms(1_000));
    assert!(told.len() == 1 && told[0].1.goodbye && led(&told[0]) == "solid-green");
    assert_eq!(s.take(vec![ptr(1, 0)], SENDER, t + ms(1_100)), []);
    assert_eq!(asked_until(&mut s, t, t + ms(100_000), 100), [], "who is gone is not asked");
    let told = s.take(whole(1, "solid-red"), SENDER, t + ms(2_000));
    assert!(told.len() == 1 && !told[0].1.goodbye);
    // an old text that is taken back beside a new one is a change
    let both = vec![txt(1, "solid-red", 0), txt(1, "blinking-red", 4_500)];
    let told = s.take(both, SENDER, t + ms(3_000));
    assert!(told.len() == 1 && !told[0].1.goodbye && led(&told[0]) == "blinking-red");
}

#[test]
fn what_is_known_is_said_while_more_than_half_of_its_life_is_left() {
    let (mut s, t) = (services(), origin());
    s.take(whole(1, "solid-green"), SENDER, t);
    s.take(vec![ptr(2, 4_500)], SENDER, t);
    let known = s.known(t + ms(500_000));
    assert_eq!(known.len(), 1, "one that is not whole is told again");
    assert_eq!((known[0].instance.clone(), known[0].ttl_secs), (instance(1), 4_000));
    assert_eq!(s.known(t + ms(2_251_000)), []);
}

#[test]
fn one_sender_fills_its_share_and_another_is_still_heard() {
    let (mut s, t) = (services(), origin());
    for n in 0..9_000 {
        s.take(whole(n, "solid-red"), SENDER, t + ms(n as u64));
    }
    assert_eq!(s.table.len(), MOST_OF_ONE);
    assert_eq!((s.overflow(), s.overflow()), (Some(SENDER), None), "told once");
    let other = Ipv4Addr::new(192, 168, 7, 99);
    assert_eq!(s.take(whole(10_000, "solid-green"), other, t + ms(9_000)).len(), 1);
    assert_eq!(s.take(whole(3, "solid-green"), SENDER, t + ms(9_000)).len(), 1, "who is known stays known");
    // also when all that it brought is forgotten
    let later = t + ms(10_000_000);
    s.due(later);
    assert!(s.table.is_empty() && s.on_host.is_empty());
    assert_eq!(s.take(whole(20_000, "solid-red"), SENDER, later), []);
    // and however many senders there are
    for n in 0..20_000_u32 {
        s.take(whole(30_000 + n as usize, "solid-red"), Ipv4Addr::from(n), later);
    }
    assert!(s.table.len() <= MOST && s.taken_in <= MOST_EVER && s.brought.len() <= MOST_EVER);
}

#[test]
fn texts_that_grow_old_come_before_what_is_missing() {
    let (mut s, t) = (services(), origin());
    s.take(whole(1, "solid-green"), SENDER, t);
    let t = t + ms(95_000);
    for n in 100..500 {
        s.take(vec![ptr(n, 4_500)], SENDER, t);
    }
    let mut first = Vec::new();
    s.ask(t + ms(1_000), |wanted| {
        first = wanted.to_vec();
        40
    });
    assert_eq!(first[0], (instance(1), Wanted::Text));
    assert!(s.ask_at().is_some_and(|at| at <= t + ms(1_000)), "the rest waits for the next message");
}

#[test]
fn names_that_are_no_instances_are_passed_over() {
    let (mut s, t) = (services(), origin());
    let elsewhere = dns_sd::name("box._http._tcp.local.").unwrap();
    let deeper = dns_sd::name("deeper.box-1._sensorist-gw._tcp.local.").unwrap();
    let loops = vec![
        record(service(), 120, Data::Instance(service())),
        record(service(), 120, Data::Instance(elsewhere.clone())),
        record(service(), 120, Data::Instance(deeper)),
        record(instance(1), 120, Data::Instance(instance(2))),
        record(elsewhere, 120, Data::Host(host(1))),
    ];
    assert_eq!(s.take(loops, SENDER, t), []);
    assert!(s.table.is_empty());
    // a host that is its own instance is asked for as any other, and no further
    s.take(vec![record(instance(1), 1, Data::Host(instance(1)))], SENDER, t);
    assert!(asked_until(&mut s, t, t + ms(3_600_000), 100).len() <= 2 * 4);
}

proptest! {
    /// Whatever is announced, in whatever order: what one instance makes us ask stays within its budget, and the table
    /// within its bounds.
    #[test]
    fn nothing_that_is_announced_makes_it_ask_without_end(
        shots in prop::collection::vec((0usize..6, 0usize..4, 0usize..6, 0u32..3, 0u64..3_000), 1..120),
    ) {
        let (mut s, begun) = (services(), origin());
        let mut now = begun;
        let mut questions = 0;
        let ttls = [0, 1, 120];
        for (kind, n, other, ttl, pause) in shots {
            let ttl = ttls[ttl as usize];
            let shot = match kind {
                0 => vec![ptr(n, ttl)],
                1 => vec![txt(n, "solid-red", ttl)],
                2 => vec![record(instance(n), ttl, Data::Host(host(other)))],
                3 => vec![record(host(other), ttl, Data::Address(Ipv4Addr::from(other as u32)))],
                4 => whole(n, "solid-green"),
                _ => vec![ptr(n, ttl), record(instance(n), ttl, Data::Host(instance(other)))],
            };
            s.take(shot, SENDER, now);
            let to = now + ms(pause);
            questions += asked_until(&mut s, now, to, 40).len();
            s.due(to);
            now = to;
        }
        let secs = usize::try_from(now.duration_since(begun).as_secs()).unwrap();
        // four instances, each four times and then once in half a minute, two questions each
        prop_assert!(questions <= 4 * (4 + secs / 30 + 1) * 2, "{questions} questions in {secs} s");
        prop_assert!(s.table.len() <= 4);
    }
}

/// Hundreds whose LEDs never rest: what is told has a rate, everybody has a turn, and the last word of each is told.
#[test]
fn what_all_tell_together_has_a_rate_and_the_last_word_counts() {
    let (mut s, t) = (services(), origin());
    let sender = |n: usize| Ipv4Addr::new(192, 168, 7, u8::try_from(n % 4).unwrap());
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    let mut count = 0;
    let mut hear = |all: Vec<Told>| {
        count += all.len();
        told.extend(all.iter().map(|one| (one.1.name.clone(), led(one))));
    };
    let states = ["solid-red", "blinking-red", "solid-green"];
    for step in 0..300_usize {
        let now = t + ms(100 * step as u64);
        for n in 0..100 {
            hear(s.take(whole(n, states[step % 3]), sender(n), now));
        }
        hear(s.due(now));
    }
    let last = states[299 % 3];
    let mut now = t + ms(30_000);
    while let Some(at) = s.due_at().filter(|at| *at < t + ms(90_000)) {
        now = now.max(at);
        hear(s.due(now));
    }
    assert!(count <= 2_400 + 60 * 50, "{count}");
    assert_eq!(told.len(), 100);
    assert!(told.values().all(|led| led == last), "{told:?}");
}

#[test]
fn a_text_is_kept_as_far_as_a_message_goes() {
    let many: Vec<_> = (0..3_000).map(|n| (format!("{n}"), vec![])).collect();
    assert_eq!(bounded(many).len(), TEXT_PAIRS);
    let long: Vec<_> = (0..60).map(|n| (format!("key{n}"), vec![b'x'; 200])).collect();
    assert_eq!(bounded(long).len(), 6);
}
