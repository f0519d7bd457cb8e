#!/usr/bin/env bash
# Builds solidgreen.exe with its icon and manifest, then the installer.
#
#   packaging/windows/build.sh                needs the Rust target x86_64-pc-windows-gnu, mingw-w64 and makensis
#   BINARY=path/to/solidgreen.exe packaging/windows/build.sh      only the installer, around that program
#
# Writes target/windows/solidgreen-VERSION-setup.exe.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=x86_64-pc-windows-gnu
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
out=$PWD/target/windows
command -v makensis >/dev/null || {
    echo "build.sh needs makensis: sudo apt-get install -y --no-install-recommends nsis" >&2
    exit 3
}
mkdir -p "$out"

if [ -z "${BINARY:-}" ]; then
    resource=$(packaging/windows/resource.sh)
    # only this program gets the resource, no build script and no dependency does
    cargo rustc --release --locked --bin solidgreen --target "$target" -- -C "link-arg=$resource"
    BINARY=target/$target/release/solidgreen.exe
fi
case $BINARY in /*) ;; *) BINARY=$PWD/$BINARY ;; esac

makensis -V2 -NOCD -WX "-DVERSION=$version" "-DVERSION_NUMBERS=${version%%-*}.0" "-DBINARY=$BINARY" \
    "-DOUTPUT=$out/solidgreen-$version-setup.exe" packaging/windows/installer.nsi
echo "$out/solidgreen-$version-setup.exe"
