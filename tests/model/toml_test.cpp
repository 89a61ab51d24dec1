// SPDX-License-Identifier: MIT
#include "leat/model/toml.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "leat/model/json.hpp"

#include "model/problems.hpp"
#include "support/test.hpp"

using namespace leat;
using namespace leat::model;
using leat::testing::problem_of;
using leat::testing::problems_of;
using namespace std::chrono_literals;

namespace {

enum class mode { fast, safe };
BOOST_DESCRIBE_ENUM(mode, fast, safe)

struct listener {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
};
BOOST_DESCRIBE_STRUCT(listener, (), (host, port))

consteval auto leat_rules(const listener*) {
  using namespace leat::model::rules;
  return list(field<&listener::host>(defaulted));
}

struct settings {
  std::string name = "app";
  mode how = mode::safe;
  double ratio = 0.5;
  std::chrono::milliseconds grace = 5s;
  std::vector<listener> listen;
  std::map<std::string, std::string> labels;
  std::optional<json_text> extra;
};
BOOST_DESCRIBE_STRUCT(settings, (), (name, how, ratio, grace, listen, labels, extra))

consteval auto leat_rules(const settings*) {
  return leat::model::rules::list(leat::model::rules::all_defaulted);
}

settings read(std::string_view text) {
  return from_toml<settings>(text, "app.toml");
}

std::string refusal(std::string_view text) {
  return problem_of([&] { return read(text); });
}

}  // namespace

TEST_CASE("toml: binds a described struct") {
  const auto bound = read(R"(
name = "gateway"
how = "fast"
ratio = 1
grace = "1m30s"

[[listen]]
port = 8080

[[listen]]
host = "::1"
port = 8081

[labels]
zone = "a"
)");

  CHECK(bound.name == "gateway");
  CHECK(bound.how == mode::fast);
  CHECK(bound.ratio == 1);
  CHECK(bound.grace == 90s);
  REQUIRE(bound.listen.size() == 2);
  CHECK(bound.listen[0].host == "127.0.0.1");
  CHECK(bound.listen[1].port == 8081);
  CHECK(bound.labels.at("zone") == "a");
}

TEST_CASE("toml: an empty text leaves every default") {
  CHECK(read("").name == "app");
  CHECK(read("").grace == 5s);
}

TEST_CASE("toml: collects every problem with key path, line and column") {
  const auto problems = problems_of([] {
    return read("name = 1\nratio = \"x\"\n[[listen]]\nport = 70000\n[[listen]]\nhost = true\n");
  });

  REQUIRE(problems.size() == 5);
  CHECK(problems[0].where == "name");
  CHECK(problems[0].line == 1);
  CHECK(problems[0].column == 8);
  CHECK(problems[1].where == "ratio");
  CHECK(problems[2].where == "listen[0].port");
  CHECK(problems[2].message == "must be between 0 and 65535: got 70000");
  CHECK(problems[2].line == 4);
  CHECK(problems[3].where == "listen[1].host");
  CHECK(problems[4].where == "listen[1].port");
  CHECK(problems[4].kind == problem_kind::missing);
  CHECK(problems[4].line == 5);
}

TEST_CASE("toml: names the source in what it says") {
  CHECK_THROWS_WITH_AS(
      static_cast<void>(read("name = 1\n")),
      "app.toml is not valid: name (line 1, column 8): must be a string: got a number",
      validation_error);
}

TEST_CASE("toml: refuses an unknown key with the name that was probably meant") {
  CHECK(refusal("rato = 1") == R"(rato: is not known; did you mean "ratio"?)");
  CHECK(refusal("anme = \"x\"") == R"(anme: is not known; did you mean "name"?)");
  CHECK(refusal("zzz = 1") == "zzz: is not known");
}

TEST_CASE("toml: quotes a key that is not bare in its path") {
  CHECK(refusal("[labels]\n\"a.b\" = 1") == "labels.\"a.b\": must be a string: got a number");
}

TEST_CASE("toml: reads unknown keys past when told to") {
  const auto bound = from_toml<settings>("zzz = 1\nname = \"x\"", "app.toml",
                                         {.on_unknown_key = unknown_keys::ignore});
  CHECK(bound.name == "x");
}

TEST_CASE("toml: keeps the order of the file for a piece of any shape") {
  const auto bound =
      read("[extra]\nz = [1, 2.5]\na = {y = true, x = \"s\"}\nm = 2026-01-02T03:04:05Z\n");

  REQUIRE(bound.extra.has_value());
  CHECK(bound.extra->view() ==
        R"({"z":[1,2.5],"a":{"y":true,"x":"s"},"m":"2026-01-02T03:04:05Z"})");
}

TEST_CASE("toml: refuses a date or an infinite number where they have no meaning") {
  CHECK(refusal("name = 2026-01-02") == "name: must be a string: got a date or time");
  CHECK(refusal("ratio = inf") == "ratio: must be a number that a double holds");
  CHECK(refusal("ratio = nan") == "ratio: must be a number that a double holds");
  CHECK(refusal("extra = [inf]") == "extra: must not hold an infinite number");
}

TEST_CASE("toml: tells where the syntax breaks") {
  try {
    static_cast<void>(read("name = \"x\"\nratio = = 1\n"));
    FAIL("accepted");
  } catch (const parse_error& e) {
    CHECK(e.line() == 2);
    CHECK(e.column() == 9);
    CHECK(e.offset() == 19);
    CHECK(std::string(e.what()).starts_with("app.toml line 2, column 9: "));
  }
}

TEST_CASE("toml: refuses a repeated key, broken UTF-8 and an open end") {
  for (const auto* text : {"a = 1\na = 2", "name = \"\xFF\"", "name = \"x", "[a\n", "= 1"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(read(text)), parse_error);
  }
}

TEST_CASE("toml: limits how long a text may be") {
  CHECK_THROWS_AS(
      static_cast<void>(from_toml<settings>("name = \"x\"", "app.toml", {.max_bytes = 5})),
      document_limit_exceeded);
}
