//! Serial ports: which there are, and reading one. Only reading: nothing is ever written to a box.

use super::error::{PlatformError, Trouble, trouble, why};
use super::supervise::caught;
use crate::model::host::SerialPort;
use crate::model::text::foreign;
use serialport::{ErrorKind, SerialPortType};
use std::io::{self, Read};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// How long one read waits: also how long closing takes at most.
const READ_LIMIT: Duration = Duration::from_millis(60);
/// How often a silent port is looked for: some drivers report an unplugged one as silence.
const STILL_THERE: Duration = Duration::from_secs(1);
/// Pieces of at most [`PIECE`] bytes that wait for the session.
const QUEUE: usize = 64;
const PIECE: usize = 1024;

/// What a port gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SerialEvent {
    Bytes(Vec<u8>),
    /// The last event: unplugged, or lost in another way.
    Closed(PlatformError),
}

/// An open port that is read by a thread of its own. Dropping it closes the port within 100 ms.
#[derive(Debug)]
pub struct SerialReader {
    port: String,
    events: mpsc::Receiver<SerialEvent>,
}

impl SerialReader {
    /// The port as it was opened.
    #[must_use]
    pub fn port(&self) -> &str {
        &self.port
    }

    /// The next event; `None` after [`SerialEvent::Closed`].
    pub async fn recv(&mut self) -> Option<SerialEvent> {
        self.events.recv().await
    }

    /// As [`SerialReader::recv`], for a thread that may wait. Must not be called from async code.
    pub fn blocking_recv(&mut self) -> Option<SerialEvent> {
        self.events.blocking_recv()
    }
}

/// The serial ports of this computer, USB ports with their ids first.
///
/// # Errors
/// When the system does not give the list.
pub fn ports() -> Result<Vec<SerialPort>, PlatformError> {
    // a container may have no such folder, and the list would panic
    if cfg!(target_os = "linux") && !std::path::Path::new("/sys/class/tty").is_dir() {
        return Ok(Vec::new());
    }
    let list = serialport::available_ports().map_err(|e| {
        PlatformError::from_io(
            "list the serial ports",
            &e.into(),
            "A port can still be given by its name, for example with --port.",
        )
    })?;
    let mut ports: Vec<SerialPort> = list
        .into_iter()
        // tty.* of macOS is the dial-in side, which waits for a carrier
        .filter(|p| !cfg!(target_os = "macos") || p.port_name.starts_with("/dev/cu."))
        .map(|p| match p.port_type {
            SerialPortType::UsbPort(usb) => SerialPort {
                name: p.port_name,
                usb: Some((usb.vid, usb.pid)),
                product: usb.product.map(|t| foreign(&t)).filter(|t| !t.trim().is_empty()),
            },
            _ => SerialPort { name: p.port_name, usb: None, product: None },
        })
        .collect();
    ports.sort_by(|a, b| (a.usb.is_none(), &a.name).cmp(&(b.usb.is_none(), &b.name)));
    ports.dedup_by(|a, b| a.name == b.name);
    Ok(ports)
}

/// Opens a port and reads it from now on. A path of a pseudo-terminal, or a link to one, is as good as a name.
///
/// # Errors
/// When it is not there, held by another program, or not allowed: with what to do about it.
pub fn open(port: &str, baud: u32) -> Result<SerialReader, PlatformError> {
    let opened = serialport::new(port, baud)
        .timeout(READ_LIMIT)
        // USB consoles stay silent without it; the default has changed between versions
        .dtr_on_open(true)
        .open()
        .map_err(|e| open_error(port, &e))?;
    let (give, events) = mpsc::channel(QUEUE);
    let name = port.to_owned();
    std::thread::Builder::new()
        .name("serial".to_owned())
        .spawn(move || {
            let told = give.clone();
            if let Err(broke) = caught(|| read(opened, &name, &give)) {
                let error = PlatformError::new(
                    Trouble::Other,
                    &format!("read {name}"),
                    &broke.to_string(),
                    "Open it again.",
                );
                let _ = told.blocking_send(SerialEvent::Closed(error));
            }
        })
        .map_err(|e| {
            PlatformError::from_io(&format!("read {port}"), &e, "Close other programs, then try again.")
        })?;
    Ok(SerialReader { port: port.to_owned(), events })
}

