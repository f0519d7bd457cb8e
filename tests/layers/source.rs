//! Rust source as tokens, and the paths, modules and conditions that it names.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub line: usize,
    /// An identifier, `::`, one other sign, or a literal with its quotes.
    pub text: String,
}

/// Splits Rust source into tokens; comments, white space and lifetimes are passed over.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = Vec::new();
    let (mut i, mut line) = (0, 1);
    while i < chars.len() {
        let begin = i;
        let text = match at(i) {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && at(i) != '\n' {
                    i += 1;
                }
                None
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                while i < chars.len() {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 {
                        break;
                    }
                }
                None
            }
            '"' => {
                i = end_of_text(&chars, i);
                Some(literal(&chars, begin, i))
            }
            '\'' => {
                if at(i + 1) == '\\' {
                    // the sign after the backslash may itself be a quote
                    i += 3;
                    while i < chars.len() && at(i) != '\'' {
                        i += 1;
                    }
                    i += 1;
                    Some("\"\"".to_owned())
                } else if at(i + 2) == '\'' {
                    i += 3;
                    Some("\"\"".to_owned())
                } else {
                    i += 1;
                    while is_word(at(i)) {
                        i += 1;
                    }
                    None
                }
            }
            c if is_word(c) => {
                while is_word(at(i)) {
                    i += 1;
                }
                let word: String = chars[begin..i].iter().collect();
                match (word.as_str(), at(i)) {
                    ("r", '#') if is_word(at(i + 1)) => {
                        i += 1;
                        let name = i;
                        while is_word(at(i)) {
                            i += 1;
                        }
                        Some(chars[name..i].iter().collect())
                    }
                    ("r" | "br" | "cr", '#' | '"') => {
                        i = end_of_raw_text(&chars, i);
                        Some("\"\"".to_owned())
                    }
                    ("b" | "c", '"') => {
                        i = end_of_text(&chars, i);
                        Some("\"\"".to_owned())
                    }
                    // a byte: the quote is read by the next round
                    ("b", '\'') => None,
                    _ => Some(word),
                }
            }
            ':' if at(i + 1) == ':' => {
                i += 2;
                Some("::".to_owned())
            }
            c => {
                i += 1;
                (!c.is_whitespace()).then(|| c.to_string())
            }
        };
        out.extend(text.map(|text| Token { line, text }));
        line += chars[begin..i.min(chars.len())].iter().filter(|c| **c == '\n').count();
    }
    out
}

