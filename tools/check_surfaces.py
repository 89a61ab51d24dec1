#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails when the two surfaces of a client differ: in the names of their methods, in what those
take, or in what they give.

PAIRS lists the asynchronous classes with their blocking twins (docs/adr/0004). A method of one
has to stand in the other with the same parameters and the same result, but for the words in
TWINS and for `task<T>`, which is T where a call blocks.

    tools/check_surfaces.py [root]
"""

import pathlib
import re
import sys

PAIRS = [
    ("http/async_client.hpp", "async_client", "http/client.hpp", "client"),
    ("http/async_response_stream.hpp", "async_response_stream", "http/response_stream.hpp",
     "response_stream"),
    ("http/event_stream.hpp", "async_event_stream", "http/event_stream.hpp", "event_stream"),
    ("ws/async_connection.hpp", "async_connection", "ws/connection.hpp", "connection"),
]

# Longest first: a name may hold another.
TWINS = {
    "async_request_options": "blocking_request_options",
    "async_response_stream": "response_stream",
    "async_client_options": "client_options",
    "async_connection": "connection",
    "async_options": "options",
    "io::async_stream": "io::blocking_stream",
    "async_request": "http::request",
    "async_client": "client",
    "io::async": "io::blocking",
}

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
METHOD = re.compile(r"(?P<result>[\w:<>&*\s]*?)\b(?P<name>[a-z_]\w*)\s*\((?P<parameters>[^()]*"
                    r"(?:\([^()]*\)[^()]*)*)\)(?P<rest>[^;{}]*)")


def public_part(text: str, name: str) -> str:
    found = re.search(rf"\bclass {name}\b[^;{{]*{{", text)
    if found is None:
        raise ValueError(f"there is no class {name}")
    depth, at = 1, found.end()
    while depth and at < len(text):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    body = text[found.end():at - 1]
    parts = re.split(r"\b(public|private|protected):", body)
    return "".join(part for kind, part in zip(parts[1::2], parts[2::2]) if kind == "public")


def without_bodies(text: str) -> str:
    text = re.sub(r"=\s*\{\}", "", text)  # a default argument
    while True:
        shorter = re.sub(r"\{[^{}]*\}", ";", text)
        if shorter == text:
            return text
        text = shorter


def normal(text: str) -> str:
    for word, twin in TWINS.items():
        text = re.sub(rf"(?<![\w:]){re.escape(word)}\b", twin, text)
    text = re.sub(r"\btask<(.*)>", r"\1", text)
    return re.sub(r"\s+", " ", text.replace("[[nodiscard]]", "")).strip()


def methods(text: str, name: str) -> set[str]:
    found = set()
    for statement in without_bodies(public_part(COMMENT.sub("", text), name)).split(";"):
        statement = re.sub(r"\[\[\w+\]\]", "", statement).strip()
        match = METHOD.match(statement)
        if match is None or statement.startswith(("using", "explicit", "~")) or "= delete" in statement:
            continue
        if match["name"] == name:
            continue
        found.add(normal(f"{match['result']} {match['name']}({match['parameters']})"))
    for used in re.findall(r"using (?:\w+::)?(\w+);", public_part(COMMENT.sub("", text), name)):
        found.add(f"using {used}")
    return found


def problems(root: pathlib.Path):
    for async_header, async_name, header, name in PAIRS:
        include = root / "include" / "leat"
        ours = methods((include / async_header).read_text(encoding="utf-8"), async_name)
        theirs = methods((include / header).read_text(encoding="utf-8"), name)
        if not ours:
            yield f"{async_header}: {async_name} has no methods that could be read"
        for missing in sorted(ours - theirs):
            yield f"{header}: {name} lacks what {async_name} has: {missing}"
        for extra in sorted(theirs - ours):
            yield f"{async_header}: {async_name} lacks what {name} has: {extra}"


def main() -> int:
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1]
    found = list(problems(root))
    print("\n".join(found) if found else "the surfaces of each client are the same")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
