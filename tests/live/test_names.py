# SPDX-License-Identifier: BSD-2-Clause
"""Names chosen by the traced side: nothing in them reaches a terminal or breaks a document."""
from harness import PYTHON, SOCKTRACE, Program, Trace, export, read_document, same, socktrace
from puppet import Puppet

ESCAPE = "\x1b[31m"


def harmless(text):
    """No control character but the line feed, and only whole UTF-8."""
    bad = [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or 0xDC80 <= ord(c) <= 0xDCFF]
    same("dangerous characters on stdout", bad, [])


def hostile(comm=b"", path=None):
    """The output and the document of a process with that name, listening on that path."""
    puppet = Puppet()
    program = Program(SOCKTRACE, "-o", "x.json", "-p", puppet.pid)
    program.await_message("attached")
    if comm:
        puppet(f"open('/proc/self/comm', 'wb').write({comm!r})")
    if path:
        puppet(f"s = socket.socket(socket.AF_UNIX); s.bind({path!r}); s.listen(1); s.close()")
    else:
        puppet("socket.socket().close()")
    same("status", program.stop(), 0)
    harmless(program.stdout)
    return program, read_document("x.json")


def name_of(document):
    return document["processes"][0]["names"][-1][1]


def test_comm_with_escape_sequence():
    _, document = hostile(b"a\x1b[31mb")
    same("name in the document", name_of(document), "a\x1b[31mb")


def test_comm_with_quotes():
    _, document = hostile(b"a\"b'c\\d<e>&")
    same("name in the document", name_of(document).encode(), b"a\"b'c\\d<e>&")


def test_comm_with_line_feed():
    program, document = hostile(b"one\ntwo")
    same("name in the document", name_of(document), "one\ntwo")
    assert not any(line.startswith("two") for line in program.stdout.splitlines()), "a name made a line of its own"


def test_comm_not_utf8():
    _, document = hostile(b"caf\xe9")
    same("name in the document", name_of(document), "caf\\xe9")


def test_path_with_escape_sequence():
    _, document = hostile(path=b"a\x1b]0;title\x07.sock")
    same("path", document["listeners"][0]["path"], "a\x1b]0;title\x07.sock")


def test_path_not_utf8():
    _, document = hostile(path=b"\xff\xfe.sock")
    same("path", document["listeners"][0]["path"], "\\xff\\xfe.sock")


def test_abstract_path_with_nul():
    _, document = hostile(path=b"\0a\0b\"c")
    listener = document["listeners"][0]
    same("abstract", listener["abstract"], True)
    same("path", listener["path"], "a\0b\"c")


def test_command_of_many_lines():
    """What socktrace says of its target is one line, whatever was typed."""
    program = socktrace("-q", "--", PYTHON, "-c", "pass\npass  # \x1b[31m")
    same("lines", [line for line in program.stderr.splitlines() if "pass" in line],
         [f"socktrace: attached to -- {PYTHON} -c pass\\x0apass  # \\x1b[31m (Ctrl-C ends)"])


def test_hostile_names_offline():
    """The same through a recording: show, and the picture."""
    from xml.etree import ElementTree
    server, client = Puppet(), Puppet()
    with Trace("-p", server.pid, "-p", client.pid, form="record") as trace:
        server(f"open('/proc/self/comm', 'wb').write({('<' + ESCAPE + '>').encode()!r})")
        server("s = socket.socket(socket.AF_UNIX); s.bind(b'\\x1b<&\\xff.sock'); s.listen(1)")
        client("c = socket.socket(socket.AF_UNIX); c.connect(b'\\x1b<&\\xff.sock')")
        server("a, _ = s.accept(); a.close()")
        client("c.close()")
    harmless(socktrace("show", trace.path).stdout)
    socktrace("export", trace.path, "--format", "svg", "--conn", "1", "-o", "x.svg")
    ElementTree.parse("x.svg")
    same("connections", len(export(trace.path)["connections"]), 1)
