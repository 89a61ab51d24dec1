#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The built gateway against the real world: nginx, curl, wrk, raw sockets and signals.

    gateway_e2e.py GATEWAY SOURCE_DIR [test...]

Every server is started by the test on a free port and in a temporary folder, and ended by it.
No test measures time; waits end with the event they wait for, or fail after a long while.
"""

import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
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

    def __init__(self, folder, upstreams, server=""):
        config = pathlib.Path(folder) / "gateway.toml"
        config.write_text(f"[server]\nport = 0\n{server}\n{upstreams}")
        # AddressSanitizer keeps what was freed for a while, which would look like a leak.
        environment = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"}
        self.process = subprocess.Popen([GATEWAY, "--config", config], stderr=subprocess.PIPE,
                                        text=True, env=environment)
        self.log = []
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self._read_log)
        self.reader.start()
        address = self.wait_event("serving")["address"]
        self.port = int(address.rsplit(":", 1)[1])

    def _read_log(self):
        for line in self.process.stderr:
            with self.changed:
                self.log.append(json.loads(line))
                self.changed.notify_all()
        with self.changed:
            self.log.append({"event": "<end>"})
            self.changed.notify_all()

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

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
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

    def wait_descriptors(self, count):
        """Until no more than so many are open; the kernel tells the gateway of a close later."""
        for _ in range(100_000):
            if self.descriptors() <= count:
                return
            os.sched_yield()
        raise AssertionError(f"{self.descriptors()} descriptors instead of {count}")

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def ask_to_stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait_exit(self):
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return code

    def close(self):
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


class HostileSource:
    """Answers every request with the same parts and closes."""

    def __init__(self, parts):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, args=(parts,))
        self.thread.start()

    def _serve(self, parts):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    for part in parts:
                        connection.sendall(part)
                except OSError:
                    pass  # the gateway had enough

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(PATIENCE)


REQUESTS = [
    b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://x/dashboard?a=%20 HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
    b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n",
    b"PUT /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n" + b"z" * 9,
    b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"T: x\r\n" * 9 + b"\r\n",
    b"HEAD /metrics HTTP/1.0\r\n\r\n",
]
PIECES = [
    b"\r\n", b"\n", b"\r", b"\0", b" ", b":", b"%", b"\xff\xfe", b"-1", b"HTTP/9.9", b"0\r\n\r\n",
    b"ffffffffffffffff\r\n", b"Content-Length: 18446744073709551616\r\n", b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Host: y\r\n", b"Expect: 100-continue\r\n", b"a" * 9000,
    b"X: y\r\n" * 20, b"X: y\r\n" * 120, b'"}\n{"event": "forged"}',
]


def mutated_request(random_source):
    """One or two requests with pieces put in, taken out, and bytes changed."""
    text = bytearray(b"".join(random_source.choices(REQUESTS, k=random_source.randint(1, 2))))
    for _ in range(random_source.randint(1, 5)):
        at = random_source.randrange(len(text) + 1)
        what = random_source.randrange(5)
        if what == 0:
            text[at:at + 1] = bytes([random_source.randrange(256)])
        elif what == 1:
            text[at:at] = random_source.choice(PIECES)
        elif what == 2:
            del text[at:at + random_source.randint(1, 30)]
        elif what == 3:
            line = text.find(b"\r\n", at)
            text[line + 2:line + 2] = random_source.choice(PIECES)
        else:
            text[at:at] = text[:random_source.randint(0, 60)]
    return bytes(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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

    def start(self, health="/system_health", timeout="5s", server=""):
        text = SOURCES_WITH_DEMO.format(ledger=SOURCE_DIR / "apps/gateway/ledger.csv",
                                        health=health, timeout=timeout)
        gateway = Gateway(self.folder, text, server)
        self.addCleanup(gateway.close)
        return gateway

    def start_nginx(self):
        nginx = Nginx(self.folder)
        self.addCleanup(nginx.close)
        return nginx

    # --- the dashboard

    def test_default_configuration(self):
        port = free_port()
        process = subprocess.Popen(
            [GATEWAY, "--config", SOURCE_DIR / "apps/gateway/leat-gateway.toml", "--port",
             str(port)], stderr=subprocess.DEVNULL)
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

    def test_hanging_upstream(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            gateway = self.start(health=f"http://127.0.0.1:{port}/", timeout="200ms")
            _, entries = gateway.dashboard()
            self.assertEqual([each["status"] for each in entries.values()], ["ok", "ok", "error"])
            self.assertEqual(entries["health"]["detail"], "the source did not answer in time")
            gateway.wait_event("request")
            record = [each for each in gateway.events("upstream called")
                      if each["source"] == "health"][0]
            self.assertEqual(record["outcome"], "error")
            self.assertGreaterEqual(record["seconds"], 0.2)

    def test_latency_records(self):
        gateway = self.start()
        gateway.dashboard()
        gateway.wait_event("request")
        records = gateway.events("upstream called")
        self.assertEqual({each["source"] for each in records}, {"activity", "revenue", "health"})
        self.assertEqual({each["outcome"] for each in records}, {"ok"})
        for each in records:
            self.assertRegex(each["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        status, metrics = gateway.get("/metrics")
        self.assertEqual(status, 200)
        self.assertIn('gateway_upstream_seconds_count{outcome="ok",source="health"} 1', metrics)

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
        self.assertLessEqual(gateway.descriptors(), before)
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

    # --- hostile and unusual clients

    def test_byte_by_byte(self):
        gateway = self.start()
        with gateway.raw() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
                connection.send(bytes([byte]))
            answer = read_all(connection)
        self.assertEqual(status_of(answer), 200)
        self.assertTrue(answer.endswith(b'{"status":"ok"}'))

    def test_pipelined(self):
        gateway = self.start()
        requests = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n" * 63
        requests += b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        with gateway.raw() as connection:
            connection.sendall(requests)
            answers = read_all(connection)
        self.assertEqual(answers.count(b"HTTP/1.1 200"), 64)
        self.assertEqual(answers.count(b'{"status":"ok"}'), 64)

    def refused_with(self, status, request):
        gateway = self.start()
        with gateway.raw() as connection:
            try:
                connection.sendall(request)
            except (BrokenPipeError, ConnectionResetError):
                pass
            answer = read_all(connection)
        self.assertEqual(status_of(answer), status, answer[:200])
        head, body = answer.split(b"\r\n\r\n", 1)
        self.assertIn(b"connection: close", head.lower())
        self.assertEqual(json.loads(body)["error"]["status"], status)
        self.assertEqual(gateway.get("/health/live")[0], 200)

    def test_smuggling(self):
        self.refused_with(400, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                               b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n")

    def test_bare_line_feed(self):
        self.refused_with(400, b"GET / HTTP/1.1\nHost: x\n\n")

    def test_large_header(self):
        self.refused_with(431, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n")

    def test_half_close(self):
        gateway = self.start()
        with gateway.raw() as connection:
            connection.sendall(b"GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            answer = read_all(connection)
        self.assertEqual(status_of(answer), 200)
        self.assertIn(b'"revenue":{"status":"ok"', answer)

    def test_garbage(self):
        gateway = self.start()
        for garbage in (b"\x00" * 1000, b"\r\n" * 1000, os.urandom(5000), b"GET", b"\x16\x03\x01"):
            with gateway.raw() as connection:
                try:
                    connection.sendall(garbage)
                    connection.shutdown(socket.SHUT_WR)
                    read_all(connection)
                except (BrokenPipeError, ConnectionResetError):
                    pass
        self.assertEqual(gateway.get("/health/live")[0], 200)

    def test_mutated_requests(self):
        seed = 20261122
        print("seed", seed)
        random_source = random.Random(seed)
        gateway = self.start()
        for _ in range(500):
            with gateway.raw() as connection:
                try:
                    connection.sendall(mutated_request(random_source))
                    connection.shutdown(socket.SHUT_WR)
                    answer = read_all(connection)
                except (BrokenPipeError, ConnectionResetError):
                    continue
            self.assertTrue(not answer or answer.startswith(b"HTTP/1.1 "), answer[:100])
        self.assertEqual(gateway.get("/health/live")[0], 200)
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)

    def test_dropped_connections(self):
        random_source = random.Random(20261122)
        gateway = self.start()
        request = b"POST /dashboard HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + b"x" * 100
        gateway.get("/health/live")
        before = gateway.descriptors()
        for _ in range(20):
            connections = [gateway.raw() for _ in range(50)]
            for connection in connections:
                connection.sendall(request[:random_source.randrange(len(request))])
                if random_source.random() < 0.5:  # with a reset
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                          struct.pack("ii", 1, 0))
                connection.close()
        # What is accepted behind them has been looked at after them.
        self.assertEqual(gateway.get("/health/live")[0], 200)
        gateway.wait_descriptors(before)

    def test_hostile_upstreams(self):
        head = b"HTTP/1.1 200 OK\r\n"
        stories = {
            "garbage": [bytes(range(256)) * 10],
            "truncated": [head + b"Content-Length: 100\r\n\r\n{"],
            "endless": [head + b"\r\n"] + [b"x" * 65536] * 1000,
            "chunks": [head + b"Transfer-Encoding: chunked\r\n\r\n"] + [b"1\r\nx\r\n" * 9999] * 1000,
            "interim": [b"HTTP/1.1 100 Continue\r\n\r\n" * 1000],
            "header": [head] + [b"x: y\r\n" * 10_000] * 100,
            "two-ends": [head + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"],
            "no-utf-8": [head + b'\r\n{"\xff": "\xc3\x28"}'],
            "deep": [head + b"\r\n" + b'{"a":' * 10_000],
            "forged": [head + b'\r\n{"a": 1}\n{"event": "forged"}'],
        }
        sources = [HostileSource(parts) for parts in stories.values()]
        for each in sources:
            self.addCleanup(each.close)
        text = "".join(f'[[upstreams]]\nname = "{name}"\nurl = "http://127.0.0.1:{source.port}/"\n'
                       for name, source in zip(stories, sources))
        gateway = Gateway(self.folder, text)
        self.addCleanup(gateway.close)
        for _ in range(3):
            status, entries = gateway.dashboard()
            self.assertEqual(status, 200)
            self.assertEqual(list(entries), list(stories))
            self.assertEqual({each["status"] for each in entries.values()}, {"error"})
        self.assertEqual(gateway.events("forged"), [])
        gateway.ask_to_stop()
        self.assertEqual(gateway.wait_exit(), 0)

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
            self.assertEqual(gateway.wait_exit(), 0)
            client.close()
            upstream.close()

    # --- a start that fails

    def refused_start(self, config, *arguments):
        file = pathlib.Path(self.folder) / "bad.toml"
        file.write_text(config)
        out = subprocess.run([GATEWAY, "--config", file, *arguments], capture_output=True,
                             text=True, timeout=PATIENCE)
        self.assertEqual(out.returncode, 1)
        return out.stderr

    def test_bad_configuration(self):
        said = self.refused_start('[server]\nport = "x"\n[[upstreams]]\nname = "a b"\nurl = ""\n')
        for part in ("bad.toml", "server.port", "upstreams[0].name", "upstreams[0].url"):
            self.assertIn(part, said)

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
