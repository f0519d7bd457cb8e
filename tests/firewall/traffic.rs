//! The rules of Linux front ends, with real packets: a gateway, a router and a cloud in three network namespaces without names, which
//! end with the script. Nothing leaves them.

use crate::real::{ROUTER, in_namespace, shown};
use crate::{sample, twelve};
use solidgreen::model::rule::{Part, RuleIntent, Scope};

/// Makes the three, the router being the script's own namespace, and a function `probe` that prints which of
/// `address:port` the gateway can open.
const SITE: &str = r#"
unshare -n sleep 60 & gw=$!
unshare -n sleep 60 & cloud=$!
trap 'kill $gw $cloud $served 2>/dev/null' EXIT
served=
own=$(readlink /proc/self/ns/net)
for pid in $gw $cloud; do
  while [ "$(readlink /proc/$pid/ns/net)" = "$own" ]; do sleep 0.01; done
done
ip link add lan0 type veth peer name eth0 netns $gw
ip link add wan0 type veth peer name eth0 netns $cloud
ip link set lo up
ip addr add 192.0.2.1/24 dev lan0
ip addr add 203.0.113.1/24 dev wan0
ip link set lan0 up
ip link set wan0 up
ip route add 54.229.0.0/16 dev wan0
echo 1 > /proc/sys/net/ipv4/ip_forward
in_gw() { nsenter -t $gw -n "$@"; }
in_cloud() { nsenter -t $cloud -n "$@"; }
in_gw ip link set eth0 address 00:11:22:33:44:55
in_gw ip addr add 192.0.2.50/24 dev eth0
in_gw ip link set eth0 up
in_gw ip route add default via 192.0.2.1
in_cloud ip addr add 203.0.113.2/24 dev eth0
in_cloud ip link set eth0 up
in_cloud ip link set lo up
for a in 54.229.203.190 54.229.68.147 54.229.1.1; do in_cloud ip addr add $a/32 dev eth0; done
in_cloud ip route add default via 203.0.113.1
nsenter -t $cloud -n python3 -c '
import selectors, signal, socket
signal.alarm(60)
s = selectors.DefaultSelector()
for port in (80, 443, 4321):
    l = socket.create_server(("", port))
    s.register(l, selectors.EVENT_READ)
print("ready", flush=True)
held = []
while True:
    for key, _ in s.select():
        held.append(key.fileobj.accept())
' > "$dir/ready" & served=$!
while ! grep -q ready "$dir/ready" 2>/dev/null; do sleep 0.02; done
probe() {
  in_gw python3 -c '
import socket, threading
got = []
def one(a, p):
    try:
        socket.create_connection((a, p), 0.7).close()
        got.append("%s:%d" % (a, p))
    except OSError:
        pass
all = [threading.Thread(target=one, args=(a, p)) for a in ("54.229.203.190", "54.229.68.147", "54.229.1.1") for p in (80, 443, 4321)]
[t.start() for t in all]
[t.join() for t in all]
print(" ".join(sorted(got)) or "nothing")
'
}
"#;

/// The virtual gateway and cloud in place of sockets: a DHCP and name server on the router, the program as box and as cloud.
/// `led` starts a box, waits until its LED has come to rest and prints what it shows and on which port it is connected.
const VIRTUAL: &str = r#"
dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user= --group= --pid-file= \
  --interface=lan0 --bind-interfaces --except-interface=lo --dhcp-authoritative --dhcp-leasefile=$dir/leases \
  --dhcp-range=192.0.2.50,192.0.2.50,255.255.255.0,1h --dhcp-option=3,192.0.2.1 --dhcp-option=6,192.0.2.1 \
  --address=/gk.sensorist.com/54.229.203.190 --address=/gk.sensorist.net/54.229.68.147 --log-facility=$dir/dnsmasq &
