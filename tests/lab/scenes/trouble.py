# SPDX-License-Identifier: BSD-2-Clause
"""What happens to a server, or to socktrace, in the middle of an episode."""
import signal
import threading

import harness
from harness import PYTHON, eventually, kernel_counters, read_text, same, socktrace
from lab import LAB, PORT, scene


def knocks(pid):
    """Clients turned away so far in the process's network namespace."""
    keys, values = [line.split() for line in read_text(f"/proc/{pid}/net/netstat").splitlines()[:2]]
    return int(values[keys.index("ListenOverflows")])


def findings(lab, severity):
    return [f for f in lab.document["findings"] if f["severity"] == severity]


def weary(lab, what):
    """The server leaves its listener or changes it while clients are being turned away."""
    server = lab.server("weary.py", PORT, 5, what)
    with lab.watch("-p", server.pid):
        crowd = threading.Thread(target=lab.crowd, kwargs={"rate": 40, "seconds": 2.5, "mute": True})
        crowd.start()
        eventually("clients are turned away", lambda: kernel_counters()["TcpExt.ListenOverflows"] > 20)
        server.process.send_signal(signal.SIGUSR1)
        crowd.join()
    lab.needs("ListenOverflows")


@scene("acceptor-stopped", "The listener is closed while clients wait: who was in its queue is reset.")
def closed_meanwhile(lab):
    weary(lab, "close")


@scene("acceptor-stopped", "The process exits while clients wait.")
def exited_meanwhile(lab):
    weary(lab, "exit")


@scene("acceptor-stopped", "The process forks while clients wait: parent and child have the listener.")
def forked_meanwhile(lab):
    weary(lab, "fork")


@scene("acceptor-stopped", "The process becomes another program by exec while clients wait.")
def executed_meanwhile(lab):
    weary(lab, "exec")


@scene("acceptor-stopped", "listen() is called again with a longer backlog while clients wait.")
def listened_again(lab):
    weary(lab, "listen")
    if lab.document:
        changes = [(change["requested"], change["effective"])
                   for change in lab.document.listener(port=PORT)["backlog_changes"]]
        same("changes of the backlog", changes, [(64, 64)])


@scene(None, "The server and its network namespace are gone while clients are being turned away.")
def namespace_deleted(lab):
    own = harness.Program("unshare", "-n", "sh", "-c", "ip link set lo up; echo up; exec sleep 60")
    eventually("there is a namespace", lambda: own.stdout)
    inside = ["nsenter", "-n", "-t", own.pid]
    server = harness.Program(*inside, PYTHON, f"{LAB}/servers/weary.py", PORT, 5, "exit")
    eventually("it listens", lambda: f":{PORT:04X} " in read_text(f"/proc/{server.pid}/net/tcp"))
    crowd = harness.Program(*inside, PYTHON, f"{LAB}/crowd.py", PORT, "--rate", 40, "--seconds", 60)
    eventually("the queue is full", lambda: " 00000000:00000006 " in read_text(f"/proc/{server.pid}/net/tcp"))
    with lab.watch("-p", server.pid):
        before = knocks(server.pid)
        eventually("clients knock", lambda: knocks(server.pid) > before + 10)
        for program in (crowd, server, own):
            program.process.kill()
            program.finish()
    assert lab.shown or lab.document.listener(port=PORT)["drops"]["syn"] > 0


@scene(None, "A process without listeners: said, and no failure.")
def no_listeners(lab):
    sleeper = harness.Program("sleep", 60)
    done = socktrace("diagnose", "-p", sleeper.pid, "--duration", 0.5)
    assert "No listening socket" in done.stdout, done.stdout + done.stderr


@scene("acceptor-stopped", "A thousand listeners, one of which nobody accepts from.")
def thousand(lab):
    last = PORT + 999
    server = lab.server("thousand.py", PORT, 5, 1000)
    with lab.watch("-p", server.pid):
        lab.crowd(port=last, rate=20, seconds=2, mute=True)
    lab.needs("ListenOverflows")
    if lab.document:
        same("listeners", len(lab.document["listeners"]), 1000)
        ids = {x["id"]: x["port"] for x in lab.document["listeners"]}
        same("who is at fault", {ids[i] for f in findings(lab, "critical") for i in f["listeners"]}, {last})


@scene(None, "socktrace itself is held up, so that events are lost: the verdict says it is incomplete.")
def events_lost(lab):
    server = lab.server("serial.py", PORT, 5, 0.001)
    with lab.watch("--buffer", 1, "-p", server.pid) as watch:
        watch.trace.process.send_signal(signal.SIGSTOP)
        lab.crowd(rate=1500, seconds=2)
        watch.trace.process.send_signal(signal.SIGCONT)
    if lab.document:
        assert lab.document["loss"]["events_lost"], "the load did not provoke it: nothing was lost"
        assert all(not f["complete"] for f in findings(lab, "critical")), "a verdict is called complete"
