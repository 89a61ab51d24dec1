// SPDX-License-Identifier: MIT
#include "leat/app/dotenv.hpp"

#include "leat/app/error.hpp"

#include "support/test.hpp"

using namespace leat::app;
using namespace std::string_view_literals;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

pairs parse(std::string_view text, const environment& outer = {}) {
  return parse_dotenv(text, ".env", outer);
}

/// The value of the only variable.
std::string value_of(std::string_view line, const environment& outer = {}) {
  const auto found = parse(line, outer);
  REQUIRE(found.size() == 1);
  return found[0].second;
}

std::vector<problem> problems_of(std::string_view text) {
  try {
    static_cast<void>(parse(text));
  } catch (const invalid_configuration& e) {
    return e.problems();
  }
  return {};
}

}  // namespace

TEST_CASE("dotenv: reads assignments in their order, and skips comments and blank lines") {
  CHECK(parse("# one\n\n  \nB=1\n   # two\n  A = 2\t\nexport C=3\n\texport\tD=4") ==
        pairs{{"B", "1"}, {"A", "2"}, {"C", "3"}, {"D", "4"}});
  CHECK(parse("").empty());
  CHECK(parse("\xEF\xBB\xBF"
              "A=1\r\nB=2\r\n") == pairs{{"A", "1"}, {"B", "2"}});
}

TEST_CASE("dotenv: what is assigned twice has the last value") {
  CHECK(parse("A=1\nB=2\nA=3") == pairs{{"A", "3"}, {"B", "2"}});
}

TEST_CASE("dotenv: a variable may be called export") {
  CHECK(parse("export=1") == pairs{{"export", "1"}});
  CHECK(parse("export = 1") == pairs{{"export", "1"}});
}

TEST_CASE("dotenv: a value without quotes ends with its line or a comment") {
  CHECK(value_of("A=") == "");
  CHECK(value_of("A=  ") == "");
  CHECK(value_of("A=two words  \t") == "two words");
  CHECK(value_of("A=value # comment") == "value");
  CHECK(value_of("A=value#part") == "value#part");
  CHECK(value_of("A=# comment") == "");
  CHECK(value_of("A= # comment") == "");
  CHECK(value_of("A=a=b") == "a=b");
  CHECK(value_of("A=back\\slash\\n") == "back\\slash\\n");
  CHECK(value_of("A=it's") == "it's");
}

TEST_CASE("dotenv: single quotes take everything as it is") {
  CHECK(value_of("A='${B} \\n # \"'") == "${B} \\n # \"");
  CHECK(value_of("A='it\\'s a \\\\'") == "it's a \\");
  CHECK(value_of("A='' # comment") == "");
}

TEST_CASE("dotenv: double quotes know escapes") {
  CHECK(value_of(R"(A="\a\b\f\n\r\t\v\\\"\'\$")") == "\a\b\f\n\r\t\v\\\"'$");
  CHECK(value_of(R"(A="\d \${B}")") == "\\d ${B}");
  CHECK(value_of("A=\" padded \"  # comment") == " padded ");
}

TEST_CASE("dotenv: a quoted value goes on over lines") {
  CHECK(parse("A=\"one\ntwo\r\n three\"\nB='x\ny'") ==
        pairs{{"A", "one\ntwo\n three"}, {"B", "x\ny"}});
}

TEST_CASE("dotenv: variables come from outside, from the lines above, or are nothing") {
  const environment outer({{"HOST", "outer"}});
  CHECK(parse("HOST=inner\nA=${HOST}/x", outer)[1].second == "outer/x");
  CHECK(parse("HOST=inner\nA=${HOST}/x")[1].second == "inner/x");
  CHECK(value_of("A=a${NOT_SET}b") == "ab");
  CHECK(value_of("A=\"${HOST}\"", outer) == "outer");
  CHECK(value_of("A=$HOST $ {HOST}", outer) == "$HOST $ {HOST}");
  CHECK(value_of("A=x${B:-  }") == "x  ");
}

TEST_CASE("dotenv: a default stands in for what is not set or empty") {
  const environment outer({{"HOST", "outer"}, {"EMPTY", ""}});
  CHECK(value_of("A=${HOST:-else}", outer) == "outer");
  CHECK(value_of("A=${EMPTY:-else}", outer) == "else");
  CHECK(value_of("A=${NOT_SET:-some thing}", outer) == "some thing");
  CHECK(value_of("A=${NOT_SET:-}", outer) == "");
}

TEST_CASE("dotenv: what is put in is not read again") {
  const environment outer({{"EVIL", "\" ${HOST}"}, {"HOST", "x"}});
  CHECK(value_of("A=\"${EVIL}\"", outer) == "\" ${HOST}");
}

TEST_CASE("dotenv: every line that is none is told with its line and column") {
  const auto found = problems_of(
      "A=1\n2=x\nB\nC='x' y\n"
      "D=${1}\nE=${F\nG=ok\nH=\"open\nI=1");
  REQUIRE(found.size() == 6);
  const std::vector<std::pair<std::size_t, std::size_t>> places{{2, 1}, {3, 2}, {4, 7},
                                                                {5, 5}, {6, 3}, {8, 3}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i].source == ".env");
    CHECK(found[i].line == places[i].first);
    CHECK(found[i].column == places[i].second);
  }
}

TEST_CASE("dotenv: a problem never repeats a value") {
  for (const auto& each : problems_of("A='secret' secret\nsecret")) {
    CHECK(each.message.find("secret") == std::string::npos);
  }
}

TEST_CASE("dotenv: refuses a NUL, which no variable can have") {
  CHECK(problems_of("A=a\0b"sv).size() == 1);
  CHECK(problems_of("A=${B:-\0}"sv).size() == 1);
}

TEST_CASE("dotenv: a text is held to max_bytes") {
  const dotenv_limits limits{.max_bytes = 4};
  CHECK(parse_dotenv("A=12", "x", {}, limits).size() == 1);
  CHECK_THROWS_AS(static_cast<void>(parse_dotenv("A=123", "x", {}, limits)), invalid_configuration);
}

TEST_CASE("dotenv: values that double do not grow beyond max_value_bytes") {
  std::string text = "A=0123456789\n";
  for (int i = 0; i < 40; ++i) text += "A=${A}${A}\n";
  CHECK_THROWS_AS(static_cast<void>(parse(text)), invalid_configuration);

  const dotenv_limits limits{.max_value_bytes = 4};
  CHECK(parse_dotenv("A=12\nB=${A}", "x", {}, limits).size() == 2);
  CHECK_THROWS_AS(static_cast<void>(parse_dotenv("A=12\nB=${A}3", "x", {}, limits)),
                  invalid_configuration);
}

TEST_CASE("dotenv: no more than max_problems are told") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "?\n";
  CHECK(problems_of(text).size() == 100);
}
