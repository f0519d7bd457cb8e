//! TLS as far as a measurement needs it: a ClientHello that asks for TLS 1.2, where the server's certificates come in
//! the clear (RFC 5246 7.4.2), and the reader of what comes back. No key is ever agreed on and no content is ever sent.
//!
//! With TLS 1.3 the certificates are encrypted (RFC 8446 2), so a server that speaks nothing older is told as one that
//! shows none. Who signed a chain is read and compared with lists ([`crate::profile::Signers`]); signatures are not
//! verified, and every text says "signed by", never "genuine".

use crate::model::text::foreign;
use std::net::IpAddr;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::asn1::{Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

/// Longest flight that is read: certificates of an inspecting product are seldom over 10 kB.
pub const FLIGHT_MOST: usize = 64 << 10;
/// Certificates that are read of a chain.
const CHAIN_MOST: usize = 10;

const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;

/// A ClientHello record (RFC 5246 7.4.1.2). `name` goes into server_name (RFC 6066 3); `at_least` pads the record to
/// that many bytes (RFC 7685), so that one segment is full. `random` is no secret: no key depends on it.
#[must_use]
pub fn client_hello(name: Option<&str>, random: [u8; 32], at_least: usize) -> Vec<u8> {
    let be16 = |n: usize| u16::try_from(n).unwrap_or(u16::MAX).to_be_bytes();
    let with_length = |body: &[u8]| [&be16(body.len())[..], body].concat();
    // ECDHE and RSA, AES-GCM, AES-CBC and ChaCha20: what any server of the last fifteen years has one of
    let suites: [u16; 12] =
        [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035];
    let suites: Vec<u8> = suites.iter().flat_map(|s| s.to_be_bytes()).collect();
    let mut extensions = Vec::new();
    let mut extension = |id: u16, body: &[u8]| {
        extensions.extend(id.to_be_bytes());
        extensions.extend(with_length(body));
    };
    if let Some(name) = name.filter(|n| n.len() < 256) {
        let entry = [&[0][..], &with_length(name.as_bytes())].concat();
        extension(0, &with_length(&entry));
    }
    extension(10, &with_length(&[0, 29, 0, 23, 0, 24])); // x25519, secp256r1, secp384r1
    extension(11, &[1, 0]); // uncompressed points
    extension(13, &with_length(&[4, 3, 5, 3, 6, 3, 8, 4, 8, 5, 8, 6, 4, 1, 5, 1, 6, 1, 2, 1, 2, 3]));
    extension(23, &[]); // extended master secret
    extension(0xff01, &[0]); // renegotiation info
    let fixed = 5 + 4 + 2 + 32 + 1 + 2 + suites.len() + 2 + 2;
    let padding = at_least.saturating_sub(fixed + extensions.len() + 4);
    if padding > 0 {
        let mut body = |id: u16, body: &[u8]| {
            extensions.extend(id.to_be_bytes());
            extensions.extend(with_length(body));
        };
        body(21, &vec![0; padding.min(16_000)]);
    }
    let body =
        [&[3, 3][..], &random, &[0], &with_length(&suites), &[1, 0], &with_length(&extensions)].concat();
    let length = u32::try_from(body.len()).unwrap_or(0).to_be_bytes();
    let message = [&[1][..], &length[1..], &body].concat();
    [&[HANDSHAKE, 3, 1][..], &with_length(&message)].concat()
}

/// What bytes after a ClientHello are, so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flight {
    /// Not enough yet to say.
    More,
    /// The chain, leaf first, as DER.
    Chain(Vec<Vec<u8>>),
    /// An alert (level, description; RFC 5246 7.2): TLS is spoken, and no certificate is shown.
    Alert(u8, u8),
    /// A ServerHello of a version that keeps its certificates secret.
    Secret,
    /// No TLS.
    Other,
}