fn read(mut port: Box<dyn serialport::SerialPort>, name: &str, give: &mpsc::Sender<SerialEvent>) {
    let mut piece = [0; PIECE];
    let mut looked = Instant::now();
    while !give.is_closed() {
        let lost = match port.read(&mut piece) {
            Ok(0) => Some("the other end closed it".to_owned()),
            Ok(length) => {
                if give.blocking_send(SerialEvent::Bytes(piece[..length].to_vec())).is_err() {
                    return;
                }
                None
            }
            Err(e) if matches!(e.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {
                let look = looked.elapsed() >= STILL_THERE;
                if look {
                    looked = Instant::now();
                }
                (look && !still_there(name)).then(|| "it was unplugged".to_owned())
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => None,
            Err(e) if still_there(name) => Some(why(&e)),
            Err(_) => Some("it was unplugged".to_owned()),
        };
        if let Some(reason) = lost {
            let error = PlatformError::new(
                Trouble::Gone,
                &format!("read {name}"),
                &reason,
                "Plug it in again; Solid Green opens it when it comes back.",
            );
            // nobody listens any more: then nobody needs to know
            let _ = give.blocking_send(SerialEvent::Closed(error));
            return;
        }
    }
}

fn still_there(name: &str) -> bool {
    if cfg!(windows) {
        ports().is_ok_and(|all| all.iter().any(|p| p.name.eq_ignore_ascii_case(name)))
    } else {
        std::path::Path::new(name).exists()
    }
}

fn open_error(port: &str, error: &serialport::Error) -> PlatformError {
    let exists = cfg!(windows) || std::path::Path::new(port).exists();
    let kind = match error.kind() {
        _ if !exists => Trouble::Gone,
        ErrorKind::Io(kind) => trouble(&kind.into()),
        // the crate's word for a port that another program has locked
        ErrorKind::NoDevice if !cfg!(windows) => Trouble::Busy,
        ErrorKind::NoDevice => Trouble::Gone,
        _ => Trouble::Other,
    };
    let (why, advice) = match kind {
        // Windows gives the same answer for a port that is in use
        Trouble::Permission if cfg!(windows) => {
            ("another program holds it".to_owned(), "Close the other terminal program, then open it again.")
        }
        Trouble::Permission if cfg!(target_os = "linux") => (
            "permission denied".to_owned(),
            "Add yourself to group dialout: sudo usermod -aG dialout $USER, then log in again.",
        ),
        Trouble::Permission => {
            ("permission denied".to_owned(), "Start it from an account that may use the port.")
        }
        Trouble::Busy => {
            ("another program holds it".to_owned(), "Close the other terminal program, then open it again.")
        }
        Trouble::Gone => (
            "there is no such port".to_owned(),
            "Check the cable, then list the ports again; some adapters need a driver.",
        ),
        _ => (
            error.to_string().to_lowercase(),
            "Check that it is a serial port and that the baud rate is usual.",
        ),
    };
    PlatformError::new(kind, &format!("open {}", foreign(port)), &why, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_ports_can_be_read() {
        let ports = ports().unwrap();
        assert!(ports.iter().all(|p| !p.name.is_empty()));
        assert!(ports.is_sorted_by_key(|p| p.usb.is_none()));
    }

    #[test]
    fn a_port_that_is_not_there_says_so() {
        let e = open("/dev/solidgreen-has-no-such-port", 9600).unwrap_err();
        assert_eq!(e.trouble, Trouble::Gone, "{e}");
        assert!(e.to_string().contains("there is no such port"), "{e}");
    }

    #[test]
    fn refusals_say_what_to_do() {
        let denied = serialport::Error::new(ErrorKind::Io(io::ErrorKind::PermissionDenied), "x");
        let e = open_error("/dev/null", &denied);
        assert_eq!(e.trouble, Trouble::Permission);
        if cfg!(target_os = "linux") {
            assert!(e.advice.contains("sudo usermod -aG dialout $USER"), "{e}");
        }
    }

    #[cfg(unix)]
    mod pty {
        use super::*;
        use std::fs::File;
        use std::io::Write;
        use std::os::fd::FromRawFd;
        use std::path::PathBuf;

        /// A pseudo-terminal: the box's end, and the path of ours.
        fn pty() -> (File, PathBuf) {
            // SAFETY: each call is given a descriptor that was just opened and checked, or a buffer with its length;
            // the descriptor is owned by the File alone.
            unsafe {
                let fd = libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY);
                assert!(fd >= 0 && libc::grantpt(fd) == 0 && libc::unlockpt(fd) == 0);
                let name = std::ffi::CStr::from_ptr(libc::ptsname(fd)).to_str().unwrap().to_owned();
                (File::from_raw_fd(fd), PathBuf::from(name))
            }
        }

        #[test]
        fn what_the_box_prints_arrives_and_its_end_is_told() {
            let (mut box_end, path) = pty();
            let folder = tempfile::tempdir().unwrap();
            let link = folder.path().join("console");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            let mut reader = open(link.to_str().unwrap(), 115_200).unwrap();
            box_end.write_all(b"[ 1] dhcp: discover\r\n\xff").unwrap();
            let mut got = Vec::new();
            while got.len() < 22 {
                match reader.blocking_recv() {
                    Some(SerialEvent::Bytes(bytes)) => got.extend(bytes),
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(got, b"[ 1] dhcp: discover\r\n\xff");
            drop(box_end);
            match reader.blocking_recv() {
                Some(SerialEvent::Closed(e)) => assert_eq!(e.trouble, Trouble::Gone),
                other => panic!("{other:?}"),
            }
            assert_eq!(reader.blocking_recv(), None);
        }

        #[test]
        fn a_port_in_use_is_busy_until_it_is_closed() {
            let (_box_end, path) = pty();
            let path = path.to_str().unwrap();
            let reader = open(path, 9600).unwrap();
            assert_eq!(open(path, 9600).unwrap_err().trouble, Trouble::Busy);
            drop(reader);
            let begin = Instant::now();
            while let Err(e) = open(path, 9600) {
                assert!(begin.elapsed() < Duration::from_secs(2), "{e}");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}
