//! The nftables rule, with real packets: a gateway, a router and a cloud in three network namespaces without names, which
//! end with the script. Nothing leaves them.

use crate::real::{ROUTER, in_namespace, shown};
use crate::sample;
use solidgreen::model::rule::{Part, Scope};

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

#[test]
fn the_rule_lets_this_gateway_out_on_these_ports_and_nothing_else() {
    for scope in Scope::ALL {
        let intent = sample(scope, "Cold Room 2");
        let (rule, undo) = (shown("nftables", Part::Rule, &intent), shown("nftables", Part::Undo, &intent));
        let out = in_namespace(&format!(
            "dir=$(mktemp -d)
{SITE}
{ROUTER}
cat > $dir/rule <<'RULE'
{rule}RULE
cat > $dir/undo <<'RULE'
{undo}RULE
probe
nft -f $dir/rule
probe
in_gw ip link set eth0 down
in_gw ip link set eth0 address 00:11:22:33:44:66
in_gw ip link set eth0 up
in_gw ip route replace default via 192.0.2.1
probe
in_gw ip link set eth0 down
in_gw ip link set eth0 address 00:11:22:33:44:55
in_gw ip link set eth0 up
in_gw ip route replace default via 192.0.2.1
sh -eu $dir/undo
probe
rm -r $dir"
        ));
        let lines: Vec<&str> = out.lines().collect();
        let with = match scope {
            Scope::AnyHost => {
                "54.229.1.1:4321 54.229.1.1:443 54.229.203.190:4321 54.229.203.190:443 54.229.68.147:4321 54.229.68.147:443"
            }
            Scope::NamedHosts => {
                "54.229.203.190:4321 54.229.203.190:443 54.229.68.147:4321 54.229.68.147:443"
            }
        };
        // port 80 is open on the sample router for lan0 whatever we do: proof that the way itself is there
        let way = ["54.229.1.1:80", "54.229.203.190:80", "54.229.68.147:80"];
        let without_80 = |line: &str| {
            assert!(way.iter().all(|w| line.contains(w)), "the site itself does not work: {out}");
            line.split(' ').filter(|w| !w.ends_with(":80")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(without_80(lines[0]), "", "before: {out}");
        assert_eq!(without_80(lines[1]), with, "with the rule: {out}");
        assert_eq!(without_80(lines[2]), "", "another MAC: {out}");
        assert_eq!(without_80(lines[3]), "", "after undo: {out}");
    }
}
