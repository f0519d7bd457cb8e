"""A slow cable: carries frames between two interfaces of this host, each way after the same time.

Usage: slow_cable.py ONE OTHER MILLISECONDS. The kernel of the lab has no netem.
"""

import heapq
import select
import socket
import sys
import time

ETH_P_ALL = 3
PACKET_OUTGOING = 4


def end(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.bind((name, 0))
    s.setblocking(False)
    return s


def main():
    ends = [end(sys.argv[1]), end(sys.argv[2])]
    delay = float(sys.argv[3]) / 1000
    under_way = []
    number = 0
    print("listening", flush=True)
    while True:
        wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
        ready, _, _ = select.select(ends, [], [], wait)
        now = time.monotonic()
        for s in ready:
            try:
                while True:
                    frame, origin = s.recvfrom(65535)
                    if origin[2] == PACKET_OUTGOING:
                        continue  # what was put on this end by us
                    number += 1
                    heapq.heappush(under_way, (now + delay, number, ends[1 - ends.index(s)], frame))
            except BlockingIOError:
                pass
        while under_way and under_way[0][0] <= now:
            _, _, to, frame = heapq.heappop(under_way)
            try:
                to.send(frame)
            except OSError:
                pass  # longer than this cable's frames, or the cable is out


main()
