#!/bin/sh
# Installs what the tests of the firewall texts run: nft, dnsmasq, and the checker of RouterOS scripts.
# Debian packages only when they are missing and this may install them; the checker goes to target/firewall-venv.
set -eu
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin:/sbin"

missing=""
command -v nft >/dev/null || missing="$missing nftables"
command -v dnsmasq >/dev/null || missing="$missing dnsmasq-base"
command -v unshare >/dev/null || missing="$missing util-linux"
command -v python3 >/dev/null || missing="$missing python3"
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ]; then
        # word splitting is wanted: a list of packages
        # shellcheck disable=SC2086
        apt-get install -y --no-install-recommends $missing
    else
        echo "missing Debian packages:$missing (install them with: sudo apt-get install$missing)" >&2
        exit 1
    fi
fi

venv=target/firewall-venv
[ -x "$venv/bin/routeros-lsp" ] || {
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check 'routeros-lsp==0.2.3'
}
