//! What this program is when it runs inside a host of the site: a proxy, a sign-in page, a cloud of some habit, or a probe
//! of one connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;
use std::time::Duration;

/// Takes each connection and answers in its own name, as a proxy that is not asked nicely.
pub fn proxy(at: &str) -> ExitCode {
    let Ok(listener) = TcpListener::bind(at) else { return ExitCode::FAILURE };
    println!("listening");
    for mut stream in listener.incoming().flatten() {
        std::thread::spawn(move || {
            let mut request = [0; 1024];
            if matches!(stream.read(&mut request), Ok(n) if n > 0) {
                // the asker may be gone
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
            }
        });
    }
    ExitCode::SUCCESS
}

/// Says whether a connection opens.
pub fn dial(to: &str) -> ExitCode {
    match to.parse::<SocketAddr>().map(|to| TcpStream::connect_timeout(&to, Duration::from_millis(700))) {
        Ok(Ok(_)) => println!("opens"),
        Ok(Err(_)) => println!("closed"),
        Err(_) => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}

/// A name server that answers 900 ms late, with what another says.
pub fn slow_names(at: &str, upstream: &str) -> ExitCode {
    let Ok(socket) = UdpSocket::bind(at) else { return ExitCode::FAILURE };
    println!("listening");
    let mut question = [0; 2048];
    while let Ok((length, from)) = socket.recv_from(&mut question) {
        let (Ok(back), question, upstream) =
            (socket.try_clone(), question[..length].to_vec(), upstream.to_owned())
        else {
            return ExitCode::FAILURE;
        };
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(900));
            let mut answer = [0; 2048];
            if let Ok(asking) = UdpSocket::bind("0.0.0.0:0")
                && asking.send_to(&question, upstream).is_ok()
                && let Ok(length) = asking.recv(&mut answer)
            {
                let _ = back.send_to(&answer[..length], from);
            }
        });
    }
    ExitCode::SUCCESS
}

/// A sign-in page: every request is sent there.
pub fn portal(at: &str) -> ExitCode {
    let Ok(listener) = TcpListener::bind(at) else { return ExitCode::FAILURE };
    println!("listening");
    for mut stream in listener.incoming().flatten() {
        let at = at.to_owned();
        std::thread::spawn(move || {
            let mut request = [0; 2048];
            let _ = stream.read(&mut request);
            let answer = format!(
                "HTTP/1.1 302 Found\r\nLocation: http://{at}/sign-in\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes());
        });
    }
    ExitCode::SUCCESS
}

/// A cloud of this habit at these addresses.
pub fn cloud(habit: &str, at: &[String]) -> ExitCode {
    let mut threads = Vec::new();
    for addr in at {
        let Ok(listener) = TcpListener::bind(addr) else { return ExitCode::FAILURE };
        let habit = habit.to_owned();
        threads.push(std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let habit = habit.clone();
                std::thread::spawn(move || behave(&habit, stream));
            }
        }));
    }
    println!("listening");
    for thread in threads {
        let _ = thread.join();
    }
    ExitCode::SUCCESS
}

fn behave(habit: &str, mut stream: TcpStream) {
    let mut buffer = [0; 4096];
    if habit == "greet" {
        let _ = stream.write_all(b"220 welcome\r\n");
    }
    if habit == "close-after-8" {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(8)));
    }
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        match habit {
            "echo" => drop(stream.write_all(&buffer[..n])),
            "close" => return,
            "reset" => {
                // closed with bytes unread the system resets it
                let socket = socket2::SockRef::from(&stream);
                let _ = socket.set_linger(Some(Duration::ZERO));
                return;
            }
            _ => {}
        }
    }
}