in_cloud $PROGRAM lab cloud --listen 0.0.0.0:443 --listen 0.0.0.0:4321 > $dir/cloud 2>&1 &
in_gw ip addr flush dev eth0
led() {
  $PROGRAM profile --print | sed "s/^ports = .*/ports = [$1]/" > $dir/profile.toml
  rm -f $dir/led
  in_gw $PROGRAM lab gateway --profile $dir/profile.toml --interface eth0 --status $dir/led --retry-ms 200 > $dir/box 2>&1 & box=$!
  for _ in $(seq 120); do
    sleep 0.1
    grep -q solid-green $dir/led 2>/dev/null && break
    # it has tried both addresses and was refused or not heard
    failed=$(grep -c connect-failed $dir/led 2>/dev/null || true)
    [ "${failed:-0}" -ge 2 ] && break
  done
  python3 -c '
import json, sys
led, to = "dark", "nothing"
for line in open(sys.argv[1]):
    e = json.loads(line)
    led = e.get("led", led)
    if e["event"] == "connected":
        to = e["to"].rsplit(":", 1)[1]
print(led, "on", to)
' $dir/led
  kill $box; wait $box 2>/dev/null || true
}
"#;

/// A front end of the packet filter, and how its rulesets are made, shown and given a text.
struct FrontEnd {
    id: &'static str,
    /// Three routers as sites have them, each of which denies the gateway: by default, after three hundred rules, by an
    /// explicit reject. All let port 80 through.
    bases: [&'static str; 3],
    /// Prints the ruleset without counters.
    show: &'static str,
    load: &'static str,
    /// Whether the MAC is a condition of the rule, for one gateway and for several.
    mac_counts: [bool; 2],
    /// Lets the router itself be asked for addresses and names.
    let_in: &'static str,
}

const NFT_BUSY: &str = "nft -f - <<'ROUTER'
table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname \"lan0\" tcp dport 80 accept
  }
}
ROUTER
for i in $(seq 1 300); do echo \"add rule inet filter forward ip saddr 10.9.$((i / 200)).$((i % 200)) tcp dport $i accept\"; done | nft -f -
";
const NFT_REJECT: &str = "nft -f - <<'ROUTER'
table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname \"lan0\" tcp dport 80 accept
    iifname \"lan0\" tcp dport != 80 reject with tcp reset
    tcp dport 1-65535 accept
  }
}
ROUTER
";
const IPTABLES: &str = "iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -A FORWARD -i lan0 -p tcp --dport 80 -j ACCEPT
";
const IPTABLES_BUSY: &str = "iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
{ echo '*filter'; for i in $(seq 1 300); do echo \"-A FORWARD -s 10.9.$((i / 200)).$((i % 200)) -p tcp --dport $i -j ACCEPT\"; done; echo COMMIT; } | iptables-restore -n
iptables -A FORWARD -i lan0 -p tcp --dport 80 -j ACCEPT
";
const IPTABLES_REJECT: &str = "iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -A FORWARD -i lan0 -p tcp --dport 80 -j ACCEPT
iptables -A FORWARD -i lan0 -p tcp -j REJECT --reject-with tcp-reset
iptables -A FORWARD -j ACCEPT
";

/// ufw keeps its rules in files: they are copies here, seen by this script alone.
const UFW: &str = "ufw_files
ufw --force enable >/dev/null
ufw route allow in on lan0 proto tcp to any port 80 >/dev/null
";
const UFW_BUSY: &str = "ufw_files
for i in $(seq 1 300); do echo \"-A ufw-before-forward -s 10.9.$((i / 200)).$((i % 200)) -p tcp --dport $i -j ACCEPT\"; done > $dir/many
sed -i \"/^# don't delete the 'COMMIT' line/{
r $dir/many
d
}\" /etc/ufw/before.rules
ufw --force enable >/dev/null
ufw route allow in on lan0 proto tcp to any port 80 >/dev/null
";
const UFW_REJECT: &str = "ufw_files
ufw --force enable >/dev/null
ufw route allow in on lan0 proto tcp to any port 80 >/dev/null
ufw route reject in on lan0 >/dev/null
";
/// Makes the copies.
const UFW_FILES: &str = r#"
ufw_files() {
  cp -a /etc/ufw $dir/ufw
  cp -a /etc/default $dir/default
  mount --bind $dir/ufw /etc/ufw
  mount --bind $dir/default /etc/default
  sed -i 's/^DEFAULT_FORWARD_POLICY=.*/DEFAULT_FORWARD_POLICY="DROP"/; s/^IPV6=.*/IPV6=no/' /etc/default/ufw
}
"#;

