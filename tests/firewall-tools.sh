#!/bin/sh
# Installs what the tests of the firewall texts run: nft, dnsmasq, Kea, yanglint, firewalld; and, in target/firewall-venv, the
# checker of RouterOS scripts, the YANG modules of the RFCs (they come with pyang) and a grammar of PowerShell.
# Debian packages only when they are missing and this may install them.
set -eu
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin:/sbin"

missing=""
command -v nft >/dev/null || missing="$missing nftables"
command -v dnsmasq >/dev/null || missing="$missing dnsmasq-base"
command -v kea-dhcp4 >/dev/null || missing="$missing kea-dhcp4-server"
command -v yanglint >/dev/null || missing="$missing libyang2-tools"
command -v firewall-offline-cmd >/dev/null || missing="$missing firewalld"
command -v unshare >/dev/null || missing="$missing util-linux"
command -v python3 >/dev/null || missing="$missing python3"
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ]; then
        # word splitting is wanted: a list of packages
        # shellcheck disable=SC2086
        tests/install.sh $missing
    else
        echo "missing Debian packages:$missing (install them with: sudo apt-get install$missing)" >&2
        exit 1
    fi
fi

venv=target/firewall-venv
wanted="routeros-lsp==0.2.3 pyang==2.7.1 tree-sitter-pwsh==0.38.1 tree-sitter==0.25.2"
[ "$(cat "$venv/wanted" 2>/dev/null)" = "$wanted" ] || {
    python3 -m venv "$venv"
    # word splitting is wanted: a list of packages
    # shellcheck disable=SC2086
    "$venv/bin/pip" install -q --disable-pip-version-check $wanted
    echo "$wanted" >"$venv/wanted"
}
