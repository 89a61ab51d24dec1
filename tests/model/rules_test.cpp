// SPDX-License-Identifier: MIT
#include "leat/model/rules.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "leat/model/json.hpp"

#include "model/problems.hpp"
#include "support/test.hpp"

using namespace leat::model;
using leat::testing::problem_of;
using namespace std::chrono_literals;

namespace {

struct policy {
  std::string name;
  int priority = 5;
  double weight = 0.5;
  std::uint64_t quota = 1;
  std::chrono::milliseconds pause{100};
  std::optional<std::string> note;
  std::vector<int> steps{1};
};
BOOST_DESCRIBE_STRUCT(policy, (), (name, priority, weight, quota, pause, note, steps))

consteval auto leat_rules(const policy*) {
  using namespace leat::model::rules;
  return list(field<&policy::name>(length(1, 8), characters("a-z0-9_-")),
              field<&policy::priority>(range(0, 100), defaulted),
              field<&policy::weight>(range(0.0, 1.0), defaulted),
              field<&policy::quota>(at_least(1), defaulted),
              field<&policy::pause>(range(1ms, 10s), defaulted),
              field<&policy::note>(max_length(3), renamed("a note")),
              field<&policy::steps>(min_length(1), defaulted));
}

struct settings {
  int workers = 4;
  std::string host = "localhost";
};
BOOST_DESCRIBE_STRUCT(settings, (), (workers, host))

consteval auto leat_rules(const settings*) {
  using namespace leat::model::rules;
  return list(all_defaulted, field<&settings::workers>(at_most(64)));
}

struct base_settings {
  int level = 0;
};
BOOST_DESCRIBE_STRUCT(base_settings, (), (level))

struct derived_settings : base_settings {
  int depth = 0;
};
BOOST_DESCRIBE_STRUCT(derived_settings, (base_settings), (depth))

consteval auto leat_rules(const derived_settings*) {
  using namespace leat::model::rules;
  return list(field<&derived_settings::level>(at_most(3)), field<&derived_settings::depth>());
}

std::string refusal(std::string_view text) {
  return problem_of([&] { return from_json<policy>(text); });
}

}  // namespace

TEST_CASE("rules: a defaulted member keeps its initialiser when it is absent") {
  const auto read = from_json<policy>(R"({"name":"a"})");

  CHECK(read.priority == 5);
  CHECK(read.weight == 0.5);
  CHECK(read.pause == 100ms);
  CHECK(read.steps == std::vector{1});
}

TEST_CASE("rules: a member without a default is required") {
  CHECK(refusal("{}") == "/name: is required");
}

TEST_CASE("rules: all members of a struct can be defaulted at once") {
  const auto read = from_json<settings>("{}");

  CHECK(read.workers == 4);
  CHECK(read.host == "localhost");
}

TEST_CASE("rules: a defaulted member is not null") {
  CHECK(refusal(R"({"name":"a","priority":null})") == "/priority: must be an integer: got null");
}

TEST_CASE("rules: length counts characters, not bytes") {
  CHECK(from_json<policy>(R"({"name":"a","a note":"üüü"})").note == "üüü");
  CHECK(refusal(R"({"name":"a","a note":"üüüü"})") ==
        "/a note: must be at most 3 characters long: got 4");
  CHECK(refusal(R"({"name":""})") == "/name: must be 1 to 8 characters long: got 0");
}

TEST_CASE("rules: length counts the elements of an array") {
  CHECK(refusal(R"({"name":"a","steps":[]})") == "/steps: must have at least 1 entries: got 0");
}

TEST_CASE("rules: characters are those of the list alone") {
  CHECK(from_json<policy>(R"({"name":"az09_-"})").name == "az09_-");
  for (const auto* name : {"A", "a b", "ü", "a.b", "`", "{"}) {
    CAPTURE(name);
    CHECK(refusal("{\"name\":\"" + std::string(name) + "\"}") ==
          "/name: must have no characters but a-z0-9_-");
  }
}

TEST_CASE("rules: a range includes its bounds") {
  CHECK(from_json<policy>(R"({"name":"a","priority":0})").priority == 0);
  CHECK(from_json<policy>(R"({"name":"a","priority":100})").priority == 100);
  CHECK(refusal(R"({"name":"a","priority":101})") ==
        "/priority: must be between 0 and 100: got 101");
  CHECK(refusal(R"({"name":"a","priority":-1})") == "/priority: must be between 0 and 100: got -1");
}

TEST_CASE("rules: a range bounds a double") {
  CHECK(from_json<policy>(R"({"name":"a","weight":1})").weight == 1);
  CHECK(refusal(R"({"name":"a","weight":1.25})") == "/weight: must be between 0 and 1: got 1.25");
}

TEST_CASE("rules: one bound leaves the other side open") {
  CHECK(from_json<policy>(R"({"name":"a","quota":18446744073709551615})").quota ==
        std::numeric_limits<std::uint64_t>::max());
  CHECK(refusal(R"({"name":"a","quota":0})") == "/quota: must be at least 1: got 0");
  CHECK(problem_of([] { return from_json<settings>(R"({"workers":65})"); }) ==
        "/workers: must be at most 64: got 65");
}

TEST_CASE("rules: a range bounds a length of time") {
  CHECK(from_json<policy>(R"({"name":"a","pause":"10s"})").pause == 10s);
  CHECK(refusal(R"({"name":"a","pause":0})") == "/pause: must be between 1ms and 10s: got 0s");
}

TEST_CASE("rules: a renamed member is known by its new name only") {
  CHECK(from_json<policy>(R"({"name":"a","note":"long enough"})").note == std::nullopt);
  CHECK(from_json<policy>(R"({"name":"a","a note":"x"})").note == "x");
}

TEST_CASE("rules: a struct can have rules for the members of its base") {
  CHECK(problem_of([] { return from_json<derived_settings>(R"({"level":4,"depth":9})"); }) ==
        "/level: must be at most 3: got 4");
}

TEST_CASE("rules: several bounds of one member all hold") {
  constexpr auto both = rules::field<&policy::priority>(rules::at_least(3), rules::at_most(9));
  CHECK(both.values.min_integer == 3);
  CHECK(both.values.max_integer == 9);
}
