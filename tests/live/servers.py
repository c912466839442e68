# SPDX-License-Identifier: BSD-2-Clause
"""Real servers for the live tests: started, ready, stopped, and asked what they counted themselves."""
import json
import os
import re
import signal

from harness import LIVE, PYTHON, Program, eventually, find_program, listening, read_text, run

NGINX_CONF = """
user root;
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 4096; }}
http {{
    log_format bytes '$connection $bytes_sent';
    access_log {folder}/access.log bytes;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    sendfile {sendfile};
    keepalive_requests 1000000;
    server {{
        listen 127.0.0.1:{port} backlog=511;
        root {folder}/www;
        location = /status {{ stub_status; }}
    }}
}}
"""


class Nginx:
    """nginx with one worker, and its own count of connections and bytes."""

    def __init__(self, sendfile=False, files=(("small", 612),), port=8080):
        self.folder = os.path.abspath("nginx")
        self.port = port
        os.makedirs(f"{self.folder}/www")
        for name, size in files:
            with open(f"{self.folder}/www/{name}", "wb") as file:
                file.write(b"x" * size)
        with open(f"{self.folder}/nginx.conf", "w", encoding="ascii") as file:
            file.write(NGINX_CONF.format(folder=self.folder, port=port, sendfile="on" if sendfile else "off"))
        self.program = Program(find_program("nginx"), "-c", f"{self.folder}/nginx.conf", "-e", "stderr")
        self.pid = self.program.pid
        eventually("nginx listens", lambda: listening(port) and self.workers())

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def workers(self):
        return read_text(f"/proc/{self.pid}/task/{self.pid}/children").split()

    def accepts(self):
        """Connections accepted so far, the one that asks not included."""
        page = run(find_program("curl"), "-s", self.url("status")).stdout
        return int(re.search(r"requests\s+(\d+)", page)[1]) - 1

    def logged(self):
        """(connection number, bytes sent) of each request so far."""
        return [tuple(map(int, line.split())) for line in read_text(f"{self.folder}/access.log").splitlines()]


class Counting:
    """A server of tests/live/programs: prints its port, and at SIGTERM what it counted."""

    def __init__(self, name):
        interpreter = PYTHON if name.endswith(".py") else find_program("node")
        self.program = Program(interpreter, os.path.join(LIVE, "programs", name))
        self.pid = self.program.pid
        self.port = int(eventually(f"{name} says its port", lambda: self.program.stdout.strip()))

    def counts(self):
        os.kill(self.pid, signal.SIGTERM)
        self.program.finish()
        return json.loads(self.program.stdout.splitlines()[-1])
