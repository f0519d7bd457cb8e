//! `console` on a pseudo-terminal that sends whatever a bad cable, a wrong speed or a hostile box sends.

use super::program::{Home, obeyed, until};
use serialport::{SerialPort, TTYPort};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Stdio};

/// The program at a port that can be pulled out and put back.
struct Desk {
    home: Home,
    program: Child,
    /// The box's end of it.
    cable: Option<TTYPort>,
}

impl Desk {
    fn new(extra: &[&str]) -> Desk {
        let home = Home::new();
        let cable = Some(plug(&home.file("tty")));
        let port = home.file("tty").display().to_string();
        let to = |name: &str| Stdio::from(File::create(home.file(name)).unwrap());
        let program = home
            .command(&[&["console", "--port", &port], extra].concat())
            .stdout(to("out"))
            .stderr(to("err"))
            .spawn()
            .unwrap();
        let mut desk = Desk { home, program, cable };
        desk.says("err", "open at");
        desk
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.home.file(name)).unwrap()).expect("what is printed is UTF-8")
    }

    /// Waits for these words while the program runs.
    fn says(&mut self, name: &str, words: &str) {
        until(20, || {
            if let Some(status) = self.program.try_wait().unwrap() {
                panic!("the program ended, {status}: {}", self.read("err"));
            }
            let text = self.read(name);
            if text.contains(words) { Ok(()) } else { Err(format!("no '{words}' in: {text}")) }
        });
    }

    /// Sends bytes, in pieces as a wire does.
    fn send(&mut self, bytes: &[u8]) {
        let box_end = self.cable.as_mut().unwrap();
        for piece in bytes.chunks(512) {
            until(10, || box_end.write_all(piece).map_err(|e| e.to_string()));
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// A pseudo-terminal behind this name; the box's end keeps it alive.
fn plug(name: &Path) -> TTYPort {
    let (box_end, own) = TTYPort::pair().unwrap();
    let _ = fs::remove_file(name);
    symlink(own.name().unwrap(), name).unwrap();
    // dropped here, since it is locked for others as long as it is open
    box_end
}

/// All bytes, in an order without a pattern.
fn noise(count: usize) -> Vec<u8> {
    let mut x = 0x2545_f491_u32;
    std::iter::repeat_with(|| {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        x.to_be_bytes()[0]
    })
    .take(count)
    .collect()
}

const HOSTILE: &[u8] =
    b"\x1b[2J\x1b]0;owned\x07 \xe2\x80\xaetxt.exe \x00\x08\x7f \x9b31m \xc2\x9b31m end-of-hostile\r\n";

#[test]
fn nothing_that_a_terminal_obeys_comes_through() {
    for extra in [&[][..], &["--json-lines"], &["--baud", "115200"]] {
        let mut desk = Desk::new(extra);
        desk.send(b"a plain line that can be read\r\n");
        desk.says("out", "a plain line that can be read");
        desk.send(HOSTILE);
        desk.says("out", "end-of-hostile");
        desk.send(&[b"y".repeat(10_000), b"\r\nafter the long line\r\n".to_vec()].concat());
        desk.says("out", "after the long line");
        desk.send(&noise(20_000));
        desk.send(b"\r\nafter the noise\r\n");
        desk.says("out", "after the noise");
        let out = desk.read("out");
        assert!(obeyed(&out).is_empty(), "{extra:?}: {:?}", obeyed(&out));
        assert!(obeyed(&desk.read("err")).is_empty(), "{extra:?}: {}", desk.read("err"));
        let longest = out.lines().map(|l| l.chars().count()).max().unwrap();
        assert!(longest < 3000, "{extra:?}: a line of {longest} characters");
        if extra.contains(&"--json-lines") {
            for line in out.lines() {
                let json: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(json["text"].is_string() && json["at"].is_string(), "{json}");
            }
        }
    }
}

#[test]
fn at_the_wrong_speed_it_says_so_and_tries_the_next() {
    let mut desk = Desk::new(&[]);
    desk.send(&noise(400));
    until(20, || {
        let rates = desk.read("err").matches("open at").count();
        if rates >= 2 { Ok(()) } else { Err(format!("one speed only: {}", desk.read("err"))) }
    });
    // the first bytes at the right speed decide
    desk.send(&b"[      12] dhcp: a line that can be read well\r\n".repeat(4));
    desk.says("out", "a line that can be read well");
    assert!(obeyed(&desk.read("out")).is_empty());
}

#[test]
fn unplugged_it_waits_and_goes_on_when_it_is_back() {
    let mut desk = Desk::new(&["--baud", "115200"]);
    desk.send(b"before it was pulled out\r\n");
    desk.says("out", "before it was pulled out");
    desk.cable = None;
    fs::remove_file(desk.home.file("tty")).unwrap();
    desk.says("err", "waiting for it to come back");
    desk.cable = Some(plug(&desk.home.file("tty")));
    until(20, || {
        let opened = desk.read("err").matches("open at").count();
        if opened >= 2 { Ok(()) } else { Err(format!("not opened again: {}", desk.read("err"))) }
    });
    desk.send(b"after it came back, a line\r\n");
    desk.says("out", "after it came back, a line");
}

#[test]
fn a_port_that_is_not_there_is_told_at_once() {
    let home = Home::new();
    let err = home.file("err");
    let status = home
        .command(&["console", "--port", "/dev/no-such-port"])
        .stderr(File::create(&err).unwrap())
        .status()
        .unwrap();
    // a port that once was open is waited for; one that never was is a slip of the pen
    assert_eq!(status.code(), Some(3));
    let text = fs::read_to_string(&err).unwrap();
    assert!(text.contains("/dev/no-such-port"), "not told: {text}");
}
