#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails when the Dockerfile does not fit the tree and the programs, as far as that can be seen
without an engine for containers.

- What is copied from the tree is there, and what is copied from the first stage is a program that
  was built.
- The packages of the last stage are those of the libraries that the programs are linked with, no
  fewer and no more.
- The user is a number and not 0; the entry point, its arguments and the health check are started
  without a shell, which would be the first process and would keep the signals to itself.

    tools/check_container.py PROGRAM... [--root ROOT]
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
from typing import Iterator, NamedTuple

# What debian:12-slim cannot be without, because apt is linked with it.
IN_EVERY_IMAGE = {"libc6", "libgcc-s1", "libstdc++6"}
PROGRAMS_OF_BUILD = "/src/build/release/bin/"


class Instruction(NamedTuple):
    name: str
    rest: str


def instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found = []
    for line in joined.splitlines():
        name, _, rest = line.strip().partition(" ")
        found.append(Instruction(name, rest.strip()))
    return found


def last_stage(all_of_it: list[Instruction]) -> list[Instruction]:
    begin = max(i for i, each in enumerate(all_of_it) if each.name == "FROM")
    return all_of_it[begin:]


def check_copies(root: pathlib.Path, programs: set[str], all_of_it: list[Instruction]) -> Iterator[str]:
    for each in all_of_it:
        if each.name != "COPY":
            continue
        words = each.rest.split()
        is_from_stage = words[0].startswith("--from=")
        for source in words[1 if is_from_stage else 0:-1]:
            if is_from_stage:
                if source.removeprefix(PROGRAMS_OF_BUILD) not in programs:
                    yield f"COPY: {source} is none of the programs that are built"
            elif not (root / source).exists():
                yield f"COPY: {source} is not there"


def packages_named(stage: list[Instruction]) -> set[str]:
    for each in stage:
        found = re.search(r"apt-get install ((?:\S+ +)*?\S+)\s*(?:&&|$)", each.rest)
        if each.name == "RUN" and found:
            return {word for word in found.group(1).split() if not word.startswith("-")}
    return set()


def packages_of(libraries: set[str]) -> set[str]:
    """One query, because each reads the lists of all packages."""
    # Since /lib is a link to /usr/lib, packages say one or the other.
    spellings = {each: {each, (real := str(pathlib.Path(each).resolve())), real.removeprefix("/usr")}
                 for each in libraries}
    out = subprocess.run(["dpkg-query", "-S", *sorted(set().union(*spellings.values()))],
                         capture_output=True, text=True, check=False).stdout
    owners = {path: line.split(":", 1)[0] for line in out.splitlines()
              for path in [line.rsplit(": ", 1)[-1]]}
    found = set()
    for library, paths in spellings.items():
        owner = next((owners[path] for path in paths if path in owners), None)
        if owner is None:
            raise SystemExit(f"check_container: no package has {library}")
        found.add(owner)
    return found


def packages_needed(programs: list[pathlib.Path]) -> set[str]:
    out = "".join(subprocess.run(["ldd", each], capture_output=True, text=True, check=True).stdout
                  for each in programs)
    return packages_of(set(re.findall(r"(?:=> )?(/\S+) \(0x", out)))


def check_packages(stage: list[Instruction], programs: list[pathlib.Path]) -> Iterator[str]:
    needed = packages_needed(programs) - IN_EVERY_IMAGE
    named = packages_named(stage) - IN_EVERY_IMAGE
    for each in sorted(needed - named):
        yield f"the last stage does not install {each}, which a program is linked with"
    for each in sorted(named - needed):
        yield f"the last stage installs {each}, which no program is linked with"


def is_without_shell(command: str) -> bool:
    try:
        words = json.loads(command)
    except json.JSONDecodeError:
        return False
    return isinstance(words, list) and all(isinstance(each, str) for each in words)


def check_process(stage: list[Instruction], programs: set[str]) -> Iterator[str]:
    of = {each.name: each.rest for each in stage}
    user = of.get("USER", "")
    if not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", user):
        yield f"USER: {user or 'nobody is named'} is not a number other than 0"
    commands = {"ENTRYPOINT": of.get("ENTRYPOINT", ""), "CMD": of.get("CMD", ""),
                "HEALTHCHECK": of.get("HEALTHCHECK", "").partition(" CMD ")[2]}
    for name, command in commands.items():
        if not is_without_shell(command):
            yield f"{name}: is not there, or has no list of words and so is started by a shell"
        elif name != "CMD" and pathlib.PurePath(json.loads(command)[0]).name not in programs:
            yield f"{name}: {json.loads(command)[0]} is none of the programs that are built"


def problems(root: pathlib.Path, programs: list[pathlib.Path]) -> Iterator[str]:
    all_of_it = instructions((root / "Dockerfile").read_text(encoding="utf-8"))
    names = {each.name for each in programs}
    stage = last_stage(all_of_it)
    yield from check_copies(root, names, all_of_it)
    yield from check_process(stage, names)
    yield from check_packages(stage, programs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("programs", nargs="+", type=pathlib.Path)
    parser.add_argument("--root", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent)
    options = parser.parse_args()
    found = list(problems(options.root, options.programs))
    for each in found:
        print(f"Dockerfile: {each}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