/// Reads what came back. Total: any bytes give one of the answers.
#[must_use]
pub fn read_flight(bytes: &[u8]) -> Flight {
    let mut messages = Vec::new();
    let mut rest = bytes;
    let mut first = true;
    while let Some((head, after)) = rest.split_first_chunk::<5>() {
        let [kind, major, _, hi, lo] = *head;
        let length = usize::from(u16::from_be_bytes([hi, lo]));
        if !matches!(kind, 20..=23) || major != 3 || length > (1 << 14) + 256 {
            return if first { Flight::Other } else { in_messages(&messages, true) };
        }
        first = false;
        let whole = after.len() >= length;
        let body = &after[..length.min(after.len())];
        match kind {
            ALERT if whole && body.len() >= 2 => return Flight::Alert(body[0], body[1]),
            HANDSHAKE => messages.extend_from_slice(body),
            _ => {}
        }
        if !whole {
            break;
        }
        rest = &after[length..];
    }
    if first && !bytes.is_empty() && !matches!(bytes[0], ALERT | HANDSHAKE) {
        return Flight::Other;
    }
    in_messages(&messages, bytes.len() >= FLIGHT_MOST)
}

fn in_messages(mut messages: &[u8], no_more: bool) -> Flight {
    let more = if no_more { Flight::Other } else { Flight::More };
    while let Some((head, after)) = messages.split_first_chunk::<4>() {
        let length = usize::from(head[1]) << 16 | usize::from(head[2]) << 8 | usize::from(head[3]);
        let Some(body) = after.get(..length) else { return more };
        match head[0] {
            SERVER_HELLO if hides_certificates(body) => return Flight::Secret,
            SERVER_HELLO => {}
            CERTIFICATE => return Flight::Chain(chain(body)),
            _ => return Flight::Other,
        }
        messages = &after[length..];
    }
    more
}

/// supported_versions (extension 43, RFC 8446 4.2.1) in a ServerHello chooses TLS 1.3.
fn hides_certificates(hello: &[u8]) -> bool {
    let Some(session) = hello.get(34).map(|n| usize::from(*n)) else { return false };
    let Some(mut rest) = hello.get(35 + session + 3 + 2..) else { return false };
    while let Some((head, after)) = rest.split_first_chunk::<4>() {
        if u16::from_be_bytes([head[0], head[1]]) == 43 {
            return true;
        }
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let Some(next) = after.get(length..) else { return false };
        rest = next;
    }
    false
}

fn chain(body: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = body.get(3..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<3>() {
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let Some(der) = after.get(..length) else { break };
        out.push(der.to_vec());
        if out.len() == CHAIN_MOST {
            break;
        }
        rest = &after[length..];
    }
    out
}

/// The names in a certificate (RFC 5280), made safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateNames {
    pub subject: String,
    pub issuer: String,
    /// Common name and organisations of the issuer: what lists of signers are compared with.
    pub issuer_words: Vec<String>,
    /// DNS names and addresses it is for (subjectAltName), else the common name.
    pub is_for: Vec<String>,
}

/// Reads a certificate; `None` when it is none.
#[must_use]
pub fn certificate(der: &[u8]) -> Option<CertificateNames> {
    let certificate = Certificate::from_der(der).ok()?;
    let tbs = certificate.tbs_certificate();
    let issuer = attributes(tbs.issuer());
    let subject = attributes(tbs.subject());
    let mut is_for: Vec<String> = Vec::new();
    if let Ok(Some((_, names))) = tbs.get_extension::<SubjectAltName>() {
        for name in names.0.iter().take(200) {
            match name {
                GeneralName::DnsName(name) => is_for.push(foreign(name.as_str())),
                GeneralName::IpAddress(octets) => {
                    let bytes = octets.as_bytes();
                    let ip = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
                    is_for.extend(ip.ok().map(|ip| ip.to_string()));
                }
                _ => {}
            }
        }
    }
    if is_for.is_empty() {
        is_for.extend(subject.iter().filter(|(k, _)| *k == "CN").map(|(_, v)| v.clone()));
    }
    Some(CertificateNames {
        subject: shown(&subject),
        issuer: shown(&issuer),
        issuer_words: issuer.into_iter().filter(|(k, _)| *k != "C").map(|(_, v)| v).collect(),
        is_for,
    })
}

/// True when the certificate is for this host (RFC 6125 6.4: a star stands for one label, the leftmost).
#[must_use]
pub fn is_for(names: &CertificateNames, host: &str) -> bool {
    names.is_for.iter().any(|name| match name.strip_prefix("*.") {
        Some(rest) => host.split_once('.').is_some_and(|(_, tail)| tail.eq_ignore_ascii_case(rest)),
        None => name.eq_ignore_ascii_case(host),
    })
}

