//! A name server whose answers can be chosen while it runs: real UDP and TCP sockets, meant for loopback.

use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::A;
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

/// How the server answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// From its table; what is not there does not exist.
    #[default]
    Normal,
    /// As if these names (and what is below them) did not exist.
    NoSuchName(Vec<String>),
    /// Every name has this address.
    AllTo(Ipv4Addr),
    /// No answer at all.
    Silence,
    /// "I could not find out."
    ServFail,
}

/// Names in lower case without the last dot, and their addresses.
pub type Table = BTreeMap<String, Vec<Ipv4Addr>>;

/// A running server. It ends when dropped.
#[derive(Debug)]
pub struct NameServer {
    /// The same port by UDP and TCP.
    pub at: SocketAddr,
    answers: Arc<RwLock<Answers>>,
    _tasks: JoinSet<()>,
}

impl NameServer {
    /// Starts a server on a free port of loopback. Call it on a tokio runtime.
    ///
    /// # Errors
    /// When no port can be had by UDP and TCP.
    pub async fn start(table: Table, answers: Answers) -> io::Result<NameServer> {
        let (udp, tcp) = same_port().await?;
        let at = tcp.local_addr()?;
        let table = Arc::new(table);
        let answers = Arc::new(RwLock::new(answers));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve_udp(udp, table.clone(), answers.clone()));
        tasks.spawn(serve_tcp(tcp, table, answers.clone()));
        Ok(NameServer { at, answers, _tasks: tasks })
    }

    /// Changes how it answers from now on.
    pub fn set(&self, answers: Answers) {
        *self.answers.write().unwrap_or_else(PoisonError::into_inner) = answers;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the virtual name server's own socket, not a packet of Solid Green"
)]
async fn same_port() -> io::Result<(UdpSocket, TcpListener)> {
    let mut last = io::Error::other("no port is free");
    for _ in 0..20 {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        // another program may hold the same port by UDP; then the next one is tried
        match UdpSocket::bind(tcp.local_addr()?).await {
            Ok(udp) => return Ok((udp, tcp)),
            Err(e) => last = e,
        }
    }
    Err(last)
}

async fn serve_udp(socket: UdpSocket, table: Arc<Table>, answers: Arc<RwLock<Answers>>) {
    let mut buffer = [0; 4096];
    loop {
        // an ICMP error of an asker that has gone comes out here, and is no reason to end
        let Ok((n, from)) = socket.recv_from(&mut buffer).await else { continue };
        if let Some(answer) = answer(&buffer[..n], &table, &answers) {
            let _ = socket.send_to(&answer, from).await;
        }
    }
}

async fn serve_tcp(listener: TcpListener, table: Arc<Table>, answers: Arc<RwLock<Answers>>) {
    let mut askers = JoinSet::new();
    loop {
        let Ok((mut stream, _)) = listener.accept().await else {
            // out of descriptors: wait for one rather than spin
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let (table, answers) = (table.clone(), answers.clone());
        askers.spawn(async move {
            while let Ok(length) = stream.read_u16().await {
                let mut question = vec![0; usize::from(length)];
                if stream.read_exact(&mut question).await.is_err() {
                    return;
                }
                // silence keeps the connection open, as a dead process behind a live kernel does
                let Some(answer) = answer(&question, &table, &answers) else { continue };
                let Ok(length) = u16::try_from(answer.len()) else { return };
                let mut framed = length.to_be_bytes().to_vec();
                framed.extend_from_slice(&answer);
                if stream.write_all(&framed).await.is_err() {
                    return;
                }
            }
        });
        while askers.try_join_next().is_some() {}
    }
}

/// The answer to one question; `None` is silence, also for what is no question.
fn answer(bytes: &[u8], table: &Table, answers: &RwLock<Answers>) -> Option<Vec<u8>> {
    let question = Message::from_vec(bytes).ok().filter(|m| m.metadata.message_type == MessageType::Query)?;
    let query = question.queries.first()?;
    let name = query.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
    let mut reply = Message::response(question.metadata.id, question.metadata.op_code);
    reply.metadata.recursion_desired = question.metadata.recursion_desired;
    reply.metadata.recursion_available = true;
    reply.add_query(query.clone());
    let known = |table: &Table| table.get(&name).cloned();
    let found = match &*answers.read().unwrap_or_else(PoisonError::into_inner) {
        Answers::Silence => return None,
        Answers::ServFail => Err(ResponseCode::ServFail),
        Answers::AllTo(ip) => Ok(vec![*ip]),
        Answers::NoSuchName(names)
            if names.iter().any(|n| name == *n || name.ends_with(&format!(".{n}"))) =>
        {
            Err(ResponseCode::NXDomain)
        }
        Answers::NoSuchName(_) | Answers::Normal => known(table).ok_or(ResponseCode::NXDomain),
    };
    match found {
        Err(code) => reply.metadata.response_code = code,
        // a name that exists but has no IPv6 address: an empty answer without error
        Ok(ips) if query.query_type() == RecordType::A => {
            for ip in ips {
                reply.add_answer(Record::from_rdata(query.name().clone(), 60, RData::A(A(ip))));
            }
        }
        Ok(_) => {}
    }
    reply.to_vec().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::dial::Dialer;
    use crate::lab::lookup::lookup;
    use crate::lab::random::Random;
    use crate::model::check::Transport;
    use crate::model::{AddressBook, Way};
    use std::time::Duration;

    #[tokio::test]
    async fn each_kind_of_answer_arrives_as_such() {
        let ip = Ipv4Addr::new(54, 229, 203, 190);
        let table = Table::from([("gk.sensorist.com".to_owned(), vec![ip])]);
        let server = NameServer::start(table, Answers::Normal).await.unwrap();
        let mut book = AddressBook::default();
        book.enter(Transport::Udp, "192.168.50.1:53".parse().unwrap(), Way::To(server.at));
        let dialer = Dialer::Book(Arc::new(RwLock::new(book)));
        let mut random = Random::new(Some(1));
        let (servers, limit) = ([Ipv4Addr::new(192, 168, 50, 1)], Duration::from_millis(300));
        for (answers, expected) in [
            (Answers::Normal, Ok(vec![ip])),
            (Answers::NoSuchName(vec!["sensorist.com".into()]), Err("no such name")),
            (Answers::AllTo([192, 168, 50, 1].into()), Ok(vec![Ipv4Addr::new(192, 168, 50, 1)])),
            (Answers::Silence, Err("no answer")),
            (Answers::ServFail, Err("failure")),
            (Answers::NoSuchName(vec!["other.com".into()]), Ok(vec![ip])),
        ] {
            server.set(answers.clone());
            let got = lookup(&dialer, &servers, "gk.sensorist.com", limit, &mut random).await;
            match expected {
                Ok(ips) => assert_eq!(got, Ok(ips), "{answers:?}"),
                Err(word) => assert!(
                    got.clone().is_err_and(|e| e.to_lowercase().contains(word)),
                    "{answers:?}: {got:?}"
                ),
            }
        }
    }

    #[tokio::test]
    async fn it_answers_by_tcp_too() {
        let server = NameServer::start(Table::new(), Answers::AllTo([10, 0, 0, 1].into())).await.unwrap();
        let mut stream = Dialer::Real.tcp(server.at, Duration::from_secs(1)).await.unwrap();
        let question = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01";
        stream.write_u16(u16::try_from(question.len()).unwrap()).await.unwrap();
        stream.write_all(question).await.unwrap();
        let mut answer = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(Message::from_vec(&answer).unwrap().answers.len(), 1);
    }
}
