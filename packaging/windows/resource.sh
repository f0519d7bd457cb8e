#!/usr/bin/env bash
# Compiles icon, version and manifest into one object that the linker adds to solidgreen.exe.
#
#   packaging/windows/resource.sh [FILE]      default: target/windows/solidgreen-resource.o; prints the file
#
# Debian: sudo apt-get install -y --no-install-recommends binutils-mingw-w64-x86-64 gcc-mingw-w64-x86-64
set -euo pipefail
cd "$(dirname "$0")/../.."

windres=${WINDRES:-x86_64-w64-mingw32-windres}
command -v "$windres" >/dev/null || {
    echo "resource.sh needs $windres: sudo apt-get install -y --no-install-recommends binutils-mingw-w64-x86-64 gcc-mingw-w64-x86-64" >&2
    exit 3
}
file=${1:-$PWD/target/windows/solidgreen-resource.o}
mkdir -p "$(dirname "$file")"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
numbers=${version%%-*}

cd packaging/windows
"$windres" --output-format=coff --define "VERSION_NUMBERS=${numbers//./,},0" --define "VERSION_TEXT=\\\"$version\\\"" \
    solidgreen.rc "$file"
echo "$file"
