//! Single values of the registry of Windows.

use std::ptr;
use windows_sys::Win32::Foundation::NO_ERROR;
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, RRF_RT_REG_DWORD, RRF_RT_REG_SZ, RegGetValueW,
};

#[derive(Clone, Copy)]
pub(super) enum Root {
    Machine,
    User,
}

impl Root {
    fn key(self) -> HKEY {
        match self {
            Root::Machine => HKEY_LOCAL_MACHINE,
            Root::User => HKEY_CURRENT_USER,
        }
    }
}

/// A number (REG_DWORD).
pub(super) fn number(root: Root, key: &str, name: &str) -> Option<u32> {
    let (key, name) = (wide(key), wide(name));
    let mut value: u32 = 0;
    let mut size = size_of::<u32>() as u32;
    // SAFETY: both names end with zero; `value` has the `size` bytes that are given.
    let code = unsafe {
        RegGetValueW(
            root.key(),
            key.as_ptr(),
            name.as_ptr(),
            RRF_RT_REG_DWORD,
            ptr::null_mut(),
            (&raw mut value).cast(),
            &raw mut size,
        )
    };
    (code == NO_ERROR).then_some(value)
}

/// A text (REG_SZ) of at most a thousand characters.
pub(super) fn text(root: Root, key: &str, name: &str) -> Option<String> {
    let (key, name) = (wide(key), wide(name));
    let mut units = [0_u16; 1024];
    let mut size = size_of_val(&units) as u32;
    // SAFETY: both names end with zero; `units` has the `size` bytes that are given.
    let code = unsafe {
        RegGetValueW(
            root.key(),
            key.as_ptr(),
            name.as_ptr(),
            RRF_RT_REG_SZ,
            ptr::null_mut(),
            units.as_mut_ptr().cast(),
            &raw mut size,
        )
    };
    let end = units.iter().position(|u| *u == 0).unwrap_or(units.len());
    (code == NO_ERROR).then(|| String::from_utf16_lossy(&units[..end]))
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}
