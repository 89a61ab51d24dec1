// SPDX-License-Identifier: MIT
#include "leat/log/logger.hpp"

#include <string>

#include "log/captured.hpp"
#include "support/test.hpp"

using namespace leat::log;
using leat::testing::captured_log;

namespace {

captured_log plain_log() {
  return captured_log({.presentation = presentation::plain});
}

}  // namespace

TEST_CASE("logger: says nothing without a backend") {
  const logger log;
  CHECK_FALSE(log.is_enabled(level::critical));
  log.bind("a", 1).named("x").critical("nobody hears this");
}

TEST_CASE("logger: adds what is bound to it to each record, first") {
  auto log = plain_log();
  const logger bound = log.logger().bind("request", "r1").bind({{"user", 7}, {"admin", false}});

  bound.info("x", {{"extra", 1}});

  CHECK(log.last() == "x request=r1 user=7 admin=false extra=1");
}

TEST_CASE("logger: leaves the one it was derived from as it was") {
  auto log = plain_log();
  const logger base = log.logger().bind("a", 1);
  const logger derived = base.bind("b", 2);

  base.info("x");

  CHECK(log.last() == "x a=1");
}

TEST_CASE("logger: a later field wins over an earlier one and keeps its place") {
  auto log = plain_log();
  const logger bound = log.logger().bind({{"a", 1}, {"b", 1}}).bind("a", 2);

  bound.info("x", {{"b", 3}});

  CHECK(log.last() == "x a=2 b=3");
}

TEST_CASE("logger: keeps a copy of what is bound") {
  auto log = plain_log();
  logger bound;
  {
    std::string key = "a key that is long enough to be allocated";
    std::string text = "a text that is long enough to be allocated";
    bound = log.logger().bind(key, text).bind("b", 1);
    key.assign(key.size(), '?');
    text.assign(text.size(), '?');
  }

  bound.info("x");

  CHECK(log.last() ==
        "x \"a key that is long enough to be allocated\"="
        "\"a text that is long enough to be allocated\" b=1");
}

TEST_CASE("logger: can be given another name") {
  auto log = plain_log();
  log.logger("app").bind("a", 1).named("app.pool").info("x");
  CHECK(log.last() == "app.pool: x a=1");
}

TEST_CASE("logger: drops what is below the level") {
  captured_log log({.minimum = level::warn, .presentation = presentation::plain});
  const logger out = log.logger();

  out.trace("t");
  out.debug("d");
  out.info("i");
  out.warn("w");
  out.error("e");
  out.critical("c");

  CHECK(log.lines() == std::vector<std::string>{"w", "e", "c"});
  CHECK(log.backend().counts().submitted == 3);
}

TEST_CASE("logger: follows a change of the level at once") {
  auto log = plain_log();
  const logger out = log.logger();

  log.backend().set_minimum(level::error);
  CHECK_FALSE(out.is_enabled(level::warn));
  log.backend().set_minimum(level::trace);
  CHECK(out.is_enabled(level::trace));
  log.backend().set_minimum(level::off);
  CHECK_FALSE(out.is_enabled(level::critical));
}

TEST_CASE("logger: may outlive its backend") {
  logger out;
  {
    auto log = plain_log();
    out = log.logger().bind("a", 1);
  }
  out.bind("b", 2).info("lost");
  CHECK(out.is_enabled(level::info));
}
