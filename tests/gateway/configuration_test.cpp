// SPDX-License-Identifier: MIT
#include "configuration.hpp"

#include <string>

#include "leat/app/error.hpp"
#include "leat/app/prepare.hpp"
#include "leat/base/error.hpp"
#include "leat/coro/exit_stack.hpp"

#include "service.hpp"
#include "support/async_test.hpp"

namespace {

constexpr std::string_view one_upstream = R"(
[[upstreams]]
name = "a"
url = "http://a.test/m"
)";

gateway::configuration parse_configuration(std::string_view text, const char* folder) {
  return gateway::read_configuration(leat::app::configuration::parse(text, "g.toml"), folder);
}

std::string error_of(std::string_view text) {
  try {
    static_cast<void>(parse_configuration(text, "/etc"));
  } catch (const leat::app::invalid_configuration& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("configuration: what is not said has a default") {
  const auto read = parse_configuration(one_upstream, "/etc");
  CHECK(read.server.host == "127.0.0.1");
  CHECK(read.server.port == 8080);
  CHECK(read.server.drain == 10s);
  CHECK_FALSE(read.demo);
  REQUIRE(read.upstreams.size() == 1);
  CHECK(read.upstreams[0].timeout == 5s);
}

LEAT_ASYNC_TEST("configuration: the command line's port wins and moves the demo's with it") {
  const auto text = "[server]\nport = 1\n[demo]\n" + std::string(one_upstream);
  auto options = gateway::program_options_of(leat::app::configuration_source::text(text), "/etc",
                                             std::uint16_t{9000});
  options.prepare.variables =
      leat::app::environment({{"HOME", "/home/ann"}, {"LEAT_GATEWAY_CONFIG_SERVER__PORT", "7000"}});
  leat::exit_stack exits;
  const auto prepared = co_await leat::app::prepare(exits, std::move(options.prepare));
  const auto read = gateway::read_configuration(prepared.configuration(), "/etc");
  CHECK(read.server.port == 9000);
  CHECK(read.demo->port == 9001);
  co_await exits.close();
}

LEAT_ASYNC_TEST("configuration: a variable wins over the file") {
  auto options = gateway::program_options_of(
      leat::app::configuration_source::text("[server]\nport = 1\n" + std::string(one_upstream)),
      "/etc");
  options.prepare.variables =
      leat::app::environment({{"HOME", "/home/ann"}, {"LEAT_GATEWAY_CONFIG_SERVER__PORT", "7000"}});
  leat::exit_stack exits;
  const auto prepared = co_await leat::app::prepare(exits, std::move(options.prepare));
  CHECK(gateway::read_configuration(prepared.configuration(), "/etc").server.port == 7000);
  co_await exits.close();
}

TEST_CASE("configuration: the ledger's path is relative to the file") {
  const auto read =
      parse_configuration("[demo]\nledger = \"l.csv\"\n" + std::string(one_upstream), "/etc/leat");
  CHECK(read.demo->ledger == "/etc/leat/l.csv");
}

LEAT_ASYNC_TEST("configuration: the one that is shipped is valid") {
  auto options = gateway::program_options_of(
      leat::app::configuration_source::file(GATEWAY_SOURCE_DIR "/leat-gateway.toml"),
      GATEWAY_SOURCE_DIR);
  options.prepare.variables = leat::app::environment({{"HOME", "/home/ann"}});
  leat::exit_stack exits;
  const auto prepared = co_await leat::app::prepare(exits, std::move(options.prepare));
  const auto read = gateway::read_configuration(prepared.configuration(), GATEWAY_SOURCE_DIR);
  co_await exits.close();
  REQUIRE(read.upstreams.size() == 3);
  CHECK(read.upstreams[0].name == "activity");
  CHECK(read.upstreams[1].name == "revenue");
  CHECK(read.upstreams[2].name == "health");
}

TEST_CASE("configuration: all problems of a file are told at once, with their lines") {
  const auto what = error_of(R"([server]
port = "80"
colour = "red"

[[upstreams]]
name = "has space"
url = "http://a.test/"
timeout = "0s"
)");
  for (const char* part :
       {"g.toml", "server.port", "server.colour", "upstreams[0].name", "upstreams[0].timeout"}) {
    CAPTURE(part);
    CHECK(what.find(part) != std::string::npos);
  }
}

TEST_CASE("configuration: what is wrong with types and with URLs is one list") {
  const auto what = error_of(R"([server]
port = "x"
[[upstreams]]
name = "has space"
url = "http://a.test/"
[[upstreams]]
name = "b"
url = "ftp://user:secret@b.test/"
timeout = "0s"
[[upstreams]]
name = "b"
url = "/x"
[[upstreams]]
name = 5
url = 6
[[upstreams]]
name = ""
url = ""
)");
  for (const char* part :
       {"line 2, column 8: server.port: must be an integer", "line 4, column 8: upstreams[0].name",
        "line 9, column 11: upstreams[1].timeout",
        "line 8, column 7: upstreams[1].url: cannot be asked: only http is spoken yet",
        "line 11, column 8: upstreams[2].name: is the name of another upstream too",
        "line 12, column 7: upstreams[2].url: is a path on the demo upstream",
        "line 14, column 8: upstreams[3].name", "line 15, column 7: upstreams[3].url",
        "line 17, column 8: upstreams[4].name", "line 18, column 7: upstreams[4].url"}) {
    CAPTURE(part);
    const auto at = what.find(part);
    CHECK(at != std::string::npos);
    CHECK(what.find(part, at + 1) == std::string::npos);
  }
  CHECK(what.find("secret") == std::string::npos);
}

LEAT_ASYNC_TEST("configuration: beside a file that cannot be read, only what is there is judged") {
  auto options = gateway::program_options_of(
      leat::app::configuration_source::text(
          "includes = [\"/no/such.toml\"]\n[[upstreams]]\nname = \"a\"\nurl = \"/x\"\n"
          "[[upstreams]]\nname = \"b\"\nurl = \"ftp://b.test/\"\n"),
      "/no");
  options.prepare.variables = leat::app::environment({{"HOME", "/home/ann"}});
  std::string what;
  leat::exit_stack exits;
  try {
    static_cast<void>(co_await leat::app::prepare(exits, std::move(options.prepare)));
  } catch (const leat::app::invalid_configuration& e) {
    what = e.what();
  }
  co_await exits.close();
  CHECK(what.find("/no/such.toml: No such file or directory") != std::string::npos);
  CHECK(what.find("upstreams[1].url: cannot be asked") != std::string::npos);
  CHECK(what.find("[demo]") == std::string::npos);  // it may be in that file
}

TEST_CASE("configuration: two upstreams of one name are refused") {
  CHECK(error_of(std::string(one_upstream) + std::string(one_upstream)) ==
        "configuration is not valid: g.toml line 7, column 8: upstreams[1].name: is the name of "
        "another upstream too: \"a\"");
}

TEST_CASE("configuration: a URL that cannot be requested is refused without being shown") {
  const auto what = error_of("[[upstreams]]\nname=\"a\"\nurl=\"ftp://user:secret@h/\"\n");
  CHECK(what ==
        "configuration is not valid: g.toml line 3, column 5: upstreams[0].url: cannot be asked: "
        "only http is spoken yet");
}

TEST_CASE("configuration: a demo path without a demo is refused") {
  CHECK(error_of("[[upstreams]]\nname=\"a\"\nurl=\"/x\"\n").find("there is no [demo]") !=
        std::string::npos);
}

TEST_CASE("configuration: no upstream at all is refused") {
  CHECK(error_of("upstreams = []\n").find("upstreams") != std::string::npos);
}

LEAT_ASYNC_TEST("configuration: a file that is not there is named") {
  auto options =
      gateway::program_options_of(leat::app::configuration_source::file("/no/such.toml"), "/no");
  options.prepare.variables = leat::app::environment({{"HOME", "/home/ann"}});
  std::string what;
  options.on_unlogged_failure = [&what](const std::exception_ptr& failure) {
    what = leat::describe(failure);
  };
  const int status = co_await leat::app::run_lifespan(
      std::move(options), [](leat::app::program&) -> leat::task<void> { co_return; });
  CHECK(status == 1);
  CHECK(what.find("/no/such.toml") != std::string::npos);
  CHECK(what.find("No such file or directory") != std::string::npos);
}

TEST_CASE("configuration: problems of several kinds are told together") {
  const auto what = error_of(R"([server]
port = 65535
[demo]
[[upstreams]]
name = "a"
url = "gopher://a.test/"
[[upstreams]]
name = "a"
url = "/x"
)");
  for (const char* part : {"demo.port", "upstreams[0].url", "upstreams[1].name"}) {
    CAPTURE(part);
    CHECK(what.find(part) != std::string::npos);
  }
}
