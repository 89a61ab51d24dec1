#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The built gateway where it takes a process: nginx, curl, wrk, signals, descriptors, memory.

    gateway_e2e.py GATEWAY SOURCE_DIR [test...]

Every server is started by the test on a free port and in a temporary folder, and ended by it.
What needs none is in end_to_end_test.cpp. No test measures time; waits end with the event they wait for, or fail after a long while.
"""

import fcntl
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

GATEWAY = ""
SOURCE_DIR = pathlib.Path()
PATIENCE = 30  # seconds; only a failing test waits so long

SOURCES_WITH_DEMO = """
[demo]
ledger = "{ledger}"
[[upstreams]]
name = "activity"
url = "/user_activity"
[[upstreams]]
name = "revenue"
url = "/revenue_stream"
[[upstreams]]
name = "health"
url = "{health}"
timeout = "{timeout}"
"""


class Gateway:
    """A running gateway; its log lines are kept as objects."""

    def __init__(self, folder, upstreams, server="", until="serving", around=()):
        self.config = pathlib.Path(folder) / "gateway.toml"
        self.config.write_text(f"[server]\nport = 0\n{server}\n{upstreams}")
        # AddressSanitizer keeps what was freed for a while, which would look like a leak.
        environment = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"}
        # At a terminal SIGHUP would mean something else.
        self.process = subprocess.Popen([*around, GATEWAY, "--config", self.config],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, env=environment)
        self.log = []
        self.changed = threading.Condition()
        self.is_log_read = threading.Event()
        self.is_log_read.set()
        self.reader = threading.Thread(target=self._read_log)
        self.reader.start()
        began = self.wait_event(until)
        if until == "serving":
            self.port = int(began["address"].rsplit(":", 1)[1])

    def _read_log(self):
        for line in self.process.stderr:
            self.is_log_read.wait()
            with self.changed:
                self.log.append(json.loads(line) if line.startswith("{")
                                else {"event": "<text>", "text": line.strip()})
                self.changed.notify_all()
        with self.changed:
            self.log.append({"event": "<end>"})
            self.changed.notify_all()

    def hold_log(self):
        """Reads no more of its log until `is_log_read` is set: most of what comes has to wait."""
        self.is_log_read.clear()
        fcntl.fcntl(self.process.stderr, fcntl.F_SETPIPE_SZ, 4096)

    def events(self, name):
        with self.changed:
            return [each for each in self.log if each["event"] == name]

    def wait_event(self, name, count=1):
        def happened():
            found = [each for each in self.log if each["event"] == name]
            return len(found) >= count or any(each["event"] == "<end>" for each in self.log)

        with self.changed:
            if not self.changed.wait_for(happened, PATIENCE):
                raise AssertionError(f"no log event {name!r}: {self.log}")
        found = self.events(name)
        if len(found) < count:
            raise AssertionError(f"the gateway ended before {name!r}: {self.log}")
        return found[count - 1]

    def get(self, path, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=fields)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def dashboard(self):
        status, body = self.get("/dashboard")
        return status, json.loads(body)

    def raw(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def has_signal(self, which, number):
        """Whether a signal is in one of the sets that /proc knows of the thread of its loop."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{which}:\s+([0-9a-f]+)", status).group(1), 16) >> (number - 1) & 1

    def ask_to_stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait_exit(self):
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return code

    def close(self):
        self.is_log_read.set()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join(PATIENCE)
        self.process.stderr.close()


