// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "log/captured.hpp"
#include "support/test.hpp"

using leat::testing::captured_log;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr std::string_view tail =
    R"(, "timestamp": "2026-01-01T00:00:00.000000Z", "level": "info"})";

std::string line_of(std::string_view event, std::initializer_list<leat::log::field> fields = {}) {
  captured_log log;
  log.logger().info(event, fields);
  return log.last();
}

/// The value of a single field as it is shown.
std::string shown(const leat::log::value& what) {
  const std::string line = line_of("x", {{"k", what}});
  const std::string head = R"({"event": "x", "k": )";
  REQUIRE(line.starts_with(head));
  REQUIRE(line.ends_with(tail));
  return line.substr(head.size(), line.size() - head.size() - tail.size());
}

}  // namespace

TEST_CASE("json log: is one object with event, fields, timestamp and level") {
  CHECK(line_of("policy created", {{"name", "p"}, {"version", 3}}) ==
        R"({"event": "policy created", "name": "p", "version": 3, )"
        R"("timestamp": "2026-01-01T00:00:00.000000Z", "level": "info"})");
}

TEST_CASE("json log: shows the name of the logger") {
  captured_log log;
  log.logger("gateway").warn("x");
  CHECK(log.last() ==
        R"({"event": "x", "logger": "gateway", "timestamp": "2026-01-01T00:00:00.000000Z", )"
        R"("level": "warn"})");
}

TEST_CASE("json log: shows every kind of value") {
  CHECK(shown(nullptr) == "null");
  CHECK(shown(true) == "true");
  CHECK(shown(-7) == "-7");
  CHECK(shown(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(shown(0.1) == "0.1");
  CHECK(shown("text") == R"("text")");
  CHECK(shown(std::string("text")) == R"("text")");
  CHECK(shown(static_cast<const char*>(nullptr)) == "null");
}

TEST_CASE("json log: shows a length of time in seconds, exactly") {
  CHECK(shown(800ms) == "0.8");
  CHECK(shown(12s) == "12");
  CHECK(shown(1ns) == "0.000000001");
  CHECK(shown(-1500ms) == "-1.5");
  CHECK(shown(leat::duration::min()) == "-9223372036.854775808");
}

TEST_CASE("json log: shows a number that JSON does not have as text") {
  CHECK(shown(std::numeric_limits<double>::quiet_NaN()) == R"("nan")");
  CHECK(shown(std::numeric_limits<double>::infinity()) == R"("inf")");
  CHECK(shown(-std::numeric_limits<double>::infinity()) == R"("-inf")");
}

TEST_CASE("json log: nobody can forge a record with a line break or a quotation mark") {
  CHECK(line_of("a\nb\r\"}{\"event\":") ==
        R"({"event": "a\nb\r\"}{\"event\":")" + std::string(tail));
  CHECK(line_of("x", {{"a\"b\n", "c\\"}}) ==
        R"({"event": "x", "a\"b\n": "c\\")" + std::string(tail));
}

TEST_CASE("json log: escapes every control character") {
  for (int byte = 0; byte < 0x20; ++byte) {
    const std::string line = line_of(std::string(1, static_cast<char>(byte)));
    CAPTURE(byte);
    for (const char c : line) CHECK(static_cast<unsigned char>(c) >= 0x20);
  }
  CHECK(shown("\x1B[2J") == R"("\u001b[2J")");
  CHECK(shown("\x7F") == R"("\u007f")");
  CHECK(shown("\xC2\x9B") == R"("\u009b")");
  CHECK(shown("\xE2\x80\xA8") == R"("\u2028")");
  CHECK(shown("a\0b"s) == R"("a\u0000b")");
}

TEST_CASE("json log: keeps what is UTF-8") {
  CHECK(shown("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x8C\x8A") ==
        "\"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x8C\x8A\"");
}

TEST_CASE("json log: replaces what is not UTF-8") {
  CHECK(shown("a\xFF"
              "b\xC3") ==
        "\"a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD\"");
}

TEST_CASE("json log: renames a field that would repeat one of its own keys") {
  CHECK(line_of("x", {{"level", 9}, {"event", 8}}) ==
        R"({"event": "x", "level_": 9, "event_": 8)" + std::string(tail));
}

TEST_CASE("json log: shows microseconds of any date, also before 1970") {
  using namespace std::chrono;
  std::string line;
  system_clock::time_point now = sys_days(February / 29 / 2024) + 23h + 59min + 58s + 1234567ns;
  leat::log::backend backend(
      leat::log::delivery::synchronous,
      {.sinks = {leat::log::sink::custom([&](auto, auto text) { line = text; })},
       .now = [&] { return now; }});

  backend.logger().info("x");
  CHECK(line.find("2024-02-29T23:59:58.001234Z") != std::string::npos);
  now = sys_days(December / 31 / 1969) + 23h + 59min + 59s + 999999us;
  backend.logger().info("x");
  CHECK(line.find("1969-12-31T23:59:59.999999Z") != std::string::npos);
}