/// Common name, organisation, unit and country, in the order of the certificate.
fn attributes(name: &Name) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for attribute in name.iter() {
        let key = match attribute.oid.to_string().as_str() {
            "2.5.4.3" => "CN",
            "2.5.4.10" => "O",
            "2.5.4.11" => "OU",
            "2.5.4.6" => "C",
            _ => continue,
        };
        let value = &attribute.value;
        let text = value
            .decode_as::<Utf8StringRef<'_>>()
            .map(|s| s.as_str().to_owned())
            .or_else(|_| value.decode_as::<PrintableStringRef<'_>>().map(|s| s.as_str().to_owned()))
            .or_else(|_| value.decode_as::<Ia5StringRef<'_>>().map(|s| s.as_str().to_owned()))
            .or_else(|_| value.decode_as::<TeletexStringRef<'_>>().map(|s| s.as_str().to_owned()));
        if let Ok(text) = text {
            out.push((key, foreign(&text)));
        }
    }
    out
}

fn shown(attributes: &[(&'static str, String)]) -> String {
    let parts: Vec<String> = attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
    if parts.is_empty() { "no name".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        let n = u16::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind, 3, 3][..], &n, body].concat()
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let n = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind][..], &n[1..], body].concat()
    }

    fn hello(extensions: &[u8]) -> Vec<u8> {
        let n = u16::try_from(extensions.len()).unwrap().to_be_bytes();
        let body = [&[3, 3][..], &[7; 32], &[0], &[0xc0, 0x2f, 0], &n, extensions].concat();
        message(SERVER_HELLO, &body)
    }

    #[test]
    fn a_hello_is_as_long_as_it_says_and_as_asked() {
        for at_least in [0, 600, 1460, 4000] {
            let bytes = client_hello(Some("gk.sensorist.com"), [1; 32], at_least);
            assert!(bytes.len() >= at_least, "{at_least}");
            let record = usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
            assert_eq!(record + 5, bytes.len());
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert!(text.contains("gk.sensorist.com"));
        }
        assert!(!String::from_utf8_lossy(&client_hello(None, [1; 32], 0)).contains("sensorist"));
        assert_eq!(client_hello(None, [1; 32], 1460).len(), 1460);
    }

    #[test]
    fn a_chain_comes_out_whole_however_it_is_cut() {
        let certs = [vec![1; 300], vec![2; 20]];
        let list: Vec<u8> = certs
            .iter()
            .flat_map(|c| {
                [&[0, 1 - u8::from(c.len() < 256), u8::try_from(c.len() % 256).unwrap()][..], c].concat()
            })
            .collect();
        let n = u32::try_from(list.len()).unwrap().to_be_bytes();
        let body = [&n[1..], &list].concat();
        let all = [hello(&[]), message(CERTIFICATE, &body)].concat();
        let bytes: Vec<u8> = all.chunks(100).flat_map(|c| record(HANDSHAKE, c)).collect();
        assert_eq!(read_flight(&bytes), Flight::Chain(certs.to_vec()));
        assert_eq!(read_flight(&bytes[..50]), Flight::More);
        assert_eq!(read_flight(&[]), Flight::More);
    }

    #[test]
    fn other_answers_are_told_apart() {
        assert_eq!(read_flight(&record(ALERT, &[2, 70])), Flight::Alert(2, 70));
        assert_eq!(read_flight(&record(HANDSHAKE, &hello(&[0, 43, 0, 2, 3, 4]))), Flight::Secret);
        assert_eq!(read_flight(b"HTTP/1.1 400 Bad Request\r\n"), Flight::Other);
        assert_eq!(read_flight(b"S"), Flight::Other);
        // an echo of our own hello is no server
        assert_eq!(read_flight(&client_hello(Some("a.example"), [1; 32], 0)), Flight::Other);
    }

    #[test]
    fn stars_stand_for_one_label() {
        let of = |name: &str| CertificateNames { is_for: vec![name.into()], ..Default::default() };
        assert!(is_for(&of("*.sensorist.com"), "gk.sensorist.com"));
        assert!(is_for(&of("GK.sensorist.com"), "gk.sensorist.com"));
        assert!(!is_for(&of("*.com"), "gk.sensorist.com"));
        assert!(!is_for(&of("sensorist.com"), "gk.sensorist.com"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = read_flight(&bytes);
            let _ = certificate(&bytes);
            let _ = read_flight(&record(HANDSHAKE, &bytes));
        }
    }
}
