# SPDX-License-Identifier: BSD-2-Clause
"""What can go wrong: one clear line, the right status, nothing lost, the target undisturbed."""
import os
import re
import shutil
import signal
import subprocess

from harness import PYTHON, SOCKTRACE, Program, Trace, eventually, export, find_program, messages, one_message, read_document, \
    read_stream, run, same, socktrace, unmount_tracefs
from puppet import Puppet


def refuses(*arguments, status, words):
    one_message(socktrace(*arguments, status=status), *words)


def test_pid_never_there():
    refuses("-p", "4194304", status=1, words=["4194304", "gone|no such"])


def test_pid_gone():
    puppet = Puppet()
    puppet.end()
    refuses("-p", puppet.pid, status=1, words=[str(puppet.pid), "gone|no such"])


def as_nobody():
    """socktrace where nobody can reach it, and the way to become nobody."""
    if not os.path.exists("socktrace"):
        shutil.copy(SOCKTRACE, "socktrace")
        os.chmod("socktrace", 0o755)
    return [find_program("setpriv"), "--reuid", "65534", "--regid", "65534", "--clear-groups", os.path.abspath("socktrace")]


def test_without_privileges():
    """The process of another user, seen by nobody: which privilege is missing, and how to get it."""
    puppet = Puppet()
    program = run(*as_nobody(), "-p", puppet.pid, status=1)
    one_message(program, "root|sudo|CAP_BPF")
    same("the target goes on", puppet("1 + 1"), 2)


def test_without_cap_bpf():
    """root that may not load programs."""
    puppet = Puppet()
    program = run(find_program("setpriv"), "--bounding-set", "-bpf,-sys_admin", "--inh-caps", "-all", SOCKTRACE, "-p", puppet.pid, status=1)
    one_message(program, "CAP_BPF")


def test_without_btf():
    """A kernel without type information: said at once, with what to do."""
    run("mount", "--bind", "/dev/null", "/sys/kernel/btf/vmlinux")
    puppet = Puppet()
    one_message(socktrace("-p", puppet.pid, status=1), "BTF")


def test_pid_namespace():
    """In a container a process has another number than the one BPF programs see: said, not searched for in vain."""
    inside = [find_program("unshare"), "-p", "-f", "--mount-proc", SOCKTRACE]
    for target in (("-p", "1"), ("--", "true")):
        one_message(run(*inside, *target, status=1), "PID namespace", "--pid=host")
    one_message(run(*inside, "-a", "--duration", "0.1"), "the host's")


def test_without_tracefs():
    """Mounted by socktrace for itself alone, and not left behind."""
    unmount_tracefs()
    puppet = Puppet()
    with Trace("-p", puppet.pid) as trace:
        puppet("socket.socket().close()")
    same("sockets", len(trace.document["sockets"]), 1)
    same("tracefs is mounted", os.path.ismount("/sys/kernel/tracing"), False)


def test_check():
    """`check` names every row of the probe plan, for root and for nobody."""
    rows = r"^calls +\S.*\n(.*\n)*^TCP states +\S"
    assert re.search(rows, socktrace("check").stdout, re.MULTILINE), "check names no rows"
    program = Program(*as_nobody(), "check")
    program.finish()
    one_message(program, "root|sudo|CAP_BPF")


def test_unwritable_output():
    puppet = Puppet()
    refuses("-p", puppet.pid, "-o", "absent/x.json", status=1, words=["absent/x.json", "no such file or directory"])
    refuses("record", "-p", puppet.pid, "-o", "absent/x.skt", status=1, words=["absent/x.skt", "no such file or directory"])


def test_files_outlive_a_false_start():
    """What cannot begin empties no file that is there, and makes none."""
    for name, command in (("x.skt", ["record"]), ("x.json", []), ("x.ndjson", []), ("x.html", [])):
        with open(name, "w", encoding="ascii") as file:
            file.write("from before")
        refuses(*command, "-o", name, "-p", "4194304", status=1, words=["4194304"])
        same(name, open(name, encoding="ascii").read(), "from before")
        refuses(*command, "-o", "new." + name, "-p", "4194304", status=1, words=["4194304"])
        assert not os.path.exists("new." + name), f"new.{name} was made"


def test_unknown_output_form():
    puppet = Puppet()
    refuses("-p", puppet.pid, "-o", "x.doc", status=2, words=["x.doc", "json"])


def fill(server, client, port, connections):
    for _ in range(connections):
        client(f"socks = [tcp_connect({port}) for _ in range(50)]")
        server("kept = [listener.accept()[0] for _ in range(50)]")
        client("for sock in socks: sock.sendall(b'x' * 10); sock.close()")
        server("for sock in kept: assert receive_all(sock) == 10; sock.close()")


