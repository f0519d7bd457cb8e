//! Golden files: each platform, scope and part. `UPDATE_GOLDEN=1` writes them; read the difference before committing it.

use crate::{sample, twelve};
use solidgreen::firewall;
use solidgreen::model::rule::{PackPart, Part, RuleIntent, Scope};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/firewall")
}

fn every_file(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            every_file(&entry.path(), found);
        } else {
            found.insert(entry.path());
        }
    }
}

/// One text of the matrix, and where it is kept.
struct Cell {
    file: PathBuf,
    text: String,
}

/// Every platform, scope and part, for one gateway and for twelve; and for one gateway each release but the usual.
fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for platform in firewall::platforms() {
        for scope in Scope::ALL {
            let one = sample(scope, "Cold Room 2");
            let mut intents =
                vec![(PathBuf::new(), one.clone()), (PathBuf::from("twelve"), twelve(scope, "Cold Room 2"))];
            for release in platform.about().releases.iter().skip(1) {
                let folder = PathBuf::from(format!("version-{}", release.id));
                intents.push((folder, RuleIntent { version: release.id.to_owned(), ..one.clone() }));
            }
            for (below, intent) in intents {
                for part in Part::ALL {
                    let file = folder().join(platform.id()).join(scope.word()).join(&below);
                    let file = file.join(part.word()).with_extension("txt");
                    cells
                        .push(Cell { file, text: firewall::render(platform, &platform.part(part, &intent)) });
                }
            }
        }
    }
    cells
}

#[test]
fn every_cell_is_as_reviewed() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    let mut wanted = BTreeSet::new();
    for Cell { file, text } in cells() {
        if update {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &text).unwrap();
        }
        match std::fs::read_to_string(&file) {
            Err(_) => wrong.push(format!("missing: {}", file.display())),
            Ok(golden) if golden != text => {
                let line = golden.lines().zip(text.lines()).find(|(g, t)| g != t);
                wrong.push(format!("differs: {}\n  first: {line:?}", file.display()));
            }
            Ok(_) => {}
        }
        wanted.insert(file);
    }
    let mut found = BTreeSet::new();
    every_file(&folder(), &mut found);
    wrong.extend(found.difference(&wanted).map(|f| format!("belongs to no cell: {}", f.display())));
    assert!(wrong.is_empty(), "{}\nUPDATE_GOLDEN=1 writes them; then read the difference", wrong.join("\n"));
    assert!(wanted.len() >= firewall::platforms().len() * 32);
}

#[test]
fn each_release_has_a_text_of_its_own() {
    for platform in firewall::platforms() {
        let [usual, others @ ..] = platform.about().releases else { continue };
        let pack = |version: &str, scope| {
            let intent = RuleIntent { version: version.to_owned(), ..sample(scope, "x") };
            firewall::pack(platform.id(), &intent).unwrap()
        };
        for other in others {
            let own = |p: &PackPart| -> Vec<String> {
                let notes = p.notes.iter().filter(|n| !n.starts_with("Written for ")).cloned();
                notes.chain([p.text.clone()]).collect()
            };
            let mut differs = 0;
            for scope in Scope::ALL {
                for (a, b) in pack(usual.id, scope).iter().zip(&pack(other.id, scope)) {
                    let said = |p: &PackPart, means: &str| {
                        p.notes.iter().any(|n| n.starts_with(&format!("Written for {means}. ")))
                    };
                    // a part says for which versions it is exactly where others have another one
                    if own(a) != own(b) {
                        differs += 1;
                        assert!(
                            said(a, usual.means) && said(b, other.means),
                            "{} {:?}",
                            platform.id(),
                            a.part
                        );
                    }
                }
            }
            assert!(differs > 0, "{} {}: the same as {}", platform.id(), other.id, usual.id);
        }
    }
}
