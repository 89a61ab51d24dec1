# SPDX-License-Identifier: MIT
"""Processes under measurement: where they run, what they have used, and how they end."""

import contextlib
import os
import pathlib
import random
import re
import resource
import socket
import subprocess
import sys
import time

# The server has one core and its load another, or both measure the scheduler.
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
LOAD_CORE = CORES[-1]


def prepare(core: int):
    """For `preexec_fn`: pins the child, and lets it have as many descriptors as it may."""
    def apply():
        os.sched_setaffinity(0, {core})
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return apply


def free_port(count: int = 1) -> int:
    """The first of `count` ports in a row, below those that the system gives to clients, one of
    which may be ours that asks whether the server listens already."""
    for first in random.sample(range(20_000, 32_000), 100):
        try:
            with contextlib.ExitStack() as probes:
                for port in range(first, first + count):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise RuntimeError("no port is free")


class Server:
    """A server in the foreground, as a child; `with` ends it."""

    def __init__(self, command: list, port: int, log: pathlib.Path, patience: float = 30):
        self.port = port
        self.folder = log.parent
        self._log = log
        with log.open("wb") as output:
            self._child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                           stdout=output, stderr=output,
                                           preexec_fn=prepare(SERVER_CORE))
        try:
            self._wait_until_it_listens(time.monotonic() + patience)
        except BaseException:
            self._child.kill()
            self._child.wait()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        """Where a client failed, the server's log often says why."""
        self.stop()
        if kind is not None:
            print(f"The last lines of {self._child.args[0]}:\n{self.last_lines()}",
                  file=sys.stderr)

    def _wait_until_it_listens(self, until: float) -> None:
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self._child.poll() is not None:
                    raise RuntimeError(f"{self._child.args[0]} ended:\n{self.output()}") from None
                if time.monotonic() > until:
                    raise RuntimeError(f"{self._child.args[0]} does not listen") from None
                time.sleep(0.05)

    def stop(self) -> None:
        if self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()

    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def last_lines(self, most: int = 20) -> str:
        """What it said at the end: errors, for those that log to where they write."""
        return "\n".join(self.output().splitlines()[-most:]) or "(none)"

    def cpu_ns(self) -> int:
        """CPU time of all its threads, user and system, as the scheduler counts it."""
        total = 0
        for path in pathlib.Path(f"/proc/{self._child.pid}/task").glob("*/schedstat"):
            total += int(path.read_text().split()[0])
        return total

    def anonymous_bytes(self) -> int:
        """Memory that no file backs: heap and stacks."""
        text = pathlib.Path(f"/proc/{self._child.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Anonymous: +(\d+) kB$", text, re.MULTILINE).group(1)) * 1024


def instructions_of(output: str) -> int:
    """What callgrind counted, from what it said at the end."""
    found = re.findall(r"Collected : (\d+)", output)
    if not found:
        raise ValueError(f"callgrind did not say what it counted:\n{output[-2000:]}")
    return int(found[-1])
