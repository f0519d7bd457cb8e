"""Stands in for OpenWrt's uci, fw4 and service, for the test with real packets: it keeps sections as uci does (staged,
then committed) and renders those of the kind `rule` to nftables as fw4 documents it. The zones are lan (lan0) and wan
(wan0); what is forwarded from lan to wan and taken by no rule is rejected.

Usage: uci show | set K=V | add_list K=V | delete K | reorder S=N | commit C; fw4 check; service firewall restart
"""
import json
import os
import subprocess
import sys

HOME = os.environ["STANDIN"]


def load(name):
    try:
        with open(os.path.join(HOME, name)) as f:
            return json.load(f)
    except FileNotFoundError:
        return []


def save(name, sections):
    with open(os.path.join(HOME, name), "w") as f:
        json.dump(sections, f, indent=1)


def find(sections, name):
    for section in sections:
        if section["name"] == name:
            return section
    sys.exit(f"uci: Entry not found: {name}")


def uci(args):
    # nothing is in force before commit
    staged = "staged" if os.path.exists(os.path.join(HOME, "staged")) else "committed"
    sections = load(staged)
    command, rest = args[0], args[1] if len(args) > 1 else ""
    key, _, value = rest.partition("=")
    package, _, path = key.partition(".")
    name, _, option = path.partition(".")
    if command == "commit":
        save("committed", sections)
        if os.path.exists(os.path.join(HOME, "staged")):
            os.remove(os.path.join(HOME, "staged"))
        return
    if command == "show":
        json.dump(sections, sys.stdout, indent=1)
        return
    if package != "firewall":
        sys.exit(f"uci: Invalid argument: {package}")
    if command == "set" and not option:
        sections.append({"name": name, "type": value, "options": {}})
    elif command == "set":
        find(sections, name)["options"][option] = value
    elif command == "add_list":
        find(sections, name)["options"].setdefault(option, []).append(value)
    elif command == "delete":
        sections.remove(find(sections, name))
    elif command == "reorder":
        section = find(sections, name)
        sections.remove(section)
        sections.insert(int(value), section)
    else:
        sys.exit(f"uci: Parse error: {command}")
    save("staged", sections)


def words(value):
    return value if isinstance(value, list) else value.split()


def rule(options):
    known = {"name", "src", "dest", "family", "proto", "src_ip", "src_mac", "dest_ip", "dest_port", "target", "log"}
    unknown = set(options) - known
    if unknown:
        sys.exit(f"fw4: unknown option {unknown}")
    if (options.get("src"), options.get("dest")) != ("lan", "wan"):
        sys.exit("fw4: zone not found")
    line = ["meta nfproto ipv4"] if options.get("family") == "ipv4" else []
    for option, match in (("src_ip", "ip saddr"), ("dest_ip", "ip daddr"), ("src_mac", "ether saddr")):
        if option in options:
            line.append(f"{match} {{ {', '.join(words(options[option]))} }}")
    line.append(f"tcp dport {{ {', '.join(words(options['dest_port']))} }}" if "dest_port" in options else "meta l4proto tcp")
    line.append("counter")
    if options.get("log", "0") != "0":
        line.append(f'log prefix "{options["log"]}"')
    line.append({"ACCEPT": "accept", "REJECT": "reject with tcp reset"}[options["target"]])
    line.append(f'comment "!fw4: {options["name"]}"')
    return " ".join(line)


def render():
    rules = [rule(s["options"]) for s in load("committed") if s["type"] == "rule"]
    lines = "\n    ".join(rules)
    return f"""table inet fw4
delete table inet fw4
table inet fw4 {{
  chain forward {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan0" jump forward_lan
  }}
  chain forward_lan {{
    {lines}
    counter reject with tcp reset
  }}
}}
"""


def nft(*args):
    subprocess.run(["nft", *args, "-f", "-"], input=render(), text=True, check=True)


program, args = sys.argv[1], sys.argv[2:]
if program == "uci":
    uci(args)
elif program == "fw4" and args == ["check"]:
    nft("-c")
elif program == "service" and args == ["firewall", "restart"]:
    nft()
else:
    sys.exit(f"{program}: not known here: {args}")
