// SPDX-License-Identifier: MIT
#include "leat/app/presentation.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "leat/app/configuration.hpp"
#include "leat/app/secret.hpp"
#include "leat/model/describe.hpp"

#include "support/test.hpp"

using namespace leat::app;

namespace {

struct place {
  std::string city;
  int floor = 0;
};
BOOST_DESCRIBE_STRUCT(place, (), (city, floor))

struct person {
  std::string name;
  double height = 0;
  bool is_here = false;
  std::optional<std::string> note;
  std::vector<std::string> tags;
  std::vector<place> places;
  place home;
  secret password{};
};
BOOST_DESCRIBE_STRUCT(person, (), (name, height, is_here, note, tags, places, home, password))

const person ann{.name = "Änn \"A\"",
                 .height = 1.5,
                 .is_here = true,
                 .note = {},
                 .tags = {"a", "b"},
                 .places = {{"Bern", 1}, {"Köln", -2}},
                 .home = {"Wien", 3},
                 .password = secret("hunter2")};

std::string shown(const person& who, presentation how, bool is_compact = false) {
  return render(who, {.presentation = how, .is_compact = is_compact});
}

}  // namespace

TEST_CASE("render: JSON with two spaces a level, or compact, and UTF-8 as it is") {
  CHECK(shown(ann, presentation::json) == R"({
  "name": "Änn \"A\"",
  "height": 1.5,
  "is_here": true,
  "tags": [
    "a",
    "b"
  ],
  "places": [
    {
      "city": "Bern",
      "floor": 1
    },
    {
      "city": "Köln",
      "floor": -2
    }
  ],
  "home": {
    "city": "Wien",
    "floor": 3
  },
  "password": "[redacted]"
}
)");
  CHECK(shown(ann, presentation::json, true) ==
        R"({"name":"Änn \"A\"","height":1.5,"is_here":true,"tags":["a","b"],"places":[)"
        R"({"city":"Bern","floor":1},{"city":"Köln","floor":-2}],"home":{"city":"Wien",)"
        R"("floor":3},"password":"[redacted]"})"
        "\n");
}

TEST_CASE("render: TOML has tables behind values, and reads back as what it was") {
  const std::string text = shown(ann, presentation::toml);
  CHECK(text == R"(name = "Änn \"A\""
height = 1.5
is_here = true
tags = ["a", "b"]
password = "[redacted]"

[[places]]
city = "Bern"
floor = 1

[[places]]
city = "Köln"
floor = -2

[home]
city = "Wien"
floor = 3
)");
  const auto read = configuration::parse(text);
  CHECK(read.at("places").elements().at(1).at("floor").as_integer() == -2);
  CHECK(read.at("home.city").as_string() == "Wien");
}

TEST_CASE("render: a configuration in TOML is the same configuration") {
  const auto all = configuration::parse(R"(
"a key" = "text with \"quotes\", \\ and \n\t lines"
whole = -3
real = 2.0
exponent = 1e300
truth = false
list = [1, [2, 3], { inner = [] }]
[deep.er]
est = "x"
[[many]]
[many.of]
them = 1
[[many]]
)");
  CHECK(configuration::parse(render(all, {.presentation = presentation::toml})) == all);
}

TEST_CASE("render: plain text and Markdown are indented lists") {
  CHECK(shown(ann, presentation::plain) == R"(name: Änn "A"
height: 1.5
is_here: true
tags:
  - a
  - b
places:
  -
    city: Bern
    floor: 1
  -
    city: Köln
    floor: -2
home:
  city: Wien
  floor: 3
password: [redacted]
)");
  CHECK(shown(ann, presentation::markdown) == R"(- **name**: Änn "A"
- **height**: 1.5
- **is_here**: true
- **tags**:
  - a
  - b
- **places**:
  -
    - **city**: Bern
    - **floor**: 1
  -
    - **city**: Köln
    - **floor**: -2
- **home**:
  - **city**: Wien
  - **floor**: 3
- **password**: \[redacted\]
)");
}

TEST_CASE("render: a rich presentation has colours only where they are wanted") {
  const place where{"Bern", 1};
  CHECK(render(where, {.presentation = presentation::rich}) == "city: Bern\nfloor: 1\n");
  CHECK(render(where, {.presentation = presentation::plain, .has_colours = true}) ==
        "city: Bern\nfloor: 1\n");
  CHECK(render(where, {.presentation = presentation::rich, .has_colours = true}) ==
        "\x1b[36mcity\x1b[0m: \x1b[32mBern\x1b[0m\n\x1b[36mfloor\x1b[0m: \x1b[33m1\x1b[0m\n");
}

TEST_CASE("render: nothing in a value can command a terminal or pass for markup") {
  const std::map<std::string, std::string> hostile{{"k\x1b[2J", "a\nb\x1b]0;x\x07\u009b1m\x7f"},
                                                   {"*b*", "<script> [x](y) _z_ a_b `c`"}};
  CHECK(render(hostile) ==
        "*b*: <script> [x](y) _z_ a_b `c`\n"
        "k\\x1b[2J: a\\nb\\x1b]0;x\\x07\\x9b1m\\x7f\n");
  CHECK(render(hostile, {.presentation = presentation::markdown})
            .starts_with("- **\\*b\\***: \\<script\\> \\[x\\](y) \\_z\\_ a_b \\`c\\`\n"));
  CHECK(render(std::string("\xff\xc3(")) == "\uFFFD\uFFFD(\n");
}

TEST_CASE("render: what is empty, no table, or beyond what a document can say") {
  const std::map<std::string, std::vector<int>> none{{"list", {}}};
  CHECK(render(none) == "list: (none)\n");
  CHECK(render(none, {.presentation = presentation::json}) == "{\n  \"list\": []\n}\n");
  CHECK(render(42) == "42\n");
  CHECK(render(42, {.presentation = presentation::json}) == "42\n");
  CHECK(render(42, {.presentation = presentation::toml}) == "value = 42\n");
  CHECK(render(42, {.presentation = presentation::markdown}) == "42\n");

  const std::vector<double> odd{std::nan(""), std::numeric_limits<double>::infinity(), 1.0};
  CHECK(render(odd, {.presentation = presentation::json, .is_compact = true}) ==
        "[\"nan\",\"inf\",1]\n");
  CHECK(render(odd, {.presentation = presentation::toml}) == "value = [nan, inf, 1.0]\n");
  const auto huge = std::numeric_limits<std::uint64_t>::max();
  CHECK(render(huge, {.presentation = presentation::toml}) == "value = \"18446744073709551615\"\n");
  const std::vector<std::optional<int>> gaps{1, {}, 2};
  CHECK(render(gaps, {.presentation = presentation::toml}) == "value = [1, 2]\n");
  CHECK(render(gaps, {.presentation = presentation::json, .is_compact = true}) == "[1,null,2]\n");
}

TEST_CASE("render: a piece of JSON is shown as the value it stands for") {
  const auto piece = leat::model::json_text::parse(R"({"a": [1, -2, 2.5, "x", null, true]})");
  CHECK(render(piece, {.presentation = presentation::toml}) == "a = [1, -2, 2.5, \"x\", true]\n");
  CHECK(render(piece, {.presentation = presentation::json, .is_compact = true}) ==
        "{\"a\":[1,-2,2.5,\"x\",null,true]}\n");
}
