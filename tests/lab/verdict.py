# SPDX-License-Identifier: BSD-2-Clause
"""Holds what socktrace found against what the scene was made to provoke and what the kernel
counted. Knows documents and counters, not servers.
"""
from harness import same

RACE = 0.002  # of a flood: two CPUs may disagree with the kernel's own check by so much


class Lost(Exception):
    """Events were lost, so nothing can be said for sure: the scene is to be played again."""


def check(scene, document, rose):
    if not document["loss"]["complete"]:
        raise Lost(document["loss"]["by_kind"])
    check_drops(document, rose)
    check_findings(scene.rule, document)


def total(document, path):
    return sum(listener["drops"][path] or 0 for listener in document["listeners"] if listener["drops"])


def counted(what, got, wanted):
    assert abs(got - wanted) <= wanted * RACE, f"{what}: {got}, not {wanted}"


def check_drops(document, rose):
    """The listeners of the scene are the only ones of their namespace: its counters are theirs."""
    syn, ack, syn_queue, other = (total(document, path) for path in ("syn", "ack", "syn_queue", "other"))
    counted("drops with the accept queue full, by ListenOverflows", syn + ack, rose["TcpExt.ListenOverflows"])
    counted("drops in all, by ListenDrops", syn + ack + syn_queue + other, rose["TcpExt.ListenDrops"])
    counted("SYN queue full without cookies, by TCPReqQFullDrop", syn_queue, rose["TcpExt.TCPReqQFullDrop"])
    counted("cookies, by SyncookiesSent", sum(x["cookies_sent"] or 0 for x in document["listeners"]),
         rose["TcpExt.SyncookiesSent"])


def described(finding):
    return f"{finding['rule']} ({finding['summary']})"


def check_findings(rule, document):
    """At least one finding of that rule, and no warning of another."""
    findings = document["findings"]
    rules = {f["rule"] for f in findings}
    assert rule in rules, f"not {rule} but {[described(f) for f in findings]}"
    others = [described(f) for f in findings if f["rule"] != rule and f["severity"] != "info"]
    assert not others, f"besides {rule} also {others}"
    if rule != "healthy":
        assert all(f["complete"] for f in findings), "a finding is called incomplete"
