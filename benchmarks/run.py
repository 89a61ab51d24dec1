#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the benchmarks in interleaved rounds, prints one table and writes bench.json.

    run.py [--build build/release] [--rounds 5] [--strict] [core] [server] [instructions]
           [memory] [client] [websocket] [log] [app] [compile]

Without a group it runs all. A missed budget (budgets.json) is reported; with --strict it is a
failure too. docs/benchmarks.md says what each row means.
"""

import argparse
import datetime
import os
import pathlib
import platform
import re
import sys
import tempfile

from runner import groups, report, samples

ROOT = pathlib.Path(__file__).resolve().parents[1]


def machine() -> str:
    text = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return (f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} CPUs, "
            f"{platform.system()} {platform.release()}")


def load() -> str:
    return ", ".join(f"{each:.1f}" for each in os.getloadavg())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="group",
                        help=f"one or more of: {', '.join(groups.ALL)}")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--strict", action="store_true", help="a missed budget is a failure")
    options = parser.parse_args()
    unknown = set(options.groups) - set(groups.ALL)
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}")

    load_before = load()
    found = []
    with tempfile.TemporaryDirectory(prefix="leat-bench.") as folder:
        bench = groups.Bench(options.build.resolve(), pathlib.Path(folder), options.rounds)
        for name in options.groups or groups.ALL:
            print(f"run.py: {name}", file=sys.stderr)
            found += groups.ALL[name](bench)

    rows = samples.rows_of(found)
    verdicts = report.judge(rows, report.read_budgets(ROOT / "benchmarks/budgets.json"))
    (options.build / "bench.json").write_text(samples.to_json_lines(rows))

    print(f"{datetime.date.today()}, {machine()}")
    print(f"Load average before: {load_before}; after: {load()}. {options.rounds} rounds.")
    if os.getloadavg()[0] > (os.cpu_count() or 1) + 0.5:
        print("The machine was busy with other things: trust ratios and instruction counts, and "
              "times less.")
    print()
    print(report.table(rows, verdicts))
    missed = [each for each in verdicts if not each.is_met]
    print(f"{len(verdicts) - len(missed)} of {len(verdicts)} budgets met.")
    return int(options.strict and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
