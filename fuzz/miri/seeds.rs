//! Plays seeds through the properties of the fuzz targets: `seeds [LONGEST] TARGET...`. Miri runs it (`tests/miri`), some
//! thousand times slower than a processor, so a longer seed is cut to LONGEST bytes.

#[path = "../properties.rs"]
mod properties;

use std::fs;
use std::path::Path;
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let longest = arguments.first().and_then(|a| a.parse().ok()).unwrap_or(usize::MAX);
    let targets = arguments.get(1..).unwrap_or_default();
    assert!(!targets.is_empty(), "which targets?");
    for target in targets {
        let (begin, mut played) = (Instant::now(), 0);
        let of_name = properties::ALL.into_iter().find(|(name, _)| *name == target.as_str());
        let (_, check) = of_name.unwrap_or_else(|| panic!("there is no target {target}"));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(target);
        let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        for file in files {
            let data = fs::read(&file).unwrap();
            let data = &data[..data.len().min(longest)];
            check(data);
            // what is cut off in the middle is where a reader reads too far
            check(&data[..data.len() / 2]);
            played += 1;
        }
        assert!(played > 0, "{target} has no seeds");
        println!("miri: {target}: {played} seeds, {} s", begin.elapsed().as_secs());
    }
}
