# SPDX-License-Identifier: MIT
"""Gives the layer checker a file that breaks each rule, and files that break none."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

import check_layers  # noqa: E402


class LayerChecker(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "src").mkdir()

    def write(self, path: str, *includes: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"#include {each}\n" for each in includes))

    def accepts(self) -> None:
        self.assertEqual(list(check_layers.problems(self.root)), [])

    def reports(self, *words: str) -> None:
        found = list(check_layers.problems(self.root))
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_a_layer_may_use_what_is_listed_below_it(self):
        self.write("include/leat/base/error.hpp", "<string>")
        self.write("include/leat/coro/task.hpp", '"leat/base/error.hpp"', "<coroutine>")
        self.write("src/coro/task.cpp", '"leat/coro/task.hpp"')
        self.write("src/http/client.cpp", '"leat/coro/task.hpp"', '"leat/base/error.hpp"')
        self.accepts()

    def test_an_include_that_points_upward_is_reported(self):
        self.write("src/base/error.cpp", '"leat/coro/task.hpp"')
        self.reports("src/base/error.cpp", "base must not include leat/coro/task.hpp")

    def test_an_include_across_a_level_is_reported(self):
        self.write("src/http/client.cpp", '"leat/sql/session.hpp"')
        self.reports("http must not include leat/sql/session.hpp")

    def test_a_pool_does_not_know_the_network(self):
        self.write("src/pool/pool.cpp", '"leat/io/stream.hpp"')
        self.reports("pool must not include leat/io/stream.hpp")

    def test_clients_alone_see_what_makes_their_connections(self):
        self.write("src/route/connector.hpp", '"leat/io/network.hpp"')
        self.write("src/http/client.cpp", '"route/connector.hpp"')
        self.write("src/ws/connection.cpp", '"route/connector.hpp"')
        self.accepts()
        self.write("src/app/service.cpp", '"route/connector.hpp"')
        self.reports("route/connector.hpp is private to route")

    def test_codecs_use_the_vocabularies(self):
        self.write("src/proto/http1/head.cpp", '"leat/proto/url/url.hpp"', '"leat/proto/fields/f.hpp"')
        self.accepts()

    def test_a_codec_that_uses_another_codec_is_reported(self):
        self.write("src/proto/http2/head.cpp", '"leat/proto/http1/head.hpp"')
        self.reports("proto/http2 must not include leat/proto/http1/head.hpp")

    def test_the_websocket_codec_uses_http1_for_its_handshake(self):
        self.write("src/proto/ws/handshake.cpp", '"leat/proto/http1/head.hpp"')
        self.accepts()

    def test_a_protocol_that_knows_coroutines_or_sockets_is_reported(self):
        for header in ("<coroutine>", "<sys/socket.h>", "<thread>", "<ctime>"):
            with self.subTest(header):
                self.write("src/proto/http1/head.cpp", header)
                self.reports("proto/http1 knows bytes only", header)

    def test_testing_may_use_any_layer_and_private_headers(self):
        self.write("src/app/prepare.hpp")
        self.write("src/testing/harness.cpp", '"leat/app/app.hpp"', '"app/prepare.hpp"')
        self.accepts()

    def test_no_layer_uses_testing(self):
        self.write("src/app/prepare.cpp", '"leat/testing/harness.hpp"')
        self.reports("app must not include leat/testing/harness.hpp")

    def test_a_file_of_no_layer_is_reported(self):
        self.write("src/utils/strings.cpp")
        self.reports("src/utils/strings.cpp: belongs to no layer")

    def test_a_file_beside_the_layers_is_reported(self):
        self.write("include/leat/everything.hpp")
        self.reports("include/leat/everything.hpp: belongs to no layer")

    def test_an_include_of_no_layer_is_reported(self):
        self.write("src/base/error.cpp", '"leat/utils/strings.hpp"')
        self.reports("leat/utils/strings.hpp belongs to no layer")

    def test_each_library_outside_its_folder_is_reported(self):
        for header in (
            "boost/asio/io_context.hpp",
            "boost/asio.hpp",
            "boost/describe.hpp",
            "boost/json.hpp",
            "boost/algorithm/string.hpp",
            "toml++/toml.h",
            "openssl/ssl.h",
            "nghttp2/nghttp2.h",
            "libpq-fe.h",
            "sqlite3.h",
            "spdlog/spdlog.h",
            "prometheus/counter.h",
        ):
            with self.subTest(header):
                self.write("src/http/client.cpp", f"<{header}>")
                self.reports("src/http/client.cpp", f"{header} is confined to")

    def test_each_library_is_at_home_in_its_folder(self):
        for path, header in {
            "src/io/asio/loop.cpp": "boost/asio/io_context.hpp",
            "include/leat/io/asio.hpp": "boost/asio/async_result.hpp",
            "include/leat/model/describe.hpp": "boost/describe.hpp",
            "src/model/json.cpp": "boost/json.hpp",
            "src/model/toml.cpp": "toml++/toml.h",
            "src/io/tls/engine.cpp": "openssl/ssl.h",
            "src/proto/http2/session.cpp": "nghttp2/nghttp2.h",
            "src/sql/postgres/connection.cpp": "libpq-fe.h",
            "src/sql/sqlite/connection.cpp": "sqlite3.h",
            "src/log/sinks.cpp": "spdlog/spdlog.h",
            "src/metrics/registry.cpp": "prometheus/registry.h",
        }.items():
            self.write(path, f"<{header}>")
        self.accepts()

    def test_a_heavy_standard_header_in_public_is_reported(self):
        for header in check_layers.PUBLIC_BANS:
            with self.subTest(header):
                self.write("include/leat/io/loop.hpp", f"<{header}>")
                self.reports(f"<{header}> is too heavy for a public header")

    def test_a_part_of_a_heavy_header_has_a_place_of_its_own(self):
        for header, parts in check_layers.STANDARD_PARTS.items():
            self.write(header, *[f"<{part}>" for part in parts])
        self.accepts()
        self.write("include/leat/io/loop.hpp", "<bits/chrono.h>")
        self.reports("a public header must not include third-party code: bits/chrono.h")

    def test_a_source_may_be_heavy(self):
        self.write("src/io/loop.cpp", "<thread>", "<sys/socket.h>")
        self.accepts()

    def test_third_party_code_in_a_public_header_is_reported(self):
        self.write("include/leat/log/log.hpp", "<fmt/format.h>")
        self.reports("a public header must not include third-party code: fmt/format.h")

    def test_a_private_header_in_a_public_one_is_reported(self):
        self.write("src/io/impl.hpp")
        self.write("include/leat/io/loop.hpp", '"io/impl.hpp"')
        self.reports("a public header must not include a private one: io/impl.hpp")

    def test_a_private_header_of_another_layer_is_reported(self):
        self.write("src/io/impl.hpp")
        self.write("src/http/client.cpp", '"io/impl.hpp"')
        self.reports("io/impl.hpp is private to io")

    def test_codecs_share_the_private_headers_of_a_vocabulary(self):
        self.write("src/proto/fields/characters.hpp")
        self.write("src/proto/http1/head.cpp", '"proto/fields/characters.hpp"')
        self.accepts()

    def test_a_client_that_uses_a_private_header_of_a_codec_is_reported(self):
        self.write("src/proto/fields/characters.hpp")
        self.write("src/http/client.cpp", '"proto/fields/characters.hpp"')
        self.reports("proto/fields/characters.hpp is private to proto/fields")

    def test_a_private_header_is_found_from_its_own_folder(self):
        self.write("src/proto/http1/transitions.hpp")
        self.write("src/proto/http1/head.cpp", '"transitions.hpp"', '"proto/http1/transitions.hpp"')
        self.accepts()

    def test_an_umbrella_inside_the_library_is_reported(self):
        self.write("include/leat/io.hpp", '"leat/io/loop.hpp"')
        self.write("src/http/client.cpp", '"leat/io.hpp"')
        self.reports("leat/io.hpp is an umbrella")

    def test_a_program_uses_public_headers_and_its_own(self):
        self.write("apps/gateway/config.hpp", "<leat/model/json.hpp>", "<boost/describe.hpp>")
        self.write("apps/gateway/http/routes.cpp", '"gateway/config.hpp"', '"config.hpp"')
        self.write("examples/01_first.cpp", "<leat/http/async_client.hpp>", "<iostream>")
        self.accepts()

    def test_a_program_that_uses_a_private_header_is_reported(self):
        self.write("src/http/connection.hpp")
        for spelled in ('"http/connection.hpp"', '"../../src/http/connection.hpp"',
                        "<http/connection.hpp>"):
            with self.subTest(spelled):
                self.write("apps/gateway/main.cpp", spelled)
                self.reports("apps/gateway/main.cpp", "http/connection.hpp")

    def test_a_program_that_uses_a_detail_is_reported(self):
        self.write("examples/01_first.cpp", "<leat/coro/detail/frame.hpp>")
        self.reports("leat/coro/detail/frame.hpp is a detail")

    def test_a_program_that_spells_leat_in_quotes_is_reported(self):
        self.write("examples/01_first.cpp", '"leat/coro/task.hpp"')
        self.reports("a user writes <leat/coro/task.hpp>")

    def test_the_tool_fails_with_the_list_of_problems(self):
        self.write("src/base/error.cpp", '"leat/coro/task.hpp"')
        run = subprocess.run(
            [sys.executable, ROOT / "tools/check_layers.py", self.root],
            capture_output=True, text=True, check=False,
        )
        self.assertEqual(run.returncode, 1)
        self.assertIn("base must not include leat/coro/task.hpp", run.stdout)
        self.assertIn("1 broken layer rules", run.stdout)

    def test_the_tool_fails_where_there_is_nothing_to_check(self):
        run = subprocess.run(
            [sys.executable, ROOT / "tools/check_layers.py", self.root / "elsewhere"],
            capture_output=True, text=True, check=False,
        )
        self.assertEqual(run.returncode, 2)


if __name__ == "__main__":
    unittest.main()
