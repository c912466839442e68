#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""TCP clients that no kernel holds back: they write their own segments on a TUN device.

    peers.py PORT flood COUNT [PER_SECOND]   send a SYN each, and never complete the handshake
    peers.py PORT burst COUNT BURSTS         complete it, all last ACKs at once; then close

They live in 10.99.0.0/16, the server at 10.99.0.1. An ACK whose connection the server does not
know of (it answers with a reset) or repeats its SYN-ACK for is dealt with as a client would.
Prints as JSON how many SYNs were sent, how many SYN-ACKs and how many resets came.
"""
import collections
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time

DEVICE = "lab0"
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 1, 0x1000
SERVER = socket.inet_aton("10.99.0.1")
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def open_device():
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    for command in ("link set lab0 txqueuelen 20000", "address add 10.99.0.1/16 dev lab0", "link set lab0 up"):
        subprocess.run(["ip", *command.split()], check=True)
    return tun


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def segment(peer, port, flags, seq, ack=0):
    """An IPv4 packet without payload from peer, an (address, port), to the server."""
    address, source = peer
    tcp = struct.pack("!HHIIBBHHH", source, port, seq, ack, 5 << 4, flags, 65535, 0, 0)
    pseudo = address + SERVER + struct.pack("!HH", socket.IPPROTO_TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, socket.IPPROTO_TCP, 0, address, SERVER)
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


class Peers:
    def __init__(self, port):
        self.tun = open_device()
        self.port = port
        self.counts = collections.Counter(syns=0, synacks=0, resets=0)
        self.last_acks = {}  # of whom the server has answered

    def syn(self, number):
        peer = socket.inet_aton(f"10.99.{1 + number % 100}.{1 + number // 100 % 250}"), 20000 + number % 40000
        self.counts["syns"] += 1
        os.write(self.tun, segment(peer, self.port, SYN, 1000))

    def answers(self, seconds, completes=False):
        """Deals with what the server sends for so long; with completes a SYN-ACK is noted, and a
        repeated one answered, else left alone."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.tun], [], [], left)[0]:
                self.take(os.read(self.tun, 2048), completes)

    def take(self, packet, completes):
        if packet[0] != 0x45 or packet[9] != socket.IPPROTO_TCP:
            return  # IPv6 looking for routers
        _, port, seq, _, _, flags = struct.unpack("!HHIIBB", packet[20:34])
        peer = packet[16:20], port
        if flags & RST:
            self.counts["resets"] += 1
        elif flags & SYN:
            self.counts["synacks"] += 1
            if completes and peer in self.last_acks:
                os.write(self.tun, self.last_acks[peer])
            self.last_acks[peer] = segment(peer, self.port, ACK, 1001, (seq + 1) & 0xFFFFFFFF)
        elif flags & FIN:
            os.write(self.tun, segment(peer, self.port, RST | ACK, 1001, (seq + 1) & 0xFFFFFFFF))


def flood(peers, count, per_second=10_000.0):
    for number in range(count):
        peers.syn(number)
        peers.answers(1 / per_second)
    peers.answers(0.2)


def burst(peers, count, bursts):
    for turn in range(int(bursts)):
        for number in range(turn * count, (turn + 1) * count):
            peers.syn(number)
        peers.answers(0.1)
        for last_ack in list(peers.last_acks.values())[turn * count:]:
            os.write(peers.tun, last_ack)
        peers.answers(0.2, completes=True)
    peers.answers(1.5, completes=True)


def main():
    port, shape, count, *rest = sys.argv[1:]
    peers = Peers(int(port))
    {"flood": flood, "burst": burst}[shape](peers, int(count), *map(float, rest))
    print(json.dumps(peers.counts))


main()
