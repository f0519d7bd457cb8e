//! A screen without a monitor: Xvfb, whose picture memory is a file that can be looked at without asking it anything.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const WIDTH: u64 = 1280;
const HEIGHT: u64 = 900;
/// A row in which every window of the program lies, wherever it is put.
const ROW: u64 = HEIGHT / 2;

pub struct Screen {
    server: Child,
    pub display: String,
    memory: File,
    /// Where the first pixel is.
    start: u64,
    _folder: tempfile::TempDir,
}

/// A process that ends with its owner.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Screen {
    pub fn open() -> Result<Screen, String> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let size = format!("{WIDTH}x{HEIGHT}x24");
        // no cursor: it would be the first thing painted
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &size, "-nocursor", "-noreset", "-nolisten", "tcp"])
            .arg("-fbdir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("Xvfb (apt-get install xvfb): {e}"))?;
        let mut number = String::new();
        if let Some(out) = server.stdout.take() {
            BufReader::new(out).read_line(&mut number).map_err(|e| e.to_string())?;
        }
        let memory =
            File::open(folder.path().join("Xvfb_screen0")).map_err(|e| format!("Xvfb's memory: {e}"))?;
        // an XWD file: the header's size, later the number of colours of twelve bytes each, then the pixels
        let start = word(&memory, 0)? + 12 * word(&memory, 76)?;
        Ok(Screen { server, display: format!(":{}", number.trim()), memory, start, _folder: folder })
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// True when something covers half of the middle row.
    pub fn painted(&self) -> Result<bool, String> {
        let mut row = vec![0; (WIDTH * 4) as usize];
        self.memory.read_exact_at(&mut row, self.start + ROW * WIDTH * 4).map_err(|e| e.to_string())?;
        let filled = row.chunks(4).filter(|p| p.iter().take(3).any(|b| *b != 0)).count();
        Ok(filled as u64 > WIDTH / 2)
    }

    /// The whole picture as a PPM file, for people.
    pub fn save(&self, file: &Path) -> Result<(), String> {
        let mut all = vec![0; (WIDTH * HEIGHT * 4) as usize];
        self.memory.read_exact_at(&mut all, self.start).map_err(|e| e.to_string())?;
        let mut out = format!("P6 {WIDTH} {HEIGHT} 255\n").into_bytes();
        out.extend(all.chunks(4).flat_map(|p| p.iter().take(3).rev().copied().collect::<Vec<u8>>()));
        std::fs::write(file, out).map_err(|e| e.to_string())
    }

    /// Runs one of the X tools on this screen to its end.
    pub fn tool(&self, program: &str, args: &[&str]) -> Result<String, String> {
        let out = Command::new(program)
            .args(args)
            .env("DISPLAY", &self.display)
            .output()
            .map_err(|e| format!("{program}: {e}"))?;
        if out.status.success() {
            Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
        } else {
            Err(format!("{program} {}: {}", args.join(" "), String::from_utf8_lossy(&out.stderr).trim()))
        }
    }

    /// A window over everything.
    pub fn cover(&self) -> Result<Running, String> {
        let over = Command::new("xev")
            .args(["-geometry", &format!("{WIDTH}x{HEIGHT}+0+0")])
            .env("DISPLAY", &self.display)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("xev (apt-get install x11-utils): {e}"))?;
        std::thread::sleep(Duration::from_millis(700));
        Ok(Running(over))
    }
}

/// A number of the header, which is written in the network's order.
fn word(file: &File, at: u64) -> Result<u64, String> {
    let mut bytes = [0; 4];
    file.read_exact_at(&mut bytes, at).map_err(|e| e.to_string())?;
    Ok(u64::from(u32::from_be_bytes(bytes)))
}
