//! Which firewalls and security agents run on this computer, by their own names. What else runs is compared with the list
//! here and forgotten: no other name leaves this file.

use crate::profile::Agents;
use std::collections::BTreeSet;

/// The agents of the list that run here. Empty: none, or the system does not tell.
#[must_use]
pub fn running() -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let list = Agents::shipped();
    system::look(list, &mut found);
    found
}

#[cfg(target_os = "linux")]
mod system {
    use crate::platform::reading;
    use crate::profile::{Agents, System};
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The name of a process has sixteen bytes.
    const MOST: u64 = 64;

    pub(super) fn look(list: &'static Agents, found: &mut BTreeSet<&'static str>) {
        let Ok(all) = std::fs::read_dir("/proc") else { return };
        for process in all.flatten() {
            if !process.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit) {
                continue;
            }
            let path = process.path();
            let mut take = |name: &str| found.extend(list.of_process(System::Linux, name));
            // everybody may read it; it went away meanwhile, or it says nothing
            if let Ok(name) = reading::read(&path.join("comm"), MOST) {
                take(String::from_utf8_lossy(&name).trim_end_matches('\n'));
            }
            // of others' processes not told, as a rule
            if let Ok(program) = std::fs::read_link(path.join("exe")) {
                take(&name_of(&program));
            }
        }
    }

    fn name_of(program: &Path) -> String {
        program.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    #[cfg(test)]
    mod tests {
        use super::super::running;

        #[test]
        fn a_process_of_the_list_is_named_as_people_know_it_and_no_other_is() {
            let folder = tempfile::tempdir().unwrap();
            let program = folder.path().join("portmaster-core");
            std::fs::copy("/bin/sleep", &program).unwrap();
            /// Ends with the test, however that ends.
            struct Running(std::process::Child);
            impl Drop for Running {
                fn drop(&mut self) {
                    let _ = (self.0.kill(), self.0.wait());
                }
            }
            let start = |_| {
                // another test forks while the copy is open for writing (ETXTBSY)
                std::thread::sleep(std::time::Duration::from_millis(20));
                std::process::Command::new(&program).arg("600").spawn().ok()
            };
            let _running = Running((0..500).find_map(start).expect("a copy of a program starts"));
            let found = running();
            assert!(found.contains("Portmaster"), "{found:?}");
            let list = include_str!("../../assets/agents.toml");
            assert!(found.iter().all(|name| list.contains(&format!("name = \"{name}\""))), "{found:?}");
        }
    }
}

#[cfg(target_os = "macos")]
mod system {
    use crate::profile::{Agents, System};
    use std::collections::BTreeSet;
    use std::mem::size_of_val;

    /// More run on no desktop.
    const MOST: usize = 16_384;

    pub(super) fn look(list: &'static Agents, found: &mut BTreeSet<&'static str>) {
        let mut ids = vec![0 as libc::pid_t; MOST];
        let size = size_of_val(ids.as_slice()) as libc::c_int;
        // SAFETY: the buffer has `size` bytes, and no more is written.
        let told = unsafe { libc::proc_listallpids(ids.as_mut_ptr().cast(), size) };
        let told = usize::try_from(told).unwrap_or(0).min(MOST);
        for id in ids.into_iter().take(told).filter(|id| *id > 0) {
            let mut path = vec![0_u8; libc::PROC_PIDPATHINFO_MAXSIZE as usize];
            // SAFETY: the buffer has the bytes that are told. The path of anybody's process is told to everybody.
            let length = unsafe { libc::proc_pidpath(id, path.as_mut_ptr().cast(), path.len() as u32) };
            let path = path.get(..usize::try_from(length).unwrap_or(0)).unwrap_or_default();
            let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
            found.extend(list.of_process(System::MacOs, &String::from_utf8_lossy(name)));
        }
    }
}

#[cfg(target_os = "windows")]
mod system {
    use crate::profile::{Agents, System};
    use std::collections::BTreeSet;
    use std::ptr;
    use windows_sys::Win32::Foundation::{CloseHandle, INVALID_HANDLE_VALUE};
    use windows_sys::Win32::System::Diagnostics::ToolHelp::{
        CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
    };
    use windows_sys::Win32::System::Services::{
        CloseServiceHandle, OpenSCManagerW, OpenServiceW, QueryServiceStatus, SC_HANDLE, SC_MANAGER_CONNECT,
        SERVICE_QUERY_STATUS, SERVICE_RUNNING, SERVICE_STATUS,
    };

    pub(super) fn look(list: &'static Agents, found: &mut BTreeSet<&'static str>) {
        processes(&mut |name| found.extend(list.of_process(System::Windows, name)));
        // SAFETY: no names are given: this computer, its usual database.
        let services = unsafe { OpenSCManagerW(ptr::null(), ptr::null(), SC_MANAGER_CONNECT) };
        if services.is_null() {
            return;
        }
        found.extend(list.services().filter(|(service, _)| runs(services, service)).map(|(_, whose)| whose));
        // SAFETY: it was opened above and is not used any more.
        unsafe { CloseServiceHandle(services) };
    }

    fn processes(take: &mut dyn FnMut(&str)) {
        // SAFETY: it takes no pointers.
        let all = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
        if all == INVALID_HANDLE_VALUE {
            return;
        }
        // SAFETY: numbers and an array of them; zeros are valid.
        let mut one: PROCESSENTRY32W = unsafe { std::mem::zeroed() };
        one.dwSize = size_of::<PROCESSENTRY32W>() as u32;
        // SAFETY: `one` says how long it is.
        let mut more = unsafe { Process32FirstW(all, &raw mut one) } != 0;
        while more {
            let end = one.szExeFile.iter().position(|unit| *unit == 0).unwrap_or(0);
            take(&String::from_utf16_lossy(&one.szExeFile[..end]));
            // SAFETY: as above.
            more = unsafe { Process32NextW(all, &raw mut one) } != 0;
        }
        // SAFETY: it was opened above and is not used any more.
        unsafe { CloseHandle(all) };
    }

    /// Whether a service of this name runs; everybody may ask.
    fn runs(services: SC_HANDLE, name: &str) -> bool {
        let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
        // SAFETY: the name ends with zero, and the database is open.
        let service = unsafe { OpenServiceW(services, name.as_ptr(), SERVICE_QUERY_STATUS) };
        if service.is_null() {
            return false;
        }
        // SAFETY: numbers; zeros are valid.
        let mut status: SERVICE_STATUS = unsafe { std::mem::zeroed() };
        // SAFETY: it writes to the local variable it is given.
        let told = unsafe { QueryServiceStatus(service, &raw mut status) } != 0;
        // SAFETY: it was opened above and is not used any more.
        unsafe { CloseServiceHandle(service) };
        told && status.dwCurrentState == SERVICE_RUNNING
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
mod system {
    pub(super) fn look(
        _list: &'static crate::profile::Agents,
        _found: &mut std::collections::BTreeSet<&'static str>,
    ) {
    }
}