fn literal(chars: &[char], begin: usize, end: usize) -> String {
    chars[begin..end.min(chars.len())].iter().collect()
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn end_of_text(chars: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn end_of_raw_text(chars: &[char], mut i: usize) -> usize {
    let mut hashes = 0;
    while chars.get(i) == Some(&'#') {
        (hashes, i) = (hashes + 1, i + 1);
    }
    i += 1;
    while i < chars.len() {
        let closes = chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#'));
        i += 1;
        if closes {
            return i + hashes;
        }
    }
    i
}

/// One path as it stands after its group is spread out, from the root of the crate where it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    /// `crate::a::B` and what `super::` stands for both begin with `crate`.
    pub path: Vec<String>,
}

/// All paths that a file names. `module` is where the file stands, for example `["wire", "dhcp"]`.
pub fn paths(source: &[Token], module: &[String]) -> Vec<Named> {
    let text = |i: usize| source.get(i).map_or("", |t| t.text.as_str());
    let mut out = Vec::new();
    // modules written in the file itself, each with the depth of braces it ends at
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut i = 0;
    while i < source.len() {
        match text(i) {
            "{" => {
                depth += 1;
                if i >= 2 && text(i - 2) == "mod" {
                    inline.push((text(i - 1).to_owned(), depth));
                }
                i += 1;
            }
            "}" => {
                inline.retain(|(_, at)| *at < depth);
                depth = depth.saturating_sub(1);
                i += 1;
            }
            word if word.starts_with(is_word) => {
                let mut here = module.to_vec();
                here.extend(inline.iter().map(|(name, _)| name.clone()));
                let mut found = Vec::new();
                i = tree(source, i, &[], &mut found);
                out.extend(found.into_iter().map(|n| Named { path: absolute(n.path, &here), ..n }));
            }
            _ => i += 1,
        }
    }
    out
}

/// Reads a path that begins at `i`, a group at its end spread out; gives where it ends.
fn tree(source: &[Token], mut i: usize, before: &[String], out: &mut Vec<Named>) -> usize {
    let text = |i: usize| source.get(i).map_or("", |t| t.text.as_str());
    let line = source.get(i).map_or(0, |t| t.line);
    let mut path = before.to_vec();
    loop {
        match text(i) {
            "*" if path.len() > before.len() || !before.is_empty() => {
                path.push("*".to_owned());
                i += 1;
                break;
            }
            word if word.starts_with(is_word) => {
                path.push(word.to_owned());
                i += 1;
                if text(i) != "::" {
                    break;
                }
                i += 1;
            }
            "{" if !path.is_empty() => {
                i += 1;
                while i < source.len() && text(i) != "}" {
                    let from = i;
                    i = tree(source, i, &path, out);
                    // over `as name` and the comma
                    while i < source.len() && !matches!(text(i), "," | "}") {
                        i += 1;
                    }
                    if text(i) == "," || i == from {
                        i += 1;
                    }
                }
                return i + 1;
            }
            _ => break,
        }
    }
    // `use crate as other` would hide every arrow behind it
    if path == ["crate"] && text(i) == "as" {
        path.push("*".to_owned());
    }
    out.push(Named { line, path });
    i
}

fn absolute(path: Vec<String>, here: &[String]) -> Vec<String> {
    let mut rest = path.as_slice();
    let mut base = match rest.first().map(String::as_str) {
        Some("self" | "super") => here.to_vec(),
        // the program's own name for the library
        Some("solidgreen") => return [&["crate".to_owned()], &rest[1..]].concat(),
        _ => return path,
    };
    while let Some((first, more)) = rest.split_first() {
        match first.as_str() {
            "self" => {}
            "super" => {
                base.pop();
            }
            _ => break,
        }
        rest = more;
    }
    let mut out = vec!["crate".to_owned()];
    out.extend(base);
    out.extend_from_slice(rest);
    out
}

/// Where a file stands: `wire/dhcp.rs` is `wire::dhcp`, `wire/mod.rs` is `wire`, `lib.rs` is the root.
pub fn module(file: &str) -> Vec<String> {
    let bare = file.trim_end_matches(".rs");
    let mut parts: Vec<String> = bare.split('/').map(str::to_owned).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

/// `#[path = "x.rs"] mod y;` in `file`: path below `src/` and module of each such file, and the line of each that
/// names a file of another folder.
pub fn placed(file: &str, source: &[Token]) -> (Vec<(String, Vec<String>)>, Vec<usize>) {
    let folder = file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let (mut beside, mut elsewhere) = (Vec::new(), Vec::new());
    for (i, attribute) in source.windows(6).enumerate() {
        let text: Vec<&str> = attribute.iter().map(|t| t.text.as_str()).collect();
        let ["#", "[", "path", "=", name, "]"] = text[..] else { continue };
        let name = name.trim_matches('"');
        if name.contains(['/', '\\']) {
            elsewhere.push(attribute[0].line);
            continue;
        }
        // over further attributes and `pub`
        let declared = source[i..].iter().skip_while(|t| t.text != "mod").nth(1);
        let mut stands = module(file);
        stands.extend(declared.map(|t| t.text.clone()));
        beside.push((format!("{folder}{name}"), stands));
    }
    (beside, elsewhere)
}

/// Lines of `cfg(…)`, `cfg_attr(…)` and `cfg!(…)` that ask for an operating system.
pub fn asks_for_system(source: &[Token]) -> Vec<usize> {
    let text = |i: usize| source.get(i).map_or("", |t| t.text.as_str());
    let mut out = Vec::new();
    for i in 0..source.len() {
        let open = match (text(i), text(i + 1)) {
            ("cfg" | "cfg_attr", "(") => i + 1,
            ("cfg", "!") => i + 2,
            _ => continue,
        };
        let mut depth = 0;
        for j in open..source.len() {
            match text(j) {
                "(" => depth += 1,
                ")" => depth -= 1,
                "target_os" | "target_family" | "target_vendor" | "target_env" | "windows" | "unix" => {
                    out.push(source[i].line);
                    break;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    out
}