/// firewalld with a bus of its own, its files being copies; `site_policy` writes what the site has for lan to wan.
const FIREWALLD_FILES: &str = r#"
firewalld_up() {
  mount -t tmpfs run /run
  mkdir -p /run/dbus /run/firewalld
  cp -a /etc/firewalld $dir/firewalld
  mount --bind $dir/firewalld /etc/firewalld
  mkdir -p /etc/firewalld/policies
  site_policy > /etc/firewalld/policies/site.xml
  cat > $dir/bus.conf <<'BUS'
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="*"/><allow send_destination="*"/><allow receive_type="*"/></policy></busconfig>
BUS
  dbus-daemon --config-file=$dir/bus.conf --fork --nopidfile
  firewalld --nofork --nopid > $dir/firewalld.log 2>&1 &
  for _ in $(seq 200); do firewall-cmd --state > /dev/null 2>&1 && break; sleep 0.05; done
  firewall-cmd --permanent --zone=internal --change-interface=lan0 > /dev/null
  firewall-cmd --permanent --zone=external --change-interface=wan0 > /dev/null
  firewall-cmd --reload > /dev/null
}
zone_policy() {
  cat <<'POLICY'
<?xml version="1.0" encoding="utf-8"?>
POLICY
  echo "<policy target=\"$1\" priority=\"$2\"><ingress-zone name=\"internal\"/><egress-zone name=\"external\"/>"
  for i in $(seq 1 $3); do echo "<rule family=\"ipv4\"><source address=\"10.9.$((i / 200)).$((i % 200))\"/><port port=\"$i\" protocol=\"tcp\"/><accept/></rule>"; done
  echo '<rule family="ipv4"><port port="80" protocol="tcp"/><accept/></rule></policy>'
}
"#;
const FIREWALLD: &str = "site_policy() { zone_policy CONTINUE 10 0; }\nfirewalld_up\n";
const FIREWALLD_BUSY: &str = "site_policy() { zone_policy CONTINUE 10 300; }\nfirewalld_up\n";
const FIREWALLD_REJECT: &str = "site_policy() { zone_policy REJECT -5 0; }\nfirewalld_up\n";

