//! The check `portal`: does a sign-in page stand before the internet?
//!
//! The first question goes to an address that cannot exist: whoever answers it on port 80 is on the way, and a redirect
//! or a page from there is a sign-in page. An error page is a proxy that could not find the address, and no portal.
//! Pages whose answer is known beforehand are asked for only where the way to the cloud is not clear; one that is
//! blocked, or redirected to its own host, proves nothing.

use super::dns;
use super::limits;
use super::reach::Reach;
use crate::model::check::{
    CheckId, CheckResult, Failure, Measured, NameRole, Offer, Outcome, ServerRole, Target,
};
use crate::model::footprint::PacketKind;
use crate::model::text::foreign;
use crate::platform::guest::Heard;
use crate::platform::supervise::Crew;
use crate::profile::Profile;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Most of an answer that is read, bytes.
const ANSWER_MOST: usize = 16 << 10;

/// What a web server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

/// What is known of the way when the first question is answered.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Every connection to the cloud opened.
    pub clear: bool,
    pub names: Vec<CheckResult>,
}

/// `portal`. `way` is what `ports` and `names` found, when they have ended.
pub async fn portal(
    reach: Reach,
    profile: Arc<Profile>,
    nobody: Option<Ipv4Addr>,
    offers: tokio::sync::watch::Receiver<Option<Vec<Offer>>>,
    mut way: tokio::sync::watch::Receiver<Option<Way>>,
) -> Vec<CheckResult> {
    let mut out = Vec::new();
    if let Some(ip) = nobody {
        out.push(ask_nobody(&reach, ip).await);
    }
    let way = match way.wait_for(Option::is_some).await {
        Ok(way) => way.clone().unwrap_or_default(),
        Err(_) => Way::default(),
    };
    out.extend(announced(offers.borrow().as_deref().unwrap_or_default()));
    let found = out.iter().any(|r| r.outcome.failure().is_some());
    if !way.clear && !found {
        if let Some(ip) = redirected_to(&way.names) {
            out.push(ask_redirected(&reach, &profile, ip).await);
        }
        let server = way.names.iter().find_map(|r| match &r.target {
            Target::Name { server, role: ServerRole::Lease | ServerRole::Host, .. }
                if r.outcome == Outcome::Passed || r.outcome.failure().is_some_and(answered) =>
            {
                Some(*server)
            }
            _ => None,
        });
        if let Some(server) = server {
            out.extend(known_pages(&reach, &profile, server).await);
        }
    }
    out
}

fn answered(failure: Failure) -> bool {
    matches!(failure, Failure::NxDomain | Failure::Sinkhole | Failure::PrivateAddress | Failure::NoData)
}

fn row(target: String, outcome: Outcome, took_ms: u64, measured: Measured, detail: String) -> CheckResult {
    CheckResult { id: CheckId::Portal, target: Target::Page(target), outcome, took_ms, measured, detail }
}

async fn ask_nobody(reach: &Reach, ip: Ipv4Addr) -> CheckResult {
    let begun = reach.now();
    let addr = SocketAddr::new(ip.into(), 80);
    let url = format!("http://{ip}/");
    match get(reach, addr, &ip.to_string(), "/").await {
        Err(NoPage { why, sent: false }) => {
            row(url, Outcome::Inconclusive(why.clone()), reach.took(begun), Measured::Nothing, why)
        }
        Err(NoPage { why, .. }) => {
            let detail = format!("nobody answers for an address that cannot exist, as it should be ({why})");
            row(url, Outcome::Passed, reach.took(begun), Measured::Nothing, detail)
        }
        Ok(answer) => {
            let measured = Measured::Page { status: answer.status, location: answer.location.clone() };
            let to = answer.location.as_deref().map(|l| format!(" to {l}")).unwrap_or_default();
            if is_sign_in(&answer) {
                let detail = format!(
                    "something on the way answered for an address that cannot exist with a page (status {}{to})",
                    answer.status
                );
                row(url, Outcome::Failed(Failure::SignInPage), reach.took(begun), measured, detail)
            } else {
                let why = format!(
                    "a proxy on the way answered with an error page (status {}); that is no sign-in page",
                    answer.status
                );
                row(url, Outcome::Inconclusive(why.clone()), reach.took(begun), measured, why)
            }
        }
    }
}

