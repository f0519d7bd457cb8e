//! The list of formats for people, `docs/pasted-formats.md`, as the data has it. `UPDATE_GOLDEN=1` writes it.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    product: String,
    #[serde(default)]
    format: Vec<Format>,
}

#[derive(Deserialize)]
struct Format {
    #[serde(default)]
    product: String,
    message: String,
    seen: String,
    #[serde(default)]
    fields: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    text: Vec<String>,
    #[serde(default)]
    state: String,
    #[serde(default)]
    states: BTreeMap<String, String>,
    #[serde(default)]
    generic: bool,
}

impl Format {
    /// It tells which device has an address; else what was done with a packet or a device.
    fn is_lease(&self) -> bool {
        let address = self.text.iter().any(|t| t.contains("{address"));
        address || self.fields.contains_key("address") || !self.state.is_empty() || !self.states.is_empty()
    }

    fn evidence(&self) -> &'static str {
        if self.generic {
            "none"
        } else if self.seen.starts_with("no public sample") {
            "memory"
        } else if self.seen.starts_with("documentation") {
            "documentation"
        } else {
            "public sample"
        }
    }
}

const ABOUT: &str = "\
# Formats of pasted texts that are read

Written from `assets/pasted/` by a test (`UPDATE_GOLDEN=1 cargo test --test pasted`). The first that fits counts; a text of
none of these is said to be not recognised, and decides nothing. *Evidence* says what a format rests on: a public sample, the
vendor's documentation, or only memory; *from memory* is to be doubted until somebody gives a sample.
";

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn table() -> String {
    let mut products: BTreeMap<String, Vec<Format>> = BTreeMap::new();
    let mut paths: Vec<_> = fs::read_dir(root("assets/pasted")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "toml")) {
        let file: File = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for format in file.format {
            let of = if format.product.is_empty() { &file.product } else { &format.product };
            products.entry(of.clone()).or_default().push(format);
        }
    }
    let all = || products.values().flatten();
    let count = |evidence| all().filter(|f| f.evidence() == evidence).count();
    let mut out = format!(
        "{ABOUT}\n{} formats of {} products: {} with a public sample, {} from documentation, {} from memory, {} by names that most products use.\n",
        all().count(),
        products.len(),
        count("public sample"),
        count("documentation"),
        count("memory"),
        count("none"),
    );
    for (product, formats) in &products {
        let product = if product.is_empty() { "No product: by names that most use" } else { product };
        let _ =
            write!(out, "\n## {product}\n\n| Message | Tells of | Evidence | Where |\n|---|---|---|---|\n");
        for f in formats {
            let tells = if f.is_lease() { "address" } else { "log" };
            let cell = |text: &str| text.replace('|', "\\|");
            let (evidence, from) = (f.evidence(), f.seen.trim_start_matches("documentation: "));
            let from = if evidence == "memory" { "" } else { from };
            let _ = writeln!(out, "| {} | {tells} | {evidence} | {} |", cell(&f.message), cell(from));
        }
    }
    out
}

#[test]
fn the_list_of_formats_is_what_the_data_says() {
    let path = root("docs/pasted-formats.md");
    let is = table();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        #[allow(clippy::disallowed_methods, reason = "a golden file of the project itself")]
        fs::write(&path, &is).unwrap();
    }
    let listed = fs::read_to_string(&path).unwrap_or_default();
    assert!(is == listed, "UPDATE_GOLDEN=1 writes docs/pasted-formats.md; then read the difference");
}
