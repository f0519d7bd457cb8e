#!/bin/sh
# Installs Debian packages for the tests, and starts none of them: a firewall or a DHCP server that begins to serve this
# machine is the last thing that a test should bring. What the tests need they start themselves, in namespaces.
#
#   tests/install.sh PACKAGE...     as root
set -eu

guard=/usr/sbin/policy-rc.d
ours=""
if [ ! -e "$guard" ]; then
    # invoke-rc.d and deb-systemd-invoke ask it before they start anything; 101 is "no"
    printf '#!/bin/sh\nexit 101\n' >"$guard"
    chmod +x "$guard"
    ours=yes
fi
trap '[ -z "$ours" ] || rm -f "$guard"' EXIT

was_there() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }
firewalld=""
was_there firewalld || firewalld=new

apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=600 "$@" >/dev/null

# nor at the next start of the machine
if [ -n "$firewalld" ] && was_there firewalld && command -v systemctl >/dev/null; then
    systemctl disable firewalld >/dev/null 2>&1 || true
fi