/// A redirect, "network authentication required" (RFC 6585 6), or a page of its own.
fn is_sign_in(answer: &Answer) -> bool {
    match answer.status {
        200 => !answer.body.is_empty(),
        301 | 302 | 303 | 307 | 308 => answer.location.is_some(),
        511 => true,
        _ => false,
    }
}

/// Option 114 of the lease names a portal (RFC 8910). That alone is said, and blames nobody: an open portal answers
/// "captive: false" there.
fn announced(offers: &[Offer]) -> Vec<CheckResult> {
    offers
        .iter()
        .filter_map(|o| o.portal.clone())
        .take(1)
        .map(|url| {
            let why = format!("the DHCP server names a portal (option 114): {url}");
            row(
                "lease".into(),
                Outcome::Inconclusive(why.clone()),
                0,
                Measured::Page { status: 0, location: Some(url) },
                why,
            )
        })
        .collect()
}

/// The one address that a name that cannot exist was given.
fn redirected_to(names: &[CheckResult]) -> Option<IpAddr> {
    names.iter().find_map(|r| match (&r.target, &r.outcome, &r.measured) {
        (
            Target::Name { name_role: NameRole::Nonsense, .. },
            Outcome::Failed(Failure::AnsweredNonsense),
            Measured::Addresses(all),
        ) => all.first().copied(),
        _ => None,
    })
}

async fn ask_redirected(reach: &Reach, profile: &Profile, ip: IpAddr) -> CheckResult {
    let begun = reach.now();
    let host = profile.control.names.first().cloned().unwrap_or_else(|| "example.com".into());
    let url = format!("http://{host}/ at {ip}");
    match get(reach, SocketAddr::new(ip, 80), &host, "/").await {
        Err(NoPage { why, .. }) => {
            let why = format!("the address that every name is given shows no page ({why})");
            row(url, Outcome::Inconclusive(why.clone()), reach.took(begun), Measured::Nothing, why)
        }
        Ok(answer) if is_sign_in(&answer) => {
            let detail =
                format!("the address that every name is given shows a page (status {})", answer.status);
            let measured = Measured::Page { status: answer.status, location: answer.location };
            row(url, Outcome::Failed(Failure::SignInPage), reach.took(begun), measured, detail)
        }
        Ok(answer) => {
            let why = format!("the address that every name is given answers with status {}", answer.status);
            let measured = Measured::Page { status: answer.status, location: answer.location };
            row(url, Outcome::Inconclusive(why.clone()), reach.took(begun), measured, why)
        }
    }
}

async fn known_pages(reach: &Reach, profile: &Profile, server: IpAddr) -> Vec<CheckResult> {
    let mut tasks = Crew::default();
    for page in profile.control.pages.iter().cloned() {
        let reach = reach.clone();
        tasks.spawn(async move {
            let begun = reach.now();
            let url = format!("http://{}{}", page.host, page.path);
            let Some(ip) = dns::lookup(&reach, server, &page.host).await else {
                let why = "its name does not resolve here".to_owned();
                return row(
                    url,
                    Outcome::Inconclusive(why.clone()),
                    reach.took(begun),
                    Measured::Nothing,
                    why,
                );
            };
            match get(&reach, SocketAddr::new(ip, 80), &page.host, &page.path).await {
                Err(NoPage { why, .. }) => {
                    let why = format!("no answer ({why}): it may be blocked, which proves nothing");
                    row(url, Outcome::Inconclusive(why.clone()), reach.took(begun), Measured::Nothing, why)
                }
                Ok(answer) => {
                    let measured =
                        Measured::Page { status: answer.status, location: answer.location.clone() };
                    let own = answer.location.as_deref().is_some_and(|l| l.contains(&page.host));
                    if answer.status == page.status && answer.body.contains(&page.body) {
                        let detail = "the page is what it should be".to_owned();
                        row(url, Outcome::Passed, reach.took(begun), measured, detail)
                    } else if is_sign_in(&answer) && !own {
                        let to = answer.location.map(|l| format!(" to {l}")).unwrap_or_default();
                        let detail = format!("another page came in its place (status {}{to})", answer.status);
                        row(url, Outcome::Failed(Failure::SignInPage), reach.took(begun), measured, detail)
                    } else {
                        let why = format!("status {}: no page, and no sign-in page", answer.status);
                        row(url, Outcome::Inconclusive(why.clone()), reach.took(begun), measured, why)
                    }
                }
            }
        });
    }
    let mut out = tasks.all().await;
    out.sort_by(|a, b| a.target.cmp(&b.target));
    out
}

