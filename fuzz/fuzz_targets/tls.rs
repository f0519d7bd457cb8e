//! What a server answers to a TLS hello, and any certificate.
#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::tls(data));
