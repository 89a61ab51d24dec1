#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Refuses C++ that compiles, passes review, and goes wrong only when a task is stopped.

A stop destroys suspended frames; it is no exception, and the rest of the expression is
never evaluated (docs/adr/0003). Hence:

- leat-new-await: `new T(co_await x)` has its storage before it has its argument. A stop
  loses the storage, with every compiler.
- leat-exception-count: a guard that asks `uncaught_exceptions()`, or a scope_success or
  scope_fail, takes a stop for success: it commits the transaction.
- leat-spawn-by-reference: `group.spawn([&] ...)` reaches the locals of the group's body,
  which die before the child does.

And one that goes wrong without a stop:

- leat-dangling-lambda: `auto work = [x]() -> task<void> { ... }();` makes a task that refers
  to the captures of a lambda which is gone after this statement. What awaits or runs the task
  in the same statement is right.

A line that must stay says so with its reason: `// NOLINT(leat-new-await): why`.

    tools/lint_coroutines.py [file or folder]...
"""

import pathlib
import re
import sys
from typing import Iterator, NamedTuple

TREES = ["include", "src", "apps", "examples", "tests", "benchmarks", "fuzz"]
SUFFIXES = {".hpp", ".cpp"}
SAMPLES = "lint_samples"  # folders of code that is there to be refused

ADVICE = {
    "leat-new-await": "await into a local first, then make_unique",
    "leat-exception-count": "a stop is no exception: roll back by default, commit() explicitly",
    "leat-spawn-by-reference": "pass values, or std::ref to what outlives the group",
    "leat-dangling-lambda": "the captures die before the task runs: make them parameters",
}

# Comments, and literals in which a quote or a slash means nothing. Raw strings come first,
# because what is inside them may look like any of the others.
NOT_CODE = re.compile(
    r"""R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"   # raw string
      | //[^\n]*
      | /\*.*?\*/
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'            # not the ' in 1'000
    """,
    re.DOTALL | re.VERBOSE,
)

EXCEPTION_COUNT = re.compile(r"\buncaught_exceptions?\b|\bscope_(?:success|fail)\b", re.IGNORECASE)
NEW = re.compile(r"\bnew\b")
SPAWN = re.compile(r"(?:\.|->)\s*(?:spawn|start)\s*\(")
DEFAULT_REFERENCE = re.compile(r"\[\s*&\s*[\],]")

LAMBDA = re.compile(r"(?<![\w)\]\[])\[(?!\[)")
COROUTINE_TYPE = re.compile(r"->\s*(?:\w+\s*::\s*)*(?:task|stream)\b")
# What runs a task before its statement ends.
RUNS_AT_ONCE = re.compile(r"\bco_await\b|\brun\s*\(")

OPENING = {"(": ")", "[": "]", "{": "}"}


class Finding(NamedTuple):
    rule: str
    offset: int


def blank(text: str) -> str:
    """`text` with comments and literals turned into spaces, every offset unchanged."""
    return NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def end_of_group(code: str, start: int) -> int:
    """The offset behind the bracket that closes the one at `start`."""
    closing = []
    for offset in range(start, len(code)):
        if code[offset] in OPENING:
            closing.append(OPENING[code[offset]])
        elif closing and code[offset] == closing[-1]:
            closing.pop()
            if not closing:
                return offset + 1
    return len(code)


def expression_from(code: str, start: int) -> str:
    """The new-expression that goes on at `start`, without the bodies of lambdas in it."""
    parts = []
    offset = start
    open_angles = 0  # of template arguments, whose commas end nothing
    while offset < len(code) and code[offset] not in (";)]}" if open_angles > 0 else ";)]},"):
        if code[offset] in "<>":
            open_angles += 1 if code[offset] == "<" else -1
        if code[offset] in OPENING:
            end = end_of_group(code, offset)
            parts.append(without_bodies(code[offset:end]))
            offset = end
        else:
            parts.append(code[offset])
            offset += 1
    return "".join(parts)


def without_bodies(code: str) -> str:
    """`code` without its blocks of statements: braces that hold a `;` are no initializer."""
    parts = []
    offset = 0
    while offset < len(code):
        if code[offset] == "{":
            end = end_of_group(code, offset)
            inside = code[offset + 1 : end - 1]
            parts.append("{}" if ";" in inside else "{" + without_bodies(inside) + "}")
            offset = end
        else:
            parts.append(code[offset])
            offset += 1
    return "".join(parts)


def skip_space(code: str, start: int) -> int:
    while start < len(code) and code[start].isspace():
        start += 1
    return start


def is_dangling_lambda(code: str, start: int) -> bool:
    """Whether the lambda at `start` captures, is a coroutine, and is called on the spot."""
    at = end_of_group(code, start)
    if not code[start + 1 : at - 1].strip():
        return False
    at = skip_space(code, at)
    if code[at : at + 1] == "(":
        at = end_of_group(code, at)
    body = code.find("{", at)
    specifiers = code[at:body]
    if body == -1 or ";" in specifiers or not COROUTINE_TYPE.search(specifiers):
        return False
    after = skip_space(code, end_of_group(code, body))
    if code[after : after + 1] != "(":
        return False
    statement = max(code.rfind(each, 0, start) for each in ";{}")
    return not RUNS_AT_ONCE.search(code[statement + 1 : start])


def findings(code: str) -> Iterator[Finding]:
    for found in EXCEPTION_COUNT.finditer(code):
        yield Finding("leat-exception-count", found.start())
    for found in NEW.finditer(code):
        if "co_await" in expression_from(code, found.end()):
            yield Finding("leat-new-await", found.start())
    for found in LAMBDA.finditer(code):
        if is_dangling_lambda(code, found.start()):
            yield Finding("leat-dangling-lambda", found.start())
    for found in SPAWN.finditer(code):
        arguments = code[found.end() - 1 : end_of_group(code, found.end() - 1)]
        if DEFAULT_REFERENCE.search(without_bodies(arguments)):
            yield Finding("leat-spawn-by-reference", found.start())


def is_excused(lines: list[str], number: int, rule: str) -> bool:
    excuse = re.compile(rf"NOLINT\({rule}\): \S")
    before = f"NOLINTNEXTLINE({rule}): "
    return bool(excuse.search(lines[number - 1])) or (number > 1 and before in lines[number - 2])


def problems(shown: str, text: str) -> Iterator[str]:
    lines = text.splitlines()
    for finding in sorted(findings(blank(text)), key=lambda each: each.offset):
        number = text.count("\n", 0, finding.offset) + 1
        if not is_excused(lines, number, finding.rule):
            yield f"{shown}:{number}: {finding.rule}: {ADVICE[finding.rule]}"


def sources(places: list[pathlib.Path]) -> Iterator[pathlib.Path]:
    for place in places:
        if place.is_file():
            yield place
        else:
            yield from sorted(
                each
                for each in place.rglob("*")
                if each.suffix in SUFFIXES and SAMPLES not in each.relative_to(place).parts
            )


def main() -> int:
    root = pathlib.Path(__file__).resolve().parents[1]
    places = [pathlib.Path(each) for each in sys.argv[1:]] or [root / each for each in TREES]
    found = []
    count = 0
    for file in sources(places):
        count += 1
        shown = file.relative_to(root) if file.is_relative_to(root) else file
        found.extend(problems(str(shown), file.read_text(encoding="utf-8")))
    for problem in found:
        print(problem)
    if count == 0:
        print("no C++ file to check")
        return 2
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
