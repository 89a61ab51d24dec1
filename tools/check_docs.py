#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keeps the code in the documents equal to code that is compiled.

A block of C++ in README.md or docs/ names its source in a comment just above it:

    <!-- source: examples/01_first_request.cpp#program -->

and is exactly that region of that file, without its common indentation:

    // region program
    ...
    // endregion program

Fails on a block that differs, on C++ without a source, on a source that no CMake file
builds, on a block that does not name its language, and on a link to a file that is not
there. With --write it copies the regions into the documents instead.

    tools/check_docs.py [--write] [root]
"""

import pathlib
import re
import sys
import textwrap
from typing import Iterator

DOCUMENTS = ["*.md", "docs/**/*.md", "changes/*.md", "examples/**/*.md"]
CPP = {"cpp", "c++", "cc", "cxx", "hpp"}

SOURCE = re.compile(r"<!-- source: (?P<path>[^\s#]+)#(?P<region>\w+) -->")
FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})(?P<language>[^\s`]*)")
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


class Trouble(Exception):
    """What is wrong with a source or a region."""


def region_of(text: str, name: str) -> str:
    """The lines between the markers of region `name`, without their common indentation."""
    marker = r"^[ \t]*(?://|\#)[ \t]*{}[ \t]+{}[ \t]*\n"
    begin = re.findall(marker.format("region", name), text, re.MULTILINE)
    end = re.findall(marker.format("endregion", name), text + "\n", re.MULTILINE)
    if len(begin) != 1 or len(end) != 1:
        raise Trouble(f"has no single region {name}")
    inside = text.split(begin[0], 1)[1].split(end[0].rstrip("\n"), 1)[0]
    # Other regions may lie in this one; their markers are nothing to the reader.
    inside = re.sub(marker.format("(?:end)?region", r"\w+"), "", inside, flags=re.MULTILINE)
    return textwrap.dedent(inside).rstrip("\n") + "\n"


def is_built(root: pathlib.Path, source: pathlib.Path) -> bool:
    """Whether a CMake file in the folder of `source`, or above it, names it."""
    name = re.compile(rf"\b{re.escape(source.stem)}\b")
    for folder in source.relative_to(root).parents:
        for file in (root / folder).glob("*"):
            if file.name == "CMakeLists.txt" or file.suffix == ".cmake":
                if name.search(file.read_text(encoding="utf-8")):
                    return True
    return False


def wanted_block(root: pathlib.Path, source: re.Match) -> str:
    file = root / source["path"]
    if not file.is_file():
        raise Trouble("does not exist")
    if not is_built(root, file):
        raise Trouble("is built by no CMake file")
    return region_of(file.read_text(encoding="utf-8"), source["region"])


def checked(root: pathlib.Path, document: pathlib.Path, found: list[str]) -> str:
    """The text that `document` should have; what is wrong with it goes to `found`."""
    shown = document.relative_to(root).as_posix()
    lines = document.read_text(encoding="utf-8").splitlines(keepends=True)
    result = []
    source = None
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        result.append(line)
        fence = FENCE.match(line.strip())
        if fence is None:
            found.extend(broken_links(root, document, f"{shown}:{number}", line))
            if line.strip():
                if source is not None:
                    found.append(f"{shown}:{number}: {source['path']} is named, but no block follows")
                source = SOURCE.fullmatch(line.strip())
            continue

        first = number
        indentation = line[: len(line) - len(line.lstrip())]
        while number < len(lines) and lines[number].strip() != fence["fence"]:
            number += 1
        block = "".join(lines[first:number])
        if number < len(lines):
            number += 1
        where = f"{shown}:{first}"
        if source is not None:
            try:
                wanted = textwrap.indent(wanted_block(root, source), indentation)
                if block != wanted:
                    found.append(f"{where}: differs from {source['path']}#{source['region']};"
                                 " tools/check_docs.py --write copies it")
                    block = wanted
            except Trouble as trouble:
                found.append(f"{where}: {source['path']} {trouble}")
        elif fence["language"].lower() in CPP:
            found.append(f"{where}: C++ without a source that is compiled")
        elif not fence["language"]:
            found.append(f"{where}: a block that does not name its language")
        result.append(block)
        result.append(lines[number - 1])
        source = None
    if source is not None:
        found.append(f"{shown}: {source['path']} is named, but no block follows")
    return "".join(result)


def broken_links(root: pathlib.Path, document: pathlib.Path, where: str, line: str) -> Iterator[str]:
    for link in LINK.finditer(line):
        target = link["target"].split("#")[0]
        if target and "://" not in target and not target.startswith("mailto:"):
            base = root if target.startswith("/") else document.parent
            if not (base / target.lstrip("/")).exists():
                yield f"{where}: leads to {target}, which is not there"


def main() -> int:
    arguments = sys.argv[1:]
    write = "--write" in arguments
    roots = [each for each in arguments if each != "--write"]
    root = pathlib.Path(roots[0] if roots else pathlib.Path(__file__).parents[1]).resolve()

    documents = sorted({file for pattern in DOCUMENTS for file in root.glob(pattern)})
    if not documents:
        print(f"{root}: there is no document here to check")
        return 2
    found: list[str] = []
    for document in documents:
        before = len(found)
        text = checked(root, document, found)
        if write and text != document.read_text(encoding="utf-8"):
            document.write_text(text, encoding="utf-8")
            found[before:] = [each for each in found[before:] if "differs from" not in each]
            print(f"wrote {document.relative_to(root)}")
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
