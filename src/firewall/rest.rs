//! Family helper: platforms that are set up by HTTP calls with JSON bodies. One call a line: method, path, body.

use serde_json::Value;

/// A JSON object of texts, keys in the order given.
#[must_use]
pub fn object(pairs: &[(&str, &str)]) -> String {
    let text = |s: &str| Value::from(s).to_string();
    let pairs: Vec<String> = pairs.iter().map(|(k, v)| format!("{}:{}", text(k), text(v))).collect();
    format!("{{{}}}", pairs.join(","))
}

/// An object in an object under one key: what most such interfaces want.
#[must_use]
pub fn wrapped(key: &str, pairs: &[(&str, &str)]) -> String {
    format!("{{{}:{}}}", Value::from(key), object(pairs))
}

#[must_use]
pub fn post(path: &str, body: &str) -> String {
    format!("POST {path} {body}")
}

#[must_use]
pub fn get(path: &str) -> String {
    format!("GET {path}")
}

#[must_use]
pub fn put(path: &str, body: &str) -> String {
    format!("PUT {path} {body}")
}

#[must_use]
pub fn delete(path: &str) -> String {
    format!("DELETE {path}")
}
