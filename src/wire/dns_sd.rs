//! DNS-Based Service Discovery over Multicast DNS (RFC 6763, RFC 6762): an answer's octets become the few records that
//! lead to a box, and questions become octets. Speaks through the messages of `hickory-proto`.

use hickory_resolver::proto::op::{Message, MessageType, OpCode, Query};
use hickory_resolver::proto::rr::rdata::PTR;
use hickory_resolver::proto::rr::{DNSClass, Name as RawName, RData, Record as Raw, RecordType};
use std::cmp::Ordering;
use std::net::Ipv4Addr;

/// The largest message that anybody may send, octets (RFC 6762 section 17).
pub const LARGEST: usize = 9_000;
/// The largest message that we send, octets: fits an Ethernet frame with the headers of IP and UDP (section 17).
const MOST_SENT: usize = 1_472;
/// Questions or known answers that are tried in one message; more than fit.
const MOST_ITEMS: usize = 64;
/// The high bit of a class: in a question, that the answer may come to us alone (section 5.4); in an answer, that it
/// replaces what was said before (section 10.2).
const HIGH_BIT: u16 = 0x8000;
const INTERNET: u16 = 1;

/// The name of a service type, an instance or a host. Names are equal whatever their case (RFC 6762 section 16).
#[derive(Clone, Debug)]
pub struct Name {
    /// As it was written: it is sent on as it came.
    raw: RawName,
    /// Its labels in small letters, each behind its length: compared by the hundred, whoever floods.
    key: Box<[u8]>,
}

impl From<RawName> for Name {
    fn from(raw: RawName) -> Self {
        let mut key = Vec::with_capacity(raw.len());
        for label in raw.iter() {
            key.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
            key.extend(label.iter().map(u8::to_ascii_lowercase));
        }
        Name { raw, key: key.into() }
    }
}

impl Name {
    /// True for one label before the service type: an instance of it (RFC 6763 section 4.1).
    #[must_use]
    pub fn is_instance_of(&self, service: &Name) -> bool {
        let label = self.key.first().map_or(0, |length| usize::from(*length) + 1);
        self.key.get(label..).is_some_and(|rest| label > 0 && *rest == *service.key)
    }

    /// As people read it: the first label is any text (RFC 6763 section 4.1.1).
    #[must_use]
    pub fn written(&self) -> String {
        let label = self.raw.iter().next().unwrap_or_default();
        format!("{}.{}", String::from_utf8_lossy(label), self.raw.base_name().to_ascii())
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose record it is: a service type, an instance, or a host.
    pub name: Name,
    /// How long it may be kept, seconds; 0 takes it back (section 10.1).
    pub ttl_secs: u32,
    /// It replaces all records of its name and kind.
    pub flush: bool,
    pub data: Data,
}

/// What a record says. Other kinds are passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// PTR: an instance of the service.
    Instance(Name),
    /// SRV: the host that an instance runs on.
    Host(Name),
    /// TXT: keys and values in their order (RFC 6763 section 6.3).
    Text(Vec<(String, Vec<u8>)>),
    /// A.
    Address(Ipv4Addr),
}

/// What is asked of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    Instances,
    Host,
    Text,
    Address,
}

/// An instance that needs not be told again (RFC 6762 section 7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub service: Name,
    pub instance: Name,
    /// What is left of its life, seconds.
    pub ttl_secs: u32,
}

/// A service type or host as a name; `None` where it is none.
#[must_use]
pub fn name(text: &str) -> Option<Name> {
    let mut raw = RawName::from_utf8(text).ok()?;
    raw.set_fqdn(true);
    Some(raw.into())
}

/// True for an answer, false for a question (RFC 6762 section 18.2): told by one octet, before anything is parsed.
#[must_use]
pub fn is_answer(bytes: &[u8]) -> bool {
    bytes.len() <= LARGEST && bytes.get(2).is_some_and(|flags| flags & 0x80 != 0)
}

/// The records of an answer, those of the additional section among them. `None` for a question and for what cannot be
/// read: it is passed over whole, since its sender is no better elsewhere in it.
#[must_use]
pub fn answers(bytes: &[u8]) -> Option<Vec<Record>> {
    if !is_answer(bytes) {
        return None;
    }
    let message = Message::from_vec(bytes).ok()?;
    // sections 18.3 and 18.11: anything but a plain answer is ignored
    if message.metadata.op_code != OpCode::Query || u16::from(message.metadata.response_code) != 0 {
        return None;
    }
    Some(message.answers.into_iter().chain(message.additionals).filter_map(record).collect())
}

