"""A DHCP server that offers an address and then refuses it, again and again (RFC 2131 section 3.1, step 4).

Usage: nak_server.py OWN-ADDRESS OFFERED-ADDRESS
"""

import socket
import sys

COOKIE = b"\x63\x82\x53\x63"


def kind(options):
    at = 0
    while at + 1 < len(options) and options[at] != 255:
        if options[at] == 0:
            at += 1
            continue
        code, length = options[at], options[at + 1]
        if code == 53:
            return options[at + 2]
        at += 2 + length
    return 0


def main():
    own, offered = (socket.inet_aton(a) for a in sys.argv[1:3])
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
    s.bind(("0.0.0.0", 67))
    print("listening", flush=True)
    while True:
        asked, _ = s.recvfrom(2048)
        if len(asked) < 240 or asked[236:240] != COOKIE:
            continue
        what = kind(asked[240:])
        if what not in (1, 3):
            continue
        answer = 2 if what == 1 else 6
        address = offered if answer == 2 else bytes(4)
        head = b"\x02\x01\x06\x00" + asked[4:8] + bytes(2) + b"\x80\x00" + bytes(4) + address + bytes(8)
        options = bytes([53, 1, answer, 54, 4]) + own
        if answer == 2:
            options += bytes([51, 4, 0, 0, 2, 88, 1, 4, 255, 255, 255, 0, 3, 4]) + own + bytes([6, 4]) + own
        s.sendto(head + asked[28:44] + bytes(192) + COOKIE + options + b"\xff", ("255.255.255.255", 68))


main()
