#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails when a file includes something that its layer must not see.

The rules are tables, and the tables are the layers of docs/adr/0009-layers.md:

- LAYERS: a layer includes only the layers listed for it, through their public headers;
  codecs may share a private one along those lines.
- CONFINED: a third-party library is named only in the folders listed for it.
- PUBLIC_BANS: what a public header must not include, because every user would pay for it.
- PURE_BANS: what a protocol must not include, because it knows bytes and nothing else.
- apps/ and examples/ are users: they include <leat/...> and never what lies behind it.

A file that belongs to no layer is an error too, so a new folder has to be placed first.

    tools/check_layers.py [root]
"""

import pathlib
import re
import sys
from typing import Iterator, NamedTuple

VOCABULARY = ["base", "proto/url", "proto/fields"]

CODECS = {
    "proto/http1": VOCABULARY,
    "proto/http2": VOCABULARY,
    "proto/ws": VOCABULARY + ["proto/http1", "proto/hash"],  # its handshake is an HTTP/1.1 exchange
    "proto/resp": VOCABULARY,
    "proto/cookies": VOCABULARY,
    "proto/coding": VOCABULARY,
    "proto/multipart": VOCABULARY,
    "proto/socks5": VOCABULARY,
    "proto/sse": VOCABULARY,
    "proto/text": VOCABULARY,
    "proto/trace": VOCABULARY,
}

# Level 0 and 1 are what everything above may use.
FOUNDATION = ["base", "coro", "proto/url", "proto/fields", "proto/hash", *CODECS, "model", "log", "metrics"]
BELOW_CLIENTS = [*FOUNDATION, "io", "pool", "route"]
CLIENTS = ["http", "ws", "sql", "redis"]

LAYERS = {
    "base": [],
    "coro": ["base"],
    "proto/url": ["base"],
    "proto/fields": ["base"],
    "proto/hash": ["base"],
    **CODECS,
    "model": ["base"],
    "log": ["base"],
    "metrics": ["base"],
    "io": ["base", "coro", "log", "metrics"],
    "pool": ["base", "coro", "log", "metrics"],
    "route": [*FOUNDATION, "io"],
    **{client: BELOW_CLIENTS for client in CLIENTS},
    "resilience": [*BELOW_CLIENTS, *CLIENTS],
    "app": [*BELOW_CLIENTS, *CLIENTS, "resilience"],
    "service": [*BELOW_CLIENTS, *CLIENTS, "resilience", "app"],
    "testing": [*BELOW_CLIENTS, *CLIENTS, "resilience", "app", "service"],
}

# The longest prefix decides. What is in no row is the standard library or the system.
CONFINED = {
    "boost/": [],
    "boost/asio": ["src/io/asio/", "include/leat/io/asio.hpp"],
    "backtrace.h": ["src/io/symbols/"],
    "boost/system/": ["src/io/asio/", "include/leat/io/asio.hpp", "src/model/"],
    "boost/describe": ["include/leat/model/", "src/model/"],
    "boost/mp11": ["include/leat/model/", "src/model/"],  # walks what Boost.Describe lists
    "boost/json": ["src/model/"],
    "toml++/": ["src/model/"],
    "openssl/": ["src/io/tls/"],
    "openssl/evp.h": ["src/io/tls/", "src/proto/hash/"],
    "nghttp2/": ["src/proto/http2/"],
    "zlib.h": ["src/proto/coding/", "src/proto/ws/"],
    "brotli/": ["src/proto/coding/"],
    "zstd": ["src/proto/coding/"],
    "idn2.h": ["src/proto/url/"],
    "libpsl.h": ["src/proto/cookies/"],
    "libpq-fe.h": ["src/sql/postgres/"],
    "libpq/": ["src/sql/postgres/"],
    "sqlite3": ["src/sql/sqlite/"],
    "spdlog/": ["src/log/"],
    "prometheus/": ["src/metrics/"],
    "CLI/": ["src/app/"],
}

PUBLIC_BANS = [
    *["iostream", "regex", "thread", "filesystem", "future", "stop_token"],
    *["chrono", "functional", "memory", "atomic"],
]
PUBLIC_THIRD_PARTY = ["include/leat/model/", "include/leat/io/asio.hpp"]
# Where a part of a heavy standard header stands for the whole (docs/adr/0034).
STANDARD_PARTS = {
    "include/leat/base/chrono.hpp": ["bits/chrono.h", "chrono"],
    "include/leat/base/function.hpp": ["bits/std_function.h", "functional"],
    "include/leat/base/memory.hpp": ["bits/shared_ptr.h", "memory"],
}

PURE = "proto/"
PURE_BANS = [
    "coroutine",
    *["thread", "mutex", "shared_mutex", "condition_variable", "atomic", "semaphore", "latch"],
    *["barrier", "future", "stop_token", "pthread.h"],
    *["iostream", "fstream", "filesystem"],
    *["ctime", "time.h", "unistd.h", "poll.h", "fcntl.h", "netdb.h"],
    *["sys/", "netinet/", "arpa/", "net/"],
]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\n]+")', re.MULTILINE)
SOURCE_SUFFIXES = {".hpp", ".cpp", ".h", ".c", ".ipp", ".inc"}
NOT_SOURCES = {"CMakeLists.txt"}


class Include(NamedTuple):
    header: str
    is_quoted: bool


def includes_of(file: pathlib.Path) -> Iterator[Include]:
    if file.suffix in SOURCE_SUFFIXES:
        for spelled in INCLUDE.findall(file.read_text(encoding="utf-8")):
            yield Include(spelled[1:-1], spelled[0] == '"')


def layer_of(path: str) -> str | None:
    """The layer of `http/client.hpp`, or of the umbrella `http.hpp`."""
    found = (each for each in LAYERS if path.startswith(each + "/") or path == each + ".hpp")
    return max(found, key=len, default=None)


def matches(header: str, rules: list[str]) -> bool:
    """Whether `header` is one of `rules`, or lies in a folder that is one of them."""
    return any(header == rule or (rule.endswith("/") and header.startswith(rule)) for rule in rules)


def is_standard(header: str) -> bool:
    return re.fullmatch(r"[a-z_0-9]+", header) is not None


def own_header(root: pathlib.Path, file: pathlib.Path, include: Include) -> pathlib.Path | None:
    """The file of this project that `include` in `file` means, relative to `root`."""
    places = [root / "include", root / "src"]
    if include.is_quoted:
        places.insert(0, file.parent)
    for place in places:
        candidate = place / include.header
        if candidate.is_file():
            return candidate.resolve().relative_to(root)
    return None


def check_library_file(root: pathlib.Path, tree: str, file: pathlib.Path) -> Iterator[str]:
    shown = file.relative_to(root).as_posix()
    layer = layer_of(file.relative_to(root / tree).as_posix())
    if layer is None:
        yield f"{shown}: belongs to no layer; give its folder a row in LAYERS"
        return
    is_public = tree == "include/leat"

    for include in includes_of(file):
        header = include.header
        own = own_header(root, file, include)
        is_ours = own is not None or header.startswith("leat/")
        if is_ours:
            yield from check_own_include(shown, layer, is_public, own, header)
            continue

        if header in STANDARD_PARTS.get(shown, []):
            continue
        if is_public and header in PUBLIC_BANS:
            yield f"{shown}: <{header}> is too heavy for a public header"
        elif is_public and not is_standard(header) and not shown.startswith(
            tuple(PUBLIC_THIRD_PARTY)
        ):
            yield f"{shown}: a public header must not include third-party code: {header}"
        if layer.startswith(PURE) and matches(header, PURE_BANS):
            yield f"{shown}: {layer} knows bytes only, it must not include <{header}>"
        yield from check_confinement(shown, header)


def check_own_include(
    shown: str, layer: str, is_public: bool, own: pathlib.Path | None, header: str
) -> Iterator[str]:
    path = own.as_posix() if own is not None else f"include/{header}"
    is_private = path.startswith("src/")
    used = layer_of(path.removeprefix("src/").removeprefix("include/leat/"))

    if used is None:
        yield f"{shown}: {header} belongs to no layer"
    elif used != layer and used not in LAYERS[layer]:
        yield f"{shown}: {layer} must not include {header}"
    elif is_private and not shares_private_headers(layer, used):
        yield f"{shown}: {header} is private to {used}"
    elif path == f"include/leat/{used}.hpp":
        yield f"{shown}: {header} is an umbrella; include what is used"
    if is_public and is_private:
        yield f"{shown}: a public header must not include a private one: {header}"


def shares_private_headers(layer: str, used: str) -> bool:
    """The codecs are one family, route is there for clients, and testing looks behind every door."""
    is_family = layer.startswith("proto/") and used.startswith("proto/")
    is_route_of_client = used == "route" and layer in CLIENTS
    return layer == used or is_family or is_route_of_client or layer == "testing"


def check_confinement(shown: str, header: str) -> Iterator[str]:
    rule = max((each for each in CONFINED if header.startswith(each)), key=len, default=None)
    if rule is not None and not shown.startswith(tuple(CONFINED[rule])):
        homes = " and ".join(CONFINED[rule]) or "no folder of the library"
        yield f"{shown}: {header} is confined to {homes}"


def check_user_file(root: pathlib.Path, tree: str, file: pathlib.Path) -> Iterator[str]:
    shown = file.relative_to(root).as_posix()
    for include in includes_of(file):
        header = include.header
        if header.startswith("leat/"):
            if include.is_quoted:
                yield f'{shown}: a user writes <{header}>, not "{header}"'
            if "/detail/" in header:
                yield f"{shown}: {header} is a detail, not a public header"
        elif include.is_quoted:
            # Its own headers, beside it or named from the folder of the program.
            relative = file.relative_to(root / tree)
            homes = [file.parent, root / tree, root / tree / relative.parts[0]]
            found = [home / header for home in homes if (home / header).is_file()]
            if not any((root / tree) in each.resolve().parents for each in found):
                yield f"{shown}: {header} is no header of its own and no public header of Leat"
        elif (root / "src" / header).is_file():
            yield f"{shown}: {header} is private to the library"


def problems(root: pathlib.Path) -> Iterator[str]:
    root = root.resolve()
    for tree, check in {
        "include/leat": check_library_file,
        "src": check_library_file,
        "apps": check_user_file,
        "examples": check_user_file,
    }.items():
        for file in sorted((root / tree).rglob("*")):
            if file.is_file() and file.name not in NOT_SOURCES:
                yield from check(root, tree, file)


def main() -> int:
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1]
    if not (root / "src").is_dir():
        print(f"{root}: there is no src/ here to check")
        return 2
    found = list(problems(root))
    for problem in found:
        print(problem)
    if found:
        print(f"{len(found)} broken layer rules; the tables are in tools/check_layers.py")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