class Nginx:
    """A real nginx that serves JSON files and notes each request's connection."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "nginx"
        (self.folder / "www").mkdir(parents=True)
        (self.folder / "www" / "plain.json").write_text('{"kind": "content-length"}')
        # nginx does not know the length of what it replaces in, and so sends it in chunks.
        (self.folder / "www" / "chunked.json").write_text('{"kind": "PLACE"}')
        self.port = free_port()
        config = self.folder / "nginx.conf"
        config.write_text(f"""
            daemon off; master_process off; worker_processes 1;
            pid {self.folder}/pid; error_log {self.folder}/error.log;
            events {{ worker_connections 256; }}
            http {{
              log_format seen '$connection $request_uri $status';
              access_log {self.folder}/access.log seen;
              client_body_temp_path {self.folder}/b; proxy_temp_path {self.folder}/p;
              fastcgi_temp_path {self.folder}/f; uwsgi_temp_path {self.folder}/u;
              scgi_temp_path {self.folder}/s; keepalive_requests 100000;
              server {{
                listen 127.0.0.1:{self.port}; root {self.folder}/www; default_type application/json;
                location = /chunked.json {{ sub_filter PLACE chunked; sub_filter_types application/json; }}
              }}
            }}""")
        self.process = subprocess.Popen(["nginx", "-c", config, "-p", self.folder],
                                        stderr=subprocess.DEVNULL)
        wait_listening(self.port, self.process)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def accesses(self, path):
        lines = (self.folder / "access.log").read_text().splitlines()
        return [line.split() for line in lines if f" {path} " in line]

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


class HeldUpstream:
    """Takes requests and holds them until it is told to answer; then all, and later ones at once."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        self.changed = threading.Condition()
        self.requests = 0
        self.heads = []
        self.answers = False
        self.is_closed = False
        self.connections = []
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with self.changed:
                if self.is_closed:
                    connection.close()
                    return
                self.connections.append(connection)
            self.threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self.threads[-1].start()

    def _serve(self, connection):
        try:
            received = b""
            while part := connection.recv(65536):
                received += part
                while b"\r\n\r\n" in received:
                    head, received = received.split(b"\r\n\r\n", 1)
                    with self.changed:
                        self.heads.append(head.decode())
                        self.requests += 1
                        self.changed.notify_all()
                        self.changed.wait_for(lambda: self.answers or self.is_closed)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        except OSError:
            pass  # the gateway has given up

    def wait_requests(self, count):
        with self.changed:
            if not self.changed.wait_for(lambda: self.requests >= count, PATIENCE):
                raise AssertionError(f"only {self.requests} requests have come")

    def answer(self, answers=True):
        with self.changed:
            self.answers = answers
            self.changed.notify_all()

    def close(self):
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()
            for each in self.connections:
                each.close()
        # An accept() under way does not notice a close() on another thread.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for each in self.threads:
            each.join(PATIENCE)