def test_disk_full_while_recording():
    """The recorder says so and ends; what it wrote reads back; the server does not notice."""
    os.mkdir("tiny")
    run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", "tiny")
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=64)
    recorder = Program(SOCKTRACE, "record", "-o", "tiny/x.skt", "-p", server.pid)
    recorder.await_message("attached")
    for _ in range(100):
        if recorder.process.poll() is not None:
            break
        fill(server, client, port, 1)
    same("status", recorder.finish(), 1)
    one_message(recorder, "tiny/x.skt", "no space left")
    shutil.copy("tiny/x.skt", "x.skt")
    said = re.search(r"x.skt: ([\d,]+) events, ([\d,]+) TCP connections, ([\d,]+) lost", recorder.stderr)
    assert said and said[1] in socktrace("show", "x.skt").stdout and int(said[3].replace(",", "")) > 0, recorder.stderr
    assert len(export("x.skt")["connections"]) > 50, "what was written before is lost"
    fill(server, client, port, 1)


def test_disk_full_while_exporting():
    server, client = Puppet("server"), Puppet("client")
    port = server.listen(backlog=64)
    with Trace("-p", server.pid, form="record") as trace:
        fill(server, client, port, 4)
    os.mkdir("tiny")
    run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "tiny")
    refuses("export", trace.path, "--format", "json", "-o", "tiny/x.json", status=1, words=["tiny/x.json", "no space left", "free some space"])


def test_disk_full_on_stdout():
    """Whatever is printed: that it cannot be written is said, and is the status."""
    with open("/dev/full", "wb") as full:
        for arguments in (["check"], ["list"], ["--help"], ["--version"], ["-q", "--", "true"]):
            one_message(socktrace(*arguments, stdout=full, status=1), "standard output", "no space left")


def test_stdout_closed():
    """socktrace | head -1: ends by itself once nobody reads, disturbs nobody, and what -o names is whole."""
    puppet = Puppet()
    reader, writer = os.pipe()
    program = Program(SOCKTRACE, "-p", puppet.pid, "-o", "x.skt", "-o", "x.json", "-o", "x.ndjson", stdout=writer)
    os.close(writer)
    program.await_message("attached")
    puppet("socket.socket().close()")
    assert os.read(reader, 10), "no line at all"
    os.close(reader)

    def ended():
        puppet("socket.socket().close()")
        return program.process.poll() is not None
    eventually("socktrace ends", ended)
    program.finish()
    assert len(messages(program)) <= 1, f"too much to say: {messages(program)}"
    same("status", program.process.returncode, 1)
    for document in read_document("x.json"), read_stream("x.ndjson"), export("x.skt"):
        document.check_complete()


def test_stdout_closed_early():
    """A command traced into `head -1`: it runs to its end, and the file of -o is whole as far as it goes."""
    command = "import socket; [socket.socket().close() for _ in range(10000)]; open('done', 'w').close()"
    shell = subprocess.run(f'{SOCKTRACE} -o x.json -- {PYTHON} -c "{command}" | head -1',
                           shell=True, capture_output=True, text=True, check=False, timeout=60)
    same("lines", len(shell.stdout.splitlines()), 1)
    eventually("the command comes to its end", lambda: os.path.exists("done"))
    assert read_document("x.json")["sockets"], "what was seen is not in the file"


def test_command_not_there():
    refuses("--", "./absent", status=127, words=["./absent", "no such file"])
    refuses("--", "absent-command", status=127, words=["absent-command"])


def test_command_not_executable():
    with open("plain", "w", encoding="ascii"):
        pass
    refuses("--", "./plain", status=126, words=["./plain", "permission denied"])


