#!/usr/bin/env bash
# Puts the built program into "Solid Green.app", and signs it for this computer where the system's tools are.
#
#   cargo build --release && packaging/macos/bundle.sh
#   BINARY=path/to/solidgreen OUT=folder IDENTITY="Developer ID Application: …" packaging/macos/bundle.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

binary=${BINARY:-target/release/solidgreen}
out=${OUT:-target/macos}
# "-" is a signature for this computer alone; others will be warned by the system
identity=${IDENTITY:--}

[ -x "$binary" ] || {
    echo "bundle.sh: $binary is not there; first: cargo build --release" >&2
    exit 3
}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
app="$out/Solid Green.app"

rm -rf "$app"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
cp "$binary" "$app/Contents/MacOS/solidgreen"
chmod 755 "$app/Contents/MacOS/solidgreen"
sed "s/@VERSION@/$version/" packaging/macos/Info.plist >"$app/Contents/Info.plist"
cp icons/solidgreen.icns "$app/Contents/Resources/solidgreen.icns"
cp assets/fonts/OFL-*.txt packaging/THIRD-PARTY.txt "$app/Contents/Resources/"
for text in LICENSE-MIT LICENSE-APACHE; do
    [ ! -f "$text" ] || cp "$text" "$app/Contents/Resources/"
done

if command -v plutil >/dev/null; then
    plutil -lint "$app/Contents/Info.plist"
fi
if command -v codesign >/dev/null; then
    # without a signature the system forgets the permission for the local network at each start
    if [ "$identity" = - ]; then
        codesign --force --sign - "$app"
    else
        codesign --force --options runtime --timestamp --sign "$identity" "$app"
    fi
    codesign --verify --strict "$app"
else
    echo "bundle.sh: no codesign here; sign it on a Mac before it is given away" >&2
fi
echo "$app"
