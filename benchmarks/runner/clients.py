# SPDX-License-Identifier: MIT
"""The HTTP clients that are compared. All take the options of http_client_load, and each is a
process of its own on one core, whose CPU time and memory are what the kernel says at its end."""

import dataclasses
import os
import pathlib
import re
import select
import subprocess
import tempfile
import time

from .processes import LOAD_CORE, prepare
from .samples import OURS
from .servers import program

PEERS = pathlib.Path(__file__).resolve().parents[1] / "peers"
# That of Debian, whose packages it sees; a user's PATH may lead to another.
PYTHON = "/usr/bin/python3"


@dataclasses.dataclass(frozen=True)
class Usage:
    cpu_us: float
    took_us: float
    peak_bytes: int


def usage_of(command: list) -> Usage:
    """Runs `command` to its end."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=said,
                                 preexec_fn=prepare(LOAD_CORE))
        peak = 0
        with open(os.pidfd_open(child.pid), "rb") as process:
            end = select.poll()
            end.register(process, select.POLLIN)
            while not end.poll(5):
                peak = max(peak, peak_bytes(child.pid))
            took = time.perf_counter() - began
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            said.seek(0)
            raise RuntimeError(f"{command[0]} failed: {said.read().decode(errors='replace')}")
    return Usage((used.ru_utime + used.ru_stime) * 1e6, took * 1e6, peak)


def peak_bytes(process: int) -> int:
    """So far. What `wait4` says includes our own memory, from between fork and exec."""
    try:
        text = pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


@dataclasses.dataclass(frozen=True)
class Client:
    """How a client is started, a part of the requests for those that are slow, and the option
    that says how many."""
    command: list
    share: float = 1.0
    requests_option: str = "--requests"

    def usage(self, requests: int) -> Usage:
        return usage_of([*self.command, self.requests_option, requests])


class Clients:
    """Those that ask one server. `port` is that of plain HTTP, `tls_port` of HTTPS."""

    def __init__(self, build: pathlib.Path, port: int, tls_port: int, authority: pathlib.Path):
        self._build = build
        self._port = port
        self._tls_port = tls_port
        self._authority = authority

    def _url(self, path: str) -> list:
        return ["--url", f"http://127.0.0.1:{self._port}{path}"]

    def _tls(self) -> list:
        return ["--url", f"https://localhost:{self._tls_port}/hello", "--ca", self._authority]

    def _ours(self, *more) -> Client:
        return Client([self._build / "bin/http_client_load", *more])

    def _curl(self, *more) -> Client:
        return Client([self._build / "bin/peers_curl_client", *more])

    def _raw(self, *more) -> Client:
        return Client([self._build / "bin/peers_raw_blocking_client", *more])

    def _httpx(self, *more) -> Client:
        return Client([PYTHON, PEERS / "httpx_client.py", *more], share=0.05)

    def _aiohttp(self, *more) -> Client:
        return Client([PYTHON, PEERS / "aiohttp_client.py", *more], share=0.1)

    def _node(self, *more) -> Client:
        return Client([program("node"), PEERS / "node_client.mjs", *more], share=0.2)

    def blocking(self, path: str, *more) -> dict[str, Client]:
        """One request after the other on the surfaces that block."""
        url = self._url(path)
        return {OURS: self._ours(*url, "--blocking", *more),
                "raw loop": self._raw("--port", self._port, "--path", path),
                "libcurl easy": self._curl(*url, *more),
                "httpx": self._httpx(*url, *more)}

    def concurrent(self, path: str, concurrency: int, *more) -> dict[str, Client]:
        """So many requests at a time on one thread."""
        load = [*self._url(path), "--concurrency", concurrency, *more]
        raw = [self._build / "bin/peers_raw_epoll_client", "--port", self._port, "--path", path,
               "--connections", concurrency]
        return {OURS: self._ours(*load), "raw epoll": Client(raw),
                "libcurl multi": self._curl(*load), "aiohttp": self._aiohttp(*load),
                "Node fetch": self._node(*load)}

    def handshakes(self) -> dict[str, Client]:
        """A TLS connection for each request."""
        more = [*self._tls(), "--fresh"]
        return {OURS: self._ours(*more, "--blocking", "--http1"),
                "libssl alone": self._raw("--port", self._tls_port, "--ca", self._authority,
                                          "--fresh"),
                "libcurl easy": self._curl(*more, "--http1")}

    def http2(self, streams: int) -> dict[str, Client]:
        """So many streams at a time on one TLS connection."""
        more = [*self._tls(), "--concurrency", streams]
        h2load = [program("h2load"), "-c", 1, "-m", streams,
                  f"https://localhost:{self._tls_port}/hello"]
        return {OURS: self._ours(*more), "h2load": Client(h2load, requests_option="-n"),
                "libcurl multi": self._curl(*more)}


@dataclasses.dataclass(frozen=True)
class Cost:
    cpu_us: float
    took_us: float


def cost_per_request(client: Client, requests: int) -> Cost:
    """The difference of two runs leaves out how the client starts, which for some takes longer
    than a thousand requests."""
    many = max(100, int(requests * client.share))
    few = many // 10
    more, less = (client.usage(count) for count in (many, few))
    return Cost((more.cpu_us - less.cpu_us) / (many - few),
                (more.took_us - less.took_us) / (many - few))