def test_usage():
    for arguments, words in (
            (["--no-such-option"], ["no-such-option"]),
            (["-p"], ["argument", "p"]),
            (["-p", "many"], ["many"]),
            (["-p", "1", "--duration", "long"], ["long"]),
            (["-p", "1", "--duration", "1e-12"], ["1e-12"]),
            (["-p", "1", "-L", "99999"], ["99999"]),
            (["-p", "1", "-o", "x.json", "-o", "x.json"], ["x.json", "twice"]),
            (["-p", "1", "-4", "-6"], ["-4", "-6"]),
            (["-p", "1", "-a"], ["-a"]),
            (["-p", "1", "-e", "trace=dance"], ["dance"]),
            (["-p", "1", "-e", "trace="], ["trace="]),
            (["-e", "trace=connect"], ["what to trace"]),
            (["diagnose", "-p", "1", "-e", "trace=connect"], ["-e", "accept"]),
            (["-u", "no-such-user", "--", "true"], ["no-such-user"]),
            (["record", "-p", "1"], ["-o"]),
            (["record", "-c", "-o", "x.skt", "-p", "1"], ["-c", "show"]),
            (["-c", "--json", "-p", "1"], ["-c", "--json"]),
            (["show", "x.skt", "-c", "--conn", "1"], ["-c"]),
            (["show", "x.skt", "-L", "80"], ["-L", "x.skt"]),
            (["show", "x.skt", "-4"], ["-4", "x.skt"]),
            (["show", "x.skt", "-6"], ["-6", "x.skt"]),
            (["show", "x.skt", "-e", "trace=accept"], ["-e", "x.skt"]),
            (["show", "x.skt", "--json"], ["--json", "ndjson"]),
            (["export", "x.skt", "--format", "json", "-p", "1"], ["-p", "x.skt"]),
            (["diagnose", "x.skt", "--rport", "80"], ["--rport", "x.skt"]),
            (["view", "x.skt", "--duration", "5"], ["--duration", "x.skt"]),
            (["record", "-p", "1", "-o", "x.json"], ["x.json", "recording"]),
            (["list", "-o", "x.json"], ["-o", "list"]),
            (["-c"], ["what to trace"]),
            (["export", "x.skt", "--format", "doc"], ["doc"]),
            (["show"], ["FILE"])):
        refuses(*arguments, status=2, words=words)


def test_forgotten_dashes():
    refuses("python3", "x.py", status=2, words=["did you mean", "--"])


def test_cgroup_not_there():
    refuses("--cgroup", "/no/such/cgroup", status=1, words=["/no/such/cgroup"])


def test_help():
    assert "TARGET" in socktrace("--help").stdout
    assert socktrace("--version").stdout.startswith("socktrace")


def test_interrupt():
    """Ctrl-C ends a trace in order: what was seen is drawn, status 0."""
    server, client = Puppet("server"), Puppet("client")
    port = server.listen()
    program = Program(SOCKTRACE, "-p", server.pid)
    program.await_message("attached")
    client(f"sock = tcp_connect({port}); sock.close()")
    server("sock, _ = listener.accept(); sock.close()")
    same("status", program.stop(), 0)
    assert f":{port}" in program.stdout
    same("messages", messages(program), [])


def test_interrupted_start():
    """Ctrl-C before the command has begun, which a terminal sends to both: it does not begin, and that is said."""
    program = Program(SOCKTRACE, "--", "touch", "begun", start_new_session=True)
    children = f"/proc/{program.pid}/task/{program.pid}/children"
    eventually("the process that is to become the command", lambda: open(children, encoding="ascii").read())
    os.killpg(program.pid, signal.SIGINT)
    same("status", program.finish(), 1)
    one_message(program, "interrupted", "touch")
    assert not os.path.exists("begun"), "the command ran"


def test_interrupted_command():
    """Ctrl-C goes to both: what the command does then is traced, and its status is the trace's."""
    serve = "import socket; socket.create_server(('127.0.0.1', 0)).accept()"
    for command, status in (["sleep", "100"], 128 + signal.SIGINT), ([PYTHON, "-c", f"try: {serve}\nexcept KeyboardInterrupt: raise SystemExit(7)"], 7):
        program = Program(SOCKTRACE, "--", *command, start_new_session=True)
        program.await_message("attached")
        eventually("the command runs", lambda: command[0] != PYTHON or "listen(" in program.stdout)
        os.killpg(program.pid, signal.SIGINT)
        same("status", program.finish(), status)
    assert re.search(r"accept\(\d+\) EINTR", program.stdout), program.stdout


def test_terminate():
    """SIGTERM as Ctrl-C: the file is whole."""
    puppet = Puppet()
    program = Program(SOCKTRACE, "-p", puppet.pid, "-o", "x.json")
    program.await_message("attached")
    puppet("socket.socket().close()")
    program.process.send_signal(signal.SIGTERM)
    same("status", program.finish(), 0)
    same("sockets", len(read_document("x.json")["sockets"]), 1)


def test_killed_tracer_leaves_nothing():
    """kill -9 of socktrace: the target goes on, no program stays attached, no mount is left."""
    puppet = Puppet()
    mounts = open("/proc/self/mounts", encoding="ascii").read()
    program = Program(SOCKTRACE, "-p", puppet.pid)
    program.await_message("attached")
    program.process.kill()
    program.finish()
    same("the target goes on", puppet("s = socket.socket(); s.close(); 1") or 1, 1)
    same("mounts", open("/proc/self/mounts", encoding="ascii").read(), mounts)
