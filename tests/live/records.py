# SPDX-License-Identifier: BSD-2-Clause
"""Reads the records of drops and readings from a recording, as the kernel side wrote them."""
import collections
import socket
import struct

LISTENER, DROP, NETNS = 9, 10, 17
PATHS = [None, "syn", "ack", "syn_queue", "other", "cookie", "unix"]
COUNTERS = ["ListenOverflows", "ListenDrops", "TCPReqQFullDrop", "TCPReqQFullDoCookies",
            "SyncookiesSent", "SyncookiesRecv", "SyncookiesFailed", "TCPDeferAcceptDrop"]
WITH_COOKIE, LAST_ACK = 1, 2

Drop = collections.namedtuple("Drop", "t_ns id netns local peer depth limit syn_queue path flags")
Reading = collections.namedtuple("Reading", "t_ns id group depth limit syn_queue sk_drops "
                                            "defer_accept_s netns flags drops_seen")
Netns = collections.namedtuple("Netns", "t_ns netns somaxconn max_syn_backlog syncookies "
                                        "abort_on_overflow migrate_req counter")


def blocks(path):
    with open(path, "rb") as file:
        header = file.read(40)
        magic, _, _, size = struct.unpack_from("=8sIII", header)
        assert magic == b"SOCKTRC\n", magic
        file.seek(size)
        while True:
            head = file.read(24)
            if len(head) < 24:
                return
            yield file.read(struct.unpack("=IIQII", head)[1])


def address(family_is_v4, raw, port):
    if family_is_v4:
        return socket.inet_ntop(socket.AF_INET, raw[:4]), port
    return socket.inet_ntop(socket.AF_INET6, raw), port


def parse_drop(t_ns, raw):
    id_, _, netns, _, _, _, local_port, peer_port, _, _, v4, _ = struct.unpack_from("=QQIHHHHHBBBB", raw, 16)
    local, peer = raw[56:72], raw[72:88]
    depth, limit, syn_queue, _, _, path, flags = struct.unpack_from("=IIIIIBB", raw, 88)
    return Drop(t_ns, id_, netns, address(v4, local, local_port), address(v4, peer, peer_port),
                depth, limit, syn_queue, PATHS[path], flags)


def read(path):
    """Gives the drops, the readings of listeners and those of namespaces."""
    drops, readings, namespaces = [], [], []
    for block in blocks(path):
        at = 0
        while at < len(block):
            kind, size, _, t_ns = struct.unpack_from("=HHIQ", block, at)
            raw = block[at:at + size]
            if kind == DROP:
                drops.append(parse_drop(t_ns, raw))
            elif kind == LISTENER:
                readings.append(Reading(t_ns, *struct.unpack_from("=QQIIIIIIBB", raw, 16)))
            elif kind == NETNS:
                numbers = struct.unpack_from("=I5i8Q", raw, 16)
                namespaces.append(Netns(t_ns, *numbers[:6], dict(zip(COUNTERS, numbers[6:]))))
            at += size
    return drops, readings, namespaces
