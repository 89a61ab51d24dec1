#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a release's part of CHANGELOG.md out of the fragments in changes/.

    tools/collect_changes.py --check            are the fragments well formed?
    tools/collect_changes.py 0.2.0 2026-03-01   move them under that version

A fragment is changes/<id>.<kind>.md, where the id is the issue, or the issue and a word,
and the kind is breaking, feature, fix or docs. It holds one paragraph for users.
"""

import pathlib
import re
import sys
from typing import NamedTuple

HEADINGS = {
    "breaking": "Changes that break code",
    "feature": "New",
    "fix": "Fixed",
    "docs": "Documentation",
}
NAME = re.compile(r"(?P<id>[0-9]+(?:-[a-z0-9-]+)?)\.(?P<kind>[a-z]+)\.md")
MARK = "<!-- releases, newest first -->\n"


class Fragment(NamedTuple):
    path: pathlib.Path
    kind: str
    text: str


def fragments(root: pathlib.Path, found: list[str]) -> list[Fragment]:
    """The well-formed fragments in order; what is wrong with the others goes to `found`."""
    result = []
    for path in sorted((root / "changes").iterdir()):
        if path.name == "README.md":
            continue
        shown = path.relative_to(root).as_posix()
        name = NAME.fullmatch(path.name)
        if name is None or name["kind"] not in HEADINGS:
            found.append(f"{shown}: is not <issue>[-word].<{'|'.join(HEADINGS)}>.md")
            continue
        text = path.read_text(encoding="utf-8").strip()
        if not text.endswith(".") or "\n\n" in text or text.startswith(("#", "-", "*")):
            found.append(f"{shown}: is not one paragraph of whole sentences")
            continue
        result.append(Fragment(path, name["kind"], " ".join(text.split())))
    return result


def section(version: str, date: str, collected: list[Fragment]) -> str:
    parts = [f"## {version} ({date})\n"]
    for kind, heading in HEADINGS.items():
        lines = [f"- {each.text}\n" for each in collected if each.kind == kind]
        if lines:
            parts.append(f"### {heading}\n\n" + "".join(lines))
    return "\n".join(parts)


def release(root: pathlib.Path, version: str, date: str, collected: list[Fragment]) -> None:
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    changelog.write_text(
        text.replace(MARK, f"{MARK}\n{section(version, date, collected)}", 1), encoding="utf-8"
    )
    for each in collected:
        each.path.unlink()


def main() -> int:
    arguments = sys.argv[1:]
    root = pathlib.Path(__file__).resolve().parents[1]
    if "--root" in arguments:  # for the test of this tool
        at = arguments.index("--root")
        root = pathlib.Path(arguments[at + 1])
        del arguments[at : at + 2]

    found: list[str] = []
    collected = fragments(root, found)
    if MARK not in (root / "CHANGELOG.md").read_text(encoding="utf-8"):
        found.append(f"CHANGELOG.md: lacks the line {MARK.strip()}")
    for problem in found:
        print(problem)
    if found:
        return 1
    if arguments == ["--check"]:
        return 0
    if (
        len(arguments) != 2
        or not re.fullmatch(r"\d+\.\d+\.\d+", arguments[0])
        or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", arguments[1])
    ):
        print("usage: tools/collect_changes.py --check | <version> <date>")
        return 2
    if not collected:
        print("there is nothing to release in changes/")
        return 1
    release(root, *arguments, collected)
    print(f"moved {len(collected)} fragments to CHANGELOG.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
