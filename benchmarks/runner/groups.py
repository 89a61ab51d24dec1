# SPDX-License-Identifier: MIT
"""What is measured, by group. Each function yields samples, rounds interleaved over who is
measured, so that a machine that slows down slows all of them."""

import contextlib
import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

from . import servers
from .clients import PYTHON, Clients, cost_per_request, usage_of
from .processes import LOAD_CORE, SERVER_CORE, Server, free_port, instructions_of, prepare
from .samples import OURS, Sample, parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
IDLE_CONNECTIONS = 5000


class Bench:
    """Lifetime: `folder` is a temporary one that outlives it."""

    def __init__(self, build: pathlib.Path, folder: pathlib.Path, rounds: int):
        self.build = build
        self.folder = folder
        self.rounds = rounds

    def start(self, who: str, under: tuple = ()):
        return servers.start(who, self.build, self.folder, under)

    def client(self, port: int, *more) -> list[str]:
        return [str(word) for word in
                (self.build / "bin/peers_raw_epoll_client", "--port", port, *more)]

    def load(self, server, path: str, connections: int, pipeline: int, requests: int) -> dict:
        """Asks `requests` times and says how long it took."""
        done = subprocess.run(
            self.client(server.port, "--path", path, "--connections", connections, "--pipeline",
                        pipeline, "--requests", requests),
            check=True, stdout=subprocess.PIPE, text=True, preexec_fn=prepare(LOAD_CORE))
        return json.loads(done.stdout)

    def program(self, name: str, *arguments) -> list[Sample]:
        done = subprocess.run([str(self.build / "bin" / name), *map(str, arguments)], check=True,
                              stdout=subprocess.PIPE, text=True, preexec_fn=prepare(SERVER_CORE))
        return parse(done.stdout)


def core(bench: Bench):
    for _ in range(bench.rounds):
        yield from bench.program("coro_coro_bench", "--rounds", 1)


# name, connections, pipeline, requests
HELLO = [
    ("hello, 1 connection", 1, 1, 15_000),
    ("hello, 64 connections", 64, 1, 60_000),
    ("hello, 1,000 connections", 1000, 1, 60_000),
    ("hello, pipelined by 16", 64, 16, 192_000),
]


def server(bench: Bench):
    with contextlib.ExitStack() as running:
        each_server = {who: running.enter_context(bench.start(who)) for who in servers.ALL}

        def ask(who, path, connections, pipeline, requests):
            measured = each_server[who]
            before = measured.cpu_ns()
            took = bench.load(measured, path, connections, pipeline, requests)["seconds"]
            # The first answer, by which the load learns the length, is one request more.
            return (measured.cpu_ns() - before) / (requests + 1), requests / took

        for who in each_server:  # warm: caches, and memory that is allocated once
            ask(who, "/hello", 64, 1, 5000)
        for _ in range(bench.rounds):
            for name, *load in HELLO:
                for who in each_server:
                    cpu, rate = ask(who, "/hello", *load)
                    yield Sample(f"{name}: CPU per request", "us", who, cpu / 1000)
                    yield Sample(f"{name}: requests per second", "/s", who, rate)
            for who, path in ((OURS, "/json"), ("raw epoll", "/hello"), ("nginx", "/json"),
                              ("h2o", "/json")):
                cpu, _ = ask(who, path, 64, 1, 60_000)
                yield Sample("JSON from a described struct: CPU per request", "us",
                             "raw epoll hello" if who == "raw epoll" else who, cpu / 1000)


def instructions(bench: Bench):
    requests = 2000
    under = (servers.program("valgrind"), "--tool=callgrind", "--callgrind-out-file=/dev/null")

    def count(who, times):
        with bench.start(who, under) as measured:
            bench.load(measured, "/hello", 64, 1, times * requests)
        return instructions_of(measured.output())

    for who in (*servers.ALL, servers.MEASURED):
        # The difference leaves out how it starts, accepts and ends.
        yield Sample("hello: user-space instructions per request", "instr.", who,
                     (count(who, 2) - count(who, 1)) / requests)


def memory(bench: Bench):
    for who in servers.ALL:
        with bench.start(who) as measured:
            bench.load(measured, "/hello", 1, 1, 100)
            before = measured.anonymous_bytes()
            client = subprocess.Popen(
                bench.client(measured.port, "--connections", IDLE_CONNECTIONS, "--hold"),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                preexec_fn=prepare(LOAD_CORE))
            with client:
                if client.stdout.readline() != "held\n":
                    raise RuntimeError(f"{who} does not hold {IDLE_CONNECTIONS} connections")
                # Some servers give buffers back a moment after the answer.
                time.sleep(2)
                used = measured.anonymous_bytes() - before
        yield Sample("memory of an idle connection of 5,000", "B", who, used / IDLE_CONNECTIONS)