/// Why no page came, in a few words for people.
struct NoPage {
    why: String,
    /// False: this computer could not ask.
    sent: bool,
}

/// One page, without following anything.
async fn get(reach: &Reach, addr: SocketAddr, host: &str, path: &str) -> Result<Answer, NoPage> {
    let no_page = |why: String| NoPage { why, sent: true };
    let line = reach.line(addr, limits::PORTAL_OPEN, PacketKind::HttpGet).await;
    let mut line = line.map_err(|knock| match knock.unasked() {
        Some(why) => NoPage { why, sent: false },
        None => no_page(knock.outcome.err().map_or("silence", Failure::word).replace('-', " ")),
    })?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: solidgreen/{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    );
    line.say(request.as_bytes()).await.map_err(|_| no_page("it ended at once".to_owned()))?;
    let until = tokio::time::Instant::now() + limits::PORTAL_ANSWER;
    let mut got = Vec::new();
    loop {
        match line.hear(until.saturating_duration_since(tokio::time::Instant::now())).await {
            Heard::Bytes(bytes) if got.len() < ANSWER_MOST => got.extend_from_slice(&bytes),
            _ => break,
        }
    }
    read_answer(&got).ok_or_else(|| no_page("it opened, and no web page came".to_owned()))
}

/// Reads status, Location and the beginning of the body. Total.
fn read_answer(bytes: &[u8]) -> Option<Answer> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let length = match response.parse(bytes).ok()? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => bytes.len(),
    };
    let location = response
        .headers
        .iter()
        .find(|h| h.name.eq_ignore_ascii_case("location"))
        .map(|h| foreign(&String::from_utf8_lossy(h.value)));
    let body = bytes.get(length..).unwrap_or_default();
    Some(Answer {
        status: response.code?,
        location,
        body: foreign(&String::from_utf8_lossy(&body[..body.len().min(2_000)])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer(text: &str) -> Answer {
        read_answer(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_sign_in_page_is_told_from_an_error_page() {
        for (text, want) in [
            ("HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/login\r\n\r\n", true),
            ("HTTP/1.1 511 Network Authentication Required\r\n\r\n", true),
            ("HTTP/1.0 200 OK\r\n\r\n<html>Welcome</html>", true),
            ("HTTP/1.1 503 Service Unavailable\r\nServer: squid\r\n\r\nERR_CONNECT_FAIL", false),
            ("HTTP/1.1 504 Gateway Timeout\r\n\r\n", false),
            ("HTTP/1.1 403 Forbidden\r\n\r\nblocked", false),
            ("HTTP/1.1 400 Bad Request\r\n\r\n", false),
            ("HTTP/1.1 302 Found\r\n\r\n", false),
        ] {
            assert_eq!(is_sign_in(&answer(text)), want, "{text}");
        }
        assert_eq!(answer("HTTP/1.1 302 F\r\nlocation: x\r\n\r\n").location.as_deref(), Some("x"));
        assert!(read_answer(b"SSH-2.0-x\r\n").is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_answer(&bytes);
            let _ = read_answer(&[b"HTTP/1.1 302 Found\r\nLocation: ", &bytes[..]].concat());
        }
    }
}
