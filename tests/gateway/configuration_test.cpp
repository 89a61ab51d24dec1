// SPDX-License-Identifier: MIT
#include "configuration.hpp"

#include <string>

#include "leat/base/error.hpp"

#include "support/test.hpp"

using namespace std::chrono_literals;
using gateway::parse_configuration;

namespace {

constexpr std::string_view one_upstream = R"(
[[upstreams]]
name = "a"
url = "http://a.test/m"
)";

std::string error_of(std::string_view text) {
  try {
    static_cast<void>(parse_configuration(text, "g.toml", "/etc", {}));
  } catch (const leat::error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("configuration: what is not said has a default") {
  const auto read = parse_configuration(one_upstream, "g.toml", "/etc", {});
  CHECK(read.server.host == "127.0.0.1");
  CHECK(read.server.port == 8080);
  CHECK(read.server.drain == 10s);
  CHECK_FALSE(read.demo);
  REQUIRE(read.upstreams.size() == 1);
  CHECK(read.upstreams[0].timeout == 5s);
}

TEST_CASE("configuration: the command line's port wins and moves the demo's with it") {
  const auto read = parse_configuration(std::string("[demo]\n") + std::string(one_upstream),
                                        "g.toml", "/etc", {.port = std::uint16_t{9000}});
  CHECK(read.server.port == 9000);
  CHECK(read.demo->port == 9001);
}

TEST_CASE("configuration: the ledger's path is relative to the file") {
  const auto read = parse_configuration("[demo]\nledger = \"l.csv\"\n" + std::string(one_upstream),
                                        "g.toml", "/etc/leat", {});
  CHECK(read.demo->ledger == "/etc/leat/l.csv");
}

TEST_CASE("configuration: the one that is shipped is valid") {
  const auto read = gateway::load_configuration(GATEWAY_SOURCE_DIR "/leat-gateway.toml", {});
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

TEST_CASE("configuration: two upstreams of one name are refused") {
  CHECK(error_of(std::string(one_upstream) + std::string(one_upstream)) ==
        "g.toml: two upstreams are named \"a\"");
}

TEST_CASE("configuration: a URL that cannot be requested is refused without being shown") {
  const auto what = error_of("[[upstreams]]\nname=\"a\"\nurl=\"ftp://user:secret@h/\"\n");
  CHECK(what == "g.toml: the url of upstream \"a\": only http is spoken yet");
}

TEST_CASE("configuration: a demo path without a demo is refused") {
  CHECK(error_of("[[upstreams]]\nname=\"a\"\nurl=\"/x\"\n").find("there is no [demo]") !=
        std::string::npos);
}

TEST_CASE("configuration: no upstream at all is refused") {
  CHECK(error_of("upstreams = []\n").find("upstreams") != std::string::npos);
}

TEST_CASE("configuration: a file that is not there is named") {
  CHECK_THROWS_WITH_AS(static_cast<void>(gateway::load_configuration("/no/such.toml", {})),
                       "/no/such.toml: cannot be read: No such file or directory", leat::error);
}
