// SPDX-License-Identifier: MIT
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "leat/log/backend.hpp"

#include "log/captured.hpp"
#include "support/test.hpp"

using namespace leat::log;
using leat::testing::captured_log;

namespace {

std::string line_of(colours how, level at, std::string_view name, std::string_view event,
                    std::initializer_list<field> fields = {}) {
  captured_log log({.minimum = level::trace, .presentation = presentation::rich, .colours = how});
  log.logger(name).log(at, event, fields);
  return log.last();
}

}  // namespace

TEST_CASE("rich log: is the time, the level, the name, the event and the fields") {
  CHECK(line_of(colours::never, level::info, "app", "policy created",
                {{"name", "two words"}, {"version", 3}}) ==
        R"(2026-01-01 00:00:00.000 INFO     app: policy created name="two words" version=3)");
  CHECK(line_of(colours::never, level::critical, "", "x") == "2026-01-01 00:00:00.000 CRITICAL x");
}

TEST_CASE("rich log: a sink that is no terminal gets no colours of itself") {
  CHECK(line_of(colours::automatic, level::info, "app", "x").find('\x1B') == std::string::npos);
}

TEST_CASE("rich log: colours lead to nothing but the text without them") {
  for (const auto at :
       {level::trace, level::debug, level::info, level::warn, level::error, level::critical}) {
    std::string coloured = line_of(colours::always, at, "app", "x", {{"key", "v"}});
    CHECK(coloured.starts_with("\x1B["));
    CHECK(coloured.find("\x1B[0m") != std::string::npos);
    for (auto begin = coloured.find('\x1B'); begin != std::string::npos;
         begin = coloured.find('\x1B')) {
      coloured.erase(begin, coloured.find('m', begin) - begin + 1);
    }
    CHECK(coloured == line_of(colours::never, at, "app", "x", {{"key", "v"}}));
  }
}

TEST_CASE("rich log: what is logged brings no escape of its own") {
  const std::string line =
      line_of(colours::never, level::info, "a\x1B[2J", "b\x1B[31m\n", {{"c\x1B", "d\x1B[0m"}});
  CHECK(line.find('\x1B') == std::string::npos);
  CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("rich log: other presentations have no colours, whatever is wanted") {
  for (const auto how : {presentation::plain, presentation::json}) {
    captured_log log({.presentation = how, .colours = colours::always});
    log.logger("app").error("x", {{"k", 1}});
    CHECK(log.last().find('\x1B') == std::string::npos);
  }
}

TEST_CASE("presentation: is read from its name in any case") {
  for (const auto each :
       {presentation::null, presentation::plain, presentation::json, presentation::rich}) {
    CHECK(parse_presentation(to_string(each)) == each);
  }
  CHECK(parse_presentation("JSON") == presentation::json);
  CHECK_FALSE(parse_presentation("yaml"));
}
