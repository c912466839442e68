# SPDX-License-Identifier: BSD-2-Clause
"""A peer that writes its own TCP segments, on a TUN device: it alone decides when its ACKs leave."""
import collections
import fcntl
import ipaddress
import os
import select
import socket
import struct

import harness

FIN, SYN, RST, ACK = 1, 2, 4, 16
TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001

Segment = collections.namedtuple("Segment", "port seq ack flags")


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(source, destination, segment, flags):
    """A whole IP packet; segment: (source port, destination port, sequence, acknowledged)."""
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    tcp = struct.pack("!HHIIBBHHH", *segment, 5 << 4, flags, 65535, 0, 0)
    pseudo = source.packed + destination.packed + struct.pack("!II", len(tcp), socket.IPPROTO_TCP)
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    if source.version == 6:
        return struct.pack("!IHBB", 6 << 28, len(tcp), socket.IPPROTO_TCP, 64) + source.packed + destination.packed + tcp
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, socket.IPPROTO_TCP, 0,
                     source.packed, destination.packed)
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


class Peer:
    """Hosts behind a TUN device, any number of them: 10.9.0.0/16 and fd09::/64."""

    HERE = {4: "10.9.0.1", 6: "fd09::1"}
    HOST = {4: "10.9.1.1", 6: "fd09::101"}

    def __init__(self, version=4, device="peer0"):
        self.here, self.host = self.HERE[version], self.HOST[version]
        self.fd = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.fd, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN_NO_PI))
        harness.ip("addr", "add", self.here + ("/16" if version == 4 else "/64"), "dev", device, *["nodad"][:version == 6])
        harness.ip("link", "set", device, "up")

    def send(self, flags, port, to, seq=0, ack=0, host=None):
        os.write(self.fd, packet(host or self.host, self.here, (port, to, seq, ack), flags))

    def receive(self, port, flags):
        """Waits for a segment to this port of a host that has just these flags."""
        while True:
            ready, _, _ = select.select([self.fd], [], [], harness.PATIENCE)
            assert ready, f"no segment came with flags {flags:#x}"
            data = os.read(self.fd, 2048)
            version, protocol = (4, data[9]) if data[0] >> 4 == 4 else (6, data[6])
            if protocol != socket.IPPROTO_TCP:
                continue
            tcp = data[20 if version == 4 else 40:]
            _, to, seq, ack, _, seen = struct.unpack("!HHIIBB", tcp[:14])
            if to == port and seen == flags:
                return Segment(to, seq, ack, seen)

    def syn(self, port, to):
        """Sends a SYN and gives its SYN-ACK."""
        self.send(SYN, port, to, seq=1000)
        return self.receive(port, SYN | ACK)

    def acknowledge(self, answer, to):
        """The last ACK of the handshake."""
        self.send(ACK, answer.port, to, seq=1001, ack=answer.seq + 1)

    def connect(self, port, to):
        self.acknowledge(self.syn(port, to), to)
