#!/usr/bin/env python3
"""Packs the IEEE's lists of address blocks (MA-L, MA-M, MA-S, IAB) into assets/oui.bin.

    tools/oui.py [--lists FOLDER] [--source TEXT] [--date YYYY-MM-DD] [--out FILE]

FOLDER holds oui.csv, mam.csv (or oui28.csv), oui36.csv and iab.csv as the IEEE publishes them: Debian's package
ieee-data has them, up to some years old; the source of the crate oui-data (folder data/) has newer ones. Without
--date, the time stamp of the lists is used. The same lists always give the same bytes.

Layout, all numbers big-endian; `src/wire/oui.rs` reads it in place:
    text header, ended by an empty line: format, source, date
    u32 x 4     number of 24-bit, 28-bit and 36-bit blocks, number of names
    5 bytes     per 24-bit block: prefix (3), index of its name (2); sorted by prefix
    6 bytes     per 28-bit block: prefix (4, last four bits 0), index of its name (2); sorted
    7 bytes     per 36-bit block: prefix (5, last four bits 0), index of its name (2); sorted
    u32         per name, and one more: where it begins in the string table
    UTF-8       string table, each name once, sorted
"""

import argparse
import csv
import datetime
import os
import struct
import sys
import unicodedata

# Not makers: the block is split further, or its owner paid to stay unnamed.
NOBODY = {"", "ieee registration authority", "private"}


def clean(name):
    """One line, no control or invisible characters, single spaces, at most 80 characters."""
    name = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in name)
    return " ".join(name.split())[:80].strip()


def read(path):
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            if len(row) >= 3:
                yield row[1].strip().lower(), clean(row[2])


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    args.add_argument("--lists", default="/usr/share/ieee-data")
    args.add_argument("--source", default="IEEE MA-L, MA-M, MA-S and IAB lists (Debian package ieee-data)")
    args.add_argument("--date")
    args.add_argument("--out", default=os.path.join(here, "..", "assets", "oui.bin"))
    args = args.parse_args()

    blocks = {6: {}, 7: {}, 9: {}}
    newest = 0
    # the second list has two names: Debian's and the IEEE's
    second = "mam.csv" if os.path.exists(os.path.join(args.lists, "mam.csv")) else "oui28.csv"
    for list_name in ("oui.csv", second, "oui36.csv", "iab.csv"):
        path = os.path.join(args.lists, list_name)
        newest = max(newest, os.path.getmtime(path))
        for digits, name in read(path):
            if len(digits) not in blocks or any(c not in "0123456789abcdef" for c in digits):
                sys.exit(f"{path}: '{digits}' is not a block of 24, 28 or 36 bits")
            if name.lower() not in NOBODY:
                # some blocks stand twice; the first one stays, whatever the order of the file
                blocks[len(digits)][digits] = min(name, blocks[len(digits)].get(digits, name))

    names = sorted({name for table in blocks.values() for name in table.values()})
    if len(names) > 0xFFFF:
        sys.exit("more than 65535 names: the index needs three bytes")
    index = {name: i for i, name in enumerate(names)}
    date = args.date or datetime.datetime.fromtimestamp(newest, datetime.timezone.utc).strftime("%Y-%m-%d")

    out = bytearray(f"solidgreen-oui 1\nsource {args.source}\ndate {date}\n\n".encode())
    out += struct.pack(">4I", *(len(blocks[n]) for n in (6, 7, 9)), len(names))
    for digits_in_block in (6, 7, 9):
        for digits, name in sorted(blocks[digits_in_block].items()):
            out += bytes.fromhex(digits + "0" * (digits_in_block % 2)) + struct.pack(">H", index[name])
    strings = bytearray()
    for name in names:
        out += struct.pack(">I", len(strings))
        strings += name.encode()
    out += struct.pack(">I", len(strings)) + strings
    with open(args.out, "wb") as file:
        file.write(out)
    print(f"{args.out}: {sum(map(len, blocks.values()))} blocks, {len(names)} names, {len(out)} bytes, {date}")


if __name__ == "__main__":
    main()
