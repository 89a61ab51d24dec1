// SPDX-License-Identifier: MIT
#include "leat/log/level.hpp"

#include "support/test.hpp"

using namespace leat::log;

TEST_CASE("level: is read from its name in any case") {
  for (const auto each : {level::trace, level::debug, level::info, level::warn, level::error,
                          level::critical, level::off}) {
    CHECK(parse_level(to_string(each)) == each);
  }
  CHECK(parse_level("INFO") == level::info);
  CHECK(parse_level("Warning") == level::warn);
}

TEST_CASE("level: is not read from anything else") {
  for (const auto* text : {"", "inf", "infos", "7", " info"}) CHECK_FALSE(parse_level(text));
}
