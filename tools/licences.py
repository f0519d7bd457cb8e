#!/usr/bin/env python3
"""Writes packaging/THIRD-PARTY.txt: every crate that is part of the program, on any system that we ship for, with its
licence and the text that this licence asks to be passed on. cargo's own copy of the crates is read.

    tools/licences.py            after any change of Cargo.lock; tests/dependencies.rs holds that the list is whole

Where a crate offers several licences, the one is taken that it brings the text of, MIT first. The same text is printed
once, for all that share it.
"""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGETS = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-pc-windows-msvc",
    "x86_64-pc-windows-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
]
HEAD = """Third-party software in Solid Green

Solid Green itself is MIT OR Apache-2.0 (LICENSE-MIT, LICENSE-APACHE). The program is built from the crates below, and
from Rust's standard library (MIT OR Apache-2.0, The Rust Project contributors). Its fonts Inter and JetBrains Mono have
their texts in OFL-Inter.txt and OFL-JetBrainsMono.txt. Where a crate offers several licences, the text below says which
one was taken. The source of every crate is at its address, in the version that stands here; those under MPL-2.0 are used
unchanged.

This file is made by tools/licences.py; do not edit it.
"""
TEXTS = re.compile(r"^(licen[cs]e|copying|notice|copyright|unlicense)", re.I)
# texts of fonts and tables that lie deeper in a crate
DEEPER = {"epaint_default_fonts": "fonts/*.txt"}
MIT = (ROOT / "LICENSE-MIT").read_text().split("\n\n", 2)[2]
APACHE = (ROOT / "LICENSE-APACHE").read_text()


def cargo(*arguments):
    out = subprocess.run(["cargo", *arguments, "--locked"], cwd=ROOT, check=True, capture_output=True, text=True)
    return out.stdout


def shipped():
    """Names and versions of what is linked in. Macros run while it is built and stay outside; what they need themselves
    stands here all the same, since cargo's tree does not tell the two apart."""
    found = set()
    for target in TARGETS:
        tree = cargo("tree", "--edges", "normal", "--prefix", "none", "--target", target, "--format", "{p}")
        for line in tree.splitlines():
            words = line.split()
            if words and "(proc-macro)" not in line and words[0] != "solidgreen":
                found.add((words[0], words[1].removeprefix("v")))
    return sorted(found)


def plain(text):
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip("\ufeff\n ").split("\n"))


def is_apache(name, text):
    return "apache" in name.lower() or "Version 2.0, January 2004" in text


def taken(package):
    """The texts of one crate: (what was taken, [text])."""
    folder, licence = Path(package["manifest_path"]).parent, package["license"]
    files = sorted(f for f in folder.iterdir() if f.is_file() and TEXTS.match(f.name))
    files += sorted(folder.glob(DEEPER.get(package["name"], "\0")) if package["name"] in DEEPER else [])
    texts = {f.name: plain(f.read_text(errors="replace")) for f in files}
    # in some archives a link to the text was packed instead of it
    texts = {name: text for name, text in texts.items() if len(text) > 60}
    if "OR" not in licence and "/" not in licence or "AND" in licence:
        if texts:
            return licence, list(texts.values())
    notices = [t for name, t in texts.items() if name.lower().startswith(("notice", "copyright"))]
    for name, text in texts.items():
        if "mit" in name.lower().replace("-", " ").replace("_", " ").replace(".", " ").split():
            return "MIT", [text, *notices]
    others = [t for name, t in texts.items() if not is_apache(name, t) and t not in notices]
    if others and "MIT" in licence and "Permission is hereby granted" in others[0]:
        return "MIT", [others[0], *notices]
    if "Apache-2.0" in licence:
        return "Apache-2.0", [plain(APACHE), *notices]
    if others:
        return licence, [*others, *notices]
    if "MIT" in licence:
        who = ", ".join(package["authors"]) or f"the authors of {package['name']}"
        return "MIT", [f"MIT License\n\nCopyright (c) {who}\n\n{plain(MIT)}"]
    if licence == "BSL-1.0":
        return licence, []  # asks for no notice in a program
    raise SystemExit(f"{package['name']} {package['version']}: {licence}, and no text; look at it")


def main():
    packages = {(p["name"], p["version"]): p for p in json.loads(cargo("metadata", "--format-version", "1"))["packages"]}
    rows, texts = [], {}
    for crate in shipped():
        package = packages[crate]
        licence, own = taken(package)
        address = package["repository"] or package["homepage"] or f"crate {crate[0]}"
        offered = package["license"].replace(" / ", "/").replace("/", " OR ")
        rows.append(f"{crate[0]} {crate[1]} | {offered} | {address}")
        for text in own:
            texts.setdefault(" ".join(text.split()), (text, []))[1].append(f"{crate[0]} {crate[1]} ({licence})")
    out = [HEAD, "== Crates", ""] + rows + [""]
    for text, who in texts.values():
        out += ["", "== Text for", *who, "", text, ""]
    (ROOT / "packaging/THIRD-PARTY.txt").write_text("\n".join(out))
    print(f"{len(rows)} crates, {len(texts)} texts")


main()
