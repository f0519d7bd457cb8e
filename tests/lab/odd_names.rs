//! A name server with a habit that few have: it cuts its answers short over UDP, or says why it blocks a name.

use hickory_resolver::proto::op::{Edns, Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::EdnsOption;
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::process::ExitCode;
use std::time::Duration;

const UPSTREAM: &str = "9.9.9.9:53";
/// Extended DNS Error (RFC 8914), and its code for "blocked".
const EXTENDED_ERROR: u16 = 15;
const BLOCKED: u16 = 15;

/// `habit` is `cut-short` or `says-why`; serves UDP and TCP at `at` until it is killed.
pub fn odd_names(habit: &str, at: &str) -> ExitCode {
    let (Ok(udp), Ok(tcp)) = (UdpSocket::bind(at), TcpListener::bind(at)) else { return ExitCode::FAILURE };
    let says_why = habit == "says-why";
    println!("listening");
    std::thread::spawn(move || {
        for mut stream in tcp.incoming().flatten() {
            let mut length = [0; 2];
            while stream.read_exact(&mut length).is_ok() {
                let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
                let Ok(()) = stream.read_exact(&mut question) else { break };
                let Some(answer) = answer(&question, says_why) else { break };
                let framed = [&(answer.len() as u16).to_be_bytes()[..], &answer].concat();
                let Ok(()) = stream.write_all(&framed) else { break };
            }
        }
    });
    let mut buffer = [0; 2048];
    while let Ok((length, from)) = udp.recv_from(&mut buffer) {
        let Some(whole) = answer(&buffer[..length], says_why) else { continue };
        let sent = if says_why { Some(whole) } else { cut_short(&whole) };
        if let Some(sent) = sent {
            let _ = udp.send_to(&sent, from);
        }
    }
    ExitCode::SUCCESS
}

/// What the server upstream says, or the refusal.
fn answer(question: &[u8], says_why: bool) -> Option<Vec<u8>> {
    let asked = Message::from_vec(question).ok()?;
    let name = asked.queries.first()?.name().to_ascii();
    if says_why && name.contains("sensorist") {
        let mut refusal = Message::response(asked.metadata.id, asked.metadata.op_code);
        refusal.metadata.response_code = ResponseCode::NXDomain;
        refusal.metadata.recursion_desired = true;
        refusal.add_query(asked.queries.first()?.clone());
        if asked.edns.is_some() {
            let mut edns = Edns::new();
            let why = [&BLOCKED.to_be_bytes()[..], b"category IoT"].concat();
            edns.options_mut().insert(EdnsOption::Unknown(EXTENDED_ERROR, why));
            refusal.set_edns(edns);
        }
        return refusal.to_vec().ok();
    }
    let asking = UdpSocket::bind("0.0.0.0:0").ok()?;
    asking.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    asking.send_to(question, UPSTREAM).ok()?;
    let mut buffer = [0; 2048];
    let length = asking.recv(&mut buffer).ok()?;
    Some(buffer[..length].to_vec())
}

/// The answer with TC and without its records (RFC 1035 section 4.1.1).
fn cut_short(whole: &[u8]) -> Option<Vec<u8>> {
    let mut cut = Message::from_vec(whole).ok()?;
    cut.metadata.truncation = true;
    cut.answers.clear();
    cut.authorities.clear();
    cut.additionals.clear();
    cut.to_vec().ok()
}