fn record(raw: Raw) -> Option<Record> {
    let class = u16::from(raw.dns_class);
    if class & !HIGH_BIT != INTERNET {
        return None;
    }
    let data = match raw.data {
        RData::PTR(PTR(instance)) => Data::Instance(instance.into()),
        RData::SRV(srv) => Data::Host(srv.target.into()),
        RData::TXT(txt) => Data::Text(txt.txt_data.iter().filter_map(|pair| split(pair)).collect()),
        RData::A(a) => Data::Address(a.0),
        _ => return None,
    };
    Some(Record { name: raw.name.into(), ttl_secs: raw.ttl, flush: class & HIGH_BIT != 0, data })
}

/// RFC 6763 section 6.4: the key ends at the first `=`; a key alone has no value; without a key the string is ignored.
fn split(pair: &[u8]) -> Option<(String, Vec<u8>)> {
    let end = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
    let (key, value) = pair.split_at(end);
    let value = value.get(1..).unwrap_or_default().to_vec();
    (!key.is_empty()).then(|| (String::from_utf8_lossy(key).into_owned(), value))
}

/// The questions as one message, as many of them as fit into it, and how many those are. `alone`: the answers may come
/// to this computer alone.
#[must_use]
pub fn questions(asked: &[(Name, Wanted)], alone: bool) -> (Vec<u8>, usize) {
    fitting(asked, |some| {
        let mut message = empty();
        for (name, wanted) in some {
            message.add_query(query(name, *wanted, alone));
        }
        message
    })
}

/// The question for all instances of these services with what is known already: one message, or where not everything
/// fits, several of which all but the last say that more follows (TC, RFC 6762 section 7.2), `most` at most. What is
/// known and does not fit is told again by who is asked.
#[must_use]
pub fn series(services: &[Name], known: &[Known], alone: bool, most: usize) -> Vec<Vec<u8>> {
    let mut out: Vec<Message> = Vec::new();
    let mut rest = known;
    while out.is_empty() || !rest.is_empty() && out.len() < most {
        let first = out.is_empty();
        let build = |some: &[Known]| {
            let mut message = empty();
            for service in services.iter().filter(|_| first) {
                message.add_query(query(service, Wanted::Instances, alone));
            }
            for k in some {
                let data = RData::PTR(PTR(k.instance.raw.clone()));
                message.add_answer(Raw::from_rdata(k.service.raw.clone(), k.ttl_secs, data));
            }
            message
        };
        let (_, fit) = fitting(rest, build);
        out.push(build(rest.get(..fit).unwrap_or_default()));
        rest = rest.get(fit.max(1)..).unwrap_or_default();
    }
    let last = out.len().saturating_sub(1);
    out.iter_mut().take(last).for_each(|m| m.metadata.truncation = true);
    out.iter().filter_map(|m| m.to_vec().ok()).collect()
}

