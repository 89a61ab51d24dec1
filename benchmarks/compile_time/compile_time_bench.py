#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What does a user's file pay for one header of Leat?

Compiles a file that includes only that header, at -O0, and prints the median and the least of
the CPU time over interleaved rounds, beside the same for the standard headers alone. The budget is one
second (docs: design, section 12). Fails if a header is over it, or includes Boost.Asio.

    compile_time_bench.py [--compiler clang++-19] [--rounds 5] [--samples]

With --samples it prints every round for benchmarks/runner/samples.py instead.
"""

import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUDGET = 1.0
HEADERS = [
    "leat/base/error.hpp",
    "leat/coro/task_group.hpp",
    "leat/io/loop.hpp",
    "leat/model/json.hpp",
    "leat/log/logger.hpp",
    "leat/metrics/registry.hpp",
    "leat/proto/url/url.hpp",
    "leat/proto/http1/server_connection.hpp",
    "leat/pool/resource_pool.hpp",
    "leat/http/client.hpp",
    "leat/http/async_client.hpp",
    "leat/http/server.hpp",
    "leat/app/program.hpp",
    "leat/service/serve.hpp",
    "leat/app/globals.hpp",
    "leat/app/prepare.hpp",
    "leat/ws/connection.hpp",
    "leat/ws/async_connection.hpp",
    "leat/testing/async_test.hpp",
]
STANDARD = ["chrono", "functional", "memory", "string", "system_error", "vector"]


def includes(names, quote="<{}>"):
    return "".join(f"#include {quote.format(name)}\n" for name in names) + "int main() {}\n"


def compile_once(compiler, source):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([compiler, "-std=c++20", "-O0", f"-I{ROOT}/include", "-c", source, "-o",
                    "/dev/null"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def included_by(compiler, source):
    out = subprocess.run([compiler, "-std=c++20", f"-I{ROOT}/include", "-M", source], check=True,
                         capture_output=True, text=True)
    return out.stdout


def print_samples(times):
    """Every round, header by header, beside the standard headers of the same round."""
    baseline = "(standard headers)"
    for header in times:
        if header == baseline:
            continue
        for ours, standard in zip(times[header], times[baseline]):
            for who, value in (("leat", ours), ("standard headers", standard)):
                print(json.dumps({"name": f"compile a file that includes {header}", "unit": "s",
                                  "who": who, "value": value}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", default="clang++-19")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--samples", action="store_true")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        sources = {"(standard headers)": includes(STANDARD)}
        sources |= {header: includes([header]) for header in HEADERS}
        files = {}
        for number, (name, text) in enumerate(sources.items()):
            files[name] = pathlib.Path(folder) / f"{number}.cpp"
            files[name].write_text(text)
        times = {name: [] for name in files}
        for _ in range(options.rounds):
            for name, file in files.items():
                times[name].append(compile_once(options.compiler, file))
        if options.samples:
            print_samples(times)
            return 0
        failed = False
        print(f"{'header':45} {'CPU s':>7} {'least':>7}")
        for name, file in files.items():
            spent = statistics.median(times[name])
            notes = []
            if name in HEADERS and spent > BUDGET:
                notes.append(f"over {BUDGET} s")
            if "boost/asio" in included_by(options.compiler, file):
                notes.append("includes Boost.Asio")
            failed = failed or bool(notes)
            print(f"{name:45} {spent:7.2f} {min(times[name]):7.2f}  {', '.join(notes)}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
