# SPDX-License-Identifier: BSD-2-Clause
"""The HTML report: it holds what the stream of the same recording holds, and `view` writes one."""
import base64
import gzip
import os
import re
import stat

from harness import PYTHON, export, messages, one_message, read_stream, read_text, same, socktrace

PAIR = "import socket; a, b = socket.socketpair(); a.send(b'x' * 9); b.recv(9); a.close(); b.close()"
PLACE = r'<script type="application/octet-stream" id="trace" data-encoding="gzip-base64">([^<]*)</script>'


def data_in(path):
    """What a browser finds in the report."""
    found = re.findall(PLACE, read_text(path))
    same("places for a trace", len(found), 1)
    return gzip.decompress(base64.b64decode(found[0], validate=True)) if found[0] else b""


def recording():
    socktrace("record", "-o", "x.skt", "--", PYTHON, "-c", PAIR)
    return "x.skt"


def view(*arguments):
    """The report that `socktrace view` writes where there is no desktop, and says so."""
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": os.getcwd(), "LC_ALL": "C.UTF-8"}
    program = socktrace("view", *arguments, env=environment)
    one_message(program, "no desktop")
    path = program.stdout.rstrip("\n")
    assert path.startswith(os.getcwd() + "/") and path.endswith(".html"), path
    same("who may read it", stat.S_IMODE(os.stat(path).st_mode), 0o600)
    return path


def test_export():
    file = recording()
    export(file, form="ndjson")
    socktrace("export", file, "-o", "x.html")
    same("trace in the report", data_in("x.html"), open("x.skt.ndjson", "rb").read())
    same("on standard output", socktrace("export", file, "--format", "html").stdout, read_text("x.html"))


def test_live():
    """-o x.html beside a live trace."""
    socktrace("-o", "x.html", "--", PYTHON, "-c", PAIR)
    with open("x.ndjson", "wb") as file:
        file.write(data_in("x.html"))
    same("outcome", read_stream("x.ndjson").connection()["outcome"], "closed")


def test_view_recording():
    file = recording()
    export(file, form="ndjson")
    same("trace in the report", data_in(view(file)), open("x.skt.ndjson", "rb").read())


def test_view_documents():
    """A document or stream made before, packed or not, is put in as it is."""
    file = recording()
    for form in "json", "ndjson":
        export(file, form=form)
        with open(f"x.skt.{form}", "rb") as document:
            content = document.read()
        same(form, data_in(view(f"x.skt.{form}")), content)
        with gzip.open("packed.gz", "wb") as packed:
            packed.write(content)
        same(form + " packed", data_in(view("packed.gz")), content)


def test_view_alone():
    same("trace in the viewer", data_in(view()), b"")


def test_view_refuses():
    """What is no trace leaves no file behind."""
    os.mkdir("tmp")
    with open("x.txt", "w", encoding="utf-8") as file:
        file.write("not a trace")
    for name, words in (("x.txt", "not a socktrace recording"), ("none", "No such file")):
        one_message(socktrace("view", name, status=1, env={"TMPDIR": "tmp"}), words)
    same("files", os.listdir("tmp"), [])


def test_disk_full():
    file = recording()
    program = socktrace("export", file, "-o", "/dev/full", "--format", "html", status=1)
    assert "No space left" in "".join(messages(program)), messages(program)
