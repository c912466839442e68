# SPDX-License-Identifier: BSD-2-Clause
"""Sockets that the kernel side looks through when user space says so, with more to tell than the ring has room for."""
import statistics
import time

from harness import SOCKTRACE, Program, Skip, eventually, same
from puppet import Puppet
from test_count import table

PUPPETS = 10
PAIRS = 1000 # of each
CROWD = 9000 # pairs: of more than 4,096 sockets at once a CPU does not note that they have something to tell


def make_pairs(puppet, count):
    puppet("import resource; most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]")
    if puppet("most") < 2 * count + 100:
        raise Skip(f"a process may not open {2 * count + 100} files here")
    puppet("resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))")
    puppet(f"pairs = [socket.socketpair() for _ in range({count})]")


def test_all_are_told():
    """As the trace ends nearly all sockets have a run that nothing but its end can tell of."""
    puppets = [Puppet(f"sender{i}") for i in range(PUPPETS)]
    for puppet in puppets:
        make_pairs(puppet, PAIRS)
    program = Program(SOCKTRACE, "-c", "--buffer", "1", *(word for puppet in puppets for word in ("-p", puppet.pid)))
    program.await_message("attached")
    for puppet in puppets:
        puppet.start("for a, b in pairs: a.send(b'x'); b.send(b'y')")
    for puppet in puppets:
        puppet.wait()
    same("status", program.stop(), 0)
    same("sends", table(program.stdout)["send"]["COUNT"], 2 * PUPPETS * PAIRS)
    assert "none lost" in program.stdout, program.stdout


def test_told_soon_after_a_crowd():
    """Sockets that found no room among those with something to tell are told of as soon as others, the next time."""
    puppet = Puppet("sender")
    make_pairs(puppet, CROWD)
    puppet("os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})")
    program = Program(SOCKTRACE, "-p", puppet.pid)
    program.await_message("attached")

    def told(count):
        return lambda: program.stdout.count("send(") == count

    puppet("for a, b in pairs: a.send(b'x')")
    eventually("the crowd is told of", told(CROWD))
    took = []
    for i in range(5):
        began = time.monotonic()
        puppet(f"pairs[{i}][0].send(b'y')")
        eventually("one more is told of", told(CROWD + i + 1))
        took.append(time.monotonic() - began)
    same("status", program.stop(), 0)
    # all sockets are looked through once a second, those that are noted twenty times
    assert statistics.median(took) < 0.5, took
