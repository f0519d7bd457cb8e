//! JSON in a pasted text: on one line or on many, an object, a list, one object a line, cut off at either end. What stands in
//! one object belongs together, and nothing else does.

use serde_json::{Map, Value};

/// Names and values of one object; those of objects inside it have the outer name before them, with a dot.
pub type Object = Vec<(String, String)>;

/// Objects inside one another that are looked into.
const DEEPEST: usize = 12;
/// Longest name that is put together of several; nothing asks for a longer one.
const NAME_MOST: usize = 200;
/// Longest text that is taken for one document, bytes: what it becomes in memory is many times as large.
const LARGEST: usize = 16 << 20;

/// Whether a line may be the beginning of JSON, or of a piece of it.
#[must_use]
pub fn may_begin(line: &str) -> bool {
    let mut signs = line.chars().filter(|c| *c != ' ');
    let (first, second) = (signs.next(), signs.next());
    match first {
        Some('{' | '[') => matches!(second, None | Some('"' | '{' | '[' | '}' | ']')),
        Some('}') => second == Some(',') && line.contains("{\""),
        Some('"') => line.contains("\":"),
        _ => false,
    }
}

/// The objects of the document at the beginning of a text, and how many bytes it takes. None: there is no JSON here.
#[must_use]
pub fn document(text: &str) -> Option<(Vec<Object>, usize)> {
    let begins = text.trim_start();
    if !begins.starts_with(['{', '[']) || begins.len() > LARGEST {
        return None;
    }
    // `[meta ...]` and `{` of a configuration begin as JSON does
    let second = begins.get(1..)?.trim_start();
    if !second.starts_with(['"', '{', '[', '}', ']']) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(begins).into_iter::<Value>();
    let value = values.next()?.ok()?;
    let end = text.len() - begins.len() + values.byte_offset();
    let mut out = Vec::new();
    flatten(&value, &mut out, 0);
    Some((out, end))
}

/// The objects of the documents that stand one after another at the beginning of a text, with the bytes of each.
#[must_use]
pub fn documents(text: &str) -> Vec<(Vec<Object>, std::ops::Range<usize>)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some((objects, used)) = text.get(at..).and_then(document) {
        out.push((objects, at..at + used));
        let rest = text.get(at + used..).unwrap_or_default();
        let after = rest.trim_start_matches([',', ';', ' ', '\n', '\t']);
        at = text.len() - after.len();
    }
    out
}

/// The objects of a document that does not end, or whose beginning is missing: those that are whole, the innermost ones.
#[must_use]
pub fn pieces(text: &str) -> Vec<(Object, std::ops::Range<usize>)> {
    let mut out = Vec::new();
    let (mut open, mut quoted, mut hidden) = (None, false, false);
    for (at, b) in text.bytes().enumerate() {
        match b {
            _ if hidden => hidden = false,
            b'\\' if quoted => hidden = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' => open = Some(at),
            b'}' => {
                if let Some(from) = open.take() {
                    let object = text.get(from..=at).and_then(|t| serde_json::from_str(t).ok());
                    if let Some(Value::Object(map)) = object {
                        out.push((one(&map), from..at + 1));
                    }
                }
            }
            _ => {}
        }
    }
    out
}

fn flatten(value: &Value, out: &mut Vec<Object>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|v| flatten(v, out, depth + 1)),
        Value::Object(map) if is_directory(map) => {
            for (name, inner) in map {
                if let Value::Object(inner) = inner {
                    let mut object = one(inner);
                    object.insert(0, ("key".to_owned(), name.clone()));
                    out.push(object);
                }
            }
        }
        Value::Object(map) => {
            let object = one(map);
            if !object.is_empty() {
                out.push(object);
            }
            lists(map, out, depth);
        }
        _ => {}
    }
}

/// Lists of objects anywhere inside an object are rows of their own.
fn lists(map: &Map<String, Value>, out: &mut Vec<Object>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    for value in map.values() {
        match value {
            Value::Array(list) if list.iter().any(|v| v.is_object() || v.is_array()) => {
                flatten(value, out, depth + 1);
            }
            Value::Object(inner) if is_directory(inner) => flatten(value, out, depth + 1),
            Value::Object(inner) => lists(inner, out, depth + 1),
            _ => {}
        }
    }
}

/// An object whose every value is an object with the same names, or whose names are addresses: a list with keys.
fn is_directory(map: &Map<String, Value>) -> bool {
    let mut objects = map.values().map(Value::as_object);
    let Some(Some(first)) = objects.next() else { return false };
    let named_by_address =
        map.keys().all(|k| !super::addresses::ips(k).is_empty() || !super::addresses::macs(k).is_empty());
    if named_by_address {
        return map.values().all(Value::is_object);
    }
    map.len() > 1
        && first.len() > 1
        && objects.all(|o| o.is_some_and(|o| o.keys().eq(first.keys())))
        && !["ip", "address", "port"].iter().any(|k| first.contains_key(*k) && map.len() == 2)
}

fn one(map: &Map<String, Value>) -> Object {
    let mut out = Vec::new();
    put("", map, &mut out, 0);
    out
}

fn put(outer: &str, map: &Map<String, Value>, out: &mut Object, depth: usize) {
    for (name, value) in map {
        let is_short = !outer.is_empty() && outer.len() + name.len() < NAME_MOST;
        let name = if is_short { format!("{outer}.{name}") } else { name.clone() };
        match value {
            Value::String(s) => out.push((name, s.clone())),
            Value::Number(n) => out.push((name, n.to_string())),
            Value::Bool(b) => out.push((name, b.to_string())),
            Value::Array(list) if list.iter().all(|v| !v.is_object() && !v.is_array()) => {
                let words: Vec<String> =
                    list.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
                out.push((name, words.join(",")));
            }
            Value::Object(inner) if depth < DEEPEST && !is_directory(inner) => {
                put(&name, inner, out, depth + 1)
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_one_object_belongs_together() {
        let text = "{\"total\":2,\"rows\":[{\"ip\":\"a\",\"n\":{\"x\":1}},{\"ip\":\"b\"}]} tail";
        let (objects, end) = document(text).unwrap();
        assert_eq!(text.get(end..), Some(" tail"));
        assert_eq!(objects.len(), 3);
        assert_eq!(objects[1], [("ip".to_owned(), "a".to_owned()), ("n.x".to_owned(), "1".to_owned())]);
        let keyed = "{\"192.0.2.1\":{\"mac\":\"x\"},\"192.0.2.2\":{\"mac\":\"y\",\"n\":1}}";
        let (objects, _) = document(keyed).unwrap();
        assert_eq!(objects[1][0], ("key".to_owned(), "192.0.2.2".to_owned()));
        let ecs = "{\"source\":{\"ip\":\"a\",\"port\":1},\"destination\":{\"ip\":\"b\",\"port\":2}}";
        assert_eq!(document(ecs).unwrap().0.len(), 1, "two ends of one connection");
    }

    #[test]
    fn a_document_that_is_cut_off_gives_its_whole_objects() {
        let text = "\"x\":1},{\"ip\":\"a } b\"},{\"ip\":\"b\",";
        assert!(document(text).is_none());
        let found = pieces(text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, [("ip".to_owned(), "a } b".to_owned())]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\\{|\\}|\\[|\\]|\"|:|,){0,120}") {
            let _ = (document(&text), pieces(&text));
        }
    }
}
