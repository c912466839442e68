# SPDX-License-Identifier: BSD-2-Clause
"""Servers that are well, under all the load that this machine can give them."""
import os

import harness
from harness import find_program, run
from lab import PORT, scene
from servers import Nginx


@scene("healthy", "A thread pool in Python, 1,000 clients a second.")
def pool(lab):
    server = lab.server("pool.py", PORT, 128)
    with lab.watch("-p", server.pid):
        lab.crowd(rate=1000, seconds=2, patience=2)


@scene("healthy", "nginx, 64 connections with as many requests as they can send.", alone=True)
def nginx_busy(lab):
    nginx = Nginx(port=PORT)
    with lab.watch("-p", nginx.pid):
        run(find_program("wrk"), "-t", 1, "-c", 64, "-d", "1s", nginx.url("small"))


@scene("healthy", "nginx, a new connection for each of 5,000 requests.", alone=True)
def nginx_short(lab):
    nginx = Nginx(port=PORT)
    with lab.watch("-p", nginx.pid):
        run(find_program("ab"), "-q", "-n", 5000, "-c", 32, nginx.url("small"))


@scene("healthy", "Redis, 50 connections, 20,000 commands.", alone=True)
def redis_busy(lab):
    redis = lab.start(find_program("redis-server"), "--port", PORT, "--save", "", "--dir", os.getcwd())
    with lab.watch("-p", redis.pid):
        run(find_program("redis-benchmark"), "-p", PORT, "-c", 50, "-n", 20_000, "-t", "set", "-q")
    harness.same("ListenDrops", lab.rose["TcpExt.ListenDrops"], 0)
