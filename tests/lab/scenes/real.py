# SPDX-License-Identifier: BSD-2-Clause
"""Real servers, as they come, brought into the same troubles."""
import os
import signal

from harness import eventually, find_program, in_syscall, read_text, run
from lab import PORT, Program, scene, setting

SYSCALL_SLEEP = {"x86_64": (35, 230), "aarch64": (101, 115)}[os.uname().machine]

NGINX_CONF = """
user root;
daemon off;
worker_processes 2;
error_log stderr;
pid {folder}/nginx.pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} reuseport backlog=16;
        return 204;
    }}
}}
"""

LIGHTTPD_CONF = """
server.document-root = "{folder}"
server.bind = "127.0.0.1"
server.port = {port}
server.max-connections = 8
server.listen-backlog = 8
"""

PHP_FPM_CONF = """
[global]
error_log = {folder}/fpm.log
daemonize = no
[www]
user = root
listen = {folder}/fpm.sock
listen.backlog = 4
pm = static
pm.max_children = 2
"""


def write(name, text):
    """A file in the scene's folder; gives its path."""
    path = os.path.abspath(name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def configured(name, text):
    return write(name, text.format(folder=os.getcwd(), port=PORT))


def children(pid):
    return [int(child) for child in read_text(f"/proc/{pid}/task/{pid}/children").split()]


@scene("backlog-clamped", "Redis asks for its 511, somaxconn of its namespace is 128; clients come 1,000 at a time.")
def redis_clamped(lab):
    setting("core/somaxconn", 128)
    redis = lab.start(find_program("redis-server"), "--port", PORT, "--bind", "0.0.0.0", "--protected-mode", "no",
                      "--tcp-backlog", 511, "--save", "", "--dir", os.getcwd())
    with lab.watch("-p", redis.pid):
        lab.load("peers.py", PORT, "burst", 1000, 2)
    lab.needs("ListenOverflows")


@scene("acceptor-slow", "Redis, and somebody's command that takes a second: its loop accepts nobody meanwhile.")
def redis_slow_command(lab):
    redis = lab.start(find_program("redis-server"), "--port", PORT, "--tcp-backlog", 16, "--save", "",
                      "--enable-debug-command", "local", "--dir", os.getcwd())
    with lab.watch("-p", redis.pid):
        command = Program(find_program("redis-cli"), "-p", PORT, "debug", "sleep", 1)
        eventually("redis sleeps", lambda: in_syscall(redis.pid, *SYSCALL_SLEEP))
        lab.crowd(rate=60, seconds=2, mute=True)
        command.finish()
    lab.needs("ListenOverflows")


@scene("reuseport-member-stuck", "nginx, two workers with a socket each; one of them is stopped.")
def nginx_worker_stopped(lab):
    nginx = lab.start(find_program("nginx"), "-c", configured("nginx.conf", NGINX_CONF), "-e", "stderr")
    eventually("two workers", lambda: len(children(nginx.pid)) == 2)
    os.kill(children(nginx.pid)[0], signal.SIGSTOP)
    with lab.watch("-p", nginx.pid):
        lab.crowd(rate=50, seconds=3)
    os.kill(children(nginx.pid)[0], signal.SIGCONT)
    lab.needs("ListenOverflows")


@scene("acceptor-at-limit", "lighttpd at its server.max-connections, 8.")
def lighttpd_limit(lab):
    lighttpd = lab.start(find_program("lighttpd"), "-D", "-f", configured("lighttpd.conf", LIGHTTPD_CONF))
    with lab.watch("-p", lighttpd.pid):
        lab.crowd(rate=20, seconds=3, hold=True, mute=True)
    lab.needs("ListenOverflows")


@scene("unix-backlog-full", "php-fpm on a UNIX socket: two workers, 200 ms a page, fifteen clients.")
def php_fpm(lab):
    write("slow.php", '<?php usleep(200000); echo "thanks";\n')
    version = sorted(name for name in os.listdir("/usr/sbin") if name.startswith("php-fpm"))
    fpm = lab.start(find_program(*version or ["php-fpm"]), "-R", "-n", "-y", configured("fpm.conf", PHP_FPM_CONF),
                    where=os.path.abspath("fpm.sock"))
    with lab.watch("-p", fpm.pid):
        seen = lab.load("unix_crowd.py", os.path.abspath("fpm.sock"), 12, 3, 2, os.path.abspath("slow.php"))
    lab.kept_waiting(seen)


@scene("acceptor-out-of-fds", "memcached, and a limit of 40 open files.")
def memcached_fds(lab):
    memcached = lab.start(find_program("memcached"), "-u", "root", "-p", PORT, "-U", 0, "-t", 1, "-b", 8, "-c", 512)
    run(find_program("prlimit"), "--pid", memcached.pid, "--nofile=40:40")
    with lab.watch("-p", memcached.pid):
        lab.crowd(rate=40, seconds=2.5, hold=True, mute=True)
    lab.needs("ListenOverflows")
    lab.holds("acceptor-out-of-fds", nofile_soft=40, nofile_hard=40, fds_open=40)
