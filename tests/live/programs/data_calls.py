# SPDX-License-Identifier: BSD-2-Clause
"""Sends and receives in every way there is, and writes down each call: its name, fd, result, bytes.

    data_calls.py FILE [tcp | udp | unix]…
"""
import ctypes
import errno
import json
import os
import socket
import sys
import tempfile

libc = ctypes.CDLL(None, use_errno=True)
log = []


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_char_p), ("len", ctypes.c_size_t)]


class Header(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("name_len", ctypes.c_uint32), ("vectors", ctypes.POINTER(Vector)),
                ("count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_len", ctypes.c_size_t),
                ("flags", ctypes.c_int)]


class Message(ctypes.Structure):
    _fields_ = [("header", Header), ("len", ctypes.c_uint32)]


def note(kind, end, sock, call, function, peek=False):
    """function gives what the call returned, and the bytes it moved where that is another number."""
    entry = {"kind": kind, "end": end, "fd": sock.fileno(), "call": call, "errno": None, "peek": peek}
    try:
        ret = function()
        ret, moved = ret if isinstance(ret, tuple) else (ret, ret)
    except OSError as error:
        ret, moved = -1, 0
        entry["errno"] = errno.errorcode[error.errno]
    log.append({**entry, "ret": ret, "bytes": 0 if peek else moved})


def many_messages(function, sock, sizes, flags):
    vectors = [Vector(b"m" * size, size) for size in sizes]
    messages = (Message * len(sizes))(*[Message(Header(vectors=ctypes.pointer(v), count=1)) for v in vectors])
    arguments = (sock.fileno(), messages, len(sizes), flags)
    ret = function(*arguments, None) if function is libc.recvmmsg else function(*arguments)
    if ret < 0:
        raise OSError(ctypes.get_errno(), "mmsg")
    return ret, sum(message.len for message in messages[:ret])


def every_way(kind, client, server):
    """Each send is received before the next, so that none waits; sizes tell them apart."""
    def sent(call, function):
        note(kind, "client", client, call, function)

    def received(call, function, **options):
        note(kind, "server", server, call, function, **options)

    received("recvfrom", lambda: len(server.recv(10, socket.MSG_DONTWAIT)))
    sent("sendto", lambda: client.send(b"a" * 11))
    received("recvfrom", lambda: len(server.recv(5, socket.MSG_PEEK)), peek=True)
    received("recvfrom", lambda: len(server.recv(100)))
    sent("sendmsg", lambda: client.sendmsg([b"b" * 6, b"b" * 7]))
    received("recvmsg", lambda: len(server.recvmsg(100)[0]))
    sent("write", lambda: os.write(client.fileno(), b"c" * 17))
    received("read", lambda: len(os.read(server.fileno(), 100)))
    sent("writev", lambda: os.writev(client.fileno(), [b"d" * 9, b"d" * 10]))
    received("readv", lambda: os.readv(server.fileno(), [bytearray(64), bytearray(64)]))
    sent("sendmmsg", lambda: many_messages(libc.sendmmsg, client, [21, 22], 0))
    received("recvmmsg", lambda: many_messages(libc.recvmmsg, server, [64, 64], socket.MSG_DONTWAIT))
    received("recvmmsg", lambda: many_messages(libc.recvmmsg, server, [64], socket.MSG_DONTWAIT))
    received("recvfrom", lambda: server.recv_into(bytearray(10), 10, socket.MSG_DONTWAIT))


def streams(kind, client, server):
    every_way(kind, client, server)
    with tempfile.TemporaryFile() as file:
        file.write(b"e" * 50000)
        file.flush()
        note(kind, "server", server, "sendfile", lambda: os.sendfile(server.fileno(), file.fileno(), 0, 50000))
    left = log[-1]["ret"]
    while left:
        note(kind, "client", client, "recvfrom", lambda: len(client.recv(20000)))
        left -= log[-1]["ret"]
    while log[-1]["errno"] != "EAGAIN":  # until there is no more room
        note(kind, "client", client, "sendto", lambda: client.send(b"f" * 65536, socket.MSG_DONTWAIT))
    client.shutdown(socket.SHUT_WR)
    note(kind, "client", client, "sendto", lambda: client.send(b"g", socket.MSG_NOSIGNAL))
    while log[-1]["ret"]:
        note(kind, "server", server, "recvfrom", lambda: len(server.recv(1 << 20)))


def tcp():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    streams("tcp", client, listener.accept()[0])


def unix():
    streams("unix", *socket.socketpair())


def udp():
    server, client = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    server.bind(("127.0.0.1", 0))
    client.connect(server.getsockname())
    server.connect(client.getsockname())
    every_way("udp", client, server)
    note("udp", "client", client, "sendto", lambda: client.sendto(b"h" * 8, server.getsockname()))
    note("udp", "server", server, "recvfrom", lambda: len(server.recvfrom(100)[0]))


for protocol in sys.argv[2:]:
    {"tcp": tcp, "udp": udp, "unix": unix}[protocol]()
with open(sys.argv[1], "w", encoding="ascii") as out:
    json.dump(log, out)
