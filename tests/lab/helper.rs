//! What this program is when it runs inside a host of the site: a proxy, or a probe of one connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
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