/// What stands in for OpenWrt's uci, fw4 and service.
const OPENWRT_STANDIN: &str = include_str!("openwrt_standin.py");
/// Puts the three into the path and gives the router the rule for port 80, below what stands there already.
const OPENWRT_FILES: &str = r#"
openwrt_up() {
  mkdir $dir/standin $dir/bin
  export STANDIN=$dir/standin PATH=$dir/bin:$PATH
  for name in uci fw4 service; do
    printf '#!/bin/sh\nexec python3 %s %s "$@"\n' $dir/openwrt.py $name > $dir/bin/$name
    chmod +x $dir/bin/$name
  done
  uci set firewall.web=rule
  for set in name=Web src=lan dest=wan family=ipv4 proto=tcp dest_port=80 target=ACCEPT; do uci set firewall.web.$set; done
  "$@"
  uci commit firewall
  service firewall restart
}
openwrt_many() {
  python3 -c '
import json, os, sys
path = os.path.join(os.environ["STANDIN"], "staged")
sections = json.load(open(path))
for i in range(1, 301):
    options = {"name": "R%d" % i, "src": "lan", "dest": "wan", "family": "ipv4", "proto": "tcp",
               "src_ip": ["10.9.%d.%d" % (i // 200, i % 200)], "dest_port": str(i), "target": "ACCEPT"}
    sections.append({"name": "r%d" % i, "type": "rule", "options": options})
json.dump(sections, open(path, "w"))
'
}
openwrt_reject() {
  uci set firewall.no=rule
  for set in name=No src=lan dest=wan family=ipv4 proto=tcp target=REJECT; do uci set firewall.no.$set; done
}
"#;
const OPENWRT: &str = "openwrt_up true\n";
const OPENWRT_BUSY: &str = "openwrt_up openwrt_many\n";
const OPENWRT_REJECT: &str = "openwrt_up openwrt_reject\n";

const FIREWALLD_FRONT: FrontEnd = FrontEnd {
    id: "firewalld",
    bases: [FIREWALLD, FIREWALLD_BUSY, FIREWALLD_REJECT],
    show: "nft list ruleset | sed 's/ packets [0-9]* bytes [0-9]*//'; cat /etc/firewalld/policies/*.xml",
    load: "sh -eu",
    mac_counts: [false, false],
    let_in: "for s in dhcp dns; do firewall-cmd --permanent --zone=internal --add-service=$s > /dev/null; done; firewall-cmd --reload > /dev/null",
};
const OPENWRT_FRONT: FrontEnd = FrontEnd {
    id: "openwrt",
    bases: [OPENWRT, OPENWRT_BUSY, OPENWRT_REJECT],
    show: "nft list ruleset | sed 's/ packets [0-9]* bytes [0-9]*//'; uci show",
    load: "sh -eu",
    mac_counts: [true, false],
    let_in: "",
};
const NFTABLES_FRONT: FrontEnd = FrontEnd {
    id: "nftables",
    bases: [ROUTER, NFT_BUSY, NFT_REJECT],
    show: "nft list ruleset",
    load: "nft -f",
    mac_counts: [true, true],
    let_in: "",
};
const IPTABLES_FRONT: FrontEnd = FrontEnd {
    id: "iptables",
    bases: [IPTABLES, IPTABLES_BUSY, IPTABLES_REJECT],
    show: "iptables-save | grep -v '^#' | sed 's/ \\[[0-9:]*\\]//'",
    load: "sh -eu",
    mac_counts: [true, true],
    let_in: "",
};
const UFW_FRONT: FrontEnd = FrontEnd {
    id: "ufw",
    bases: [UFW, UFW_BUSY, UFW_REJECT],
    show: "iptables-save | grep -v '^#' | sed 's/ \\[[0-9:]*\\]//'",
    load: "sh -eu",
    mac_counts: [false, false],
    let_in: "ufw allow in on lan0 > /dev/null",
};

/// What the gateway can open before the rule, with it, with another MAC, and after undo, without port 80, which is open
/// whatever we do: proof that the way itself is there.
fn four_looks(front: &FrontEnd, base: &str, intent: &RuleIntent) -> [String; 4] {
    let (rule, undo) = (shown(front.id, Part::Rule, intent), shown(front.id, Part::Undo, intent));
    let (show, load) = (front.show, front.load);
    let out = in_namespace(&format!(
        "dir=$(mktemp -d)
{SITE}
{UFW_FILES}{FIREWALLD_FILES}{OPENWRT_FILES}
cat > $dir/openwrt.py <<'STANDIN'
{OPENWRT_STANDIN}STANDIN
{base}
show() {{ {show}; }}
mac() {{
  in_gw ip link set eth0 down
  in_gw ip link set eth0 address $1
  in_gw ip link set eth0 up
  in_gw ip route replace default via 192.0.2.1
}}
cat > $dir/rule <<'RULE'
{rule}RULE
cat > $dir/undo <<'RULE'
{undo}RULE
probe
show > $dir/before
{load} $dir/rule > $dir/said
probe
mac 00:11:22:33:44:66
probe
mac 00:11:22:33:44:55
sh -eu $dir/undo > $dir/said
show > $dir/after
cmp $dir/before $dir/after
probe
umount /etc/ufw /etc/default /etc/firewalld 2>/dev/null || true
rm -r $dir"
    ));
    let way = ["54.229.1.1:80", "54.229.203.190:80", "54.229.68.147:80"];
    let looks: Vec<String> = out
        .lines()
        .map(|line| {
            assert!(way.iter().all(|w| line.contains(w)), "the site itself does not work: {out}");
            line.split(' ').filter(|w| !w.ends_with(":80")).collect::<Vec<_>>().join(" ")
        })
        .collect();
    looks.try_into().unwrap_or_else(|l| panic!("{l:?}: {out}"))
}

fn lets_this_gateway_out_on_these_ports_and_nothing_else(front: &FrontEnd) {
    for (n, base) in front.bases.iter().enumerate() {
        for (scope, several) in [(Scope::AnyHost, false), (Scope::NamedHosts, false), (Scope::AnyHost, true)]
        {
            let intent = if several { twelve(scope, "Cold Room 2") } else { sample(scope, "Cold Room 2") };
            let [before, with, other, after] = four_looks(front, base, &intent);
            let wanted = match scope {
                Scope::AnyHost => {
                    "54.229.1.1:4321 54.229.1.1:443 54.229.203.190:4321 54.229.203.190:443 54.229.68.147:4321 54.229.68.147:443"
                }
                Scope::NamedHosts => {
                    "54.229.203.190:4321 54.229.203.190:443 54.229.68.147:4321 54.229.68.147:443"
                }
            };
            let what = format!("{} on ruleset {n}, {scope:?}, several {several}", front.id);
            assert_eq!((before.as_str(), after.as_str()), ("", ""), "before and after: {what}");
            assert_eq!(with, wanted, "with the rule: {what}");
            assert_eq!(
                other.is_empty(),
                front.mac_counts[usize::from(several)],
                "another MAC: {what}: {other}"
            );
        }
    }
}

#[test]
fn nftables_lets_this_gateway_out_on_these_ports_and_nothing_else() {
    lets_this_gateway_out_on_these_ports_and_nothing_else(&NFTABLES_FRONT);
}

#[test]
fn iptables_lets_this_gateway_out_on_these_ports_and_nothing_else() {
    lets_this_gateway_out_on_these_ports_and_nothing_else(&IPTABLES_FRONT);
}

#[test]
fn ufw_lets_this_gateway_out_on_these_ports_and_nothing_else() {
    lets_this_gateway_out_on_these_ports_and_nothing_else(&UFW_FRONT);
}

#[test]
fn firewalld_lets_this_gateway_out_on_these_ports_and_nothing_else() {
    lets_this_gateway_out_on_these_ports_and_nothing_else(&FIREWALLD_FRONT);
}

#[test]
fn openwrt_style_rules_let_this_gateway_out_on_these_ports_and_nothing_else() {
    lets_this_gateway_out_on_these_ports_and_nothing_else(&OPENWRT_FRONT);
}

/// The box itself: its LED blinks before the rule, is green on either port with it, and blinks again after undo.
fn the_led_turns_green_on_both_ports(front: &FrontEnd) {
    let intent = sample(Scope::AnyHost, "Cold Room 2");
    let (rule, undo) = (shown(front.id, Part::Rule, &intent), shown(front.id, Part::Undo, &intent));
    let (base, load, let_in) = (front.bases[0], front.load, front.let_in);
    // the cloud is the program now; port 80 stays what shows that the site works
    let site = SITE.replace("for port in (80, 443, 4321):\n    l =", "for port in (80,):\n    l =");
    assert_ne!(site, SITE);
    let out = in_namespace(&format!(
        "dir=$(mktemp -d)
PROGRAM={program}
{site}
{UFW_FILES}{FIREWALLD_FILES}{OPENWRT_FILES}
cat > $dir/openwrt.py <<'STANDIN'
{OPENWRT_STANDIN}STANDIN
{base}
{let_in}
{VIRTUAL}
cat > $dir/rule <<'RULE'
{rule}RULE
cat > $dir/undo <<'RULE'
{undo}RULE
led 443
led 4321
{load} $dir/rule > $dir/said
led 443
led 4321
sh -eu $dir/undo > $dir/said
led 443
umount /etc/ufw /etc/default /etc/firewalld 2>/dev/null || true
rm -r $dir",
        program = env!("CARGO_BIN_EXE_solidgreen")
    ));
    let wanted = [
        "blinking-red on nothing",
        "blinking-red on nothing",
        "solid-green on 443",
        "solid-green on 4321",
        "blinking-red on nothing",
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), wanted, "{}", front.id);
}

#[test]
fn nftables_turns_the_led_green() {
    the_led_turns_green_on_both_ports(&NFTABLES_FRONT);
}

#[test]
fn iptables_turns_the_led_green() {
    the_led_turns_green_on_both_ports(&IPTABLES_FRONT);
}

#[test]
fn ufw_turns_the_led_green() {
    the_led_turns_green_on_both_ports(&UFW_FRONT);
}

#[test]
fn firewalld_turns_the_led_green() {
    the_led_turns_green_on_both_ports(&FIREWALLD_FRONT);
}

#[test]
fn openwrt_style_rules_turn_the_led_green() {
    the_led_turns_green_on_both_ports(&OPENWRT_FRONT);
}