def client(bench: Bench):
    with bench.start("nginx, TLS and files") as asked:
        ask = Clients(bench.build, asked.port, asked.port + 1, asked.folder / "certificate.pem")
        # name, clients, requests
        gets = [
            ("client, GETs one after the other, blocking", ask.blocking("/hello"), 40_000),
            ("client, GETs one after the other, async", ask.concurrent("/hello", 1), 20_000),
            ("client, 64 concurrent GETs", ask.concurrent("/hello", 64), 80_000),
            ("client, 1,000 concurrent GETs", ask.concurrent("/hello", 1000), 40_000),
            ("client, 1 MiB download, blocking", ask.blocking("/1MiB", "--stream"), 400),
            ("client, 1 MiB download, async", ask.concurrent("/1MiB", 1, "--stream"), 400),
            ("client, TLS handshake and GET, blocking", ask.handshakes(), 300),
            ("client, HTTP/2, 100 streams over TLS", ask.http2(100), 20_000),
        ]
        for _ in range(bench.rounds):
            for name, clients, requests in gets:
                for who, each in clients.items():
                    cost = cost_per_request(each, requests)
                    yield Sample(f"{name}: CPU per request", "us", who, cost.cpu_us)
                    if name.endswith("after the other, blocking"):
                        yield Sample(f"{name}: time per request", "us", who, cost.took_us)
        # Once: a gigabyte is its own average.
        downloads = {"blocking": ask.blocking("/1GiB", "--stream"),
                     "async": ask.concurrent("/1GiB", 1, "--stream")}
        del downloads["async"]["raw epoll"]  # it keeps the first answer
        for surface, clients in downloads.items():
            for who, each in clients.items():
                used = each.usage(1)
                name = f"client, 1 GiB download, {surface}"
                yield Sample(f"{name}: CPU", "ms", who, used.cpu_us / 1000)
                yield Sample(f"{name}: peak memory", "MiB", who, used.peak_bytes / 2**20)


# name, connections, bytes of a message, messages, and fewer for Python, so that it takes no longer
ECHOES = [
    ("64 B, 1 connection", 1, 64, 20_000, 4_000),
    ("64 B, 64 connections", 64, 64, 60_000, 8_000),
    ("16 KiB, 64 connections", 64, 16_384, 30_000, 6_000),
]


def websocket(bench: Bench):
    clients = {
        OURS: ([bench.build / "bin/ws_echo_client"], False),
        "Beast": ([bench.build / "bin/peers_beast_websocket_client"], False),
        "Python": ([PYTHON, ROOT / "benchmarks/peers/websockets_client.py"], True),
    }
    with bench.start("Beast, WebSocket echo") as asked:
        for _ in range(bench.rounds):
            for name, connections, size, many, few in ECHOES:
                for who, (command, is_slow) in clients.items():
                    command = [*map(str, command), "--port", str(asked.port), "--connections",
                               str(connections), "--size", str(size), "--messages"]
                    messages = few if is_slow else many
                    # The difference leaves out how it starts and connects.
                    used = (usage_of([*command, str(messages)]).cpu_us -
                            usage_of([*command, "0"]).cpu_us)
                    yield Sample(f"WebSocket client, echo of {name}: CPU per message", "us", who,
                                 used / messages)


def log(bench: Bench):
    for _ in range(bench.rounds):
        for what in ("below", "synchronous", "asynchronous"):
            yield from bench.program("log_log_bench", what, 200_000)
        yield from bench.program("peers_spdlog_log", 200_000)
        yield from bench.program("log_burst_bench")
        yield from bench.program("metrics_counter_bench")
        yield from bench.program("metrics_scrape_bench")


def lag_bound(metrics: str, share: float) -> float:
    """The upper bound of the bucket that `share` of the loop's lags do not exceed, in seconds."""
    buckets = [(float(bound), int(count)) for bound, count in
               re.findall(r'^loop_lag_seconds_bucket{le="([^"]+)"} (\d+)$', metrics, re.MULTILINE)]
    if not buckets or buckets[-1][1] == 0:
        raise RuntimeError("the gateway has not measured its loop")
    return next(bound for bound, count in buckets if count >= share * buckets[-1][1])


def app(bench: Bench):
    config = ROOT / "apps/gateway/leat-gateway.toml"
    for _ in range(bench.rounds):
        yield from bench.program("app_prepare_bench")
        # Its demo upstream has the next port.
        port = free_port(2)
        command = [bench.build / "bin/leat-gateway", "--config", config, "--port", port]
        with Server(command, port, bench.folder / "gateway.log") as measured:
            address = f"http://127.0.0.1:{measured.port}"
            subprocess.run(["wrk", "-t", "1", "-c", "64", "-d", "5s", f"{address}/dashboard"],
                           check=True, stdout=subprocess.DEVNULL, preexec_fn=prepare(LOAD_CORE))
            with urllib.request.urlopen(f"{address}/metrics", timeout=30) as answer:
                metrics = answer.read().decode()
        yield Sample("gateway, 64 connections on /dashboard: 95 % of loop lags are below", "ms",
                     OURS, 1000 * lag_bound(metrics, 0.95))


def compile_time(bench: Bench):
    tool = ROOT / "benchmarks/compile_time/compile_time_bench.py"
    done = subprocess.run([sys.executable, tool, "--samples", "--rounds", str(min(bench.rounds, 3))],
                          check=False, stdout=subprocess.PIPE, text=True)
    found = parse(done.stdout)
    if not found:
        raise RuntimeError("compile_time_bench.py printed no sample")
    yield from found


ALL = {"core": core, "server": server, "instructions": instructions, "memory": memory,
       "client": client, "websocket": websocket, "log": log, "app": app,
       "compile": compile_time}