/// Section 18: no id, no flags.
fn empty() -> Message {
    let mut message = Message::new(0, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = false;
    message
}

fn query(name: &Name, wanted: Wanted, alone: bool) -> Query {
    let kind = match wanted {
        Wanted::Instances => RecordType::PTR,
        Wanted::Host => RecordType::SRV,
        Wanted::Text => RecordType::TXT,
        Wanted::Address => RecordType::A,
    };
    let mut query = Query::query(name.raw.clone(), kind);
    if alone {
        query.set_query_class(DNSClass::from(INTERNET | HIGH_BIT));
    }
    query
}

/// The longest beginning of `items` whose message is small enough, and its length.
fn fitting<T>(items: &[T], build: impl Fn(&[T]) -> Message) -> (Vec<u8>, usize) {
    let mut count = items.len().min(MOST_ITEMS);
    loop {
        let bytes = build(items.get(..count).unwrap_or_default()).to_vec().unwrap_or_default();
        if count == 0 || !bytes.is_empty() && bytes.len() <= MOST_SENT {
            return (bytes, count);
        }
        count -= count.div_ceil(8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn service() -> Name {
        name("_sensorist-gw._tcp.local.").unwrap()
    }

    fn instance(n: usize) -> Name {
        service().raw.prepend_label(format!("Oscar TempLog {n:03}").as_bytes()).unwrap().into()
    }

    fn known(count: usize) -> Vec<Known> {
        (0..count).map(|n| Known { service: service(), instance: instance(n), ttl_secs: 4_400 }).collect()
    }

    /// An answer as a responder sends it: a PTR, and with the bit of section 10.2 SRV, TXT and A.
    fn answer() -> Vec<u8> {
        let mut m = Message::new(0, MessageType::Response, OpCode::Query);
        m.add_answer(Raw::from_rdata(service().raw, 4_500, RData::PTR(PTR(instance(1).raw))));
        let text = hickory_resolver::proto::rr::rdata::TXT::from_bytes(vec![
            b"mac=34A5E1000001",
            b"flag",
            b"=odd",
            b"led=a=b",
            b"",
        ]);
        let mut flush = |name: Name, ttl, data| {
            let mut raw = Raw::from_rdata(name.raw, ttl, data);
            raw.dns_class = DNSClass::from(INTERNET | HIGH_BIT);
            m.add_additional(raw);
        };
        flush(instance(1), 4_500, RData::TXT(text));
        let host = name("Box-1.local.").unwrap();
        let srv = hickory_resolver::proto::rr::rdata::SRV::new(0, 0, 4321, host.raw.clone());
        flush(instance(1), 120, RData::SRV(srv));
        let ip = Ipv4Addr::new(192, 168, 7, 20);
        flush(host, 120, RData::A(hickory_resolver::proto::rr::rdata::A(ip)));
        m.to_vec().unwrap()
    }

    #[test]
    fn an_answer_is_read_with_its_additional_records() {
        let all = answers(&answer()).unwrap();
        assert_eq!(all.len(), 4);
        assert_eq!(all[0].data, Data::Instance(instance(1)));
        assert!(!all[0].flush && all[1..].iter().all(|r| r.flush));
        let pairs = [("mac", &b"34A5E1000001"[..]), ("flag", b""), ("led", b"a=b")];
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), v.to_vec())).collect();
        assert_eq!(all[1].data, Data::Text(pairs));
        assert_eq!(all[2].data, Data::Host(name("box-1.local").unwrap()), "names ignore case");
        assert_eq!(all[3].data, Data::Address(Ipv4Addr::new(192, 168, 7, 20)));
    }

    #[test]
    fn questions_other_codes_and_what_is_too_long_are_passed_over() {
        let (bytes, asked) = questions(&[(service(), Wanted::Instances)], true);
        assert_eq!((asked, answers(&bytes)), (1, None));
        assert_eq!(bytes[bytes.len() - 2..], [0x80, 1], "the bit that lets the answer come to us alone");
        let mut refused = answer();
        refused[3] |= 5;
        assert_eq!(answers(&refused), None);
        let mut long = answer();
        long.resize(LARGEST + 1, 0);
        assert_eq!(answers(&long), None);
        assert_eq!(answers(&[]), None);
    }

    #[test]
    fn what_is_known_is_told_in_as_many_messages_as_it_takes_and_no_more_than_allowed() {
        let few = series(&[service()], &known(3), false, 10);
        assert_eq!(few.len(), 1);
        let message = Message::from_vec(&few[0]).unwrap();
        assert_eq!(
            (message.queries.len(), message.answers.len(), message.metadata.truncation),
            (1, 3, false)
        );
        let many = series(&[service()], &known(500), true, 20);
        let read: Vec<Message> = many.iter().map(|m| Message::from_vec(m).unwrap()).collect();
        assert!(many.iter().all(|m| m.len() <= MOST_SENT) && many.len() <= 15, "{}", many.len());
        assert_eq!(read.iter().map(|m| m.answers.len()).sum::<usize>(), 500);
        assert_eq!(read.iter().map(|m| m.queries.len()).sum::<usize>(), 1, "only the first asks");
        assert!(read.iter().rev().skip(1).all(|m| m.metadata.truncation));
        assert!(!read.last().unwrap().metadata.truncation);
        assert_eq!(series(&[service()], &known(500), false, 2).len(), 2);
        assert_eq!(series(&[service()], &[], false, 0).len(), 1, "the question itself");
    }

    #[test]
    fn as_many_questions_as_fit_go_into_one_message() {
        let asked: Vec<_> =
            (0..200).flat_map(|n| [(instance(n), Wanted::Text), (instance(n), Wanted::Host)]).collect();
        let (bytes, count) = questions(&asked, false);
        assert!(bytes.len() <= MOST_SENT && count >= 40, "{count} questions in {} octets", bytes.len());
        assert_eq!(Message::from_vec(&bytes).unwrap().queries.len(), count);
    }

    proptest! {
        #[test]
        fn any_octets_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = answers(&bytes);
        }

        #[test]
        fn a_damaged_answer_is_survived(at in 0usize..200, to: u8, cut in 0usize..200) {
            let mut bytes = answer();
            let length = bytes.len();
            bytes[at % length] = to;
            bytes.truncate(length - cut % length);
            let _ = answers(&bytes);
        }
    }
}
