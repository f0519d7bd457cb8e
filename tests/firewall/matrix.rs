//! Golden files: each platform, scope and part. `UPDATE_GOLDEN=1` writes them; read the difference before committing it.

use crate::{sample, twelve};
use solidgreen::firewall;
use solidgreen::model::rule::{Part, Scope};
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

#[test]
fn every_cell_is_as_reviewed() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    let mut wanted = BTreeSet::new();
    for platform in firewall::platforms() {
        for scope in Scope::ALL {
            for (part, several) in Part::ALL.into_iter().flat_map(|part| [(part, false), (part, true)]) {
                let intent =
                    if several { twelve(scope, "Cold Room 2") } else { sample(scope, "Cold Room 2") };
                let text = firewall::render(platform, &platform.part(part, &intent));
                let mut file = folder().join(platform.id()).join(scope.word());
                if several {
                    file.push("twelve");
                }
                let file = file.join(part.word()).with_extension("txt");
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
        }
    }
    let mut found = BTreeSet::new();
    every_file(&folder(), &mut found);
    wrong.extend(found.difference(&wanted).map(|f| format!("belongs to no cell: {}", f.display())));
    assert!(wrong.is_empty(), "{}\nUPDATE_GOLDEN=1 writes them; then read the difference", wrong.join("\n"));
    assert_eq!(wanted.len(), firewall::platforms().len() * 32);
}
