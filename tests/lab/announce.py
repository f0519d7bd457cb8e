"""A device that takes an address and announces it again and again (gratuitous ARP, RFC 5227 section 3)."""

import socket
import sys
import time

PORT, IP, AFTER, EVERY = sys.argv[1], socket.inet_aton(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
s.bind((PORT, 0x0806))
mac = s.getsockname()[4]
reply = bytes.fromhex("0001080006040002") + mac + IP + b"\xff" * 6 + IP
print("listening", flush=True)
time.sleep(AFTER)
while True:
    s.send(b"\xff" * 6 + mac + b"\x08\x06" + reply)
    time.sleep(EVERY)
