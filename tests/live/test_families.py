# SPDX-License-Identifier: BSD-2-Clause
"""Address families and socket types: the same questions to each."""
import socket

from harness import Skip, Trace, event, events, same
from puppet import Puppet


def exchange(server, client, connect):
    """Accept, twelve bytes one way, three the other, close; the trace of both."""
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        client(connect)
        server("sock, _ = listener.accept()")
        client("sock.send(b'how are you?')")
        server("sock.recv(100); sock.send(b'all'); sock.close()")
        client("sock.recv(100); sock.close()")
    trace.document.check_complete()
    return trace.document


def check_exchange(connection, protocol, family):
    same("protocol", connection["protocol"], protocol)
    same("family", connection["family"], family)
    same("outcome", connection["outcome"], "closed")
    same("client's bytes", (connection["client"]["bytes_sent"], connection["client"]["bytes_received"]), (12, 3))
    same("server's bytes", (connection["server"]["bytes_sent"], connection["server"]["bytes_received"]), (3, 12))
    same("exact", connection["exact"], True)


def test_ipv6():
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(host="::1", family=int(socket.AF_INET6))
    document = exchange(server, client, f"sock = tcp_connect({port}, '::1', socket.AF_INET6)")
    connection = document.connection()
    check_exchange(connection, "tcp", "inet6")
    same("addresses", (connection["client"]["address"], connection["server"]["address"]), ("::1", "::1"))
    same("pair is known", connection["pair"] is not None, True)


def test_v4_mapped():
    """A client of an IPv6 socket that speaks IPv4: family inet, both ends found."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(host="::", family=int(socket.AF_INET6))
    document = exchange(server, client, f"sock = tcp_connect({port}, '127.0.0.1')")
    connection = document.connection()
    check_exchange(connection, "tcp", "inet")
    same("addresses", (connection["client"]["address"], connection["server"]["address"]), ("127.0.0.1", "127.0.0.1"))


def test_mptcp():
    """Both ends MPTCP: shown as TCP, with fd and bytes of the program's own calls."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).close()
    except OSError as error:
        raise Skip(f"no MPTCP here: {error.strerror}") from None
    server, client = Puppet("server"), Puppet("client")
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        server("listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)")
        server("listener.bind(('127.0.0.1', 0)); listener.listen(9)")
        port = server("port_of(listener)")
        client("sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)")
        client(f"sock.connect(('127.0.0.1', {port}))")
        server("sock, _ = listener.accept()")
        fd = server("sock.fileno()")
        client("sock.send(b'how are you?')")
        server("sock.recv(100); sock.send(b'all'); sock.close(); listener.close()")
        client("sock.recv(100); sock.close()")
    connection = trace.document.connection()
    same("protocol", connection["protocol"], "tcp")
    same("server's fd", connection["server"]["fd"], fd)
    same("client's bytes", (connection["client"]["bytes_sent"], connection["client"]["bytes_received"]), (12, 3))
    same("server's bytes", (connection["server"]["bytes_sent"], connection["server"]["bytes_received"]), (3, 12))
    same("accepts", len(events(connection, "accept")), 1)
    same("backlog", trace.document.listener(port=port)["backlog"]["requested"], 9)


def unix_server(kind, address):
    server, client = Puppet("server"), Puppet("client")
    server(f"listener = socket.socket(socket.AF_UNIX, socket.{kind}); listener.bind({address!r}); listener.listen(5)")
    return server, client


def check_unix(kind, address, path, abstract):
    server, client = unix_server(kind, address)
    document = exchange(server, client, f"sock = socket.socket(socket.AF_UNIX, socket.{kind}); sock.connect({address!r})")
    connection = document.connection()
    check_exchange(connection, "unix", "unix")
    same("type", connection["type"], {"SOCK_STREAM": "stream", "SOCK_SEQPACKET": "seqpacket"}[kind])
    same("path", connection["server"]["path"], path)
    same("who", (connection["client"]["pid"], connection["server"]["pid"]), (client.pid, server.pid))
    listener = document.listener(path=path)
    same("abstract", listener["abstract"], abstract)
    same("connection's listener", connection["listener"], listener["id"])
    assert connection["accept_wait_ns"] >= 0


def test_unix_stream_path():
    check_unix("SOCK_STREAM", "here.sock", "here.sock", False)


def test_unix_stream_abstract():
    check_unix("SOCK_STREAM", "\0hidden", "hidden", True)


def test_unix_seqpacket():
    check_unix("SOCK_SEQPACKET", "packets.sock", "packets.sock", False)


def test_unix_datagram():
    server, client = Puppet("server"), Puppet("client")
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        server("sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); sock.bind('inbox.sock')")
        client("sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); sock.connect('inbox.sock')")
        client("sock.send(b'how are you?'); sock.send(b'well?')")
        server("sock.recv(100); sock.recv(100); sock.close()")
        client("sock.close()")
    connection = trace.document.connection(protocol="unix")
    same("type", connection["type"], "dgram")
    same("bytes", (connection["client"]["bytes_sent"], connection["server"]["bytes_received"]), (17, 17))
    same("path", connection["server"]["path"], "inbox.sock")


