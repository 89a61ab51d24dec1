#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails when something that can be awaited has no test that cancels it at every point.

The public headers of SWEPT are searched for functions that return something to await. Each has
to stand in tests/cancellation_sweeps.txt, with the test file whose `for_each_cancellation` runs
it, or after a dash with the reason why there is none. The file is looked into: it must use the
harness and name the function.

    tools/check_sweeps.py [root]     check
    tools/check_sweeps.py --list     what the headers declare, for a new line of the table
"""

import pathlib
import re
import sys
from typing import Iterator

SWEPT = ["coro", "io", "http", "pool", "ws", "app", "service"]
TABLE = "tests/cancellation_sweeps.txt"
HARNESS = "for_each_cancellation"

# What a function gives that a task can await; `auto` is what the combinators say.
AWAITABLE = r"(?:[\w:]*\btask\s*<.*>|[\w:]*awaiter(?:<.*>)?|[\w:]*foreign_call<.*>|auto)"
DECLARATION = re.compile(rf"^(?:\[\[nodiscard\]\]|virtual|inline|static|typename|Io::template|\s)*"
                         rf"{AWAITABLE}\s+(?P<name>\w+)\s*\(", re.DOTALL)
CLASS = re.compile(r"\b(?:class|struct)\s+(?:\[\[\w+\]\]\s*)?(?P<name>\w+)[^;()]*$", re.DOTALL)
COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|^[ \t]*#(?:\\\n|[^\n])*',
                             re.DOTALL | re.MULTILINE)
TEMPLATE = re.compile(r"^\s*template\s*<")


def without_template(text: str) -> str:
    """The declaration behind its `template <...>` and `requires` in front of it."""
    while TEMPLATE.match(text):
        depth = 0
        for at in range(text.index("<"), len(text)):
            depth += {"<": 1, ">": -1}.get(text[at], 0)
            if depth == 0:
                break
        text = text[at + 1:].lstrip()
        if text.startswith("requires"):
            lines = text.split("\n")
            starts = [i for i, line in enumerate(lines) if i > 0 and DECLARATION.match(line.strip())]
            text = "\n".join(lines[starts[0]:]).lstrip() if starts else text[len("requires"):]
    return text


class Scope:
    def __init__(self, kind: str, name: str, is_visible: bool):
        self.kind, self.name, self.is_visible = kind, name, is_visible


def declarations(text: str) -> Iterator[str]:
    """The awaitable functions that users may call, as `name` or `class::name`."""
    text = COMMENT_OR_TEXT.sub(" ", text)
    scopes = [Scope("namespace", "", True)]
    begin = 0
    for found in re.finditer(r"[{};]|\b(?:public|private|protected)\s*:(?!:)", text):
        piece, token = text[begin:found.start()].strip(), found.group()
        begin = found.end()
        here = scopes[-1]
        if here.kind != "body" and token in "{;" and here.is_visible:
            declared = DECLARATION.match(without_template(piece))
            if declared and declared["name"] not in ("await_resume", "await_transform"):
                yield f"{here.name}::{declared['name']}" if here.kind == "class" else declared["name"]
        if token == "{":
            scopes.append(opened(piece, here))
        elif token == "}" and len(scopes) > 1:
            scopes.pop()
        elif token not in "{};" and here.kind == "class":
            here.is_visible = token.startswith("public") and here.name != ""


def opened(piece: str, around: Scope) -> Scope:
    if around.kind == "body":
        return Scope("body", "", False)
    if re.search(r"\bnamespace\b[\s\w:]*$", piece):
        return Scope("namespace", "", around.is_visible and "detail" not in piece)
    declared = CLASS.search(without_template(piece))
    if declared and around.is_visible:
        return Scope("class", declared["name"], re.search(r"\bstruct\b", piece) is not None)
    return Scope("class", "", False) if declared else Scope("body", "", False)


def awaitables(root: pathlib.Path) -> Iterator[tuple[str, str]]:
    for layer in SWEPT:
        for header in sorted((root / "include/leat" / layer).rglob("*.hpp")):
            shown = header.relative_to(root / "include/leat").as_posix()
            names = dict.fromkeys(declarations(header.read_text(encoding="utf-8")))
            yield from ((shown, name) for name in names)


def table(root: pathlib.Path) -> Iterator[tuple[int, str, str, str]]:
    lines = (root / TABLE).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            header, name, proof = (line.split(None, 2) + ["", ""])[:3]
            yield number, header, name, proof


def problems(root: pathlib.Path) -> Iterator[str]:
    declared = set(awaitables(root))
    listed = set()
    for number, header, name, proof in table(root):
        place = f"{TABLE}:{number}"
        if (header, name) in listed:
            yield f"{place}: {name} of {header} stands here twice"
        listed.add((header, name))
        if (header, name) not in declared:
            yield f"{place}: {header} does not declare {name}"
        if proof.startswith("- ") and len(proof) > 10:
            continue
        test = root / "tests" / proof
        if not proof or not test.is_file():
            yield f"{place}: {proof or 'nothing'} is neither a test file nor '- ' and a reason"
            continue
        text = COMMENT_OR_TEXT.sub(" ", test.read_text(encoding="utf-8"))
        if HARNESS not in text:
            yield f"{place}: {proof} does not use {HARNESS}"
        word = name.rsplit("::", 1)[-1]
        if not re.search(rf"\b{word}\b", text):
            yield f"{place}: {proof} does not name {word}"
    for header, name in sorted(declared - listed):
        yield f"{header}: {name} can be awaited and stands nowhere in {TABLE}"


def main() -> int:
    arguments = [each for each in sys.argv[1:] if each != "--list"]
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).parents[1]
    if "--list" in sys.argv:
        for header, name in awaitables(root):
            print(header, name)
        return 0
    found = list(problems(root))
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
