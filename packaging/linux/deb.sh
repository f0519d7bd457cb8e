#!/usr/bin/env bash
# Packs the built program as a Debian package.
#
#   cargo build --release && packaging/linux/deb.sh
#   BINARY=path/to/solidgreen OUT=folder packaging/linux/deb.sh
#
# Needs: dpkg-deb, objdump, strip. Writes OUT/solidgreen_VERSION_ARCH.deb (OUT is target/deb), the same bytes for the
# same program.
set -euo pipefail
cd "$(dirname "$0")/../.."

binary=${BINARY:-target/release/solidgreen}
out=${OUT:-target/deb}
id=se.solidgreen.SolidGreen
here=packaging/linux

for tool in dpkg-deb objdump strip; do
    command -v "$tool" >/dev/null || {
        echo "deb.sh needs $tool: sudo apt-get install -y --no-install-recommends dpkg binutils" >&2
        exit 3
    }
done
[ -x "$binary" ] || {
    echo "deb.sh: $binary is not there; first: cargo build --release" >&2
    exit 3
}

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
arch=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
put() { install -D -m "$1" "$2" "$root/$3"; } # mode, from, to

put 755 "$binary" usr/bin/solidgreen
strip --strip-unneeded "$root/usr/bin/solidgreen"
put 644 "$here/$id.desktop" "usr/share/applications/$id.desktop"
put 644 "$here/$id.metainfo.xml" "usr/share/metainfo/$id.metainfo.xml"
put 644 "$here/70-solidgreen.rules" usr/lib/udev/rules.d/70-solidgreen.rules
put 644 icons/solidgreen.svg "usr/share/icons/hicolor/scalable/apps/$id.svg"
for size in 16 24 32 48 64 128 256 512; do
    put 644 "icons/solidgreen-$size.png" "usr/share/icons/hicolor/${size}x${size}/apps/$id.png"
done
put 644 "$here/copyright" usr/share/doc/solidgreen/copyright
for text in assets/fonts/OFL-*.txt packaging/THIRD-PARTY.txt LICENSE-MIT README.md; do
    [ ! -f "$text" ] || put 644 "$text" "usr/share/doc/solidgreen/$(basename "$text")"
done

# the newest interface of the C library that the program asks for
libc=$(objdump -T "$root/usr/bin/solidgreen" | grep -o 'GLIBC_2[0-9.]*' | sort -Vu | tail -1 | cut -d_ -f2)

mkdir -p "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<CONTROL
Package: solidgreen
Version: $version
Architecture: $arch
Maintainer: The Solid Green developers <noreply@solidgreen.invalid>
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Section: net
Priority: optional
Depends: libc6 (>= ${libc:-2.36}), libgcc-s1, libgl1, libgl1-mesa-dri, libx11-xcb1, libxcursor1, libxi6, libxkbcommon-x11-0, libxkbcommon0
Recommends: libegl1, libwayland-client0, libwayland-egl1, xdg-desktop-portal
Description: says why a Sensorist Gateway is not green, and whose turn it is
 Finds an Oscar TempLog / Sensorist Gateway on the local network without
 administrator rights, mirrors its LED, names the one cause and its owner,
 writes the firewall text for IT and exports a report. Window and terminal.
CONTROL

# the time of everything inside is the time of the source
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
chmod -R go-w "$root"
chmod 755 "$root"
mkdir -p "$out"
file="$out/solidgreen_${version}_${arch}.deb"
dpkg-deb --root-owner-group --build "$root" "$file" >/dev/null
echo "$file"