def namespace_command():
    """What runs a command as the first process of a PID namespace, or why nothing does."""
    command = ["unshare", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    return command, tried.stderr.strip() if tried.returncode != 0 else ""


def children_of(process):
    """By /proc: not every kernel lists the children of a task."""
    found = []
    for each in pathlib.Path("/proc").iterdir():
        if not each.name.isdigit():
            continue
        try:
            status = (each / "status").read_text()
        except OSError:
            continue  # it has ended meanwhile
        if re.search(rf"^PPid:\t{process}$", status, re.MULTILINE):
            found.append(int(each.name))
    return found


def free_port():
    """Below the ports that the kernel gives to clients: somebody who tries again and again to
    connect to one of those may get it for his own side, and is then connected with himself."""
    for _ in range(1000):
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def settles(measure, limit):
    """Waits until a figure is down to `limit`; what a peer has closed is seen a little later."""
    end = time.monotonic() + PATIENCE
    while (seen := measure()) > limit and time.monotonic() < end:
        os.sched_yield()
    return seen <= limit


def wait_listening(port, process):
    """Tries to connect until somebody accepts. The wait is the kernel's, not a sleep."""
    for _ in range(100_000):
        if process.poll() is not None:
            raise AssertionError("the server ended at once")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
            return
        except ConnectionRefusedError:
            os.sched_yield()
    raise AssertionError("the server does not listen")


def read_all(connection):
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def status_of(answer):
    return int(answer.split(b" ", 2)[1])


class GatewayTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="leat-gateway-")
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self, health="/system_health", timeout="5s", server="", more="", **how):
        text = SOURCES_WITH_DEMO.format(ledger=SOURCE_DIR / "apps/gateway/ledger.csv",
                                        health=health, timeout=timeout)
        gateway = Gateway(self.folder, text + more, server, **how)
        self.addCleanup(gateway.close)
        return gateway

    def start_nginx(self):
        nginx = Nginx(self.folder)
        self.addCleanup(nginx.close)
        return nginx

    # --- the dashboard

    def test_default_configuration(self):
        port = free_port()
        # Without an environment, as a supervisor may start it.
        process = subprocess.Popen(
            [GATEWAY, "--config", SOURCE_DIR / "apps/gateway/leat-gateway.toml", "--port",
             str(port)], stderr=subprocess.DEVNULL, env={})
        try:
            wait_listening(port, process)
            out = subprocess.run(["curl", "-sS", "--fail", f"http://127.0.0.1:{port}/dashboard"],
                                 capture_output=True, check=True, timeout=PATIENCE)
            entries = json.loads(out.stdout)
            self.assertEqual(list(entries), ["activity", "revenue", "health"])
            self.assertEqual({each["status"] for each in entries.values()}, {"ok"})
            self.assertEqual(entries["revenue"]["data"]["transactions"], 10_000)
        finally:
            process.terminate()
            self.assertEqual(process.wait(PATIENCE), 0)

    def test_killed_upstream(self):
        nginx = self.start_nginx()
        gateway = self.start(health=nginx.url("/plain.json"))
        self.assertEqual(gateway.dashboard()[1]["health"]["status"], "ok")
        nginx.process.kill()
        nginx.process.wait()
        status, entries = gateway.dashboard()
        self.assertEqual(status, 200)
        self.assertEqual([each["status"] for each in entries.values()], ["ok", "ok", "error"])
        self.assertTrue(entries["health"]["detail"])
        self.assertNotIn(str(nginx.port), entries["health"]["detail"])

    # --- nginx as the upstream

    def test_nginx_keep_alive(self):
        nginx = self.start_nginx()
        gateway = self.start(health=nginx.url("/plain.json"))
        for _ in range(100):
            _, entries = gateway.dashboard()
            self.assertEqual(entries["health"]["data"], {"kind": "content-length"})
        accesses = nginx.accesses("/plain.json")
        self.assertEqual(len(accesses), 100)
        self.assertEqual(len({connection for connection, *_ in accesses}), 1)

    def test_nginx_chunked(self):
        nginx = self.start_nginx()
        gateway = self.start(health=nginx.url("/chunked.json"))
        for _ in range(3):
            _, entries = gateway.dashboard()
            self.assertEqual(entries["health"]["data"], {"kind": "chunked"})
        accesses = nginx.accesses("/chunked.json")
        self.assertEqual(len({connection for connection, *_ in accesses}), 1)

    def test_nginx_stopped(self):
        nginx = self.start_nginx()
        gateway = self.start(health=nginx.url("/plain.json"))
        gateway.dashboard()
        nginx.close()
        for _ in range(20):
            status, entries = gateway.dashboard()
            self.assertEqual(status, 200)
            self.assertEqual(entries["health"]["status"], "error")
        before = gateway.descriptors()
        for _ in range(20):
            gateway.dashboard()
        self.assertTrue(settles(gateway.descriptors, before))
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)

    def test_ten_thousand_calls(self):
        gateway = self.start()
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
        counts = set()
        for call in range(3400):
            connection.request("GET", "/dashboard")
            connection.getresponse().read()
            if call >= 100 and call % 100 == 0:
                counts.add(gateway.descriptors())
        connection.close()
        gateway.wait_event("upstream called", 10_000)
        self.assertEqual(len(counts), 1, counts)

    # --- load

    def test_sigterm_under_load(self):
        gateway = self.start(server="max_connections = 600")
        url = f"http://127.0.0.1:{gateway.port}/dashboard"
        with subprocess.Popen(["wrk", "-t", "1", "-c", "64", "-d", "2s", url],
                              stdout=subprocess.DEVNULL) as load:
            gateway.wait_event("request", 200)
            gateway.ask_to_stop()
            self.assertEqual(gateway.wait_exit(), 0)
            load.wait(PATIENCE)
        self.assertEqual(len(gateway.events("stopped")), 1)

    def test_load(self):
        gateway = self.start(server="max_connections = 600")
        url = f"http://127.0.0.1:{gateway.port}/health/live"
        command = ["wrk", "-t", "1", "-c", "256", "-d", "2s", url]
        subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
        before = gateway.resident_kib()
        out = subprocess.run(command, capture_output=True, check=True, text=True,
                             timeout=PATIENCE).stdout
        self.assertNotIn("Non-2xx", out)
        self.assertNotIn("Socket errors", out)
        self.assertLess(gateway.resident_kib() - before, 4096, "memory grows under load")
        self.assertEqual(gateway.dashboard()[0], 200)

    # --- its end

    def test_sigterm(self):
        gateway = self.start()
        gateway.dashboard()
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)
        self.assertEqual(len(gateway.events("stopped")), 1)

    def test_sigint(self):
        gateway = self.start()
        gateway.ask_to_stop(signal.SIGINT)
        self.assertEqual(gateway.wait_exit(), 0)

    def test_sigterm_with_a_request_under_way(self):
        with socket.create_server(("127.0.0.1", 0)) as slow:
            port = slow.getsockname()[1]
            gateway = self.start(health=f"http://127.0.0.1:{port}/")
            client = gateway.raw()
            client.sendall(b"GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n")
            upstream, _ = slow.accept()
            upstream.recv(65536)
            gateway.ask_to_stop()
            gateway.wait_event("draining")
            self.assertRaises(ConnectionRefusedError, gateway.raw)
            upstream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            answer = read_all(client)
            self.assertEqual(status_of(answer), 200)
            self.assertIn(b"connection: close", answer.lower())
            self.assertEqual(gateway.wait_exit(), 0)
            client.close()
            upstream.close()

    def test_second_sigterm(self):
        with socket.create_server(("127.0.0.1", 0)) as slow:
            port = slow.getsockname()[1]
            gateway = self.start(health=f"http://127.0.0.1:{port}/", timeout="1h",
                                 server='drain = "1h"')
            client = gateway.raw()
            client.sendall(b"GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n")
            upstream, _ = slow.accept()
            gateway.ask_to_stop()
            gateway.wait_event("draining")
            gateway.ask_to_stop()
            self.assertEqual(gateway.wait_exit(), 128 + signal.SIGTERM)
            self.assertEqual(len(gateway.events("stopping at once")), 1)
            self.assertEqual(len(gateway.events("application_shutdown")), 1)
            client.close()
            upstream.close()

    def held_upstream(self):
        upstream = HeldUpstream()
        self.addCleanup(upstream.close)
        return upstream

    def test_sigterm_with_a_hundred_requests(self):
        upstream = self.held_upstream()
        gateway = self.start(health=upstream.url, timeout="1h")
        before = gateway.descriptors()
        probe = gateway.raw()
        clients = [gateway.raw() for _ in range(100)]
        # All of them are accepted before they ask.
        self.assertTrue(settles(lambda: before + 101 - gateway.descriptors(), 0))
        probe.sendall(b"GET /health/ready HTTP/1.1\r\nHost: x\r\n")
        for each in clients:
            each.sendall(b"GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n")
        # As many as the gateway has connections for one host; the others wait for these.
        upstream.wait_requests(32)
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_event("draining")["connections"], 101)
        self.assertRaises(ConnectionRefusedError, gateway.raw)
        probe.sendall(b"\r\n")
        readiness = read_all(probe)
        self.assertEqual(status_of(readiness), 503)
        self.assertIn(b'"not ready"', readiness)
        upstream.answer()
        for each in clients:
            answer = read_all(each)
            self.assertEqual(status_of(answer), 200)
            self.assertIn(b"connection: close", answer.lower())
            self.assertIn(b'"health":{"status":"ok"', answer)
        self.assertEqual(gateway.wait_exit(), 0)
        names = [each["event"] for each in gateway.log]
        for earlier, later in (("signal received", "draining"), ("draining", "stopped"),
                               ("stopped", "application_shutdown")):
            self.assertLess(names.index(earlier), names.index(later))
        for each in (probe, *clients):
            each.close()

    def test_requests_that_do_not_end(self):
        upstream = self.held_upstream()
        gateway = self.start(health=upstream.url, timeout="1h", server='drain = "100ms"')
        client = gateway.raw()
        client.sendall(b"GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n")
        upstream.wait_requests(1)
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)
        self.assertEqual(read_all(client), b"")
        client.close()

    def test_notice(self):
        gateway = self.start(server='notice = "1h"')
        gateway.ask_to_stop()
        gateway.wait_event("signal received")
        # It may take a turn from the record to the state that it announces.
        self.assertTrue(settles(lambda: int(gateway.get("/health/ready")[0] != 503), 0))
        self.assertEqual(gateway.get("/health/live")[0], 200)
        self.assertEqual(gateway.dashboard()[0], 200)
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 128 + signal.SIGTERM)

    # --- dependencies that hang

    def test_sigterm_during_start_up(self):
        upstream = self.held_upstream()
        required = f'[[upstreams]]\nname = "vital"\nurl = "{upstream.url}"\nrequired = true\n'
        gateway = self.start(more=required, until="waiting for upstream", server='startup = "1h"')
        upstream.wait_requests(1)
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)
        self.assertEqual(gateway.events("serving"), [])
        self.assertEqual(gateway.events("application_startup"), [])
        self.assertEqual(len(gateway.events("application_shutdown")), 1)

    def test_start_up_with_a_hanging_dependency(self):
        upstream = self.held_upstream()
        required = (f'[[upstreams]]\nname = "vital"\nurl = "{upstream.url}"\ntimeout = "50ms"\n'
                    "required = true\n")
        gateway = self.start(more=required, until="waiting for upstream", server='startup = "200ms"')
        self.assertEqual(gateway.wait_exit(), 1)
        failure = gateway.wait_event("application_failure")
        self.assertIn('the required upstream "vital" did not answer', failure["error"])
        self.assertEqual(gateway.events("serving"), [])

    def test_health_with_a_hanging_dependency(self):
        upstream = self.held_upstream()
        upstream.answer()
        required = (f'[[upstreams]]\nname = "vital"\nurl = "{upstream.url}secret-path"\n'
                    'timeout = "300ms"\nrequired = true\n')
        gateway = self.start(more=required)
        self.assertEqual(gateway.get("/health/ready"), (200, '{"status":"ready"}'))
        self.assertEqual(gateway.get("/health/startup")[0], 200)
        self.assertEqual(gateway.get("/health/"), (200, '{"status":"healthy"}'))
        upstream.answer(False)
        before = gateway.descriptors()
        self.assertEqual(gateway.get("/health/ready"),
                         (503, '{"status":"not ready","failing":["vital"]}'))
        status, text = gateway.get("/health/detailed")
        self.assertEqual(status, 503)
        vital = json.loads(text)["dependencies"]["vital"]
        self.assertFalse(vital["healthy"])
        self.assertIn("error", vital)
        for hidden in ("secret-path", "127.0.0.1"):
            self.assertNotIn(hidden, text)
        self.assertEqual(gateway.get("/health/live"), (200, '{"status":"ok"}'))
        self.assertEqual(gateway.dashboard()[0], 200)
        for _ in range(5):
            gateway.get("/health/ready")
        self.assertTrue(settles(gateway.descriptors, before))
        upstream.answer()
        self.assertEqual(gateway.get("/health/ready")[0], 200)
        gateway.wait_event("dependency is healthy again")
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)

    def test_forced_end(self):
        # A read that never ends, on a thread: nothing can stop it.
        pipe = pathlib.Path(self.folder) / "ledger"
        os.mkfifo(pipe)
        config = pathlib.Path(self.folder) / "gateway.toml"
        config.write_text("[server]\nport = 0\n" + SOURCES_WITH_DEMO.format(
            ledger=pipe, health="/system_health", timeout="5s"))
        with subprocess.Popen([GATEWAY, "--config", config], stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as process:
            with open(pipe, "w"):  # returns when the gateway reads
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGINT)
                said = process.communicate(timeout=PATIENCE)[1]
            self.assertIn(process.returncode, (128 + signal.SIGTERM, 128 + signal.SIGINT))
            self.assertIn("ended without cleanup", said)

    # --- the first process of a PID namespace, as in a container

    def start_as_first_process(self):
        command, refusal = namespace_command()
        if refusal:
            print(f"SKIPPED: this machine makes no PID namespaces: {refusal}", file=sys.stderr)
            self.skipTest(refusal)
        gateway = self.start(around=command)
        (inner,) = children_of(gateway.process.pid)
        status = pathlib.Path(f"/proc/{inner}/status").read_text()
        self.assertRegex(status, r"(?m)^NSpid:.*\t1$")
        return gateway, inner

    def test_first_process(self):
        gateway, inner = self.start_as_first_process()
        self.assertEqual(gateway.get("/health/ready")[0], 200)
        os.kill(inner, signal.SIGTERM)
        self.assertEqual(gateway.wait_exit(), 0)
        self.assertEqual(len(gateway.events("application_shutdown")), 1)

    def test_first_process_forced(self):
        upstream = self.held_upstream()
        command, refusal = namespace_command()
        if refusal:
            print(f"SKIPPED: this machine makes no PID namespaces: {refusal}", file=sys.stderr)
            self.skipTest(refusal)
        gateway = self.start(health=upstream.url, timeout="1h", server='drain = "1h"',
                             around=command)
        client = gateway.raw()
        client.sendall(b"GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n")
        upstream.wait_requests(1)
        (inner,) = children_of(gateway.process.pid)
        os.kill(inner, signal.SIGTERM)
        gateway.wait_event("draining")
        os.kill(inner, signal.SIGTERM)
        self.assertEqual(gateway.wait_exit(), 128 + signal.SIGTERM)
        client.close()

    def test_first_process_reaps(self):
        gateway, inner = self.start_as_first_process()
        pipe = pathlib.Path(self.folder) / "orphan"
        os.mkfifo(pipe)
        into = ["nsenter", "--target", str(inner), "--pid"]
        if os.geteuid() != 0:
            into += ["--user", "--preserve-credentials"]
        # The inner shell ends, and its child, which waits for the pipe, becomes the gateway's.
        subprocess.run([*into, "sh", "-c", f"(read line < {pipe}) & exit 0"], check=True,
                       timeout=PATIENCE)
        self.assertTrue(settles(lambda: int(not children_of(inner)), 0))
        (orphan,) = children_of(inner)
        with open(pipe, "w") as line:
            line.write("go\n")
        self.assertTrue(settles(lambda: int(os.path.exists(f"/proc/{orphan}")), 0), "a zombie")
        os.kill(inner, signal.SIGTERM)
        self.assertEqual(gateway.wait_exit(), 0)

    def test_container_health(self):
        dockerfile = (SOURCE_DIR / "Dockerfile").read_text().replace("\\\n", " ")
        said = re.search(r"^HEALTHCHECK .*?CMD (\[.*\])$", dockerfile, re.MULTILINE)
        command = json.loads(said.group(1))
        command[0] = str(pathlib.Path(GATEWAY).with_name(command[0]))
        gateway = self.start()
        command[-1] = command[-1].replace(":8080/", f":{gateway.port}/")
        healthy = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((healthy.returncode, healthy.stdout), (0, '{"status":"ok"}'))
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)
        gone = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(gone.returncode, 1)

    # --- what every service has by itself

    def test_traces(self):
        upstream = self.held_upstream()
        upstream.answer()
        gateway = self.start(health=upstream.url)
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        gateway.get("/dashboard", traceparent=f"00-{trace}-00f067aa0ba902b7-01")
        self.assertRegex(upstream.heads[-1].lower(), rf"\r\ntraceparent: 00-{trace}-\w{{16}}-01")
        self.assertEqual(gateway.wait_event("request")["trace_id"], trace)
        self.assertEqual([each["trace_id"] for each in gateway.events("upstream called")],
                         [trace] * 3)
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)

    def test_app_info(self):
        gateway = self.start()
        said = subprocess.run([GATEWAY, "--version"], capture_output=True, text=True, check=True)
        version = said.stdout.split()[-1]
        self.assertIn(f'app_info{{name="leat-gateway",version="{version}"}} 1\n',
                      gateway.get("/metrics")[1])

    def test_crash_handlers(self):
        gateway = self.start()
        for number in (signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV):
            self.assertTrue(gateway.has_signal("SigCgt", number), number)
        gateway.hold_log()
        traces = [f"{each:032x}" for each in range(1, 102)]
        for each in traces:
            gateway.get("/nothing", traceparent=f"00-{each}-00f067aa0ba902b7-01")
        gateway.ask_to_stop(signal.SIGABRT)
        # While a signal is handled it is blocked. Until then nothing more of the log can be written.
        self.assertTrue(settles(lambda: not gateway.has_signal("SigBlk", signal.SIGABRT), 0))
        gateway.is_log_read.set()
        self.assertEqual(gateway.wait_exit(), -signal.SIGABRT)
        # The last one's client may have its answer before the server has logged it.
        logged = [each["trace_id"] for each in gateway.events("request")]
        self.assertEqual(logged[:100], traces[:100])

    def test_log_at_a_terminal(self):
        config = pathlib.Path(self.folder) / "gateway.toml"
        config.write_text('[[upstreams]]\nname = "a"\nurl = "http://127.0.0.1:1/"\n')
        terminal, its_end = os.openpty()
        environment = {**os.environ, "TERM": "xterm"}
        environment.pop("NO_COLOR", None)
        with subprocess.Popen([GATEWAY, "--config", config, "--port", "0"],
                              stdin=subprocess.DEVNULL, stderr=its_end, env=environment) as process:
            os.close(its_end)
            said = b""
            with open(terminal, "rb", buffering=0) as lines:
                while b"serving" not in said and (part := lines.read(65536)):
                    said += part
                process.terminate()
                self.assertEqual(process.wait(PATIENCE), 0)
        self.assertRegex(said, rb"\d\d:\d\d:\d\d\.\d{3}.*INFO.*leat-gateway: ")
        self.assertIn(b"\x1b[", said)
        self.assertNotIn(b'{"event"', said)

    # --- another configuration

    def test_reload(self):
        gateway = self.start()
        text = gateway.config.read_text()
        gateway.config.write_text(text + '[inscription]\nlevel = "debug"\n[locations]\n'
                                         'state = "/nowhere"\n')
        gateway.ask_to_stop(signal.SIGHUP)
        said = gateway.wait_event("configuration reloaded")
        self.assertEqual(said["changed"], "inscription.level")
        self.assertEqual(said["needs_restart"], "locations.state")
        gateway.config.write_text(text + "[inscription]\nlevel = 5\n[server]\n")
        gateway.ask_to_stop(signal.SIGHUP)
        refused = gateway.wait_event("configuration not reloaded")
        self.assertRegex(refused["error"], r"gateway\.toml line \d+")
        self.assertEqual(gateway.dashboard()[0], 200)
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)

    def test_variables(self):
        said = self.refused_start('[[upstreams]]\nname = "a"\nurl = "/x"\n',
                                  LEAT_GATEWAY_CONFIG_SERVER__PORT="many")
        self.assertIn("environment variable LEAT_GATEWAY_CONFIG_SERVER__PORT", said)

    # --- a start that fails

    def refused_start(self, config, *arguments, **variables):
        file = pathlib.Path(self.folder) / "bad.toml"
        file.write_text(config)
        out = subprocess.run([GATEWAY, "--config", file, *arguments], capture_output=True,
                             text=True, timeout=PATIENCE, env={**os.environ, **variables})
        self.assertEqual(out.returncode, 1)
        return out.stderr

    def test_bad_configuration(self):
        said = self.refused_start('[server]\nport = "x"\n[[upstreams]]\nname = "a b"\nurl = ""\n'
                                  '[[upstreams]]\nname = "b"\nurl = "ftp://b.test/"\n')
        for part in ("bad.toml", "server.port", "upstreams[0].name", "upstreams[0].url",
                     "upstreams[1].url: cannot be asked"):
            self.assertIn(part, said)
        self.assertNotIn("serving", said)
        for line in (2, 4, 5, 8):
            self.assertIn(f"bad.toml line {line}, column ", said)

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            said = self.refused_start('[[upstreams]]\nname = "a"\nurl = "http://127.0.0.1:1/"\n',
                                      "--port", port)
            self.assertIn("listen failed", said)


if __name__ == "__main__":
    GATEWAY = sys.argv[1]
    SOURCE_DIR = pathlib.Path(sys.argv[2])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
