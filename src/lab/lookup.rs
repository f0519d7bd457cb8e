//! The virtual gateway's name lookup: the name servers of its lease, in order, UDP first, TCP when cut short.
//!
//! It is small on purpose: no search list, no cache, no second source, as a small box would do.

use super::dial::Dialer;
use super::random::Random;
use hickory_resolver::proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Asks for the IPv4 addresses of `host`. Each server has `limit`; the first that answers with an address decides, and
/// so does the first that says there is none.
///
/// # Errors
/// When no server gave an address; the text tells why, for each.
pub async fn lookup(
    dialer: &Dialer,
    servers: &[Ipv4Addr],
    host: &str,
    limit: Duration,
    random: &mut Random,
) -> Result<Vec<Ipv4Addr>, String> {
    if servers.is_empty() {
        return Err("the lease named no name server".into());
    }
    let mut failures = Vec::new();
    for server in servers {
        let answer = ask(dialer, SocketAddr::from((*server, 53)), host, limit, random).await;
        match answer {
            Ok(message) => match message.metadata.response_code {
                ResponseCode::NoError => {
                    let addresses = addresses(&message);
                    return if addresses.is_empty() {
                        Err(format!("{server}: no address"))
                    } else {
                        Ok(addresses)
                    };
                }
                ResponseCode::NXDomain => return Err(format!("{server}: no such name")),
                other => failures.push(format!("{server}: {other}")),
            },
            Err(why) => failures.push(format!("{server}: {why}")),
        }
    }
    Err(failures.join("; "))
}

async fn ask(
    dialer: &Dialer,
    server: SocketAddr,
    host: &str,
    limit: Duration,
    random: &mut Random,
) -> Result<Message, String> {
    let name = Name::from_ascii(format!("{host}.")).map_err(|e| e.to_string())?;
    let id = u16::try_from(random.below(1 << 16)).unwrap_or_default();
    let mut question = Message::new(id, MessageType::Query, OpCode::Query);
    question.metadata.recursion_desired = true;
    question.add_query(Query::query(name, RecordType::A));
    let bytes = question.to_vec().map_err(|e| e.to_string())?;
    let is_answer = |b: &[u8]| {
        Message::from_vec(b).is_ok_and(|m| {
            m.metadata.id == id
                && m.metadata.message_type == MessageType::Response
                && m.queries == question.queries
        })
    };
    let answer = dialer.udp(server, &bytes, limit, is_answer).await?;
    let message = Message::from_vec(&answer).map_err(|e| e.to_string())?;
    if !message.metadata.truncation {
        return Ok(message);
    }
    let answer = tokio::time::timeout(limit, by_tcp(dialer, server, &bytes, limit))
        .await
        .map_err(|_| "no answer by TCP".to_owned())??;
    if is_answer(&answer) {
        Message::from_vec(&answer).map_err(|e| e.to_string())
    } else {
        Err("a wrong answer by TCP".into())
    }
}

async fn by_tcp(
    dialer: &Dialer,
    server: SocketAddr,
    bytes: &[u8],
    limit: Duration,
) -> Result<Vec<u8>, String> {
    let mut stream = dialer.tcp(server, limit).await?;
    let length = u16::try_from(bytes.len()).map_err(|e| e.to_string())?;
    let mut framed = length.to_be_bytes().to_vec();
    framed.extend_from_slice(bytes);
    let exchange = async {
        stream.write_all(&framed).await?;
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    exchange.await.map_err(|e| e.to_string())
}

fn addresses(message: &Message) -> Vec<Ipv4Addr> {
    message.answers.iter().filter_map(|r| if let RData::A(a) = &r.data { Some(a.0) } else { None }).collect()
}
