#!/usr/bin/env bash
# Draws the pictures in icons/ from the two SVG files there: PNG of each size, the Windows .ico and the macOS .icns.
#
#   tools/icons.sh            writes icons/*.png, icons/solidgreen.ico, icons/solidgreen.icns
#
# Debian: sudo apt-get install -y --no-install-recommends librsvg2-bin icoutils icnsutils
set -euo pipefail
cd "$(dirname "$0")/../icons"

for tool in rsvg-convert icotool png2icns; do
    command -v "$tool" >/dev/null || {
        echo "tools/icons.sh needs $tool: sudo apt-get install -y --no-install-recommends librsvg2-bin icoutils icnsutils" >&2
        exit 3
    }
done

draw() { # size
    local from=solidgreen.svg
    # the box and its cable are a blur there
    [ "$1" -ge 48 ] || from=solidgreen-small.svg
    rsvg-convert --width "$1" --height "$1" --output "solidgreen-$1.png" "$from"
}

for size in 16 24 32 48 64 128 256 512; do
    draw "$size"
done

ico=()
for size in 16 24 32 48 64 128; do
    ico+=("solidgreen-$size.png")
done
# 256 px is kept as PNG inside, as Windows has read it since Vista; smaller ones as bitmaps
icotool --create --output solidgreen.ico "${ico[@]}" --raw=solidgreen-256.png
# the format has no 24 and no 64
png2icns solidgreen.icns solidgreen-16.png solidgreen-32.png solidgreen-48.png solidgreen-128.png solidgreen-256.png \
    solidgreen-512.png >/dev/null
icotool --list solidgreen.ico