def test_socketpair():
    puppet = Puppet("pair")
    with Trace("-p", puppet.pid) as trace:
        puppet("a, b = socket.socketpair(); a.send(b'to b'); b.recv(10); b.send(b'to a, longer'); a.recv(100)")
        fds = puppet("[a.fileno(), b.fileno()]")
        puppet("a.close(); b.close()")
    connection = trace.document.connection()
    same("fds", [connection["client"]["fd"], connection["server"]["fd"]], fds)
    same("bytes", [connection["client"]["bytes_sent"], connection["client"]["bytes_received"]], [4, 12])
    same("outcome", connection["outcome"], "closed")
    assert events(connection, "socketpair"), "no socketpair among the events"


def check_udp(family, host, connected):
    server, client = Puppet("server"), Puppet("client")
    new = f"sock = socket.socket(socket.{family}, socket.SOCK_DGRAM)"
    with Trace("-p", server.pid, "-p", client.pid) as trace:
        server(f"{new}; sock.bind(({host!r}, 0))")
        port = server("port_of(sock)")
        client(new)
        if connected:
            client(f"sock.connect(({host!r}, {port})); sock.send(b'how are you?')")
        else:
            client(f"sock.sendto(b'how are you?', ({host!r}, {port}))")
        server("data, peer = sock.recvfrom(100); sock.sendto(b'all', peer); sock.close()")
        client("sock.recv(100); sock.close()")
    connection = trace.document.connection()
    same("protocol", connection["protocol"], "udp")
    same("family", connection["family"], {"AF_INET": "inet", "AF_INET6": "inet6"}[family])
    same("server's port", connection["server"]["port"], port)
    same("client's bytes", (connection["client"]["bytes_sent"], connection["client"]["bytes_received"]), (12, 3))
    same("server's bytes", (connection["server"]["bytes_sent"], connection["server"]["bytes_received"]), (3, 12))
    same("who", (connection["client"]["pid"], connection["server"]["pid"]), (client.pid, server.pid))


def test_udp4():
    check_udp("AF_INET", "127.0.0.1", False)


def test_udp4_connected():
    check_udp("AF_INET", "127.0.0.1", True)


def test_udp6():
    check_udp("AF_INET6", "::1", False)


def test_udp6_connected():
    check_udp("AF_INET6", "::1", True)


def test_udp_two_clients():
    """One server socket, two clients: two flows, each with its own bytes."""
    server, one, two = Puppet("server"), Puppet("one"), Puppet("two")
    with Trace("-p", server.pid) as trace:
        server("sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sock.bind(('127.0.0.1', 0))")
        port = server("port_of(sock)")
        ports = []
        for client, size in ((one, 5), (two, 700), (one, 5)):
            client("sock = globals().get('sock') or socket.socket(socket.AF_INET, socket.SOCK_DGRAM)")
            client(f"sock.sendto(b'x' * {size}, ('127.0.0.1', {port}))")
            server("sock.recvfrom(1000)")
            ports.append(client("port_of(sock)"))
    flows = {c["server"]["peer_port"]: c["server"]["bytes_received"] for c in trace.document.connections(protocol="udp")}
    same("bytes of each client's flow", flows, {ports[0]: 10, ports[1]: 700})


def test_bind_fails():
    """A socket that became nothing stands among the sockets, with its error."""
    puppet = Puppet("server")
    port = puppet.listen()
    with Trace("-p", puppet.pid) as trace:
        puppet(f"""
            sock = socket.socket()
            try: sock.bind(('127.0.0.1', {port}))
            except OSError: pass
            sock.close()
        """)
    found = [s for s in trace.document["sockets"] if events(s, "bind")]
    same("sockets that tried to bind", len(found), 1)
    bind = event(found[0], "bind")
    same("errno", bind["errno"], "EADDRINUSE")
    same("args", (bind["args"]["address"], bind["args"]["port"]), ("127.0.0.1", port))


def test_listener_calls():
    """The calls that make a listener, with what they were given; a second listen() changes the backlog."""
    puppet = Puppet("server")
    with Trace("-p", puppet.pid) as trace:
        puppet("s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(5); s.listen(1000000)")
        port = puppet("port_of(s)")
        puppet("s.close()")
    listener = trace.document.listener(port=port)
    with open("/proc/sys/net/core/somaxconn", encoding="ascii") as file:
        somaxconn = int(file.read())
    same("backlog at the end", (listener["backlog"]["requested"], listener["backlog"]["effective"]), (1000000, somaxconn))
    same("changes", [(c["requested"], c["effective"]) for c in listener["backlog_changes"]], [(1000000, somaxconn)])
    same("asked for", [e["args"]["backlog"] for e in events(listener, "listen")], [5, 1000000])
    same("in force", [e["args"]["effective"] for e in events(listener, "listen")], [5, somaxconn])
    same("calls", [e["name"] for e in listener["events"]], ["socket", "bind", "listen", "listen", "close"])
    same("socket's domain", event(listener, "socket")["args"]["domain"], "AF_INET")
    assert listener["closed_ns"] > listener["opened_ns"]
